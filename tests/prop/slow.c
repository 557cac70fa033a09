/* slow.c - see slow.h. Two hundred lines on purpose: clear enough to be believed. */
#include "slow.h"

#include <stdio.h>
#include <stdlib.h>

#include "util/num.h"

const char *const slow_names[N_VARS] = {"a", "b", "c", "d", "x", "y", "z"};

bool slow_number(const char *t, double *out)
{
    const char *p = t + (*t == '-' || *t == '+');
    int digits = 0;
    char *end;

    for (const char *q = p; *q != '\0'; q++) {
        if (*q >= '0' && *q <= '9')
            digits++;
        else if (*q != '.')
            return false;
    }
    if (digits == 0 || *p == '.' || p[strlen(p) - 1] == '.' || strchr(p, '.') != strrchr(p, '.'))
        return false;
    *out = strtod(t, &end);
    return *end == '\0';
}

static bool is_integer(const char *t)
{
    return strchr(t, '.') == NULL;
}

static bool anywhere(const struct row *r, const char *text)
{
    for (int i = 0; i < N_FIELDS; i++) {
        /* Free text looks at the original event: a to d as the data has them. */
        if (r->v[i].there && strstr(r->v[i].text, text) != NULL)
            return true;
    }
    return false;
}

static bool holds(const struct cond *c, const struct row *r, const struct row *original)
{
    const struct cell *v = &r->v[c->field];
    size_t len = strlen(v->text);
    size_t n = strlen(c->text[0]);
    double number;

    switch (c->op) {
    case OP_EQ:
        return v->there && strcmp(v->text, c->text[0]) == 0;
    case OP_NE:
        /* Against the empty text a missing field does not pass (cql.md 4.1, item 3). */
        return v->there ? strcmp(v->text, c->text[0]) != 0 : n > 0;
    case OP_EXISTS:
        return v->there;
    case OP_MISSING:
        return !v->there;
    case OP_EMPTY:
        return v->there && len == 0;
    case OP_NOT_EMPTY:
        return v->there && len > 0;
    case OP_PREFIX:
    case OP_REGEX_START:
        return v->there && strncmp(v->text, c->text[0], n) == 0;
    case OP_SUFFIX:
        return v->there && len >= n && strcmp(v->text + len - n, c->text[0]) == 0;
    case OP_CONTAINS:
        return v->there && strstr(v->text, c->text[0]) != NULL;
    case OP_LESS:
        return v->there && slow_number(v->text, &number) && number < c->number;
    case OP_MORE:
        return v->there && slow_number(v->text, &number) && number > c->number;
    case OP_IN:
        for (int i = 0; i < c->n_text && v->there; i++) {
            if (strcmp(v->text, c->text[i]) == 0)
                return true;
        }
        return false;
    case OP_ANYWHERE:
        return anywhere(original, c->text[0]);
    case OP_AND:
        for (int i = 0; i < c->n_kids; i++) {
            if (!holds(c->kids[i], r, original))
                return false;
        }
        return true;
    case OP_OR:
        for (int i = 0; i < c->n_kids; i++) {
            if (holds(c->kids[i], r, original))
                return true;
        }
        return false;
    case OP_NOT:
        return !holds(c->kids[0], r, original);
    case OP_COUNT:
        break;
    }
    abort();
}

static void put_number(struct cell *c, double d, bool integer)
{
    size_t n = integer ? num_print_long(c->text, (int64_t)d) : num_print_double(c->text, d);

    c->text[n] = '\0';
    c->there = c->computed = true;
}

static void math(const struct stage *s, struct row *r)
{
    const struct cell *from = &r->v[s->from];
    double a;
    double b = (double)s->number;
    bool integer;

    if (!from->there || !slow_number(from->text, &a))
        return; /* null: the field stays as it was */
    integer = is_integer(from->text) && s->op != '/';
    if (s->op == '/' && s->number == 0)
        return;
    put_number(&r->v[s->field],
               s->op == '+'   ? a + b
               : s->op == '-' ? a - b
               : s->op == '*' ? a * b
                              : a / b,
               integer);
}

static void set_text(struct cell *c, const char *text)
{
    snprintf(c->text, sizeof(c->text), "%s", text);
    c->there = true;
    c->computed = false;
}

static bool apply(const struct stage *s, struct row *r, const struct row *original)
{
    switch (s->kind) {
    case ST_FILTER:
        return holds(s->cond, r, original);
    case ST_ASSIGN_CONST:
        set_text(&r->v[s->field], s->text);
        return true;
    case ST_ASSIGN_COPY:
        if (r->v[s->from].there)
            r->v[s->field] = r->v[s->from];
        return true;
    case ST_ASSIGN_MATH:
        math(s, r);
        return true;
    case ST_DROP:
        r->v[s->field].there = false;
        return true;
    case ST_DEFAULT:
        if (!r->v[s->field].there)
            set_text(&r->v[s->field], s->text);
        return true;
    case ST_CASE:
        for (int i = 0; i < s->n_clauses; i++) {
            if (s->clauses[i] == NULL || holds(s->clauses[i], r, original)) {
                set_text(&r->v[s->field], s->values[i]);
                return true;
            }
        }
        return false;
    }
    abort();
}

static void put_cell(struct buf *out, const char *name, const struct cell *c, bool *first)
{
    if (!c->there)
        return;
    buf_printf(out, "%s\"%s\":", *first ? "" : ",", name);
    *first = false;
    if (c->computed)
        buf_puts(out, c->text);
    else
        buf_put_json(out, str_z(c->text));
}

static void put_row(struct buf *out, const struct row *r)
{
    bool first = true;

    buf_putc(out, '{');
    for (int i = 0; i < N_VARS; i++)
        put_cell(out, slow_names[i], &r->v[i], &first);
    buf_puts(out, "}\n");
}

/* Numbers by magnitude, then texts, missing last in both directions (cql.md 2.7). */
static int compare_for_sort(const struct cell *a, const struct cell *b, bool descending)
{
    double x;
    double y;
    bool num_a = a->there && slow_number(a->text, &x);
    bool num_b = b->there && slow_number(b->text, &y);
    int rank_a = !a->there ? 2 : num_a ? 0 : 1;
    int rank_b = !b->there ? 2 : num_b ? 0 : 1;
    int c;

    if (rank_a != rank_b)
        return rank_a - rank_b;
    if (rank_a == 2)
        return 0;
    c = rank_a == 0 ? (x > y) - (x < y) : str_cmp_nocase(str_z(a->text), str_z(b->text));
    return descending ? -c : c;
}

static bool comes_before(const struct query *q, const struct row *a, const struct row *b)
{
    if (q->final == FIN_SORT) {
        int c = compare_for_sort(&a->v[q->value], &b->v[q->value], q->descending);

        return c != 0 ? c < 0 : a->position < b->position;
    }
    if (q->final == FIN_HEAD)
        return a->ms != b->ms ? a->ms < b->ms : a->position < b->position;
    return a->ms != b->ms ? a->ms > b->ms : a->position > b->position;
}

static void sort_rows(const struct query *q, struct row *rows, int n)
{
    for (int i = 1; i < n; i++) {
        for (int k = i; k > 0 && comes_before(q, &rows[k], &rows[k - 1]); k--) {
            struct row t = rows[k];

            rows[k] = rows[k - 1];
            rows[k - 1] = t;
        }
    }
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
    return a->there == b->there && (!a->there || strcmp(a->text, b->text) == 0);
}

static bool same_group(const struct query *q, const struct row *a, const struct row *b)
{
    for (int k = 0; k < q->n_keys; k++) {
        if (!same_cell(&a->v[q->keys[k]], &b->v[q->keys[k]]))
            return false;
    }
    return true;
}

static void put_group(const struct query *q, const struct row *rows, int n, int at, struct buf *out)
{
    struct cell count = {0}, distinct = {0}, sum = {0}, least = {0}, most = {0}, values = {0};
    struct buf list = {0};
    bool first = true;
    bool integers = true;
    double total = 0;
    int n_events = 0;
    int n_distinct = 0;
    double low = 0;
    double high = 0;
    bool low_integer = true, high_integer = true, numbers = false;

    for (int i = at; i < n; i++) {
        const struct cell *v = &rows[i].v[q->value];
        bool seen = false;
        double d;

        if (!same_group(q, &rows[at], &rows[i]))
            continue;
        n_events++;
        if (!v->there)
            continue;
        for (int k = at; k < i && !seen; k++)
            seen = same_group(q, &rows[at], &rows[k]) && same_cell(&rows[k].v[q->value], v);
        if (!seen) {
            n_distinct++;
            buf_printf(&list, "%s%s", list.len > 0 || n_distinct > 1 ? "\n" : "", v->text);
        }
        if (!slow_number(v->text, &d))
            continue;
        total += d;
        integers &= is_integer(v->text);
        if (!numbers || d < low) {
            low = d;
            low_integer = is_integer(v->text);
        }
        if (!numbers || d > high) {
            high = d;
            high_integer = is_integer(v->text);
        }
        numbers = true;
    }
    put_number(&count, n_events, true);
    put_number(&distinct, n_distinct, true);
    put_number(&sum, total, integers);
    if (numbers) {
        put_number(&least, low, low_integer);
        put_number(&most, high, high_integer);
    }
    (void)values;
    buf_putc(out, '{');
    for (int k = 0; k < q->n_keys; k++)
        put_cell(out, slow_names[q->keys[k]], &rows[at].v[q->keys[k]], &first);
    put_cell(out, "n", &count, &first);
    put_cell(out, "dc", &distinct, &first);
    put_cell(out, "s", &sum, &first);
    put_cell(out, "lo", &least, &first);
    put_cell(out, "hi", &most, &first);
    if (n_distinct > 0) {
        buf_printf(out, ",\"%s\":", slow_names[q->value]);
        buf_put_json(out, buf_str(&list));
    }
    buf_puts(out, "}\n");
    buf_done(&list);
}

static void put_groups(const struct query *q, const struct row *rows, int n, struct buf *out)
{
    for (int i = 0; i < n; i++) {
        bool seen = false;
        bool any = false;

        for (int k = 0; k < q->n_keys; k++)
            any |= rows[i].v[q->keys[k]].there;
        for (int k = 0; k < i && !seen; k++)
            seen = same_group(q, &rows[i], &rows[k]);
        if (any && !seen)
            put_group(q, rows, n, i, out);
    }
}

void slow_run(const struct query *q, const struct row *rows, int n, struct buf *out)
{
    static _Thread_local struct row kept[MAX_ROWS];
    int m = 0;

    for (int i = 0; i < n; i++) {
        struct row r = rows[i];
        bool pass = true;

        for (int s = 0; s < q->n_stages && pass; s++)
            pass = apply(&q->stages[s], &r, &rows[i]);
        if (pass)
            kept[m++] = r;
    }
    if (q->final == FIN_GROUP) {
        put_groups(q, kept, m, out);
        return;
    }
    if (q->final == FIN_COUNT) {
        buf_printf(out, "{\"_count\":%d}\n", m);
        return;
    }
    sort_rows(q, kept, m);
    if (q->limit > 0 && m > q->limit)
        m = q->limit;
    for (int i = 0; i < m; i++)
        put_row(out, &kept[i]);
}
