/* compress_lz4.c - lz4 frames: the landlord of liblz4. A frame's block is at most 4 MiB. */
#include <lz4frame.h>

#include "util/compress_codec.h"

static void *lz4_open(void)
{
    LZ4F_dctx *z = NULL;

    return LZ4F_isError(LZ4F_createDecompressionContext(&z, LZ4F_VERSION)) ? NULL : z;
}

static bool lz4_reset(void *state)
{
    LZ4F_resetDecompressionContext(state);
    return true;
}

static enum lanner_rc lz4_step(void *state, struct codec_step *step)
{
    size_t in_len = step->in_len;
    size_t out_len = step->out_len;
    size_t code = LZ4F_decompress(state, step->out, &out_len, step->in, &in_len, NULL);

    if (LZ4F_isError(code)) {
        /* The sizes mean nothing then. */
        step->why = LZ4F_getErrorName(code);
        return LANNER_ERR_INPUT;
    }
    step->in += in_len;
    step->in_len -= in_len;
    step->out += out_len;
    step->out_len -= out_len;
    step->member_end = code == 0;
    return LANNER_OK;
}

static void lz4_close(void *state)
{
    LZ4F_freeDecompressionContext(state);
}

const struct codec_ops codec_lz4 = {lz4_open, lz4_reset, lz4_step, lz4_close};
