/* parameter.c - what ?name means in a detection: its default, or what the user set. */
#include "detect/detect.h"

#include "util/buf.h"
#include "util/num.h"

/* Does "name=value" or "detection.name=value" set this parameter? Then its value. */
static bool fits(struct str set, const struct detection *d, struct str name, struct str *value)
{
    size_t equals = str_find_char(set, '=');
    struct str left;

    if (equals == SIZE_MAX)
        return false;
    left = str_of(set.ptr, equals);
    if (!str_eq(left, name)) {
        size_t lead = d->id.len + 1;

        if (left.len != lead + name.len || !str_starts(left, d->id) || left.ptr[d->id.len] != '.' ||
            !str_eq(str_of(left.ptr + lead, left.len - lead), name))
            return false;
    }
    *value = str_of(set.ptr + equals + 1, set.len - equals - 1);
    return true;
}

struct str parameter_value(const struct detection *d, const struct parameter *p,
                           const char *const *set, size_t n_set)
{
    struct str value = p->value;

    for (size_t i = 0; i < n_set; i++)
        (void)fits(str_z(set[i]), d, p->name, &value);
    return value;
}

enum lanner_rc detection_prepare(const struct detection *d, enum query_language language,
                                 struct lanner_session *session, const char *const *set,
                                 size_t n_set, struct lanner_query **out, struct lanner_err *err)
{
    struct buf text = {0};
    struct str query = d->query[language];
    enum lanner_rc rc = LANNER_OK;

    if (query.ptr == NULL)
        return err_set(err, LANNER_ERR_USAGE, "%.*s has no query in %s", STR_ARG(d->id),
                       query_language_name(language));
    for (size_t i = 0; i < d->n_parameters && rc == LANNER_OK; i++) {
        struct str value = parameter_value(d, &d->parameters[i], set, n_set);

        buf_clear(&text);
        buf_printf(&text, "%.*s=%.*s%c", STR_ARG(d->parameters[i].name), STR_ARG(value), 0);
        rc = lanner_session_set(session, "param", text.ptr, err);
    }
    buf_done(&text);
    if (rc != LANNER_OK)
        return rc;
    return lanner_query_prepare(session, query.ptr, query.len, query_language_name(language), out,
                                err);
}

/* ---- A query with its values ----------------------------------------------------------------- */

/* Where in the query's text we are: what is quoted or commented holds no parameters. */
struct filling {
    const struct detection *detection;
    const char *const *set;
    size_t n_set;
    enum query_language language;
    struct str text;
    size_t at;
    char last; /* byte before `at` that is no blank; 0: none */
    struct buf *out;
};

static bool is_word(char c)
{
    return c == '_' || ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

static void copy_until(struct filling *f, size_t end)
{
    end = MIN(end, f->text.len);
    buf_put(f->out, f->text.ptr + f->at, end - f->at);
    f->last = end > f->at ? f->text.ptr[end - 1] : f->last;
    f->at = end;
}

/* One past the closing quote; a backslash escapes in CQL, a doubled quote in AQL. */
static size_t end_of_quoted(const struct filling *f, char quote)
{
    bool escapes = f->language == QUERY_CQL;
    size_t i = f->at + 1;

    while (i < f->text.len && f->text.ptr[i] != quote)
        i += escapes && f->text.ptr[i] == '\\' ? 2 : 1;
    return i + 1;
}

static size_t end_of_comment(const struct filling *f)
{
    struct str rest = str_of(f->text.ptr + f->at, f->text.len - f->at);
    bool block = str_starts(rest, STR("/*"));
    size_t end = str_find(rest, block ? STR("*/") : STR("\n"));

    return end == SIZE_MAX ? f->text.len : f->at + end + (block ? 2 : 1);
}

static bool at_comment(const struct filling *f)
{
    struct str rest = str_of(f->text.ptr + f->at, f->text.len - f->at);

    return str_starts(rest, STR("/*")) ||
           str_starts(rest, f->language == QUERY_CQL ? STR("//") : STR("--"));
}

/* A slash begins a regex where a value may stand. */
static bool at_regex(const struct filling *f)
{
    return f->language == QUERY_CQL && f->text.ptr[f->at] == '/' &&
           (f->last == 0 || strchr("=|(,!~[{;:<>", f->last) != NULL);
}

static void put_value(struct filling *f, struct str value)
{
    char quote = f->language == QUERY_CQL ? '"' : '\'';
    double number;

    if (num_parse_double(value, &number)) {
        buf_put_str(f->out, value);
        return;
    }
    buf_putc(f->out, quote);
    for (size_t i = 0; i < value.len; i++) {
        if (f->language == QUERY_CQL && (value.ptr[i] == '"' || value.ptr[i] == '\\'))
            buf_putc(f->out, '\\');
        else if (value.ptr[i] == quote)
            buf_putc(f->out, quote);
        buf_putc(f->out, value.ptr[i]);
    }
    buf_putc(f->out, quote);
}

/* A value with commas is several where it is an element of a list; `end`: of the parameter, behind
 * its question mark. */
static bool in_list(const struct filling *f, size_t end)
{
    size_t i = f->at + end + 1;

    while (i < f->text.len && ascii_is_space(f->text.ptr[i]))
        i++;
    return (f->last == '[' || f->last == '(' || f->last == ',') && i < f->text.len &&
           (f->text.ptr[i] == ']' || f->text.ptr[i] == ')' || f->text.ptr[i] == ',');
}

static void put_values(struct filling *f, struct str rest)
{
    for (;;) {
        size_t comma = MIN(str_find_char(rest, ','), rest.len);

        put_value(f, str_trim(str_of(rest.ptr, comma)));
        if (comma == rest.len)
            return;
        buf_puts(f->out, ", ");
        rest = str_of(rest.ptr + comma + 1, rest.len - comma - 1);
    }
}

/* At a question mark: ?name or ?{name=default}. False when that is none of the detection's. */
static bool put_parameter(struct filling *f)
{
    struct str rest = str_of(f->text.ptr + f->at + 1, f->text.len - f->at - 1);
    bool braced = rest.len > 0 && rest.ptr[0] == '{';
    size_t from = braced ? 1 : 0;
    size_t end = from;
    struct str name;

    while (end < rest.len && is_word(rest.ptr[end]))
        end++;
    name = str_of(rest.ptr + from, end - from);
    if (braced) {
        end = str_find_char(rest, '}');
        if (end == SIZE_MAX)
            return false;
        end++;
    }
    for (size_t i = 0; i < f->detection->n_parameters; i++) {
        const struct parameter *p = &f->detection->parameters[i];

        if (!str_eq(p->name, name))
            continue;
        if (in_list(f, end))
            put_values(f, parameter_value(f->detection, p, f->set, f->n_set));
        else
            put_value(f, parameter_value(f->detection, p, f->set, f->n_set));
        f->at += 1 + end;
        f->last = '"';
        return true;
    }
    return false;
}

void detection_query_text(const struct detection *d, enum query_language language,
                          const char *const *set, size_t n_set, struct buf *out)
{
    struct filling f = {.detection = d,
                        .set = set,
                        .n_set = n_set,
                        .language = language,
                        .text = d->query[language],
                        .out = out};

    while (f.at < f.text.len) {
        char c = f.text.ptr[f.at];
        char before = f.last;

        if (at_comment(&f)) {
            copy_until(&f, end_of_comment(&f));
            f.last = before;
        } else if (c == '"' || (c == '\'' && language == QUERY_AQL)) {
            copy_until(&f, end_of_quoted(&f, c));
        } else if (at_regex(&f)) {
            copy_until(&f, end_of_quoted(&f, '/'));
        } else if (c != '?' || !put_parameter(&f)) {
            copy_until(&f, f.at + 1);
            if (ascii_is_space(c))
                f.last = before;
        }
    }
}
