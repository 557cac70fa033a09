/* fuzz_glob.c - first line a pattern, the rest a text: against a table-filling matcher, and the
 * literal is in every match. */
#include "match/glob.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool fine)
{
    if (!fine)
        abort();
}

/* row[k]: the first k bytes of the pattern match the text so far. */
static bool slow(struct str p, struct str s)
{
    bool row[65] = {true};

    for (size_t k = 1; k <= p.len; k++)
        row[k] = row[k - 1] && p.ptr[k - 1] == '*';
    for (size_t i = 0; i < s.len; i++) {
        bool diagonal = row[0];

        row[0] = false;
        for (size_t k = 1; k <= p.len; k++) {
            bool above = row[k];

            row[k] =
                p.ptr[k - 1] == '*' ? row[k - 1] || above : diagonal && p.ptr[k - 1] == s.ptr[i];
            diagonal = above;
        }
    }
    return row[p.len];
}

static bool contains_nocase(struct str s, struct str needle)
{
    for (size_t i = 0; i + needle.len <= s.len; i++) {
        if (str_eq_nocase(str_of(s.ptr + i, needle.len), needle))
            return true;
    }
    return needle.len == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *line = size != 0 ? memchr(data, '\n', size) : NULL;
    struct arena a;

    if (line == NULL)
        return 0;
    arena_init(&a, 0);
    for (unsigned flags = 0; flags < 4; flags++) {
        struct str p = str_of((const char *)data, (size_t)(line - (const char *)data));
        struct str s = str_of(line + 1, size - p.len - 1);
        struct glob *g = glob_compile(&a, p, flags);
        bool hit = glob_match(g, s);
        struct str literal = glob_literal(g);

        if (hit && (flags & GLOB_ICASE) == 0)
            check(literal.len == 0 || str_find(s, literal) != SIZE_MAX);
        if (hit && (flags & GLOB_ICASE) != 0)
            check(contains_nocase(s, literal));
        if (p.len <= 64 && flags == 0)
            check(hit == slow(p, s));
        if (glob_is_any(g))
            check(hit);
    }
    arena_done(&a);
    return 0;
}
