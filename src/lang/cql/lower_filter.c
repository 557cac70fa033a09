/* lower_filter.c - filters (cql.md 1.3): terms to predicate rows, free text to searches of the
 * scan, and regexes with named groups to extraction.
 *
 * Predicates are never null, so negation is plain: `f != v` is true where f is missing. Extraction
 * takes place only for top-level conjuncts of a stage; everywhere else a regex just matches. */
#include <stdlib.h>

#include "lang/cql/lower.h"

static const char *const order_rows[] = {[OP_LT] = "cql_less",
                                         [OP_LE] = "cql_less_equal",
                                         [OP_GT] = "cql_greater",
                                         [OP_GE] = "cql_greater_equal"};

static struct expr *text_const(struct cql_lower *l, struct span at, struct str s)
{
    return expr_const(l->arena, at, val_str(s));
}

static struct expr *negate(struct cql_lower *l, struct span at, struct expr *e)
{
    return expr_callv(l->arena, at, "not", 1, e);
}

/* Only `*`, any number of them, but not none. */
static bool is_star(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] != '*')
            return false;
    }
    return s.len != 0;
}

/* A named group somewhere: `(?<n`, `(?P<n`, not `(?<=` or `(?<!`. An escaped bracket, or one within
 * [...], begins no group. */
bool cql_regex_has_groups(struct str body)
{
    bool in_class = false;

    for (size_t i = 0; i + 3 < body.len; i++) {
        if (body.ptr[i] == '\\') {
            i++;
        } else if (in_class) {
            in_class = body.ptr[i] != ']';
        } else if (body.ptr[i] == '[') {
            in_class = true;
            /* `[]x]` and `[^]x]`: a bracket directly at the start is a member. */
            if (body.ptr[i + 1] == '^')
                i++;
            if (i + 1 < body.len && body.ptr[i + 1] == ']')
                i++;
        } else if (body.ptr[i] == '(' && body.ptr[i + 1] == '?') {
            size_t k = i + 2 + (body.ptr[i + 2] == 'P');

            if (k + 1 < body.len && body.ptr[k] == '<' && body.ptr[k + 1] != '=' &&
                body.ptr[k + 1] != '!')
                return true;
        }
    }
    return false;
}

static struct expr *regex_predicate(struct cql_lower *l, struct span at, struct expr *subject,
                                    const struct cql_node *re)
{
    return expr_callv(l->arena, at, "cql_regex_match", 3, subject, text_const(l, re->at, re->text),
                      text_const(l, re->at, re->flags));
}

/* ---- Free text ---- */

struct expr *cql_subject(struct cql_lower *l, struct span at)
{
    return expr_field(l->arena, at, STR_NONE);
}

/* Puts the subject (a field named "") of a predicate to the field. */
static void set_subject(void *ctx, struct expr *e)
{
    if (e->kind == EXPR_FIELD && e->name.len == 0)
        e->name = *(const struct str *)ctx;
}

/* Behind a parser script the fields of the event at hand are searched, not those of the record. */
static struct expr *any_field(struct cql_lower *l, const struct expr *predicate)
{
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, predicate->n_args);

    args[0] = text_const(l, predicate->at, str_z(predicate->fn->name));
    for (size_t i = 1; i < predicate->n_args; i++)
        args[i] = predicate->args[i];
    return expr_call(l->arena, predicate->at, fn_named("any_field"), args, predicate->n_args);
}

enum lanner_rc cql_search(struct cql_lower *l, struct span at, struct expr *predicate,
                          struct expr **out, struct lanner_err *err)
{
    struct cql_pipe *main_pipe = l->pipe;
    struct plan_node *scan;
    struct plan_search *s;
    struct str raw = STR(FIELD_RAW);

    if (l->pipe->aggregated) {
        cql_wrong(at, err, "free text cannot be searched after an aggregate");
        err_hint(err, "name the field to be searched: field=*text*");
        return LANNER_ERR_QUERY;
    }
    while (main_pipe->outer != NULL)
        main_pipe = main_pipe->outer;
    scan = main_pipe->scan;
    if (scan != NULL && (l->in_script || l->script != NULL)) {
        *out = any_field(l, predicate);
        return LANNER_OK;
    }
    if (scan == NULL) {
        /* Generated events have one field of text. */
        expr_walk(predicate, set_subject, &raw);
        *out = predicate;
        return LANNER_OK;
    }
    for (size_t i = 0; i < scan->u.scan.n_searches; i++) {
        if (expr_equal(scan->u.scan.searches[i].predicate, predicate)) {
            *out = expr_field(l->arena, at, scan->u.scan.searches[i].column);
            for (struct cql_pipe *p = l->pipe; p != NULL; p = p->outer)
                cql_keep_through(l, p->top, NULL, (*out)->name);
            return LANNER_OK;
        }
    }
    if (l->n_searches >= CQL_MAX_SEARCHES)
        return err_set_at(err, LANNER_ERR_LIMIT, at, "the query has more than %d free-text terms",
                          CQL_MAX_SEARCHES);
    s = ARENA_ARRAY(l->arena, struct plan_search, scan->u.scan.n_searches + 1);
    if (scan->u.scan.n_searches != 0)
        memcpy(s, scan->u.scan.searches, scan->u.scan.n_searches * sizeof(*s));
    scan->u.scan.searches = s;
    s += scan->u.scan.n_searches++;
    s->predicate = predicate;
    s->column = arena_printf(l->arena, FIELD_SEARCH_PREFIX "%u", l->n_searches++);
    for (struct cql_pipe *p = l->pipe; p != NULL; p = p->outer)
        cql_keep_through(l, p->top, NULL, s->column);
    *out = expr_field(l->arena, at, s->column);
    return LANNER_OK;
}

static enum lanner_rc lower_free(struct cql_lower *l, const struct cql_node *n, struct expr **out,
                                 struct lanner_err *err)
{
    const struct cql_node *v = n->kids;
    struct str text;

    if (v->kind == CQL_REGEX)
        return cql_search(l, n->at, regex_predicate(l, n->at, cql_subject(l, n->at), v), out, err);
    TRY(cql_filter_text(l, v, &text, err));
    if (is_star(text) || text.len == 0) {
        *out = expr_const(l->arena, n->at, val_bool(true));
        return LANNER_OK;
    }
    return cql_search(l, n->at,
                      expr_callv(l->arena, n->at, "cql_contains_glob", 2, cql_subject(l, n->at),
                                 text_const(l, v->at, text)),
                      out, err);
}

/* ---- Terms ---- */

static enum lanner_rc lower_order(struct cql_lower *l, const struct cql_node *n, struct expr **out,
                                  struct lanner_err *err)
{
    const struct cql_node *v = n->kids;
    struct str text;
    struct val number;

    TRY(cql_text(l, v, &text, err));
    number = cql_number_val(text);
    if (val_is_null(&number))
        return cql_wrong(v->at, err, "expected a number, found '%.*s'",
                         (int)MIN(text.len, (size_t)60), text.ptr);
    *out = expr_callv(l->arena, n->at, order_rows[n->op], 2, expr_field(l->arena, n->at, n->text),
                      expr_const(l->arena, v->at, number));
    return LANNER_OK;
}

/* `f != ""`: present and not empty (cql.md 4.1, item 3); strict mode keeps LogScale's rule. */
static struct expr *not_empty(struct cql_lower *l, const struct cql_node *n, struct expr *field)
{
    struct expr *empty;

    if (!l->options->strict) {
        cql_note(l, LANNER_NOTE_WARNING, n->at,
                 "%.*s != \"\" also leaves out events without the field; LogScale lets them pass",
                 STR_ARG(n->text));
        return expr_callv(l->arena, n->at, "cql_not_empty", 1, field);
    }
    empty = expr_callv(l->arena, n->at, "cql_equals_glob", 2, field, text_const(l, n->at, STR("")));
    return negate(l, n->at, empty);
}

static enum lanner_rc lower_term(struct cql_lower *l, const struct cql_node *n, struct expr **out,
                                 struct lanner_err *err)
{
    const struct cql_node *v = n->kids;
    struct expr *field = expr_field(l->arena, n->at, n->text);
    struct str text;
    struct expr *e;

    if (n->op == OP_LINK)
        return cql_wrong(n->at, err,
                         "'<=>' links the queries of correlate() and stands there as a filter of "
                         "its own");
    if (n->op >= OP_LT && n->op <= OP_GE)
        return lower_order(l, n, out, err);
    if (v->kind == CQL_REGEX) {
        e = regex_predicate(l, n->at, field, v);
        *out = n->op == OP_NE ? negate(l, n->at, e) : e;
        return LANNER_OK;
    }
    TRY(cql_filter_text(l, v, &text, err));
    if (n->op == OP_NE && text.len == 0 && v->kind == CQL_STRING) {
        *out = not_empty(l, n, field);
        return LANNER_OK;
    }
    if (is_star(text))
        e = expr_callv(l->arena, n->at, "cql_exists", 1, field);
    else
        e = expr_callv(l->arena, n->at, n->op == OP_LIKE ? "cql_like" : "cql_equals_glob", 2, field,
                       text_const(l, v->at, text));
    *out = n->op == OP_NE ? negate(l, n->at, e) : e;
    return LANNER_OK;
}

static enum lanner_rc lower_list(struct cql_lower *l, const struct cql_node *n, struct expr **out,
                                 struct lanner_err *err)
{
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, n->n_kids);
    size_t i = 0;

    for (const struct cql_node *k = n->kids; k != NULL; k = k->next)
        TRY(cql_lower_predicate(l, k, &args[i++], err));
    *out = expr_call(l->arena, n->at, fn_named(n->kind == CQL_AND ? "and" : "or"), args, i);
    return LANNER_OK;
}

/* A call under or, not or in a condition. */
static enum lanner_rc lower_filter_call(struct cql_lower *l, const struct cql_node *call,
                                        struct expr **out, struct lanner_err *err)
{
    const struct cql_name *name = cql_name_find(call->text);
    struct expr *e;

    if (str_eq_nocase(call->text, STR("dropEvent"))) {
        *out = expr_const(l->arena, call->at, val_bool(false));
        return LANNER_OK;
    }
    if (cql_is_array_exists(call))
        return cql_array_exists(l, call, out, err);
    if (cql_stage_find(call->text) != NULL && (name == NULL || name->kind != CQL_FN_FILTER)) {
        cql_wrong(call->at, err, "%.*s() is no filter and cannot stand inside one",
                  STR_ARG(call->text));
        err_hint(err, "put it in a stage of its own, with '|' before and after");
        return LANNER_ERR_QUERY;
    }
    TRY(cql_lower_call(l, call, &e, err));
    if (e->kind == EXPR_CALL && e->fn->kind != FN_PREDICATE) {
        cql_wrong(call->at, err, "%.*s() is no filter and cannot stand inside one",
                  STR_ARG(call->text));
        if (str_eq_nocase(call->text, STR("if")))
            err_hint(err, "blocks are written as case { condition | ... ; * | ... }");
        else
            err_hint(err, "put it in a stage of its own, or compare its value in test(...)");
        return LANNER_ERR_QUERY;
    }
    *out = e;
    return LANNER_OK;
}

enum lanner_rc cql_lower_predicate(struct cql_lower *l, const struct cql_node *n, struct expr **out,
                                   struct lanner_err *err)
{
    struct expr *e;

    switch (n->kind) {
    case CQL_AND:
    case CQL_OR:
        return lower_list(l, n, out, err);
    case CQL_NOT:
        TRY(cql_lower_predicate(l, n->kids, &e, err));
        *out = negate(l, n->at, e);
        return LANNER_OK;
    case CQL_TERM:
        return lower_term(l, n, out, err);
    case CQL_FREE:
        return lower_free(l, n, out, err);
    case CQL_BOOL:
        *out = expr_const(l->arena, n->at, val_bool(n->truth));
        return LANNER_OK;
    case CQL_CALL:
        return lower_filter_call(l, n, out, err);
    case CQL_TEST:
        n = n->kids;
        break;
    default:
        break;
    }
    TRY(cql_lower_expr(l, n, &e, err));
    *out = expr_callv(l->arena, n->at, "is_true", 1, e);
    return LANNER_OK;
}

/* ---- Filter stages ---- */

/* The predicates of a stage that stand together become one filter node. */
struct conjuncts {
    VEC(struct expr *) list;
    struct span at;
};

static void flush(struct cql_lower *l, struct conjuncts *c)
{
    struct expr **args;

    if (c->list.n == 0)
        return;
    if (c->list.n == 1) {
        cql_push_filter(l, c->at, c->list.items[0]);
    } else {
        args = ARENA_ARRAY(l->arena, struct expr *, c->list.n);
        memcpy(args, c->list.items, c->list.n * sizeof(*args));
        cql_push_filter(l, c->at, expr_call(l->arena, c->at, fn_named("and"), args, c->list.n));
    }
    c->list.n = 0;
}

/* regex(body, field=..., flags=...) as a call, for extraction by its own row. */
static enum lanner_rc extract(struct cql_lower *l, const struct cql_node *n, struct str field,
                              bool strict, struct lanner_err *err)
{
    const struct cql_node *re = n->kids;
    struct cql_node *call = ARENA_NEW(l->arena, struct cql_node);
    const struct {
        const char *name;
        enum cql_kind kind;
        struct str text;
    } args[] = {
        {"regex", CQL_STRING, re->text},
        {"field", CQL_FIELD, field},
        {"flags", CQL_STRING, re->flags},
        {"strict", CQL_FIELD, strict ? STR("true") : STR("false")},
        {"repeat", CQL_FIELD,
         str_find_char(re->flags, 'g') != SIZE_MAX ? STR("true") : STR("false")},
    };

    *call = (struct cql_node){.kind = CQL_CALL, .at = n->at, .text = STR("regex")};
    for (size_t i = 0; i < ARRAY_LEN(args); i++) {
        struct cql_node *arg = ARENA_NEW(l->arena, struct cql_node);
        struct cql_node *value = ARENA_NEW(l->arena, struct cql_node);

        *arg = (struct cql_node){.kind = CQL_ARG, .at = n->at, .text = str_z(args[i].name)};
        *value = (struct cql_node){.kind = args[i].kind, .at = re->at, .text = args[i].text};
        cql_add(arg, value);
        cql_add(call, arg);
    }
    return cql_lower_call_stage(l, call, STR_NONE, err);
}

static bool is_extraction(const struct cql_node *n)
{
    return (n->kind == CQL_TERM || n->kind == CQL_FREE) && n->op != OP_NE &&
           n->kids->kind == CQL_REGEX && cql_regex_has_groups(n->kids->text);
}

static bool is_row_kind(const struct cql_node *call, enum fn_kind kind)
{
    const struct fn_def *fn = cql_row(call);

    return fn != NULL && fn->kind == kind;
}

/* Calls that are stages of their own: what is no predicate, or extracts. */
static bool is_stage_call(const struct cql_node *n)
{
    return n->kind == CQL_CALL &&
           (cql_stage_find(n->text) != NULL || !is_row_kind(n, FN_PREDICATE));
}

static bool is_anti_join(const struct cql_node *n)
{
    return n->kind == CQL_NOT && n->kids->kind == CQL_CALL &&
           (str_eq_nocase(n->kids->text, STR("join")) ||
            str_eq_nocase(n->kids->text, STR("match")) ||
            str_eq_nocase(n->kids->text, STR("lookup")));
}

/* `!ioc:lookup(..., strict=true)`: looked up into hidden fields, and passed where nothing was
 * found.
 */
static enum lanner_rc lower_no_indicator(struct cql_lower *l, const struct cql_node *written,
                                         struct conjuncts *c, struct lanner_err *err)
{
    struct str hidden = cql_hidden(l);
    struct str found = arena_printf(l->arena, "%.*s.detected", STR_ARG(hidden));
    struct cql_node *call = cql_make(l, CQL_CALL, written->at, written->text);
    struct cql_node *prefix = cql_make(l, CQL_ARG, written->at, STR("prefix"));
    const struct cql_node *v = cql_arg(written, "strict");
    bool strict = false;

    if (v != NULL)
        TRY(cql_bool(l, v, &strict, err));
    if (!strict)
        return cql_wrong(written->at, err, "%.*s() is a filter only with strict=true",
                         STR_ARG(written->text));
    for (const struct cql_node *k = written->kids; k != NULL; k = k->next) {
        struct cql_node *copy;

        if (str_eq_nocase(k->text, STR("strict")) || str_eq_nocase(k->text, STR("prefix")))
            continue;
        copy = cql_make(l, k->kind, k->at, k->text);
        *copy = *k;
        copy->next = NULL;
        cql_add(call, copy);
    }
    cql_add(prefix, cql_make(l, CQL_STRING, written->at, hidden));
    cql_add(call, prefix);
    flush(l, c);
    TRY(cql_lower_call_stage(l, call, STR_NONE, err));
    VEC_PUSH(&c->list, negate(l, written->at,
                              expr_callv(l->arena, written->at, "cql_exists", 1,
                                         expr_field(l->arena, written->at, found))));
    return LANNER_OK;
}

static enum lanner_rc lower_conjunct(struct cql_lower *l, const struct cql_node *n,
                                     struct conjuncts *c, struct lanner_err *err)
{
    struct expr *e;

    if (n->kind == CQL_AND) {
        for (const struct cql_node *k = n->kids; k != NULL; k = k->next)
            TRY(lower_conjunct(l, k, c, err));
        return LANNER_OK;
    }
    if (is_anti_join(n)) {
        flush(l, c);
        return cql_lower_anti(l, n->kids, err);
    }
    if (n->kind == CQL_NOT && n->kids->kind == CQL_CALL &&
        str_eq_nocase(n->kids->text, STR("ioc:lookup")))
        return lower_no_indicator(l, n->kids, c, err);
    if (is_stage_call(n)) {
        flush(l, c);
        return cql_lower_call_stage(l, n, STR_NONE, err);
    }
    if (n->kind == CQL_TERM && is_extraction(n)) {
        flush(l, c);
        return extract(l, n, n->text, true, err);
    }
    TRY(cql_lower_predicate(l, n, &e, err));
    if (e->kind == EXPR_CONST && e->value.kind == KIND_BOOL && e->value.u.i != 0)
        return LANNER_OK; /* `*`, true */
    VEC_PUSH(&c->list, e);
    if (n->kind == CQL_FREE && is_extraction(n)) {
        flush(l, c);
        cql_note(l, LANNER_NOTE_WARNING, n->at,
                 "the groups of a regular expression without a field are taken from @rawstring");
        return extract(l, n, STR(FIELD_RAW), false, err);
    }
    return LANNER_OK;
}

enum lanner_rc cql_lower_filter(struct cql_lower *l, const struct cql_node *n,
                                struct lanner_err *err)
{
    struct conjuncts c = {.at = n->at};
    enum lanner_rc rc = lower_conjunct(l, n, &c, err);

    if (rc == LANNER_OK)
        flush(l, &c);
    VEC_DONE(&c.list);
    return rc;
}
