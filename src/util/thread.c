/* thread.c - workers and locks. See thread.h. A lock or condition that fails is a bug of ours, so
 * it ends the process instead of being handed up. */
#include "util/thread.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "util/mem.h"

/* Regex and JSON code keeps its state on the heap; this is ample and makes 64 workers cheap. */
#define STACK_BYTES ((size_t)4 * 1024 * 1024)

struct worker {
    pthread_t handle;
    thread_fn fn;
    void *ctx;
    size_t index;
};

static void must(int code)
{
    if (code != 0)
        abort();
}

/* Starts a thread with all signals blocked: they are the host program's, on its own threads. */
static int start(pthread_t *handle, void *(*fn)(void *), void *arg)
{
    pthread_attr_t attr;
    sigset_t all;
    sigset_t old;
    int code;

    must(pthread_attr_init(&attr));
    must(pthread_attr_setstacksize(&attr, STACK_BYTES));
    sigfillset(&all);
    must(pthread_sigmask(SIG_SETMASK, &all, &old));
    code = pthread_create(handle, &attr, fn, arg);
    must(pthread_sigmask(SIG_SETMASK, &old, NULL));
    must(pthread_attr_destroy(&attr));
    return code;
}

static void *worker_main(void *arg)
{
    struct worker *w = arg;

    w->fn(w->ctx, w->index);
    return NULL;
}

size_t threads_run(size_t n, thread_fn fn, void *ctx)
{
    struct worker *workers = xcalloc(n, sizeof(*workers));
    size_t started = 1;

    for (; started < n; started++) {
        struct worker *w = &workers[started];

        *w = (struct worker){.fn = fn, .ctx = ctx, .index = started};
        if (start(&w->handle, worker_main, w) != 0)
            break;
    }
    fn(ctx, 0);
    for (size_t i = 1; i < started; i++)
        must(pthread_join(workers[i].handle, NULL));
    free(workers);
    return started;
}

size_t threads_available(void)
{
    cpu_set_t set;
    int n;

    if (sched_getaffinity(0, sizeof(set), &set) != 0)
        return 1;
    n = CPU_COUNT(&set);
    return n > 0 ? (size_t)n : 1;
}

static void *thread_main(void *arg)
{
    struct thread *t = arg;

    t->fn(t->ctx);
    return NULL;
}

enum lanner_rc thread_start(struct thread *t, void (*fn)(void *ctx), void *ctx,
                            struct lanner_err *err)
{
    int code;

    *t = (struct thread){.fn = fn, .ctx = ctx};
    code = start(&t->handle, thread_main, t);
    if (code != 0)
        return err_set(err, LANNER_ERR_IO, "the system refused a thread (error %d)", code);
    t->running = true;
    return LANNER_OK;
}

void thread_join(struct thread *t)
{
    if (!t->running)
        return;
    must(pthread_join(t->handle, NULL));
    t->running = false;
}

void lock_init(struct lock *l)
{
    must(pthread_mutex_init(&l->mutex, NULL));
}

void lock_done(struct lock *l)
{
    must(pthread_mutex_destroy(&l->mutex));
}

void lock_take(struct lock *l)
{
    must(pthread_mutex_lock(&l->mutex));
}

void lock_give(struct lock *l)
{
    must(pthread_mutex_unlock(&l->mutex));
}

void cond_init(struct signal_cond *c)
{
    pthread_condattr_t attr;

    must(pthread_condattr_init(&attr));
    /* Waiting must not depend on somebody setting the clock. */
    must(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC));
    must(pthread_cond_init(&c->cond, &attr));
    must(pthread_condattr_destroy(&attr));
}

void cond_done(struct signal_cond *c)
{
    must(pthread_cond_destroy(&c->cond));
}

void cond_wait(struct signal_cond *c, struct lock *l)
{
    must(pthread_cond_wait(&c->cond, &l->mutex));
}

bool cond_wait_ms(struct signal_cond *c, struct lock *l, int64_t timeout_ms)
{
    int64_t end = clock_monotonic_ns() + timeout_ms * NS_PER_MS;
    struct timespec ts = {.tv_sec = end / NS_PER_S, .tv_nsec = end % NS_PER_S};
    int code = pthread_cond_timedwait(&c->cond, &l->mutex, &ts);

    if (code == ETIMEDOUT)
        return false;
    must(code);
    return true;
}

void cond_wake_one(struct signal_cond *c)
{
    must(pthread_cond_signal(&c->cond));
}

void cond_wake_all(struct signal_cond *c)
{
    must(pthread_cond_broadcast(&c->cond));
}

static int64_t clock_ns(clockid_t id)
{
    struct timespec ts;

    must(clock_gettime(id, &ts));
    return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

int64_t clock_monotonic_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

int64_t clock_real_ns(void)
{
    return clock_ns(CLOCK_REALTIME);
}
