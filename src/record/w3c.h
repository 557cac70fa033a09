/* w3c.h - the W3C extended log file format: directives, the columns of #Fields, rows.
 *
 * Columns are separated by blanks or tabs, `-` is an empty value. Proxies write ELFF, where a value
 * may stand in double quotes (a quote in it doubled) or be a time in brackets; IIS does neither and
 * writes `+` for a blank.
 *
 * Behind the columns of the #Fields line a header has two more names, whose values are made of
 * columns: W3C_TIME of `date` and `time` (the date being that of the #Date directive when there is
 * no such column), W3C_URL of the stem and the query, with scheme and host in ELFF, when no column
 * cs-uri holds it. */
#ifndef RECORD_W3C_H
#define RECORD_W3C_H

#include "record/csv.h"

/* Further columns of a #Fields line are left out. */
#define W3C_MAX_COLUMNS 1000
#define W3C_TIME        "@datetime"
#define W3C_URL         "@url"
#define W3C_N_MADE      2

enum w3c_part {
    W3C_DAY,
    W3C_CLOCK,
    W3C_SCHEME,
    W3C_HOST,
    W3C_PORT,
    W3C_PATH,
    W3C_QUERY,
    W3C_PARTS
};
struct w3c_made {
    size_t at[W3C_PARTS]; /* columns; SIZE_MAX: none */
    struct str date;      /* stands for the day when that has no column */
    bool has_uri;         /* some column is the URL */
};
/* The columns of a #Fields line. */
static inline size_t w3c_n_columns(const struct csv_header *h)
{
    return h->n - W3C_N_MADE;
}

enum w3c_directive { W3C_NONE, W3C_FIELDS, W3C_SOFTWARE, W3C_DATE, W3C_OTHER };
/* What a line is; the value is what stands behind the colon, trimmed. Lines that begin with `#` are
 * no rows in any case. */
enum w3c_directive w3c_directive(struct str line, struct str *value);

/* The header of a #Fields value; NULL when it names nothing. `quotes`: ELFF. The date is used when
 * no column holds it and may be empty; it is copied. */
struct csv_header *w3c_header(struct str fields, bool quotes, struct str date, struct arena *a);
/* Whether these columns are those of a server that writes quotes as they are (IIS). */
bool w3c_is_iis(struct str software, struct str fields);
/* The columns that IIS writes when nobody chose others: since version 7.5, and before it. */
#define W3C_IIS_FIELDS                                                                             \
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) "    \
    "cs(Referer) sc-status sc-substatus sc-win32-status time-taken"
#define W3C_IIS7_FIELDS                                                                            \
    "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) "    \
    "sc-status sc-substatus sc-win32-status time-taken"
/* How many columns a row has. */
size_t w3c_count(struct str row, bool quotes);
/* The number of columns, 15 or 14, when the row can only be one of the two above; else 0. */
size_t w3c_iis_columns(struct str row);
/* Whether a row begins with a date and a time. */
bool w3c_is_dated(struct str row);

/* For csv_row_split and csv_row_pick. */
struct str *w3c_split(struct str row, const struct csv_header *h, struct arena *a, size_t *n);
size_t w3c_pick(struct str row, const struct csv_header *h, const uint32_t *slots, size_t n_slots,
                struct arena *a, struct val *vals);

#endif
