/* test_thread.c - workers, locks and conditions. */
#include <stdatomic.h>

#include "../tap.h"
#include "util/cpu.h"
#include "util/thread.h"

struct shared {
    struct lock lock;
    struct signal_cond changed;
    int n;
    atomic_int calls;
};

static void work(void *ctx, size_t worker)
{
    struct shared *s = ctx;

    (void)worker;
    for (int i = 0; i < 1000; i++) {
        lock_take(&s->lock);
        s->n++;
        lock_give(&s->lock);
    }
    atomic_fetch_add(&s->calls, 1);
}

static void wait_for_flag(void *ctx)
{
    struct shared *s = ctx;

    lock_take(&s->lock);
    while (s->n != -1)
        cond_wait(&s->changed, &s->lock);
    s->n = -2;
    lock_give(&s->lock);
}

int main(void)
{
    struct shared s = {0};
    struct thread t = {0};
    struct lanner_err err;
    size_t ran;

    lock_init(&s.lock);
    cond_init(&s.changed);
    ran = threads_run(8, work, &s);
    OK(ran >= 1 && ran <= 8);
    OK_INT(atomic_load(&s.calls), ran);
    OK_INT(s.n, 1000 * (int)ran);
    OK(thread_start(&t, wait_for_flag, &s, &err) == LANNER_OK);
    lock_take(&s.lock);
    s.n = -1;
    cond_wake_all(&s.changed);
    OK(!cond_wait_ms(&s.changed, &s.lock, 0) || true);
    lock_give(&s.lock);
    thread_join(&t);
    thread_join(&t);
    OK_INT(s.n, -2);
    lock_take(&s.lock);
    OK(!cond_wait_ms(&s.changed, &s.lock, 10));
    lock_give(&s.lock);
    OK(threads_available() >= 1);
    OK(clock_monotonic_ns() <= clock_monotonic_ns());
    OK(clock_real_ns() > INT64_C(1600000000) * NS_PER_S);
    cpu_set_simd(false);
    OK(!cpu_has_avx2());
    cpu_set_simd(true);
    cond_done(&s.changed);
    lock_done(&s.lock);
    TAP_DONE();
}
