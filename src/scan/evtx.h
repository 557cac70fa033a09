/* evtx.h - binary event logs of Windows as text: each event as XML, in a process of its own.
 * Private to the room. */
#ifndef SCAN_EVTX_H
#define SCAN_EVTX_H

#include "util/child.h"
#include "util/str.h"

/* First bytes of a file, at least 8 of them. */
bool evtx_is(struct str head);
/* NULL when this program can read them; else why not. */
const char *evtx_unavailable(void);

/* Bytes in order, *n up to len, 0 only at the end. */
typedef enum lanner_rc (*evtx_source)(void *ctx, char *buf, size_t len, size_t *n,
                                      struct lanner_err *err);
struct evtx_from {
    int fd; /* a regular file; -1: what `source` gives is written to a temporary file first */
    uint64_t size;
    evtx_source source;
    void *ctx;
    const volatile int *cancel; /* may be NULL */
};
struct evtx;
enum lanner_rc evtx_open(const struct evtx_from *from, struct evtx **out,
                         struct lanner_err *err) MUST_USE;
/* Up to cap bytes of XML, 0 only at the end. LANNER_ERR_INPUT: damaged; every event that could be
 * read was given. */
enum lanner_rc evtx_read(struct evtx *e, char *dst, size_t cap, size_t *n,
                         struct lanner_err *err) MUST_USE;
/* Bytes of the file that were dealt with. */
uint64_t evtx_consumed(const struct evtx *e);
void evtx_close(struct evtx *e);

/* The process's work; what it leaves in numbers. */
enum evtx_number { EVTX_DONE, EVTX_EVENTS, EVTX_LOST, EVTX_DAMAGED_CHUNKS, EVTX_BREAKS_OFF };
int evtx_decode(void *ctx, volatile uint64_t numbers[CHILD_NUMBERS]);

#endif
