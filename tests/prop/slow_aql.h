/* slow_aql.h - the slow evaluator of AQL: trees walked row by row, straight from the language's
 * definition. Shares no code with the engine but the printing of reals. */
#ifndef TESTS_PROP_SLOW_AQL_H
#define TESTS_PROP_SLOW_AQL_H

#include "util/buf.h"

enum skind { S_NULL, S_BOOL, S_LONG, S_DOUBLE, S_IP, S_TEXT, S_NUMTEXT, S_BOOLTEXT };

struct sval {
    enum skind kind;
    int64_t i; /* S_LONG; S_BOOL: 0 or 1 */
    double d;
    unsigned char ip[16];
    struct str s; /* text as it stood */
};

enum sfield {
    SF_TIME,
    SF_USER,
    SF_IP,
    SF_PORT,
    SF_CATEGORY,
    SF_TYPE,
    SF_V,
    SF_W,
    SF_DEEP,
    SF_PAYLOAD,
    SF_COUNT
};

#define SLOW_MAX_ROWS  48
#define SLOW_MAX_ITEMS 6

struct srow {
    struct sval v[SF_COUNT];
    struct sval time;
    int position;
};

enum sop {
    SX_FIELD,
    SX_LIT,
    SX_ARITH, /* op: + - * / % */
    SX_NEG,
    SX_CONCAT,
    SX_LOWER,
    SX_UPPER,
    SX_STRLEN,
    SX_SUBSTRING,
    SX_COALESCE,
    SX_NULLIF,
    SX_REPLACE,
    SX_LONG,
    SX_STR,
    SX_CASE, /* when, then, ..., else */
    SX_SIMPLE_CASE,
    SX_IF,
    SX_COMPARE, /* op: = ! < { > } */
    SX_LIKE,    /* op: l i; kids: value, patterns (several: ENUMERATION) */
    SX_MATCHES, /* op: m i; pat, text of kids 1 (and 2) */
    SX_IN,
    SX_IN_QUERY, /* kids: value, column, condition */
    SX_BETWEEN,
    SX_IS_NULL,
    SX_INFIX, /* op: c s e */
    SX_IN_CIDR,
    SX_CATEGORY, /* kids: pattern or values; op: l = i */
    SX_TYPE_NAME,
    SX_AND,
    SX_OR,
    SX_NOT,
    SX_AGG /* op: see enum sagg */
};

enum sagg {
    SA_ROWS,
    SA_COUNT,
    SA_UNIQUE,
    SA_SUM,
    SA_AVG,
    SA_MIN,
    SA_MAX,
    SA_FIRST,
    SA_LAST,
    SA_LIST,
    SA_COUNTIF,
    SA_COUNT_AGGS
};

enum spattern { SP_FIND, SP_START, SP_END, SP_WHOLE, SP_TWO, SP_DIGITS, SP_COUNT };

struct sexpr {
    enum sop op;
    int how;      /* operator of the kind */
    bool negated; /* NOT LIKE, NOT IN, IS NOT NULL ... */
    bool column;  /* SX_FIELD: of the sub-select, its number is `field` */
    enum sfield field;
    struct sval lit;
    struct sexpr *kids[12];
    int n;
};

struct squery {
    struct sexpr *items[SLOW_MAX_ITEMS];
    int n_items;
    bool distinct;
    struct sexpr *where; /* NULL: all */
    struct sexpr *keys[3];
    int n_keys;
    bool grouped; /* GROUP BY or aggregates */
    struct sexpr *having;
    struct sexpr *orders[SLOW_MAX_ITEMS];
    bool descending[SLOW_MAX_ITEMS];
    int n_orders;
    int limit;                 /* -1: none */
    int64_t from_ms;           /* INT64_MIN: all times */
    int64_t to_ms;             /* included */
    const struct squery *from; /* FROM (SELECT ...), else the events */
    const struct squery *next; /* UNION ALL */
};

/* The expected result as NDJSON with columns c1, c2 ... */
void slow_aql_run(const struct squery *q, const struct srow *rows, int n, struct buf *out);
void slow_aql_put(struct buf *out, const struct sval *v);
bool slow_aql_address(struct str s, bool with_port, unsigned char out[16]);
/* What a text reads as: S_LONG, S_DOUBLE or S_NULL. */
struct sval slow_aql_number(const struct sval *v);
/* The column as its declared type reads the text of the record. */
struct sval slow_aql_long(const struct sval *v);
struct sval slow_aql_host(const struct sval *v);
struct sval slow_text(const char *z);
/* Memory until slow_aql_reset. */
void *slow_alloc(size_t n);
void slow_aql_reset(void);

#endif
