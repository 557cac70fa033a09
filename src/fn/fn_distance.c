/* fn_distance.c - text:editDistance(): how many edits turn one text into another. */
#include "fn/kernel.h"
#include "util/utf8.h"

/* Longer texts have no distance: the work grows with the product of the lengths. */
#define LENGTH_MOST 4096

enum { TARGET, REFERENCE, MAX_DISTANCE, TRANSPOSITIONS, IGNORE_CASE };

struct distance {
    int64_t most;
    bool transpositions, ignore_case;
};

static enum lanner_rc bind_distance(struct fn_call *call, struct lanner_err *err)
{
    struct distance *d = ARENA_NEW(call->env->arena, struct distance);

    TRY(arg_long(call, MAX_DISTANCE, "maxDistance", INT64_MAX, 0, INT64_MAX, &d->most, err));
    d->transpositions = arg_bool(call, TRANSPOSITIONS, true);
    d->ignore_case = arg_bool(call, IGNORE_CASE, false);
    call->state = d;
    return LANNER_OK;
}

struct scratch {
    uint32_t a[LENGTH_MOST], b[LENGTH_MOST];
    uint32_t rows[3][LENGTH_MOST + 1];
    struct buf lower;
};

/* Characters of the text; SIZE_MAX when there are too many. */
static size_t characters(struct scratch *t, struct str s, bool fold, uint32_t *out)
{
    size_t n = 0;
    size_t i = 0;

    if (fold) {
        buf_clear(&t->lower);
        utf8_put_lower(&t->lower, s);
        s = buf_str(&t->lower);
    }
    while (i < s.len && n < LENGTH_MOST)
        out[n++] = utf8_next(s, &i);
    return i < s.len ? SIZE_MAX : n;
}

/* Optimal string alignment: insert, delete, replace, and swap neighbours. */
static uint32_t distance(struct scratch *t, size_t na, size_t nb, bool swaps)
{
    uint32_t *before = t->rows[0];
    uint32_t *last = t->rows[1];
    uint32_t *row = t->rows[2];

    for (size_t j = 0; j <= nb; j++)
        last[j] = (uint32_t)j;
    for (size_t i = 1; i <= na; i++) {
        uint32_t *spare = before;

        row[0] = (uint32_t)i;
        for (size_t j = 1; j <= nb; j++) {
            uint32_t cost = t->a[i - 1] != t->b[j - 1];

            row[j] = MIN(MIN(last[j], row[j - 1]) + 1, last[j - 1] + cost);
            if (swaps && i > 1 && j > 1 && t->a[i - 1] == t->b[j - 2] && t->a[i - 2] == t->b[j - 1])
                row[j] = MIN(row[j], before[j - 2] + 1);
        }
        before = last;
        last = row;
        row = spare;
    }
    return last[nb];
}

/* The distance of one pair, or no value. */
static struct val distance_of(struct scratch *t, const struct distance *d, const struct val *target,
                              const struct val *reference)
{
    char room_a[VAL_PRINT_MAX], room_b[VAL_PRINT_MAX];
    struct str a, b;
    size_t na, nb;
    int64_t n;

    if (!cell_text(target, room_a, &a) || !cell_text(reference, room_b, &b))
        return VAL_ABSENT;
    na = characters(t, a, d->ignore_case, t->a);
    nb = characters(t, b, d->ignore_case, t->b);
    if (na == SIZE_MAX || nb == SIZE_MAX)
        return VAL_ABSENT;
    n = distance(t, na, nb, d->transpositions);
    return n <= d->most ? val_long(n) : VAL_ABSENT;
}

static enum lanner_rc eval_distance(struct fn_run *run, const struct column *args,
                                    const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct distance *d = run->call->state;
    struct scratch *t = xmalloc(sizeof(*t));

    (void)err;
    t->lower = (struct buf){0};
    SEL_FOR (sel, i) {
        out[i] = distance_of(t, d, column_at(&args[TARGET], i), column_at(&args[REFERENCE], i));
    }
    buf_done(&t->lower);
    free(t);
    return LANNER_OK;
}

/* ---- text:editDistanceAsArray ---- */

enum { MANY_TARGET, MANY_MOST, MANY_TRANSPOSITIONS, MANY_IGNORE_CASE, MANY_AS, MANY_REFERENCES };

struct distances {
    struct distance d;
    size_t *out; /* of each element; SIZE_MAX: nobody asks */
};

static enum lanner_rc writes_distances(const struct fn_call *call, fn_names *names, struct arena *a,
                                       struct lanner_err *err)
{
    struct str as = arg_text(call, MANY_AS, a);

    (void)err;
    if (str_ends(as, STR("[]")))
        as.len -= 2;
    for (size_t k = MANY_REFERENCES; k < call->n_args; k++)
        VEC_PUSH(names, arena_printf(a, "%.*s[%zu]", STR_ARG(as), k - MANY_REFERENCES));
    return LANNER_OK;
}

static enum lanner_rc bind_distances(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct distances *p = ARENA_NEW(a, struct distances);
    fn_names names = {0};

    TRY(arg_long(call, MANY_MOST, "maxDistance", INT64_MAX, 0, INT64_MAX, &p->d.most, err));
    p->d.transpositions = arg_bool(call, MANY_TRANSPOSITIONS, true);
    p->d.ignore_case = arg_bool(call, MANY_IGNORE_CASE, false);
    TRY(writes_distances(call, &names, a, err));
    p->out = ARENA_ARRAY(a, size_t, names.n);
    for (size_t k = 0; k < names.n; k++)
        p->out[k] = out_index(call, names.items[k]);
    VEC_DONE(&names);
    call->state = p;
    return LANNER_OK;
}

static enum lanner_rc eval_distances(struct fn_run *run, const struct column *args,
                                     const struct sel *sel, struct fn_multi *out,
                                     struct lanner_err *err)
{
    const struct distances *p = run->call->state;
    struct scratch *t = xmalloc(sizeof(*t));

    (void)err;
    t->lower = (struct buf){0};
    SEL_FOR (sel, i) {
        for (size_t k = MANY_REFERENCES; k < run->call->n_args; k++) {
            size_t j = p->out[k - MANY_REFERENCES];

            if (j != SIZE_MAX)
                out->out[j][i] =
                    distance_of(t, &p->d, column_at(&args[MANY_TARGET], i), column_at(&args[k], i));
        }
    }
    buf_done(&t->lower);
    free(t);
    return LANNER_OK;
}

static const struct fn_param distances_params[] = {
    PARAM("target", P_EXPR, PARAM_REQUIRED, NULL),
    PARAM("maxDistance", P_NUMBER, 0, NULL),
    PARAM("allowTranspositions", P_BOOL, 0, "true"),
    PARAM("ignoreCase", P_BOOL, 0, "false"),
    PARAM("asArray", P_TEXT, 0, "_distance"),
    PARAM("references", P_EXPR, PARAM_REQUIRED | PARAM_MANY, NULL),
    PARAMS_END};

static const struct fn_param distance_params[] = {PARAM("target", P_EXPR, PARAM_REQUIRED, NULL),
                                                  PARAM("reference", P_EXPR, PARAM_REQUIRED, NULL),
                                                  PARAM("maxDistance", P_NUMBER, 0, NULL),
                                                  PARAM("allowTranspositions", P_BOOL, 0, "true"),
                                                  PARAM("ignoreCase", P_BOOL, 0, "false"),
                                                  PARAM_AS("_distance"),
                                                  PARAMS_END};

const struct fn_def fn_distance[] = {
    {
        .name = "text:editDistance",
        .kind = FN_SCALAR,
        .params = distance_params,
        .ret = TYPE_LONG,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "text:editDistance"},
        .family = "Strings and text",
        .doc =
            "How many characters must be inserted, deleted, replaced or swapped with their "
            "neighbour; no value above `maxDistance`, or for texts of more than 4096 characters.",
        .bind = bind_distance,
        .eval = eval_distance,
    },
    {
        .name = "text:editDistanceAsArray",
        .kind = FN_MULTI,
        .params = distances_params,
        .ret = TYPE_RAW,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "text:editDistanceAsArray"},
        .family = "Strings and text",
        .doc = "text:editDistance() to each of the references, as an array.",
        .bind = bind_distances,
        .eval_multi = eval_distances,
        .writes = writes_distances,
    },
    {0},
};
