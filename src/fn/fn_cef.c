/* fn_cef.c - parseCEF() and parseLEEF(): events of security devices (cql.md 3.1, Parsing). */
#include "fn/moment.h"
#include "fn/sink.h"
#include "fn/timeparse.h"
#include "record/record.h"

struct event_call {
    struct sink_names names;
    struct str prefix, header, label;
    bool keep_labels, parse_time;
    char delimiter;
    struct zone_pick zone;
};

static void put(const struct sink *s, struct str prefix, struct str name, struct str value)
{
    struct str whole = arena_printf(s->out->arena, "%.*s%.*s", STR_ARG(prefix), STR_ARG(name));

    if (sink_wants(s, whole))
        sink_put(s, whole, val_str(value));
}

static void put_header(const struct event_call *p, const struct sink *s, const char *name,
                       struct str value)
{
    put(s, p->header, str_z(name), value);
}

/* The pair that a label names: `cs1Label=Reason` names `cs1`. */
static const struct kv_pair *labelled(const struct kv_pair *pairs, size_t n, struct str key)
{
    struct str base = str_of(key.ptr, key.len - strlen("Label"));

    for (size_t i = 0; i < n; i++) {
        if (str_eq(pairs[i].key, base))
            return &pairs[i];
    }
    return NULL;
}

static bool is_label(struct str key)
{
    return key.len > strlen("Label") && str_ends(key, STR("Label"));
}

/* A labelled pair goes under its label; it and the label are left out of the others then. Of a
 * repeated key the first counts. */
static void put_pairs(const struct event_call *p, const struct sink *s, const struct kv_pair *pairs,
                      size_t n)
{
    uint8_t *used = arena_zalloc(s->out->arena, n + 1);

    for (size_t i = 0; i < n; i++) {
        const struct kv_pair *value;

        if (!is_label(pairs[i].key) || pairs[i].value.len == 0)
            continue;
        value = labelled(pairs, n, pairs[i].key);
        if (value == NULL)
            continue;
        put(s, p->label, pairs[i].value, value->value);
        used[i] = used[value - pairs] = !p->keep_labels;
    }
    for (size_t i = n; i-- > 0;) {
        if (used[i] == 0)
            put(s, p->prefix, pairs[i].key, pairs[i].value);
    }
}

/* ---- parseCEF ----------------------------------------------------------------------------------
 */

enum { CEF_FIELD, CEF_PREFIX, CEF_HEADER, CEF_LABEL, CEF_KEEP };

static enum lanner_rc bind_event(struct fn_call *call, struct event_call **out,
                                 struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct event_call *p = ARENA_NEW(a, struct event_call);

    for (size_t i = CEF_PREFIX; i < call->n_args; i++)
        TRY(arg_need_const(call, i, "an option", err));
    p->prefix = arg_text(call, CEF_PREFIX, a);
    p->header = arg_text(call, CEF_HEADER, a);
    p->label = arg_text(call, CEF_LABEL, a);
    p->keep_labels = arg_bool(call, CEF_KEEP, false);
    sink_names_init(&p->names, call);
    call->state = p;
    *out = p;
    return LANNER_OK;
}

static enum lanner_rc bind_cef(struct fn_call *call, struct lanner_err *err)
{
    struct event_call *p;

    return bind_event(call, &p, err);
}

static enum lanner_rc eval_cef(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct fn_multi *out, struct lanner_err *err)
{
    const struct event_call *p = run->call->state;
    char room[VAL_PRINT_MAX];
    struct cef e;
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        struct sink sink = {&p->names, run->call, out, i};

        if (!cell_text(column_at(&args[CEF_FIELD], i), room, &s))
            continue;
        if (!cef_parse(s, out->arena, &e)) {
            sink_error(&sink, "the text is no CEF event");
            continue;
        }
        put_header(p, &sink, "version", e.format);
        put_header(p, &sink, "device.vendor", e.vendor);
        put_header(p, &sink, "device.product", e.product);
        put_header(p, &sink, "device.version", e.version);
        put_header(p, &sink, "event_class_id", e.event_class_id);
        put_header(p, &sink, "name", e.name);
        put_header(p, &sink, "severity", e.severity);
        put_pairs(p, &sink, e.pairs, e.n);
    }
    return LANNER_OK;
}

/* ---- parseLEEF ---------------------------------------------------------------------------------
 */

enum { LEEF_DELIMITER = CEF_KEEP + 1, LEEF_TIME, LEEF_ZONE };

static enum lanner_rc bind_leef(struct fn_call *call, struct lanner_err *err)
{
    struct event_call *p;
    struct str delimiter;

    TRY(bind_event(call, &p, err));
    delimiter = arg_text(call, LEEF_DELIMITER, call->env->arena);
    if (delimiter.len > 0) {
        p->delimiter = leef_delimiter(delimiter);
        if (p->delimiter == '\0')
            return err_set_at(err, LANNER_ERR_QUERY, call->at,
                              "delimiter of parseLEEF() is one character or its code: x5E");
    }
    p->parse_time = arg_bool(call, LEEF_TIME, true);
    return zone_pick_bind(call, LEEF_ZONE, &p->zone, err);
}

static struct str value_of(const struct leef *e, const char *key)
{
    for (size_t i = 0; i < e->n; i++) {
        if (str_eq_nocase(e->pairs[i].key, str_z(key)))
            return e->pairs[i].value;
    }
    return STR_NONE;
}

/* devTime by devTimeFormat, else as times stand in records. */
static bool device_time(const struct fn_run *run, const struct event_call *p, const struct leef *e,
                        int64_t *ms)
{
    struct str text = value_of(e, "devTime"), format = value_of(e, "devTimeFormat");
    int64_t now_s = floor_div(run->call->env->now_ns, NS_PER_S), ns;
    const struct time_pattern *pattern;
    const struct zone *zone = p->zone.fixed;
    struct time_fields f;
    struct civil c;
    bool read;

    if (text.len == 0)
        return false;
    if (format.len > 0 &&
        time_pattern_new(run->arena, format, false, &pattern, NULL) == LANNER_OK) {
        read = time_pattern_read(pattern, text, &f);
    } else if (timestamp_parse(text, NULL, &ns) && ascii_is_digit(text.ptr[text.len - 1]) &&
               str_find_char(text, ':') == SIZE_MAX) {
        *ms = floor_div(ns, NS_PER_MS); /* epoch */
        return true;
    } else {
        read = time_iso_read(text, &f) || time_find(text, &f);
    }
    if (!read || !time_fields_civil(&f, now_s, 8, &c))
        return false;
    if (f.zone.len > 0)
        zone = zone_cached(run, f.zone);
    if (zone == NULL)
        return false;
    *ms = zone_to_utc(zone, civil_seconds(&c)) * MS_PER_S + c.nanos / NS_PER_MS;
    return true;
}

static enum lanner_rc eval_leef(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct fn_multi *out, struct lanner_err *err)
{
    const struct event_call *p = run->call->state;
    char room[VAL_PRINT_MAX];
    struct leef e;
    struct str s;
    int64_t ms;

    (void)err;
    SEL_FOR (sel, i) {
        struct sink sink = {&p->names, run->call, out, i};

        if (!cell_text(column_at(&args[CEF_FIELD], i), room, &s))
            continue;
        if (!leef_parse_by(s, p->delimiter, out->arena, &e)) {
            sink_error(&sink, "the text is no LEEF event");
            continue;
        }
        put_header(p, &sink, "version", e.format);
        put_header(p, &sink, "device.vendor", e.vendor);
        put_header(p, &sink, "device.product", e.product);
        put_header(p, &sink, "device.version", e.version);
        put_header(p, &sink, "event_id", e.event_id);
        put_pairs(p, &sink, e.pairs, e.n);
        if (p->parse_time && device_time(run, p, &e, &ms))
            sink_put(&sink, STR("@timestamp"), val_long(ms));
    }
    return LANNER_OK;
}

static enum lanner_rc leef_writes(const struct fn_call *call, fn_names *names, struct arena *a,
                                  struct lanner_err *err)
{
    if (arg_bool(call, LEEF_TIME, true))
        VEC_PUSH(names, STR("@timestamp"));
    return sink_writes(call, names, a, err);
}

static const struct fn_param cef_params[] = {PARAM("field", P_FIELD, PARAM_DEFAULT, "@rawstring"),
                                             PARAM("prefix", P_TEXT, 0, "cef.ext."),
                                             PARAM("headerprefix", P_TEXT, 0, "cef."),
                                             PARAM("labelprefix", P_TEXT, 0, "cef.label."),
                                             PARAM("keeplabels", P_BOOL, 0, "false"),
                                             PARAMS_END};
static const struct fn_param leef_params[] = {PARAM("field", P_FIELD, PARAM_DEFAULT, "@rawstring"),
                                              PARAM("prefix", P_TEXT, 0, "leef.ext."),
                                              PARAM("headerprefix", P_TEXT, 0, "leef."),
                                              PARAM("labelprefix", P_TEXT, 0, "leef.label."),
                                              PARAM("keeplabels", P_BOOL, 0, "false"),
                                              PARAM("delimiter", P_TEXT, 0, NULL),
                                              PARAM("parsetime", P_BOOL, 0, "true"),
                                              PARAM("timezone", P_TEXT, 0, "Z"),
                                              PARAMS_END};

const struct fn_def fn_cef[] = {
    {
        .name = "parseCEF",
        .kind = FN_MULTI,
        .params = cef_params,
        .ret = TYPE_RAW,
        .nulls = FN_NULL_IN_NULL_OUT,
        .writes_open = true,
        .spelled = {[LANG_CQL] = "parseCEF"},
        .family = "Parsing",
        .doc = "An event of the Common Event Format: its header under `cef.`, its extension under "
               "`cef.ext.`. What a label names (`cs1Label=Reason`) goes under `cef.label.Reason`.",
        .bind = bind_cef,
        .eval_multi = eval_cef,
        .writes = sink_writes,
    },
    {
        .name = "parseLEEF",
        .kind = FN_MULTI,
        .params = leef_params,
        .ret = TYPE_RAW,
        .nulls = FN_NULL_IN_NULL_OUT,
        .writes_open = true,
        .spelled = {[LANG_CQL] = "parseLEEF"},
        .family = "Parsing",
        .doc =
            "An event of the Log Event Extended Format, versions 1.0 and 2.0; `devTime`, read by "
            "`devTimeFormat` where there is one, sets @timestamp.",
        .bind = bind_leef,
        .eval_multi = eval_leef,
        .writes = leef_writes,
    },
    {0},
};
