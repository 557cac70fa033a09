/* fuzz_xml_event.c - any bytes as one Windows event: JSON comes out, sound exactly when the XML
 * was; then as an input: the same records whatever the size of the windows. */
#include <stdlib.h>

#include "../unit/format/cutting.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool cond)
{
    if (!cond)
        abort();
}

static void check_event(struct str xml)
{
    struct arena a;
    struct str json;
    size_t at;
    bool whole;

    arena_init(&a, 0);
    whole = xml_event_json(xml, &a, &json);
    demand(json.len > 0 && *json.ptr == '{');
    demand(json_valid(json, 10000, &at) == whole);
    arena_done(&a);
}

static void check_input(const struct format_def *f, struct str all, size_t step)
{
    struct pieces whole, cut, small;

    demand(cut_all(&whole, f, all, all.len, 1 << 30));
    demand(cut_all(&cut, f, all, step, 1 << 30));
    demand(pieces_same(&whole, &cut));
    demand(whole.n_counted <= whole.list.n && cut.n_counted == whole.n_counted);
    demand(cut_all(&small, f, all, step, 48));
    pieces_done(&whole);
    pieces_done(&cut);
    pieces_done(&small);
}

/* First byte: size of the windows. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str all;

    if (size < 2 || size > 100000)
        return 0;
    all = str_of((const char *)data + 1, size - 1);
    check_event(all);
    check_input(format_named(STR("xml")), all, (size_t)data[0] + 1);
    return 0;
}
