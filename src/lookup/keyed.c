/* keyed.c - rows of a table found by a key. See keyed.h. */
#include "lookup/keyed.h"

static void keyed_done(void *ptr)
{
    struct keyed *k = ptr;

    strmap_done(&k->heads);
}

void keyed_init(struct keyed *k, struct arena *a, size_t n_rows)
{
    strmap_init(&k->heads);
    arena_defer(a, keyed_done, k);
    k->next = ARENA_ARRAY(a, uint32_t, MAX(n_rows, 1));
}

void keyed_put(struct keyed *k, struct str key, size_t row)
{
    size_t head = strmap_get(&k->heads, key);

    k->next[row] = head == SIZE_MAX ? 0 : (uint32_t)head + 1;
    strmap_put(&k->heads, key, row);
}

size_t keyed_first(const struct keyed *k, struct str key)
{
    return strmap_get(&k->heads, key);
}

size_t keyed_next(const struct keyed *k, size_t row)
{
    return k->next[row] != 0 ? k->next[row] - 1 : SIZE_MAX;
}

struct str table_text(const struct lookup_table *t, size_t row, size_t column)
{
    const struct val *v;

    if (column == SIZE_MAX)
        return STR("");
    v = &t->cells[row * t->n_columns + column];
    return val_is_text(v) ? str_trim(val_as_str(v)) : STR("");
}

size_t table_find_column(const struct lookup_table *t, const char *const *names)
{
    for (; *names != NULL; names++) {
        size_t i = lookup_table_column(t, str_z(*names));

        if (i != SIZE_MAX)
            return i;
    }
    return SIZE_MAX;
}

enum lanner_rc table_need_column(const struct lookup_table *t, const char *path,
                                 const char *const *names, size_t *out, struct lanner_err *err)
{
    *out = table_find_column(t, names);
    if (*out == SIZE_MAX)
        return err_set(err, LANNER_ERR_INPUT, "%s has no column '%s'", path, names[0]);
    return LANNER_OK;
}

enum lanner_rc table_fail(const struct lookup_table *t, const char *path, size_t row,
                          const char *what, struct lanner_err *err)
{
    return err_set(err, LANNER_ERR_INPUT, "%s: line %u: %s", path, t->lines[row], what);
}
