/* json_paths.h - the compiled form of wanted paths, and what the walker learns. Private to the
 * room.
 *
 * Every beginning of a path that can be a value of its own is a node: `a.b[0].c` has the nodes ``,
 * `a`, `a.b`, `a.b[0]`, `a.b[0].c`. Since keys may hold dots, an edge leads from a node to every
 * later node whose text between them could be one key. However a node is reached, what is left of
 * the path is the same, so a node needs no memory of the way. */
#ifndef RECORD_JSON_PATHS_H
#define RECORD_JSON_PATHS_H

#include "record/json.h"
#include "util/hash.h"

/* How a node was reached. */
enum walk_mode {
    WALK_DECLARED = 1, /* through a selector: names are out */
    WALK_FOLDED = 2    /* through a key in another case: names are out, exact finds win */
};
#define WALK_MODES 4

struct json_edge {
    struct str key;
    uint32_t node;
    bool declared; /* some declared path uses it */
    bool named;    /* some name path uses it */
};

/* A way from an array to one of its elements. */
struct json_elem {
    bool is_selector;
    uint64_t index;   /* when not */
    struct str key;   /* selector */
    struct str value; /* selector */
    uint32_t node;
};

/* A path that ends at a node. */
struct json_leaf {
    uint32_t id;
    bool declared, presence, subtree; /* its flags */
};

struct json_node {
    struct str prefix; /* the path's text up to here */
    VEC(struct json_edge) edges;
    VEC(struct json_elem) elems;
    VEC(struct json_leaf) leaves;
    bool any_declared; /* an edge is declared */
    bool subtree;      /* a path that ends here takes the text of containers */
    bool one_way;      /* all paths that end here have the same beginnings */
};

struct json_way { /* how a path's beginnings count when it is decided */
    uint32_t *nodes;
    uint32_t n;
};

struct json_edge_slot {
    uint32_t node;
    uint32_t edge; /* plus 1; 0: free */
};
/* All edges together. A path of n levels has up to n * n / 2, and query text is hostile. */
#define JSON_MAX_EDGES 200000

struct json_paths {
    struct arena arena;
    size_t n;
    bool plain_strings;    /* JSON text in strings is not gone into */
    unsigned *flags;       /* per path */
    struct json_way *ways; /* per path */
    VEC(struct json_node) nodes;
    struct strmap by_prefix;
    struct json_edge_slot *slots; /* owned: (node, key) to edge */
    size_t n_slots;               /* a power of two */
    size_t n_edges;
    uint32_t *pending; /* per node: paths through it */
};

/* Where a key leads. */
struct json_target {
    uint32_t node;
    uint8_t mode;
};
#define JSON_KEY_TARGETS 8 /* kept with a learned key; a key with more is looked up each time */

/* A key as it stood in a record: both quotes, the text and the colon. */
struct json_key {
    char start[32]; /* the first bytes, zero behind them */
    const char *bytes;
    uint32_t len;
    uint32_t n_targets;
    struct json_target targets[JSON_KEY_TARGETS];
    uint32_t next[2]; /* keys that came behind it, the latest first */
};

#define JSON_LEARN_KEYS  1024 /* per node */
#define JSON_LEARN_BYTES 200  /* of one key */

/* What was learned of the objects at one node, in one mode. Key 0 stands for the opening brace. */
struct json_order {
    VEC(struct json_key) keys;
    uint16_t *table; /* hash to key, 0: free; owned */
};

struct json_scratch {
    const struct json_paths *paths;
    struct arena arena;        /* bytes of learned keys */
    struct json_order *orders; /* node * WALK_MODES + mode */
    uint32_t *pending;         /* per node, of the current record */
    uint8_t *rank;             /* per path: 0 nothing, 1 found in another case, 2 decided */
    struct buf unescaped;      /* keys with escapes */
    bool *watched;             /* per path, see json_scratch_watch; owned, NULL: none */
    json_on_value on_value;
    void *watch_ctx;
    uint64_t seed;
};

/* The walk over one record. */
struct json_walk {
    const struct json_paths *paths;
    struct json_scratch *s;
    struct arena *arena;
    struct val *vals;
    const char *lo; /* of the text that is walked: the record, or an unescaped string */
    const char *end;
    const char *fault;
    uint32_t n_strings; /* strings gone into */
    bool in_string;     /* the text walked stands in a string */
    bool unwanted;      /* a watch has ended the walk: */
    const char *stop;   /* behind the value that did, */
    size_t depth;       /* in so many containers */
};

/* The targets of a key (unescaped) at a node. Returns how many; writes at most max. */
size_t json_targets(const struct json_paths *jp, uint32_t node, unsigned mode, struct str key,
                    struct json_target *out, size_t max);
/* Index of the learned key, after learning it if there is room; 0 when it is not kept. raw: with
 * both quotes and the colon, key: unescaped. */
uint32_t json_learn(struct json_scratch *s, uint32_t node, unsigned mode, struct str raw,
                    struct str key);
/* A value for every path that ends at the node. */
void json_store(struct json_walk *w, const struct json_node *node, unsigned mode, struct val v,
                bool container);

/* The walkers: one and the same template, compiled twice. Walks the value at p; NULL when
 * everything is decided or the text broke (w->fault says which). */
const char *json_walk_scalar(struct json_walk *w, const char *p);
const char *json_walk_avx2(struct json_walk *w, const char *p);

#endif
