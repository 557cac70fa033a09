/* view.h - QRadar's view of a record: its event fields and custom properties, bound to slots.
 * Private to the room.
 *
 * A declaration's qradar block says where a field of QRadar's event model comes from; a declaration
 * without names is seen through the fallback's. What a block does not say is absent, but for what
 * holds for every event (eventcount is 1, the times are the event time). */
#ifndef SOURCE_VIEW_H
#define SOURCE_VIEW_H

#include "source/program.h"

struct builder;

enum view_kind {
    VIEW_TEXT,     /* places, and a text appended by rule */
    VIEW_NUMBER,   /* places, else rules */
    VIEW_PROTOCOL, /* places, names as their number */
    VIEW_TIME,     /* the record's own column as ms, else the event time (see is_time) */
    VIEW_CATEGORY, /* places, names as their id; else rules */
    VIEW_TYPE,     /* the same for log source types */
    VIEW_HIGH,     /* of the category */
    VIEW_CATEGORY_NAME,
    VIEW_TYPE_NAME,
    VIEW_PAYLOAD, /* a column that holds it, else the record (see extractor.c) */
    VIEW_HOST     /* places, else the header around the record */
};

struct view_test {
    struct want_cand *cands;
    size_t n_cands;
    const struct source_when *when;
};

struct view_rule {
    struct view_test *tests;
    const struct source_rule *rule;
};

struct view_want {
    enum view_kind kind;
    struct want_cand *cands; /* of the field itself */
    size_t n_cands;
    struct want_cand *base; /* VIEW_HIGH and the names: of the number they are told from */
    size_t n_base;
    struct view_rule *rules; /* numbers of the field or its base; texts to append */
    size_t n_rules;
    int64_t usual; /* VIEW_NUMBER: without a value; below 0: absent */
};

/* The field of a FIELD_QRADAR_PREFIX name. */
enum view_kind view_kind_of(struct str field);
/* VIEW_TIME. */
bool view_needs_time(struct str field);
struct view_want *view_bind(struct builder *b, struct str field);
/* VIEW_TIME, VIEW_PAYLOAD and VIEW_HOST are absent unless the record says. */
struct val view_value(const struct view_want *w, const struct val *vals,
                      const struct timestamp_hint *hint, struct arena *a);

/* A custom property's further places: those declared for a name like it, then canonical fields with
 * a name like it. */
struct want_cand *property_bind(struct builder *b, struct str name, size_t *n);

/* Blank, _, - and . do not count in names. */
bool name_separator(char c);
/* Equal but for case and separators. */
bool name_is_like(struct str a, struct str b);
/* Whether `name` is like the whole of a flattened path, or like its last elements. Array indexes of
 * the path do not count. */
enum path_likeness { PATH_UNLIKE, PATH_ENDS_LIKE, PATH_LIKE };
enum path_likeness path_is_like(struct str path, struct str name);

/* The block whose names hold for d: its own or the fallback's; NULL when there is none. */
const struct source_qradar *view_names_of(const struct source_set *s, const struct source_decl *d);
const struct source_name *view_name(const struct source_qradar *q, struct str field);

#endif
