/* base.h - what every file needs: result codes, errors, attributes and small macros. */
#ifndef UTIL_BASE_H
#define UTIL_BASE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "lanner.h"

#define MUST_USE     __attribute__((warn_unused_result))
#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define LIKELY(x)    __builtin_expect(!!(x), 1)
#define UNLIKELY(x)  __builtin_expect(!!(x), 0)
#define MIN(a, b)    ((a) < (b) ? (a) : (b))
#define MAX(a, b)    ((a) > (b) ? (a) : (b))
#define NS_PER_MS    INT64_C(1000000)
#define NS_PER_S     INT64_C(1000000000)
#define MS_PER_S     INT64_C(1000)
/* Event times outside 1601 to 9999 are unusable; this value says "no usable time". */
#define TIME_NONE INT64_MIN

/* Passes a failure up. Only for functions that own nothing. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        enum lanner_rc try_rc_ = (call);                                                           \
        if (try_rc_ != LANNER_OK)                                                                  \
            return try_rc_;                                                                        \
    } while (0)

/* A stretch of query text: byte offset and length. {0, 0} means no place. */
struct span {
    uint32_t start;
    uint32_t len;
};

/* Fills err (which may be NULL) and returns rc. Called once, where the reason is known. The text
 * is lower case, without a full stop. */
enum lanner_rc err_set(struct lanner_err *err, enum lanner_rc rc, const char *fmt, ...)
    PRINTF(3, 4);
/* The same with a place in the query; `at.len` 0 with `at.start` 0 means no place. line and column
 * are filled by err_locate, which the engine calls with the query's text. */
enum lanner_rc err_set_at(struct lanner_err *err, enum lanner_rc rc, struct span at,
                          const char *fmt, ...) PRINTF(4, 5);
/* Sets the hint of an error that is already set. */
void err_hint(struct lanner_err *err, const char *fmt, ...) PRINTF(2, 3);
/* Turns the byte offset that err_set_at stored into line and column of `text`. */
void err_locate(struct lanner_err *err, const char *text, size_t len);
/* line and column (1-based, bytes) of a byte offset in text. */
void text_locate(const char *text, size_t len, size_t offset, uint32_t *line, uint32_t *column);

#endif
