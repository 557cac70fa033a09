/* key_rows.c - group keys of a batch's rows. See key_rows.h. */
#include "exec/key_rows.h"

static bool has_group(const struct key_rows *k, enum missing_keys missing, uint32_t row)
{
    uint32_t n_missing = 0;

    for (uint32_t i = 0; i < k->n_keys; i++)
        n_missing += val_is_null(column_at(&k->cols[i], row));
    if (missing == KEYS_DROP_IF_ALL)
        return n_missing < k->n_keys;
    return n_missing == 0;
}

static void drop_missing(struct key_rows *k, enum missing_keys missing)
{
    uint32_t n = 0;

    if (missing == KEYS_KEEP || k->n_keys == 0)
        return;
    for (uint32_t r = 0; r < k->sel.n; r++) {
        uint32_t i = k->sel.idx[r];

        k->sel.idx[n] = i;
        n += has_group(k, missing, i);
    }
    k->sel.n = n;
}

void key_rows_make(struct key_rows *k, const struct fetch *keys, uint32_t n_keys,
                   enum missing_keys missing, uint64_t seed, const struct batch *b)
{
    static const struct val absent = {.kind = KIND_ABSENT};

    k->n_keys = n_keys;
    k->cols = ARENA_ARRAY(b->arena, struct column, n_keys);
    k->sel = sel_copy(&b->sel, b->arena);
    for (uint32_t i = 0; i < n_keys; i++)
        k->cols[i] = fetch_column(&keys[i], b);
    drop_missing(k, missing);
    k->hashes = arena_alloc(b->arena, arena_array_size(MAX(k->sel.n, 1u), sizeof(uint64_t)));
    for (uint32_t r = 0; r < k->sel.n; r++)
        k->hashes[r] = seed;
    for (uint32_t i = 0; i < n_keys; i++) {
        for (uint32_t r = 0; r < k->sel.n; r++) {
            const struct val *v = column_at(&k->cols[i], k->sel.idx[r]);

            k->hashes[r] = val_hash(val_is_null(v) ? &absent : v, k->hashes[r]);
        }
    }
}
