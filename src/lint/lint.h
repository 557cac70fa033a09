/* lint.h - the door of the room: what is wrong with a query or with a pack.
 *
 *     struct lint *l = lint_new();
 *     lint_query(l, "rule.aql", text, NULL, &err);
 *     lint_packs(l, packs);
 *     lint_sort(l);
 *     ... l->findings
 *     lint_free(l);
 *
 * A rule is a row of rules.def and a function of its name (rules_*.c). Queries are read with the
 * front ends' own parsers: a rule never sees a comment or a text that only looks like a condition.
 * facts_aql.c and facts_cql.c turn either tree into one list of facts, which the rules judge. */
#ifndef LINT_LINT_H
#define LINT_LINT_H

#include "detect/detect.h"
#include "util/buf.h"

enum lint_severity { LINT_INFO, LINT_WARNING, LINT_ERROR, LINT_SEVERITIES };
const char *lint_severity_name(enum lint_severity s); /* "warning" */
bool lint_severity_named(struct str name, enum lint_severity *out);

enum lint_scope { LINT_AQL = 1, LINT_CQL = 2, LINT_PACK = 4, LINT_BOTH = LINT_AQL | LINT_CQL };

struct lint_rule {
    const char *id;   /* "LNR101" */
    const char *name; /* "code-pattern-open" */
    enum lint_severity severity;
    enum lint_scope scope;
    const char *title, *why, *advice;
};
const struct lint_rule *lint_rule_at(size_t i); /* NULL past the end */
/* "LNR101", "code-pattern-open" or "LNR101-code-pattern-open", in any case. */
const struct lint_rule *lint_rule_find(struct str name);

struct lint_finding {
    const struct lint_rule *rule;
    struct str file;                   /* as given; of a text without a file "query" */
    uint32_t line, column, length;     /* line 0: the file as a whole */
    struct str text;                   /* of the file, for the caret; may be empty */
    struct str message;                /* one line, what is the matter here */
    const struct detection *detection; /* or NULL; the packs outlive the findings */
};

struct lint {
    struct arena arena;
    VEC(struct lint_finding) findings;
    size_t n_severity[LINT_SEVERITIES];
    bool unreadable;   /* a query or a file could not be read: exit status 2 */
    bool *off;         /* by the rule's place: not wanted */
    size_t n_ignored;  /* by a comment lint:ignore */
    bool cut;          /* there were more findings than one can read */
    const char *asked; /* private: the text asked last for comments lint:ignore */
    bool has_ignore;
};

struct lint *lint_new(void);
void lint_free(struct lint *l);
/* Only these rules, or all but these; a list with commas. */
enum lanner_rc lint_select(struct lint *l, const char *list, bool only,
                           struct lanner_err *err) MUST_USE;
/* A query's text; `language` is NULL where the text tells it. What cannot be read is a finding. */
void lint_query(struct lint *l, struct str file, struct str text, const char *language);
/* All detections, their queries, and the files that could not be read. */
void lint_packs(struct lint *l, const struct pack_set *packs);
/* By file and place. */
void lint_sort(struct lint *l);
/* The rules as a table: Markdown, or text. */
void lint_put_rules(bool markdown, struct buf *out);

#endif
