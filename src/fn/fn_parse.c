/* fn_parse.c - parseJson() and kvParse(): texts that hold fields of any name. */
#include "fn/sink.h"
#include "record/record.h"
#include "util/hash.h"

/* ---- parseJson ---------------------------------------------------------------------------------
 */

enum {
    JSON_FIELD,
    JSON_PREFIX,
    JSON_EXCLUDE,
    JSON_INCLUDE,
    JSON_REMOVE,
    JSON_EXCLUDE_EMPTY,
    JSON_HANDLE_NULL
};

struct paths {
    struct str *items;
    size_t n;
};

/* An output that the plan asks for, as a path of the text. */
struct json_wanted {
    struct str path;
    size_t out;
};

struct json_parse {
    struct sink_names names;
    struct json_wanted *wanted; /* NULL: every leaf is to be looked at */
    size_t n_wanted;
    struct str prefix;
    struct paths exclude, include, remove;
    bool exclude_empty;
    enum { NULLS_KEEP, NULLS_DISCARD, NULLS_EMPTY } nulls;
};

static struct paths list_paths(const struct fn_call *call, size_t i)
{
    struct arena *a = call->env->arena;
    size_t n;
    const struct val *items = arg_list(call, i, &n);
    struct paths p = {ARENA_ARRAY(a, struct str, n), 0};

    for (size_t k = 0; k < n; k++) {
        char room[VAL_PRINT_MAX];
        struct str s;

        if (cell_text(&items[k], room, &s) && s.len > 0)
            p.items[p.n++] = arena_str(a, s);
    }
    return p;
}

/* Whether the path is, or lies below, the pattern: `a.b` takes `a.b`, `a.b.c` and `a.b[0]`. `[*]`
 * stands for any index. Returns the length of what the pattern took, or 0. */
static size_t path_below(struct str path, struct str pattern)
{
    size_t i = 0;
    size_t k = 0;

    while (k < pattern.len) {
        if (pattern.len - k >= 3 && memcmp(pattern.ptr + k, "[*]", 3) == 0) {
            if (i >= path.len || path.ptr[i] != '[')
                return 0;
            while (i < path.len && path.ptr[i] != ']')
                i++;
            if (i == path.len)
                return 0;
            i++;
            k += 3;
        } else if (i < path.len && path.ptr[i] == pattern.ptr[k]) {
            i++;
            k++;
        } else {
            return 0;
        }
    }
    if (i < path.len && path.ptr[i] != '.' && path.ptr[i] != '[' &&
        (i == 0 || path.ptr[i - 1] != '.'))
        return 0;
    return i;
}

static bool below_any(struct str path, const struct paths *p)
{
    for (size_t k = 0; k < p->n; k++) {
        if (path_below(path, p->items[k]) > 0)
            return true;
    }
    return false;
}

/* When all names are known beforehand only their paths are read, which is many times faster. */
static void want_paths(const struct fn_call *call, struct json_parse *p)
{
    if (call->open || p->remove.n > 0 || call->n_out > JSON_MAX_PATHS)
        return;
    p->wanted = ARENA_ARRAY(call->env->arena, struct json_wanted, call->n_out + 1);
    for (size_t j = 0; j < call->n_out; j++) {
        struct str name = call->out_names[j];
        struct json_wanted w = {.out = j};

        if (str_eqz(name, "@error") || str_eqz(name, "@error_msg") ||
            str_eqz(name, "@event_parsed")) {
            p->wanted = NULL; /* whether all of the text is sound must be known */
            return;
        }
        if (!str_starts(name, p->prefix) || name.len == p->prefix.len)
            continue;
        w.path = str_of(name.ptr + p->prefix.len, name.len - p->prefix.len);
        if ((p->include.n == 0 || below_any(w.path, &p->include)) &&
            !below_any(w.path, &p->exclude))
            p->wanted[p->n_wanted++] = w;
    }
}

static enum lanner_rc paths_new(const struct json_parse *p, struct json_paths **out,
                                struct lanner_err *err)
{
    struct json_path *paths = xcalloc(p->n_wanted + 1, sizeof(*paths));
    enum lanner_rc rc;

    for (size_t k = 0; k < p->n_wanted; k++)
        paths[k].text = p->wanted[k].path;
    rc = json_paths_new(paths, p->n_wanted, out, err);
    free(paths);
    if (rc == LANNER_OK)
        json_paths_plain_strings(*out);
    return rc;
}

/* Names that are no paths the reader takes (too deep, too many): all leaves are looked at instead.
 */
static void check_paths(struct json_parse *p)
{
    struct json_paths *paths = NULL;

    if (p->wanted == NULL)
        return;
    if (paths_new(p, &paths, NULL) == LANNER_OK)
        json_paths_free(paths);
    else
        p->wanted = NULL;
}

static enum lanner_rc bind_json(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct json_parse *p = ARENA_NEW(a, struct json_parse);
    struct str nulls = arg_text(call, JSON_HANDLE_NULL, a);

    for (size_t i = JSON_PREFIX; i <= JSON_HANDLE_NULL; i++)
        TRY(arg_need_const(call, i, "an option", err));
    p->prefix = arg_text(call, JSON_PREFIX, a);
    p->exclude = list_paths(call, JSON_EXCLUDE);
    p->include = list_paths(call, JSON_INCLUDE);
    p->remove = list_paths(call, JSON_REMOVE);
    p->exclude_empty = arg_bool(call, JSON_EXCLUDE_EMPTY, false);
    if (nulls.len == 0 || str_eq_nocase(nulls, STR("keep")))
        p->nulls = NULLS_KEEP;
    else if (str_eq_nocase(nulls, STR("discard")))
        p->nulls = NULLS_DISCARD;
    else if (str_eq_nocase(nulls, STR("empty")))
        p->nulls = NULLS_EMPTY;
    else
        return err_set_at(err, LANNER_ERR_QUERY, call->at,
                          "handleNull of parseJson() must be keep, discard or empty");
    sink_names_init(&p->names, call);
    want_paths(call, p);
    check_paths(p);
    call->state = p;
    return LANNER_OK;
}

/* What a null or an empty text becomes; false: nothing. */
static bool json_value(const struct json_parse *p, struct val *v)
{
    if (v->kind == KIND_NULL) {
        if (p->nulls == NULLS_DISCARD)
            return false;
        *v = p->nulls == NULLS_KEEP ? val_text("null", 4) : val_text("", 0);
    }
    return !val_is_null(v) && !(p->exclude_empty && val_is_text(v) && v->len == 0);
}

struct json_row {
    const struct json_parse *p;
    struct sink sink;
    struct strmap seen; /* of several values for a name the first counts */
};

static struct str final_name(const struct json_row *r, struct str path)
{
    const struct json_parse *p = r->p;

    for (size_t k = 0; k < p->remove.n; k++) {
        if (str_starts(path, p->remove.items[k]) && path.len > p->remove.items[k].len) {
            path = str_of(path.ptr + p->remove.items[k].len, path.len - p->remove.items[k].len);
            break;
        }
    }
    if (p->prefix.len == 0)
        return path;
    return arena_printf(r->sink.out->arena, "%.*s%.*s", STR_ARG(p->prefix), STR_ARG(path));
}

static bool json_leaf(void *ctx, struct str path, struct val v)
{
    struct json_row *r = ctx;
    const struct json_parse *p = r->p;
    struct str name;

    if ((p->include.n > 0 && !below_any(path, &p->include)) || below_any(path, &p->exclude))
        return true;
    name = final_name(r, path);
    if (!sink_wants(&r->sink, name) || strmap_get(&r->seen, name) != SIZE_MAX)
        return true;
    strmap_put(&r->seen, name, 0);
    if (json_value(p, &v))
        sink_put(&r->sink, name, v);
    return true;
}

static void json_all(struct fn_run *run, struct str s, struct fn_multi *out, uint32_t row)
{
    const struct json_parse *p = run->call->state;
    struct json_row r = {.p = p, .sink = {&p->names, run->call, out, row}};
    struct json_flat flat;

    strmap_init(&r.seen);
    flat = json_flatten(s, STR(""), JSON_FLATTEN_NULLS, out->arena, json_leaf, &r);
    strmap_done(&r.seen);
    if (flat.status != JSON_OK || !flat.is_container)
        sink_error(&r.sink, "the text is no JSON object or array");
    if (flat.cut)
        run_note(run, LANNER_NOTE_INPUT,
                 "parseJson() left out fields beyond %d of one text, or nested too deep",
                 JSON_MAX_FIELDS);
}

/* A worker's reader of the wanted paths. */
struct json_reader {
    struct json_paths *paths;     /* owned */
    struct json_scratch *scratch; /* owned */
    struct val *vals;             /* owned */
};

static void json_reader_done(void *ptr)
{
    struct json_reader *r = ptr;

    if (r == NULL)
        return;
    json_scratch_free(r->scratch);
    json_paths_free(r->paths);
    free(r->vals);
    free(r);
}

static enum lanner_rc json_reader(struct fn_run *run, struct json_reader **out,
                                  struct lanner_err *err)
{
    const struct json_parse *p = run->call->state;
    struct json_reader *r = run->local->ptr;

    if (r == NULL) {
        r = xcalloc(1, sizeof(*r));
        run->local->ptr = r;
        run->local->done = json_reader_done;
        TRY(paths_new(p, &r->paths, err));
        r->scratch = json_scratch_new(r->paths);
        r->vals = xcalloc(p->n_wanted + 1, sizeof(*r->vals));
    }
    *out = r;
    return LANNER_OK;
}

static enum lanner_rc eval_json(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct fn_multi *out, struct lanner_err *err)
{
    const struct json_parse *p = run->call->state;
    struct json_reader *r = NULL;
    char room[VAL_PRINT_MAX];
    struct str s;

    if (p->wanted != NULL)
        TRY(json_reader(run, &r, err));
    SEL_FOR (sel, i) {
        if (!cell_text(column_at(&args[JSON_FIELD], i), room, &s))
            continue;
        if (r == NULL) {
            json_all(run, s, out, i);
            continue;
        }
        /* A text that breaks off gives what stood before the break, as json_all does. */
        (void)json_paths_read(r->paths, r->scratch, s, out->arena, r->vals, NULL);
        for (size_t k = 0; k < p->n_wanted; k++) {
            if (json_value(p, &r->vals[k]))
                out->out[p->wanted[k].out][i] = r->vals[k];
        }
    }
    return LANNER_OK;
}

/* ---- kvParse -----------------------------------------------------------------------------------
 */

enum { KV_AS, KV_SEPARATOR, KV_PADDING, KV_OVERRIDE, KV_DUPLICATE, KV_EXCLUDE_EMPTY, KV_FIELDS };

struct kv_call {
    struct sink_names names;
    struct str prefix;
    struct str separator;
    enum kv_padding padding;
    bool override, keep_first, exclude_empty;
};

static enum lanner_rc bind_kv(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct kv_call *p = ARENA_NEW(a, struct kv_call);
    struct str padding = arg_text(call, KV_PADDING, a);
    struct str duplicate = arg_text(call, KV_DUPLICATE, a);

    for (size_t i = KV_AS; i < KV_FIELDS; i++)
        TRY(arg_need_const(call, i, "an option", err));
    p->prefix = arg_text(call, KV_AS, a);
    p->separator = arg_text(call, KV_SEPARATOR, a);
    if (p->separator.len == 0)
        p->separator = STR("=");
    if (padding.len == 0 || str_eq_nocase(padding, STR("unknown")))
        p->padding = KV_PADDING_UNKNOWN;
    else if (str_eq_nocase(padding, STR("no")))
        p->padding = KV_PADDING_NO;
    else if (str_eq_nocase(padding, STR("yes")))
        p->padding = KV_PADDING_YES;
    else
        return err_set_at(err, LANNER_ERR_QUERY, call->at,
                          "separatorPadding of kvParse() must be unknown, no or yes");
    if (duplicate.len > 0 && !str_eq_nocase(duplicate, STR("keepLast")) &&
        !str_eq_nocase(duplicate, STR("keepFirst")))
        return err_set_at(err, LANNER_ERR_QUERY, call->at,
                          "onDuplicate of kvParse() must be keepLast or keepFirst");
    p->keep_first = str_eq_nocase(duplicate, STR("keepFirst"));
    p->override = arg_bool(call, KV_OVERRIDE, false);
    p->exclude_empty = arg_bool(call, KV_EXCLUDE_EMPTY, false);
    sink_names_init(&p->names, call);
    call->state = p;
    return LANNER_OK;
}

/* What became of a key of this row. */
enum { KEY_SET, KEY_EXISTED };

static void kv_pair_put(const struct kv_call *p, const struct sink *sink, struct strmap *seen,
                        const struct kv_pair *pair)
{
    struct str name = pair->key;
    size_t state;

    if (p->prefix.len > 0)
        name = arena_printf(sink->out->arena, "%.*s%.*s", STR_ARG(p->prefix), STR_ARG(pair->key));
    if ((p->exclude_empty && pair->value.len == 0) || !sink_wants(sink, name))
        return;
    state = strmap_get(seen, name);
    if (state == KEY_EXISTED || (state == KEY_SET && p->keep_first))
        return;
    if (state == SIZE_MAX) {
        bool existed = !p->override && sink_get(sink, name) != NULL;

        strmap_put(seen, name, existed ? KEY_EXISTED : KEY_SET);
        if (existed)
            return;
    }
    sink_put(sink, name, pair->value.len > 0 ? val_str(pair->value) : val_text("", 0));
}

static enum lanner_rc eval_kv(struct fn_run *run, const struct column *args, const struct sel *sel,
                              struct fn_multi *out, struct lanner_err *err)
{
    const struct kv_call *p = run->call->state;
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        struct sink sink = {&p->names, run->call, out, i};
        struct strmap seen;

        strmap_init(&seen);
        for (size_t k = KV_FIELDS; k < run->call->n_args; k++) {
            struct kv_pair *pairs;
            size_t n;
            bool cut = false;

            if (!cell_text(column_at(&args[k], i), room, &s))
                continue;
            pairs = kv_parse(s, p->separator, p->padding, out->arena, &n, &cut);
            for (size_t j = 0; j < n; j++)
                kv_pair_put(p, &sink, &seen, &pairs[j]);
            if (cut)
                run_note(run, LANNER_NOTE_INPUT, "kvParse() left out pairs beyond %d of one text",
                         KV_MAX_PAIRS);
        }
        strmap_done(&seen);
    }
    return LANNER_OK;
}

static enum lanner_rc writes_nothing(const struct fn_call *call, fn_names *names, struct arena *a,
                                     struct lanner_err *err)
{
    (void)call;
    (void)names;
    (void)a;
    (void)err;
    return LANNER_OK;
}

static const struct fn_param json_params[] = {
    PARAM("field", P_FIELD, PARAM_DEFAULT, "@rawstring"),
    PARAM("prefix", P_TEXT, 0, ""),
    PARAM("exclude", P_LIST, 0, NULL),
    PARAM("include", P_LIST, 0, NULL),
    PARAM("removePrefixes", P_LIST, 0, NULL),
    PARAM("excludeEmpty", P_BOOL, 0, "false"),
    PARAM_WORDS("handleNull", 0, "keep", "keep|discard|empty"),
    PARAMS_END};
static const struct fn_param kv_params[] = {
    PARAM_ALIAS("as", "prefix", P_NAME, 0, ""),
    PARAM("separator", P_TEXT, 0, "="),
    PARAM_WORDS("separatorPadding", 0, "unknown", "unknown|no|yes"),
    PARAM("override", P_BOOL, 0, "false"),
    PARAM_WORDS("onDuplicate", 0, "keepLast", "keepLast|keepFirst"),
    PARAM("excludeEmpty", P_BOOL, 0, "false"),
    PARAM("field", P_FIELD, PARAM_DEFAULT | PARAM_MANY, "@rawstring"),
    PARAMS_END};

const struct fn_def fn_parse[] = {
    {
        .name = "parseJson",
        .kind = FN_MULTI,
        .params = json_params,
        .ret = TYPE_RAW,
        .nulls = FN_NULLS_SEEN,
        .writes_open = true,
        .spelled = {[LANG_CQL] = "parseJson"},
        .family = "Parsing",
        .doc = "Makes a field of every leaf of a JSON text: objects give `a.b`, arrays `a[0]`. "
               "Numbers keep their text, null becomes the text `null` unless `handleNull` says "
               "`discard` or `empty`. `include` and `exclude` take paths, `[*]` is any index. What "
               "is no JSON sets `@error` and `@error_msg`.",
        .bind = bind_json,
        .eval_multi = eval_json,
        .writes = sink_writes,
    },
    {
        .name = "kvParse",
        .kind = FN_MULTI,
        .params = kv_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .writes_open = true,
        .spelled = {[LANG_CQL] = "kvParse"},
        .family = "Parsing",
        .doc =
            "Makes a field of every `key=value` of a text. Keys and values may be quoted; fields "
            "that exist already win unless `override=true`.",
        .bind = bind_kv,
        .eval_multi = eval_kv,
        .writes = writes_nothing,
    },
    {0},
};
