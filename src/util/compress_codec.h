/* compress_codec.h - what a codec gives to compress.c; only for compress*.c.
 *
 * A codec decodes one member (gzip), frame (zstd, lz4) or stream (xz, bzip2) at a time from the
 * bytes it is shown. Reading, what comes between members, truncation and error texts are
 * compress.c's. */
#ifndef UTIL_COMPRESS_CODEC_H
#define UTIL_COMPRESS_CODEC_H

#include "util/compress.h"
#include "util/mem.h"

/* One step: takes from in, writes to out, both moved on. */
struct codec_step {
    const unsigned char *in;
    size_t in_len;
    unsigned char *out;
    size_t out_len;
    bool member_end; /* set: the member is complete; in stands behind it */
    const char *why; /* on failure: what is wrong, such as "wrong checksum" */
};

struct codec_ops {
    void *(*open)(void); /* NULL: no memory */
    /* Ready for the first byte of a member; also called once after open. False: no memory. */
    bool (*reset)(void *state);
    /* LANNER_OK, LANNER_ERR_INPUT (damaged), LANNER_ERR_LIMIT (asks for too much memory). What was
     * written before the failure counts. */
    enum lanner_rc (*step)(void *state, struct codec_step *step);
    void (*close)(void *state);
};

#define CODEC(id, name, text, magic, n_magic) extern const struct codec_ops codec_##name;
#include "util/codecs.def"
#undef CODEC

#endif
