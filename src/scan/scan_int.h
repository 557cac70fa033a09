/* scan_int.h - what the files of this room share.
 *
 * inputs.c makes the list of inputs and opens them, window.c hands out windows of whole records,
 * rows.c makes batches of the records in them, run.c drives the workers. */
#ifndef SCAN_SCAN_INT_H
#define SCAN_SCAN_INT_H

#include "scan/feed.h"
#include "scan/scan.h"
#include "util/file.h"
#include "util/thread.h"

/* Windows stay in the L2 cache; 128 to 256 KiB measured best. */
#define WINDOW_BYTES ((size_t)256 * 1024)
/* Read behind a stretch's end to find the end of its last line. */
#define TAIL_BYTES ((size_t)8 * 1024)
/* A stretch of a plain file that one worker takes at a time. */
#define STRETCH_MAX_BYTES ((uint64_t)8 * 1024 * 1024)
/* What scan_heads_only reads of a plain line file. */
#define HEAD_BYTES   ((uint64_t)1024 * 1024)
#define FIRST_BROKEN 3
/* Of a screen: a bit for each, and one to spare. */
#define SCREEN_MAX_CONSUMERS 63
/* Records are looked for this far beyond the longest allowed (blanks may come before them); whoever
 * reads a record applies the limit itself, so that it does not depend on where windows end. */
#define RECORD_SLACK ((uint64_t)64 * 1024)

struct scan_input {
    char *path; /* owned */
    size_t index;
    const char *bytes; /* not NULL: memory, borrowed */
    uint64_t size;     /* at opening */
    bool is_stdin;
    int64_t modified_ns;
    /* While open; by whoever opens it, then read-only. */
    int fd;
    struct feed *feed; /* owned; NULL for plain line files */
    struct format_input
        *format; /* owned; kept to the end of the run: caches know inputs by address */
    bool is_lines;
    bool parallel;  /* a plain line file: cut anywhere */
    uint64_t first; /* position of the first byte behind the byte-order mark */
    uint64_t stretch_bytes;
    uint64_t n_stretches;
    bool no_prefilter; /* its header holds a literal: every record must be looked at */
    /* Guarded by the pool's lock. */
    uint64_t next_stretch;
    unsigned n_users;
    bool busy;      /* some worker is cutting the next window */
    bool exhausted; /* no window follows */
    /* Of the worker for which it is busy. */
    struct format_cutter *cutter; /* owned */
    struct buf rest;              /* bytes read and not yet in a window */
    uint64_t position;            /* of the next window */
    uint64_t line;                /* line feeds before it */
    bool at_end;                  /* the feed has given everything */
    bool in_long;                 /* inside a line that is too long */
    uint64_t consumed;            /* bytes of the file, as counted in stats so far */
};

/* Where an unreadable record stands. */
struct broken_at {
    size_t input;
    uint64_t position;
    uint64_t line; /* 1-based; 0: to be counted */
    bool too_long; /* longer than a record may be */
};

struct scan {
    struct scan_options o;
    VEC(struct scan_input *) inputs;
    enum encoding encoding;
    const struct format_def *forced;
    uint64_t max_record;
    size_t window_bytes;
    uint64_t total_bytes;
    int stdin_fd; /* spooled standard input, or -1 */
    bool stdin_read;
    bool several_passes;           /* scan_keep_input was called */
    bool heads_only;               /* scan_heads_only was called */
    bool with_repeats;             /* scan_with_repeats was called */
    bool quiet;                    /* a first pass: notes are left to the run that follows */
    struct seen *repeats;          /* owned; of all inputs; NULL: not looked for yet */
    bool incomplete;               /* something could not even be listed */
    struct lanner_err first_fault; /* for strict input */
};

/* The literals of one consumer, looked for in the lines that it may still want by all else. */
struct late_literals {
    uint64_t consumer;         /* its bit in the screen */
    struct literals *literals; /* owned */
};

/* What one run shares among its workers. */
struct job {
    struct scan *scan;
    const struct extractor *extractor;
    const struct scan_fields *fields;
    const struct scan_consumer *consumers;
    size_t n_consumers;
    struct literals *literals; /* owned; NULL: every record is read */
    /* Where some consumers want every record: the literals of the others together. A record without
     * any is none for those. NULL: no consumer has any, or all have. */
    struct literals *own_literals; /* owned */
    bool *has_own;                 /* owned; of each consumer: it has some */
    bool *own_names;               /* owned; of each field: only such consumers ask for it */
    struct search_set *searches;   /* owned; may be NULL */
    uint64_t *asks;        /* owned; of each field: the consumers that ask for it, by bits */
    struct screen *screen; /* owned; NULL: no field decides alone */
    struct late_literals late[SCREEN_MAX_CONSUMERS]; /* with a screen only */
    size_t n_late;
    struct seen *seen; /* dedup; borrowed; JOB_TIMES: ids are added to it */
    enum job_kind { JOB_ROWS, JOB_TIMES } kind;
    int64_t horizon_ns; /* JOB_TIMES: times up to here count before later ones */
    uint32_t n_cols;
    bool need_raw;

    struct lock lock; /* guards what follows, and the marked fields of inputs */
    struct signal_cond changed;
    size_t next_input; /* first that was never opened */
    size_t n_opening;
    VEC(struct scan_input *) open;
    enum lanner_rc rc;
    struct lanner_err err;
    bool incomplete;
    struct broken_at broken[FIRST_BROKEN];
    size_t n_broken;
    struct lanner_err first_fault;
    int64_t oldest, newest, newest_ahead; /* JOB_TIMES */

    _Atomic bool stop;   /* no further window */
    _Atomic bool failed; /* and no further push */
    _Atomic uint64_t n_events, n_matched, n_bytes, n_disk, n_unreadable, n_inputs, n_duplicates,
        n_cut,    /* rows whose open fields are not all there */
        n_uneven; /* rows that have not as many columns as are named */
    _Atomic int64_t next_progress_ns;
    _Atomic bool reporting;
};

/* One window of whole records, in its worker's buffer. */
struct window {
    struct scan_input *in;
    struct str bytes;
    uint64_t position; /* of its first byte */
    uint64_t line;     /* line feeds before it; UINT64_MAX: not counted */
    struct format_window_mark mark;
    bool has_mark;
};

struct worker {
    struct job *job;
    unsigned number;
    /* window.c */
    char *buf; /* owned */
    size_t cap;
    size_t have;               /* bytes in buf */
    size_t used;               /* of them, given in windows */
    uint64_t pos;              /* position of buf[0] in the input */
    struct scan_input *primed; /* opened before the workers started: to be cut */
    struct scan_input *in;     /* whose stretch is being read, or whose window is being worked on */
    bool in_stretch;
    bool at_line_start; /* buf[used] is the first byte of a line */
    bool in_long;       /* inside a line that is too long */
    uint64_t stretch_end;
    /* rows.c */
    struct rows *rows;
    /* What this worker found. */
    struct broken_at broken[FIRST_BROKEN];
    size_t n_broken;
    uint64_t n_unreadable;
    int64_t oldest, newest, newest_ahead;
};

/* inputs.c */
enum lanner_rc inputs_list(struct scan *s, struct lanner_err *err) MUST_USE;
void inputs_free(struct scan *s);
void inputs_reset(struct scan *s);
/* Opens the input and reads its head into the worker's buffer (w->have bytes). False: it is not
 * read (said in a note) or it is empty. */
bool input_open(struct worker *w, struct scan_input *in);
void input_close(struct scan_input *in);
/* inputs_reset, and standard input onto disk, so that it can be read again. */
enum lanner_rc inputs_spool(struct scan *s, struct lanner_err *err) MUST_USE;
/* Something about an input that makes the result incomplete. */
void input_fault(struct job *job, const struct scan_input *in, const char *what);
/* Line of a position, counted from the start of a plain file; 0 when it cannot be told. */
uint64_t input_line(struct scan *s, const struct scan_input *in, uint64_t position);
void scan_note(const struct scan *s, enum lanner_note_kind kind, const char *text);

/* window.c */
/* The next window for this worker; false when there are no more (or the job stops). */
bool window_next(struct worker *w, struct window *out);
/* The worker is through with it. */
void window_done(struct worker *w, struct window *win);
/* Opens the first input that can be read, so that its head can be sampled: it is then in w->buf. */
void window_prime(struct worker *w);
/* The job ends with this error (the first one counts). */
void job_fail(struct job *job, const struct lanner_err *err);

/* rows.c */
struct rows *rows_new(struct worker *w);
void rows_free(struct rows *r);
enum lanner_rc rows_read_window(struct worker *w, const struct window *win,
                                struct lanner_err *err) MUST_USE;
/* Pushes what is left. */
enum lanner_rc rows_finish(struct worker *w, struct lanner_err *err) MUST_USE;
void broken_add(struct broken_at *list, size_t *n, struct broken_at at);

/* prefilter.c */
/* The union of the consumers' literals; *out NULL when every record must be read. */
enum lanner_rc prefilter_new(const struct extractor *x, const struct scan_consumer *consumers,
                             size_t n, struct literals **out, struct lanner_err *err) MUST_USE;

/* The union of the literals of those consumers that have some; has_own says which. */
enum lanner_rc prefilter_own_new(const struct extractor *x, const struct scan_consumer *consumers,
                                 size_t n, bool *has_own, struct literals **out,
                                 struct lanner_err *err) MUST_USE;

/* search.c: free-text searches. */
struct search_set;
enum lanner_rc search_new(const struct extractor *x, const struct scan_fields *fields,
                          struct search_set **out, struct lanner_err *err) MUST_USE;
void search_free(struct search_set *s);
struct search_worker;
struct search_worker *search_worker_new(const struct search_set *s);
void search_worker_free(struct search_worker *w);
/* Fills the columns first_col.. of the batch for its rows. */
enum lanner_rc search_run(struct search_worker *w, struct batch *b, uint32_t first_col,
                          const struct record *records, struct lanner_err *err) MUST_USE;

/* The literals of each consumer that asks for QRadar's payload and has some; `late` has room for n.
 */
enum lanner_rc prefilter_late_new(const struct extractor *x, const struct scan_consumer *consumers,
                                  size_t n, struct late_literals *late, size_t *n_late,
                                  struct lanner_err *err) MUST_USE;

/* screen.c: records dropped by the value of one field. */
struct screen;
/* *out NULL when the plans have no such conjunct, or it would serve nothing: without may_drop every
 * record is kept. */
enum lanner_rc screen_new(const struct scan_consumer *consumers, size_t n,
                          const struct scan_fields *fields, bool may_drop, struct screen **out,
                          struct lanner_err *err) MUST_USE;
void screen_free(struct screen *s);
struct screen_worker;
struct screen_worker *screen_worker_new(const struct screen *s);
void screen_worker_free(struct screen_worker *w);
/* The extractor's worker asks it from now on. */
void screen_attach(struct screen_worker *w, struct extractor_worker *x);
/* The consumers, a bit each in their order, that may still want the record. */
const uint64_t *screen_open(const struct screen_worker *w);
/* A new record. */
void screen_begin(struct screen_worker *w);
/* The consumer with that bit does not want it. */
void screen_close(struct screen_worker *w, uint64_t consumer);

/* seen.c: record ids and the least ordinal each was seen with. Records of two kinds may share an
 * id: a sign-in and the entry of the audit log about it are two records. */
struct seen *seen_new(struct budget *budget);
void seen_free(struct seen *s);
/* Any worker. */
enum lanner_rc seen_add(struct seen *s, struct str kind, struct str id, struct ordinal at,
                        struct lanner_err *err) MUST_USE;
/* All were added: ids that came once are forgotten, and the budget gets back what was taken. */
void seen_close(struct seen *s);
/* Records whose id had come before, and the memory of a closed one. */
uint64_t seen_n_repeats(const struct seen *s);
uint64_t seen_bytes(const struct seen *s);
/* Once closed: is this the first record with the id? */
bool seen_is_first(const struct seen *s, struct str kind, struct str id, struct ordinal at);

#endif
