/* test_compress.c - the decoders against files of tests/data/compress: whole, in pieces, several
 * members, truncated, damaged. */
#include <stdlib.h>

#include "../tap.h"
#include "util/compress.h"
#include "util/file.h"

struct input {
    struct str bytes;
    size_t step; /* most that one call gives */
    size_t pos;
    size_t fail_at; /* the source fails here; 0: never */
};

static enum lanner_rc give(void *ctx, void *dst, size_t len, size_t *n, struct lanner_err *err)
{
    struct input *in = ctx;
    size_t k = MIN(MIN(len, in->step), in->bytes.len - in->pos);

    if (in->fail_at != 0 && in->pos >= in->fail_at)
        return err_set(err, LANNER_ERR_IO, "cannot read on");
    memcpy(dst, in->bytes.ptr + in->pos, k);
    in->pos += k;
    *n = k;
    return LANNER_OK;
}

/* What lines.* hold. */
static void make_text(struct buf *out)
{
    for (int i = 0; i < 3000; i++)
        buf_printf(out, "{\"n\":%d,\"user\":\"user%d@contoso.example\",\"code\":\"%d\"}\n", i,
                   i * 7919 % 1009, 50000 + i * 31 % 127);
}

/* Decodes all; the rc of the last call. */
static enum lanner_rc decode(enum codec codec, struct input *in, size_t cap, struct buf *out,
                             const char **note, struct lanner_err *err)
{
    struct decoder *d = NULL;
    enum lanner_rc rc = decoder_open(codec, give, in, &d, err);
    size_t n = 1;

    while (rc == LANNER_OK && n > 0) {
        buf_reserve(out, cap);
        rc = decoder_read(d, out->ptr + out->len, cap, &n, err);
        if (rc == LANNER_OK)
            out->len += n;
    }
    if (rc != LANNER_OK) {
        struct lanner_err again = {0};

        buf_reserve(out, 1);
        if (decoder_read(d, out->ptr + out->len, 1, &n, &again) != rc)
            rc = LANNER_ERR_USAGE; /* each further call must fail again */
    }
    if (note != NULL)
        *note = decoder_note(d);
    decoder_close(d);
    return rc;
}

static void test_whole(enum codec codec, struct str file, struct str text)
{
    static const size_t steps[] = {SIZE_MAX, 1, 7, 4096};
    static const size_t caps[] = {65536, 100, 3000, 1 << 20};
    struct lanner_err err = {0};

    OK(codec_detect(file) == codec);
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        struct input in = {.bytes = file, .step = steps[i]};
        struct buf out = {0};
        const char *note;

        OK(decode(codec, &in, caps[i], &out, &note, &err) == LANNER_OK);
        OK(str_eq(buf_str(&out), text) && note == NULL);
        buf_done(&out);
    }
}

static void test_members(enum codec codec, struct str file, struct str text)
{
    struct lanner_err err = {0};
    struct buf twice = {0};
    struct buf want = {0};

    for (int i = 0; i < 3; i++) {
        buf_put_str(&twice, file);
        buf_put_str(&want, text);
    }
    for (size_t step = 1; step < 200000; step = step * 37 + 1) {
        struct input in = {.bytes = buf_str(&twice), .step = step};
        struct buf out = {0};
        const char *note;

        OK(decode(codec, &in, 50000, &out, &note, &err) == LANNER_OK);
        OK(str_eq(buf_str(&out), buf_str(&want)) && note == NULL);
        buf_done(&out);
    }
    /* Padding and rubbish behind the end are noted. */
    for (int rubbish = 0; rubbish < 2; rubbish++) {
        struct input in = {.step = 1000};
        struct buf out = {0};
        const char *note = NULL;

        for (int i = 0; i < 600; i++)
            buf_putc(&twice, '\0');
        if (rubbish)
            buf_puts(&twice, "rubbish");
        in.bytes = buf_str(&twice);
        OK(decode(codec, &in, 50000, &out, &note, &err) == LANNER_OK);
        OK(str_eq(buf_str(&out), buf_str(&want)));
        OK(note != NULL && strncmp(note, rubbish ? "bytes" : "zero", 4) == 0);
        buf_done(&out);
    }
    buf_done(&twice);
    buf_done(&want);
}

/* Cut anywhere: what comes out is a beginning of the text, and the end is reported. */
static void test_truncated(enum codec codec, struct str file, struct str text)
{
    int bad = 0;
    size_t most = 0;
    struct lanner_err err = {0};

    for (size_t cut = 1; cut < file.len; cut += cut < 64 || cut + 64 > file.len ? 1 : 97) {
        struct input in = {.bytes = str_of(file.ptr, cut), .step = 5000};
        struct buf out = {0};

        bad += decode(codec, &in, 10000, &out, NULL, &err) != LANNER_ERR_INPUT;
        bad += strstr(err.text, "truncated at compressed offset") == NULL;
        bad += !str_starts(text, buf_str(&out));
        most = MAX(most, out.len);
        buf_done(&out);
    }
    OK_INT(bad, 0);
    OK(most > 0);
}

static void test_damaged(enum codec codec, struct str file)
{
    struct lanner_err err = {0};
    struct buf copy = {0};
    int noticed = 0;
    int other = 0;

    for (size_t i = 0; i < 400; i++) {
        struct input in = {.step = 3000};
        struct buf out = {0};
        enum lanner_rc rc;

        buf_clear(&copy);
        buf_put_str(&copy, file);
        copy.ptr[i * 7919 % file.len] ^= (char)(1 << i % 8);
        in.bytes = buf_str(&copy);
        rc = decode(codec, &in, 10000, &out, NULL, &err);
        noticed += rc == LANNER_ERR_INPUT || rc == LANNER_ERR_LIMIT;
        other += rc != LANNER_OK && rc != LANNER_ERR_INPUT && rc != LANNER_ERR_LIMIT;
        buf_done(&out);
    }
    OK(noticed > 380); /* a bit of a header may say nothing */
    OK_INT(other, 0);
    buf_done(&copy);
}

static void test_source_fails(enum codec codec, struct str file)
{
    struct input in = {.bytes = file, .step = 1000, .fail_at = 5000};
    struct buf out = {0};
    struct lanner_err err = {0};

    OK(decode(codec, &in, 1000, &out, NULL, &err) == LANNER_ERR_IO);
    OK(strcmp(err.text, "cannot read on") == 0);
    buf_done(&out);
}

/* A header with every optional part, in pieces of every size; and headers that are none. */
static void test_gzip_header(struct str file, struct str text)
{
    static const char header[] = "\x1f\x8b\x08\x1f\0\0\0\0\0\x03"
                                 "\x05\0extra"
                                 "name\0"
                                 "a comment\0"
                                 "\x12\x34";
    struct lanner_err err = {0};
    struct buf b = {0};
    int bad = 0;

    for (int i = 0; i < 2; i++) {
        buf_put(&b, header, sizeof(header) - 1);
        buf_put(&b, file.ptr + 10, file.len - 10);
    }
    for (size_t step = 1; step < 60; step++) {
        struct input in = {.bytes = buf_str(&b), .step = step};
        struct buf out = {0};

        bad += decode(CODEC_GZIP, &in, 400000, &out, NULL, &err) != LANNER_OK;
        bad += out.len != 2 * text.len || memcmp(out.ptr + text.len, text.ptr, text.len) != 0;
        buf_done(&out);
    }
    OK_INT(bad, 0);
    b.ptr[3] = (char)0x80;
    {
        struct input in = {.bytes = buf_str(&b), .step = 100};
        struct buf out = {0};

        OK(decode(CODEC_GZIP, &in, 1000, &out, NULL, &err) == LANNER_ERR_INPUT);
        OK(strstr(err.text, "invalid header") != NULL && out.len == 0);
        buf_done(&out);
    }
    buf_done(&b);
}

/* A frame that names 6,477 bytes and holds none, in an empty last block: libzstd itself notices
 * only where the output has room for the whole frame. */
static void test_zstd_size(void)
{
    static const char frame[] = "\x28\xb5\x2f\xfd\x50\x2a\x4d\x18\x01\x00\x00";
    static const size_t caps[] = {1, 1000, 1 << 20};

    for (size_t i = 0; i < ARRAY_LEN(caps); i++) {
        struct input in = {.bytes = str_of(frame, sizeof(frame) - 1), .step = 4};
        struct lanner_err err = {0};
        struct buf out = {0};

        OK(decode(CODEC_ZSTD, &in, caps[i], &out, NULL, &err) == LANNER_ERR_INPUT);
        OK(strstr(err.text, "damaged") != NULL);
        buf_done(&out);
    }
}

int main(void)
{
    static const struct {
        enum codec codec;
        const char *file;
    } files[] = {{CODEC_GZIP, "lines.gz"},
                 {CODEC_ZSTD, "lines.zst"},
                 {CODEC_LZ4, "lines.lz4"},
                 {CODEC_XZ, "lines.xz"},
                 {CODEC_BZIP2, "lines.bz2"}};
    const char *root = getenv("LANNER_SOURCE_ROOT");
    struct buf text = {0};

    test_zstd_size();
    make_text(&text);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct lanner_err err = {0};
        struct buf path = {0};
        struct buf file = {0};

        buf_printf(&path, "%s/tests/data/compress/%s%c", root != NULL ? root : ".", files[i].file,
                   0);
        OK(file_read_all(path.ptr, 1 << 20, &file, &err) == LANNER_OK);
        if (file.len > 0) {
            test_whole(files[i].codec, buf_str(&file), buf_str(&text));
            test_members(files[i].codec, buf_str(&file), buf_str(&text));
            test_truncated(files[i].codec, buf_str(&file), buf_str(&text));
            test_damaged(files[i].codec, buf_str(&file));
            test_source_fails(files[i].codec, buf_str(&file));
            if (files[i].codec == CODEC_GZIP)
                test_gzip_header(buf_str(&file), buf_str(&text));
        }
        buf_done(&path);
        buf_done(&file);
    }
    OK(codec_detect(STR("{\"a\":1}")) == CODEC_NONE);
    OK(codec_detect(STR("")) == CODEC_NONE);
    OK(codec_detect(STR("\x1f")) == CODEC_NONE);
    buf_done(&text);
    TAP_DONE();
}
