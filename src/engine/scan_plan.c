/* scan_plan.c - what a plan's scan needs of the sources: its leaf, its extractor, its literals. */
#include "engine/query.h"

struct plan_node *leaf_of(const struct plan *p)
{
    struct plan_node *n = p->root;

    while (n->in != NULL)
        n = n->in;
    return n;
}

enum lanner_rc extractor_open(const struct lanner_session *s, const struct scan_fields *fields,
                              bool need_time, struct extractor **out, struct lanner_err *err)
{
    struct source_options so = session_source_options(s);

    so.lazy_time = !need_time;
    so.want_id = scan_may_repeat(s->scan);
    return extractor_new(s->sources, &so, fields->names, fields->n, fields->open, out, err);
}

/* The first choice of literals that every source can turn into bytes. */
void choose_prefilter(struct plan_scan *scan, const struct extractor *x)
{
    struct arena scratch;

    arena_init(&scratch, 0);
    scan->prefilter = (struct plan_prefilter){0};
    for (size_t i = 0; i < scan->n_choices && scan->prefilter.n == 0; i++) {
        const struct plan_prefilter *choice = &scan->choices[i];
        struct literal_list bytes = {0};
        bool all = true;

        for (size_t k = 0; k < choice->n && all; k++)
            all = source_literals(x, choice->atoms[k].field, choice->atoms[k].literal,
                                  choice->atoms[k].ignore_case, &bytes, &scratch);
        if (all)
            scan->prefilter = *choice;
        arena_reset(&scratch);
    }
    arena_done(&scratch);
}
