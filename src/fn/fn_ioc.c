/* fn_ioc.c - ioc:lookup(): values looked up in a list of indicators that the user gives.
 *
 * The list is a table (CSV or JSON) with a column `indicator` and, as far as it has them, `type`,
 * `labels`, `malicious_confidence`, `published_date` and `last_updated`. It is read once, when the
 * call is bound. Domains match whatever their case. */
#include "fn/sink.h"
#include "lookup/lookup.h"
#include "util/hash.h"
#include "util/utf8.h"

enum { IOC_TYPE, IOC_PREFIX, IOC_CONFIDENCE, IOC_STRICT, IOC_INCLUDE, IOC_FIELDS };

static const char *const ioc_columns[] = {
    "indicator", "type", "labels", "malicious_confidence", "published_date", "last_updated"};
enum { COL_INDICATOR, COL_TYPE, COL_LABELS, COL_CONFIDENCE, COL_COUNT = ARRAY_LEN(ioc_columns) };

/* From the least to the most certain. */
static const char *const confidences[] = {"unverified", "low", "medium", "high"};

struct ioc {
    struct sink_names names;
    struct str prefix;
    bool strict, fold;
    struct lookup_table table;
    size_t columns[COL_COUNT]; /* in the table; SIZE_MAX: it has none */
    /* Hash table of rows by indicator; rows of one indicator are chained in the table's order. */
    struct str *keys; /* per row */
    uint32_t *slots;  /* row + 1, 0 free */
    uint32_t *next;   /* per row: row + 1 */
    size_t mask;
    uint64_t seed;
};

static const struct val *table_cell(const struct ioc *p, size_t row, size_t column)
{
    static const struct val absent = {.kind = KIND_ABSENT};

    if (p->columns[column] == SIZE_MAX)
        return &absent;
    return &p->table.cells[row * p->table.n_columns + p->columns[column]];
}

static bool cell_is(const struct val *v, struct str want)
{
    return val_is_text(v) && str_eq_nocase(val_as_str(v), want);
}

static int confidence_rank(struct str s)
{
    for (size_t k = 0; k < ARRAY_LEN(confidences); k++) {
        if (str_eq_nocase(s, str_z(confidences[k])))
            return (int)k;
    }
    return -1;
}

/* A row counts when its type is the one asked for and it is certain enough. What the list does not
 * say does not speak against a row. */
static bool row_counts(const struct ioc *p, size_t row, struct str type, int threshold)
{
    const struct val *confidence = table_cell(p, row, COL_CONFIDENCE);
    const struct val *row_type = table_cell(p, row, COL_TYPE);
    int rank;

    if (val_is_text(row_type) && row_type->len > 0 && !cell_is(row_type, type))
        return false;
    rank = val_is_text(confidence) ? confidence_rank(val_as_str(confidence)) : -1;
    return rank < 0 || rank >= threshold;
}

static struct str fold_text(struct arena *a, struct str s, bool fold)
{
    struct buf lower = {0};

    if (!fold)
        return s;
    utf8_put_lower(&lower, s);
    s = arena_str(a, buf_str(&lower));
    buf_done(&lower);
    return s;
}

/* Slot of the key: that of its first row, or the free one where it belongs. */
static size_t find_slot(const struct ioc *p, struct str key)
{
    size_t k = hash_bytes(key.ptr, key.len, p->seed) & p->mask;

    while (p->slots[k] != 0 && !str_eq(p->keys[p->slots[k] - 1], key))
        k = (k + 1) & p->mask;
    return k;
}

static void index_rows(struct ioc *p, struct arena *a, struct str type, int threshold)
{
    size_t n = p->table.n_rows;
    size_t cap = 16;

    while (cap < n * 2)
        cap *= 2;
    p->mask = cap - 1;
    p->slots = ARENA_ARRAY(a, uint32_t, cap);
    p->next = ARENA_ARRAY(a, uint32_t, n + 1);
    p->keys = ARENA_ARRAY(a, struct str, n + 1);
    for (size_t row = n; row-- > 0;) {
        const struct val *v = table_cell(p, row, COL_INDICATOR);
        size_t k;

        if (!val_is_text(v) || v->len == 0 || !row_counts(p, row, type, threshold))
            continue;
        p->keys[row] = fold_text(a, val_as_str(v), p->fold);
        k = find_slot(p, p->keys[row]);
        p->next[row] = p->slots[k];
        p->slots[k] = (uint32_t)row + 1;
    }
}

/* The path is the user's: its folder stands for the folder of lookups. */
static enum lanner_rc read_table(struct fn_call *call, const char *path, struct lookup_table *out,
                                 struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL   ? arena_strz(a, STR("."))
                   : slash == path ? arena_strz(a, STR("/"))
                                   : arena_strz(a, str_of(path, (size_t)(slash - path)));
    struct lookup_folders folders = {.lookups = &folder, .n_lookups = 1};

    return call_err(
        call, lookup_table_read(&folders, str_z(slash == NULL ? path : slash + 1), a, out, err),
        err);
}

static enum lanner_rc refuse(const struct fn_call *call, struct lanner_err *err)
{
    err_set_at(err, LANNER_ERR_UNSUPPORTED, call->at, "ioc:lookup() needs a list of indicators");
    err_hint(err, "give one with --indicators FILE, or --missing-data ignore to find nothing");
    return LANNER_ERR_UNSUPPORTED;
}

static enum lanner_rc bind_ioc(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct ioc *p = ARENA_NEW(a, struct ioc);
    const struct lookup_folders *folders = call->env->folders;
    struct str type = arg_text(call, IOC_TYPE, a);
    int threshold = confidence_rank(arg_text(call, IOC_CONFIDENCE, a));
    struct fn_run run = {.call = call};

    p->prefix = arg_text(call, IOC_PREFIX, a);
    if (p->prefix.len == 0)
        p->prefix = STR("ioc");
    p->strict = arg_bool(call, IOC_STRICT, false);
    p->fold = str_eq_nocase(type, STR("domain"));
    p->seed = call->env->seed;
    sink_names_init(&p->names, call);
    call->state = p;
    if (folders == NULL || folders->indicators == NULL) {
        if (!call->env->ignore_missing_data)
            return refuse(call, err);
        run_note(&run, LANNER_NOTE_WARNING, "ioc:lookup() finds nothing: no list of indicators");
        return LANNER_OK;
    }
    TRY(read_table(call, folders->indicators, &p->table, err));
    for (size_t c = 0; c < COL_COUNT; c++) {
        p->columns[c] = SIZE_MAX;
        for (size_t k = 0; k < p->table.n_columns && p->columns[c] == SIZE_MAX; k++) {
            if (str_eq_nocase(p->table.columns[k], str_z(ioc_columns[c])))
                p->columns[c] = k;
        }
    }
    if (p->columns[COL_INDICATOR] == SIZE_MAX)
        return err_set_at(err, LANNER_ERR_INPUT, call->at, "%s has no column 'indicator'",
                          folders->indicators);
    index_rows(p, a, type, threshold < 0 ? (int)ARRAY_LEN(confidences) - 1 : threshold);
    return LANNER_OK;
}

static void put_hit(const struct ioc *p, const struct sink *sink, size_t row, size_t hit)
{
    for (size_t c = 0; c < COL_COUNT; c++) {
        const struct val *v = table_cell(p, row, c);

        if (!val_is_null(v))
            sink_put(sink,
                     arena_printf(sink->out->arena, "%.*s[%zu].%s", STR_ARG(p->prefix), hit,
                                  ioc_columns[c]),
                     *v);
    }
}

static enum lanner_rc eval_ioc(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct fn_multi *out, struct lanner_err *err)
{
    const struct ioc *p = run->call->state;
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        struct sink sink = {&p->names, run->call, out, i};
        size_t n_hits = 0;

        for (size_t k = IOC_FIELDS; k < run->call->n_args && p->slots != NULL; k++) {
            if (!cell_text(column_at(&args[k], i), room, &s))
                continue;
            s = fold_text(out->arena, s, p->fold);
            for (uint32_t row = p->slots[find_slot(p, s)]; row != 0; row = p->next[row - 1])
                put_hit(p, &sink, row - 1, n_hits++);
        }
        if (n_hits > 0)
            sink_put(&sink, arena_printf(out->arena, "%.*s.detected", STR_ARG(p->prefix)),
                     val_text("true", 4));
        else if (p->strict)
            out->drop[i] = 1;
    }
    return LANNER_OK;
}

static enum lanner_rc writes_ioc(const struct fn_call *call, fn_names *names, struct arena *a,
                                 struct lanner_err *err)
{
    struct str prefix = arg_text(call, IOC_PREFIX, a);

    (void)err;
    VEC_PUSH(names, arena_printf(a, "%.*s.detected", STR_ARG(prefix)));
    return LANNER_OK;
}

static const struct fn_param ioc_params[] = {
    PARAM_WORDS("type", PARAM_REQUIRED, NULL, "ip_address|domain|url"),
    PARAM("prefix", P_NAME, 0, "ioc"),
    PARAM_WORDS("confidenceThreshold", 0, "high", "high|medium|low|unverified"),
    PARAM("strict", P_BOOL, 0, "false"),
    PARAM("include", P_LIST, 0, NULL),
    PARAM("field", P_FIELD, PARAM_FIRST | PARAM_MANY, NULL),
    PARAMS_END};

const struct fn_def fn_ioc[] = {
    {
        .name = "ioc:lookup",
        .kind = FN_MULTI,
        .params = ioc_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .impure = true,
        .writes_open = true,
        .spelled = {[LANG_CQL] = "ioc:lookup"},
        .family = "Network, geography, security",
        .doc =
            "Looks values up in the list of indicators given with `--indicators` and sets "
            "`ioc.detected` and `ioc[0].indicator`, `.type`, `.labels`, `.malicious_confidence`, "
            "`.published_date`, `.last_updated`. With `strict=true` only events with a hit pass.",
        .bind = bind_ioc,
        .eval_multi = eval_ioc,
        .writes = writes_ioc,
    },
    {0},
};
