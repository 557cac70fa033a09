/* csv_view.c - see csv_view.h.
 *
 * Columns are resolved once for each header and program. A path that is no column's name may lead
 * into a column whose cells hold JSON text (`Status.errorCode`): such paths are read together, one
 * set for each column. */
#include "source/csv_view.h"

#include <stdlib.h>

/* A slot that is a cell. */
struct cell_slot {
    uint32_t slot;
    uint32_t pick;
};

/* Slots inside the JSON text of one column. */
struct cell_group {
    uint32_t pick;
    struct json_paths *jp;        /* owned */
    struct json_scratch *scratch; /* owned */
    uint32_t *slots;
    struct val *vals;
    size_t n;
};

struct csv_program {
    bool made;
    uint32_t *picks; /* column -> index in cells, UINT32_MAX: not wanted */
    size_t n_cells;
    struct val *cells;
    struct cell_slot *direct;
    size_t n_direct;
    uint32_t *present; /* slots that ask whether a column is there, and it is */
    size_t n_present;
    struct cell_group *groups;
    size_t n_groups;
};

struct csv_view {
    const struct extractor *x;
    struct arena arena; /* all of one header */
    const struct csv_header *header;
    struct str *names; /* the header's array as it was: pointers and lengths */
    struct str text;   /* the names' text, one after another */
    size_t n_names;
    char delimiter;
    struct csv_program *programs;
};

/* Where a path leads: a column, and what is left of the path for the JSON text inside. */
struct csv_place {
    size_t column; /* SIZE_MAX: nowhere */
    struct str rest;
};

static size_t column_of(const struct csv_header *h, struct str name, unsigned flags)
{
    size_t c = csv_header_find(h, name);

    if (c != SIZE_MAX && (flags & JSON_PATH_DECLARED) == 0 && !str_eq(h->names[c], name))
        return SIZE_MAX;
    return c;
}

static struct csv_place place_of(const struct csv_header *h, const struct json_path *path)
{
    struct csv_place place = {column_of(h, path->text, path->flags), STR_NONE};

    for (size_t i = path->text.len; place.column == SIZE_MAX && i > 1; i--) {
        char c = path->text.ptr[i - 1];
        size_t skip = c == '.' ? 1 : 0;

        if (c != '.' && c != '[')
            continue;
        place.column = column_of(h, str_of(path->text.ptr, i - 1), path->flags);
        place.rest = str_of(path->text.ptr + i - 1 + skip, path->text.len - (i - 1) - skip);
    }
    return place;
}

static uint32_t pick_of(struct csv_program *p, size_t column)
{
    if (p->picks[column] == UINT32_MAX)
        p->picks[column] = (uint32_t)p->n_cells++;
    return p->picks[column];
}

/* The paths into one column; false when they are none that JSON could have. */
static bool group_make(struct csv_view *v, const struct program *p, const struct csv_place *places,
                       size_t column, struct cell_group *g)
{
    struct json_path *paths = ARENA_ARRAY(&v->arena, struct json_path, p->n_slots);

    g->slots = ARENA_ARRAY(&v->arena, uint32_t, p->n_slots);
    for (size_t s = 0; s < p->n_slots; s++)
        if (places[s].column == column && places[s].rest.ptr != NULL) {
            paths[g->n] = (struct json_path){places[s].rest, p->paths[s].flags};
            g->slots[g->n++] = (uint32_t)s;
        }
    if (g->n == 0 || json_paths_new(paths, g->n, &g->jp, NULL) != LANNER_OK)
        return false;
    g->scratch = json_scratch_new(g->jp);
    g->vals = ARENA_ARRAY(&v->arena, struct val, g->n);
    return true;
}

static void program_make(struct csv_view *v, const struct program *p, struct csv_program *cp)
{
    const struct csv_header *h = v->header;
    struct csv_place *places = ARENA_ARRAY(&v->arena, struct csv_place, p->n_slots);

    cp->picks = ARENA_ARRAY(&v->arena, uint32_t, h->n);
    memset(cp->picks, 0xff, h->n * sizeof(*cp->picks));
    cp->direct = ARENA_ARRAY(&v->arena, struct cell_slot, p->n_slots);
    cp->present = ARENA_ARRAY(&v->arena, uint32_t, p->n_slots);
    cp->groups = ARENA_ARRAY(&v->arena, struct cell_group, MIN(h->n, p->n_slots));
    for (size_t s = 0; s < p->n_slots; s++) {
        places[s] = place_of(h, &p->paths[s]);
        if (places[s].column == SIZE_MAX || places[s].rest.ptr != NULL)
            continue;
        if ((p->paths[s].flags & JSON_PATH_PRESENCE) != 0)
            cp->present[cp->n_present++] = (uint32_t)s;
        else
            cp->direct[cp->n_direct++] =
                (struct cell_slot){(uint32_t)s, pick_of(cp, places[s].column)};
    }
    for (size_t c = 0; c < h->n; c++) {
        struct cell_group *g = &cp->groups[cp->n_groups];
        bool wanted = false;

        for (size_t s = 0; s < p->n_slots; s++)
            wanted = wanted || (places[s].column == c && places[s].rest.ptr != NULL);
        memset(g, 0, sizeof(*g) * (size_t)wanted);
        if (wanted && group_make(v, p, places, c, g)) {
            g->pick = pick_of(cp, c);
            cp->n_groups++;
        }
    }
    cp->cells = ARENA_ARRAY(&v->arena, struct val, cp->n_cells);
    cp->made = true;
}

static void view_forget(struct csv_view *v)
{
    for (size_t i = 0; v->programs != NULL && i < v->x->n_programs; i++)
        for (size_t g = 0; g < v->programs[i].n_groups; g++) {
            json_scratch_free(v->programs[i].groups[g].scratch);
            json_paths_free(v->programs[i].groups[g].jp);
        }
    v->programs = NULL;
    v->header = NULL;
    arena_reset(&v->arena);
}

/* Whether the header is still the one that was learned. Its address and the addresses of its names
 * can be those of one that was freed, so now and then the texts are compared. */
static bool view_knows(const struct csv_view *v, const struct csv_header *h, bool fresh)
{
    const char *p = v->text.ptr;

    if (v->header != h || v->n_names != h->n || v->delimiter != h->delimiter ||
        memcmp(v->names, h->names, h->n * sizeof(*h->names)) != 0)
        return false;
    for (size_t i = 0; fresh && i < h->n; i++) {
        if (h->names[i].len > 0 && memcmp(p, h->names[i].ptr, h->names[i].len) != 0)
            return false;
        p += h->names[i].len;
    }
    return true;
}

static void view_learn(struct csv_view *v, const struct csv_header *h)
{
    size_t len = 0;
    char *text;

    view_forget(v);
    v->header = h;
    v->n_names = h->n;
    v->delimiter = h->delimiter;
    v->names = ARENA_ARRAY(&v->arena, struct str, h->n);
    for (size_t i = 0; i < h->n; i++) {
        v->names[i] = h->names[i];
        len += h->names[i].len;
    }
    text = arena_alloc(&v->arena, len + 1);
    v->text = str_of(text, len);
    for (size_t i = 0; i < h->n; i++) {
        if (h->names[i].len > 0)
            memcpy(text, h->names[i].ptr, h->names[i].len);
        text += h->names[i].len;
    }
    v->programs = ARENA_ARRAY(&v->arena, struct csv_program, v->x->n_programs);
}

static void group_read(struct cell_group *g, const struct val *cell, struct arena *a,
                       struct val *vals)
{
    struct str text = val_is_text(cell) ? str_trim(val_as_str(cell)) : STR_NONE;

    if (text.len == 0 || (text.ptr[0] != '{' && text.ptr[0] != '['))
        return;
    (void)json_paths_read(g->jp, g->scratch, text, a, g->vals, NULL);
    for (size_t i = 0; i < g->n; i++)
        vals[g->slots[i]] = g->vals[i];
}

struct csv_view *csv_view_new(const struct extractor *x)
{
    struct csv_view *v = xcalloc(1, sizeof(*v));

    v->x = x;
    arena_init(&v->arena, 0);
    return v;
}

void csv_view_free(struct csv_view *v)
{
    if (v == NULL)
        return;
    view_forget(v);
    arena_done(&v->arena);
    free(v);
}

void csv_view_read(struct csv_view *v, size_t program, const struct record *r, bool fresh,
                   struct arena *a, struct val *vals)
{
    const struct program *p = &v->x->programs[program];
    struct csv_program *cp;

    if (!view_knows(v, r->header, fresh))
        view_learn(v, r->header);
    cp = &v->programs[program];
    if (!cp->made)
        program_make(v, p, cp);
    memset(vals, 0, p->n_slots * sizeof(*vals)); /* all absent */
    (void)csv_row_pick(r->bytes, r->header, cp->picks, a, cp->cells);
    for (size_t i = 0; i < cp->n_direct; i++)
        vals[cp->direct[i].slot] = cp->cells[cp->direct[i].pick];
    for (size_t i = 0; i < cp->n_present; i++)
        vals[cp->present[i]] = val_bool(true);
    for (size_t i = 0; i < cp->n_groups; i++)
        group_read(&cp->groups[i], &cp->cells[cp->groups[i].pick], a, vals);
}
