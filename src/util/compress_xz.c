/* compress_xz.c - xz streams: the landlord of liblzma. */
#include <stdlib.h>

#include <lzma.h>

#include "util/compress_codec.h"

/* The window and what the decoder needs beside it. */
#define XZ_MEMORY ((uint64_t)CODEC_MAX_WINDOW + (uint64_t)4 * 1024 * 1024)

static void *xz_open(void)
{
    return calloc(1, sizeof(lzma_stream)); /* what LZMA_STREAM_INIT is: all zero */
}

static bool xz_reset(void *state)
{
    /* Called again on a stream in use, it reuses the memory. */
    return lzma_stream_decoder(state, XZ_MEMORY, 0) == LZMA_OK;
}

static const char *reason(lzma_ret code)
{
    switch (code) {
    case LZMA_FORMAT_ERROR:
        return "not an xz stream";
    case LZMA_OPTIONS_ERROR:
        return "unsupported options";
    default:
        return "corrupt data";
    }
}

static enum lanner_rc xz_step(void *state, struct codec_step *step)
{
    lzma_stream *z = state;
    lzma_ret code;

    z->next_in = step->in;
    z->avail_in = step->in_len;
    z->next_out = step->out;
    z->avail_out = step->out_len;
    code = lzma_code(z, LZMA_RUN);
    step->in = z->next_in;
    step->in_len = z->avail_in;
    step->out = z->next_out;
    step->out_len = z->avail_out;
    switch (code) {
    case LZMA_STREAM_END:
        step->member_end = true;
        return LANNER_OK;
    case LZMA_OK:
    case LZMA_BUF_ERROR: /* no progress: the caller sees that itself */
        return LANNER_OK;
    case LZMA_MEM_ERROR:
    case LZMA_MEMLIMIT_ERROR:
        return LANNER_ERR_LIMIT;
    default:
        step->why = reason(code);
        return LANNER_ERR_INPUT;
    }
}

static void xz_close(void *state)
{
    lzma_end(state);
    free(state);
}

const struct codec_ops codec_xz = {xz_open, xz_reset, xz_step, xz_close};
