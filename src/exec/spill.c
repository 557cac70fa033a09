/* spill.c - temporary files of records. See spill.h. */
#include "exec/spill.h"

#include <stdlib.h>

#include "util/file.h"

#define WRITE_SIZE ((size_t)256 * 1024)
/* Many runs may be read at once; each has a buffer of that size, or of its longest record. */
#define READ_SIZE ((size_t)16 * 1024)

void spill_init(struct spill *s, struct exec *x)
{
    memset(s, 0, sizeof(*s));
    s->x = x;
    s->fd = -1;
}

void spill_done(struct spill *s)
{
    if (s->fd >= 0)
        file_close(s->fd);
    s->fd = -1;
    s->size = 0;
    buf_done(&s->pending);
}

enum lanner_rc spill_flush(struct spill *s, struct extents *to, struct lanner_err *err)
{
    struct extent *last = to->n > 0 ? &to->items[to->n - 1] : NULL;

    if (s->pending.len == 0)
        return LANNER_OK;
    if (s->fd < 0)
        TRY(file_temporary(s->x->env.temp_folder, &s->fd, err));
    TRY(file_write_at(s->fd, s->pending.ptr, s->pending.len, s->size, err));
    if (last != NULL && last->offset + last->size == s->size)
        last->size += s->pending.len;
    else
        VEC_PUSH(to, ((struct extent){s->size, s->pending.len}));
    s->size += s->pending.len;
    atomic_fetch_add(&s->x->n_spilled, s->pending.len);
    buf_clear(&s->pending);
    return LANNER_OK;
}

enum lanner_rc spill_put(struct spill *s, struct str record, struct extents *to,
                         struct lanner_err *err)
{
    buf_put_u64(&s->pending, record.len);
    buf_put_str(&s->pending, record);
    return s->pending.len >= WRITE_SIZE ? spill_flush(s, to, err) : LANNER_OK;
}

void spill_reader_init(struct spill_reader *r, const struct spill *s, const struct extents *from)
{
    memset(r, 0, sizeof(*r));
    r->s = s;
    r->extents = from->items;
    r->n_extents = from->n;
}

void spill_reader_done(struct spill_reader *r)
{
    buf_done(&r->buf);
}

/* Makes n bytes available at pos. Records may cross extents. */
static enum lanner_rc need(struct spill_reader *r, size_t n, struct lanner_err *err)
{
    if (r->buf.len - r->pos >= n)
        return LANNER_OK;
    memmove(r->buf.ptr, r->buf.ptr + r->pos, r->buf.len - r->pos);
    r->buf.len -= r->pos;
    r->pos = 0;
    while (r->buf.len < n) {
        struct extent *e;
        size_t want;
        size_t got;

        if (r->at == r->n_extents)
            return err_set(err, LANNER_ERR_IO, "a temporary file ends early");
        e = &r->extents[r->at];
        want = (size_t)MIN(e->size - r->offset, (uint64_t)MAX(n - r->buf.len, READ_SIZE));
        buf_reserve(&r->buf, want);
        TRY(file_read_at(r->s->fd, r->buf.ptr + r->buf.len, want, e->offset + r->offset, &got,
                         err));
        if (got < want)
            return err_set(err, LANNER_ERR_IO, "a temporary file ends early");
        r->buf.len += got;
        r->offset += got;
        if (r->offset == e->size) {
            r->at++;
            r->offset = 0;
        }
    }
    return LANNER_OK;
}

enum lanner_rc spill_read(struct spill_reader *r, struct str *record, bool *more,
                          struct lanner_err *err)
{
    struct reader head;
    uint64_t len;

    *more = r->pos < r->buf.len || r->at < r->n_extents;
    if (!*more)
        return LANNER_OK;
    buf_reserve(&r->buf, sizeof(len));
    TRY(need(r, sizeof(len), err));
    head = (struct reader){r->buf.ptr + r->pos, r->buf.ptr + r->buf.len, false};
    len = read_u64(&head);
    r->pos += sizeof(len);
    TRY(need(r, (size_t)len, err));
    *record = str_of(r->buf.ptr + r->pos, (size_t)len);
    r->pos += (size_t)len;
    return LANNER_OK;
}
