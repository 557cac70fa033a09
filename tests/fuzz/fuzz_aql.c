/* fuzz_aql.c - any text as a query, tolerant and strict: a plan or an error with a place inside the
 * text. */
#include "lang/aql/aql.h"

#include <stdlib.h>

#include "lookup/lookup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool fine)
{
    if (!fine)
        abort();
}

static void note_ignored(void *ctx, enum lanner_note_kind kind, struct span at, const char *text)
{
    (void)ctx;
    (void)kind;
    (void)at;
    check(text != NULL);
}

static enum lanner_rc plan_once(struct str text, bool strict)
{
    static const struct front_param params[] = {{STR_INIT("p"), STR_INIT("a, \"b,c\"")}};
    const struct front_options options = {.strict = strict, .params = params, .n_params = 1};
    struct arena a;
    struct fn_env env = {.arena = &a,
                         .now_ns = INT64_C(1772460000) * NS_PER_S,
                         .from_ns = TIME_NONE,
                         .to_ns = TIME_NONE,
                         .zone = zone_utc(),
                         .zone_name = STR("UTC"),
                         .strict = strict,
                         .ignore_missing_data = text.len % 2 != 0,
                         .note = note_ignored};
    struct lanner_err err = {0};
    struct plan *plan = NULL;
    struct buf out = {0};
    enum lanner_rc rc;

    arena_init(&a, 0);
    rc = aql_plan(text, &options, &env, &a, &plan, &err);
    if (rc == LANNER_OK) {
        check(plan->root != NULL);
        plan_print(plan, &out);
        for (size_t i = 0; i < plan->notes.n; i++)
            check((size_t)plan->notes.items[i].at.start + plan->notes.items[i].at.len <=
                  text.len + 1);
        plan_done(plan);
    } else {
        check(plan == NULL && err.rc == rc && err.text[0] != '\0');
        err_locate(&err, text.ptr, text.len);
        check(err.column <= text.len + 1);
    }
    buf_done(&out);
    arena_done(&a);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_of((const char *)data, size);

    (void)plan_once(text, true);
    (void)plan_once(text, false);
    return 0;
}
