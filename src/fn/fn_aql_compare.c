/* fn_aql_compare.c - AQL's comparisons: = <> < <= > >=, IN a list, IS NULL (aql.md 3.8, 3.10).
 *
 * Three-valued: a null on either side gives null. What values of unlike kinds mean to each other is
 * in aql_value.c; IN gives for every value what its equalities joined by OR would. */
#include "fn/aql_value.h"
#include "util/hash.h"

struct comparison {
    struct aql_readings left, right; /* of the constant sides */
    const struct aql_readings *has_left, *has_right;
};

static enum lanner_rc bind_comparison(struct fn_call *call, struct lanner_err *err)
{
    struct comparison *c = ARENA_NEW(call->env->arena, struct comparison);

    (void)err;
    if (arg_at(call, 0)->is_const) {
        c->left = aql_read(call->env, &arg_at(call, 0)->v);
        c->has_left = &c->left;
    }
    if (arg_at(call, 1)->is_const) {
        c->right = aql_read(call->env, &arg_at(call, 1)->v);
        c->has_right = &c->right;
    }
    call->state = c;
    return LANNER_OK;
}

/* `accept`: relations for which the result is true. Without an order < and > are null. */
static enum lanner_rc eval_relation(const struct fn_run *run, const struct column *args,
                                    const struct sel *sel, struct val *out, unsigned accept,
                                    bool ordered)
{
    const struct comparison *c = run->call->state;

    SEL_FOR (sel, i) {
        struct aql_side a = {column_at(&args[0], i), c->has_left};
        struct aql_side b = {column_at(&args[1], i), c->has_right};
        enum aql_relation r;

        /* The length decides most rows without touching the text. */
        if (!ordered && a.v->kind == KIND_TEXT && b.v->kind == KIND_TEXT)
            r = a.v->len == b.v->len &&
                        (a.v->len == 0 || memcmp(a.v->u.ptr, b.v->u.ptr, a.v->len) == 0)
                    ? AQL_EQUAL
                    : AQL_UNEQUAL;
        else
            r = aql_relate(run->call->env, a, b);
        out[i] = ordered && r == AQL_UNEQUAL ? VAL_ABSENT : val_bool((r & accept) != 0);
    }
    return LANNER_OK;
}

#define RELATION_KERNEL(id, accept, ordered)                                                       \
    static enum lanner_rc eval_##id(struct fn_run *run, const struct column *args,                 \
                                    const struct sel *sel, struct val *out,                        \
                                    struct lanner_err *err)                                        \
    {                                                                                              \
        (void)err;                                                                                 \
        return eval_relation(run, args, sel, out, (accept), (ordered));                            \
    }
RELATION_KERNEL(eq, AQL_EQUAL, false)
RELATION_KERNEL(ne, AQL_LESS | AQL_GREATER | AQL_UNEQUAL, false)
RELATION_KERNEL(lt, AQL_LESS, true)
RELATION_KERNEL(le, AQL_LESS | AQL_EQUAL, true)
RELATION_KERNEL(gt, AQL_GREATER, true)
RELATION_KERNEL(ge, AQL_GREATER | AQL_EQUAL, true)

/* Only a plain text stands in the record as it is written in the query: a number, a boolean and a
 * time have several spellings. */
static bool add_plain(const struct fn_call *call, const struct val *v, fn_literals *out)
{
    return v->kind == KIND_TEXT && aql_is_plain_text(call->env, val_as_str(v)) &&
           literal_add(out, val_as_str(v));
}

static bool eq_literals(const struct fn_call *call, fn_literals *out, struct arena *a)
{
    (void)a;
    return arg_at(call, 1)->is_const && add_plain(call, &arg_at(call, 1)->v, out);
}

/* ---- IN ----------------------------------------------------------------------------------------
 */

struct text_slot {
    uint64_t hash;
    const struct val *text; /* NULL: free */
};

struct masked {
    unsigned bits;
    uint8_t addr[16];
};

struct in_list {
    const struct val *items; /* without nulls */
    struct aql_readings *readings;
    size_t n;
    struct text_slot *slots; /* texts among the items; at most half full */
    size_t mask;
    uint32_t min_len, max_len;
    struct val *numbers; /* ascending: items that are numbers, texts that are one included */
    size_t n_numbers;
    struct val *pure; /* ascending: without the texts */
    size_t n_pure;
    struct val *times; /* ascending: texts that are times, as ms */
    size_t n_times;
    struct masked *nets; /* ascending */
    size_t n_nets;
    bool odd; /* holds others than texts and numbers */
};

static int order_numbers(const void *a, const void *b)
{
    enum aql_relation r = aql_relate_numbers(a, b);

    return r == AQL_LESS ? -1 : r == AQL_GREATER;
}

static int order_nets(const void *a, const void *b)
{
    const struct masked *x = a;
    const struct masked *y = b;

    if (x->bits != y->bits)
        return x->bits < y->bits ? -1 : 1;
    return memcmp(x->addr, y->addr, 16);
}

static bool has_number(const struct val *sorted, size_t n, const struct val *v)
{
    return n > 0 && bsearch(v, sorted, n, sizeof(*sorted), order_numbers) != NULL;
}

/* Nets are ordered by their width: the address is masked once for each width that occurs. */
static bool has_address(const struct in_list *list, const uint8_t addr[16])
{
    size_t from = 0;

    while (from < list->n_nets) {
        struct masked key = {.bits = list->nets[from].bits};
        size_t to = list->n_nets;
        size_t low = from;

        memcpy(key.addr, addr, 16);
        ip_mask(key.addr, key.bits);
        while (low < to) {
            size_t mid = low + (to - low) / 2;
            int order = order_nets(&list->nets[mid], &key);

            if (order == 0)
                return true;
            if (order < 0)
                low = mid + 1;
            else
                to = mid;
        }
        while (low < list->n_nets && list->nets[low].bits == key.bits) {
            /* Step over the rest of this width by halves. */
            struct masked last = {.bits = key.bits};

            memset(last.addr, 0xFF, 16);
            to = list->n_nets;
            while (low < to) {
                size_t mid = low + (to - low) / 2;

                if (order_nets(&list->nets[mid], &last) <= 0)
                    low = mid + 1;
                else
                    to = mid;
            }
        }
        from = low;
    }
    return false;
}

static bool has_text(const struct in_list *list, uint64_t seed, const struct val *v)
{
    uint64_t h;

    if (list->slots == NULL || v->len < list->min_len || v->len > list->max_len)
        return false;
    h = hash_bytes(v->u.ptr, v->len, seed);
    for (size_t k = h & list->mask; list->slots[k].text != NULL; k = (k + 1) & list->mask) {
        if (list->slots[k].hash == h && str_eq(val_as_str(list->slots[k].text), val_as_str(v)))
            return true;
    }
    return false;
}

static void add_text(struct in_list *list, uint64_t seed, const struct val *v)
{
    uint64_t h = hash_bytes(v->u.ptr, v->len, seed);
    size_t k = h & list->mask;

    while (list->slots[k].text != NULL) {
        if (list->slots[k].hash == h && str_eq(val_as_str(list->slots[k].text), val_as_str(v)))
            return;
        k = (k + 1) & list->mask;
    }
    list->slots[k] = (struct text_slot){h, v};
    list->min_len = MIN(list->min_len, v->len);
    list->max_len = MAX(list->max_len, v->len);
}

static void add_item(struct in_list *list, const struct fn_env *env, const struct val *v,
                     struct aql_readings *r)
{
    bool number = v->kind == KIND_LONG || v->kind == KIND_DOUBLE;

    *r = aql_read(env, v);
    if (v->kind == KIND_TEXT)
        add_text(list, env->seed, v);
    else if (!number)
        list->odd = true;
    if (!val_is_null(&r->num))
        list->numbers[list->n_numbers++] = r->num;
    if (number)
        list->pure[list->n_pure++] = r->num;
    if (r->has_time)
        list->times[list->n_times++] = val_long(r->time_ms);
    if (r->has_net) {
        struct masked *m = &list->nets[list->n_nets++];

        m->bits = r->net.bits;
        memcpy(m->addr, r->net.addr, 16);
        ip_mask(m->addr, m->bits);
    }
}

static enum lanner_rc bind_in(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct in_list *list = ARENA_NEW(a, struct in_list);
    const struct val *items;
    struct val *kept;
    size_t cap = 8;
    size_t n;

    TRY(arg_need_const(call, 1, "values", err));
    items = arg_list(call, 1, &n);
    while (cap < n * 2)
        cap *= 2;
    list->slots = ARENA_ARRAY(a, struct text_slot, cap);
    list->mask = cap - 1;
    list->min_len = UINT32_MAX;
    kept = ARENA_ARRAY(a, struct val, n);
    list->items = kept;
    list->readings = ARENA_ARRAY(a, struct aql_readings, n);
    list->numbers = ARENA_ARRAY(a, struct val, n);
    list->pure = ARENA_ARRAY(a, struct val, n);
    list->times = ARENA_ARRAY(a, struct val, n);
    list->nets = ARENA_ARRAY(a, struct masked, n);
    for (size_t i = 0; i < n; i++) {
        if (val_is_null(&items[i]))
            continue;
        kept[list->n] = items[i];
        add_item(list, call->env, &kept[list->n], &list->readings[list->n]);
        list->n++;
    }
    qsort(list->numbers, list->n_numbers, sizeof(*list->numbers), order_numbers);
    qsort(list->pure, list->n_pure, sizeof(*list->pure), order_numbers);
    qsort(list->times, list->n_times, sizeof(*list->times), order_numbers);
    qsort(list->nets, list->n_nets, sizeof(*list->nets), order_nets);
    call->state = list;
    return LANNER_OK;
}

/* One by one: for kinds that are rare. */
static bool in_each(const struct fn_env *env, const struct in_list *list, const struct val *v)
{
    for (size_t k = 0; k < list->n; k++) {
        struct aql_side a = {v, NULL};
        struct aql_side b = {&list->items[k], &list->readings[k]};

        if (aql_relate(env, a, b) == AQL_EQUAL)
            return true;
    }
    return false;
}

/* As equality with each item, see relate_numbers. */
static bool in_list(const struct fn_env *env, const struct in_list *list, const struct val *v)
{
    struct val num;

    if (list->odd)
        return in_each(env, list, v);
    switch ((enum kind)v->kind) {
    case KIND_TEXT:
        if (has_text(list, env->seed, v))
            return true;
        if (list->n_pure == 0)
            return false;
        num = val_to_num(v);
        return val_is_null(&num) ? aql_read(env, v).has_time && in_each(env, list, v)
                                 : has_number(list->pure, list->n_pure, &num);
    case KIND_LONG:
    case KIND_DOUBLE:
    case KIND_TIME:
        num = val_to_num(v);
        return has_number(list->numbers, list->n_numbers, &num) ||
               has_number(list->times, list->n_times, &num);
    case KIND_NUMTEXT:
        num = val_to_num(v);
        if (num.kind == KIND_LONG)
            return has_number(list->numbers, list->n_numbers, &num);
        return in_each(env, list, v);
    case KIND_IP:
        return has_address(list, (const uint8_t *)v->u.ptr) ||
               (list->n_pure > 0 && in_each(env, list, v));
    default:
        return in_each(env, list, v);
    }
}

static enum lanner_rc eval_in(struct fn_run *run, const struct column *args, const struct sel *sel,
                              struct val *out, struct lanner_err *err)
{
    const struct in_list *list = run->call->state;

    (void)err;
    SEL_FOR (sel, i) {
        out[i] = val_bool(in_list(run->call->env, list, column_at(&args[0], i)));
    }
    return LANNER_OK;
}

static bool in_literals(const struct fn_call *call, fn_literals *out, struct arena *a)
{
    const struct in_list *list = call->state;
    size_t before = out->n;

    (void)a;
    for (size_t k = 0; list != NULL && k < list->n; k++) {
        if (!add_plain(call, &list->items[k], out)) {
            out->n = before;
            return false;
        }
    }
    return out->n > before;
}

static enum lanner_rc eval_is_null(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        out[i] = val_bool(val_is_null(column_at(&args[0], i)));
    }
    return LANNER_OK;
}

static const struct fn_param two_params[] = {PARAM("left", P_EXPR, PARAM_REQUIRED, NULL),
                                             PARAM("right", P_EXPR, PARAM_REQUIRED, NULL),
                                             PARAMS_END};
static const struct fn_param in_params[] = {PARAM("value", P_EXPR, PARAM_FIRST, NULL),
                                            PARAM("values", P_LIST, PARAM_REQUIRED, NULL),
                                            PARAMS_END};
static const struct fn_param one_params[] = {PARAM("value", P_EXPR, PARAM_FIRST, NULL), PARAMS_END};

#define COMPARE_ROW(row_name, eval_, literals_, doc_)                                              \
    {                                                                                              \
        .name = row_name, .kind = FN_SCALAR, .params = two_params, .ret = TYPE_BOOL,               \
        .nulls = FN_NULL_IN_NULL_OUT, .family = "Operators", .doc = doc_, .bind = bind_comparison, \
        .eval = eval_, .literals = literals_                                                       \
    }

const struct fn_def fn_aql_compare[] = {
    COMPARE_ROW("aql_eq", eval_eq, eq_literals, "Equal, as the values' kinds compare."),
    COMPARE_ROW("aql_ne", eval_ne, NULL, "Not equal."),
    COMPARE_ROW("aql_lt", eval_lt, NULL, "Below."),
    COMPARE_ROW("aql_le", eval_le, NULL, "Not above."),
    COMPARE_ROW("aql_gt", eval_gt, NULL, "Above."),
    COMPARE_ROW("aql_ge", eval_ge, NULL, "Not below."),
    {
        .name = "aql_in",
        .kind = FN_SCALAR,
        .params = in_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULL_IN_NULL_OUT,
        .family = "Operators",
        .doc = "Equal to one of the list; nulls in the list do not count.",
        .bind = bind_in,
        .eval = eval_in,
        .literals = in_literals,
    },
    {
        .name = "aql_is_null",
        .kind = FN_SCALAR,
        .params = one_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .family = "Operators",
        .doc = "Whether there is no value.",
        .eval = eval_is_null,
    },
    {0},
};
