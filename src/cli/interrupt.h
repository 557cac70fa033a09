/* interrupt.h - private to cli: Ctrl-C during a query. */
#ifndef CLI_INTERRUPT_H
#define CLI_INTERRUPT_H

#include "util/base.h"

struct lanner_query;
struct interrupt;

/* From now on SIGINT cancels the query instead of ending the process; a second one ends it with
 * status 130. NULL when the system refuses the means: SIGINT then ends the process as ever. */
struct interrupt *interrupt_open(struct lanner_query *query);
bool interrupt_seen(const struct interrupt *i); /* accepts NULL */
void interrupt_close(struct interrupt *i);      /* accepts NULL */

#endif
