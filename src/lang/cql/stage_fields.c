/* stage_fields.c - stages that set, name and choose fields: select, drop, rename, eval, default,
 * setField (cql.md 3.1). */
#include "lang/cql/lower.h"

static struct plan_node *push_project(struct cql_lower *l, struct span at,
                                      struct plan_rename *names, size_t n, bool drop)
{
    struct plan_node *p = cql_push(l, NODE_PROJECT, at);
    bool had_time = l->pipe->has_time;
    bool named = false;

    p->u.project.drop = drop;
    p->u.project.names = names;
    p->u.project.n_names = n;
    for (size_t i = 0; i < n; i++)
        named |= str_eqz(drop ? names[i].from : names[i].to, FIELD_TIME_MS);
    if (l->pipe->hidden_time)
        cql_keep_through(l, p, p->in, STR(HIDDEN_TIME));
    l->pipe->has_time = had_time && named != drop;
    if (had_time && !l->pipe->has_time)
        l->pipe->time_lost_at = p;
    return p;
}

static struct plan_rename *same_names(struct cql_lower *l, const struct str *names, size_t n)
{
    struct plan_rename *r = ARENA_ARRAY(l->arena, struct plan_rename, n);

    for (size_t i = 0; i < n; i++)
        r[i] = (struct plan_rename){names[i], names[i]};
    return r;
}

static enum lanner_rc need_list(struct cql_lower *l, const struct cql_node *call, const char *name,
                                struct cql_node **out, struct lanner_err *err)
{
    *out = cql_list_args(l, call, name);
    if (*out == NULL || (*out)->n_kids == 0)
        return cql_wrong(call->at, err, "%.*s() needs at least one field", STR_ARG(call->text));
    return LANNER_OK;
}

enum lanner_rc cql_stage_select(struct cql_lower *l, const struct cql_node *call, struct str as,
                                struct lanner_err *err)
{
    struct cql_node *list;
    struct str *names;
    size_t n;

    (void)as;
    TRY(need_list(l, call, "fields", &list, err));
    TRY(cql_keys(l, list, &names, &n, err));
    push_project(l, call->at, same_names(l, names, n), n, false);
    l->pipe->closed = true;
    return LANNER_OK;
}

enum lanner_rc cql_stage_drop(struct cql_lower *l, const struct cql_node *call, struct str as,
                              struct lanner_err *err)
{
    struct cql_node *list;
    struct cql_texts t;

    (void)as;
    TRY(need_list(l, call, "fields", &list, err));
    for (const struct cql_node *k = list->kids; k != NULL; k = k->next) {
        struct str name;

        TRY(cql_field_name(l, k, &name, err));
    }
    TRY(cql_texts(l, list, &t, err));
    push_project(l, call->at, same_names(l, t.items, t.n), t.n, true);
    return LANNER_OK;
}

/* ---- rename ---- */

/* The new field takes the old one's value where there is one, then the old one goes. */
static void rename_one(struct cql_lower *l, struct span at, struct str from, struct str to)
{
    struct plan_rename *drop;

    if (str_eq(from, to))
        return;
    cql_extend_one(l, at, expr_field(l->arena, at, from), to, true);
    drop = same_names(l, &from, 1);
    push_project(l, at, drop, 1, true);
}

enum lanner_rc cql_stage_rename(struct cql_lower *l, const struct cql_node *call, struct str as,
                                struct lanner_err *err)
{
    const struct cql_node *field = cql_arg(call, "field"), *name = cql_arg(call, "as");
    struct cql_texts pair;
    struct str from;
    size_t i = 0;

    if (field == NULL)
        field = cql_positional(call, i++);
    if (field == NULL)
        return cql_wrong(call->at, err, "rename() needs the parameter field");
    if (name == NULL && cql_positional(call, i) != NULL && as.len == 0) {
        name = cql_positional(call, i);
        cql_note(l, LANNER_NOTE_REPAIR, name->at,
                 "a second unnamed argument of rename() is read as as=...");
    }
    if (field->kind == CQL_ARRAY && field->n_kids != 0 && field->kids->kind == CQL_ARRAY) {
        for (const struct cql_node *k = field->kids; k != NULL; k = k->next) {
            TRY(cql_texts(l, k, &pair, err));
            if (pair.n != 2)
                return cql_wrong(k->at, err, "expected a pair [old, new]");
            rename_one(l, k->at, pair.items[0], pair.items[1]);
        }
        return LANNER_OK;
    }
    if (field->kind == CQL_ARRAY && field->n_kids == 2 && name == NULL && as.len == 0) {
        TRY(cql_texts(l, field, &pair, err));
        cql_note(l, LANNER_NOTE_REPAIR, field->at, "one pair in rename(); write [[old, new]]");
        rename_one(l, call->at, pair.items[0], pair.items[1]);
        return LANNER_OK;
    }
    TRY(cql_text(l, field, &from, err));
    if (as.len == 0 && name == NULL)
        return cql_wrong(call->at, err, "rename() needs the parameter as");
    if (as.len == 0)
        TRY(cql_text(l, name, &as, err));
    rename_one(l, call->at, from, as);
    return LANNER_OK;
}

/* ---- eval, default, setField ---- */

enum lanner_rc cql_stage_eval(struct cql_lower *l, const struct cql_node *call, struct str as,
                              struct lanner_err *err)
{
    struct cql_node *stage;

    if (as.len != 0 && call->n_kids == 1 && call->kids->text.len == 0) {
        struct expr *e;

        TRY(cql_lower_expr(l, call->kids->kids, &e, err));
        cql_extend_one(l, call->at, e, as, true);
        return LANNER_OK;
    }
    for (const struct cql_node *k = call->kids; k != NULL; k = k->next) {
        const struct cql_node *v = k->kids;
        struct str name = k->text;

        if (name.len == 0 && v->kind == CQL_ASSIGN) {
            cql_note(l, LANNER_NOTE_REPAIR, v->at, "':=' inside eval(); write '='");
            name = v->text;
            v = v->kids;
        }
        if (name.len == 0)
            return cql_wrong(k->at, err, "expected field=expression in eval()");
        stage = cql_make(l, CQL_ASSIGN, k->at, name);
        cql_add(stage, cql_make(l, v->kind, v->at, v->text));
        *stage->kids = *v;
        stage->kids->next = NULL;
        TRY(cql_lower_stage(l, stage, err));
    }
    return LANNER_OK;
}

/* default(value=..., field=...); `default(f, "x")` by position (cql.md 4.2). */
enum lanner_rc cql_stage_default(struct cql_lower *l, const struct cql_node *call, struct str as,
                                 struct lanner_err *err)
{
    const struct cql_node *field = cql_arg(call, "field"), *value = cql_arg(call, "value");
    const struct cql_node *empty = cql_arg(call, "replaceEmpty");
    bool replace_empty = false;
    struct str text, *names = &as;
    size_t n = 1, i = 0;

    if (field == NULL && as.len == 0) {
        field = cql_positional(call, i++);
        if (field != NULL)
            cql_note(l, LANNER_NOTE_REPAIR, field->at,
                     "the unnamed argument of default() is read as field; write field=...");
    }
    if (value == NULL)
        value = cql_positional(call, i);
    if (value == NULL || (field == NULL && as.len == 0))
        return cql_wrong(call->at, err, "default() needs the parameters field and value");
    if (empty != NULL)
        TRY(cql_bool(l, empty, &replace_empty, err));
    TRY(cql_text(l, value, &text, err));
    if (field != NULL)
        TRY(cql_keys(l, field, &names, &n, err));
    for (i = 0; i < n; i++) {
        struct expr *e = expr_callv(l->arena, call->at, "default_value", 3,
                                    expr_field(l->arena, call->at, names[i]),
                                    expr_const(l->arena, value->at, val_str(text)),
                                    expr_const(l->arena, call->at, val_bool(replace_empty)));

        cql_extend_one(l, call->at, e, as.len != 0 ? as : names[i], false);
    }
    return LANNER_OK;
}

enum lanner_rc cql_stage_setfield(struct cql_lower *l, const struct cql_node *call, struct str as,
                                  struct lanner_err *err)
{
    const struct cql_node *target = cql_arg(call, "target"), *value = cql_arg(call, "value");
    struct expr *e, *name;

    (void)as;
    if (target == NULL || value == NULL)
        return cql_wrong(call->at, err, "setField() needs the parameters target and value");
    TRY(cql_lower_expr(l, value, &e, err));
    if (target->kind != CQL_STRING) {
        TRY(cql_lower_expr(l, target, &name, err));
        cql_extend(l, call->at, expr_callv(l->arena, call->at, "set_field", 2, name, e), NULL, 0,
                   false);
        return LANNER_OK;
    }
    cql_extend_one(l, call->at, e, target->text, true);
    return LANNER_OK;
}
