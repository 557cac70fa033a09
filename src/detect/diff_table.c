/* diff_table.c - a result kept whole, and how the two come to be: two queries in one job, or the
 * findings of two detections of one run. */
#include "detect/diff_table.h"

#include <stdlib.h>

#include "detect/compare.h"
#include "detect/instant.h"
#include "util/num.h"

void diff_table_init(struct diff_table *t)
{
    memset(t, 0, sizeof(*t));
    arena_init(&t->arena, 0);
    strmap_init(&t->index);
}

void diff_table_done(struct diff_table *t)
{
    VEC_DONE(&t->names);
    VEC_DONE(&t->rows);
    strmap_done(&t->index);
    arena_done(&t->arena);
}

size_t diff_table_column(struct diff_table *t, struct str name)
{
    size_t at = strmap_get(&t->index, name);

    if (at != SIZE_MAX)
        return at;
    if (t->names.n == DIFF_MAX_COLUMNS) {
        err_set(&t->err, LANNER_ERR_LIMIT, "the result has more than %d columns", DIFF_MAX_COLUMNS);
        return SIZE_MAX;
    }
    strmap_put(&t->index, name, t->names.n);
    VEC_PUSH(&t->names, arena_str(&t->arena, name));
    return t->names.n - 1;
}

static bool check_room(struct diff_table *t)
{
    if (t->rows.n == DIFF_MAX_ROWS) {
        err_set(&t->err, LANNER_ERR_LIMIT,
                "the result has more than %d rows, which are not kept for comparing",
                DIFF_MAX_ROWS);
        err_hint(&t->err, "compare a shorter time (--from, --to), or queries that group");
        return false;
    }
    if (t->arena.n_bytes > DIFF_MAX_BYTES) {
        err_set(&t->err, LANNER_ERR_LIMIT,
                "the result needs more than %zu MB of memory to be compared", DIFF_MAX_BYTES >> 20);
        err_hint(&t->err, "compare a shorter time (--from, --to), or queries that group");
        return false;
    }
    return true;
}

static struct str kept_text(struct diff_table *t, const struct lanner_value *v)
{
    char room[NUM_PRINT_MAX];

    switch (v->kind) {
    case LANNER_TEXT:
        return arena_str(&t->arena, str_of(v->text, v->len));
    case LANNER_LONG:
        return arena_str(&t->arena, str_of(room, num_print_long(room, v->integer)));
    case LANNER_DOUBLE:
        return arena_str(&t->arena, str_of(room, num_print_double(room, v->real)));
    case LANNER_BOOL:
        return v->integer != 0 ? STR("true") : STR("false");
    default:
        return STR_NONE;
    }
}

bool diff_table_row(struct diff_table *t, const struct lanner_row *row)
{
    struct str *values;
    size_t n = row->n_columns + row->n_open;

    if (!check_room(t))
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct lanner_name *name =
            i < row->n_columns ? &row->columns[i] : &row->open_names[i - row->n_columns];

        if (diff_table_column(t, str_of(name->text, name->len)) == SIZE_MAX)
            return false;
    }
    values = ARENA_ARRAY(&t->arena, struct str, t->names.n);
    for (size_t i = 0; i < n; i++) {
        bool open = i >= row->n_columns;
        size_t k = open ? i - row->n_columns : i;
        const struct lanner_name *name = open ? &row->open_names[k] : &row->columns[k];
        size_t at = diff_table_column(t, str_of(name->text, name->len));

        values[at] = kept_text(t, open ? &row->open_values[k] : &row->values[k]);
    }
    VEC_PUSH(&t->rows, ((struct table_row){values, t->names.n}));
    return true;
}

bool diff_table_texts(struct diff_table *t, const struct str *names, const struct str *values,
                      size_t n)
{
    struct str *kept;

    if (!check_room(t))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (diff_table_column(t, names[i]) == SIZE_MAX)
            return false;
    }
    kept = ARENA_ARRAY(&t->arena, struct str, t->names.n);
    for (size_t i = 0; i < n; i++)
        kept[diff_table_column(t, names[i])] = arena_str(&t->arena, values[i]);
    VEC_PUSH(&t->rows, ((struct table_row){kept, t->names.n}));
    return true;
}

struct str diff_table_value(const struct diff_table *t, size_t row, size_t column)
{
    const struct table_row *r = &t->rows.items[row];

    return column < r->n ? r->values[column] : STR_NONE;
}

static bool on_row(void *ctx, const struct lanner_row *row)
{
    return diff_table_row(ctx, row);
}

static void on_column(void *ctx, const struct lanner_column *column)
{
    struct diff_table *t = ctx;

    diff_table_column(t, str_of(column->name.text, column->name.len));
}

static struct diff_result *new_result(const struct diff_side sides[2])
{
    struct diff_result *r = xcalloc(1, sizeof(*r));

    arena_init(&r->arena, 0);
    for (int i = 0; i < 2; i++) {
        r->sides[i] = sides[i];
        r->sides[i].name = arena_strz(&r->arena, str_z(sides[i].name));
        r->sides[i].text = STR_NONE;
    }
    return r;
}

struct job {
    struct lanner_query *queries[2], *groups[2]; /* owned; groups may be NULL */
    struct diff_table rows[2], group_rows[2];
    bool has_groups;
};

static void job_init(struct job *j)
{
    memset(j, 0, sizeof(*j));
    for (int i = 0; i < 2; i++) {
        diff_table_init(&j->rows[i]);
        diff_table_init(&j->group_rows[i]);
    }
}

static void job_done(struct job *j)
{
    for (int i = 0; i < 2; i++) {
        lanner_query_free(j->groups[i]);
        lanner_query_free(j->queries[i]);
        diff_table_done(&j->rows[i]);
        diff_table_done(&j->group_rows[i]);
    }
}

static enum lanner_rc prepare(const struct diff_options *o, const struct diff_side sides[2],
                              struct job *j, int *failed_side, struct lanner_err *err)
{
    const struct lanner_variant variant = {
        .form = LANNER_FORM_GROUPS, .from_ms = LANNER_TIME_OPEN, .to_ms = LANNER_TIME_OPEN};
    struct lanner_err why = {0};

    for (int i = 0; i < 2; i++) {
        *failed_side = i;
        TRY(lanner_query_prepare(o->session, sides[i].text.ptr, sides[i].text.len,
                                 sides[i].language, &j->queries[i], err));
        TRY(lanner_query_columns(j->queries[i], on_column, &j->rows[i], err));
        /* Where there is no such form there is less to say. */
        if (lanner_query_variant(j->queries[i], &variant, &j->groups[i], &why) != LANNER_OK)
            j->groups[i] = NULL;
    }
    *failed_side = -1;
    return LANNER_OK;
}

static enum lanner_rc run_rows(struct job *j, struct lanner_stats *stats, int *failed_side,
                               struct lanner_err *err)
{
    void *ctxs[2] = {&j->rows[0], &j->rows[1]};
    enum lanner_rc rc = lanner_queries_run(j->queries, 2, on_row, ctxs, stats, err);

    for (int i = 0; i < 2; i++) {
        if (rc == LANNER_ERR_STOPPED && j->rows[i].err.rc != LANNER_OK) {
            *failed_side = i;
            *err = j->rows[i].err;
            return err->rc;
        }
    }
    return rc;
}

/* A second pass, for what lies below the conditions. It explains; that it is cut or fails changes
 * nothing of what was compared. */
static void run_groups(struct job *j)
{
    void *ctxs[2] = {&j->group_rows[0], &j->group_rows[1]};
    struct lanner_err why = {0};

    if (j->groups[0] == NULL || j->groups[1] == NULL)
        return;
    j->has_groups = lanner_queries_run(j->groups, 2, on_row, ctxs, NULL, &why) == LANNER_OK;
}

enum lanner_rc diff_run(const struct diff_options *o, const struct diff_side sides[2],
                        struct diff_result **out, int *failed_side, struct lanner_err *err)
{
    struct diff_result *r = new_result(sides);
    struct lanner_stats stats = {0};
    struct job j;
    enum lanner_rc rc;

    job_init(&j);
    rc = prepare(o, sides, &j, failed_side, err);
    if (rc == LANNER_OK)
        rc = run_rows(&j, &stats, failed_side, err);
    if (rc == LANNER_OK)
        rc = diff_tables(o, j.rows, NULL, r, err);
    if (rc == LANNER_OK && r->n_only[0] + r->n_only[1] > 0 && !o->ordered) {
        run_groups(&j);
        if (j.has_groups) { /* once more, knowing more */
            diff_result_free(r);
            r = new_result(sides);
            rc = diff_tables(o, j.rows, j.group_rows, r, err);
        }
    }
    r->stats = stats;
    job_done(&j);
    if (rc == LANNER_OK)
        *out = r;
    else
        diff_result_free(r);
    return rc;
}

/* ---- Findings -------------------------------------------------------------------------------- */

static struct str time_text(struct arena *a, int64_t ms)
{
    char room[INSTANT_MAX];

    if (ms == LANNER_TIME_OPEN)
        return STR_NONE;
    return arena_str(a, str_of(room, instant_print(room, ms, true)));
}

static bool take_finding(struct diff_table *t, const struct finding *f)
{
    struct str names[ENTITY_COUNT + 8], values[ENTITY_COUNT + 8];
    char room[NUM_PRINT_MAX];
    size_t n = 0;

    for (int e = 0; e < ENTITY_COUNT; e++) {
        if (f->entity[e].len == 0)
            continue;
        names[n] = str_z(entity_name((enum entity)e));
        values[n++] = f->entity[e];
    }
    names[n] = STR("window_start");
    values[n++] = time_text(&t->arena, f->window_start_ms);
    names[n] = STR("verdict");
    values[n++] = f->verdict;
    names[n] = STR("severity");
    values[n++] = str_z(severity_name(f->severity));
    names[n] = STR("value");
    values[n++] = arena_str(&t->arena, str_of(room, num_print_double(room, f->value)));
    names[n] = STR("users");
    values[n++] = arena_printf(&t->arena, "%llu", (unsigned long long)f->n_users);
    names[n] = STR("events");
    values[n++] = arena_printf(&t->arena, "%llu", (unsigned long long)f->n_events);
    names[n] = STR("first_seen");
    values[n++] = time_text(&t->arena, f->first_ms);
    names[n] = STR("last_seen");
    values[n++] = time_text(&t->arena, f->last_ms);
    return diff_table_texts(t, names, values, n);
}

/* The findings of a detection that count; NULL: of all. */
static enum lanner_rc take_findings(const struct detect_result *found, const struct detection *d,
                                    struct diff_table *t, struct lanner_err *err)
{
    for (size_t i = 0; i < found->n_outcomes; i++) {
        if (found->outcomes[i].what == FAILED) {
            *err = found->outcomes[i].err;
            return err->rc;
        }
    }
    for (size_t i = 0; i < found->n_findings; i++) {
        const struct finding *f = &found->findings[i];

        if ((d != NULL && f->detection != d) || f->suppressed)
            continue;
        if (!take_finding(t, f)) {
            *err = t->err;
            return err->rc;
        }
    }
    return LANNER_OK;
}

static enum lanner_rc run_both_detections(const struct detect_options *detect,
                                          const struct pack_set *packs,
                                          const struct diff_side sides[2],
                                          struct diff_table tables[2], struct lanner_stats *stats,
                                          struct lanner_err *err)
{
    struct detect_result *found = NULL;
    enum lanner_rc rc = detect_run(packs, detect, &found, err);

    for (int i = 0; rc == LANNER_OK && i < 2; i++)
        rc = take_findings(found, sides[i].detection, &tables[i], err);
    if (found != NULL)
        *stats = found->stats;
    detect_result_free(found);
    return rc;
}

/* One detection against itself: its AQL is A, its CQL is B. */
static enum lanner_rc run_both_languages(const struct detect_options *detect,
                                         const struct pack_set *packs, struct diff_table tables[2],
                                         struct lanner_stats *stats, struct lanner_err *err)
{
    enum lanner_rc rc = LANNER_OK;

    for (int l = 0; rc == LANNER_OK && l < QUERY_LANGUAGES; l++) {
        struct detect_options one = *detect;
        struct detect_result *found = NULL;

        memset(one.language, 0, sizeof(one.language));
        one.language[l] = true;
        rc = detect_run(packs, &one, &found, err);
        if (rc == LANNER_OK)
            rc = take_findings(found, NULL, &tables[l], err);
        if (found != NULL)
            *stats = found->stats;
        detect_result_free(found);
    }
    return rc;
}

/* So that no finding at all is a result with the columns of findings. */
static void name_columns(struct diff_table *t)
{
    static const char *const names[] = {"source", "window_start", "verdict", "severity"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        diff_table_column(t, str_z(names[i]));
}

enum lanner_rc diff_findings(const struct diff_options *o, const struct detect_options *detect,
                             const struct pack_set *packs, const struct diff_side sides[2],
                             struct diff_result **out, struct lanner_err *err)
{
    struct diff_result *r = new_result(sides);
    struct diff_table tables[2];
    enum lanner_rc rc;

    diff_table_init(&tables[0]);
    diff_table_init(&tables[1]);
    name_columns(&tables[0]);
    name_columns(&tables[1]);
    if (sides[0].detection == sides[1].detection)
        rc = run_both_languages(detect, packs, tables, &r->stats, err);
    else
        rc = run_both_detections(detect, packs, sides, tables, &r->stats, err);
    if (rc == LANNER_OK)
        rc = diff_tables(o, tables, NULL, r, err);
    diff_table_done(&tables[0]);
    diff_table_done(&tables[1]);
    if (rc == LANNER_OK)
        *out = r;
    else
        diff_result_free(r);
    return rc;
}

void diff_result_free(struct diff_result *r)
{
    if (r == NULL)
        return;
    free(r->columns);
    free(r->rows);
    arena_done(&r->arena);
    free(r);
}
