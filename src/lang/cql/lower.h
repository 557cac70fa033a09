/* lower.h - from the tree to the plan: what the lower_* and stage_* files share. Private to the
 * room.
 *
 * A pipeline is lowered stage by stage into a chain of plan nodes. Sub-pipelines (clauses of case,
 * the parts of an aggregate) are chains of their own that end in NODE_INPUT. */
#ifndef LANG_CQL_LOWER_H
#define LANG_CQL_LOWER_H

#include "lang/cql/ast.h"
#include "lang/cql/names.h"
#include "util/hash.h"

enum pipe_kind {
    PIPE_MAIN,   /* the query, and sub-queries of join and defineTable */
    PIPE_QUERY,  /* of correlate: rows pass or do not */
    PIPE_CLAUSE, /* rows pass or do not: case, match */
    PIPE_EACH,   /* of array:filter and the like: one row an element */
    PIPE_PRE,    /* before an aggregate inside { } */
    PIPE_POST,   /* after it */
    PIPE_GROUP   /* applied to each group */
};

/* The chain being built. */
struct cql_pipe {
    enum pipe_kind kind;
    struct cql_pipe *outer; /* the pipeline that this one is part of, NULL for main ones */
    struct plan_node *top;
    struct plan_node *scan; /* main: takes the free-text searches; NULL when rows are generated */
    bool aggregated;        /* free text is over */
    bool has_time;          /* rows have @timestamp */
    bool sorted;            /* the current order was asked for */
    bool ordered;           /* an aggregate or an ordering stage stands in the chain */
    bool closed;            /* the fields are known: projection or aggregate */
    bool nested;            /* a query inside the query: join, defineTable */
    bool started;           /* a stage other than a preamble has been lowered */
    /* Below this node the rows still have @timestamp: the implicit order goes there. NULL: on top.
     */
    struct plan_node *time_lost_at;
    const struct cql_node *first; /* main: the stages, and the one being lowered */
    const struct cql_node *stage;
    bool hidden_time; /* rows carry their time under a hidden name, to be dropped at the end */
};

/* The table made for a call of selfJoinFilter. */
struct cql_made {
    const struct cql_node *call;
    struct str table;
};

struct cql_lower {
    struct plan *plan;
    struct arena *arena;
    const struct front_options *options;
    const struct fn_env *env;
    struct strmap default_index; /* of parameters: name to index in defaults */
    VEC(const struct cql_node *) defaults;
    struct cql_pipe *pipe;
    unsigned n_hidden;
    unsigned n_searches, n_stages;
    const struct cql_node *script; /* the parser script's tree, without places; NULL: none */
    bool in_script;                /* its stages are being lowered */
    bool drops_events;             /* it marks events as CQL_DROPPED */
    VEC(struct plan_table) tables;
    VEC(struct cql_made) made;
    int64_t from_ns, to_ns; /* interval of the sub-query being lowered; TIME_NONE: the query's */
};

/* ---- lower.c ---- */

/* Appends a node to the chain. */
struct plan_node *cql_push(struct cql_lower *l, enum node_kind kind, struct span at);
/* One more item of an extend node on top, or a new one. */
void cql_extend(struct cql_lower *l, struct span at, struct expr *e, const struct str *names,
                size_t n_names, bool keep_old);
void cql_extend_one(struct cql_lower *l, struct span at, struct expr *e, struct str name,
                    bool keep_old);
void cql_push_filter(struct cql_lower *l, struct span at, struct expr *predicate);
/* A name no event has. */
struct str cql_hidden(struct cql_lower *l);
void cql_note(struct cql_lower *l, enum lanner_note_kind kind, struct span at, const char *fmt, ...)
    PRINTF(4, 5);
/* Errors with a place. */
enum lanner_rc cql_unsupported(struct span at, struct lanner_err *err, const char *fmt, ...)
    PRINTF(3, 4);
enum lanner_rc cql_wrong(struct span at, struct lanner_err *err, const char *fmt, ...) PRINTF(3, 4);
#define HIDDEN_TIME "\x01time"
/* The field that rows have their event time in, which a projection of events may have to keep under
 * a hidden name; empty when the rows are no events any more. */
struct str cql_time_field(struct cql_lower *l);
/* Projections from `top` down to `bottom` (excluded; NULL: the leaf) let the column through. */
void cql_keep_through(struct cql_lower *l, struct plan_node *top, const struct plan_node *bottom,
                      struct str column);
/* Lowers a pipeline's stages into l->pipe. */
MUST_USE enum lanner_rc cql_lower_stages(struct cql_lower *l, const struct cql_node *first,
                                         const struct cql_node *end, struct lanner_err *err);
MUST_USE enum lanner_rc cql_lower_stage(struct cql_lower *l, const struct cql_node *stage,
                                        struct lanner_err *err);
/* A sub-pipeline of its own over NODE_INPUT: its top node. */
MUST_USE enum lanner_rc cql_lower_sub(struct cql_lower *l, enum pipe_kind kind,
                                      const struct cql_node *first, const struct cql_node *end,
                                      struct plan_node **out, struct lanner_err *err);
/* The same in two steps, for callers that put something between. */
void cql_sub_begin(struct cql_lower *l, struct cql_pipe *sub, enum pipe_kind kind, struct span at);
MUST_USE enum lanner_rc cql_sub_end(struct cql_lower *l, struct plan_node **out,
                                    struct lanner_err *err);
/* A query of its own over a scan. */
MUST_USE enum lanner_rc cql_lower_query(struct cql_lower *l, const struct cql_node *pipe,
                                        struct plan_node **out, struct lanner_err *err);
/* The stages of l->pipe before the one being lowered, once more, as a query over a scan of its own:
 * l->pipe is then `out`. */
MUST_USE enum lanner_rc cql_lower_again(struct cql_lower *l, struct cql_pipe *out,
                                        struct lanner_err *err);
/* A call as a stage. `as`: the field it is assigned to, or empty. */
MUST_USE enum lanner_rc cql_lower_call_stage(struct cql_lower *l, const struct cql_node *call,
                                             struct str as, struct lanner_err *err);

/* ---- lower_value.c: constants ---- */

void cql_collect_defaults(struct cql_lower *l, const struct cql_node *n);
/* The text a value node stands for in the place of a text, name or option. */
MUST_USE enum lanner_rc cql_text(struct cql_lower *l, const struct cql_node *v, struct str *out,
                                 struct lanner_err *err);
/* The name of a field: not empty, and an unquoted `*` is none. */
MUST_USE enum lanner_rc cql_field_name(struct cql_lower *l, const struct cql_node *v,
                                       struct str *out, struct lanner_err *err);
/* In the place of a filter value: Windows paths stay, a missing parameter is `*`. */
MUST_USE enum lanner_rc cql_filter_text(struct cql_lower *l, const struct cql_node *v,
                                        struct str *out, struct lanner_err *err);
/* The value of a parameter; *out.ptr NULL when it has none. */
MUST_USE enum lanner_rc cql_param_value(struct cql_lower *l, const struct cql_node *param,
                                        struct str *out, struct lanner_err *err);
MUST_USE enum lanner_rc cql_bool(struct cql_lower *l, const struct cql_node *v, bool *out,
                                 struct lanner_err *err);
/* A whole number of at least `least`; `max` (the word) gives `max` where that is not 0. */
MUST_USE enum lanner_rc cql_count(struct cql_lower *l, const struct cql_node *v, uint64_t least,
                                  uint64_t max, uint64_t *out, struct lanner_err *err);
MUST_USE enum lanner_rc cql_span(struct cql_lower *l, const struct cql_node *v, int64_t *ms,
                                 struct lanner_err *err);
struct val cql_number_val(struct str text);
/* A list of texts: the elements of an array, or a single value. */
struct cql_texts {
    struct str *items;
    struct span *at;
    size_t n;
};
MUST_USE enum lanner_rc cql_texts(struct cql_lower *l, const struct cql_node *v,
                                  struct cql_texts *out, struct lanner_err *err);
MUST_USE enum lanner_rc cql_list_val(struct cql_lower *l, const struct cql_node *v, struct val *out,
                                     struct lanner_err *err);

/* ---- lower_expr.c, lower_filter.c ---- */

MUST_USE enum lanner_rc cql_lower_expr(struct cql_lower *l, const struct cql_node *n,
                                       struct expr **out, struct lanner_err *err);
/* A filter as a predicate, never null: nothing is extracted. */
MUST_USE enum lanner_rc cql_lower_predicate(struct cql_lower *l, const struct cql_node *n,
                                            struct expr **out, struct lanner_err *err);
/* A filter as stages: top-level terms may extract fields, or be stages of their own. */
MUST_USE enum lanner_rc cql_lower_filter(struct cql_lower *l, const struct cql_node *n,
                                         struct lanner_err *err);
/* A free-text search: a boolean expression. `predicate` is over a field named "". */
MUST_USE enum lanner_rc cql_search(struct cql_lower *l, struct span at, struct expr *predicate,
                                   struct expr **out, struct lanner_err *err);
struct expr *cql_subject(struct cql_lower *l, struct span at);
bool cql_regex_has_groups(struct str body);

/* ---- lower_call.c: arguments against the parameters of a function row ---- */

#define CQL_MAX_PARAMS 32

struct cql_bound {
    struct expr *call;
    struct str as;     /* name of the output */
    struct str *names; /* all outputs */
    size_t n_names;
};

/* Binds the call's arguments to the row. `as`: overrides the output's name when not empty. */
MUST_USE enum lanner_rc cql_bind(struct cql_lower *l, const struct cql_node *call,
                                 const struct fn_def *fn, struct str as, struct cql_bound *out,
                                 struct lanner_err *err);
/* A call inside an expression. */
MUST_USE enum lanner_rc cql_lower_call(struct cql_lower *l, const struct cql_node *call,
                                       struct expr **out, struct lanner_err *err);
/* The value of a named argument, or of the only unnamed one for `name` with `positional`; NULL. */
const struct cql_node *cql_arg(const struct cql_node *call, const char *name);
/* The i-th unnamed argument's value, NULL at the end. */
const struct cql_node *cql_positional(const struct cql_node *call, size_t i);
/* Fails on a named argument that is not among the names (separated by blanks): strict; else a note.
 */
void cql_check_names(struct cql_lower *l, const struct cql_node *call, const char *names);
/* The row that a call means: spelled so, or by the dialect's name; NULL. */
const struct fn_def *cql_row(const struct cql_node *call);
/* "function x() is not supported yet", or why not. */
enum lanner_rc cql_refuse(const struct cql_node *call, struct lanner_err *err);

/* ---- dialect.c: calls written as other dialects write them (cql.md 4.2), put right in the tree
 * ---- */

/* Nodes that the query does not have as such. An argument's value is copied; NULL adds nothing. */
struct cql_node *cql_make(struct cql_lower *l, enum cql_kind kind, struct span at, struct str text);
void cql_make_arg(struct cql_lower *l, struct cql_node *call, const char *name,
                  const struct cql_node *value);
MUST_USE enum lanner_rc cql_dialect(struct cql_lower *l, const struct cql_node *call,
                                    const struct cql_node **out, struct lanner_err *err);

/* ---- saved.c ---- */

/* Puts the stages of saved queries that the folders have in the place of their calls. */
MUST_USE enum lanner_rc cql_saved_expand(struct cql_lower *l, struct cql_node *tree,
                                         struct lanner_err *err);

/* ---- script.c: parser scripts ---- */

/* True in events that dropEvent() has discarded: no later clause of a case gets them. */
#define CQL_DROPPED "\x01dropped"
/* Reads options->script, which has been planned alone before. */
MUST_USE enum lanner_rc cql_script_parse(struct cql_lower *l, struct lanner_err *err);
/* Puts it on top of l->pipe, which is a scan. */
MUST_USE enum lanner_rc cql_script_lower(struct cql_lower *l, struct lanner_err *err);
/* A script works on one event at a time: what does not is refused. */
MUST_USE enum lanner_rc cql_script_allows(const struct cql_lower *l, const struct cql_node *call,
                                          struct lanner_err *err);
/* The same for the nodes made of it. */
MUST_USE enum lanner_rc cql_script_check(const struct plan_node *top, struct lanner_err *err);

/* ---- stages.c and stage_*.c ---- */

struct cql_stage {
    const char *name;
    const char *params; /* as the reference shows them */
    const char *names;  /* of parameters, separated by blanks; NULL: any */
    const char *family;
    const char *doc;
    enum lanner_rc (*lower)(struct cql_lower *l, const struct cql_node *call, struct str as,
                            struct lanner_err *err);
    bool aggregate;   /* ends the streaming phase */
    unsigned unnamed; /* so many unnamed arguments have a meaning */
};
const struct cql_stage *cql_stage_find(struct str name);

typedef enum lanner_rc cql_stage_fn(struct cql_lower *l, const struct cql_node *call, struct str as,
                                    struct lanner_err *err);
cql_stage_fn cql_stage_groupby, cql_stage_stats, cql_stage_top, cql_stage_sankey;
cql_stage_fn cql_stage_worldmap;
cql_stage_fn cql_stage_timechart, cql_stage_bucket;
cql_stage_fn cql_stage_sort, cql_stage_head, cql_stage_tail, cql_stage_table;
cql_stage_fn cql_stage_select, cql_stage_drop, cql_stage_rename, cql_stage_eval;
cql_stage_fn cql_stage_default, cql_stage_setfield;
cql_stage_fn cql_stage_join, cql_stage_match, cql_stage_lookup, cql_stage_definetable,
    cql_stage_readfile, cql_stage_correlate;
cql_stage_fn cql_stage_interval, cql_stage_dropevent;
cql_stage_fn cql_stage_selfjoin, cql_stage_selfjoinfilter;
cql_stage_fn cql_stage_array_map, cql_stage_array_exists, cql_stage_reduce_all,
    cql_stage_array_union;
cql_stage_fn cql_stage_transpose, cql_stage_fieldset, cql_stage_fieldstats;
/* array:exists and objectArray:exists as a condition. */
bool cql_is_array_exists(const struct cql_node *call);
MUST_USE enum lanner_rc cql_array_exists(struct cql_lower *l, const struct cql_node *call,
                                         struct expr **out, struct lanner_err *err);
cql_stage_fn cql_stage_accumulate, cql_stage_neighbor, cql_stage_partition;
cql_stage_fn cql_stage_slidingwindow, cql_stage_slidingtimewindow;
cql_stage_fn cql_stage_session, cql_stage_series;
/* `[...]` and a single aggregate as a stage: one row. */
MUST_USE enum lanner_rc cql_lower_stats(struct cql_lower *l, const struct cql_node *functions,
                                        struct span at, struct str as, struct lanner_err *err);
/* join and match with `!` before them. */
MUST_USE enum lanner_rc cql_lower_anti(struct cql_lower *l, const struct cql_node *call,
                                       struct lanner_err *err);

/* ---- functions.c: the `function=` of groupBy and others ---- */

struct cql_functions {
    VEC(struct plan_agg) items;
    VEC(struct str) zeroes;  /* outputs that are 0 for no input: counts and sums */
    VEC(struct str) names;   /* all outputs */
    struct plan_node *group; /* instead of items: a pipeline for each group */
    bool group_has_time, group_closed;
    /* Stages after the aggregate that a single { } brings and that apply to all its outputs. */
    const struct cql_node *tail;
};
/* `keys`: names that the rows have anyway. `as`: new name of a single output. Needs functions_done.
 */
MUST_USE enum lanner_rc cql_functions(struct cql_lower *l, const struct cql_node *value,
                                      const struct str *keys, size_t n_keys, struct str as,
                                      struct cql_functions *out, struct lanner_err *err);
void cql_functions_done(struct cql_functions *f);
/* Makes the aggregate or group_apply node on top of l->pipe. */
struct aggregate_shape {
    enum missing_keys missing;
    uint64_t limit;
    bool limit_is_explicit, row_when_empty;
};
MUST_USE enum lanner_rc cql_push_aggregate(struct cql_lower *l, struct span at,
                                           const struct cql_functions *f, const struct str *keys,
                                           size_t n_keys, const struct aggregate_shape *shape,
                                           struct lanner_err *err);

/* Field names of a list argument; elements that compute a field become extend items before
 * (cql.md 4.1 item 4). */
MUST_USE enum lanner_rc cql_keys(struct cql_lower *l, const struct cql_node *value,
                                 struct str **out, size_t *n_out, struct lanner_err *err);
/* The unnamed and `name=` values of a list parameter as one list node; NULL when there is none.
 * Several unnamed values are a repair. */
struct cql_node *cql_list_args(struct cql_lower *l, const struct cql_node *call, const char *name);

#endif
