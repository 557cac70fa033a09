/* suggest.c - nearest names by edit distance. */
#include "util/suggest.h"

#include <stdio.h>

#define NAME_MAX_BYTES 64

unsigned suggest_distance(struct str a, struct str b, unsigned limit)
{
    unsigned rows[3][NAME_MAX_BYTES + 1];

    if (a.len > NAME_MAX_BYTES || b.len > NAME_MAX_BYTES)
        return limit + 1;
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a.len; i++) {
        unsigned *now = rows[i % 3], *before = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];
        char ca = ascii_lower(a.ptr[i - 1]);

        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b.len; j++) {
            char cb = ascii_lower(b.ptr[j - 1]);
            unsigned d = before[j - 1] + (ca != cb);

            d = MIN(d, before[j] + 1);
            d = MIN(d, now[j - 1] + 1);
            if (i > 1 && j > 1 && ca == ascii_lower(b.ptr[j - 2]) &&
                cb == ascii_lower(a.ptr[i - 2]))
                d = MIN(d, second[j - 2] + 1);
            now[j] = d;
        }
    }
    return MIN(rows[a.len % 3][b.len], limit + 1);
}

struct suggest suggest_start(struct str word)
{
    return (struct suggest){.word = word};
}

/* One edit for each three letters, so that short words do not suggest everything. A name that
 * begins with the whole word is near too (`parse` for parseJson). */
void suggest_offer(struct suggest *s, struct str name)
{
    unsigned limit = (unsigned)MIN(s->word.len / 3 + 1, (size_t)4);
    unsigned d = suggest_distance(s->word, name, limit);
    unsigned at;

    if (d > limit && s->word.len >= 3 && name.len > s->word.len &&
        str_eq_nocase(str_of(name.ptr, s->word.len), s->word))
        d = limit;
    if (d > limit || d >= MAX(s->word.len, (size_t)1))
        return;
    for (unsigned i = 0; i < s->n; i++) {
        if (str_eq(s->best[i], name))
            return;
    }
    for (at = s->n; at > 0 && s->distance[at - 1] > d; at--)
        ;
    if (at == SUGGEST_MAX)
        return;
    for (unsigned i = MIN(s->n, SUGGEST_MAX - 1u); i > at; i--) {
        s->best[i] = s->best[i - 1];
        s->distance[i] = s->distance[i - 1];
    }
    s->best[at] = name;
    s->distance[at] = d;
    s->n = MIN(s->n + 1, (unsigned)SUGGEST_MAX);
}

bool suggest_print(const struct suggest *s, char *room, size_t size)
{
    static const char *const forms[] = {"did you mean '%.*s'", "did you mean '%.*s' or '%.*s'",
                                        "did you mean '%.*s', '%.*s' or '%.*s'"};

    if (s->n == 0)
        return false;
    if (s->n == 1)
        snprintf(room, size, forms[0], STR_ARG(s->best[0]));
    else if (s->n == 2)
        snprintf(room, size, forms[1], STR_ARG(s->best[0]), STR_ARG(s->best[1]));
    else
        snprintf(room, size, forms[2], STR_ARG(s->best[0]), STR_ARG(s->best[1]),
                 STR_ARG(s->best[2]));
    return true;
}
