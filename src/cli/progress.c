/* progress.c - see progress.h. */
#include "cli/progress.h"

#include <stdio.h>
#include <unistd.h>

void progress_init(struct progress *p)
{
    memset(p, 0, sizeof(*p));
    lock_init(&p->lock);
}

void progress_done(struct progress *p)
{
    lock_done(&p->lock);
}

static void write_line(const char *text, size_t n)
{
    if (write(STDERR_FILENO, text, n) < 0)
        return; /* a progress line that cannot be shown is no failure */
}

/* Part and time left, where the size of the inputs is known. */
static void put_left(struct buf *b, const struct lanner_stats *s, double seconds)
{
    double part = (double)s->n_bytes_on_disk / (double)s->n_bytes_total;
    double left;

    if (part <= 0 || part > 1)
        return;
    left = seconds / part * (1 - part);
    buf_printf(b, "  %.0f %%", part * 100);
    if (seconds > 1 && left < 100 * 3600)
        buf_printf(b, "  %.0f s left", left);
}

void progress_show(void *ctx, const struct lanner_stats *s)
{
    struct progress *p = ctx;
    struct buf b = {0};
    double seconds = (double)s->elapsed_ns / 1e9;
    char room[32];

    buf_puts(&b, "\r\x1b[K");
    buf_put_str(&b, message_bytes(room, (double)s->n_bytes));
    if (seconds > 0) {
        buf_puts(&b, "  ");
        buf_put_str(&b, message_bytes(room, (double)s->n_bytes / seconds));
        buf_puts(&b, "/s  ");
    }
    buf_put_str(&b, message_count(room, s->n_matched));
    buf_puts(&b, " matches");
    if (s->n_bytes_total > 0)
        put_left(&b, s, seconds);
    lock_take(&p->lock);
    if (!p->done) {
        p->shown = true;
        write_line(b.ptr, b.len);
    }
    lock_give(&p->lock);
    buf_done(&b);
}

static void hide(struct progress *p, bool done)
{
    lock_take(&p->lock);
    if (p->shown)
        write_line("\r\x1b[K", 4);
    p->shown = false;
    p->done |= done;
    lock_give(&p->lock);
}

void progress_hide(struct progress *p)
{
    hide(p, false);
}

void progress_end(struct progress *p)
{
    hide(p, true);
}
