/* progress.h - private to cli: the line that shows how far a query is. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "cli/cli.h"
#include "util/thread.h"

struct progress {
    struct lock lock; /* guards shown and done: rows and progress come from different threads */
    bool shown;
    bool done;
};

void progress_init(struct progress *p);
void progress_done(struct progress *p);
/* A lanner_on_progress; ctx is the struct progress. */
void progress_show(void *ctx, const struct lanner_stats *so_far);
/* Removes the line until the next figures come: something else is to be written. */
void progress_hide(struct progress *p);
/* Removes the line for good, before anything else is written to the terminal. */
void progress_end(struct progress *p);

#endif
