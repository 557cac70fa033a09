/* csv.h - comma separated values (RFC 4180): record ends, fields, header names.
 *
 * A quote opens a quoted field only at the field's start; elsewhere it is a byte like others.
 * Inside a quoted field a doubled quote is a quote, and line ends and delimiters are data. What
 * follows a closing quote up to the delimiter is kept as it stands. */
#ifndef RECORD_CSV_H
#define RECORD_CSV_H

#include "batch/batch.h"

/* Where a cutter of records stands when a window ends; all false at the start of the file. */
struct csv_state {
    bool in_quotes;
    bool quote_seen; /* the byte before was a quote inside a quoted field: doubled, or the end */
    bool in_field;   /* the byte before belongs to an unquoted field, or to one already closed */
};

/* The line feed that ends the record in which ptr stands, or NULL when the bytes end first (the
 * state then says how to go on with the next window). After a find the state is that of a new
 * record. */
const char *csv_record_end(const char *ptr, const char *end, char delimiter,
                           struct csv_state *state);

/* All fields of one record (without its line end; a CR at the end is dropped). Fields point into
 * the record, or into the arena when quotes were doubled. Returns the array, in the arena; at most
 * max fields are given, n counts those. An empty record is one empty field. */
struct str *csv_split(struct str record, char delimiter, struct arena *a, size_t max, size_t *n);
/* Only some columns: slots[i] is the index in vals for column i, or UINT32_MAX. The vals named
 * there are written: KIND_TEXT, or KIND_ABSENT when the record has no such column. Returns the
 * number of fields seen; reading stops after the last wanted column. */
size_t csv_pick(struct str record, char delimiter, const uint32_t *slots, size_t n_slots,
                struct arena *a, struct val *vals);

/* A header name in its normal form: blanks trimmed, a run of blanks as one, a trailing ` [UTC]` and
 * a leading byte-order mark dropped. */
struct str csv_header_name(struct str raw, struct arena *a);
struct w3c_made;
enum csv_dialect {
    CSV_PLAIN, /* RFC 4180 */
    CSV_IIS,   /* W3C extended log of a server: see w3c.h */
    CSV_ELFF   /* the same of a proxy, with quotes */
};
/* The columns of a CSV file, or of rows behind a #Fields line. */
struct csv_header {
    struct str *names; /* normal form; arena */
    size_t n;
    char delimiter;
    enum csv_dialect dialect;
    const struct w3c_made *made; /* not CSV_PLAIN: what the last names are made of; arena */
};
/* csv_split and csv_pick (one slot for each name) in the header's dialect. */
struct str *csv_row_split(struct str record, const struct csv_header *h, struct arena *a,
                          size_t *n);
size_t csv_row_pick(struct str record, const struct csv_header *h, const uint32_t *slots,
                    struct arena *a, struct val *vals);
/* The header record cut and its names brought to normal form. */
struct csv_header *csv_header_parse(struct str record, char delimiter, struct arena *a);
/* The column of a name (in normal form): the first with that spelling, else the first without
 * regard to case; SIZE_MAX when there is none. */
size_t csv_header_find(const struct csv_header *h, struct str name);
/* Comma, semicolon or tab, by which splits the line into most fields; 0 when none does. */
char csv_guess_delimiter(struct str header_line);

#endif
