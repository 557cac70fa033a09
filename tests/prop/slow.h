/* slow.h - the slow evaluator: one row at a time, straight from the language's definition. Shares
 * no code with the engine but the printing of numbers. */
#ifndef TESTS_PROP_SLOW_H
#define TESTS_PROP_SLOW_H

#include "util/buf.h"

#define N_FIELDS 4 /* a, b, c, d of the data */
#define N_VARS   7 /* and x, y, z, which queries make */
#define MAX_ROWS 64

struct cell {
    bool there;
    bool computed; /* printed as a JSON number */
    char text[48];
};

struct row {
    int64_t ms;
    int position; /* in the input */
    struct cell v[N_VARS];
};

enum op {
    OP_EQ,
    OP_NE,
    OP_EXISTS,
    OP_MISSING,
    OP_PREFIX,
    OP_SUFFIX,
    OP_CONTAINS,
    OP_LESS,
    OP_MORE,
    OP_IN,
    OP_REGEX_START,
    OP_EMPTY,
    OP_NOT_EMPTY,
    OP_ANYWHERE,
    OP_AND,
    OP_OR,
    OP_NOT,
    OP_COUNT
};

struct cond {
    enum op op;
    int field;
    char text[3][16];
    int n_text;
    double number;
    struct cond *kids[3];
    int n_kids;
};

enum stage_kind {
    ST_FILTER,
    ST_ASSIGN_CONST,
    ST_ASSIGN_COPY,
    ST_ASSIGN_MATH,
    ST_DROP,
    ST_CASE,
    ST_DEFAULT
};

struct stage {
    enum stage_kind kind;
    int field, from;
    char op; /* + - * / */
    long number;
    char text[16];
    struct cond *cond;
    struct cond *clauses[3]; /* NULL: * */
    char values[3][16];
    int n_clauses;
};

enum final_kind { FIN_EVENTS, FIN_GROUP, FIN_SORT, FIN_HEAD, FIN_TAIL, FIN_OPEN, FIN_COUNT };

struct query {
    struct stage stages[6];
    int n_stages;
    enum final_kind final;
    int keys[2];
    int n_keys;
    int value; /* field the aggregates and the sort look at */
    bool descending;
    int limit;
};

/* The expected result as NDJSON. */
void slow_run(const struct query *q, const struct row *rows, int n, struct buf *out);
/* The whole text is a number (cql.md 2.2). */
bool slow_number(const char *text, double *out);
extern const char *const slow_names[N_VARS];

#endif
