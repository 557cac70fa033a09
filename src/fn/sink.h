/* sink.h - where functions put fields whose names only the data knows: a column when the plan asks
 * for the name, the row's open fields otherwise. Private to the room. */
#ifndef FN_SINK_H
#define FN_SINK_H

#include "fn/kernel.h"

/* The names a call is asked for, in order of their bytes. Made by bind. */
struct sink_names {
    struct {
        struct str name;
        size_t out;
    } * items; /* query arena */
    size_t n;
};
void sink_names_init(struct sink_names *s, const struct fn_call *call);

/* The row being written. */
struct sink {
    const struct sink_names *names;
    const struct fn_call *call;
    struct fn_multi *out;
    uint32_t row;
};
/* Whether a field of that name is of use to anybody. */
bool sink_wants(const struct sink *s, struct str name);
/* name and v live as long as the batch. */
void sink_put(const struct sink *s, struct str name, struct val v);
/* The field's present value; NULL when there is none. */
const struct val *sink_get(const struct sink *s, struct str name);
/* Takes the field away. */
void sink_remove(const struct sink *s, struct str name);
/* @error, @error_msg and @event_parsed of a record that a parse function could not read. */
void sink_error(const struct sink *s, const char *why);
/* The `writes` of a parse function: the three names, the others only the data knows. */
enum lanner_rc sink_writes(const struct fn_call *call, fn_names *names, struct arena *a,
                           struct lanner_err *err);

#endif
