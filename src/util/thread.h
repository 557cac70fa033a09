/* thread.h - workers, and locks that cannot fail. */
#ifndef UTIL_THREAD_H
#define UTIL_THREAD_H

#include <pthread.h>

#include "util/base.h"

typedef void (*thread_fn)(void *ctx, size_t worker);

/* Runs fn(ctx, 0) ... fn(ctx, n - 1) at the same time and returns when all have returned. Worker 0
 * is the calling thread. When the system refuses a thread, the workers that did start are told by
 * fewer calls: returns the number of workers that ran, at least 1, never more than n. So work must
 * be shared out dynamically, not by worker number. Signals are blocked in the new threads. */
size_t threads_run(size_t n, thread_fn fn, void *ctx);
/* Processors this process may run on, at least 1. */
size_t threads_available(void);

/* One thread beside the caller (a decoder). */
struct thread {
    pthread_t handle;
    void (*fn)(void *ctx);
    void *ctx;
    bool running;
};
enum lanner_rc thread_start(struct thread *t, void (*fn)(void *ctx), void *ctx,
                            struct lanner_err *err) MUST_USE;
/* Waits for it; does nothing when it is not running. */
void thread_join(struct thread *t);

struct lock {
    pthread_mutex_t mutex;
};
struct signal_cond {
    pthread_cond_t cond;
};
void lock_init(struct lock *l);
void lock_done(struct lock *l);
void lock_take(struct lock *l);
void lock_give(struct lock *l);
void cond_init(struct signal_cond *c);
void cond_done(struct signal_cond *c);
/* Gives the lock while waiting; may return for no reason, so wait in a loop. */
void cond_wait(struct signal_cond *c, struct lock *l);
/* The same with a time limit; false when it ran out. */
bool cond_wait_ms(struct signal_cond *c, struct lock *l, int64_t timeout_ms);
void cond_wake_one(struct signal_cond *c);
void cond_wake_all(struct signal_cond *c);

/* Monotonic clock, for measuring. */
int64_t clock_monotonic_ns(void);
/* The real clock, ns since 1970 UTC. */
int64_t clock_real_ns(void);

#endif
