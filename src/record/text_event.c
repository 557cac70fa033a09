/* text_event.c - see text_event.h. */
#include "record/text_event.h"

#include "record/cef.h"
#include "record/leef.h"
#include "record/squid.h"
#include "record/timestamp.h"
#include "record/url.h"

#define MAX_EXTRA 64 /* pairs of the header, and labelled ones */
#define MAX_TABS  500

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
    out->form = TEXT_LEEF;
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
    out->form = TEXT_CEF;
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

/* Where the host, the path and the query of a proxy's URL are. */
static void put_url(struct text_event *e, struct str text)
{
    struct url url;

    put(e, "url", text);
    if (str_starts(text, STR("error:")))
        return; /* Squid's word for a request that was none */
    url_split_proxy(text, &url);
    put(e, "host", url.host);
    if (url.path.len > 0)
        put(e, "path", url.path);
    put(e, "query", url.query);
    put(e, "port", url.port);
}

static void from_squid(const struct squid *q, struct arena *a, struct text_event *out)
{
    make_room(out, 0, a);
    out->form = q->combined ? TEXT_SQUID_COMBINED : TEXT_SQUID;
    put(out, "@form", q->combined ? STR("squid-combined") : STR("squid"));
    put(out, "time", q->time);
    put(out, "elapsed", q->elapsed);
    put(out, "clientIp", q->client);
    put(out, "user", q->user);
    put(out, "method", q->method);
    put_url(out, q->url);
    put(out, "version", q->version);
    put(out, "status", q->status);
    put(out, "bytes", q->bytes);
    put(out, "action", q->result);
    put(out, "hierarchy", q->hierarchy);
    put(out, "peer", q->peer);
    put(out, "contentType", q->type);
    put(out, "referer", q->referer);
    put(out, "userAgent", q->agent);
}

/* `2026-03-02 14:09:00`, then a tab. */
static bool is_tab_event(struct str text)
{
    return text.len > 24 && text.ptr[19] == '\t' && text.ptr[4] == '-' && text.ptr[13] == ':' &&
           ascii_is_digit(text.ptr[0]);
}

/* What Zscaler writes for nothing. */
static struct str not_none(struct str s)
{
    return str_eqz(s, "None") || str_eqz(s, "NA") || str_eqz(s, "N/A") ? str_of(s.ptr, 0) : s;
}

/* False when what follows the first tabs is not key=value. */
static bool from_tabs(struct str text, struct arena *a, struct text_event *out)
{
    make_room(out, MAX_TABS, a);
    out->form = TEXT_TAB;
    put(out, "@form", STR("tab"));
    put(out, "datetime", str_of(text.ptr, 19));
    text = str_of(text.ptr + 20, text.len - 20);
    while (text.len > 0 && out->n < MAX_TABS) {
        size_t tab = str_find_char(text, '\t');
        struct str item = str_of(text.ptr, tab != SIZE_MAX ? tab : text.len);
        size_t equals = str_find_char(item, '=');

        text = str_of(text.ptr + item.len, text.len - item.len);
        if (text.len > 0)
            text = str_of(text.ptr + 1, text.len - 1);
        if (equals == SIZE_MAX || equals == 0 || item.ptr[0] == '@' || item.ptr[0] == '#') {
            if (out->n < 5)
                return false;
            continue;
        }
        out->pairs[out->n++] =
            (struct kv_pair){str_of(item.ptr, equals),
                             not_none(str_of(item.ptr + equals + 1, item.len - equals - 1))};
    }
    return out->n >= 5;
}

/* What anybody may write in a message does not become a tag or one of our own names. */
static void from_kv(struct str text, struct arena *a, struct text_event *out)
{
    size_t n, kept = 0;
    struct kv_pair *pairs = kv_parse(text, STR("="), KV_PADDING_UNKNOWN, a, &n, NULL);

    for (size_t i = 0; i < n; i++)
        if (pairs[i].key.ptr[0] != '@' && pairs[i].key.ptr[0] != '#')
            pairs[kept++] = pairs[i];
    make_room(out, kept, a);
    put(out, "@form", kept > 0 ? STR("kv") : STR("plain"));
    put_pairs(out, pairs, kept);
}

static void put_header(const struct syslog_header *h, struct text_event *out)
{
    const struct {
        const char *name;
        struct str value;
    } parts[] = {
        {"priority", h->priority}, {"host", h->host},   {"app", h->app},
        {"pid", h->pid},           {"msgid", h->msgid},
    };

    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (parts[i].value.len > 0)
            put(out, parts[i].name, parts[i].value);
}

static bool has_mark(struct str text)
{
    struct str head = str_of(text.ptr, MIN(text.len, (size_t)EVENT_MAX_LEAD));

    return str_find(head, STR("LEEF:")) != SIZE_MAX || str_find(head, STR("CEF:")) != SIZE_MAX;
}

bool text_event_may_have_fields(struct str text)
{
    struct syslog_header h;
    struct squid q;

    return syslog_header(text, &h) || has_mark(text) || is_tab_event(text) || squid_parse(text, &q);
}

/* What a syslog header leaves; as of version 5424 the message may begin with a byte-order mark
 * behind the structured data. */
static struct str message_of(const struct text_event *e, struct str text)
{
    struct str body = e->has_header ? e->header.body : text;

    if (e->has_header && str_starts(body, STR("- ")))
        body = str_of(body.ptr + 2, body.len - 2);
    if (str_starts(body, STR("\xEF\xBB\xBF")))
        body = str_of(body.ptr + 3, body.len - 3);
    return body;
}

void text_event_parse(struct str text, struct arena *a, struct text_event *out)
{
    struct leef leef;
    struct cef cef;
    struct squid squid;
    struct str body;

    memset(out, 0, sizeof(*out));
    out->has_header = syslog_header(text, &out->header);
    out->fielded = true;
    body = message_of(out, text);
    if (leef_parse(text, a, &leef)) {
        from_leef(&leef, a, out);
    } else if (cef_parse(text, a, &cef)) {
        from_cef(&cef, a, out);
    } else if (squid_parse(body, &squid)) {
        from_squid(&squid, a, out);
    } else if (!is_tab_event(body) || !from_tabs(body, a, out)) {
        out->form = TEXT_KV;
        out->fielded = out->has_header;
        from_kv(body, a, out);
    }
    out->n_own = out->n;
    if (out->has_header)
        put_header(&out->header, out);
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

int64_t text_event_time(const struct text_event *e, const struct timestamp_hint *hint,
                        struct str *time_text)
{
    static const char *const names[] = {"devTime", "rt", "end", "start"};

    if (e->form != TEXT_LEEF && e->form != TEXT_CEF)
        return TIME_NONE;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct json_path path = {str_z(names[i]), JSON_PATH_DECLARED};
        struct val v = text_event_get(e, &path);
        int64_t ns;

        if (val_is_text(&v) && timestamp_parse(val_as_str(&v), hint, &ns)) {
            *time_text = val_as_str(&v);
            return ns;
        }
    }
    return TIME_NONE;
}
