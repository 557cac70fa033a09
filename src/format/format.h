/* format.h - a file's bytes to records.
 *
 * A format is a row in formats.def (order is order of detection). Two kinds: LINES formats, where
 * every line end is a record end, can be cut anywhere in parallel; STREAM formats (JSON documents
 * over several lines, envelopes, CSV with line breaks in quotes) keep a state and are cut in order
 * by a cutter. Either way a cut piece (a window of whole records) can be split into records by any
 * worker on its own. */
#ifndef FORMAT_FORMAT_H
#define FORMAT_FORMAT_H

#include "record/record.h"

enum format_kind { FORMAT_LINES, FORMAT_STREAM };

struct format_def;                            /* a row */
const struct format_def *format_at(size_t i); /* NULL at the end */
const struct format_def *format_named(struct str name);
const char *format_name(const struct format_def *f);
enum format_kind format_kind_of(const struct format_def *f);

/* Bytes of an input's beginning that detection wants to see. */
#define FORMAT_HEAD_MAX ((size_t)256 * 1024)

/* The format of an input from its first bytes, byte-order mark removed (`whole` when that is all of
 * it). Never NULL: plain lines take everything that is text. */
const struct format_def *format_detect(struct str head, bool whole);
/* What the bytes are when they are not text: "evtx", "a zip archive", "binary data"; NULL for text.
 */
const char *format_binary(struct str head);

/* One input's state that windows share once its head has been read: CSV header, order of day and
 * month. Made from the head; read-only afterwards. The name is borrowed. */
struct format_input;
struct format_input *format_input_new(const struct format_def *f, struct str name, struct str head,
                                      int64_t reference_ns);
void format_input_free(struct format_input *in);
const struct record_input *format_record_input(const struct format_input *in);
/* Bytes that belong to every record without standing in it: the CSV header. A prefilter that finds
 * a literal there must look at every record. */
struct str format_input_header(const struct format_input *in);

/* What the directives of a W3C extended log have said so far. Private to the room. */
struct w3c_columns;
struct w3c_state {
    struct w3c_columns *columns; /* counted; NULL: no #Fields line yet */
    char date[12];               /* of the #Date directive, or empty */
    bool iis;                    /* #Software names Microsoft */
};

/* What a splitter must know of the stretch before its window, and what the cutter learned of it. */
struct format_window_mark {
    uint32_t place;
    uint32_t n_lost;
    uint64_t column;    /* bytes of the window's first line before it */
    uint64_t skip;      /* bytes at the window's beginning that are no record: a header */
    uint64_t n_records; /* in the window */
    bool has_broken;    /* unreadable stretches in the window */
    bool has_built;     /* records that are built from more than their bytes: never prefiltered */
    bool all_broken;    /* the window is one unreadable stretch */
    bool too_long;      /* of a record that is longer than allowed */
    struct doc_columns *columns; /* counted; released by format_mark_done */
    struct w3c_state w3c;        /* at the window's beginning; released likewise */
};
void format_mark_done(struct format_window_mark *mark);

/* STREAM: cuts. Given the next bytes (`at_end`: no more follow), *used is how many form whole
 * records (plus what lies between); the rest is given again with more behind it. 0 means: more is
 * needed (never when at_end or when more than max_record bytes are given). The window
 * [ptr, ptr+*used) together with *mark is then splittable by any worker. An unreadable stretch is
 * passed over and reported as a broken record by the splitter. */
struct format_cutter;
struct format_cutter *format_cutter_new(const struct format_input *in, uint64_t max_record);
size_t format_cut(struct format_cutter *c, struct str bytes, bool at_end,
                  struct format_window_mark *mark);
void format_cutter_free(struct format_cutter *c);

/* Where a walk through JSON text stands. Private to the room. */
struct doc_walk {
    const char *start, *ptr, *end;
    bool at_end;
    uint8_t place;
    uint8_t n_arrays;
    bool lost;
    uint32_t n_lost;
    uint64_t column; /* bytes of the line of `start` before it */
    struct doc_columns *columns;
};

/* Splits a window (LINES: whole lines, mark NULL) into records. Call until SPLIT_END. LINES windows
 * may hold any number of lines; a line may hold several records. */
struct format_splitter {
    const struct format_input *in;
    struct str window;
    const struct format_window_mark *mark;
    struct arena *arena; /* for records that must be built (column/row answers, compact forms) */
    /* The raw text of records cut out of an envelope or spread over lines is asked for: it is made
     * compact. Otherwise raw is the record as it stands. */
    bool need_raw;
    /* When not NULL: is this stretch of bytes worth looking at? Records without a hit are passed
     * over (and counted in n_skipped) without being split further. STREAM only. */
    bool (*wanted)(void *ctx, struct str record);
    void *wanted_ctx;
    uint64_t n_skipped;
    uint64_t n_uneven; /* rows given that have not as many columns as are named */
    /* Private. */
    const char *ptr; /* where splitting goes on */
    const char *at;  /* where the record given last starts */
    struct str line;
    bool in_line;
    struct doc_walk walk;
    struct w3c_state w3c;
};
void format_split_start(struct format_splitter *s);
enum format_split {
    SPLIT_END,
    SPLIT_RECORD,
    SPLIT_BROKEN /* out->bytes is the unreadable stretch */
};
/* offset: where the record starts in the window. */
enum format_split format_split_next(struct format_splitter *s, struct record *out,
                                    uint64_t *offset);
/* Records given so far point to column names that format_split_done releases, not to the window
 * or its mark: their rows must be used before. */
bool format_split_holds(const struct format_splitter *s);
void format_split_done(struct format_splitter *s);

/* Non-empty lines in a stretch, as records would be counted if each line were one. */
uint64_t format_count_lines(const char *ptr, const char *end);
/* Line feeds in a stretch. */
uint64_t format_count_feeds(const char *ptr, const char *end);

#endif
