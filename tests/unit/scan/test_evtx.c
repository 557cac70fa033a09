/* test_evtx.c - binary event logs: what is no log, breaks off or is damaged does no harm. A real
 * log is read, whole and in damaged copies, where the shared samples are. */
#include "scan/evtx.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "../tap.h"

#include "util/buf.h"
#include "util/file.h"

#define HEADER 4096
#define CHUNK  65536

struct memory {
    struct str bytes;
    size_t at;
};

static enum lanner_rc give(void *ctx, char *buf, size_t len, size_t *n, struct lanner_err *err)
{
    struct memory *m = ctx;

    (void)err;
    *n = MIN(MIN(len, (size_t)1000), m->bytes.len - m->at);
    memcpy(buf, m->bytes.ptr + m->at, *n);
    m->at += *n;
    return LANNER_OK;
}

/* All the text of a log; how it ended. */
static enum lanner_rc read_log(struct str bytes, struct buf *out, struct lanner_err *err)
{
    struct memory m = {bytes, 0};
    struct evtx_from from = {.fd = -1, .source = give, .ctx = &m};
    struct evtx *e = NULL;
    enum lanner_rc rc = evtx_open(&from, &e, err);
    char room[3000];
    size_t n = 1;

    buf_clear(out);
    while (rc == LANNER_OK && n > 0) {
        rc = evtx_read(e, room, sizeof(room), &n, err);
        buf_put(out, room, n);
    }
    if (rc == LANNER_OK)
        OK_INT(evtx_consumed(e), bytes.len);
    evtx_close(e);
    return rc;
}

static size_t count(struct str text, const char *what)
{
    size_t n = 0, at;

    while ((at = str_find(text, str_z(what))) != SIZE_MAX) {
        n++;
        text.ptr += at + 1;
        text.len -= at + 1;
    }
    return n;
}

static void test_odd(struct buf *out)
{
    struct lanner_err err = {0};
    char *log = xcalloc(1, HEADER + 2 * CHUNK);

    memcpy(log, "ElfFile", 7);
    OK(evtx_is(str_of(log, 8)));
    OK(!evtx_is(str_of(log, 7)) && !evtx_is(STR("<Event xmlns")));
    OK_INT(read_log(str_of(log, HEADER), out, &err), LANNER_OK);
    OK_INT(read_log(str_of(log, HEADER + 2 * CHUNK), out, &err), LANNER_OK); /* room not yet used */
    OK_INT(out->len, 0);
    OK_INT(read_log(str_of(log, 100), out, &err), LANNER_ERR_INPUT);
    OK_STR(str_z(err.text), "the event log breaks off before its first event");
    memset(log + HEADER, 'x', CHUNK);
    OK_INT(read_log(str_of(log, HEADER + 2 * CHUNK), out, &err), LANNER_ERR_INPUT);
    OK_STR(str_z(err.text), "the event log is damaged: 1 chunks are not sound");
    memcpy(log + HEADER, "ElfChnk", 8);
    OK_INT(read_log(str_of(log, HEADER + 700), out, &err), LANNER_ERR_INPUT);
    OK(strncmp(err.text, "the event log is damaged and breaks off", 39) == 0);
    free(log);
}

static void test_damaged(struct str log, struct buf *out)
{
    struct lanner_err err = {0};
    char *copy = xmalloc(log.len);
    size_t n_whole;

    OK_INT(read_log(log, out, &err), LANNER_OK);
    n_whole = count(buf_str(out), "</Event>");
    OK_INT(n_whole, 16);
    OK(count(buf_str(out), "<Data Name=\"TargetUserName\">Admin") == 16);
    OK(count(buf_str(out), ">0x1b0c<") == 16);
    /* Cut behind the last event: nothing is lost. */
    OK_INT(read_log(str_of(log.ptr, HEADER + 20000), out, &err), LANNER_OK);
    OK_INT(count(buf_str(out), "</Event>"), 16);
    OK_INT(read_log(str_of(log.ptr, HEADER + 6000), out, &err), LANNER_ERR_INPUT);
    OK(count(buf_str(out), "</Event>") > 0);
    memcpy(copy, log.ptr, log.len);
    memset(copy + 30, 0xff, 60); /* the header says nonsense: it is not needed */
    OK_INT(read_log(str_of(copy, log.len), out, &err), LANNER_OK);
    OK_INT(count(buf_str(out), "</Event>"), 16);
    for (unsigned i = 0; i < 40; i++) {
        memcpy(copy, log.ptr, log.len);
        for (unsigned k = 0; k < 30; k++)
            copy[HEADER + (i * 7919 + k * 104729) % 14000] ^= (char)(1 + i + k);
        OK(read_log(str_of(copy, log.len), out, &err) != LANNER_ERR_CANCELLED);
        OK(count(buf_str(out), "</Event>") <= 2 * n_whole);
    }
    free(copy);
}

int main(void)
{
    const char *root = getenv("LANNER_SOURCE_ROOT");
    struct buf out = {0}, log = {0};
    struct lanner_err err = {0};
    char path[600];

    snprintf(path, sizeof(path), "%s/../shared/data/evtx-to-mitre/security-4625-bruteforce.evtx",
             root != NULL ? root : ".");
    if (evtx_unavailable() != NULL) {
        OK_INT(read_log(STR("ElfFile"), &out, &err), LANNER_ERR_INPUT);
        OK_STR(str_z(err.text), evtx_unavailable());
    } else {
        test_odd(&out);
        if (access(path, R_OK) == 0 && file_read_all(path, 1 << 20, &log, &err) == LANNER_OK)
            test_damaged(buf_str(&log), &out);
        else
            printf("# no sample log: skipped\n");
    }
    buf_done(&out);
    buf_done(&log);
    TAP_DONE();
}
