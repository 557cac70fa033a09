/* batch.h - values, columns, batches and selections: what flows between operators.
 *
 * One cell shape for all types: 16 bytes with the kind of this very value beside it. A column's
 * static type says which kinds can occur in it (TYPE_RAW: text kinds, null and absent; TYPE_NUM:
 * long, double, absent; ...), so a kernel that knows the type need not look. Rows are never moved
 * by filter, extend, project and branch: a batch's selection shrinks and columns are appended.
 *
 * Memory: text of a value belongs to the window of the input or to the batch's arena; both live
 * until the push that carries the batch returns. Whoever keeps a value copies it. */
#ifndef BATCH_BATCH_H
#define BATCH_BATCH_H

#include "util/mem.h"

enum kind {
    KIND_ABSENT = 0, /* the event has no such field; null in expressions */
    KIND_NULL,       /* JSON null, or null of a language that prints it */
    KIND_TEXT,       /* ptr, len */
    KIND_NUMTEXT,    /* a JSON number as it stood in the record: ptr, len */
    KIND_BOOLTEXT,   /* true or false as it stood in the record: ptr, len */
    KIND_LONG,       /* i */
    KIND_DOUBLE,     /* d, finite */
    KIND_BOOL,       /* i: 0 or 1 */
    KIND_TIME,       /* i: ns UTC */
    KIND_IP,         /* ptr to 16 bytes, v4 mapped; len 4 or 6 tells how it was written */
    KIND_MAC,        /* i */
    KIND_BYTES,      /* ptr, len */
    KIND_ARRAY       /* items, len values */
};

enum type {
    TYPE_RAW = 0, /* text kinds, null, absent */
    TYPE_TEXT,
    TYPE_NUM, /* long or double by row */
    TYPE_LONG,
    TYPE_DOUBLE,
    TYPE_BOOL,
    TYPE_TIME,
    TYPE_IP,
    TYPE_MAC,
    TYPE_BYTES,
    TYPE_ARRAY,
    TYPE_ANY /* branches assigned different types; prints by the language's rule */
};

struct val {
    union {
        const char *ptr;
        const struct val *items;
        int64_t i;
        double d;
    } u;
    uint32_t len;
    uint8_t kind; /* enum kind */
};

#define VAL_ABSENT ((struct val){.kind = KIND_ABSENT})

static inline struct val val_text(const char *ptr, size_t len)
{
    assert(len <= UINT32_MAX);
    return (struct val){.u.ptr = ptr, .len = (uint32_t)len, .kind = KIND_TEXT};
}
static inline struct val val_str(struct str s)
{
    return val_text(s.ptr, s.len);
}
static inline struct val val_long(int64_t i)
{
    return (struct val){.u.i = i, .kind = KIND_LONG};
}
static inline struct val val_bool(bool b)
{
    return (struct val){.u.i = b, .kind = KIND_BOOL};
}
/* NaN and infinities are no value. Integral doubles stay doubles; printing hides it. */
static inline struct val val_double(double d)
{
    return __builtin_isfinite(d) ? (struct val){.u.d = d, .kind = KIND_DOUBLE} : VAL_ABSENT;
}
/* No usable value: absent or null. */
static inline bool val_is_null(const struct val *v)
{
    return v->kind <= KIND_NULL;
}
static inline bool val_is_text(const struct val *v)
{
    return v->kind >= KIND_TEXT && v->kind <= KIND_BOOLTEXT;
}
/* Only for text kinds. */
static inline struct str val_as_str(const struct val *v)
{
    return str_of(v->u.ptr, v->len);
}

/* Room val_print needs for anything that is not text: numbers, booleans. */
#define VAL_PRINT_MAX 40
/* The text of a value as CQL prints it (cql.md 2.2). Text kinds are returned as they are, others
 * are written to `room`. Null and absent give an empty text. Arrays are not for this. */
struct str val_print(const struct val *v, char room[VAL_PRINT_MAX]);
/* The value as a number: KIND_LONG or KIND_DOUBLE, else absent. Text counts when all of it is a
 * decimal integer or real (cql.md 2.2). Booleans are not numbers. */
struct val val_to_num(const struct val *v);
/* The same bytes and kind in the arena. Arrays are copied deeply. */
struct val val_copy(const struct val *v, struct arena *a);
/* Hash and equality of what the value prints as: 5 and "5" are one group key. Absent equals absent
 * only. */
uint64_t val_hash(const struct val *v, uint64_t seed);
bool val_same(const struct val *a, const struct val *b);
/* For saved state and spilled rows. */
struct buf;
struct reader;
void val_save(const struct val *v, struct buf *out);
/* Text of the value points into the reader's memory; arrays are made in the arena. A damaged value
 * sets r->bad. */
struct val val_load(struct reader *r, struct arena *a);

/* Where a row stands in the input: all order and all ties are decided by it. hi: input index (24
 * bits) and byte position of the record (40 bits); lo: sub-index, 20 bits for each unnest. */
struct ordinal {
    uint64_t hi;
    uint64_t lo;
};
#define ORDINAL_POS_BITS  40
#define ORDINAL_MAX_INPUT ((UINT64_C(1) << 24) - 1)
static inline struct ordinal ordinal_of(uint64_t input, uint64_t position)
{
    return (struct ordinal){input << ORDINAL_POS_BITS | position, 0};
}
static inline int ordinal_cmp(struct ordinal a, struct ordinal b)
{
    if (a.hi != b.hi)
        return a.hi < b.hi ? -1 : 1;
    return a.lo < b.lo ? -1 : a.lo > b.lo;
}

/* Which rows of a batch are alive, ascending. */
struct sel {
    uint32_t *idx; /* batch arena */
    uint32_t n;
};
/* for (each selected row i) */
#define SEL_FOR(sel, i)                                                                            \
    for (uint32_t sel_k_ = 0, i = 0; sel_k_ < (sel)->n && (i = (sel)->idx[sel_k_], 1); sel_k_++)

struct column {
    struct val *v; /* batch arena; n_rows values, or one when `is_const` */
    bool is_const;
};
static inline const struct val *column_at(const struct column *c, uint32_t row)
{
    return &c->v[c->is_const ? 0 : row];
}

/* Fields of one row whose names only the data knows. Names are unique. */
struct open_field {
    struct str name;
    struct val v;
};
struct open_row {
    struct open_field *fields; /* batch arena */
    uint32_t n, cap;
};
/* The value, or NULL. */
struct val *open_get(struct open_row *row, struct str name);
/* Adds or overwrites. Name and value must live as long as the batch. */
void open_put(struct open_row *row, struct str name, struct val v, struct arena *a);

struct batch {
    uint32_t n_rows;
    uint32_t n_cols;
    uint32_t cap_cols; /* room in cols: batch_add_column never moves it below that */
    struct column *cols;
    struct ordinal *ord; /* one for each row */
    struct sel sel;
    struct open_row *open; /* one for each row, or NULL when the plan needs no open fields */
    struct arena *arena;   /* batch lifetime */
};

/* An empty batch with room for rows and columns, all cells absent, nothing selected. */
struct batch *batch_new(struct arena *a, uint32_t n_rows, uint32_t n_cols, uint32_t cap_cols,
                        bool open);
/* Appends a column of n_rows cells (not cleared) and returns its index. */
uint32_t batch_add_column(struct batch *b);
/* A selection of the same rows with its own memory. */
struct sel sel_copy(const struct sel *s, struct arena *a);

#endif
