/* open.h - whole records: all own fields of a row, and all values for free text. Private to the
 * room. */
#ifndef SOURCE_OPEN_H
#define SOURCE_OPEN_H

#include "source/program.h"

/* A record inside a record inside a record. */
#define OPEN_MAX_RECORDS 3

/* What an open row is made of. */
struct open_source {
    struct record records[OPEN_MAX_RECORDS]; /* the record, and those inside it that were read */
    size_t n_records;
    const struct program *program; /* that gave the values, of the innermost record */
    const struct val *vals;
};

/* Fills b->open[row] with the record's own fields, those of the records inside it, the tags of its
 * source, the --tags that apply (applies has one entry for each), and @timestamp. Of equal names
 * the first counts; --tag and @timestamp win over the record's own. True when there are too many
 * fields, or too deep: those are left out. */
bool open_fill(const struct extractor *x, const struct open_source *src, const bool *applies,
               int64_t event_ns, struct batch *b, uint32_t row);

#endif
