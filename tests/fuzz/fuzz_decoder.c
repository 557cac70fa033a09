/* fuzz_decoder.c - compressed input of every codec, read in two ways that must agree: with small
 * pieces and buffers, and with large ones. */
#include <stdlib.h>

#include "util/buf.h"
#include "util/compress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_OUT ((size_t)1 << 20)

struct input {
    const uint8_t *data;
    size_t left, step;
};

static enum lanner_rc give(void *ctx, void *dst, size_t len, size_t *n, struct lanner_err *err)
{
    struct input *in = ctx;

    (void)err;
    *n = MIN(MIN(len, in->step), in->left);
    memcpy(dst, in->data, *n);
    in->data += *n;
    in->left -= *n;
    return LANNER_OK;
}

static enum lanner_rc decode(enum codec codec, struct input in, size_t cap, struct buf *out)
{
    struct lanner_err err = {0};
    struct decoder *d = NULL;
    enum lanner_rc rc = decoder_open(codec, give, &in, &d, &err);
    size_t n = 1;

    while (rc == LANNER_OK && n > 0 && out->len < MAX_OUT) {
        buf_reserve(out, cap);
        rc = decoder_read(d, out->ptr + out->len, MIN(cap, MAX_OUT - out->len), &n, &err);
        if (rc == LANNER_OK)
            out->len += n;
    }
    decoder_close(d);
    return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum codec codec = codec_detect(str_of((const char *)data, size));
    struct buf small = {0};
    struct buf large = {0};
    enum lanner_rc a;
    enum lanner_rc b;

    if (codec == CODEC_NONE || size > 100000)
        return 0;
    a = decode(codec, (struct input){data, size, 13}, 1000, &small);
    b = decode(codec, (struct input){data, size, SIZE_MAX}, MAX_OUT, &large);
    /* How much comes out before damage is noticed may differ; what comes out may not. */
    if (memcmp(small.len > 0 ? small.ptr : "", large.len > 0 ? large.ptr : "",
               MIN(small.len, large.len)) != 0)
        abort();
    if (a == LANNER_OK && b == LANNER_OK && small.len != large.len)
        abort();
    if (small.len < MAX_OUT && large.len < MAX_OUT && (a == LANNER_OK) != (b == LANNER_OK))
        abort();
    buf_done(&small);
    buf_done(&large);
    return 0;
}
