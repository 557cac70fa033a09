/* test_json_random.c - random records: the reader against a slow one made of json_flatten, learned
 * scratch against fresh, vector twin against scalar, sound and broken text. */
#include "record/json.h"

#include "../tap.h"
#include "util/cpu.h"

#include <stdlib.h>

static uint64_t seed = 20260302;
static struct arena arena;

static uint32_t roll(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % n;
}

static void put_blank(struct buf *b)
{
    if (roll(12) == 0)
        buf_puts(b, roll(2) != 0 ? " " : "\n\t ");
}

static void put_text(struct buf *b)
{
    static const char *const parts[] = {"x",
                                        "\\\"",
                                        "\\\\",
                                        "\\n",
                                        "\\u00e9",
                                        "\xC3\xA9",
                                        "{",
                                        "}",
                                        "[",
                                        "]",
                                        ",",
                                        ":",
                                        "abcdefgh",
                                        "\\/",
                                        "\xFF",
                                        "50034",
                                        "a long stretch of plain text, forty bytes"};

    buf_putc(b, '"');
    for (uint32_t n = roll(7); n > 0; n--)
        buf_puts(b, parts[roll(ARRAY_LEN(parts))]);
    buf_putc(b, '"');
}

static void put_key(struct buf *b)
{
    static const char *const keys[] = {"a",    "b",
                                       "c",    "A",
                                       "a.b",  "b.c",
                                       "a[0]", "a.b.c",
                                       "Name", "Value",
                                       "name", "\\u0061",
                                       "B",    "aVeryLongKeyWhichIsMoreThanThirtyTwoBytes"};

    buf_printf(b, "\"%s\"", keys[roll(ARRAY_LEN(keys))]);
}

static void put_value(struct buf *b, unsigned depth)
{
    static const char *const scalars[] = {"1", "-2.50", "true", "false", "null", "1e9", "50034"};
    uint32_t kind = roll(depth > 3 ? 5 : 9);
    bool object = kind == 7 || kind == 8;

    if (kind < 3) {
        buf_puts(b, scalars[roll(ARRAY_LEN(scalars))]);
    } else if (kind < 5) {
        put_text(b);
    } else if (kind == 5) {
        /* JSON in a string */
        struct buf inner = {0};

        put_value(&inner, depth + 2);
        buf_put_json(b, buf_str(&inner));
        buf_done(&inner);
    } else {
        buf_putc(b, object ? '{' : '[');
        for (uint32_t n = roll(5), i = 0; i < n; i++) {
            if (i > 0)
                buf_putc(b, ',');
            put_blank(b);
            if (object) {
                put_key(b);
                put_blank(b);
                buf_putc(b, ':');
                put_blank(b);
            }
            put_value(b, depth + 1);
            put_blank(b);
        }
        put_blank(b);
        buf_putc(b, object ? '}' : ']');
    }
}

static void put_record(struct buf *b)
{
    buf_clear(b);
    buf_putc(b, '{');
    for (uint32_t n = roll(8), i = 0; i < n; i++) {
        if (i > 0)
            buf_putc(b, ',');
        put_blank(b);
        put_key(b);
        buf_putc(b, ':');
        put_value(b, 1);
        put_blank(b);
    }
    buf_putc(b, '}');
}

static const char *const names[] = {"a",
                                    "b",
                                    "c",
                                    "a.b",
                                    "a.b.c",
                                    "b.c",
                                    "a[0]",
                                    "a[1].b",
                                    "a.a",
                                    "b.b",
                                    "Name",
                                    "a[0].b.c",
                                    "b[0][1]",
                                    "a[0][0].c",
                                    "A",
                                    "zzz",
                                    "aVeryLongKeyWhichIsMoreThanThirtyTwoBytes"};
#define N_NAMES ARRAY_LEN(names)

/* The slow reader: the first leaf of that name, in the order in which the document gives them,
 * strings holding JSON opened like containers. */
struct slow {
    struct str want;
    struct val found;
    unsigned strings;
    bool done;
};

static bool slow_leaf(void *ctx, struct str name, struct val v)
{
    struct slow *s = ctx;

    if (str_eq(name, s->want)) {
        s->found = v;
        s->done = true;
        return false;
    }
    if (v.kind == KIND_TEXT && s->strings < JSON_MAX_STRINGS && str_starts(s->want, name)) {
        struct str text = val_as_str(&v);
        const char *p = json_skip_blanks(text.ptr, text.ptr + text.len);
        char next = s->want.len > name.len ? s->want.ptr[name.len] : '\0';

        if (p < text.ptr + text.len && ((*p == '{' && next == '.') || (*p == '[' && next == '['))) {
            struct str prefix = name;

            s->strings++;
            if (*p == '{')
                prefix = arena_printf(&arena, "%.*s.", STR_ARG(name));
            json_flatten(text, prefix, JSON_FLATTEN_NULLS, &arena, slow_leaf, s);
            s->strings--;
        }
    }
    return !s->done;
}

static struct val slow_get(struct str record, const char *name)
{
    struct slow s = {.want = str_z(name)};

    json_flatten(record, STR(""), JSON_FLATTEN_NULLS, &arena, slow_leaf, &s);
    return s.found;
}

static bool same(const struct val *a, const struct val *b)
{
    if (a->kind != b->kind)
        return false;
    return !val_is_text(a) || str_eq(val_as_str(a), val_as_str(b));
}

static struct json_paths *make_paths(unsigned flags, size_t n)
{
    struct json_path paths[N_NAMES];
    struct json_paths *jp = NULL;
    struct lanner_err err = {0};

    for (size_t i = 0; i < n; i++)
        paths[i] = (struct json_path){str_z(names[i]), flags};
    if (json_paths_new(paths, n, &jp, &err) != LANNER_OK)
        abort();
    return jp;
}

/* Reads one record in four ways; the number of differences. */
static int read_ways(const struct json_paths *jp, struct json_scratch *const learned[2], size_t n,
                     struct str record, bool against_slow)
{
    struct val v[4][N_NAMES];
    enum json_status status[4];
    size_t at[4] = {0};
    int wrong = 0;

    for (int way = 0; way < 4; way++) {
        struct json_scratch *s = way < 2 ? learned[way] : json_scratch_new(jp);

        cpu_set_simd((way & 1) != 0);
        status[way] = json_paths_read(jp, s, record, &arena, v[way], &at[way]);
        if (way >= 2)
            json_scratch_free(s);
        wrong += status[way] != status[0] || (status[0] == JSON_BROKEN && at[way] != at[0]);
        for (size_t i = 0; i < n; i++)
            wrong += !same(&v[way][i], &v[0][i]);
    }
    for (size_t i = 0; i < n && against_slow; i++) {
        struct val want = slow_get(record, names[i]);

        if (!same(&want, &v[0][i])) {
            wrong++;
            printf("# %s of %.*s\n", names[i], STR_ARG(record));
        }
    }
    return wrong;
}

static void damage(struct buf *b)
{
    static const char bytes[] = "\"\\{}[],: 0a\xFF";

    for (uint32_t n = 1 + roll(3); n > 0 && b->len > 0; n--)
        b->ptr[roll((uint32_t)b->len)] = bytes[roll(sizeof(bytes) - 1)];
    if (roll(2) != 0)
        b->len = roll((uint32_t)b->len + 1);
}

static int rounds(unsigned flags, size_t n_paths, int n_rounds, bool broken)
{
    struct json_paths *jp = make_paths(flags, n_paths);
    struct json_scratch *learned[2] = {json_scratch_new(jp), json_scratch_new(jp)};
    struct buf b = {0};
    int wrong = 0;

    for (int i = 0; i < n_rounds; i++) {
        char *copy;

        put_record(&b);
        if (broken)
            damage(&b);
        copy = xmalloc(b.len); /* its own block: reads outside are seen */
        if (b.len != 0)
            memcpy(copy, b.ptr, b.len);
        wrong += read_ways(jp, learned, n_paths, str_of(copy, b.len), flags == 0 && !broken);
        free(copy);
        arena_reset(&arena);
    }
    buf_done(&b);
    json_scratch_free(learned[0]);
    json_scratch_free(learned[1]);
    json_paths_free(jp);
    return wrong;
}

/* Ends of values: twins agree on any bytes. */
static int ends(int n_rounds)
{
    static const char bytes[] = "\"\"\\\\{}[]{}[],:0a\xFF";
    int wrong = 0;

    for (int i = 0; i < n_rounds; i++) {
        size_t n = 1 + roll(200);
        char *text = xmalloc(n);
        const char *scalar;

        for (size_t k = 0; k < n; k++)
            text[k] = bytes[roll(sizeof(bytes) - 1)];
        text[0] = "\"{["[roll(3)];
        cpu_set_simd(false);
        scalar = json_value_end(text, text + n);
        cpu_set_simd(true);
        wrong += json_value_end(text, text + n) != scalar;
        free(text);
    }
    return wrong;
}

int main(void)
{
    arena_init(&arena, 0);
    OK_INT(rounds(0, N_NAMES, 8000, false), 0);
    OK_INT(rounds(0, 3, 4000, false), 0);
    OK_INT(rounds(JSON_PATH_DECLARED, N_NAMES, 3000, false), 0);
    OK_INT(rounds(JSON_PATH_PRESENCE, N_NAMES, 2000, false), 0);
    OK_INT(rounds(JSON_PATH_SUBTREE, N_NAMES, 2000, false), 0);
    OK_INT(rounds(0, N_NAMES, 8000, true), 0);
    OK_INT(rounds(JSON_PATH_DECLARED | JSON_PATH_SUBTREE, N_NAMES, 3000, true), 0);
    OK_INT(ends(40000), 0);
    arena_done(&arena);
    TAP_DONE();
}
