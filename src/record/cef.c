/* cef.c - see cef.h. A value may hold blanks: it ends at the last blank before the next key, which
 * is the word before an equals sign that no backslash escapes. */
#include "record/cef.h"

/* A backslash escapes `|`, `=` and itself; `\n` and `\r` are line ends. Any other stays. */
static struct str unescape(struct str s, struct arena *a)
{
    char *dst;
    size_t n = 0;

    if (s.len == 0 || memchr(s.ptr, '\\', s.len) == NULL)
        return s;
    dst = arena_alloc(a, s.len);
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        char next = i + 1 < s.len ? s.ptr[i + 1] : '\0';

        if (c == '\\' && (next == '\\' || next == '=' || next == '|')) {
            c = next;
            i++;
        } else if (c == '\\' && (next == 'n' || next == 'r')) {
            c = next == 'n' ? '\n' : '\r';
            i++;
        }
        dst[n++] = c;
    }
    return str_of(dst, n);
}

/* Up to the next `|` that no backslash escapes; the rest when there is none. */
static bool take_field(struct str *rest, struct str *out, struct arena *a)
{
    size_t i = 0;

    while (i < rest->len && rest->ptr[i] != '|')
        i += rest->ptr[i] == '\\' ? 2 : 1;
    if (i >= rest->len)
        return false;
    *out = unescape(str_trim(str_of(rest->ptr, i)), a);
    *rest = str_of(rest->ptr + i + 1, rest->len - i - 1);
    return true;
}

static bool is_key_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ascii_is_digit(c) || c == '_' ||
           c == '.' || c == '-' || c == '[' || c == ']' || c == '@';
}

/* The next key at or behind `from`: a word at the beginning or behind a blank, and its `=`. Returns
 * the place of the `=`, SIZE_MAX when there is none. */
static size_t next_key(struct str s, size_t from, size_t *key)
{
    size_t word = from;
    bool whole = true; /* the word so far is one that a key can be */

    for (size_t i = from; i < s.len; i++) {
        if (s.ptr[i] == '=' && whole && i > word) {
            *key = word;
            return i;
        }
        if (s.ptr[i] == ' ' || s.ptr[i] == '\t') {
            word = i + 1;
            whole = true;
        } else {
            whole = whole && is_key_char(s.ptr[i]);
            if (s.ptr[i] == '\\')
                i++;
        }
    }
    return SIZE_MAX;
}

static void read_extension(struct str s, struct arena *a, struct cef *out)
{
    size_t cap = 0, key = 0;
    size_t equals = next_key(s, 0, &key);

    while (equals != SIZE_MAX && out->n < CEF_MAX_PAIRS) {
        size_t next = 0;
        size_t next_equals = next_key(s, equals + 1, &next);
        size_t end = next_equals != SIZE_MAX ? next : s.len;
        struct kv_pair pair = {str_of(s.ptr + key, equals - key),
                               unescape(str_trim(str_of(s.ptr + equals + 1, end - equals - 1)), a)};

        if (out->n == cap) {
            size_t more = cap != 0 ? cap * 2 : 16;
            struct kv_pair *pairs = ARENA_ARRAY(a, struct kv_pair, more);

            if (out->n > 0)
                memcpy(pairs, out->pairs, out->n * sizeof(*pairs));
            out->pairs = pairs;
            cap = more;
        }
        out->pairs[out->n++] = pair;
        key = next;
        equals = next_equals;
    }
}

bool cef_parse(struct str text, struct arena *a, struct cef *out)
{
    struct str mark = STR("CEF:");
    size_t start = str_find(str_of(text.ptr, MIN(text.len, (size_t)EVENT_MAX_LEAD)), mark);
    struct str rest, version;

    memset(out, 0, sizeof(*out));
    if (start == SIZE_MAX)
        return false;
    rest = str_of(text.ptr + start + mark.len, text.len - start - mark.len);
    if (!take_field(&rest, &version, a) || version.len == 0 || !ascii_is_digit(version.ptr[0]))
        return false;
    out->format = version;
    if (!take_field(&rest, &out->vendor, a) || !take_field(&rest, &out->product, a) ||
        !take_field(&rest, &out->version, a) || !take_field(&rest, &out->event_class_id, a) ||
        !take_field(&rest, &out->name, a))
        return false;
    if (!take_field(&rest, &out->severity, a)) {
        out->severity = unescape(str_trim(rest), a); /* an event without an extension */
        return true;
    }
    read_extension(rest, a, out);
    return true;
}
