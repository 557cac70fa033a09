/* script.h - a session's parser script (cql.md 5.1). Private to engine. */
#ifndef ENGINE_SCRIPT_H
#define ENGINE_SCRIPT_H

#include "engine/query.h"

/* Session arena. */
struct session_script {
    struct str text;
    struct str file;
    struct str type; /* of events: the parser's name */
    struct str *tags;
    size_t n_tags;
    struct str *removed; /* fields from outside that the script is not given */
    size_t n_removed;
};

/* Reads CQL text, or a parser definition in YAML (file names that end in .yaml or .yml). */
enum lanner_rc script_read(struct arena *a, const char *path, struct session_script **out,
                           struct lanner_err *err) MUST_USE;
/* What the front end is told of it; *out lives in the arena. */
const struct front_script *script_front(const struct lanner_session *s, struct arena *a);
/* Plans the script by itself, for its errors and notes: they name its file and place. */
enum lanner_rc script_check(const struct lanner_session *s, const struct front_options *options,
                            struct built *b, struct lanner_err *err) MUST_USE;
/* After the interval is known and before passes run: the interval, and tags that the query asks
 * for and the script writes without `#`. Does nothing to plans without a script. */
void script_prepare(const struct built *b, struct plan *p);
/* Oldest and newest time that the script gives to the events of the inputs. */
enum lanner_rc script_time_range(struct lanner_session *s, int64_t *oldest, int64_t *newest,
                                 struct lanner_err *err) MUST_USE;

#endif
