/* lexer.c - the tokens of AQL (aql.md 1): one at a time, each made once.
 *
 * What only the tolerant dialect reads (comments, exponents, letters outside ASCII) is noted here.
 * A text that is no token becomes TOKEN_BAD with the error in the parser: the grammar then fails at
 * it, and the error is what the user sees. */
#include <stdio.h>

#include "lang/aql/parse.h"
#include "util/num.h"
#include "util/utf8.h"

#define NBSP "\xC2\xA0"
#define BOM  "\xEF\xBB\xBF"

static const struct {
    const char *text;
    enum aql_word_class class;
} words[] = {
    [W_NONE] = {"", AQL_WORD_FREE},
#define WORD(id, text, class) [W_##id] = {text, AQL_WORD_##class},
#include "lang/aql/words.def"
#undef WORD
};

const char *aql_word_text(enum aql_word w)
{
    return words[w].text;
}

enum aql_word_class aql_word_class(enum aql_word w)
{
    return words[w].class;
}

static enum aql_word find_word(struct str s)
{
    size_t low = 1, high = ARRAY_LEN(words);

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int d = str_cmp_nocase(s, str_z(words[mid].text));

        if (d == 0)
            return (enum aql_word)mid;
        if (d < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return W_NONE;
}

/* Signs, longer ones before their beginnings. */
static const struct {
    const char *text;
    enum aql_sign sign;
} signs[] = {
    {"::", SIGN_COLONS}, {"||", SIGN_BARS}, {"~*", SIGN_TILDE_STAR}, {"==", SIGN_EQ},
    {"!=", SIGN_NE},     {"<>", SIGN_NE},   {"<=", SIGN_LE},         {">=", SIGN_GE},
    {"<<", SIGN_SHL},    {">>", SIGN_SHR},  {"(", SIGN_OPEN},        {")", SIGN_CLOSE},
    {",", SIGN_COMMA},   {".", SIGN_DOT},   {";", SIGN_SEMICOLON},   {"*", SIGN_STAR},
    {"+", SIGN_PLUS},    {"-", SIGN_MINUS}, {"/", SIGN_SLASH},       {"%", SIGN_PERCENT},
    {"^", SIGN_CARET},   {"&", SIGN_AMP},   {"|", SIGN_BAR},         {"~", SIGN_TILDE},
    {"!", SIGN_NOT},     {"=", SIGN_EQ},    {"<", SIGN_LT},          {">", SIGN_GT},
};

static bool is_letter(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}

/* Bytes of the character at the cursor when it may stand in an identifier, else 0. Punctuation of
 * Unicode (typographic quotes, dashes, blanks of many widths) may not: it comes from a text program
 * and means something else. */
static size_t name_char(const struct cursor *c, bool first)
{
    char b = cursor_peek(c);
    size_t n, i = c->pos;
    uint32_t cp;

    if (is_letter(b) || (!first && (ascii_is_digit(b) || b == '$')))
        return 1;
    if ((unsigned char)b < 0x80)
        return 0;
    n = utf8_valid_at(c->text, c->pos);
    if (n == 0)
        return 0;
    cp = utf8_next(c->text, &i);
    if (cp < 0xAA || (cp > 0xAA && cp < 0xB5) || (cp > 0xB5 && cp < 0xBA) ||
        (cp > 0xBA && cp < 0xC0) || cp == 0xD7 || cp == 0xF7 || (cp >= 0x2000 && cp <= 0x20CF) ||
        (cp >= 0x2190 && cp <= 0x2BFF) || (cp >= 0x3000 && cp <= 0x3004) ||
        (cp >= 0x3008 && cp <= 0x3020) || (cp >= 0xE000 && cp <= 0xF8FF) ||
        (cp >= 0xFE00 && cp <= 0xFE0F) || cp == 0xFEFF || (cp >= 0xFF00 && cp <= 0xFF0F) ||
        cp >= 0xE0000)
        return 0;
    return n;
}

/* The error of a text that is no token. The rest of the text is given up. */
static struct aql_token bad_token(struct aql_parser *r, size_t start)
{
    r->cur.pos = r->cur.text.len;
    return (struct aql_token){.kind = TOKEN_BAD, .at = span_at(start, 1)};
}

/* White space and comments; false after the error of a comment without end. */
static bool skip_blanks(struct aql_parser *r)
{
    struct cursor *c = &r->cur;

    for (;;) {
        size_t start = c->pos;

        if (cursor_end(c))
            return true;
        if (ascii_is_space(cursor_peek(c))) {
            c->pos++;
        } else if (cursor_take(c, NBSP) || cursor_take(c, BOM)) {
            continue;
        } else if (cursor_at(c, "--")) {
            while (!cursor_end(c) && cursor_peek(c) != '\n')
                c->pos++;
            aql_repair(r->p, span_at(start, 2), "a comment is skipped; AQL has none");
        } else if (cursor_at(c, "/*")) {
            struct str rest = str_of(c->text.ptr + start + 2, c->text.len - start - 2);
            size_t end = str_find(rest, STR("*/"));

            if (end == SIZE_MAX) {
                err_set_at(&r->bad, LANNER_ERR_QUERY, span_at(start, 2),
                           "expected '*/' at the end of the comment, found the end of the query");
                return false;
            }
            c->pos = start + end + 4;
            aql_repair(r->p, span_at(start, 2), "a comment is skipped; AQL has none");
        } else {
            return true;
        }
    }
}

/* Text between two marks, each mark inside written twice. */
static bool lex_marked(struct aql_parser *r, char mark, struct str *out)
{
    struct cursor *c = &r->cur;
    size_t start = c->pos, n = 0, n_doubled = 0;
    struct str raw;
    char *text;

    for (c->pos++;; c->pos++) {
        const char *next;

        if (cursor_end(c))
            break;
        next = memchr(c->text.ptr + c->pos, mark, c->text.len - c->pos);
        c->pos = next != NULL ? (size_t)(next - c->text.ptr) : c->text.len;
        if (cursor_look(c, 1) != mark || c->text.len - c->pos < 2)
            break;
        c->pos++;
        n_doubled++;
    }
    if (cursor_end(c)) {
        err_set_at(&r->bad, LANNER_ERR_QUERY, span_at(start, MIN(c->text.len - start, (size_t)24)),
                   mark == '\'' ? "expected ' at the end of the text, found the end of the query"
                                : "expected \" at the end of the name, found the end of the query");
        err_hint(&r->bad, "a %c inside is written twice: %c%c", mark, mark, mark);
        return false;
    }
    raw = cursor_text(c, start + 1);
    c->pos++;
    if (n_doubled != 0) {
        text = arena_alloc(r->arena, raw.len);
        for (size_t i = 0; i < raw.len; i++) {
            text[n++] = raw.ptr[i];
            if (raw.ptr[i] == mark)
                i++;
        }
        raw = str_of(text, n);
    }
    *out = raw;
    return true;
}

static bool lex_hex(struct aql_parser *r, size_t start, struct val *out)
{
    struct cursor *c = &r->cur;
    uint64_t v = 0;
    bool fits = true;

    c->pos += 2;
    for (;; c->pos++) {
        char b = cursor_peek(c), low = (char)(b | 0x20);
        unsigned digit;

        if (ascii_is_digit(b))
            digit = (unsigned)(b - '0');
        else if (low >= 'a' && low <= 'f')
            digit = (unsigned)(low - 'a') + 10;
        else
            break;
        fits = fits && v <= (uint64_t)INT64_MAX >> 4;
        v = v << 4 | digit;
    }
    if (!fits)
        err_set_at(&r->bad, LANNER_ERR_QUERY, cursor_span(c, start),
                   "the number does not fit 64 bits");
    *out = val_long((int64_t)v);
    return fits;
}

static bool lex_number(struct aql_parser *r, struct val *out)
{
    struct cursor *c = &r->cur;
    size_t start = c->pos, e;
    bool real = false;
    struct str text;
    int64_t i;
    double d;
    char x;

    x = cursor_look(c, 2);
    if (cursor_peek(c) == '0' && (cursor_look(c, 1) | 0x20) == 'x' &&
        (ascii_is_digit(x) || ((x | 0x20) >= 'a' && (x | 0x20) <= 'f')))
        return lex_hex(r, start, out);
    while (ascii_is_digit(cursor_peek(c)))
        c->pos++;
    if (cursor_peek(c) == '.' && ascii_is_digit(cursor_look(c, 1))) {
        real = true;
        for (c->pos++; ascii_is_digit(cursor_peek(c));)
            c->pos++;
    }
    if ((cursor_peek(c) | 0x20) == 'e') {
        e = cursor_look(c, 1) == '+' || cursor_look(c, 1) == '-' ? 2 : 1;
        if (ascii_is_digit(cursor_look(c, e))) {
            real = true;
            for (c->pos += e; ascii_is_digit(cursor_peek(c));)
                c->pos++;
            aql_repair(r->p, cursor_span(c, start), "a number with an exponent; AQL has none");
        }
    }
    text = cursor_text(c, start);
    if (!real && num_parse_long(text, &i)) {
        *out = val_long(i);
        return true;
    }
    if (!num_parse_double(text, &d)) {
        err_set_at(&r->bad, LANNER_ERR_QUERY, cursor_span(c, start),
                   "the number is past the largest one there is");
        return false;
    }
    *out = val_double(d);
    return true;
}

/* A word, unless the cursor is at no letter. */
static bool lex_word(struct aql_parser *r, struct aql_token *t)
{
    struct cursor *c = &r->cur;
    size_t start = c->pos, n;
    bool ascii = true;

    for (n = name_char(c, true); n != 0; n = name_char(c, false)) {
        ascii = ascii && n == 1;
        c->pos += n;
    }
    if (c->pos == start)
        return false;
    t->kind = TOKEN_WORD;
    t->text = cursor_text(c, start);
    t->word = find_word(t->text);
    if (!ascii)
        aql_repair(r->p, cursor_span(c, start),
                   "the name '%.*s' has letters outside ASCII; write it as \"%.*s\"",
                   (int)MIN(t->text.len, (size_t)64), t->text.ptr,
                   (int)MIN(t->text.len, (size_t)64), t->text.ptr);
    return true;
}

/* {name}, ${name} and :name: what a dashboard fills in before QRadar sees the query. */
static bool at_placeholder(const struct cursor *c)
{
    return cursor_peek(c) == '{' || cursor_at(c, "${") ||
           (cursor_peek(c) == ':' && is_letter(cursor_look(c, 1)));
}

/* The literal that a value given from outside stands for: never query text. */
static void set_literal(struct aql_token *t, struct str value)
{
    int64_t whole;
    double d;

    t->text = value;
    t->kind = TOKEN_NUMBER;
    if (num_parse_long(value, &whole))
        t->number = val_long(whole);
    else if (num_parse_double(value, &d))
        t->number = val_double(d);
    else
        t->kind = TOKEN_STRING;
    t->list = t->kind == TOKEN_STRING && str_find_char(value, ',') != SIZE_MAX;
}

static bool given_value(const struct aql_parser *r, struct str name, struct str *value)
{
    for (size_t i = 0; name.len != 0 && i < r->p->options->n_params; i++) {
        if (!str_eq(r->p->options->params[i].name, name))
            continue;
        *value = r->p->options->params[i].value;
        return true;
    }
    return false;
}

/* What a dashboard fills in. */
static bool lex_placeholder(struct aql_parser *r, struct aql_token *t)
{
    struct cursor *c = &r->cur;
    size_t start = c->pos, close;
    struct str name, value;

    if (cursor_take(c, ":")) {
        size_t body = c->pos;

        while (is_letter(cursor_peek(c)) || ascii_is_digit(cursor_peek(c)))
            c->pos++;
        name = cursor_text(c, body);
    } else {
        cursor_take(c, "$");
        c->pos++;
        close = str_find_char(str_of(c->text.ptr + c->pos, MIN(c->text.len - c->pos, (size_t)200)),
                              '}');
        name = str_trim(str_of(c->text.ptr + c->pos, close != SIZE_MAX ? close : 0));
        c->pos += close != SIZE_MAX ? close + 1 : 0;
    }
    if (given_value(r, name, &value)) {
        set_literal(t, value);
        return true;
    }
    err_set_at(&r->bad, LANNER_ERR_QUERY, cursor_span(c, start),
               "'%.*s' is a placeholder that a dashboard fills in; it has no value here",
               (int)MIN(c->pos - start, (size_t)64), c->text.ptr + start);
    if (name.len != 0)
        err_hint(&r->bad, "put the value in its place, or give it with --param %.*s=VALUE",
                 (int)MIN(name.len, (size_t)64), name.ptr);
    return false;
}

/* ---- Parameters, as CQL writes them: ?name, ?{name=default} ---- */

static bool at_param(const struct cursor *c)
{
    char next = cursor_look(c, 1);

    return cursor_peek(c) == '?' && (is_letter(next) || next == '{');
}

static void skip_spaces(struct cursor *c)
{
    while (ascii_is_space(cursor_peek(c)))
        c->pos++;
}

static struct str param_name(struct cursor *c)
{
    size_t start = c->pos;

    while (is_letter(cursor_peek(c)) || ascii_is_digit(cursor_peek(c)))
        c->pos++;
    return cursor_text(c, start);
}

/* The cursor is behind `?{`. A default in quotes is text, whatever it looks like. False when it is
 * not written so. */
static bool lex_param_body(struct aql_parser *r, struct aql_param_default *out)
{
    struct cursor *c = &r->cur;
    size_t start;

    *out = (struct aql_param_default){0};
    skip_spaces(c);
    out->name = param_name(c);
    skip_spaces(c);
    if (out->name.len == 0)
        return false;
    if (cursor_take(c, "}"))
        return true;
    if (!cursor_take(c, "="))
        return false;
    skip_spaces(c);
    start = c->pos;
    out->quoted = cursor_peek(c) == '\'';
    out->given = true;
    if (out->quoted) {
        if (!lex_marked(r, '\'', &out->value))
            return false;
        skip_spaces(c);
    } else {
        while (!cursor_end(c) && cursor_peek(c) != '}' && cursor_peek(c) != '\n')
            c->pos++;
        out->value = str_trim(cursor_text(c, start));
    }
    return cursor_take(c, "}");
}

/* A default counts wherever the parameter stands: those of the text are collected once. */
static void collect_defaults(struct aql_parser *r)
{
    struct cursor keep = r->cur;

    r->has_defaults = true;
    r->defaults = ARENA_ARRAY(r->arena, struct aql_param_default, AQL_MAX_DEFAULTS);
    for (size_t at = 0; at < keep.text.len && r->n_defaults < AQL_MAX_DEFAULTS;) {
        struct aql_param_default d;
        size_t mark = str_find(str_of(keep.text.ptr + at, keep.text.len - at), STR("?{"));

        if (mark == SIZE_MAX)
            break;
        r->cur.pos = at + mark + 2;
        if (lex_param_body(r, &d) && d.given)
            r->defaults[r->n_defaults++] = d;
        at = MAX(r->cur.pos, at + mark + 2);
    }
    r->cur = keep;
}

static bool lex_param(struct aql_parser *r, struct aql_token *t)
{
    struct cursor *c = &r->cur;
    size_t start = c->pos;
    struct aql_param_default d = {0};
    struct str value;

    if (!r->has_defaults)
        collect_defaults(r);
    c->pos++;
    if (!cursor_take(c, "{")) {
        d.name = param_name(c);
    } else if (!lex_param_body(r, &d)) {
        err_set_at(&r->bad, LANNER_ERR_QUERY, cursor_span(c, start),
                   "expected a parameter such as ?{name=default}, found '%.*s'",
                   (int)MIN(c->pos - start, (size_t)64), c->text.ptr + start);
        return false;
    }
    aql_repair(r->p, cursor_span(c, start), "?%.*s is read as a parameter; AQL has none",
               (int)MIN(d.name.len, (size_t)64), d.name.ptr);
    if (given_value(r, d.name, &value)) {
        set_literal(t, value);
        return true;
    }
    for (size_t i = 0; !d.given && i < r->n_defaults; i++) {
        if (str_eq(r->defaults[i].name, d.name))
            d = r->defaults[i];
    }
    if (d.given) {
        set_literal(t, d.value);
        if (d.quoted) {
            t->kind = TOKEN_STRING;
            t->list = false;
        }
        return true;
    }
    err_set_at(&r->bad, LANNER_ERR_QUERY, cursor_span(c, start), "the parameter ?%.*s has no value",
               (int)MIN(d.name.len, (size_t)64), d.name.ptr);
    err_hint(&r->bad, "give one with --param %.*s=VALUE, or a default: ?{%.*s=VALUE}",
             (int)MIN(d.name.len, (size_t)64), d.name.ptr, (int)MIN(d.name.len, (size_t)64),
             d.name.ptr);
    return false;
}

static bool lex_sign(struct aql_parser *r, struct aql_token *t)
{
    for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
        if (cursor_take(&r->cur, signs[i].text)) {
            t->kind = TOKEN_SIGN;
            t->sign = signs[i].sign;
            return true;
        }
    }
    return false;
}

static void set_unknown(struct aql_parser *r)
{
    static const struct {
        const char *text, *hint;
    } hints[] = {
        {"\xE2\x80\x98", "typographic quotes: write 'text'"},
        {"\xE2\x80\x99", "typographic quotes: write 'text'"},
        {"\xE2\x80\x9C", "typographic quotes: write \"name\""},
        {"\xE2\x80\x9D", "typographic quotes: write \"name\""},
        {"\xE2\x80\x93", "a dash: write -"},
        {"\xE2\x80\x94", "a dash: write -"},
        {"`", "names that are no plain words are written \"name\""},
        {"[", "names that are no plain words are written \"name\""},
        {"\\", "text is written 'text', with a backslash as it is"},
        {"&&", "write AND"},
    };
    size_t pos = r->cur.pos, len = utf8_valid_at(r->cur.text, pos);
    char room[FOUND_MAX];

    if (len == 0)
        err_set_at(&r->bad, LANNER_ERR_QUERY, span_at(pos, 1),
                   "expected text in UTF-8, found the byte 0x%02X",
                   (unsigned char)r->cur.text.ptr[pos]);
    else if (len > 1)
        err_set_at(&r->bad, LANNER_ERR_QUERY, span_at(pos, len),
                   "'%.*s' has no meaning in AQL outside of quotes", (int)len,
                   r->cur.text.ptr + pos);
    else
        err_set_at(&r->bad, LANNER_ERR_QUERY, span_at(pos, 1),
                   "%s has no meaning in AQL outside of quotes", cursor_found(&r->cur, pos, room));
    for (size_t i = 0; i < ARRAY_LEN(hints); i++) {
        if (cursor_at(&r->cur, hints[i].text))
            err_hint(&r->bad, "%s", hints[i].hint);
    }
}

static struct aql_token lex_token(struct aql_parser *r)
{
    struct cursor *c = &r->cur;
    size_t before = c->pos, start;
    struct aql_token t = {.kind = TOKEN_END};
    bool fine;

    if (!skip_blanks(r))
        return bad_token(r, c->pos);
    start = c->pos;
    if (cursor_end(c)) {
        t.at = span_at(c->text.len, 1);
        return t;
    }
    if (cursor_peek(c) == '\'') {
        t.kind = TOKEN_STRING;
        fine = lex_marked(r, '\'', &t.text);
    } else if (cursor_peek(c) == '"') {
        t.kind = TOKEN_QUOTED;
        fine = lex_marked(r, '"', &t.text);
    } else if (ascii_is_digit(cursor_peek(c))) {
        t.kind = TOKEN_NUMBER;
        fine = lex_number(r, &t.number);
        t.text = cursor_text(c, start);
    } else if (at_placeholder(c)) {
        fine = lex_placeholder(r, &t);
    } else if (at_param(c)) {
        fine = lex_param(r, &t);
    } else {
        fine = !cursor_at(c, "&&") && (lex_word(r, &t) || lex_sign(r, &t));
        if (!fine)
            set_unknown(r);
    }
    if (!fine)
        return bad_token(r, start);
    t.at = cursor_span(c, start);
    t.glued = start == before && start != 0;
    return t;
}

const struct aql_token *aql_look(struct aql_parser *r, unsigned k)
{
    assert(k < AQL_LOOK);
    while (r->ring_n <= k) {
        r->ring[(r->ring_head + r->ring_n) % AQL_LOOK] = lex_token(r);
        r->ring_n++;
    }
    return &r->ring[(r->ring_head + k) % AQL_LOOK];
}

struct aql_token aql_take(struct aql_parser *r)
{
    struct aql_token t = *aql_look(r, 0);

    /* The end and a bad token stay where they are. */
    if (t.kind == TOKEN_END || t.kind == TOKEN_BAD)
        return t;
    r->ring_head = (r->ring_head + 1) % AQL_LOOK;
    r->ring_n--;
    r->last = t.at;
    return t;
}

bool aql_take_word(struct aql_parser *r, enum aql_word w)
{
    if (!aql_at_word(r, w))
        return false;
    aql_take(r);
    return true;
}

bool aql_take_sign(struct aql_parser *r, enum aql_sign s)
{
    if (!aql_at_sign(r, s))
        return false;
    aql_take(r);
    return true;
}
