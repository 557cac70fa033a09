/* evtx_decode.c - binary event logs to XML by libevtx (and libbfio below it); its landlord. Runs in
 * a process of its own, see evtx.c.
 *
 * A chunk of a log (64 KiB) needs nothing outside it. Each is given to the library as a log of one
 * chunk, so that damage in one leaves the others alone, a log that breaks off or was copied while
 * it was written is read as far as it goes, and memory does not grow with the file. In a damaged
 * chunk the library finds single events; in a sound one what it finds besides are the remains of
 * events that were overwritten, which no other reader shows. */
#include "scan/evtx.h"

#ifndef LANNER_HAVE_EVTX

const char *evtx_unavailable(void)
{
    return "a binary event log (EVTX): this program was built without libevtx";
}

int evtx_decode(void *ctx, volatile uint64_t numbers[CHILD_NUMBERS])
{
    (void)ctx;
    (void)numbers;
    return 1;
}

#else

#include <stdlib.h>

#define LIBEVTX_HAVE_BFIO 1
#include <libbfio.h>
#include <libevtx.h>

#include "util/mem.h"

#define HEADER_BYTES    4096
#define CHUNK_BYTES     65536
#define IMAGE_BYTES     (HEADER_BYTES + CHUNK_BYTES)
/* The shortest event there can be. */
#define MIN_EVENT_BYTES 32
#define MAX_EVENTS      (CHUNK_BYTES / MIN_EVENT_BYTES)
/* Of one event's XML; a chunk has 64 KiB, and templates repeat within it. */
#define MAX_XML_BYTES   ((size_t)8 << 20)

struct event_at {
    uint64_t id;
    int index;
    bool recovered;
};

struct decoding {
    unsigned char *image;  /* owned; header and chunk */
    struct event_at *list; /* owned; MAX_EVENTS */
    size_t n;
    uint8_t *xml; /* owned */
    size_t cap;
    volatile uint64_t *numbers;
};

const char *evtx_unavailable(void)
{
    return NULL;
}

static void put_u16(unsigned char *p, unsigned v)
{
    p[0] = (unsigned char)v;
    p[1] = (unsigned char)(v >> 8);
}

static void put_u32(unsigned char *p, uint32_t v)
{
    put_u16(p, v & 0xffff);
    put_u16(p + 2, v >> 16);
}

static uint64_t get_u64(const unsigned char *p)
{
    uint64_t v = 0;

    for (int i = 7; i >= 0; i--)
        v = v << 8 | p[i];
    return v;
}

/* The CRC-32 that logs have. */
static uint32_t crc32_of(const unsigned char *p, size_t n)
{
    uint32_t crc = 0xffffffff;

    for (size_t i = 0; i < n; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (0xedb88320 & (0 - (crc & 1)));
    }
    return ~crc;
}

/* The header of a log with one chunk, version 3.1. */
static void make_header(unsigned char *h)
{
    memset(h, 0, HEADER_BYTES);
    memcpy(h, "ElfFile", 8);
    put_u32(h + 24, MAX_EVENTS); /* next record: not looked at */
    put_u32(h + 32, 128);        /* of this header */
    put_u16(h + 36, 1);
    put_u16(h + 38, 3);
    put_u16(h + 40, HEADER_BYTES);
    put_u16(h + 42, 1); /* chunks */
    put_u32(h + 124, crc32_of(h, 120));
}

static bool is_zero(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] != 0)
            return false;
    }
    return true;
}

/* How many events the chunk's header promises. */
static uint64_t n_promised(const unsigned char *chunk)
{
    uint64_t first = get_u64(chunk + 24), last = get_u64(chunk + 32);

    return memcmp(chunk, "ElfChnk", 8) == 0 && last >= first && last - first < MAX_EVENTS
               ? last - first + 1
               : 0;
}

/* ---- text ---- */

static bool is_hex(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* The library writes numbers with all their zeros where Windows writes none: `>0x0000000000000ab0<`
 * becomes `>0xab0<`. Returns the new length. */
static size_t trim_numbers(uint8_t *xml, size_t n)
{
    size_t to = 0, i = 0;

    while (i < n) {
        size_t digits = 0, zeros = 0;

        if (n - i > 3 && xml[i] == '>' && xml[i + 1] == '0' && xml[i + 2] == 'x') {
            while (i + 3 + digits < n && digits <= 16 && is_hex(xml[i + 3 + digits]))
                digits++;
            while (zeros + 1 < digits && xml[i + 3 + zeros] == '0')
                zeros++;
        }
        if ((digits != 8 && digits != 16) || i + 3 + digits >= n || xml[i + 3 + digits] != '<') {
            xml[to++] = xml[i++];
            continue;
        }
        memmove(xml + to, xml + i, 3);
        memmove(xml + to + 3, xml + i + 3 + zeros, digits - zeros);
        to += 3 + digits - zeros;
        i += 3 + digits;
    }
    return to;
}

/* ---- events ---- */

static libevtx_record_t *record_get(libevtx_file_t *f, const struct event_at *at)
{
    libevtx_record_t *r = NULL;
    int ok = at->recovered ? libevtx_file_get_recovered_record_by_index(f, at->index, &r, NULL)
                           : libevtx_file_get_record_by_index(f, at->index, &r, NULL);

    return ok == 1 ? r : NULL;
}

/* Whether the event could be read; *closed: nobody reads the pipe. */
static bool put_event(struct decoding *d, libevtx_file_t *f, const struct event_at *at,
                      bool *closed)
{
    libevtx_record_t *r = record_get(f, at);
    size_t n = 0;
    bool ok = r != NULL && libevtx_record_get_utf8_xml_string_size(r, &n, NULL) == 1 && n > 1 &&
              n <= MAX_XML_BYTES;

    if (ok && n + 1 > d->cap) {
        d->cap = n + 1;
        d->xml = xrealloc(d->xml, d->cap);
    }
    ok = ok && libevtx_record_get_utf8_xml_string(r, d->xml, n, NULL) == 1;
    if (ok) {
        n = trim_numbers(d->xml, strnlen((char *)d->xml, n - 1));
        d->xml[n++] = '\n';
        *closed = !child_write(d->xml, n);
    }
    (void)libevtx_record_free(&r, NULL);
    return ok;
}

static void list_events(struct decoding *d, libevtx_file_t *f, bool recovered)
{
    int n = 0;
    int ok = recovered ? libevtx_file_get_number_of_recovered_records(f, &n, NULL)
                       : libevtx_file_get_number_of_records(f, &n, NULL);

    for (int i = 0; ok == 1 && i < n && d->n < MAX_EVENTS; i++) {
        struct event_at at = {.index = i, .recovered = recovered};
        libevtx_record_t *r = record_get(f, &at);

        if (r == NULL || libevtx_record_get_identifier(r, &at.id, NULL) != 1)
            at.id = UINT64_MAX;
        (void)libevtx_record_free(&r, NULL);
        d->list[d->n++] = at;
    }
}

static int cmp_events(const void *a, const void *b)
{
    const struct event_at *x = a, *y = b;

    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    if (x->recovered != y->recovered)
        return x->recovered ? 1 : -1;
    return (x->index > y->index) - (x->index < y->index);
}

/* The events of the chunk in the image; false when nobody reads the pipe. */
static bool put_events(struct decoding *d, libevtx_file_t *f, uint64_t *n_given)
{
    const unsigned char *chunk = d->image + HEADER_BYTES;
    bool damaged = libevtx_file_is_corrupted(f, NULL) != 0, closed = false;
    uint64_t promised = n_promised(chunk), first = get_u64(chunk + 24);

    d->n = 0;
    list_events(d, f, false);
    damaged |= d->n < promised;
    if (damaged)
        list_events(d, f, true);
    qsort(d->list, d->n, sizeof(*d->list), cmp_events);
    for (size_t i = 0; i < d->n && !closed; i++) {
        const struct event_at *e = &d->list[i];
        bool stale = e->recovered && promised > 0 && (e->id < first || e->id - first >= promised);

        if (stale || (i > 0 && e->recovered && e->id == d->list[i - 1].id))
            continue;
        *n_given += put_event(d, f, e, &closed);
    }
    if (damaged)
        d->numbers[EVTX_DAMAGED_CHUNKS]++;
    return !closed;
}

static bool put_chunk(struct decoding *d)
{
    libbfio_handle_t *io = NULL;
    libevtx_file_t *f = NULL;
    uint64_t promised = n_promised(d->image + HEADER_BYTES), n_given = 0;
    bool open = libbfio_memory_range_initialize(&io, NULL) == 1 &&
                libbfio_memory_range_set(io, d->image, IMAGE_BYTES, NULL) == 1 &&
                libevtx_file_initialize(&f, NULL) == 1 &&
                libevtx_file_open_file_io_handle(f, io, libevtx_get_access_flags_read(), NULL) == 1;
    bool reading = true;

    if (open)
        reading = put_events(d, f, &n_given);
    else
        d->numbers[EVTX_DAMAGED_CHUNKS]++;
    d->numbers[EVTX_EVENTS] += n_given;
    if (promised > n_given && reading)
        d->numbers[EVTX_LOST] += promised - n_given;
    if (open)
        (void)libevtx_file_close(f, NULL);
    (void)libevtx_file_free(&f, NULL);
    (void)libbfio_handle_free(&io, NULL);
    return reading;
}

int evtx_decode(void *ctx, volatile uint64_t numbers[CHILD_NUMBERS])
{
    struct decoding d = {.numbers = numbers};
    uint64_t offset = HEADER_BYTES;
    bool reading = true;

    (void)ctx;
    d.image = xcalloc(1, IMAGE_BYTES);
    d.list = xcalloc(MAX_EVENTS, sizeof(*d.list));
    numbers[EVTX_BREAKS_OFF] = child_read_at(d.image, HEADER_BYTES, 0) < HEADER_BYTES;
    make_header(d.image);
    while (reading) {
        unsigned char *chunk = d.image + HEADER_BYTES;
        size_t n = child_read_at(chunk, CHUNK_BYTES, offset);

        if (n == 0)
            break;
        memset(chunk + n, 0, CHUNK_BYTES - n);
        numbers[EVTX_BREAKS_OFF] = n < CHUNK_BYTES;
        if (!is_zero(chunk, n))
            reading = put_chunk(&d);
        offset += n;
        numbers[EVTX_DONE] = offset;
    }
    free(d.image);
    free(d.list);
    free(d.xml);
    return 0;
}

#endif
