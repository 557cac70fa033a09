/* signin.h - private to sim: sign-ins in the remaining shapes, on top of those of shapes.def. */
#ifndef SIM_SIGNIN_H
#define SIM_SIGNIN_H

#include "sim/shape.h"
#include "util/buf.h"

typedef void (*signin_put_fn)(struct shape_writer *w, const struct sim_event *ev, struct buf *out);

void signin_put_shape(const struct shape_def *shape, struct shape_writer *w,
                      const struct sim_event *ev, struct buf *out);
void signin_put_eventhub(struct shape_writer *w, const struct sim_event *ev, struct buf *out);
void signin_put_flat(struct shape_writer *w, const struct sim_event *ev, struct buf *out);
void signin_put_graph(struct shape_writer *w, const struct sim_event *ev, struct buf *out);
void signin_put_audit(struct shape_writer *w, const struct sim_event *ev, struct buf *out);
void signin_put_spaced(struct shape_writer *w, const struct sim_event *ev, struct buf *out);
void signin_put_syslog(struct shape_writer *w, const struct sim_event *ev, struct buf *out);
void signin_put_ariel(struct shape_writer *w, const struct sim_event *ev, struct buf *out);
void signin_put_flat_csv(struct shape_writer *w, const struct sim_event *ev, struct buf *out);
void signin_put_purview(struct shape_writer *w, const struct sim_event *ev, struct buf *out);
void signin_put_search(struct shape_writer *w, const struct sim_event *ev, struct buf *out);
void signin_put_audit_query(struct shape_writer *w, const struct sim_event *ev, struct buf *out);

/* signin_table.c: Log Analytics and the portal's download */
void signin_put_table(struct shape_writer *w, const struct sim_event *ev, struct buf *out);
void signin_put_table_csv(struct shape_writer *w, const struct sim_event *ev, struct buf *out);
void signin_put_table_row(struct shape_writer *w, const struct sim_event *ev, struct buf *out);
void signin_put_portal(struct shape_writer *w, const struct sim_event *ev, struct buf *out);
void signin_head_api(struct buf *out);
void signin_head_table_csv(struct buf *out);
void signin_head_portal(struct buf *out);

void signin_put_cell(struct buf *out, struct str s); /* quoted */
void signin_put_time(struct shape_writer *w, struct buf *out, int64_t ms, int digits);
void signin_put_uuid(struct buf *out, uint64_t seed, uint64_t purpose);
/* 3/2/2026 2:05:00 PM; with a comma and milliseconds when asked. */
void signin_put_us_time(struct buf *out, int64_t ms, bool portal);

#endif
