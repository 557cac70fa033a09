/* offenses.c - offenses and their events. See offenses.h.
 *
 * All offenses share one hash table of keys: number of the offense, what is compared, its value. */
#include "lookup/offenses.h"

#include <stdlib.h>

#include "lookup/element.h"
#include "lookup/lines.h"
#include "record/record.h"
#include "util/file.h"
#include "util/hash.h"
#include "util/num.h"

#define MAX_FILE_BYTES ((size_t)1 << 30)
#define MAX_JSON_DEPTH 64

/* What a key is compared with. */
enum key_side {
    SIDE_SOURCE = 's',
    SIDE_DESTINATION = 'd',
    SIDE_USER = 'u',
    SIDE_EVENT = 'e',
    SIDE_LOG_SOURCE = 'l'
};

struct offense {
    uint32_t number;
    bool has_keys;
    int64_t start_ms, end_ms; /* both within */
};

struct offenses {
    struct strmap by_id; /* value: number */
    struct strmap keys;
    VEC(struct offense) items; /* heap */
};

struct offense_reader {
    struct offenses *o;
    const char *path;
    struct line_counter counter;
    struct arena scratch;
    struct buf key;
};

static enum lanner_rc fail(struct offense_reader *r, struct str at, const char *what,
                           struct lanner_err *err)
{
    return err_set(err, LANNER_ERR_INPUT, "%s: line %u: %s", r->path,
                   line_counter_at(&r->counter, at.ptr), what);
}

static bool put_key(struct buf *key, uint32_t number, enum key_side side, const struct val *v)
{
    buf_clear(key);
    buf_put_u32(key, number);
    buf_putc(key, (char)side);
    return element_put(side == SIDE_SOURCE || side == SIDE_DESTINATION ? ELEMENT_IP : ELEMENT_ALNIC,
                       v, key);
}

static void add_key(struct offense_reader *r, struct offense *f, enum key_side side,
                    const struct val *v)
{
    if (val_is_null(v) || !put_key(&r->key, f->number, side, v))
        return;
    strmap_put(&r->o->keys, buf_str(&r->key), f->number);
    f->has_keys = true;
}

/* Elements are texts, or objects such as {"source_ip": "203.0.113.7"}. */
static enum lanner_rc add_list(struct offense_reader *r, struct offense *f, enum key_side side,
                               const char *name, struct str list, struct lanner_err *err)
{
    struct json_iter it;
    struct str key;
    struct str value;

    if (list.ptr[0] != '[')
        return fail(r, list, "expected an array of addresses or users", err);
    json_iter_open(&it, list);
    while (json_iter_next(&it, &key, &value)) {
        struct val v;
        uint8_t ip[16];

        if (value.ptr[0] == '{') {
            struct json_iter members;
            struct str member;
            struct str found = STR_NONE;

            json_iter_open(&members, value);
            while (json_iter_next(&members, &key, &member)) {
                if (str_eqz(key, name))
                    found = member;
            }
            if (found.len == 0)
                return fail(r, value, "the object has no member with the address or user", err);
            value = found;
        }
        v = json_scalar(value, &r->scratch);
        if (side != SIDE_USER && !element_ip(&v, ip))
            return fail(r, value, "this is no address", err);
        add_key(r, f, side, &v);
    }
    return LANNER_OK;
}

/* The offense's index field by its type (REST interface, offense_types); without one the source
 * text is compared with all that it may be. */
static void add_source(struct offense_reader *r, struct offense *f, const struct val *type,
                       const struct val *source)
{
    int64_t t = -1;
    struct val n = val_to_num(type);

    if (n.kind == KIND_LONG)
        t = n.u.i;
    switch (t) {
    case 0:
    case 10:
        add_key(r, f, SIDE_SOURCE, source);
        break;
    case 1:
    case 11:
        add_key(r, f, SIDE_DESTINATION, source);
        break;
    case 2:
        add_key(r, f, SIDE_EVENT, source);
        break;
    case 3:
        add_key(r, f, SIDE_USER, source);
        break;
    case 6:
        add_key(r, f, SIDE_LOG_SOURCE, source);
        break;
    case -1:
        add_key(r, f, SIDE_SOURCE, source);
        add_key(r, f, SIDE_DESTINATION, source);
        add_key(r, f, SIDE_USER, source);
        break;
    default:
        break; /* ports, hosts, MAC addresses: not compared */
    }
}

struct offense_fields {
    struct val id, start, end, close, type, source;
    struct str sources, locals, destinations, users;
};

static void read_fields(struct offense_reader *r, struct str object, struct offense_fields *f)
{
    struct json_iter it;
    struct str key;
    struct str value;
    struct {
        const char *name;
        struct val *v;
        struct str *list;
    } const fields[] = {
        {"id", &f->id, NULL},
        {"start_time", &f->start, NULL},
        {"last_updated_time", &f->end, NULL},
        {"close_time", &f->close, NULL},
        {"offense_type", &f->type, NULL},
        {"offense_source", &f->source, NULL},
        {"source_addresses", NULL, &f->sources},
        {"local_destination_addresses", NULL, &f->locals},
        {"destination_addresses", NULL, &f->destinations},
        {"usernames", NULL, &f->users},
    };

    json_iter_open(&it, object);
    while (json_iter_next(&it, &key, &value)) {
        for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
            if (!str_eqz(key, fields[i].name))
                continue;
            if (fields[i].v != NULL)
                *fields[i].v = json_scalar(value, &r->scratch);
            else if (!str_eqz(value, "null"))
                *fields[i].list = value;
        }
    }
}

static enum lanner_rc read_offense(struct offense_reader *r, struct str object,
                                   struct lanner_err *err)
{
    struct offense_fields fields = {0};
    struct offense f = {.number = (uint32_t)r->o->items.n, .end_ms = INT64_MAX};
    struct val id;

    arena_reset(&r->scratch);
    if (object.len == 0 || object.ptr[0] != '{')
        return fail(r, object, "expected an offense, which is an object", err);
    read_fields(r, object, &fields);
    id = val_to_num(&fields.id);
    if (id.kind != KIND_LONG)
        return fail(r, object, "the offense has no id that is a whole number", err);
    if (!element_time_ms(&fields.start, &f.start_ms))
        return fail(r, object, "the offense has no start_time", err);
    if (!element_time_ms(&fields.end, &f.end_ms) && !element_time_ms(&fields.close, &f.end_ms))
        f.end_ms = INT64_MAX; /* goes on */
    if (!val_is_null(&fields.source))
        add_source(r, &f, &fields.type, &fields.source);
    if (fields.sources.len > 0)
        TRY(add_list(r, &f, SIDE_SOURCE, "source_ip", fields.sources, err));
    if (fields.locals.len > 0)
        TRY(add_list(r, &f, SIDE_DESTINATION, "local_destination_ip", fields.locals, err));
    if (fields.destinations.len > 0)
        TRY(add_list(r, &f, SIDE_DESTINATION, "destination_ip", fields.destinations, err));
    if (fields.users.len > 0)
        TRY(add_list(r, &f, SIDE_USER, "username", fields.users, err));
    strmap_put(&r->o->by_id, str_of((const char *)&id.u.i, sizeof(id.u.i)), f.number);
    VEC_PUSH(&r->o->items, f);
    return LANNER_OK;
}

static enum lanner_rc read_offenses(struct offense_reader *r, struct str text,
                                    struct lanner_err *err)
{
    struct json_iter it;
    struct str key;
    struct str value;
    size_t broken_at = 0;

    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_of(text.ptr + 3, text.len - 3);
    r->counter.at = text.ptr;
    text = str_trim(text);
    if (!json_valid(text, MAX_JSON_DEPTH, &broken_at) || text.len == 0)
        return fail(r, str_of(text.ptr + MIN(broken_at, text.len), 0),
                    "this is no JSON array of offenses", err);
    if (text.ptr[0] != '[')
        return read_offense(r, text, err);
    json_iter_open(&it, text);
    while (json_iter_next(&it, &key, &value))
        TRY(read_offense(r, value, err));
    return LANNER_OK;
}

static void offenses_done(void *ptr)
{
    struct offenses *o = ptr;

    strmap_done(&o->by_id);
    strmap_done(&o->keys);
    VEC_DONE(&o->items);
}

enum lanner_rc offenses_open(const struct lookup_folders *folders, struct arena *a,
                             const struct offenses **out, struct lanner_err *err)
{
    struct offense_reader r = {.path = folders->offenses};
    struct buf bytes = {0};
    enum lanner_rc rc;

    *out = lookup_cache_get(folders, "offenses", STR(""));
    if (*out != NULL)
        return LANNER_OK;
    a = lookup_cache_arena(folders, a);
    r.o = ARENA_NEW(a, struct offenses);
    strmap_init(&r.o->by_id);
    strmap_init(&r.o->keys);
    arena_defer(a, offenses_done, r.o);
    arena_init(&r.scratch, 0);
    rc = file_read_all(folders->offenses, MAX_FILE_BYTES, &bytes, err);
    if (rc == LANNER_OK)
        rc = read_offenses(&r, buf_str(&bytes), err);
    buf_done(&bytes);
    buf_done(&r.key);
    arena_done(&r.scratch);
    if (rc != LANNER_OK)
        return rc;
    *out = r.o;
    lookup_cache_put(folders, "offenses", STR(""), r.o);
    return LANNER_OK;
}

const struct offense *offenses_find(const struct offenses *o, int64_t id)
{
    size_t i = strmap_get(&o->by_id, str_of((const char *)&id, sizeof(id)));

    return i != SIZE_MAX ? &o->items.items[i] : NULL;
}

void offense_range(const struct offense *f, int64_t *from_ns, int64_t *to_ns)
{
    const int64_t most = INT64_MAX / NS_PER_MS - 1;

    *from_ns = MAX(MIN(f->start_ms, most), -most) * NS_PER_MS;
    *to_ns = (MAX(MIN(f->end_ms, most - 1), -most) + 1) * NS_PER_MS;
}

bool offense_has_keys(const struct offense *f)
{
    return f->has_keys;
}

bool offense_has_event(const struct offenses *o, const struct offense *f,
                       const struct offense_event *e, struct buf *room)
{
    struct {
        enum key_side side;
        const struct val *v;
    } const compared[] = {{SIDE_SOURCE, e->source},
                          {SIDE_DESTINATION, e->destination},
                          {SIDE_USER, e->user},
                          {SIDE_EVENT, e->event_name},
                          {SIDE_LOG_SOURCE, e->log_source}};
    int64_t ms;

    if (val_is_null(e->time) || !element_time_ms(e->time, &ms) || ms < f->start_ms ||
        ms > f->end_ms)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(compared); i++) {
        if (!val_is_null(compared[i].v) &&
            put_key(room, f->number, compared[i].side, compared[i].v) &&
            strmap_get(&o->keys, buf_str(room)) != SIZE_MAX)
            return true;
    }
    return false;
}

enum lanner_rc lookup_offense_range(const struct lookup_folders *folders, int64_t id,
                                    int64_t *from_ns, int64_t *to_ns, struct lanner_err *err)
{
    const struct offenses *o;
    const struct offense *f;
    struct arena a;
    enum lanner_rc rc;

    if (folders == NULL || folders->offenses == NULL) {
        err_set(err, LANNER_ERR_UNSUPPORTED, "OFFENSE_TIME needs the offenses");
        err_hint(err, "give them with --offenses FILE");
        return LANNER_ERR_UNSUPPORTED;
    }
    arena_init(&a, 0);
    rc = offenses_open(folders, &a, &o, err);
    if (rc == LANNER_OK) {
        f = offenses_find(o, id);
        if (f != NULL)
            offense_range(f, from_ns, to_ns);
        else
            rc = err_set(err, LANNER_ERR_QUERY, "there is no offense %lld in %s", (long long)id,
                         folders->offenses);
    }
    arena_done(&a);
    return rc;
}
