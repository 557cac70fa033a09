/* compress.h - compressed streams: recognised by magic number, decoded piece by piece.
 *
 * One file per codec (table: codecs.def), each the landlord of its library. A decoder gives what
 * can be decoded before it reports that the data are truncated or damaged. It holds at most a few
 * MiB, whatever the stream says (MAX_WINDOW). How much may come out of how little is the caller's
 * to bound. */
#ifndef UTIL_COMPRESS_H
#define UTIL_COMPRESS_H

#include "util/str.h"

enum codec {
    CODEC_NONE = 0, /* not compressed */
#define CODEC(id, name, text, magic, n_magic) CODEC_##id,
#include "util/codecs.def"
#undef CODEC
    CODEC_COUNT
};

/* Bytes of the file's beginning that codec_detect wants to see. */
#define CODEC_MAGIC_MAX 8
/* A frame that asks for a larger window than this is refused (LANNER_ERR_LIMIT). */
#define CODEC_MAX_WINDOW ((size_t)128 * 1024 * 1024)

/* By magic number; CODEC_NONE when it is none of them. */
enum codec codec_detect(struct str head);
const char *codec_name(enum codec codec); /* "gzip" */

/* Gives the next compressed bytes: *n up to len, 0 only at the end. */
typedef enum lanner_rc (*decoder_source)(void *ctx, void *buf, size_t len, size_t *n,
                                         struct lanner_err *err);

struct decoder;
/* Starts at the beginning of a stream. source and ctx must outlive the decoder. */
enum lanner_rc decoder_open(enum codec codec, decoder_source source, void *ctx,
                            struct decoder **out, struct lanner_err *err) MUST_USE;
/* Decodes up to cap bytes (cap > 0) into dst: *n of them, 0 at the end. Several members or frames
 * one after another are one stream. On failure (LANNER_ERR_INPUT: truncated or damaged, with the
 * offset in the compressed stream; or what the source returned) everything before it has been given
 * by earlier calls, and each further call fails again. */
enum lanner_rc decoder_read(struct decoder *d, void *dst, size_t cap, size_t *n,
                            struct lanner_err *err) MUST_USE;
/* What was odd but harmless, once the end was reached: bytes after the last member that are neither
 * zeros nor a member. NULL when nothing was. */
const char *decoder_note(const struct decoder *d);
/* Compressed bytes taken from the source so far. */
uint64_t decoder_consumed(const struct decoder *d);
void decoder_close(struct decoder *d);

#endif
