/* lower_name.c - what a name stands for (aql.md 3.3, 4, 6.3): an alias, a column, a field of the
 * model, another name for one, or a custom property, in an order that depends on the clause. */
#include <stdio.h>
#include <stdlib.h>

#include "lang/aql/lower.h"

/* Longer names are not looked for among those that items use. */
#define USE_KEY_MAX 200

static const struct str qradar_prefix = STR_INIT(FIELD_QRADAR_PREFIX);

size_t aql_alias(const struct aql_select *s, struct str name)
{
    for (size_t i = 0; i < s->q->n_items; i++) {
        if (s->q->items[i].alias.len != 0 && str_eq_nocase(s->q->items[i].alias, name))
            return i;
    }
    return SIZE_MAX;
}

static bool has_events(const struct aql_rel *r)
{
    return r->kind == AQL_REL_EVENTS || r->kind == AQL_REL_FLOWS;
}

/* ---- Fields ---- */

struct expr *aql_from_right(struct aql_lower *l, const struct aql_rel *rel, struct expr *e)
{
    struct plan_item cell = {.at = e->at, .expr = e, .n_names = 1};
    struct aql_right *right = rel->right;

    if (right == NULL)
        return e;
    for (size_t i = 0; i < right->cells.n; i++) {
        if (expr_equal(right->cells.items[i].expr, e))
            return expr_field(l->arena, e->at, right->cells.items[i].names[0]);
    }
    cell.names = ARENA_NEW(l->arena, struct str);
    cell.names[0] = aql_hidden(l, 'j');
    aql_set_type(l, cell.names[0], aql_type_of(l, e));
    VEC_PUSH(&right->cells, cell);
    return expr_field(l->arena, e->at, cell.names[0]);
}

static struct expr *view_field(struct aql_lower *l, const struct aql_rel *rel, struct span at,
                               const char *name)
{
    struct str full = arena_printf(l->arena, "%s%s", FIELD_QRADAR_PREFIX, name);

    return aql_from_right(l, rel, expr_field(l->arena, at, full));
}

/* sourcev6 where the record has none of its own: the source's address when it is one of IPv6. */
static enum lanner_rc v6_field(struct aql_lower *l, struct span at, const struct aql_field *f,
                               struct expr **out, struct lanner_err *err)
{
    const char *ip = strcmp(f->name, "sourcev6") == 0 ? "sourceip" : "destinationip";
    struct str name = arena_printf(l->arena, "%s%s", FIELD_QRADAR_PREFIX, ip);
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, 3);
    struct expr *host, *is_v6;

    TRY(aql_row1(l, at, "aql_host", expr_field(l->arena, at, name), &host, err));
    TRY(aql_row2(l, at, "aql_contains", aql_copy(l, host), aql_text_const(l, at, STR(":")), &is_v6,
                 err));
    args[0] = is_v6;
    args[1] = host;
    args[2] = aql_absent(l, at);
    TRY(aql_row(l, at, "aql_case", args, 3, &host, err));
    args = ARENA_ARRAY(l->arena, struct expr *, 3);
    args[0] = expr_const(l->arena, at, val_bool(false));
    args[1] = *out;
    args[2] = host;
    return aql_row(l, at, "coalesce", args, 3, out, err);
}

enum lanner_rc aql_model_field(struct aql_lower *l, const struct aql_rel *rel, struct span at,
                               const struct aql_field *f, struct expr **out, struct lanner_err *err)
{
    static const char *const wraps[AQL_TYPE_COUNT] = {
        [AQL_TYPE_BYTE] = "aql_long",     [AQL_TYPE_INTEGER] = "aql_long",
        [AQL_TYPE_LONG] = "aql_long",     [AQL_TYPE_TIME] = "aql_long",
        [AQL_TYPE_PORT] = "aql_long",     [AQL_TYPE_BOOLEAN] = "aql_bool",
        [AQL_TYPE_HOST] = "aql_host",     [AQL_TYPE_HOSTV6] = "aql_host",
        [AQL_TYPE_HOSTV4V6] = "aql_host", [AQL_TYPE_MAC] = "aql_mac",
    };
    struct str name = arena_printf(l->arena, "%s%s", FIELD_QRADAR_PREFIX, f->name);

    *out = expr_field(l->arena, at, name);
    if (wraps[f->type] != NULL)
        TRY(aql_row1(l, at, wraps[f->type], *out, out, err));
    if (f->type == AQL_TYPE_HOSTV6)
        TRY(v6_field(l, at, f, out, err));
    *out = aql_from_right(l, rel, *out);
    return LANNER_OK;
}

static struct expr *property(struct aql_lower *l, const struct aql_rel *rel, struct span at,
                             struct str name)
{
    struct str full = arena_printf(l->arena, "%s%.*s", FIELD_PROPERTY_PREFIX, STR_ARG(name));

    strmap_put(&l->properties, name, 1);
    return aql_from_right(l, rel, expr_field(l->arena, at, full));
}

bool aql_expr_is(const struct expr *e, const char *field)
{
    if (e->kind == EXPR_CALL && e->n_args == 1 &&
        (strcmp(e->fn->name, "aql_long") == 0 || strcmp(e->fn->name, "aql_host") == 0))
        e = e->args[0];
    return e->kind == EXPR_FIELD && str_starts(e->name, qradar_prefix) &&
           str_eqz(str_of(e->name.ptr + qradar_prefix.len, e->name.len - qradar_prefix.len), field);
}

bool aql_is_field(const struct aql_lower *l, const struct aql_node *n, const char *field)
{
    (void)l;
    return n->kind == AQL_NAME && str_eq_nocase(n->text, str_z(field));
}

/* ---- Other names for fields ---- */

/* `NorthAmerica.UnitedStates.Boston`: what stands before the first point. */
static enum lanner_rc country_of(struct aql_lower *l, struct span at, struct expr *e,
                                 struct expr **out, struct lanner_err *err)
{
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, 3);
    const struct fn_def *fn = fn_find(LANG_AQL, STR("REPLACEFIRST"));

    if (fn == NULL)
        return aql_unsupported(at, err, "REPLACEFIRST() is not supported");
    args[0] = aql_text_const(l, at, STR("\\..*$"));
    args[1] = e;
    args[2] = aql_text_const(l, at, STR(""));
    *out = expr_call(l->arena, at, fn, args, 3);
    return LANNER_OK;
}

static enum lanner_rc synonym_field(struct aql_lower *l, const struct aql_rel *rel, struct span at,
                                    const struct aql_synonym *s, struct expr **out,
                                    struct lanner_err *err)
{
    bool flows = rel->kind == AQL_REL_FLOWS;
    const char *name = flows && s->flow_field != NULL ? s->flow_field : s->field;
    const struct aql_field *f = aql_field_find(str_z(name));

    if (f == NULL)
        *out = view_field(l, rel, at, name);
    else
        TRY(aql_model_field(l, rel, at, f, out, err));
    if (s->call == NULL)
        return LANNER_OK;
    if (strcmp(s->call, "country") == 0)
        return country_of(l, at, *out, out, err);
    return aql_call_on(l, at, s->call, *out, out, err);
}

/* `alone`: nothing but the field. */
static void say_synonym(struct aql_lower *l, const struct aql_rel *rel, const struct aql_node *n,
                        const struct aql_synonym *s, bool alone)
{
    const char *field =
        rel->kind == AQL_REL_FLOWS && s->flow_field != NULL ? s->flow_field : s->field;

    if (s->call != NULL && strcmp(s->call, "country") == 0)
        aql_repair(&l->parse, n->at, "%.*s is read as the country of %s", STR_ARG(n->text), field);
    else if (s->call != NULL)
        aql_repair(&l->parse, n->at, "%.*s is read as %s(%s)", STR_ARG(n->text), s->call, field);
    else if (alone)
        aql_repair(&l->parse, n->at, "%.*s is read as %s", STR_ARG(n->text),
                   strcmp(field, "payload") == 0 ? "UTF8(payload)" : field);
    else
        aql_repair(&l->parse, n->at,
                   "%.*s is read as the %s %s, or as a custom property of that "
                   "name",
                   STR_ARG(n->text), field != NULL ? "field" : "property",
                   field != NULL ? field : s->property);
}

static enum lanner_rc lower_synonym(struct aql_lower *l, const struct aql_rel *rel,
                                    const struct aql_node *n, const struct aql_synonym *s,
                                    struct expr **out, struct lanner_err *err)
{
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, 6);
    struct span at = n->at;
    size_t k = 0;

    args[k++] = expr_const(l->arena, at, val_bool(false));
    if (s->own_first)
        args[k++] = property(l, rel, at, n->text);
    if (s->field != NULL)
        TRY(synonym_field(l, rel, at, s, &args[k++], err));
    if (s->more != NULL)
        args[k++] = view_field(l, rel, at, s->more);
    if (s->property != NULL)
        args[k++] = property(l, rel, at, str_z(s->property));
    if (s->own)
        args[k++] = property(l, rel, at, n->text);
    say_synonym(l, rel, n, s, k == 2);
    if (k == 2) {
        *out = args[1];
        return LANNER_OK;
    }
    return aql_row(l, at, "coalesce", args, k, out, err);
}

/* ---- Where a name is found ---- */

static const struct aql_column *find_column(const struct aql_rel *rel, struct str name)
{
    for (size_t i = 0; i < rel->n_cols; i++) {
        if (str_eq_nocase(rel->cols[i].label, name))
            return &rel->cols[i];
    }
    return NULL;
}

/* FIRST_username of a sub-select is found as username too. */
static const struct aql_column *find_first_column(const struct aql_rel *rel, struct str name)
{
    for (size_t i = 0; i < rel->n_cols; i++) {
        struct str label = rel->cols[i].label;

        if (str_starts(label, STR("FIRST_")) &&
            str_eq_nocase(str_of(label.ptr + 6, label.len - 6), name))
            return &rel->cols[i];
    }
    return NULL;
}

static bool is_real(const struct aql_lower *l, const struct aql_rel *rel, struct str name)
{
    const struct aql_field *f;

    if (rel->kind == AQL_REL_ROWS)
        return find_column(rel, name) != NULL;
    f = aql_field_find(name);
    return f != NULL && has_events(rel) &&
           (!l->options->strict || aql_field_in(f, rel->kind == AQL_REL_FLOWS));
}

static const struct aql_rel *find_real(const struct aql_lower *l, struct str name)
{
    for (size_t i = 0; i < l->sel->rels.n; i++) {
        if (is_real(l, l->sel->rels.items[i], name))
            return l->sel->rels.items[i];
    }
    return NULL;
}

bool aql_is_column(const struct aql_lower *l, struct str name)
{
    return find_real(l, name) != NULL;
}

static enum lanner_rc real_field(struct aql_lower *l, const struct aql_rel *rel,
                                 const struct aql_node *n, struct expr **out,
                                 struct lanner_err *err)
{
    if (rel->kind == AQL_REL_ROWS) {
        const struct aql_column *c = find_column(rel, n->text);

        *out = aql_from_right(l, rel, expr_field(l->arena, n->at, c->field));
        return LANNER_OK;
    }
    return aql_model_field(l, rel, n->at, aql_field_find(n->text), out, err);
}

enum lanner_rc aql_expand_item(struct aql_lower *l, size_t i, struct expr **out,
                               struct lanner_err *err)
{
    struct aql_select *s = l->sel;
    enum aql_clause clause = s->clause;
    size_t item = s->item;
    enum lanner_rc rc;

    if (s->n_expanding > 0 && ++l->n_nested > AQL_MAX_NESTED)
        return err_set_at(err, LANNER_ERR_LIMIT, s->q->items[i].at,
                          "the query is too large once its aliases are written out");
    s->expanding[i] = true;
    if (s->n_expanding++ == 0)
        s->used_in = clause;
    s->clause = AQL_IN_ITEM;
    s->item = i;
    rc = aql_lower_expr(l, s->q->items[i].expr, out, err);
    s->expanding[i] = false;
    s->n_expanding--;
    s->clause = clause;
    s->item = item;
    return rc;
}

/* Lower case; false: too long to be kept. */
static bool use_key(struct str name, char room[USE_KEY_MAX], struct str *key)
{
    if (name.len > USE_KEY_MAX)
        return false;
    for (size_t i = 0; i < name.len; i++)
        room[i] = ascii_lower(name.ptr[i]);
    *key = str_of(room, name.len);
    return true;
}

static void add_uses(struct aql_lower *l, const struct aql_node *n, size_t item)
{
    char room[USE_KEY_MAX];
    struct str key;

    if (n == NULL)
        return;
    if (n->kind == AQL_NAME && n->space.len == 0 && use_key(n->text, room, &key) &&
        strmap_get(&l->sel->first_use, key) == SIZE_MAX)
        strmap_put(&l->sel->first_use, arena_str(l->arena, key), item);
    for (size_t i = 0; i < n->n_kids; i++)
        add_uses(l, n->kids[i], item);
    add_uses(l, n->otherwise, item);
}

/* The first item the name stands in; SIZE_MAX when in none. */
static size_t first_use(struct aql_lower *l, struct str name)
{
    struct aql_select *s = l->sel;
    char room[USE_KEY_MAX];
    struct str key;

    if (!s->has_first_use) {
        strmap_init(&s->first_use);
        s->has_first_use = true;
        for (size_t i = 0; i < s->q->n_items; i++)
            add_uses(l, s->q->items[i].expr, i);
    }
    return use_key(name, room, &key) ? strmap_get(&s->first_use, key) : SIZE_MAX;
}

/* `a AS b, b AS a`: the names are exchanged. */
static bool is_exchange(const struct aql_select *s, size_t alias)
{
    const struct aql_item *item = &s->q->items[s->item], *other = &s->q->items[alias];

    return item->expr->kind == AQL_NAME && other->expr->kind == AQL_NAME && item->alias.len != 0 &&
           str_eq_nocase(item->alias, other->expr->text);
}

bool aql_is_rather_field(struct aql_lower *l, const struct aql_node *n, size_t alias)
{
    struct aql_select *s = l->sel;

    if (s->clause == AQL_IN_ORDER || s->clause == AQL_IN_HAVING)
        return false;
    /* LAST(w) AS w: a field has the name, or the item would mean nothing. */
    if (first_use(l, n->text) <= alias)
        return true;
    return s->clause == AQL_IN_ITEM && is_exchange(s, alias);
}

/* Aliases that may be meant: in a SELECT item only those before it. */
static size_t visible_alias(struct aql_lower *l, const struct aql_node *n)
{
    const struct aql_select *s = l->sel;
    size_t i = aql_alias(s, n->text);

    if (i == SIZE_MAX || s->expanding == NULL || s->expanding[i])
        return SIZE_MAX;
    if (s->clause == AQL_IN_ITEM && i >= s->item)
        return SIZE_MAX;
    if (aql_is_rather_field(l, n, i))
        return SIZE_MAX;
    /* "Logon Type" in an item is a custom property first. */
    if (s->clause == AQL_IN_ITEM && n->quoted && !aql_has_aggregate(l, s->q->items[i].expr, 0))
        return SIZE_MAX;
    return i;
}

static enum lanner_rc unknown_name(const struct aql_lower *l, const struct aql_node *n,
                                   struct lanner_err *err)
{
    struct suggest s = suggest_start(n->text);
    bool flows = false, events = false;
    char room[200];

    for (size_t i = 0; i < l->sel->rels.n; i++) {
        const struct aql_rel *rel = l->sel->rels.items[i];

        for (size_t k = 0; k < rel->n_cols; k++)
            suggest_offer(&s, rel->cols[k].label);
        flows |= rel->kind == AQL_REL_FLOWS;
        events |= rel->kind == AQL_REL_EVENTS;
    }
    if (flows || events)
        aql_suggest_fields(&s, flows);
    (void)aql_wrong(n->at, err,
                    flows || events ? "there is no field %.*s"
                                    : "the sub-select has no column %.*s",
                    STR_ARG(n->text));
    if (suggest_print(&s, room, sizeof(room)))
        err_hint(err, "%s", room);
    return LANNER_ERR_QUERY;
}

/* Names that no rows have as such: other names, then custom properties. */
static enum lanner_rc loose_name(struct aql_lower *l, const struct aql_rel *rel,
                                 const struct aql_node *n, struct expr **out,
                                 struct lanner_err *err)
{
    const struct aql_synonym *s = aql_synonym_find(n->text);

    /* A quoted name is a custom property in the product. */
    if (l->options->strict && (n->quoted || aql_property_is_known(n->text)))
        s = NULL;
    else if (l->options->strict && s == NULL)
        return unknown_name(l, n, err);
    if (s != NULL)
        return lower_synonym(l, rel, n, s, out, err);
    *out = property(l, rel, n->at, n->text);
    return LANNER_OK;
}

static bool is_now(const struct aql_node *n)
{
    return !n->quoted && (str_eq_nocase(n->text, STR("CURRENT_TIMESTAMP")) ||
                          str_eq_nocase(n->text, STR("SYSDATE")));
}

static enum lanner_rc last_resort(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                  struct lanner_err *err)
{
    for (size_t i = 0; i < l->sel->rels.n; i++) {
        if (has_events(l->sel->rels.items[i]))
            return loose_name(l, l->sel->rels.items[i], n, out, err);
    }
    for (size_t i = 0; i < l->sel->rels.n; i++) {
        const struct aql_rel *rel = l->sel->rels.items[i];
        const struct aql_column *c = find_first_column(rel, n->text);

        if (c != NULL) {
            aql_repair(&l->parse, n->at, "%.*s is read as the column %.*s", STR_ARG(n->text),
                       STR_ARG(c->label));
            *out = aql_from_right(l, rel, expr_field(l->arena, n->at, c->field));
            return LANNER_OK;
        }
    }
    for (size_t i = 0; i < l->sel->rels.n; i++) {
        const struct aql_rel *rel = l->sel->rels.items[i];

        if (rel->below == NULL || l->options->strict)
            continue;
        aql_repair(&l->parse, n->at, "%.*s is no column of the sub-select; its events are asked",
                   STR_ARG(n->text));
        if (is_real(l, rel->below, n->text))
            return real_field(l, rel->below, n, out, err);
        return loose_name(l, rel->below, n, out, err);
    }
    return unknown_name(l, n, err);
}

/* ---- Metadata tables: their columns are functions of the value that is looked up ---- */

static enum lanner_rc meta_name(struct aql_lower *l, const struct aql_rel *rel,
                                const struct aql_node *n, struct expr **out, struct lanner_err *err)
{
    static const char *const own[] = {"id", "qid", "value", "ip", "typeid", "devicetype"};
    bool is_qid = str_eq_nocase(rel->name, STR("QIDmap"));
    struct aql_select *here = l->sel;
    struct expr *subject;
    enum lanner_rc rc;

    /* The value stands in the query outside. */
    l->sel = here->outer;
    rc = aql_lower_expr(l, rel->subject, &subject, err);
    l->sel = here;
    TRY(rc);
    for (size_t i = 0; i < ARRAY_LEN(own); i++) {
        if (str_eq_nocase(n->text, str_z(own[i]))) {
            *out = subject;
            return LANNER_OK;
        }
    }
    if (str_eq_nocase(n->text, STR("name")) || str_eq_nocase(n->text, STR("qidname")) ||
        str_eq_nocase(n->text, STR("devicetypename")))
        return aql_call_on(l, n->at, is_qid ? "QIDNAME" : "LOGSOURCETYPENAME", subject, out, err);
    return aql_wrong(n->at, err, "%.*s has no column %.*s", STR_ARG(rel->name), STR_ARG(n->text));
}

/* ---- All of it ---- */

static enum lanner_rc qualified_name(struct aql_lower *l, const struct aql_node *n,
                                     struct expr **out, struct lanner_err *err)
{
    for (size_t i = 0; i < l->sel->rels.n; i++) {
        const struct aql_rel *rel = l->sel->rels.items[i];

        if (!str_eq_nocase(rel->alias, n->space) &&
            !(rel->alias.len == 0 && str_eq_nocase(rel->name, n->space)))
            continue;
        if (rel->kind == AQL_REL_META)
            return meta_name(l, rel, n, out, err);
        if (is_real(l, rel, n->text))
            return real_field(l, rel, n, out, err);
        if (has_events(rel))
            return loose_name(l, rel, n, out, err);
        return unknown_name(l, n, err);
    }
    for (size_t i = 0; i < l->sel->rels.n; i++) {
        const struct aql_rel *rel = l->sel->rels.items[i];

        if (!has_events(rel))
            continue;
        aql_repair(&l->parse, n->at, "%.*s.%.*s is read as a custom property", STR_ARG(n->space),
                   STR_ARG(n->text));
        *out = property(l, rel, n->at,
                        arena_printf(l->arena, "%.*s.%.*s", STR_ARG(n->space), STR_ARG(n->text)));
        return LANNER_OK;
    }
    return aql_wrong(n->at, err, "there is no source called %.*s", STR_ARG(n->space));
}

enum lanner_rc aql_lower_name(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                              struct lanner_err *err)
{
    struct aql_select *s = l->sel;
    const struct aql_rel *rel;
    size_t alias;

    if (n->space.len != 0)
        return qualified_name(l, n, out, err);
    if (s->rels.n == 1 && s->rels.items[0]->kind == AQL_REL_META)
        return meta_name(l, s->rels.items[0], n, out, err);
    rel = find_real(l, n->text);
    alias = rel == NULL || s->clause == AQL_IN_ORDER || s->clause == AQL_IN_HAVING
                ? visible_alias(l, n)
                : SIZE_MAX;
    if (alias != SIZE_MAX) {
        if (s->clause == AQL_IN_ITEM)
            aql_repair(&l->parse, n->at, "%.*s is read as the alias of another column",
                       STR_ARG(n->text));
        return aql_expand_item(l, alias, out, err);
    }
    if (rel != NULL)
        return real_field(l, rel, n, out, err);
    if (s->q->session != NULL && str_eq_nocase(n->text, STR("sessionId"))) {
        *out = expr_field(l->arena, n->at, STR("\x01session"));
        return LANNER_OK;
    }
    if (is_now(n)) {
        aql_repair(&l->parse, n->at, "%.*s is read as NOW()", STR_ARG(n->text));
        l->plan->needs_clock = true;
        *out = expr_const(l->arena, n->at, val_long(l->env->now_ns / NS_PER_MS));
        return LANNER_OK;
    }
    return last_resort(l, n, out, err);
}

bool aql_is_known(struct aql_lower *l, const struct aql_node *n)
{
    return n->space.len != 0 || visible_alias(l, n) != SIZE_MAX || find_real(l, n->text) != NULL ||
           aql_synonym_find(n->text) != NULL || aql_property_is_known(n->text) ||
           strmap_get(&l->properties, n->text) != SIZE_MAX;
}
