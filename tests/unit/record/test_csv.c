/* test_csv.c - CSV records across windows, fields, header names. */
#include "record/csv.h"

#include "../tap.h"

#include <stdlib.h>

static struct arena arena;
static uint64_t seed = 99;

static uint32_t roll(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

/* The fields, each in angle brackets. */
static const char *fields(const char *record, char delimiter)
{
    static char room[300];
    size_t n;
    struct str *f = csv_split(str_z(record), delimiter, &arena, 100, &n);
    size_t len = 0;

    room[0] = '\0';
    for (size_t i = 0; i < n; i++)
        len += (size_t)snprintf(room + len, sizeof(room) - len, "<%.*s>", STR_ARG(f[i]));
    return room;
}

static void test_split(void)
{
    OK_STR(str_z(fields("a,b,c", ',')), "<a><b><c>");
    OK_STR(str_z(fields("", ',')), "<>");
    OK_STR(str_z(fields(",", ',')), "<><>");
    OK_STR(str_z(fields("a,\"b,\"\"x\"\"\nc\",d\r", ',')), "<a><b,\"x\"\nc><d>");
    OK_STR(str_z(fields("\"\",x", ',')), "<><x>");
    OK_STR(str_z(fields("\"\"\"\"", ',')), "<\">");
    OK_STR(str_z(fields("a\"b,c", ',')), "<a\"b><c>");
    OK_STR(str_z(fields("\"ab\"cd,e", ',')), "<abcd><e>");
    OK_STR(str_z(fields("\"open,e", ',')), "<open,e>");
    OK_STR(str_z(fields("a;b,c", ';')), "<a><b,c>");
    OK_STR(str_z(fields("a\tb", '\t')), "<a><b>");
    OK_STR(str_z(fields("\"{\"\"a\"\":1}\",2", ',')), "<{\"a\":1}><2>");
}

static void test_pick(void)
{
    uint32_t slots[] = {UINT32_MAX, 1, UINT32_MAX, 0, UINT32_MAX};
    struct val v[2];

    OK_INT(csv_pick(STR("a,\"b\"\"\",c,d,e"), ',', slots, 5, &arena, v), 4);
    OK_STR(val_as_str(&v[0]), "d");
    OK_STR(val_as_str(&v[1]), "b\"");
    OK_INT(csv_pick(STR("a,b"), ',', slots, 5, &arena, v), 2);
    OK(v[0].kind == KIND_ABSENT && v[1].kind == KIND_TEXT);
}

static void test_header(void)
{
    struct csv_header *h = csv_header_parse(STR("\xEF\xBB\xBF\"TimeGenerated [UTC]\",Application "
                                                "ID ,Autonomous system  number,X,x,X\r"),
                                            ',', &arena);

    OK_INT(h->n, 6);
    OK_STR(h->names[0], "TimeGenerated");
    OK_STR(h->names[1], "Application ID");
    OK_STR(h->names[2], "Autonomous system number");
    OK_INT(csv_header_find(h, STR("X")), 3);
    OK_INT(csv_header_find(h, STR("x")), 4);
    OK_INT(csv_header_find(h, STR("application id")), 1);
    OK(csv_header_find(h, STR("none")) == SIZE_MAX);
    OK_INT(csv_guess_delimiter(STR("a,b;c;d")), ';');
    OK_INT(csv_guess_delimiter(STR("\"a,b,c\"\tx")), '\t');
    OK_INT(csv_guess_delimiter(STR("abc")), 0);
}

/* Ends of all records, byte by byte. */
static size_t slow_ends(const char *s, size_t n, size_t *ends)
{
    bool quoted = false;
    bool start = true;
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        if (quoted) {
            if (s[i] == '"' && i + 1 < n && s[i + 1] == '"')
                i++;
            else if (s[i] == '"')
                quoted = false;
            continue;
        }
        if (s[i] == '"' && start)
            quoted = true;
        start = s[i] == ',' || s[i] == '\n';
        if (s[i] == '\n')
            ends[count++] = i;
    }
    return count;
}

static int window_round(void)
{
    char s[120];
    size_t want[120];
    size_t got[120];
    size_t n = roll(sizeof(s));
    size_t n_want;
    size_t n_got = 0;
    struct csv_state state = {0};

    for (size_t i = 0; i < n; i++)
        s[i] = "\"\"\"a,\n"[roll(6)];
    n_want = slow_ends(s, n, want);
    for (size_t from = 0; from < n;) {
        size_t len = 1 + roll(30);
        char *window;
        const char *p;

        len = MIN(len, n - from);
        window = xmalloc(len); /* its own block: reads outside are seen */
        memcpy(window, s + from, len);
        p = window;
        while ((p = csv_record_end(p, window + len, ',', &state)) != NULL) {
            got[n_got++] = from + (size_t)(p - window);
            p++;
        }
        free(window);
        from += len;
    }
    if (n_got != n_want)
        return 1;
    return n_got != 0 && memcmp(got, want, n_got * sizeof(*got)) != 0;
}

int main(void)
{
    int wrong = 0;

    arena_init(&arena, 0);
    test_split();
    test_pick();
    test_header();
    for (int i = 0; i < 50000; i++)
        wrong += window_round();
    OK_INT(wrong, 0);
    arena_done(&arena);
    TAP_DONE();
}
