/* view.h - one record as the format room hands it over. */
#ifndef RECORD_VIEW_H
#define RECORD_VIEW_H

#include "util/str.h"

struct csv_header;
struct timestamp_hint;

enum record_shape { RECORD_JSON, RECORD_CSV, RECORD_TEXT, RECORD_SHAPE_COUNT };

/* Facts of the input a record comes from. */
struct record_input {
    struct str name;      /* path as given: for --tag globs and messages */
    int64_t reference_ns; /* for times without a year */
    const struct timestamp_hint
        *time_hint; /* day/month order learned from the file; NULL: month first */
};

struct record {
    struct str bytes; /* the record itself: the JSON object, the CSV line, the text line */
    struct str
        raw; /* what @rawstring is: the same, or the line around it (syslog header and body) */
    enum record_shape shape;
    const struct csv_header *header; /* RECORD_CSV: the columns */
    const struct record_input *input;
    struct str stood; /* the record as it stands in the input, where raw is made from it (compact,
                         or built of names and values); else ptr is NULL */
    bool is_made;     /* bytes are raw in another notation: an XML event as JSON */
};

#endif
