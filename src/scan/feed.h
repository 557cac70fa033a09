/* feed.h - an input's text in order: a file, standard input or memory, decompressed and brought to
 * UTF-8, whatever it was. Private to the room. */
#ifndef SCAN_FEED_H
#define SCAN_FEED_H

#include "util/compress.h"
#include "util/str.h"

enum encoding {
    ENCODING_UTF8,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE,
    ENCODING_WINDOWS1252,
    ENCODING_AUTO
};
/* ENCODING_AUTO when there is no such name. */
enum encoding encoding_named(const char *name);

struct feed_from {
    int fd;            /* or -1 */
    bool is_pipe;      /* read where it stands; else by offset, up to size */
    const char *bytes; /* when fd is -1 */
    uint64_t size;
    const volatile int
        *cancel; /* a pipe that gives nothing is left when this is set; may be NULL */
};
struct feed;
/* Looks at the first bytes: finds compression and, with ENCODING_AUTO, the encoding. A byte-order
 * mark is passed over and wins over the encoding asked for. */
enum lanner_rc feed_open(const struct feed_from *from, enum encoding encoding, struct feed **out,
                         struct lanner_err *err) MUST_USE;
/* Up to cap bytes (cap > 0), 0 only at the end. LANNER_ERR_INPUT: truncated or damaged; what came
 * before was given. */
enum lanner_rc feed_read(struct feed *f, char *dst, size_t cap, size_t *n,
                         struct lanner_err *err) MUST_USE;
/* True when the text is the file's own bytes from `*skip` on. */
bool feed_is_plain(const struct feed *f, uint64_t *skip);
const char *feed_note(const struct feed *f);
/* Bytes taken from the file so far. */
uint64_t feed_consumed(const struct feed *f);
void feed_close(struct feed *f);

#endif
