/* tuning_int.h - private to tuning: its state, and what its files share. */
#ifndef DETECT_TUNING_INT_H
#define DETECT_TUNING_INT_H

#include "detect/history.h"
#include "detect/seen.h"
#include "detect/tuning.h"
#include "detect/tuning_file.h"
#include "util/civil.h"

#define TUNING_DAY_MS  (DAY_S * MS_PER_S)
#define TUNING_HOUR_MS INT64_C(3600000)
/* Numbers of entries past this are not told apart. */
#define TUNING_MAX_ENTRIES ((size_t)1000000)
/* Distinct texts that are counted for one entry. */
#define TUNING_MAX_DISTINCT ((size_t)200000)

/* What an entry of the allow-lists took. One event counts once for each detection whose query
 * wants it, not for each language. */
struct taken_by {
    const struct detection *detection;
    uint64_t n[QUERY_LANGUAGES];
};

struct taken {
    int64_t entry;
    VEC(struct taken_by) by;
    struct seen sources, users;
    uint64_t n_findings;
};

struct taker {
    size_t entry;
    uint64_t n;
};

/* What the second pass saw of one finding. */
struct behind {
    uint64_t n_events, n_authorised;
    VEC(struct taker) allow, authorised;
};

struct hits {                               /* of an entry or rule that takes whole findings */
    uint64_t n_findings, n_events, n_users; /* sums over the findings */
    struct seen sources;                    /* owned */
};

struct tuning {
    struct arena arena;
    struct tuning_file file;
    struct regex_scratch *scratch;
    struct histories *applied, *ignored; /* GROUPS with and without the allow-lists */
    struct buf key;
    int64_t now_ms;
    VEC(struct taken) taken;
    VEC(size_t) taken_index; /* of an entry's number; SIZE_MAX: none yet */
    VEC(struct behind) behind;
    struct hits *threshold_hits; /* one an entry; arena */
    struct hits success_hits, baseline_hits;
};

const struct tuned_detection *tuning_override_of(const struct tuning *t, const struct detection *d);
const struct success_rule *tuning_success_of(const struct tuning *t, const struct detection *d);
const struct baseline_rule *tuning_baseline_of(const struct tuning *t, const struct detection *d);
bool tuning_has_number(const struct detection *d);
struct str tuning_source_key(struct tuning *t, const struct finding *f);
/* The beginning of a finding's window, made from its first event where it has none. */
int64_t tuning_window_of(const struct finding *f);
struct taken *tuning_taken_of(struct tuning *t, int64_t entry);
bool tuning_is_expired(const struct tuning *t, const struct tuned_entry *e);
bool tuning_is_meant_for(const struct tuning *t, const struct tuned_entry *e,
                         const struct detection *d);
bool tuning_takes_finding(const struct tuning *t, const struct tuned_entry *e,
                          const struct finding *f);
void tuning_put_label(struct finding *f, struct arena *a, struct label label);
struct label tuning_label_of(const struct lanner_allow_entry *e, enum label_kind kind,
                             uint64_t n_events, struct arena *a);
bool tuning_has_label(const struct finding *f, enum label_kind kind);
void tuning_hit(struct hits *h, const struct finding *f);

#endif
