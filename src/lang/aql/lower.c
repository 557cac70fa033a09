/* lower.c - from a query's tree to a plan: what all lower_*.c files use, and whole texts.
 *
 * Every name in the plan is given once: result columns have names no field of the rows below has,
 * so an item never overwrites what a later one reads. */
#include "lang/aql/lower.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/num.h"

/* The default window of the product (aql.md 3.2). */
#define DEFAULT_SPAN_MS (INT64_C(5) * 60 * MS_PER_S)

/* ---- Notes and errors ---- */

void aql_note_once(struct aql_lower *l, enum lanner_note_kind kind, struct span at, const char *fmt,
                   ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    for (size_t i = 0; i < l->said.n; i++) {
        if (str_eqz(l->said.items[i], text))
            return;
    }
    VEC_PUSH(&l->said, arena_str(l->arena, str_z(text)));
    plan_note(l->plan, kind, at, "%s", text);
}

enum lanner_rc aql_wrong(struct span at, struct lanner_err *err, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return err_set_at(err, LANNER_ERR_QUERY, at, "%s", text);
}

enum lanner_rc aql_unsupported(struct span at, struct lanner_err *err, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return err_set_at(err, LANNER_ERR_UNSUPPORTED, at, "%s", text);
}

/* ---- Names and nodes ---- */

struct str aql_hidden(struct aql_lower *l, char letter)
{
    return arena_printf(l->arena, "\x01%c%u", letter, l->n_hidden++);
}

struct str aql_fresh(struct aql_lower *l, struct str label)
{
    struct str name = label;

    if (label.len == 0 || label.ptr[0] == '\x01' || label.ptr[0] == '@' || label.ptr[0] == '#')
        name = arena_printf(l->arena, "column %.*s", STR_ARG(label));
    label = name;
    while (strmap_get(&l->names, name) != SIZE_MAX) {
        size_t next = strmap_get(&l->names, label);

        strmap_put(&l->names, label, next + 1);
        name = arena_printf(l->arena, "%.*s#%zu", STR_ARG(label), next);
    }
    strmap_put(&l->names, name, 2);
    return name;
}

struct plan_node *aql_push(struct aql_lower *l, struct plan_node **top, enum node_kind kind,
                           struct span at)
{
    *top = node_new(l->plan, kind, at, *top);
    return *top;
}

/* Items grow in steps of powers of two: a long run of them stays linear. */
static void append_item(struct aql_lower *l, struct plan_item **items, size_t *n,
                        struct plan_item item)
{
    struct plan_item *grown;

    if ((*n & (*n - 1)) == 0) {
        grown = ARENA_ARRAY(l->arena, struct plan_item, *n != 0 ? *n * 2 : 1);
        if (*n != 0)
            memcpy(grown, *items, *n * sizeof(*grown));
        *items = grown;
    }
    (*items)[(*n)++] = item;
}

void aql_extend(struct aql_lower *l, struct plan_node **top, struct span at, struct expr *e,
                struct str name)
{
    struct plan_item item = {.at = at, .expr = e, .n_names = 1};

    if ((*top)->kind != NODE_EXTEND)
        aql_push(l, top, NODE_EXTEND, at);
    item.names = ARENA_NEW(l->arena, struct str);
    item.names[0] = name;
    append_item(l, &(*top)->u.extend.items, &(*top)->u.extend.n_items, item);
    aql_set_type(l, name, aql_type_of(l, e));
}

void aql_filter(struct aql_lower *l, struct plan_node **top, struct expr *predicate)
{
    aql_push(l, top, NODE_FILTER, predicate->at)->u.filter.predicate = predicate;
}

/* ---- Expressions ---- */

struct expr *aql_copy(struct aql_lower *l, const struct expr *e)
{
    struct expr *copy = ARENA_NEW(l->arena, struct expr);

    *copy = *e;
    if (e->n_args > 0)
        copy->args = ARENA_ARRAY(l->arena, struct expr *, e->n_args);
    for (size_t i = 0; i < e->n_args; i++)
        copy->args[i] = aql_copy(l, e->args[i]);
    return copy;
}

static size_t count_params(const struct fn_def *fn, bool *many)
{
    size_t n = 0;

    *many = false;
    for (const struct fn_param *p = fn->params; p != NULL && p->name != NULL; p++) {
        if (p->kind == P_AS || (p->flags & PARAM_NO_PASS) != 0)
            continue;
        *many = (p->flags & PARAM_MANY) != 0;
        n++;
    }
    return n;
}

/* What a parameter that is not given holds. */
static struct expr *fallback_of(struct aql_lower *l, struct span at, const struct fn_def *fn,
                                size_t nth)
{
    for (const struct fn_param *p = fn->params; p->name != NULL; p++) {
        int64_t i;
        double d;

        if (p->kind == P_AS || (p->flags & PARAM_NO_PASS) != 0)
            continue;
        if (nth-- > 0)
            continue;
        if (p->fallback == NULL)
            return aql_absent(l, at);
        if (p->kind == P_BOOL)
            return expr_const(l->arena, at, val_bool(strcmp(p->fallback, "true") == 0));
        if (p->kind == P_NUMBER && num_parse_long(str_z(p->fallback), &i))
            return expr_const(l->arena, at, val_long(i));
        if (p->kind == P_NUMBER && num_parse_double(str_z(p->fallback), &d))
            return expr_const(l->arena, at, val_double(d));
        return aql_text_const(l, at, str_z(p->fallback));
    }
    return aql_absent(l, at);
}

enum lanner_rc aql_count_expr(struct aql_lower *l, struct span at, struct lanner_err *err)
{
    if (++l->n_exprs > l->max_exprs)
        return err_set_at(err, LANNER_ERR_LIMIT, at,
                          "the query is too large once its aliases are written out");
    return LANNER_OK;
}

void aql_row_clock(struct aql_lower *l, const struct fn_def *fn)
{
    l->plan->needs_clock |= str_starts(str_z(fn->name), STR("reference_"));
}

enum lanner_rc aql_row(struct aql_lower *l, struct span at, const char *name, struct expr **args,
                       size_t n, struct expr **out, struct lanner_err *err)
{
    const struct fn_def *fn = fn_named(name);
    struct expr **all = args;
    size_t n_params;
    bool many;

    if (fn == NULL)
        return aql_unsupported(at, err, "%s is not supported", name);
    n_params = count_params(fn, &many);
    TRY(aql_count_expr(l, at, err));
    if (n < n_params && !(many && n + 1 == n_params)) {
        all = ARENA_ARRAY(l->arena, struct expr *, n_params);
        memcpy(all, args, n * sizeof(struct expr *));
        for (size_t i = n; i < n_params; i++)
            all[i] = fallback_of(l, at, fn, i);
        n = n_params;
    }
    aql_row_clock(l, fn);
    *out = expr_call(l->arena, at, fn, all, n);
    return LANNER_OK;
}

enum lanner_rc aql_row1(struct aql_lower *l, struct span at, const char *name, struct expr *a,
                        struct expr **out, struct lanner_err *err)
{
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, 1);

    args[0] = a;
    return aql_row(l, at, name, args, 1, out, err);
}

enum lanner_rc aql_row2(struct aql_lower *l, struct span at, const char *name, struct expr *a,
                        struct expr *b, struct expr **out, struct lanner_err *err)
{
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, 2);

    args[0] = a;
    args[1] = b;
    return aql_row(l, at, name, args, 2, out, err);
}

struct expr *aql_text_const(struct aql_lower *l, struct span at, struct str text)
{
    return expr_const(l->arena, at, val_str(text));
}

struct expr *aql_absent(struct aql_lower *l, struct span at)
{
    return expr_const(l->arena, at, VAL_ABSENT);
}

struct expr *aql_not(struct aql_lower *l, struct expr *e)
{
    return expr_callv(l->arena, e->at, "not", 1, e);
}

struct expr *aql_chain(struct aql_lower *l, struct span at, const char *name, struct expr **args,
                       size_t n)
{
    return n == 1 ? args[0] : expr_call(l->arena, at, fn_named(name), args, n);
}

bool aql_is_text_const(const struct expr *e, struct str *text)
{
    if (e->kind != EXPR_CONST || e->value.kind != KIND_TEXT)
        return false;
    *text = val_as_str(&e->value);
    return true;
}

/* ---- Types ---- */

void aql_set_type(struct aql_lower *l, struct str field, enum aql_type type)
{
    strmap_put(&l->types, field, type);
}

static enum aql_type type_of_field(const struct aql_lower *l, struct str name)
{
    static const struct str prefix = STR_INIT(FIELD_QRADAR_PREFIX);
    size_t type = strmap_get(&l->types, name);
    const struct aql_field *f;

    if (type != SIZE_MAX)
        return (enum aql_type)type;
    if (str_eqz(name, FIELD_TIME_MS))
        return AQL_TYPE_TIME;
    if (!str_starts(name, prefix))
        return AQL_TYPE_STRING;
    f = aql_field_find(str_of(name.ptr + prefix.len, name.len - prefix.len));
    return f != NULL ? f->type : AQL_TYPE_STRING;
}

static enum aql_type type_of_const(const struct val *v)
{
    switch (v->kind) {
    case KIND_ABSENT:
    case KIND_NULL:
        return AQL_TYPE_NULL;
    case KIND_LONG:
        return AQL_TYPE_LONG;
    case KIND_DOUBLE:
        return AQL_TYPE_DOUBLE;
    case KIND_BOOL:
        return AQL_TYPE_BOOLEAN;
    case KIND_IP:
        return AQL_TYPE_HOST;
    case KIND_MAC:
        return AQL_TYPE_MAC;
    default:
        return AQL_TYPE_STRING;
    }
}

/* Of branches: all numbers give a Double if one is, else a Long; all else is text. */
static enum aql_type type_join(enum aql_type a, enum aql_type b)
{
    if (a == b || b == AQL_TYPE_NULL)
        return a;
    if (a == AQL_TYPE_NULL)
        return b;
    if (aql_type_is_number(a) && aql_type_is_number(b))
        return a == AQL_TYPE_DOUBLE || b == AQL_TYPE_DOUBLE ? AQL_TYPE_DOUBLE : AQL_TYPE_LONG;
    return AQL_TYPE_STRING;
}

static enum aql_type type_of_row(const struct fn_def *fn)
{
    switch (fn->ret) {
    case TYPE_LONG:
    case TYPE_TIME:
        return AQL_TYPE_LONG;
    case TYPE_NUM:
    case TYPE_DOUBLE:
        return AQL_TYPE_DOUBLE;
    case TYPE_BOOL:
        return AQL_TYPE_BOOLEAN;
    case TYPE_IP:
        return AQL_TYPE_HOST;
    case TYPE_MAC:
        return AQL_TYPE_MAC;
    default:
        return AQL_TYPE_STRING;
    }
}

static enum aql_type type_of_args(const struct aql_lower *l, const struct expr *e, size_t first,
                                  size_t step)
{
    enum aql_type type = AQL_TYPE_NULL;

    for (size_t i = first; i < e->n_args; i += step)
        type = type_join(type, aql_type_of(l, e->args[i]));
    return type;
}

static enum aql_type type_of_call(const struct aql_lower *l, const struct expr *e)
{
    static const char *const same[] = {"aql_long", "aql_host", "aql_first",
                                       "aql_last", "aql_min",  "aql_max"};
    static const char *const sums[] = {"aql_add", "aql_sub", "aql_mul",
                                       "aql_div", "aql_mod", "aql_neg"};
    const char *name = e->fn->name;
    enum aql_type type;

    if (strcmp(name, "aql_case") == 0) {
        type = type_of_args(l, e, 1, 2);
        return e->n_args % 2 == 1 ? type_join(type, aql_type_of(l, e->args[e->n_args - 1])) : type;
    }
    if (strcmp(name, "coalesce") == 0) /* behind its switch */
        return type_of_args(l, e, 1, 1);
    if (strcmp(name, "aql_coalesce") == 0)
        return type_of_args(l, e, 0, 1);
    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        if (strcmp(name, same[i]) != 0 || e->n_args == 0)
            continue;
        type = aql_type_of(l, e->args[0]);
        if (i == 0 && (!aql_type_is_number(type) || type == AQL_TYPE_DOUBLE))
            return AQL_TYPE_LONG;
        return i == 1 && !aql_type_is_host(type) ? AQL_TYPE_HOST : type;
    }
    for (size_t i = 0; i < ARRAY_LEN(sums); i++) {
        if (strcmp(name, sums[i]) == 0)
            return type_of_args(l, e, 0, 1) == AQL_TYPE_DOUBLE ? AQL_TYPE_DOUBLE : AQL_TYPE_LONG;
    }
    return type_of_row(e->fn);
}

enum aql_type aql_type_of(const struct aql_lower *l, const struct expr *e)
{
    if (e->kind == EXPR_CONST)
        return type_of_const(&e->value);
    return e->kind == EXPR_FIELD ? type_of_field(l, e->name) : type_of_call(l, e);
}

/* ---- Whole texts ---- */

static enum lanner_rc lower_text(struct aql_lower *l, const struct aql_text *text,
                                 struct aql_rows *rows, struct lanner_err *err)
{
    for (size_t i = 0; i < text->n; i++) {
        struct aql_query *q = text->statements[i];

        for (size_t k = 0; k < q->n_with; k++)
            TRY(aql_add_named(l, q->with[k].at, q->with[k].name, q->with[k].query, err));
        if (i + 1 == text->n) {
            aql_count_names(l, q);
            return aql_lower_query(l, q, NULL, true, rows, err);
        }
        if (q->into.len == 0)
            return aql_wrong(q->at, err, "a statement before the last needs INTO and a name");
        TRY(aql_add_named(l, q->into_at, q->into, q, err));
    }
    return aql_wrong((struct span){0, 0}, err, "expected SELECT, found nothing");
}

static void set_columns(struct aql_lower *l, const struct aql_rows *rows)
{
    struct plan *p = l->plan;

    p->n_columns = rows->n_cols;
    p->columns = ARENA_ARRAY(l->arena, struct plan_column, rows->n_cols);
    for (size_t i = 0; i < rows->n_cols; i++)
        p->columns[i] = (struct plan_column){
            .field = rows->cols[i].field,
            .label = rows->cols[i].label,
            .type = aql_type_name(rows->cols[i].type),
            .real = rows->cols[i].real && l->options->strict,
        };
}

static void set_plan(struct aql_lower *l, struct aql_rows *rows)
{
    struct plan *p = l->plan;

    aql_project(l, &rows->top, (struct span){0, 0}, rows->cols, rows->n_cols, NULL, false);
    p->root = rows->top;
    p->absent_is_null = true;
    p->default_span_ms = l->options->strict ? DEFAULT_SPAN_MS : 0;
    p->has_interval = rows->window.known;
    p->from_ns = rows->window.from_ns;
    p->to_ns = rows->window.to_ns;
    set_columns(l, rows);
    p->n_tables = l->tables.n;
    p->tables = ARENA_ARRAY(l->arena, struct plan_table, l->tables.n);
    for (size_t i = 0; i < l->tables.n; i++) {
        struct plan_table *t = &p->tables[i];

        *t = l->tables.items[i];
        if (t->from_ns != TIME_NONE || t->to_ns != TIME_NONE || !p->has_interval)
            continue;
        /* The main query's time clause is not this one's. */
        t->from_ns =
            l->options->strict ? l->env->now_ns - DEFAULT_SPAN_MS * NS_PER_MS : INT64_MIN + 1;
        t->to_ns = l->options->strict ? l->env->now_ns : INT64_MAX;
    }
}

static enum lanner_rc build(struct aql_lower *l, struct lanner_err *err)
{
    struct aql_text text;
    struct aql_rows rows;

    TRY(aql_parse(&l->parse, l->text, &text, err));
    TRY(lower_text(l, &text, &rows, err));
    set_plan(l, &rows);
    repairs_sort(l->plan);
    if (l->options->strict)
        return repairs_refuse(l->plan, l->text, "QRadar", l->env, err);
    return LANNER_OK;
}

enum lanner_rc aql_plan(struct str text, const struct front_options *options,
                        const struct fn_env *env, struct arena *a, struct plan **out,
                        struct lanner_err *err)
{
    struct aql_lower l = {
        .plan = plan_new(a, LANG_AQL), .arena = a, .options = options, .env = env, .text = text};
    enum lanner_rc rc;

    l.max_exprs = MIN(AQL_LEAST_EXPRS + AQL_EXPRS_PER_BYTE * text.len, (size_t)AQL_MAX_EXPRS);
    l.parse = (struct aql_parse){.arena = a, .options = options, .plan = l.plan};
    strmap_init(&l.names);
    strmap_init(&l.types);
    strmap_init(&l.properties);
    rc = build(&l, err);
    strmap_done(&l.names);
    strmap_done(&l.types);
    strmap_done(&l.properties);
    VEC_DONE(&l.said);
    VEC_DONE(&l.tables);
    VEC_DONE(&l.named);
    VEC_DONE(&l.shared);
    if (rc == LANNER_OK)
        *out = l.plan;
    else
        plan_done(l.plan);
    return rc;
}
