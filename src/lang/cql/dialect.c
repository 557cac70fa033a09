/* dialect.c - calls as other dialects write them, put right in the tree before they are bound
 * (cql.md 4.1, 4.2). Every change is a repair; a call that LogScale accepts comes back as it is. */
#include "lang/cql/lower.h"

struct cql_node *cql_make(struct cql_lower *l, enum cql_kind kind, struct span at, struct str text)
{
    struct cql_node *n = ARENA_NEW(l->arena, struct cql_node);

    *n = (struct cql_node){.kind = kind, .at = at, .text = text};
    return n;
}

void cql_make_arg(struct cql_lower *l, struct cql_node *call, const char *name,
                  const struct cql_node *value)
{
    struct cql_node *arg, *copy;

    if (value == NULL)
        return;
    arg = cql_make(l, CQL_ARG, value->at, str_z(name));
    copy = cql_make(l, value->kind, value->at, value->text);
    *copy = *value;
    copy->next = NULL;
    cql_add(arg, copy);
    cql_add(call, arg);
}

/* The arguments of one call under the name of another; `drop`: a named argument that is left out.
 */
static struct cql_node *renamed(struct cql_lower *l, const struct cql_node *call, const char *name,
                                const char *drop)
{
    struct cql_node *n = cql_make(l, CQL_CALL, call->at, str_z(name));

    for (const struct cql_node *k = call->kids; k != NULL; k = k->next) {
        if (drop == NULL || !str_eq_nocase(k->text, str_z(drop)))
            cql_make_arg(l, n, arena_strz(l->arena, k->text), k->kids);
    }
    n->at = call->at;
    return n;
}

static void note_means(struct cql_lower *l, const struct cql_node *call, const char *means)
{
    cql_note(l, LANNER_NOTE_REPAIR, call->at, "%.*s() is read as %s", STR_ARG(call->text), means);
}

static bool is_span_text(const struct cql_node *v)
{
    int64_t ms;

    return v != NULL && span_parse(v->raw.len != 0 ? v->raw : v->text, &ms);
}

/* timeBucket(), bin(), floorTime(): `field` floored to `span` (cql.md 4.1 item 5). */
static enum lanner_rc fix_time_bucket(struct cql_lower *l, const struct cql_node *call,
                                      const struct cql_node **out, struct lanner_err *err)
{
    const struct cql_node *field = cql_arg(call, "field"), *span = cql_arg(call, "span");
    const struct cql_node *v, *as = cql_arg(call, "as");
    struct cql_node *n = cql_make(l, CQL_CALL, call->at, STR("time_bucket"));
    bool bin = str_eq_nocase(call->text, STR("bin"));

    cql_check_names(l, call, "field span as timezone");
    for (size_t i = 0; (v = cql_positional(call, i)) != NULL; i++) {
        if (span == NULL && is_span_text(v))
            span = v;
        else if (field == NULL)
            field = v;
        else
            return cql_wrong(v->at, err, "%.*s() takes a field and a span", STR_ARG(call->text));
    }
    if (span == NULL) {
        cql_wrong(call->at, err, "%.*s() needs the parameter span", STR_ARG(call->text));
        err_hint(err, "for example span=\"1h\"");
        return LANNER_ERR_QUERY;
    }
    if (field == NULL)
        field = cql_make(l, CQL_FIELD, call->at, STR(FIELD_TIME_MS));
    if (as == NULL)
        as = cql_make(l, CQL_STRING, call->at, bin ? STR("_bucket") : STR("_timeBucket"));
    if (field->kind == CQL_STRING) {
        struct cql_node *name = cql_make(l, CQL_FIELD, field->at, field->text);

        field = name;
    }
    cql_make_arg(l, n, "time", field);
    cql_make_arg(l, n, "span", span);
    cql_make_arg(l, n, "timezone", cql_arg(call, "timezone"));
    cql_make_arg(l, n, "as", as);
    n->at = call->at;
    cql_note(l, LANNER_NOTE_REPAIR, call->at,
             "%.*s() is an extension: the time floored to the span; LogScale has bucket() and "
             "timeChart()",
             STR_ARG(call->text));
    *out = n;
    return LANNER_OK;
}

/* count(distinct) under other names. */
static enum lanner_rc fix_distinct(struct cql_lower *l, const struct cql_node *call,
                                   const struct cql_node **out, struct lanner_err *err)
{
    struct cql_node *n = renamed(l, call, "count", "distinct");

    (void)err;
    cql_make_arg(l, n, "distinct", cql_make(l, CQL_FIELD, call->at, STR("true")));
    n->at = call->at;
    note_means(l, call, "count(..., distinct=true)");
    *out = n;
    return LANNER_OK;
}

static enum lanner_rc fix_name(struct cql_lower *l, const struct cql_node *call,
                               const struct cql_node **out, struct lanner_err *err)
{
    const struct cql_name *name = cql_name_find(call->text);

    (void)err;
    assert(name != NULL && name->means != NULL);
    *out = renamed(l, call, name->means, NULL);
    note_means(l, call, name->means);
    return LANNER_OK;
}

/* array:get(a, 1) is a[1]. */
static enum lanner_rc fix_array_get(struct cql_lower *l, const struct cql_node *call,
                                    const struct cql_node **out, struct lanner_err *err)
{
    const struct cql_node *array = cql_arg(call, "array"), *index = cql_arg(call, "index");
    struct str name, at;
    size_t i = 0;

    if (array == NULL)
        array = cql_positional(call, i++);
    if (index == NULL)
        index = cql_positional(call, i);
    if (array == NULL || index == NULL)
        return cql_wrong(call->at, err, "array:get() takes an array and an index");
    TRY(cql_text(l, array, &name, err));
    TRY(cql_text(l, index, &at, err));
    if (at.len == 0 || at.len > 9 || !lex_is_number(at) || str_find_char(at, '.') != SIZE_MAX ||
        !ascii_is_digit(at.ptr[0]))
        return cql_unsupported(index->at, err,
                               "array:get() with a computed index is not supported");
    if (str_ends(name, STR("[]")))
        name.len -= 2;
    note_means(l, call, "name[index]");
    *out = cql_make(l, CQL_FIELD, call->at,
                    arena_printf(l->arena, "%.*s[%.*s]", STR_ARG(name), STR_ARG(at)));
    return LANNER_OK;
}

/* getField("name"): the field of that name. */
static enum lanner_rc fix_get_field(struct cql_lower *l, const struct cql_node *call,
                                    const struct cql_node **out, struct lanner_err *err)
{
    const struct cql_node *v = cql_arg(call, "source");
    const char *const also[] = {FIELD_TIME_MS, FIELD_RAW, FIELD_ID};
    struct cql_node *field, *n;

    if (v == NULL)
        v = cql_positional(call, 0);
    if (v == NULL)
        return cql_wrong(call->at, err, "getField() needs the parameter source");
    if (v->kind != CQL_STRING) {
        /* Fields that the engine makes are there only when somebody asks for them. */
        n = cql_make(l, CQL_CALL, call->at, STR("get_field"));
        cql_make_arg(l, n, "source", v);
        for (size_t i = 0; i < ARRAY_LEN(also); i++)
            cql_make_arg(l, n, "@also", cql_make(l, CQL_FIELD, call->at, str_z(also[i])));
        cql_make_arg(l, n, "as", cql_arg(call, "as"));
        n->at = call->at;
        *out = n;
        return LANNER_OK;
    }
    field = cql_make(l, CQL_FIELD, call->at, v->text);
    field->quoted = true;
    *out = field;
    return LANNER_OK;
}

/* round(expr, digits), precision=, digits= (cql.md 4.1 item 12); a text as second argument is
 * `how`. */
static enum lanner_rc fix_round(struct cql_lower *l, const struct cql_node *call,
                                const struct cql_node **out, struct lanner_err *err)
{
    const struct cql_node *x = cql_arg(call, "field"), *digits = cql_arg(call, "precision");
    const struct cql_node *second, *as = cql_arg(call, "as");
    struct cql_node *n;
    size_t i = 0;

    (void)err;
    if (x == NULL)
        x = cql_positional(call, i++);
    second = cql_positional(call, i);
    if (digits == NULL)
        digits = cql_arg(call, "digits");
    if (digits == NULL && second != NULL && second->kind != CQL_STRING && second->kind != CQL_FIELD)
        digits = second;
    if (x == NULL || digits == NULL)
        return LANNER_OK;
    n = cql_make(l, CQL_CALL, call->at, STR("round_digits"));
    if (x->kind == CQL_STRING)
        x = cql_make(l, CQL_FIELD, x->at, x->text);
    if (as == NULL && x->kind == CQL_FIELD)
        as = cql_make(l, CQL_STRING, x->at, x->text);
    cql_make_arg(l, n, "value", x);
    cql_make_arg(l, n, "digits", digits);
    cql_make_arg(l, n, "as", as);
    n->at = call->at;
    cql_note(l, LANNER_NOTE_REPAIR, call->at,
             "round() to a number of decimals; LogScale rounds to an integer");
    *out = n;
    return LANNER_OK;
}

/* replace(field, /re/, "x"): told by what the first two arguments are. */
static enum lanner_rc fix_replace(struct cql_lower *l, const struct cql_node *call,
                                  const struct cql_node **out, struct lanner_err *err)
{
    const struct cql_node *a = cql_positional(call, 0), *b = cql_positional(call, 1);
    struct cql_node *n;

    (void)err;
    if (a == NULL || b == NULL || a->kind != CQL_FIELD || cql_arg(call, "field") != NULL ||
        (b->kind != CQL_REGEX && b->kind != CQL_STRING))
        return LANNER_OK;
    n = cql_make(l, CQL_CALL, call->at, call->text);
    cql_make_arg(l, n, "field", a);
    cql_make_arg(l, n, "regex", b);
    cql_make_arg(l, n, "with", cql_positional(call, 2));
    for (const struct cql_node *k = call->kids; k != NULL; k = k->next) {
        if (k->text.len != 0)
            cql_make_arg(l, n, arena_strz(l->arena, k->text), k->kids);
    }
    n->at = call->at;
    note_means(l, call, "replace(regex, with=..., field=...)");
    *out = n;
    return LANNER_OK;
}

/* split(f, ","), split(f, by=",") are splitString. */
static enum lanner_rc fix_split(struct cql_lower *l, const struct cql_node *call,
                                const struct cql_node **out, struct lanner_err *err)
{
    const struct cql_node *by = cql_arg(call, "by"), *field = cql_arg(call, "field");
    struct cql_node *n;
    size_t i = 0;

    (void)err;
    if (field == NULL)
        field = cql_positional(call, i++);
    if (by == NULL)
        by = cql_positional(call, i);
    if (by == NULL || field == NULL)
        return LANNER_OK;
    n = cql_make(l, CQL_CALL, call->at, STR("splitString"));
    cql_make_arg(l, n, "field", field);
    cql_make_arg(l, n, "by", by);
    cql_make_arg(l, n, "as", cql_arg(call, "as"));
    cql_make_arg(l, n, "index", cql_arg(call, "index"));
    n->at = call->at;
    note_means(l, call, "splitString(by=..., field=...)");
    *out = n;
    return LANNER_OK;
}

/* parseCsv("f", "a,b,c") */
static enum lanner_rc fix_parse_csv(struct cql_lower *l, const struct cql_node *call,
                                    const struct cql_node **out, struct lanner_err *err)
{
    const struct cql_node *a = cql_positional(call, 0), *b = cql_positional(call, 1);
    struct cql_node *n, *columns;
    struct str rest;

    (void)err;
    if (a == NULL || b == NULL || b->kind != CQL_STRING || cql_arg(call, "columns") != NULL)
        return LANNER_OK;
    columns = cql_make(l, CQL_ARRAY, b->at, STR_NONE);
    for (rest = b->text; rest.ptr != NULL;) {
        size_t comma = str_find_char(rest, ',');
        struct str item = comma == SIZE_MAX ? rest : str_of(rest.ptr, comma);

        cql_add(columns, cql_make(l, CQL_STRING, b->at, str_trim(item)));
        rest = comma == SIZE_MAX ? STR_NONE : str_of(rest.ptr + comma + 1, rest.len - comma - 1);
    }
    n = cql_make(l, CQL_CALL, call->at, call->text);
    cql_make_arg(l, n, "field", a);
    cql_make_arg(l, n, "columns", columns);
    for (const struct cql_node *k = call->kids; k != NULL; k = k->next) {
        if (k->text.len != 0)
            cql_make_arg(l, n, arena_strz(l->arena, k->text), k->kids);
    }
    n->at = call->at;
    note_means(l, call, "parseCsv(field, columns=[...])");
    *out = n;
    return LANNER_OK;
}

/* collect([f], as=n): LogScale's collect has no `as` (cql.md 4.1 item 8). */
static enum lanner_rc fix_collect(struct cql_lower *l, const struct cql_node *call,
                                  const struct cql_node **out, struct lanner_err *err)
{
    const struct cql_node *as = cql_arg(call, "as");

    (void)out;
    (void)err;
    if (as != NULL)
        cql_note(l, LANNER_NOTE_REPAIR, as->at,
                 "collect() has no parameter as in LogScale; rename the field afterwards");
    return LANNER_OK;
}

/* callFunction(name, field): the aggregate of that name, its output `_function`. */
static enum lanner_rc fix_call_function(struct cql_lower *l, const struct cql_node *call,
                                        const struct cql_node **out, struct lanner_err *err)
{
    static const char *const known[] = {"avg", "count", "max", "min", "range", "sum"};
    const struct cql_node *name = cql_arg(call, "function"), *as = cql_arg(call, "as");
    struct cql_node *n;
    struct str text;

    if (name == NULL)
        name = cql_positional(call, 0);
    if (name == NULL || cql_arg(call, "field") == NULL)
        return cql_wrong(call->at, err, "callFunction() needs the parameters function and field");
    TRY(cql_text(l, name, &text, err));
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (!str_eq_nocase(text, str_z(known[i])))
            continue;
        n = cql_make(l, CQL_CALL, call->at, str_z(known[i]));
        cql_make_arg(l, n, "field", cql_arg(call, "field"));
        cql_make_arg(l, n, "as",
                     as != NULL ? as : cql_make(l, CQL_STRING, call->at, STR("_function")));
        *out = n;
        return LANNER_OK;
    }
    return cql_wrong(name->at, err,
                     "parameter function of callFunction() takes avg, count, max, min, range or "
                     "sum, found '%.*s'",
                     (int)MIN(text.len, (size_t)60), text.ptr);
}

static const struct {
    const char *name;
    enum lanner_rc (*fix)(struct cql_lower *l, const struct cql_node *call,
                          const struct cql_node **out, struct lanner_err *err);
} fixes[] = {
    {"timeBucket", fix_time_bucket},
    {"bin", fix_time_bucket},
    {"floorTime", fix_time_bucket},
    {"dc", fix_distinct},
    {"distinct", fix_distinct},
    {"values", fix_name},
    {"stdev", fix_name},
    {"contains", fix_name},
    {"startsWith", fix_name},
    {"endsWith", fix_name},
    {"array:get", fix_array_get},
    {"getField", fix_get_field},
    {"round", fix_round},
    {"replace", fix_replace},
    {"collect", fix_collect},
    {"split", fix_split},
    {"parseCsv", fix_parse_csv},
    {"callFunction", fix_call_function},
};

enum lanner_rc cql_dialect(struct cql_lower *l, const struct cql_node *call,
                           const struct cql_node **out, struct lanner_err *err)
{
    *out = call;
    for (size_t i = 0; i < ARRAY_LEN(fixes); i++) {
        if (str_eq_nocase(call->text, str_z(fixes[i].name)))
            return fixes[i].fix(l, call, out, err);
    }
    return LANNER_OK;
}
