/* compress_zstd.c - zstd frames: the landlord of libzstd.
 *
 * The library checks the content size that a frame names, but not in every way of decoding: of a
 * frame whose last block is empty only when the output has room for the whole frame. So it is
 * checked here again, and what is damaged does not depend on the size of a buffer. */
#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "util/compress_codec.h"

/* 2^27: CODEC_MAX_WINDOW, and what the zstd command accepts without --long. */
#define WINDOW_LOG_MAX 27
static_assert(CODEC_MAX_WINDOW == (size_t)1 << WINDOW_LOG_MAX, "one limit");

/* The longest frame header. */
#define HEADER_MAX 18

struct zstd_state {
    ZSTD_DStream *z;
    unsigned char head[HEADER_MAX]; /* the frame's first bytes */
    size_t head_len;
    uint64_t written; /* of this frame */
};

static void zstd_close(void *state)
{
    struct zstd_state *s = state;

    ZSTD_freeDStream(s->z);
    free(s);
}

static void *zstd_open(void)
{
    struct zstd_state *s = calloc(1, sizeof(*s));

    if (s == NULL)
        return NULL;
    s->z = ZSTD_createDStream();
    if (s->z != NULL)
        return s;
    free(s);
    return NULL;
}

static bool zstd_reset(void *state)
{
    struct zstd_state *s = state;

    s->head_len = 0;
    s->written = 0;
    return !ZSTD_isError(ZSTD_DCtx_reset(s->z, ZSTD_reset_session_only)) &&
           !ZSTD_isError(ZSTD_DCtx_setParameter(s->z, ZSTD_d_windowLogMax, WINDOW_LOG_MAX));
}

static bool has_named_size(const struct zstd_state *s)
{
    unsigned long long size = ZSTD_getFrameContentSize(s->head, s->head_len);

    return size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR || size == s->written;
}

static enum lanner_rc zstd_step(void *state, struct codec_step *step)
{
    struct zstd_state *s = state;
    ZSTD_inBuffer in = {step->in, step->in_len, 0};
    ZSTD_outBuffer out = {step->out, step->out_len, 0};
    size_t code = ZSTD_decompressStream(s->z, &out, &in);
    size_t head = MIN(in.pos, HEADER_MAX - s->head_len);

    memcpy(s->head + s->head_len, step->in, head);
    s->head_len += head;
    s->written += out.pos;
    step->in += in.pos;
    step->in_len -= in.pos;
    step->out += out.pos;
    step->out_len -= out.pos;
    if (ZSTD_isError(code)) {
        step->why = ZSTD_getErrorName(code);
        return ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge
                   ? LANNER_ERR_LIMIT
                   : LANNER_ERR_INPUT;
    }
    step->member_end = code == 0;
    if (step->member_end && !has_named_size(s)) {
        step->why = "wrong content size";
        return LANNER_ERR_INPUT;
    }
    return LANNER_OK;
}

const struct codec_ops codec_zstd = {zstd_open, zstd_reset, zstd_step, zstd_close};
