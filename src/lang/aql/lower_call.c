/* lower_call.c - calls (aql.md 5): arguments against the parameters of a function's row, and the
 * functions that mean a field of the event itself. */
#include <stdio.h>
#include <stdlib.h>

#include "lang/aql/lower.h"
#include "lookup/lookup.h"
#include "util/num.h"

#define MAX_ARGS 10000

/* ---- Aggregates ---- */

bool aql_is_aggregate_name(struct str name)
{
    static const char *const names[] = {
        "COUNT", "UNIQUECOUNT", "DISTINCTCOUNT", "SUM",         "AVG",        "MIN",
        "MAX",   "FIRST",       "LAST",          "STDEV",       "STDEVP",     "ARRAY",
        "LIST",  "ARRAY_AGG",   "GROUP_CONCAT",  "MEDIAN",      "PERCENTILE", "STDDEV",
        "SUMIF", "VARIANCE",    "COUNTIF",       "CARDINALITY",
    };

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_eq_nocase(name, str_z(names[i])))
            return true;
    }
    return false;
}

/* Looked at once for each kind of clause: aliases of aliases would be walked without end. */
static bool alias_has_aggregate(struct aql_lower *l, size_t alias, unsigned depth)
{
    struct aql_select *s = l->sel;
    bool late = s->clause == AQL_IN_ORDER || s->clause == AQL_IN_HAVING;
    size_t n = s->q->n_items, at = late ? n + alias : alias;

    if (s->found_aggregate == NULL) {
        s->found_aggregate = ARENA_ARRAY(l->arena, char, 2 * n);
        memset(s->found_aggregate, 0, 2 * n);
    }
    if (s->found_aggregate[at] == 0) {
        s->expanding[alias] = true;
        s->found_aggregate[at] = aql_has_aggregate(l, s->q->items[alias].expr, depth) ? 'y' : 'n';
        s->expanding[alias] = false;
    }
    return s->found_aggregate[at] == 'y';
}

bool aql_has_aggregate(struct aql_lower *l, const struct aql_node *n, unsigned depth)
{
    size_t alias;
    bool late;

    /* Beyond these bounds lowering ends in an error. */
    if (n == NULL || depth > 4 * AQL_MAX_DEPTH || ++l->n_walked > l->max_exprs)
        return false;
    if (n->kind == AQL_CALL && n->space.len == 0 && aql_is_aggregate_name(n->text))
        return true;
    if (n->kind == AQL_NAME && n->space.len == 0 && l->sel != NULL) {
        alias = aql_alias(l->sel, n->text);
        late = l->sel->clause == AQL_IN_ORDER || l->sel->clause == AQL_IN_HAVING;
        if (alias == SIZE_MAX || l->sel->expanding == NULL || l->sel->expanding[alias] ||
            aql_field_find(n->text) != NULL || aql_is_rather_field(l, n, alias) ||
            (!late && aql_is_column(l, n->text)))
            return false;
        return alias_has_aggregate(l, alias, depth + 1);
    }
    for (size_t i = 0; i < n->n_kids; i++) {
        if (aql_has_aggregate(l, n->kids[i], depth + 1))
            return true;
    }
    return aql_has_aggregate(l, n->otherwise, depth + 1);
}

/* ---- Arguments ---- */

struct args {
    const struct aql_node *call;
    const struct fn_def *fn;
    struct expr **items;
    size_t n;
};

/* `SUBSTRING(text, start[, length])`. */
static void print_signature(const char *name, const struct fn_def *fn, char *room, size_t size)
{
    size_t n = 0;
    bool first = true;

    n += (size_t)snprintf(room, size, "%s(", name);
    for (const struct fn_param *p = fn->params; p != NULL && p->name != NULL && n < size; p++) {
        bool needed = (p->flags & PARAM_REQUIRED) != 0;

        if (p->kind == P_AS || (p->flags & PARAM_NO_PASS) != 0)
            continue;
        n += (size_t)snprintf(room + n, size - n, "%s%s%s%s%s", needed ? "" : "[",
                              first ? "" : ", ", p->name,
                              (p->flags & PARAM_MANY) != 0 ? ", ..." : "", needed ? "" : "]");
        first = false;
    }
    if (n < size)
        snprintf(room + n, size - n, ")");
}

static enum lanner_rc wrong_args(const struct aql_node *call, const struct fn_def *fn,
                                 struct span at, const char *what, struct lanner_err *err)
{
    char name[64], room[200];

    snprintf(name, sizeof(name), "%.*s%s%.*s", (int)MIN(call->space.len, (size_t)20),
             call->space.len != 0 ? call->space.ptr : "", call->space.len != 0 ? "::" : "",
             (int)MIN(call->text.len, (size_t)40), call->text.ptr);
    print_signature(name, fn, room, sizeof(room));
    (void)aql_wrong(at, err, "%s() %s", name, what);
    err_hint(err, "it is %s", room);
    return LANNER_ERR_QUERY;
}

/* The constant text of an argument; a name that stands there is meant as one. */
static enum lanner_rc text_arg(struct aql_lower *l, const struct args *a, const struct fn_param *p,
                               const struct aql_node *n, struct str *out, struct lanner_err *err)
{
    char room[100];
    struct expr *e;

    if (n->kind == AQL_STRING || n->kind == AQL_NUMBER) {
        *out = n->text;
        return LANNER_OK;
    }
    if (n->kind == AQL_NAME && n->space.len == 0) {
        aql_repair(&l->parse, n->at, "%.*s is read as the text '%.*s'", STR_ARG(n->text),
                   STR_ARG(n->text));
        *out = n->text;
        return LANNER_OK;
    }
    TRY(aql_lower_expr(l, n, &e, err));
    if (aql_is_text_const(e, out))
        return LANNER_OK;
    snprintf(room, sizeof(room), "takes a text between quotes as %s", p->name);
    return wrong_args(a->call, a->fn, n->at, room, err);
}

static enum lanner_rc option_arg(struct aql_lower *l, const struct args *a,
                                 const struct fn_param *p, const struct aql_node *n,
                                 struct expr **out, struct lanner_err *err)
{
    struct str text;
    char room[160];

    TRY(text_arg(l, a, p, n, &text, err));
    for (const char *w = p->options; w != NULL && *w != '\0';) {
        struct str word = str_of(w, strcspn(w, "|"));
        /* Units in the plural. */
        bool plural = text.len == word.len + 1 && ascii_lower(text.ptr[word.len]) == 's' &&
                      str_eq_nocase(str_of(text.ptr, word.len), word);

        if (str_eq_nocase(word, text) || plural) {
            *out = aql_text_const(l, n->at, word);
            return LANNER_OK;
        }
        w += word.len + (w[word.len] == '|');
    }
    snprintf(room, sizeof(room), "takes %s as %s", p->options, p->name);
    return wrong_args(a->call, a->fn, n->at, room, err);
}

static enum lanner_rc const_arg(struct aql_lower *l, const struct args *a, const struct fn_param *p,
                                const struct aql_node *n, struct expr **out, struct lanner_err *err)
{
    char room[100];
    struct expr *e;

    TRY(aql_lower_expr(l, n, &e, err));
    if (e->kind == EXPR_CONST && p->kind != P_BOOL) {
        struct val v = val_to_num(&e->value);

        if (!val_is_null(&v)) {
            *out = expr_const(l->arena, n->at, v);
            return LANNER_OK;
        }
    }
    if (e->kind == EXPR_CONST && p->kind == P_BOOL && e->value.kind == KIND_BOOL) {
        *out = e;
        return LANNER_OK;
    }
    snprintf(room, sizeof(room), "takes a %s as %s", p->kind == P_BOOL ? "boolean" : "number",
             p->name);
    return wrong_args(a->call, a->fn, n->at, room, err);
}

/* 'Global ID' in REFERENCETABLE('t', 'FullName', 'Global ID') names an alias (aql.md 1). */
static enum lanner_rc expr_arg(struct aql_lower *l, const struct args *a, const struct aql_node *n,
                               struct expr **out, struct lanner_err *err)
{
    struct aql_node name = *n;
    const struct str reference = STR("REFERENCE");

    if (n->kind == AQL_STRING && a->call->text.len > reference.len &&
        str_eq_nocase(str_of(a->call->text.ptr, reference.len), reference) &&
        aql_alias(l->sel, n->text) != SIZE_MAX) {
        enum aql_clause clause = l->sel->clause;
        enum lanner_rc rc;

        name.kind = AQL_NAME;
        l->sel->clause = AQL_IN_ORDER; /* any alias, also a later one */
        rc = aql_lower_expr(l, &name, out, err);
        l->sel->clause = clause;
        return rc;
    }
    return aql_lower_expr(l, n, out, err);
}

static enum lanner_rc lower_arg(struct aql_lower *l, const struct args *a, const struct fn_param *p,
                                const struct aql_node *n, struct expr **out, struct lanner_err *err)
{
    struct str text;

    switch (p->kind) {
    case P_TEXT:
    case P_REGEX:
    case P_NAME:
        TRY(text_arg(l, a, p, n, &text, err));
        *out = aql_text_const(l, n->at, text);
        return LANNER_OK;
    case P_OPTION:
        return option_arg(l, a, p, n, out, err);
    case P_NUMBER:
    case P_BOOL:
    case P_SPAN:
        return const_arg(l, a, p, n, out, err);
    default:
        return expr_arg(l, a, n, out, err);
    }
}

/* The rest of the arguments as one constant list. */
static enum lanner_rc list_arg(struct aql_lower *l, const struct args *a, size_t first,
                               struct expr **out, struct lanner_err *err)
{
    size_t n = a->call->n_kids - first;
    struct val *items = ARENA_ARRAY(l->arena, struct val, n);
    struct val list = {.kind = KIND_ARRAY, .len = (uint32_t)n, .u.items = items};

    for (size_t i = 0; i < n; i++) {
        struct expr *e;

        TRY(aql_lower_expr(l, a->call->kids[first + i], &e, err));
        if (e->kind != EXPR_CONST)
            return wrong_args(a->call, a->fn, e->at, "takes constants here", err);
        items[i] = e->value;
    }
    *out = expr_const(l->arena, a->call->at, list);
    return LANNER_OK;
}

static enum lanner_rc missing_arg(struct aql_lower *l, const struct args *a,
                                  const struct fn_param *p, struct expr **out,
                                  struct lanner_err *err)
{
    char room[100];
    int64_t i;

    if ((p->flags & PARAM_REQUIRED) != 0 && p->fallback == NULL) {
        snprintf(room, sizeof(room), "needs %s", p->name);
        return wrong_args(a->call, a->fn, a->call->at, room, err);
    }
    if (p->fallback == NULL)
        *out = aql_absent(l, a->call->at);
    else if (p->kind == P_BOOL)
        *out = expr_const(l->arena, a->call->at, val_bool(strcmp(p->fallback, "true") == 0));
    else if (p->kind == P_NUMBER && num_parse_long(str_z(p->fallback), &i))
        *out = expr_const(l->arena, a->call->at, val_long(i));
    else if (p->kind == P_FIELD)
        *out = expr_field(l->arena, a->call->at, str_z(p->fallback));
    else
        *out = aql_text_const(l, a->call->at, str_z(p->fallback));
    return LANNER_OK;
}

enum lanner_rc aql_bind(struct aql_lower *l, const struct aql_node *n, const struct fn_def *fn,
                        struct expr **out, struct lanner_err *err)
{
    struct args a = {.call = n, .fn = fn};
    size_t given = 0, n_params = 0;

    if (n->n_kids > MAX_ARGS)
        return err_set_at(err, LANNER_ERR_LIMIT, n->at, "a call has more than %d arguments",
                          MAX_ARGS);
    while (fn->params != NULL && fn->params[n_params].name != NULL)
        n_params++;
    a.items = ARENA_ARRAY(l->arena, struct expr *, n_params + n->n_kids);
    for (const struct fn_param *p = fn->params; p != NULL && p->name != NULL; p++) {
        if (p->kind == P_AS || (p->flags & PARAM_NO_PASS) != 0)
            continue;
        if (p->kind == P_LIST && given < n->n_kids) {
            TRY(list_arg(l, &a, given, &a.items[a.n++], err));
            given = n->n_kids;
        } else if (given < n->n_kids) {
            do {
                TRY(lower_arg(l, &a, p, n->kids[given++], &a.items[a.n++], err));
            } while ((p->flags & PARAM_MANY) != 0 && given < n->n_kids);
        } else if ((p->flags & PARAM_MANY) == 0 || (p->flags & PARAM_REQUIRED) != 0) {
            TRY(missing_arg(l, &a, p, &a.items[a.n++], err));
        }
    }
    if (given < n->n_kids)
        return wrong_args(n, fn, n->kids[given]->at, "does not take so many arguments", err);
    TRY(aql_count_expr(l, n->at, err));
    aql_row_clock(l, fn);
    *out = expr_call(l->arena, n->at, fn, a.items, a.n);
    return LANNER_OK;
}

/* ---- Functions of the event's own fields ---- */

static enum lanner_rc category_name(struct aql_lower *l, struct span at, struct expr *id,
                                    struct expr **out, struct lanner_err *err)
{
    static const char *const rows[] = {"category_name", "category_high_name",
                                       "category_qualified_name"};
    unsigned v = MIN(l->variant, 2u);

    if (!l->options->strict && !l->options->no_category_widening)
        l->n_variants = MAX(l->n_variants, 3u);
    else
        v = 0;
    if (v == 1)
        aql_note_once(l, LANNER_NOTE_REPAIR, at,
                      "a condition on CATEGORYNAME() is asked of the low-level name, the "
                      "high-level name and both (High.Low); --no-category-widening asks the first");
    return aql_row1(l, at, rows[v], id, out, err);
}

/* The names of a type that was renamed, at most three. The others are NULL for most types: then it
 * is the first. */
static enum lanner_rc type_name(struct aql_lower *l, struct span at, struct expr *id,
                                struct expr **out, struct lanner_err *err)
{
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, 3);
    unsigned nth = MIN(l->variant, 2u);

    TRY(aql_row1(l, at, "log_source_type_name", id, out, err));
    if (l->options->strict)
        return LANNER_OK;
    l->n_variants = MAX(l->n_variants, 3u);
    if (nth == 0)
        return LANNER_OK;
    args[0] = expr_const(l->arena, at, val_bool(false));
    args[2] = *out;
    TRY(aql_row2(l, at, "log_source_type_other_name", aql_copy(l, id),
                 expr_const(l->arena, at, val_long(nth - 1)), &args[1], err));
    return aql_row(l, at, "coalesce", args, 3, out, err);
}

/* The view's own name; with a file of names, what that says where the view says nothing. */
static enum lanner_rc view_name(struct aql_lower *l, struct span at, const char *view,
                                const char *fn_name, struct expr *id, struct expr **out,
                                struct lanner_err *err)
{
    const struct lookup_folders *folders = l->env->folders;
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, 3), **one;
    const struct fn_def *fn = fn_find(LANG_AQL, str_z(fn_name));

    args[1] = expr_field(l->arena, at, arena_printf(l->arena, "%s%s", FIELD_QRADAR_PREFIX, view));
    *out = args[1];
    if (folders == NULL || folders->names == NULL || fn == NULL)
        return LANNER_OK;
    one = ARENA_ARRAY(l->arena, struct expr *, 1);
    one[0] = id;
    args[0] = expr_const(l->arena, at, val_bool(false));
    args[2] = expr_call(l->arena, at, fn, one, 1);
    return aql_row(l, at, "coalesce", args, 3, out, err);
}

enum lanner_rc aql_call_on(struct aql_lower *l, struct span at, const char *name, struct expr *arg,
                           struct expr **out, struct lanner_err *err)
{
    const struct fn_def *fn;
    struct expr **args;

    if (strcmp(name, "CATEGORYNAME") == 0)
        return category_name(l, at, arg, out, err);
    if (strcmp(name, "LOGSOURCETYPENAME") == 0)
        return type_name(l, at, arg, out, err);
    if (strcmp(name, "QIDNAME") == 0 && aql_expr_is(arg, "qid"))
        return view_name(l, at, "eventname", name, arg, out, err);
    if (strcmp(name, "LOGSOURCENAME") == 0 && aql_expr_is(arg, "logsourceid"))
        return view_name(l, at, "logsourcename", name, arg, out, err);
    fn = fn_find(LANG_AQL, str_z(name));
    if (fn == NULL)
        return aql_unsupported(at, err, "%s() is not supported", name);
    args = ARENA_ARRAY(l->arena, struct expr *, 1);
    args[0] = arg;
    *out = expr_call(l->arena, at, fn, args, 1);
    return LANNER_OK;
}

static bool is_call(const struct aql_node *n, const char *name, size_t n_args)
{
    return n->space.len == 0 && n->n_kids == n_args && str_eq_nocase(n->text, str_z(name));
}

/* A field of the first source with events. */
static enum lanner_rc own_field(struct aql_lower *l, struct span at, const char *name,
                                struct expr **out, struct lanner_err *err)
{
    struct aql_node field = {.kind = AQL_NAME, .at = at, .text = str_z(name)};

    return aql_lower_name(l, &field, out, err);
}

static enum lanner_rc lower_name_call(struct aql_lower *l, const struct aql_node *n,
                                      struct expr **out, bool *done, struct lanner_err *err)
{
    static const char *const names[] = {"CATEGORYNAME", "LOGSOURCETYPENAME", "QIDNAME",
                                        "LOGSOURCENAME"};
    const struct aql_node *arg = n->n_kids == 1 ? n->kids[0] : NULL;
    struct expr *e;

    for (size_t i = 0; i < ARRAY_LEN(names) && arg != NULL; i++) {
        if (!is_call(n, names[i], 1))
            continue;
        *done = true;
        if (i == 1 && aql_is_field(l, arg, "logsourceid")) {
            aql_repair(&l->parse, n->at,
                       "LOGSOURCETYPENAME(logsourceid) is read as LOGSOURCETYPENAME(devicetype)");
            TRY(own_field(l, arg->at, "devicetype", &e, err));
        } else {
            TRY(aql_lower_expr(l, arg, &e, err));
        }
        return aql_call_on(l, n->at, names[i], e, out, err);
    }
    if (is_call(n, "LOGSOURCETYPEID", 1)) {
        *done = true;
        if (!aql_is_field(l, arg, "devicetype") && !aql_is_field(l, arg, "logsourceid"))
            return aql_wrong(arg->at, err, "LOGSOURCETYPEID() takes logsourceid or devicetype");
        aql_repair(&l->parse, n->at, "LOGSOURCETYPEID() is read as devicetype");
        return own_field(l, n->at, "devicetype", out, err);
    }
    if (is_call(n, "LOGSOURCESTARTTIME", 1)) {
        *done = true;
        if (!aql_is_field(l, arg, "logsourceid"))
            return aql_wrong(arg->at, err, "LOGSOURCESTARTTIME() takes logsourceid");
        aql_repair(&l->parse, n->at, "LOGSOURCESTARTTIME() is read as starttime");
        return own_field(l, n->at, "starttime", out, err);
    }
    return LANNER_OK;
}

/* ---- Time ---- */

static enum lanner_rc lower_time_call(struct aql_lower *l, const struct aql_node *n,
                                      struct expr **out, bool *done, struct lanner_err *err)
{
    static const char *const nows[] = {"NOW", "CURRENT_TIMESTAMP", "GETDATE", "SYSDATE"};
    int64_t ms;

    for (size_t i = 0; i < ARRAY_LEN(nows); i++) {
        if (!is_call(n, nows[i], 0))
            continue;
        *done = true;
        l->plan->needs_clock = true;
        *out = expr_const(l->arena, n->at, val_long(l->env->now_ns / NS_PER_MS));
        return LANNER_OK;
    }
    if (!is_call(n, "PARSEDATETIME", 1) || n->kids[0]->kind != AQL_STRING)
        return LANNER_OK;
    *done = true;
    if (!aql_instant_parse(l, n->kids[0]->text, &ms)) {
        (void)aql_wrong(n->kids[0]->at, err, "'%.*s' is no time",
                        (int)MIN(n->kids[0]->text.len, (size_t)60), n->kids[0]->text.ptr);
        err_hint(err, "for example '1 hour ago' or '2026-03-02 14:00'");
        return LANNER_ERR_QUERY;
    }
    *out = expr_const(l->arena, n->at, val_long(ms));
    return LANNER_OK;
}

/* DATEFORMAT(starttime/1000, ...) formats days of January 1970. */
static void warn_dateformat(struct aql_lower *l, const struct aql_node *n)
{
    const struct aql_node *arg = n->n_kids > 0 ? n->kids[0] : NULL;
    const struct aql_field *f;

    if (arg == NULL || !str_eq_nocase(n->text, STR("DATEFORMAT")) || arg->kind != AQL_BINARY ||
        arg->op != AQL_OP_DIV || arg->kids[0]->kind != AQL_NAME ||
        arg->kids[1]->kind != AQL_NUMBER || !str_eqz(arg->kids[1]->text, "1000"))
        return;
    f = aql_field_find(arg->kids[0]->text);
    if (f != NULL && f->type == AQL_TYPE_TIME)
        plan_note(l->plan, LANNER_NOTE_WARNING, arg->at,
                  "DATEFORMAT() takes milliseconds: %s/1000 is a time of January 1970", f->name);
}

/* ---- Calls with a reading of their own ---- */

static bool looks_like_cidr(const struct aql_node *n)
{
    return n->kind == AQL_STRING && str_find_char(n->text, '/') != SIZE_MAX;
}

static enum lanner_rc lower_in_cidr(struct aql_lower *l, const struct aql_node *n,
                                    struct expr **out, bool *done, struct lanner_err *err)
{
    const struct aql_node *cidr, *ip;
    struct expr *a, *b;

    if (!is_call(n, "INCIDR", 2))
        return LANNER_OK;
    *done = true;
    cidr = n->kids[0];
    ip = n->kids[1];
    if (cidr->kind != AQL_STRING && looks_like_cidr(ip)) {
        aql_repair(&l->parse, n->at, "the arguments of INCIDR() are exchanged: the block is first");
        cidr = n->kids[1];
        ip = n->kids[0];
    }
    TRY(aql_lower_expr(l, cidr, &a, err));
    TRY(aql_lower_expr(l, ip, &b, err));
    return aql_row2(l, n->at, "aql_in_cidr", a, b, out, err);
}

static enum lanner_rc lower_coalesce(struct aql_lower *l, const struct aql_node *n,
                                     struct expr **out, bool *done, struct lanner_err *err)
{
    struct expr **args;

    if (!str_eq_nocase(n->text, STR("COALESCE")) && !is_call(n, "IFNULL", 2) &&
        !is_call(n, "NVL", 2))
        return LANNER_OK;
    if (n->n_kids == 0 || n->space.len != 0)
        return LANNER_OK;
    *done = true;
    args = ARENA_ARRAY(l->arena, struct expr *, n->n_kids + 1);
    args[0] = expr_const(l->arena, n->at, val_bool(false));
    for (size_t i = 0; i < n->n_kids; i++)
        TRY(aql_lower_expr(l, n->kids[i], &args[i + 1], err));
    return aql_row(l, n->at, "coalesce", args, n->n_kids + 1, out, err);
}

/* UTF8(payload): the payload is text already. */
static enum lanner_rc lower_payload(struct aql_lower *l, const struct aql_node *n,
                                    struct expr **out, bool *done, struct lanner_err *err)
{
    struct expr *e;

    if (!is_call(n, "UTF8", 1) && !is_call(n, "STR", 1))
        return LANNER_OK;
    if (n->kids[0]->kind != AQL_NAME && n->kids[0]->kind != AQL_CALL)
        return LANNER_OK;
    TRY(aql_lower_expr(l, n->kids[0], &e, err));
    if (!aql_expr_is(e, "payload") && !aql_expr_is(e, "sourcepayload") &&
        !aql_expr_is(e, "destinationpayload"))
        return LANNER_OK;
    *done = true;
    *out = e;
    return LANNER_OK;
}

/* Names of secondary content for GEO::LOOKUP and its kin. */
static enum lanner_rc lower_geo(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                bool *done, struct lanner_err *err)
{
    static const char *const names[][2] = {
        {"GEODATA", "GEO::LOOKUP"},
        {"GEOGRAPHICLOCATION", "GEO::LOOKUP_TEXT"},
        {"DISTANCE", "GEO::DISTANCE"},
    };
    static const struct aql_node country = {.kind = AQL_STRING, .text = STR("physical_country")};
    struct aql_node call = *n;
    size_t i = 0;

    while (i < ARRAY_LEN(names) && !str_eq_nocase(n->text, str_z(names[i][0])))
        i++;
    if (i == ARRAY_LEN(names) || n->space.len != 0)
        return LANNER_OK;
    *done = true;
    call.text = str_z(names[i][1]);
    if (i == 1 && n->n_kids == 1) { /* a location begins with the country */
        call.kids = ARENA_ARRAY(l->arena, struct aql_node *, 2);
        call.kids[0] = n->kids[0];
        call.kids[1] = ARENA_NEW(l->arena, struct aql_node);
        *call.kids[1] = country;
        call.kids[1]->at = n->at;
        call.n_kids = 2;
    }
    return aql_bind(l, &call, fn_find(LANG_AQL, call.text), out, err);
}

static enum lanner_rc refuse_misplaced(const struct aql_node *n, struct lanner_err *err)
{
    if (str_eq_nocase(n->text, STR("OFFENSE_TIME")))
        return aql_wrong(n->at, err, "OFFENSE_TIME() can only stand in TIMES OFFENSE_TIME(id)");
    if (str_eq_nocase(n->text, STR("ARIELSERVERS4EPNAME")) ||
        str_eq_nocase(n->text, STR("ARIELSERVERS4EPID")))
        return aql_wrong(n->at, err, "%.*s() can only stand in PARAMETERS", STR_ARG(n->text));
    if (str_eq_nocase(n->text, STR("REFERENCESET")) || str_eq_nocase(n->text, STR("REFERENCE_SET")))
        return aql_wrong(n->at, err, "%.*s() can only stand after IN", STR_ARG(n->text));
    return LANNER_OK;
}

static enum lanner_rc unknown_function(const struct aql_node *n, struct str name,
                                       struct lanner_err *err)
{
    struct suggest s = suggest_start(name);
    char room[200];

    for (size_t i = 0; fn_at(i) != NULL; i++) {
        if (fn_at(i)->spelled[LANG_AQL] != NULL)
            suggest_offer(&s, str_z(fn_at(i)->spelled[LANG_AQL]));
    }
    (void)aql_wrong(n->at, err, "there is no function %.*s()", (int)MIN(name.len, (size_t)80),
                    name.ptr);
    if (suggest_print(&s, room, sizeof(room)))
        err_hint(err, "%s", room);
    return LANNER_ERR_QUERY;
}

typedef enum lanner_rc special_fn(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                  bool *done, struct lanner_err *err);

static enum lanner_rc lower_special(struct aql_lower *l, const struct aql_node *n,
                                    struct expr **out, bool *done, struct lanner_err *err)
{
    static special_fn *const specials[] = {lower_name_call, lower_time_call, lower_in_cidr,
                                           lower_coalesce,  lower_payload,   lower_geo};

    for (size_t i = 0; i < ARRAY_LEN(specials) && !*done; i++)
        TRY(specials[i](l, n, out, done, err));
    return LANNER_OK;
}

enum lanner_rc aql_lower_call(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                              struct lanner_err *err)
{
    struct str name = n->text;
    const struct fn_def *fn;
    bool done = false;

    if (n->space.len == 0 && aql_is_aggregate_name(name))
        return aql_lower_aggregate(l, n, out, err);
    if (n->distinct)
        return aql_wrong(n->at, err, "DISTINCT is for aggregates, %.*s() is none", STR_ARG(name));
    if (aql_function_is_tolerant(name) && n->space.len == 0)
        aql_repair(&l->parse, n->at, "%.*s() is not a function of the product", STR_ARG(name));
    for (size_t i = 0; i < n->n_kids; i++) {
        if (n->kids[i]->kind == AQL_STAR)
            return aql_wrong(n->kids[i]->at, err, "%.*s() does not take *", STR_ARG(name));
    }
    TRY(refuse_misplaced(n, err));
    TRY(lower_special(l, n, out, &done, err));
    if (done)
        return LANNER_OK;
    if (n->space.len != 0)
        name = arena_printf(l->arena, "%.*s::%.*s", STR_ARG(n->space), STR_ARG(n->text));
    fn = fn_find(LANG_AQL, name);
    if (fn == NULL)
        return unknown_function(n, name, err);
    if (fn->kind != FN_SCALAR && fn->kind != FN_PREDICATE)
        return aql_unsupported(n->at, err, "%.*s() cannot stand in an expression", STR_ARG(name));
    if (str_eq_nocase(name, STR("DATEFORMAT")) && n->n_kids > 2)
        aql_repair(&l->parse, n->kids[2]->at, "DATEFORMAT() takes no time zone in the product");
    warn_dateformat(l, n);
    return aql_bind(l, n, fn, out, err);
}
