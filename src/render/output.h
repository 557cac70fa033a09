/* output.h - private to render: what an output is made of, and text helpers they share. */
#ifndef RENDER_OUTPUT_H
#define RENDER_OUTPUT_H

#include "render/render.h"
#include "util/buf.h"

struct spool;

struct renderer {
    const struct output_def *def;
    struct render_options options;
    render_write_fn write;
    void *ctx;
    struct buf out;      /* owned; bytes not yet handed to write */
    struct buf scratch;  /* owned */
    struct spool *spool; /* owned; NULL for outputs that stream */
    uint64_t n_rows;     /* rows seen */
    /* For objects: which columns another of the same name hides. Made at the first row. */
    const struct lanner_name *columns;
    bool *hidden; /* owned; NULL: none */
};

/* An output that spools sees its rows in `finish` only, when all field names are known. */
struct output_def {
    bool spools;
    bool capped; /* shows max_rows rows and counts the rest */
    enum lanner_rc (*row)(struct renderer *r, const struct lanner_row *row,
                          struct lanner_err *err);                        /* NULL when it spools */
    enum lanner_rc (*finish)(struct renderer *r, struct lanner_err *err); /* may be NULL */
};

/* Hands r->out on when it has grown past a block. */
MUST_USE enum lanner_rc output_flush(struct renderer *r, struct lanner_err *err);
MUST_USE enum lanner_rc output_flush_some(struct renderer *r, struct lanner_err *err);

/* A JSON object without blanks: columns in order, then open fields; absent values have no key. Of
 * columns with one name the last counts, in its own place. */
void output_put_object(struct renderer *r, const struct lanner_row *row);

/* The text of a value: nothing when absent, null where the language knows null, numbers as printed
 * by the languages. Text points into the value or into room (NUM_PRINT_MAX bytes). */
struct str output_value_text(const struct lanner_value *v, char *room);

#endif
