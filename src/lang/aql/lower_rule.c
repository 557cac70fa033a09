/* lower_rule.c - conditions on RULENAME() and PROTOCOLNAME(). A list of rules passes when any of
 * its names does (aql.md 5.4): texts of several names joined would be equal to none of them. */
#include "lang/aql/lower.h"
#include "lookup/lookup.h"

/* The test of rule_name_is that a predicate's row stands for; NULL when there is none. */
static const char *rule_mode(const struct expr *e)
{
    static const char *const modes[][2] = {
        {"aql_eq", "eq"},       {"aql_ne", "eq"},           {"aql_like", "like"},
        {"aql_ilike", "ilike"}, {"aql_matches", "matches"}, {"aql_imatches", "imatches"},
        {"aql_in", "eq"},
    };

    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        if (strcmp(e->fn->name, modes[i][0]) == 0)
            return modes[i][1];
    }
    return NULL;
}

/* rule_name_is(pattern, mode, ids...) */
static enum lanner_rc rule_test(struct aql_lower *l, const struct expr *e, const char *mode,
                                struct val pattern, struct expr **out, struct lanner_err *err)
{
    const struct expr *ids = e->args[0];
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, ids->n_args + 2);

    args[0] = expr_const(l->arena, e->at, pattern);
    args[1] = aql_text_const(l, e->at, str_z(mode));
    for (size_t i = 0; i < ids->n_args; i++)
        args[2 + i] = aql_copy(l, ids->args[i]);
    return aql_row(l, e->at, "rule_name_is", args, ids->n_args + 2, out, err);
}

enum lanner_rc aql_any_rule(struct aql_lower *l, struct expr **e, struct lanner_err *err)
{
    struct expr *test = *e;
    const struct val *v;
    struct expr **any;
    const char *mode;

    if (test->kind != EXPR_CALL || test->n_args == 0)
        return LANNER_OK;
    if (strcmp(test->fn->name, "or") == 0) { /* of IN */
        for (size_t i = 0; i < test->n_args; i++) {
            if (test->args[i]->kind == EXPR_CALL && strcmp(test->args[i]->fn->name, "or") != 0)
                TRY(aql_any_rule(l, &test->args[i], err));
        }
        return LANNER_OK;
    }
    mode = rule_mode(test);
    if (mode == NULL || test->n_args < 2 || test->args[0]->kind != EXPR_CALL ||
        strcmp(test->args[0]->fn->name, "rule_name") != 0 || test->args[1]->kind != EXPR_CONST)
        return LANNER_OK;
    /* An escape character is not taken over. */
    if (test->n_args > 2 &&
        (test->args[2]->kind != EXPR_CONST || !val_is_null(&test->args[2]->value)))
        return LANNER_OK;
    v = &test->args[1]->value;
    if (v->kind != KIND_ARRAY) {
        TRY(rule_test(l, test, mode, *v, e, err));
        if (strcmp(test->fn->name, "aql_ne") == 0)
            *e = aql_not(l, *e);
        return LANNER_OK;
    }
    if (v->len == 0)
        return LANNER_OK;
    any = ARENA_ARRAY(l->arena, struct expr *, v->len);
    for (uint32_t i = 0; i < v->len; i++)
        TRY(rule_test(l, test, mode, v->u.items[i], &any[i], err));
    *e = aql_chain(l, test->at, "or", any, v->len);
    return LANNER_OK;
}

/* ---- PROTOCOLNAME ---- */

/* Names of protocols have one spelling, queries have several: tcp, TCP, tcp_ip. */
static struct val protocol_spelled(struct aql_lower *l, struct val v)
{
    int64_t number;

    if (!val_is_text(&v) || !qradar_protocol_by_name(val_as_str(&v), &number))
        return v;
    return val_str(arena_printf(l->arena, "%s", qradar_protocol_name(number)));
}

static void fold_constant(struct aql_lower *l, struct expr *e)
{
    struct val *v = &e->value;
    struct val *items;

    if (e->kind != EXPR_CONST)
        return;
    if (v->kind != KIND_ARRAY) {
        *v = protocol_spelled(l, *v);
        return;
    }
    items = ARENA_ARRAY(l->arena, struct val, v->len);
    for (uint32_t i = 0; i < v->len; i++)
        items[i] = protocol_spelled(l, v->u.items[i]);
    v->u.items = items;
}

static bool is_protocol(const struct expr *e)
{
    return e->kind == EXPR_CALL && strcmp(e->fn->name, "protocol_name") == 0;
}

enum lanner_rc aql_fold_protocol(struct aql_lower *l, struct expr *e, struct lanner_err *err)
{
    const char *name;

    if (e->kind != EXPR_CALL || e->n_args < 2)
        return LANNER_OK;
    name = e->fn->name;
    if (strcmp(name, "or") == 0) { /* of IN and ENUMERATION */
        for (size_t i = 0; i < e->n_args; i++) {
            if (e->args[i]->kind == EXPR_CALL && strcmp(e->args[i]->fn->name, "or") != 0)
                TRY(aql_fold_protocol(l, e->args[i], err));
        }
        return LANNER_OK;
    }
    if (!is_protocol(e->args[0]) && !is_protocol(e->args[1]))
        return LANNER_OK;
    if (strcmp(name, "aql_eq") == 0 || strcmp(name, "aql_ne") == 0 || strcmp(name, "aql_in") == 0) {
        fold_constant(l, e->args[0]);
        fold_constant(l, e->args[1]);
    } else if (strcmp(name, "aql_like") == 0 || strcmp(name, "aql_matches") == 0) {
        struct expr *folded;

        TRY(aql_row(l, e->at, strcmp(name, "aql_like") == 0 ? "aql_ilike" : "aql_imatches", e->args,
                    e->n_args, &folded, err));
        *e = *folded;
    }
    return LANNER_OK;
}
