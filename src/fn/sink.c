/* sink.c - fields named by the data. See sink.h. */
#include "fn/sink.h"

static int by_name(const void *a, const void *b)
{
    const struct str *x = a;
    const struct str *y = b;

    return str_cmp(*x, *y);
}

void sink_names_init(struct sink_names *s, const struct fn_call *call)
{
    s->n = call->n_out;
    s->items = arena_zalloc(call->env->arena, arena_array_size(MAX(s->n, 1), sizeof(*s->items)));
    for (size_t j = 0; j < s->n; j++) {
        s->items[j].name = call->out_names[j];
        s->items[j].out = j;
    }
    /* The name is the first member, so its comparison serves. */
    qsort(s->items, s->n, sizeof(*s->items), by_name);
}

static size_t find(const struct sink *s, struct str name)
{
    size_t low = 0;
    size_t high = s->names->n;

    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = str_cmp(name, s->names->items[mid].name);

        if (order == 0)
            return s->names->items[mid].out;
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return SIZE_MAX;
}

static bool is_open(const struct sink *s)
{
    return s->call->open && s->out->open != NULL;
}

bool sink_wants(const struct sink *s, struct str name)
{
    return is_open(s) || find(s, name) != SIZE_MAX;
}

void sink_put(const struct sink *s, struct str name, struct val v)
{
    size_t j = find(s, name);

    if (j != SIZE_MAX)
        s->out->out[j][s->row] = v;
    /* Into the open fields as well: functions that read whole arrays look there, and wherever else
     * both are seen the column hides the open field. */
    if (is_open(s))
        open_put(&s->out->open[s->row], name, v, s->out->arena);
}

const struct val *sink_get(const struct sink *s, struct str name)
{
    size_t j = find(s, name);
    const struct val *v = NULL;

    if (j != SIZE_MAX)
        v = &s->out->out[j][s->row];
    else if (is_open(s))
        v = open_get(&s->out->open[s->row], name);
    return v != NULL && !val_is_null(v) ? v : NULL;
}

void sink_remove(const struct sink *s, struct str name)
{
    size_t j = find(s, name);
    struct open_row *row;

    if (j != SIZE_MAX)
        s->out->out[j][s->row] = VAL_ABSENT;
    if (!is_open(s))
        return;
    row = &s->out->open[s->row];
    for (uint32_t k = 0; k < row->n; k++) {
        if (!str_eq(row->fields[k].name, name))
            continue;
        memmove(&row->fields[k], &row->fields[k + 1], (row->n - k - 1) * sizeof(*row->fields));
        row->n--;
        return;
    }
}

void sink_error(const struct sink *s, const char *why)
{
    sink_put(s, STR("@error"), val_text("true", 4));
    sink_put(s, STR("@event_parsed"), val_text("false", 5));
    sink_put(s, STR("@error_msg"),
             val_str(arena_printf(s->out->arena, "%s(): %s", call_name(s->call), why)));
}

enum lanner_rc sink_writes(const struct fn_call *call, fn_names *names, struct arena *a,
                           struct lanner_err *err)
{
    (void)call;
    (void)a;
    (void)err;
    VEC_PUSH(names, STR("@error"));
    VEC_PUSH(names, STR("@error_msg"));
    VEC_PUSH(names, STR("@event_parsed"));
    return LANNER_OK;
}
