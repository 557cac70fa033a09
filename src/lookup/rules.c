/* rules.c - names of custom rules. See rules.h. */
#include "lookup/rules.h"

#include "lookup/keyed.h"
#include "util/num.h"

struct rules {
    struct lookup_table table;
    size_t name; /* column */
    struct keyed by_id;
};

enum lanner_rc rules_open(const struct lookup_folders *folders, struct arena *a,
                          const struct rules **out, struct lanner_err *err)
{
    static const char *const ids[] = {"id", NULL};
    static const char *const names[] = {"name", NULL};
    const char *path = folders->rules;
    struct rules *r;
    size_t id_column;

    *out = lookup_cache_get(folders, "rules", STR(""));
    if (*out != NULL)
        return LANNER_OK;
    a = lookup_cache_arena(folders, a);
    r = ARENA_NEW(a, struct rules);
    TRY(lookup_table_read_path(path, a, &r->table, err));
    TRY(table_need_column(&r->table, path, ids, &id_column, err));
    TRY(table_need_column(&r->table, path, names, &r->name, err));
    keyed_init(&r->by_id, a, r->table.n_rows);
    for (size_t row = r->table.n_rows; row-- > 0;) {
        int64_t id;

        if (!num_parse_long(table_text(&r->table, row, id_column), &id))
            return table_fail(&r->table, path, row, "the id is no whole number", err);
        keyed_put(&r->by_id, str_of((const char *)&id, sizeof(id)), row);
    }
    *out = r;
    lookup_cache_put(folders, "rules", STR(""), r);
    return LANNER_OK;
}

bool rules_find(const struct rules *r, int64_t id, struct str *name)
{
    size_t row = keyed_first(&r->by_id, str_of((const char *)&id, sizeof(id)));

    if (row == SIZE_MAX)
        return false;
    *name = table_text(&r->table, row, r->name);
    return true;
}
