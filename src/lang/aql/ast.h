/* ast.h - the tree of a query, made by parse*.c and read by lower*.c. Private to the room.
 *
 * The tree says what was written; what it means is lowering's. Chains of AND and OR are one node
 * with any number of kids, made by a loop: converted rules have thousands of terms. Everything else
 * nests at most AQL_MAX_DEPTH deep. */
#ifndef LANG_AQL_AST_H
#define LANG_AQL_AST_H

#include "lang/aql/aql.h"
#include "util/mem.h"

#define AQL_MAX_DEPTH 400
#define AQL_MAX_TEXT  ((size_t)4 << 20)

enum aql_kind {
    AQL_NULL,
    AQL_BOOL,     /* number.u.i */
    AQL_NUMBER,   /* number: KIND_LONG or KIND_DOUBLE; text as written */
    AQL_STRING,   /* '...': text with '' undone */
    AQL_NAME,     /* identifier or "quoted name": text, quoted; qualifier of t.column in `space` */
    AQL_STAR,     /* * as a select item (t.*: `space`) or the argument of COUNT(*) */
    AQL_CALL,     /* name(args): text, space (GEO::); kids: arguments; distinct */
    AQL_NEGATE,   /* - kid */
    AQL_BIT_NOT,  /* ~ kid */
    AQL_BINARY,   /* op, two kids */
    AQL_AND,      /* any number of kids, at least two */
    AQL_OR,       /* any number of kids, at least two */
    AQL_NOT,      /* one kid */
    AQL_COMPARE,  /* op, two kids */
    AQL_MATCH,    /* op AQL_OP_LIKE ..., kids: value, pattern(s) of ENUMERATION (any of them);
                     negated; escape in text */
    AQL_IN,       /* kids: value, then the list; negated; bare: IN 'x' without parentheses */
    AQL_IN_QUERY, /* kid: value; query; negated */
    AQL_IN_SET,   /* kid: value; text: name of a reference set; negated */
    AQL_EXISTS,   /* query; negated */
    AQL_BETWEEN,  /* kids: value, low, high; negated */
    AQL_IS_NULL,  /* kid; negated: IS NOT NULL */
    AQL_CASE,     /* simple: kids[0] is the value; then pairs when, then; else in `otherwise`.
                     IF c THEN a ELSE b too */
    AQL_SEARCH,   /* TEXT SEARCH: text */
    AQL_TIME,     /* a time clause where a condition stands (tolerant): time */
    AQL_DURATION, /* 24 HOURS, INTERVAL '1' DAY after + or -: number in ms */
    AQL_CAST      /* CAST(kid AS text) */
};

enum aql_op {
    AQL_OP_NONE,
    AQL_OP_ADD,
    AQL_OP_SUB,
    AQL_OP_MUL,
    AQL_OP_DIV,
    AQL_OP_MOD,
    AQL_OP_POW,
    AQL_OP_CONCAT,
    AQL_OP_BIT_AND,
    AQL_OP_BIT_OR,
    AQL_OP_SHL,
    AQL_OP_SHR,
    AQL_OP_EQ,
    AQL_OP_NE,
    AQL_OP_LT,
    AQL_OP_LE,
    AQL_OP_GT,
    AQL_OP_GE,
    AQL_OP_LIKE,
    AQL_OP_ILIKE,
    AQL_OP_MATCHES,
    AQL_OP_IMATCHES,
    /* tolerant infix words, see aql.md 6.4 */
    AQL_OP_SIMILAR,
    AQL_OP_CONTAINS,
    AQL_OP_STARTS_WITH,
    AQL_OP_ENDS_WITH
};

struct aql_query;

struct aql_node {
    enum aql_kind kind;
    enum aql_op op;
    struct span at;
    uint32_t depth; /* of the tree below, at most AQL_MAX_DEPTH */
    struct str text;
    struct str space;
    struct val number; /* AQL_CALL: LIMIT n inside the parentheses, else KIND_ABSENT */
    bool quoted;       /* AQL_NAME: written "..." */
    bool negated;
    bool distinct; /* AQL_CALL: f(DISTINCT x) */
    bool simple;   /* AQL_CASE with a value */
    bool bare;
    bool parens;            /* stood in parentheses: `at` includes them */
    struct aql_node **kids; /* arena */
    size_t n_kids;
    struct aql_node *otherwise;
    struct aql_query *query;
    struct aql_time *time;
};

/* A point of START or STOP, as written. */
struct aql_instant {
    struct span at;
    enum {
        AQL_AT_TEXT,
        AQL_AT_MS,
        AQL_AT_PARSED,
        AQL_AT_NOW
    } kind; /* PARSED: PARSEDATETIME(text) */
    struct str text;
    int64_t ms;
};

struct aql_time {
    struct span at;
    enum { AQL_TIME_LAST, AQL_TIME_RANGE, AQL_TIME_OFFENSE } kind;
    int64_t last_ms; /* LAST */
    struct aql_instant start, stop;
    bool has_stop;
    struct aql_node *offense; /* TIMES OFFENSE_TIME(x) */
};

struct aql_item { /* of SELECT */
    struct span at;
    struct aql_node *expr;
    struct str alias; /* empty: none */
    struct span alias_at;
};

struct aql_order {
    struct aql_node *expr; /* a lone string may be an alias: lowering decides */
    bool descending;
};

enum aql_join_kind { AQL_JOIN_INNER, AQL_JOIN_LEFT };

struct aql_source {
    struct span at;
    enum { AQL_FROM_EVENTS, AQL_FROM_FLOWS, AQL_FROM_NAME, AQL_FROM_QUERY, AQL_FROM_NONE } kind;
    struct str name; /* cursor, WITH name or metadata table ("reference_data.sets") */
    /* GLOBALVIEW('s', 'NORMAL'), reference_data.sets('s'): the call; else NULL. */
    struct aql_node *call;
    struct aql_query *query; /* sub-select */
    struct str alias;
};

struct aql_join {
    struct span at;
    enum aql_join_kind kind;
    struct aql_source source;
    struct aql_node *on;
};

struct aql_session {
    struct span at;
    struct aql_node *time;
    struct aql_node **keys;
    size_t n_keys;
    struct aql_node *begin, *end;
    bool explicit_begin, explicit_end;
    int64_t timeout_ms; /* 0: none */
    int64_t window_ms;
};

struct aql_param {
    struct span at;
    struct str name;
    struct aql_node *value;
};

struct aql_with {
    struct span at;
    struct str name;
    struct aql_query *query;
};

/* One SELECT, with the branches that are united with it. */
struct aql_query {
    struct span at;
    uint32_t depth;        /* of the trees and queries in it and in what it is united with */
    struct aql_with *with; /* of the outermost */
    size_t n_with;
    bool distinct;
    struct aql_item *items;
    size_t n_items;
    struct aql_source from;
    struct aql_join *joins;
    size_t n_joins;
    struct str into; /* empty: none */
    struct span into_at;
    struct aql_node *where;
    struct aql_node **groups;
    size_t n_groups;
    struct aql_node *having;
    struct aql_order *orders;
    size_t n_orders;
    struct str collate; /* empty: none */
    struct aql_session *session;
    bool has_limit;
    uint64_t limit;
    struct aql_time *time;
    struct aql_param *params;
    size_t n_params;
    /* The next branch: this UNION [ALL] next. Branches are united from the left. What holds for
     * the union as a whole (with, union_orders, union_limit: ORDER BY and LIMIT of an unbracketed
     * last branch) stands in the first one; into may stand in any. */
    struct aql_query *next;
    bool union_all; /* between this and next */
    struct aql_order *union_orders;
    size_t n_union_orders;
    bool has_union_limit;
    uint64_t union_limit;
};

/* Several statements in one text, divided by ; - all but the last have INTO. */
struct aql_text {
    struct aql_query **statements;
    size_t n;
};

/* Tolerant readings found so far. aql_repair notes one; with options->strict the front end ends in
 * one error that names all places (shared with the other languages, see lang/common). */
struct aql_parse {
    struct arena *arena;
    const struct front_options *options;
    struct plan *plan; /* takes the notes */
};

/* Parses the text, which must live as long as the tree. Syntax errors name what was found and what
 * was expected. p->plan may be NULL: then notes are dropped. */
enum lanner_rc aql_parse(struct aql_parse *p, struct str text, struct aql_text *out,
                         struct lanner_err *err) MUST_USE;
/* A tolerant reading: a note of kind LANNER_NOTE_REPAIR. */
void aql_repair(struct aql_parse *p, struct span at, const char *fmt, ...) PRINTF(3, 4);
/* Text of an expression as written, without blanks outside of quotes: for column names. */
struct str aql_squeeze(struct arena *a, struct str query, struct span at);
/* The query as nested parentheses, for tests (print.c). */
struct buf;
void aql_print(const struct aql_query *q, struct buf *out);

#endif
