/* session.h - options, inputs and notes of one session. Private to engine. */
#ifndef ENGINE_SESSION_H
#define ENGINE_SESSION_H

#include "lang/common/common.h"
#include "lookup/lookup.h"
#include "scan/scan.h"
#include "util/hash.h"
#include "util/thread.h"

/* Notes of one prepare or run: repeated texts once, delivered from the calling thread. */
struct notes {
    struct lock lock;
    struct arena arena;
    struct strmap seen;
    VEC(struct plan_note) items;
    bool incomplete; /* an input note came */
};
void notes_init(struct notes *n);
void notes_done(struct notes *n);
/* Signature of fn_env.note. */
void notes_add(void *ctx, enum lanner_note_kind kind, struct span at, const char *text);

enum now_kind { NOW_REAL, NOW_FIXED, NOW_DATA };

struct session_input {
    char *path;  /* owned */
    char *bytes; /* owned, NULL for files */
    size_t len;
};

struct session_param {
    char *name;  /* owned; no two are the same */
    char *value; /* owned */
};

struct lanner_session {
    struct arena arena; /* option texts */
    VEC(struct session_input) inputs;
    enum now_kind now;
    int64_t now_ns;      /* NOW_FIXED */
    struct str from, to; /* as given; empty: open */
    struct str timezone;
    bool strict, strict_input, dedup, emitted, ignore_missing;
    bool strict_fields, raw_payload, category_widening;
    bool optimizer, prefilter, simd;
    bool hints;       /* what helps with a query that finds nothing is looked for and said */
    unsigned threads; /* 0: all processors */
    uint64_t memory;  /* 0: half of what is free */
    uint64_t max_record;
    uint32_t batch_rows;
    const char *format;   /* or NULL */
    const char *encoding; /* or NULL */
    const char *temporary;
    VEC(struct source_tag) tags;
    VEC(struct session_param) params;
    VEC(char *) allow_files;   /* session arena */
    const struct allow *allow; /* what they hold, session arena; NULL: no files */
    bool allow_said;           /* which entries expired */
    VEC(char *) lookups;       /* session arena */
    VEC(char *) saved;         /* session arena: folders of saved queries */
    VEC(char *) geo;
    VEC(const char *) source_folders;
    const char *indicators;
    struct session_script *script; /* session arena; NULL: no parser script */
    VEC(char *) references;        /* session arena */
    const char *networks, *assets, *rules, *offenses, *xforce, *names; /* files, or NULL */
    lanner_on_note on_note;
    void *note_ctx;
    lanner_on_progress on_progress;
    void *progress_ctx;
    /* Made once for all queries of the session, dropped when an option or input changes. */
    struct source_set *sources;
    struct scan *scan;
    bool range_known; /* oldest, newest are of the inputs */
    int64_t oldest_ns, newest_ns;
    struct notes *notes;    /* of the prepare or run under way */
    struct fn_env scan_env; /* notes only */
    struct budget budget;   /* of the run under way */
    int64_t start_ns;       /* of the run, by the monotonic clock */
    uint64_t refuse_at;     /* tests: the budget's request to refuse; 0: none */
    volatile int cancel;    /* of the query that runs */
};

/* Opens the sources and the inputs; may be called again. Until the next call the scan reports to
 * `notes`. */
enum lanner_rc session_open(struct lanner_session *s, struct notes *notes,
                            struct lanner_err *err) MUST_USE;
struct source_options session_source_options(const struct lanner_session *s);
/* Oldest and newest event time of the inputs, read once. */
enum lanner_rc session_time_range(struct lanner_session *s, struct lanner_err *err) MUST_USE;
/* The budget of the session, with nothing in use. */
void session_set_budget(struct lanner_session *s);
unsigned session_workers(const struct lanner_session *s);
/* Hands the notes to the session's callback, with places in the query's text. */
void session_deliver(struct lanner_session *s, const struct notes *n, const char *text, size_t len);

#endif
