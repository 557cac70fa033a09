/* threshold.c - see threshold.h. The text is read as written: what a query computes is not known
 * here, and a threshold that is not found is not said. */
#include "detect/threshold.h"

#include <math.h>

#include "util/num.h"

static bool is_word(char c)
{
    return ascii_is_digit(c) || c == '_' || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

static struct str skip_blanks(struct str s)
{
    while (s.len > 0 && ascii_is_space(s.ptr[0]))
        s = str_of(s.ptr + 1, s.len - 1);
    return s;
}

static struct str skip(struct str s, size_t n)
{
    return str_of(s.ptr + n, s.len - n);
}

static struct str word_at(struct str s)
{
    size_t n = 0;

    while (n < s.len && is_word(s.ptr[n]))
        n++;
    return str_of(s.ptr, n);
}

static bool parameter_number(const struct detection *d, struct str name, const char *const *set,
                             size_t n_set, double *out)
{
    for (size_t i = 0; i < d->n_parameters; i++) {
        if (str_eq(d->parameters[i].name, name))
            return num_parse_double(str_trim(parameter_value(d, &d->parameters[i], set, n_set)),
                                    out);
    }
    return false;
}

/* A number, or a parameter as a query writes it. */
static bool operand(const struct detection *d, struct str text, const char *const *set,
                    size_t n_set, double *out)
{
    size_t n = 0;

    if (text.len > 1 && text.ptr[0] == '?') {
        text = skip(text, text.ptr[1] == '{' ? 2 : 1);
        return parameter_number(d, word_at(text), set, n_set, out);
    }
    while (n < text.len && (ascii_is_digit(text.ptr[n]) || text.ptr[n] == '.'))
        n++;
    return num_parse_double(str_of(text.ptr, n), out);
}

bool threshold_operand(const struct detection *d, struct str text, const char *const *set,
                       size_t n_set, double *out)
{
    if (text.len > 0 && text.ptr[0] != '?' && !ascii_is_digit(text.ptr[0]))
        return parameter_number(d, text, set, n_set, out);
    return operand(d, text, set, n_set, out);
}

/* `>= 10` or `> 9` at the beginning of s. */
static bool comparison(const struct detection *d, struct str s, const char *const *set,
                       size_t n_set, double *out)
{
    bool or_equal;

    s = skip_blanks(s);
    if (s.len < 2 || s.ptr[0] != '>')
        return false;
    or_equal = s.ptr[1] == '=';
    s = skip_blanks(skip(s, or_equal ? 2 : 1));
    if (!operand(d, s, set, n_set, out))
        return false;
    if (!or_equal)
        *out = floor(*out) + 1;
    return true;
}

static bool after_column(const struct detection *d, struct str text, struct str column,
                         const char *const *set, size_t n_set, double *out)
{
    if (column.len == 0)
        return false;
    for (size_t i = 0; i + column.len < text.len; i++) {
        if ((i > 0 && is_word(text.ptr[i - 1])) ||
            !str_eq_nocase(str_of(text.ptr + i, column.len), column))
            continue;
        if (comparison(d, skip(text, i + column.len), set, n_set, out))
            return true;
    }
    return false;
}

static bool after_having(const struct detection *d, struct str text, const char *const *set,
                         size_t n_set, double *out)
{
    static const struct str having = STR_INIT("having");
    bool seen = false;

    for (size_t i = 0; i < text.len; i++) {
        if (!seen && i + having.len < text.len &&
            str_eq_nocase(str_of(text.ptr + i, having.len), having) &&
            (i == 0 || !is_word(text.ptr[i - 1])))
            seen = true;
        if (seen && text.ptr[i] == '>' && comparison(d, skip(text, i), set, n_set, out))
            return true;
    }
    return false;
}

static bool of_verdicts(const struct detection *d, const char *const *set, size_t n_set,
                        double *out)
{
    bool any = false;

    for (size_t i = 0; i < d->n_verdicts; i++) {
        double v;

        if (d->verdicts[i].at_least.len == 0 ||
            !threshold_operand(d, d->verdicts[i].at_least, set, n_set, &v))
            continue;
        *out = any ? fmin(*out, v) : v;
        any = true;
    }
    return any;
}

bool threshold_of(const struct detection *d, enum query_language language, const char *const *set,
                  size_t n_set, double *out)
{
    struct str text = d->query[language];
    struct str column = d->value.name[language];

    if (column.len == 0)
        column = d->users.name[language];
    if (column.len == 0)
        column = d->events.name[language];
    if (after_column(d, text, column, set, n_set, out))
        return true;
    if (language == QUERY_AQL && after_having(d, text, set, n_set, out))
        return true;
    return of_verdicts(d, set, n_set, out);
}
