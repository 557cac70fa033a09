/* json.h - reading wanted paths out of one JSON record, and small tools on JSON text.
 *
 * Nothing here builds a tree. The reader walks the record once, takes what was asked for and jumps
 * over the rest; it learns the order of keys from the records before (in a scratch, one for each
 * worker) and verifies every guess, so what it learned never changes an answer.
 *
 * Input is hostile: any bytes, any nesting, any end. Broken UTF-8, NUL and raw control bytes inside
 * strings pass through. */
#ifndef RECORD_JSON_H
#define RECORD_JSON_H

#include "batch/batch.h"
#include "util/buf.h"

/* ---- wanted paths ---- */

enum json_path_flags {
    /* A path of a source declaration: key case is ignored when the path in its exact spelling has
     * no value (exact wins over the whole path), and `[Key=value]` selects the first array element
     * whose member Key is the scalar `value`. Without this flag the text is a CQL field name. */
    JSON_PATH_DECLARED = 1,
    /* Gives true (KIND_BOOL) when there is a value other than null at the path, be it an object or
     * an array; else absent. */
    JSON_PATH_PRESENCE = 2,
    /* Gives objects and arrays too, as their JSON text. Strings are given unescaped as ever. */
    JSON_PATH_SUBTREE = 4
};

struct json_path {
    struct str text; /* `properties.status.errorCode`, `a[0].b`, `Actor[Type=5].ID` */
    unsigned flags;
};

#define JSON_MAX_PATHS    4096
#define JSON_MAX_SEGMENTS 64 /* levels of one path */
#define JSON_MAX_STRINGS  3  /* levels of JSON inside strings that are followed */

struct json_paths;
struct json_scratch;

/* Compiles the paths; texts are copied. Read-only afterwards. n may be 0. */
enum lanner_rc json_paths_new(const struct json_path *paths, size_t n, struct json_paths **out,
                              struct lanner_err *err) MUST_USE;
void json_paths_free(struct json_paths *jp);
size_t json_paths_count(const struct json_paths *jp);
/* Strings are values and nothing more: JSON text in them is not gone into. Before the first read.
 */
void json_paths_plain_strings(struct json_paths *jp);
/* For one thread at a time and one json_paths. */
struct json_scratch *json_scratch_new(const struct json_paths *jp);
void json_scratch_free(struct json_scratch *s);

/* Has fn called with the value of path `path` (its place in the list) as soon as it is decided: a
 * scalar other than null, found in its exact spelling and not inside a string. When fn returns
 * false the record is of no interest, and its reading ends. */
typedef bool (*json_on_value)(void *ctx, uint32_t path, const struct val *v);
void json_scratch_watch(struct json_scratch *s, uint32_t path, json_on_value fn, void *ctx);

enum json_status {
    JSON_OK,      /* no fault seen on the way; the rest need not have been looked at */
    JSON_BROKEN,  /* the text breaks off or is no JSON; what was found before counts */
    JSON_UNWANTED /* a watch ended it; the record's brackets are sound */
};

/* Reads the paths of one record (an object or an array, blanks around it allowed). vals has one
 * cell for each path, all are written: KIND_TEXT (pointing into the record, or into the arena when
 * it had escapes), KIND_NUMTEXT, KIND_BOOLTEXT, KIND_NULL or KIND_ABSENT. An object or array at a
 * path is absent unless the path's flags say otherwise.
 *   - A key may hold dots and brackets itself: `a.b` is found in {"a":{"b":1}} and in {"a.b":1}.
 *   - A string that holds JSON text (first byte { or [ after blanks) is gone into.
 *   - Of several values for a path the first in the document counts.
 * broken_at (may be NULL) is the byte offset of the fault, in the record. */
enum json_status json_paths_read(const struct json_paths *jp, struct json_scratch *s,
                                 struct str record, struct arena *arena, struct val *vals,
                                 size_t *broken_at);

/* ---- the whole record as fields ---- */

enum json_flatten_flags {
    JSON_FLATTEN_NULLS = 1, /* nulls are given too, as KIND_NULL */
    /* Empty objects and arrays are given too, as KIND_TEXT `{}` and `[]`. */
    JSON_FLATTEN_EMPTY = 2
};
#define JSON_MAX_FIELDS 8000
#define JSON_MAX_DEPTH  512 /* of flattening; deeper values are left out and said so */

/* One leaf; name and value live in the arena or the record. Return false to stop. */
typedef bool (*json_on_leaf)(void *ctx, struct str name, struct val v);

struct json_flat {
    enum json_status status;
    size_t broken_at;  /* when broken */
    size_t n_fields;   /* leaves given */
    bool cut;          /* there was more than JSON_MAX_FIELDS or JSON_MAX_DEPTH allow */
    bool is_container; /* the text is an object or array at all */
};
/* Every leaf under its CQL name (`a.b`, `a[0].c`), each name starting with `prefix`, in document
 * order. Scalars at the top have the name `prefix`. Equal names are given as often as they occur.
 */
struct json_flat json_flatten(struct str record, struct str prefix, unsigned flags,
                              struct arena *arena, json_on_leaf fn, void *ctx);
/* Whether a leaf of this name is wanted; the name lives until it returns. */
typedef bool (*json_pick)(void *ctx, struct str name);
/* Only the leaves picked, and strings that may hold JSON text; the values of all others are passed
 * over. n_fields counts all. */
struct json_flat json_flatten_picked(struct str record, struct str prefix, unsigned flags,
                                     struct arena *arena, json_pick pick, json_on_leaf fn,
                                     void *ctx);

/* ---- tools ---- */

/* One past the JSON value that starts at ptr (no blanks before it); NULL when it does not end
 * before `end`. Brackets are counted and strings respected, nothing else is checked. */
const char *json_value_end(const char *ptr, const char *end);
/* Past blanks (space, tab, CR, LF). */
const char *json_skip_blanks(const char *ptr, const char *end);
/* One past the closing quote of the string whose first byte after the opening quote is ptr; NULL
 * when it does not end. `escaped` (may be NULL): a backslash was seen. */
const char *json_string_end(const char *ptr, const char *end, bool *escaped);
/* The value of one JSON scalar's or container's text (as json_next gives it): strings unescaped,
 * containers as KIND_TEXT with their JSON text. */
struct val json_scalar(struct str text, struct arena *arena);
/* Appends the text between the quotes with escapes resolved; surrogate halves alone become U+FFFD,
 * an escape JSON does not know stays as it is. */
void json_unescape(struct str s, struct buf *out);
/* The same into the arena; s itself when it has no escapes. */
struct str json_unescape_arena(struct str s, struct arena *arena);

/* Members of an object or elements of an array, one after another. */
struct json_iter {
    const char *ptr;
    const char *end;
    bool in_object;
    bool broken; /* set when the text ends or is no JSON; the member given before is sound */
};
/* False when the text (blanks before it allowed) is no object or array. */
bool json_iter_open(struct json_iter *it, struct str text);
/* The next member; false at the end (it->ptr then stands behind the closing bracket) or when
 * broken. key: between the quotes, escapes unresolved, empty in arrays. value: its JSON text. */
bool json_iter_next(struct json_iter *it, struct str *key, struct str *value);
/* Key of the first member of an object, between the quotes; STR_NONE when there is none. */
struct str json_first_key(struct str record);
/* Whether the record has blanks between tokens. */
bool json_has_blanks(struct str record);
/* Appends the record without blanks between tokens. */
void json_compact(struct str record, struct buf *out);
/* Strict check of one whole document (RFC 8259 grammar but for UTF-8 and raw control bytes), depth
 * up to max_depth. broken_at may be NULL. */
bool json_valid(struct str record, size_t max_depth, size_t *broken_at);

#endif
