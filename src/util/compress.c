/* compress.c - the common part of all decoders: input, members one after another, truncation. See
 * compress.h. */
#include "util/compress.h"

#include <stdio.h>
#include <stdlib.h>

#include "util/compress_codec.h"

#define IN_BYTES ((size_t)128 * 1024)

struct decoder {
    enum codec codec;
    const struct codec_ops *ops;
    void *state; /* the codec's */
    decoder_source source;
    void *ctx;
    unsigned char *in; /* owned, IN_BYTES */
    size_t in_pos, in_len;
    uint64_t offset; /* of in[in_len] in the compressed stream */
    bool at_end;     /* the source has given its last byte */
    bool done;
    const char *note;
    struct lanner_err failed; /* rc OK: not yet */
};

struct codec_row {
    const char *name;
    struct str magic;
    const struct codec_ops *ops;
};

static const struct codec_row codecs[CODEC_COUNT] = {
#define CODEC(id, name, text, magic, n_magic)                                                      \
    [CODEC_##id] = {text, {magic, n_magic}, &codec_##name},
#include "util/codecs.def"
#undef CODEC
};

/* A frame that decoders pass over: pzstd begins its files with one. */
static bool is_skippable_frame(struct str s)
{
    return s.len >= 4 && (s.ptr[0] & (char)0xF0) == 0x50 &&
           memcmp(s.ptr + 1, "\x2a\x4d\x18", 3) == 0;
}

enum codec codec_detect(struct str head)
{
    for (int i = CODEC_NONE + 1; i < CODEC_COUNT; i++) {
        if (str_starts(head, codecs[i].magic))
            return (enum codec)i;
    }
    return is_skippable_frame(head) ? CODEC_ZSTD : CODEC_NONE;
}

const char *codec_name(enum codec codec)
{
    return codec > CODEC_NONE && codec < CODEC_COUNT ? codecs[codec].name : "none";
}

static enum lanner_rc fail(struct decoder *d, enum lanner_rc rc, const char *what)
{
    return err_set(&d->failed, rc, "%s data %s at compressed offset %llu", codecs[d->codec].name,
                   what, (unsigned long long)decoder_consumed(d));
}

/* Makes at least `want` (up to CODEC_MAGIC_MAX) bytes visible at in_pos, fewer only at the end. */
static enum lanner_rc fill(struct decoder *d, size_t want)
{
    if (d->in_len - d->in_pos >= want)
        return LANNER_OK;
    memmove(d->in, d->in + d->in_pos, d->in_len - d->in_pos);
    d->in_len -= d->in_pos;
    d->in_pos = 0;
    while (d->in_len < want && !d->at_end) {
        size_t got = 0;
        enum lanner_rc rc =
            d->source(d->ctx, d->in + d->in_len, IN_BYTES - d->in_len, &got, &d->failed);

        if (rc != LANNER_OK) {
            d->failed.rc = rc; /* in case the source did not say why */
            return rc;
        }
        if (got == 0)
            d->at_end = true;
        d->in_len += got;
        d->offset += got;
    }
    return LANNER_OK;
}

/* What follows a member: another, the end, zeros up to the end, or something else. */
static enum lanner_rc next_member(struct decoder *d)
{
    struct str magic = codecs[d->codec].magic;
    bool zeros = false;
    struct str rest;

    for (;;) {
        TRY(fill(d, CODEC_MAGIC_MAX));
        while (d->in_pos < d->in_len && d->in[d->in_pos] == 0) {
            d->in_pos++;
            zeros = true;
        }
        if (d->in_len - d->in_pos >= CODEC_MAGIC_MAX || d->at_end)
            break;
    }
    rest = str_of((const char *)d->in + d->in_pos, d->in_len - d->in_pos);
    if (codec_detect(rest) == d->codec) {
        if (!d->ops->reset(d->state))
            return err_set(&d->failed, LANNER_ERR_MEMORY, "no memory for a %s decoder",
                           codecs[d->codec].name);
        return LANNER_OK;
    }
    d->done = true;
    if (rest.len > 0 && rest.len < magic.len && str_starts(magic, rest))
        return fail(d, LANNER_ERR_INPUT, "truncated");
    if (rest.len > 0)
        d->note = "bytes after the end of the compressed data were ignored";
    else if (zeros)
        d->note = "zero bytes after the end of the compressed data were ignored";
    return LANNER_OK;
}

static enum lanner_rc decode_some(struct decoder *d, unsigned char *dst, size_t cap, size_t *n)
{
    struct codec_step step;
    enum lanner_rc rc;
    size_t taken;

    *n = 0;
    TRY(fill(d, 1));
    step = (struct codec_step){
        .in = d->in + d->in_pos,
        .in_len = d->in_len - d->in_pos,
        .out = dst,
        .out_len = cap,
    };
    rc = d->ops->step(d->state, &step);
    taken = d->in_len - d->in_pos - step.in_len;
    d->in_pos += taken;
    *n = cap - step.out_len;
    if (rc == LANNER_ERR_LIMIT)
        return fail(d, rc, "need too large a window");
    if (rc != LANNER_OK) {
        char what[128];

        snprintf(what, sizeof(what), "damaged (%s)", step.why != NULL ? step.why : "unreadable");
        return fail(d, rc, what);
    }
    if (step.member_end)
        return next_member(d);
    if (taken == 0 && *n == 0)
        return d->at_end ? fail(d, LANNER_ERR_INPUT, "truncated")
                         : fail(d, LANNER_ERR_INPUT, "damaged (no progress)");
    return LANNER_OK;
}

enum lanner_rc decoder_open(enum codec codec, decoder_source source, void *ctx,
                            struct decoder **out, struct lanner_err *err)
{
    struct decoder *d;

    assert(codec > CODEC_NONE && codec < CODEC_COUNT);
    d = xcalloc(1, sizeof(*d));
    d->codec = codec;
    d->ops = codecs[codec].ops;
    d->source = source;
    d->ctx = ctx;
    d->in = xmalloc(IN_BYTES);
    d->state = d->ops->open();
    if (d->state == NULL || !d->ops->reset(d->state)) {
        decoder_close(d);
        return err_set(err, LANNER_ERR_MEMORY, "no memory for a %s decoder", codecs[codec].name);
    }
    *out = d;
    return LANNER_OK;
}

enum lanner_rc decoder_read(struct decoder *d, void *dst, size_t cap, size_t *n,
                            struct lanner_err *err)
{
    size_t total = 0;

    assert(cap > 0);
    while (total < cap && !d->done && d->failed.rc == LANNER_OK) {
        size_t got;

        /* The failure is kept in d->failed: what was decoded before it goes out first. */
        if (decode_some(d, (unsigned char *)dst + total, cap - total, &got) != LANNER_OK)
            assert(d->failed.rc != LANNER_OK);
        total += got;
    }
    if (total == 0 && d->failed.rc != LANNER_OK) {
        if (err != NULL)
            *err = d->failed;
        return d->failed.rc;
    }
    *n = total;
    return LANNER_OK;
}

const char *decoder_note(const struct decoder *d)
{
    return d->note;
}

uint64_t decoder_consumed(const struct decoder *d)
{
    return d->offset - (d->in_len - d->in_pos);
}

void decoder_close(struct decoder *d)
{
    if (d == NULL)
        return;
    if (d->state != NULL)
        d->ops->close(d->state);
    free(d->in);
    free(d);
}
