/* test_suggest.c - edit distance, the nearest names, and what a message says was found. */
#include "lang/common/common.h"
#include "tap.h"

static struct str hint(const char *word, char room[200])
{
    static const char *const names[] = {"groupBy", "count", "counterAsRate", "sort",
                                        "select",  "split", "parseJson",     "parseCsv"};
    struct suggest s = suggest_start(str_z(word));

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        suggest_offer(&s, str_z(names[i]));
    return suggest_print(&s, room, 200) ? str_z(room) : STR("-");
}

int main(void)
{
    char room[200], found[FOUND_MAX];
    struct cursor c = {.text = STR("abc \"\x01\xC3\xA9")};

    OK_INT(suggest_distance(STR("abc"), STR("ABC"), 3), 0);
    OK_INT(suggest_distance(STR("abc"), STR("acb"), 3), 1);
    OK_INT(suggest_distance(STR("kitten"), STR("sitting"), 3), 3);
    OK_INT(suggest_distance(STR("kitten"), STR("sitting"), 2), 3);
    OK_INT(suggest_distance(STR(""), STR("abc"), 5), 3);
    OK_STR(hint("gruopBy", room), "did you mean 'groupBy'");
    OK_STR(hint("GROUPBY2", room), "did you mean 'groupBy'");
    OK_STR(hint("conut", room), "did you mean 'count'");
    OK_STR(hint("xyz", room), "-");
    OK_STR(hint("", room), "-");
    OK_STR(hint("parse", room), "did you mean 'parseJson' or 'parseCsv'");
    OK_STR(str_z(cursor_found(&c, 0, found)), "'abc'");
    OK_STR(str_z(cursor_found(&c, 4, found)), "'\"'");
    OK_STR(str_z(cursor_found(&c, 5, found)), "a control character (0x01)");
    OK_STR(str_z(cursor_found(&c, 6, found)), "'\xC3\xA9'");
    OK_STR(str_z(cursor_found(&c, 8, found)), "the end of the query");
    TAP_DONE();
}
