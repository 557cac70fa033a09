/* script.c - parser scripts: the file, and what becomes of the interval and of tags.
 *
 * The front end puts the script's stages between scan and query (lang/cql/script.c). The event time
 * is then the script's, so the interval is a filter above it and not a bound of the scan. */
#include "engine/script.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "expr/expr.h"
#include "lang/cql/cql.h"
#include "util/civil.h"
#include "util/file.h"
#include "util/num.h"
#include "util/yaml.h"

#define MAX_SCRIPT_BYTES ((size_t)1 << 20)

/* ---- The file ---------------------------------------------------------------------------------
 */

static enum lanner_rc read_names(struct arena *a, const struct yaml_node *root, const char *key,
                                 struct str **out, size_t *n, struct lanner_err *err)
{
    struct yaml_node *list;

    TRY(yaml_get_seq(a, root, key, &list, err));
    if (list == NULL)
        return LANNER_OK;
    *out = ARENA_ARRAY(a, struct str, list->n);
    for (*n = 0; *n < list->n; (*n)++) {
        struct yaml_node *item = list->items[*n];

        TRY(yaml_expect(item, YAML_SCALAR, err));
        if (item->text.len == 0)
            return yaml_error(item, err, "expected the name of a field");
        /* Some definitions write the tags as they are stored. */
        (*out)[*n] = item->text.ptr[0] == '#' && item->text.len > 1
                         ? str_of(item->text.ptr + 1, item->text.len - 1)
                         : item->text;
    }
    return LANNER_OK;
}

static enum lanner_rc read_definition(struct arena *a, struct session_script *s, struct str bytes,
                                      struct lanner_err *err)
{
    struct yaml_node *root;
    struct str schema = STR_NONE;
    char *name = arena_strz(a, s->file);

    TRY(yaml_parse(a, name, bytes, &root, err));
    TRY(yaml_get_str(root, "$schema", &schema, err));
    if (schema.len > 0 && str_find(schema, STR("/parser/v0.1")) == SIZE_MAX &&
        str_find(schema, STR("/parser/v0.2")) == SIZE_MAX &&
        str_find(schema, STR("/parser/v0.3")) == SIZE_MAX)
        return yaml_error(yaml_get(root, "$schema"), err,
                          "expected the schema parser/v0.1 to v0.3, found %.*s", STR_ARG(schema));
    TRY(yaml_need_str(root, "script", &s->text, err));
    s->file = arena_printf(a, "%s, script", name); /* places are those of the script */
    TRY(yaml_get_str(root, "name", &s->type, err));
    TRY(read_names(a, root, "tagFields", &s->tags, &s->n_tags, err));
    if (s->n_tags == 0)
        TRY(read_names(a, root, "fieldsToTag", &s->tags, &s->n_tags, err));
    return read_names(a, root, "fieldsToBeRemovedBeforeParsing", &s->removed, &s->n_removed, err);
}

static struct str base_name(struct str path)
{
    size_t from = path.len;

    while (from > 0 && path.ptr[from - 1] != '/')
        from--;
    return str_of(path.ptr + from, path.len - from);
}

/* The name without its ending. */
static struct str stem(struct str name)
{
    size_t end = name.len;

    for (size_t i = 1; i < name.len; i++) {
        if (name.ptr[i] == '.')
            end = i;
    }
    return str_of(name.ptr, end);
}

/* Parsers that LogScale brings along are asked for by name; here they are files. */
static enum lanner_rc no_such_file(const char *path, const struct lanner_err *found,
                                   struct lanner_err *err)
{
    static const char *const built_in[] = {"accesslog",
                                           "json",
                                           "kv",
                                           "kv-millis",
                                           "syslog",
                                           "syslog-utc",
                                           "serilog-jsonformatter",
                                           "bro-json",
                                           "zeek-json",
                                           "corelight-json",
                                           "audit-log"};

    *err = *found;
    for (size_t i = 0; i < ARRAY_LEN(built_in); i++) {
        if (strcmp(path, built_in[i]) != 0)
            continue;
        err_set(err, LANNER_ERR_UNSUPPORTED,
                "the built-in parser %s of LogScale is not part of Lanner", path);
        err_hint(err, "give a file with its script");
        return LANNER_ERR_UNSUPPORTED;
    }
    return found->rc;
}

enum lanner_rc script_read(struct arena *a, const char *path, struct session_script **out,
                           struct lanner_err *err)
{
    struct session_script *s = ARENA_NEW(a, struct session_script);
    struct lanner_err found = {0};
    struct buf bytes = {0};
    struct str text;
    enum lanner_rc rc = file_read_all(path, MAX_SCRIPT_BYTES, &bytes, &found);

    if (rc != LANNER_OK) {
        rc = no_such_file(path, &found, err);
        goto out;
    }
    s->file = base_name(arena_str(a, str_z(path)));
    text = arena_str(a, buf_str(&bytes));
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_of(text.ptr + 3, text.len - 3);
    if (str_ends(s->file, STR(".yaml")) || str_ends(s->file, STR(".yml")))
        rc = read_definition(a, s, text, err);
    else
        s->text = text;
    if (s->type.len == 0)
        s->type = stem(base_name(arena_str(a, str_z(path))));
    if (rc == LANNER_OK)
        *out = s;
out:
    buf_done(&bytes);
    return rc;
}

/* ---- For the front end -------------------------------------------------------------------------
 */

static bool is_removed(const struct session_script *s, struct str tag)
{
    for (size_t i = 0; i < s->n_removed; i++) {
        if (str_eq(s->removed[i], str_of(tag.ptr + 1, tag.len - 1)))
            return true;
    }
    return false;
}

const struct front_script *script_front(const struct lanner_session *session, struct arena *a)
{
    const struct session_script *s = session->script;
    struct front_script *f;
    struct str *given;

    if (s == NULL)
        return NULL;
    f = ARENA_NEW(a, struct front_script);
    given = ARENA_ARRAY(a, struct str, session->tags.n);
    *f = (struct front_script){.text = s->text,
                               .file = s->file,
                               .type = s->type,
                               .given = given,
                               .tags = s->tags,
                               .n_tags = s->n_tags};
    for (size_t i = 0; i < session->tags.n; i++) {
        struct str name = session->tags.items[i].name;

        if (str_eqz(name, "#type"))
            f->type = STR_NONE; /* who runs the query knows better */
        if (!is_removed(s, name))
            given[f->n_given++] = name;
    }
    return f;
}

/* ---- Alone -------------------------------------------------------------------------------------
 */

struct binder {
    const struct fn_env *env;
    enum lanner_rc rc;
    struct lanner_err err;
};

static void bind_call(void *ctx, struct plan_node *n, struct expr *e)
{
    struct binder *b = ctx;
    struct expr copy = *e;

    (void)n;
    if (b->rc != LANNER_OK || e->kind != EXPR_CALL)
        return;
    if (e->fn->kind == FN_SCALAR || e->fn->kind == FN_PREDICATE)
        b->rc = expr_bind(&copy, b->env, &b->err);
    else if (e->fn->kind != FN_AGGREGATE)
        b->rc = expr_bind_outputs(&copy, b->env, NULL, 0, false, &b->err);
}

/* The script's own error, with its own place. */
static enum lanner_rc blame(const struct session_script *s, enum lanner_rc rc,
                            struct lanner_err *own, struct lanner_err *err)
{
    err_locate(own, s->text.ptr, s->text.len);
    if (own->line != 0)
        err_set(err, rc, "parser %.*s:%u:%u: %s", STR_ARG(s->file), own->line, own->column,
                own->text);
    else
        err_set(err, rc, "parser %.*s: %s", STR_ARG(s->file), own->text);
    if (own->hint[0] != '\0')
        err_hint(err, "%s", own->hint);
    return rc;
}

enum lanner_rc script_check(const struct lanner_session *session,
                            const struct front_options *options, struct built *b,
                            struct lanner_err *err)
{
    const struct session_script *s = session->script;
    struct front_options alone = *options;
    struct binder binder = {.env = &b->env};
    struct plan_visitor v = {.expr = bind_call, .ctx = &binder};
    struct plan *plan = NULL;
    struct lanner_err own = {0};
    enum lanner_rc rc;

    alone.script = NULL;
    alone.is_script = true;
    rc = cql_plan(s->text, &alone, &b->env, &b->arena, &plan, &own);
    if (rc != LANNER_OK)
        return blame(s, rc, &own, err);
    for (size_t i = 0; i < plan->notes.n; i++) {
        struct str text = arena_printf(&b->arena, "parser %.*s: %.*s%c", STR_ARG(s->file),
                                       STR_ARG(plan->notes.items[i].text), '\0');

        notes_add(&b->notes, plan->notes.items[i].kind, (struct span){0, 0}, text.ptr);
    }
    plan_walk(plan->root, &v);
    plan_done(plan);
    return binder.rc == LANNER_OK ? LANNER_OK : blame(s, binder.rc, &binder.err, err);
}

/* ---- Interval and tags -------------------------------------------------------------------------
 */

static struct expr *not_compared(struct plan *p, const char *comparison, int64_t ms)
{
    const struct span at = {0, 0};
    struct expr *time = expr_field(p->arena, at, STR(FIELD_TIME_MS));
    struct expr *bound = expr_const(p->arena, at, val_long(ms));

    return expr_callv(p->arena, at, "not", 1, expr_callv(p->arena, at, comparison, 2, time, bound));
}

/* An event without a usable time is inside every interval. */
static void set_filter(const struct built *b, struct plan *p, struct plan_node *filter)
{
    const struct span at = {0, 0};
    struct expr *parts[2];
    size_t n = 0;

    if (p->from_ns != TIME_NONE)
        parts[n++] = not_compared(p, "cql_less", floor_div(p->from_ns, NS_PER_MS));
    if (p->to_ns != TIME_NONE && p->to_ns == b->env.now_ns) /* it includes the newest event */
        parts[n++] = not_compared(p, "cql_greater", floor_div(p->to_ns, NS_PER_MS));
    else if (p->to_ns != TIME_NONE)
        parts[n++] =
            not_compared(p, "cql_greater_equal", floor_div(p->to_ns + NS_PER_MS - 1, NS_PER_MS));
    if (n == 1)
        filter->u.filter.predicate = parts[0];
    else if (n == 2)
        filter->u.filter.predicate = expr_callv(p->arena, at, "and", 2, parts[0], parts[1]);
}

/* `#x` is the tag, or else the field `x`: scripts write tags without the sign (cql.md 2.1). */
static void add_tags(struct plan *p, struct plan_node *filter)
{
    const struct span at = {0, 0};
    size_t n_asked;
    const struct str *asked = bind_asked(filter, &n_asked);
    struct plan_node *n = node_new(p, NODE_EXTEND, at, filter->in);

    n->u.extend.items = ARENA_ARRAY(p->arena, struct plan_item, n_asked);
    for (size_t i = 0; i < n_asked; i++) {
        struct str name = asked[i];
        struct expr **args = ARENA_ARRAY(p->arena, struct expr *, 3);
        struct plan_item *item = &n->u.extend.items[n->u.extend.n_items];

        if (name.len < 2 || name.ptr[0] != '#')
            continue;
        args[0] = expr_const(p->arena, at, val_bool(false)); /* empty texts count */
        args[1] = expr_field(p->arena, at, name);
        args[2] = expr_field(p->arena, at, str_of(name.ptr + 1, name.len - 1));
        item->expr = expr_call(p->arena, at, fn_named("coalesce"), args, 3);
        item->names = ARENA_NEW(p->arena, struct str);
        item->names[0] = name;
        item->n_names = 1;
        n->u.extend.n_items++;
    }
    if (n->u.extend.n_items > 0)
        filter->in = n;
}

struct preparing {
    const struct built *b;
    struct plan *plan;
    bool any;
    bool tags;
};

static void prepare_scan(void *ctx, struct plan_node *n)
{
    struct preparing *p = ctx;

    if (n->kind != NODE_SCAN || n->u.scan.interval == NULL)
        return;
    p->any = true;
    if (p->tags)
        add_tags(p->plan, n->u.scan.interval);
    else
        set_filter(p->b, p->plan, n->u.scan.interval);
}

void script_prepare(const struct built *b, struct plan *p)
{
    struct preparing ctx = {.b = b, .plan = p};
    struct plan_visitor v = {.node = prepare_scan, .ctx = &ctx};

    plan_walk(p->root, &v);
    if (!ctx.any)
        return;
    bind_demand(p);
    ctx.tags = true;
    plan_walk(p->root, &v);
    bind_done(p);
}

/* ---- The interval of the data ------------------------------------------------------------------
 */

struct ends {
    int64_t oldest_ms, newest_ms;
    bool found;
};

static bool take_number(const struct lanner_value *v, int64_t *ms)
{
    if (v->kind == LANNER_LONG)
        *ms = v->integer;
    else if (v->kind == LANNER_DOUBLE && v->real > -9e15 && v->real < 9e15)
        *ms = (int64_t)v->real;
    else
        return v->kind == LANNER_TEXT && num_parse_long(str_of(v->text, v->len), ms);
    return true;
}

static bool take_ends(void *ctx, const struct lanner_row *row)
{
    struct ends *e = ctx;

    e->found = row->n_columns == 2 && take_number(&row->values[0], &e->oldest_ms) &&
               take_number(&row->values[1], &e->newest_ms) &&
               e->oldest_ms > INT64_MIN / NS_PER_MS && e->newest_ms < INT64_MAX / NS_PER_MS;
    return true;
}

static enum lanner_rc ask_ends(struct lanner_session *s, const char *text, struct ends *out,
                               struct lanner_err *err)
{
    struct lanner_query q = {
        .session = s, .text = (char *)text, .len = strlen(text), .lang = LANG_CQL};
    struct lanner_query *queries = &q;
    void *ctx = out;

    out->found = false;
    return lanner_queries_run(&queries, 1, take_ends, &ctx, NULL, err);
}

/* A query of our own over the inputs, which counts no interval and tells the user nothing. */
enum lanner_rc script_time_range(struct lanner_session *s, int64_t *oldest, int64_t *newest,
                                 struct lanner_err *err)
{
#define ENDS "[min(@timestamp, as=oldest), max(@timestamp, as=newest)]"
    /* Times more than a day ahead count only when there are no others. */
    const int64_t horizon_ms = clock_real_ns() / NS_PER_MS + DAY_S * MS_PER_S;
    const enum now_kind now = s->now;
    const struct str from = s->from, to = s->to;
    const bool strict = s->strict;
    const lanner_on_note on_note = s->on_note;
    struct notes *const notes = s->notes;
    const int64_t start_ns = s->start_ns;
    struct ends ends;
    char text[200];
    enum lanner_rc rc;

    scan_keep_input(s->scan);
    s->now = NOW_REAL;
    s->from = s->to = STR_NONE;
    s->strict = false;
    s->on_note = NULL;
    snprintf(text, sizeof(text), "@timestamp <= %" PRId64 " | " ENDS, horizon_ms);
    rc = ask_ends(s, text, &ends, err);
    if (rc == LANNER_OK && !ends.found)
        rc = ask_ends(s, ENDS, &ends, err);
    s->now = now;
    s->from = from;
    s->to = to;
    s->strict = strict;
    s->on_note = on_note;
    s->notes = notes;
    s->start_ns = start_ns;
    *oldest = rc == LANNER_OK && ends.found ? ends.oldest_ms * NS_PER_MS : TIME_NONE;
    *newest = rc == LANNER_OK && ends.found ? ends.newest_ms * NS_PER_MS : TIME_NONE;
    return rc;
}
