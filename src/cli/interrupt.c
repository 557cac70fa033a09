/* interrupt.c - see interrupt.h.
 *
 * A thread reads the signal from a descriptor, so no handler and no global variable are needed. The
 * signal is blocked in the calling thread, and thereby in every thread started after it. */
#include "cli/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/cli.h"
#include "util/thread.h"

#define AGAIN_MS 50

struct interrupt {
    struct lanner_query *query; /* borrowed */
    int signal_fd;
    int stop_fd;
    struct thread thread;
    sigset_t before; /* what was blocked */
    atomic_bool seen;
};

static void watch(void *ctx)
{
    struct interrupt *i = ctx;
    struct pollfd fds[2] = {{.fd = i->signal_fd, .events = POLLIN},
                            {.fd = i->stop_fd, .events = POLLIN}};
    struct signalfd_siginfo info;

    for (;;) {
        /* A command may run several queries, and each begins uncancelled: whichever has begun since
         * is cancelled as well. */
        int n = poll(fds, 2, atomic_load(&i->seen) ? AGAIN_MS : -1);

        if (n == 0)
            lanner_query_cancel(i->query);
        if (n <= 0)
            continue;
        if ((fds[1].revents & POLLIN) != 0)
            return;
        if (read(i->signal_fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
            continue;
        if (atomic_exchange(&i->seen, true))
            _exit(EXIT_INTERRUPTED); /* the user does not want to wait for the partial result */
        lanner_query_cancel(i->query);
    }
}

static void free_all(struct interrupt *i)
{
    if (i->signal_fd >= 0)
        close(i->signal_fd);
    if (i->stop_fd >= 0)
        close(i->stop_fd);
    pthread_sigmask(SIG_SETMASK, &i->before, NULL);
    free(i);
}

struct interrupt *interrupt_open(struct lanner_query *query)
{
    struct interrupt *i = xcalloc(1, sizeof(*i));
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, &i->before);
    i->query = query;
    i->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    i->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (i->signal_fd < 0 || i->stop_fd < 0 ||
        thread_start(&i->thread, watch, i, NULL) != LANNER_OK) {
        free_all(i);
        return NULL;
    }
    return i;
}

bool interrupt_seen(const struct interrupt *i)
{
    return i != NULL && atomic_load(&i->seen);
}

void interrupt_close(struct interrupt *i)
{
    if (i == NULL)
        return;
    if (eventfd_write(i->stop_fd, 1) == 0)
        thread_join(&i->thread);
    free_all(i);
}
