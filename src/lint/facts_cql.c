/* facts_cql.c - what a CQL query says, from the front end's tree.
 *
 * The parser bounds the tree's depth (CQL_MAX_DEPTH, CQL_MAX_CHAIN), so walking it may recurse.
 * What a name holds is remembered per query and not per stage: a name that was made in lower case,
 * or from the time, counts as that everywhere. */
#include "lang/cql/cql.h"
#include "lint/facts.h"

struct walk {
    struct facts *f;
    const struct front_param *params;
    size_t n_params;
};

static void add(struct walk *w, struct fact fact)
{
    fact.payload = str_eqz(fact.field, "@rawstring");
    facts_add(w->f, &fact);
}

static bool is_named(const struct cql_node *call, const char *name)
{
    return str_eq_nocase(call->text, str_z(name));
}

static bool one_of(struct str s, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq_nocase(s, str_z(names[i])))
            return true;
    }
    return false;
}

/* The value of an argument: by its name, or the first without a name when `first`. */
static const struct cql_node *arg_of(const struct cql_node *call, const char *name, bool first)
{
    const struct cql_node *unnamed = NULL;

    for (const struct cql_node *a = call->kids; a != NULL; a = a->next) {
        if (a->kind != CQL_ARG || a->kids == NULL)
            continue;
        if (str_eqz(a->text, name))
            return a->kids;
        if (a->text.len == 0 && unnamed == NULL)
            unnamed = a->kids;
    }
    return first ? unnamed : NULL;
}

static struct str name_of(const struct cql_node *n)
{
    if (n == NULL)
        return STR_NONE;
    return n->kind == CQL_FIELD || n->kind == CQL_STRING || n->kind == CQL_PATTERN ? n->text
                                                                                   : STR_NONE;
}

static struct str param_value(const struct walk *w, const struct cql_node *n)
{
    for (size_t i = 0; i < w->n_params; i++) {
        if (str_eq(w->params[i].name, n->text))
            return w->params[i].value;
    }
    return n->kids != NULL ? n->kids->text : STR_NONE;
}

/* field against one value: a comparison, or a pattern when it has a * or is a regex. */
static void add_value(struct walk *w, struct str field, const struct cql_node *v, bool negated)
{
    struct fact fact = {
        .kind = FACT_COMPARE, .at = v->at, .field = field, .text = v->text, .flag = negated};

    if (v->kind == CQL_REGEX) {
        fact.kind = FACT_PATTERN;
        fact.form = FORM_PART;
    } else if (v->kind == CQL_STRING || v->kind == CQL_PATTERN || v->kind == CQL_NUMBER ||
               v->kind == CQL_FIELD) {
        fact.quoted = v->kind == CQL_STRING;
        if (str_find_char(v->text, '*') != SIZE_MAX) {
            fact.kind = FACT_PATTERN;
            fact.form = FORM_GLOB;
        }
    } else if (v->kind == CQL_PARAM) { /* a value with commas is several values */
        struct str rest = param_value(w, v);

        while (rest.len > 0) {
            size_t comma = MIN(str_find_char(rest, ','), rest.len);

            fact.text = str_trim(str_of(rest.ptr, comma));
            add(w, fact);
            comma = MIN(comma + 1, rest.len);
            rest = str_of(rest.ptr + comma, rest.len - comma);
        }
        return;
    } else {
        return;
    }
    add(w, fact);
}

static bool reads_time(const struct cql_node *n)
{
    if (n->kind == CQL_FIELD && str_starts(n->text, STR("@timestamp")))
        return true;
    for (const struct cql_node *k = n->kids; k != NULL; k = k->next) {
        if (reads_time(k))
            return true;
    }
    return false;
}

static bool has_modulo(const struct cql_node *n)
{
    if (n->kind == CQL_BINARY && n->op == OP_MOD)
        return true;
    for (const struct cql_node *k = n->kids; k != NULL; k = k->next) {
        if (has_modulo(k))
            return true;
    }
    return false;
}

static bool is_bucket_call(const struct cql_node *n)
{
    static const char *const names[] = {"timeBucket",      "bucket",     "bin",
                                        "floorTime",       "formatTime", "time:hour",
                                        "time:dayOfMonth", "timeChart",  "time:dayOfYear"};

    return n->kind == CQL_CALL && one_of(n->text, names, ARRAY_LEN(names));
}

static bool is_fold(const struct cql_node *n)
{
    return n->kind == CQL_CALL && (is_named(n, "lower") || is_named(n, "upper"));
}

/* name := expression */
static void add_assignment(struct walk *w, const struct cql_node *n)
{
    const struct cql_node *e = n->kids;
    bool bucket = e != NULL && (is_bucket_call(e) || (reads_time(e) && has_modulo(e)));

    /* `quoted`: its case is folded; text: the field it was made of. */
    add(w, (struct fact){.kind = FACT_MADE,
                         .at = n->at,
                         .field = n->text,
                         .text =
                             e != NULL && is_fold(e) ? name_of(arg_of(e, "field", true)) : STR_NONE,
                         .quoted = e != NULL && is_fold(e),
                         .flag = bucket});
}

static void add_key(struct walk *w, const struct cql_node *n)
{
    if (n->kind == CQL_ASSIGN)
        add(w, (struct fact){.kind = FACT_KEY,
                             .at = n->at,
                             .field = n->text,
                             .flag = n->kids != NULL &&
                                     (is_bucket_call(n->kids) || reads_time(n->kids))});
    else if (n->kind == CQL_CALL)
        add(w, (struct fact){
                   .kind = FACT_KEY, .at = n->at, .field = n->text, .flag = is_bucket_call(n)});
    else if (name_of(n).len > 0)
        add(w, (struct fact){.kind = FACT_KEY, .at = n->at, .field = name_of(n)});
}

/* groupBy(field=[...]), bucket(), timeChart(). */
static void look_at_group(struct walk *w, const struct cql_node *call)
{
    const struct cql_node *keys = arg_of(call, "field", true);

    if (is_named(call, "bucket") || is_named(call, "timeChart")) {
        add(w,
            (struct fact){.kind = FACT_KEY, .at = call->at, .field = STR("_bucket"), .flag = true});
        keys = arg_of(call, is_named(call, "bucket") ? "field" : "series", false);
    }
    if (keys != NULL && keys->kind == CQL_ARRAY) {
        for (const struct cql_node *k = keys->kids; k != NULL; k = k->next)
            add_key(w, k);
    } else if (keys != NULL) {
        add_key(w, keys);
    }
    if (is_named(call, "groupBy") && arg_of(call, "limit", false) == NULL)
        add(w, (struct fact){.kind = FACT_GROUP, .at = {call->at.start, (uint32_t)call->text.len}});
}

static void look_at_list(struct walk *w, const struct cql_node *call)
{
    const struct cql_node *fields = arg_of(call, "fields", true);
    const struct cql_node *limit = arg_of(call, "limit", false), *as = arg_of(call, "as", false);
    struct fact fact = {
        .kind = FACT_LIST, .at = call->at, .text = limit != NULL ? limit->text : STR_NONE};

    if (as != NULL) {
        fact.field = name_of(as);
        add(w, fact);
    } else if (fields != NULL && fields->kind == CQL_ARRAY) {
        for (const struct cql_node *k = fields->kids; k != NULL; k = k->next) {
            fact.field = name_of(k);
            add(w, fact);
        }
    } else if (name_of(fields).len > 0) {
        fact.field = name_of(fields);
        add(w, fact);
    }
}

/* Functions that make fields whose names stand in the data. */
static bool is_opaque(const struct cql_node *call)
{
    static const char *const names[] = {"match",
                                        "join",
                                        "selfJoin",
                                        "selfJoinFilter",
                                        "lookup",
                                        "readFile",
                                        "kvParse",
                                        "transpose",
                                        "correlate",
                                        "createEvents",
                                        "rename",
                                        "series",
                                        "cidr:lookup",
                                        "ioc:lookup",
                                        "geography:distance",
                                        "xml:prettyPrint",
                                        "objectArray:eval",
                                        "array:eval",
                                        "array:rename",
                                        "fieldset"};

    return one_of(call->text, names, ARRAY_LEN(names)) || str_starts(call->text, STR("parse")) ||
           str_starts(call->text, STR("split"));
}

/* (?<name>...) of a regex. */
static void add_captures(struct walk *w, struct str s)
{
    for (size_t i = 0; i + 3 < s.len; i++) {
        size_t from, end;

        if (memcmp(s.ptr + i, "(?", 2) != 0)
            continue;
        from = i + 2 + (s.ptr[i + 2] == 'P');
        if (from >= s.len || s.ptr[from] != '<')
            continue;
        end = str_find_char(str_of(s.ptr + from, s.len - from), '>');
        if (end != SIZE_MAX && end > 1)
            add(w, (struct fact){.kind = FACT_MADE, .field = str_of(s.ptr + from + 1, end - 1)});
    }
}

static void look_at_in(struct walk *w, const struct cql_node *call)
{
    const struct cql_node *field = arg_of(call, "field", true);
    const struct cql_node *values = arg_of(call, "values", false);

    if (values == NULL || values->kind != CQL_ARRAY)
        return;
    for (const struct cql_node *v = values->kids; v != NULL; v = v->next)
        add_value(w, name_of(field), v, false);
}

static void look_at_call(struct walk *w, const struct cql_node *call)
{
    const struct cql_node *field = arg_of(call, "field", true);
    const struct cql_node *as = arg_of(call, "as", false);
    const struct cql_node *distinct = arg_of(call, "distinct", false);

    if (name_of(as).len > 0)
        add(w, (struct fact){.kind = FACT_MADE,
                             .at = as->at,
                             .field = name_of(as),
                             .text = is_fold(call) ? name_of(field) : STR_NONE,
                             .quoted = is_fold(call),
                             .flag = is_bucket_call(call)});
    if (is_opaque(call))
        add(w, (struct fact){.kind = FACT_OPAQUE});
    if (is_named(call, "groupBy") || is_named(call, "bucket") || is_named(call, "timeChart"))
        look_at_group(w, call);
    else if (is_named(call, "in"))
        look_at_in(w, call);
    else if (is_named(call, "collect"))
        look_at_list(w, call);
    else if (is_named(call, "dc") ||
             (is_named(call, "count") && distinct != NULL && distinct->truth))
        add(w, (struct fact){.kind = FACT_DISTINCT,
                             .at = call->at,
                             .field = field != NULL && is_fold(field)
                                          ? name_of(arg_of(field, "field", true))
                                          : name_of(field),
                             .flag = field != NULL && is_fold(field)});
    else if ((is_named(call, "sort") || is_named(call, "table")) &&
             arg_of(call, "limit", false) == NULL)
        add(w, (struct fact){.kind = FACT_ROWS,
                             .at = {call->at.start, (uint32_t)call->text.len},
                             .text = call->text});
    else if (is_named(call, "array:length") || is_named(call, "length"))
        add(w, (struct fact){.kind = FACT_LENGTH,
                             .at = call->at,
                             .field = name_of(arg_of(
                                 call, is_named(call, "length") ? "field" : "array", true))});
    else if (is_named(call, "regex") && arg_of(call, "regex", true) != NULL)
        add_captures(w, arg_of(call, "regex", true)->text);
}

/* Arguments whose values are words and not fields. */
static bool is_word_arg(const struct cql_node *arg)
{
    static const char *const names[] = {"as",      "order",    "type",     "mode",      "unit",
                                        "span",    "limit",    "timezone", "format",    "function",
                                        "reverse", "distinct", "flags",    "separator", "values",
                                        "how",     "file",     "column",   "strict"};

    return arg->kind == CQL_ARG && one_of(arg->text, names, ARRAY_LEN(names));
}

static void walk_node(struct walk *w, const struct cql_node *n)
{
    switch (n->kind) {
    case CQL_ASSIGN:
        add_assignment(w, n);
        break;
    case CQL_TERM:
        add(w, (struct fact){.kind = FACT_FIELD, .at = n->at, .field = n->text, .flag = true});
        if (n->kids != NULL && (n->op == OP_EQ || n->op == OP_NE || n->op == OP_LIKE))
            add_value(w, n->text, n->kids, n->op == OP_NE);
        break;
    case CQL_FREE:
        if (n->kids != NULL)
            add(w, (struct fact){.kind = FACT_PATTERN,
                                 .form = n->kids->kind == CQL_REGEX ? FORM_PART : FORM_GLOB,
                                 .at = n->at,
                                 .field = STR("@rawstring"),
                                 .text = n->kids->text});
        break;
    case CQL_FIELD:
        add(w, (struct fact){.kind = FACT_FIELD, .at = n->at, .field = n->text, .flag = true});
        break;
    case CQL_STRING:
        add(w, (struct fact){.kind = FACT_TEXT, .at = n->at, .text = n->text});
        break;
    case CQL_REGEX:
        add_captures(w, n->text);
        break;
    case CQL_PARAM:
        add(w, (struct fact){
                   .kind = FACT_PARAM, .at = n->at, .text = n->text, .flag = n->kids != NULL});
        break;
    case CQL_CALL:
        look_at_call(w, n);
        break;
    case CQL_SAVED:
        add(w, (struct fact){.kind = FACT_OPAQUE});
        break;
    default:
        break;
    }
    for (const struct cql_node *k = n->kids; k != NULL; k = k->next) {
        if (is_word_arg(k) && k->kids != NULL &&
            (k->kids->kind == CQL_FIELD || k->kids->kind == CQL_PATTERN))
            continue;
        walk_node(w, k);
    }
}

/* Names that were made decide what keys and distinct counts over them are. */
static void settle(struct facts *f)
{
    for (size_t i = 0; i < f->list.n; i++) {
        struct fact *x = &f->list.items[i];

        if (x->kind != FACT_KEY && x->kind != FACT_DISTINCT)
            continue;
        for (size_t k = 0; k < f->list.n; k++) {
            const struct fact *made = &f->list.items[k];

            if (made->kind != FACT_MADE || !str_eq(made->field, x->field))
                continue;
            if (x->kind == FACT_KEY && made->flag)
                x->flag = true;
            if (x->kind == FACT_DISTINCT && made->quoted) {
                x->flag = true;
                if (made->text.len > 0)
                    x->field = made->text;
            }
        }
    }
}

enum lanner_rc facts_cql(struct facts *f, struct str text, const struct front_param *params,
                         size_t n_params, struct lanner_err *err)
{
    struct walk w = {.f = f, .params = params, .n_params = n_params};
    struct cql_node *tree = NULL;

    TRY(cql_parse(f->arena, text, false, NULL, &tree, err));
    walk_node(&w, tree);
    settle(f);
    facts_add_codes(f);
    return LANNER_OK;
}
