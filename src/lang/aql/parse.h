/* parse.h - the parser's tokens and what its files share. Private to lexer.c and parse*.c.
 *
 * Tokens are made one after the other and looked at up to AQL_LOOK ahead; nothing is ever read
 * twice, so the work is linear in the text. A text that is no token becomes TOKEN_BAD with its
 * error: it fits nowhere, and aql_expected reports it instead of what was expected. */
#ifndef LANG_AQL_PARSE_H
#define LANG_AQL_PARSE_H

#include "lang/aql/ast.h"
#include "lang/common/common.h"

enum aql_word_class { AQL_WORD_FREE, AQL_WORD_RESERVED, AQL_WORD_HARD };

enum aql_word {
    W_NONE,
#define WORD(id, text, class) W_##id,
#include "lang/aql/words.def"
#undef WORD
    W_COUNT_
};

enum aql_token_kind {
    TOKEN_END,
    TOKEN_WORD,   /* identifier or keyword */
    TOKEN_QUOTED, /* "..." */
    TOKEN_STRING, /* '...' */
    TOKEN_NUMBER,
    TOKEN_SIGN, /* operator or punctuation: sign */
    TOKEN_BAD
};

enum aql_sign {
    SIGN_NONE,
    SIGN_OPEN,
    SIGN_CLOSE,
    SIGN_COMMA,
    SIGN_DOT,
    SIGN_SEMICOLON,
    SIGN_COLONS, /* :: */
    SIGN_STAR,
    SIGN_PLUS,
    SIGN_MINUS,
    SIGN_SLASH,
    SIGN_PERCENT,
    SIGN_CARET,
    SIGN_AMP,
    SIGN_BAR,
    SIGN_BARS, /* || */
    SIGN_TILDE,
    SIGN_TILDE_STAR, /* ~* */
    SIGN_NOT,
    SIGN_EQ, /* = and == */
    SIGN_NE, /* != and <> */
    SIGN_LT,
    SIGN_LE,
    SIGN_GT,
    SIGN_GE,
    SIGN_SHL,
    SIGN_SHR
};

struct aql_token {
    enum aql_token_kind kind;
    enum aql_word word;
    enum aql_sign sign;
    bool glued; /* nothing stands between it and the token before */
    bool list;  /* TOKEN_STRING: a parameter's value with commas: in a list, several values */
    struct span at;
    struct str text;   /* name or literal, decoded */
    struct val number; /* TOKEN_NUMBER */
};

#define AQL_LOOK 4

struct aql_node_list {
    struct aql_node **items; /* arena */
    size_t n, cap;
};

/* Defaults of parameters that one text gives. */
#define AQL_MAX_DEFAULTS 200

struct aql_param_default {
    struct str name, value;
    bool given, quoted;
};

struct aql_parser {
    struct aql_parse *p;
    struct arena *arena;
    struct cursor cur; /* the lexer's place */
    struct aql_token ring[AQL_LOOK];
    unsigned ring_head, ring_n;
    struct span last; /* place of the token consumed last */
    struct lanner_err bad;
    struct aql_param_default *defaults; /* arena */
    size_t n_defaults;
    bool has_defaults;     /* they were looked for */
    unsigned depth;        /* open levels of the recursion */
    uint32_t tree;         /* depth of the deepest node of the query so far */
    unsigned blocks;       /* open CASE and SESSION BY: END ends them */
    struct aql_node *time; /* the query's time clause inside a condition, not yet taken out */
    struct span bare_in;   /* of the last IN 'x' without parentheses, for a hint */
};

/* ---- lexer.c ---- */

/* The token k places ahead, k < AQL_LOOK. */
const struct aql_token *aql_look(struct aql_parser *r, unsigned k);
/* Takes the next token; it stays valid until AQL_LOOK more are looked at. */
struct aql_token aql_take(struct aql_parser *r);
/* Text of a word of the grammar, in capitals; its class. */
const char *aql_word_text(enum aql_word w);
enum aql_word_class aql_word_class(enum aql_word w);

static inline bool aql_at_word(struct aql_parser *r, enum aql_word w)
{
    return aql_look(r, 0)->word == w;
}
static inline bool aql_at_sign(struct aql_parser *r, enum aql_sign s)
{
    return aql_look(r, 0)->sign == s;
}
bool aql_take_word(struct aql_parser *r, enum aql_word w);
bool aql_take_sign(struct aql_parser *r, enum aql_sign s);

/* ---- parse.c: helpers of all ---- */

/* "expected ..., found ..." at the next token, or the error of a text that is no token. */
enum lanner_rc aql_expected(struct aql_parser *r, const char *what, struct lanner_err *err);
MUST_USE enum lanner_rc aql_want_word(struct aql_parser *r, enum aql_word w, const char *where,
                                      struct lanner_err *err);
MUST_USE enum lanner_rc aql_want_sign(struct aql_parser *r, enum aql_sign s, const char *what,
                                      struct lanner_err *err);
/* Accounts for one level of recursion; leaves with r->depth--. */
MUST_USE enum lanner_rc aql_enter(struct aql_parser *r, struct lanner_err *err);
enum lanner_rc aql_too_deep(struct span at, struct lanner_err *err);
struct aql_node *aql_node(struct aql_parser *r, enum aql_kind kind, struct span at);
void aql_list_push(struct aql_parser *r, struct aql_node_list *list, struct aql_node *n);
/* Gives the node its kids, widens its place over them and checks its depth. */
MUST_USE enum lanner_rc aql_adopt(struct aql_parser *r, struct aql_node *n,
                                  const struct aql_node_list *kids, struct lanner_err *err);
MUST_USE enum lanner_rc aql_adopt_pair(struct aql_parser *r, struct aql_node *n, struct aql_node *a,
                                       struct aql_node *b, struct lanner_err *err);
/* From the start of a to the end of the token consumed last. */
struct span aql_since(const struct aql_parser *r, struct span a);
/* A whole number literal of at least 0. */
MUST_USE enum lanner_rc aql_parse_count(struct aql_parser *r, const char *what, int64_t *out,
                                        struct lanner_err *err);
/* Whether a clause of a query, its end or what follows it begins at the token k ahead. */
bool aql_at_clause(struct aql_parser *r, unsigned k);
bool aql_at_join(struct aql_parser *r, unsigned k);
/* An error at the next token with the nearest words that may begin a clause as its hint. */
enum lanner_rc aql_expected_clause(struct aql_parser *r, const char *what, struct lanner_err *err);

/* The same for what stands where all clauses have ended; `condition`: the last with one. */
enum lanner_rc aql_expected_rest(struct aql_parser *r, bool condition, struct lanner_err *err);

/* ---- parse_query.c ---- */

/* `( SELECT ... )` or what is united in it; the cursor is behind the opening parenthesis and stays
 * before the closing one. */
MUST_USE enum lanner_rc aql_parse_union(struct aql_parser *r, struct aql_query **out,
                                        struct lanner_err *err);
bool aql_at_query(struct aql_parser *r, unsigned k);

/* ---- parse_clause.c: what stands behind FROM ---- */

MUST_USE enum lanner_rc aql_parse_clauses(struct aql_parser *r, struct aql_query *q,
                                          struct lanner_err *err);

/* ---- parse_time.c ---- */

bool aql_at_time(struct aql_parser *r, unsigned k);
MUST_USE enum lanner_rc aql_parse_time(struct aql_parser *r, struct aql_time **out,
                                       struct lanner_err *err);
/* `n unit`, the number being the next token. `what` is for messages: "LAST". */
MUST_USE enum lanner_rc aql_parse_span(struct aql_parser *r, const char *what, int64_t *ms,
                                       struct lanner_err *err);
/* Whether `24 HOURS` or `24h` stands at the cursor: a number and a unit. */
bool aql_at_duration(struct aql_parser *r);
/* `24 HOURS` or INTERVAL '1' DAY. */
MUST_USE enum lanner_rc aql_parse_duration(struct aql_parser *r, struct aql_node **out,
                                           struct lanner_err *err);

/* ---- parse_cond.c, parse_expr.c, parse_call.c ---- */

MUST_USE enum lanner_rc aql_parse_condition(struct aql_parser *r, struct aql_node **out,
                                            struct lanner_err *err);
MUST_USE enum lanner_rc aql_parse_expr(struct aql_parser *r, struct aql_node **out,
                                       struct lanner_err *err);
/* A function, CASE, EXISTS or CAST at the cursor, or a name. */
MUST_USE enum lanner_rc aql_parse_word(struct aql_parser *r, struct aql_node **out,
                                       struct lanner_err *err);
/* `( args )` into the call. */
MUST_USE enum lanner_rc aql_parse_args(struct aql_parser *r, struct aql_node *call,
                                       struct lanner_err *err);

#endif
