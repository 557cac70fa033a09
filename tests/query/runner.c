/* runner.c - golden tests: queries and their expected rows in plain text, each run in every
 * configuration. One expected answer for all: a query has one meaning however it is run.
 *
 *     runner [--bless] [--pairs] [--data DIR] FILE...
 *
 * A file is a list of blocks, each ended by a blank line; lines with # between blocks are comments.
 *
 *     data FILE            the input of the queries below, under the data folder
 *     inline               the lines that follow, up to a blank line, are the input
 *     clock TIME           fixed clock (or: data)
 *     option NAME VALUE    a session option for the queries below; an empty VALUE takes it back
 *                          (lookups, saved, indicators, geo, parser, sources, reference, networks,
 * assets, rules, offenses, xforce, names: a path under the data folder) unordered            sorts
 * the rows of the next block on both sides query LANGUAGE       query text, ----, then the rows as
 * a table json LANGUAGE        the same with rows as NDJSON same LANGUAGE        a query that gives
 * the rows of the block above notes LANGUAGE       query text, ----, then the notes, one a line
 *     plan LANGUAGE        query text, ----, then the plan
 *     error LANGUAGE       query text, ----, then line:column message
 *
 * Tables: a header line, then a line a row; cells are separated by two or more blanks. - is no
 * value; a cell that could be misread is written as a JSON string. --bless rewrites the files with
 * what came out in the first configuration; the others must agree with it all the same. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/buf.h"
#include "util/file.h"
#include "util/num.h"

#define MAX_OPTIONS 32
#define MAX_DATA    ((size_t)64 << 20)

/* ---- Configurations ----------------------------------------------------------------------------
 */

enum packing { PACK_RAW, PACK_GZIP, PACK_ZSTD, PACK_COUNT };
static const char *const packings[] = {"raw", "gzip", "zstd"};

struct config {
    int packing, threads, batch, optimizer, prefilter, simd, tight;
};

struct axis {
    const char *name;
    int n;
    int values[3];
};
static const struct axis axes[] = {
    {"packing", 3, {PACK_RAW, PACK_GZIP, PACK_ZSTD}},
    {"threads", 2, {1, 8}},
    {"batch", 3, {2048, 3, 1}},
    {"optimizer", 2, {1, 0}},
    {"prefilter", 2, {1, 0}},
    {"simd", 2, {1, 0}},
    {"tight", 2, {0, 1}},
};

static void config_name(const struct config *c, char *room, size_t size)
{
    snprintf(room, size, "%s threads=%d batch=%d optimizer=%d prefilter=%d simd=%d memory=%s",
             packings[c->packing], c->threads, c->batch, c->optimizer, c->prefilter, c->simd,
             c->tight ? "tight" : "ample");
}

/* All 288, the first being the plainest; or eight that cover every pair of values of two axes with
 * two values each and every value of the others. */
static size_t configs_make(bool pairs, struct config *out, size_t cap)
{
    static const struct config eight[] = {
        {PACK_RAW, 1, 2048, 1, 1, 1, 0}, {PACK_GZIP, 8, 3, 1, 1, 0, 1},
        {PACK_ZSTD, 8, 1, 0, 1, 1, 0},   {PACK_RAW, 8, 3, 0, 0, 1, 1},
        {PACK_GZIP, 1, 1, 1, 0, 1, 1},   {PACK_ZSTD, 1, 3, 1, 0, 0, 0},
        {PACK_RAW, 8, 1, 1, 1, 0, 0},    {PACK_ZSTD, 1, 2048, 0, 1, 0, 1},
    };
    size_t n = 0;

    if (pairs) {
        memcpy(out, eight, sizeof(eight));
        return ARRAY_LEN(eight);
    }
    for (int i = 0; i < 3 * 2 * 3 * 2 * 2 * 2 * 2 && n < cap; i++) {
        int rest = i;
        int pick[ARRAY_LEN(axes)];

        for (size_t a = 0; a < ARRAY_LEN(axes); a++) {
            pick[a] = axes[a].values[rest % axes[a].n];
            rest /= axes[a].n;
        }
        out[n++] = (struct config){pick[0], pick[1], pick[2], pick[3], pick[4], pick[5], pick[6]};
    }
    return n;
}

/* ---- State of one file --------------------------------------------------------------------------
 */

struct option {
    char *name, *value;
};

struct input {
    char *name;
    struct buf bytes[PACK_COUNT];
};

struct runner {
    const char *data_folder;
    bool bless;
    struct config configs[300];
    size_t n_configs;
    size_t n_passed, n_failed; /* skipped ones count as passed, and say so */
};

struct file {
    struct runner *r;
    const char *path;
    struct str text;
    size_t at;
    struct buf blessed;
    VEC(struct input) inputs;
    bool inputs_used; /* a data line after a query begins a new set */
    struct option options[MAX_OPTIONS];
    size_t n_options;
    bool unordered;
    bool missing; /* the data is not there: blocks are skipped */
    struct buf rows_above;
    unsigned line;
};

static void die(const struct file *f, const char *what, struct str detail)
{
    fprintf(stderr, "%s:%u: %s %.*s\n", f->path, f->line, what, STR_ARG(detail));
    exit(2);
}

static bool next_line(struct file *f, struct str *line)
{
    size_t end = f->at;

    if (f->at >= f->text.len)
        return false;
    while (end < f->text.len && f->text.ptr[end] != '\n')
        end++;
    *line = str_of(f->text.ptr + f->at, end - f->at);
    f->at = end < f->text.len ? end + 1 : end;
    f->line++;
    return true;
}

static void keep_line(struct file *f, struct str line)
{
    buf_put_str(&f->blessed, line);
    buf_putc(&f->blessed, '\n');
}

static struct str word(struct str *line)
{
    struct str w;

    *line = str_trim(*line);
    w = str_of(line->ptr, 0);
    while (w.len < line->len && line->ptr[w.len] != ' ')
        w.len++;
    *line = str_trim(str_of(line->ptr + w.len, line->len - w.len));
    return w;
}

/* ---- Input --------------------------------------------------------------------------------------
 */

static void pipe_through(const char *command, const struct buf *in, struct buf *out)
{
    char path[] = "/tmp/lanner-golden-XXXXXX";
    int fd = mkstemp(path);
    char line[256];
    FILE *p;
    char room[65536];
    size_t n;

    if (fd < 0 || file_write(fd, in->ptr, in->len, NULL) != LANNER_OK) {
        perror("temporary file");
        exit(2);
    }
    snprintf(line, sizeof(line), "%s < %s", command, path);
    p = popen(line, "r");
    while (p != NULL && (n = fread(room, 1, sizeof(room), p)) > 0)
        buf_put(out, room, n);
    if (p == NULL || pclose(p) != 0) {
        fprintf(stderr, "%s does not run\n", command);
        exit(2);
    }
    file_close(fd);
    remove(path);
}

static void input_add(struct file *f, const char *name, const struct buf *bytes)
{
    struct input in = {.name = xstrdup(name)};

    buf_put(&in.bytes[PACK_RAW], bytes->ptr, bytes->len);
    pipe_through("gzip -1 -c", bytes, &in.bytes[PACK_GZIP]);
    pipe_through("zstd -q -1 -c", bytes, &in.bytes[PACK_ZSTD]);
    VEC_PUSH(&f->inputs, in);
}

static void inputs_clear(struct file *f)
{
    for (size_t i = 0; i < f->inputs.n; i++) {
        free(f->inputs.items[i].name);
        for (int p = 0; p < PACK_COUNT; p++)
            buf_done(&f->inputs.items[i].bytes[p]);
    }
    f->inputs.n = 0;
}

static void input_begin(struct file *f)
{
    if (f->inputs_used)
        inputs_clear(f);
    f->inputs_used = false;
    f->missing = false;
}

static void read_data(struct file *f, struct str name)
{
    struct lanner_err err = {0};
    struct buf bytes = {0};
    char path[1024];
    char *z = xstrndup(name.ptr, name.len);

    input_begin(f);
    snprintf(path, sizeof(path), "%s/%s", f->r->data_folder, z);
    if (file_read_all(path, MAX_DATA, &bytes, &err) != LANNER_OK) {
        /* Published records are not part of the repository. */
        if (strstr(z, "../") == NULL)
            die(f, err.text, STR(""));
        f->missing = true;
    } else {
        input_add(f, z, &bytes);
    }
    buf_done(&bytes);
    free(z);
}

static void read_inline(struct file *f)
{
    struct buf bytes = {0};
    struct str line;

    input_begin(f);
    while (next_line(f, &line)) {
        keep_line(f, line);
        if (line.len == 0)
            break;
        buf_put_str(&bytes, line);
        buf_putc(&bytes, '\n');
    }
    input_add(f, "inline", &bytes);
    buf_done(&bytes);
}

static void set_option(struct file *f, struct str name, struct str value)
{
    size_t i = 0;

    /* tag and param may be given several times; others replace. */
    while (i < f->n_options &&
           (str_eqz(name, "tag") || str_eqz(name, "param") || !str_eqz(name, f->options[i].name)))
        i++;
    if (i == MAX_OPTIONS)
        die(f, "too many options", name);
    if (i == f->n_options) {
        f->n_options++;
        f->options[i].name = xstrndup(name.ptr, name.len);
    } else {
        free(f->options[i].value);
    }
    f->options[i].value = xstrndup(value.ptr, value.len);
}

/* ---- Rows as text -------------------------------------------------------------------------------
 */

struct rows {
    struct buf text;
    VEC(struct str) lines; /* table cells are aligned at the end */
    VEC(char *) cells;     /* row by row, first the header; owned */
    size_t n_cols;
    bool json, have_header;
};

static void value_text(const struct lanner_value *v, struct buf *out)
{
    char room[40];
    struct str s = str_of(v->text, v->len);
    bool odd;

    switch (v->kind) {
    case LANNER_ABSENT:
        buf_putc(out, '-');
        return;
    case LANNER_NULL:
        buf_puts(out, "null");
        return;
    case LANNER_LONG:
        buf_put(out, room, num_print_long(room, v->integer));
        return;
    case LANNER_DOUBLE:
        buf_put(out, room, num_print_double(room, v->real));
        if (v->point && v->real > -1e15 && v->real < 1e15 && v->real == (double)(int64_t)v->real)
            buf_puts(out, ".0");
        return;
    case LANNER_BOOL:
        buf_puts(out, v->integer ? "true" : "false");
        return;
    case LANNER_TEXT:
        break;
    }
    odd = s.len == 0 || str_eqz(s, "-") || str_eqz(s, "null") || s.ptr[0] == '"' ||
          s.ptr[0] == ' ' || s.ptr[s.len - 1] == ' ' || str_find(s, STR("  ")) != SIZE_MAX;
    for (size_t i = 0; i < s.len; i++)
        odd |= (unsigned char)s.ptr[i] < 0x20 || (unsigned char)s.ptr[i] == 0x7F;
    if (odd)
        buf_put_json(out, s);
    else
        buf_put_str(out, s);
}

static void value_json(const struct lanner_value *v, struct buf *out)
{
    if (v->kind == LANNER_TEXT)
        buf_put_json(out, str_of(v->text, v->len));
    else
        value_text(v, out);
}

/* Of columns with one name the last counts in an object. */
static bool is_hidden(const struct lanner_row *row, size_t i)
{
    struct str name = str_of(row->columns[i].text, row->columns[i].len);

    while (++i < row->n_columns) {
        if (str_eq(name, str_of(row->columns[i].text, row->columns[i].len)))
            return true;
    }
    return false;
}

static void row_json(struct rows *rows, const struct lanner_row *row)
{
    bool first = true;

    buf_putc(&rows->text, '{');
    for (size_t i = 0; i < row->n_columns + row->n_open; i++) {
        bool open = i >= row->n_columns;
        const struct lanner_name *n =
            open ? &row->open_names[i - row->n_columns] : &row->columns[i];
        const struct lanner_value *v =
            open ? &row->open_values[i - row->n_columns] : &row->values[i];

        if (v->kind == LANNER_ABSENT || (!open && is_hidden(row, i)))
            continue;
        if (!first)
            buf_putc(&rows->text, ',');
        first = false;
        buf_put_json(&rows->text, str_of(n->text, n->len));
        buf_putc(&rows->text, ':');
        value_json(v, &rows->text);
    }
    buf_puts(&rows->text, "}\n");
}

static void cell_take(struct rows *rows, struct buf *cell)
{
    VEC_PUSH(&rows->cells, xstrndup(cell->ptr, cell->len));
    buf_clear(cell);
}

static bool on_row(void *ctx, const struct lanner_row *row)
{
    struct rows *rows = ctx;
    struct buf cell = {0};

    if (rows->json || row->n_open > 0) {
        row_json(rows, row);
        return true;
    }
    if (!rows->have_header) {
        rows->have_header = true;
        rows->n_cols = row->n_columns;
        for (size_t i = 0; i < row->n_columns; i++) {
            struct lanner_value name = {
                .kind = LANNER_TEXT, .text = row->columns[i].text, .len = row->columns[i].len};

            value_text(&name, &cell);
            cell_take(rows, &cell);
        }
    }
    for (size_t i = 0; i < row->n_columns; i++) {
        value_text(&row->values[i], &cell);
        cell_take(rows, &cell);
    }
    buf_done(&cell);
    return true;
}

static size_t columns_of(const char *z)
{
    size_t n = 0;

    for (; *z != '\0'; z++)
        n += ((unsigned char)*z & 0xC0) != 0x80;
    return n;
}

static void table_text(struct rows *rows)
{
    size_t *width = xcalloc(rows->n_cols, sizeof(*width));

    for (size_t i = 0; i < rows->cells.n; i++)
        width[i % rows->n_cols] = MAX(width[i % rows->n_cols], columns_of(rows->cells.items[i]));
    for (size_t i = 0; i < rows->cells.n; i++) {
        size_t col = i % rows->n_cols;

        buf_puts(&rows->text, rows->cells.items[i]);
        if (col + 1 == rows->n_cols) {
            buf_putc(&rows->text, '\n');
            continue;
        }
        for (size_t k = columns_of(rows->cells.items[i]); k < width[col] + 2; k++)
            buf_putc(&rows->text, ' ');
    }
    free(width);
}

static void rows_done(struct rows *rows)
{
    for (size_t i = 0; i < rows->cells.n; i++)
        free(rows->cells.items[i]);
    VEC_DONE(&rows->cells);
    VEC_DONE(&rows->lines);
    buf_done(&rows->text);
}

/* ---- One run ------------------------------------------------------------------------------------
 */

static void on_note(void *ctx, const struct lanner_note *note)
{
    static const char *const kinds[] = {"repair", "limit", "warning", "input"};
    struct buf *out = ctx;

    buf_puts(out, kinds[note->kind]);
    if (note->line > 0)
        buf_printf(out, " %u:%u", note->line, note->column);
    buf_printf(out, " %s\n", note->text);
}

static void on_text(void *ctx, const char *text, size_t len)
{
    buf_put(ctx, text, len);
}

/* Files and folders that options name lie under the data folder. */
static void session_option(struct file *f, struct lanner_session *s, const char *name,
                           const char *value)
{
    struct lanner_err err = {0};
    char path[1024];

    if (strcmp(name, "lookups") == 0 || strcmp(name, "indicators") == 0 ||
        strcmp(name, "geo") == 0 || strcmp(name, "parser") == 0 || strcmp(name, "sources") == 0 ||
        strcmp(name, "reference") == 0 || strcmp(name, "networks") == 0 ||
        strcmp(name, "assets") == 0 || strcmp(name, "rules") == 0 ||
        strcmp(name, "offenses") == 0 || strcmp(name, "xforce") == 0 ||
        strcmp(name, "names") == 0 || strcmp(name, "saved") == 0) {
        snprintf(path, sizeof(path), "%s/%s", f->r->data_folder, value);
        value = path;
    }
    if (lanner_session_set(s, name, value, &err) != LANNER_OK)
        die(f, err.text, STR(""));
}

static void session_configure(struct file *f, struct lanner_session *s, const struct config *c)
{
    char number[16];
    struct lanner_err err = {0};

    snprintf(number, sizeof(number), "%d", c->threads);
    session_option(f, s, "threads", number);
    snprintf(number, sizeof(number), "%d", c->batch);
    session_option(f, s, "batch-rows", number);
    session_option(f, s, "optimizer", c->optimizer ? "1" : "0");
    session_option(f, s, "prefilter", c->prefilter ? "1" : "0");
    session_option(f, s, "simd", c->simd ? "1" : "0");
    if (c->tight)
        session_option(f, s, "memory", "64K");
    for (size_t i = 0; i < f->n_options; i++) {
        if (f->options[i].value[0] != '\0')
            session_option(f, s, f->options[i].name, f->options[i].value);
    }
    for (size_t i = 0; i < f->inputs.n; i++) {
        const struct input *in = &f->inputs.items[i];
        const struct buf *bytes = &in->bytes[c->packing];

        if (lanner_session_add_bytes(s, in->name, bytes->ptr != NULL ? bytes->ptr : "", bytes->len,
                                     &err) != LANNER_OK)
            die(f, err.text, STR(""));
    }
}

enum block { BLOCK_QUERY, BLOCK_JSON, BLOCK_SAME, BLOCK_NOTES, BLOCK_PLAN, BLOCK_ERROR };

static void put_error(const struct lanner_err *err, struct buf *out)
{
    buf_printf(out, "%u:%u %s\n", err->line, err->column, err->text);
    if (err->hint[0] != '\0')
        buf_printf(out, "hint: %s\n", err->hint);
}

/* What the block prints in one configuration, appended to out. */
static void run_once(struct file *f, enum block kind, const char *language, struct str text,
                     const struct config *c, struct buf *out)
{
    struct lanner_session *s = lanner_session_new();
    struct lanner_query *q = NULL;
    struct lanner_err err = {0};
    struct rows rows = {.json = kind == BLOCK_JSON};
    struct buf notes = {0};
    enum lanner_rc rc;

    session_configure(f, s, c);
    lanner_session_on_note(s, on_note, &notes);
    rc = lanner_query_prepare(s, text.ptr, text.len, language, &q, &err);
    if (rc == LANNER_OK && kind == BLOCK_PLAN)
        rc = lanner_query_explain(q, on_text, out, &err);
    else if (rc == LANNER_OK)
        rc = lanner_query_run(q, on_row, &rows, NULL, &err);
    if (rc != LANNER_OK && kind == BLOCK_ERROR)
        put_error(&err, out);
    else if (rc != LANNER_OK)
        buf_printf(out, "failed: %u:%u %s\n", err.line, err.column, err.text);
    else if (kind == BLOCK_ERROR)
        buf_puts(out, "no error\n");
    else if (kind == BLOCK_NOTES)
        buf_put_str(out, buf_str(&notes));
    if (rows.n_cols > 0)
        table_text(&rows);
    if (kind != BLOCK_NOTES)
        buf_put_str(out, buf_str(&rows.text));
    lanner_query_free(q);
    lanner_session_free(s);
    rows_done(&rows);
    buf_done(&notes);
}

/* ---- Comparing ----------------------------------------------------------------------------------
 */

static int cmp_lines(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Runs of blanks in tables count as two; with `sort`, lines are sorted. */
static void normalise(struct str text, bool table, bool sort, struct buf *out)
{
    VEC(struct str) lines = {0};
    struct buf flat = {0};

    for (size_t i = 0; i < text.len; i++) {
        if (table && text.ptr[i] == ' ' && i + 1 < text.len && text.ptr[i + 1] == ' ') {
            buf_puts(&flat, "  ");
            while (i + 1 < text.len && text.ptr[i + 1] == ' ')
                i++;
        } else {
            buf_putc(&flat, text.ptr[i]);
        }
    }
    for (size_t i = 0; i < flat.len;) {
        size_t end = i;

        while (end < flat.len && flat.ptr[end] != '\n')
            end++;
        VEC_PUSH(&lines, str_of(flat.ptr + i, end - i));
        i = end + 1;
    }
    if (sort && lines.n > 1)
        qsort(lines.items, lines.n, sizeof(*lines.items), cmp_lines);
    for (size_t i = 0; i < lines.n; i++) {
        struct str line = lines.items[i];

        while (line.len > 0 && line.ptr[line.len - 1] == ' ')
            line.len--;
        buf_put_str(out, line);
        buf_putc(out, '\n');
    }
    VEC_DONE(&lines);
    buf_done(&flat);
}

static bool same_text(struct file *f, enum block kind, struct str got, struct str want)
{
    bool table = kind == BLOCK_QUERY || kind == BLOCK_SAME;
    struct buf a = {0};
    struct buf b = {0};
    bool same;

    normalise(got, table, f->unordered, &a);
    normalise(want, table, f->unordered, &b);
    same = str_eq(buf_str(&a), buf_str(&b));
    buf_done(&a);
    buf_done(&b);
    return same;
}

static void put_comment(struct str text)
{
    size_t start = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '\n') {
            printf("# %.*s\n", (int)(i - start), text.ptr + start);
            start = i + 1;
        }
    }
}

static void report(struct file *f, unsigned line, const struct config *c, struct str got,
                   struct str want)
{
    char name[160];

    config_name(c, name, sizeof(name));
    printf("not ok %zu - %s:%u (%s)\n# --- wanted\n", f->r->n_passed + f->r->n_failed + 1, f->path,
           line, name);
    put_comment(want);
    printf("# --- got\n");
    put_comment(got);
}

/* Explain and errors do not depend on how the data is packed or shared out. */
static bool config_matters(enum block kind, const struct config *c)
{
    if (kind != BLOCK_PLAN && kind != BLOCK_ERROR)
        return true;
    if (kind == BLOCK_PLAN && (!c->optimizer || !c->prefilter))
        return false;
    return c->packing == PACK_RAW && c->threads == 1 && c->batch == 2048 && !c->tight;
}

static void run_block(struct file *f, enum block kind, const char *language, struct str text,
                      struct str want, unsigned line)
{
    bool failed = false;
    struct buf first = {0};

    for (size_t i = 0; i < f->r->n_configs && !failed; i++) {
        struct buf got = {0};

        if (!config_matters(kind, &f->r->configs[i]))
            continue;
        run_once(f, kind, language, text, &f->r->configs[i], &got);
        if (i == 0)
            buf_put_str(&first, buf_str(&got));
        if (f->r->bless && i == 0 && kind != BLOCK_SAME)
            want = buf_str(&first);
        if (!same_text(f, kind, buf_str(&got), want)) {
            report(f, line, &f->r->configs[i], buf_str(&got), want);
            failed = true;
        }
        buf_done(&got);
    }
    if (f->r->bless && kind != BLOCK_SAME)
        buf_put_str(&f->blessed, buf_str(&first));
    else
        buf_put_str(&f->blessed, want);
    if (kind == BLOCK_QUERY || kind == BLOCK_JSON) {
        buf_clear(&f->rows_above);
        buf_put_str(&f->rows_above, want);
    }
    if (!failed)
        printf("ok %zu - %s:%u\n", f->r->n_passed + f->r->n_failed + 1, f->path, line);
    f->r->n_failed += failed;
    f->r->n_passed += !failed;
    buf_done(&first);
}

/* ---- Reading a file
 * ------------------------------------------------------------------------------ */

static struct str read_until_blank(struct file *f)
{
    size_t start = f->at;
    size_t end = f->at;
    struct str line;

    while (next_line(f, &line) && line.len > 0)
        end = f->at;
    return str_of(f->text.ptr + start, end - start);
}

static void read_block(struct file *f, enum block kind, struct str language)
{
    size_t start = f->at;
    size_t end = f->at;
    unsigned at_line = f->line;
    struct str line;
    struct str want;
    struct str text;
    char *lang = xstrndup(language.ptr, language.len);

    while (next_line(f, &line) && !str_eqz(line, "----") &&
           !(kind == BLOCK_SAME && line.len == 0)) {
        end = f->at;
        keep_line(f, line);
    }
    if (kind != BLOCK_SAME && !str_eqz(line, "----"))
        die(f, "a query without ----", STR(""));
    text = str_of(f->text.ptr + start, end > start ? end - start - 1 : 0);
    if (kind == BLOCK_SAME) {
        want = buf_str(&f->rows_above);
    } else {
        keep_line(f, line);
        want = read_until_blank(f);
    }
    f->inputs_used = true;
    if (f->missing) {
        f->r->n_passed++;
        printf("ok %zu - %s:%u # skip the data is not here\n", f->r->n_passed + f->r->n_failed,
               f->path, at_line);
        if (kind != BLOCK_SAME)
            buf_put_str(&f->blessed, want);
    } else if (kind == BLOCK_SAME) {
        size_t before = f->blessed.len;

        run_block(f, kind, lang, text, want, at_line);
        f->blessed.len = before;
    } else {
        run_block(f, kind, lang, text, want, at_line);
    }
    buf_putc(&f->blessed, '\n');
    f->unordered = false;
    free(lang);
}

static bool block_kind(struct str name, enum block *kind)
{
    static const char *const names[] = {"query", "json", "same", "notes", "plan", "error"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_eqz(name, names[i])) {
            *kind = (enum block)i;
            return true;
        }
    }
    return false;
}

static void file_read_line(struct file *f, struct str line)
{
    struct str rest = line;
    struct str name = word(&rest);
    enum block kind;

    keep_line(f, line);
    if (name.len == 0 || name.ptr[0] == '#')
        return;
    if (block_kind(name, &kind)) {
        read_block(f, kind, rest);
    } else if (str_eqz(name, "data")) {
        read_data(f, rest);
    } else if (str_eqz(name, "inline")) {
        read_inline(f);
    } else if (str_eqz(name, "clock")) {
        set_option(f, STR("now"), rest);
    } else if (str_eqz(name, "option")) {
        struct str option = word(&rest);

        set_option(f, option, rest);
    } else if (str_eqz(name, "unordered")) {
        f->unordered = true;
    } else {
        die(f, "no such line:", line);
    }
}

static void bless(struct file *f)
{
    FILE *out = fopen(f->path, "w");
    size_t len = f->blessed.len;

    while (len > 1 && f->blessed.ptr[len - 1] == '\n' && f->blessed.ptr[len - 2] == '\n')
        len--;
    if (out == NULL || fwrite(f->blessed.ptr, 1, len, out) != len || fclose(out) != 0) {
        perror(f->path);
        exit(2);
    }
}

static void run_file(struct runner *r, const char *path)
{
    struct file f = {.r = r, .path = path};
    struct lanner_err err = {0};
    struct buf text = {0};
    struct str line;

    if (file_read_all(path, MAX_DATA, &text, &err) != LANNER_OK) {
        fprintf(stderr, "%s\n", err.text);
        exit(2);
    }
    f.text = buf_str(&text);
    set_option(&f, STR("now"), STR("2026-03-02T15:00:00Z"));
    while (next_line(&f, &line))
        file_read_line(&f, line);
    if (r->bless)
        bless(&f);
    for (size_t i = 0; i < f.n_options; i++) {
        free(f.options[i].name);
        free(f.options[i].value);
    }
    inputs_clear(&f);
    VEC_DONE(&f.inputs);
    buf_done(&f.blessed);
    buf_done(&f.rows_above);
    buf_done(&text);
}

int main(int argc, char **argv)
{
    static struct runner r;
    bool pairs = false;
    int i = 1;

    r.data_folder = "tests/data";
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--bless") == 0)
            r.bless = true;
        else if (strcmp(argv[i], "--pairs") == 0)
            pairs = true;
        else if (strcmp(argv[i], "--data") == 0 && i + 1 < argc)
            r.data_folder = argv[++i];
        else {
            fprintf(stderr, "usage: runner [--bless] [--pairs] [--data DIR] FILE...\n");
            return 2;
        }
    }
    r.n_configs = configs_make(pairs || r.bless, r.configs, ARRAY_LEN(r.configs));
    for (; i < argc; i++)
        run_file(&r, argv[i]);
    printf("1..%zu\n", r.n_passed + r.n_failed);
    return r.n_failed != 0;
}
