/* repairs.c - the notes of a tolerant reading, put in order or turned into one error. */
#include "lang/common/repairs.h"

#include <stdlib.h>

#include "lang/common/cursor.h"

#define MORE_MAX ((size_t)180) /* places listed in a hint, bytes */

struct placed_note {
    struct plan_note note;
    size_t index;
};

static int placed_cmp(const void *pa, const void *pb)
{
    const struct placed_note *a = pa, *b = pb;

    if (a->note.at.start != b->note.at.start)
        return a->note.at.start < b->note.at.start ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

void repairs_sort(struct plan *plan)
{
    size_t n = plan->notes.n;
    struct placed_note *placed = ARENA_ARRAY(plan->arena, struct placed_note, n);

    if (n == 0)
        return;
    for (size_t i = 0; i < n; i++)
        placed[i] = (struct placed_note){plan->notes.items[i], i};
    qsort(placed, n, sizeof(*placed), placed_cmp);
    plan->notes.n = 0;
    for (size_t i = 0; i < n; i++) {
        const struct plan_note *note = &placed[i].note;

        /* A call may be looked at twice. */
        if (i != 0 && note->at.start == placed[i - 1].note.at.start &&
            str_eq(note->text, placed[i - 1].note.text))
            continue;
        plan->notes.items[plan->notes.n++] = *note;
    }
}

enum lanner_rc repairs_refuse(const struct plan *plan, struct str text, const char *product,
                              const struct fn_env *env, struct lanner_err *err)
{
    const struct plan_note *first = NULL;
    struct buf more = {0};
    size_t n = 0;

    for (size_t i = 0; i < plan->notes.n; i++) {
        const struct plan_note *note = &plan->notes.items[i];
        uint32_t line, column;

        if (note->kind != LANNER_NOTE_REPAIR)
            continue;
        if (env->note != NULL)
            env->note(env->note_ctx, note->kind, note->at, arena_strz(plan->arena, note->text));
        if (first == NULL) {
            first = note;
            continue;
        }
        if (more.len < MORE_MAX) { /* finding a line walks the text */
            text_locate(text.ptr, text.len, note->at.start, &line, &column);
            buf_printf(&more, "%s%u:%u", n == 0 ? "" : ", ", line, column);
        }
        n++;
    }
    if (first != NULL) {
        err_set_at(err, LANNER_ERR_QUERY, first->at, "%s refuses this: %.*s", product,
                   STR_ARG(first->text));
        if (n != 0)
            err_hint(err, "%s refuses %zu more: at %.*s", product, n, (int)MIN(more.len, MORE_MAX),
                     more.ptr);
    }
    buf_done(&more);
    return first != NULL ? LANNER_ERR_QUERY : LANNER_OK;
}
