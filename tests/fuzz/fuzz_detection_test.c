/* fuzz_detection_test.c - test files from any text; what they expect is matched with findings made
 * up here and rewritten, and the result must be a test file again. */
#include <stdlib.h>

#include "detect/test_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void rewrite(struct test_file *f, struct test_case *c, const struct found *found, size_t n)
{
    struct detection d = {.id = STR_INIT("d")};
    struct test_run runs[QUERY_LANGUAGES];
    struct test_edits edits = {0};
    struct buf out = {0}, why = {0};
    struct str reason;
    struct arena a;
    size_t n_runs = 0;

    arena_init(&a, 4096);
    arena_init(&edits.arena, 4096);
    for (int l = 0; l < QUERY_LANGUAGES; l++) {
        struct expectation *e = &c->expected[l];
        struct test_run *r = &runs[n_runs];

        if (e->at == NULL)
            continue;
        *r = (struct test_run){.file = f, .test = c, .detection = &d, .expected = e};
        r->language = (enum query_language)l;
        r->findings = (struct found_list){(struct found *)found, n};
        r->rows = (struct found_list){(struct found *)found + n, 1};
        if (e->findings != NULL)
            match_pair(e->findings, &r->findings, r->language, &a, &r->finding_pairs);
        if (e->findings != NULL)
            match_explain(e->findings, &r->findings, &r->finding_pairs, r->language, &a, &why);
        if (e->rows != NULL)
            match_pair(e->rows, &r->rows, r->language, &a, &r->row_pairs);
        n_runs++;
    }
    if (test_update_case(f, c, runs, n_runs, &edits, &reason))
        test_update_apply(f, &edits, &out);
    buf_done(&out);
    buf_done(&why);
    test_edits_done(&edits);
    arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct detection d = {.id = STR_INIT("d")};
    static const struct cell cells[] = {{STR_INIT("a"), STR_INIT("1")},
                                        {STR_INIT("b: {"), STR_INIT("x\n\"")}};
    struct finding findings[2] = {{.detection = &d, .n_users = 10},
                                  {.detection = &d, .n_users = 20, .verdict = STR_INIT("V")}};
    struct found found[3] = {
        {.finding = &findings[0]}, {.finding = &findings[1]}, {.cells = cells, .n_cells = 2}};
    struct test_file *f;
    struct lanner_err err;

    findings[0].entity[ENTITY_SOURCE] = STR("203.0.113.77");
    if (size > 65536 || test_file_parse("fuzz", "/nonexistent", str_of((const char *)data, size),
                                        &f, &err) != LANNER_OK)
        return 0;
    for (size_t i = 0; i < f->n_cases && i < 20; i++) {
        for (size_t n = 0; n <= 2; n++)
            rewrite(f, &f->cases[i], found, n);
    }
    test_file_free(f);
    return 0;
}
