/* fuzz_text_event.c - any bytes as a line of text: LEEF, CEF, key=value, syslog header. */
#include "record/record.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every value is a stretch of the line, or as long as one. */
static void check(const struct text_event *e, size_t size)
{
    for (size_t i = 0; i < e->n; i++) {
        if (e->pairs[i].key.ptr == NULL || e->pairs[i].value.ptr == NULL ||
            e->pairs[i].value.len > size + 8)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_of((const char *)data, size);
    struct json_path path = {STR("src"), JSON_PATH_DECLARED};
    struct text_event e;
    struct arena a;
    struct str time_text = STR_NONE;
    struct val v;

    arena_init(&a, 0);
    text_event_parse(text, &a, &e);
    check(&e, size);
    v = text_event_get(&e, &path);
    if (!val_is_null(&v) && v.len > size)
        abort();
    if (text_event_time(&e, NULL, &time_text) != TIME_NONE && time_text.ptr == NULL)
        abort();
    if (syslog_host(text).len > size)
        abort();
    arena_done(&a);
    return 0;
}
