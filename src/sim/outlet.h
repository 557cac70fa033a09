/* outlet.h - private to sim: the files that simulate writes. */
#ifndef SIM_OUTLET_H
#define SIM_OUTLET_H

#include "sim/signin.h"
#include "sim/tele.h"

struct outlet {
    const char *file, *log, *shape;
    enum tele_kind kind;
    bool is_default;
    uint32_t mean_bytes; /* of a record; about */
    signin_put_fn put_signin;
    tele_put_fn put_tele;
    const char *head, *between, *tail;
    void (*put_head)(struct buf *out); /* instead of head */
    uint32_t group;                    /* records of one head and tail; 0: all */
};

const struct outlet *outlet_at(size_t i); /* NULL past the end */
size_t outlet_count(void);

/* Which outlets the lists name; chosen has outlet_count members. */
MUST_USE enum lanner_rc outlet_choose(const char *logs, const char *shapes, bool *chosen,
                                      struct lanner_err *err);

#endif
