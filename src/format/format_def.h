/* format_def.h - what a row of formats.def is made of. Private to the room. */
#ifndef FORMAT_FORMAT_DEF_H
#define FORMAT_FORMAT_DEF_H

#include "format/format.h"

struct format_def {
    const char *name;
    enum format_kind kind;
    enum record_shape shape;
    char delimiter; /* of a forced format; 0: guessed */
    bool (*detect)(struct str head, bool whole);
    /* Reads what records share from the head. May be NULL. */
    void (*open)(struct format_input *in, struct str head);
    /* STREAM. */
    size_t (*cut)(struct format_cutter *c, struct str bytes, bool at_end,
                  struct format_window_mark *mark);
    void (*start)(struct format_splitter *s); /* may be NULL */
    enum format_split (*next)(struct format_splitter *s, struct record *out);
};

struct format_input {
    const struct format_def *def;
    struct record_input input;
    struct timestamp_hint hint;
    struct arena arena;
    struct csv_header *header; /* arena; CSV */
    struct str header_record;  /* arena; the header's own bytes */
    size_t skip;               /* bytes before the first record */
    /* W3C: of rows before the first #Fields line, 15 and 14 columns of IIS. Arena. */
    struct csv_header *iis, *iis7;
};

struct format_cutter {
    const struct format_input *in;
    uint64_t max_record;
    bool skipped;    /* the header is behind us */
    bool line_mode;  /* CSV: quotes were broken too often, every line end is a record end */
    uint32_t n_lost; /* unreadable records so far */
    bool skipping;   /* JSON: inside a record that is too long */
    uint64_t depth;  /* of the brackets in it */
    bool in_string, escaped, started;
    struct doc_walk walk;
    struct w3c_state w3c;
};

/* Releases what the state holds. */
void w3c_state_done(struct w3c_state *s);

#define FORMAT(ID) extern const struct format_def format_##ID;
#include "format/formats.def"
#undef FORMAT

/* After so many unreadable records of one input, records are looked for line by line: the cost of
 * looking for the end of a record that has none would grow with the square of the input. */
#define MAX_LOST 64

/* An outcome of splitting: a stretch of the window. */
static inline void record_set(struct format_splitter *s, enum record_shape shape, struct str bytes,
                              struct record *out)
{
    s->at = bytes.ptr;
    out->bytes = bytes;
    out->raw = bytes;
    out->shape = shape;
    out->header = s->in->header;
    out->input = &s->in->input;
    out->stood = STR_NONE;
    out->is_made = false;
}

/* One past the line's last byte that is neither blank nor NUL, from the line feed (or the end). */
struct str line_trim(const char *ptr, const char *end);
/* The next line feed or NULL; *joined is set when `}{` stands before it: perhaps two records. */
const char *line_find_end(const char *ptr, const char *end, bool *joined);

/* AVX2 twins. */
const char *line_find_end_avx2(const char *ptr, const char *end, bool *joined);
uint64_t count_feeds_avx2(const char *ptr, const char *end);
uint64_t count_lines_avx2(const char *ptr, const char *end);

#endif
