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

static enum lanner_rc eval_distance(struct fn_run *run, const struct column *args,
                                    const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct distance *d = run->call->state;
    struct scratch *t = xmalloc(sizeof(*t));
    char room_a[VAL_PRINT_MAX];
    char room_b[VAL_PRINT_MAX];
    struct str a;
    struct str b;

    (void)err;
    t->lower = (struct buf){0};
    SEL_FOR (sel, i) {
        size_t na;
        size_t nb;
        int64_t n;

        out[i] = VAL_ABSENT;
        if (!cell_text(column_at(&args[TARGET], i), room_a, &a) ||
            !cell_text(column_at(&args[REFERENCE], i), room_b, &b))
            continue;
        na = characters(t, a, d->ignore_case, t->a);
        nb = characters(t, b, d->ignore_case, t->b);
        if (na == SIZE_MAX || nb == SIZE_MAX)
            continue;
        n = distance(t, na, nb, d->transpositions);
        if (n <= d->most)
            out[i] = val_long(n);
    }
    buf_done(&t->lower);
    free(t);
    return LANNER_OK;
}

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
    {0},
};
