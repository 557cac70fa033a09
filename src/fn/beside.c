/* beside.c - functions that ask something outside of the logs. See beside.h. */
#include "fn/beside.h"

#include "util/ip.h"

enum lanner_rc beside_need(const struct fn_call *call, bool given, const char *what,
                           const char *option, bool *have, struct lanner_err *err)
{
    struct fn_run run = {.call = call};

    *have = given;
    if (given)
        return LANNER_OK;
    if (call->env->ignore_missing_data) {
        run_note(&run, LANNER_NOTE_WARNING, "%s gives NULL: there is no %s", call_name(call), what);
        return LANNER_OK;
    }
    err_set_at(err, LANNER_ERR_UNSUPPORTED, call->at, "%s needs %s", call_name(call), what);
    err_hint(err, "give it with %s, or --missing-data ignore for NULL", option);
    return LANNER_ERR_UNSUPPORTED;
}

bool beside_ip(const struct val *v, uint8_t out[16])
{
    if (v->kind == KIND_IP) {
        memcpy(out, v->u.ptr, 16);
        return true;
    }
    return val_is_text(v) && ip_parse(str_trim(val_as_str(v)), out);
}

bool beside_text(const struct val *v, char room[VAL_PRINT_MAX], struct str *out)
{
    char text[IP_PRINT_MAX];
    size_t n;

    if (v->kind != KIND_IP)
        return cell_text(v, room, out);
    n = ip_print((const uint8_t *)v->u.ptr, text);
    if (n == 0 || n > VAL_PRINT_MAX)
        return false;
    memcpy(room, text, n);
    *out = str_of(room, n);
    return true;
}

const struct val *beside_cell(const struct fn_run *run, const struct column *args, size_t i,
                              uint32_t row)
{
    static const struct val absent = {.kind = KIND_ABSENT};

    return i < run->call->n_args ? column_at(&args[i], row) : &absent;
}

void beside_each(const struct val *v, beside_on_item fn, void *ctx)
{
    char room[VAL_PRINT_MAX];
    struct str rest;

    if (v->kind == KIND_ARRAY) {
        for (uint32_t i = 0; i < v->len; i++) {
            if (v->u.items[i].kind != KIND_ARRAY)
                beside_each(&v->u.items[i], fn, ctx);
        }
        return;
    }
    if (!cell_text(v, room, &rest))
        return;
    while (rest.len > 0) {
        size_t comma = str_find_char(rest, ',');
        struct str item = str_trim(comma != SIZE_MAX ? str_of(rest.ptr, comma) : rest);

        while (item.len > 0 && strchr("[]{}\"' ", item.ptr[0]) != NULL)
            item = str_of(item.ptr + 1, item.len - 1);
        while (item.len > 0 && strchr("[]{}\"' ", item.ptr[item.len - 1]) != NULL)
            item.len--;
        if (item.len > 0)
            fn(ctx, item);
        rest = comma != SIZE_MAX ? str_of(rest.ptr + comma + 1, rest.len - comma - 1)
                                 : str_of(rest.ptr, 0);
    }
}

enum lanner_rc beside_geo_find(const struct fn_call *call, enum geo_kind kind, const char **path,
                               struct lanner_err *err)
{
    const struct lookup_folders *folders = call->env->folders;

    *path = NULL;
    for (size_t k = 0; folders != NULL && k < folders->n_geo && *path == NULL; k++) {
        struct geo *g;

        TRY(call_err(call, geo_open(folders->geo[k], &g, err), err));
        if (geo_kind(g) == kind)
            *path = folders->geo[k];
        geo_close(g);
    }
    return LANNER_OK;
}

static void close_database(void *ptr)
{
    geo_close(ptr);
}

enum lanner_rc beside_geo_open(struct fn_run *run, const char *path, struct geo **out,
                               struct lanner_err *err)
{
    *out = run->local->ptr;
    if (*out != NULL || path == NULL)
        return LANNER_OK;
    TRY(geo_open(path, out, err));
    run->local->ptr = *out;
    run->local->done = close_database;
    return LANNER_OK;
}
