/* prefilter.c - the byte strings of which every record that can matter holds at least one. */
#include "scan/scan_int.h"

/* Strings so short stand in nearly every record. */
#define MIN_LITERAL  2
#define MAX_LITERALS 20000

static bool add_atoms(const struct extractor *x, const struct plan_prefilter *p,
                      struct literal_list *list, struct arena *a)
{
    if (p->n == 0)
        return false;
    for (size_t i = 0; i < p->n; i++) {
        size_t before = list->n;

        if (!source_literals(x, p->atoms[i].field, p->atoms[i].literal, p->atoms[i].ignore_case,
                             list, a))
            return false;
        for (size_t k = before; k < list->n; k++) {
            if (list->items[k].text.len < MIN_LITERAL || list->n > MAX_LITERALS)
                return false;
        }
    }
    return true;
}

/* Any byte may be written with \u in JSON: a record with one is always looked at. */
static enum lanner_rc make_literals(const struct literal_list *list, struct arena *a,
                                    struct literals **out, struct lanner_err *err)
{
    struct literal *all = ARENA_ARRAY(a, struct literal, list->n + 1);

    memcpy(all, list->items, list->n * sizeof(*all));
    all[list->n] = (struct literal){.text = STR("\\u"), .icase = false};
    return literals_new(all, list->n + 1, out, err);
}

enum lanner_rc prefilter_own_new(const struct extractor *x, const struct scan_consumer *consumers,
                                 size_t n, bool *has_own, struct literals **out,
                                 struct lanner_err *err)
{
    struct literal_list list = {0};
    struct arena a;
    enum lanner_rc rc = LANNER_OK;

    *out = NULL;
    arena_init(&a, 0);
    for (size_t i = 0; i < n; i++) {
        struct literal_list alone = {0};

        has_own[i] = add_atoms(x, &consumers[i].spec->prefilter, &alone, &a) &&
                     list.n + alone.n <= MAX_LITERALS &&
                     add_atoms(x, &consumers[i].spec->prefilter, &list, &a);
    }
    if (list.n > 0)
        rc = make_literals(&list, &a, out, err);
    arena_done(&a);
    return rc;
}

/* QRadar's payload is made of the whole record, and dear: those who ask for it are asked last. */
static bool asks_for_payload(const struct scan_consumer *c)
{
    return c->schema != NULL && schema_find(c->schema, STR(FIELD_QRADAR_PREFIX "payload")) != NULL;
}

enum lanner_rc prefilter_late_new(const struct extractor *x, const struct scan_consumer *consumers,
                                  size_t n, struct late_literals *late, size_t *n_late,
                                  struct lanner_err *err)
{
    struct arena a;
    enum lanner_rc rc = LANNER_OK;

    arena_init(&a, 0);
    for (size_t i = 0; i < n && rc == LANNER_OK; i++) {
        struct literal_list list = {0};

        if (!asks_for_payload(&consumers[i]) ||
            !add_atoms(x, &consumers[i].spec->prefilter, &list, &a) || list.n == 0)
            continue;
        late[*n_late].consumer = UINT64_C(1) << i;
        rc = make_literals(&list, &a, &late[*n_late].literals, err);
        *n_late += rc == LANNER_OK;
    }
    arena_done(&a);
    return rc;
}

enum lanner_rc prefilter_new(const struct extractor *x, const struct scan_consumer *consumers,
                             size_t n, struct literals **out, struct lanner_err *err)
{
    struct literal_list list = {0};
    struct arena a;
    enum lanner_rc rc = LANNER_OK;
    bool usable = n > 0;

    *out = NULL;
    arena_init(&a, 0);
    for (size_t i = 0; i < n && usable; i++)
        usable = add_atoms(x, &consumers[i].spec->prefilter, &list, &a);
    if (usable && list.n > 0)
        rc = make_literals(&list, &a, out, err);
    arena_done(&a);
    return rc;
}
