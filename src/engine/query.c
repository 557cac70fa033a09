/* query.c - from text to an optimised plan: language, clock, interval, notes. */
#include "engine/query.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine/script.h"
#include "engine/variant.h"
#include "lang/aql/aql.h"
#include "lang/common/common.h"
#include "lang/cql/cql.h"

static void say_clock(struct built *b, bool from_data)
{
    struct civil c;
    char text[120];

    civil_from_seconds(b->env.now_ns / NS_PER_S, &c);
    snprintf(text, sizeof(text), "the clock stands at %04d-%02d-%02dT%02d:%02d:%02dZ, %s",
             (int)c.year, (int)c.month, (int)c.day, (int)c.hour, (int)c.minute, (int)c.second,
             from_data ? "the newest event of the inputs"
                       : "the real time: no event of the inputs has one");
    notes_add(&b->notes, LANNER_NOTE_WARNING, (struct span){0, 0}, text);
}

/* A clock given by hand is fixed; the real one is read once for each query. That of the data costs
 * a pass over all inputs, so it is read only when `wanted`: until then the real one stands in. */
static enum lanner_rc set_clock(struct lanner_session *s, struct built *b, bool wanted,
                                struct lanner_err *err)
{
    switch (s->now) {
    case NOW_FIXED:
        b->env.now_ns = s->now_ns;
        break;
    case NOW_REAL:
        b->env.now_ns = clock_real_ns();
        break;
    case NOW_DATA:
        b->env.now_ns = clock_real_ns();
        if (!wanted && !s->range_known)
            break;
        TRY(session_time_range(s, err));
        if (s->newest_ns != TIME_NONE)
            b->env.now_ns = s->newest_ns;
        say_clock(b, s->newest_ns != TIME_NONE);
        break;
    }
    b->folders.now_ns = b->env.now_ns;
    return LANNER_OK;
}

static int64_t zone_ms(void *zone, int64_t utc_ms)
{
    int64_t utc_s = utc_ms / MS_PER_S - (utc_ms % MS_PER_S < 0);

    return (int64_t)zone_offset(zone, utc_s) * MS_PER_S;
}

/* A point of --from or --to. */
static enum lanner_rc resolve_point(const struct built *b, const char *option, struct str text,
                                    int64_t *ns, struct lanner_err *err)
{
    struct time_point point;

    if (text.len == 0) {
        *ns = TIME_NONE;
        return LANNER_OK;
    }
    if (time_point_parse(text, &point)) {
        int64_t now_ms = b->env.now_ns / NS_PER_MS;
        int64_t ms = time_point_resolve(&point, now_ms, zone_ms, (void *)b->env.zone);

        /* "now" and spans ago keep the clock's fraction. */
        *ns = ms == now_ms && point.kind == POINT_AGO ? b->env.now_ns : ms * NS_PER_MS;
        return LANNER_OK;
    }
    err_set(err, LANNER_ERR_USAGE, "option %s takes a time or a span ago, not \"%.*s\"", option,
            STR_ARG(text));
    err_hint(err, "for example 2026-03-02T14:00:00Z, 1772460000000 or 7d");
    return LANNER_ERR_USAGE;
}

/* Does --from or --to count from the clock? Anything but a point that stands by itself may. */
static bool is_relative(struct str text)
{
    struct time_point point;

    return text.len > 0 && (!time_point_parse(text, &point) || point.kind != POINT_ABSOLUTE);
}

static enum lanner_rc set_env(const struct lanner_query *q, struct built *b, struct lanner_err *err)
{
    struct lanner_session *s = q->session;
    bool wanted = s->strict || is_relative(s->from) || is_relative(s->to) ||
                  (q->allow != NULL && allow_has_expiry(q->allow));

    b->cache.arena = &b->arena;
    b->folders = (struct lookup_folders){
        .lookups = s->lookups.items,
        .n_lookups = s->lookups.n,
        .geo = s->geo.items,
        .n_geo = s->geo.n,
        .indicators = s->indicators,
        .references = s->references.items,
        .n_references = s->references.n,
        .networks = s->networks,
        .assets = s->assets,
        .rules = s->rules,
        .offenses = s->offenses,
        .xforce = s->xforce,
        .names = s->names,
        .allow = q->allow,
        .cache = &b->cache,
    };
    b->env = (struct fn_env){
        .arena = &b->arena,
        .from_ns = TIME_NONE,
        .to_ns = TIME_NONE,
        .zone_name = s->timezone,
        .folders = &b->folders,
        .seed = hash_random_seed(),
        .strict = s->strict,
        .ignore_missing_data = s->ignore_missing,
        .note = notes_add,
        .note_ctx = &b->notes,
    };
    TRY(zone_load(&b->arena, s->timezone, &b->env.zone, err));
    TRY(set_clock(s, b, wanted, err));
    TRY(resolve_point(b, "from", s->from, &b->env.from_ns, err));
    TRY(resolve_point(b, "to", s->to, &b->env.to_ns, err));
    if (b->env.from_ns != TIME_NONE && b->env.to_ns != TIME_NONE && b->env.from_ns > b->env.to_ns)
        return err_set(err, LANNER_ERR_USAGE, "--from \"%.*s\" lies after --to \"%.*s\"",
                       STR_ARG(s->from), STR_ARG(s->to));
    return LANNER_OK;
}

static enum lanner_rc front_end(struct lanner_query *q, struct built *b, struct lanner_err *err)
{
    struct lanner_session *s = q->session;
    struct front_options o = {
        .strict = s->strict,
        .strict_fields = s->strict_fields,
        .no_category_widening = !s->category_widening,
        .params = q->params,
        .n_params = q->n_params,
        .offset_of = zone_ms,
        .zone = (void *)b->env.zone,
        .saved = s->saved.items,
        .n_saved = s->saved.n,
        .script = script_front(s, &b->arena),
    };

    if (q->lang == LANG_CQL && s->script != NULL)
        TRY(script_check(s, &o, b, err));
    if (q->lang == LANG_CQL)
        return cql_plan(str_of(q->text, q->len), &o, &b->env, &b->arena, &b->plan, err);
    if (s->script != NULL)
        return err_set(err, LANNER_ERR_UNSUPPORTED,
                       "a parser script (--parser) serves queries in CQL, this one is %s",
                       lang_name(q->lang));
    if (q->lang == LANG_AQL)
        return aql_plan(str_of(q->text, q->len), &o, &b->env, &b->arena, &b->plan, err);
    return err_set(err, LANNER_ERR_UNSUPPORTED, "%s is not supported yet", lang_name(q->lang));
}

/* The span of a time bucket that the query leaves to us, or NULL. */
static struct expr *automatic_span(struct expr *e)
{
    if (e->kind == EXPR_CALL && strcmp(e->fn->name, "time_bucket") == 0 && e->n_args > 1 &&
        e->args[1]->kind == EXPR_CONST && val_is_null(&e->args[1]->value))
        return e->args[1];
    return NULL;
}

/* Uses of the interval's ends by functions and automatic buckets. */
static void look_for_ends(void *ctx, struct plan_node *n, struct expr *e)
{
    bool *found = ctx;

    (void)n;
    if (automatic_span(e) != NULL || (e->kind == EXPR_CALL && strcmp(e->fn->name, "start") == 0))
        *found = true;
}

/* At most this many buckets when the query does not say how wide they are (cql.md 2.9). */
#define AUTOMATIC_BUCKETS 100

static int64_t choose_span(int64_t interval_ms, const struct plan_spans *wish)
{
    uint64_t n = wish->buckets != 0 ? wish->buckets : AUTOMATIC_BUCKETS;

    return MAX(span_automatic(interval_ms, (int64_t)n, wish->least_ms), wish->least_ms);
}

static void set_node_spans(void *ctx, struct plan_node *n)
{
    int64_t interval_ms = *(const int64_t *)ctx;

    if (n->kind == NODE_SERIES && n->u.series.span_ms == 0)
        n->u.series.span_ms = choose_span(interval_ms, &n->u.series.spans);
    for (size_t i = 0; n->kind == NODE_EXTEND && i < n->u.extend.n_items; i++) {
        struct expr *span = automatic_span(n->u.extend.items[i].expr);

        if (span != NULL)
            span->value = val_long(choose_span(interval_ms, &n->u.extend.items[i].spans));
    }
}

/* One that stands inside another expression has no wishes. */
static void set_inner_span(void *ctx, struct plan_node *n, struct expr *e)
{
    static const struct plan_spans none = {0};
    struct expr *span = automatic_span(e);

    (void)n;
    if (span != NULL)
        span->value = val_long(choose_span(*(const int64_t *)ctx, &none));
}

static void set_spans(struct built *b)
{
    int64_t interval_ms = 0;
    struct plan_visitor v = {.node = set_node_spans, .expr = set_inner_span, .ctx = &interval_ms};
    int64_t to_ns = b->env.to_ns != TIME_NONE ? b->env.to_ns : b->env.now_ns;

    if (b->env.from_ns != TIME_NONE && to_ns > b->env.from_ns)
        interval_ms = to_ns / NS_PER_MS - b->env.from_ns / NS_PER_MS;
    plan_walk(b->plan->root, &v);
    for (size_t i = 0; i < b->plan->n_tables; i++)
        plan_walk(b->plan->tables[i].root, &v);
}

static void say_default_span(struct built *b, int64_t span_ms)
{
    int64_t minutes = span_ms / (60 * MS_PER_S);
    bool hours = minutes % 60 == 0;
    char text[100];

    snprintf(text, sizeof(text),
             "strict: no interval was given, the last %" PRId64 " %s are searched",
             hours ? minutes / 60 : minutes, hours ? "hours" : "minutes");
    notes_add(&b->notes, LANNER_NOTE_WARNING, (struct span){0, 0}, text);
}

/* Without an interval of its own a query that asks for its start, or for buckets of automatic
 * width, gets that of the data (cql.md 2.9). */
static enum lanner_rc set_interval(struct lanner_query *q, struct built *b, struct lanner_err *err)
{
    struct plan *p = b->plan;
    bool needs_ends = false;
    struct plan_visitor v = {.expr = look_for_ends, .ctx = &needs_ends};

    if (p->has_interval) {
        if (b->env.from_ns != TIME_NONE || b->env.to_ns != TIME_NONE)
            notes_add(&b->notes, LANNER_NOTE_WARNING, (struct span){0, 0},
                      "the query sets its own interval; --from and --to do not apply");
        b->env.from_ns = p->from_ns;
        b->env.to_ns = p->to_ns;
    } else if (p->default_span_ms > 0 && b->env.from_ns == TIME_NONE && b->env.to_ns == TIME_NONE) {
        b->env.from_ns = b->env.now_ns - p->default_span_ms * NS_PER_MS;
        b->env.to_ns = b->env.now_ns;
        say_default_span(b, p->default_span_ms);
    }
    p->from_ns = b->env.from_ns;
    p->to_ns = b->env.to_ns;
    plan_walk(p->root, &v);
    for (size_t i = 0; i < p->n_tables; i++)
        plan_walk(p->tables[i].root, &v);
    if (needs_ends && b->env.from_ns == TIME_NONE) {
        TRY(session_time_range(q->session, err));
        b->env.from_ns = q->session->oldest_ns;
        if (b->env.to_ns == TIME_NONE)
            b->env.to_ns = q->session->newest_ns;
    }
    set_spans(b);
    return LANNER_OK;
}

void built_interval(const struct built *b, const struct plan *p, struct plan_scan *scan)
{
    if (scan->interval != NULL || scan->own_interval)
        return; /* the time is not the scan's: script_prepare; or settled by the query */
    if (p->from_ns != TIME_NONE && (scan->from_ns == TIME_NONE || p->from_ns > scan->from_ns))
        scan->from_ns = p->from_ns;
    if (p->to_ns != TIME_NONE && (scan->to_ns == TIME_NONE || p->to_ns < scan->to_ns)) {
        scan->to_ns = p->to_ns;
        /* An end that is the clock includes the newest event. */
        scan->to_included = p->to_ns == b->env.now_ns;
    }
}

/* The columns that joins ask of one table. */
struct table_use {
    struct str table;
    VEC(struct str) names;
    bool all;
};

static void use_table(void *ctx, struct plan_node *n)
{
    struct table_use *use = ctx;

    if (n->kind == NODE_TABLE && str_eq(n->u.table.table, use->table))
        use->all = true;
    if (n->kind != NODE_JOIN || !str_eq(n->u.join.table, use->table))
        return;
    use->all |= n->u.join.include_all;
    for (size_t i = 0; i < n->u.join.n_fields; i++)
        VEC_PUSH(&use->names, n->u.join.columns[i]);
    for (size_t i = 0; i < n->u.join.n_include; i++)
        VEC_PUSH(&use->names, n->u.join.include[i].from);
}

/* A table keeps the columns that something asks of it: its rows live in memory. */
static void want_columns(const struct plan *p, const struct plan_table *table, struct plan *sub)
{
    struct table_use use = {.table = table->name};
    struct plan_visitor v = {.node = use_table, .ctx = &use};

    plan_walk(p->root, &v);
    for (size_t i = 0; i < p->n_tables; i++)
        plan_walk(p->tables[i].root, &v);
    sub->wanted = ARENA_ARRAY(sub->arena, struct str, use.names.n);
    if (use.names.n > 0)
        memcpy(sub->wanted, use.names.items, use.names.n * sizeof(*sub->wanted));
    sub->n_wanted = use.names.n;
    sub->wanted_only = !use.all;
    VEC_DONE(&use.names);
}

/* An object of objects is looked up by its names, whatever a join calls their column. */
static void name_key_column(struct built *b, const struct plan_table *table,
                            struct lookup_table *out)
{
    struct table_use use = {.table = table->name};
    struct plan_visitor v = {.node = use_table, .ctx = &use};
    bool known = false;

    plan_walk(b->plan->root, &v);
    for (size_t i = 0; i < b->plan->n_tables; i++)
        plan_walk(b->plan->tables[i].root, &v);
    for (size_t k = 0; k < out->n_columns && use.names.n > 0; k++)
        known |= str_eq(out->columns[k], use.names.items[0]);
    if (use.names.n > 0 && !known)
        out->columns[out->n_columns - 1] = use.names.items[0];
    VEC_DONE(&use.names);
}

enum lanner_rc built_file(struct built *b, const struct plan_table *table, struct lookup_table *out,
                          struct lanner_err *err)
{
    enum lanner_rc rc = lookup_table_read(&b->folders, table->file, &b->arena, out, err);
    struct lanner_err copy;

    if (rc == LANNER_OK) {
        if (out->keyed)
            name_key_column(b, table, out);
        return rc;
    }
    copy = *err;
    err_set_at(err, rc, table->at, "%s", copy.text);
    if (copy.hint[0] != '\0')
        err_hint(err, "%s", copy.hint);
    return rc;
}

static enum lanner_rc build_tables(struct lanner_query *q, struct built *b, struct lanner_err *err)
{
    struct lanner_session *s = q->session;
    struct plan *p = b->plan;

    b->table_plans = ARENA_ARRAY(&b->arena, struct plan *, p->n_tables);
    for (size_t i = 0; i < p->n_tables; i++) {
        struct plan *sub;

        if (p->tables[i].root == NULL)
            continue;
        sub = plan_new(&b->arena, p->lang);
        sub->root = p->tables[i].root;
        sub->from_ns = p->tables[i].from_ns != TIME_NONE ? p->tables[i].from_ns : p->from_ns;
        sub->to_ns = p->tables[i].to_ns != TIME_NONE ? p->tables[i].to_ns : p->to_ns;
        /* A table sees those defined before it. */
        sub->tables = p->tables;
        sub->n_tables = i;
        want_columns(p, &p->tables[i], sub);
        script_prepare(b, sub);
        TRY(opt_run(sub, &b->env, s->optimizer, s->prefilter, err));
        b->table_plans[i] = sub;
        scan_keep_input(s->scan); /* a pass for the table, another for the query */
    }
    return LANNER_OK;
}

enum lanner_rc built_new(struct lanner_query *q, struct built **out, struct lanner_err *err)
{
    struct lanner_session *s = q->session;
    struct built *b = xcalloc(1, sizeof(*b));

    arena_init(&b->arena, 0);
    notes_init(&b->notes);
    *out = b;
    TRY(session_open(s, &b->notes, err));
    TRY(set_env(q, b, err));
    TRY(front_end(q, b, err));
    if (b->plan->needs_clock && s->now == NOW_DATA && !s->range_known) {
        plan_done(b->plan);
        b->plan = NULL;
        TRY(set_clock(s, b, true, err));
        TRY(front_end(q, b, err));
    }
    for (size_t i = 0; i < b->plan->notes.n; i++) {
        const struct plan_note *note = &b->plan->notes.items[i];
        char *text = arena_strz(&b->arena, note->text);

        notes_add(&b->notes, note->kind, note->at, text);
    }
    if (s->strict_fields && b->plan->lang == LANG_AQL)
        scan_keep_input(s->scan); /* to look for names */
    TRY(set_interval(q, b, err));
    b->quiet = q->variant != NULL;
    if (q->variant != NULL || q->allow != NULL)
        TRY(variant_apply(b, q->variant, err));
    script_prepare(b, b->plan);
    TRY(opt_run(b->plan, &b->env, s->optimizer, s->prefilter, err));
    return build_tables(q, b, err);
}

void built_free(struct built *b)
{
    if (b == NULL)
        return;
    plan_done(b->plan);
    notes_done(&b->notes);
    arena_done(&b->arena);
    free(b);
}

/* Past blanks, comments of either language and opening parentheses. */
static struct str skip_to_word(struct str s)
{
    for (;;) {
        size_t end = SIZE_MAX;
        size_t more = 1;

        s = str_trim(s);
        if (str_starts(s, STR("--")) || str_starts(s, STR("//"))) {
            end = str_find_char(s, '\n');
        } else if (str_starts(s, STR("/*"))) {
            end = str_find(s, STR("*/"));
            more = 2;
        } else if (str_starts(s, STR("("))) {
            end = 0;
        } else if (str_starts(s, STR("\xC2\xA0"))) { /* a no-break space */
            end = 0;
            more = 2;
        } else {
            return s;
        }
        if (end == SIZE_MAX)
            return STR_NONE;
        s = str_of(s.ptr + end + more, s.len - end - more);
    }
}

/* SELECT and WITH begin AQL; anything else is CQL. */
static enum lang tell_language(struct str text)
{
    struct str word = skip_to_word(text);
    size_t n = 0;

    while (n < word.len && ((word.ptr[n] | 0x20) >= 'a' && (word.ptr[n] | 0x20) <= 'z'))
        n++;
    /* select(...) is a function of CQL, select = x a field. */
    if (n < word.len && word.ptr[n] == '(')
        return LANG_CQL;
    if (str_starts(str_trim(str_of(word.ptr + n, word.len - n)), STR("=")))
        return LANG_CQL;
    word.len = n;
    return str_eq_nocase(word, STR("select")) || str_eq_nocase(word, STR("with")) ? LANG_AQL
                                                                                  : LANG_CQL;
}

enum lanner_rc unknown_language(const char *name, struct lanner_err *err)
{
    struct buf names = {0};

    for (int i = 0; i < LANG_COUNT; i++)
        buf_printf(&names, "%s%s", i > 0 ? " or " : "", lang_name((enum lang)i));
    err_set(err, LANNER_ERR_USAGE, "there is no language %s", name);
    err_hint(err, "the language is %.*s", STR_ARG(buf_str(&names)));
    buf_done(&names);
    return LANNER_ERR_USAGE;
}

static struct lanner_query *query_new(struct lanner_session *s, struct str text)
{
    struct lanner_query *q = xcalloc(1, sizeof(*q));

    q->session = s;
    q->text = xstrndup(text.ptr, text.len);
    q->len = text.len;
    arena_init(&q->arena, 1024);
    return q;
}

/* What the session has now: it may have other values when the query runs. */
static void take_session(struct lanner_query *q)
{
    const struct lanner_session *s = q->session;

    q->params = ARENA_ARRAY(&q->arena, struct front_param, s->params.n);
    q->n_params = s->params.n;
    for (size_t i = 0; i < s->params.n; i++) {
        q->params[i].name = arena_str(&q->arena, str_z(s->params.items[i].name));
        q->params[i].value = arena_str(&q->arena, str_z(s->params.items[i].value));
    }
    q->allow = s->allow;
}

/* Entries beyond are counted only. */
#define MAX_EXPIRED_NOTES 20

/* Once for all queries of the session. */
static void say_expired(struct lanner_session *s, struct built *b)
{
    size_t n_expired = 0;
    char text[600];

    if (s->allow == NULL || s->allow_said)
        return;
    s->allow_said = true;
    for (size_t i = 0; i < allow_count(s->allow); i++) {
        const struct allow_entry *e = allow_at(s->allow, i);

        if (!allow_entry_expired(e, b->env.now_ns) || n_expired++ >= MAX_EXPIRED_NOTES)
            continue;
        snprintf(text, sizeof(text), "%.200s: line %u: the entry %s %.100s expired (%.40s)%s%.100s",
                 e->file, e->line, allow_kind_name(e->kind), e->value, e->expires,
                 e->owner[0] != '\0' ? ", owner " : "", e->owner);
        notes_add(&b->notes, LANNER_NOTE_WARNING, (struct span){0, 0}, text);
    }
    if (n_expired <= MAX_EXPIRED_NOTES)
        return;
    snprintf(text, sizeof(text), "%zu further entries of allow-lists expired",
             n_expired - MAX_EXPIRED_NOTES);
    notes_add(&b->notes, LANNER_NOTE_WARNING, (struct span){0, 0}, text);
}

enum lanner_rc lanner_query_prepare(struct lanner_session *s, const char *text, size_t len,
                                    const char *language, struct lanner_query **out,
                                    struct lanner_err *err)
{
    struct lanner_query *q = query_new(s, str_of(text, len));
    enum lanner_rc rc;

    take_session(q);
    q->lang = language != NULL ? lang_named(str_z(language)) : tell_language(str_of(text, len));
    if (q->lang == LANG_COUNT) {
        rc = unknown_language(language, err);
        goto out;
    }
    s->cancel = 0;
    rc = built_new(q, &q->fresh, err);
    err_locate(err, text, len);
    say_expired(s, q->fresh);
    session_deliver(s, &q->fresh->notes, text, len);
    if (rc != LANNER_OK)
        goto out;
    *out = q;
    q = NULL; /* now the caller's */
out:
    lanner_query_free(q);
    return rc;
}

enum lanner_rc lanner_query_variant(struct lanner_query *query,
                                    const struct lanner_variant *variant, struct lanner_query **out,
                                    struct lanner_err *err)
{
    struct lanner_query *q = query_new(query->session, str_of(query->text, query->len));
    enum lanner_rc rc;

    q->lang = query->lang;
    q->params = ARENA_ARRAY(&q->arena, struct front_param, query->n_params);
    q->n_params = query->n_params;
    for (size_t i = 0; i < query->n_params; i++) {
        q->params[i].name = arena_str(&q->arena, query->params[i].name);
        q->params[i].value = arena_str(&q->arena, query->params[i].value);
    }
    q->allow = query->allow;
    q->variant = variant_copy(&q->arena, variant);
    query->session->cancel = 0;
    /* What the text gives cause to say was said when it was prepared. */
    rc = built_new(q, &q->fresh, err);
    err_locate(err, q->text, q->len);
    if (rc == LANNER_OK) {
        scan_keep_input(q->session->scan); /* both forms may be run, one after the other */
        *out = q;
        q = NULL; /* now the caller's */
    }
    lanner_query_free(q);
    return rc;
}

void lanner_query_cancel(struct lanner_query *q)
{
    q->session->cancel = 1;
}

void lanner_query_free(struct lanner_query *q)
{
    if (q == NULL)
        return;
    built_free(q->fresh);
    arena_done(&q->arena);
    free(q->text);
    free(q);
}

const char *lanner_version(void)
{
    return LANNER_VERSION;
}
