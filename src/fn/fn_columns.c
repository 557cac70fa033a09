/* fn_columns.c - texts cut into fields whose names are known beforehand: parseCsv, parseFixedWidth,
 * parseUrl, parseUri. */
#include "fn/kernel.h"
#include "record/record.h"
#include "util/utf8.h"

/* ---- names -------------------------------------------------------------------------------------
 */

/* Columns are a list of names, or one text with commas. */
static enum lanner_rc push_columns(const struct fn_call *call, size_t i, fn_names *names,
                                   struct arena *a, struct lanner_err *err)
{
    size_t n;
    const struct val *items = arg_list(call, i, &n);
    char room[VAL_PRINT_MAX];
    struct str s;

    TRY(arg_need_const(call, i, "columns", err));
    if (n == 0)
        return err_set_at(err, LANNER_ERR_QUERY, call->at, "%s() needs columns=", call_name(call));
    if (n == 1 && cell_text(&items[0], room, &s)) {
        size_t comma;

        while ((comma = str_find_char(s, ',')) != SIZE_MAX) {
            VEC_PUSH(names, arena_str(a, str_trim(str_of(s.ptr, comma))));
            s = str_of(s.ptr + comma + 1, s.len - comma - 1);
        }
        VEC_PUSH(names, arena_str(a, str_trim(s)));
        return LANNER_OK;
    }
    for (size_t k = 0; k < n; k++)
        VEC_PUSH(names, arena_str(a, cell_text_or_empty(&items[k], room)));
    return LANNER_OK;
}

static struct val text_val(const struct fn_run *run, const struct val *v, struct str part)
{
    if (part.len == 0)
        return val_text("", 0);
    return val_is_text(v) ? val_str(part) : result_text(run, part);
}

/* ---- parseCsv ----------------------------------------------------------------------------------
 */

enum { CSV_COLUMNS, CSV_FIELD, CSV_DELIMITER, CSV_EXCLUDE_EMPTY, CSV_TRIM };

#define CSV_COLUMNS_MOST 8000

struct csv_call {
    const size_t *out;
    size_t n;
    char delimiter;
    bool exclude_empty, trim;
};

static enum lanner_rc writes_csv(const struct fn_call *call, fn_names *names, struct arena *a,
                                 struct lanner_err *err)
{
    return push_columns(call, CSV_COLUMNS, names, a, err);
}

static enum lanner_rc count_names(const struct fn_call *call, size_t *n, struct lanner_err *err)
{
    fn_names names = {0};
    enum lanner_rc rc = call->fn->writes(call, &names, call->env->arena, err);

    *n = names.n;
    VEC_DONE(&names);
    return rc;
}

static enum lanner_rc bind_csv(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct csv_call *p = ARENA_NEW(a, struct csv_call);
    struct str delimiter = arg_text(call, CSV_DELIMITER, a);

    if (delimiter.len == 0)
        delimiter = STR(",");
    if (str_eq(delimiter, STR("\\t")))
        delimiter = STR("\t");
    if (delimiter.len != 1 || delimiter.ptr[0] == '"')
        return err_set_at(err, LANNER_ERR_QUERY, call->at,
                          "delimiter of parseCsv() must be one character");
    p->delimiter = delimiter.ptr[0];
    TRY(out_map(call, &p->out, err));
    TRY(count_names(call, &p->n, err));
    if (p->n > CSV_COLUMNS_MOST)
        return err_set_at(err, LANNER_ERR_LIMIT, call->at, "parseCsv() takes at most %d columns",
                          CSV_COLUMNS_MOST);
    p->exclude_empty = arg_bool(call, CSV_EXCLUDE_EMPTY, false);
    p->trim = arg_bool(call, CSV_TRIM, false);
    call->state = p;
    return LANNER_OK;
}

static enum lanner_rc eval_csv(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct fn_multi *out, struct lanner_err *err)
{
    const struct csv_call *p = run->call->state;
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[CSV_FIELD], i);
        struct str *parts;
        size_t n;

        if (!cell_text(v, room, &s))
            continue;
        if (!val_is_text(v))
            s = arena_str(out->arena, s);
        parts = csv_split(s, p->delimiter, out->arena, p->n, &n);
        for (size_t k = 0; k < n && k < p->n; k++) {
            struct str part = p->trim ? str_trim(parts[k]) : parts[k];

            if (p->out[k] != SIZE_MAX && !(p->exclude_empty && part.len == 0))
                out->out[p->out[k]][i] = part.len > 0 ? val_str(part) : val_text("", 0);
        }
    }
    return LANNER_OK;
}

/* ---- parseFixedWidth ---------------------------------------------------------------------------
 */

enum { FIXED_COLUMNS, FIXED_WIDTHS, FIXED_FIELD, FIXED_TRIM };

struct fixed_call {
    const size_t *out;
    int64_t *widths;
    size_t n;
    bool trim;
};

static enum lanner_rc writes_fixed(const struct fn_call *call, fn_names *names, struct arena *a,
                                   struct lanner_err *err)
{
    return push_columns(call, FIXED_COLUMNS, names, a, err);
}

static enum lanner_rc bind_fixed(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct fixed_call *p = ARENA_NEW(a, struct fixed_call);
    size_t n;
    const struct val *items = arg_list(call, FIXED_WIDTHS, &n);

    TRY(out_map(call, &p->out, err));
    TRY(count_names(call, &p->n, err));
    if (n != p->n)
        return err_set_at(err, LANNER_ERR_QUERY, call->at,
                          "parseFixedWidth() has %zu columns and %zu widths", p->n, n);
    p->widths = ARENA_ARRAY(a, int64_t, n);
    for (size_t k = 0; k < n; k++) {
        if (!cell_long(&items[k], &p->widths[k]) || p->widths[k] < 0)
            return err_set_at(err, LANNER_ERR_QUERY, call->at,
                              "widths of parseFixedWidth() must be whole numbers");
    }
    p->trim = arg_bool(call, FIXED_TRIM, true);
    call->state = p;
    return LANNER_OK;
}

static enum lanner_rc eval_fixed(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct fn_multi *out,
                                 struct lanner_err *err)
{
    const struct fixed_call *p = run->call->state;
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[FIXED_FIELD], i);
        size_t at = 0;

        if (!cell_text(v, room, &s))
            continue;
        for (size_t k = 0; k < p->n && at < s.len; k++) {
            size_t start = at;
            struct str part;

            for (int64_t w = p->widths[k]; w > 0 && at < s.len; w--)
                at += MAX(utf8_valid_at(s, at), 1);
            part = str_of(s.ptr + start, at - start);
            if (p->trim)
                part = str_trim(part);
            if (p->out[k] != SIZE_MAX)
                out->out[p->out[k]][i] = text_val(run, v, part);
        }
    }
    return LANNER_OK;
}

/* ---- parseUrl, parseUri ------------------------------------------------------------------------
 */

enum { URL_FIELD, URL_AS, URL_BASE };

static const char *const url_parts[] = {".scheme", ".username", ".password", ".host",
                                        ".port",   ".path",     ".query",    ".fragment"};
#define URL_HOST 3

struct url_call {
    const size_t *out;
    struct str base;
};

static struct str name_base(const struct fn_call *call, size_t as, size_t field, struct arena *a)
{
    struct str s = arg_text(call, as, a);

    return s.len > 0 ? s : arg_at(call, field)->field;
}

static void push_url_names(const struct fn_call *call, fn_names *names, struct arena *a,
                           const char *host)
{
    struct str base = name_base(call, URL_AS, URL_FIELD, a);

    for (size_t k = 0; k < ARRAY_LEN(url_parts); k++)
        VEC_PUSH(names,
                 arena_printf(a, "%.*s%s", STR_ARG(base), k == URL_HOST ? host : url_parts[k]));
}

static enum lanner_rc writes_url(const struct fn_call *call, fn_names *names, struct arena *a,
                                 struct lanner_err *err)
{
    (void)err;
    push_url_names(call, names, a, ".host");
    return LANNER_OK;
}

static enum lanner_rc writes_uri(const struct fn_call *call, fn_names *names, struct arena *a,
                                 struct lanner_err *err)
{
    (void)err;
    push_url_names(call, names, a, ".hostname");
    return LANNER_OK;
}

static enum lanner_rc bind_url(struct fn_call *call, struct lanner_err *err)
{
    struct url_call *p = ARENA_NEW(call->env->arena, struct url_call);

    TRY(out_map(call, &p->out, err));
    p->base = arg_text(call, URL_BASE, call->env->arena);
    call->state = p;
    return LANNER_OK;
}

static bool has_scheme(struct str s)
{
    size_t colon = str_find(s, STR("://"));

    return colon != SIZE_MAX && colon > 0;
}

static enum lanner_rc eval_url(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct fn_multi *out, struct lanner_err *err)
{
    const struct url_call *p = run->call->state;
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[URL_FIELD], i);
        struct url u;

        if (!cell_text(v, room, &s) || !val_is_text(v))
            continue;
        if (p->base.len > 0 && !has_scheme(s) && !str_starts(s, STR("//")))
            s = arena_printf(out->arena, "%.*s%.*s", STR_ARG(p->base), STR_ARG(s));
        if (!url_split(s, &u))
            continue;
        {
            const struct str parts[] = {u.scheme, u.username, u.password, u.host,
                                        u.port,   u.path,     u.query,    u.fragment};

            for (size_t k = 0; k < ARRAY_LEN(parts); k++) {
                if (p->out[k] != SIZE_MAX && parts[k].ptr != NULL)
                    out->out[p->out[k]][i] = parts[k].len > 0 ? val_str(parts[k]) : val_text("", 0);
            }
        }
    }
    return LANNER_OK;
}

static const struct fn_param csv_params[] = {PARAM("columns", P_LIST, PARAM_REQUIRED, NULL),
                                             PARAM("field", P_FIELD, PARAM_DEFAULT, "@rawstring"),
                                             PARAM("delimiter", P_TEXT, 0, ","),
                                             PARAM("excludeEmpty", P_BOOL, 0, "false"),
                                             PARAM("trim", P_BOOL, 0, "false"),
                                             PARAMS_END};
static const struct fn_param fixed_params[] = {PARAM("columns", P_LIST, PARAM_REQUIRED, NULL),
                                               PARAM("widths", P_LIST, PARAM_REQUIRED, NULL),
                                               PARAM("field", P_FIELD, PARAM_DEFAULT, "@rawstring"),
                                               PARAM("trim", P_BOOL, 0, "true"), PARAMS_END};
static const struct fn_param url_params[] = {PARAM("field", P_FIELD, PARAM_DEFAULT, "url"),
                                             PARAM("as", P_NAME, 0, NULL), PARAMS_END};
static const struct fn_param uri_params[] = {PARAM("field", P_FIELD, PARAM_FIRST, NULL),
                                             PARAM("prefix", P_NAME, 0, NULL),
                                             PARAM("defaultBase", P_TEXT, 0, NULL), PARAMS_END};

const struct fn_def fn_columns[] = {
    {
        .name = "parseCsv",
        .kind = FN_MULTI,
        .params = csv_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "parseCsv"},
        .family = "Parsing",
        .doc = "Cuts a line of comma separated values into the columns; values may be quoted.",
        .bind = bind_csv,
        .eval_multi = eval_csv,
        .writes = writes_csv,
    },
    {
        .name = "parseFixedWidth",
        .kind = FN_MULTI,
        .params = fixed_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "parseFixedWidth"},
        .family = "Parsing",
        .doc = "Cuts a line into columns of so many characters.",
        .bind = bind_fixed,
        .eval_multi = eval_fixed,
        .writes = writes_fixed,
    },
    {
        .name = "parseUrl",
        .kind = FN_MULTI,
        .params = url_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "parseUrl"},
        .family = "Parsing",
        .doc = "Cuts a URL into `.scheme`, `.username`, `.password`, `.host`, `.port`, `.path`, "
               "`.query` and `.fragment`, under the field's name or `as`.",
        .bind = bind_url,
        .eval_multi = eval_url,
        .writes = writes_url,
    },
    {
        .name = "parseUri",
        .kind = FN_MULTI,
        .params = uri_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "parseUri"},
        .family = "Parsing",
        .doc =
            "Cuts a URI into `.scheme`, `.hostname`, `.username`, `.password`, `.port`, `.path`, "
            "`.query` and `.fragment`; `defaultBase` is put before what has no scheme.",
        .bind = bind_url,
        .eval_multi = eval_url,
        .writes = writes_uri,
    },
    {0},
};
