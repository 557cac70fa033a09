/* regex_translate.c - patterns of the query languages to PCRE2's dialect.
 *
 * Everything that PCRE2 reads otherwise than the language, or that must not come in from a query,
 * is dealt with here; the rest is passed on and judged by PCRE2. cql.md 1.7 says what CQL has. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "match/regex_impl.h"

struct tr {
    struct str in;
    size_t i;
    bool strict;
    bool java;
    struct regex_translated *out;
    struct regex_fault *fault;
    bool repeated; /* the token before was a quantifier */
    bool wants_numbers;
};

void regex_translated_done(struct regex_translated *t)
{
    buf_done(&t->text);
    VEC_DONE(&t->places);
    VEC_DONE(&t->groups);
}

size_t regex_translated_place(const struct regex_translated *t, size_t out)
{
    size_t at = 0;

    for (size_t k = 0; k < t->places.n && t->places.items[k].out <= out; k++)
        at = t->places.items[k].in;
    return at;
}

static bool PRINTF(5, 6)
    refuse(struct tr *t, enum lanner_rc rc, size_t at, size_t len, const char *fmt, ...)
{
    va_list ap;

    t->fault->rc = rc;
    t->fault->at = at;
    t->fault->len = len;
    va_start(ap, fmt);
    vsnprintf(t->fault->text, sizeof(t->fault->text), fmt, ap);
    va_end(ap);
    return false;
}

/* Something PCRE2 has and the language does not: refused in strict only. */
static bool beyond(struct tr *t, size_t len, const char *what)
{
    if (!t->strict)
        return true;
    return refuse(t, LANNER_ERR_UNSUPPORTED, t->i, len, "regular expression: %s is not supported",
                  what);
}

static bool never(struct tr *t, size_t len, const char *what)
{
    return refuse(t, LANNER_ERR_UNSUPPORTED, t->i, len, "regular expression: %s is not supported",
                  what);
}

static void mark(struct tr *t)
{
    struct place p = {(uint32_t)t->out->text.len, (uint32_t)t->i};

    VEC_PUSH(&t->out->places, p);
}

static void put(struct tr *t, const char *z)
{
    buf_puts(&t->out->text, z);
}

static void put_code(struct tr *t, unsigned code)
{
    buf_printf(&t->out->text, "\\x{%x}", code);
}

/* A byte that stands for itself. */
static void put_literal(struct tr *t, char c)
{
    if (c == '\0' || strchr("\\^$.[]|()?*+{}-#&", c) == NULL)
        buf_putc(&t->out->text, c);
    else
        buf_printf(&t->out->text, "\\%c", c);
}

static int peek(const struct tr *t, size_t ahead)
{
    return t->i + ahead < t->in.len ? (unsigned char)t->in.ptr[t->i + ahead] : -1;
}

static bool starts(const struct tr *t, const char *z)
{
    return str_starts(str_of(t->in.ptr + t->i, t->in.len - t->i), str_z(z));
}

static int hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* n hexadecimal digits `ahead` of the scanner, or -1. */
static int hex_run(const struct tr *t, size_t ahead, size_t n)
{
    int v = 0;

    for (size_t k = 0; k < n; k++) {
        int digit = peek(t, ahead + k) < 0 ? -1 : hex_digit(peek(t, ahead + k));

        if (digit < 0)
            return -1;
        v = v * 16 + digit;
    }
    return v;
}

/* \xhh, \x{h...}, \u{h...}: the scanner stands on the backslash. */
static bool escape_braced(struct tr *t)
{
    size_t k = 3;
    unsigned code = 0;

    for (; hex_digit(peek(t, k)) >= 0 && peek(t, k) >= 0 && k < 11; k++)
        code = code * 16 + (unsigned)hex_digit(peek(t, k));
    if (k == 3 || peek(t, k) != '}' || code > 0x10FFFF)
        return refuse(t, LANNER_ERR_QUERY, t->i, 3,
                      "regular expression: expected hexadecimal digits in braces");
    put_code(t, code);
    t->i += k + 1;
    return true;
}

static bool escape_hex(struct tr *t)
{
    int code = hex_run(t, 2, 2);

    if (peek(t, 2) == '{')
        return escape_braced(t);
    if (code < 0)
        return refuse(t, LANNER_ERR_QUERY, t->i, 2,
                      "regular expression: expected two hexadecimal digits after \\x");
    put_code(t, (unsigned)code);
    t->i += 4;
    return true;
}

static bool escape_unicode(struct tr *t)
{
    int code = hex_run(t, 2, 4);
    int low;

    if (code < 0 && peek(t, 2) == '{')
        return beyond(t, 2, "\\u{}") && escape_braced(t);
    if (code < 0)
        return refuse(t, LANNER_ERR_QUERY, t->i, 2,
                      "regular expression: expected four hexadecimal digits after \\u");
    t->i += 6;
    if (code >= 0xD800 && code < 0xE000) {
        low = starts(t, "\\u") ? hex_run(t, 2, 4) : -1;
        if (code >= 0xDC00 || low < 0xDC00 || low >= 0xE000)
            return refuse(t, LANNER_ERR_QUERY, t->i - 6, 6,
                          "regular expression: half of a surrogate pair");
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        t->i += 6;
    }
    put_code(t, (unsigned)code);
    return true;
}

/* \0, \0n, \0nn, \0mnn */
static void escape_octal(struct tr *t)
{
    unsigned code = 0;
    size_t k = 2;

    for (; k < 5 && peek(t, k) >= '0' && peek(t, k) <= '7' && code * 8 < 256; k++)
        code = code * 8 + (unsigned)(peek(t, k) - '0');
    put_code(t, code);
    t->i += k;
}

static bool refer(struct tr *t, uint32_t number, size_t len)
{
    if (!beyond(t, len, "a back-reference"))
        return false;
    t->wants_numbers = true;
    buf_printf(&t->out->text, "\\g{%u}", number);
    t->i += len;
    return true;
}

static bool escape_reference(struct tr *t)
{
    size_t k = 1;
    uint32_t number = 0;

    for (; peek(t, k) >= '0' && peek(t, k) <= '9' && k < 4; k++)
        number = number * 10 + (uint32_t)(peek(t, k) - '0');
    return refer(t, number, k);
}

static bool refer_by_name(struct tr *t, size_t from, char close)
{
    struct str rest = str_of(t->in.ptr + t->i + from, t->in.len - t->i - from);
    size_t n = str_find_char(rest, close);

    if (n != SIZE_MAX) {
        for (size_t k = t->out->groups.n; k-- > 0;) {
            if (str_eq(t->out->groups.items[k].name, str_of(rest.ptr, n)))
                return refer(t, t->out->groups.items[k].number, from + n + 1);
        }
    }
    return refuse(t, LANNER_ERR_QUERY, t->i, from, "regular expression: no group of that name");
}

/* \Q...\E: each byte for itself. */
static void quoted(struct tr *t)
{
    for (t->i += 2; t->i < t->in.len; t->i++) {
        if (starts(t, "\\E")) {
            t->i += 2;
            return;
        }
        mark(t);
        put_literal(t, t->in.ptr[t->i]);
    }
}

/* Java's POSIX classes hold ASCII only; PCRE2 would take \p{Lower} as Unicode's property. */
static const struct {
    const char *java, *posix;
} posix_classes[] = {{"Lower", "lower"}, {"Upper", "upper"}, {"ASCII", "ascii"},
                     {"Alpha", "alpha"}, {"Digit", "digit"}, {"Alnum", "alnum"},
                     {"Punct", "punct"}, {"Graph", "graph"}, {"Print", "print"},
                     {"Blank", "blank"}, {"Cntrl", "cntrl"}, {"XDigit", "xdigit"},
                     {"Space", "space"}};

/* What Java writes before the name of a property or script; blocks (In...) are not Unicode
 * properties of PCRE2. */
static struct str property_name(struct str name)
{
    static const char *const prefixes[] = {"script=", "sc=", "general_category=", "gc=", "Is"};

    for (size_t k = 0; k < ARRAY_LEN(prefixes); k++) {
        struct str prefix = str_z(prefixes[k]);

        if (name.len > prefix.len && str_eq_nocase(str_of(name.ptr, prefix.len), prefix))
            return str_of(name.ptr + prefix.len, name.len - prefix.len);
    }
    return name;
}

/* \p{...} and \P{...} of Java: the scanner stands on the backslash. */
static bool java_property(struct tr *t, bool in_class)
{
    struct str rest = str_of(t->in.ptr + t->i + 3, t->in.len - t->i - 3);
    size_t n = str_find_char(rest, '}');
    bool negated = peek(t, 1) == 'P';
    struct str name;

    if (n == SIZE_MAX || n == 0)
        return refuse(t, LANNER_ERR_QUERY, t->i, 3,
                      "regular expression: expected the name of a property in braces");
    name = str_of(rest.ptr, n);
    for (size_t k = 0; k < ARRAY_LEN(posix_classes); k++) {
        if (!str_eqz(name, posix_classes[k].java))
            continue;
        buf_printf(&t->out->text,
                   in_class  ? "[:%s%s:]"
                   : negated ? "[%s[:^%s:]]"
                             : "[%s[:%s:]]",
                   in_class && negated ? "^" : "", posix_classes[k].posix);
        t->i += n + 4;
        return true;
    }
    if ((name.len > 4 && str_starts(name, STR("java"))) || str_starts(name, STR("In")) ||
        str_find_char(property_name(name), '=') != SIZE_MAX)
        return refuse(t, LANNER_ERR_UNSUPPORTED, t->i, n + 4,
                      "regular expression: \\p{%.*s} is not supported", (int)MIN(name.len, 60),
                      name.ptr);
    name = property_name(name);
    buf_printf(&t->out->text, "\\%c{%.*s}", negated ? 'P' : 'p', STR_ARG(name));
    t->i += n + 4;
    return true;
}

/* Escapes that are passed on with what belongs to them. */
static bool escape_plain(struct tr *t, bool in_class)
{
    int c = peek(t, 1);

    if (t->java && (c == 'p' || c == 'P') && peek(t, 2) == '{')
        return java_property(t, in_class);
    if (c == 'c') {
        if (peek(t, 2) < ' ' || peek(t, 2) > '~')
            return refuse(t, LANNER_ERR_QUERY, t->i, 2,
                          "regular expression: expected a character after \\c");
        put_code(t, (unsigned)(peek(t, 2) ^ 64));
        t->i += 3;
        return true;
    }
    if (strchr("RXGNpP", c) != NULL && !beyond(t, 2, "this escape"))
        return false;
    if (strchr("KCgoLlUN", c) != NULL && !(c == 'N' && peek(t, 2) != '{'))
        return never(t, 2, "this escape");
    if (in_class && strchr("bBAZzGRX", c) != NULL)
        return never(t, 2, "this escape in a class");
    buf_put(&t->out->text, t->in.ptr + t->i, 2);
    t->i += 2;
    if ((c == 'p' || c == 'P') && peek(t, 0) == '{') {
        for (; t->i < t->in.len; t->i++) {
            buf_putc(&t->out->text, t->in.ptr[t->i]);
            if (t->in.ptr[t->i] == '}') {
                t->i++;
                break;
            }
        }
    }
    return true;
}

static bool escape(struct tr *t, bool in_class)
{
    int c = peek(t, 1);

    switch (c) {
    case -1:
        return refuse(t, LANNER_ERR_QUERY, t->i, 1,
                      "regular expression: nothing after the backslash");
    case 'Q':
        quoted(t);
        return true;
    case 'E':
        t->i += 2;
        return true;
    case 'u':
        return escape_unicode(t);
    case 'x':
        return escape_hex(t);
    case '0':
        escape_octal(t);
        return true;
    case 'k':
        if (!in_class && (peek(t, 2) == '<' || peek(t, 2) == '{' || peek(t, 2) == '\''))
            return refer_by_name(t, 3, peek(t, 2) == '<' ? '>' : peek(t, 2) == '{' ? '}' : '\'');
        return never(t, 2, "\\k without a name");
    default:
        if (c >= '1' && c <= '9')
            return in_class ? never(t, 2, "a number in a class") : escape_reference(t);
        if (c >= 'A' && (c <= 'Z' || (c >= 'a' && c <= 'z')))
            return escape_plain(t, in_class);
        t->i++;
        put_literal(t, (char)c);
        t->i++;
        return true;
    }
}

/* [...]: the scanner stands on the bracket. */
static bool class_body(struct tr *t)
{
    size_t start = t->i;
    bool first = true;

    buf_putc(&t->out->text, t->in.ptr[t->i++]);
    if (peek(t, 0) == '^')
        buf_putc(&t->out->text, t->in.ptr[t->i++]);
    for (; t->i < t->in.len; first = false) {
        char c = t->in.ptr[t->i];

        mark(t);
        if (c == '\\') {
            if (!escape(t, true))
                return false;
            continue;
        }
        if (c == ']' && !first) {
            buf_putc(&t->out->text, c);
            t->i++;
            return true;
        }
        if (t->java && c == '&' && peek(t, 1) == '&')
            return never(t, 2, "intersection of classes");
        if (t->java && c == '[' && peek(t, 1) != ':')
            return never(t, 1, "a class inside a class");
        if (c == ']')
            put(t, "\\]");
        else
            buf_putc(&t->out->text, c);
        t->i++;
    }
    return refuse(t, LANNER_ERR_QUERY, start, 1, "regular expression: the class does not end");
}

/* `from` bytes of introduction, a name, `close`. */
static bool named_group(struct tr *t, size_t from, char close)
{
    struct str rest = str_of(t->in.ptr + t->i + from, t->in.len - t->i - from);
    size_t n = str_find_char(rest, close);
    struct regex_group group;

    if (n == SIZE_MAX || n == 0)
        return refuse(t, LANNER_ERR_QUERY, t->i, from, "regular expression: expected a group name");
    for (size_t k = 0; k < n; k++) {
        if (ascii_is_space(rest.ptr[k]) || strchr("()\\|*+?", rest.ptr[k]) != NULL)
            return refuse(t, LANNER_ERR_QUERY, t->i + from, n,
                          "regular expression: expected a group name");
    }
    if (t->out->n_groups == REGEX_MAX_GROUPS)
        return refuse(t, LANNER_ERR_LIMIT, t->i, from,
                      "regular expression: more than %d capturing groups", REGEX_MAX_GROUPS);
    group = (struct regex_group){str_of(rest.ptr, n), ++t->out->n_groups};
    VEC_PUSH(&t->out->groups, group);
    buf_printf(&t->out->text, "(?<g%u>", group.number);
    t->i += from + n + 1;
    return true;
}

/* (?flags) and (?flags: */
static bool group_flags(struct tr *t)
{
    size_t k = 2;

    put(t, "(?");
    for (;; k++) {
        int c = peek(t, k);

        if (c == 'i' || c == 'm' || c == 's' || c == '-') {
            buf_putc(&t->out->text, (char)c);
        } else if (c == 'd' && !t->java) {
            buf_putc(&t->out->text, 's'); /* CQL's letter for "dot matches newline" */
        } else if ((c == 'F' && !t->java) || (c == 'u' && t->java)) {
            continue; /* letters outside ASCII have cases anyway */
        } else if (c == ')' || c == ':') {
            buf_putc(&t->out->text, (char)c);
            t->i += k + 1;
            return true;
        } else {
            t->i += c >= 0 ? k : k - 1;
            return never(t, 1, "this group or flag");
        }
    }
}

static bool comment(struct tr *t)
{
    struct str rest = str_of(t->in.ptr + t->i, t->in.len - t->i);
    size_t n = str_find_char(rest, ')');

    if (n == SIZE_MAX)
        return refuse(t, LANNER_ERR_QUERY, t->i, 3, "regular expression: the comment does not end");
    t->i += n + 1;
    return true;
}

static bool special_group(struct tr *t)
{
    static const char *const plain[] = {"(?:", "(?=", "(?!"};

    for (size_t k = 0; k < ARRAY_LEN(plain); k++) {
        if (starts(t, plain[k])) {
            put(t, plain[k]);
            t->i += 3;
            return true;
        }
    }
    if (starts(t, "(?<=") || starts(t, "(?<!") || starts(t, "(?>")) {
        size_t n = t->in.ptr[t->i + 2] == '>' ? 3 : 4;

        if (!beyond(t, n, n == 3 ? "an atomic group" : "look-behind"))
            return false;
        buf_put(&t->out->text, t->in.ptr + t->i, n);
        t->i += n;
        return true;
    }
    if (starts(t, "(?<"))
        return named_group(t, 3, '>');
    if (starts(t, "(?P<"))
        return named_group(t, 4, '>');
    if (starts(t, "(?'"))
        return beyond(t, 3, "a group name in quotes") && named_group(t, 3, '\'');
    if (starts(t, "(?P="))
        return refer_by_name(t, 4, ')');
    if (starts(t, "(?#"))
        return comment(t);
    return group_flags(t);
}

static bool group_open(struct tr *t)
{
    if (peek(t, 1) == '?')
        return special_group(t);
    if (peek(t, 1) == '*')
        return never(t, 2, "a verb");
    if (t->out->numbered && ++t->out->n_groups > REGEX_MAX_GROUPS)
        return refuse(t, LANNER_ERR_LIMIT, t->i, 1,
                      "regular expression: more than %d capturing groups", REGEX_MAX_GROUPS);
    buf_putc(&t->out->text, '(');
    t->i++;
    return true;
}

/* Length of {n}, {n,} or {n,m} at the scanner, or 0. */
static size_t braces(const struct tr *t)
{
    size_t k = 1;

    while (peek(t, k) >= '0' && peek(t, k) <= '9')
        k++;
    if (k == 1)
        return 0;
    if (peek(t, k) == ',') {
        k++;
        while (peek(t, k) >= '0' && peek(t, k) <= '9')
            k++;
    }
    return peek(t, k) == '}' ? k + 1 : 0;
}

static bool quantifier(struct tr *t, size_t len)
{
    char c = t->in.ptr[t->i];

    if (t->repeated && c == '+' && !beyond(t, 1, "a possessive quantifier"))
        return false;
    buf_put(&t->out->text, t->in.ptr + t->i, len);
    t->i += len;
    /* A ? or + behind a quantifier ends it. */
    t->repeated = !(t->repeated && (c == '?' || c == '+'));
    return true;
}

static bool token(struct tr *t)
{
    char c = t->in.ptr[t->i];
    size_t n = c == '{' ? braces(t) : 1;

    if (c == '*' || c == '+' || c == '?' || (c == '{' && n != 0))
        return quantifier(t, n);
    t->repeated = false;
    if (c == '\\')
        return escape(t, false);
    if (c == '[')
        return class_body(t);
    if (c == '(')
        return group_open(t);
    if (c == '{' || c == '}' || c == ']')
        put_literal(t, c);
    else
        buf_putc(&t->out->text, c);
    t->i++;
    return true;
}

bool regex_translate(struct str pattern, enum regex_profile profile, bool numbered,
                     struct regex_translated *out, struct regex_fault *fault)
{
    struct tr t = {.in = pattern,
                   .strict = profile == REGEX_CQL_STRICT,
                   .java = profile == REGEX_JAVA,
                   .out = out,
                   .fault = fault};

    memset(out, 0, sizeof(*out));
    out->numbered = numbered;
    if (pattern.len > REGEX_MAX_PATTERN)
        return refuse(&t, LANNER_ERR_LIMIT, 0, 1, "regular expression: longer than %zu bytes",
                      REGEX_MAX_PATTERN);
    while (t.i < pattern.len) {
        mark(&t);
        if (!token(&t))
            return false;
    }
    if (t.wants_numbers && !numbered) {
        /* \1 counts unnamed groups too, so they have to capture after all. */
        regex_translated_done(out);
        return regex_translate(pattern, profile, true, out, fault);
    }
    return true;
}
