/* allow.h - allow-lists and maintenance windows (option allow; docs/detections.md): entries that
 * take events. Read-only once open; workers share it.
 *
 * An entry has a kind, which says what of an event its value is compared with, and may hold only at
 * some times of the week. Of the entries that take an event the first counts; among addresses the
 * longest prefix comes first. */
#ifndef LOOKUP_ALLOW_H
#define LOOKUP_ALLOW_H

#include "match/match.h"
#include "util/mem.h"

enum allow_kind {
    ALLOW_ADDRESS, /* address or network */
    ALLOW_ASN,
    ALLOW_USER_AGENT,
    ALLOW_APPLICATION, /* id or name */
    ALLOW_ACCOUNT,
    ALLOW_ALL, /* a maintenance window without a value */
    ALLOW_KINDS
};
const char *allow_kind_name(enum allow_kind k); /* "user_agent", "all" */

enum allow_match { ALLOW_EXACT, ALLOW_GLOB, ALLOW_REGEX };

#define ALLOW_OPEN INT64_MIN /* no time */

struct allow_entry {
    const char *file;
    uint32_t line;
    enum allow_kind kind;
    enum allow_match match;
    const char *value, *owner, *reason, *ticket, *expires; /* as written, or "" */
    const char *detection; /* glob of detection ids that it is meant for, or "": all */
    int64_t expires_ns;    /* from then on it takes nothing; TIME_NONE: never */
    /* A maintenance window. */
    bool timed;
    uint8_t days;              /* bit 0 Monday ... bit 6 Sunday, of the window's beginning */
    uint16_t from_min, to_min; /* of the day, to not included; to before from: past midnight */
    const struct zone *zone;
};

/* What of an event entries are compared with. An empty text: the event has none. */
struct allow_subject {
    struct str address;
    uint8_t ip[16];
    bool has_ip;
    struct str asn, user_agent, app_id, app_name, account;
    int64_t time_ms; /* ALLOW_OPEN: none: no window takes it */
};

struct allow;

/* Reads the files in order; numbers of entries go on from file to file. Errors name the file, the
 * line and the column of the table. */
enum lanner_rc allow_open(char *const *files, size_t n, struct arena *a, const struct allow **out,
                          struct lanner_err *err) MUST_USE;
/* One file's text. */
enum lanner_rc allow_parse(const char *name, struct str text, struct arena *a,
                           const struct allow **out, struct lanner_err *err) MUST_USE;
size_t allow_count(const struct allow *l);
const struct allow_entry *allow_at(const struct allow *l, size_t i);
/* Whether some entry is of the kind, holds at times only, or expires. */
bool allow_has(const struct allow *l, enum allow_kind k);
bool allow_has_windows(const struct allow *l);
bool allow_has_expiry(const struct allow *l);
bool allow_entry_expired(const struct allow_entry *e, int64_t now_ns);

/* The entries that count for one query: not expired by its clock, and meant for its detection (an
 * entry that is meant for certain detections counts for no other query). */
struct allow_use;
const struct allow_use *allow_use_new(const struct allow *l, int64_t now_ns, struct str detection,
                                      struct arena *a);
/* One worker's room. */
struct allow_room {
    struct buf key;
    struct regex_scratch *regex; /* made when first used */
    bool undecided;              /* set when a pattern hit its limits: it did not take the event */
};
void allow_room_done(struct allow_room *room);
/* The number of the entry that takes the event; SIZE_MAX: none. */
size_t allow_find(const struct allow_use *use, const struct allow_subject *s,
                  struct allow_room *room);

#endif
