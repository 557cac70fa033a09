/* agg.h - what the aggregates share: values that are kept and replaced, sets of values, outputs.
 * Private to the room.
 *
 * Everything lives in the arena of the context, which is freed whole: what is replaced often uses
 * its memory again. */
#ifndef FN_AGG_H
#define FN_AGG_H

#include "batch/order.h"
#include "fn/kernel.h"

/* Every aggregate takes its own copies and checks for nulls itself. */
#define AGG_ROW .kind = FN_AGGREGATE, .nulls = FN_NULLS_SEEN

/* ---- A value that is kept and replaced ----------------------------------------------------------
 */

struct held { /* all zero: absent */
    struct val v;
    char *room; /* arena */
    uint32_t cap;
};
void held_set(struct held *h, const struct val *v, struct arena *a);
static inline void held_load(struct held *h, struct reader *r, struct arena *a)
{
    struct val v = val_load(r, a);

    held_set(h, &v, a);
}

/* ---- A set of values by what they print
 * ---------------------------------------------------------- */

struct distinct_slot {
    uint64_t hash;
    struct val v;
};
struct distinct {                /* all zero: empty */
    struct distinct_slot *slots; /* up to 8: a list; then a hash table, a power of two */
    size_t n, cap;
};
void distinct_add(struct distinct *d, const struct val *v, uint64_t seed, struct arena *a);
void distinct_merge(struct distinct *d, const struct distinct *other, uint64_t seed,
                    struct arena *a);
void distinct_save(const struct distinct *d, struct buf *out);
/* Takes only what falls to the context's share. */
void distinct_load(struct distinct *d, struct reader *in, const struct agg_ctx *ctx);

/* ---- How often values are in a window, by what they print ---- */

struct tally_slot {
    uint64_t hash;
    struct val v; /* text on the heap; absent: a free slot */
    uint64_t n;
};
struct tally {                /* all zero: empty */
    struct tally_slot *slots; /* owned; a hash table, cap a power of two */
    size_t n, cap;
    size_t n_bytes; /* of the texts */
};
void tally_add(struct tally *t, const struct val *v, uint64_t seed, struct arena *a);
/* The value was added before. */
void tally_drop(struct tally *t, const struct val *v, uint64_t seed);
void tally_done(struct tally *t);

/* ---- A growing array of plain items
 * -------------------------------------------------------------- */

struct bag {     /* all zero: empty */
    void *items; /* arena */
    size_t n, cap;
};
/* Room for one more; returns it. */
void *bag_add(struct bag *b, size_t size, struct arena *a);
void bag_merge(struct bag *b, const struct bag *other, size_t size, struct arena *a);

/* ---- Small things
 * -------------------------------------------------------------------------------- */

static inline void save_ordinal(struct ordinal o, struct buf *out)
{
    buf_put_u64(out, o.hi);
    buf_put_u64(out, o.lo);
}
static inline struct ordinal load_ordinal(struct reader *in)
{
    struct ordinal o;

    o.hi = read_u64(in);
    o.lo = read_u64(in);
    return o;
}
/* For each name the row writes, its place among the outputs the plan asks for, or SIZE_MAX. */
enum lanner_rc agg_out_map(const struct fn_call *call, const size_t **out,
                           struct lanner_err *err) MUST_USE;
/* Sets the single output and emits. */
enum lanner_rc agg_emit_one(const struct agg_ctx *ctx, struct agg_out *out, struct val v,
                            struct lanner_err *err) MUST_USE;
/* States that are all zero at first. */
#define AGG_INIT_ZERO(fn_name, type)                                                               \
    static void fn_name(const struct agg_ctx *ctx, void *state)                                    \
    {                                                                                              \
        (void)ctx;                                                                                 \
        memset(state, 0, sizeof(type));                                                            \
    }

#endif
