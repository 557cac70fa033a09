/* op_project.c - keeps, renames or drops fields: all of it is in the schema, no data moves. */
#include "exec/op.h"

static enum lanner_rc project_apply(struct op *op, unsigned worker, struct batch *b,
                                    struct lanner_err *err)
{
    (void)op;
    (void)worker;
    (void)b;
    (void)err;
    return LANNER_OK;
}

const struct op_def op_project = {
    .name = "project",
    .apply = project_apply,
};
