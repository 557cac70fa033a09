/* words.h - private to report: numbers, times and labels as text for people. What comes from logs
 * and packs is written as it is: who prints it makes it safe for where it goes. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "report/output.h"

/* LANNER_TIME_OPEN and times that no calendar writes are none. */
bool words_has_time(int64_t ms);
void words_put_time(struct buf *b, int64_t ms);    /* 2026-03-02 14:05:09, UTC; none: - */
void words_put_clock(struct buf *b, int64_t ms);   /* 14:05:09 */
void words_put_instant(struct buf *b, int64_t ms); /* 2026-03-02T14:05:09.000Z */
bool words_same_day(int64_t a_ms, int64_t b_ms);
/* The finding's last time beside its first: 14:36:10, or 03-03 16:00:00 on another day. */
void words_put_last(struct buf *b, const struct finding *f);
void words_put_span(struct buf *b, int64_t ms); /* 36 min 7 s */
void words_put_count(struct buf *b, uint64_t n);
/* "1 user", "12 users": the word gets an s. */
void words_put_counted(struct buf *b, uint64_t n, const char *word);
void words_put_real(struct buf *b, double v, int digits);
void words_put_share(struct buf *b, double share); /* 12 % */
void words_put_bytes(struct buf *b, uint64_t n);   /* 4.2 MB */
/* 1 critical, 2 high; "none" when there is none. */
void words_put_severities(struct buf *b, const struct report_counts *c);
/* What the finding is about: its entities, else its keys; `between` separates them, `most` bytes of
 * each are written. */
void words_put_who(struct buf *b, const struct finding *f, const char *between, size_t most);
/* suppressed by egress.csv:3 198.51.100.0/24 (owner, reason, ticket), 12 events */
void words_put_label(struct buf *b, const struct label *l);
/* authorised CHG-1, suppressed: the labels' names, separated by commas. */
void words_put_label_names(struct buf *b, const struct finding *f);
/* The languages of the queries that found it: cql, aql. */
void words_put_found_by(struct buf *b, const struct finding *f, const char *between);
/* One sentence: 74 users in 90 events from 203.0.113.7, 2026-03-02 14:00:03 to 14:36:10 UTC. */
void words_put_sentence(struct buf *b, const struct finding *f);
/* The title of its detection, the verdict and the sentence. */
void words_put_message(struct buf *b, const struct finding *f);
/* The text cut before `most` bytes at the start of a character. */
struct str words_cut(struct str s, size_t most);
/* What is missing from the whole report, sentence by sentence; NULL past the last. */
const char *words_gap(const struct detect_result *result, size_t i);

#endif
