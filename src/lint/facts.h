/* facts.h - private to lint: what a query says, alike for both languages. */
#ifndef LINT_FACTS_H
#define LINT_FACTS_H

#include "lint/lint.h"

enum fact_kind {
    FACT_FIELD,    /* a name that is read: field; flag: it is a field for certain */
    FACT_MADE,     /* a name that the query makes: field; flag: from the time of the event */
    FACT_TEXT,     /* a text as a value: text */
    FACT_COMPARE,  /* field is (flag: is not) text */
    FACT_PATTERN,  /* field is like text; form says how; flag: negated */
    FACT_CODE,     /* a result code: text; field, or the JSON key in a pattern; made of the above */
    FACT_KEY,      /* of a grouping: field; flag: a bucket of time */
    FACT_DISTINCT, /* distinct count of field; flag: case is folded */
    FACT_GROUP,    /* groupBy() without limit */
    FACT_ROWS,     /* sort() or table() without limit: text names it */
    FACT_LIST,     /* a list that collect() cuts: field; text: the limit, "" by default */
    FACT_LENGTH,   /* the length of the list `field` is asked for */
    FACT_TEXT_MIN, /* MIN or MAX of a text: text names the function */
    FACT_TIME,     /* a time clause inside of a condition */
    FACT_PARAM,    /* ?name: text; flag: it has a default */
    FACT_OPAQUE    /* makes names that only the data knows */
};

enum fact_form {
    FORM_NONE,
    FORM_LIKE,  /* % and _ */
    FORM_GLOB,  /* * */
    FORM_WHOLE, /* regular expression for the whole value */
    FORM_PART   /* regular expression for a part of it */
};

struct fact {
    enum fact_kind kind;
    enum fact_form form;
    struct span at;
    struct str field, text; /* arena of the run */
    bool flag;
    bool payload; /* the field is the whole record */
    bool open;    /* FACT_CODE: nothing closes the number; quoted: it is a JSON text */
    bool quoted;
};

/* What QRadar's functions of these names are called as a field. */
#define FIELD_TYPE_NAME     "LOGSOURCETYPENAME()"
#define FIELD_CATEGORY_NAME "CATEGORYNAME()"
#define MAX_FACTS           20000

struct facts {
    struct arena *arena;
    VEC(struct fact) list;
};
void facts_add(struct facts *f, const struct fact *fact);

struct front_param;
/* Parse and collect. */
enum lanner_rc facts_aql(struct facts *f, struct str text, const struct front_param *params,
                         size_t n_params, struct lanner_err *err) MUST_USE;
enum lanner_rc facts_cql(struct facts *f, struct str text, const struct front_param *params,
                         size_t n_params, struct lanner_err *err) MUST_USE;
/* Adds the FACT_CODE of comparisons and patterns (codes.c). */
void facts_add_codes(struct facts *f);
bool facts_is_code_field(struct str field);

/* One query, or one detection, in the hands of the rules. */
struct lint_run {
    struct lint *lint;
    struct arena *arena;
    const struct lint_rule *rule; /* the one that is asked */
    struct str file, text;
    enum query_language language;
    const struct facts *facts;
    size_t n_said;                     /* by this rule of this query */
    const struct detection *detection; /* or NULL */
    /* Rules of detections: facts of its queries; NULL where it has none or it cannot be read. */
    const struct facts *by_language[QUERY_LANGUAGES];
};

/* A finding of the run's rule, at a place of the query. */
void lint_say(struct lint_run *run, struct span at, const char *fmt, ...) PRINTF(3, 4);
/* The same in the YAML of the run's detection. */
struct yaml_node;
void lint_say_yaml(struct lint_run *run, const struct yaml_node *node, const char *fmt, ...)
    PRINTF(3, 4);
void lint_add(struct lint *l, const struct lint_finding *f);

/* Result codes (data/entra/result-codes.tsv, tools/gen_codes.py). */
struct lint_code {
    const char *code, *name, *exists, *use, *meaning;
};
extern const struct lint_code lint_codes[];
extern const size_t lint_n_codes;
const struct lint_code *lint_code_find(struct str code);

/* The rules: rules_code.c, rules_name.c, rules_group.c, rules_pack.c. */
#define RULE(number, function, name, severity, scope, title, why, advice)                          \
    void function(struct lint_run *run);
#include "lint/rules.def"
#undef RULE

#endif
