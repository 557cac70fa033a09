/* text_event.c - see text_event.h. */
#include "record/text_event.h"

#include "record/cef.h"
#include "record/syslog.h"
#include "record/timestamp.h"

#define MAX_EXTRA 64 /* pairs of the header, and labelled ones */

static void put(struct text_event *e, const char *key, struct str value)
{
    if (value.ptr != NULL)
        e->pairs[e->n++] = (struct kv_pair){str_z(key), value};
}

static void make_room(struct text_event *e, size_t n, struct arena *a)
{
    e->pairs = ARENA_ARRAY(a, struct kv_pair, n + MAX_EXTRA);
    e->n = 0;
}

static void put_pairs(struct text_event *e, const struct kv_pair *pairs, size_t n)
{
    if (n > 0)
        memcpy(e->pairs + e->n, pairs, n * sizeof(*pairs));
    e->n += n;
}

static void from_leef(const struct leef *l, struct arena *a, struct text_event *out)
{
    make_room(out, l->n, a);
    put(out, "@form", STR("leef"));
    put(out, "@id", l->event_id);
    put(out, "EventID", l->event_id);
    put(out, "Vendor", l->vendor);
    put(out, "Product", l->product);
    put(out, "Version", l->version);
    put_pairs(out, l->pairs, l->n);
}

/* `cs1Label=Logon Type cs1=3` is also `Logon Type`=3. */
static void put_labelled(struct text_event *e, const struct cef *c)
{
    struct str suffix = STR("Label");
    size_t n_labelled = 0;

    for (size_t i = 0; i < c->n && n_labelled < MAX_EXTRA / 2; i++) {
        struct str key = c->pairs[i].key;

        if (!str_ends(key, suffix) || c->pairs[i].value.len == 0)
            continue;
        key.len -= suffix.len;
        for (size_t k = 0; k < c->n; k++)
            if (str_eq(c->pairs[k].key, key)) {
                e->pairs[e->n++] = (struct kv_pair){c->pairs[i].value, c->pairs[k].value};
                n_labelled++;
                break;
            }
    }
}

static void from_cef(const struct cef *c, struct arena *a, struct text_event *out)
{
    make_room(out, c->n, a);
    put(out, "@form", STR("cef"));
    put(out, "@id", c->event_class_id);
    put(out, "@name", c->name);
    put(out, "@severity", c->severity);
    put(out, "EventClassID", c->event_class_id);
    put(out, "Name", c->name);
    put(out, "Severity", c->severity);
    put(out, "Vendor", c->vendor);
    put(out, "Product", c->product);
    put(out, "Version", c->version);
    put_pairs(out, c->pairs, c->n);
    put_labelled(out, c);
}

void text_event_parse(struct str text, struct arena *a, struct text_event *out)
{
    struct leef leef;
    struct cef cef;
    struct kv_pair *pairs;
    size_t n;

    if (leef_parse(text, a, &leef)) {
        from_leef(&leef, a, out);
        return;
    }
    if (cef_parse(text, a, &cef)) {
        from_cef(&cef, a, out);
        return;
    }
    pairs = kv_parse(text, STR("="), KV_PADDING_UNKNOWN, a, &n, NULL);
    make_room(out, n, a);
    put(out, "@form", n > 0 ? STR("kv") : STR("plain"));
    put_pairs(out, pairs, n);
}

struct val text_event_get(const struct text_event *e, const struct json_path *path)
{
    const struct kv_pair *found = NULL;

    for (size_t i = 0; i < e->n; i++) {
        const struct kv_pair *p = &e->pairs[i];

        if (p->key.len != path->text.len)
            continue;
        if (str_eq(p->key, path->text)) {
            found = p;
            break;
        }
        if (found == NULL && (path->flags & JSON_PATH_DECLARED) != 0 &&
            str_eq_nocase(p->key, path->text))
            found = p;
    }
    if (found == NULL)
        return VAL_ABSENT;
    return (path->flags & JSON_PATH_PRESENCE) != 0 ? val_bool(true) : val_str(found->value);
}

int64_t text_event_time(struct str text, const struct timestamp_hint *hint, struct arena *a,
                        struct str *time_text)
{
    static const char *const names[] = {"devTime", "rt", "end", "start"};
    struct str head = str_of(text.ptr, MIN(text.len, (size_t)EVENT_MAX_LEAD));
    struct text_event e;

    if (str_find(head, STR("LEEF:")) == SIZE_MAX && str_find(head, STR("CEF:")) == SIZE_MAX)
        return TIME_NONE;
    text_event_parse(text, a, &e);
    if (str_eqz(e.pairs[0].value, "kv") || str_eqz(e.pairs[0].value, "plain"))
        return TIME_NONE;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct json_path path = {str_z(names[i]), JSON_PATH_DECLARED};
        struct val v = text_event_get(&e, &path);
        int64_t ns;

        if (val_is_text(&v) && timestamp_parse(val_as_str(&v), hint, &ns)) {
            *time_text = val_as_str(&v);
            return ns;
        }
    }
    return TIME_NONE;
}
