/* compress_gzip.c - gzip: the landlord of ISA-L, whose inflate is about twice as fast as zlib's.
 *
 * Two things ISA-L (2.30) does are worked around here. It forgets the flags of a member's header
 * when the header comes in more than one piece, so the header is read here. And when it meets a
 * distance that points before the beginning, it has already counted the copy as output: the last
 * bytes before a failure are not data, and are held back. */
#include <stdlib.h>

#include <isa-l/igzip_lib.h>

#include "util/compress_codec.h"

/* The longest copy of deflate. */
#define MAX_COPY 258

enum stage {
    STAGE_FIXED, /* the ten bytes every header has */
    STAGE_EXTRA_LEN,
    STAGE_EXTRA,
    STAGE_NAME,
    STAGE_COMMENT,
    STAGE_CHECK,
    STAGE_DATA,
    STAGE_FAILED /* what was decoded before is still going out */
};

enum { FLAG_CHECK = 2, FLAG_EXTRA = 4, FLAG_NAME = 8, FLAG_COMMENT = 16, FLAGS_RESERVED = 0xE0 };

struct gzip {
    struct inflate_state z;
    enum stage stage;
    unsigned n; /* bytes of this stage seen */
    unsigned extra_len;
    unsigned char flags;
    const char *why;
    size_t pending_pos, pending_end; /* STAGE_FAILED: in z.tmp_out_buffer */
};

static void *gzip_open(void)
{
    return calloc(1, sizeof(struct gzip));
}

static bool gzip_reset(void *state)
{
    struct gzip *g = state;

    isal_inflate_init(&g->z);
    g->z.crc_flag = ISAL_GZIP_NO_HDR_VER; /* starts behind the header, checks the trailer */
    g->stage = STAGE_FIXED;
    g->n = 0;
    return true;
}

static bool fixed_is_bad(struct gzip *g, unsigned char c)
{
    static const unsigned char magic[] = {0x1f, 0x8b, 8};

    if (g->n < sizeof(magic))
        return c != magic[g->n];
    if (g->n == 3)
        g->flags = c;
    return g->n == 3 && (c & FLAGS_RESERVED) != 0;
}

/* The next stage that this header has. */
static void advance(struct gzip *g)
{
    static const unsigned char needs[] = {
        [STAGE_EXTRA_LEN] = FLAG_EXTRA, [STAGE_EXTRA] = FLAG_EXTRA, [STAGE_NAME] = FLAG_NAME,
        [STAGE_COMMENT] = FLAG_COMMENT, [STAGE_CHECK] = FLAG_CHECK,
    };

    g->n = 0;
    do {
        g->stage++;
    } while (g->stage < STAGE_DATA && (g->flags & needs[g->stage]) == 0);
    if (g->stage == STAGE_EXTRA && g->extra_len == 0)
        advance(g); /* once more at most */
}

/* One byte of the header; false when it is none. */
static bool header_byte(struct gzip *g, unsigned char c)
{
    bool end = false;

    switch (g->stage) {
    case STAGE_FIXED:
        if (fixed_is_bad(g, c))
            return false;
        end = g->n == 9;
        break;
    case STAGE_EXTRA_LEN:
        g->extra_len = g->n == 0 ? c : g->extra_len | (unsigned)c << 8;
        end = g->n == 1;
        break;
    case STAGE_EXTRA:
        end = g->n + 1 == g->extra_len;
        break;
    case STAGE_NAME:
    case STAGE_COMMENT:
        end = c == 0;
        break;
    case STAGE_CHECK: /* of the header alone; the trailer has one of the data */
        end = g->n == 1;
        break;
    case STAGE_DATA:
    case STAGE_FAILED:
        break;
    }
    g->n++;
    if (end)
        advance(g);
    return true;
}

static const char *reason(int code)
{
    switch (code) {
    case ISAL_INVALID_BLOCK:
        return "invalid block";
    case ISAL_INVALID_SYMBOL:
        return "invalid symbol";
    case ISAL_INVALID_LOOKBACK:
        return "invalid distance";
    case ISAL_INCORRECT_CHECKSUM:
        return "wrong checksum";
    default:
        return "unreadable";
    }
}

/* What was decoded lies in step->out and then in ISA-L's own buffer; all but the tail is good. */
static void begin_failure(struct gzip *g, struct codec_step *step, size_t written, int code)
{
    size_t tail = code == ISAL_INCORRECT_CHECKSUM ? 0 : MAX_COPY;
    size_t cut;

    g->stage = STAGE_FAILED;
    g->why = reason(code);
    g->pending_pos = (size_t)MAX(g->z.tmp_out_processed, 0);
    g->pending_end = MIN((size_t)MAX(g->z.tmp_out_valid, 0), sizeof(g->z.tmp_out_buffer));
    if (g->pending_pos > g->pending_end)
        g->pending_pos = g->pending_end;
    cut = MIN(tail, g->pending_end - g->pending_pos);
    g->pending_end -= cut;
    cut = MIN(tail - cut, written);
    step->out -= cut;
    step->out_len += cut;
}

static enum lanner_rc step_failed(struct gzip *g, struct codec_step *step)
{
    size_t n = MIN(step->out_len, g->pending_end - g->pending_pos);

    memcpy(step->out, g->z.tmp_out_buffer + g->pending_pos, n);
    g->pending_pos += n;
    step->out += n;
    step->out_len -= n;
    if (g->pending_pos < g->pending_end)
        return LANNER_OK;
    step->why = g->why;
    return LANNER_ERR_INPUT;
}

static enum lanner_rc gzip_step(void *state, struct codec_step *step)
{
    struct gzip *g = state;
    struct inflate_state *z = &g->z;
    size_t written;
    int code;

    while (g->stage < STAGE_DATA && step->in_len > 0) {
        if (!header_byte(g, *step->in)) {
            step->why = "invalid header";
            return LANNER_ERR_INPUT;
        }
        step->in++;
        step->in_len--;
    }
    if (g->stage == STAGE_FAILED)
        return step_failed(g, step);
    if (g->stage < STAGE_DATA)
        return LANNER_OK;
    z->next_in = (uint8_t *)(uintptr_t)step->in; /* not written to */
    z->avail_in = (uint32_t)step->in_len;
    z->next_out = step->out;
    z->avail_out = (uint32_t)MIN(step->out_len, UINT32_MAX / 2);
    code = isal_inflate(z);
    step->in = z->next_in;
    step->in_len = z->avail_in;
    written = (size_t)(z->next_out - step->out);
    step->out_len -= written;
    step->out = z->next_out;
    if (code < 0) {
        begin_failure(g, step, written, code);
        return step_failed(g, step);
    }
    step->member_end = z->block_state == ISAL_BLOCK_FINISH;
    return LANNER_OK;
}

static void gzip_close(void *state)
{
    free(state);
}

const struct codec_ops codec_gzip = {gzip_open, gzip_reset, gzip_step, gzip_close};
