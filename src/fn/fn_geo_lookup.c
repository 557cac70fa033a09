/* fn_geo_lookup.c - QRadar's GEO::LOOKUP() and GEO::DISTANCE(), from a MaxMind database of places
 * (option geo). */
#include "fn/beside.h"
#include "fn/globe.h"

#define MAX_PATH         5
#define MAX_SUBDIVISIONS 8

/* The names that QRadar has for the parts of a record. */
static const struct geo_part {
    const char *name;
    const char *json[MAX_PATH]; /* the part itself */
    const char *text[MAX_PATH]; /* what stands for it as text; none: the part */
} parts[] = {
    {"city", {"city"}, {"city", "names", "en"}},
    {"continent", {"continent"}, {"continent", "names", "en"}},
    {"physical_country", {"country"}, {"country", "names", "en"}},
    {"registered_country", {"registered_country"}, {"registered_country", "names", "en"}},
    {"represented_country", {"represented_country"}, {"represented_country", "names", "en"}},
    {"location", {"location"}, {NULL}},
    {"postal", {"postal"}, {"postal", "code"}},
    {"subdivisions", {"subdivisions"}, {NULL}},
    {"traits", {"traits"}, {NULL}},
    {"geo_json", {NULL}, {NULL}},
};

static const struct geo_part *part_named(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (str_eq_nocase(name, str_z(parts[i].name)))
            return &parts[i];
    }
    return NULL;
}

struct geo_call {
    const char *path; /* NULL: there is no data */
    const struct geo_part *part;
};

static enum lanner_rc open_data(struct fn_call *call, struct geo_call **out, struct lanner_err *err)
{
    struct geo_call *p = ARENA_NEW(call->env->arena, struct geo_call);
    bool have;

    call->state = p;
    *out = p;
    TRY(beside_geo_find(call, GEO_PLACES, &p->path, err));
    return beside_need(call, p->path != NULL, "a MaxMind database of places (City or Country)",
                       "--geo FILE", &have, err);
}

/* The part is the argument that is the name of one: the domain may stand on either side of it. */
static enum lanner_rc bind_lookup(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct geo_call *p;

    TRY(open_data(call, &p, err));
    for (size_t k = 1; k < call->n_args && p->part == NULL; k++)
        p->part = part_named(arg_text(call, k, a));
    if (p->part != NULL)
        return LANNER_OK;
    err_set_at(err, LANNER_ERR_QUERY, call->at, "%s has no column '%.*s'", call_name(call),
               STR_ARG(arg_text(call, 1, a)));
    err_hint(err, "one of city, continent, physical_country, registered_country, "
                  "represented_country, location, postal, subdivisions, traits, geo_json");
    return LANNER_ERR_QUERY;
}

/* "52.5, 13.4" */
static bool put_location(const struct geo *g, const uint8_t ip[16], struct buf *out)
{
    static const char *const lat[] = {"location", "latitude", NULL};
    static const char *const lon[] = {"location", "longitude", NULL};

    if (!geo_put_text(g, ip, lat, out))
        return false;
    buf_puts(out, ", ");
    return geo_put_text(g, ip, lon, out);
}

/* From the largest to the smallest. */
static bool put_subdivisions(const struct geo *g, const uint8_t ip[16], struct buf *out)
{
    bool any = false;

    for (int i = 0; i < MAX_SUBDIVISIONS; i++) {
        char number[2] = {(char)('0' + i), '\0'};
        const char *const path[] = {"subdivisions", number, "names", "en", NULL};
        size_t before = out->len;

        if (any)
            buf_puts(out, ", ");
        if (!geo_put_text(g, ip, path, out)) {
            out->len = before;
            break;
        }
        any = true;
    }
    return any;
}

static bool put_as_text(const struct geo *g, const uint8_t ip[16], const struct geo_part *part,
                        struct buf *out)
{
    if (part->text[0] != NULL)
        return geo_put_text(g, ip, part->text, out);
    if (strcmp(part->name, "location") == 0)
        return put_location(g, ip, out);
    if (strcmp(part->name, "subdivisions") == 0)
        return put_subdivisions(g, ip, out);
    return geo_put_json(g, ip, part->json, out);
}

static enum lanner_rc eval_part(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, bool as_text,
                                struct lanner_err *err)
{
    const struct geo_call *p = run->call->state;
    struct buf text = {0};
    struct geo *g;

    TRY(beside_geo_open(run, p->path, &g, err));
    SEL_FOR (sel, i) {
        uint8_t ip[16];

        buf_clear(&text);
        out[i] = VAL_ABSENT;
        if (g != NULL && beside_ip(column_at(&args[0], i), ip) &&
            (as_text ? put_as_text(g, ip, p->part, &text)
                     : geo_put_json(g, ip, p->part->json, &text)))
            out[i] = result_text(run, buf_str(&text));
    }
    buf_done(&text);
    return LANNER_OK;
}

static enum lanner_rc eval_json(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, struct lanner_err *err)
{
    return eval_part(run, args, sel, out, false, err);
}

static enum lanner_rc eval_text_part(struct fn_run *run, const struct column *args,
                                     const struct sel *sel, struct val *out, struct lanner_err *err)
{
    return eval_part(run, args, sel, out, true, err);
}

/* ---- distance ----------------------------------------------------------------------------------
 */

static enum lanner_rc bind_geo_distance(struct fn_call *call, struct lanner_err *err)
{
    struct geo_call *p = ARENA_NEW(call->env->arena, struct geo_call);
    bool only_numbers = call->n_args == 4;
    bool have;

    call->state = p;
    TRY(beside_geo_find(call, GEO_PLACES, &p->path, err));
    /* Between coordinates there is nothing to look up. */
    for (size_t k = 0; k < call->n_args; k++) {
        double d;

        only_numbers &= arg_at(call, k)->is_const && cell_double(&arg_at(call, k)->v, &d);
    }
    if (p->path != NULL || only_numbers)
        return LANNER_OK;
    return beside_need(call, false, "a MaxMind database of places (City)", "--geo FILE", &have,
                       err);
}

struct position {
    double lat, lon;
};

static bool in_range(const struct position *at)
{
    return at->lat >= -90 && at->lat <= 90 && at->lon >= -180 && at->lon <= 180;
}

/* A position begins at argument *k: an address, a text "lat,lon", or two numbers. Moves *k on. */
static bool read_position(const struct fn_run *run, const struct geo *g, const struct column *args,
                          uint32_t row, size_t *k, struct position *out)
{
    const struct val *v = beside_cell(run, args, (*k)++, row);
    struct geo_place place;
    uint8_t ip[16];
    size_t comma;

    if (beside_ip(v, ip)) {
        if (g == NULL || !geo_find_place(g, ip, &place) || !place.has_position)
            return false;
        *out = (struct position){place.lat, place.lon};
        return true;
    }
    if (cell_double(v, &out->lat))
        return cell_double(beside_cell(run, args, (*k)++, row), &out->lon) && in_range(out);
    if (!val_is_text(v))
        return false;
    comma = str_find_char(val_as_str(v), ',');
    if (comma == SIZE_MAX)
        return false;
    {
        struct val lat = val_str(str_trim(str_of(v->u.ptr, comma)));
        struct val lon = val_str(str_trim(str_of(v->u.ptr + comma + 1, v->len - comma - 1)));

        return cell_double(&lat, &out->lat) && cell_double(&lon, &out->lon) && in_range(out);
    }
}

static enum lanner_rc eval_geo_distance(struct fn_run *run, const struct column *args,
                                        const struct sel *sel, struct val *out,
                                        struct lanner_err *err)
{
    const struct geo_call *p = run->call->state;
    struct geo *g;

    TRY(beside_geo_open(run, p->path, &g, err));
    SEL_FOR (sel, i) {
        struct position a;
        struct position b;
        size_t k = 0;

        out[i] = VAL_ABSENT;
        if (read_position(run, g, args, i, &k, &a) && read_position(run, g, args, i, &k, &b))
            out[i] = val_double(globe_distance_m(a.lat, a.lon, b.lat, b.lon) / 1000);
    }
    return LANNER_OK;
}

static const struct fn_param lookup_params[] = {PARAM("ip", P_EXPR, BESIDE_REQUIRED, NULL),
                                                PARAM("column", P_TEXT, BESIDE_REQUIRED, NULL),
                                                PARAMS_END};
static const struct fn_param by_domain_params[] = {
    PARAM("ip", P_EXPR, BESIDE_REQUIRED, NULL), PARAM("column", P_EXPR, BESIDE_REQUIRED, NULL),
    PARAM("domain", P_EXPR, BESIDE_REQUIRED, NULL), PARAMS_END};
static const struct fn_param geo_distance_params[] = {
    PARAM("from", P_EXPR, BESIDE_REQUIRED, NULL),
    PARAM("to", P_EXPR, BESIDE_REQUIRED | PARAM_MANY, NULL), PARAMS_END};

#define GEO_ROW(row_name, spelling, row_params, row_ret, row_bind, row_eval, text)                 \
    {                                                                                              \
        .name = row_name, .kind = FN_SCALAR, .params = row_params, .ret = row_ret,                 \
        .nulls = FN_NULLS_SEEN, .impure = true, .spelled = {[LANG_AQL] = spelling},                \
        .family = BESIDE_FAMILY, .doc = text, .bind = row_bind, .eval = row_eval,                  \
    }

const struct fn_def fn_geo_lookup[] = {
    GEO_ROW("geo_lookup", "GEO::LOOKUP", lookup_params, TYPE_TEXT, bind_lookup, eval_json,
            "What the MaxMind database given with `--geo` has about an address, as JSON. Columns: "
            "city, continent, physical_country, registered_country, represented_country, location, "
            "postal, subdivisions, traits, geo_json (all of it)."),
    GEO_ROW("geo_lookup_text", "GEO::LOOKUP_TEXT", lookup_params, TYPE_TEXT, bind_lookup,
            eval_text_part,
            "The same as text: English names, the postal code, `latitude, longitude`; traits and "
            "geo_json as JSON."),
    GEO_ROW("geo_lookup_by_domain", "GEO::LOOKUP_BY_DOMAIN", by_domain_params, TYPE_TEXT,
            bind_lookup, eval_json, "`GEO::LOOKUP`; the domain has no effect."),
    GEO_ROW("geo_lookup_text_by_domain", "GEO::LOOKUP_TEXT_BY_DOMAIN", by_domain_params, TYPE_TEXT,
            bind_lookup, eval_text_part, "`GEO::LOOKUP_TEXT`; the domain has no effect."),
    GEO_ROW("geo_distance", "GEO::DISTANCE", geo_distance_params, TYPE_DOUBLE, bind_geo_distance,
            eval_geo_distance,
            "Kilometres between two places, each an address, a text `latitude,longitude` or two "
            "numbers."),
    GEO_ROW("geo_distance_by_domain", "GEO::DISTANCE_BY_DOMAIN", geo_distance_params, TYPE_DOUBLE,
            bind_geo_distance, eval_geo_distance,
            "`GEO::DISTANCE` with a domain behind the places, which has no effect."),
    {0},
};
