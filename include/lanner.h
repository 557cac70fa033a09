/* lanner.h - the public C interface of Lanner: run a detection query over logs and read its rows.
 *
 * Life of a call:
 *
 *     struct lanner_err err = {0};
 *     struct lanner_session *s = lanner_session_new();
 *     lanner_session_set(s, "now", "data", &err);
 *     lanner_session_add_input(s, "logs/", &err);
 *     struct lanner_query *q = NULL;
 *     lanner_query_prepare(s, text, strlen(text), NULL, &q, &err);
 *     lanner_query_run(q, on_rows, ctx, &stats, &err);
 *     lanner_query_free(q);
 *     lanner_session_free(s);
 *
 * Ownership: what a *_new or *_prepare returns belongs to the caller, who frees it with the
 * matching
 * *_free; every *_free accepts NULL. Text handed in is copied. Text handed to a callback is valid
 * until the callback returns. No call prints, none touches the locale or the signal handlers.
 *
 * Threads: a session and its queries belong to one thread at a time; lanner_query_cancel alone may
 * be called from any thread and from a signal handler. */
#ifndef LANNER_H
#define LANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LANNER_VERSION "0.1.0"

#if defined(__GNUC__)
#define LANNER_API      __attribute__((visibility("default")))
#define LANNER_MUST_USE __attribute__((warn_unused_result))
#else
#define LANNER_API
#define LANNER_MUST_USE
#endif

/* What became of a call. Everything but LANNER_OK comes with a filled struct lanner_err. */
enum lanner_rc {
    LANNER_OK = 0,
    LANNER_ERR_USAGE,       /* an option or argument of the call itself is wrong */
    LANNER_ERR_QUERY,       /* the query text is wrong; the place is in the error */
    LANNER_ERR_UNSUPPORTED, /* the query is understood and Lanner does not do it; named in the text
                             */
    LANNER_ERR_INPUT,       /* an input's content cannot be read as asked (strict input) */
    LANNER_ERR_IO,          /* the operating system refused a file operation */
    LANNER_ERR_MEMORY,      /* the query's memory budget is used up and nothing more can spill */
    LANNER_ERR_LIMIT,       /* a bound against hostile input was reached */
    LANNER_ERR_CANCELLED,   /* lanner_query_cancel was called */
    LANNER_ERR_STOPPED      /* the row callback asked to stop */
};

/* One failure: what was expected and what was found, and where in the query text. */
struct lanner_err {
    enum lanner_rc rc;
    uint32_t line;   /* 1-based line in the query text; 0 when the failure has no place there */
    uint32_t column; /* 1-based column, in bytes */
    uint32_t length; /* bytes of query text concerned, at least 1 when there is a place */
    char text[512];  /* lower case, no full stop */
    char hint[256];  /* what the user can do, or empty */
};

/* What kind of thing a value of a result is. */
enum lanner_kind {
    LANNER_ABSENT = 0, /* the row has no such field */
    LANNER_NULL,       /* null, where the language knows it */
    LANNER_TEXT,       /* text as it stood in the log or was made by the query */
    LANNER_LONG,       /* computed integer */
    LANNER_DOUBLE,     /* computed real number, finite */
    LANNER_BOOL
};

struct lanner_value {
    enum lanner_kind kind;
    const char *text; /* LANNER_TEXT: not NUL-terminated, may hold any byte */
    size_t len;
    int64_t integer; /* LANNER_LONG; LANNER_BOOL as 0 or 1 */
    double real;     /* LANNER_DOUBLE */
    bool point;      /* LANNER_DOUBLE: the language writes a whole number with a point: 10.0 */
};

struct lanner_name {
    const char *text;
    size_t len;
};

/* One result row. `open` fields are those whose names only the data knows (a query without a
 * projection gives the whole event); they are sorted by name, bytewise. */
struct lanner_row {
    size_t n_columns;
    const struct lanner_name *columns; /* the same for every row of a query */
    const struct lanner_value *values;
    size_t n_open;
    const struct lanner_name *open_names;
    const struct lanner_value *open_values;
};

/* A note about the run: repairs of the query, limits that cut, inputs that could not be read. */
enum lanner_note_kind {
    LANNER_NOTE_REPAIR,  /* the query was read in the tolerant way */
    LANNER_NOTE_LIMIT,   /* a limit of the language cut the result */
    LANNER_NOTE_WARNING, /* something the user should know; the result is complete */
    LANNER_NOTE_INPUT    /* part of an input could not be read; the result is incomplete */
};

struct lanner_note {
    enum lanner_note_kind kind;
    uint32_t line, column, length; /* place in the query, line 0 when none */
    const char *text;
};

struct lanner_stats {
    uint64_t n_events;        /* records examined */
    uint64_t n_matched;       /* rows that left the scan */
    uint64_t n_bytes;         /* bytes of log text examined, after decompression */
    uint64_t n_bytes_on_disk; /* bytes read from inputs */
    uint64_t n_bytes_total;   /* sum of the sizes of the inputs known so far, 0 when unknown */
    uint64_t n_unreadable;    /* records that could not be read */
    uint64_t n_inputs;        /* files and streams read */
    uint64_t n_rows;          /* result rows delivered */
    uint64_t n_spilled_bytes; /* bytes written to temporary files */
    uint64_t n_duplicates;    /* records dropped because their id was seen (option dedup) */
    uint64_t peak_memory;     /* most bytes of the budget in use at once */
    int64_t elapsed_ns;
    bool incomplete; /* some input or record could not be read to its end: exit status 2 */
};

struct lanner_session;
struct lanner_query;

/* Called for each result row, in result order, from the thread that called lanner_query_run. Return
 * false to stop: the run then ends with LANNER_ERR_STOPPED. */
typedef bool (*lanner_on_row)(void *ctx, const struct lanner_row *row);
/* Called for each note, from the running thread, before lanner_query_run or _prepare returns. */
typedef void (*lanner_on_note)(void *ctx, const struct lanner_note *note);
/* Called about five times a second during a run, from any one thread at a time. */
typedef void (*lanner_on_progress)(void *ctx, const struct lanner_stats *so_far);
/* Receives a piece of text, not NUL-terminated. */
typedef void (*lanner_on_text)(void *ctx, const char *text, size_t len);

LANNER_API const char *lanner_version(void);

LANNER_API struct lanner_session *lanner_session_new(void);
LANNER_API void lanner_session_free(struct lanner_session *session);

/* Sets one option by name; an unknown name or a value it does not take is LANNER_ERR_USAGE.
 *   now            RFC 3339 instant, "data" (newest event of the inputs), or "" for the real clock
 *   from, to       RFC 3339 instant, epoch milliseconds or a span ago such as "7d"
 *   timezone       name of the tz database or an offset; default UTC
 *   strict         "1": what the vendor refuses is an error
 *   strict-fields  "1": a name that no record has is an error (AQL)
 *   category-widening  "0": CATEGORYNAME(category) is compared by the low-level name only (AQL)
 *   raw-payload    "1": the payload of a record is its bytes as they stand, not compacted (AQL)
 *   strict-input   "1": a record that cannot be read is an error
 *   threads        number of worker threads; "0": one for each processor
 *   memory         budget in bytes, suffixes K M G; "0": half of what is free
 *   max-record     longest record in bytes, suffixes K M G
 *   format         name of an input format instead of detection by content
 *   encoding       utf-8 (default), utf-16le, utf-16be, windows-1252
 *   tag            "#name=value" or "glob:#name=value", may be given several times
 *   param          "name=value" for ?name in a query, may be given several times; queries that were
 *                  prepared before keep the values they had
 *   allow          allow-list file (docs/detections.md), may be given several times; events that an
 *                  entry takes are left out of every query prepared from then on; "" forgets
 *                  the files given so far
 *   dedup          "1": count each record id once
 *   hints          "0": of a query that finds nothing it is not looked for why (a tag or an
 * interval that no event has, a property that no record has), which reads part of the inputs again
 * and gives notes event-time     "happened" (default) or "emitted" missing-data   "refuse"
 * (default) or "ignore": functions whose data was not given lookups        folder that file names
 * in queries resolve under, may be given several times saved          folder of saved queries
 * (CQL): $name() is name.cql, may be given several times geo            a MaxMind database file,
 * may be given several times indicators     indicator file for ioc:lookup reference      folder of
 * QRadar's reference data (docs/data.md), may be given several times networks, assets, xforce,
 * names   CSV files that stand for QRadar's own data (docs/data.md) rules, offenses   JSON files
 * that do parser         CQL: a parser script that makes the fields of each record before the
 * query: its text, or a definition in a file that ends in .yaml sources        folder of further
 * source declarations, which win over the built-in ones temporary      folder for spilled data;
 * default $TMPDIR or /tmp optimizer, prefilter, simd   "0" switches it off; the answer does not
 * change batch-rows     rows of a batch, 1 to 65536 (for tests) */
LANNER_API LANNER_MUST_USE enum lanner_rc lanner_session_set(struct lanner_session *session,
                                                             const char *name, const char *value,
                                                             struct lanner_err *err);
/* Adds a file, a folder, a pattern (*, ?, [...]) or "-" for standard input. Files are opened when a
 * query runs. */
LANNER_API LANNER_MUST_USE enum lanner_rc
lanner_session_add_input(struct lanner_session *session, const char *path, struct lanner_err *err);
/* Adds bytes as an input under a name; they are copied. */
LANNER_API LANNER_MUST_USE enum lanner_rc lanner_session_add_bytes(struct lanner_session *session,
                                                                   const char *name,
                                                                   const void *bytes, size_t len,
                                                                   struct lanner_err *err);
LANNER_API void lanner_session_on_note(struct lanner_session *session, lanner_on_note fn,
                                       void *ctx);
LANNER_API void lanner_session_on_progress(struct lanner_session *session, lanner_on_progress fn,
                                           void *ctx);

/* Parses and plans a query. `language` is "cql" or "aql", or NULL to tell it from the text. */
LANNER_API LANNER_MUST_USE enum lanner_rc
lanner_query_prepare(struct lanner_session *session, const char *text, size_t len,
                     const char *language, struct lanner_query **out, struct lanner_err *err);
/* A column of a result: its name, and its type as the query's language calls it (the names of
 * QRadar's column metadata for AQL: Host, Long, String, ...). Valid until the callback returns. */
struct lanner_column {
    struct lanner_name name;
    const char *type;
};
typedef void (*lanner_on_column)(void *ctx, const struct lanner_column *column);
/* The columns of the result, in order, before anything is run. A query without a projection gives
 * besides them whatever fields the events have. */
LANNER_API LANNER_MUST_USE enum lanner_rc lanner_query_columns(struct lanner_query *query,
                                                               lanner_on_column fn, void *ctx,
                                                               struct lanner_err *err);
/* The plan, the repairs, the prefilter and the columns of the result as text. Where the session has
 * inputs and the query asks for texts of the payload, some of their records are looked at: it is
 * said of which inputs no record can pass, and why. */
LANNER_API LANNER_MUST_USE enum lanner_rc lanner_query_explain(struct lanner_query *query,
                                                               lanner_on_text fn, void *ctx,
                                                               struct lanner_err *err);
/* Runs the query over the session's inputs. `stats` may be NULL; it is filled on failure too. */
LANNER_API LANNER_MUST_USE enum lanner_rc lanner_query_run(struct lanner_query *query,
                                                           lanner_on_row fn, void *ctx,
                                                           struct lanner_stats *stats,
                                                           struct lanner_err *err);
/* Runs several prepared queries of one session over one scan of its inputs. `fn` is called with
 * ctxs[i] for rows of queries[i]; the rows of one query come together, queries in their order. */
LANNER_API LANNER_MUST_USE enum lanner_rc
lanner_queries_run(struct lanner_query *const *queries, size_t n, lanner_on_row fn,
                   void *const *ctxs, struct lanner_stats *stats, struct lanner_err *err);
/* Asks a running query to end with LANNER_ERR_CANCELLED; safe in a signal handler. */
LANNER_API void lanner_query_cancel(struct lanner_query *query);
LANNER_API void lanner_query_free(struct lanner_query *query);

/* ---- Other forms of a query: what detection tools ask beside its rows ---- */

enum lanner_form {
    LANNER_FORM_ROWS, /* the query's own rows */
    /* The events behind its rows: every event that reaches the first stage that groups, orders or
     * counts; of a query without such a stage the events of its rows. One row an event, with the
     * columns asked for in `fields`, oldest first. */
    LANNER_FORM_EVENTS,
    /* Its rows without the conditions that stand behind the first grouping: what was below a
     * threshold shows up as well. A query without grouping gives its own rows. */
    LANNER_FORM_GROUPS
};

/* What is done with events that an entry of the session's allow-lists (option "allow") takes. */
enum lanner_allow {
    LANNER_ALLOW_APPLY,  /* they are left out; without lists every event stays */
    LANNER_ALLOW_IGNORE, /* they stay */
    LANNER_ALLOW_ONLY    /* only they stay */
};

/* An event is kept when the field has one of the values. An address (QRadar's sourceip) compares as
 * an address, and a value such as 2001:db8::/64 is the network; all else as text without regard to
 * case. */
struct lanner_condition {
    const char *field;
    const char *const *values;
    size_t n_values;
};

/* Names of fields for conditions and columns, beside those that the language CQL knows. */
#define LANNER_FIELD_SOURCE "\x01qradar:sourceip" /* address of the client */
#define LANNER_FIELD_USER   "\x01qradar:username"
#define LANNER_FIELD_ENTRY  "\x01allow:entry" /* number of the allow-list entry that takes it */
#define LANNER_FIELD_KIND   "\x01source:name" /* name of the source declaration, "" when none */

#define LANNER_TIME_OPEN INT64_MIN

struct lanner_variant {
    enum lanner_form form;
    enum lanner_allow allow;
    const struct lanner_condition *conditions; /* all must hold */
    size_t n_conditions;
    int64_t from_ms, to_ms;    /* event time, both included; LANNER_TIME_OPEN: open. They narrow the
                                  query's own interval. */
    bool any_event;            /* FORM_EVENTS: not only those that the query selects */
    const char *const *fields; /* FORM_EVENTS: columns, in order */
    size_t n_fields;
    /* The detection whose query this is: allow-list entries that are meant for certain detections
     * (column `detection`) count only where their pattern takes this id. NULL: they do not count.
     */
    const char *detection;
};

/* Makes a further query from a prepared one; both may be run in one job (lanner_queries_run). The
 * text and the parameters are those of `query`. LANNER_ERR_UNSUPPORTED, with the reason, where a
 * form cannot be made. */
LANNER_API LANNER_MUST_USE enum lanner_rc lanner_query_variant(struct lanner_query *query,
                                                               const struct lanner_variant *variant,
                                                               struct lanner_query **out,
                                                               struct lanner_err *err);

/* An entry of the allow-lists, as LANNER_FIELD_ENTRY numbers them from 0. */
struct lanner_allow_entry {
    const char *file; /* as given */
    uint32_t line;
    const char *kind;  /* address, asn, user_agent, application, account; all: a maintenance window
                          without a value */
    const char *value; /* as written */
    const char *detection;               /* pattern of the ids it is meant for, or "": all */
    const char *owner, *reason, *ticket; /* or "" */
    const char *expires;                 /* as written, or "" */
    bool is_expired;                     /* by the session's clock: it takes nothing */
};
/* False past the last one. The texts live as long as the session and its option "allow". */
LANNER_API bool lanner_session_allow_entry(struct lanner_session *session, size_t i,
                                           struct lanner_allow_entry *out);

/* Which kinds of log are in the inputs: calls fn with the name of each source declaration ("" for
 * records without one) and how many of the records looked at were of it. About the first MiB
 * of each input is looked at: what is rare may not be seen. */
typedef void (*lanner_on_source)(void *ctx, const char *name, uint64_t n_records);
LANNER_API LANNER_MUST_USE enum lanner_rc lanner_session_sources(struct lanner_session *session,
                                                                 lanner_on_source fn, void *ctx,
                                                                 struct lanner_err *err);

/* The function reference, from the function tables. `format` is "markdown" or "text";
 * `language` a language name, or NULL for all, side by side. */
LANNER_API LANNER_MUST_USE enum lanner_rc lanner_functions(const char *language, const char *format,
                                                           lanner_on_text fn, void *ctx,
                                                           struct lanner_err *err);

#ifdef __cplusplus
}
#endif
#endif
