/* prop_query.c - random data and random queries: the engine against the slow evaluator, with and
 * without prefilter and optimiser, on one and several workers. Every failure prints its seed.
 *
 *     prop_query [SEED [COUNT]] */
#include <stdio.h>
#include <stdlib.h>

#include "slow.h"
#include "util/num.h"

static uint64_t state;

static uint32_t draw(uint32_t n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((state >> 33) % n);
}

static const char *const words[] = {"foo",         "Bar", "bazaar", "50034", "50053", "7",
                                    "12",          "-3",  "1.5",    "x y",   "q/z",   "na\"me",
                                    "back\\slash", "",    "kelvin", "ten"};

static const char *draw_word(void)
{
    return words[draw(ARRAY_LEN(words))];
}

/* ---- Data ---------------------------------------------------------------------------------------
 */

static int make_rows(struct row *rows)
{
    int n = (int)draw(MAX_ROWS + 1);

    memset(rows, 0, sizeof(*rows) * MAX_ROWS);
    for (int i = 0; i < n; i++) {
        rows[i].position = i;
        rows[i].ms = INT64_C(1772460000000) + draw(20) * 1000;
        for (int f = 0; f < N_FIELDS; f++) {
            if (draw(4) == 0)
                continue;
            rows[i].v[f].there = true;
            snprintf(rows[i].v[f].text, sizeof(rows[i].v[f].text), "%s", draw_word());
        }
    }
    return n;
}

/* A value in one of the spellings JSON allows for it. */
static void put_value(struct buf *out, const char *text)
{
    double d;

    if (draw(3) == 0 && slow_number(text, &d) && text[0] != '+') {
        buf_puts(out, text);
    } else if (draw(8) == 0 && text[0] != '\0') {
        buf_printf(out, "\"\\u%04x", (unsigned char)text[0]);
        for (const char *p = text + 1; *p != '\0'; p++) {
            if (*p == '"' || *p == '\\')
                buf_putc(out, '\\');
            buf_putc(out, *p);
        }
        buf_putc(out, '"');
    } else {
        buf_put_json(out, str_z(text));
    }
}

static void put_data(const struct row *rows, int n, struct buf *out)
{
    for (int i = 0; i < n; i++) {
        int start = (int)draw(N_FIELDS);

        buf_printf(out, "{\"@timestamp\":%lld,\"#repo\":\"t\"", (long long)rows[i].ms);
        for (int k = 0; k < N_FIELDS; k++) {
            int f = (start + k) % N_FIELDS;

            if (!rows[i].v[f].there) {
                if (draw(6) == 0)
                    buf_printf(out, ",\"%s\":null", slow_names[f]);
                continue;
            }
            buf_printf(out, ",\"%s\":%s", slow_names[f], draw(5) == 0 ? " " : "");
            put_value(out, rows[i].v[f].text);
        }
        buf_puts(out, "}\n");
    }
}

/* ---- Queries ------------------------------------------------------------------------------------
 */

static struct cond *make_cond(int depth, bool text_search)
{
    static struct cond pool[256];
    static int used;
    struct cond *c = &pool[used++ % 256];

    memset(c, 0, sizeof(*c));
    do {
        c->op = (enum op)draw(depth > 0 ? OP_COUNT : OP_AND);
    } while (c->op == OP_ANYWHERE && !text_search);
    c->field = (int)draw(N_VARS);
    c->n_text = 1 + (int)draw(3);
    for (int i = 0; i < 3; i++)
        snprintf(c->text[i], sizeof(c->text[i]), "%s", draw_word());
    if (c->op == OP_ANYWHERE)
        snprintf(c->text[0], sizeof(c->text[0]), "%s", words[draw(5)]);
    if (c->op == OP_REGEX_START)
        snprintf(c->text[0], sizeof(c->text[0]), "%s", words[draw(8)]);
    c->number = (double)draw(20) - 5;
    if (c->op >= OP_AND) {
        c->n_kids = c->op == OP_NOT ? 1 : 2 + (int)draw(2);
        for (int i = 0; i < c->n_kids; i++)
            c->kids[i] = make_cond(depth - 1, text_search);
    }
    return c;
}

static void put_quoted(struct buf *out, const char *before, const char *text, const char *after)
{
    buf_printf(out, "\"%s", before);
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            buf_putc(out, '\\');
        buf_putc(out, *p);
    }
    buf_printf(out, "%s\"", after);
}

static void put_cond(struct buf *out, const struct cond *c)
{
    const char *f = slow_names[c->field];

    switch (c->op) {
    case OP_EQ:
    case OP_NE:
        buf_printf(out, "%s %s ", f, c->op == OP_EQ ? "=" : "!=");
        put_quoted(out, "", c->text[0], "");
        return;
    case OP_EXISTS:
        buf_printf(out, "%s=*", f);
        return;
    case OP_MISSING:
        buf_printf(out, "%s!=*", f);
        return;
    case OP_EMPTY:
        buf_printf(out, "%s=\"\"", f);
        return;
    case OP_NOT_EMPTY:
        buf_printf(out, "%s!=\"\"", f);
        return;
    case OP_PREFIX:
    case OP_SUFFIX:
    case OP_CONTAINS:
        buf_printf(out, "%s=", f);
        put_quoted(out, c->op != OP_PREFIX ? "*" : "", c->text[0], c->op != OP_SUFFIX ? "*" : "");
        return;
    case OP_LESS:
    case OP_MORE:
        buf_printf(out, "%s %c %g", f, c->op == OP_LESS ? '<' : '>', c->number);
        return;
    case OP_IN:
        buf_printf(out, "in(%s, values=[", f);
        for (int i = 0; i < c->n_text; i++) {
            buf_puts(out, i > 0 ? ", " : "");
            put_quoted(out, "", c->text[i], "");
        }
        buf_puts(out, "])");
        return;
    case OP_REGEX_START:
        buf_printf(out, "%s=/^%s/", f, c->text[0]);
        return;
    case OP_ANYWHERE:
        put_quoted(out, "", c->text[0], "");
        return;
    case OP_AND:
    case OP_OR:
        for (int i = 0; i < c->n_kids; i++) {
            buf_puts(out, i == 0 ? "(" : c->op == OP_AND ? " and " : " or ");
            put_cond(out, c->kids[i]);
        }
        buf_putc(out, ')');
        return;
    case OP_NOT:
        buf_puts(out, "not (");
        put_cond(out, c->kids[0]);
        buf_putc(out, ')');
        return;
    case OP_COUNT:
        break;
    }
    abort();
}

static void make_stage(struct stage *s)
{
    memset(s, 0, sizeof(*s));
    s->kind = (enum stage_kind)draw(ST_DEFAULT + 1);
    s->field = N_FIELDS + (int)draw(N_VARS - N_FIELDS);
    if (draw(4) == 0)
        s->field = (int)draw(N_FIELDS);
    s->from = (int)draw(N_VARS);
    s->op = "+-*/"[draw(4)];
    s->number = (long)draw(6);
    do {
        snprintf(s->text, sizeof(s->text), "%s", draw_word());
    } while (s->text[0] == '\0');
    s->cond = make_cond(2, true);
    s->n_clauses = 1 + (int)draw(3);
    for (int i = 0; i < s->n_clauses; i++) {
        s->clauses[i] = make_cond(1, true);
        snprintf(s->values[i], sizeof(s->values[i]), "v%d", i);
    }
    if (draw(2) == 0)
        s->clauses[s->n_clauses - 1] = NULL;
}

static void make_query(struct query *q)
{
    memset(q, 0, sizeof(*q));
    q->n_stages = (int)draw(5);
    for (int i = 0; i < q->n_stages; i++)
        make_stage(&q->stages[i]);
    q->final = (enum final_kind)draw(FIN_COUNT + 1);
    q->n_keys = 1 + (int)draw(2);
    q->keys[0] = (int)draw(N_VARS);
    q->keys[1] = (q->keys[0] + 1) % N_VARS;
    do {
        q->value = (int)draw(N_VARS);
    } while (q->value == q->keys[0] || q->value == q->keys[1]);
    q->descending = draw(2) == 0;
    q->limit = q->final == FIN_EVENTS || q->final == FIN_OPEN ? 0 : 1 + (int)draw(10);
}

static void put_stage(struct buf *out, const struct stage *s)
{
    const char *f = slow_names[s->field];

    switch (s->kind) {
    case ST_FILTER:
        put_cond(out, s->cond);
        break;
    case ST_ASSIGN_CONST:
        buf_printf(out, "%s := ", f);
        put_quoted(out, "", s->text, "");
        break;
    case ST_ASSIGN_COPY:
        buf_printf(out, "%s := %s", f, slow_names[s->from]);
        break;
    case ST_ASSIGN_MATH:
        buf_printf(out, "%s := %s %c %ld", f, slow_names[s->from], s->op, s->number);
        break;
    case ST_DROP:
        buf_printf(out, "drop([%s])", f);
        break;
    case ST_DEFAULT:
        buf_printf(out, "default(field=%s, value=", f);
        put_quoted(out, "", s->text, "");
        buf_putc(out, ')');
        break;
    case ST_CASE:
        buf_puts(out, "case { ");
        for (int i = 0; i < s->n_clauses; i++) {
            if (s->clauses[i] != NULL)
                put_cond(out, s->clauses[i]);
            else
                buf_putc(out, '*');
            buf_printf(out, " | %s := \"%s\" ; ", f, s->values[i]);
        }
        buf_putc(out, '}');
        break;
    }
}

static void put_query(struct buf *out, const struct query *q)
{
    const char *v = slow_names[q->value];

    for (int i = 0; i < q->n_stages; i++) {
        buf_puts(out, i > 0 ? "\n| " : "");
        put_stage(out, &q->stages[i]);
    }
    buf_puts(out, q->n_stages > 0 ? "\n| " : "");
    switch (q->final) {
    case FIN_EVENTS:
        break;
    case FIN_OPEN:
        buf_puts(out, "*"); /* whole events: every field the row has */
        return;
    case FIN_GROUP:
        buf_printf(out,
                   "groupBy([%s%s%s], function=[count(as=n), count(%s, distinct=true, as=dc), "
                   "sum(%s, as=s), min(%s, as=lo), max(%s, as=hi), collect([%s])])",
                   slow_names[q->keys[0]], q->n_keys > 1 ? ", " : "",
                   q->n_keys > 1 ? slow_names[q->keys[1]] : "", v, v, v, v, v);
        return;
    case FIN_SORT:
        buf_printf(out, "sort(%s, order=%s, limit=%d) | ", v, q->descending ? "desc" : "asc",
                   q->limit);
        break;
    case FIN_HEAD:
        buf_printf(out, "head(%d) | ", q->limit);
        break;
    case FIN_TAIL:
        buf_printf(out, "tail(%d) | ", q->limit);
        break;
    case FIN_COUNT:
        buf_puts(out, "count()");
        return;
    }
    buf_puts(out, "select([a, b, c, d, x, y, z])");
}

/* ---- Comparing ----------------------------------------------------------------------------------
 */

static void put_field(struct buf *out, const struct lanner_name *name, const struct lanner_value *v,
                      bool *first)
{
    char room[40];

    if (v->kind == LANNER_ABSENT)
        return;
    buf_printf(out, "%s\"%.*s\":", *first ? "" : ",", (int)name->len, name->text);
    *first = false;
    if (v->kind == LANNER_TEXT)
        buf_put_json(out, str_of(v->text, v->len));
    else
        buf_put(out, room,
                v->kind == LANNER_LONG ? num_print_long(room, v->integer)
                                       : num_print_double(room, v->real));
}

/* Whole events have fields that the slow evaluator does not know (@timestamp, tags). */
static bool is_ours(const struct lanner_name *name)
{
    for (size_t i = 0; i < N_VARS; i++) {
        if (str_eqz(str_of(name->text, name->len), slow_names[i]))
            return true;
    }
    return false;
}

static bool on_row(void *ctx, const struct lanner_row *row)
{
    struct buf *out = ctx;
    bool first = true;

    buf_putc(out, '{');
    for (size_t i = 0; i < row->n_columns; i++) {
        if (row->n_open == 0 || is_ours(&row->columns[i]))
            put_field(out, &row->columns[i], &row->values[i], &first);
    }
    for (size_t i = 0; i < row->n_open; i++) {
        if (is_ours(&row->open_names[i]))
            put_field(out, &row->open_names[i], &row->open_values[i], &first);
    }
    buf_puts(out, "}\n");
    return true;
}

static void engine_run(struct str query, struct str data, unsigned config, struct buf *out)
{
    static const char *const threads[] = {"1", "4"};
    static const char *const batches[] = {"2048", "5"};
    struct lanner_session *s = lanner_session_new();
    struct lanner_query *q = NULL;
    struct lanner_err err = {0};
    enum lanner_rc rc = LANNER_OK;

    rc |= lanner_session_set(s, "threads", threads[config & 1], &err);
    rc |= lanner_session_set(s, "batch-rows", batches[config >> 1 & 1], &err);
    rc |= lanner_session_set(s, "prefilter", config & 4 ? "0" : "1", &err);
    rc |= lanner_session_set(s, "optimizer", config & 8 ? "0" : "1", &err);
    rc |= lanner_session_set(s, "simd", config & 16 ? "0" : "1", &err);
    if (rc == LANNER_OK)
        rc = lanner_session_add_bytes(s, "data", data.ptr != NULL ? data.ptr : "", data.len, &err);
    if (rc == LANNER_OK)
        rc = lanner_query_prepare(s, query.ptr, query.len, "cql", &q, &err);
    if (rc == LANNER_OK)
        rc = lanner_query_run(q, on_row, out, NULL, &err);
    if (rc != LANNER_OK)
        buf_printf(out, "failed: %u:%u %s\n", err.line, err.column, err.text);
    lanner_query_free(q);
    lanner_session_free(s);
}

static bool check(uint64_t seed)
{
    static struct row rows[MAX_ROWS];
    struct query q;
    struct buf data = {0}, text = {0}, want = {0};
    bool ok = true;
    int n;

    state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    n = make_rows(rows);
    make_query(&q);
    put_data(rows, n, &data);
    put_query(&text, &q);
    slow_run(&q, rows, n, &want);
    for (unsigned config = 0; config < 32 && ok; config += 1 + (unsigned)(seed % 7)) {
        struct buf got = {0};

        engine_run(buf_str(&text), buf_str(&data), config, &got);
        ok = str_eq(buf_str(&got), buf_str(&want));
        if (!ok)
            fprintf(stderr,
                    "seed %llu, configuration %u\n--- query\n%.*s\n--- data\n%.*s--- "
                    "wanted\n%.*s--- got\n%.*s",
                    (unsigned long long)seed, config, STR_ARG(buf_str(&text)),
                    STR_ARG(buf_str(&data)), STR_ARG(buf_str(&want)), STR_ARG(buf_str(&got)));
        buf_done(&got);
    }
    buf_done(&data);
    buf_done(&text);
    buf_done(&want);
    return ok;
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 3000;
    unsigned long long n_failed = 0;
    unsigned long long n = 0;

    for (uint64_t i = 0; i < count && n_failed < 3; i++, n++) {
        bool ok = check(seed + i);

        n_failed += !ok;
        printf("%sok %llu - seed %llu\n", ok ? "" : "not ", n + 1, (unsigned long long)(seed + i));
    }
    printf("1..%llu\n", n);
    return n_failed != 0;
}
