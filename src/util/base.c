/* base.c - errors: filled once, where the reason is known, and located when the text is at hand. */
#include "util/base.h"

#include <stdarg.h>
#include <stdio.h>

/* A place that is still a byte offset is kept in `column` with `line` at this mark. */
#define LINE_IS_OFFSET UINT32_MAX

static void fill(struct lanner_err *err, enum lanner_rc rc, const char *fmt, va_list ap)
{
    memset(err, 0, sizeof(*err));
    err->rc = rc;
    vsnprintf(err->text, sizeof(err->text), fmt, ap);
}

enum lanner_rc err_set(struct lanner_err *err, enum lanner_rc rc, const char *fmt, ...)
{
    va_list ap;

    if (err != NULL) {
        va_start(ap, fmt);
        fill(err, rc, fmt, ap);
        va_end(ap);
    }
    return rc;
}

enum lanner_rc err_set_at(struct lanner_err *err, enum lanner_rc rc, struct span at,
                          const char *fmt, ...)
{
    va_list ap;

    if (err != NULL) {
        va_start(ap, fmt);
        fill(err, rc, fmt, ap);
        va_end(ap);
        if (at.start != 0 || at.len != 0) {
            err->line = LINE_IS_OFFSET;
            err->column = at.start;
            err->length = at.len != 0 ? at.len : 1;
        }
    }
    return rc;
}

void err_hint(struct lanner_err *err, const char *fmt, ...)
{
    va_list ap;

    if (err == NULL)
        return;
    va_start(ap, fmt);
    vsnprintf(err->hint, sizeof(err->hint), fmt, ap);
    va_end(ap);
}

void text_locate(const char *text, size_t len, size_t offset, uint32_t *line, uint32_t *column)
{
    uint32_t n_line = 1;
    size_t start = 0;

    if (offset > len)
        offset = len;
    for (size_t i = 0; i < offset; i++) {
        if (text[i] == '\n') {
            n_line++;
            start = i + 1;
        }
    }
    *line = n_line;
    *column = (uint32_t)(offset - start + 1);
}

void err_locate(struct lanner_err *err, const char *text, size_t len)
{
    if (err == NULL || err->line != LINE_IS_OFFSET)
        return;
    text_locate(text, len, err->column, &err->line, &err->column);
}
