/* json_doc.h - a walk through JSON text that finds the records in it: documents one after another,
 * arrays, envelopes, column/row answers. Private to the room. */
#ifndef FORMAT_JSON_DOC_H
#define FORMAT_JSON_DOC_H

#include "format/format_def.h"

/* Column names of a {"tables":[{columns,rows}]} answer. Counted, since windows of several workers
 * share them. */
struct doc_columns {
    _Atomic uint32_t refs;
    size_t n;
    struct str *keys; /* owned, as are the texts behind it: each `"name":` */
    char *text;       /* owned */
};
struct doc_columns *doc_columns_ref(struct doc_columns *c);
void doc_columns_unref(struct doc_columns *c);

enum doc_place {
    DOC_TOP = 0, /* between documents */
    DOC_ARRAY,   /* in an array of records */
    DOC_MEMBERS, /* in an envelope, between its members */
    DOC_RECORDS, /* in the envelope's array */
    DOC_TABLES,  /* in the array of tables */
    DOC_TABLE,   /* in a table, between its members */
    DOC_ROWS     /* in its array of rows */
};

enum doc_found {
    DOC_MORE,   /* everything up to ptr is dealt with; behind it more bytes are needed (or none) */
    DOC_RECORD, /* an object; cut: it has no end */
    DOC_ROW,    /* an array to be read with walk->columns */
    DOC_BROKEN  /* an unreadable stretch */
};
/* `cut`: the object breaks off (only at the end of the input). at_top: it is a document itself. */
enum doc_found doc_next(struct doc_walk *w, struct str *out, bool *cut, bool *at_top);
void doc_walk_done(struct doc_walk *w);

/* Past what may stand between values. */
const char *doc_skip_between(const char *p, const char *end);
/* Does this object (ptr at its brace) look as if it were no plain record? For LINES: cheap. */
bool doc_may_be_envelope(const char *ptr, const char *end);
/* The object of a row's names and values. */
struct str doc_build_row(const struct doc_columns *columns, struct str row, struct arena *a);
/* The record without blanks between tokens; itself when it has none. */
struct str record_compact(struct str record, struct arena *a);
/* Where reading goes on after the record at `record`, which has no end: a line that begins with `{`
 * no deeper than the record did. `end` when there is none. */
const char *doc_resync(const struct doc_walk *w, const char *record, const char *end);

#endif
