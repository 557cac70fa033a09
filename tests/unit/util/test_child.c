/* test_child.c - a function in a restricted process: what it writes arrives, what it may not do it
 * cannot, and a crash, a loop or silence is an error and nothing more. */
#include "util/child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../tap.h"

#include "util/buf.h"

static volatile int cancel;

static int write_much(void *ctx, volatile uint64_t n[CHILD_NUMBERS])
{
    char text[32];

    (void)ctx;
    for (int i = 0; i < 20000; i++) {
        int len = snprintf(text, sizeof(text), "line %d\n", i);

        if (!child_write(text, (size_t)len))
            return 3;
        n[0]++;
    }
    return 0;
}

static int copy_file(void *ctx, volatile uint64_t n[CHILD_NUMBERS])
{
    char room[8];
    size_t got;

    (void)ctx;
    while ((got = child_read_at(room, sizeof(room), n[0])) > 0) {
        n[0] += got;
        if (!child_write(room, got))
            return 3;
    }
    return 0;
}

/* Each bit: something that must not be possible was. */
static int try_all(void *ctx, volatile uint64_t n[CHILD_NUMBERS])
{
    (void)ctx;
    n[1] = (uint64_t)getppid(); /* refused where the kernel filters: (uint64_t)-1 */
    n[0] |= open("/etc/passwd", O_RDONLY) >= 0;
    n[0] |= (uint64_t)(socket(AF_INET, SOCK_STREAM, 0) >= 0) << 1;
    n[0] |= (uint64_t)(write(2, "x", 1) == 1) << 2;
    n[0] |= (uint64_t)(dup(0) >= 0) << 3;
    n[2] = 1;
    return 0;
}

static int crash(void *ctx, volatile uint64_t n[CHILD_NUMBERS])
{
    (void)ctx;
    (void)n;
    (void)child_write("before\n", 7);
    (void)signal(SIGSEGV, SIG_DFL);
    (void)raise(SIGSEGV);
    return 0;
}

static int hang(void *ctx, volatile uint64_t n[CHILD_NUMBERS])
{
    (void)ctx;
    (void)child_write("before\n", 7);
    for (;;)
        n[0]++;
    return 0;
}

static int fail(void *ctx, volatile uint64_t n[CHILD_NUMBERS])
{
    (void)ctx;
    (void)n;
    return 7;
}

/* Everything it writes; how it ended. */
static enum lanner_rc run(child_fn fn, const char *path, unsigned silence_ms, struct buf *out,
                          uint64_t numbers[CHILD_NUMBERS], struct lanner_err *err)
{
    struct child_limits limits = {.memory_bytes = (uint64_t)256 << 20,
                                  .cpu_s = 20,
                                  .silence_ms = silence_ms,
                                  .cancel = &cancel};
    struct child *c = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum lanner_rc rc = child_start(fn, NULL, fd, &limits, &c, err);
    char room[1000];
    size_t n = 1;

    buf_clear(out);
    while (rc == LANNER_OK && n > 0) {
        rc = child_read(c, room, sizeof(room), &n, err);
        buf_put(out, room, n);
    }
    for (unsigned i = 0; i < CHILD_NUMBERS && c != NULL; i++)
        numbers[i] = child_number(c, i);
    child_close(c);
    (void)close(fd);
    return rc;
}

static void test_output(struct buf *out)
{
    uint64_t n[CHILD_NUMBERS];
    struct lanner_err err = {0};
    char path[] = "/tmp/lanner-child-XXXXXX";
    int fd = mkstemp(path);

    OK_INT(run(write_much, "/dev/null", 5000, out, n, &err), LANNER_OK);
    OK_INT(n[0], 20000);
    OK(str_ends(buf_str(out), STR("line 19999\n")) && out->len == 20000 * 6 + 88890);
    OK(fd >= 0 && write(fd, "some bytes of a file", 20) == 20);
    OK_INT(run(copy_file, path, 5000, out, n, &err), LANNER_OK);
    OK_STR(buf_str(out), "some bytes of a file");
    (void)close(fd);
    (void)unlink(path);
}

static void test_limits(struct buf *out)
{
    uint64_t n[CHILD_NUMBERS];
    struct lanner_err err = {0};

    OK_INT(run(try_all, "/dev/null", 5000, out, n, &err), LANNER_OK);
    OK_INT(n[2], 1);
    OK_INT(n[0], 0);
    OK_INT(run(crash, "/dev/null", 5000, out, n, &err), LANNER_ERR_INPUT);
    OK(strncmp(err.text, "the decoder failed with s", 25) == 0);
    OK_STR(buf_str(out), "before\n");
    OK_INT(run(hang, "/dev/null", 300, out, n, &err), LANNER_ERR_INPUT);
    OK_STR(buf_str(out), "before\n");
    OK(strstr(err.text, "gave nothing") != NULL);
    OK_INT(run(fail, "/dev/null", 5000, out, n, &err), LANNER_ERR_INPUT);
    OK_STR(str_z(err.text), "the decoder failed with status 7");
    cancel = 1;
    OK_INT(run(hang, "/dev/null", 60000, out, n, &err), LANNER_ERR_CANCELLED);
    cancel = 0;
}

int main(void)
{
    struct buf out = {0};

    test_output(&out);
    test_limits(&out);
    child_close(NULL);
    buf_done(&out);
    TAP_DONE();
}
