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
#define TEDDY_MAX    64 /* literals; more go to Vectorscan */
#define SCRATCH_POOL 64 /* threads that search one large set at a time without making a scratch */

struct lit {
    struct str text; /* lower case with icase; arena */
    bool icase;
    uint32_t offset; /* of the probe */
    /* The first eight bytes (or fewer) as one word: a text's, or'ed with fold and masked, is equal
     * to want. */
    uint64_t want, mask, fold;
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
    /* More than TEDDY_MAX literals. */
    struct multi *multi;
    struct multi_scratch *_Atomic pool[SCRATCH_POOL]; /* owned */
};

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

/* The vector twins; only behind cpu_has_avx2(). Windows of 64 bytes and more. */
void literals_teddy_avx2(const struct literals *set, const char *ptr, const char *end,
                         struct literal_find *find);
const char *literals_one_avx2(const struct literals *set, const char *ptr, const char *end);

#endif
