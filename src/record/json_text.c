/* json_text.c - JSON text itself: escapes, scalars, blanks between tokens, strict checking. */
#include "record/json.h"
#include "record/json_scan.h"
#include "util/utf8.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Four hexadecimal digits at p, or -1. */
static int hex4(const char *p, const char *end)
{
    int v = 0;

    if (end - p < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int digit;

        if (c >= '0' && c <= '9')
            digit = c - '0';
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            digit = (c | 0x20) - 'a' + 10;
        else
            return -1;
        v = v * 16 + digit;
    }
    return v;
}

/* The escape whose backslash is at p; writes at most 4 bytes and never more than it read. */
static const char *unescape_one(const char *p, const char *end, char **out)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    char *o = *out;
    const char *known;
    int code;
    int low;

    if (p + 1 == end) {
        *o++ = '\\';
        *out = o;
        return p + 1;
    }
    known = p[1] != '\0' ? strchr(from, p[1]) : NULL;
    code = p[1] == 'u' ? hex4(p + 2, end) : -1;
    if (known != NULL) {
        *o++ = to[known - from];
        p += 2;
    } else if (code < 0) {
        *o++ = *p++; /* not an escape of JSON: kept, and what follows is read as it stands */
    } else {
        p += 6;
        if (code >= 0xD800 && code < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
            low = hex4(p + 2, end);
            if (low >= 0xDC00 && low < 0xE000) {
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                p += 6;
            }
        }
        o += utf8_encode(o, (uint32_t)code);
    }
    *out = o;
    return p;
}

/* Whether one of eight bytes is a backslash. */
static bool has_slash(uint64_t x)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);

    x ^= ones * '\\';
    return ((x - ones) & ~x & (ones * 0x80)) != 0;
}

/* Room in dst: s.len bytes, since no escape grows. The writer is never ahead of the reader, so
 * eight bytes that can be read can be written. */
static size_t unescape_into(struct str s, char *dst)
{
    const char *p = s.ptr;
    const char *end = s.ptr + s.len;
    char *o = dst;

    while (p < end) {
        uint64_t x;

        if (end - p >= 8) {
            memcpy(&x, p, 8);
            if (!has_slash(x)) {
                memcpy(o, &x, 8);
                o += 8;
                p += 8;
                continue;
            }
        }
        while (p < end && *p != '\\')
            *o++ = *p++;
        if (p < end)
            p = unescape_one(p, end, &o);
    }
    return (size_t)(o - dst);
}

void json_unescape(struct str s, struct buf *out)
{
    buf_reserve(out, s.len);
    if (s.len != 0)
        out->len += unescape_into(s, out->ptr + out->len);
}

struct str json_unescape_arena(struct str s, struct arena *arena)
{
    char *dst;

    if (s.len == 0 || memchr(s.ptr, '\\', s.len) == NULL)
        return s;
    dst = arena_alloc(arena, s.len);
    return str_of(dst, unescape_into(s, dst));
}

static bool is_number(struct str s)
{
    if (s.ptr[0] != '-' && !ascii_is_digit(s.ptr[0]))
        return false;
    for (size_t i = 1; i < s.len; i++) {
        char c = s.ptr[i];

        if (!ascii_is_digit(c) && c != '.' && c != 'e' && c != 'E' && c != '+' && c != '-')
            return false;
    }
    return true;
}

struct val json_scalar(struct str text, struct arena *arena)
{
    struct val v;

    if (text.len == 0)
        return VAL_ABSENT;
    if (text.ptr[0] == '"') {
        size_t n = text.len > 1 && text.ptr[text.len - 1] == '"' ? text.len - 2 : text.len - 1;

        return val_str(json_unescape_arena(str_of(text.ptr + 1, n), arena));
    }
    v = val_str(text);
    if (is_number(text))
        v.kind = KIND_NUMTEXT;
    else if (str_eqz(text, "true") || str_eqz(text, "false"))
        v.kind = KIND_BOOLTEXT;
    else if (str_eqz(text, "null"))
        v = (struct val){.kind = KIND_NULL};
    return v;
}

bool json_has_blanks(struct str record)
{
    const char *p = record.ptr;
    const char *end = record.ptr + record.len;

    while (p < end) {
        if (is_blank(*p))
            return true;
        if (*p == '"') {
            p = json_string_end(p + 1, end, NULL);
            if (p == NULL)
                return false;
            continue;
        }
        p++;
    }
    return false;
}

void json_compact(struct str record, struct buf *out)
{
    const char *p = record.ptr;
    const char *end = record.ptr + record.len;
    const char *from = p;

    buf_reserve(out, record.len);
    while (p < end) {
        if (is_blank(*p)) {
            buf_put(out, from, (size_t)(p - from));
            p = scan_blanks(p, end);
            from = p;
        } else if (*p == '"') {
            p = json_string_end(p + 1, end, NULL);
            if (p == NULL)
                p = end;
        } else {
            p++;
        }
    }
    buf_put(out, from, (size_t)(end - from));
}

static const char *digits(const char *p, const char *end)
{
    while (p < end && ascii_is_digit(*p))
        p++;
    return p;
}

/* One past a number of RFC 8259 section 6, or NULL. */
static const char *valid_number(const char *p, const char *end)
{
    const char *e;

    if (p < end && *p == '-')
        p++;
    e = digits(p, end);
    if (e == p || (*p == '0' && e - p > 1))
        return NULL;
    p = e;
    if (p < end && *p == '.') {
        e = digits(p + 1, end);
        if (e == p + 1)
            return NULL;
        p = e;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-'))
            p++;
        e = digits(p, end);
        if (e == p)
            return NULL;
        p = e;
    }
    return p;
}

static const char *valid_string(const char *p, const char *end)
{
    for (p++; p < end && *p != '"'; p++) {
        if (*p != '\\')
            continue;
        if (++p == end || *p == '\0' || strchr("\"\\/bfnrtu", *p) == NULL)
            return NULL;
        if (*p == 'u' && hex4(p + 1, end) < 0)
            return NULL;
    }
    return p < end ? p + 1 : NULL;
}

static const char *valid_scalar(const char *p, const char *end)
{
    static const struct str words[] = {STR_INIT("true"), STR_INIT("false"), STR_INIT("null")};

    if (p == end)
        return NULL;
    if (*p == '"')
        return valid_string(p, end);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_starts(str_of(p, (size_t)(end - p)), words[i]))
            return p + words[i].len;
    }
    return valid_number(p, end);
}

/* A key and its colon, blanks after it included; NULL when there is none. */
static const char *valid_key(const char *p, const char *end)
{
    p = p < end && *p == '"' ? valid_string(p, end) : NULL;
    if (p == NULL)
        return NULL;
    p = scan_blanks(p, end);
    return p < end && *p == ':' ? scan_blanks(p + 1, end) : NULL;
}

/* After a value: closes what ends here and goes on to the next value; NULL on a fault. */
static const char *valid_behind(const char *p, const char *end, struct buf *open)
{
    for (;;) {
        p = scan_blanks(p, end);
        if (open->len == 0)
            return p;
        if (p == end)
            return NULL;
        if (*p == ',') {
            p = scan_blanks(p + 1, end);
            return open->ptr[open->len - 1] == '{' ? valid_key(p, end) : p;
        }
        if (*p != (open->ptr[open->len - 1] == '{' ? '}' : ']'))
            return NULL;
        open->len--;
        p++;
    }
}

bool json_valid(struct str record, size_t max_depth, size_t *broken_at)
{
    const char *end = record.ptr + record.len;
    const char *p = scan_blanks(record.ptr, end);
    const char *at = p;
    struct buf open = {0};
    bool valid = false;

    while (p != NULL) {
        at = p;
        if (p < end && (*p == '{' || *p == '[')) {
            bool object = *p == '{';

            if (open.len == max_depth)
                break;
            buf_putc(&open, *p);
            p = scan_blanks(p + 1, end);
            if (p == end || *p != (object ? '}' : ']')) {
                if (object)
                    p = valid_key(p, end);
                continue;
            }
            /* An empty one: valid_behind closes it. */
        } else {
            p = valid_scalar(p, end);
            if (p == NULL)
                break;
        }
        p = valid_behind(p, end, &open);
        if (p != NULL && open.len == 0) {
            valid = p == end;
            at = p;
            break;
        }
    }
    buf_done(&open);
    if (!valid && broken_at != NULL)
        *broken_at = (size_t)(at - record.ptr);
    return valid;
}
