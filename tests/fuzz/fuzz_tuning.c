/* fuzz_tuning.c - any bytes as tuning.yaml, as its CSV files, and as a query whose threshold is
 * read. The first byte says which. What is wrong has a line; what is right takes or does not take
 * values without harm. */
#include <stdlib.h>

#include "detect/threshold.h"
#include "detect/tuning_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool fine)
{
    if (!fine)
        abort();
}

static void entries(struct arena *a, struct str text, bool authorised)
{
    static const char *const values[] = {"", "203.0.113.7", "2001:db8::/32", "AS64500",
                                         "curl/8.4.0"};
    struct regex_scratch *scratch = regex_scratch_new();
    struct tuned_entries list = {0};
    struct lanner_err err = {0};

    if (tuned_entries_parse(a, "f.csv", text, authorised, &list, &err) != LANNER_OK)
        check(err.line > 0 && err.column > 0 && err.text[0] != '\0');
    for (size_t i = 0; i < MIN(list.n, (size_t)50); i++) {
        check(list.items[i].shown.line > 1 && list.items[i].shown.value[0] != '\0');
        check(!authorised || list.items[i].from_ms <= list.items[i].to_ms);
        for (size_t k = 0; k < ARRAY_LEN(values); k++)
            (void)tuned_entry_takes(&list.items[i], str_z(values[k]), scratch);
        check(!tuned_entry_takes(&list.items[i], STR(""), scratch));
    }
    regex_scratch_free(scratch);
}

static void yaml(struct arena *a, struct str text)
{
    struct tuning_file f = {.file = "tuning.yaml", .folder = "/nonexistent"};
    struct lanner_err err = {0};

    if (tuning_file_parse(a, text, NULL, &f, &err) != LANNER_OK)
        check(err.text[0] != '\0');
    else
        check(f.n_allow == 0 && f.thresholds.n == 0 && f.suppress_ms >= 0);
}

static void query(struct str text)
{
    struct parameter low = {.name = STR("low"), .value = STR("15")};
    struct detection d = {.parameters = &low, .n_parameters = 1};
    double out;

    for (int l = 0; l < QUERY_LANGUAGES; l++) {
        d.query[l] = text;
        d.users.name[l] = STR("Users");
        (void)threshold_of(&d, (enum query_language)l, NULL, 0, &out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_of((const char *)data + 1, size - 1);
    struct arena a;

    if (size == 0)
        return 0;
    arena_init(&a, 0);
    switch (data[0] & 3) {
    case 0:
        entries(&a, text, false);
        break;
    case 1:
        entries(&a, text, true);
        break;
    case 2:
        yaml(&a, text);
        break;
    default:
        query(text);
        break;
    }
    arena_done(&a);
    return 0;
}
