/* test_safe.c - text made harmless for terminals, JSON, HTML, CSV and URIs, and cells folded. */
#include "util/safe.h"

#include "tap.h"

#define GIVES(call, want)                                                                          \
    do {                                                                                           \
        struct buf got_ = {0};                                                                     \
        struct buf *b = &got_;                                                                     \
        call;                                                                                      \
        OK_STR(buf_str(b), want);                                                                  \
        buf_done(b);                                                                               \
    } while (0)

#define RLO "\xE2\x80\xAE" /* U+202E */
#define FFD "\xEF\xBF\xBD" /* U+FFFD */

static void test_text(void)
{
    GIVES(safe_put_text(b, STR("a\x1b[2Jb\x7F"), true, ""), "a\\x1b[2Jb\\x7f");
    GIVES(safe_put_text(b, STR("a\n\t\r"), true, ""), "a\\n\\t\\r");
    GIVES(safe_put_text(b, STR("a\n\tb"), true, "\n"), "a\n\\tb");
    GIVES(safe_put_text(b, STR("a\0b"), true, "\n"), "a\\x00b");
    GIVES(safe_put_text(b, STR("x" RLO "y\xC2\x9B"), true, ""), "x\\u{202e}y\\u{9b}");
    GIVES(safe_put_text(b, STR("\xFF\xC3("), true, ""), FFD FFD "(");
    GIVES(safe_put_text(b, STR("\x1b\xFF"), false, ""), "\x1b" FFD);
    GIVES(safe_put_text(b, STR("gr\xC3\xBC\xC3\x9F"), true, ""), "gr\xC3\xBC\xC3\x9F");
}

static void test_json(void)
{
    GIVES(safe_put_json(b, STR("a\"\\\n\x1b" RLO "\xFF"), false),
          "\"a\\\"\\\\\\n\\u001b" RLO FFD "\"");
    GIVES(safe_put_json(b, STR("a\x7F" RLO), true), "\"a\\u007f\\u202e\"");
    GIVES(safe_put_json(b, STR("\xF3\xA0\x80\xA0"), true), "\"\\udb40\\udc20\"");
    GIVES((buf_puts(b, "x"), safe_put_json(b, STR_NONE, true)), "x\"\"");
}

static void test_markup(void)
{
    GIVES(safe_put_markup(b, STR("<a href=\"x\" id='y'>&</a>")),
          "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;&lt;/a&gt;");
    GIVES(safe_put_markup(b, STR("a\n\tb\r\x1b\0\xFF\xEF\xBF\xBF")), "a\n\tb" FFD FFD FFD FFD FFD);
}

static void test_csv(void)
{
    static const char *const formulas[] = {"=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "="};
    static const char *const others[] = {"", "-", "-5", "+4.2", "@timestamp", "a=1", " =1"};

    GIVES(safe_put_csv(b, STR("=1+1"), true, false), "'=1+1");
    GIVES(safe_put_csv(b, STR("=1+1"), false, false), "=1+1");
    GIVES(safe_put_csv(b, STR("=a,\"b\""), true, false), "\"'=a,\"\"b\"\"\"");
    GIVES(safe_put_csv(b, STR("a\nb"), true, true), "\"a\nb\"");
    GIVES(safe_put_csv(b, STR("a\rb"), true, true), "a\\rb");
    GIVES(safe_put_csv(b, STR(" a"), true, false), "\" a\"");
    for (size_t i = 0; i < ARRAY_LEN(formulas); i++)
        OK(safe_is_formula(str_z(formulas[i])));
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        OK(!safe_is_formula(str_z(others[i])));
}

static void test_uri(void)
{
    GIVES(safe_put_uri_path(b, STR("packs/a b/q%1?#.cql")), "packs/a%20b/q%251%3F%23.cql");
    GIVES(safe_put_uri_path(b, STR("\xC3\xBC\0")), "%C3%BC%00");
}

/* The lines of a cell, each followed by | where it was cut and by $ where the value's line ends. */
static void fold_all(struct buf *b, struct str s, size_t width, bool words)
{
    struct safe_fold fold = {.next = 0};

    do {
        if (words)
            safe_fold_words(s, fold.next, width, &fold);
        else
            safe_fold_next(s, fold.next, width, &fold);
        buf_put_str(b, fold.line);
        buf_puts(b, fold.cut ? "|" : fold.line_end ? "$" : "");
    } while (fold.next < s.len);
}

static void test_fold(void)
{
    GIVES(fold_all(b, STR("abcdef"), 3, false), "abc|def");
    GIVES(fold_all(b, STR("ab\ncdef"), 3, false), "ab$cde|f");
    GIVES(fold_all(b, STR("a\xC3\xA9z"), 2, false), "a\xC3\xA9|z");
    /* A character wider than the column still goes on. */
    GIVES(fold_all(b, STR("\xE4\xB8\xAD\xE4\xB8\xAD"), 1, false), "\xE4\xB8\xAD|\xE4\xB8\xAD");
    GIVES(fold_all(b, STR("High Confidence Enumeration"), 13, true), "High|Confidence|Enumeration");
    GIVES(fold_all(b, STR("a verylongword"), 6, true), "a very|longwo|rd");
    GIVES(fold_all(b, STR("198.51.100.0/24:7"), 14, true), "198.51.100.0/|24:7");
    GIVES(fold_all(b, STR("abc def"), 3, true), "abc|def");
    OK_INT(safe_widest_line(STR("a\nbcd\n\xE4\xB8\xAD")), 3);
    OK_INT(safe_widest_line(STR("")), 0);
}

int main(void)
{
    test_text();
    test_json();
    test_markup();
    test_csv();
    test_uri();
    test_fold();
    TAP_DONE();
}
