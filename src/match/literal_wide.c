/* literal_wide.c - sets of more literals than Teddy's eight buckets can tell apart.
 *
 * Sixteen buckets without lists: a position where some bucket's tables agree is looked up by a hash
 * of its three bytes. Which bytes of a literal are its probe, and which bucket it goes into, is
 * chosen by how many positions of the data would then agree without a literal standing there.
 * Literals that share rare bytes share a probe. */
#include <stdlib.h>

#include "match/literal_set.h"

/* Places tried as the probe of a literal, the rarest first. */
#define TRIED 4
/* Share of positions that may be looked up; beyond, Vectorscan is faster. */
#define MOST_POSITIONS 0.04
/* So few that eight buckets will do. */
#define FEW_POSITIONS 0.002
/* Cost of a literal's probe standing somewhere, in positions looked up. */
#define PROBE_COST 2.0
/* Where the data is not known: share of positions that any three bytes of words may stand at, for
 * letters follow one another more often than each by itself would. */
#define WORD_SHARE 0.0003
/* The first bucket is theirs when there are literals shorter than a probe. */
#define SHORT_BUCKET 0

/* Which half bytes a bucket's tables let through at one place, by how many literals ask for them.
 */
struct place_use {
    uint16_t low[16], high[16];
    unsigned low_mask, high_mask; /* those that are not zero */
    double share;                 /* of the data's bytes */
};

struct bucket_use {
    struct place_use place[PROBE_MAX];
    double share; /* of positions */
    size_t n_literals;
};

struct chooser {
    struct literals *set;
    double half[16][16]; /* share of bytes by high and low half */
    struct bucket_use buckets[WIDE_BUCKETS];
    size_t first_bucket, n_buckets;
    uint8_t *bucket_of; /* of each literal */
};

/* The byte in its other case where the literal ignores case; else itself. */
static unsigned char other_case(const struct lit *lit, unsigned char c)
{
    return lit->icase && c >= 'a' && c <= 'z' ? c ^ 0x20 : c;
}

/* The share of bytes that a place lets through with the half bytes of c added to both masks. */
static double share_with_byte(const struct chooser *ch, double share, unsigned *low, unsigned *high,
                              unsigned char c)
{
    unsigned l = c & 15, h = c >> 4;

    if ((*low >> l & 1) == 0) {
        *low |= 1u << l;
        for (unsigned m = *high; m != 0; m &= m - 1)
            share += ch->half[__builtin_ctz(m)][l];
    }
    if ((*high >> h & 1) == 0) {
        *high |= 1u << h;
        for (unsigned m = *low; m != 0; m &= m - 1)
            share += ch->half[h][__builtin_ctz(m)];
    }
    return share;
}

/* The same for a byte and its other case. */
static double share_with(const struct chooser *ch, const struct place_use *u, unsigned char c,
                         unsigned char d)
{
    unsigned low = u->low_mask, high = u->high_mask;
    double share = share_with_byte(ch, u->share, &low, &high, c);

    return d != c ? share_with_byte(ch, share, &low, &high, d) : share;
}

static void place_change(const struct chooser *ch, struct place_use *u, unsigned char c, int by)
{
    unsigned low = 0, high = 0;

    u->low[c & 15] = (uint16_t)(u->low[c & 15] + by);
    u->high[c >> 4] = (uint16_t)(u->high[c >> 4] + by);
    for (unsigned i = 0; i < 16; i++) {
        low |= (unsigned)(u->low[i] != 0) << i;
        high |= (unsigned)(u->high[i] != 0) << i;
    }
    if (low == u->low_mask && high == u->high_mask)
        return;
    u->low_mask = low;
    u->high_mask = high;
    u->share = 0;
    for (unsigned h = high; h != 0; h &= h - 1) {
        for (unsigned l = low; l != 0; l &= l - 1)
            u->share += ch->half[__builtin_ctz(h)][__builtin_ctz(l)];
    }
}

/* Enters (by +1) or takes out (by -1) the probe at `offset`. */
static void bucket_change(struct chooser *ch, size_t bucket, const struct lit *lit, size_t offset,
                          int by)
{
    struct bucket_use *b = &ch->buckets[bucket];

    b->share = 1;
    b->n_literals += (size_t)by;
    for (size_t k = 0; k < PROBE_MAX; k++) {
        unsigned char c = (unsigned char)lit->text.ptr[offset + k];

        place_change(ch, &b->place[k], c, by);
        place_change(ch, &b->place[k], other_case(lit, c), by);
        b->share *= b->place[k].share;
    }
}

/* How often the probe's slot is looked up in vain where its bucket agrees, of seen->total. */
static double slot_weight(const struct bytes_seen *seen, const struct lit *lit, size_t offset)
{
    bool word = true;

    if (seen->slot != NULL)
        return seen->slot[wide_slot(lit->text.ptr + offset)];
    for (size_t k = 0; k < PROBE_MAX; k++)
        word = word && !ascii_is_digit(lit->text.ptr[offset + k]);
    return literal_probe_weight(seen, lit, offset, PROBE_MAX) +
           (word ? WORD_SHARE * seen->total : 0);
}

/* The rarest places of a literal. */
static size_t rarest(const struct bytes_seen *seen, const struct lit *lit, uint32_t *offsets,
                     double *weights)
{
    size_t n = 0;

    for (size_t at = 0; at + PROBE_MAX <= lit->text.len; at++) {
        double weight = slot_weight(seen, lit, at);
        size_t k = MIN(n, (size_t)TRIED - 1);

        if (n == TRIED && weight >= weights[k])
            continue;
        for (; k > 0 && weights[k - 1] > weight; k--) {
            weights[k] = weights[k - 1];
            offsets[k] = offsets[k - 1];
        }
        weights[k] = weight;
        offsets[k] = (uint32_t)at;
        n = MIN(n + 1, (size_t)TRIED);
    }
    return n;
}

/* The place and the bucket that add the fewest positions. */
static void place_literal(struct chooser *ch, const struct bytes_seen *seen, size_t i)
{
    struct lit *lit = &ch->set->lits[i];
    uint32_t offsets[TRIED];
    double weights[TRIED];
    size_t n = rarest(seen, lit, offsets, weights);
    double least = 0;
    size_t bucket = SIZE_MAX;

    for (size_t t = 0; t < n; t++) {
        double stands = PROBE_COST * weights[t] / seen->total;
        bool one_was_empty = false;

        for (size_t b = ch->first_bucket; b < ch->n_buckets; b++) {
            double share = 1;
            double cost;
            bool empty = ch->buckets[b].n_literals == 0;

            if (empty && one_was_empty)
                continue; /* all empty ones are alike */
            one_was_empty |= empty;
            for (size_t k = 0; k < PROBE_MAX; k++) {
                unsigned char c = (unsigned char)lit->text.ptr[offsets[t] + k];

                share *= share_with(ch, &ch->buckets[b].place[k], c, other_case(lit, c));
            }
            cost = share - ch->buckets[b].share + stands;
            if (bucket != SIZE_MAX && cost >= least)
                continue;
            least = cost;
            bucket = b;
            lit->offset = offsets[t];
        }
    }
    ch->bucket_of[i] = (uint8_t)bucket;
    bucket_change(ch, bucket, lit, lit->offset, 1);
}

static bool is_short(const struct lit *lit)
{
    return lit->text.len < PROBE_MAX;
}

/* Gives every literal its place; the share of positions that will be looked up. */
static double place_all(struct chooser *ch, const struct bytes_seen *seen, size_t n_buckets)
{
    struct literals *set = ch->set;
    double sum = 0;

    memset(ch->buckets, 0, sizeof(ch->buckets));
    ch->n_buckets = n_buckets;
    ch->first_bucket = set->wide->n_shorts > 0 ? SHORT_BUCKET + 1 : 0;
    for (size_t i = 0; i < set->n; i++) {
        if (!is_short(&set->lits[i]))
            place_literal(ch, seen, i);
    }
    /* Once more, now that all the others are there, if the data is known. */
    for (size_t i = 0; i < set->n && seen->slot != NULL; i++) {
        if (is_short(&set->lits[i]))
            continue;
        bucket_change(ch, ch->bucket_of[i], &set->lits[i], set->lits[i].offset, -1);
        place_literal(ch, seen, i);
    }
    for (size_t b = 0; b < n_buckets; b++)
        sum += ch->buckets[b].share;
    return sum;
}

static void enter_byte(struct wide *w, size_t bucket, size_t k, unsigned char c)
{
    w->low[bucket / N_BUCKETS][k][c & 15] |= (uint8_t)(1u << bucket % N_BUCKETS);
    w->high[bucket / N_BUCKETS][k][c >> 4] |= (uint8_t)(1u << bucket % N_BUCKETS);
}

/* A short literal's probe ends early: behind it everything agrees. */
static void enter_probe(struct wide *w, const struct lit *lit, size_t bucket)
{
    for (size_t k = 0; k < PROBE_MAX; k++) {
        if (k >= lit->text.len) {
            for (unsigned c = 0; c < 256; c++)
                enter_byte(w, bucket, k, (unsigned char)c);
            continue;
        }
        unsigned char c = (unsigned char)lit->text.ptr[lit->offset + k];

        enter_byte(w, bucket, k, c);
        enter_byte(w, bucket, k, other_case(lit, c));
    }
}

static void fill(const struct chooser *ch)
{
    struct literals *set = ch->set;
    struct wide *w = set->wide;

    memset(w->low, 0, sizeof(w->low));
    memset(w->high, 0, sizeof(w->high));
    memset(w->heads, 0, sizeof(w->heads));
    w->n_groups = ch->n_buckets / N_BUCKETS;
    set->max_offset = 0;
    for (size_t i = set->n; i-- > 0;) { /* so that lists run from the first literal to the last */
        struct lit *lit = &set->lits[i];
        uint32_t slot;

        if (is_short(lit)) {
            enter_probe(w, lit, SHORT_BUCKET);
            continue;
        }
        enter_probe(w, lit, ch->bucket_of[i]);
        slot = wide_slot(lit->text.ptr + lit->offset);
        w->next[i] = w->heads[slot];
        w->heads[slot] = (uint16_t)(i + 1);
        set->max_offset = MAX(set->max_offset, lit->offset);
    }
}

bool wide_choose(struct literals *set, const struct bytes_seen *seen)
{
    struct chooser *ch = xcalloc(1, sizeof(*ch));
    double share;

    ch->set = set;
    ch->bucket_of = xcalloc(set->n, 1);
    for (unsigned c = 0; c < 256; c++)
        ch->half[c >> 4][c & 15] = seen->byte[c] / seen->total;
    share = place_all(ch, seen, N_BUCKETS);
    if (share > FEW_POSITIONS)
        share = place_all(ch, seen, WIDE_BUCKETS);
    fill(ch);
    free(ch->bucket_of);
    free(ch);
    return share <= MOST_POSITIONS;
}

bool wide_new(struct literals *set, const struct bytes_seen *seen)
{
    struct wide *w;

    if (set->n > WIDE_MAX)
        return false;
    w = ARENA_NEW(&set->arena, struct wide);
    for (size_t i = 0; i < set->n; i++) {
        if (!is_short(&set->lits[i]))
            continue;
        if (w->n_shorts == WIDE_SHORTS)
            return false;
        w->shorts[w->n_shorts++] = (uint16_t)i;
    }
    w->next = ARENA_ARRAY(&set->arena, uint16_t, set->n);
    memset(w->next, 0, set->n * sizeof(*w->next));
    set->wide = w;
    if (wide_choose(set, seen))
        return true;
    set->wide = NULL;
    return false;
}

void wide_verify(const struct literals *set, const char *ptr, const char *end, const char *q,
                 struct literal_find *find)
{
    const struct wide *w = set->wide;

    if (end - q >= PROBE_MAX) {
        for (size_t i = w->heads[wide_slot(q)]; i != 0; i = w->next[i - 1])
            literals_try(set, ptr, end, q, i - 1, find);
    }
    for (size_t k = 0; k < w->n_shorts; k++)
        literals_try(set, ptr, end, q, w->shorts[k], find);
}

void wide_scalar(const struct literals *set, const char *ptr, const char *end,
                 struct literal_find *find)
{
    for (const char *q = ptr; q < end; q++) {
        /* No literal that starts before the find has its probe further on. */
        if (find->start != NULL && q > find->start && (size_t)(q - find->start) > set->max_offset)
            return;
        wide_verify(set, ptr, end, q, find);
    }
}
