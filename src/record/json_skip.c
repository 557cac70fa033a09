/* json_skip.c - ends of JSON values and strings, blanks, members one by one. */
#include "record/json_skip.h"
#include "record/json.h"
#include "record/json_scan.h"
#include "util/cpu.h"

const char *json_skip_blanks(const char *ptr, const char *end)
{
    return scan_blanks(ptr, end);
}

const char *json_value_end(const char *ptr, const char *end)
{
    return cpu_has_avx2() ? json_value_end_avx2(ptr, end) : scan_value(ptr, ptr, end);
}

const char *json_string_end(const char *ptr, const char *end, bool *escaped)
{
    bool slash = false;
    const char *e;

    if (cpu_has_avx2()) {
        e = json_string_end_avx2(ptr, end, &slash);
    } else {
        e = scan_string(ptr, ptr, end, &slash);
        e = e != NULL ? e + 1 : NULL;
    }
    if (escaped != NULL)
        *escaped = slash;
    return e;
}

bool json_iter_open(struct json_iter *it, struct str text)
{
    const char *end = text.ptr + text.len;
    const char *p = scan_blanks(text.ptr, end);

    if (p == end || (*p != '{' && *p != '['))
        return false;
    *it = (struct json_iter){.ptr = p + 1, .end = end, .in_object = *p == '{'};
    return true;
}

static bool iter_break(struct json_iter *it)
{
    it->broken = true;
    return false;
}

bool json_iter_next(struct json_iter *it, struct str *key, struct str *value)
{
    const char *p = scan_blanks(it->ptr, it->end);
    const char *e;

    if (it->broken)
        return false;
    *key = STR("");
    if (p == it->end)
        return iter_break(it);
    if (*p == (it->in_object ? '}' : ']')) {
        it->ptr = p + 1;
        return false;
    }
    if (it->in_object) {
        e = *p == '"' ? json_string_end(p + 1, it->end, NULL) : NULL;
        if (e == NULL)
            return iter_break(it);
        *key = str_of(p + 1, (size_t)(e - p) - 2);
        p = scan_blanks(e, it->end);
        if (p == it->end || *p != ':')
            return iter_break(it);
        p = scan_blanks(p + 1, it->end);
    }
    e = json_value_end(p, it->end);
    if (e == NULL)
        return iter_break(it);
    *value = str_of(p, (size_t)(e - p));
    p = scan_blanks(e, it->end);
    if (p < it->end && *p == ',')
        it->ptr = p + 1;
    else if (p < it->end && *p == (it->in_object ? '}' : ']'))
        it->ptr = p;
    else
        it->broken = true; /* this member is sound, there is no next */
    return true;
}

struct str json_first_key(struct str record)
{
    struct json_iter it;
    const char *p;
    const char *e;

    if (!json_iter_open(&it, record) || !it.in_object)
        return STR_NONE;
    p = scan_blanks(it.ptr, it.end);
    if (p == it.end || *p != '"')
        return STR_NONE;
    e = json_string_end(p + 1, it.end, NULL);
    return e != NULL ? str_of(p + 1, (size_t)(e - p) - 2) : STR_NONE;
}
