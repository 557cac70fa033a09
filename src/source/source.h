/* source.h - source declarations: recognising a record, canonical fields, tags, QRadar view.
 *
 * A declaration (sources/<name>.yaml, made into C tables at build; a user's folder is added at run
 * time and wins) says how a record is recognised, where its event time and its canonical fields
 * are, which tags and which QRadar view it has. An extractor is the names a job asks for, bound
 * once per declaration and once for undeclared records; each record runs its source's program. */
#ifndef SOURCE_SOURCE_H
#define SOURCE_SOURCE_H

#include "batch/batch.h"
#include "match/match.h"
#include "record/record.h"

struct source_set;
/* The built-in declarations, then those of each folder (which win). */
enum lanner_rc source_set_open(const char *const *folders, size_t n_folders,
                               struct source_set **out, struct lanner_err *err) MUST_USE;
void source_set_free(struct source_set *s);
size_t source_set_count(const struct source_set *s);
const char *source_name(const struct source_set *s, size_t i);
/* The name of the file it stands in: of the shapes entra-signin/graph and entra-signin/table it is
 * entra-signin; "" for records without a declaration (SIZE_MAX). */
struct str source_kind(const struct source_set *s, size_t i);
/* Values a constant field (a tag) can have over all sources: for warnings about filters that no
 * input can satisfy. */
void source_tag_values(const struct source_set *s, struct str tag, struct str *out, size_t cap,
                       size_t *n);

/* Calls fn with the name of each canonical field and each tag of the declarations; names that
 * several have come several times. */
void source_each_name(const struct source_set *s, void (*fn)(void *ctx, struct str name),
                      void *ctx);

struct source_options {
    bool emitted_time; /* event-time=emitted */
    /* extracted.event_ns is needed only where @timestamp is asked for: times are then not parsed
     * for records that nobody asks the time of. */
    bool lazy_time;
    bool want_id;     /* fill extracted.id */
    bool raw_payload; /* payload is the record as it stands, not its compact form */
    /* --tag: "#name=value" for inputs whose name matches glob (NULL: all). Wins over all. */
    struct source_tag {
        const char *glob;
        struct str name, value;
    } * tags;
    size_t n_tags;
};

struct extractor; /* read-only, shared by workers */
/* Names as languages spell them: own fields, canonical fields, tags (#repo), @timestamp,
 * @timestamp.nanos, @rawstring, @id, and the names of QRadar's view (FIELD_QRADAR_PREFIX, whose
 * values are text, or KIND_LONG where plan/plan.h says so) and of custom properties
 * (FIELD_PROPERTY_PREFIX). `open`: open rows are filled with all own fields too.
 *
 * A custom property is, of these the first that has a value other than null:
 *   1. the record's own field or dotted path of that name, in its exact spelling, else in any case;
 *      of a record kept in a field of another, the outer field in its exact spelling comes first;
 *   2. what the source's declaration gives for a property of a name like it (`properties:`), then
 * its canonical field of a name like it (alike: but for case and blank, _, - and .);
 *   3. the first own path that is like the name as a whole;
 *   4. the own paths whose last elements are like the name, when all of them have one value. */
enum lanner_rc extractor_new(const struct source_set *s, const struct source_options *o,
                             const struct str *names, size_t n, bool open, struct extractor **out,
                             struct lanner_err *err) MUST_USE;
void extractor_free(struct extractor *x);

struct extractor_worker; /* one worker's scratch: learned key orders, last source */
struct extractor_worker *extractor_worker_new(const struct extractor *x);
void extractor_worker_free(struct extractor_worker *w);

/* Has fn called with the value of name `name` (its place in the list: an own or canonical field, or
 * a tag) before anything else is done with a record, sometimes more than once. When fn returns
 * false the record is dropped. It is not always called: names that are made rather than read
 * (@timestamp) and records inside wrappers are left out. */
typedef bool (*extractor_screen)(void *ctx, uint32_t name, const struct val *v);
void extractor_worker_screen(struct extractor_worker *w, const uint32_t *names, size_t n,
                             extractor_screen fn, void *ctx);

/* Has fn called once what the record itself gives is read, and before the rest is made. False: the
 * record is dropped. */
typedef bool (*extractor_last)(void *ctx);
void extractor_worker_last(struct extractor_worker *w, extractor_last fn, void *ctx);
/* Who asks for each name, and who may still want the record (it changes as the screen is called):
 * what is made and not read is made only when some bit is in both. */
void extractor_worker_asks(struct extractor_worker *w, const uint64_t *asks, const uint64_t *open);
/* Of the next records the names marked may be left out: what is made and not read is not made then.
 * NULL: all are wanted. */
void extractor_worker_thin(struct extractor_worker *w, const bool *names);

enum extract_status {
    EXTRACT_OK,
    EXTRACT_BROKEN,  /* not readable as its format */
    EXTRACT_UNWANTED /* dropped by the screen: the row holds anything */
};
/* Reads the record into row `row` of b (columns 0..n-1 in the order of names; open row when asked).
 * event_ns: the event time or TIME_NONE. source: index in the set, SIZE_MAX for undeclared records.
 * A record that breaks off still gives what was found before the break, with EXTRACT_BROKEN and
 * *usable telling whether the source was recognised and its event time found. Values point into the
 * record or b's arena. */
struct extracted {
    int64_t event_ns;
    size_t source;
    bool usable;
    size_t broken_at; /* offset in bytes */
    bool cut;         /* the open row lacks fields: too many, or too deep */
    struct str kind;  /* source_kind of it */
    struct val id;    /* the record id of its source (for --dedup), or absent; when want_id */
};
/* @id hashes the raw bytes and the row's ordinal: b->ord[row] is set before the call. */
enum extract_status extractor_read(const struct extractor *x, struct extractor_worker *w,
                                   const struct record *r, struct batch *b, uint32_t row,
                                   struct extracted *out);
/* Every field value of the original record that a free-text search looks at, one after another;
 * iteration ends when fn returns true (then true is returned). */
bool record_any_value(const struct record *r, struct arena *a,
                      bool (*fn)(void *ctx, struct str value), void *ctx);

/* The value of name when it is the same for every record of source i on this input (tags,
 * constants); absent otherwise. A record's own field of that name may still win: *own_wins. */
struct val source_constant(const struct extractor *x, size_t source, const struct record_input *in,
                           struct str name, bool *own_wins);

/* In an arena; zero it first. Literals are at most LITERALS_MAX_LEN long, none is there twice. */
struct literal_list {
    struct literal *items;
    size_t n, cap;
    uint32_t *slots; /* by hash: item + 1, or 0 */
    size_t n_slots;
    struct literal_places *places; /* of the name asked for last */
};
/* Byte strings for the prefilter: every record in which field `name` holds a value that contains
 * `literal` (ASCII case ignored when asked) contains at least one of the strings added, whichever
 * source the record belongs to (undeclared ones included). False: nothing can be concluded, no
 * prefilter. Literals are cut at bytes that may be written otherwise in a record: " \ / and control
 * characters, with ignore_case also what is not ASCII (for k and s their kin U+212A and U+017F are
 * added), for the whole record (and QRadar's payload) also what blanks may stand beside; of the
 * pieces the longest is taken, of the whole record one that is no part of a JSON key when it has
 * three bytes or more; = and | have a backslash before them in some records. Where some source
 * decodes values of the name, they are cut at what it decodes, or the codes of the piece's bytes
 * are added. A JSON record with the mark \u is a candidate in any case (that is the scan's to see
 * to). name "": any part of the record. */
bool source_literals(const struct extractor *x, struct str name, struct str literal,
                     bool ignore_case, struct literal_list *out, struct arena *a);

/* The log source types of QRadar (ids) that records of source i can have (i as in extracted.source:
 * SIZE_MAX for undeclared ones), at most cap. For messages. */
size_t source_qradar_types(const struct source_set *s, size_t i, int64_t *ids, size_t cap);

#endif
