/* top_n.c - a sort of which only the first n rows are kept becomes a top_n, which keeps no more. */
#include "opt/pass.h"

static enum lanner_rc top_n_chain(struct pass *p, struct plan_node **top, struct lanner_err *err)
{
    (void)p;
    (void)err;
    for (struct plan_node **at = top; *at != NULL; at = &(*at)->in) {
        struct plan_node *n = *at;

        if (n->kind == NODE_LIMIT && n->in != NULL && n->in->kind == NODE_SORT &&
            (n->in->u.sort.limit == 0 || n->u.limit.n <= n->in->u.sort.limit) && n->u.limit.n > 0) {
            n->in->u.sort.limit = n->u.limit.n;
            n->in->u.sort.limit_is_explicit = true;
            *at = n->in;
            n = *at;
        }
        if (n->kind == NODE_SORT && n->u.sort.limit != 0)
            n->kind = NODE_TOP_N;
    }
    return LANNER_OK;
}

enum lanner_rc pass_top_n(struct pass *p, struct lanner_err *err)
{
    return pass_each_chain(p, top_n_chain, err);
}
