/* fuzz_lint.c - any text as a query of either language, before the rules: findings lie inside of
 * the text, and what is written about them is harmless. */
#include "lint/lint.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool fine)
{
    if (!fine)
        abort();
}

static void lint_once(struct str text, const char *language)
{
    struct lint *l = lint_new();

    lint_query(l, STR("q"), text, language);
    lint_sort(l);
    for (size_t i = 0; i < l->findings.n; i++) {
        const struct lint_finding *f = &l->findings.items[i];

        check(f->rule != NULL && f->message.len > 0);
        check(f->column <= text.len + 1);
        check(str_find_char(f->message, '\0') == SIZE_MAX);
    }
    lint_free(l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_of((const char *)data, size);

    lint_once(text, "aql");
    lint_once(text, "cql");
    return 0;
}
