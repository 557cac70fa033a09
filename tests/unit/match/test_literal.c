/* test_literal.c - sets of literals against a byte-by-byte search, scalar and vector twin alike. */
#include "match/literal.h"

#include "match/literal_set.h"

#include "../tap.h"
#include "util/cpu.h"
#include "util/mem.h"

#include <stdlib.h>

static uint64_t seed = 88172645463325252u;

static uint32_t roll(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % n;
}

static bool stands(const struct literal *l, const char *p, const char *end)
{
    if ((size_t)(end - p) < l->text.len)
        return false;
    return l->icase ? str_eq_nocase(str_of(p, l->text.len), l->text)
                    : memcmp(p, l->text.ptr, l->text.len) == 0;
}

static const char *slow_next(const struct literal *lits, size_t n, const char *p, const char *end,
                             size_t *which)
{
    for (; p < end; p++) {
        for (size_t i = 0; i < n; i++) {
            if (stands(&lits[i], p, end)) {
                *which = i;
                return p;
            }
        }
    }
    return NULL;
}

/* All finds of one window; 0 when both searches agree. */
static int compare(const struct literals *set, const struct literal *lits, size_t n,
                   const char *text, size_t len)
{
    const char *p = text;
    const char *end = text + len;

    for (;;) {
        size_t a = SIZE_MAX;
        size_t b = SIZE_MAX;
        const char *want = slow_next(lits, n, p, end, &a);
        const char *got = literals_next(set, p, end, &b);

        if (want != got || a != b)
            return 1;
        if (got == NULL)
            return 0;
        p = got + 1;
    }
}

static int random_round(size_t n_max, size_t len_min, size_t len_max, const char *alphabet,
                        size_t *n_wide)
{
    size_t n = 1 + roll((uint32_t)n_max);
    size_t len = roll(700);
    uint32_t n_letters = (uint32_t)strlen(alphabet);
    struct literal *lits = xcalloc(n, sizeof(*lits));
    char *text = xmalloc(len); /* its own block: reads outside are seen */
    char *pool = xmalloc(n * len_max);
    struct literals *set = NULL;
    struct lanner_err err = {0};
    int wrong = 0;

    for (size_t i = 0; i < len; i++)
        text[i] = alphabet[roll(n_letters)];
    for (size_t i = 0; i < n; i++) {
        size_t k = len_min + roll((uint32_t)(len_max - len_min + 1));

        if (i == 7)
            k = 1 + roll(2); /* a single short one */
        for (size_t j = 0; j < k; j++)
            pool[i * len_max + j] = alphabet[roll(n_letters)];
        lits[i] = (struct literal){str_of(pool + i * len_max, k), roll(2) != 0};
    }
    wrong += literals_new(lits, n, &set, &err) != LANNER_OK;
    *n_wide += set->wide != NULL;
    if (roll(2) != 0)
        literals_sample(set, text, len);
    for (int simd = 0; simd < 2; simd++) {
        cpu_set_simd(simd != 0);
        wrong += compare(set, lits, n, text, len);
    }
    literals_free(set);
    free(pool);
    free(text);
    free(lits);
    return wrong;
}

static void test_random(void)
{
    static const char many[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:;,=+*";
    size_t n_wide = 0;
    int wrong = 0;

    for (int i = 0; i < 4000; i++)
        wrong += random_round(1, 1, 12, "abAB0", &n_wide);
    OK_INT(wrong, 0);
    for (int i = 0; i < 4000; i++)
        wrong += random_round(10, 1, 6, "abcdeABCDE01234\xC3\xA9{\"", &n_wide);
    OK_INT(wrong, 0);
    for (int i = 0; i < 1000; i++)
        wrong += random_round(64, 1, 9, "abcdefghijkABCDEFGHIJK0123456789 \",:", &n_wide);
    OK_INT(wrong, 0);
    for (int i = 0; i < 300; i++)
        wrong += random_round(1, 1, 400, "ab", &n_wide);
    OK_INT(wrong, 0);
    for (int i = 0; i < 60; i++)
        wrong += random_round(150, 1, 7, "abcdefghijkABCDEFGHIJK0123456789 \",:\n", &n_wide);
    OK_INT(wrong, 0);
    for (int i = 0; i < 500; i++)
        wrong += random_round(200, 3, 9, many, &n_wide);
    OK_INT(wrong, 0);
    OK(n_wide > 20);
}

static void test_limits(void)
{
    struct literals *set = NULL;
    struct lanner_err err = {0};
    struct literal empty = {STR(""), false};
    struct literal one = {STR("x"), false};
    const char *text = "x";
    size_t which = 7;

    OK_INT(literals_new(&empty, 1, &set, &err), LANNER_ERR_LIMIT);
    OK_INT(literals_new(&one, 0, &set, &err), LANNER_ERR_LIMIT);
    OK_INT(literals_new(&one, 1, &set, &err), LANNER_OK);
    OK(literals_next(set, NULL, NULL, &which) == NULL);
    OK(literals_next(set, text, text, &which) == NULL && which == 7);
    literals_free(set);
    literals_free(NULL);
}

int main(void)
{
    test_random();
    test_limits();
    TAP_DONE();
}
