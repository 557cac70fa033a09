/* scan.h - inputs: files, folders, compressed files, standard input, bytes in memory. One pass over
 * all of them feeds the pipelines of a job.
 *
 * Windows of whole records are searched for the prefilter's literals before any record is looked
 * at; only records with a hit are read, and of those only the fields asked for. Plain line files
 * are cut in parallel; a compressed file or a format whose records span lines is decoded and cut by
 * one worker at a time while the others read records. */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include "exec/exec.h"
#include "format/format.h"
#include "source/source.h"

struct scan_input_spec {
    const char *path;  /* "-": standard input; file or folder */
    const void *bytes; /* not NULL: this memory, under the name `path` */
    size_t len;
};

struct scan_options {
    const struct scan_input_spec *inputs;
    size_t n_inputs;
    const char *format;   /* forced, or NULL */
    const char *encoding; /* or NULL */
    uint64_t max_record;
    unsigned n_workers;
    uint32_t batch_rows;
    bool strict_input;
    bool dedup;
    bool simd;
    const volatile int *cancel;
    const struct fn_env *fn;
    const char *temp_folder; /* standard input is spooled there when a first pass needs it */
    void (*progress)(void *ctx, const struct lanner_stats *s);
    void *progress_ctx;
    bool no_prefilter;     /* every record is read */
    uint32_t window_bytes; /* 0: the default; tests use tiny windows */
    struct budget *budget; /* for the record ids of dedup; may be NULL */
};
/* With dedup, the first record (by ordinal) of each record id counts. Which ids come again is found
 * in a first pass, once for the scan: that of scan_time_range, or that of scan_find_repeats. */

/* One scan of a plan. */
struct scan_consumer {
    struct exec *exec;
    size_t scan;                  /* which of its scans */
    const struct plan_scan *spec; /* interval, filters, prefilter */
    const struct schema *schema;  /* of the scan node */
    /* Tests: rows go here instead of to exec. */
    enum lanner_rc (*push)(void *ctx, unsigned worker, struct batch *b, struct lanner_err *err);
    void *push_ctx;
};

struct scan; /* the opened inputs; may be run several times */
enum lanner_rc scan_open(const struct scan_options *o, struct scan **out,
                         struct lanner_err *err) MUST_USE;
/* Reads everything once. stats are added to; notes go through fn->note. Unreadable records and
 * inputs set stats->incomplete (or fail when strict_input, after all was read). Rows that no
 * consumer's interval takes are dropped; the filters of the plans are left to their pipelines. With
 * the prefilter a line that is passed over counts as one event (an envelope's records only when it
 * is read). The duplicates counted are those of the inputs, whether a plan asks for them or not.
 *
 * Positions in ordinals are those of the decompressed, decoded text. */
enum lanner_rc scan_run(struct scan *s, const struct extractor *x, const struct scan_fields *fields,
                        const struct scan_consumer *consumers, size_t n, struct lanner_stats *stats,
                        struct lanner_err *err) MUST_USE;
/* First pass for --now data and automatic buckets: oldest and newest event time over all inputs,
 * TIME_NONE when there is none. Times more than a day ahead of real_now_ns count only when there
 * are no others. */
enum lanner_rc scan_time_range(struct scan *s, const struct source_set *set,
                               const struct source_options *so, int64_t real_now_ns,
                               int64_t *oldest, int64_t *newest, struct lanner_err *err) MUST_USE;
/* With dedup: the first pass for it, unless there was one. `so` as for scan_time_range. */
enum lanner_rc scan_find_repeats(struct scan *s, const struct source_set *set,
                                 const struct source_options *so, struct lanner_err *err) MUST_USE;
/* Whether an id comes again, as far as is known: the extractor of a scan_run is then to be made
 * with want_id. */
bool scan_may_repeat(const struct scan *s);
/* More than one scan_run will follow: standard input is spooled at the first. */
void scan_keep_input(struct scan *s);
/* From the next scan_run on dedup is left out. */
void scan_with_repeats(struct scan *s, bool on);
/* From the next scan_run on only about the first MiB of each input is read, as far as it can be had
 * alone; of compressed inputs and of documents the first window. */
void scan_heads_only(struct scan *s, bool on);
/* The name of the input that an ordinal points to. */
const char *scan_input_name(const struct scan *s, uint64_t index);
void scan_close(struct scan *s);

#endif
