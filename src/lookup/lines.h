/* lines.h - the line in a file of places that come in the file's order. Private to the room. */
#ifndef LOOKUP_LINES_H
#define LOOKUP_LINES_H

#include "util/base.h"

struct line_counter {
    const char *at; /* line ends before this are counted; start with the first byte of the file */
    uint32_t n;
};

static inline uint32_t line_counter_at(struct line_counter *c, const char *at)
{
    while (c->at < at) {
        const char *end = memchr(c->at, '\n', (size_t)(at - c->at));

        if (end == NULL) {
            c->at = at;
            break;
        }
        c->n++;
        c->at = end + 1;
    }
    return c->n + 1;
}

#endif
