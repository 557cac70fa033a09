/* feed.c - an input's text in order. See feed.h.
 *
 * Three layers, each optional: the file's bytes, the decompressor, the decoder to UTF-8. None holds
 * more than a few buffers, whatever the input says. A binary event log has its own decoder in place
 * of the last. */
#include "scan/feed.h"

#include <poll.h>
#include <stdlib.h>

#include "scan/evtx.h"
#include "util/file.h"
#include "util/mem.h"
#include "util/utf8.h"

#define RAW_BYTES ((size_t)64 * 1024)
/* What decompresses to more than this and to more than so many times its size is no log. gzip
 * cannot pass 1,032, logs seldom pass 200. */
#define MAX_FREE_BYTES ((uint64_t)4 << 30)
#define MAX_RATIO      20000

struct feed {
    struct feed_from from;
    uint64_t at;    /* bytes taken from the file */
    char magic[64]; /* the first bytes, given out again */
    size_t n_magic, magic_at;
    struct decoder *decoder; /* owned; NULL when not compressed */
    enum codec codec;
    enum encoding encoding;
    uint64_t skip; /* byte-order mark of a plain file */
    uint64_t n_out;
    char *raw; /* owned; undecoded bytes [raw_at, raw_n) */
    size_t raw_at, raw_n;
    bool raw_end;
    struct evtx *evtx; /* owned; NULL when it is none */
};

enum encoding encoding_named(const char *name)
{
    static const struct {
        const char *name;
        enum encoding encoding;
    } names[] = {
        {"utf-8", ENCODING_UTF8},         {"utf8", ENCODING_UTF8},
        {"utf-16le", ENCODING_UTF16LE},   {"utf-16", ENCODING_UTF16LE},
        {"utf-16be", ENCODING_UTF16BE},   {"windows-1252", ENCODING_WINDOWS1252},
        {"cp1252", ENCODING_WINDOWS1252},
    };

    for (size_t i = 0; name != NULL && i < ARRAY_LEN(names); i++) {
        if (str_eq_nocase(str_z(name), str_z(names[i].name)))
            return names[i].encoding;
    }
    return ENCODING_AUTO;
}

/* Waits until the pipe has something to give, or is asked to stop. */
static enum lanner_rc wait_pipe(const struct feed *f, struct lanner_err *err)
{
    struct pollfd p = {.fd = f->from.fd, .events = POLLIN};

    while (f->from.cancel != NULL && poll(&p, 1, 100) == 0) {
        if (*f->from.cancel != 0)
            return err_set(err, LANNER_ERR_CANCELLED, "cancelled");
    }
    return LANNER_OK;
}

static enum lanner_rc read_file(struct feed *f, char *dst, size_t cap, size_t *n,
                                struct lanner_err *err)
{
    if (f->from.is_pipe) {
        TRY(wait_pipe(f, err));
        TRY(file_read_some(f->from.fd, dst, cap, n, err));
        f->at += *n;
        return LANNER_OK;
    }
    cap = (size_t)MIN((uint64_t)cap, f->from.size - f->at);
    *n = cap;
    if (cap == 0)
        return LANNER_OK;
    if (f->from.fd < 0)
        memcpy(dst, f->from.bytes + f->at, cap);
    else
        TRY(file_read_at(f->from.fd, dst, cap, f->at, n, err));
    f->at += *n;
    return LANNER_OK;
}

/* The file's bytes, those already looked at first. A decoder_source. */
static enum lanner_rc read_raw(void *ctx, void *buf, size_t len, size_t *n, struct lanner_err *err)
{
    struct feed *f = ctx;

    if (f->magic_at < f->n_magic) {
        *n = MIN(len, f->n_magic - f->magic_at);
        memcpy(buf, f->magic + f->magic_at, *n);
        f->magic_at += *n;
        return LANNER_OK;
    }
    return read_file(f, buf, len, n, err);
}

static enum lanner_rc read_plain(struct feed *f, char *dst, size_t cap, size_t *n,
                                 struct lanner_err *err)
{
    if (f->decoder == NULL)
        return read_raw(f, dst, cap, n, err);
    TRY(decoder_read(f->decoder, dst, cap, n, err));
    f->n_out += *n;
    if (f->n_out > MAX_FREE_BYTES && f->n_out / MAX_RATIO > decoder_consumed(f->decoder))
        return err_set(err, LANNER_ERR_INPUT,
                       "decompresses to more than %d times its size, not read further", MAX_RATIO);
    return LANNER_OK;
}

/* The second half of windows-1252's control area; 0: undefined, kept as the control character. */
static const uint16_t windows1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};

static uint32_t unit_at(const struct feed *f, size_t at)
{
    const unsigned char *p = (const unsigned char *)f->raw + at;

    return f->encoding == ENCODING_UTF16LE ? (uint32_t)p[0] | (uint32_t)p[1] << 8
                                           : (uint32_t)p[1] | (uint32_t)p[0] << 8;
}

/* The next character of the raw bytes; false when more bytes are needed. */
static bool next_char(struct feed *f, uint32_t *c)
{
    size_t left = f->raw_n - f->raw_at;
    uint32_t low;

    if (f->encoding == ENCODING_WINDOWS1252) {
        if (left == 0)
            return false;
        *c = (unsigned char)f->raw[f->raw_at++];
        if (*c >= 0x80 && *c < 0xA0 && windows1252[*c - 0x80] != 0)
            *c = windows1252[*c - 0x80];
        return true;
    }
    if (left < 2) {
        if (left == 0 || !f->raw_end)
            return false;
        f->raw_at = f->raw_n; /* half a unit at the end */
        *c = 0xFFFD;
        return true;
    }
    *c = unit_at(f, f->raw_at);
    if (*c < 0xD800 || *c > 0xDFFF) {
        f->raw_at += 2;
        return true;
    }
    if (left < 4 && !f->raw_end)
        return false;
    f->raw_at += 2;
    low = left >= 4 ? unit_at(f, f->raw_at) : 0;
    if (*c < 0xDC00 && low >= 0xDC00 && low <= 0xDFFF) {
        f->raw_at += 2;
        *c = 0x10000 + ((*c - 0xD800) << 10) + (low - 0xDC00);
    } else {
        *c = 0xFFFD;
    }
    return true;
}

static enum lanner_rc refill(struct feed *f, struct lanner_err *err)
{
    size_t n;

    if (f->raw == NULL)
        f->raw = xmalloc(RAW_BYTES);
    memmove(f->raw, f->raw + f->raw_at, f->raw_n - f->raw_at);
    f->raw_n -= f->raw_at;
    f->raw_at = 0;
    TRY(read_plain(f, f->raw + f->raw_n, RAW_BYTES - f->raw_n, &n, err));
    f->raw_n += n;
    f->raw_end = n == 0;
    return LANNER_OK;
}

enum lanner_rc feed_read(struct feed *f, char *dst, size_t cap, size_t *n, struct lanner_err *err)
{
    size_t put = 0;
    uint32_t c;

    if (f->evtx != NULL)
        return evtx_read(f->evtx, dst, cap, n, err);
    if (f->encoding == ENCODING_UTF8 && f->raw_at == f->raw_n)
        return read_plain(f, dst, cap, n, err);
    if (f->encoding == ENCODING_UTF8) { /* what was looked at when it was opened */
        *n = MIN(cap, f->raw_n - f->raw_at);
        memcpy(dst, f->raw + f->raw_at, *n);
        f->raw_at += *n;
        return LANNER_OK;
    }
    assert(cap >= 4);
    while (put == 0) {
        while (cap - put >= 4 && next_char(f, &c)) {
            if (c < 0x80)
                dst[put++] = (char)c;
            else
                put += utf8_encode(dst + put, c);
        }
        if (put == 0 && f->raw_end)
            break;
        if (put == 0)
            TRY(refill(f, err));
    }
    *n = put;
    return LANNER_OK;
}

/* UTF-16 without a mark: every other byte of the beginning is NUL. */
static enum encoding guess_utf16(const char *p, size_t n)
{
    size_t n_even = 0, n_odd = 0;

    n = MIN(n, (size_t)16) & ~(size_t)1;
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '\0')
            *(i % 2 == 0 ? &n_even : &n_odd) += 1;
    }
    if (n >= 8 && n_odd == n / 2 && n_even == 0)
        return ENCODING_UTF16LE;
    return n >= 8 && n_even == n / 2 && n_odd == 0 ? ENCODING_UTF16BE : ENCODING_UTF8;
}

/* Fills raw with the beginning of the text and decides the encoding; passes over the mark. */
static enum lanner_rc find_encoding(struct feed *f, enum encoding asked, struct lanner_err *err)
{
    enum lanner_rc rc = LANNER_OK;
    const char *p;
    size_t n;

    do
        rc = refill(f, err);
    while (rc == LANNER_OK && !f->raw_end && f->raw_n < 64);
    if (rc != LANNER_OK && f->raw_n == 0)
        return rc;
    p = f->raw;
    n = f->raw_n;
    f->encoding = asked == ENCODING_AUTO ? guess_utf16(p, n) : asked;
    if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
        f->encoding = ENCODING_UTF8;
        f->raw_at = 3;
    } else if (n >= 2 && memcmp(p, "\xff\xfe", 2) == 0) {
        f->encoding = ENCODING_UTF16LE;
        f->raw_at = 2;
    } else if (n >= 2 && memcmp(p, "\xfe\xff", 2) == 0) {
        f->encoding = ENCODING_UTF16BE;
        f->raw_at = 2;
    }
    f->skip = f->raw_at;
    return LANNER_OK;
}

/* What was looked at already, then what follows: an event log that is no file. An evtx_source. */
static enum lanner_rc read_looked_at(void *ctx, char *buf, size_t len, size_t *n,
                                     struct lanner_err *err)
{
    struct feed *f = ctx;

    if (f->raw_at == f->raw_n)
        return read_plain(f, buf, len, n, err);
    *n = MIN(len, f->raw_n - f->raw_at);
    memcpy(buf, f->raw + f->raw_at, *n);
    f->raw_at += *n;
    return LANNER_OK;
}

static enum lanner_rc open_evtx(struct feed *f, struct lanner_err *err)
{
    bool is_file = f->from.fd >= 0 && !f->from.is_pipe && f->decoder == NULL;
    struct evtx_from from = {.fd = is_file ? f->from.fd : -1,
                             .size = f->from.size,
                             .source = read_looked_at,
                             .ctx = f,
                             .cancel = f->from.cancel};

    TRY(evtx_open(&from, &f->evtx, err));
    f->encoding = ENCODING_UTF8;
    return LANNER_OK;
}

static enum lanner_rc open_layers(struct feed *f, enum encoding asked, struct lanner_err *err)
{
    size_t n = 1;

    while (n > 0 && f->n_magic < sizeof(f->magic)) {
        TRY(read_file(f, f->magic + f->n_magic, sizeof(f->magic) - f->n_magic, &n, err));
        f->n_magic += n;
    }
    f->codec = codec_detect(str_of(f->magic, f->n_magic));
    if (f->codec != CODEC_NONE)
        TRY(decoder_open(f->codec, read_raw, f, &f->decoder, err));
    TRY(find_encoding(f, asked, err));
    if (evtx_is(str_of(f->raw, f->raw_n)))
        return open_evtx(f, err);
    return LANNER_OK;
}

enum lanner_rc feed_open(const struct feed_from *from, enum encoding encoding, struct feed **out,
                         struct lanner_err *err)
{
    struct feed *f = xcalloc(1, sizeof(*f));
    enum lanner_rc rc;

    f->from = *from;
    rc = open_layers(f, encoding, err);
    if (rc != LANNER_OK)
        goto out;
    *out = f;
    f = NULL;
out:
    feed_close(f);
    return rc;
}

bool feed_is_plain(const struct feed *f, uint64_t *skip)
{
    *skip = f->skip;
    return f->decoder == NULL && f->evtx == NULL && f->encoding == ENCODING_UTF8 &&
           !f->from.is_pipe;
}

const char *feed_note(const struct feed *f)
{
    return f->decoder != NULL ? decoder_note(f->decoder) : NULL;
}

uint64_t feed_consumed(const struct feed *f)
{
    if (f->decoder != NULL)
        return decoder_consumed(f->decoder);
    return f->evtx != NULL && !f->from.is_pipe ? evtx_consumed(f->evtx) : f->at;
}

void feed_close(struct feed *f)
{
    if (f == NULL)
        return;
    evtx_close(f->evtx);
    decoder_close(f->decoder);
    free(f->raw);
    free(f);
}
