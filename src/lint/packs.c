/* packs.c - detections: their queries, and what their files say about them. */
#include <stdio.h>
#include <stdlib.h>

#include "lang/common/common.h"
#include "lint/queries.h"
#include "lint/rules.h"

static struct front_param *params_of(struct arena *a, const struct detection *d)
{
    struct front_param *p = ARENA_ARRAY(a, struct front_param, d->n_parameters);

    for (size_t i = 0; i < d->n_parameters; i++) {
        p[i].name = d->parameters[i].name;
        p[i].value = d->parameters[i].value;
    }
    return p;
}

static void lint_detection(struct lint *l, const struct detection *d)
{
    struct arena a;
    struct facts facts[QUERY_LANGUAGES] = {{.arena = &a}, {.arena = &a}};
    struct lint_run run = {.lint = l, .arena = &a, .detection = d};
    struct front_param *params;

    arena_init(&a, 0);
    params = params_of(&a, d);
    for (int i = 0; i < QUERY_LANGUAGES; i++) {
        if (d->query[i].ptr == NULL)
            continue;
        run.language = (enum query_language)i;
        run.file = d->query_file[i];
        run.text = d->query[i];
        if (queries_lint(&run, &facts[i], params, d->n_parameters))
            run.by_language[i] = &facts[i];
    }
    run.file = d->file;
    run.text = STR_NONE;
    for (size_t i = 0; lint_row_at(i) != NULL; i++) {
        const struct lint_row *row = lint_row_at(i);

        if ((row->rule.scope & LINT_PACK) == 0 || l->off[i])
            continue;
        run.rule = &row->rule;
        row->check(&run);
    }
    for (int i = 0; i < QUERY_LANGUAGES; i++)
        VEC_DONE(&facts[i].list);
    arena_done(&a);
}

static void add_problem(struct lint *l, const struct pack_problem *p)
{
    struct lint_finding f = {.rule = lint_rule_numbered("LNR500"),
                             .file = p->file,
                             .line = p->err.line,
                             .column = p->err.column,
                             .length = 1};

    f.message = arena_str(&l->arena, str_z(p->err.text));
    l->unreadable = true;
    lint_add(l, &f);
}

void lint_packs(struct lint *l, const struct pack_set *packs)
{
    for (size_t p = 0; p < packs->n_packs; p++) {
        for (size_t i = 0; i < packs->packs[p].n_detections; i++)
            lint_detection(l, &packs->packs[p].detections[i]);
    }
    for (size_t i = 0; i < packs->n_problems; i++)
        add_problem(l, &packs->problems[i]);
}
