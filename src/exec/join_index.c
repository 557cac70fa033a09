/* join_index.c - finds the rows of a table that match a key. See join_index.h.
 *
 * Text keys are equal when they print the same. A subnet is kept as its masked address and its
 * length, v4 mapped into v6, so that looking up an address is one look-up for each length that
 * occurs, longest first: the most specific subnet wins. */
#include "exec/join_index.h"

#include <stdlib.h>

#include "util/ip.h"
#include "util/num.h"
#include "util/utf8.h"

/* cql.md 3, match(): rows of a glob table. */
#define MAX_GLOB_ROWS 20000

/* ---- Keys
 * ---------------------------------------------------------------------------------------- */

static struct val text_key(const struct join_index *ix, const struct val *v, struct arena *a)
{
    char room[VAL_PRINT_MAX];
    struct buf b = {0};
    struct str s;
    struct val out;

    if (val_is_null(v) || v->kind == KIND_ARRAY)
        return VAL_ABSENT;
    s = val_print(v, room);
    if (!ix->ignore_case)
        return val_is_text(v) ? val_str(s) : val_str(arena_str(a, s));
    utf8_put_lower(&b, s);
    out = val_str(arena_str(a, buf_str(&b)));
    buf_done(&b);
    return out;
}

static struct val cidr_key(const unsigned char ip[16], unsigned len, struct arena *a)
{
    unsigned char *p = arena_zalloc(a, 17);
    unsigned whole = len / 8;

    memcpy(p, ip, whole);
    if (len % 8 != 0)
        p[whole] = (unsigned char)(ip[whole] & (0xff00u >> (len % 8)));
    p[16] = (unsigned char)len;
    return val_text((const char *)p, 17);
}

/* A subnet or a single address. */
static struct val subnet_key(const struct val *v, struct arena *a, unsigned *len_out)
{
    unsigned char ip[16];
    struct str s = val_as_str(v);
    size_t slash = str_find_char(s, '/');
    bool is_v4;
    int64_t len;

    if (!ip_parse(str_of(s.ptr, MIN(slash, s.len)), ip))
        return VAL_ABSENT;
    is_v4 = memchr(s.ptr, ':', s.len) == NULL;
    len = is_v4 ? 32 : 128;
    if (slash != SIZE_MAX) {
        int64_t given;

        if (!num_parse_long(str_of(s.ptr + slash + 1, s.len - slash - 1), &given) || given < 0 ||
            given > len)
            return VAL_ABSENT;
        len = given;
    }
    *len_out = (unsigned)(is_v4 ? len + 96 : len);
    return cidr_key(ip, *len_out, a);
}

static struct val prepare(struct join_index *ix, const struct val *v)
{
    struct val text = text_key(ix, v, &ix->arena);
    unsigned len = 0;

    if (ix->match != MATCH_CIDR || text.kind == KIND_ABSENT)
        return text;
    text = subnet_key(&text, &ix->arena, &len);
    if (text.kind != KIND_ABSENT)
        ix->prefix_lens[len / 64] |= UINT64_C(1) << (len % 64);
    return text;
}

static uint64_t hash_keys(const struct join_index *ix, const struct val *keys)
{
    uint64_t h = ix->seed;

    for (uint32_t k = 0; k < ix->n_keys; k++)
        h = val_hash(&keys[k], h);
    return h;
}

/* ---- Building
 * ------------------------------------------------------------------------------------ */

static bool prepare_row(struct join_index *ix, size_t row)
{
    bool complete = true;

    for (uint32_t k = 0; k < ix->n_keys; k++) {
        struct val cell = VAL_ABSENT;

        if (ix->cols[k] != UINT32_MAX)
            cell = table_cell(ix->table, row, ix->cols[k]);
        ix->keys[row * ix->n_keys + k] = prepare(ix, &cell);
        complete &= ix->keys[row * ix->n_keys + k].kind != KIND_ABSENT;
    }
    return complete;
}

static void link_row(struct join_index *ix, size_t row)
{
    size_t at = hash_keys(ix, &ix->keys[row * ix->n_keys]) & (ix->n_buckets - 1);

    ix->next[row] = ix->buckets[at];
    ix->buckets[at] = (uint32_t)row + 1;
}

static int cmp_pattern(const void *a, const void *b, void *ctx)
{
    const struct join_index *ix = ctx;
    uint32_t x = *(const uint32_t *)a;
    uint32_t y = *(const uint32_t *)b;
    int c = str_cmp(val_as_str(&ix->keys[x * (size_t)ix->n_keys]),
                    val_as_str(&ix->keys[y * (size_t)ix->n_keys]));

    return c != 0 ? c : (x < y ? -1 : x > y);
}

static enum lanner_rc check(const struct join_index *ix, struct span at, struct lanner_err *err)
{
    if (ix->n_rows >= UINT32_MAX)
        return err_set_at(err, LANNER_ERR_LIMIT, at, "table %.*s has too many rows",
                          STR_ARG(ix->table->name));
    if (ix->match == MATCH_GLOB && ix->n_rows > MAX_GLOB_ROWS)
        return err_set_at(err, LANNER_ERR_LIMIT, at, "table %.*s has more than %d patterns",
                          STR_ARG(ix->table->name), MAX_GLOB_ROWS);
    if (ix->match == MATCH_CIDR && ix->n_keys != 1)
        return err_set_at(err, LANNER_ERR_UNSUPPORTED, at, "subnets are looked up by one field");
    return LANNER_OK;
}

enum lanner_rc join_index_build(struct join_index *ix, struct budget *budget, struct span at,
                                struct lanner_err *err)
{
    TRY(check(ix, at, err));
    arena_init(&ix->arena, 0);
    ix->n_buckets = 16;
    while (ix->n_buckets < ix->n_rows * 2)
        ix->n_buckets *= 2;
    ix->keys = ARENA_ARRAY(&ix->arena, struct val, ix->n_rows * ix->n_keys);
    ix->buckets = ARENA_ARRAY(&ix->arena, uint32_t, ix->n_buckets);
    ix->next = ARENA_ARRAY(&ix->arena, uint32_t, ix->n_rows);
    ix->order = ARENA_ARRAY(&ix->arena, uint32_t, ix->n_rows);
    /* Linked from the back, so that the chains are in the table's order. */
    for (size_t row = ix->n_rows; row-- > 0;) {
        if (prepare_row(ix, row))
            link_row(ix, row);
    }
    for (size_t row = 0; row < ix->n_rows; row++)
        ix->order[row] = (uint32_t)row;
    if (ix->match == MATCH_GLOB)
        qsort_r(ix->order, ix->n_rows, sizeof(uint32_t), cmp_pattern, ix);
    /* In proportion to the table, whose rows the budget allowed. */
    budget_force(budget, ix->arena.n_bytes);
    return LANNER_OK;
}

void join_index_done(struct join_index *ix)
{
    arena_done(&ix->arena);
}

/* ---- Finding
 * ------------------------------------------------------------------------------------- */

static bool same_keys(const struct join_index *ix, size_t row, const struct val *keys)
{
    for (uint32_t k = 0; k < ix->n_keys; k++) {
        const struct val *mine = &ix->keys[row * ix->n_keys + k];

        if (mine->kind == KIND_ABSENT || !str_eq(val_as_str(mine), val_as_str(&keys[k])))
            return false;
    }
    return true;
}

static void find_hashed(const struct join_index *ix, const struct val *keys, join_rows *out)
{
    uint32_t at = ix->buckets[hash_keys(ix, keys) & (ix->n_buckets - 1)];

    for (; at != 0; at = ix->next[at - 1]) {
        if (same_keys(ix, at - 1, keys))
            VEC_PUSH(out, at - 1);
    }
}

static void find_subnet(const struct join_index *ix, const struct val *key, struct arena *scratch,
                        join_rows *out)
{
    unsigned char ip[16];

    if (!ip_parse(val_as_str(key), ip))
        return;
    for (unsigned len = 129; len-- > 0;) {
        struct val masked;

        if ((ix->prefix_lens[len / 64] >> (len % 64) & 1) == 0)
            continue;
        masked = cidr_key(ip, len, scratch);
        find_hashed(ix, &masked, out);
        if (out->n > 0)
            return;
    }
}

/* `*pattern*` where * is any run of bytes. Linear but for the last star's retries. */
static bool contains_glob(struct str s, struct str pattern)
{
    size_t i = 0;
    size_t p = 0;
    size_t star = 0;  /* place in the pattern to begin again at */
    size_t retry = 0; /* place in s of the last begin */

    while (p < pattern.len) {
        if (pattern.ptr[p] == '*') {
            star = ++p;
            retry = i;
        } else if (i < s.len && s.ptr[i] == pattern.ptr[p]) {
            i++;
            p++;
        } else if (retry < s.len) {
            i = ++retry;
            p = star;
        } else {
            return false;
        }
    }
    return true;
}

static void find_globs(const struct join_index *ix, const struct val *keys, join_rows *out)
{
    for (size_t i = 0; i < ix->n_rows; i++) {
        size_t row = ix->order[i];
        bool all = true;

        for (uint32_t k = 0; k < ix->n_keys && all; k++) {
            const struct val *pattern = &ix->keys[row * ix->n_keys + k];

            all = pattern->kind != KIND_ABSENT &&
                  contains_glob(val_as_str(&keys[k]), val_as_str(pattern));
        }
        if (all)
            VEC_PUSH(out, (uint32_t)row);
    }
}

void join_index_find(const struct join_index *ix, const struct val *keys, struct arena *scratch,
                     join_rows *out)
{
    struct val *own = ARENA_ARRAY(scratch, struct val, ix->n_keys);

    for (uint32_t k = 0; k < ix->n_keys; k++) {
        own[k] = text_key(ix, &keys[k], scratch);
        if (own[k].kind == KIND_ABSENT)
            return;
    }
    if (ix->match == MATCH_TEXT)
        find_hashed(ix, own, out);
    else if (ix->match == MATCH_CIDR)
        find_subnet(ix, &own[0], scratch, out);
    else
        find_globs(ix, own, out);
}
