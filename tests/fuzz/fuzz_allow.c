/* fuzz_allow.c - any text as an allow-list, and any event looked up in what it gives. The first
 * line of the input is the event: each of its fields is that line. */
#include <stdlib.h>

#include "lookup/lookup.h"
#include "util/ip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_up(const struct allow *l, struct str value, struct arena *a)
{
    const struct allow_use *use = allow_use_new(l, 0, value, a);
    struct allow_room room = {0};
    struct allow_subject s = {
        .address = value,
        .asn = value,
        .user_agent = value,
        .app_id = value,
        .app_name = value,
        .account = value,
        .time_ms = (int64_t)value.len * INT64_C(7919000),
    };
    size_t i;

    s.has_ip = ip_parse(value, s.ip);
    i = allow_find(use, &s, &room);
    if (i != SIZE_MAX && (i >= allow_count(l) || allow_entry_expired(allow_at(l, i), 0)))
        abort();
    allow_room_done(&room);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_of((const char *)data, size);
    size_t line = str_find_char(text, '\n');
    const struct allow *l = NULL;
    struct lanner_err err = {0};
    struct arena a;

    if (line == SIZE_MAX)
        return 0;
    arena_init(&a, 4096);
    if (allow_parse("list", str_of(text.ptr + line + 1, text.len - line - 1), &a, &l, &err) ==
        LANNER_OK)
        look_up(l, str_of(text.ptr, line), &a);
    else if (err.text[0] == '\0')
        abort();
    arena_done(&a);
    return 0;
}
