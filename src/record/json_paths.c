/* json_paths.c - wanted paths to nodes and edges, and the entry of the reader. See json_paths.h. */
#include "record/json_paths.h"

#include <stdlib.h>

#include "util/cpu.h"

/* One beginning of a path: it ends at `end`, what follows starts at `rest`. */
struct cut {
    size_t end;
    size_t rest;
    bool array_next; /* what follows is an index or a selector: rest stands behind the bracket */
};

/* `[123]` or, in a declared path, `[Key=value]` at s[i]; 0, or the offset behind the bracket. */
static size_t element_end(struct str s, size_t i, bool declared)
{
    size_t k = i + 1;
    size_t close;

    if (i >= s.len || s.ptr[i] != '[')
        return 0;
    while (k < s.len && ascii_is_digit(s.ptr[k]))
        k++;
    if (k < s.len && s.ptr[k] == ']' && k > i + 1 && k - i <= 10)
        return k + 1;
    if (!declared)
        return 0;
    close = str_find_char(str_of(s.ptr + i, s.len - i), ']');
    if (close == SIZE_MAX || memchr(s.ptr + i, '=', close) == NULL)
        return 0;
    return i + close + 1;
}

static uint32_t node_at(struct json_paths *jp, struct str prefix)
{
    size_t found = prefix.len != 0 ? strmap_get(&jp->by_prefix, prefix) : 0;
    struct json_node node = {.prefix = prefix};

    if (found != SIZE_MAX)
        return (uint32_t)found;
    strmap_put(&jp->by_prefix, prefix, jp->nodes.n);
    VEC_PUSH(&jp->nodes, node);
    return (uint32_t)(jp->nodes.n - 1);
}

/* The slot of (node, key), or the free one where it belongs. */
static struct json_edge_slot *edge_slot(const struct json_paths *jp, uint32_t node, struct str key)
{
    size_t i = hash_bytes(key.ptr, key.len, node) & (jp->n_slots - 1);

    for (;; i = (i + 1) & (jp->n_slots - 1)) {
        struct json_edge_slot *slot = &jp->slots[i];

        if (slot->edge == 0 || (slot->node == node &&
                                str_eq(jp->nodes.items[node].edges.items[slot->edge - 1].key, key)))
            return slot;
    }
}

static void grow_slots(struct json_paths *jp)
{
    free(jp->slots);
    jp->n_slots = jp->n_slots != 0 ? jp->n_slots * 2 : 64;
    jp->slots = xcalloc(jp->n_slots, sizeof(*jp->slots));
    for (uint32_t node = 0; node < jp->nodes.n; node++) {
        for (uint32_t i = 0; i < jp->nodes.items[node].edges.n; i++) {
            struct str key = jp->nodes.items[node].edges.items[i].key;

            *edge_slot(jp, node, key) = (struct json_edge_slot){node, i + 1};
        }
    }
}

static void add_edge(struct json_paths *jp, uint32_t from, struct str key, uint32_t to,
                     bool declared)
{
    struct json_node *node = &jp->nodes.items[from];
    struct json_edge_slot *slot;
    struct json_edge *edge;

    if (jp->n_edges * 2 >= jp->n_slots)
        grow_slots(jp);
    slot = edge_slot(jp, from, key);
    if (slot->edge == 0) {
        struct json_edge fresh = {.key = key, .node = to};

        VEC_PUSH(&node->edges, fresh);
        *slot = (struct json_edge_slot){from, (uint32_t)node->edges.n};
        jp->n_edges++;
    }
    edge = &node->edges.items[slot->edge - 1];
    edge->declared |= declared;
    edge->named |= !declared;
    node->any_declared |= declared;
}

static void add_elem(struct json_paths *jp, uint32_t from, struct str inside, uint32_t to)
{
    struct json_node *node = &jp->nodes.items[from];
    struct json_elem e = {.node = to};
    size_t equals = str_find_char(inside, '=');

    for (size_t i = 0; i < node->elems.n; i++) {
        if (node->elems.items[i].node == to)
            return;
    }
    if (equals == SIZE_MAX) {
        for (size_t i = 0; i < inside.len; i++)
            e.index = e.index * 10 + (uint64_t)(inside.ptr[i] - '0');
    } else {
        e.is_selector = true;
        e.key = str_of(inside.ptr, equals);
        e.value = str_of(inside.ptr + equals + 1, inside.len - equals - 1);
    }
    VEC_PUSH(&node->elems, e);
}

/* The keys that can stand between `from` (where the rest of the path starts at `rest`) and its
 * later beginnings: up to each dot, bracket and the end. */
static void add_keys(struct json_paths *jp, struct str text, uint32_t from, size_t rest,
                     bool declared)
{
    for (size_t i = MAX(rest, 1); i <= text.len; i++) {
        bool here = i == text.len || text.ptr[i] == '.' || (text.ptr[i] == '[' && i > rest);

        if (here)
            add_edge(jp, from, str_of(text.ptr + rest, i - rest), node_at(jp, str_of(text.ptr, i)),
                     declared);
    }
}

static void add_leaf(struct json_node *node, uint32_t id, unsigned flags)
{
    struct json_leaf leaf = {
        .id = id,
        .declared = (flags & JSON_PATH_DECLARED) != 0,
        .presence = (flags & JSON_PATH_PRESENCE) != 0,
        .subtree = (flags & JSON_PATH_SUBTREE) != 0,
    };

    VEC_PUSH(&node->leaves, leaf);
    node->subtree |= leaf.subtree;
}

static enum lanner_rc add_path(struct json_paths *jp, uint32_t id, struct str text, bool declared,
                               struct lanner_err *err)
{
    uint32_t nodes[JSON_MAX_SEGMENTS + 1];
    size_t n_nodes = 0;

    /* Beginnings: the empty one, and each that ends before a dot, before a bracket or at the end.
     */
    for (size_t i = 0; i <= text.len; i++) {
        bool root = i == 0;
        bool mark = i == text.len || text.ptr[i] == '.' || text.ptr[i] == '[';
        uint32_t node;
        size_t close;

        if (!root && !mark)
            continue;
        if (n_nodes == ARRAY_LEN(nodes))
            return err_set(err, LANNER_ERR_LIMIT, "field name %.*s has more than %d levels",
                           (int)MIN(text.len, 60), text.ptr, JSON_MAX_SEGMENTS);
        if (jp->n_edges > JSON_MAX_EDGES)
            return err_set(err, LANNER_ERR_LIMIT, "the field names asked for have too many levels");
        node = node_at(jp, str_of(text.ptr, i));
        nodes[n_nodes++] = node;
        if (root)
            add_keys(jp, text, node, 0, declared);
        else if (i < text.len && text.ptr[i] == '.')
            add_keys(jp, text, node, i + 1, declared);
        close = element_end(text, i, declared);
        if (close != 0) {
            add_elem(jp, node, str_of(text.ptr + i + 1, close - i - 2),
                     node_at(jp, str_of(text.ptr, close)));
            /* A selector's value may hold dots: go on behind it, where the loop finds the node. */
            if (close < text.len && text.ptr[close] != '.' && text.ptr[close] != '[')
                return err_set(err, LANNER_ERR_QUERY, "expected . or [ behind the bracket in %.*s",
                               (int)MIN(text.len, 60), text.ptr);
            if (memchr(text.ptr + i, '=', close - i) != NULL)
                i = close - 1;
        }
    }
    add_leaf(&jp->nodes.items[nodes[n_nodes - 1]], id, jp->flags[id]);
    jp->ways[id].n = (uint32_t)n_nodes;
    jp->ways[id].nodes = ARENA_ARRAY(&jp->arena, uint32_t, n_nodes);
    memcpy(jp->ways[id].nodes, nodes, n_nodes * sizeof(*nodes));
    return LANNER_OK;
}

static bool has_one_way(const struct json_paths *jp, const struct json_node *node)
{
    for (size_t i = 1; i < node->leaves.n; i++) {
        const struct json_way *a = &jp->ways[node->leaves.items[0].id];
        const struct json_way *b = &jp->ways[node->leaves.items[i].id];

        if (a->n != b->n || memcmp(a->nodes, b->nodes, a->n * sizeof(*a->nodes)) != 0)
            return false;
    }
    return true;
}

enum lanner_rc json_paths_new(const struct json_path *paths, size_t n, struct json_paths **out,
                              struct lanner_err *err)
{
    struct json_paths *jp;
    struct json_node root = {.prefix = STR("")};
    enum lanner_rc rc = LANNER_OK;

    if (n > JSON_MAX_PATHS)
        return err_set(err, LANNER_ERR_LIMIT, "more than %d fields of one record are asked for",
                       JSON_MAX_PATHS);
    jp = xcalloc(1, sizeof(*jp));
    arena_init(&jp->arena, 0);
    strmap_init(&jp->by_prefix);
    jp->n = n;
    jp->flags = ARENA_ARRAY(&jp->arena, unsigned, n + 1);
    jp->ways = ARENA_ARRAY(&jp->arena, struct json_way, n + 1);
    VEC_PUSH(&jp->nodes, root);
    for (size_t i = 0; i < n; i++) {
        struct str text = arena_str(&jp->arena, paths[i].text);

        jp->flags[i] = paths[i].flags;
        rc = add_path(jp, (uint32_t)i, text, (paths[i].flags & JSON_PATH_DECLARED) != 0, err);
        if (rc != LANNER_OK)
            goto out;
    }
    for (size_t i = 0; i < jp->nodes.n; i++)
        jp->nodes.items[i].one_way = has_one_way(jp, &jp->nodes.items[i]);
    jp->pending = ARENA_ARRAY(&jp->arena, uint32_t, jp->nodes.n);
    for (size_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < jp->ways[i].n; k++)
            jp->pending[jp->ways[i].nodes[k]]++;
    }
    *out = jp;
    jp = NULL; /* now the caller's */
out:
    json_paths_free(jp);
    return rc;
}

void json_paths_free(struct json_paths *jp)
{
    if (jp == NULL)
        return;
    for (size_t i = 0; i < jp->nodes.n; i++) {
        struct json_node *node = &jp->nodes.items[i];

        VEC_DONE(&node->edges);
        VEC_DONE(&node->elems);
        VEC_DONE(&node->leaves);
    }
    VEC_DONE(&jp->nodes);
    free(jp->slots);
    strmap_done(&jp->by_prefix);
    arena_done(&jp->arena);
    free(jp);
}

void json_paths_plain_strings(struct json_paths *jp)
{
    jp->plain_strings = true;
}

size_t json_paths_count(const struct json_paths *jp)
{
    return jp->n;
}

struct json_scratch *json_scratch_new(const struct json_paths *jp)
{
    struct json_scratch *s = xcalloc(1, sizeof(*s));

    s->paths = jp;
    arena_init(&s->arena, 4096);
    s->orders = xcalloc(jp->nodes.n * WALK_MODES, sizeof(*s->orders));
    s->pending = xcalloc(jp->nodes.n, sizeof(*s->pending));
    s->rank = xcalloc(jp->n, sizeof(*s->rank));
    s->seed = hash_random_seed();
    return s;
}

void json_scratch_free(struct json_scratch *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->paths->nodes.n * WALK_MODES; i++) {
        VEC_DONE(&s->orders[i].keys);
        free(s->orders[i].table);
    }
    free(s->orders);
    free(s->watched);
    free(s->pending);
    free(s->rank);
    buf_done(&s->unescaped);
    arena_done(&s->arena);
    free(s);
}

void json_scratch_watch(struct json_scratch *s, uint32_t path, json_on_value fn, void *ctx)
{
    assert(path < s->paths->n);
    if (s->watched == NULL)
        s->watched = xcalloc(s->paths->n, sizeof(*s->watched));
    s->watched[path] = true;
    s->on_value = fn;
    s->watch_ctx = ctx;
}

size_t json_targets(const struct json_paths *jp, uint32_t node_index, unsigned mode, struct str key,
                    struct json_target *out, size_t max)
{
    const struct json_node *node = &jp->nodes.items[node_index];
    size_t exact = SIZE_MAX;
    size_t n = 0;

    if (node->edges.n > 0)
        exact = (size_t)edge_slot(jp, node_index, key)->edge - 1;

    if (exact != SIZE_MAX && (mode == 0 || node->edges.items[exact].declared)) {
        if (n < max)
            out[n] = (struct json_target){node->edges.items[exact].node, (uint8_t)mode};
        n++;
    }
    if (!node->any_declared)
        return n;
    for (size_t i = 0; i < node->edges.n; i++) {
        const struct json_edge *e = &node->edges.items[i];

        if (i == exact || !e->declared || e->key.len != key.len || !str_eq_nocase(e->key, key))
            continue;
        if (n < max)
            out[n] = (struct json_target){e->node, (uint8_t)(mode | WALK_FOLDED)};
        n++;
    }
    return n;
}

uint32_t json_learn(struct json_scratch *s, uint32_t node, unsigned mode, struct str raw,
                    struct str key)
{
    struct json_order *order = &s->orders[node * WALK_MODES + mode];
    uint64_t slot = hash_bytes(raw.ptr, raw.len, s->seed) % (2 * JSON_LEARN_KEYS);
    struct json_key fresh;
    size_t n;

    if (order->table == NULL) {
        memset(&fresh, 0, sizeof(fresh)); /* the opening brace: no key is of length 0 */
        VEC_PUSH(&order->keys, fresh);
        order->table = xcalloc(2 * JSON_LEARN_KEYS, sizeof(*order->table));
    }
    while (order->table[slot] != 0) {
        const struct json_key *k = &order->keys.items[order->table[slot]];

        if (k->len == raw.len && memcmp(k->bytes, raw.ptr, raw.len) == 0)
            return order->table[slot];
        slot = (slot + 1) % (2 * JSON_LEARN_KEYS);
    }
    if (order->keys.n == JSON_LEARN_KEYS || raw.len > JSON_LEARN_BYTES)
        return 0;
    memset(&fresh, 0, sizeof(fresh));
    n = json_targets(s->paths, node, mode, key, fresh.targets, JSON_KEY_TARGETS);
    if (n > JSON_KEY_TARGETS)
        return 0;
    fresh.n_targets = (uint32_t)n;
    memcpy(fresh.start, raw.ptr, MIN(raw.len, sizeof(fresh.start)));
    fresh.bytes = arena_str(&s->arena, raw).ptr;
    fresh.len = (uint32_t)raw.len;
    order->table[slot] = (uint16_t)order->keys.n;
    VEC_PUSH(&order->keys, fresh);
    return order->table[slot];
}

/* n paths that go the way of path `id` are decided. */
static inline void way_decided(struct json_walk *w, uint32_t id, uint32_t n)
{
    const struct json_way *way = &w->paths->ways[id];

    for (uint32_t k = 0; k < way->n; k++)
        w->s->pending[way->nodes[k]] -= n;
}

/* Shows those of the node's values that are watched. */
static void show_watched(struct json_walk *w, const struct json_node *node)
{
    const struct json_scratch *s = w->s;

    for (size_t i = 0; i < node->leaves.n && !w->unwanted; i++) {
        uint32_t id = node->leaves.items[i].id;

        if (s->watched[id] && s->rank[id] == 2 && val_is_text(&w->vals[id]))
            w->unwanted = !s->on_value(s->watch_ctx, id, &w->vals[id]);
    }
    if (w->unwanted)
        s->pending[0] = 0; /* the walk ends as if all were decided */
}

/* A scalar found in the exact spelling decides all that end at the node: what nearly every call is.
 * Returns how many were not decided before. */
static inline uint32_t store_exact(struct json_walk *w, const struct json_node *node, struct val v)
{
    const struct json_leaf *leaf = node->leaves.items, *const end = leaf + node->leaves.n;
    const struct val as[2] = {v, v.kind == KIND_NULL ? VAL_ABSENT : val_bool(true)};
    uint8_t *const rank = w->s->rank;
    struct val *const vals = w->vals;
    uint32_t decided = 0;

    for (; leaf < end; leaf++) {
        if (rank[leaf->id] == 2)
            continue;
        rank[leaf->id] = 2;
        vals[leaf->id] = as[leaf->presence];
        decided++;
    }
    return decided;
}

/* The same through a selector or a key in another case, or for a container. */
static uint32_t store_other(struct json_walk *w, const struct json_node *node, unsigned mode,
                            struct val v, bool container)
{
    uint8_t rank = (mode & WALK_FOLDED) != 0 ? 1 : 2;
    uint32_t decided = 0;

    for (size_t i = 0; i < node->leaves.n; i++) {
        const struct json_leaf *leaf = &node->leaves.items[i];

        if (w->s->rank[leaf->id] >= rank || (mode != 0 && !leaf->declared) ||
            (container && !leaf->presence && !leaf->subtree))
            continue;
        w->vals[leaf->id] = v;
        if (leaf->presence)
            w->vals[leaf->id] = v.kind == KIND_NULL ? VAL_ABSENT : val_bool(true);
        w->s->rank[leaf->id] = rank;
        if (rank == 2 && !node->one_way)
            way_decided(w, leaf->id, 1);
        decided += rank == 2;
    }
    return decided;
}

void json_store(struct json_walk *w, const struct json_node *node, unsigned mode, struct val v,
                bool container)
{
    uint32_t decided;

    if (node->leaves.n == 0)
        return;
    if (LIKELY(mode == 0 && !container && node->one_way))
        decided = store_exact(w, node, v);
    else
        decided = store_other(w, node, mode, v, container);
    if (decided == 0)
        return;
    if (node->one_way)
        way_decided(w, node->leaves.items[0].id, decided);
    if (w->s->watched != NULL && !container && !w->in_string)
        show_watched(w, node);
}

enum json_status json_paths_read(const struct json_paths *jp, struct json_scratch *s,
                                 struct str record, struct arena *arena, struct val *vals,
                                 size_t *broken_at)
{
    struct json_walk w = {.paths = jp, .s = s, .arena = arena, .vals = vals, .lo = record.ptr};
    const char *p;

    assert(s->paths == jp);
    assert(record.len <= UINT32_MAX);
    static_assert(KIND_ABSENT == 0, "cleared values are absent");
    if (jp->n > 0)
        memset(vals, 0, jp->n * sizeof(*vals));
    memset(s->rank, 0, jp->n);
    memcpy(s->pending, jp->pending, jp->nodes.n * sizeof(*s->pending));
    if (jp->n == 0)
        return JSON_OK;
    w.end = record.ptr + record.len;
    w.n_strings = jp->plain_strings ? JSON_MAX_STRINGS : 0;
    p = json_skip_blanks(record.ptr, w.end);
    if (p == w.end || (*p != '{' && *p != '['))
        w.fault = p;
    else if (cpu_has_avx2())
        json_walk_avx2(&w, p);
    else
        json_walk_scalar(&w, p);
    if (w.fault == NULL)
        return w.unwanted ? JSON_UNWANTED : JSON_OK;
    if (broken_at != NULL)
        *broken_at = (size_t)(w.fault - record.ptr);
    return JSON_BROKEN;
}
