/* moment.c - instants in zones as text. See moment.h. */
#include "fn/moment.h"

#include <stdio.h>

#define MIN_S INT64_C(-62135596800) /* 0001-01-01 */
#define END_S INT64_C(253402300800) /* 10000-01-01 */

bool moment_make(const struct zone *zone, int64_t ms, struct moment *out)
{
    int64_t s = floor_div(ms, MS_PER_S);
    int64_t local;

    if (s < MIN_S || s >= END_S)
        return false;
    out->utc_s = s;
    out->nanos = (int32_t)((ms - s * MS_PER_S) * NS_PER_MS);
    out->zone = zone;
    out->offset_s = zone_offset(zone, s);
    local = s + out->offset_s;
    if (local < MIN_S || local >= END_S)
        return false;
    civil_from_seconds(local, &out->local);
    out->local.nanos = out->nanos;
    return true;
}

static void put_number(struct buf *out, int64_t v, int digits)
{
    buf_printf(out, "%0*lld", digits, (long long)v);
}

static int64_t day_of(const struct moment *m)
{
    return civil_days(m->local.year, m->local.month, m->local.day);
}

static int hour12(const struct moment *m)
{
    return m->local.hour % 12 == 0 ? 12 : m->local.hour % 12;
}

static void put_short(struct buf *out, const char *name)
{
    buf_put(out, name, 3);
}

static void put_offset(struct buf *out, int32_t s)
{
    char sign = s < 0 ? '-' : '+';

    if (s < 0)
        s = -s;
    buf_putc(out, sign);
    put_number(out, s / 3600, 2);
    put_number(out, s / 60 % 60, 2);
}

/* Codes made of others. */
static bool put_composite(struct buf *out, char code, const struct moment *m)
{
    const char *parts;

    switch (code) {
    case 'R':
        parts = "H:M";
        break;
    case 'T':
        parts = "H:M:S";
        break;
    case 'D':
        parts = "m/d/y";
        break;
    case 'F':
        parts = "Y-m-d";
        break;
    case 'r':
        parts = "I:M:S P";
        break;
    case 'c':
        parts = "a b d T Z Y";
        break;
    default:
        return false;
    }
    for (; *parts != '\0'; parts++) {
        if (*parts == 'P')
            buf_puts(out, m->local.hour < 12 ? "AM" : "PM");
        else if (!ascii_is_space(*parts) && *parts != ':' && *parts != '/' && *parts != '-')
            moment_put(out, *parts, m); /* one level deep: `c` holds T, which holds none */
        else
            buf_putc(out, *parts);
    }
    return true;
}

static bool put_clock(struct buf *out, char code, const struct moment *m)
{
    switch (code) {
    case 'H':
        put_number(out, m->local.hour, 2);
        return true;
    case 'I':
        put_number(out, hour12(m), 2);
        return true;
    case 'k':
        put_number(out, m->local.hour, 1);
        return true;
    case 'l':
        put_number(out, hour12(m), 1);
        return true;
    case 'M':
        put_number(out, m->local.minute, 2);
        return true;
    case 'S':
        put_number(out, m->local.second, 2);
        return true;
    case 'L':
        put_number(out, m->nanos / NS_PER_MS, 3);
        return true;
    case 'N':
        put_number(out, m->nanos, 9);
        return true;
    case 'p':
        buf_puts(out, m->local.hour < 12 ? "am" : "pm");
        return true;
    case 'z':
        put_offset(out, m->offset_s);
        return true;
    case 'Z':
        buf_put_str(out, zone_abbreviation(m->zone, m->utc_s));
        return true;
    case 's':
        put_number(out, m->utc_s, 1);
        return true;
    case 'Q':
        put_number(out, m->utc_s * MS_PER_S + m->nanos / NS_PER_MS, 1);
        return true;
    default:
        return false;
    }
}

static bool put_date(struct buf *out, char code, const struct moment *m)
{
    switch (code) {
    case 'B':
        buf_puts(out, civil_month_name(m->local.month));
        return true;
    case 'b':
    case 'h':
        put_short(out, civil_month_name(m->local.month));
        return true;
    case 'A':
        buf_puts(out, civil_weekday_name(civil_weekday(day_of(m))));
        return true;
    case 'a':
        put_short(out, civil_weekday_name(civil_weekday(day_of(m))));
        return true;
    case 'C':
        put_number(out, m->local.year / 100, 2);
        return true;
    case 'Y':
        put_number(out, m->local.year, 4);
        return true;
    case 'y':
        put_number(out, m->local.year % 100, 2);
        return true;
    case 'j':
        put_number(out, civil_year_day(m->local.year, m->local.month, m->local.day), 3);
        return true;
    case 'm':
        put_number(out, m->local.month, 2);
        return true;
    case 'd':
        put_number(out, m->local.day, 2);
        return true;
    case 'e':
        put_number(out, m->local.day, 1);
        return true;
    default:
        return false;
    }
}

bool moment_put(struct buf *out, char code, const struct moment *m)
{
    return put_clock(out, code, m) || put_date(out, code, m) || put_composite(out, code, m);
}

enum lanner_rc zone_pick_bind(const struct fn_call *call, size_t zone_arg, struct zone_pick *out,
                              struct lanner_err *err)
{
    struct str name = arg_text(call, zone_arg, call->env->arena);

    out->fixed = NULL;
    TRY(arg_need_const(call, zone_arg, "timezone", err));
    if (name.len == 0)
        return LANNER_OK;
    return call_err(call, zone_load(call->env->arena, name, &out->fixed, err), err);
}

/* Zones that rows name. Names are the log's: what is cached is bounded, and names that are no zone
 * are remembered too, so that no file is looked for twice. */
#define ZONES_MOST     256
#define ZONE_NAME_MOST 64

struct zone_cache {
    struct arena arena;
    struct {
        struct str name;
        const struct zone *zone; /* NULL: no such zone */
    } entries[ZONES_MOST];
    size_t n;
};

static void zone_cache_done(void *ptr)
{
    struct zone_cache *cache = ptr;

    if (cache != NULL)
        arena_done(&cache->arena);
    free(cache);
}

const struct zone *zone_cached(const struct fn_run *run, struct str name)
{
    struct zone_cache *cache = run->local->ptr;
    const struct zone *zone = NULL;

    if (name.len == 0 || name.len > ZONE_NAME_MOST)
        return NULL;
    if (cache == NULL) {
        cache = xcalloc(1, sizeof(*cache));
        arena_init(&cache->arena, 0);
        run->local->ptr = cache;
        run->local->done = zone_cache_done;
    }
    for (size_t k = 0; k < cache->n; k++) {
        if (str_eq(cache->entries[k].name, name))
            return cache->entries[k].zone;
    }
    if (cache->n == ZONES_MOST) {
        arena_reset(&cache->arena);
        cache->n = 0;
    }
    if (zone_load(&cache->arena, name, &zone, NULL) != LANNER_OK)
        zone = NULL;
    cache->entries[cache->n].name = arena_str(&cache->arena, name);
    cache->entries[cache->n].zone = zone;
    cache->n++;
    return zone;
}

const struct zone *zone_pick_row(const struct fn_run *run, const struct zone_pick *pick,
                                 const struct val *v)
{
    const struct zone *zone = pick->fixed;

    if (zone == NULL && v != NULL && val_is_text(v) && v->len > 0)
        zone = zone_cached(run, val_as_str(v));
    return zone != NULL ? zone : run->call->env->zone;
}
