/* compress_zstd.c - zstd frames: the landlord of libzstd. */
#include <zstd.h>
#include <zstd_errors.h>

#include "util/compress_codec.h"

/* 2^27: CODEC_MAX_WINDOW, and what the zstd command accepts without --long. */
#define WINDOW_LOG_MAX 27
static_assert(CODEC_MAX_WINDOW == (size_t)1 << WINDOW_LOG_MAX, "one limit");

static void *zstd_open(void)
{
    return ZSTD_createDStream();
}

static bool zstd_reset(void *state)
{
    ZSTD_DCtx *z = state;

    return !ZSTD_isError(ZSTD_DCtx_reset(z, ZSTD_reset_session_only)) &&
           !ZSTD_isError(ZSTD_DCtx_setParameter(z, ZSTD_d_windowLogMax, WINDOW_LOG_MAX));
}

static enum lanner_rc zstd_step(void *state, struct codec_step *step)
{
    ZSTD_inBuffer in = {step->in, step->in_len, 0};
    ZSTD_outBuffer out = {step->out, step->out_len, 0};
    size_t code = ZSTD_decompressStream(state, &out, &in);

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
    return LANNER_OK;
}

static void zstd_close(void *state)
{
    ZSTD_freeDStream(state);
}

const struct codec_ops codec_zstd = {zstd_open, zstd_reset, zstd_step, zstd_close};
