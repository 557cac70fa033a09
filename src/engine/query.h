/* query.h - a prepared query and the plan made from its text. Private to engine. */
#ifndef ENGINE_QUERY_H
#define ENGINE_QUERY_H

#include "bind/bind.h"
#include "engine/session.h"
#include "opt/opt.h"

/* A plan and everything that lives as long as it. */
struct built {
    struct arena arena;
    struct notes notes;
    struct fn_env env;
    struct lookup_folders folders;
    struct lookup_cache cache; /* of the folders */
    struct plan *plan;         /* NULL until built */
    struct plan **table_plans; /* one for each table with a sub-query */
    bool quiet;                /* nothing is said of a result without rows */
};

struct lanner_query {
    struct lanner_session *session; /* borrowed */
    char *text;                     /* owned */
    size_t len;
    enum lang lang;
    struct arena arena; /* what was fixed when it was prepared */
    struct front_param *params;
    size_t n_params;
    const struct allow *allow;            /* the session's; NULL: none */
    const struct lanner_variant *variant; /* NULL: the query's own rows */
    struct built *fresh;                  /* made by prepare, used by the first run; owned */
};

/* Text to optimised plan, not yet bound. *out is set also on failure, for its notes. */
enum lanner_rc built_new(struct lanner_query *q, struct built **out,
                         struct lanner_err *err) MUST_USE;
void built_free(struct built *b);
/* The interval of the plan, the query's or that of one of its sub-queries, put on its scan. */
void built_interval(const struct built *b, const struct plan *plan, struct plan_scan *scan);
/* The rows of a lookup file; what is wrong with it is said at its name in the query. */
enum lanner_rc built_file(struct built *b, const struct plan_table *table, struct lookup_table *out,
                          struct lanner_err *err) MUST_USE;

/* LANNER_ERR_USAGE, with the names of those there are. */
enum lanner_rc unknown_language(const char *name, struct lanner_err *err);

/* The end of the chain of inputs. */
struct plan_node *leaf_of(const struct plan *p);
enum lanner_rc extractor_open(const struct lanner_session *s, const struct scan_fields *fields,
                              bool need_time, struct extractor **out,
                              struct lanner_err *err) MUST_USE;
/* The first choice of literals that every source can turn into bytes becomes the prefilter. */
void choose_prefilter(struct plan_scan *scan, const struct extractor *x);

/* For a bound plan that found nothing: notes when no event lies in its interval, or passes its
 * filter on a tag. `fields` are those of the job. */
void hint_nothing_found(struct lanner_session *s, const struct plan *p,
                        const struct scan_fields *fields, struct notes *notes);

/* After a scan, before its rows are delivered: says which custom properties of the plans no record
 * has; with strict-fields that is an error. */
enum lanner_rc unknown_names(struct lanner_session *s, struct plan *const *plans,
                             struct built *const *builts, size_t n_plans,
                             const struct scan_fields *fields, struct lanner_err *err) MUST_USE;

#endif
