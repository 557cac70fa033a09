/* fn.h - the function library's door: one table of function rows for all languages.
 *
 * A row says everything about a function: parameters, result, null rule, what the prefilter may
 * conclude, spelling per language, help. Adding a function is a kernel and a row. Rows are static
 * const; what a call needs at run time (compiled regex, zone, table) is made once by `bind` from
 * the constant arguments and is read-only afterwards: kernels run on many workers at once. */
#ifndef FN_FN_H
#define FN_FN_H

#include "batch/batch.h"
#include "util/buf.h"

enum lang {
#define LANG(id, name, ending) LANG_##id,
#include "fn/langs.def"
#undef LANG
    LANG_COUNT
};

enum fn_kind {
    FN_SCALAR,    /* one value a row */
    FN_PREDICATE, /* true or false a row, never null; usable as a filter */
    FN_MULTI,     /* sets several fields, may drop the row */
    FN_EXPAND,    /* n rows for one */
    FN_AGGREGATE,
    FN_SOURCE /* makes rows from constants alone */
};

enum fn_nulls {
    FN_NULL_IN_NULL_OUT, /* kernels never see a row where a column argument is absent or null */
    FN_NULLS_SEEN
};

enum fn_param_kind {
    P_EXPR,   /* any expression; a bare word is a field */
    P_FIELD,  /* a field name, bare or quoted; arrives as that field's values */
    P_NAME,   /* a field name that arrives as its name (constant text) */
    P_TEXT,   /* constant text, bare or quoted */
    P_NUMBER, /* constant number */
    P_BOOL,   /* constant true or false */
    P_OPTION, /* one of `options`, arrives as constant text in lower case */
    P_REGEX, /* constant text; a regex literal is accepted and its flags go to the parameter `flags`
              */
    P_SPAN,  /* constant span of time, arrives as KIND_LONG milliseconds; empty text when absent */
    P_LIST,  /* constant array of text and numbers (values=[...]), arrives as KIND_ARRAY */
    P_AS, /* name of the output; not passed to the kernel; `fallback` is the default name, NULL: the
             first field argument's name */
    P_PIPELINE /* {...}: a sub-pipeline; only for stage functions of a language */
};

enum {
    PARAM_DEFAULT = 1, /* may be passed without a name */
    PARAM_REQUIRED = 2,
    PARAM_MANY =
        4, /* array of these; only on the last kernel argument, arrives as further arguments */
    PARAM_NO_PASS = 8 /* read by the front end only */
};

struct fn_param {
    const char *name;  /* NULL ends the list */
    const char *alias; /* second accepted name, or NULL */
    enum fn_param_kind kind;
    unsigned flags;
    const char *fallback; /* default as the user would write it; NULL: passed as absent */
    const char *options;  /* P_OPTION: words separated by | */
};

struct zone;
struct lookup_folders; /* lookup/lookup.h */

/* What is fixed for one query. Lives as long as the query. */
struct fn_env {
    struct arena *arena; /* query arena; only before execution, by one thread */
    int64_t now_ns;
    int64_t from_ns, to_ns;  /* the interval; TIME_NONE when open */
    const struct zone *zone; /* query time zone, never NULL */
    struct str zone_name;
    const struct lookup_folders *folders; /* may be NULL: nothing given */
    uint64_t seed;                        /* random, for hash tables */
    bool strict;
    bool ignore_missing_data;
    /* Reports a note (repair, limit, warning); any thread. Repeated texts are reported once. */
    void (*note)(void *ctx, enum lanner_note_kind kind, struct span at, const char *text);
    void *note_ctx;
};

/* One argument as bind sees it. */
struct fn_arg {
    bool is_const;
    struct val v;     /* when is_const */
    struct str field; /* the field's name when the argument is a plain field, else empty */
};

/* One call in a plan, bound. Read-only during execution. */
struct fn_call {
    const struct fn_def *fn;
    const struct fn_env *env;
    struct span at;
    void *state; /* made by bind, query arena */
    size_t n_args;
    const struct fn_arg *args;
    /* FN_MULTI, FN_EXPAND, FN_AGGREGATE: names of the outputs that the plan asks for. */
    size_t n_out;
    const struct str *out_names;
    bool open; /* FN_MULTI, FN_EXPAND: further fields go to the open rows */
};

/* Where FN_MULTI writes. */
struct fn_multi {
    struct val *const
        *out; /* out[j][row]: preset to the field's old value; set only what is to change */
    struct open_row *open; /* rows' open fields, or NULL */
    uint8_t *drop;         /* set drop[row] = 1 to drop the row */
    struct arena *arena;   /* batch lifetime */
};

/* Where FN_EXPAND writes: fill out[j] (preset to the old values of src row) and call emit. */
struct fn_expand {
    struct val *out;
    struct open_row
        *open; /* open fields of the row being made, a copy of the source row's, or NULL */
    enum lanner_rc (*emit)(struct fn_expand *x, struct lanner_err *err);
    uint32_t row; /* source row */
    struct arena *arena;
};

/* Per-worker scratch for kernels that need one (regex match data); made on first use, freed by
 * `done`. */
struct fn_local {
    void *ptr;
    void (*done)(void *ptr);
};

struct fn_run {
    const struct fn_call *call;
    struct fn_local *local;
    struct arena *arena;    /* batch lifetime: text results live here */
    size_t bytes_most;      /* of the arena: beyond, the run fails anyway; 0: not said */
    const struct batch *in; /* may be NULL outside pipelines (constant folding) */
};

/* States of an aggregate are `state_size` bytes in the group's row; what they own beyond that comes
 * from ctx->arena, which is freed whole. Merge must commute and associate; order of input comes
 * from ordinals alone. */
struct agg_ctx {
    const struct fn_call *call;
    struct arena *arena;
    struct budget *budget; /* informs only: the operator accounts for the arena and spills */
    /* For `load`, see agg_def.fold: only what falls to this share of n_shares; 0 and 1: all. */
    uint32_t share, n_shares;
};
struct agg_out {
    struct val *vals; /* one for each out name; set and emit, any number of times */
    enum lanner_rc (*emit)(struct agg_out *out, struct lanner_err *err);
    struct arena *arena; /* the result batch's */
};
/* An aggregate over a window: rows come and go in one order, and each costs the same however many
 * are in the window. States are of its own kind and live on the heap. */
struct agg_slide {
    size_t state_size; /* all zero at first */
    void (*done)(void *state);
    void (*add)(struct agg_ctx *ctx, void *state, const struct column *args, uint32_t row);
    /* The row that came first of those that are in it. */
    void (*drop)(struct agg_ctx *ctx, void *state, const struct column *args, uint32_t row);
    enum lanner_rc (*read)(const struct agg_ctx *ctx, const void *state, struct agg_out *out,
                           struct lanner_err *err);
    size_t (*size)(const void *state); /* bytes besides state_size */
};
struct agg_def {
    size_t state_size;
    void (*init)(const struct agg_ctx *ctx, void *state);
    /* For each selected row i: states[i] takes args[k] at row i. */
    enum lanner_rc (*update)(struct agg_ctx *ctx, void *const *states, const struct column *args,
                             const struct batch *in, const struct sel *sel, struct lanner_err *err);
    /* dst takes what src holds; src is not used afterwards and lives in another arena. */
    enum lanner_rc (*merge)(struct agg_ctx *ctx, void *dst, void *src, struct lanner_err *err);
    void (*save)(const struct agg_ctx *ctx, const void *state, struct buf *out);
    enum lanner_rc (*load)(struct agg_ctx *ctx, void *state, struct reader *in,
                           struct lanner_err *err);
    /* Leaves the state intact. */
    enum lanner_rc (*read)(const struct agg_ctx *ctx, const void *state, struct agg_out *out,
                           struct lanner_err *err);
    /* For states that may be larger than memory, NULL for others. A state of many values is loaded
     * share by share; fold adds to dst what src found in its share. dst keeps no values. */
    void (*fold)(const struct agg_ctx *ctx, void *dst, const void *src);
    const struct agg_slide *slide; /* NULL: each window is aggregated anew */
};
#define AGG_SAVE_VERSION 1

/* Literals for the prefilter: every row for which the predicate is true holds at least one of these
 * in the value of its first column argument. */
struct fn_literal {
    struct str text;
    /* ASCII letters in either case. What is no ASCII is not in it then; k and s may be, and who
     * looks for them looks for U+212A and U+017F as well, which fold to them. */
    bool ignore_case;
};
typedef VEC(struct fn_literal) fn_literals;

typedef VEC(struct str) fn_names;

struct fn_def {
    const char *name; /* unique, for plans and saved state */
    enum fn_kind kind;
    const struct fn_param *params;
    enum type ret;
    enum fn_nulls nulls;
    bool keeps_bytes; /* scalar: the result's text is a part of the first argument's text, unchanged
                       */
    bool impure;      /* not folded: depends on the row's place or on data loaded at bind */
    bool writes_open; /* FN_MULTI, FN_EXPAND: may write fields that only the data names */
    bool reads_open;  /* reads fields that only the data names: rows must carry all fields */
    bool record_only; /* reads_open: what the record itself has, not what stages made */
    const char *spelled[LANG_COUNT];
    const char *family; /* heading in the reference */
    const char *doc;    /* sentences in Markdown */
    /* Makes call->state from the constant arguments. NULL: no state. */
    enum lanner_rc (*bind)(struct fn_call *call, struct lanner_err *err);
    /* out->v has in->n_rows cells (or one when all arguments are constant: sel is then row 0). */
    enum lanner_rc (*eval)(struct fn_run *run, const struct column *args, const struct sel *sel,
                           struct val *out, struct lanner_err *err);
    enum lanner_rc (*eval_multi)(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct fn_multi *out,
                                 struct lanner_err *err);
    /* Called for one source row. */
    enum lanner_rc (*expand)(struct fn_run *run, const struct column *args, struct fn_expand *x,
                             struct lanner_err *err);
    /* FN_SOURCE: the n-th row; *more false at the end. */
    enum lanner_rc (*generate)(struct fn_run *run, uint64_t n, struct fn_expand *x, bool *more,
                               struct lanner_err *err);
    const struct agg_def *agg;
    /* Names of the fields written, from the constant arguments; NULL: the P_AS parameter's. For
     * writes_open functions, the names known beforehand. */
    enum lanner_rc (*writes)(const struct fn_call *call, fn_names *names, struct arena *a,
                             struct lanner_err *err);
    /* Adds the literals; false when nothing can be concluded. */
    bool (*literals)(const struct fn_call *call, fn_literals *out, struct arena *a);
};

/* How well a literal selects records, 0: not at all. It is cut where a record may write its bytes
 * otherwise, as the source will do; `whole`: it is looked for in the record's own text, where
 * blanks may stand between tokens and keys of objects stand in every record. */
size_t fn_literal_worth(struct str text, bool ignore_case, bool whole);
/* The row a language spells so, compared without regard to ASCII case; NULL when none. */
const struct fn_def *fn_find(enum lang lang, struct str name);
/* The row by its own name; NULL when none. For front ends and saved plans. */
const struct fn_def *fn_named(const char *name);
/* All rows: fn_at(0), fn_at(1), ... NULL at the end. */
const struct fn_def *fn_at(size_t i);
/* A time as AQL texts have it, to epoch milliseconds: the formats of START and STOP (a trailing z
 * is UTC, else the zone), ISO 8601 (without an offset: the zone), thirteen digits of epoch
 * milliseconds. whole_minute (may be NULL): a START format without seconds. */
bool fn_time_read(struct str text, const struct zone *zone, int64_t *ms, bool *whole_minute);
/* Those and what PARSEDATETIME reads beside them: `now`, `2 weeks ago`, `1 hour from now`, `today`,
 * `yesterday` (midnight in the zone). */
bool fn_time_relative(struct str text, int64_t now_ms, const struct zone *zone, int64_t *ms);
const char *lang_name(enum lang lang);
/* The language with that name or file ending; LANG_COUNT when none. */
enum lang lang_named(struct str name);

#endif
