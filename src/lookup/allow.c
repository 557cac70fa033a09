/* allow.c - which entry of the allow-lists takes an event. See allow.h.
 *
 * Networks and exact texts are found by hash, so the size of a list does not matter; patterns are
 * tried in order, and are few. */
#include <stdlib.h>

#include "lookup/allow_int.h"
#include "lookup/zone.h"
#include "util/ip.h"
#include "util/num.h"
#include "util/utf8.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MIN   1440

struct allow_use {
    const struct allow *list;
    const uint8_t *counts; /* of each entry */
};

static void allow_done(void *ptr)
{
    struct allow *l = ptr;

    VEC_DONE(&l->entries);
    VEC_DONE(&l->next);
    VEC_DONE(&l->all);
    for (int k = 0; k < ALLOW_KINDS; k++)
        VEC_DONE(&l->patterns[k]);
    strmap_done(&l->heads);
    strmap_done(&l->tails);
}

struct allow *allow_new(struct arena *a)
{
    struct allow *l = ARENA_NEW(a, struct allow);

    l->arena = a;
    strmap_init(&l->heads);
    strmap_init(&l->tails);
    arena_defer(a, allow_done, l);
    return l;
}

/* ---- keys ---- */

/* Bits come first: no text begins like a network. */
static void net_key(struct buf *key, const uint8_t ip[16], unsigned bits)
{
    buf_clear(key);
    buf_putc(key, (char)(ALLOW_KINDS + 1));
    buf_putc(key, (char)bits);
    buf_put(key, ip, 16);
}

static void text_key(struct buf *key, enum allow_kind kind, struct str text)
{
    buf_clear(key);
    buf_putc(key, (char)kind);
    utf8_put_folded(key, text);
}

/* "AS64500" and "64500" are one number. */
static struct str asn_digits(struct str s)
{
    s = str_trim(s);
    if (s.len > 2 && str_eq_nocase(str_of(s.ptr, 2), STR("as")))
        s = str_trim(str_of(s.ptr + 2, s.len - 2));
    while (s.len > 1 && s.ptr[0] == '0')
        s = str_of(s.ptr + 1, s.len - 1);
    return s;
}

static void index_entry(struct allow *l, struct str key, size_t entry)
{
    size_t last = strmap_get(&l->tails, key);

    if (last == SIZE_MAX)
        strmap_put(&l->heads, key, entry);
    else
        l->next.items[last] = entry;
    strmap_put(&l->tails, key, entry);
}

static enum lanner_rc add_exact(struct allow *l, const struct allow_entry *e, size_t entry,
                                struct lanner_err *err)
{
    struct str value = str_z(e->value);
    enum lanner_rc rc = LANNER_OK;
    struct buf key = {0};
    struct ip_net net;
    int64_t asn;

    if (e->kind == ALLOW_ADDRESS && !ip_net_parse(value, &net)) {
        rc = err_set(err, LANNER_ERR_INPUT, "an address or a network such as 203.0.113.0/24");
    } else if (e->kind == ALLOW_ADDRESS) {
        net_key(&key, net.addr, net.bits);
        l->has_bits[net.bits] = true;
    } else if (e->kind == ALLOW_ASN) {
        value = asn_digits(value);
        if (!num_parse_long(value, &asn) || asn < 0 || asn > UINT32_MAX)
            rc = err_set(err, LANNER_ERR_INPUT, "the number of an AS such as 64500");
        text_key(&key, e->kind, value);
    } else {
        text_key(&key, e->kind, value);
    }
    if (rc == LANNER_OK) {
        l->has_exact[e->kind] = true;
        index_entry(l, buf_str(&key), entry);
    }
    buf_done(&key);
    return rc;
}

static enum lanner_rc add_pattern(struct allow *l, const struct allow_entry *e, size_t entry,
                                  struct lanner_err *err)
{
    struct allow_pattern p = {.entry = entry};
    struct str value = str_z(e->value);
    struct lanner_err own = {0};

    if (l->n_patterns >= ALLOW_MAX_PATTERNS)
        return err_set(err, LANNER_ERR_LIMIT, "the allow-lists have more than %d patterns",
                       ALLOW_MAX_PATTERNS);
    if (e->match == ALLOW_GLOB)
        p.glob = glob_compile(l->arena, value, GLOB_ICASE);
    else if (regex_compile(l->arena, value, REGEX_ICASE, REGEX_CQL, &p.regex, &own) != LANNER_OK)
        return err_set(err, LANNER_ERR_INPUT, "a regular expression (%.200s)", own.text);
    VEC_PUSH(&l->patterns[e->kind], p);
    l->n_patterns++;
    return LANNER_OK;
}

enum lanner_rc allow_add(struct allow *l, const struct allow_entry *e, struct lanner_err *err)
{
    size_t entry = l->entries.n;

    VEC_PUSH(&l->entries, *e);
    VEC_PUSH(&l->next, SIZE_MAX);
    l->has_kind[e->kind] = true;
    l->windows |= e->timed;
    l->expiry |= e->expires_ns != TIME_NONE;
    if (e->kind == ALLOW_ALL) {
        VEC_PUSH(&l->all, entry);
        return LANNER_OK;
    }
    return e->match == ALLOW_EXACT ? add_exact(l, e, entry, err) : add_pattern(l, e, entry, err);
}

size_t allow_count(const struct allow *l)
{
    return l->entries.n;
}

const struct allow_entry *allow_at(const struct allow *l, size_t i)
{
    return &l->entries.items[i];
}

bool allow_has(const struct allow *l, enum allow_kind k)
{
    return l->has_kind[k];
}

bool allow_has_windows(const struct allow *l)
{
    return l->windows;
}

bool allow_has_expiry(const struct allow *l)
{
    return l->expiry;
}

bool allow_entry_expired(const struct allow_entry *e, int64_t now_ns)
{
    return e->expires_ns != TIME_NONE && now_ns >= e->expires_ns;
}

static bool is_meant_for(const struct allow_entry *e, struct str detection, struct arena *scratch)
{
    if (e->detection[0] == '\0')
        return true;
    return detection.len > 0 &&
           glob_match(glob_compile(scratch, str_z(e->detection), GLOB_ICASE), detection);
}

const struct allow_use *allow_use_new(const struct allow *l, int64_t now_ns, struct str detection,
                                      struct arena *a)
{
    struct allow_use *use = ARENA_NEW(a, struct allow_use);
    uint8_t *counts = ARENA_ARRAY(a, uint8_t, l->entries.n);
    struct arena scratch;

    arena_init(&scratch, 4096);
    for (size_t i = 0; i < l->entries.n; i++) {
        const struct allow_entry *e = &l->entries.items[i];

        counts[i] = !allow_entry_expired(e, now_ns) && is_meant_for(e, detection, &scratch);
        arena_reset(&scratch);
    }
    arena_done(&scratch);
    use->list = l;
    use->counts = counts;
    return use;
}

void allow_room_done(struct allow_room *room)
{
    buf_done(&room->key);
    regex_scratch_free(room->regex);
}

/* ---- finding ---- */

/* A window that passes midnight belongs to the day on which it begins. */
static bool window_has(const struct allow_entry *e, int64_t time_ms)
{
    int64_t local_s, day;
    int minute, weekday;

    if (time_ms == ALLOW_OPEN)
        return false;
    local_s = floor_div(time_ms, MS_PER_S);
    local_s += zone_offset(e->zone, local_s);
    day = floor_div(local_s, DAY_S);
    minute = (int)((local_s - day * DAY_S) / 60);
    if (e->from_min > e->to_min && minute < e->to_min)
        day--;
    else if (minute < e->from_min || (e->from_min < e->to_min && minute >= e->to_min))
        return false;
    weekday = civil_weekday(day) - 1;
    return (e->days >> weekday & 1) != 0;
}

static bool takes(const struct allow_use *use, size_t entry, const struct allow_subject *s)
{
    const struct allow_entry *e = &use->list->entries.items[entry];

    return use->counts[entry] != 0 && (!e->timed || window_has(e, s->time_ms));
}

/* The first of a chain that takes the event. */
static size_t first_of(const struct allow_use *use, struct str key, const struct allow_subject *s)
{
    size_t i = strmap_get(&use->list->heads, key);

    while (i != SIZE_MAX && !takes(use, i, s))
        i = use->list->next.items[i];
    return i;
}

static size_t find_address(const struct allow_use *use, const struct allow_subject *s,
                           struct allow_room *room)
{
    uint8_t masked[16];

    if (!s->has_ip)
        return SIZE_MAX;
    memcpy(masked, s->ip, sizeof(masked));
    for (unsigned bits = 128 + 1; bits-- > 0;) {
        size_t found;

        if (!use->list->has_bits[bits])
            continue;
        ip_mask(masked, bits);
        net_key(&room->key, masked, bits);
        found = first_of(use, buf_str(&room->key), s);
        if (found != SIZE_MAX)
            return found;
    }
    return SIZE_MAX;
}

static bool pattern_matches(const struct allow_pattern *p, struct str text, struct allow_room *room)
{
    enum regex_result r;

    if (p->glob != NULL)
        return glob_match(p->glob, text);
    if (room->regex == NULL)
        room->regex = regex_scratch_new();
    r = regex_test(p->regex, room->regex, text);
    room->undecided |= r == REGEX_UNDECIDED;
    return r == REGEX_MATCH;
}

/* The first entry before `best` of the kind that takes the event by this text. */
static size_t find_text(const struct allow_use *use, enum allow_kind kind, struct str text,
                        const struct allow_subject *s, struct allow_room *room, size_t best)
{
    const struct allow *l = use->list;

    if (text.len == 0)
        return best;
    if (l->has_exact[kind] && kind != ALLOW_ADDRESS) {
        text_key(&room->key, kind, kind == ALLOW_ASN ? asn_digits(text) : text);
        best = MIN(best, first_of(use, buf_str(&room->key), s));
    }
    for (size_t i = 0; i < l->patterns[kind].n && l->patterns[kind].items[i].entry < best; i++) {
        const struct allow_pattern *p = &l->patterns[kind].items[i];

        if (takes(use, p->entry, s) && pattern_matches(p, text, room))
            best = p->entry;
    }
    return best;
}

size_t allow_find(const struct allow_use *use, const struct allow_subject *s,
                  struct allow_room *room)
{
    const struct allow *l = use->list;
    size_t best = find_address(use, s, room);

    best = find_text(use, ALLOW_ADDRESS, s->address, s, room, best);
    best = find_text(use, ALLOW_ASN, s->asn, s, room, best);
    best = find_text(use, ALLOW_USER_AGENT, s->user_agent, s, room, best);
    best = find_text(use, ALLOW_APPLICATION, s->app_id, s, room, best);
    best = find_text(use, ALLOW_APPLICATION, s->app_name, s, room, best);
    best = find_text(use, ALLOW_ACCOUNT, s->account, s, room, best);
    for (size_t i = 0; i < l->all.n && l->all.items[i] < best; i++) {
        if (takes(use, l->all.items[i], s))
            best = l->all.items[i];
    }
    return best;
}
