/* facts_aql.c - what an AQL query says, from the front end's tree.
 *
 * The parser bounds the depth of the tree (AQL_MAX_DEPTH), so walking it may recurse. Names are
 * followed through the aliases of their own SELECT, one step: an alias of an alias stays a name. */
#include "lang/aql/aql.h"
#include "lint/facts.h"

/* Aliases of one SELECT that are known: each name is compared with them. */
#define MAX_ALIASES 2000

struct walk {
    struct facts *f;
    const struct aql_query *query; /* whose aliases count */
    struct str text;
};

static void walk_query(struct walk *w, const struct aql_query *q);

static const struct aql_item *find_alias(const struct aql_query *q, struct str name)
{
    for (size_t i = 0; q != NULL && i < MIN(q->n_items, MAX_ALIASES); i++) {
        if (q->items[i].alias.len > 0 && str_eq_nocase(q->items[i].alias, name))
            return &q->items[i];
    }
    return NULL;
}

/* Does the name mean an alias? `"x" AS x` names the field after itself. */
static bool is_alias(const struct aql_query *q, struct str name)
{
    const struct aql_item *item = find_alias(q, name);

    return item != NULL && !(item->expr->kind == AQL_NAME && str_eq_nocase(item->expr->text, name));
}

static bool is_call(const struct aql_node *n, const char *name)
{
    return n->kind == AQL_CALL && str_eq_nocase(n->text, str_z(name));
}

static bool one_of(struct str s, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq_nocase(s, str_z(names[i])))
            return true;
    }
    return false;
}

static bool is_payload(struct str name)
{
    static const char *const names[] = {"payload",        "eventpayload", "event_payload",
                                        "search_payload", "rawlog",       "raw"};

    return one_of(name, names, ARRAY_LEN(names));
}

static bool is_time_field(struct str name)
{
    static const char *const names[] = {"starttime", "endtime", "devicetime", "storagetime"};

    return one_of(name, names, ARRAY_LEN(names));
}

/* What is compared: a field's name, or what stands for a function of one; *folded when its case is
 * gone. */
static struct str field_of(const struct walk *w, const struct aql_node *n, bool *folded)
{
    static const char *const types[] = {"logsourcetypename", "logsourcetype"};
    static const char *const categories[] = {"categoryname", "lowlevelcategory"};
    const struct aql_item *item;

    for (int depth = 0; depth < 8; depth++) {
        if (n->kind == AQL_NAME) {
            if (one_of(n->text, types, ARRAY_LEN(types)))
                return STR(FIELD_TYPE_NAME);
            if (one_of(n->text, categories, ARRAY_LEN(categories)))
                return STR(FIELD_CATEGORY_NAME);
            item = is_payload(n->text) ? NULL : find_alias(w->query, n->text);
            if (item == NULL || depth > 0)
                return n->text;
            n = item->expr;
            continue;
        }
        if (n->kind != AQL_CALL || n->n_kids == 0)
            return STR_NONE;
        if (is_call(n, "LOGSOURCETYPENAME"))
            return STR(FIELD_TYPE_NAME);
        if (is_call(n, "CATEGORYNAME"))
            return n->kids[0]->kind == AQL_NAME &&
                           str_eq_nocase(n->kids[0]->text, STR("highlevelcategory"))
                       ? STR("highlevelcategory")
                       : STR(FIELD_CATEGORY_NAME);
        if (is_call(n, "LOWER") || is_call(n, "UPPER"))
            *folded = true;
        else if (!is_call(n, "UTF8") && !is_call(n, "STR"))
            return STR_NONE;
        n = n->kids[0];
    }
    return STR_NONE;
}

static void add(struct walk *w, struct fact fact)
{
    fact.payload = is_payload(fact.field);
    facts_add(w->f, &fact);
}

static struct str value_of(const struct aql_node *n)
{
    return n->kind == AQL_STRING || n->kind == AQL_NUMBER ? n->text : STR_NONE;
}

static void add_comparison(struct walk *w, const struct aql_node *left,
                           const struct aql_node *right, bool negated)
{
    bool folded = false;
    struct str value = value_of(right), field = field_of(w, left, &folded);

    if (value.ptr == NULL) { /* 'x' = field */
        value = value_of(left);
        field = field_of(w, right, &folded);
    }
    if (value.ptr != NULL && field.len > 0)
        add(w, (struct fact){.kind = FACT_COMPARE,
                             .at = right->at,
                             .field = field,
                             .text = value,
                             .quoted = right->kind == AQL_STRING,
                             .flag = negated});
}

static void add_patterns(struct walk *w, const struct aql_node *n)
{
    bool folded = false, regex = n->op != AQL_OP_LIKE && n->op != AQL_OP_ILIKE;
    struct str field = field_of(w, n->kids[0], &folded);

    if (n->op == AQL_OP_CONTAINS || n->op == AQL_OP_STARTS_WITH || n->op == AQL_OP_ENDS_WITH ||
        n->op == AQL_OP_SIMILAR)
        return; /* not of the language: a finding by itself */
    for (size_t i = 1; i < n->n_kids; i++) {
        if (n->kids[i]->kind == AQL_STRING)
            add(w, (struct fact){.kind = FACT_PATTERN,
                                 .form = regex ? FORM_WHOLE : FORM_LIKE,
                                 .at = n->kids[i]->at,
                                 .field = field,
                                 .text = n->kids[i]->text,
                                 .flag = n->negated});
    }
}

/* COUNT(DISTINCT x), also of CASE WHEN ... THEN x END. */
static void add_distinct(struct walk *w, const struct aql_node *n)
{
    const struct aql_node *x = n->kids[0];
    bool folded = false;
    struct str field;

    if (x->kind == AQL_CASE && x->n_kids >= 2)
        x = x->kids[x->simple ? 2 : 1];
    field = field_of(w, x, &folded);
    if (field.len > 0)
        add(w, (struct fact){.kind = FACT_DISTINCT, .at = n->at, .field = field, .flag = folded});
}

static void look_at_call(struct walk *w, const struct aql_node *n)
{
    if (n->n_kids == 0)
        return;
    if (is_call(n, "UNIQUECOUNT") || (is_call(n, "COUNT") && n->distinct))
        add_distinct(w, n);
    if ((is_call(n, "MIN") || is_call(n, "MAX")) &&
        (is_call(n->kids[0], "DATEFORMAT") || is_call(n->kids[0], "STR") ||
         is_call(n->kids[0], "UTF8")))
        add(w, (struct fact){.kind = FACT_TEXT_MIN, .at = n->at, .text = n->text});
}

static void walk_node(struct walk *w, const struct aql_node *n)
{
    if (n == NULL)
        return;
    switch (n->kind) {
    case AQL_NAME:
        if (!is_alias(w->query, n->text))
            add(w, (struct fact){
                       .kind = FACT_FIELD, .at = n->at, .field = n->text, .flag = !n->quoted});
        break;
    case AQL_STRING:
        add(w, (struct fact){.kind = FACT_TEXT, .at = n->at, .text = n->text});
        break;
    case AQL_MATCH:
        add_patterns(w, n);
        break;
    case AQL_COMPARE:
        if (n->op == AQL_OP_EQ || n->op == AQL_OP_NE)
            add_comparison(w, n->kids[0], n->kids[1], n->op == AQL_OP_NE);
        break;
    case AQL_IN:
        for (size_t i = 1; i < n->n_kids; i++)
            add_comparison(w, n->kids[0], n->kids[i], n->negated);
        break;
    case AQL_CALL:
        look_at_call(w, n);
        break;
    default:
        break;
    }
    for (size_t i = 0; i < n->n_kids; i++)
        walk_node(w, n->kids[i]);
    walk_node(w, n->otherwise);
    if (n->query != NULL)
        walk_query(w, n->query);
}

/* Does the expression cut the time of an event to a unit? */
static bool is_bucket(const struct aql_node *n)
{
    if (n == NULL)
        return false;
    if (is_call(n, "DATEFORMAT"))
        return true;
    for (size_t i = 0; i < n->n_kids; i++) {
        if (n->kind == AQL_BINARY && n->kids[i]->kind == AQL_NAME &&
            is_time_field(n->kids[i]->text))
            return true;
        if (is_bucket(n->kids[i]))
            return true;
    }
    return false;
}

static void add_keys(struct walk *w, const struct aql_query *q)
{
    for (size_t i = 0; i < q->n_groups; i++) {
        const struct aql_node *n = q->groups[i];
        const struct aql_item *item;
        bool folded = false;
        struct span at = n->at;

        item = n->kind == AQL_NAME || n->kind == AQL_STRING ? find_alias(q, n->text) : NULL;
        if (n->kind == AQL_NUMBER && n->number.u.i >= 1 && (uint64_t)n->number.u.i <= q->n_items)
            item = &q->items[n->number.u.i - 1];
        if (item != NULL)
            n = item->expr;
        add(w, (struct fact){.kind = FACT_KEY,
                             .at = at,
                             .field = field_of(w, n, &folded),
                             .flag = is_bucket(n)});
    }
}

static void walk_source(struct walk *w, const struct aql_source *s)
{
    if (s->query != NULL)
        walk_query(w, s->query);
}

/* Is the time clause inside of WHERE? Then something that belongs behind the condition follows. */
static bool is_time_in_where(const struct walk *w, const struct aql_query *q)
{
    struct str before;
    size_t end = q->time != NULL ? q->time->at.start : 0;

    if (q->time == NULL || end > w->text.len)
        return false;
    before = str_trim(str_of(w->text.ptr, end));
    return (before.len > 3 && str_eq_nocase(str_of(before.ptr + before.len - 3, 3), STR("and"))) ||
           (before.len > 5 && str_eq_nocase(str_of(before.ptr + before.len - 5, 5), STR("where")));
}

static void walk_query(struct walk *w, const struct aql_query *q)
{
    const struct aql_query *outer = w->query;

    for (; q != NULL; q = q->next) {
        w->query = q;
        for (size_t i = 0; i < q->n_with; i++)
            walk_query(w, q->with[i].query);
        w->query = q;
        for (size_t i = 0; i < q->n_items; i++) {
            walk_node(w, q->items[i].expr);
            if (is_alias(q, q->items[i].alias))
                add(w, (struct fact){.kind = FACT_MADE, .field = q->items[i].alias});
        }
        walk_source(w, &q->from);
        w->query = q;
        for (size_t i = 0; i < q->n_joins; i++) {
            walk_source(w, &q->joins[i].source);
            w->query = q;
            walk_node(w, q->joins[i].on);
        }
        walk_node(w, q->where);
        for (size_t i = 0; i < q->n_groups; i++)
            walk_node(w, q->groups[i]);
        walk_node(w, q->having);
        for (size_t i = 0; i < q->n_orders; i++)
            walk_node(w, q->orders[i].expr);
        if (q->session == NULL)
            add_keys(w, q);
        if (is_time_in_where(w, q))
            add(w, (struct fact){.kind = FACT_TIME, .at = q->time->at});
    }
    w->query = outer;
}

/* ---- Parameters: the lexer puts their values into the text, so the tree does not show them ----
 */

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || ascii_is_digit(c);
}

/* The end of what stands in quotes or in a comment at i; i itself when there is none. */
static size_t skip_quiet(struct str s, size_t i)
{
    char c = s.ptr[i], next = i + 1 < s.len ? s.ptr[i + 1] : '\0';
    size_t end;

    if (c == '\'' || c == '"') {
        end = str_find_char(str_of(s.ptr + i + 1, s.len - i - 1), c);
        return end == SIZE_MAX ? s.len : i + end + 2;
    }
    if ((c == '-' && next == '-') || (c == '/' && next == '/')) {
        end = str_find_char(str_of(s.ptr + i, s.len - i), '\n');
        return end == SIZE_MAX ? s.len : i + end;
    }
    if (c == '/' && next == '*') {
        end = str_find(str_of(s.ptr + i + 2, s.len - i - 2), STR("*/"));
        return end == SIZE_MAX ? s.len : i + end + 4;
    }
    return i;
}

static void add_params(struct walk *w)
{
    struct str s = w->text;

    for (size_t i = 0; i < s.len;) {
        size_t quiet = skip_quiet(s, i), from, start = i;
        bool braces;

        if (quiet > i) {
            i = quiet;
            continue;
        }
        if (s.ptr[i++] != '?')
            continue;
        braces = i < s.len && s.ptr[i] == '{';
        i += braces;
        from = i;
        while (i < s.len && is_word(s.ptr[i]))
            i++;
        if (i > from)
            add(w, (struct fact){.kind = FACT_PARAM,
                                 .at = {(uint32_t)start, (uint32_t)(i - start)},
                                 .text = str_of(s.ptr + from, i - from),
                                 .flag = braces});
    }
}

enum lanner_rc facts_aql(struct facts *f, struct str text, const struct front_param *params,
                         size_t n_params, struct lanner_err *err)
{
    struct front_options options = {.params = params, .n_params = n_params};
    struct aql_parse p = {.arena = f->arena, .options = &options};
    struct walk w = {.f = f, .text = text};
    struct aql_text parsed = {0};

    TRY(aql_parse(&p, text, &parsed, err));
    for (size_t i = 0; i < parsed.n; i++)
        walk_query(&w, parsed.statements[i]);
    add_params(&w);
    facts_add_codes(f);
    return LANNER_OK;
}
