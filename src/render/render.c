/* render.c - the table of outputs and the life of a renderer. What each output writes is in the
 * file of its name; what they share is in output.c and spool.c. */
#include "render/render.h"

#include <stdlib.h>

#include "render/output.h"
#include "render/spool.h"

#define OUTPUT(name, help) extern const struct output_def render_##name;
#include "render/outputs.def"
#undef OUTPUT

static const struct {
    struct render_output output;
    const struct output_def *def;
} outputs[] = {
#define OUTPUT(name, help) {{#name, help}, &render_##name},
#include "render/outputs.def"
#undef OUTPUT
};

const struct render_output *render_output_at(size_t i)
{
    return i < ARRAY_LEN(outputs) ? &outputs[i].output : NULL;
}

static enum lanner_rc unknown_output(const char *name, struct lanner_err *err)
{
    struct buf names = {0};

    for (size_t i = 0; i < ARRAY_LEN(outputs); i++)
        buf_printf(&names, "%s%s", i > 0 ? ", " : "", outputs[i].output.name);
    err_set(err, LANNER_ERR_USAGE, "unknown output '%.40s'", name);
    err_hint(err, "outputs are %.*s", STR_ARG(buf_str(&names)));
    buf_done(&names);
    return LANNER_ERR_USAGE;
}

enum lanner_rc render_open(const char *name, const struct render_options *options,
                           render_write_fn write, void *ctx, struct renderer **out,
                           struct lanner_err *err)
{
    struct renderer *r;

    for (size_t i = 0; i < ARRAY_LEN(outputs); i++) {
        if (strcmp(outputs[i].output.name, name) != 0)
            continue;
        r = xcalloc(1, sizeof(*r));
        r->def = outputs[i].def;
        r->options = *options;
        r->write = write;
        r->ctx = ctx;
        if (r->def->spools)
            r->spool = spool_new(options->temporary);
        *out = r;
        return LANNER_OK;
    }
    return unknown_output(name, err);
}

enum lanner_rc render_row(struct renderer *r, const struct lanner_row *row, struct lanner_err *err)
{
    r->n_rows++;
    if (!r->def->spools) {
        TRY(r->def->row(r, row, err));
        return output_flush_some(r, err);
    }
    if (r->def->capped && r->options.max_rows != 0 && r->n_rows > r->options.max_rows)
        return LANNER_OK;
    return spool_add(r->spool, row, err);
}

enum lanner_rc render_finish(struct renderer *r, struct lanner_err *err)
{
    if (r->def->finish != NULL)
        TRY(r->def->finish(r, err));
    return output_flush(r, err);
}

void render_close(struct renderer *r)
{
    if (r == NULL)
        return;
    spool_free(r->spool);
    buf_done(&r->out);
    buf_done(&r->scratch);
    free(r->hidden);
    free(r);
}
