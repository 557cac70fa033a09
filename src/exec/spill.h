/* spill.h - temporary files of records. Private to exec.
 *
 * One file for each writer; what belongs together is a list of extents in it. Records are bytes
 * with a length before them. The file has no name: it is gone with the process. */
#ifndef EXEC_SPILL_H
#define EXEC_SPILL_H

#include "exec/op.h"

struct extent {
    uint64_t offset, size;
};
struct extents {
    struct extent *items; /* owned */
    size_t n, cap;
};

struct spill {
    struct exec *x;
    int fd; /* -1: nothing written yet */
    uint64_t size;
    struct buf pending;
};

void spill_init(struct spill *s, struct exec *x);
void spill_done(struct spill *s);
/* Adds a record; it is in the file after spill_flush. */
enum lanner_rc spill_put(struct spill *s, struct str record, struct extents *to,
                         struct lanner_err *err) MUST_USE;
/* Writes what is pending. All records since the last flush belong to the same extents. */
enum lanner_rc spill_flush(struct spill *s, struct extents *to, struct lanner_err *err) MUST_USE;

struct spill_reader {
    const struct spill *s;
    struct extent *extents; /* borrowed */
    size_t n_extents;
    size_t at;       /* extent being read */
    uint64_t offset; /* in it, of what follows the buffer */
    struct buf buf;
    size_t pos; /* in buf */
};
void spill_reader_init(struct spill_reader *r, const struct spill *s, const struct extents *from);
void spill_reader_done(struct spill_reader *r);
/* The next record, valid until the next call; *more false at the end. */
enum lanner_rc spill_read(struct spill_reader *r, struct str *record, bool *more,
                          struct lanner_err *err) MUST_USE;

#endif
