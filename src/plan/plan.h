/* plan.h - the logical plan and expression trees: the only thing a language produces.
 *
 * A plan is a chain of nodes, each with its input(s). All names in it are field names of the
 * language as text; binding turns them into columns. Plans are made in an arena, changed only by
 * passes, and read-only once bound. What languages do differently is a different function row, an
 * explicit node or a setting in a node: nothing behind the plan asks which language it came from.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "batch/batch.h"
#include "fn/fn.h"
#include "util/buf.h"

/* ---- Expressions ------------------------------------------------------------------------------
 */

enum expr_kind { EXPR_CONST, EXPR_FIELD, EXPR_CALL };

struct expr {
    enum expr_kind kind;
    struct span at;
    struct val value;        /* EXPR_CONST; arrays hold values; text in the plan's arena */
    struct str name;         /* EXPR_FIELD */
    const struct fn_def *fn; /* EXPR_CALL */
    struct expr **args; /* in the order of the row's parameters, P_AS and PARAM_NO_PASS left out;
                           an optional one not given is an absent constant; PARAM_MANY: the rest */
    size_t n_args;
    const struct fn_call *call; /* set by bind */
};

/* Logic rows every language uses; three-valued. Names: "and", "or", "not" (fn_named). */
struct expr *expr_const(struct arena *a, struct span at, struct val v);
struct expr *expr_field(struct arena *a, struct span at, struct str name);
struct expr *expr_call(struct arena *a, struct span at, const struct fn_def *fn, struct expr **args,
                       size_t n_args);
/* fn_named(name) must exist. The arguments are the variadic list. */
struct expr *expr_callv(struct arena *a, struct span at, const char *name, size_t n_args, ...);
/* Visits every node, parents first. */
void expr_walk(struct expr *e, void (*fn)(void *ctx, struct expr *e), void *ctx);
bool expr_equal(const struct expr *a, const struct expr *b);

/* ---- Names with special meaning ----------------------------------------------------------------
 */

/* Fields the scan makes for every record. Front ends map their spellings to these. */
#define FIELD_TIME_MS    "@timestamp" /* event time, ms UTC, KIND_LONG */
#define FIELD_TIME_NANOS "@timestamp.nanos"
#define FIELD_RAW        "@rawstring" /* the record's own text */
#define FIELD_ID         "@id"
/* A field of QRadar's event or flow model as the record's source declares it (its QRadar view), by
 * its lower-case name: "\x01qradar:sourceip". Times (starttime, endtime, devicetime) are KIND_LONG
 * ms UTC, as are the numbers that declarations give (devicetype, category); payload is the record's
 * compact text; all else is text as it stands in the record. */
#define FIELD_QRADAR_PREFIX "\x01qradar:"
/* A custom property by its name as the query writes it, found loosely (aql.md 4.3). */
#define FIELD_PROPERTY_PREFIX "\x01property:"
/* Name of the source declaration that the record is of, "" when of none. */
#define FIELD_SOURCE_NAME "\x01source:name"
/* A hidden boolean column of free-text search number n over the whole original record:
 * "\x01text:n". See plan_scan.searches. */
#define FIELD_SEARCH_PREFIX "\x01text:"

/* ---- Nodes -------------------------------------------------------------------------------------
 */

enum node_kind {
#define NODE(ID, name, doc) NODE_##ID,
#include "plan/nodes.def"
#undef NODE
    NODE_COUNT
};

/* One free-text search: true when some field of the original record contains or matches it. The
 * fields @id, @timestamp, @ingesttimestamp and tags (#...) do not count; @rawstring does. */
struct plan_search {
    struct expr *predicate; /* a predicate row applied to one text: args[0] is a FIELD named "" that
                               stands for each value in turn */
    struct str column;      /* its FIELD_SEARCH_PREFIX name */
};

/* Literals of which every matching record holds at least one, in the value of their field. */
struct plan_atom {
    struct str field; /* name in the plan; "" stands for any part of the record (free text) */
    struct str literal;
    bool ignore_case;
};
struct plan_prefilter {
    struct plan_atom *atoms; /* any of these; n 0: no prefilter */
    size_t n;
};

struct plan_scan {
    int64_t from_ns, to_ns; /* TIME_NONE: open. from included, to excluded unless to_included */
    bool to_included;
    bool own_interval; /* the query gives this scan one: that of the plan does not narrow it */
    struct plan_search *searches;
    size_t n_searches;
    /* Conjuncts found by opt/conjuncts.c: every row that can reach the result fulfils them; they
     * read scan fields only. Hints: the plan's filters stand above all the same. */
    struct expr **filters;
    size_t n_filters;
    struct expr **multis; /* calls of multi functions that drop rows: only their literals count */
    size_t n_multis;
    /* What opt/prefilter.c found, best first; the engine takes the first that every source can turn
     * into bytes as `prefilter`. */
    struct plan_prefilter *choices;
    size_t n_choices;
    struct plan_prefilter prefilter;
    /* Where a parser script decides the event time, the filter above it that stands for the
     * interval: its predicate is set by the engine. NULL: the scan keeps the interval itself. */
    struct plan_node *interval;
};

/* How to choose the width of time buckets once the interval is known. */
struct plan_spans {
    uint64_t buckets; /* at most about so many; 0: the engine's own number */
    int64_t least_ms; /* no narrower than this */
};

struct plan_item { /* of extend, unnest, generate */
    struct span at;
    struct expr *expr;
    struct str *names; /* scalar: one name. multi: the names the row's `writes` gives; bind cuts
                          them to what is asked for */
    size_t n_names;
    bool keep_old;           /* scalar: a null result leaves the field as it was */
    bool open;               /* set by bind: the rest goes to the open rows */
    struct plan_spans spans; /* of a "time_bucket" whose span is automatic */
};

struct plan_rename {
    struct str from, to;
};

struct plan_branch_clause {
    struct span at;
    struct plan_node *body; /* chain down to NODE_INPUT; NODE_INPUT alone: lets every row through */
};

/* One aggregate of an aggregate node. */
struct plan_agg {
    struct span at;
    struct expr *call; /* EXPR_CALL of an aggregate row; arguments are fields or constants */
    struct str *names; /* outputs */
    size_t n_names;
    struct plan_node *pre;  /* sub-pipeline before it (filter, extend, branch, project), or NULL */
    struct plan_node *post; /* sub-pipeline over its output row (keys and this item's outputs), or
                               NULL; a row it drops leaves the item's outputs absent */
};

/* One of the queries of a correlate node. */
struct plan_query {
    struct span at;
    struct str name;        /* without a dot; its fields are called <name>.<field> in the result */
    struct plan_node *body; /* chain of filter, extend, project, branch down to NODE_INPUT */
    struct str *fields;     /* of its rows that the result has */
    size_t n_fields;
    bool all; /* all of them */
};

/* A condition that two rows of a set must fulfil: the fields have values that print the same. */
struct plan_link {
    size_t a, b; /* queries; not the same */
    struct str a_field, b_field;
};

enum missing_keys {
    KEYS_KEEP,        /* absent is a key value like another (SQL) */
    KEYS_DROP_IF_ALL, /* a row without any of the keys is left out (CQL groupBy) */
    KEYS_DROP_IF_ANY  /* CQL top */
};

enum sort_type { SORT_NUMBER, SORT_TEXT, SORT_HEX, SORT_EXACT /* bytewise / typed value order */ };

struct plan_sort_key {
    struct str name;
    bool descending;
    enum sort_type type;
};

enum join_mode {
    JOIN_INNER,
    JOIN_LEFT,
    JOIN_ANTI,
    JOIN_MARK /* every row stays; `mark` says whether the table has a match: true, false, or absent
                 when a key of the row is null */
};
enum each_mode {
    EACH_ANY,    /* whether the sub-pipeline lets an element through */
    EACH_FILTER, /* the elements that it lets through */
    EACH_MAP     /* the values of the field `as` of the rows that it lets through */
};
enum join_match { MATCH_TEXT, MATCH_CIDR, MATCH_GLOB };

enum sequence_kind {
    SEQUENCE_PARTS,     /* numbers the parts of the sequence, drops rows outside of any */
    SEQUENCE_NEIGHBOR,  /* copies fields of the row some places away */
    SEQUENCE_AGGREGATE, /* adds aggregates over a window of rows that ends with this one */
};

/* What is done to the rows one by one, in the order of their ordinals. */
struct plan_sequence {
    enum sequence_kind kind;
    const char *name; /* as the language calls it, for messages */
    struct str time;  /* field with a time, ms; empty: none is looked at */
    /* PARTS */
    struct str id;           /* field: number of the part */
    struct plan_node *begin; /* sub-pipeline; a row that it lets through begins a part; NULL */
    struct plan_node *end;   /* likewise: ends one */
    bool begin_only;         /* rows are in a part only from such a row on */
    int64_t pause_ms;        /* a larger gap to the row before ends the part; 0: none */
    int64_t duration_ms;     /* a row later than the first by more does too; 0: none */
    struct str *measured;    /* fields whose texts count ... */
    size_t n_measured;
    uint64_t limit_bytes; /* ... and of which the parts together hold no more; 0: all */
    /* NEIGHBOR */
    struct plan_rename *include;
    size_t n_include;
    uint64_t distance;
    bool succeeding;
    /* AGGREGATE */
    struct plan_agg *items;
    size_t n_items;
    uint64_t n_rows;      /* of the window; 0: all */
    int64_t span_ms;      /* rows not earlier than the last by this or more; 0: any */
    bool without_current; /* the row itself is not in its window */
};

struct plan_node {
    enum node_kind kind;
    struct span at;
    struct plan_node *in; /* NULL for leaves */
    union {
        struct plan_scan scan;
        struct {
            struct expr *predicate;
        } filter;
        struct {
            struct plan_item *items; /* in order; later ones see earlier ones */
            size_t n_items;
        } extend;
        struct {
            struct plan_item item;
        } unnest; /* also generate */
        struct {
            bool drop; /* drop the `from` names, else keep exactly these */
            struct plan_rename *names;
            size_t n_names;
        } project;
        struct {
            enum each_mode mode;
            struct str array; /* name[0], name[1], ... without brackets */
            struct str var;   /* an element in the sub-pipeline; its members are var.key, var[1] */
            struct str as;    /* EACH_ANY: the field for true or false; else the array made */
            bool objects;     /* elements have members */
            struct plan_node *body; /* chain down to NODE_INPUT over one row an element */
            struct str *names;      /* outputs asked for: as[0], ...; set by bind */
            size_t n_names;
            bool open; /* all elements go to the open rows; set by bind */
        } each;
        struct {
            struct plan_branch_clause *clauses;
            size_t n_clauses;
        } branch;
        struct {
            struct str *keys;
            size_t n_keys;
            enum missing_keys missing;
            struct plan_agg *items;
            size_t n_items;
            uint64_t limit; /* groups kept, those with the largest sum of numeric outputs; 0: all */
            bool limit_is_explicit; /* then reaching it is silent */
            bool row_when_empty;    /* without keys: one row even for no input */
        } aggregate;
        struct {
            struct str *keys;
            size_t n_keys;
            enum missing_keys missing;
            struct plan_node
                *body;          /* chain down to NODE_INPUT, over rows in (time, ordinal) order */
            bool as_they_stand; /* rows of a group in the order of ordinals alone */
        } group_apply;
        struct plan_sequence sequence;
        struct {
            struct plan_sort_key *keys; /* may be none: by ordinal alone */
            size_t n_keys;
            bool ordinal_descending; /* direction of ties */
            uint64_t limit;          /* NODE_TOP_N, and NODE_SORT with a language's limit; 0: all */
            bool limit_is_explicit;
        } sort;
        struct {
            struct str value; /* the number that ranks rows, largest first */
            uint64_t limit;
            struct str percent; /* field for 100 times the share of the sum; empty: none */
            struct str key;     /* field that names the remainder ... */
            struct str rest;    /* ... by this text */
            bool has_rest;      /* one more row with the sum of what is left out, if any is */
        } share;
        struct {
            struct str header; /* field whose values name the rows; empty: row[1], row[2], ... */
            struct str as;     /* field for the names of the fields; gather: the array */
            uint64_t limit;    /* rows taken */
            struct str gather; /* not empty: only this field, all rows, as one array */
        } transpose;
        struct {
            uint64_t n;
        } limit;
        struct {
            struct str *keys;
            size_t n_keys;
        } distinct;
        struct {
            struct plan_node **inputs; /* beside `in` */
            size_t n_inputs;
        } set; /* union */
        struct {
            struct str table;    /* name of a plan_table */
            struct str *fields;  /* of the rows */
            struct str *columns; /* of the table, as many */
            size_t n_fields;
            struct plan_rename *include; /* columns of the table to fields of the row */
            size_t n_include;
            bool include_all; /* every column but the key columns, under its own name */
            enum join_mode mode;
            enum join_match match;
            bool ignore_case;
            uint64_t max_rows;     /* rows emitted for one match */
            bool last_first;       /* the table's last matching row first (CQL match) */
            bool missing_is_empty; /* an absent included value becomes "" (CQL join) */
            bool in_place;         /* in a sub-pipeline; max_rows is 1 */
            struct str mark;       /* JOIN_MARK: the field */
            uint64_t table_limit;  /* rows of the table used; 0: all */
        } join;
        struct {
            struct plan_query *queries;
            size_t n_queries;
            struct plan_link *links;
            size_t n_links;
            size_t root;           /* the query whose rows sets are searched for */
            uint64_t max_per_root; /* sets for one row of the root */
            bool has_within;
            int64_t within_ms; /* between the first and the last row of a set */
            bool sequence;     /* the rows' times ascend in the order of the queries */
            int64_t
                jitter_ms; /* by so much a row may be earlier than the one before all the same */
            bool once;     /* a row is part of one set only */
        } correlate;
        struct {
            struct str table;
        } table;
        struct { /* in the body of a group_apply node: its rows come in the order of time */
            struct expr *time;        /* of a row, ms */
            struct expr *begin, *end; /* conditions; end may be NULL */
            bool explicit_begin, explicit_end;
            int64_t timeout_ms; /* a larger gap to the row before ends the session; 0: none */
            int64_t window_ms; /* rows later than the first row's time plus this are out; 0: none */
            struct str id;     /* field: number of the session, from 1, over all groups */
        } session;
        struct {
            struct str bucket; /* field with the bucket start, ms */
            int64_t span_ms;   /* 0: automatic, see fn "time_bucket" */
            struct plan_spans spans;
            struct str *series; /* series fields, may be none */
            size_t n_series;
            struct str *values; /* numeric outputs that rank series */
            size_t n_values;
            uint64_t limit;     /* series kept */
            bool fill;          /* emit empty buckets */
            struct str *zeroes; /* outputs that are 0 in an empty bucket (counts) */
            size_t n_zeroes;
        } series;
    } u;
    const struct schema *schema; /* rows this node gives; set by bind */
    const struct demand *demand; /* what its consumer asks for; set by bind, for bind */
};

/* A table that is made before the main plan runs (defineTable, join sub-query, lookup file). */
struct plan_table {
    struct str name;
    struct plan_node *root; /* NULL: a file */
    struct str file;        /* resolved under the lookup folders */
    struct span at;
    int64_t from_ns, to_ns;      /* own interval of a sub-query; TIME_NONE: the main query's */
    const struct schema *schema; /* set by the engine once the table is made, before binding */
};

/* A column of the result, when its name is not the field's. */
struct plan_column {
    struct str field; /* of the last node's rows */
    struct str label; /* as the result calls it; not unique */
    const char *type; /* the language's own name of its type, for people */
    bool real;        /* whole numbers are written with a point: 10.0 */
};

struct plan_note {
    enum lanner_note_kind kind;
    struct span at;
    struct str text;
};

struct plan {
    struct arena *arena; /* borrowed from the query */
    enum lang lang;      /* for explain only */
    struct plan_node *root;
    struct plan_table *tables;
    size_t n_tables;
    /* Interval the query itself sets; TIME_NONE when it does not. Relative ones are resolved with
     * env->now_ns by the front end. */
    int64_t from_ns, to_ns;
    bool has_interval;
    bool needs_clock; /* uses now, start, end or a relative time: --now data must be known first */
    VEC(struct plan_note) notes; /* heap: plan_done */
    struct demand *demands;      /* bind's own, freed by bind_done */
    /* A table's plan: fields its rows must hold as columns, and whether nothing else is asked for.
     */
    struct str *wanted;
    size_t n_wanted;
    bool wanted_only;
    bool open_result;       /* rows carry all fields (no projection, no aggregate) */
    bool booleans_are_text; /* computed booleans leave as the texts true and false */
    bool absent_is_null;    /* no value leaves as null */
    /* The interval back from the clock where neither the query nor the user gives one; 0: all data.
     */
    int64_t default_span_ms;
    struct plan_column *columns; /* of the result, in order; NULL: the fields of the last node */
    size_t n_columns;
};

/* ---- Schema (made by bind) ---------------------------------------------------------------------
 */

struct schema_field {
    struct str name;
    uint32_t col; /* SCHEMA_HIDDEN: dropped, masks an open field */
    enum type type;
    bool from_record; /* read by the scan: in an open row the record's own field counts instead */
    bool as_text;     /* branches gave it different types: printed as text */
};
/* Values of `col` that are no column. */
#define SCHEMA_HIDDEN UINT32_MAX       /* dropped: masks an open field, is no field of the row */
#define SCHEMA_ABSENT (UINT32_MAX - 1) /* named by a projection, and never there */

struct schema {
    struct schema_field *fields;
    size_t n;
    uint32_t n_cols; /* columns of the batch */
    bool open;       /* rows have open fields */
};
/* The field, or NULL. A hidden one is returned too. */
const struct schema_field *schema_find(const struct schema *s, struct str name);

/* ---- The scan of a job ------------------------------------------------------------- */

/* Fields of the record that a job may ask for: beyond, binding them costs their square. */
#define SCAN_MAX_FIELDS 4096

/* The fields all plans of a job ask of the scan: one set of columns, shared. */
struct scan_fields {
    struct str *names; /* query arena; without searches */
    size_t n;
    bool open;                           /* whole records are asked for */
    struct plan_search *const *searches; /* of all plans */
    size_t n_searches;
};

/* ---- Building and showing ----------------------------------------------------------------------
 */

struct plan *plan_new(struct arena *a, enum lang lang);
/* Frees what the plan holds outside its arena. */
void plan_done(struct plan *p);
struct plan_node *node_new(struct plan *p, enum node_kind kind, struct span at,
                           struct plan_node *in);
const char *node_name(enum node_kind kind);
void plan_note(struct plan *p, enum lanner_note_kind kind, struct span at, const char *fmt, ...)
    PRINTF(4, 5);
/* Visits the node, its inputs, sub-pipelines and expressions; parents first. Either may be NULL. */
struct plan_visitor {
    void (*node)(void *ctx, struct plan_node *n);
    void (*expr)(void *ctx, struct plan_node *n, struct expr *e);
    void *ctx;
};
void plan_walk(struct plan_node *root, const struct plan_visitor *v);
/* The plan as text, top node first, inputs indented. */
void plan_print(const struct plan *p, struct buf *out);
void expr_print(const struct expr *e, struct buf *out);

#endif
