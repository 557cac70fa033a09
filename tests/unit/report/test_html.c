/* test_html.c - the HTML report: complete in itself, well formed, harmless. The whole text of one
 * is in tests/data/report. */
#include <stdlib.h>

#include "result.h"
#include "tap.h"

static const struct report_options plain = {.width = 0};
static const struct report_options all = {.show_suppressed = true};

static size_t count(const struct buf *text, const char *what)
{
    struct str rest = buf_str(text);
    size_t n = 0;

    for (size_t at; (at = str_find(rest, str_z(what))) != SIZE_MAX; n++)
        rest = str_of(rest.ptr + at + 1, rest.len - at - 1);
    return n;
}

/* Every element that we open is closed; none is one that could run or load anything. */
static void check_markup(const struct buf *html)
{
    static const char *const pairs[] = {"article", "section", "table", "thead", "tbody", "tr",
                                        "td",      "th",      "div",   "span",  "bdi",   "p",
                                        "ul",      "li",      "dl",    "dt",    "dd",    "details",
                                        "summary", "svg",     "rect",  "title", "pre",   "h3",
                                        "a",       "figure",  "main",  "body",  "html",  "style"};
    static const char *const never[] = {"<script", "<img",    "<link",      "<iframe",
                                        "<object", "<form",   "src=",       "http-equiv=\"refresh",
                                        "url(",    "@import", "javascript:"};

    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        struct buf open = {0};
        struct buf bare = {0};
        struct buf end = {0};
        size_t n;

        buf_printf(&open, "<%s ", pairs[i]);
        buf_printf(&bare, "<%s>", pairs[i]);
        buf_printf(&end, "</%s>", pairs[i]);
        buf_putc(&open, '\0');
        buf_putc(&bare, '\0');
        buf_putc(&end, '\0');
        n = count(html, open.ptr) + count(html, bare.ptr);
        if (n != count(html, end.ptr))
            printf("# %s\n", pairs[i]);
        OK(n == count(html, end.ptr));
        buf_done(&open);
        buf_done(&bare);
        buf_done(&end);
    }
    for (size_t i = 0; i < ARRAY_LEN(never); i++) {
        /* What logs hold stands there as text: &lt;script. */
        OK(count(html, never[i]) == (strcmp(never[i], "src=") == 0 ? count(html, "img src=") : 0));
    }
    OK(made_has(html, "content=\"default-src 'none'; style-src 'unsafe-inline'\""));
    OK(made_has(html, "<html lang=\"en\">"));
}

static void test_basic(void)
{
    struct buf html = {0};

    made_report(MADE_BASIC, "html", all, &html);
    check_markup(&html);
    OK(made_same("basic.html", &html));
    OK_INT(count(&html, "<article"), 3);
    OK(made_has(&html, "<h1>3 findings: 1 high, 1 medium, 1 low</h1>"));
    OK(made_has(&html, "id=\"f-4f2a91c00123456789abcdef01234567\""));
    OK(!made_has(&html, "This report is incomplete"));
    buf_clear(&html);
    made_report(MADE_EMPTY, "html", plain, &html);
    check_markup(&html);
    OK(made_has(&html, "<h1>No findings</h1>"));
    OK(made_has(&html, "iis-autodiscover</bdi> needs <bdi>iis</bdi> or <bdi>o365-audit</bdi>"));
    OK(made_has(&html, "what they look for could not have been seen"));
    buf_clear(&html);
    made_report(MADE_FAILED, "html", plain, &html);
    check_markup(&html);
    OK(made_has(&html, "This report is incomplete"));
    OK(made_has(&html, "broken one.yaml</bdi>:3:1: unknown key &#39;titel&#39;"));
    buf_clear(&html);
    made_report(MADE_MANY, "html", plain, &html);
    check_markup(&html);
    OK_INT(count(&html, "<article"), 60);
    buf_done(&html);
}

static void test_hostile(void)
{
    struct buf html = {0};
    bool calm = true;

    made_report(MADE_HOSTILE, "html", all, &html);
    check_markup(&html);
    for (size_t i = 0; i < html.len; i++)
        calm = calm && ((unsigned char)html.ptr[i] >= 0x20 || html.ptr[i] == '\n');
    OK(calm);
    OK(!made_has(&html, "\xE2\x80\xAE"));
    OK(made_has(&html, "&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[2J&quot;&#39;&gt;"));
    OK(made_has(&html, "\\u{202e}gpj"));
    OK(made_has(&html, "nul\\x00\xEF\xBF\xBD\xEF\xBF\xBD("));
    OK(made_has(&html, "&lt;/title&gt;&lt;svg/onload=x&gt;\\x07"));
    OK(made_has(&html, "cut here; the record has 50 KB"));
    OK(html.len < 60000); /* three values of 50,000 characters are not in it */
    buf_done(&html);
}

int main(void)
{
    test_basic();
    test_hostile();
    TAP_DONE();
}
