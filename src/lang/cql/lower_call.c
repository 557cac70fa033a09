/* lower_call.c - the arguments of a call against the parameters of its function row
 * (cql.md 1.5, 3.0).
 *
 * There is no code for single functions here: the row says what each parameter takes. One unnamed
 * argument goes to the default parameter; more of them, and expressions where a field's name is
 * expected, are repairs (cql.md 4.1 item 13, 4.2). */
#include <stdlib.h>

#include "lang/cql/lower.h"

const struct cql_node *cql_arg(const struct cql_node *call, const char *name)
{
    for (const struct cql_node *k = call->kids; k != NULL; k = k->next) {
        if (k->kind == CQL_ARG && k->text.len != 0 && str_eq_nocase(k->text, str_z(name)))
            return k->kids;
    }
    return NULL;
}

const struct cql_node *cql_positional(const struct cql_node *call, size_t i)
{
    for (const struct cql_node *k = call->kids; k != NULL; k = k->next) {
        if (k->kind == CQL_ARG && k->text.len == 0 && i-- == 0)
            return k->kids;
    }
    return NULL;
}

void cql_check_names(struct cql_lower *l, const struct cql_node *call, const char *names)
{
    for (const struct cql_node *k = call->kids; k != NULL && names != NULL; k = k->next) {
        bool known = k->text.len == 0;

        for (const char *p = names; !known && *p != '\0';) {
            size_t len = strcspn(p, " ");

            known = str_eq_nocase(k->text, str_of(p, len));
            p += len + (p[len] == ' ');
        }
        if (!known)
            cql_note(l, LANNER_NOTE_REPAIR, k->at,
                     "parameter %.*s is not supported in function %.*s; it is passed over",
                     STR_ARG(k->text), STR_ARG(call->text));
    }
}

const struct fn_def *cql_row(const struct cql_node *call)
{
    char name[64];
    const struct fn_def *fn = fn_find(LANG_CQL, call->text);

    if (fn != NULL || call->text.len >= sizeof(name) || cql_name_find(call->text) != NULL)
        return fn;
    /* Internal rows, which only dialect.c names. */
    memcpy(name, call->text.ptr, call->text.len);
    name[call->text.len] = '\0';
    return fn_named(name);
}

enum lanner_rc cql_refuse(const struct cql_node *call, struct lanner_err *err)
{
    const struct cql_name *name = cql_name_find(call->text);

    if (name != NULL && name->reason != NULL)
        return cql_unsupported(call->at, err, "function %s() is not supported: %s", name->name,
                               name->reason);
    return cql_unsupported(call->at, err, "function %.*s() is not supported yet",
                           STR_ARG(call->text));
}

/* ---- Which argument is which parameter's ---- */

struct binding {
    struct cql_lower *l;
    const struct cql_node *call;
    const struct fn_def *fn;
    size_t n_params;
    struct cql_node *value[CQL_MAX_PARAMS]; /* NULL: not given */
    const struct cql_node *as;
    struct str flags; /* of a regex literal */
};

static size_t find_param(const struct binding *b, struct str name)
{
    for (size_t i = 0; i < b->n_params; i++) {
        const struct fn_param *p = &b->fn->params[i];

        if (str_eq_nocase(name, str_z(p->name)) ||
            (p->alias != NULL && str_eq_nocase(name, str_z(p->alias))))
            return i;
    }
    return SIZE_MAX;
}

static size_t find_default(const struct binding *b)
{
    for (size_t i = 0; i < b->n_params; i++) {
        if (b->fn->params[i].flags & PARAM_DEFAULT)
            return i;
    }
    return SIZE_MAX;
}

static bool takes_many(const struct fn_param *p)
{
    return (p->flags & PARAM_MANY) != 0 || p->kind == P_LIST;
}

static struct cql_node *copy_node(struct cql_lower *l, const struct cql_node *n)
{
    struct cql_node *copy = ARENA_NEW(l->arena, struct cql_node);

    *copy = *n;
    copy->next = NULL;
    return copy;
}

static enum lanner_rc give(struct binding *b, size_t i, const struct cql_node *value,
                           struct lanner_err *err)
{
    const struct fn_param *p = &b->fn->params[i];
    struct cql_node *list;

    if (b->value[i] == NULL) {
        b->value[i] = copy_node(b->l, value);
        return LANNER_OK;
    }
    if (!takes_many(p))
        return cql_wrong(value->at, err, "parameter %s of %.*s() is given twice", p->name,
                         STR_ARG(b->call->text));
    list = b->value[i];
    if (list->kind != CQL_ARRAY) {
        list = ARENA_NEW(b->l->arena, struct cql_node);
        *list = (struct cql_node){.kind = CQL_ARRAY, .at = value->at};
        cql_add(list, b->value[i]);
        b->value[i] = list;
    }
    if (value->kind == CQL_ARRAY) {
        for (const struct cql_node *k = value->kids; k != NULL; k = k->next)
            cql_add(list, copy_node(b->l, k));
    } else {
        cql_add(list, copy_node(b->l, value));
    }
    return LANNER_OK;
}

static enum lanner_rc give_named(struct binding *b, const struct cql_node *arg,
                                 struct lanner_err *err)
{
    size_t i = find_param(b, arg->text);

    if (i == SIZE_MAX && str_eq_nocase(arg->text, STR("as"))) {
        b->as = arg->kids;
        return LANNER_OK;
    }
    /* `f =~ call(...)` supplies a field under this name. */
    if (i == SIZE_MAX && str_eq_nocase(arg->text, STR("field")))
        i = find_default(b);
    if (i != SIZE_MAX)
        return give(b, i, arg->kids, err);
    cql_note(b->l, LANNER_NOTE_REPAIR, arg->at,
             "parameter %.*s is not supported in function %.*s; it is passed over",
             STR_ARG(arg->text), STR_ARG(b->call->text));
    return LANNER_OK;
}

/* Where a further unnamed argument goes: to what must be given, then to lists, then to the rest. */
static size_t next_free(const struct binding *b)
{
    size_t best = SIZE_MAX;
    int best_rank = 3;

    for (size_t i = 0; i < b->n_params; i++) {
        const struct fn_param *p = &b->fn->params[i];
        int rank = (p->flags & PARAM_REQUIRED) != 0 ? 0 : takes_many(p) ? 1 : 2;

        if (b->value[i] == NULL && p->kind != P_AS && p->name[0] != '@' && rank < best_rank) {
            best = i;
            best_rank = rank;
        }
    }
    return best;
}

static enum lanner_rc give_positional(struct binding *b, const struct cql_node *arg, size_t nth,
                                      size_t *last, struct lanner_err *err)
{
    size_t sole = find_default(b), i = sole;

    if (i == SIZE_MAX || b->value[i] != NULL) {
        if (*last != SIZE_MAX && takes_many(&b->fn->params[*last]))
            i = *last;
        else
            i = next_free(b);
    }
    if (i == SIZE_MAX)
        return cql_wrong(arg->at, err, "%.*s() does not take so many arguments",
                         STR_ARG(b->call->text));
    if (nth != 0 || i != sole || b->value[i] != NULL)
        cql_note(b->l, LANNER_NOTE_REPAIR, arg->at,
                 "%s unnamed argument of %.*s() is read as %s; write %s=...",
                 nth != 0 ? "a further" : "the", STR_ARG(b->call->text), b->fn->params[i].name,
                 b->fn->params[i].name);
    *last = i;
    return give(b, i, arg->kids, err);
}

static enum lanner_rc collect_args(struct binding *b, struct lanner_err *err)
{
    const struct cql_name *name = cql_name_find(b->call->text);
    size_t nth = 0, last = SIZE_MAX;

    if (name != NULL && name->events_only && b->l->pipe->aggregated)
        return cql_wrong(b->call->at, err, "%s() cannot stand after an aggregate", name->name);
    while (b->fn->params != NULL && b->fn->params[b->n_params].name != NULL)
        b->n_params++;
    assert(b->n_params <= CQL_MAX_PARAMS);
    for (const struct cql_node *k = b->call->kids; k != NULL; k = k->next) {
        if (k->text.len != 0)
            TRY(give_named(b, k, err));
    }
    for (const struct cql_node *k = b->call->kids; k != NULL; k = k->next) {
        if (k->text.len == 0)
            TRY(give_positional(b, k, nth++, &last, err));
    }
    return LANNER_OK;
}

/* ---- Values by the kind of parameter ---- */

static bool is_name(const struct cql_node *v)
{
    return v->kind == CQL_FIELD || v->kind == CQL_STRING || v->kind == CQL_PATTERN ||
           v->kind == CQL_PARAM || v->kind == CQL_BOOL;
}

static enum lanner_rc field_arg(struct binding *b, const struct fn_param *p,
                                const struct cql_node *v, struct expr **out, struct lanner_err *err)
{
    struct str name;

    if (v->kind == CQL_ARRAY && v->n_kids == 1)
        v = v->kids;
    if (v->kind == CQL_ARRAY)
        return cql_wrong(v->at, err, "parameter %s of %.*s() takes one field, found a list",
                         p->name, STR_ARG(b->call->text));
    if (is_name(v)) {
        TRY(cql_field_name(b->l, v, &name, err));
        *out = expr_field(b->l->arena, v->at, name);
        return LANNER_OK;
    }
    cql_note(b->l, LANNER_NOTE_REPAIR, v->at,
             "%.*s() takes the name of a field; the expression is computed first",
             STR_ARG(b->call->text));
    return cql_lower_expr(b->l, v, out, err);
}

/* A name that arrives as text; an expression is computed into a hidden field. */
static enum lanner_rc name_arg(struct binding *b, const struct fn_param *p,
                               const struct cql_node *v, struct expr **out, struct lanner_err *err)
{
    struct expr *e;
    struct str name;

    if (is_name(v)) {
        TRY(cql_text(b->l, v, &name, err));
        if (name.len != 0) /* `as` of percentile() */
            TRY(cql_field_name(b->l, v, &name, err));
    } else {
        TRY(field_arg(b, p, v, &e, err));
        name = e->kind == EXPR_FIELD ? e->name : cql_hidden(b->l);
        if (e->kind != EXPR_FIELD)
            cql_extend_one(b->l, v->at, e, name, false);
    }
    *out = expr_const(b->l->arena, v->at, val_str(name));
    return LANNER_OK;
}

/* One of the words; a beginning of it, or a longer form (`ascending`), is a repair. */
static enum lanner_rc option_arg(struct binding *b, const struct fn_param *p,
                                 const struct cql_node *v, struct val *out, struct lanner_err *err)
{
    struct str text, near = STR_NONE;
    size_t n_near = 0;

    TRY(cql_text(b->l, v, &text, err));
    for (const char *w = p->options; *w != '\0';) {
        struct str word = str_of(w, strcspn(w, "|"));
        size_t n = MIN(word.len, text.len);

        if (str_eq_nocase(word, text)) {
            *out = val_str(word);
            return LANNER_OK;
        }
        if (n >= 3 && str_eq_nocase(str_of(word.ptr, n), str_of(text.ptr, n))) {
            near = word;
            n_near++;
        }
        w += word.len + (w[word.len] == '|');
    }
    if (n_near != 1) {
        cql_wrong(v->at, err, "parameter %s of %.*s() takes %s, found '%.*s'", p->name,
                  STR_ARG(b->call->text), p->options, (int)MIN(text.len, (size_t)60), text.ptr);
        return LANNER_ERR_QUERY;
    }
    cql_note(b->l, LANNER_NOTE_REPAIR, v->at, "'%.*s' is read as %.*s",
             (int)MIN(text.len, (size_t)60), text.ptr, STR_ARG(near));
    *out = val_str(near);
    return LANNER_OK;
}

static enum lanner_rc number_arg(struct binding *b, const struct fn_param *p,
                                 const struct cql_node *v, struct val *out, struct lanner_err *err)
{
    struct str text;

    TRY(cql_text(b->l, v, &text, err));
    *out = cql_number_val(text);
    if (val_is_null(out))
        return cql_wrong(v->at, err, "parameter %s of %.*s() takes a number, found '%.*s'", p->name,
                         STR_ARG(b->call->text), (int)MIN(text.len, (size_t)60), text.ptr);
    return LANNER_OK;
}

static enum lanner_rc span_arg(struct binding *b, const struct cql_node *v, struct val *out,
                               struct lanner_err *err)
{
    int64_t ms;

    TRY(cql_span(b->l, v, &ms, err));
    *out = val_long(ms);
    return LANNER_OK;
}

static enum lanner_rc regex_arg(struct binding *b, const struct cql_node *v, struct val *out,
                                struct lanner_err *err)
{
    struct str text;

    if (v->kind == CQL_REGEX) {
        cql_note(
            b->l, LANNER_NOTE_REPAIR, v->at,
            "a regular expression between slashes as an argument of %.*s(); write it in quotes",
            STR_ARG(b->call->text));
        *out = val_str(v->text);
        b->flags = v->flags;
        return LANNER_OK;
    }
    TRY(cql_text(b->l, v, &text, err));
    *out = val_str(text);
    return LANNER_OK;
}

static enum lanner_rc const_arg(struct binding *b, const struct fn_param *p,
                                const struct cql_node *v, struct val *out, struct lanner_err *err)
{
    struct str text;
    bool truth;

    switch (p->kind) {
    case P_NUMBER:
        return number_arg(b, p, v, out, err);
    case P_BOOL:
        TRY(cql_bool(b->l, v, &truth, err));
        *out = val_bool(truth);
        return LANNER_OK;
    case P_OPTION:
        return option_arg(b, p, v, out, err);
    case P_REGEX:
        return regex_arg(b, v, out, err);
    case P_SPAN:
        return span_arg(b, v, out, err);
    case P_LIST:
        return cql_list_val(b->l, v, out, err);
    case P_PIPELINE:
        return cql_unsupported(v->at, err, "parameter %s of %.*s() is not supported yet", p->name,
                               STR_ARG(b->call->text));
    default:
        /* A parameter without a value is `*` where it is a filter's pattern. */
        if (b->fn->kind == FN_PREDICATE)
            TRY(cql_filter_text(b->l, v, &text, err));
        else
            TRY(cql_text(b->l, v, &text, err));
        *out = val_str(text);
        return LANNER_OK;
    }
}

static enum lanner_rc one_arg(struct binding *b, const struct fn_param *p, const struct cql_node *v,
                              struct expr **out, struct lanner_err *err)
{
    struct val value;

    if (p->kind == P_FIELD)
        return field_arg(b, p, v, out, err);
    if (p->kind == P_NAME)
        return name_arg(b, p, v, out, err);
    if (p->kind == P_EXPR)
        return cql_lower_expr(b->l, v, out, err);
    TRY(const_arg(b, p, v, &value, err));
    *out = expr_const(b->l->arena, v->at, value);
    return LANNER_OK;
}

/* The default of the row, written as a user would write it. */
static enum lanner_rc fallback_arg(struct binding *b, const struct fn_param *p, struct expr **out,
                                   struct lanner_err *err)
{
    struct cql_node v = {.kind = CQL_PATTERN, .at = b->call->at};

    if (p->fallback == NULL) {
        *out = expr_const(b->l->arena, b->call->at, VAL_ABSENT);
        return LANNER_OK;
    }
    v.text = str_z(p->fallback);
    if (p->kind == P_EXPR)
        v.kind = lex_is_number(v.text) ? CQL_NUMBER : CQL_STRING;
    if (p->kind == P_LIST) {
        /* "[50,75,99]" or a single value. */
        struct cql_parser parser = {.cur = {.text = v.text}, .arena = b->l->arena};
        struct cql_node *list;

        if (cursor_peek(&parser.cur) == '[') {
            TRY(cql_parse_array(&parser, &list, err));
            return one_arg(b, p, list, out, err);
        }
    }
    return one_arg(b, p, &v, out, err);
}

/* ---- Making the call ---- */

/* Arguments in the order of the row; P_AS and PARAM_NO_PASS are left out. */
static enum lanner_rc make_args(struct binding *b, struct expr ***out, size_t *n_out,
                                struct lanner_err *err)
{
    size_t cap = b->n_params, n = 0;
    struct expr **args;

    for (size_t i = 0; i < b->n_params; i++)
        cap += b->value[i] != NULL ? b->value[i]->n_kids : 0;
    args = ARENA_ARRAY(b->l->arena, struct expr *, cap);
    for (size_t i = 0; i < b->n_params; i++) {
        const struct fn_param *p = &b->fn->params[i];
        const struct cql_node *v = b->value[i];

        if (p->kind == P_AS || (p->flags & PARAM_NO_PASS) != 0)
            continue;
        if (v == NULL && (p->flags & PARAM_REQUIRED) != 0)
            return cql_wrong(b->call->at, err, "%.*s() needs the parameter %s",
                             STR_ARG(b->call->text), p->name);
        if (v != NULL && v->kind == CQL_ARRAY && (p->flags & PARAM_MANY) != 0) {
            for (const struct cql_node *k = v->kids; k != NULL; k = k->next)
                TRY(one_arg(b, p, k, &args[n++], err));
        } else if (v != NULL) {
            TRY(one_arg(b, p, v, &args[n++], err));
        } else if ((p->flags & PARAM_MANY) == 0 || p->fallback != NULL) {
            TRY(fallback_arg(b, p, &args[n++], err));
        }
    }
    *out = args;
    *n_out = n;
    return LANNER_OK;
}

/* The flags of a regex literal go to the parameter `flags`, on top of its default. */
static void apply_flags(struct binding *b)
{
    size_t i = find_param(b, STR("flags"));
    struct cql_node *v;

    if (i == SIZE_MAX || b->value[i] != NULL)
        return;
    for (size_t k = 0; k < b->n_params; k++) {
        if (b->fn->params[k].kind == P_REGEX && b->value[k] != NULL &&
            b->value[k]->kind == CQL_REGEX && b->value[k]->flags.len != 0) {
            const char *before = b->fn->params[i].fallback;

            v = ARENA_NEW(b->l->arena, struct cql_node);
            *v = (struct cql_node){.kind = CQL_STRING, .at = b->value[k]->at};
            v->text = arena_printf(b->l->arena, "%s%.*s", before != NULL ? before : "",
                                   STR_ARG(b->value[k]->flags));
            b->value[i] = v;
        }
    }
}

/* The output's name: given, the row's default, or that of the first field argument. */
static enum lanner_rc output_name(struct binding *b, struct str as, const struct expr *call,
                                  struct str *out, struct lanner_err *err)
{
    const struct fn_param *p = NULL;

    for (size_t i = 0; i < b->n_params; i++) {
        if (b->fn->params[i].kind == P_AS) {
            p = &b->fn->params[i];
            if (b->value[i] != NULL)
                b->as = b->value[i];
        }
    }
    *out = as;
    if (as.len != 0)
        return LANNER_OK;
    if (b->as != NULL)
        return cql_text(b->l, b->as, out, err);
    if (p != NULL && p->fallback != NULL) {
        *out = str_z(p->fallback);
        return LANNER_OK;
    }
    for (size_t i = 0; i < call->n_args && p != NULL && out->len == 0; i++) {
        if (call->args[i]->kind == EXPR_FIELD)
            *out = call->args[i]->name;
    }
    return LANNER_OK;
}

static enum lanner_rc output_names(struct binding *b, struct cql_bound *out, struct lanner_err *err)
{
    const struct expr *e = out->call;
    struct fn_arg *args = ARENA_ARRAY(b->l->arena, struct fn_arg, e->n_args);
    struct fn_call call = {
        .fn = e->fn, .env = b->l->env, .at = e->at, .n_args = e->n_args, .args = args};
    fn_names names = {0};
    enum lanner_rc rc = LANNER_OK;

    for (size_t i = 0; i < e->n_args; i++) {
        args[i].is_const = e->args[i]->kind == EXPR_CONST;
        args[i].v = e->args[i]->value;
        args[i].field = e->args[i]->name;
    }
    if (e->fn->writes != NULL)
        rc = e->fn->writes(&call, &names, b->l->arena, err);
    else if (out->as.len != 0)
        VEC_PUSH(&names, out->as);
    out->names = ARENA_ARRAY(b->l->arena, struct str, names.n);
    out->n_names = rc == LANNER_OK ? names.n : 0;
    if (out->n_names != 0)
        memcpy(out->names, names.items, names.n * sizeof(*names.items));
    VEC_DONE(&names);
    return rc;
}

/* Rows that mean the same with other outputs, chosen by an argument. */
static const struct fn_def *variant(const struct cql_node *call, const struct fn_def *fn)
{
    const struct cql_node *v;

    if (strcmp(fn->name, "regex") == 0) {
        v = cql_arg(call, "repeat");
        if (v != NULL && str_eq_nocase(v->text, STR("true")) && fn_named("regex_repeat") != NULL)
            return fn_named("regex_repeat");
    }
    if (strcmp(fn->name, "splitString") == 0 && cql_arg(call, "index") != NULL &&
        fn_named("splitString_index") != NULL)
        return fn_named("splitString_index");
    return fn;
}

static void note_clock(struct cql_lower *l, const struct fn_def *fn)
{
    static const char *const names[] = {"now",           "start",       "end", "parseTimestamp",
                                        "findTimestamp", "createEvents"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        l->plan->needs_clock |= strcmp(fn->name, names[i]) == 0;
}

/* `x := call(...)` names the output where the row takes a name as an argument of its own. */
static void give_as(struct binding *b, struct str as)
{
    size_t i = find_param(b, STR("as"));
    struct cql_node *v;

    if (as.len == 0 || i == SIZE_MAX || b->fn->params[i].kind == P_AS)
        return;
    v = ARENA_NEW(b->l->arena, struct cql_node);
    *v = (struct cql_node){.kind = CQL_STRING, .at = b->call->at, .text = as};
    b->value[i] = v;
}

enum lanner_rc cql_bind(struct cql_lower *l, const struct cql_node *call, const struct fn_def *fn,
                        struct str as, struct cql_bound *out, struct lanner_err *err)
{
    struct binding b = {.l = l, .call = call, .fn = variant(call, fn)};
    struct expr **args = NULL;
    size_t n_args = 0;

    TRY(collect_args(&b, err));
    give_as(&b, as);
    apply_flags(&b);
    TRY(make_args(&b, &args, &n_args, err));
    out->call = expr_call(l->arena, call->at, b.fn, args, n_args);
    TRY(output_name(&b, as, out->call, &out->as, err));
    note_clock(l, b.fn);
    return output_names(&b, out, err);
}

/* wildcard() without a field searches like free text. */
static enum lanner_rc lower_wildcard(struct cql_lower *l, struct expr *e, struct expr **out,
                                     struct lanner_err *err)
{
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, e->n_args + 1);
    struct val *pattern = &e->args[0]->value;
    struct str text = val_is_text(pattern) ? val_as_str(pattern) : STR("*");

    memcpy(args, e->args, e->n_args * sizeof(*args));
    args[0] = expr_const(l->arena, e->at, val_str(arena_printf(l->arena, "*%.*s*", STR_ARG(text))));
    args[e->n_args] = cql_subject(l, e->at);
    return cql_search(l, e->at, expr_call(l->arena, e->at, e->fn, args, e->n_args + 1), out, err);
}

static enum lanner_rc wrong_kind(const struct cql_node *call, const struct fn_def *fn,
                                 struct lanner_err *err)
{
    const char *what = fn->kind == FN_AGGREGATE ? "is an aggregate"
                       : fn->kind == FN_SOURCE  ? "makes events"
                       : fn->kind == FN_EXPAND  ? "makes several events of one"
                                                : "makes several fields";

    cql_wrong(call->at, err, "%.*s() %s and cannot stand inside an expression", STR_ARG(call->text),
              what);
    err_hint(err, "put it in a stage of its own and use the field that it makes");
    return LANNER_ERR_QUERY;
}

enum lanner_rc cql_lower_call(struct cql_lower *l, const struct cql_node *call, struct expr **out,
                              struct lanner_err *err)
{
    const struct fn_def *fn;
    struct cql_bound b;

    TRY(cql_dialect(l, call, &call, err));
    if (call->kind != CQL_CALL)
        return cql_lower_expr(l, call, out, err);
    TRY(cql_script_allows(l, call, err));
    if (cql_is_array_exists(call))
        return cql_array_exists(l, call, out, err);
    fn = cql_row(call);
    if (fn == NULL && cql_stage_find(call->text) != NULL)
        return cql_wrong(call->at, err, "%.*s() cannot stand inside an expression",
                         STR_ARG(call->text));
    if (fn == NULL)
        return cql_refuse(call, err);
    /* Nothing is extracted inside an expression. */
    if (strcmp(fn->name, "regex") == 0 && fn_named("regex_match") != NULL)
        fn = fn_named("regex_match");
    if (strcmp(fn->name, "splitString") == 0)
        fn = variant(call, fn);
    if (fn->kind != FN_SCALAR && fn->kind != FN_PREDICATE)
        return wrong_kind(call, fn, err);
    TRY(cql_bind(l, call, fn, STR_NONE, &b, err));
    if (strcmp(fn->name, "wildcard") == 0 && b.call->n_args == 3)
        return lower_wildcard(l, b.call, out, err);
    *out = b.call;
    return LANNER_OK;
}
