/* cache.c - what was read from the user's files, once for all calls of a query. See folders.h. */
#include "lookup/folders.h"

struct lookup_cached {
    struct lookup_cached *next;
    const char *kind; /* static */
    struct str name;
    const void *object;
};

const void *lookup_cache_get(const struct lookup_folders *f, const char *kind, struct str name)
{
    if (f->cache == NULL)
        return NULL;
    for (const struct lookup_cached *c = f->cache->head; c != NULL; c = c->next) {
        if (strcmp(c->kind, kind) == 0 && str_eq(c->name, name))
            return c->object;
    }
    return NULL;
}

struct arena *lookup_cache_arena(const struct lookup_folders *f, struct arena *otherwise)
{
    return f->cache != NULL ? f->cache->arena : otherwise;
}

void lookup_cache_put(const struct lookup_folders *f, const char *kind, struct str name,
                      const void *object)
{
    struct lookup_cached *c;

    if (f->cache == NULL)
        return;
    c = ARENA_NEW(f->cache->arena, struct lookup_cached);
    *c = (struct lookup_cached){f->cache->head, kind, arena_str(f->cache->arena, name), object};
    f->cache->head = c;
}
