/* fn_xforce.c - categories of addresses and URLs with a confidence (option xforce). */
#include "fn/beside.h"

struct xforce_call {
    const struct xforce *data; /* NULL: there is none */
    bool is_url;
};

static enum lanner_rc bind_xforce(struct fn_call *call, bool is_url, struct lanner_err *err)
{
    struct xforce_call *p = ARENA_NEW(call->env->arena, struct xforce_call);
    const struct lookup_folders *f = call->env->folders;
    bool have;

    p->is_url = is_url;
    call->state = p;
    TRY(beside_need(call, f != NULL && f->xforce != NULL, "X-Force categories", "--xforce FILE",
                    &have, err));
    return have ? call_err(call, xforce_open(f, call->env->arena, &p->data, err), err) : LANNER_OK;
}

static enum lanner_rc bind_ip(struct fn_call *call, struct lanner_err *err)
{
    return bind_xforce(call, false, err);
}

static enum lanner_rc bind_url(struct fn_call *call, struct lanner_err *err)
{
    return bind_xforce(call, true, err);
}

/* The first row about the cell; SIZE_MAX when there is none. */
static size_t first_row(const struct xforce_call *p, const struct val *v, struct buf *room)
{
    char text[VAL_PRINT_MAX];
    struct str url;
    uint8_t ip[16];

    if (p->data == NULL || val_is_null(v))
        return SIZE_MAX;
    if (!p->is_url)
        return beside_ip(v, ip) ? xforce_ip(p->data, ip, room) : SIZE_MAX;
    return beside_text(v, text, &url) ? xforce_url(p->data, url, room) : SIZE_MAX;
}

static enum lanner_rc eval_category(struct fn_run *run, const struct column *args,
                                    const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct xforce_call *p = run->call->state;
    struct buf names = {0};
    struct buf room = {0};

    (void)err;
    SEL_FOR (sel, i) {
        size_t row = first_row(p, column_at(&args[0], i), &room);

        buf_clear(&names);
        out[i] = VAL_ABSENT;
        if (row == SIZE_MAX)
            continue;
        for (; row != SIZE_MAX; row = xforce_next(p->data, row)) {
            if (names.len > 0)
                buf_puts(&names, ", ");
            buf_put_str(&names, xforce_category(p->data, row));
        }
        out[i] = result_text(run, buf_str(&names));
    }
    buf_done(&names);
    buf_done(&room);
    return LANNER_OK;
}

static enum lanner_rc eval_confidence(struct fn_run *run, const struct column *args,
                                      const struct sel *sel, struct val *out,
                                      struct lanner_err *err)
{
    const struct xforce_call *p = run->call->state;
    struct buf room = {0};

    (void)err;
    SEL_FOR (sel, i) {
        char text[VAL_PRINT_MAX];
        struct str category;
        size_t row;

        out[i] = VAL_ABSENT;
        if (!cell_text(column_at(&args[0], i), text, &category))
            continue;
        row = first_row(p, column_at(&args[1], i), &room);
        while (row != SIZE_MAX && !str_eq_nocase(xforce_category(p->data, row), category))
            row = xforce_next(p->data, row);
        if (row != SIZE_MAX)
            out[i] = val_double(xforce_confidence(p->data, row));
    }
    buf_done(&room);
    return LANNER_OK;
}

static const struct fn_param category_params[] = {PARAM("value", P_EXPR, BESIDE_REQUIRED, NULL),
                                                  PARAMS_END};
static const struct fn_param confidence_params[] = {
    PARAM("category", P_EXPR, BESIDE_REQUIRED, NULL), PARAM("value", P_EXPR, BESIDE_REQUIRED, NULL),
    PARAMS_END};

#define XFORCE_ROW(row_name, spelling, row_params, row_ret, row_bind, row_eval, text)              \
    {                                                                                              \
        .name = row_name, .kind = FN_SCALAR, .params = row_params, .ret = row_ret,                 \
        .nulls = FN_NULLS_SEEN, .impure = true, .spelled = {[LANG_AQL] = spelling},                \
        .family = BESIDE_FAMILY, .doc = text, .bind = row_bind, .eval = row_eval,                  \
    }

const struct fn_def fn_xforce[] = {
    XFORCE_ROW("xforce_ip_category", "XFORCE_IP_CATEGORY", category_params, TYPE_TEXT, bind_ip,
               eval_category,
               "The categories of an address, joined by `, `, from the file given with "
               "`--xforce`; NULL for one that it does not list."),
    XFORCE_ROW("xforce_url_category", "XFORCE_URL_CATEGORY", category_params, TYPE_TEXT, bind_url,
               eval_category,
               "The categories of a URL, from the file given with `--xforce`: those of the URL "
               "itself, else of its host, else of a domain that the host is in."),
    XFORCE_ROW("xforce_ip_confidence", "XFORCE_IP_CONFIDENCE", confidence_params, TYPE_DOUBLE,
               bind_ip, eval_confidence,
               "How sure it is that the address is of the category, 0 to 100, from the file given "
               "with `--xforce`; NULL when it does not say."),
    XFORCE_ROW("xforce_url_confidence", "XFORCE_URL_CONFIDENCE", confidence_params, TYPE_DOUBLE,
               bind_url, eval_confidence, "The same of a URL."),
    {0},
};
