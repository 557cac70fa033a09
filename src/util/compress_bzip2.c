/* compress_bzip2.c - bzip2 streams: the landlord of libbz2. */
#include <stdio.h> /* bzlib.h needs it */
#include <stdlib.h>

#include <bzlib.h>

#include "util/compress_codec.h"

struct bzip2 {
    bz_stream z;
    bool open;
};

static void *bzip2_open(void)
{
    return calloc(1, sizeof(struct bzip2));
}

static bool bzip2_reset(void *state)
{
    struct bzip2 *b = state;

    if (b->open)
        BZ2_bzDecompressEnd(&b->z);
    memset(&b->z, 0, sizeof(b->z));
    b->open = BZ2_bzDecompressInit(&b->z, 0, 0) == BZ_OK;
    return b->open;
}

static enum lanner_rc bzip2_step(void *state, struct codec_step *step)
{
    struct bzip2 *b = state;
    int code;

    b->z.next_in = (char *)(uintptr_t)step->in; /* not written to */
    b->z.avail_in = (unsigned)step->in_len;
    b->z.next_out = (char *)step->out;
    b->z.avail_out = (unsigned)MIN(step->out_len, UINT32_MAX / 2);
    code = BZ2_bzDecompress(&b->z);
    step->in = (const unsigned char *)b->z.next_in;
    step->in_len = b->z.avail_in;
    step->out_len -= (size_t)(b->z.next_out - (char *)step->out);
    step->out = (unsigned char *)b->z.next_out;
    if (code == BZ_STREAM_END) {
        step->member_end = true;
        return LANNER_OK;
    }
    if (code == BZ_OK)
        return LANNER_OK;
    step->why = code == BZ_DATA_ERROR_MAGIC ? "not a bzip2 stream" : "corrupt data";
    return LANNER_ERR_INPUT;
}

static void bzip2_close(void *state)
{
    struct bzip2 *b = state;

    if (b->open)
        BZ2_bzDecompressEnd(&b->z);
    free(b);
}

const struct codec_ops codec_bzip2 = {bzip2_open, bzip2_reset, bzip2_step, bzip2_close};
