/* test_utf8.c - validity, case, and counts. */
#include <stdlib.h>

#include "../tap.h"
#include "util/utf8.h"

static struct buf out;

static struct str lower(const char *z)
{
    buf_clear(&out);
    utf8_put_lower(&out, str_z(z));
    return buf_str(&out);
}

static struct str upper(const char *z)
{
    buf_clear(&out);
    utf8_put_upper(&out, str_z(z));
    return buf_str(&out);
}

/* Every code point is valid as we write it and comes back; everything near it is not. */
static void test_all(void)
{
    int bad = 0;

    for (uint32_t cp = 0; cp <= 0x110000; cp++) {
        char raw[4];
        size_t i = 0;
        size_t n = utf8_encode(raw, cp);
        bool odd = cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF);

        bad += utf8_valid_at(str_of(raw, n), 0) != n;
        bad += utf8_next(str_of(raw, n), &i) != (odd ? 0xFFFD : cp) || i != n;
        if (n > 1)
            bad += utf8_valid_at(str_of(raw, n - 1), 0) != 0;
    }
    OK_INT(bad, 0);
    OK(!utf8_valid(STR("\xC0\x80")));
    OK(!utf8_valid(STR("\xE0\x80\x80")));
    OK(!utf8_valid(STR("\xED\xA0\x80")));
    OK(!utf8_valid(STR("\xF0\x80\x80\x80")));
    OK(!utf8_valid(STR("\xF4\x90\x80\x80")));
    OK(!utf8_valid(STR("12345678\xFF")));
    OK(!utf8_valid(STR("\x80")));
    OK(utf8_valid(STR("")));
    OK(utf8_valid(STR("plain text of some length \xC3\xA9 and more of it")));
}

int main(void)
{
    test_all();
    OK_STR(lower("ABC xyz \xC3\x89\xC3\x96 \xCE\xA9"), "abc xyz \xC3\xA9\xC3\xB6 \xCF\x89");
    OK_STR(upper("abc xyz \xC3\xA9\xC3\xB6"), "ABC XYZ \xC3\x89\xC3\x96");
    OK_STR(lower("A\xFFZ\xC3"), "a\xFFz\xC3");
    OK_STR(upper("\xC3\x9F"), "\xC3\x9F"); /* one to one: sharp s stays */
    OK_INT(utf8_graphemes(STR("")), 0);
    OK_INT(utf8_graphemes(STR("abc")), 3);
    OK_INT(utf8_graphemes(STR("e\xCC\x81x")), 2);
    OK_INT(utf8_graphemes(STR("\r\n")), 1);
    OK_INT(utf8_graphemes(STR("\xFF\xFF")), 2);
    OK_INT(utf8_utf16_units(STR("a\xC3\xA9\xF0\x9F\x98\x80")), 4);
    OK_INT(utf8_width(STR("a\xE4\xB8\xAD")), 3);
    buf_done(&out);
    TAP_DONE();
}
