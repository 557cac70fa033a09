/* child.c - see child.h.
 *
 * The process is a fork without exec: a library has no program of its own to run. glibc puts its
 * allocator in order across fork; nothing else of this program is used on the other side. */
#include "util/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "util/mem.h"
#include "util/num.h"

#define POLL_MS   100
#define REAP_MS   2000 /* from the pipe's end to the process's */
#define IN_FD     0
#define OUT_FD    1
#define FIRST_FD  3
#define MANY_FDS  65536
#define BAD_START 125 /* exit status: the process could not be set up */

struct child {
    pid_t pid; /* -1: gone */
    int fd;    /* the pipe, or -1 */
    struct child_limits limits;
    volatile uint64_t *numbers; /* shared memory */
    bool ended;
    enum lanner_rc rc; /* how it ended */
    struct lanner_err err;
};

/* ---- in the process ---- */

#if defined(__x86_64__)
#define FILTER_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define FILTER_ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef FILTER_ARCH
static const unsigned allowed_calls[] = {
    SYS_read,           SYS_pread64,     SYS_write,       SYS_lseek,     SYS_munmap,
    SYS_mremap,         SYS_brk,         SYS_madvise,     SYS_futex,     SYS_exit,
    SYS_fstat,          SYS_exit_group,  SYS_getpid,      SYS_gettid,    SYS_rt_sigreturn,
    SYS_rt_sigprocmask, SYS_tgkill,      SYS_sched_yield, SYS_getrandom, SYS_clock_gettime,
    SYS_rt_sigaction,   SYS_sigaltstack,
};

/* Memory that can be executed is refused as well. Other calls fail with EPERM: a library that asks
 * for the time zone goes on without. */
static void refuse_calls(void)
{
    enum { N = ARRAY_LEN(allowed_calls) };
    struct sock_filter f[N * 2 + 12];
    struct sock_fprog program = {.filter = f};
    unsigned short n = 0;
    const unsigned refuse = SECCOMP_RET_ERRNO | EPERM;

    f[n++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FILTER_ARCH, 1, 0);
    f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, refuse);
    f[n++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < N; i++) {
        f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed_calls[i], 0, 1);
        f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    }
    f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 2, 0);
    f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 1, 0);
    f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, refuse);
    f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                          offsetof(struct seccomp_data, args[2]));
    f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1);
    f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, refuse);
    f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    program.len = n;
    (void)prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
#else
static void refuse_calls(void)
{
}
#endif

/* Bytes of address space the process has by now; sanitizers take terabytes. */
static uint64_t address_space(void)
{
    char text[64];
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof(text)) : -1;
    uint64_t pages = 0;

    if (fd >= 0)
        (void)close(fd);
    for (ssize_t i = 0; i < n && text[i] >= '0' && text[i] <= '9'; i++)
        pages = pages * 10 + (uint64_t)(text[i] - '0');
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static bool limit(int what, uint64_t value)
{
    struct rlimit r = {.rlim_cur = value, .rlim_max = value};

    return setrlimit((__rlimit_resource_t)what, &r) == 0;
}

static bool keep_two(int in_fd, int out_fd)
{
    int in = fcntl(in_fd, F_DUPFD, FIRST_FD), out = fcntl(out_fd, F_DUPFD, FIRST_FD);

    if (in < 0 || out < 0 || dup2(in, IN_FD) < 0 || dup2(out, OUT_FD) < 0)
        return false;
    if (syscall(SYS_close_range, OUT_FD + 1, ~0U, 0) == 0)
        return true;
    for (int fd = OUT_FD + 1; fd < MANY_FDS; fd++)
        (void)close(fd);
    return true;
}

static void default_signals(void)
{
    static const int signals[] = {SIGTERM, SIGPIPE, SIGHUP,  SIGQUIT, SIGSEGV, SIGBUS,
                                  SIGABRT, SIGFPE,  SIGUSR1, SIGUSR2, SIGCHLD};
    sigset_t none;

    for (size_t i = 0; i < ARRAY_LEN(signals); i++)
        (void)signal(signals[i], SIG_DFL);
    (void)signal(SIGINT, SIG_IGN); /* the caller decides what an interrupt means */
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool restrict_self(int in_fd, int out_fd, const struct child_limits *l)
{
    uint64_t memory = address_space() + l->memory_bytes;

    default_signals();
    if (!keep_two(in_fd, out_fd))
        return false;
    if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_FSIZE, 0) || !limit(RLIMIT_NOFILE, 0) ||
        !limit(RLIMIT_CPU, l->cpu_s) || !limit(RLIMIT_AS, memory))
        return false;
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return false;
    refuse_calls();
    return true;
}

/* Not by _exit, in which sanitizers write out what the caller's streams had buffered. */
static _Noreturn void leave(int status)
{
    for (;;)
        (void)syscall(SYS_exit_group, status);
}

bool child_write(const void *ptr, size_t len)
{
    const char *p = ptr;

    while (len > 0) {
        ssize_t n = write(OUT_FD, p, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        p += n;
        len -= (size_t)n;
    }
    return true;
}

size_t child_read_at(void *dst, size_t len, uint64_t offset)
{
    size_t got = 0;

    while (got < len) {
        ssize_t n = pread(IN_FD, (char *)dst + got, len - got, (off_t)(offset + got));

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    return got;
}

/* ---- the caller's side ---- */

enum lanner_rc child_start(child_fn fn, void *ctx, int in_fd, const struct child_limits *limits,
                           struct child **out, struct lanner_err *err)
{
    struct child *c = xcalloc(1, sizeof(*c));
    enum lanner_rc rc = LANNER_OK;
    int fds[2] = {-1, -1};
    void *shared = mmap(NULL, CHILD_NUMBERS * sizeof(uint64_t), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    c->pid = -1;
    c->fd = -1;
    c->limits = *limits;
    c->numbers = shared != MAP_FAILED ? shared : NULL;
    if (c->numbers == NULL || pipe2(fds, O_CLOEXEC) != 0) {
        rc = err_set(err, LANNER_ERR_IO, "no pipe for the decoder's process: %s", strerror(errno));
        goto out;
    }
    c->pid = fork();
    if (c->pid == 0)
        leave(restrict_self(in_fd, fds[1], limits) ? fn(ctx, c->numbers) : BAD_START);
    (void)close(fds[1]);
    c->fd = fds[0];
    if (c->pid < 0) {
        rc = err_set(err, LANNER_ERR_IO, "no process for the decoder: %s", strerror(errno));
        goto out;
    }
    *out = c;
    c = NULL;
out:
    child_close(c);
    return rc;
}

static int64_t now_ms(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits for the end of a process that has closed its pipe; false: it does not end. */
static bool reap(struct child *c, int *status)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    int64_t until = now_ms() + REAP_MS;

    for (;;) {
        pid_t pid = waitpid(c->pid, status, WNOHANG);

        if (pid == c->pid || (pid < 0 && errno != EINTR)) {
            if (pid < 0)
                *status = 0; /* somebody else has taken it: the host ignores SIGCHLD */
            c->pid = -1;
            return true;
        }
        if (now_ms() > until)
            return false;
        (void)nanosleep(&pause, NULL);
    }
}

static enum lanner_rc ended_by(struct child *c, const char *what, int number)
{
    return err_set(&c->err, LANNER_ERR_INPUT, "%s %d", what, number);
}

static enum lanner_rc finish(struct child *c)
{
    int status = 0;

    c->ended = true;
    if (!reap(c, &status))
        return err_set(&c->err, LANNER_ERR_INPUT, "the decoder's process does not end");
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL
                   ? err_set(&c->err, LANNER_ERR_INPUT, "the decoder took too long")
                   : ended_by(c, "the decoder failed with signal", WTERMSIG(status));
    if (WEXITSTATUS(status) == BAD_START)
        return err_set(&c->err, LANNER_ERR_INPUT, "the decoder's process could not be restricted");
    return WEXITSTATUS(status) == 0
               ? LANNER_OK
               : ended_by(c, "the decoder failed with status", WEXITSTATUS(status));
}

/* Until there is something to read; an error when the process hangs or the run is cancelled. */
static enum lanner_rc wait_output(struct child *c, struct lanner_err *err)
{
    struct pollfd p = {.fd = c->fd, .events = POLLIN};
    int64_t until = now_ms() + c->limits.silence_ms;

    while (poll(&p, 1, POLL_MS) <= 0) {
        if (c->limits.cancel != NULL && *c->limits.cancel != 0)
            return err_set(err, LANNER_ERR_CANCELLED, "cancelled");
        if (now_ms() > until) {
            c->ended = true;
            c->rc = err_set(&c->err, LANNER_ERR_INPUT, "the decoder gave nothing for %u seconds",
                            c->limits.silence_ms / 1000);
            return LANNER_OK;
        }
    }
    return LANNER_OK;
}

enum lanner_rc child_read(struct child *c, char *dst, size_t cap, size_t *n, struct lanner_err *err)
{
    *n = 0;
    while (!c->ended) {
        ssize_t got;

        TRY(wait_output(c, err));
        if (c->ended)
            break;
        got = read(c->fd, dst, cap);
        if (got > 0) {
            *n = (size_t)got;
            return LANNER_OK;
        }
        if (got == 0 || errno != EINTR)
            c->rc = finish(c);
    }
    if (c->rc != LANNER_OK && err != NULL)
        *err = c->err;
    return c->rc;
}

uint64_t child_number(const struct child *c, unsigned i)
{
    assert(i < CHILD_NUMBERS);
    return c->numbers[i];
}

void child_close(struct child *c)
{
    if (c == NULL)
        return;
    if (c->fd >= 0)
        (void)close(c->fd);
    if (c->pid > 0) {
        (void)kill(c->pid, SIGKILL);
        while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    if (c->numbers != NULL)
        (void)munmap((void *)(uintptr_t)c->numbers, CHILD_NUMBERS * sizeof(uint64_t));
    free(c);
}
