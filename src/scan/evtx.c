/* evtx.c - the reading side of binary event logs. See evtx.h.
 *
 * The decoder's process reads the file at offsets. What is no file (a pipe, compressed, in memory)
 * is written to one first. */
#include "scan/evtx.h"

#include <inttypes.h>
#include <stdlib.h>

#include "util/file.h"
#include "util/mem.h"

#define CHILD_MEMORY_BYTES ((uint64_t)512 << 20)
/* A chunk of 64 KiB takes a millisecond or two. */
#define CHILD_SILENCE_MS 20000
#define CHILD_CPU_S      30
#define CPU_BYTES_PER_S  ((uint64_t)512 << 10)
/* Windows writes none longer than 4 GiB. */
#define MAX_BYTES  ((uint64_t)8 << 30)
#define COPY_BYTES ((size_t)64 * 1024)

struct evtx {
    struct child *child; /* owned */
    uint64_t size;
    int temporary; /* owned, or -1 */
    bool at_end;
};

bool evtx_is(struct str head)
{
    return head.len >= 8 && memcmp(head.ptr, "ElfFile\0", 8) == 0;
}

static enum lanner_rc copy_to_file(struct evtx *e, const struct evtx_from *from,
                                   struct lanner_err *err)
{
    char *room = xmalloc(COPY_BYTES);
    enum lanner_rc rc = file_temporary(NULL, &e->temporary, err);
    size_t n = 1;

    e->size = 0;
    while (rc == LANNER_OK && n > 0) {
        rc = from->source(from->ctx, room, COPY_BYTES, &n, err);
        if (rc == LANNER_OK && n > 0)
            rc = file_write(e->temporary, room, n, err);
        e->size += n;
        if (rc == LANNER_OK && e->size > MAX_BYTES)
            rc = err_set(err, LANNER_ERR_INPUT, "an event log longer than 8 GiB");
        if (rc == LANNER_OK && from->cancel != NULL && *from->cancel != 0)
            rc = err_set(err, LANNER_ERR_CANCELLED, "cancelled");
    }
    free(room);
    return rc;
}

enum lanner_rc evtx_open(const struct evtx_from *from, struct evtx **out, struct lanner_err *err)
{
    struct child_limits limits = {
        .memory_bytes = CHILD_MEMORY_BYTES, .silence_ms = CHILD_SILENCE_MS, .cancel = from->cancel};
    struct evtx *e;
    enum lanner_rc rc = LANNER_OK;

    if (evtx_unavailable() != NULL)
        return err_set(err, LANNER_ERR_INPUT, "%s", evtx_unavailable());
    e = xcalloc(1, sizeof(*e));
    e->temporary = -1;
    e->size = from->size;
    if (from->fd < 0)
        rc = copy_to_file(e, from, err);
    limits.cpu_s = CHILD_CPU_S + (unsigned)(e->size / CPU_BYTES_PER_S);
    if (rc == LANNER_OK)
        rc = child_start(evtx_decode, NULL, from->fd >= 0 ? from->fd : e->temporary, &limits,
                         &e->child, err);
    if (rc == LANNER_OK) {
        *out = e;
        e = NULL;
    }
    evtx_close(e);
    return rc;
}

/* What the process left to say when it had done its work. */
static enum lanner_rc check_end(const struct evtx *e, struct lanner_err *err)
{
    uint64_t n_lost = child_number(e->child, EVTX_LOST);
    uint64_t n_chunks = child_number(e->child, EVTX_DAMAGED_CHUNKS);
    const char *cut = child_number(e->child, EVTX_BREAKS_OFF) != 0 ? " and breaks off" : "";

    if (n_lost > 0)
        return err_set(err, LANNER_ERR_INPUT,
                       "the event log is damaged%s: %" PRIu64 " events in %" PRIu64
                       " chunks could not be read",
                       cut, n_lost, n_chunks);
    if (n_chunks > 0)
        return err_set(err, LANNER_ERR_INPUT,
                       "the event log is damaged%s: %" PRIu64 " chunks are not sound", cut,
                       n_chunks);
    if (child_number(e->child, EVTX_BREAKS_OFF) != 0 && child_number(e->child, EVTX_EVENTS) == 0)
        return err_set(err, LANNER_ERR_INPUT, "the event log breaks off before its first event");
    return LANNER_OK;
}

enum lanner_rc evtx_read(struct evtx *e, char *dst, size_t cap, size_t *n, struct lanner_err *err)
{
    *n = 0;
    if (e->at_end)
        return LANNER_OK;
    TRY(child_read(e->child, dst, cap, n, err));
    if (*n > 0)
        return LANNER_OK;
    e->at_end = true;
    return check_end(e, err);
}

uint64_t evtx_consumed(const struct evtx *e)
{
    uint64_t done = child_number(e->child, EVTX_DONE);

    return e->at_end ? e->size : MIN(done, e->size);
}

void evtx_close(struct evtx *e)
{
    if (e == NULL)
        return;
    child_close(e->child);
    file_close(e->temporary);
    free(e);
}
