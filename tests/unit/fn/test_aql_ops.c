/* test_aql_ops.c - AQL's operators: comparisons against a slow evaluator by the letter of aql.md
 * 3.10, LIKE against a matcher that tries everything, and many examples. */
#include <arpa/inet.h>

#include "harness.h"
#include "util/utf8.h"

static uint64_t seed = 20260302;

static uint32_t random_below(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % n;
}

/* ---- calls with any kinds of values ------------------------------------------------------------
 */

struct given {
    struct val v;
    bool is_const;
};

static struct val call(const char *name, size_t n, const struct given *given)
{
    struct h_call h = {0};
    uint32_t zero = 0;
    struct sel sel = {&zero, 1};
    struct val out = {.kind = KIND_LONG, .u.i = -12345};
    struct fn_run run = {.call = &h.call, .local = &h.local, .arena = &h_arena};
    struct val result;

    for (size_t k = 0; k < n; k++) {
        h.args[k] = (struct fn_arg){.is_const = given[k].is_const};
        if (given[k].is_const)
            h.args[k].v = given[k].v;
        else
            h.args[k].field = STR("f");
        h.cells[k] = given[k].v;
        h.cols[k] = (struct column){&h.cells[k], true};
    }
    h.call.n_args = n;
    if (!h_bind(&h, name)) {
        printf("# %s\n", h_room);
        return (struct val){.kind = KIND_LONG, .u.i = -54321};
    }
    for (size_t k = 0; k < n; k++) {
        if (h.call.fn->nulls == FN_NULL_IN_NULL_OUT && val_is_null(&given[k].v) && k < 2)
            return VAL_ABSENT;
    }
    if (h.call.fn->eval(&run, h.cols, &sel, &out, &h_err) != LANNER_OK)
        out = (struct val){.kind = KIND_LONG, .u.i = -54321};
    result = out;
    h_done(&h);
    return result;
}

static struct val call2(const char *name, struct val a, bool a_const, struct val b, bool b_const)
{
    struct given given[2] = {{a, a_const}, {b, b_const}};

    return call(name, 2, given);
}

/* 1, 0, -1: true, false, null. */
static int truth(struct val v)
{
    return v.kind == KIND_BOOL ? (int)v.u.i : val_is_null(&v) ? -1 : -2;
}

static struct val text(const char *z)
{
    return val_text(z, strlen(z));
}

static struct val number_text(const char *z)
{
    return (struct val){.u.ptr = z, .len = (uint32_t)strlen(z), .kind = KIND_NUMTEXT};
}

static struct val bool_text(const char *z)
{
    return (struct val){.u.ptr = z, .len = (uint32_t)strlen(z), .kind = KIND_BOOLTEXT};
}

static struct val ip(const char *z)
{
    char *raw = arena_zalloc(&h_arena, 16);

    if (inet_pton(AF_INET, z, raw + 12) == 1) {
        raw[10] = raw[11] = (char)0xFF;
        return (struct val){.u.ptr = raw, .len = 4, .kind = KIND_IP};
    }
    OK(inet_pton(AF_INET6, z, raw) == 1);
    return (struct val){.u.ptr = raw, .len = 6, .kind = KIND_IP};
}

/* ---- the slow evaluator ------------------------------------------------------------------------
 */

static bool slow_number(const struct val *v, long double *out)
{
    int64_t i;
    double d;

    if (v->kind == KIND_LONG || v->kind == KIND_DOUBLE) {
        *out = v->kind == KIND_LONG ? (long double)v->u.i : (long double)v->u.d;
        return true;
    }
    if (v->kind != KIND_TEXT && v->kind != KIND_NUMTEXT)
        return false;
    if (num_parse_long(val_as_str(v), &i)) {
        *out = (long double)i;
        return true;
    }
    if (!num_parse_double(val_as_str(v), &d))
        return false;
    *out = (long double)d;
    return true;
}

static bool slow_address(const struct val *v, unsigned char out[16], int *bits)
{
    char z[64];
    char *slash;

    *bits = 128;
    if (v->kind == KIND_IP) {
        memcpy(out, v->u.ptr, 16);
        return true;
    }
    if (v->kind != KIND_TEXT || v->len >= sizeof(z))
        return false;
    memcpy(z, v->u.ptr, v->len);
    z[v->len] = '\0';
    slash = strchr(z, '/');
    if (slash != NULL) {
        *slash = '\0';
        *bits = (int)strtol(slash + 1, NULL, 10);
    }
    memset(out, 0, 16);
    if (inet_pton(AF_INET, z, out + 12) == 1) {
        out[10] = out[11] = 0xFF;
        *bits += slash != NULL ? 96 : 0;
        return true;
    }
    return inet_pton(AF_INET6, z, out) == 1;
}

static int sign_of(long double x)
{
    return (x > 0) - (x < 0);
}

static int slow_text_order(const struct val *a, const struct val *b)
{
    char ra[VAL_PRINT_MAX];
    char rb[VAL_PRINT_MAX];
    struct str s = val_print(a, ra);
    struct str t = val_print(b, rb);
    int cmp = memcmp(s.ptr, t.ptr, MIN(s.len, t.len));

    return cmp != 0 ? sign_of(cmp) : (s.len > t.len) - (s.len < t.len);
}

#define NO_ORDER 9

static int slow_addresses(const struct val *a, const struct val *b)
{
    unsigned char x[16], y[16];
    int m, n;

    if (!slow_address(a, x, &m) || !slow_address(b, y, &n)) {
        const struct val *addr = a->kind == KIND_IP ? a : b;
        const struct val *other = a->kind == KIND_IP ? b : a;
        long double v = 0, w = 0;

        /* A number that the log or the query has as a number, not as text. */
        if (other->kind == KIND_TEXT || !slow_number(other, &w) || addr->len != 4)
            return NO_ORDER;
        for (int k = 12; k < 16; k++)
            v = v * 256 + (unsigned char)addr->u.ptr[k];
        return sign_of(v - w) * (addr == a ? 1 : -1);
    }
    if (m == 128 && n == 128)
        return sign_of(memcmp(x, y, 16));
    for (int k = 0; k < MIN(m, n); k++) {
        if (((x[k / 8] ^ y[k / 8]) & (0x80 >> k % 8)) != 0)
            return NO_ORDER;
    }
    return 0;
}

static int slow_truth(const struct val *v)
{
    char room[VAL_PRINT_MAX];
    struct str s = val_print(v, room);

    if (v->kind == KIND_IP || v->kind == KIND_MAC)
        return -1;
    if (str_eq_nocase(s, STR("true")) || str_eqz(s, "1"))
        return 1;
    return str_eq_nocase(s, STR("false")) || str_eqz(s, "0") ? 0 : -1;
}

/* -1, 0, 1 or NO_ORDER. */
static int slow_order(const struct given *a, const struct given *b)
{
    const struct val *x = &a->v, *y = &b->v;
    long double p = 0, q = 0;
    int64_t ms;
    bool has_p, has_q;

    if (x->kind == KIND_TEXT && y->kind == KIND_TEXT)
        return slow_text_order(x, y);
    if (x->kind == KIND_IP || y->kind == KIND_IP)
        return slow_addresses(x, y);
    if (x->kind == KIND_BOOL || y->kind == KIND_BOOL || x->kind == KIND_BOOLTEXT ||
        y->kind == KIND_BOOLTEXT)
        return slow_truth(x) >= 0 && slow_truth(y) >= 0 ? sign_of(slow_truth(x) - slow_truth(y))
                                                        : slow_text_order(x, y);
    has_p = slow_number(x, &p);
    has_q = slow_number(y, &q);
    if (has_p && has_q)
        return sign_of(p - q);
    if (!has_q && y->kind == KIND_TEXT && (x->kind == KIND_LONG || x->kind == KIND_DOUBLE) &&
        fn_time_read(val_as_str(y), zone_utc(), &ms, NULL))
        return sign_of(p - (long double)ms);
    if (!has_p && x->kind == KIND_TEXT && (y->kind == KIND_LONG || y->kind == KIND_DOUBLE) &&
        fn_time_read(val_as_str(x), zone_utc(), &ms, NULL))
        return sign_of((long double)ms - q);
    if ((x->kind == KIND_TEXT && a->is_const) || (y->kind == KIND_TEXT && b->is_const))
        return slow_text_order(x, y);
    return NO_ORDER;
}

static size_t make_pool(struct val *pool)
{
    static const char *const texts[] = {"",
                                        "0",
                                        "1",
                                        "4625",
                                        "4625.0",
                                        "04625",
                                        "-3",
                                        "1e3",
                                        "1000",
                                        "abc",
                                        "ABC",
                                        "abd",
                                        "true",
                                        "FALSE",
                                        "True",
                                        "null",
                                        "10.1.2.3",
                                        "10.0.0.0/8",
                                        "::1",
                                        "0:0:0:0:0:0:0:1",
                                        "::ffff:10.1.2.3",
                                        "fe80::/10",
                                        "2024-01-01 00:00:00",
                                        "2024-01-01 00:00",
                                        "2024/01/01 00:00:00",
                                        "2024-01-01T00:00:00Z",
                                        "1704067200000",
                                        "2024-13-01 00:00:00",
                                        "9007199254740993",
                                        "12345678901234567890",
                                        "\xC3\xA4",
                                        " 4625",
                                        "x\ny",
                                        "%"};
    static const char *const numbers[] = {"0",  "1",   "4625",   "4625.0",
                                          "-3", "1E3", "1000.5", "9007199254740993"};
    static const int64_t longs[] = {
        0,         1,        4625, -3, 1000, 1704067200000, 167838211, INT64_C(9007199254740993),
        INT64_MAX, INT64_MIN};
    static const double doubles[] = {0,    1, 4625, 0.5, -3, 9007199254740992.0, 1704067200000.0,
                                     1e300};
    static const char *const ips[] = {"10.1.2.3", "10.255.0.1", "::1",
                                      "fe80::1",  "0.0.0.0",    "192.168.0.1"};
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        pool[n++] = text(texts[i]);
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        pool[n++] = number_text(numbers[i]);
    for (size_t i = 0; i < ARRAY_LEN(longs); i++)
        pool[n++] = val_long(longs[i]);
    for (size_t i = 0; i < ARRAY_LEN(doubles); i++)
        pool[n++] = val_double(doubles[i]);
    for (size_t i = 0; i < ARRAY_LEN(ips); i++)
        pool[n++] = ip(ips[i]);
    pool[n++] = val_bool(true);
    pool[n++] = val_bool(false);
    pool[n++] = bool_text("true");
    pool[n++] = bool_text("false");
    return n;
}

static size_t check_pair(const struct given *a, const struct given *b)
{
    static const char *const rows[] = {"aql_eq", "aql_ne", "aql_lt", "aql_le", "aql_gt", "aql_ge"};
    int order = slow_order(a, b);
    int want[6] = {order == 0, order != 0, order < 0,
                   order <= 0, order == 1, order == 0 || order == 1};
    size_t wrong = 0;

    for (size_t k = 2; k < 6 && order == NO_ORDER; k++)
        want[k] = -1;
    for (size_t k = 0; k < 6; k++) {
        struct given given[2] = {*a, *b};
        int got = truth(call(rows[k], 2, given));

        if (got != want[k]) {
            char ra[VAL_PRINT_MAX], rb[VAL_PRINT_MAX];

            printf("# %s(%d:%.*s%s, %d:%.*s%s): got %d, want %d\n", rows[k], a->v.kind,
                   STR_ARG(val_print(&a->v, ra)), a->is_const ? " const" : "", b->v.kind,
                   STR_ARG(val_print(&b->v, rb)), b->is_const ? " const" : "", got, want[k]);
            wrong++;
        }
    }
    return wrong;
}

static void test_pairs(void)
{
    struct val pool[128];
    size_t n = make_pool(pool);
    size_t wrong = 0;

    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            for (int c = 0; c < 3; c++) {
                struct given a = {pool[i], (c & 1) != 0};
                struct given b = {pool[k], (c & 2) != 0};

                wrong += check_pair(&a, &b);
            }
        }
    }
    OK_INT(wrong, 0);
    OK_INT(truth(call2("aql_eq", VAL_ABSENT, false, text("a"), true)), -1);
    OK_INT(truth(call2("aql_ne", VAL_ABSENT, false, text("null"), true)), -1);
}

/* IN is what its equalities joined by OR are. */
static void test_in(void)
{
    struct val pool[128];
    struct val items[12];
    size_t n = make_pool(pool);
    size_t wrong = 0;

    for (int round = 0; round < 4000; round++) {
        uint32_t len = random_below(12);
        struct val list = {.u.items = items, .len = len, .kind = KIND_ARRAY};
        struct val x = pool[random_below((uint32_t)n)];
        bool odd = random_below(4) == 0;
        bool want = false;
        int got;

        for (uint32_t k = 0; k < len; k++) {
            do {
                items[k] = pool[random_below((uint32_t)n)];
            } while (!odd && items[k].kind != KIND_TEXT && items[k].kind != KIND_LONG &&
                     items[k].kind != KIND_DOUBLE);
            if (random_below(10) == 0)
                items[k] = VAL_ABSENT;
            want |= truth(call2("aql_eq", x, false, items[k], true)) == 1;
        }
        got = truth(call2("aql_in", x, false, list, true));
        if (got != want) {
            char room[VAL_PRINT_MAX];

            printf("# aql_in(%d:%.*s) got %d want %d\n", x.kind, STR_ARG(val_print(&x, room)), got,
                   want);
            for (uint32_t k = 0; k < len; k++)
                printf("#   %d:%.*s\n", items[k].kind, STR_ARG(val_print(&items[k], room)));
            wrong++;
        }
    }
    OK_INT(wrong, 0);
    IS(ev("aql_in", "$b", "[a|b|c", NULL), "true");
    IS(ev("aql_in", "$B", "[a|b|c", NULL), "false");
    IS(ev("aql_in", "$4625", "[4624|4625", NULL), "true");
    IS(lits("aql_in", "$x", "[abc|def", NULL), "abc|def");
    IS(lits("aql_in", "$x", "[abc|5", NULL), "none");
    IS(lits("aql_eq", "$x", "=abc", NULL), "abc");
    IS(lits("aql_eq", "$x", "=true", NULL), "none");
    IS(lits("aql_eq", "$x", "=2024-01-01 00:00:00", NULL), "none");
    IS(lits("aql_eq", "$x", "#5", NULL), "none");
    IS(lits("aql_ne", "$x", "=abc", NULL), "none");
}

/* ---- LIKE --------------------------------------------------------------------------------------
 */

static bool slow_like(struct str p, struct str s)
{
    size_t i = 0;
    size_t n;

    if (p.len == 0)
        return s.len == 0;
    if (p.ptr[0] == '%') {
        for (size_t k = 0; k <= s.len;) {
            if (slow_like(str_of(p.ptr + 1, p.len - 1), str_of(s.ptr + k, s.len - k)))
                return true;
            n = k < s.len ? utf8_valid_at(s, k) : 1;
            k += n != 0 ? n : 1;
        }
        return false;
    }
    if (s.len == 0)
        return false;
    if (p.ptr[0] == '_') {
        n = utf8_valid_at(s, 0);
        n = n != 0 ? n : 1;
        return slow_like(str_of(p.ptr + 1, p.len - 1), str_of(s.ptr + n, s.len - n));
    }
    i = utf8_valid_at(p, 0);
    return s.len >= i && memcmp(p.ptr, s.ptr, i) == 0 &&
           slow_like(str_of(p.ptr + i, p.len - i), str_of(s.ptr + i, s.len - i));
}

static struct str random_text(bool is_pattern, bool with_invalid)
{
    static const char *const parts[] = {"a",        "b",        "A",        "k",
                                        "S",        "\n",       "\xC3\xA4", "\\",
                                        "\xC3\x84", "i",        "\"",       "\xE2\x84\xAA",
                                        "\xC5\xBF", "\xC4\xB0", "\xC4\xB1", "\xF0\x9F\x98\x80"};
    static const char *const broken[] = {"\xE2\x82", "\xFF", "\xA4"};
    struct buf b = {0};
    uint32_t n = random_below(is_pattern ? 6 : 10);
    struct str s;

    for (uint32_t k = 0; k < n; k++) {
        uint32_t dice = random_below(8);

        if (is_pattern && dice < 2)
            buf_putc(&b, dice == 0 ? '%' : '_');
        else if (with_invalid && dice == 7)
            buf_puts(&b, broken[random_below(ARRAY_LEN(broken))]);
        else
            buf_puts(&b, parts[random_below(dice < 5 ? 3 : ARRAY_LEN(parts))]);
    }
    if (is_pattern && random_below(3) == 0)
        buf_putc(&b, '%');
    s = arena_str(&h_arena, buf_str(&b));
    buf_done(&b);
    return s;
}

static struct str mapped(struct str s, void (*put)(struct buf *b, struct str s))
{
    struct buf b = {0};
    struct str out;

    put(&b, s);
    out = arena_str(&h_arena, buf_str(&b));
    buf_done(&b);
    return out;
}

static bool slow_mode(const char *mode, struct str p, struct str s)
{
    if (strcmp(mode, "like") == 0)
        return slow_like(p, s);
    if (strcmp(mode, "lower") == 0)
        return slow_like(p, mapped(s, utf8_put_lower));
    if (strcmp(mode, "upper") == 0)
        return slow_like(p, mapped(s, utf8_put_upper));
    p = mapped(p, utf8_put_folded);
    s = mapped(s, utf8_put_folded);
    if (strcmp(mode, "contains") == 0)
        return str_find(s, p) != SIZE_MAX;
    return slow_like(p, s);
}

static const char *const modes[][2] = {{"aql_like", "like"},
                                       {"aql_ilike", "ilike"},
                                       {"aql_like_lower", "lower"},
                                       {"aql_like_upper", "upper"},
                                       {"aql_contains", "contains"}};

/* A literal that a row gives stands in every text that matches, however it is written. */
static bool literal_holds(const char *row, struct str pattern, struct str s)
{
    struct h_call h = {0};
    fn_literals out = {0};
    bool holds = false;

    h.args[0].field = STR("f");
    h.args[1] = (struct fn_arg){.is_const = true, .v = val_str(pattern)};
    h.call.n_args = 2;
    if (!h_bind(&h, row))
        return false;
    if (!h.call.fn->literals(&h.call, &out, &h_arena))
        holds = true;
    for (size_t k = 0; k < out.n && !holds; k++) {
        struct str lit = out.items[k].text;

        /* Whoever looks for a literal with these letters looks for their kin as well. */
        for (size_t i = 0; i < lit.len && out.items[k].ignore_case; i++)
            holds |=
                (ascii_lower(lit.ptr[i]) == 'k' && str_find(s, STR("\xE2\x84\xAA")) != SIZE_MAX) ||
                (ascii_lower(lit.ptr[i]) == 's' && str_find(s, STR("\xC5\xBF")) != SIZE_MAX);
        for (size_t i = 0; i + lit.len <= s.len && !holds; i++) {
            struct str part = str_of(s.ptr + i, lit.len);

            holds = out.items[k].ignore_case ? str_eq_nocase(part, lit) : str_eq(part, lit);
        }
    }
    VEC_DONE(&out);
    return holds;
}

static void test_like_random(void)
{
    size_t wrong = 0;
    size_t hits = 0;
    size_t lost = 0;

    for (int round = 0; round < 40000; round++) {
        size_t m = random_below(ARRAY_LEN(modes));
        struct str p = random_text(true, false);
        struct str s = random_text(false, true);
        bool want = slow_mode(modes[m][1], p, s);
        int got = truth(call2(modes[m][0], val_str(s), false, val_str(p), random_below(4) != 0));

        hits += want;
        lost += want && !literal_holds(modes[m][0], p, s);
        if (got != want) {
            printf("# %s('%.*s', '%.*s') got %d want %d\n", modes[m][0], STR_ARG(s), STR_ARG(p),
                   got, want);
            wrong++;
        }
    }
    OK_INT(wrong, 0);
    OK_INT(lost, 0);
    OK(hits > 2000);
}

/* Many patterns at once are each of them. */
static void test_like_any(void)
{
    struct val items[40];
    size_t wrong = 0;
    size_t hits = 0;

    for (int round = 0; round < 300; round++) {
        size_t m = random_below(ARRAY_LEN(modes));
        uint32_t n = 1 + random_below(random_below(2) == 0 ? 4 : 40);
        struct val list = {.u.items = items, .len = n, .kind = KIND_ARRAY};

        for (uint32_t k = 0; k < n; k++)
            items[k] = val_str(random_text(true, false));
        for (int row = 0; row < 20; row++) {
            struct str s = random_text(false, true);
            struct given given[3] = {{val_str(s), false}, {list, true}, {text(modes[m][1]), true}};
            bool want = false;

            for (uint32_t k = 0; k < n; k++)
                want |= slow_mode(modes[m][1], val_as_str(&items[k]), s);
            hits += want;
            wrong += truth(call("aql_like_any", 3, given)) != want;
        }
    }
    OK_INT(wrong, 0);
    OK(hits > 500);
}

static void test_like(void)
{
    IS(ev("aql_like", "$C:\\cmd.exe", "=%\\cmd.exe", "-", NULL), "true");
    IS(ev("aql_like", "$a\nb", "=a%b", "-", NULL), "true");
    IS(ev("aql_like", "$a\nb", "=a_b", "-", NULL), "true");
    IS(ev("aql_like", "$abc", "=ABC", "-", NULL), "false");
    IS(ev("aql_ilike",
          "$\xC3\x84"
          "BC",
          "=%\xC3\xA4"
          "b%",
          "-", NULL),
       "true");
    IS(ev("aql_like", "$50%", "=50!%", "=!", NULL), "true");
    IS(ev("aql_like", "$500", "=50!%", "=!", NULL), "false");
    IS(ev("aql_like", "$a\\b", "=a\\b", "-", NULL), "true");
    IS(ev("aql_like", "$", "=", "-", NULL), "true");
    IS(ev("aql_like", "$", "=%", "-", NULL), "true");
    IS(ev("aql_like", "?", "=%", "-", NULL), "<absent>");
    IS(ev("aql_like", "%4625", "=46%", "-", NULL), "true");
    IS(ev("aql_like", "^true", "=tr%", "-", NULL), "true");
    IS(ev("aql_like", "$x", "=a", "=ab", NULL), "<error: ESCAPE takes one character, found 'ab'>");
    OK_INT(truth(call2("aql_like", ip("10.1.2.3"), false, text("10.%"), true)), 1);
    OK_INT(truth(call2("aql_like", number_text("1.50"), false, text("1.50"), true)), 1);
    IS(ev("aql_like_lower", "$PowerShell", "=%power%", NULL), "true");
    IS(ev("aql_like_lower", "$PowerShell", "=%Power%", NULL), "false");
    IS(ev("aql_starts_with", "$abc", "=ab", NULL), "true");
    IS(ev("aql_ends_with", "$abc", "=bc", NULL), "true");
    IS(ev("aql_ends_with", "$a%c", "=%c", NULL), "true");
    IS(ev("aql_contains", "$xAB%Cx", "=b%c", NULL), "true");
    IS(lits("aql_like", "$x", "=%abc%defg%", "-", NULL), "defg");
    IS(lits("aql_ilike", "$x", "=%task%", "-", NULL), "i:task");
    IS(lits("aql_like", "$x", "=%_%", "-", NULL), "none");
    IS(lits("aql_ilike", "&\x01qradar:payload=x", "=%\"errorCode\":50034%", "-", NULL),
       "i:\"errorCode\":50034");
    OK(fn_literal_worth(STR("\"errorCode\":50034"), true, true) == 15);
    OK(fn_literal_worth(STR("\"errorCode\":"), true, true) == 1);
    OK(fn_literal_worth(STR("errorCode"), true, true) > 15);
}

static void test_matches(void)
{
    IS(ev("aql_matches", "$a.powershell -enc", "=.*(?i)POWERSHELL.*", NULL), "true");
    IS(ev("aql_matches", "$abc", "=B", NULL), "false");
    IS(ev("aql_imatches", "$abc", "=^B|C$", NULL), "true");
    IS(ev("aql_matches", "$Logon Type: 3\r\nx", "=(?m)Type: 3$", NULL), "true");
    IS(ev("aql_matches", "$ab1", "=^\\p{Lower}+\\p{Digit}$", NULL), "true");
    IS(ev("aql_matches", "$Ab", "=^[\\p{Upper}x]\\p{javaLowerCase}", NULL),
       "<error: regular expression: \\p{javaLowerCase} is not supported, at byte 13 of "
       "^[\\p{Upper}x]\\p{javaLowerCase}>");
    IS(ev("aql_matches", "$x", "=(", NULL),
       "<error: regular expression: missing closing parenthesis, at byte 0 of (>");
    IS(ev("aql_matches", "?", "=x", NULL), "<absent>");
    IS(lits("aql_matches", "$x", "=.*powershell.*", NULL), "powershell");
}

static void test_search(void)
{
    IS(ev("aql_text_search", "$The Quick brown fox", "=quick", NULL), "true");
    IS(ev("aql_text_search", "$The Quick brown fox", "=quick AND dog", NULL), "false");
    IS(ev("aql_text_search", "$The Quick brown fox", "=quick OR dog", NULL), "true");
    IS(ev("aql_text_search", "$The Quick brown fox", "=quick NOT dog", NULL), "true");
    IS(ev("aql_text_search", "$The Quick brown fox", "=\"quick brown\"", NULL), "true");
    IS(ev("aql_text_search", "$The Quick brown fox", "=\"quick fox\"", NULL), "false");
    IS(ev("aql_text_search", "$The Quick brown fox", "=qu*fox", NULL), "true");
    IS(ev("aql_text_search", "$The Quick brown fox", "=NOT (dog OR cat) AND f?x", NULL), "true");
    IS(ev("aql_text_search", "$100%", "=100%", NULL), "true");
    IS(ev("aql_text_search", "$1000", "=100%", NULL), "false");
    IS(ev("aql_text_search", "$x", "=(a", NULL),
       "<error: TEXT SEARCH: expected ) at byte 2 of '(a'>");
    IS(ev("aql_text_search", "$x", "=a AND", NULL),
       "<error: TEXT SEARCH: expected a word at byte 5 of 'a AND'>");
    IS(ev("aql_text_search", "?", "=a", NULL), "<absent>");
    IS(lits("aql_text_search", "$x", "=error AND (warn OR fatal)", NULL), "i:error");
    IS(lits("aql_text_search", "$x", "=error OR NOT b", NULL), "none");
}

static void test_arith(void)
{
    IS(ev("aql_add", "%1", "%2", NULL), "3");
    IS(ev("aql_add", "$1", "%2", NULL), "3");
    IS(ev("aql_add", "#9223372036854775807", "#1", NULL), "9.223372036854776E18");
    IS(ev("aql_add", "$x", "%2", NULL), "<absent>");
    IS(ev("aql_div", "%7", "%2", NULL), "3");
    IS(ev("aql_div", "%-7", "%2", NULL), "-3");
    IS(ev("aql_div", "%7", "%2.0", NULL), "3.5");
    IS(ev("aql_div", "%-9223372036854775808", "%-1", NULL), "9.223372036854776E18");
    h_note[0] = '\0';
    IS(ev("aql_div", "%7", "%0", NULL), "<absent>");
    IS(h_note, "a division by zero gives no value");
    IS(ev("aql_mod", "%-7", "%3", NULL), "-1");
    IS(ev("aql_mod", "%7", "%0.0", NULL), "<absent>");
    IS(ev("aql_mod", "%-9223372036854775808", "%-1", NULL), "0");
    IS(ev("aql_pow", "%2", "%10", NULL), "1024");
    IS(ev("aql_pow", "%-8", "%0.5", NULL), "<absent>");
    IS(ev("aql_neg", "%-9223372036854775808", NULL), "9.223372036854776E18");
    IS(ev("aql_bit_and", "%4278190080", "%167838211", NULL), "167772160");
    IS(ev("aql_bit_or", "%1", "%6", NULL), "7");
    IS(ev("aql_bit_not", "%0", NULL), "-1");
    IS(ev("aql_shl", "%1", "%65", NULL), "2");
    IS(ev("aql_shl", "%-1", "%63", NULL), "-9223372036854775808");
    IS(ev("aql_shr", "%-8", "%1", NULL), "-4");
    IS(ev("aql_shr", "%8.7", "%1", NULL), "4");
    IS(ev("aql_bit_and", "%1e300", "%1", NULL), "<absent>");
    IS(ev("aql_case", "^false", "#1", "?", "#2", "^true", "#3", NULL), "3");
    IS(ev("aql_case", "^false", "#1", "#9", NULL), "9");
    IS(ev("aql_case", "^false", "#1", NULL), "<absent>");
    IS(ev("aql_is_null", "?", NULL), "true");
    IS(ev("aql_is_null", "$", NULL), "false");
}

static void test_casts(void)
{
    struct val v;

    IS(ev("aql_long", "$4625", NULL), "4625");
    IS(ev("aql_long", "$-4625.9", NULL), "-4625");
    IS(ev("aql_long", "$10.1.2.3", NULL), "167838211");
    IS(ev("aql_long", "$::1", NULL), "<absent>");
    IS(ev("aql_long", "$0xff", NULL), "255");
    IS(ev("aql_long", "$abc", NULL), "<absent>");
    IS(ev("aql_long", "%1e300", NULL), "<absent>");
    IS(ev("aql_double", "$0.5", NULL), "0.5");
    IS(ev("aql_str", "%1e20", NULL), "100000000000000000000");
    IS(ev("aql_str", "%1.5e-7", NULL), "0.00000015");
    IS(ev("aql_str", "%-123.25", NULL), "-123.25");
    IS(ev("aql_str", "%5", NULL), "5");
    IS(ev("aql_host", "$10.1.2.3", NULL), "10.1.2.3");
    IS(ev("aql_host", "$::ffff:10.1.2.3", NULL), "10.1.2.3");
    IS(ev("aql_host", "$0:0:0:0:0:0:0:1", NULL), "::1");
    IS(ev("aql_host", "$10.1.2.3:443", NULL), "10.1.2.3");
    IS(ev("aql_host", "$[fe80::1%eth0]:443", NULL), "fe80::1");
    IS(ev("aql_host", "$host", NULL), "<absent>");
    IS(ev("aql_host", "$", NULL), "<absent>");
    IS(ev("aql_mac", "$00-1A-2b-3c-4d-5E", NULL), "00:1a:2b:3c:4d:5e");
    IS(ev("aql_mac", "$001a.2b3c.4d5e", NULL), "00:1a:2b:3c:4d:5e");
    IS(ev("aql_mac", "$00:1a:2b:3c:4d", NULL), "<absent>");
    IS(ev("aql_mac", "$00:1a:2b:3c:4d:5e:", NULL), "<absent>");
    IS(ev("aql_bool", "$True", NULL), "true");
    IS(ev("aql_bool", "%0", NULL), "false");
    IS(ev("aql_bool", "$2", NULL), "<absent>");
    v = call2("aql_eq", (struct val){.u.i = 0x1a2b3c4d5e, .kind = KIND_MAC}, false,
              text("00:1A:2B:3C:4D:5E"), true);
    OK_INT(truth(v), 1);
    IS(ev("aql_in_cidr", "=10.0.0.0/8, fd00::/8", "$10.1.2.3", NULL), "true");
    IS(ev("aql_in_cidr", "=10.0.0.0/8,fd00::/8", "$fd12::1", NULL), "true");
    IS(ev("aql_in_cidr", "=10.0.0.0/8", "$11.1.2.3", NULL), "false");
    IS(ev("aql_in_cidr", "$10.1.2.3", "=10.0.0.0/8", NULL), "true");
    IS(ev("aql_in_cidr", "=10.0.0.0/8", "$host", NULL), "<absent>");
    IS(ev("aql_in_cidr", "=10.0.0.0/33", "$host", NULL),
       "<error: INCIDR() takes network blocks like 10.0.0.0/8, found '10.0.0.0/33'>");
    IS(ev("aql_in_cidr", "$10.0.0.0/8", "$10.1.2.3", NULL), "true");
    IS(ev("aql_in_cidr", "$junk", "$10.1.2.3", NULL), "<absent>");
}

int main(void)
{
    h_init();
    test_pairs();
    test_in();
    test_like_random();
    test_like_any();
    test_like();
    test_matches();
    test_search();
    test_arith();
    test_casts();
    arena_done(&h_arena);
    TAP_DONE();
}
