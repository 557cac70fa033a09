/* diff.c - compares two tables: pairs their columns, finds a key, pairs their rows. See diff.h.
 *
 * Values are compared as compare.h does. For finding rows quickly each value has a canonical form,
 * which two same values share; what it joins wrongly the comparison parts again. */
#include <stdlib.h>

#include "detect/compare.h"
#include "detect/diff_table.h"
#include "util/num.h"

#define MAX_CANDIDATES 64  /* rows of one key looked at for the one most like */
#define ALIKE          0.5 /* share of common values from which two columns are taken for one */
/* Values looked at for holding columns against each other, each against each. */
#define MAX_LIKENESS_WORK UINT64_C(20000000)
/* 9999-12-31: numbers above are no epoch milliseconds. */
#define LAST_EPOCH_MS INT64_C(253402300799999)

struct pair {
    size_t a, b; /* columns */
    bool by_value;
};

struct comparer {
    const struct diff_options *options;
    const struct diff_table *t[2];
    const struct diff_table *groups; /* two, or NULL */
    struct diff_result *r;
    VEC(struct pair) pairs;
    bool *is_key;      /* of the pairs */
    size_t *partner;   /* of rows of A: row of B, or SIZE_MAX */
    bool *taken;       /* rows of B */
    struct buf key[2]; /* scratch */
};

/* ---- Canonical values ------------------------------------------------------------------------ */

static void put_canonical(struct buf *b, struct str s, bool tolerant)
{
    char room[NUM_PRINT_MAX];
    int64_t ms, i;
    double d;

    if (s.ptr == NULL)
        s = STR(""); /* null, absent and empty are told apart when compared */
    if (value_instant(s, &ms) && ms >= 0 && ms <= LAST_EPOCH_MS)
        buf_printf(b, "t%lld", (long long)(ms / MS_PER_S));
    else if (num_parse_long(s, &i))
        buf_printf(b, tolerant ? "n" : "n%lld", (long long)i);
    else if (num_parse_double(s, &d) && tolerant)
        buf_putc(b, 'n');
    else if (num_parse_double(s, &d))
        buf_printf(b, "n%.*s", (int)num_print_double(room, d), room);
    else
        buf_put_str(b, s);
    buf_putc(b, '\0');
    buf_put_u32(b, (uint32_t)s.len > 0); /* a NUL in a value must not make two of one */
}

static bool is_number(struct str s)
{
    int64_t ms;
    double d;

    return num_parse_double(s, &d) && !value_instant(s, &ms);
}

static bool same_cell(const struct comparer *c, size_t pair, size_t row_a, size_t row_b)
{
    struct str a = diff_table_value(c->t[0], row_a, c->pairs.items[pair].a);
    struct str b = diff_table_value(c->t[1], row_b, c->pairs.items[pair].b);

    return value_same(a, b, c->options->tolerance);
}

static size_t n_same_cells(const struct comparer *c, size_t row_a, size_t row_b)
{
    size_t n = 0;

    for (size_t i = 0; i < c->pairs.n; i++)
        n += same_cell(c, i, row_a, row_b);
    return n;
}

/* ---- Columns --------------------------------------------------------------------------------- */

static size_t find_column(const struct diff_table *t, struct str name)
{
    size_t at = strmap_get(&t->index, name);

    for (size_t i = 0; at == SIZE_MAX && i < t->names.n; i++) {
        if (str_eq_nocase(t->names.items[i], name))
            at = i;
    }
    return at;
}

static bool is_paired(const struct comparer *c, int side, size_t column)
{
    for (size_t i = 0; i < c->pairs.n; i++) {
        if ((side == 0 ? c->pairs.items[i].a : c->pairs.items[i].b) == column)
            return true;
    }
    return false;
}

static enum lanner_rc no_column(const struct diff_table *t, struct str name, const char *side,
                                struct lanner_err *err)
{
    struct buf names = {0};

    for (size_t i = 0; i < t->names.n && names.len < 150; i++) {
        buf_puts(&names, i > 0 ? ", " : "");
        text_put_safe(&names, t->names.items[i], 60);
    }
    err_set(err, LANNER_ERR_USAGE, "%s has no column '%.*s'", side, (int)MIN(name.len, 100),
            name.ptr);
    err_hint(err, "it has %.*s", STR_ARG(buf_str(&names)));
    buf_done(&names);
    return LANNER_ERR_USAGE;
}

static enum lanner_rc pair_as_told(struct comparer *c, struct lanner_err *err)
{
    for (size_t i = 0; i < c->options->n_columns; i++) {
        struct str s = str_z(c->options->columns[i]);
        size_t eq = str_find_char(s, '=');
        struct str a = str_trim(str_of(s.ptr, MIN(eq, s.len)));
        struct str b = eq == SIZE_MAX ? a : str_trim(str_of(s.ptr + eq + 1, s.len - eq - 1));
        struct pair p = {find_column(c->t[0], a), find_column(c->t[1], b), false};

        if (p.a == SIZE_MAX)
            return no_column(c->t[0], a, "A", err);
        if (p.b == SIZE_MAX)
            return no_column(c->t[1], b, "B", err);
        if (is_paired(c, 0, p.a) || is_paired(c, 1, p.b))
            return err_set(err, LANNER_ERR_USAGE, "a column of '%.200s' is paired already", s.ptr);
        VEC_PUSH(&c->pairs, p);
    }
    return LANNER_OK;
}

static void pair_by_name(struct comparer *c)
{
    for (int exact = 1; exact >= 0; exact--) {
        for (size_t a = 0; a < c->t[0]->names.n; a++) {
            for (size_t b = 0; b < c->t[1]->names.n && !is_paired(c, 0, a); b++) {
                struct str x = c->t[0]->names.items[a], y = c->t[1]->names.items[b];

                if (!is_paired(c, 1, b) && (exact ? str_eq(x, y) : str_eq_nocase(x, y)))
                    VEC_PUSH(&c->pairs, ((struct pair){a, b, false}));
            }
        }
    }
}

/* The values of a column, for holding columns against each other: those of the query's groups where
 * it has no rows. */
struct column_values {
    const struct diff_table *table;
    size_t column;
};

static struct column_values column_values(const struct comparer *c, int side, size_t column)
{
    struct column_values v = {c->t[side], column};

    if (v.table->rows.n == 0 && c->groups != NULL) {
        v.table = &c->groups[side];
        v.column = strmap_get(&v.table->index, c->t[side]->names.items[column]);
    }
    return v;
}

/* A value that could tell rows apart, in its canonical form: no number, not empty. */
static bool identifying(struct comparer *c, const struct column_values *v, size_t row,
                        struct str *out)
{
    struct str s = v->column != SIZE_MAX ? diff_table_value(v->table, row, v->column) : STR_NONE;

    if (s.len == 0 || is_number(s))
        return false;
    buf_clear(&c->key[0]);
    put_canonical(&c->key[0], s, false);
    *out = buf_str(&c->key[0]);
    return true;
}

/* Share of the values of both that are in both. */
static double likeness(struct comparer *c, size_t a, size_t b)
{
    struct column_values values[2] = {column_values(c, 0, a), column_values(c, 1, b)};
    struct strmap seen[2];
    struct str s;
    size_t common = 0;
    double share;

    for (int i = 0; i < 2; i++) {
        strmap_init(&seen[i]);
        for (size_t k = 0; k < values[i].table->rows.n; k++) {
            if (identifying(c, &values[i], k, &s))
                strmap_put(&seen[i], s, 1);
        }
    }
    for (size_t k = 0; k < values[0].table->rows.n && seen[0].n > 0; k++) {
        if (identifying(c, &values[0], k, &s) && strmap_get(&seen[0], s) == 1 &&
            strmap_get(&seen[1], s) != SIZE_MAX) {
            strmap_put(&seen[0], s, 2); /* counted */
            common++;
        }
    }
    share = common == 0 ? 0 : (double)common / (double)(seen[0].n + seen[1].n - common);
    strmap_done(&seen[0]);
    strmap_done(&seen[1]);
    return share;
}

/* Columns of other names with the same values: the languages name the source address, the hour and
 * the user differently. Only where that is not much work. */
static void pair_by_value(struct comparer *c)
{
    uint64_t work = c->t[0]->rows.n + c->t[1]->rows.n + 1;

    if (c->groups != NULL)
        work += c->groups[0].rows.n + c->groups[1].rows.n;
    work *= (c->t[0]->names.n - c->pairs.n) * (c->t[1]->names.n - c->pairs.n);
    if (work > MAX_LIKENESS_WORK)
        return;
    for (size_t a = 0; a < c->t[0]->names.n; a++) {
        size_t best = SIZE_MAX;
        double best_share = ALIKE;

        for (size_t b = 0; b < c->t[1]->names.n && !is_paired(c, 0, a); b++) {
            double share = is_paired(c, 1, b) ? 0 : likeness(c, a, b);

            if (share > best_share || (share >= ALIKE && best == SIZE_MAX)) {
                best = b;
                best_share = share;
            }
        }
        if (best != SIZE_MAX)
            VEC_PUSH(&c->pairs, ((struct pair){a, best, true}));
    }
}

static int by_column(const void *x, const void *y)
{
    const struct pair *a = x, *b = y;

    return a->a < b->a ? -1 : a->a > b->a;
}

static void describe_columns(struct comparer *c)
{
    struct diff_result *r = c->r;
    size_t n = c->t[0]->names.n + c->t[1]->names.n;

    if (c->pairs.n > 0) /* the columns that group stand first, as a rule */
        qsort(c->pairs.items, c->pairs.n, sizeof(*c->pairs.items), by_column);
    r->columns = xcalloc(n + 1, sizeof(*r->columns));
    for (size_t i = 0; i < c->pairs.n; i++) {
        struct diff_column *col = &r->columns[r->n_columns++];

        col->a = arena_str(&r->arena, c->t[0]->names.items[c->pairs.items[i].a]);
        col->b = arena_str(&r->arena, c->t[1]->names.items[c->pairs.items[i].b]);
        col->by_value = c->pairs.items[i].by_value;
    }
    r->n_paired = c->pairs.n;
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < c->t[side]->names.n; i++) {
            struct str name = arena_str(&r->arena, c->t[side]->names.items[i]);

            if (is_paired(c, side, i))
                continue;
            if (side == 0)
                r->columns[r->n_columns++].a = name;
            else
                r->columns[r->n_columns++].b = name;
        }
    }
}

/* ---- The key --------------------------------------------------------------------------------- */

static void put_key(const struct comparer *c, int side, size_t row, const bool *in_key,
                    struct buf *out)
{
    buf_clear(out);
    for (size_t i = 0; i < c->pairs.n; i++) {
        const struct pair *p = &c->pairs.items[i];

        if (in_key == NULL || in_key[i])
            put_canonical(out, diff_table_value(c->t[side], row, side == 0 ? p->a : p->b),
                          in_key == NULL && c->options->tolerance > 0);
    }
}

static size_t n_keys(struct comparer *c, int side)
{
    struct strmap seen;
    size_t n;

    strmap_init(&seen);
    for (size_t i = 0; i < c->t[side]->rows.n; i++) {
        put_key(c, side, i, c->is_key, &c->key[side]);
        strmap_put(&seen, buf_str(&c->key[side]), i);
    }
    n = seen.n;
    strmap_done(&seen);
    return n;
}

/* May the column tell rows apart: its values are no numbers, and some are in both results. */
static bool identifies(struct comparer *c, size_t pair)
{
    return likeness(c, c->pairs.items[pair].a, c->pairs.items[pair].b) > 0;
}

static void choose_key(struct comparer *c)
{
    size_t n[2] = {1, 1};
    bool any = false;

    for (size_t i = 0; i < c->pairs.n; i++) {
        size_t now[2];

        if (n[0] >= c->t[0]->rows.n && n[1] >= c->t[1]->rows.n && any)
            break;
        if (!identifies(c, i))
            continue;
        c->is_key[i] = true;
        now[0] = n_keys(c, 0);
        now[1] = n_keys(c, 1);
        if (any && now[0] == n[0] && now[1] == n[1])
            c->is_key[i] = false; /* tells nothing more apart */
        any = any || c->is_key[i];
        n[0] = MAX(n[0], now[0]);
        n[1] = MAX(n[1], now[1]);
    }
    if (!any)
        c->r->key_reason = STR("no common column tells rows apart: rows are paired by likeness");
    else if (n[0] >= c->t[0]->rows.n && n[1] >= c->t[1]->rows.n)
        c->r->key_reason = STR("the first common columns that tell all rows apart");
    else
        c->r->key_reason =
            STR("the common columns that are no numbers; several rows have the same key");
}

static enum lanner_rc find_key(struct comparer *c, struct lanner_err *err)
{
    c->is_key = arena_zalloc(&c->r->arena, c->pairs.n + 1);
    if (c->options->ordered) {
        c->r->key_reason = STR("rows are compared by their place");
        return LANNER_OK;
    }
    for (size_t i = 0; i < c->options->n_key; i++) {
        struct str name = str_z(c->options->key[i]);
        bool known = false;

        for (size_t k = 0; k < c->pairs.n; k++) {
            if (str_eq_nocase(c->r->columns[k].a, name) || str_eq_nocase(c->r->columns[k].b, name))
                known = c->is_key[k] = true;
        }
        if (!known)
            return err_set(err, LANNER_ERR_USAGE,
                           "the key '%.200s' is no column that both results have", name.ptr);
    }
    if (c->options->n_key > 0)
        c->r->key_reason = STR("as given");
    else
        choose_key(c);
    for (size_t i = 0; i < c->pairs.n; i++)
        c->r->columns[i].is_key = c->is_key[i];
    return LANNER_OK;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* Rows of B that are not taken, by key: chains through `next`, in the order of the rows. */
struct chains {
    struct strmap heads;
    size_t *next; /* owned */
};

static void chains_init(struct chains *ch, struct comparer *c, const bool *in_key)
{
    size_t n = c->t[1]->rows.n;

    strmap_init(&ch->heads);
    ch->next = xcalloc(n + 1, sizeof(*ch->next));
    for (size_t b = n; b-- > 0;) {
        if (c->taken[b])
            continue;
        put_key(c, 1, b, in_key, &c->key[1]);
        ch->next[b] = strmap_get(&ch->heads, buf_str(&c->key[1]));
        strmap_put(&ch->heads, buf_str(&c->key[1]), b);
    }
}

static void chains_done(struct chains *ch)
{
    strmap_done(&ch->heads);
    free(ch->next);
}

/* Takes from the chain of row a the row most like it; with `exact` only one that is the same. */
static void pair_from_chain(struct comparer *c, struct chains *ch, size_t a, const bool *in_key,
                            bool exact)
{
    size_t best = SIZE_MAX, best_n = 0, looked = 0, head;

    put_key(c, 0, a, in_key, &c->key[0]);
    head = strmap_get(&ch->heads, buf_str(&c->key[0]));
    while (head != SIZE_MAX && c->taken[head])
        head = ch->next[head];
    if (head == SIZE_MAX)
        return;
    strmap_put(&ch->heads, buf_str(&c->key[0]), head); /* what is taken is not walked again */
    for (size_t b = head; b != SIZE_MAX && looked < MAX_CANDIDATES; b = ch->next[b]) {
        size_t n;

        if (c->taken[b])
            continue;
        looked++;
        n = n_same_cells(c, a, b);
        if (best == SIZE_MAX || n > best_n) {
            best = b;
            best_n = n;
        }
        if (n == c->pairs.n)
            break;
    }
    if (best == SIZE_MAX || (exact && best_n != c->pairs.n))
        return;
    c->partner[a] = best;
    c->taken[best] = true;
}

static void pair_rows(struct comparer *c)
{
    struct chains ch;
    bool any_key = false;

    for (size_t i = 0; i < c->pairs.n; i++)
        any_key = any_key || c->is_key[i];
    chains_init(&ch, c, NULL);
    for (size_t a = 0; a < c->t[0]->rows.n; a++)
        pair_from_chain(c, &ch, a, NULL, true);
    chains_done(&ch);
    chains_init(&ch, c, c->is_key);
    for (size_t a = 0; a < c->t[0]->rows.n; a++) {
        if (c->partner[a] == SIZE_MAX)
            pair_from_chain(c, &ch, a, c->is_key, false);
    }
    chains_done(&ch);
}

static void pair_by_place(struct comparer *c)
{
    for (size_t i = 0; i < c->t[0]->rows.n && i < c->t[1]->rows.n; i++) {
        c->partner[i] = i;
        c->taken[i] = true;
    }
}

/* ---- What is told ---------------------------------------------------------------------------- */

static const struct str *keep_row(struct comparer *c, int side, size_t row)
{
    struct diff_result *r = c->r;
    struct str *values = ARENA_ARRAY(&r->arena, struct str, r->n_columns);

    for (size_t i = 0; i < r->n_columns; i++) {
        struct str name = side == 0 ? r->columns[i].a : r->columns[i].b;
        struct str v;

        if (name.len == 0)
            continue;
        v = diff_table_value(c->t[side], row, strmap_get(&c->t[side]->index, name));
        values[i] = v.ptr != NULL ? arena_str(&r->arena, v) : STR_NONE;
    }
    return values;
}

struct key_count {
    size_t n, first;
};

/* Rows of each key in each result: how many, and the first. */
struct key_counts {
    struct strmap index[2]; /* key to slot */
    VEC(struct key_count) slots[2];
};

static void count_keys(struct comparer *c, struct key_counts *k)
{
    for (int side = 0; side < 2; side++) {
        strmap_init(&k->index[side]);
        for (size_t i = 0; i < c->t[side]->rows.n; i++) {
            size_t at;

            put_key(c, side, i, c->is_key, &c->key[side]);
            at = strmap_get(&k->index[side], buf_str(&c->key[side]));
            if (at == SIZE_MAX) {
                strmap_put(&k->index[side], buf_str(&c->key[side]), k->slots[side].n);
                VEC_PUSH(&k->slots[side], ((struct key_count){1, i}));
            } else {
                k->slots[side].items[at].n++;
            }
        }
    }
}

/* Columns that only this result has and that tell the row from another one of its key. */
static struct str split_columns(struct comparer *c, int side, size_t row, size_t other)
{
    struct buf names = {0};
    struct str out;

    for (size_t i = 0; row != other && i < c->t[side]->names.n && names.len < 300; i++) {
        if (is_paired(c, side, i) ||
            str_eq(diff_table_value(c->t[side], row, i), diff_table_value(c->t[side], other, i)))
            continue;
        buf_puts(&names, names.len > 0 ? ", " : "");
        buf_put_str(&names, c->t[side]->names.items[i]);
    }
    out = arena_str(&c->r->arena, buf_str(&names));
    buf_done(&names);
    return out;
}

/* A row without partner whose key the other result has as well: why are there more of it here? */
static void explain_row(struct comparer *c, const struct key_counts *k, int side, size_t row,
                        struct diff_row *out)
{
    size_t at[2];

    put_key(c, side, row, c->is_key, &c->key[side]);
    if (c->key[side].len == 0) /* no key */
        return;
    for (int i = 0; i < 2; i++)
        at[i] = strmap_get(&k->index[i], buf_str(&c->key[side]));
    out->n_a = at[0] != SIZE_MAX ? k->slots[0].items[at[0]].n : 0;
    out->n_b = at[1] != SIZE_MAX ? k->slots[1].items[at[1]].n : 0;
    if (out->n_a > 0 && out->n_b > 0)
        out->split = split_columns(c, side, row, k->slots[side].items[at[side]].first);
}

struct teller {
    struct comparer *c;
    struct key_counts counts;
    struct strmap groups[2]; /* key to slot, of the groups when there are any */
    VEC(struct key_count) group_slots[2];
    size_t cap; /* of the result's rows */
};

/* The key of a row of the groups; false: they lack a column of it. */
static bool put_group_key(struct comparer *c, int side, size_t row, struct buf *out)
{
    const struct diff_table *g = &c->groups[side];

    buf_clear(out);
    for (size_t i = 0; i < c->pairs.n; i++) {
        const struct pair *p = &c->pairs.items[i];
        size_t column;

        if (!c->is_key[i])
            continue;
        column = strmap_get(&g->index, c->t[side]->names.items[side == 0 ? p->a : p->b]);
        if (column == SIZE_MAX)
            return false;
        put_canonical(out, diff_table_value(g, row, column), false);
    }
    return out->len > 0;
}

static void index_groups(struct teller *t)
{
    struct comparer *c = t->c;

    for (int side = 0; side < 2; side++) {
        strmap_init(&t->groups[side]);
        for (size_t i = 0; c->groups != NULL && i < c->groups[side].rows.n; i++) {
            size_t at;

            if (!put_group_key(c, side, i, &c->key[side]))
                break;
            at = strmap_get(&t->groups[side], buf_str(&c->key[side]));
            if (at == SIZE_MAX) {
                strmap_put(&t->groups[side], buf_str(&c->key[side]), t->group_slots[side].n);
                VEC_PUSH(&t->group_slots[side], ((struct key_count){1, i}));
            } else {
                t->group_slots[side].items[at].n++;
            }
        }
    }
}

/* What the other query has for the key, below its conditions. */
static void find_near(struct teller *t, int side, size_t row, struct diff_row *out)
{
    struct comparer *c = t->c;
    struct diff_result *r = c->r;
    int other = 1 - side;
    size_t at;
    struct key_count found;
    struct str *values;

    if (c->groups == NULL)
        return;
    put_key(c, side, row, c->is_key, &c->key[side]);
    at = strmap_get(&t->groups[other], buf_str(&c->key[side]));
    if (at == SIZE_MAX)
        return;
    found = t->group_slots[other].items[at];
    values = ARENA_ARRAY(&r->arena, struct str, r->n_columns);
    for (size_t i = 0; i < r->n_paired; i++) {
        size_t column =
            strmap_get(&c->groups[other].index, other == 0 ? r->columns[i].a : r->columns[i].b);

        if (column != SIZE_MAX)
            values[i] =
                arena_str(&r->arena, diff_table_value(&c->groups[other], found.first, column));
    }
    out->near = values;
    out->n_near = found.n;
}

static void add_row(struct teller *t, enum diff_kind kind, size_t a, size_t b)
{
    struct comparer *c = t->c;
    struct diff_result *r = c->r;
    struct diff_row *row;

    if (r->n_rows == t->cap) {
        t->cap = t->cap != 0 ? t->cap * 2 : 64;
        r->rows = xrealloc(r->rows, arena_array_size(t->cap, sizeof(*r->rows)));
    }
    row = &r->rows[r->n_rows++];
    *row = (struct diff_row){.kind = kind};
    if (a != SIZE_MAX)
        row->a = keep_row(c, 0, a);
    if (b != SIZE_MAX)
        row->b = keep_row(c, 1, b);
    if (kind != DIFF_DIFFERS) {
        r->n_only[kind == DIFF_ONLY_B]++;
        if (!c->options->ordered) {
            int side = kind == DIFF_ONLY_B;

            explain_row(c, &t->counts, side, side == 0 ? a : b, row);
            if ((side == 0 ? row->n_b : row->n_a) == 0)
                find_near(t, side, side == 0 ? a : b, row);
        }
        return;
    }
    r->n_differ++;
    row->differs = ARENA_ARRAY(&r->arena, bool, c->pairs.n);
    for (size_t i = 0; i < c->pairs.n; i++) {
        row->differs[i] = !same_cell(c, i, a, b);
        r->columns[i].n_differ += row->differs[i];
    }
}

static void tell(struct comparer *c)
{
    struct teller t = {.c = c};

    count_keys(c, &t.counts);
    index_groups(&t);
    c->r->n[0] = c->t[0]->rows.n;
    c->r->n[1] = c->t[1]->rows.n;
    for (size_t a = 0; a < c->t[0]->rows.n; a++) {
        size_t b = c->partner[a];

        if (b == SIZE_MAX)
            add_row(&t, DIFF_ONLY_A, a, b);
        else if (n_same_cells(c, a, b) == c->pairs.n)
            c->r->n_same++;
        else
            add_row(&t, DIFF_DIFFERS, a, b);
    }
    for (size_t b = 0; b < c->t[1]->rows.n; b++) {
        if (!c->taken[b])
            add_row(&t, DIFF_ONLY_B, SIZE_MAX, b);
    }
    for (int side = 0; side < 2; side++) {
        strmap_done(&t.groups[side]);
        VEC_DONE(&t.group_slots[side]);
        strmap_done(&t.counts.index[side]);
        VEC_DONE(&t.counts.slots[side]);
    }
}

enum lanner_rc diff_tables(const struct diff_options *o, const struct diff_table tables[2],
                           const struct diff_table *groups, struct diff_result *r,
                           struct lanner_err *err)
{
    const struct diff_table *a = &tables[0], *b = &tables[1];
    struct comparer c = {.options = o, .t = {a, b}, .groups = groups, .r = r};
    enum lanner_rc rc = pair_as_told(&c, err);

    if (rc == LANNER_OK) {
        pair_by_name(&c);
        pair_by_value(&c);
        describe_columns(&c);
        if (c.pairs.n == 0 && a->rows.n > 0 && b->rows.n > 0) {
            rc = err_set(err, LANNER_ERR_USAGE, "the results have no column in common");
            err_hint(err, "pair them with --columns a=b");
        }
    }
    if (rc == LANNER_OK)
        rc = find_key(&c, err);
    if (rc == LANNER_OK) {
        c.partner = xcalloc(a->rows.n + 1, sizeof(*c.partner));
        c.taken = xcalloc(b->rows.n + 1, sizeof(*c.taken));
        for (size_t i = 0; i < a->rows.n; i++)
            c.partner[i] = SIZE_MAX;
        if (o->ordered)
            pair_by_place(&c);
        else
            pair_rows(&c);
        tell(&c);
    }
    free(c.partner);
    free(c.taken);
    buf_done(&c.key[0]);
    buf_done(&c.key[1]);
    VEC_DONE(&c.pairs);
    return rc;
}
