/* leef.c - see leef.h. Everything in a line may be missing or malformed; what is there is given. */
#include "record/leef.h"

/* Up to the next `|` that no backslash escapes; *rest stands behind it. False: there is none. */
static bool take_field(struct str *rest, struct str *out)
{
    for (size_t i = 0; i < rest->len; i++) {
        if (rest->ptr[i] == '\\') {
            i++;
        } else if (rest->ptr[i] == '|') {
            *out = str_of(rest->ptr, i);
            *rest = str_of(rest->ptr + i + 1, rest->len - i - 1);
            return true;
        }
    }
    return false;
}

static int hex_digit(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One character, or its code: x5E, 0x5E. 0: it is no delimiter. */
char leef_delimiter(struct str s)
{
    struct str hex = s;
    unsigned code = 0;

    if (s.len == 0)
        return '\t';
    if (s.len == 1)
        return s.ptr[0] != '=' ? s.ptr[0] : '\0';
    if (str_starts(hex, STR("0x")) || str_starts(hex, STR("0X")))
        hex = str_of(hex.ptr + 2, hex.len - 2);
    else if (hex.ptr[0] == 'x' || hex.ptr[0] == 'X')
        hex = str_of(hex.ptr + 1, hex.len - 1);
    else
        return '\0';
    if (hex.len == 0 || hex.len > 4)
        return '\0';
    for (size_t i = 0; i < hex.len; i++) {
        int digit = hex_digit(hex.ptr[i]);

        if (digit < 0)
            return '\0';
        code = code * 16 + (unsigned)digit;
    }
    return code > 0 && code < 0x80 && code != '=' ? (char)code : '\0';
}

/* What stands between the attributes of version 1.0: a tab, or what a careless sender wrote. */
static char guess_delimiter(struct str attributes)
{
    if (str_find_char(attributes, '\t') != SIZE_MAX)
        return '\t';
    if (str_find_char(attributes, '^') != SIZE_MAX)
        return '^';
    return ' ';
}

static void pair_add(struct leef *out, size_t *cap, struct kv_pair pair, struct arena *a)
{
    if (out->n == *cap) {
        size_t more = *cap != 0 ? *cap * 2 : 16;
        struct kv_pair *pairs = ARENA_ARRAY(a, struct kv_pair, more);

        if (out->n > 0)
            memcpy(pairs, out->pairs, out->n * sizeof(*pairs));
        out->pairs = pairs;
        *cap = more;
    }
    out->pairs[out->n++] = pair;
}

/* Where the attribute at `from` ends. A blank between attributes may also stand in a value: there
 * the next attribute begins with a word and an equals sign. */
static size_t attribute_end(struct str s, size_t from, char delimiter)
{
    size_t end = from, equals = 0;

    if (delimiter != ' ') {
        end = str_find_char(str_of(s.ptr + from, s.len - from), delimiter);
        return end == SIZE_MAX ? s.len : from + end;
    }
    for (size_t i = from; i < s.len; i++) {
        if (s.ptr[i] == ' ')
            end = i;
        else if (s.ptr[i] == '=' && equals++ > 0 && end > from)
            return end;
    }
    return s.len;
}

static void read_attributes(struct str s, char delimiter, struct arena *a, struct leef *out)
{
    size_t cap = 0;

    for (size_t i = 0; i < s.len && out->n < LEEF_MAX_PAIRS;) {
        size_t end = attribute_end(s, i, delimiter);
        struct str attribute = str_of(s.ptr + i, end - i);
        size_t equals = str_find_char(attribute, '=');

        i = end + 1;
        if (equals == SIZE_MAX)
            continue;
        struct kv_pair pair = {
            str_trim(str_of(attribute.ptr, equals)),
            str_trim(str_of(attribute.ptr + equals + 1, attribute.len - equals - 1))};

        if (pair.key.len > 0)
            pair_add(out, &cap, pair, a);
    }
}

bool leef_parse_by(struct str text, char wanted, struct arena *a, struct leef *out)
{
    struct str mark = STR("LEEF:");
    size_t start = str_find(str_of(text.ptr, MIN(text.len, (size_t)EVENT_MAX_LEAD)), mark);
    struct str rest, version, delimiter = STR_NONE;
    char between = '\0';

    memset(out, 0, sizeof(*out));
    if (start == SIZE_MAX)
        return false;
    rest = str_of(text.ptr + start + mark.len, text.len - start - mark.len);
    if (!take_field(&rest, &version) || version.len == 0 || !ascii_is_digit(version.ptr[0]))
        return false;
    out->format = version;
    if (!take_field(&rest, &out->vendor) || !take_field(&rest, &out->product) ||
        !take_field(&rest, &out->version))
        return false;
    if (!take_field(&rest, &out->event_id)) {
        out->event_id = str_trim(rest); /* an event without attributes */
        return true;
    }
    if (version.ptr[0] != '1') {
        struct str behind = rest;

        /* The field may be left out: then it would be an attribute. */
        if (take_field(&behind, &delimiter) && str_find_char(delimiter, '=') == SIZE_MAX) {
            between = leef_delimiter(delimiter);
            rest = behind;
        }
    }
    if (wanted != '\0')
        between = wanted;
    if (between == '\0')
        between = guess_delimiter(rest);
    read_attributes(rest, between, a, out);
    return true;
}

bool leef_parse(struct str text, struct arena *a, struct leef *out)
{
    return leef_parse_by(text, '\0', a, out);
}
