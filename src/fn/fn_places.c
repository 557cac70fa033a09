/* fn_places.c - what lies outside the logs: ipLocation() and asn().
 *
 * Without the data a function is refused by name with the option that gives it; with missing data
 * ignored it adds nothing and says so. A database is opened once by each worker. */
#include "fn/address.h"
#include "fn/beside.h"

enum { PLACE_FIELD, PLACE_AS };

static const char *const place_parts[] = {".country", ".city", ".state", ".lat", ".lon"};
static const char *const network_parts[] = {".asn", ".org"};

struct place_call {
    const size_t *out;
    const char *path; /* NULL: there is no data */
};

static enum lanner_rc push_names(const struct fn_call *call, const char *const *parts, size_t n,
                                 fn_names *names, struct arena *a)
{
    struct str base = arg_text(call, PLACE_AS, a);

    if (base.len == 0)
        base = arg_at(call, PLACE_FIELD)->field;
    for (size_t k = 0; k < n; k++)
        VEC_PUSH(names, arena_printf(a, "%.*s%s", STR_ARG(base), parts[k]));
    return LANNER_OK;
}

static enum lanner_rc writes_place(const struct fn_call *call, fn_names *names, struct arena *a,
                                   struct lanner_err *err)
{
    (void)err;
    return push_names(call, place_parts, ARRAY_LEN(place_parts), names, a);
}

static enum lanner_rc writes_network(const struct fn_call *call, fn_names *names, struct arena *a,
                                     struct lanner_err *err)
{
    (void)err;
    return push_names(call, network_parts, ARRAY_LEN(network_parts), names, a);
}

static void note_missing(const struct fn_call *call, const char *what)
{
    struct fn_run run = {.call = call};

    run_note(&run, LANNER_NOTE_WARNING, "%s() adds nothing: no %s was given", call_name(call),
             what);
}

static enum lanner_rc bind_database(struct fn_call *call, enum geo_kind kind,
                                    struct lanner_err *err)
{
    struct place_call *p = ARENA_NEW(call->env->arena, struct place_call);
    const char *what = kind == GEO_PLACES ? "MaxMind database of places (City or Country)"
                                          : "MaxMind database of networks (ASN)";

    TRY(beside_geo_find(call, kind, &p->path, err));
    if (p->path == NULL && !call->env->ignore_missing_data) {
        err_set_at(err, LANNER_ERR_UNSUPPORTED, call->at, "%s() needs a %s", call_name(call), what);
        err_hint(err, "give one with --geo FILE, or --missing-data ignore to add nothing");
        return LANNER_ERR_UNSUPPORTED;
    }
    if (p->path == NULL)
        note_missing(call, what);
    TRY(out_map(call, &p->out, err));
    call->state = p;
    return LANNER_OK;
}

static enum lanner_rc bind_place(struct fn_call *call, struct lanner_err *err)
{
    return bind_database(call, GEO_PLACES, err);
}

static enum lanner_rc bind_network(struct fn_call *call, struct lanner_err *err)
{
    return bind_database(call, GEO_NETWORKS, err);
}

static void put_text(const struct fn_multi *out, size_t j, uint32_t row, struct str s)
{
    /* The database outlives the batch's worker, not the batch: copy. */
    if (j != SIZE_MAX && s.ptr != NULL)
        out->out[j][row] = s.len > 0 ? val_str(arena_str(out->arena, s)) : val_text("", 0);
}

static enum lanner_rc eval_place(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct fn_multi *out,
                                 struct lanner_err *err)
{
    const struct place_call *p = run->call->state;
    struct geo *g;

    TRY(beside_geo_open(run, p->path, &g, err));
    if (g == NULL)
        return LANNER_OK;
    SEL_FOR (sel, i) {
        struct geo_place place;
        uint8_t ip[16];
        bool is_v4;

        if (!address_of(column_at(&args[PLACE_FIELD], i), ip, &is_v4) ||
            !geo_find_place(g, ip, &place))
            continue;
        put_text(out, p->out[0], i, place.country);
        put_text(out, p->out[1], i, place.city);
        put_text(out, p->out[2], i, place.state);
        if (place.has_position && p->out[3] != SIZE_MAX)
            out->out[p->out[3]][i] = val_double(place.lat);
        if (place.has_position && p->out[4] != SIZE_MAX)
            out->out[p->out[4]][i] = val_double(place.lon);
    }
    return LANNER_OK;
}

static enum lanner_rc eval_network(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct fn_multi *out,
                                   struct lanner_err *err)
{
    const struct place_call *p = run->call->state;
    struct geo *g;

    TRY(beside_geo_open(run, p->path, &g, err));
    if (g == NULL)
        return LANNER_OK;
    SEL_FOR (sel, i) {
        struct geo_network network;
        uint8_t ip[16];
        bool is_v4;

        if (!address_of(column_at(&args[PLACE_FIELD], i), ip, &is_v4) ||
            !geo_find_network(g, ip, &network))
            continue;
        if (network.asn != 0 && p->out[0] != SIZE_MAX)
            out->out[p->out[0]][i] = val_long((int64_t)network.asn);
        put_text(out, p->out[1], i, network.org);
    }
    return LANNER_OK;
}

static const struct fn_param place_params[] = {PARAM("field", P_FIELD, PARAM_DEFAULT, "ip"),
                                               PARAM("as", P_NAME, 0, NULL), PARAMS_END};
#define PLACES_FAMILY "Network, geography, security"

const struct fn_def fn_places[] = {
    {
        .name = "ipLocation",
        .kind = FN_MULTI,
        .params = place_params,
        .ret = TYPE_ANY,
        .nulls = FN_NULLS_SEEN,
        .impure = true,
        .spelled = {[LANG_CQL] = "ipLocation"},
        .family = PLACES_FAMILY,
        .doc = "Writes `.country` (ISO code), `.city`, `.state`, `.lat` and `.lon` of an address, "
               "from the MaxMind database given with `--geo`.",
        .bind = bind_place,
        .eval_multi = eval_place,
        .writes = writes_place,
    },
    {
        .name = "asn",
        .kind = FN_MULTI,
        .params = place_params,
        .ret = TYPE_ANY,
        .nulls = FN_NULLS_SEEN,
        .impure = true,
        .spelled = {[LANG_CQL] = "asn"},
        .family = PLACES_FAMILY,
        .doc = "Writes `.asn` and `.org` of the network an address belongs to, from the MaxMind "
               "database given with `--geo`.",
        .bind = bind_network,
        .eval_multi = eval_network,
        .writes = writes_network,
    },
    {0},
};
