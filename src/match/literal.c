/* literal.c - sets of literals: choosing probes, scalar search, verification. See literal_set.h. */
#include "match/literal.h"

#include <stdlib.h>

#include "match/literal_set.h"
#include "util/cpu.h"

/* How often a byte occurs in 10,000 bytes of sign-in and audit records as JSON (NDJSON, compact),
 * by hand from samples; what is not listed counts 1. Only speed depends on it, and literals_sample
 * replaces it. */
static const uint16_t json_bytes[128] = {
    ['\n'] = 5,  [' '] = 200, ['"'] = 900, ['('] = 20,  [')'] = 20,  ['+'] = 10,  [','] = 330,
    ['-'] = 180, ['.'] = 150, ['/'] = 40,  ['0'] = 330, ['1'] = 210, ['2'] = 220, ['3'] = 180,
    ['4'] = 190, ['5'] = 190, ['6'] = 170, ['7'] = 160, ['8'] = 170, ['9'] = 160, [':'] = 350,
    ['@'] = 15,  ['A'] = 90,  ['B'] = 30,  ['C'] = 60,  ['D'] = 60,  ['E'] = 30,  ['F'] = 30,
    ['I'] = 80,  ['L'] = 30,  ['M'] = 30,  ['N'] = 70,  ['O'] = 30,  ['P'] = 60,  ['R'] = 50,
    ['S'] = 80,  ['T'] = 60,  ['U'] = 40,  ['W'] = 30,  ['['] = 30,  ['\\'] = 20, [']'] = 30,
    ['_'] = 20,  ['a'] = 430, ['b'] = 160, ['c'] = 310, ['d'] = 330, ['e'] = 700, ['f'] = 170,
    ['g'] = 110, ['h'] = 110, ['i'] = 430, ['k'] = 60,  ['l'] = 260, ['m'] = 170, ['n'] = 420,
    ['o'] = 400, ['p'] = 220, ['q'] = 20,  ['r'] = 380, ['s'] = 360, ['t'] = 480, ['u'] = 160,
    ['v'] = 70,  ['w'] = 50,  ['x'] = 40,  ['y'] = 90,  ['z'] = 15,  ['{'] = 40,  ['}'] = 40,
};

static bool is_letter(char c)
{
    return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
}

static double byte_weight(const struct bytes_seen *seen, const struct lit *lit, size_t i)
{
    unsigned char c = (unsigned char)lit->text.ptr[i];

    if (lit->icase && is_letter((char)c))
        return seen->byte[c] + seen->byte[c ^ 0x20];
    return seen->byte[c];
}

static double pair_weight(const struct bytes_seen *seen, const struct lit *lit, size_t i)
{
    double sum = 0;

    for (unsigned cases = 0; cases < 4; cases++) {
        unsigned char a = (unsigned char)lit->text.ptr[i];
        unsigned char b = (unsigned char)lit->text.ptr[i + 1];
        bool fold_a = lit->icase && is_letter((char)a);
        bool fold_b = lit->icase && is_letter((char)b);

        if (((cases & 1) != 0 && !fold_a) || ((cases & 2) != 0 && !fold_b))
            continue;
        a ^= (cases & 1) != 0 ? 0x20 : 0;
        b ^= (cases & 2) != 0 ? 0x20 : 0;
        sum += seen->pair[a * 256 + b];
    }
    return sum;
}

double literal_probe_weight(const struct bytes_seen *seen, const struct lit *lit, size_t offset,
                            size_t n)
{
    double weight;

    if (seen->pair == NULL || n < 2) {
        weight = seen->total;
        for (size_t i = 0; i < n; i++)
            weight *= byte_weight(seen, lit, offset + i) / seen->total;
        return weight;
    }
    /* As if a byte depended on the one before it only. The half keeps unseen pairs in order. */
    weight = pair_weight(seen, lit, offset) + 0.5;
    for (size_t i = 1; i + 1 < n; i++)
        weight *=
            (pair_weight(seen, lit, offset + i) + 0.5) / (byte_weight(seen, lit, offset + i) + 0.5);
    return weight;
}

static void choose_pair(struct literals *set, const struct bytes_seen *seen)
{
    const struct lit *lit = &set->lits[0];
    size_t n = MIN(lit->text.len, 256);
    size_t best[2] = {0, n > 1 ? 1 : 0};

    if (n > 1 && byte_weight(seen, lit, best[1]) < byte_weight(seen, lit, best[0])) {
        best[0] = 1;
        best[1] = 0;
    }
    for (size_t i = 2; i < n; i++) {
        if (byte_weight(seen, lit, i) < byte_weight(seen, lit, best[0])) {
            best[1] = best[0];
            best[0] = i;
        } else if (byte_weight(seen, lit, i) < byte_weight(seen, lit, best[1])) {
            best[1] = i;
        }
    }
    for (int i = 0; i < 2; i++) {
        char c = lit->text.ptr[best[i]];

        set->pair_at[i] = (uint32_t)best[i];
        set->pair_byte[i] = (uint8_t)c;
        set->pair_fold[i] = lit->icase && is_letter(c) ? 0x20 : 0;
    }
}

static int order_by_probe(const void *a, const void *b)
{
    const struct lit *const *x = a;
    const struct lit *const *y = b;
    size_t n = MIN(PROBE_MAX, MIN((*x)->text.len - (*x)->offset, (*y)->text.len - (*y)->offset));
    int cmp = memcmp((*x)->text.ptr + (*x)->offset, (*y)->text.ptr + (*y)->offset, n);

    return cmp != 0 ? cmp : (*x > *y) - (*x < *y);
}

static void enter_byte(struct literals *set, unsigned k, unsigned char c, unsigned bucket)
{
    set->low[k][c & 15] |= (uint8_t)(1u << bucket);
    set->high[k][c >> 4] |= (uint8_t)(1u << bucket);
}

/* Neighbours in the order of their probes share a bucket: what their tables confuse is least. */
static void fill_buckets(struct literals *set)
{
    const struct lit *order[TEDDY_MAX];

    memset(set->low, 0, sizeof(set->low));
    memset(set->high, 0, sizeof(set->high));
    memset(set->bucket_n, 0, sizeof(set->bucket_n));
    for (size_t i = 0; i < set->n; i++)
        order[i] = &set->lits[i];
    qsort(order, set->n, sizeof(*order), order_by_probe);
    for (size_t i = 0; i < set->n; i++) {
        unsigned bucket = (unsigned)(i * N_BUCKETS / MAX(set->n, N_BUCKETS));
        const struct lit *lit = order[i];

        set->bucket[bucket][set->bucket_n[bucket]++] = (uint8_t)(lit - set->lits);
        for (unsigned k = 0; k < set->n_probe; k++) {
            char c = lit->text.ptr[lit->offset + k];

            enter_byte(set, k, (unsigned char)c, bucket);
            if (lit->icase && is_letter(c))
                enter_byte(set, k, (unsigned char)(c ^ 0x20), bucket);
        }
    }
    for (unsigned k = 0; k < PROBE_MAX; k++) {
        for (unsigned c = 0; c < 256; c++)
            set->by_byte[k][c] =
                k < set->n_probe ? set->low[k][c & 15] & set->high[k][c >> 4] : 0xFF;
    }
}

static void choose_probes(struct literals *set, const struct bytes_seen *seen)
{
    choose_pair(set, seen);
    set->n_probe = PROBE_MAX;
    for (size_t i = 0; i < set->n; i++)
        set->n_probe = (unsigned)MIN(set->n_probe, set->lits[i].text.len);
    set->max_offset = 0;
    for (size_t i = 0; i < set->n; i++) {
        struct lit *lit = &set->lits[i];
        double least = 0;

        for (size_t k = 0; k + set->n_probe <= lit->text.len; k++) {
            double weight = literal_probe_weight(seen, lit, k, set->n_probe);

            if (k == 0 || weight < least) {
                least = weight;
                lit->offset = (uint32_t)k;
            }
        }
        set->max_offset = MAX(set->max_offset, lit->offset);
    }
    fill_buckets(set);
}

static enum lanner_rc make_multi(struct literals *set, struct lanner_err *err)
{
    struct multi_pattern *patterns = ARENA_ARRAY(&set->arena, struct multi_pattern, set->n);

    for (size_t i = 0; i < set->n; i++) {
        patterns[i].text = set->lits[i].text;
        patterns[i].icase = set->lits[i].icase;
    }
    return multi_compile(&set->arena, patterns, set->n, &set->multi, NULL, err);
}

static enum lanner_rc check(const struct literal *lits, size_t n, struct lanner_err *err)
{
    if (n == 0 || n > LITERALS_MAX)
        return err_set(err, LANNER_ERR_LIMIT, "expected 1 to %d literals, found %zu", LITERALS_MAX,
                       n);
    for (size_t i = 0; i < n; i++) {
        if (lits[i].text.len == 0 || lits[i].text.len > LITERALS_MAX_LEN)
            return err_set(err, LANNER_ERR_LIMIT, "expected a literal of 1 to %d bytes, found %zu",
                           LITERALS_MAX_LEN, lits[i].text.len);
    }
    return LANNER_OK;
}

static void make_word(struct lit *lit)
{
    uint8_t want[8] = {0}, mask[8] = {0}, fold[8] = {0};

    for (size_t i = 0; i < MIN(lit->text.len, sizeof(want)); i++) {
        char c = lit->text.ptr[i];

        want[i] = (uint8_t)c;
        mask[i] = 0xff;
        fold[i] = lit->icase && c >= 'a' && c <= 'z' ? 0x20 : 0;
    }
    memcpy(&lit->want, want, sizeof(want));
    memcpy(&lit->mask, mask, sizeof(mask));
    memcpy(&lit->fold, fold, sizeof(fold));
}

enum lanner_rc literals_new(const struct literal *lits, size_t n, struct literals **out,
                            struct lanner_err *err)
{
    struct bytes_seen seen = {.pair = NULL};
    struct literals *set;
    enum lanner_rc rc = LANNER_OK;

    TRY(check(lits, n, err));
    set = xcalloc(1, sizeof(*set));
    arena_init(&set->arena, 4096);
    set->n = n;
    set->lits = ARENA_ARRAY(&set->arena, struct lit, n);
    for (size_t i = 0; i < n; i++) {
        char *text = arena_alloc(&set->arena, lits[i].text.len);

        for (size_t k = 0; k < lits[i].text.len; k++)
            text[k] = lits[i].icase ? ascii_lower(lits[i].text.ptr[k]) : lits[i].text.ptr[k];
        set->lits[i] = (struct lit){.text = str_of(text, lits[i].text.len), .icase = lits[i].icase};
        make_word(&set->lits[i]);
        set->max_len = MAX(set->max_len, lits[i].text.len);
    }
    for (size_t c = 0; c < 256; c++) {
        seen.byte[c] = c < 128 && json_bytes[c] != 0 ? json_bytes[c] : 1;
        seen.total += seen.byte[c];
    }
    if (n <= TEDDY_MAX)
        choose_probes(set, &seen);
    else if (!cpu_has_avx2() || !wide_new(set, &seen))
        rc = make_multi(set, err);
    if (rc != LANNER_OK)
        goto out;
    *out = set;
    set = NULL; /* now the caller's */
out:
    literals_free(set);
    return rc;
}

void literals_free(struct literals *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < SCRATCH_POOL; i++)
        multi_scratch_free(atomic_load(&set->pool[i]));
    arena_done(&set->arena);
    free(set);
}

void literals_sample(struct literals *set, const char *ptr, size_t len)
{
    struct bytes_seen seen = {.pair = NULL};
    uint32_t *pair, *slot;

    if (set->multi != NULL || len < 1024)
        return;
    len = MIN(len, (size_t)1 << 20);
    pair = xcalloc(256 * 256, sizeof(*pair));
    slot = xcalloc((size_t)1 << WIDE_BITS, sizeof(*slot));
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)ptr[i];

        seen.byte[c]++;
        if (i > 0)
            pair[(unsigned char)ptr[i - 1] * 256 + c]++;
        if (i > 1 && set->wide != NULL)
            slot[wide_slot(ptr + i - 2)]++;
    }
    for (size_t c = 0; c < 256; c++) {
        seen.byte[c] += 0.01; /* unseen bytes are rare, not impossible */
        seen.total += seen.byte[c];
    }
    seen.pair = pair;
    seen.slot = slot;
    if (set->wide != NULL)
        (void)wide_choose(set, &seen); /* what was good for typical bytes stays good enough */
    else
        choose_probes(set, &seen);
    free(pair);
    free(slot);
}

bool literals_at(const struct literals *set, size_t i, const char *p, const char *end)
{
    const struct lit *lit = &set->lits[i];

    if ((size_t)(end - p) < lit->text.len)
        return false;
    if (LIKELY(end - p >= (ptrdiff_t)sizeof(uint64_t))) {
        uint64_t word;

        memcpy(&word, p, sizeof(word));
        if (((word | lit->fold) & lit->mask) != lit->want)
            return false;
        if (lit->text.len <= sizeof(word))
            return true;
    }
    if (!lit->icase)
        return memcmp(p, lit->text.ptr, lit->text.len) == 0;
    for (size_t k = 0; k < lit->text.len; k++) {
        if (ascii_lower(p[k]) != lit->text.ptr[k])
            return false;
    }
    return true;
}

void literals_try(const struct literals *set, const char *ptr, const char *end, const char *q,
                  size_t i, struct literal_find *find)
{
    size_t offset = set->lits[i].offset;
    const char *start = q - offset;

    if ((size_t)(q - ptr) < offset)
        return;
    if (find->start != NULL && (start > find->start || (start == find->start && i > find->which)))
        return;
    if (literals_at(set, i, start, end))
        *find = (struct literal_find){start, i};
}

void literals_verify(const struct literals *set, const char *ptr, const char *end, const char *q,
                     unsigned buckets, struct literal_find *find)
{
    for (; buckets != 0; buckets &= buckets - 1) {
        unsigned b = (unsigned)__builtin_ctz(buckets);

        for (size_t k = 0; k < set->bucket_n[b]; k++)
            literals_try(set, ptr, end, q, set->bucket[b][k], find);
    }
}

static void teddy_scalar(const struct literals *set, const char *ptr, const char *end,
                         struct literal_find *find)
{
    size_t n = set->n_probe;

    for (const char *q = ptr; (size_t)(end - q) >= n; q++) {
        unsigned buckets = set->by_byte[0][(unsigned char)q[0]];

        /* No literal that starts before the find has its probe further on. */
        if (find->start != NULL && (size_t)(q - find->start) > set->max_offset)
            return;
        for (size_t k = 1; k < n && buckets != 0; k++)
            buckets &= set->by_byte[k][(unsigned char)q[k]];
        if (buckets != 0)
            literals_verify(set, ptr, end, q, buckets, find);
    }
}

struct multi_find {
    const struct literals *set;
    const char *ptr;
    struct literal_find find;
};

static bool on_end(void *ctx, size_t pattern, size_t end)
{
    struct multi_find *m = ctx;
    const char *start = m->ptr + end - m->set->lits[pattern].text.len;

    if (m->find.start == NULL || start < m->find.start ||
        (start == m->find.start && pattern < m->find.which))
        m->find = (struct literal_find){start, pattern};
    /* What starts no later than the find ends at most max_len behind it. */
    return m->ptr + end <= m->find.start + m->set->max_len;
}

static struct literal_find find_multi(const struct literals *set, const char *ptr, const char *end)
{
    struct literals *pool = (struct literals *)(uintptr_t)set; /* its atomics only */
    struct multi_find m = {.set = set, .ptr = ptr};
    struct multi_scratch *s = NULL;
    const size_t chunk = (size_t)1 << 30; /* Vectorscan takes 32 bit lengths */

    for (size_t i = 0; i < SCRATCH_POOL && s == NULL; i++)
        s = atomic_exchange(&pool->pool[i], NULL);
    if (s == NULL)
        s = multi_scratch_new(set->multi);
    while (ptr < end && m.find.start == NULL) {
        size_t n = MIN((size_t)(end - ptr), chunk);

        m.ptr = ptr;
        multi_scan(set->multi, s, str_of(ptr, n), on_end, &m);
        if (n < chunk)
            break;
        ptr += n - set->max_len;
    }
    for (size_t i = 0; i < SCRATCH_POOL && s != NULL; i++) {
        struct multi_scratch *none = NULL;

        if (atomic_compare_exchange_strong(&pool->pool[i], &none, s))
            s = NULL;
    }
    multi_scratch_free(s);
    return m.find;
}

const char *literals_next(const struct literals *set, const char *ptr, const char *end,
                          size_t *which)
{
    struct literal_find find = {NULL, 0};

    if (ptr == NULL || ptr >= end)
        return NULL;
    if (set->multi != NULL)
        find = find_multi(set, ptr, end);
    else if (set->wide != NULL && (end - ptr < 64 || !cpu_has_avx2()))
        wide_scalar(set, ptr, end, &find);
    else if (set->wide != NULL)
        literals_wide_avx2(set, ptr, end, &find);
    else if (end - ptr < 64 || !cpu_has_avx2())
        teddy_scalar(set, ptr, end, &find);
    else if (set->n == 1)
        find.start = literals_one_avx2(set, ptr, end);
    else
        literals_teddy_avx2(set, ptr, end, &find);
    if (find.start != NULL && which != NULL)
        *which = find.which;
    return find.start;
}
