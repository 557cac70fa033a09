/* reference.c - reference data found in the user's folders and looked up by hash. See reference.h.
 *
 * An entry's key is the outer key (with its length before it, where there is one), the inner key
 * likewise, and the value's bytes for its type. Networks are kept by prefix length, so that an
 * address is in one of a million networks after at most 129 look-ups. */
#include "lookup/reference.h"

#include <stdlib.h>

#include "lookup/reference_read.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/suggest.h"

/* A folder's data must fit in memory; larger files are a mistake. */
#define MAX_FILE_BYTES ((size_t)1 << 30)

struct reference {
    enum reference_shape shape;
    enum element_type type;
    struct strmap keys;  /* value: entry */
    bool has_bits[129];  /* networks of that prefix length exist */
    struct strmap inner; /* tables: inner key to its place in inner_keys */
    VEC(struct str) inner_keys;
    struct str *values; /* of the entries */
    size_t n, n_expired;
};

static const char *const shape_names[] = {"reference set", "reference map", "reference map of sets",
                                          "reference table"};

/* ---- finding the file --------------------------------------------------------------------------
 */

static const char *const endings[] = {".csv", ".txt", ".json"};

/* The text without its ending; STR_NONE when it has none of ours. */
static struct str stem_of(struct str file, struct str *kind)
{
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        struct str ending = str_z(endings[i]);

        if (file.len > ending.len &&
            str_eq_nocase(str_of(file.ptr + file.len - ending.len, ending.len), ending)) {
            *kind = str_of(ending.ptr + 1, ending.len - 1);
            return str_of(file.ptr, file.len - ending.len);
        }
    }
    return STR_NONE;
}

/* Looks at one folder's files for the name in any case. `path` is the file's within the folder. */
static enum lanner_rc search_folder(const char *folder, struct str name, struct suggest *near,
                                    struct arena *a, struct str *path, struct str *kind,
                                    struct lanner_err *err)
{
    file_paths paths = {0};
    size_t skip = strlen(folder);

    TRY(folder_list(folder, &paths, NULL, NULL, err));
    for (size_t i = 0; i < paths.n; i++) {
        struct str file = str_z(paths.items[i] + skip);
        struct str stem;

        while (file.len > 0 && file.ptr[0] == '/')
            file = str_of(file.ptr + 1, file.len - 1);
        stem = stem_of(file, kind);
        if (stem.len == 0)
            continue;
        if (path->len == 0 && str_eq_nocase(stem, name))
            *path = arena_str(a, file);
        suggest_offer(near, arena_str(a, stem));
    }
    file_paths_done(&paths);
    if (path->len > 0)
        stem_of(*path, kind);
    return LANNER_OK;
}

static enum lanner_rc not_found(const struct lookup_folders *f, struct str name,
                                enum reference_shape shape, const struct suggest *near,
                                struct lanner_err *err)
{
    char hint[200];

    err_set(err, LANNER_ERR_INPUT, "there is no %s '%.*s' in %s%s", shape_names[shape],
            STR_ARG(str_of(name.ptr, MIN(name.len, 100))), f->references[0],
            f->n_references > 1 ? " or the other folders" : "");
    if (suggest_print(near, hint, sizeof(hint)))
        err_hint(err, "%s", hint);
    else
        err_hint(err, "it would be a file NAME.csv, NAME.txt or NAME.json there");
    return LANNER_ERR_INPUT;
}

static enum lanner_rc open_file(const struct lookup_folders *f, struct str name,
                                struct reference_data *data, int *fd, struct str *kind,
                                struct lanner_err *err)
{
    struct suggest near = suggest_start(name);

    for (size_t i = 0; i < f->n_references; i++) {
        for (size_t k = 0; k < ARRAY_LEN(endings); k++) {
            struct str path = arena_printf(data->arena, "%.*s%s", STR_ARG(name), endings[k]);

            if (file_open_under(f->references[i], path, fd, NULL) == LANNER_OK) {
                *kind = str_z(endings[k] + 1);
                data->file = arena_printf(data->arena, "%s/%.*s", f->references[i], STR_ARG(path));
                return LANNER_OK;
            }
        }
    }
    for (size_t i = 0; i < f->n_references; i++) {
        struct str path = STR("");

        TRY(search_folder(f->references[i], name, &near, data->arena, &path, kind, err));
        if (path.len > 0) {
            data->file = arena_printf(data->arena, "%s/%.*s", f->references[i], STR_ARG(path));
            return file_open_under(f->references[i], path, fd, err);
        }
    }
    return not_found(f, name, data->shape, &near, err);
}

enum lanner_rc reference_read(const struct lookup_folders *folders, struct str name,
                              struct reference_data *data, struct lanner_err *err)
{
    struct buf bytes = {0};
    struct str kind;
    enum lanner_rc rc;
    int fd;

    TRY(open_file(folders, name, data, &fd, &kind, err));
    rc = file_read_all_fd(fd, arena_strz(data->arena, data->file), MAX_FILE_BYTES, &bytes, err);
    file_close(fd);
    if (rc == LANNER_OK)
        rc = reference_read_text(arena_str(data->arena, buf_str(&bytes)), kind, data, err);
    buf_done(&bytes);
    return rc;
}

/* ---- the index ---------------------------------------------------------------------------------
 */

/* Keys are text; addresses among them are compared by address. */
static void put_key(struct buf *out, struct str s)
{
    char room[IP_PRINT_MAX];
    uint8_t ip[16];

    if (memchr(s.ptr != NULL ? s.ptr : "", ':', s.len) != NULL && ip_parse(s, ip))
        s = str_of(room, ip_print(ip, room));
    buf_put_bytes(out, s);
}

static bool put_key_value(struct buf *out, const struct val *v)
{
    char room[VAL_PRINT_MAX];
    struct str s;

    if (!element_text(v, room, &s))
        return false;
    put_key(out, s);
    return true;
}

/* A set whose file says no type: networks and addresses when all elements are such, else text. */
static enum element_type guess_type(const struct reference_data *d)
{
    enum element_type type = ELEMENT_IP;

    if (d->entries.n == 0 || d->shape == REFERENCE_MAP || d->shape == REFERENCE_TABLE)
        return ELEMENT_ALN;
    for (size_t i = 0; i < d->entries.n; i++) {
        struct str s = d->entries.items[i].value;
        struct ip_net net;

        if (!ip_net_parse(s, &net))
            return ELEMENT_ALN;
        if (str_find_char(s, '/') != SIZE_MAX)
            type = ELEMENT_CIDR;
    }
    return type;
}

static bool put_value(struct reference *r, struct str value, struct buf *key)
{
    struct val v = val_str(value);
    struct ip_net net;

    if (r->type != ELEMENT_CIDR)
        return element_put(r->type, &v, key);
    if (!ip_net_parse(value, &net))
        return false;
    r->has_bits[net.bits] = true;
    buf_put(key, net.addr, sizeof(net.addr));
    buf_putc(key, (char)net.bits);
    return true;
}

static enum lanner_rc index_entry(struct reference *r, const struct reference_data *d, size_t i,
                                  struct buf *key, struct lanner_err *err)
{
    const struct reference_entry *e = &d->entries.items[i];

    buf_clear(key);
    if (r->shape != REFERENCE_SET)
        put_key(key, e->outer);
    if (r->shape == REFERENCE_TABLE) {
        put_key(key, e->inner);
        if (strmap_get(&r->inner, e->inner) == SIZE_MAX) {
            strmap_put(&r->inner, e->inner, r->inner_keys.n);
            VEC_PUSH(&r->inner_keys, e->inner);
        }
    }
    if ((r->shape == REFERENCE_SET || r->shape == REFERENCE_MAP_OF_SETS) &&
        !put_value(r, e->value, key))
        return err_set(err, LANNER_ERR_INPUT, "%.*s: line %u: '%.*s' is no value of type %s",
                       STR_ARG(d->file), e->line,
                       STR_ARG(str_of(e->value.ptr, MIN(e->value.len, 80))),
                       element_type_name(r->type));
    /* Of equal keys the last counts, as with a map that was written twice. */
    strmap_put(&r->keys, buf_str(key), i);
    r->values[i] = e->value;
    return LANNER_OK;
}

static void reference_done(void *ptr)
{
    struct reference *r = ptr;

    strmap_done(&r->keys);
    strmap_done(&r->inner);
    VEC_DONE(&r->inner_keys);
}

static enum lanner_rc reference_make(struct reference_data *d, struct reference **out,
                                     struct lanner_err *err)
{
    struct reference *r = ARENA_NEW(d->arena, struct reference);
    struct buf key = {0};
    enum lanner_rc rc = LANNER_OK;

    r->shape = d->shape;
    r->type = d->typed ? d->type : guess_type(d);
    r->n_expired = d->n_expired;
    r->n = d->entries.n;
    r->values = ARENA_ARRAY(d->arena, struct str, MAX(d->entries.n, 1));
    strmap_init(&r->keys);
    strmap_init(&r->inner);
    arena_defer(d->arena, reference_done, r);
    for (size_t i = 0; rc == LANNER_OK && i < d->entries.n; i++)
        rc = index_entry(r, d, i, &key, err);
    buf_done(&key);
    *out = r;
    return rc;
}

enum lanner_rc reference_open(const struct lookup_folders *folders, enum reference_shape shape,
                              struct str name, struct arena *a, const struct reference **out,
                              struct lanner_err *err)
{
    struct reference_data data = {.shape = shape, .now_ns = folders->now_ns};
    struct reference *r;
    enum lanner_rc rc;

    *out = lookup_cache_get(folders, shape_names[shape], name);
    if (*out != NULL)
        return LANNER_OK;
    data.arena = lookup_cache_arena(folders, a);
    rc = reference_read(folders, name, &data, err);
    if (rc == LANNER_OK)
        rc = reference_make(&data, &r, err);
    VEC_DONE(&data.entries);
    if (rc != LANNER_OK)
        return rc;
    *out = r;
    lookup_cache_put(folders, shape_names[shape], name, r);
    return LANNER_OK;
}

size_t reference_n_expired(const struct reference *r)
{
    return r->n_expired;
}

size_t reference_n_elements(const struct reference *r)
{
    return r->n;
}

struct str reference_element(const struct reference *r, size_t i)
{
    return r->values[i];
}

const char *reference_type(const struct reference *r)
{
    return element_type_name(r->type);
}

/* ---- look-ups ----------------------------------------------------------------------------------
 */

/* room holds what stands before the value in the key. */
static bool has_value(const struct reference *r, const struct val *value, struct buf *room)
{
    size_t prefix = room->len;
    uint8_t ip[16];

    if (r->type != ELEMENT_CIDR)
        return element_put(r->type, value, room) && strmap_get(&r->keys, buf_str(room)) != SIZE_MAX;
    if (!element_ip(value, ip))
        return false;
    for (unsigned bits = 128 + 1; bits-- > 0;) {
        if (!r->has_bits[bits])
            continue;
        ip_mask(ip, bits);
        room->len = prefix;
        buf_put(room, ip, sizeof(ip));
        buf_putc(room, (char)bits);
        if (strmap_get(&r->keys, buf_str(room)) != SIZE_MAX)
            return true;
    }
    return false;
}

bool reference_has(const struct reference *r, const struct val *value, struct buf *room)
{
    buf_clear(room);
    return has_value(r, value, room);
}

static bool get_value(const struct reference *r, const struct buf *key, struct str *out)
{
    size_t i = strmap_get(&r->keys, buf_str(key));

    if (i == SIZE_MAX)
        return false;
    *out = r->values[i];
    return true;
}

bool reference_get(const struct reference *r, const struct val *key, struct buf *room,
                   struct str *out)
{
    buf_clear(room);
    return put_key_value(room, key) && get_value(r, room, out);
}

bool reference_key_has(const struct reference *r, const struct val *key, const struct val *value,
                       struct buf *room)
{
    buf_clear(room);
    return put_key_value(room, key) && has_value(r, value, room);
}

bool reference_inner_key(const struct reference *r, struct str name, struct str *out)
{
    if (strmap_get(&r->inner, name) != SIZE_MAX) {
        *out = name;
        return true;
    }
    for (size_t i = 0; i < r->inner_keys.n; i++) {
        if (str_eq_nocase(r->inner_keys.items[i], name)) {
            *out = r->inner_keys.items[i];
            return true;
        }
    }
    return false;
}

bool reference_cell(const struct reference *r, struct str inner, const struct val *outer,
                    struct buf *room, struct str *out)
{
    buf_clear(room);
    if (!put_key_value(room, outer))
        return false;
    put_key(room, inner);
    return get_value(r, room, out);
}
