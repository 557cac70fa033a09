/* notes.c - what a run wants to say, collected by any thread and delivered by the caller's. */
#include <stdlib.h>

#include "engine/session.h"

/* More notes than this of one run say nothing new. */
#define MAX_NOTES 200

void notes_init(struct notes *n)
{
    memset(n, 0, sizeof(*n));
    lock_init(&n->lock);
    arena_init(&n->arena, 4096);
    strmap_init(&n->seen);
}

void notes_done(struct notes *n)
{
    lock_done(&n->lock);
    arena_done(&n->arena);
    strmap_done(&n->seen);
    VEC_DONE(&n->items);
}

void notes_add(void *ctx, enum lanner_note_kind kind, struct span at, const char *text)
{
    struct notes *n = ctx;
    struct str key = str_z(text);

    lock_take(&n->lock);
    if (kind == LANNER_NOTE_INPUT)
        n->incomplete = true;
    if (n->items.n < MAX_NOTES && strmap_get(&n->seen, key) == SIZE_MAX) {
        struct plan_note note = {kind, at, str_of(arena_strz(&n->arena, key), key.len)};

        strmap_put(&n->seen, key, 0);
        VEC_PUSH(&n->items, note);
    }
    lock_give(&n->lock);
}

void session_deliver(struct lanner_session *s, const struct notes *n, const char *text, size_t len)
{
    for (size_t i = 0; i < n->items.n && s->on_note != NULL; i++) {
        const struct plan_note *from = &n->items.items[i];
        struct lanner_note note = {.kind = from->kind, .text = from->text.ptr};

        if (from->at.len != 0) {
            text_locate(text, len, from->at.start, &note.line, &note.column);
            note.length = from->at.len;
        }
        s->on_note(s->note_ctx, &note);
    }
}
