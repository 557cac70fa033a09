/* child.h - a function run in a process of its own, for libraries that read what attackers write: a
 * crash, a loop or worse ends that process and nothing else.
 *
 * The process has two descriptors, the file it reads (0) and the pipe it writes (1), and can get no
 * others; its memory and processor time are bounded; it gains no privileges; where the kernel
 * allows it, all system calls but those for memory, reading and writing are refused. */
#ifndef UTIL_CHILD_H
#define UTIL_CHILD_H

#include "util/base.h"

/* Numbers that the process leaves for the caller; a hostile file may have chosen them. */
#define CHILD_NUMBERS 8

/* Runs in the process; what it returns is the exit status. It may allocate and nothing more of what
 * it shares with the caller may be touched: other threads' locks are as they were. */
typedef int (*child_fn)(void *ctx, volatile uint64_t numbers[CHILD_NUMBERS]);

struct child_limits {
    uint64_t memory_bytes; /* beyond what the caller's process has */
    unsigned cpu_s;
    unsigned silence_ms;        /* writes nothing for so long: it hangs */
    const volatile int *cancel; /* may be NULL */
};

struct child;
/* in_fd stays the caller's. */
enum lanner_rc child_start(child_fn fn, void *ctx, int in_fd, const struct child_limits *limits,
                           struct child **out, struct lanner_err *err) MUST_USE;
/* What it writes: up to cap bytes, 0 only when it has ended by itself with status 0.
 * LANNER_ERR_INPUT: it ended otherwise, or hangs and was ended; what came before was given. */
enum lanner_rc child_read(struct child *c, char *dst, size_t cap, size_t *n,
                          struct lanner_err *err) MUST_USE;
uint64_t child_number(const struct child *c, unsigned i);
/* Ends the process if need be. Accepts NULL. */
void child_close(struct child *c);

/* For the function: writes all to the pipe; false when nobody reads any more. */
bool child_write(const void *ptr, size_t len);
/* For the function: reads at an offset of the file; fewer than len bytes only at its end or when it
 * cannot be read. */
size_t child_read_at(void *dst, size_t len, uint64_t offset);

#endif
