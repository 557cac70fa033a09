/* expr.c - binding of calls, folding of constants, static types. See expr.h.
 *
 * Folding replaces the expression in place, so an expression that was bound holds no call that
 * could have been evaluated beforehand. */
#include "expr/eval.h"

/* Deeper expressions are attacks: everything that walks them recurses. */
#define MAX_DEPTH 1000

static bool is_const_arg(const struct expr *e)
{
    return e->kind == EXPR_CONST;
}

static struct fn_call *call_new(const struct expr *e, const struct fn_env *env)
{
    struct fn_call *call = ARENA_NEW(env->arena, struct fn_call);
    struct fn_arg *args = ARENA_ARRAY(env->arena, struct fn_arg, e->n_args);

    for (size_t i = 0; i < e->n_args; i++) {
        args[i].is_const = is_const_arg(e->args[i]);
        if (args[i].is_const)
            args[i].v = e->args[i]->value;
        else if (e->args[i]->kind == EXPR_FIELD)
            args[i].field = e->args[i]->name;
    }
    call->fn = e->fn;
    call->env = env;
    call->at = e->at;
    call->n_args = e->n_args;
    call->args = args;
    return call;
}

/* Errors of a bind that names no place get the call's. */
static enum lanner_rc call_bind(struct fn_call *call, struct lanner_err *err)
{
    struct lanner_err own = {0};
    enum lanner_rc rc;

    if (call->fn->bind == NULL)
        return LANNER_OK;
    rc = call->fn->bind(call, &own);
    if (rc == LANNER_OK)
        return LANNER_OK;
    if (err != NULL) {
        if (own.length == 0 && own.column == 0)
            err_set_at(err, rc, call->at, "%s", own.text);
        else
            *err = own;
        if (own.hint[0] != '\0')
            err_hint(err, "%s", own.hint);
    }
    return rc;
}

/* The parameter that argument i of a call belongs to, or NULL. */
static const struct fn_param *param_of(const struct fn_def *fn, size_t i)
{
    size_t at = 0;

    for (const struct fn_param *p = fn->params; p != NULL && p->name != NULL; p++) {
        if (p->kind == P_AS || (p->flags & PARAM_NO_PASS) != 0)
            continue;
        if (at == i || (p->flags & PARAM_MANY) != 0)
            return p;
        at++;
    }
    return NULL;
}

bool expr_null_masks(const struct fn_def *fn, size_t i)
{
    const struct fn_param *p = param_of(fn, i);
    bool some_required = false;

    if (p == NULL)
        return true;
    if (p->kind != P_EXPR && p->kind != P_FIELD)
        return false;
    for (const struct fn_param *q = fn->params; q->name != NULL; q++)
        some_required |= (q->flags & PARAM_REQUIRED) != 0;
    return !some_required || (p->flags & PARAM_REQUIRED) != 0;
}

/* True when a null among the constants decides the result. */
static bool is_masked(const struct expr *e)
{
    if (e->fn->nulls != FN_NULL_IN_NULL_OUT)
        return false;
    for (size_t i = 0; i < e->n_args; i++) {
        if (val_is_null(&e->args[i]->value) && expr_null_masks(e->fn, i))
            return true;
    }
    return false;
}

static enum lanner_rc fold(struct expr *e, const struct fn_env *env, struct lanner_err *err)
{
    struct column *args = ARENA_ARRAY(env->arena, struct column, e->n_args);
    struct fn_local local = {0};
    struct fn_run run = {.call = e->call, .local = &local, .arena = env->arena};
    uint32_t zero = 0;
    struct sel sel = {&zero, 1};
    struct val *out = ARENA_NEW(env->arena, struct val);
    enum lanner_rc rc = LANNER_OK;

    for (size_t i = 0; i < e->n_args; i++)
        args[i] = (struct column){&e->args[i]->value, true};
    if (!is_masked(e))
        rc = e->fn->eval(&run, args, &sel, out, err);
    else if (e->fn->kind == FN_PREDICATE)
        *out = val_bool(false);
    if (local.done != NULL)
        local.done(local.ptr);
    if (rc != LANNER_OK)
        return rc;
    e->kind = EXPR_CONST;
    e->value = *out;
    e->n_args = 0;
    return LANNER_OK;
}

static bool is_foldable(const struct expr *e)
{
    if ((e->fn->kind != FN_SCALAR && e->fn->kind != FN_PREDICATE) || e->fn->impure ||
        e->fn->eval == NULL)
        return false;
    for (size_t i = 0; i < e->n_args; i++) {
        if (!is_const_arg(e->args[i]))
            return false;
    }
    return true;
}

static enum lanner_rc bind_deep(struct expr *e, const struct fn_env *env, unsigned depth,
                                struct lanner_err *err)
{
    struct fn_call *call;

    if (e->kind != EXPR_CALL || e->call != NULL)
        return LANNER_OK;
    if (depth > MAX_DEPTH)
        return err_set_at(err, LANNER_ERR_LIMIT, e->at,
                          "the expression nests deeper than %d levels", MAX_DEPTH);
    for (size_t i = 0; i < e->n_args; i++)
        TRY(bind_deep(e->args[i], env, depth + 1, err));
    call = call_new(e, env);
    TRY(call_bind(call, err));
    e->call = call;
    return is_foldable(e) ? fold(e, env, err) : LANNER_OK;
}

enum lanner_rc expr_bind(struct expr *e, const struct fn_env *env, struct lanner_err *err)
{
    return bind_deep(e, env, 0, err);
}

enum lanner_rc expr_bind_outputs(struct expr *e, const struct fn_env *env, const struct str *names,
                                 size_t n_names, bool open, struct lanner_err *err)
{
    struct fn_call *call;

    assert(e->kind == EXPR_CALL);
    for (size_t i = 0; i < e->n_args; i++)
        TRY(bind_deep(e->args[i], env, 1, err));
    call = call_new(e, env);
    call->n_out = n_names;
    call->out_names = names;
    call->open = open;
    TRY(call_bind(call, err));
    e->call = call;
    return LANNER_OK;
}

static enum type const_type(const struct val *v)
{
    switch ((enum kind)v->kind) {
    case KIND_ABSENT:
    case KIND_NULL:
        return TYPE_ANY;
    case KIND_TEXT:
        return TYPE_TEXT;
    case KIND_NUMTEXT:
    case KIND_BOOLTEXT:
        return TYPE_RAW;
    case KIND_LONG:
        return TYPE_LONG;
    case KIND_DOUBLE:
        return TYPE_DOUBLE;
    case KIND_BOOL:
        return TYPE_BOOL;
    case KIND_TIME:
        return TYPE_TIME;
    case KIND_IP:
        return TYPE_IP;
    case KIND_MAC:
        return TYPE_MAC;
    case KIND_BYTES:
        return TYPE_BYTES;
    case KIND_ARRAY:
        return TYPE_ARRAY;
    }
    return TYPE_ANY;
}

enum type expr_type(const struct expr *e, const struct schema *s)
{
    const struct schema_field *f;

    switch (e->kind) {
    case EXPR_CONST:
        return const_type(&e->value);
    case EXPR_FIELD:
        f = schema_find(s, e->name);
        return f != NULL && f->col < s->n_cols ? f->type : TYPE_RAW;
    case EXPR_CALL:
        return e->fn->ret;
    }
    return TYPE_ANY;
}

bool expr_is_const(const struct expr *e, struct val *out)
{
    if (e->kind != EXPR_CONST)
        return false;
    *out = e->value;
    return true;
}
