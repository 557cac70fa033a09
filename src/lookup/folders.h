/* folders.h - where data beside the logs may be taken from: what the user gave, nothing else. */
#ifndef LOOKUP_FOLDERS_H
#define LOOKUP_FOLDERS_H

#include "util/buf.h"

/* What was read from the files below, kept for the query's other calls. Files are read while a
 * query is prepared, by one thread. */
struct lookup_cache {
    struct arena *arena;        /* query arena: the data lives here */
    struct lookup_cached *head; /* query arena */
};

struct allow; /* lookup/allow.h */

struct lookup_folders {
    char *const *lookups; /* folders that file names in queries resolve under, in order */
    size_t n_lookups;
    char *const *geo; /* MaxMind database files */
    size_t n_geo;
    const char *indicators; /* indicator file of ioc:lookup, or NULL */
    /* Beside QRadar's events, see docs/data.md; NULL: not given. */
    char *const *references; /* folders of reference sets, maps and tables, in order */
    size_t n_references;
    const char *networks;
    const char *assets;
    const char *rules;
    const char *offenses;
    const char *xforce;
    const char *names;
    const struct allow *allow;  /* the session's allow-lists, or NULL */
    int64_t now_ns;             /* the query's clock: what has expired by then does not count */
    struct lookup_cache *cache; /* NULL: files are read for each call */
};

/* The object kept under `kind` and `name`; NULL when there is none. */
const void *lookup_cache_get(const struct lookup_folders *f, const char *kind, struct str name);
/* The arena for an object of the cache, or `otherwise` when there is no cache. */
struct arena *lookup_cache_arena(const struct lookup_folders *f, struct arena *otherwise);
void lookup_cache_put(const struct lookup_folders *f, const char *kind, struct str name,
                      const void *object);

#endif
