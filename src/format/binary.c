/* binary.c - telling what is not text, by its first bytes, so that it can be named. */
#include "format/format_def.h"

static const struct magic {
    const char *name;
    uint32_t at;
    uint32_t n;
    const char *bytes;
} magics[] = {
    {"evtx", 0, 8, "ElfFile\0"},
    {"a zip archive", 0, 4, "PK\x03\x04"},
    {"a zip archive", 0, 4, "PK\x05\x06"},
    {"a tar archive", 257, 5, "ustar"},
    {"a 7-Zip archive", 0, 6, "7z\xbc\xaf\x27\x1c"},
    {"a RAR archive", 0, 6, "Rar!\x1a\x07"},
    {"a Windows event trace (old evt)", 4, 4, "LfLe"},
    {"a Parquet file", 0, 4, "PAR1"},
    {"an Avro file", 0, 4, "Obj\x01"},
    {"an SQLite database", 0, 16, "SQLite format 3\0"},
    {"a PDF document", 0, 5, "%PDF-"},
    {"a picture", 0, 8, "\x89PNG\r\n\x1a\n"},
    {"a picture", 0, 3, "\xff\xd8\xff"},
    {"a picture", 0, 4, "GIF8"},
    {"a program", 0, 4,
     "\x7f"
     "ELF"},
    {"a packet capture", 0, 4, "\xd4\xc3\xb2\xa1"},
    {"a packet capture", 0, 4, "\x0a\x0d\x0d\x0a"},
    {"an xar or rpm archive", 0, 4, "xar!"},
    {"a systemd journal", 0, 8, "LPKSHHRH"},
    {"an old Unix compress file", 0, 2, "\x1f\x9d"},
};

/* Bytes looked at, and the run of NUL bytes that is a hole: what a crash, or a rotation under a
 * writer that kept its place, leaves anywhere in a file. */
#define LOOK_BYTES 2048
#define HOLE_BYTES 64

static size_t nul_run(const char *p, const char *end)
{
    const char *q = p;

    while (q < end && *q == '\0')
        q++;
    return (size_t)(q - p);
}

/* Text has control bytes now and then (colour escapes, a NUL in a user agent); what is binary has
 * them everywhere. NUL bytes at the ends and in holes count for nothing. */
static bool is_binary(struct str head)
{
    const char *p = head.ptr, *end;
    size_t n_odd = 0, n = 0;

    while (head.len > 0 && head.ptr[head.len - 1] == '\0')
        head.len--;
    end = head.ptr + head.len;
    p += nul_run(p, end);
    while (p < end && n < LOOK_BYTES) {
        unsigned char c = (unsigned char)*p;
        size_t hole = c == 0 ? nul_run(p, end) : 0;

        if (hole >= HOLE_BYTES) {
            p += hole;
            continue;
        }
        n_odd += c < 32 && !ascii_is_space((char)c) && c != 27 && c != 30;
        n++;
        p++;
    }
    return n_odd * 20 > n && n_odd > 2;
}

const char *format_binary(struct str head)
{
    for (size_t i = 0; i < ARRAY_LEN(magics); i++) {
        const struct magic *m = &magics[i];

        if (head.len >= m->at + m->n && memcmp(head.ptr + m->at, m->bytes, m->n) == 0)
            return m->name;
    }
    return is_binary(head) ? "binary data" : NULL;
}
