/* lower.h - from the tree to the plan: what the lower_*.c files share. Private to the room.
 *
 * A SELECT becomes a chain of nodes: source, joins, filter, sessions, aggregate, result columns,
 * order, limit. Expressions are lowered over the rows of the source; in a grouped query each is
 * then turned into one over the rows of the groups (lower_group.c): what equals a group key is the
 * key, an aggregate its output, any other field its value in the group's first row. */
#ifndef LANG_AQL_LOWER_H
#define LANG_AQL_LOWER_H

#include "lang/aql/ast.h"
#include "lang/aql/names.h"
#include "util/hash.h"

#define AQL_MAX_ITEMS  2000
#define AQL_MAX_TABLES 100
/* Chains that each read the events: every one of them costs a view and buffers a worker. */
#define AQL_MAX_SCANS 250
/* SELECTs once the names of WITH and INTO are written out. */
#define AQL_MAX_SELECTS 1000
#define AQL_MAX_NAMED   1000
/* Expressions made for one query: aliases that use aliases can grow without end. So many for each
 * byte of the text and beside, at most AQL_MAX_EXPRS. */
#define AQL_EXPRS_PER_BYTE 16
#define AQL_LEAST_EXPRS    100000
#define AQL_MAX_EXPRS      3000000
/* Aliases written out inside aliases. */
#define AQL_MAX_NESTED 10000

/* A stretch of time; both TIME_NONE: none of its own. */
struct aql_window {
    int64_t from_ns, to_ns;
    bool known;
};

/* A column of a set of rows. */
struct aql_column {
    struct str label; /* as the query calls it */
    struct str field; /* in the plan */
    enum aql_type type;
    bool real;
};

/* A table joined to the rows, under construction: its columns are those that are asked for. */
struct aql_right {
    struct plan_node *top;  /* of the table's chain */
    struct plan_node *join; /* over the rows */
    bool left;              /* LEFT JOIN */
    VEC(struct plan_item) cells;
    size_t table; /* index in tables */
};

enum aql_rel_kind { AQL_REL_EVENTS, AQL_REL_FLOWS, AQL_REL_ROWS, AQL_REL_META };

/* Something rows come from, and how its names are found. */
struct aql_rel {
    enum aql_rel_kind kind;
    struct str alias, name;
    struct aql_column *cols; /* AQL_REL_ROWS */
    size_t n_cols;
    const struct aql_rel *below;    /* of SELECT *: its fields beside the columns; NULL */
    struct aql_right *right;        /* NULL: the rows themselves have its fields */
    const struct aql_node *subject; /* AQL_REL_META: the value that is looked up */
};

/* What a query gives. */
struct aql_rows {
    struct plan_node *top;
    struct aql_column *cols;
    size_t n_cols;
    const struct aql_rel *below;
    struct aql_window window; /* of its scan */
    bool ordered;             /* ORDER BY of its own */
    bool has_time;            /* rows still have FIELD_TIME_MS */
};

/* An aggregate of a grouped query. */
struct aql_agg {
    struct expr *call;
    struct str name;
    enum aql_type type;
    bool real; /* the product prints it with a point */
};

/* x IN (SELECT ...) above the groups: the join that answers it. */
struct aql_mark {
    struct span at;
    struct expr *key; /* over the groups' rows */
    struct str table, column, field;
};

/* A condition with a sub-select that was lowered before, and the expression it became. */
struct aql_asked {
    const struct aql_node *node;
    const struct expr *answer;
    bool in_aggregate;
};

enum aql_clause {
    AQL_IN_ITEM,
    AQL_IN_WHERE,
    AQL_IN_GROUP,
    AQL_IN_HAVING,
    AQL_IN_ORDER,
    AQL_IN_ON,
    AQL_IN_SESSION
};

/* The SELECT being lowered. */
struct aql_select {
    struct aql_select *outer;
    const struct aql_query *q;
    struct plan_node *top;
    struct aql_window own;    /* of its time clause, or from outside: what sub-selects inherit */
    struct aql_window window; /* of its scan */
    VEC(struct aql_rel *) rels;
    enum aql_clause clause;
    enum aql_clause used_in; /* while aliases are written out: where the outermost stands */
    unsigned n_expanding;
    bool in_aggregate;
    size_t item;     /* the item being lowered in AQL_IN_ITEM */
    bool *expanding; /* aliases being replaced by their expressions */
    bool grouped;
    VEC(struct expr *) keys;
    VEC(struct str) key_names;
    VEC(struct aql_agg) aggs;
    VEC(struct plan_item) args; /* computed before the aggregate */
    VEC(struct aql_mark) marks; /* joined behind it */
    VEC(struct aql_asked) asked;
    VEC(struct aql_column) cols;
    VEC(struct expr *) values;          /* of cols */
    VEC(const struct aql_node *) moved; /* terms of WHERE that are HAVING's */
    bool has_time, ordered;
    const struct aql_rel *star; /* a SELECT * without a limit of its columns: what else there is */
    /* Names in the items, in lower case: the first item each stands in. Made when asked for. */
    struct strmap first_use;
    bool has_first_use;
    char *found_aggregate; /* of aliases, in early and in late clauses: y, n, or 0; NULL: of none */
};

/* A name of WITH or INTO. */
struct aql_named {
    struct str name;
    struct aql_query *query;
    bool shared; /* evaluated once, into a table, for each window it is asked in */
};

/* The table of a shared name. */
struct aql_shared {
    size_t named;
    struct aql_window asked; /* from outside */
    struct aql_rows rows;
    struct str table;
};

struct aql_lower {
    struct aql_parse parse;
    struct plan *plan;
    struct arena *arena;
    const struct front_options *options;
    const struct fn_env *env;
    struct str text;
    struct aql_select *sel;
    VEC(struct plan_table) tables;
    VEC(struct aql_named) named;
    VEC(struct aql_shared) shared;
    size_t n_visible; /* of named */
    unsigned n_hidden;
    size_t n_exprs, max_exprs, n_nested, n_selects, n_scans;
    size_t n_walked; /* nodes looked at for aggregates */
    unsigned n_depth;
    /* A predicate on a name that has several texts is asked for each: the one being lowered, and
     * how many there are. */
    unsigned variant, n_variants;
    VEC(struct str) said;     /* notes of aql_note_once */
    struct strmap names;      /* fields given so far, and the next number for one of that name */
    struct strmap properties; /* custom properties asked for so far */
    struct strmap types;      /* of computed fields */
};

/* ---- lower.c ---- */

void aql_note_once(struct aql_lower *l, enum lanner_note_kind kind, struct span at, const char *fmt,
                   ...) PRINTF(4, 5);
enum lanner_rc aql_wrong(struct span at, struct lanner_err *err, const char *fmt, ...) PRINTF(3, 4);
enum lanner_rc aql_unsupported(struct span at, struct lanner_err *err, const char *fmt, ...)
    PRINTF(3, 4);
struct str aql_hidden(struct aql_lower *l, char letter);
/* A field name nobody else has, like `label`. */
struct str aql_fresh(struct aql_lower *l, struct str label);
struct plan_node *aql_push(struct aql_lower *l, struct plan_node **top, enum node_kind kind,
                           struct span at);
void aql_extend(struct aql_lower *l, struct plan_node **top, struct span at, struct expr *e,
                struct str name);
void aql_filter(struct aql_lower *l, struct plan_node **top, struct expr *predicate);
struct plan_item *aql_copy_items(struct aql_lower *l, const struct plan_item *items, size_t n);
struct expr *aql_copy(struct aql_lower *l, const struct expr *e);
/* A call of a row by its own name; fails when there is none. */
MUST_USE enum lanner_rc aql_row(struct aql_lower *l, struct span at, const char *name,
                                struct expr **args, size_t n, struct expr **out,
                                struct lanner_err *err);
MUST_USE enum lanner_rc aql_row1(struct aql_lower *l, struct span at, const char *name,
                                 struct expr *a, struct expr **out, struct lanner_err *err);
MUST_USE enum lanner_rc aql_row2(struct aql_lower *l, struct span at, const char *name,
                                 struct expr *a, struct expr *b, struct expr **out,
                                 struct lanner_err *err);
struct expr *aql_text_const(struct aql_lower *l, struct span at, struct str text);
struct expr *aql_absent(struct aql_lower *l, struct span at);
/* Elements of reference data expire: their functions ask for the clock. */
void aql_row_clock(struct aql_lower *l, const struct fn_def *fn);
/* A condition on RULENAME() as one on any of the names; others stay as they are. */
MUST_USE enum lanner_rc aql_any_rule(struct aql_lower *l, struct expr **e, struct lanner_err *err);
/* A condition on PROTOCOLNAME(): without regard to case (lower_rule.c). */
MUST_USE enum lanner_rc aql_fold_protocol(struct aql_lower *l, struct expr *e,
                                          struct lanner_err *err);
struct expr *aql_not(struct aql_lower *l, struct expr *e);
/* `and` or `or` of one or more. */
struct expr *aql_chain(struct aql_lower *l, struct span at, const char *name, struct expr **args,
                       size_t n);
bool aql_is_text_const(const struct expr *e, struct str *text);
enum aql_type aql_type_of(const struct aql_lower *l, const struct expr *e);
void aql_set_type(struct aql_lower *l, struct str field, enum aql_type type);

/* One more expression; an error when there are too many. */
MUST_USE enum lanner_rc aql_count_expr(struct aql_lower *l, struct span at, struct lanner_err *err);

/* ---- lower_name.c ---- */

MUST_USE enum lanner_rc aql_lower_name(struct aql_lower *l, const struct aql_node *n,
                                       struct expr **out, struct lanner_err *err);
/* A field of the model by its name, as its type is read. */
MUST_USE enum lanner_rc aql_model_field(struct aql_lower *l, const struct aql_rel *rel,
                                        struct span at, const struct aql_field *f,
                                        struct expr **out, struct lanner_err *err);
/* The item's value where its alias or its number stands. */
MUST_USE enum lanner_rc aql_expand_item(struct aql_lower *l, size_t i, struct expr **out,
                                        struct lanner_err *err);
/* The index of the item with that alias; SIZE_MAX when none. */
size_t aql_alias(const struct aql_select *s, struct str name);
/* Does the name mean a field, a column, or something that stands for one? */
bool aql_is_known(struct aql_lower *l, const struct aql_node *n);
/* Has what is read a field or a column of this name? */
bool aql_is_column(const struct aql_lower *l, struct str name);
/* Does the name mean a field of the record although an alias is called so? In items, WHERE and
 * GROUP BY: when the alias's item, or one before it, uses it as a field already; in items also when
 * two names are exchanged (a AS b, b AS a). */
bool aql_is_rather_field(struct aql_lower *l, const struct aql_node *n, size_t alias);
/* Is the node the plain name of this field of events or flows? */
bool aql_is_field(const struct aql_lower *l, const struct aql_node *n, const char *field);
/* Is the expression this field, however it is read? */
bool aql_expr_is(const struct expr *e, const char *field);
/* The rows' expression as a column of the row: for what comes from a joined table. */
struct expr *aql_from_right(struct aql_lower *l, const struct aql_rel *rel, struct expr *e);

/* ---- lower_expr.c, lower_cond.c, lower_call.c ---- */

MUST_USE enum lanner_rc aql_lower_expr(struct aql_lower *l, const struct aql_node *n,
                                       struct expr **out, struct lanner_err *err);
/* The same where a condition stands: its value is true, false or null. */
MUST_USE enum lanner_rc aql_lower_cond(struct aql_lower *l, const struct aql_node *n,
                                       struct expr **out, struct lanner_err *err);
MUST_USE enum lanner_rc aql_lower_predicate(struct aql_lower *l, const struct aql_node *n,
                                            struct expr **out, struct lanner_err *err);
MUST_USE enum lanner_rc aql_compare(struct aql_lower *l, struct span at, enum aql_op op,
                                    struct expr *a, struct expr *b, struct expr **out,
                                    struct lanner_err *err);
MUST_USE enum lanner_rc aql_lower_call(struct aql_lower *l, const struct aql_node *n,
                                       struct expr **out, struct lanner_err *err);
/* A function of one field by its AQL name. */
MUST_USE enum lanner_rc aql_call_on(struct aql_lower *l, struct span at, const char *name,
                                    struct expr *arg, struct expr **out, struct lanner_err *err);
MUST_USE enum lanner_rc aql_bind(struct aql_lower *l, const struct aql_node *n,
                                 const struct fn_def *fn, struct expr **out,
                                 struct lanner_err *err);
bool aql_is_aggregate_name(struct str name);
/* Does the tree have an aggregate, itself or through an alias? depth: of what stands above. */
bool aql_has_aggregate(struct aql_lower *l, const struct aql_node *n, unsigned depth);

/* ---- lower_in.c ---- */

MUST_USE enum lanner_rc aql_lower_in_query(struct aql_lower *l, const struct aql_node *n,
                                           struct expr **out, struct lanner_err *err);
MUST_USE enum lanner_rc aql_lower_exists(struct aql_lower *l, const struct aql_node *n,
                                         struct expr **out, struct lanner_err *err);
/* Pushes the joins of conditions that are asked of aggregates. */
void aql_push_marks(struct aql_lower *l);

/* ---- lower_group.c ---- */

MUST_USE enum lanner_rc aql_lower_aggregate(struct aql_lower *l, const struct aql_node *n,
                                            struct expr **out, struct lanner_err *err);
/* The expression over the groups' rows. */
MUST_USE enum lanner_rc aql_over_groups(struct aql_lower *l, struct expr *e, struct expr **out,
                                        struct lanner_err *err);
MUST_USE enum lanner_rc aql_lower_keys(struct aql_lower *l, struct lanner_err *err);
/* Pushes the aggregate node. */
void aql_push_groups(struct aql_lower *l);
bool aql_is_real(const struct aql_lower *l, const struct expr *e);
/* Is a ratio with this value not cut off? */
bool aql_divides_exactly(const struct aql_lower *l, const struct expr *e);

/* ---- lower_source.c ---- */

MUST_USE enum lanner_rc aql_lower_from(struct aql_lower *l, struct lanner_err *err);
void aql_finish_joins(struct aql_lower *l);
/* A table of the query's rows; its name. */
MUST_USE enum lanner_rc aql_make_table(struct aql_lower *l, struct span at,
                                       const struct aql_rows *rows, struct str *name,
                                       struct lanner_err *err);
bool aql_is_meta_name(struct str name);
/* The name between the parentheses of reference_data.sets('name'). */
MUST_USE enum lanner_rc aql_set_of(const struct aql_source *src, struct str *set,
                                   struct lanner_err *err);
/* Two values that are equal when their texts are: addresses in their one form. */
MUST_USE enum lanner_rc aql_key_pair(struct aql_lower *l, struct expr **a, struct expr **b,
                                     struct lanner_err *err);

/* ---- lower_named.c ---- */

/* A name of WITH or INTO, seen by what follows. */
MUST_USE enum lanner_rc aql_add_named(struct aql_lower *l, struct span at, struct str name,
                                      struct aql_query *q, struct lanner_err *err);
bool aql_is_named(const struct aql_lower *l, struct str name);
/* Decides for every name whether it is shared; `last`: the statement that is run. */
void aql_count_names(struct aql_lower *l, const struct aql_query *last);
/* The rows of the i-th name. */
MUST_USE enum lanner_rc aql_named_rows(struct aql_lower *l, size_t i,
                                       const struct aql_window *window, struct span at,
                                       struct aql_rows *out, struct lanner_err *err);

/* ---- lower_union.c ---- */

MUST_USE enum lanner_rc aql_lower_union(struct aql_lower *l, const struct aql_query *q,
                                        const struct aql_window *outer, struct aql_rows *out,
                                        struct lanner_err *err);

/* ---- lower_select.c ---- */

/* One SELECT without what it is united with. `order`: the order of the rows matters. */
MUST_USE enum lanner_rc aql_lower_select(struct aql_lower *l, const struct aql_query *q,
                                         const struct aql_window *outer, bool order,
                                         struct aql_rows *out, struct lanner_err *err);
/* A whole query. */
MUST_USE enum lanner_rc aql_lower_query(struct aql_lower *l, const struct aql_query *q,
                                        const struct aql_window *outer, bool order,
                                        struct aql_rows *out, struct lanner_err *err);
/* Frees what a SELECT held while it was lowered. */
void aql_select_done(struct aql_select *s);
/* Keeps exactly the columns, under new names when `to` is given. */
void aql_project(struct aql_lower *l, struct plan_node **top, struct span at,
                 const struct aql_column *cols, size_t n, const struct str *to, bool with_time);
/* The keys of ORDER BY over the rows (of the groups). */
MUST_USE enum lanner_rc aql_lower_orders(struct aql_lower *l, const struct aql_order *orders,
                                         size_t n, struct expr ***out, struct lanner_err *err);
/* Sorts by them; a key that is a column is that column. */
void aql_push_order(struct aql_lower *l, const struct aql_order *orders, struct expr **keys,
                    size_t n);
/* Newest first, equal times in reverse order of the input. */
void aql_push_newest_first(struct aql_lower *l, struct plan_node **top);

/* ---- lower_label.c ---- */

/* The name of a column without an alias; `first`: it is the value of the group's first row. */
struct str aql_label(struct aql_lower *l, const struct aql_node *n, bool first);

/* ---- lower_time.c ---- */

MUST_USE enum lanner_rc aql_window_of(struct aql_lower *l, const struct aql_time *t,
                                      struct aql_window *out, struct lanner_err *err);
/* Text as an instant in ms: the formats of START, ISO 8601, relative forms. */
bool aql_instant_parse(struct aql_lower *l, struct str text, int64_t *ms);

#endif
