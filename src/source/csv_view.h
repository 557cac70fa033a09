/* csv_view.h - the slots of programs as columns of one CSV header. Private to the room; one
 * worker's. */
#ifndef SOURCE_CSV_VIEW_H
#define SOURCE_CSV_VIEW_H

#include "source/program.h"

struct csv_view; /* remembers one header, and what each program reads of it */
struct csv_view *csv_view_new(const struct extractor *x);
void csv_view_free(struct csv_view *v);
/* Reads the record's slots for a program: vals has p->n_slots cells, all are written. `fresh`: the
 * header may be another one at the address of one that is gone (a new batch has begun). */
void csv_view_read(struct csv_view *v, size_t program, const struct record *r, bool fresh,
                   struct arena *a, struct val *vals);

#endif
