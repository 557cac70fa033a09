/* kv.h - key=value text as CQL's kvParse reads it (cql.md 3.3). */
#ifndef RECORD_KV_H
#define RECORD_KV_H

#include "util/mem.h"

enum kv_padding { KV_PADDING_UNKNOWN, KV_PADDING_NO, KV_PADDING_YES };

struct kv_pair {
    struct str key;
    struct str value;
};

#define KV_MAX_PAIRS 8000

/* The pairs in order of occurrence, repeated keys included (kvParse's onDuplicate is the caller's).
 * The separator is one or more bytes. Keys and values point into the text, or into the arena when a
 * quoted one had escapes. At most KV_MAX_PAIRS are given; `cut` (may be NULL) says there were more.
 */
struct kv_pair *kv_parse(struct str text, struct str separator, enum kv_padding padding,
                         struct arena *a, size_t *n, bool *cut);

#endif
