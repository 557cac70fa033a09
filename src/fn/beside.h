/* beside.h - what functions share that ask something outside of the logs: data that the user gives
 * by an option. Private to the room. */
#ifndef FN_BESIDE_H
#define FN_BESIDE_H

#include "fn/kernel.h"
#include "lookup/lookup.h"

/* Was the data given? Without it the call is refused by name with the option that would serve it,
 * or, where missing data is to be ignored, a warning says that the function gives NULL. `what`:
 * "reference data"; `option`: "--reference DIR". */
enum lanner_rc beside_need(const struct fn_call *call, bool given, const char *what,
                           const char *option, bool *have, struct lanner_err *err) MUST_USE;
/* An argument as an address, from KIND_IP or text. */
bool beside_ip(const struct val *v, uint8_t out[16]);
/* The text of a cell, an address in its canonical form. */
bool beside_text(const struct val *v, char room[VAL_PRINT_MAX], struct str *out);
/* A text of the query's data as a cell: it lives as long as the query. */
static inline struct val beside_val(struct str s)
{
    return s.len > 0 ? val_str(s) : val_text("", 0);
}
/* The cell of argument i, absent when the call has fewer. */
const struct val *beside_cell(const struct fn_run *run, const struct column *args, size_t i,
                              uint32_t row);

/* Calls fn with each element of a list in a text, "100, 200"; quotes and brackets around do not
 * count. A number is a list of one. */
typedef void (*beside_on_item)(void *ctx, struct str item);
void beside_each(const struct val *v, beside_on_item fn, void *ctx);

/* The path of the first MaxMind database of the kind; NULL when none was given. */
enum lanner_rc beside_geo_find(const struct fn_call *call, enum geo_kind kind, const char **path,
                               struct lanner_err *err) MUST_USE;
/* Each worker opens it once: run->local is the database's. NULL when there is no path. */
enum lanner_rc beside_geo_open(struct fn_run *run, const char *path, struct geo **out,
                               struct lanner_err *err) MUST_USE;

#define BESIDE_FAMILY   "QRadar: what lies beside the logs"
#define BESIDE_REQUIRED (PARAM_DEFAULT | PARAM_REQUIRED)

#endif
