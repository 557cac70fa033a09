/* fuzz_regex.c - first byte flags and profile, first line a pattern, the rest a text: no pattern
 * does harm, every match holds one of the pattern's literals, the multi-literal search finds it,
 * and replacing ends. */
#include "match/literal.h"
#include "match/regex.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool fine)
{
    if (!fine)
        abort();
}

static void literals_hold(const struct regex *re, struct str whole, struct lanner_err *err)
{
    const struct regex_literal *l;
    struct literal lits[REGEX_MAX_LITERALS];
    struct literals *set = NULL;
    size_t n = regex_literals(re, &l);

    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++)
        lits[i] = (struct literal){l[i].text, l[i].icase};
    check(literals_new(lits, n, &set, err) == LANNER_OK);
    check(literals_next(set, whole.ptr, whole.ptr + whole.len, NULL) != NULL);
    literals_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct regex_scratch *scratch;
    const char *line = size > 1 ? memchr(data + 1, '\n', size - 1) : NULL;
    const struct regex_template *t = NULL;
    const struct regex *re = NULL;
    struct lanner_err err = {0};
    struct regex_match m;
    struct arena a;
    struct buf b = {0};
    struct str pattern;
    struct str text;

    if (line == NULL)
        return 0;
    if (scratch == NULL)
        scratch = regex_scratch_new();
    pattern = str_of((const char *)data + 1, (size_t)(line - (const char *)data) - 1);
    text = str_of(line + 1, size - pattern.len - 2);
    if (text.len > 4096)
        return 0;
    arena_init(&a, 0);
    if (regex_compile_at(&a, pattern, 1, data[0] & 39, (enum regex_profile)((data[0] >> 6) % 3),
                         &re, &err) == LANNER_OK) {
        enum regex_result found = regex_search(re, scratch, text, 0, &m);

        if (found == REGEX_MATCH) {
            check(m.offsets[0] <= m.offsets[1] && m.offsets[1] <= text.len);
            literals_hold(re, str_of(text.ptr + m.offsets[0], m.offsets[1] - m.offsets[0]), &err);
            check(regex_test(re, scratch, text) == REGEX_MATCH);
        }
        check(regex_template_compile(&a, re, STR("<$0>"), &t, &err) == LANNER_OK);
        check((regex_replace(re, scratch, text, t, &b) == REGEX_NO) == (found == REGEX_NO) ||
              found == REGEX_UNDECIDED);
    } else {
        check(err.rc != LANNER_OK && err.text[0] != '\0');
    }
    buf_done(&b);
    arena_done(&a);
    return 0;
}
