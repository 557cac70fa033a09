/* ast.h - the tree the parser makes of a CQL query, and the parser's calls. Private to the room.
 *
 * One node shape for stages, filters, expressions and arguments: children are a list. The tree
 * keeps places and, where LogScale decides by the function what a piece of text means, both
 * readings: an argument has its expression and, when it is one unquoted pattern, the pattern as
 * written. */
#ifndef LANG_CQL_AST_H
#define LANG_CQL_AST_H

#include "lang/common/common.h"
#include "plan/plan.h"

enum cql_kind {
    /* A pipeline; children are stages. */
    CQL_PIPE,
    /* Stages. */
    CQL_FILTER,        /* child: a filter term */
    CQL_STAGE,         /* child: a call */
    CQL_ASSIGN,        /* text: field; child: expression. Also an element of an array */
    CQL_CASE,          /* children: pipelines */
    CQL_MATCH,         /* text: field; children: CQL_ARM */
    CQL_ARM,           /* children: guard, pipeline */
    CQL_STATS,         /* child: array */
    CQL_SAVED,         /* text: name; children: arguments */
    CQL_DEFAULT_PARAM, /* child: a parameter with a default; no effect on events */
    /* Filter terms. Calls, booleans, AND, OR and NOT are shared with expressions. */
    CQL_AND,
    CQL_OR,
    CQL_NOT,
    CQL_TERM, /* text: field; op; child: value (string, pattern, regex, parameter) */
    CQL_FREE, /* child: value */
    CQL_TEST, /* child: an expression in the place of a filter term */
    /* Expressions and values. */
    CQL_FIELD,
    CQL_STRING,
    CQL_NUMBER,
    CQL_BOOL,
    CQL_PATTERN, /* unquoted text that is not an expression, globs included */
    CQL_REGEX,   /* text: body; flags */
    CQL_PARAM,   /* text: name; child: default, or none */
    CQL_BINARY,
    CQL_UNARY,
    CQL_CALL, /* text: name; children: CQL_ARG */
    CQL_ARG,  /* text: parameter name or empty; child: value */
    CQL_ARRAY,
    CQL_SUBQUERY /* child: pipeline; text: name in correlate() */
};

enum cql_op {
    OP_NONE,
    OP_EQ, /* `=` of filters, `==` of expressions */
    OP_NE,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_LIKE,
    OP_LINK, /* <=> */
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_MOD,
    OP_AND,
    OP_OR
};

struct cql_node {
    enum cql_kind kind;
    enum cql_op op;
    struct span at;
    struct str text;  /* name, number or decoded text; query arena or the query itself */
    struct str raw;   /* string: between the quotes, undecoded; argument value: the whole pattern as
                         written, empty when it is not one */
    struct str flags; /* regex */
    bool truth;       /* CQL_BOOL */
    bool quoted;      /* a field name that stood in quotes */
    bool single_eq;   /* `=` where an expression wants `==` */
    bool joined;      /* CQL_AND of adjacent terms */
    uint32_t n_kids;
    struct cql_node *kids, *last; /* children */
    struct cql_node *next;        /* sibling */
};

#define CQL_MAX_DEPTH 200
#define CQL_MAX_CHAIN 1000
/* Stages of all pipelines; fields of a list; free-text searches: beyond these a query is an attack.
 */
#define CQL_MAX_STAGES      5000
#define CQL_MAX_LIST        2000
#define CQL_MAX_SEARCHES    1000
#define CQL_MAX_TEXT        (1024 * 1024)
#define CQL_MAX_TEXT_STRICT 66000 /* cql.md 2.8 */
/* Backtracking can read a piece of text more than once; this bounds the work. */
#define CQL_MAX_NODES 1000000

struct cql_parser {
    struct cursor cur;
    struct arena *arena; /* query arena */
    struct plan *plan;   /* takes the notes; may be NULL */
    bool strict;
    bool after_aggregate; /* an earlier stage of this pipeline aggregates */
    unsigned depth;
    unsigned parens; /* open parentheses since the start of the pipeline */
    size_t n_nodes;
    size_t open_comment; /* offset + 1 of a comment without end */
};

/* ---- lexer.c: what unquoted text, strings and regexes are. All skip nothing before them. ---- */

bool lex_is_name(unsigned char c);
/* White space and comments. */
void lex_skip(struct cql_parser *p);
/* A field name with index suffixes; `brackets` allows a final `[]`. */
bool lex_name(struct cql_parser *p, bool brackets, struct str *out);
/* `[12]` or `[]`. */
bool lex_index(struct cql_parser *p);
bool lex_pattern(struct cql_parser *p, struct str *out);
/* Whether the cursor is at this word in any case, and the word ends there. */
bool lex_at_word(const struct cql_parser *p, const char *word);
bool lex_take_word(struct cql_parser *p, const char *word);
bool lex_at_quote(const struct cql_parser *p);
MUST_USE enum lanner_rc lex_string(struct cql_parser *p, struct str *text, struct str *raw,
                                   struct lanner_err *err);
MUST_USE enum lanner_rc lex_regex(struct cql_parser *p, struct str *body, struct str *flags,
                                  struct lanner_err *err);
/* A decimal number without sign that is not the beginning of a name. */
bool lex_number(struct cql_parser *p, struct str *out);
/* Whether all of the text is a number (cql.md 2.2). */
bool lex_is_number(struct str s);
/* Text of a quoted string in the place of a filter value: a Windows path keeps `\t`, `\n`, `\r`. */
struct str lex_filter_text(struct arena *a, const struct cql_node *string);

/* ---- parse.c: shared by the parse_* files ---- */

struct cql_node *cql_node(struct cql_parser *p, enum cql_kind kind, size_t start);
void cql_add(struct cql_node *parent, struct cql_node *kid);
struct cql_node *cql_kid(const struct cql_node *n, size_t i);
/* "expected ..., found ..." at the cursor. */
enum lanner_rc cql_expected(const struct cql_parser *p, const char *what, struct lanner_err *err);
/* For the dots that stand in documentation for what was left out. */
enum lanner_rc cql_sample(const char *what, size_t start, struct lanner_err *err);
/* Accounts for one level of nesting; leaves with p->depth--. */
MUST_USE enum lanner_rc cql_enter(struct cql_parser *p, struct lanner_err *err);
/* Notes a construct that LogScale refuses, what it is read as and the standard spelling. In strict
 * mode cql_plan turns the notes into one error that names all places. */
void cql_repair(struct cql_parser *p, struct span at, const char *fmt, ...) PRINTF(3, 4);
/* Accounts for one more operator of a chain: chains become trees that lean to the left. */
MUST_USE enum lanner_rc cql_chain(const struct cql_parser *p, size_t *length,
                                  struct lanner_err *err);
/* A place to come back to when a reading fails. */
struct cql_mark {
    size_t pos, n_notes;
    unsigned depth, parens;
};
struct cql_mark cql_mark(const struct cql_parser *p);
void cql_reset(struct cql_parser *p, struct cql_mark m);

/* Parses a whole query. The plan takes the notes; it may be NULL in tests. */
MUST_USE enum lanner_rc cql_parse(struct arena *a, struct str text, bool strict, struct plan *plan,
                                  struct cql_node **out, struct lanner_err *err);
/* Stages up to `}`, `;` or the end. */
MUST_USE enum lanner_rc cql_parse_pipe(struct cql_parser *p, struct cql_node **out,
                                       struct lanner_err *err);
/* A name (bare or quoted) as a node of the kind. */
MUST_USE enum lanner_rc cql_parse_name(struct cql_parser *p, enum cql_kind kind,
                                       struct cql_node **out, struct lanner_err *err);

/* ---- parse_filter.c, parse_expr.c, parse_call.c ---- */

/* Whether a stage that is no filter begins at the cursor (a call of a transform, `case {`, `x :=`),
 * or a filter term. */
bool cql_at_stage(const struct cql_parser *p);
bool cql_at_term(const struct cql_parser *p);
/* `[not] in (...)`, or `like`, `=`, `!=` with what only a filter can have on its right (a regex, a
 * glob); NULL, and nothing moved, when the text at the cursor is something else. */
struct cql_node *cql_parse_condition_term(struct cql_parser *p);
MUST_USE enum lanner_rc cql_parse_filter(struct cql_parser *p, struct cql_node **out,
                                         struct lanner_err *err);
MUST_USE enum lanner_rc cql_parse_expr(struct cql_parser *p, struct cql_node **out,
                                       struct lanner_err *err);
/* additive [cmp additive]: the operand of and, or and not. */
MUST_USE enum lanner_rc cql_parse_comparison(struct cql_parser *p, struct cql_node **out,
                                             struct lanner_err *err);
MUST_USE enum lanner_rc cql_parse_additive(struct cql_parser *p, struct cql_node **out,
                                           struct lanner_err *err);
/* A comparison sign of expressions at the cursor; with_eq: a single `=` too. Does not move. */
enum cql_op cql_peek_comparison(const struct cql_parser *p, bool with_eq, size_t *len);
/* Whether a call stands at the cursor: a known function name and `(`, or any name directly before
 * it. */
bool cql_at_call(const struct cql_parser *p, struct str *name);
/* One argument, named or not; `bare`: of a call without parentheses, where blanks separate. */
MUST_USE enum lanner_rc cql_parse_arg(struct cql_parser *p, const struct cql_node *call, bool bare,
                                      struct cql_node **out, struct lanner_err *err);
/* `( arg, ... )`, added to the call. */
MUST_USE enum lanner_rc cql_parse_args(struct cql_parser *p, struct cql_node *call,
                                       struct lanner_err *err);
MUST_USE enum lanner_rc cql_parse_call(struct cql_parser *p, struct cql_node **out,
                                       struct lanner_err *err);
/* `( a, b )` or `[ a, b ]` after `f in`: an array, or the arguments of a call when they are named.
 */
MUST_USE enum lanner_rc cql_parse_in(struct cql_parser *p, struct cql_node *field,
                                     struct cql_node **out, struct lanner_err *err);
MUST_USE enum lanner_rc cql_parse_array(struct cql_parser *p, struct cql_node **out,
                                        struct lanner_err *err);
MUST_USE enum lanner_rc cql_parse_param(struct cql_parser *p, struct cql_node **out,
                                        struct lanner_err *err);
MUST_USE enum lanner_rc cql_parse_subquery(struct cql_parser *p, struct cql_node **out,
                                           struct lanner_err *err);
/* Adds a named argument to a call. */
void cql_set_arg(struct cql_parser *p, struct cql_node *call, const char *name,
                 struct cql_node *value);
/* An error when the call has an argument of that name. */
enum lanner_rc cql_check_twice(const struct cql_node *call, struct str name, struct span at,
                               struct lanner_err *err);

/* ---- print.c ---- */

/* The tree as one line of nested parentheses, for tests. */
void cql_print(const struct cql_node *n, struct buf *out);

#endif
