/* lower_value.c - constants: texts, numbers, spans and lists as arguments write them, and
 * parameters. */
#include <stdlib.h>

#include "lang/cql/lower.h"
#include "util/num.h"

/* ---- Parameters (cql.md 5.3) ---- */

/* Defaults that any ?{name=...} of the query gives; the first one counts. Depth is the parser's. */
void cql_collect_defaults(struct cql_lower *l, const struct cql_node *n)
{
    if (n->kind == CQL_PARAM && n->kids != NULL &&
        strmap_get(&l->default_index, n->text) == SIZE_MAX) {
        strmap_put(&l->default_index, n->text, l->defaults.n);
        VEC_PUSH(&l->defaults, n->kids);
    }
    for (const struct cql_node *k = n->kids; k != NULL; k = k->next)
        cql_collect_defaults(l, k);
}

enum lanner_rc cql_param_value(struct cql_lower *l, const struct cql_node *param, struct str *out,
                               struct lanner_err *err)
{
    const struct cql_node *value = param->kids;
    size_t at;

    (void)err;
    *out = STR_NONE;
    for (size_t i = 0; i < l->options->n_params && !param->truth; i++) {
        if (str_eq(l->options->params[i].name, param->text)) {
            *out = l->options->params[i].value;
            if (out->ptr == NULL)
                *out = STR("");
            return LANNER_OK;
        }
    }
    at = strmap_get(&l->default_index, param->text);
    if (value == NULL && at != SIZE_MAX)
        value = l->defaults.items[at];
    if (value != NULL)
        *out = value->text;
    return LANNER_OK;
}

static enum lanner_rc need_param(struct cql_lower *l, const struct cql_node *param, struct str *out,
                                 struct lanner_err *err)
{
    TRY(cql_param_value(l, param, out, err));
    if (out->ptr != NULL)
        return LANNER_OK;
    cql_wrong(param->at, err, "the parameter ?%.*s has no value", STR_ARG(param->text));
    err_hint(err, "give one with --param %.*s=VALUE", STR_ARG(param->text));
    return LANNER_ERR_QUERY;
}

/* ---- Texts ---- */

enum lanner_rc cql_text(struct cql_lower *l, const struct cql_node *v, struct str *out,
                        struct lanner_err *err)
{
    switch (v->kind) {
    case CQL_STRING:
    case CQL_PATTERN:
        *out = v->text;
        return LANNER_OK;
    case CQL_PARAM:
        return need_param(l, v, out, err);
    case CQL_ARRAY:
        if (v->n_kids == 1)
            return cql_text(l, v->kids, out, err);
        return cql_wrong(v->at, err, "expected one value, found a list");
    case CQL_REGEX:
        return cql_wrong(v->at, err, "expected a text, found a regular expression");
    case CQL_SUBQUERY:
        return cql_wrong(v->at, err, "expected a text, found a sub-query");
    default:
        if (v->raw.len != 0) {
            *out = v->raw;
            return LANNER_OK;
        }
        if (v->kind == CQL_FIELD || v->kind == CQL_NUMBER || v->kind == CQL_BOOL) {
            *out = v->text;
            return LANNER_OK;
        }
        return cql_wrong(v->at, err, "expected a text, found an expression");
    }
}

enum lanner_rc cql_field_name(struct cql_lower *l, const struct cql_node *v, struct str *out,
                              struct lanner_err *err)
{
    TRY(cql_text(l, v, out, err));
    if (out->len == 0)
        return cql_wrong(v->at, err, "expected the name of a field, found an empty text");
    if (v->kind == CQL_STRING || v->kind == CQL_PARAM || str_find_char(*out, '*') == SIZE_MAX)
        return LANNER_OK;
    cql_wrong(v->at, err, "expected the name of a field, found '%.*s'",
              (int)MIN(out->len, (size_t)60), out->ptr);
    err_hint(err, "fields are named one by one here; events are counted by count()");
    return LANNER_ERR_QUERY;
}

enum lanner_rc cql_filter_text(struct cql_lower *l, const struct cql_node *v, struct str *out,
                               struct lanner_err *err)
{
    if (v->kind == CQL_STRING) {
        *out = lex_filter_text(l->arena, v);
        return LANNER_OK;
    }
    if (v->kind != CQL_PARAM)
        return cql_text(l, v, out, err);
    TRY(cql_param_value(l, v, out, err));
    if (out->ptr == NULL) {
        *out = STR("*");
        cql_note(l, LANNER_NOTE_WARNING, v->at, "the parameter ?%.*s has no value; it is read as *",
                 STR_ARG(v->text));
    }
    return LANNER_OK;
}

enum lanner_rc cql_bool(struct cql_lower *l, const struct cql_node *v, bool *out,
                        struct lanner_err *err)
{
    struct str text;

    TRY(cql_text(l, v, &text, err));
    *out = str_eq_nocase(text, STR("true"));
    if (!*out && !str_eq_nocase(text, STR("false")))
        return cql_wrong(v->at, err, "expected true or false, found '%.*s'",
                         (int)MIN(text.len, (size_t)60), text.ptr);
    return LANNER_OK;
}

enum lanner_rc cql_count(struct cql_lower *l, const struct cql_node *v, uint64_t least,
                         uint64_t max, uint64_t *out, struct lanner_err *err)
{
    struct str text;
    int64_t n;

    TRY(cql_text(l, v, &text, err));
    if (max != 0 && str_eq_nocase(text, STR("max"))) {
        *out = max;
        return LANNER_OK;
    }
    if (!num_parse_long(text, &n) || n < 0 || (uint64_t)n < least)
        return cql_wrong(v->at, err, "expected a whole number from %llu on%s, found '%.*s'",
                         (unsigned long long)least, max != 0 ? " or max" : "",
                         (int)MIN(text.len, (size_t)60), text.ptr);
    *out = (uint64_t)n;
    if (max != 0 && *out > max) {
        if (l->options->strict)
            return cql_wrong(v->at, err, "expected at most %llu, found %lld",
                             (unsigned long long)max, (long long)n);
        cql_note(l, LANNER_NOTE_WARNING, v->at, "LogScale takes at most %llu here",
                 (unsigned long long)max);
    }
    return LANNER_OK;
}

enum lanner_rc cql_span(struct cql_lower *l, const struct cql_node *v, int64_t *ms,
                        struct lanner_err *err)
{
    struct str text;

    TRY(cql_text(l, v, &text, err));
    if (!span_parse(text, ms) || *ms <= 0) {
        cql_wrong(v->at, err, "expected a span of time, found '%.*s'",
                  (int)MIN(text.len, (size_t)60), text.ptr);
        err_hint(err, "for example 15m, 1h or \"2 days\"");
        return LANNER_ERR_QUERY;
    }
    return LANNER_OK;
}

struct val cql_number_val(struct str text)
{
    int64_t i;
    double d;

    if (num_parse_long(text, &i))
        return val_long(i);
    return num_parse_double(text, &d) ? val_double(d) : VAL_ABSENT;
}

/* ---- Lists ---- */

static void texts_add(struct cql_lower *l, struct cql_texts *t, size_t cap, struct str s,
                      struct span at)
{
    (void)l;
    assert(t->n < cap);
    t->items[t->n] = s;
    t->at[t->n++] = at;
}

enum lanner_rc cql_texts(struct cql_lower *l, const struct cql_node *v, struct cql_texts *out,
                         struct lanner_err *err)
{
    size_t cap = v->kind == CQL_ARRAY ? v->n_kids : 1;
    struct str text;

    out->n = 0;
    out->items = ARENA_ARRAY(l->arena, struct str, cap);
    out->at = ARENA_ARRAY(l->arena, struct span, cap);
    if (v->kind != CQL_ARRAY) {
        TRY(cql_text(l, v, &text, err));
        texts_add(l, out, cap, text, v->at);
        return LANNER_OK;
    }
    for (const struct cql_node *k = v->kids; k != NULL; k = k->next) {
        TRY(cql_text(l, k, &text, err));
        texts_add(l, out, cap, text, k->at);
    }
    return LANNER_OK;
}

/* The values of a parameter that stands for a list: separated by commas, quoted items keep theirs.
 */
static void split_param(struct arena *a, struct str s, struct val **items, size_t *n, size_t *cap)
{
    size_t i = 0;

    while (i <= s.len) {
        struct str item;
        size_t from;

        while (i < s.len && ascii_is_space(s.ptr[i]))
            i++;
        from = i;
        if (i < s.len && s.ptr[i] == '"') {
            from = ++i;
            while (i < s.len && s.ptr[i] != '"')
                i++;
            item = str_of(s.ptr + from, i - from);
            while (i < s.len && s.ptr[i] != ',')
                i++;
        } else {
            while (i < s.len && s.ptr[i] != ',')
                i++;
            item = str_trim(str_of(s.ptr + from, i - from));
        }
        i++;
        if (*n == *cap) {
            struct val *grown = ARENA_ARRAY(a, struct val, *cap * 2 + 4);

            if (*n != 0)
                memcpy(grown, *items, *n * sizeof(*grown));
            *items = grown;
            *cap = *cap * 2 + 4;
        }
        (*items)[(*n)++] = val_str(item);
    }
}

/* One element: nested lists stay lists ([[0, "a"], [1, "b"]]). */
enum lanner_rc cql_list_val(struct cql_lower *l, const struct cql_node *v, struct val *out,
                            struct lanner_err *err)
{
    size_t cap = v->kind == CQL_ARRAY ? v->n_kids : 1, n = 0;
    struct val *items = ARENA_ARRAY(l->arena, struct val, cap);
    const struct cql_node *first = v->kind == CQL_ARRAY ? v->kids : v;

    for (const struct cql_node *k = first; k != NULL; k = v->kind == CQL_ARRAY ? k->next : NULL) {
        struct str text;

        if (k->kind == CQL_PARAM) {
            TRY(cql_filter_text(l, k, &text, err));
            if (n == cap)
                cap = n; /* split_param grows */
            split_param(l->arena, text, &items, &n, &cap);
            continue;
        }
        if (n == cap) {
            struct val *grown = ARENA_ARRAY(l->arena, struct val, cap * 2 + 4);

            memcpy(grown, items, n * sizeof(*grown));
            items = grown;
            cap = cap * 2 + 4;
        }
        if (k->kind == CQL_ARRAY) {
            TRY(cql_list_val(l, k, &items[n], err));
        } else {
            TRY(cql_filter_text(l, k, &text, err));
            items[n] = val_str(text);
        }
        n++;
    }
    *out = (struct val){.u.items = items, .len = (uint32_t)n, .kind = KIND_ARRAY};
    return LANNER_OK;
}
