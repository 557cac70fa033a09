/* json_walk.h - the walk over a record: the template of json_walk.c and json_walk_avx2.c. Private.
 *
 * At each key the walker guesses which key comes, compares the bytes with its quotes and colon, and
 * is past it; only on a wrong guess is the key read and looked up. Every function returns the place
 * behind what it read, or NULL when the walk is over: all decided, or w->fault set. Recursion goes
 * as deep as the wanted paths and strings inside strings do, never as deep as the record. */
#ifndef RECORD_JSON_WALK_H
#define RECORD_JSON_WALK_H

#include "record/json_paths.h"
#include "record/json_scan.h"

static const char *walk_visit(struct json_walk *w, const char *p, struct json_target to);

static const char *walk_fault(struct json_walk *w, const char *at)
{
    w->fault = at;
    return NULL;
}

static inline const char *walk_skip(struct json_walk *w, const char *p)
{
    const char *e = scan_value(p, w->lo, w->end);

    return LIKELY(e != NULL) ? e : walk_fault(w, p);
}

static inline bool walk_key_is(const struct json_walk *w, const char *p, const struct json_key *k)
{
    size_t left = (size_t)(w->end - p);

#ifdef JSON_AVX2
    if (LIKELY(left >= 32)) {
        __m256i want = _mm256_loadu_si256((const __m256i *)k->start);
        __m256i have = _mm256_loadu_si256((const __m256i *)p);
        uint32_t same = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(want, have));

        if (LIKELY(k->len <= 32))
            return _bzhi_u32(~same, k->len) == 0 && k->len != 0;
        if (same != UINT32_MAX)
            return false;
    }
#endif
    return k->len != 0 && left >= k->len && memcmp(p, k->bytes, k->len) == 0;
}

/* Walks one value for several targets; the last one's end is the value's. */
static const char *walk_targets(struct json_walk *w, const char *p, const struct json_target *to,
                                size_t n)
{
    const char *e = NULL;

    for (size_t i = 0; i < n; i++) {
        e = walk_visit(w, p, to[i]);
        if (e == NULL)
            return NULL;
    }
    return e;
}

/* Reads the key at p, a quote, and what it leads to. Sets *known to the learned key or 0. */
static const char *walk_new_key(struct json_walk *w, const char *p, struct json_target at,
                                uint32_t *known, struct json_target *out, size_t *n_out)
{
    bool escaped = false;
    const char *start = p;
    const char *e = scan_string(p + 1, w->lo, w->end, &escaped);
    struct str key;

    if (e == NULL)
        return walk_fault(w, p);
    key = str_of(p + 1, (size_t)(e - p - 1));
    p = scan_blanks(e + 1, w->end);
    if (p == w->end || *p != ':')
        return walk_fault(w, p);
    p++;
    if (escaped) {
        buf_clear(&w->s->unescaped);
        json_unescape(key, &w->s->unescaped);
        key = buf_str(&w->s->unescaped);
    }
    *known = json_learn(w->s, at.node, at.mode, str_of(start, (size_t)(p - start)), key);
    if (*known == 0)
        *n_out = json_targets(w->paths, at.node, at.mode, key, out, JSON_KEY_TARGETS);
    return p;
}

/* A key that was not kept and leads to more targets than fit: each found again by its number. Paths
 * of a query do not do this; a hostile one may. */
static const char *walk_many(struct json_walk *w, const char *p, struct json_target at,
                             struct str key, size_t n)
{
    struct json_target *all = arena_alloc(w->arena, arena_array_size(n, sizeof(*all)));

    json_targets(w->paths, at.node, at.mode, key, all, n);
    return walk_targets(w, p, all, n);
}

/* Behind what the rest of this container holds, when nothing in it is wanted any more. */
static const char *walk_leave(struct json_walk *w, const char *p)
{
    const char *e = scan_container(p, w->lo, w->end, 1);

    return e != NULL ? e : walk_fault(w, w->end);
}

/* The guess for the key behind key `last`: learned key or 0. */
static inline uint32_t walk_guess(const struct json_walk *w, const struct json_order *order,
                                  uint32_t last, const char *p)
{
    const struct json_key *k;

    if (UNLIKELY(order->keys.n == 0))
        return 0;
    k = &order->keys.items[last];
    if (LIKELY(walk_key_is(w, p, &order->keys.items[k->next[0]])))
        return k->next[0];
    return walk_key_is(w, p, &order->keys.items[k->next[1]]) ? k->next[1] : 0;
}

/* The value of one member, wherever its key leads. Sets *last to the learned key. */
static inline const char *walk_member(struct json_walk *w, const char *p, struct json_target at,
                                      struct json_order *order, uint32_t *last, bool *wanted)
{
    struct json_target found[JSON_KEY_TARGETS];
    const struct json_target *to = found;
    const char *key_at = p;
    size_t n = 0;
    uint32_t known = walk_guess(w, order, *last, p);

    if (LIKELY(known != 0)) {
        p += order->keys.items[known].len;
    } else {
        p = walk_new_key(w, p, at, &known, found, &n);
        if (p == NULL)
            return NULL;
        if (known != 0) {
            struct json_key *before = &order->keys.items[*last];

            before->next[1] = before->next[0];
            before->next[0] = known;
        }
    }
    if (known != 0) {
        *last = known;
        to = order->keys.items[known].targets;
        n = order->keys.items[known].n_targets;
    }
    if (p < w->end && (unsigned char)*p <= ' ')
        p = scan_blanks(p, w->end);
    *wanted = n != 0;
    if (n == 0)
        return walk_skip(w, p);
    if (LIKELY(n == 1))
        return walk_visit(w, p, to[0]);
    if (UNLIKELY(n > JSON_KEY_TARGETS)) {
        bool escaped = false;
        const char *e = scan_string(key_at + 1, w->lo, w->end, &escaped);
        struct str key = str_of(key_at + 1, (size_t)(e - key_at - 1));

        return walk_many(w, p, at, escaped ? json_unescape_arena(key, w->arena) : key, n);
    }
    /* The targets' own walks may learn keys at this node and move the array. */
    memcpy(found, to, n * sizeof(*to));
    return walk_targets(w, p, found, n);
}

static const char *walk_object(struct json_walk *w, const char *p, struct json_target at)
{
    struct json_order *order = &w->s->orders[at.node * WALK_MODES + at.mode];
    uint32_t *pending = &w->s->pending[at.node];
    uint32_t last = 0;

    for (;;) {
        bool wanted;

        if (p < w->end && (unsigned char)*p <= ' ')
            p = scan_blanks(p, w->end);
        if (p == w->end)
            return walk_fault(w, p);
        if (*p != '"')
            return *p == '}' ? p + 1 : walk_fault(w, p);
        p = walk_member(w, p, at, order, &last, &wanted);
        if (p == NULL)
            return NULL;
        if (wanted && *pending == 0)
            return at.node == 0 ? NULL : walk_leave(w, p);
        if (p < w->end && (unsigned char)*p <= ' ')
            p = scan_blanks(p, w->end);
        if (p == w->end)
            return walk_fault(w, p);
        if (LIKELY(*p == ','))
            p++;
        else if (*p != '}')
            return walk_fault(w, p);
    }
}

static bool scalar_is(struct json_walk *w, struct str text, struct str want)
{
    struct val v = json_scalar(text, w->arena);

    return val_is_text(&v) && text.ptr[0] != '{' && text.ptr[0] != '[' &&
           str_eq(val_as_str(&v), want);
}

/* Whether the object in `text` has the selector's member: 0 no, 1 in another case, 2 exactly. */
static int walk_selects(struct json_walk *w, struct str text, const struct json_elem *e)
{
    struct json_iter it;
    struct str key;
    struct str value;
    int found = 0;

    if (text.len == 0 || text.ptr[0] != '{' || !json_iter_open(&it, text))
        return 0;
    while (json_iter_next(&it, &key, &value)) {
        if (key.len != e->key.len || !str_eq_nocase(key, e->key) || !scalar_is(w, value, e->value))
            continue;
        if (str_eq(key, e->key))
            return 2;
        found = 1;
    }
    return found;
}

static const char *walk_element(struct json_walk *w, const char *p, uint64_t index,
                                struct json_target at)
{
    const struct json_node *node = &w->paths->nodes.items[at.node];
    const char *end = NULL;

    for (size_t i = 0; i < node->elems.n; i++) {
        const struct json_elem *e = &node->elems.items[i];
        struct json_target to = {e->node, at.mode};
        const char *behind;

        if (e->is_selector) {
            int found;

            if (w->s->pending[e->node] == 0)
                continue;
            if (end == NULL)
                end = walk_skip(w, p);
            if (end == NULL)
                return NULL;
            found = walk_selects(w, str_of(p, (size_t)(end - p)), e);
            if (found == 0)
                continue;
            to.mode |= found == 2 ? WALK_DECLARED : WALK_DECLARED | WALK_FOLDED;
        } else if (e->index != index) {
            continue;
        }
        behind = walk_visit(w, p, to);
        if (behind == NULL)
            return NULL;
        end = behind;
    }
    return end != NULL ? end : walk_skip(w, p);
}

static const char *walk_array(struct json_walk *w, const char *p, struct json_target at)
{
    const struct json_node *node = &w->paths->nodes.items[at.node];
    uint64_t beyond = 0; /* no element from this index on is wanted */

    for (size_t i = 0; i < node->elems.n; i++)
        beyond = node->elems.items[i].is_selector ? UINT64_MAX
                                                  : MAX(beyond, node->elems.items[i].index + 1);
    for (uint64_t index = 0;; index++) {
        p = scan_blanks(p, w->end);
        if (p == w->end)
            return walk_fault(w, p);
        if (*p == ']')
            return p + 1;
        if (index >= beyond || w->s->pending[at.node] == 0)
            return at.node == 0 && w->s->pending[0] == 0 ? NULL : walk_leave(w, p);
        p = walk_element(w, p, index, at);
        if (p == NULL)
            return NULL;
        p = scan_blanks(p, w->end);
        if (p == w->end || (*p != ',' && *p != ']'))
            return walk_fault(w, p);
        if (*p == ',')
            p++;
    }
}

/* Goes into a string that holds JSON text. A fault in there is not the record's. */
static void walk_text(struct json_walk *w, struct str text, struct json_target to)
{
    struct json_walk inner = *w;
    const char *p;

    inner.lo = text.ptr;
    inner.end = text.ptr + text.len;
    inner.n_strings++;
    inner.in_string = true;
    p = scan_blanks(text.ptr, inner.end);
    if (p == inner.end || inner.n_strings > JSON_MAX_STRINGS)
        return;
    if (*p == '{')
        walk_object(&inner, p + 1, to);
    else if (*p == '[')
        walk_array(&inner, p + 1, to);
}

static inline const char *walk_string(struct json_walk *w, const char *p, struct json_target to)
{
    const struct json_node *node = &w->paths->nodes.items[to.node];
    bool escaped = false;
    const char *e = scan_string(p + 1, w->lo, w->end, &escaped);
    struct str text;

    if (e == NULL)
        return walk_fault(w, p);
    text = str_of(p + 1, (size_t)(e - p - 1));
    if (UNLIKELY(escaped))
        text = json_unescape_arena(text, w->arena);
    if (node->leaves.n != 0)
        json_store(w, node, to.mode, val_text(text.ptr, text.len), false);
    w->stop = e + 1;
    if (w->s->pending[0] == 0)
        return NULL;
    if ((node->edges.n | node->elems.n) != 0 && text.len != 0 && w->s->pending[to.node] != 0)
        walk_text(w, text, to);
    return w->s->pending[0] != 0 ? e + 1 : NULL;
}

static inline const char *walk_container(struct json_walk *w, const char *p, struct json_target to)
{
    const struct json_node *node = &w->paths->nodes.items[to.node];
    const char *e = NULL;

    if (node->leaves.n != 0) {
        /* Where its presence is enough, a container that breaks off counts and is gone into. */
        size_t len = 1;

        if (node->subtree) {
            e = walk_skip(w, p);
            if (e == NULL)
                return NULL;
            len = (size_t)(e - p);
        }
        json_store(w, node, to.mode, val_text(p, len), true);
        if (w->s->pending[0] == 0)
            return NULL;
    }
    if (w->s->pending[to.node] != 0) {
        bool in_object = *p == '{' && node->edges.n != 0;

        if (in_object || (*p == '[' && node->elems.n != 0)) {
            w->depth++;
            e = in_object ? walk_object(w, p + 1, to) : walk_array(w, p + 1, to);
            w->depth -= e != NULL;
            return e;
        }
    }
    return e != NULL ? e : walk_skip(w, p);
}

static const char *walk_visit(struct json_walk *w, const char *p, struct json_target to)
{
    const char *e;

    if (p == w->end)
        return walk_fault(w, p);
    if (w->s->pending[to.node] == 0)
        return walk_skip(w, p);
    if (*p == '"')
        return walk_string(w, p, to);
    if (*p == '{' || *p == '[')
        return walk_container(w, p, to);
    e = scan_token(p, w->end);
    if (e == p || e == w->end)
        return walk_fault(w, p);
    json_store(w, &w->paths->nodes.items[to.node], to.mode,
               json_scalar(str_of(p, (size_t)(e - p)), w->arena), false);
    w->stop = e;
    return w->s->pending[0] != 0 ? e : NULL;
}

/* The including file's one exported function. */
static inline const char *walk_record(struct json_walk *w, const char *p)
{
    const char *e = walk_visit(w, p, (struct json_target){0, 0});

    /* What nobody reads is at least looked through: that a record breaks off is to be known. */
    if (w->unwanted)
        return scan_container(w->stop, w->lo, w->end, w->depth) != NULL ? NULL
                                                                        : walk_fault(w, w->end);
    return e;
}

#endif
