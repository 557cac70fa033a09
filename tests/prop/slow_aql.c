/* slow_aql.c - see slow_aql.h: trees, groups, order. Clear enough to be believed. */
#include <math.h>
#include <stdlib.h>

#include "slow_aql_value.h"

/* The rows an expression is over: one row, or a group whose first row stands for its fields. */
struct over {
    const struct srow *row;
    const struct srow *const *rows; /* NULL: no group */
    int n;
    const struct srow *all; /* of the time range, for sub-selects */
    int n_all;
};

static struct sval eval(const struct sexpr *e, const struct over *o);

static bool is_const(const struct sexpr *e)
{
    if (e->op == SX_FIELD || e->op == SX_AGG || e->op == SX_CATEGORY || e->op == SX_TYPE_NAME)
        return false;
    for (int i = 0; i < e->n; i++) {
        if (!is_const(e->kids[i]))
            return false;
    }
    return true;
}

static bool is_true(const struct sval *v)
{
    return v->kind == S_BOOL && v->i == 1;
}

/* ---- Calculating --------------------------------------------------------------------------------
 */

/* Aggregates are Doubles, but those that give back a value of a row, and LIST, a text. */
static bool has_aggregate(const struct sexpr *e)
{
    for (int i = 0; i < e->n; i++) {
        if (has_aggregate(e->kids[i]))
            return true;
    }
    return e->op == SX_AGG && e->how != SA_FIRST && e->how != SA_LAST && e->how != SA_LIST;
}

static struct sval of_reals(char op, double a, double b)
{
    double d = op == '+' ? a + b : op == '-' ? a - b : op == '*' ? a * b : op == '/' ? a / b : 0;

    if ((op == '/' || op == '%') && b == 0)
        return (struct sval){0};
    if (op == '%')
        d = fmod(a, b);
    return isfinite(d) ? slow_real(d) : (struct sval){0};
}

static struct sval arithmetic(const struct sexpr *e, const struct over *o)
{
    struct sval l = eval(e->kids[0], o);
    struct sval r = eval(e->kids[1], o);
    struct sval a = slow_aql_number(&l);
    struct sval b = slow_aql_number(&r);
    char op = (char)e->how;
    int64_t i;

    if (a.kind == S_NULL || b.kind == S_NULL)
        return (struct sval){0};
    if (a.kind == S_LONG && b.kind == S_LONG && !(op == '/' && has_aggregate(e))) {
        if (op == '/' || op == '%') {
            if (b.i == 0)
                return (struct sval){0};
            if (b.i != -1)
                return slow_int(op == '/' ? a.i / b.i : a.i % b.i);
            if (op == '%')
                return slow_int(0);
            return a.i == INT64_MIN ? slow_real(0x1p63) : slow_int(-a.i);
        }
        if (!(op == '+'   ? __builtin_add_overflow(a.i, b.i, &i)
              : op == '-' ? __builtin_sub_overflow(a.i, b.i, &i)
                          : __builtin_mul_overflow(a.i, b.i, &i)))
            return slow_int(i);
    }
    return of_reals(op, a.kind == S_LONG ? (double)a.i : a.d, b.kind == S_LONG ? (double)b.i : b.d);
}

static struct sval text_arg(const struct sexpr *e, int k, const struct over *o)
{
    struct sval v = eval(e->kids[k], o);

    return slow_text_of(&v);
}

static struct sval concat(const struct sexpr *e, const struct over *o)
{
    struct buf out = {0};
    struct sval r;

    for (int i = 0; i < e->n; i++) {
        struct sval v = text_arg(e, i, o);

        buf_put(&out, v.s.ptr != NULL ? v.s.ptr : "", v.s.len);
    }
    r = slow_str(out.ptr != NULL ? out.ptr : "", out.len);
    buf_done(&out);
    return r;
}

static struct sval substring(const struct sexpr *e, const struct over *o)
{
    struct sval s = text_arg(e, 0, o);
    int64_t from = e->kids[1]->lit.i;
    int64_t to = e->n > 2 ? from + e->kids[2]->lit.i : INT64_MAX;
    size_t first = SIZE_MAX;
    size_t end = s.s.len;
    int64_t at = 0;

    if (s.kind == S_NULL)
        return s;
    for (size_t i = 0; i <= s.s.len; i++) {
        if (i < s.s.len && ((unsigned char)s.s.ptr[i] & 0xc0) == 0x80)
            continue;
        if (at == from)
            first = i;
        if (at == to)
            end = i;
        at++;
    }
    if (first == SIZE_MAX || end < first)
        return slow_text("");
    return slow_str(s.s.ptr + first, end - first);
}

static struct sval replace(const struct sexpr *e, const struct over *o)
{
    struct sval s = text_arg(e, 0, o);
    struct str from = e->kids[1]->lit.s;
    struct str to = e->kids[2]->lit.s;
    struct buf out = {0};
    struct sval r;

    if (s.kind == S_NULL || from.len == 0)
        return s;
    for (size_t i = 0; i < s.s.len;) {
        if (slow_find(str_of(s.s.ptr, s.s.len < i + from.len ? s.s.len : i + from.len), i, from) ==
            i) {
            buf_put(&out, to.ptr, to.len);
            i += from.len;
        } else {
            buf_putc(&out, s.s.ptr[i++]);
        }
    }
    r = slow_str(out.ptr != NULL ? out.ptr : "", out.len);
    buf_done(&out);
    return r;
}

static struct sval compare(char op, const struct sexpr *a, const struct sexpr *b,
                           const struct over *o)
{
    struct sval x = eval(a, o);
    struct sval y = eval(b, o);
    int c = 0;

    if (x.kind == S_NULL || y.kind == S_NULL)
        return (struct sval){0};
    if (!slow_relate(&x, is_const(a), &y, is_const(b), &c))
        return op == '=' ? slow_bool(false) : op == '!' ? slow_bool(true) : (struct sval){0};
    return slow_bool(op == '='   ? c == 0
                     : op == '!' ? c != 0
                     : op == '<' ? c < 0
                     : op == '{' ? c <= 0
                     : op == '>' ? c > 0
                                 : c >= 0);
}

/* ---- Conditions ---------------------------------------------------------------------------------
 */

static struct sval and_or(const struct sexpr *e, const struct over *o)
{
    bool unknown = false;

    for (int i = 0; i < e->n; i++) {
        struct sval v = eval(e->kids[i], o);

        if (v.kind == S_NULL)
            unknown = true;
        else if (is_true(&v) == (e->op == SX_OR))
            return slow_bool(e->op == SX_OR);
    }
    return unknown ? (struct sval){0} : slow_bool(e->op == SX_AND);
}

static struct sval negate(struct sval v, bool negated)
{
    if (negated && v.kind == S_BOOL)
        v.i = !v.i;
    return v;
}

static struct sval in_list(const struct sexpr *e, const struct over *o)
{
    struct sval x = eval(e->kids[0], o);

    if (x.kind == S_NULL)
        return x;
    for (int i = 1; i < e->n; i++) {
        struct sval v = compare('=', e->kids[0], e->kids[i], o);

        if (is_true(&v))
            return slow_bool(true);
    }
    return slow_bool(false);
}

static struct sval in_query(const struct sexpr *e, const struct over *o)
{
    struct sval x = text_arg(e, 0, o);

    if (x.kind == S_NULL)
        return x;
    for (int i = 0; i < o->n_all; i++) {
        struct over row = {.row = &o->all[i], .all = o->all, .n_all = o->n_all};
        struct sval pass = eval(e->kids[2], &row);
        struct sval v = text_arg(e, 1, &row);

        if (is_true(&pass) && v.kind != S_NULL && slow_compare_texts(v.s, x.s) == 0)
            return slow_bool(true);
    }
    return slow_bool(false);
}

static bool test_text(struct str s, const struct sexpr *e)
{
    for (int i = 1; i < e->n; i++) {
        struct str p = e->kids[i]->lit.s;

        if (e->how == '=' ? slow_compare_texts(s, p) == 0 : slow_like(s, p, e->how == 'i'))
            return true;
    }
    return false;
}

/* A predicate on CATEGORYNAME(category) or LOGSOURCETYPENAME(devicetype): any of the names. */
static struct sval test_names(const struct sexpr *e, const struct over *o)
{
    int64_t id = o->row->v[e->op == SX_CATEGORY ? SF_CATEGORY : SF_TYPE].i;

    if (e->op == SX_TYPE_NAME)
        return slow_bool(id == 445 ? test_text(STR("Microsoft Azure Active Directory"), e) ||
                                         test_text(STR("Microsoft Entra ID"), e)
                                   : test_text(STR("Universal DSM"), e));
    if (id == 10001)
        return slow_bool(test_text(STR("Unknown"), e) || test_text(STR("Unknown.Unknown"), e));
    if (test_text(STR("Authentication"), e))
        return slow_bool(true);
    return slow_bool(id == 3046
                         ? test_text(STR("General Authentication Successful"), e) ||
                               test_text(STR("Authentication.General Authentication Successful"), e)
                         : test_text(STR("General Authentication Failed"), e) ||
                               test_text(STR("Authentication.General Authentication Failed"), e));
}

static struct sval infix(const struct sexpr *e, const struct over *o)
{
    struct sval v = text_arg(e, 0, o);
    struct str p = e->kids[1]->lit.s;

    if (v.kind == S_NULL)
        return v;
    if (e->how == 'c')
        return slow_bool(slow_find(slow_change(v.s, 'f').s, 0, slow_change(p, 'f').s) != SIZE_MAX);
    if (v.s.len < p.len)
        return slow_bool(false);
    return slow_bool(
        slow_compare_texts(str_of(e->how == 's' ? v.s.ptr : v.s.ptr + v.s.len - p.len, p.len), p) ==
        0);
}

static struct sval predicate(const struct sexpr *e, const struct over *o)
{
    struct sval v;
    struct sval w;

    switch (e->op) {
    case SX_LIKE:
        v = text_arg(e, 0, o);
        return v.kind == S_NULL ? v : slow_bool(test_text(v.s, e));
    case SX_MATCHES:
        v = text_arg(e, 0, o);
        return v.kind == S_NULL
                   ? v
                   : slow_bool(slow_matches(v.s, (enum spattern)(e->how & 15), e->kids[1]->lit.s,
                                            e->kids[2]->lit.s, e->how > 15));
    case SX_BETWEEN:
        v = compare('}', e->kids[0], e->kids[1], o);
        w = compare('{', e->kids[0], e->kids[2], o);
        if ((v.kind == S_BOOL && !v.i) || (w.kind == S_BOOL && !w.i))
            return slow_bool(false);
        return v.kind == S_NULL ? v : w;
    case SX_IS_NULL:
        v = eval(e->kids[0], o);
        return slow_bool(v.kind == S_NULL);
    case SX_IN_CIDR:
        w = eval(e->kids[1], o);
        v = w.kind == S_TEXT ? slow_aql_host(&w) : w;
        if (v.kind != S_IP)
            return (struct sval){0};
        return slow_bool(slow_in_network(e->kids[0]->lit.s, &v));
    case SX_NOT:
        return negate(eval(e->kids[0], o), true);
    default:
        abort();
    }
}

/* ---- Aggregates ---------------------------------------------------------------------------------
 */

static bool same(const struct sval *a, const struct sval *b)
{
    struct sval x = slow_text_of(a);
    struct sval y = slow_text_of(b);

    if (a->kind == S_NULL || b->kind == S_NULL)
        return a->kind == b->kind;
    return slow_compare_texts(x.s, y.s) == 0;
}

/* Earliest first, ties in the order of the input, rows without a time last. */
static bool is_earlier(const struct srow *a, const struct srow *b)
{
    const struct sval *x = &a->time;
    const struct sval *y = &b->time;

    if (x->kind != y->kind)
        return x->kind != S_NULL;
    return x->kind != S_NULL && x->i != y->i ? x->i < y->i : a->position < b->position;
}

static const struct srow *first_row(const struct srow *const *rows, int n)
{
    const struct srow *best = n > 0 ? rows[0] : NULL;

    for (int i = 1; i < n; i++) {
        if (is_earlier(rows[i], best))
            best = rows[i];
    }
    return best;
}

static const struct srow *last_row(const struct srow *const *rows, int n)
{
    const struct srow *best = n > 0 ? rows[0] : NULL;

    for (int i = 1; i < n; i++) {
        bool timed = rows[i]->time.kind != S_NULL;

        if (timed == (best->time.kind != S_NULL) ? is_earlier(best, rows[i]) : timed)
            best = rows[i];
    }
    return best;
}

/* Of what is neither, in input order: numbers (also those in texts) before texts. */
static int typed_order(const struct sval *a, const struct sval *b)
{
    struct sval x = slow_aql_number(a);
    struct sval y = slow_aql_number(b);

    return slow_order(x.kind != S_NULL ? &x : a, y.kind != S_NULL ? &y : b);
}

/* Of equal values the spelling that stays: 5, then "5", then 5.0; by their texts. */
static bool is_better(enum sagg how, const struct sval *a, const struct sval *b)
{
    static const int ranks[] = {9, 1, 0, 2, 3, 4, 5, 6};
    int c = typed_order(a, b);
    struct sval x = slow_text_of(a);
    struct sval y = slow_text_of(b);

    if (c != 0)
        return how == SA_MIN ? c < 0 : c > 0;
    if (ranks[a->kind] != ranks[b->kind])
        return ranks[a->kind] < ranks[b->kind];
    return slow_compare_texts(x.s, y.s) < 0;
}

static struct sval sum_or_mean(enum sagg how, const struct sval *values, int n)
{
    __float128 total = 0;
    bool integers = true;
    int numbers = 0;

    for (int i = 0; i < n; i++) {
        struct sval v = slow_aql_number(&values[i]);

        if (v.kind == S_NULL)
            continue;
        integers &= v.kind == S_LONG;
        total += v.kind == S_LONG ? (__float128)v.i : (__float128)v.d;
        numbers++;
    }
    if (how == SA_AVG)
        return numbers == 0 ? (struct sval){0} : slow_real((double)(total / numbers));
    if (integers && total >= -0x1p63 && total < 0x1p63)
        return slow_int((int64_t)total);
    return slow_real((double)total);
}

static struct sval joined(const struct sval *values, int n)
{
    struct buf out = {0};
    struct sval r;

    for (int i = 0; i < n; i++) {
        struct sval t = slow_text_of(&values[i]);

        buf_puts(&out, i > 0 ? ", " : "");
        buf_put(&out, t.s.ptr, t.s.len);
    }
    r = n > 0 ? slow_str(out.ptr != NULL ? out.ptr : "", out.len) : (struct sval){0};
    buf_done(&out);
    return r;
}

static struct sval aggregate(const struct sexpr *e, const struct over *o)
{
    struct sval values[SLOW_MAX_ROWS + 1];
    struct sval distinct[SLOW_MAX_ROWS + 1];
    enum sagg how = (enum sagg)e->how;
    int n = 0, n_distinct = 0, n_true = 0, best = 0;

    if (how == SA_ROWS)
        return slow_int(o->n);
    if (how == SA_FIRST || how == SA_LAST) {
        struct over row = {.row = how == SA_FIRST ? first_row(o->rows, o->n)
                                                  : last_row(o->rows, o->n)};

        return row.row == NULL ? (struct sval){0} : eval(e->kids[0], &row);
    }
    for (int i = 0; i < o->n; i++) {
        struct over row = {.row = o->rows[i], .all = o->all, .n_all = o->n_all};
        struct sval v = eval(e->kids[0], &row);
        bool seen = v.kind == S_NULL;

        n_true += is_true(&v);
        if (v.kind != S_NULL)
            values[n++] = v;
        for (int k = 0; k < n_distinct && !seen; k++)
            seen = same(&distinct[k], &v);
        if (!seen)
            distinct[n_distinct++] = v;
    }
    switch (how) {
    case SA_COUNT:
        return slow_int(n);
    case SA_UNIQUE:
        return slow_int(n_distinct);
    case SA_COUNTIF:
        return slow_int(n_true);
    case SA_SUM:
    case SA_AVG:
        return sum_or_mean(how, values, n);
    case SA_LIST:
        return joined(distinct, n_distinct);
    default:
        for (int i = 1; i < n; i++) {
            if (is_better(how, &values[i], &values[best]))
                best = i;
        }
        return n == 0 ? (struct sval){0} : values[best];
    }
}

/* ---- Expressions --------------------------------------------------------------------------------
 */

static bool is_text_literal(const struct sexpr *e)
{
    return e->op == SX_LIT && e->lit.kind == S_TEXT;
}

/* A number the query writes beside a text is a text. */
static struct sval branch(const struct sexpr *e, int taken, const struct over *o)
{
    int first = e->op == SX_SIMPLE_CASE ? 2 : 1;
    int otherwise = (e->n - first) % 2 == 0 ? e->n - 1 : -1;
    bool text = otherwise >= 0 && is_text_literal(e->kids[otherwise]);
    struct sval v = eval(e->kids[taken], o);

    for (int i = first; i < e->n; i += 2)
        text |= is_text_literal(e->kids[i]);
    return text && e->kids[taken]->op == SX_LIT ? slow_text_of(&v) : v;
}

static struct sval cases(const struct sexpr *e, const struct over *o)
{
    int i = e->op == SX_SIMPLE_CASE;

    for (; i + 1 < e->n; i += 2) {
        struct sval when =
            e->op == SX_SIMPLE_CASE ? compare('=', e->kids[0], e->kids[i], o) : eval(e->kids[i], o);

        if (is_true(&when))
            return branch(e, i + 1, o);
    }
    return i < e->n ? branch(e, i, o) : (struct sval){0};
}

static struct sval scalar(const struct sexpr *e, const struct over *o)
{
    struct sval v = eval(e->kids[0], o);
    struct sval w;

    switch (e->op) {
    case SX_NEG:
        v = slow_aql_number(&v);
        if (v.kind == S_DOUBLE)
            return slow_real(-v.d);
        return v.kind == S_NULL ? v : v.i == INT64_MIN ? slow_real(0x1p63) : slow_int(-v.i);
    case SX_LOWER:
    case SX_UPPER:
        v = slow_text_of(&v);
        return v.kind == S_NULL ? v : slow_change(v.s, e->op == SX_LOWER ? 'l' : 'u');
    case SX_STRLEN:
        v = slow_text_of(&v);
        return v.kind == S_NULL ? v : slow_int((int64_t)slow_length(v.s));
    case SX_COALESCE:
        for (int i = 1; i < e->n && v.kind == S_NULL; i++)
            v = eval(e->kids[i], o);
        return v;
    case SX_NULLIF:
        w = compare('=', e->kids[0], e->kids[1], o);
        return is_true(&w) ? (struct sval){0} : v;
    case SX_LONG:
        return slow_aql_long(&v);
    case SX_STR:
        return slow_text_of(&v);
    default:
        return predicate(e, o);
    }
}

static struct sval eval(const struct sexpr *e, const struct over *o)
{
    switch (e->op) {
    case SX_FIELD:
        return o->row == NULL ? (struct sval){0} : o->row->v[e->field];
    case SX_LIT:
        return e->lit;
    case SX_ARITH:
        return arithmetic(e, o);
    case SX_CONCAT:
        return concat(e, o);
    case SX_SUBSTRING:
        return substring(e, o);
    case SX_REPLACE:
        return replace(e, o);
    case SX_CASE:
    case SX_SIMPLE_CASE:
    case SX_IF:
        return cases(e, o);
    case SX_COMPARE:
        return compare((char)e->how, e->kids[0], e->kids[1], o);
    case SX_IN:
        return negate(in_list(e, o), e->negated);
    case SX_IN_QUERY:
        return negate(in_query(e, o), e->negated);
    case SX_CATEGORY:
    case SX_TYPE_NAME:
        return negate(test_names(e, o), e->negated);
    case SX_INFIX:
        return negate(infix(e, o), e->negated);
    case SX_LIKE:
    case SX_MATCHES:
    case SX_BETWEEN:
    case SX_IS_NULL:
        return negate(predicate(e, o), e->negated);
    case SX_AND:
    case SX_OR:
        return and_or(e, o);
    case SX_AGG:
        return aggregate(e, o);
    default:
        return scalar(e, o);
    }
}

/* ---- Queries ------------------------------------------------------------------------------------
 */

struct result {
    struct sval items[SLOW_MAX_ITEMS];
    struct sval orders[SLOW_MAX_ITEMS];
    struct sval time; /* of a plain row */
    int position;
};

static bool comes_before(const struct squery *q, const struct result *a, const struct result *b)
{
    for (int i = 0; i < q->n_orders; i++) {
        int c = slow_order(&a->orders[i], &b->orders[i]);

        if (c != 0)
            return q->descending[i] ? c > 0 : c < 0;
    }
    if (q->n_orders > 0 || q->grouped)
        return a->position < b->position;
    if (a->time.kind != b->time.kind)
        return a->time.kind != S_NULL;
    return a->time.kind != S_NULL && a->time.i != b->time.i ? a->time.i > b->time.i
                                                            : a->position > b->position;
}

static void fill(const struct squery *q, const struct over *o, struct result *r)
{
    for (int i = 0; i < q->n_items; i++)
        r->items[i] = eval(q->items[i], o);
    for (int i = 0; i < q->n_orders; i++)
        r->orders[i] = eval(q->orders[i], o);
}

static bool same_key(const struct squery *q, const struct srow *a, const struct srow *b)
{
    for (int k = 0; k < q->n_keys; k++) {
        struct sval x = eval(q->keys[k], &(struct over){.row = a});
        struct sval y = eval(q->keys[k], &(struct over){.row = b});

        if (!same(&x, &y))
            return false;
    }
    return true;
}

static int group(const struct squery *q, const struct over *o, const struct srow *const *kept,
                 int m, struct result *out)
{
    const struct srow *rows[SLOW_MAX_ROWS + 1];
    int n_out = 0;

    for (int i = 0; i < m || (i == 0 && q->n_keys == 0); i++) {
        struct over g = {.rows = rows, .all = o->all, .n_all = o->n_all};
        struct sval pass = slow_bool(true);
        bool seen = false;

        for (int k = 0; k < i && !seen; k++)
            seen = same_key(q, kept[k], kept[i]);
        if (seen)
            continue;
        for (int k = i; k < m; k++) {
            if (same_key(q, kept[i], kept[k]))
                rows[g.n++] = kept[k];
        }
        g.row = first_row(rows, g.n);
        if (q->having != NULL)
            pass = eval(q->having, &g);
        if (!is_true(&pass))
            continue;
        out[n_out].position = i;
        fill(q, &g, &out[n_out++]);
    }
    return n_out;
}

static int plain(const struct squery *q, const struct over *o, const struct srow *const *kept,
                 int m, struct result *out)
{
    int n_out = 0;

    for (int i = 0; i < m; i++) {
        struct over row = {.row = kept[i], .all = o->all, .n_all = o->n_all};
        bool seen = false;

        out[n_out].position = kept[i]->position;
        out[n_out].time = kept[i]->time;
        fill(q, &row, &out[n_out]);
        for (int k = 0; k < n_out && q->distinct && !seen; k++) {
            seen = true;
            for (int c = 0; c < q->n_items && seen; c++)
                seen = same(&out[k].items[c], &out[n_out].items[c]);
        }
        n_out += !seen;
    }
    return n_out;
}

static void sort_results(const struct squery *q, struct result *rows, int n)
{
    for (int i = 1; i < n; i++) {
        for (int k = i; k > 0 && comes_before(q, &rows[k], &rows[k - 1]); k--) {
            struct result t = rows[k];

            rows[k] = rows[k - 1];
            rows[k - 1] = t;
        }
    }
}

/* A row without a time is inside every range. */
static bool is_inside(const struct squery *q, const struct srow *row)
{
    return row->time.kind == S_NULL || (row->time.i >= q->from_ms && row->time.i <= q->to_ms);
}

static int run(const struct squery *q, const struct srow *events, int n_events, struct result *out);

/* What a sub-select gives as rows. */
static int run_from(const struct squery *q, const struct srow *events, int n_events,
                    struct srow *rows)
{
    struct result *given = slow_alloc(sizeof(*given) * (SLOW_MAX_ROWS + 1));
    int n = run(q, events, n_events, given);

    for (int i = 0; i < n; i++) {
        memcpy(rows[i].v, given[i].items, sizeof(given[i].items));
        rows[i].position = i;
    }
    return n;
}

static int run(const struct squery *q, const struct srow *events, int n_events, struct result *out)
{
    struct srow *sub = slow_alloc(sizeof(*sub) * (SLOW_MAX_ROWS + 1));
    const struct srow **kept = slow_alloc(sizeof(*kept) * (SLOW_MAX_ROWS + 1));
    struct srow *inside = slow_alloc(sizeof(*inside) * (SLOW_MAX_ROWS + 1));
    struct over o = {.all = inside};
    const struct srow *rows = q->from != NULL ? sub : events;
    int n = q->from != NULL ? run_from(q->from, events, n_events, sub) : n_events;
    int m = 0;

    for (int i = 0; i < n_events; i++) {
        if (is_inside(q, &events[i]))
            inside[o.n_all++] = events[i];
    }
    for (int i = 0; i < n; i++) {
        struct sval pass = slow_bool(true);

        o.row = &rows[i];
        if (!is_inside(q, &rows[i]))
            continue;
        if (q->where != NULL)
            pass = eval(q->where, &o);
        if (is_true(&pass))
            kept[m++] = &rows[i];
    }
    n = q->grouped ? group(q, &o, kept, m, out) : plain(q, &o, kept, m, out);
    sort_results(q, out, n);
    return q->limit >= 0 && n > q->limit ? q->limit : n;
}

/* A union is ordered as its first part says. */
void slow_aql_run(const struct squery *q, const struct srow *rows, int n, struct buf *out)
{
    struct result *results = slow_alloc(sizeof(*results) * (2 * SLOW_MAX_ROWS + 2));
    int m = run(q, rows, n, results);

    if (q->next != NULL) {
        m += run(q->next, rows, n, &results[m]);
        for (int i = 0; i < m; i++) {
            results[i].position = i;
            memcpy(results[i].orders, results[i].items, sizeof(results[i].items));
        }
        sort_results(q, results, m);
    }
    for (int i = 0; i < m; i++) {
        for (int c = 0; c < q->n_items; c++) {
            buf_printf(out, "%s\"c%d\":", c == 0 ? "{" : ",", c + 1);
            slow_aql_put(out, &results[i].items[c]);
        }
        buf_puts(out, "}\n");
    }
}
