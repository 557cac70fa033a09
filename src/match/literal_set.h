/* literal_set.h - the inside of a set of literals. Private to the room.
 *
 * Each literal is looked for by a probe: up to three neighbouring bytes of it, chosen where they
 * are rare. Literals are spread over eight buckets; for each probe byte two tables of sixteen say,
 * for the low and the high half of a byte, which buckets could have it there ("Teddy", from Intel's
 * Hyperscan). A byte position where all agree is a candidate and is verified. */
#ifndef MATCH_LITERAL_SET_H
#define MATCH_LITERAL_SET_H

#include "match/literal.h"
#include "match/multi.h"

#define PROBE_MAX    3
#define N_BUCKETS    8
#define TEDDY_MAX    64   /* literals; more are a wide set */
#define WIDE_MAX     2000 /* literals; more go to Vectorscan */
#define WIDE_SHORTS  4    /* literals of a wide set that are shorter than a probe */
#define WIDE_BUCKETS 16
#define WIDE_BITS    13
#define SCRATCH_POOL 64 /* threads that search one large set at a time without making a scratch */

struct lit {
    struct str text; /* lower case with icase; arena */
    bool icase;
    uint32_t offset; /* of the probe */
    /* The first eight bytes (or fewer) as one word: a text's, or'ed with fold and masked, is equal
     * to want. */
    uint64_t want, mask, fold;
};

/* See literal_wide.c. */
struct wide {
    uint8_t low[WIDE_BUCKETS / N_BUCKETS][PROBE_MAX][16];
    uint8_t high[WIDE_BUCKETS / N_BUCKETS][PROBE_MAX][16];
    size_t n_groups;                /* of eight buckets that are in use */
    uint16_t heads[1 << WIDE_BITS]; /* by wide_slot(): literal + 1, or 0 */
    uint16_t *next;                 /* the same, for each literal; arena */
    uint16_t shorts[WIDE_SHORTS];
    size_t n_shorts;
};

struct literals {
    struct arena arena;
    struct lit *lits;
    size_t n;
    size_t max_len;
    size_t max_offset; /* of the probes */
    unsigned n_probe;  /* bytes of a probe */
    /* Buckets by half byte: low[k][x] for byte k of the probe. */
    uint8_t low[PROBE_MAX][16];
    uint8_t high[PROBE_MAX][16];
    uint8_t by_byte[PROBE_MAX][256]; /* the same for whole bytes */
    uint8_t bucket_n[N_BUCKETS];
    uint8_t bucket[N_BUCKETS][TEDDY_MAX];
    /* A single literal: two of its bytes, the second `pair_distance` behind the first (or before).
     */
    uint32_t pair_at[2];
    uint8_t pair_byte[2];
    uint8_t pair_fold[2]; /* 0x20 where the byte's case does not matter */
    /* More than TEDDY_MAX literals: one of these. */
    struct wide *wide; /* arena */
    struct multi *multi;
    struct multi_scratch *_Atomic pool[SCRATCH_POOL]; /* owned */
};

/* What is known of the data: bytes and pairs of bytes. */
struct bytes_seen {
    double byte[256];
    double total;         /* of byte */
    const uint32_t *pair; /* [first * 256 + second], or NULL */
    const uint32_t *slot; /* three bytes by wide_slot(), or NULL */
};

/* How often the n bytes from offset on are to be expected, of seen->total positions. */
double literal_probe_weight(const struct bytes_seen *seen, const struct lit *lit, size_t offset,
                            size_t n);

/* The best find so far. */
struct literal_find {
    const char *start;
    size_t which;
};

/* A candidate: the buckets that may have a literal whose probe is at q. Improves the find. */
void literals_verify(const struct literals *set, const char *ptr, const char *end, const char *q,
                     unsigned buckets, struct literal_find *find);
/* Whether literal i stands at p, wholly before end. */
bool literals_at(const struct literals *set, size_t i, const char *p, const char *end);
/* Whether literal i stands where its probe is at q, and is a better find. */
void literals_try(const struct literals *set, const char *ptr, const char *end, const char *q,
                  size_t i, struct literal_find *find);

/* The place in heads of the three bytes at p, in whatever case they are. */
static inline uint32_t wide_slot(const char *p)
{
    uint32_t word = (uint32_t)(unsigned char)p[0] | (uint32_t)(unsigned char)p[1] << 8 |
                    (uint32_t)(unsigned char)p[2] << 16;

    return (word | 0x202020u) * 0x9E3779B1u >> (32 - WIDE_BITS);
}

/* False: the set is not one for it. */
bool wide_new(struct literals *set, const struct bytes_seen *seen);
/* Chooses the probes anew; false when too many positions would be looked up. */
bool wide_choose(struct literals *set, const struct bytes_seen *seen);
/* A candidate at q. */
void wide_verify(const struct literals *set, const char *ptr, const char *end, const char *q,
                 struct literal_find *find);
void wide_scalar(const struct literals *set, const char *ptr, const char *end,
                 struct literal_find *find);

/* The vector twins; only behind cpu_has_avx2(). Windows of 64 bytes and more. */
void literals_teddy_avx2(const struct literals *set, const char *ptr, const char *end,
                         struct literal_find *find);
void literals_wide_avx2(const struct literals *set, const char *ptr, const char *end,
                        struct literal_find *find);
const char *literals_one_avx2(const struct literals *set, const char *ptr, const char *end);

#endif
