/* fn_geo.c - geohash, distance on the globe, Community ID, bit fields. */
#include "fn/kernel.h"

#include "fn/address.h"
#include "fn/globe.h"
#include "util/digest.h"

/* ---- geohash, geography:distance ---------------------------------------------------------------
 */

enum { GEOHASH_LAT, GEOHASH_LON, GEOHASH_PRECISION };
#define GEOHASH_MOST 24

static enum lanner_rc bind_geohash(struct fn_call *call, struct lanner_err *err)
{
    int64_t *precision = ARENA_NEW(call->env->arena, int64_t);

    TRY(arg_long(call, GEOHASH_PRECISION, "precision", 12, 1, GEOHASH_MOST, precision, err));
    call->state = precision;
    return LANNER_OK;
}

static void geohash(double lat, double lon, int64_t precision, char *out)
{
    static const char alphabet[] = "0123456789bcdefghjkmnpqrstuvwxyz";
    double low[2] = {-180, -90};
    double high[2] = {180, 90};
    double at[2] = {lon, lat};
    unsigned which = 0; /* longitude first, then in turns */

    for (int64_t k = 0; k < precision; k++) {
        unsigned digit = 0;

        for (int bit = 0; bit < 5; bit++, which ^= 1) {
            double mid = (low[which] + high[which]) / 2;

            digit <<= 1;
            if (at[which] >= mid) {
                digit |= 1;
                low[which] = mid;
            } else {
                high[which] = mid;
            }
        }
        out[k] = alphabet[digit];
    }
}

static bool cell_position(const struct val *v_lat, const struct val *v_lon, double *lat,
                          double *lon)
{
    return cell_double(v_lat, lat) && cell_double(v_lon, lon) && *lat >= -90 && *lat <= 90 &&
           *lon >= -180 && *lon <= 180;
}

static enum lanner_rc eval_geohash(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    int64_t precision = *(const int64_t *)run->call->state;

    (void)err;
    SEL_FOR (sel, i) {
        char text[GEOHASH_MOST];
        double lat;
        double lon;

        out[i] = VAL_ABSENT;
        if (!cell_position(column_at(&args[GEOHASH_LAT], i), column_at(&args[GEOHASH_LON], i), &lat,
                           &lon))
            continue;
        geohash(lat, lon, precision, text);
        out[i] = result_text(run, str_of(text, (size_t)precision));
    }
    return LANNER_OK;
}

static enum lanner_rc eval_distance(struct fn_run *run, const struct column *args,
                                    const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        double lat1;
        double lon1;
        double lat2;
        double lon2;

        out[i] = VAL_ABSENT;
        if (!cell_position(column_at(&args[0], i), column_at(&args[1], i), &lat1, &lon1) ||
            !cell_position(column_at(&args[2], i), column_at(&args[3], i), &lat2, &lon2))
            continue;
        out[i] = val_double(globe_distance_m(lat1, lon1, lat2, lon2));
    }
    return LANNER_OK;
}

/* ---- communityId -------------------------------------------------------------------------------
 */

enum {
    FLOW_PROTO,
    FLOW_SOURCE,
    FLOW_DESTINATION,
    FLOW_SOURCE_PORT,
    FLOW_DESTINATION_PORT,
    FLOW_ICMP_TYPE,
    FLOW_ICMP_CODE,
    FLOW_SEED
};

struct endpoint {
    uint8_t addr[16];
    uint16_t port;
};

struct flow {
    uint8_t proto;
    size_t addr_len;
    struct endpoint a, b;
    bool has_ports, one_way;
};

static bool address(const struct val *v, uint8_t out[16], size_t *len)
{
    bool is_v4;

    if (!address_of(v, out, &is_v4))
        return false;
    if (is_v4)
        memmove(out, out + 12, 4);
    *len = is_v4 ? 4 : 16;
    return true;
}

static bool protocol(const struct val *v, uint8_t *out)
{
    static const struct {
        const char *name;
        uint8_t number;
    } names[] = {{"icmp", 1},   {"tcp", 6},        {"udp", 17},
                 {"icmp6", 58}, {"ipv6-icmp", 58}, {"sctp", 132}};
    char room[VAL_PRINT_MAX];
    struct str s;
    int64_t n;

    if (cell_long(v, &n) && n >= 0 && n <= 255) {
        *out = (uint8_t)n;
        return true;
    }
    if (!cell_text(v, room, &s))
        return false;
    for (size_t k = 0; k < ARRAY_LEN(names); k++) {
        if (str_eq_nocase(s, str_z(names[k].name))) {
            *out = names[k].number;
            return true;
        }
    }
    return false;
}

static bool port(const struct val *v, uint16_t *out)
{
    int64_t n;

    if (!cell_long(v, &n) || n < 0 || n > 65535)
        return false;
    *out = (uint16_t)n;
    return true;
}

/* Message types that have an answer: request and answer are one flow (Community ID version 1). */
static bool icmp_answer(uint8_t proto, uint16_t type, uint16_t *answer)
{
    static const uint8_t v4[][2] = {{0, 8},   {8, 0},   {9, 10},  {10, 9},  {13, 14},
                                    {14, 13}, {15, 16}, {16, 15}, {17, 18}, {18, 17}};
    static const uint8_t v6[][2] = {{128, 129}, {129, 128}, {130, 131}, {131, 130},
                                    {133, 134}, {134, 133}, {135, 136}, {136, 135},
                                    {139, 140}, {140, 139}, {144, 145}, {145, 144}};
    const uint8_t(*table)[2] = proto == 1 ? v4 : v6;
    size_t n = proto == 1 ? ARRAY_LEN(v4) : ARRAY_LEN(v6);

    for (size_t k = 0; k < n; k++) {
        if (table[k][0] == type) {
            *answer = table[k][1];
            return true;
        }
    }
    return false;
}

static bool read_flow(const struct column *args, uint32_t i, struct flow *f)
{
    size_t len_b;

    memset(f, 0, sizeof(*f));
    if (!protocol(column_at(&args[FLOW_PROTO], i), &f->proto) ||
        !address(column_at(&args[FLOW_SOURCE], i), f->a.addr, &f->addr_len) ||
        !address(column_at(&args[FLOW_DESTINATION], i), f->b.addr, &len_b) || len_b != f->addr_len)
        return false;
    if (f->proto == 1 || f->proto == 58) {
        uint16_t code;

        if (!port(column_at(&args[FLOW_ICMP_TYPE], i), &f->a.port) ||
            !port(column_at(&args[FLOW_ICMP_CODE], i), &code))
            return false;
        f->has_ports = true;
        f->one_way = !icmp_answer(f->proto, f->a.port, &f->b.port);
        if (f->one_way)
            f->b.port = code;
        return true;
    }
    if (f->proto == 6 || f->proto == 17 || f->proto == 132) {
        f->has_ports = true;
        return port(column_at(&args[FLOW_SOURCE_PORT], i), &f->a.port) &&
               port(column_at(&args[FLOW_DESTINATION_PORT], i), &f->b.port);
    }
    return true;
}

static void put_flow(struct buf *out, const struct flow *f, uint16_t seed)
{
    int order = memcmp(f->a.addr, f->b.addr, f->addr_len);
    bool swap = !f->one_way && (order > 0 || (order == 0 && f->a.port > f->b.port));
    const struct endpoint *first = swap ? &f->b : &f->a;
    const struct endpoint *second = swap ? &f->a : &f->b;

    buf_putc(out, (char)(seed >> 8));
    buf_putc(out, (char)(seed & 255));
    buf_put(out, first->addr, f->addr_len);
    buf_put(out, second->addr, f->addr_len);
    buf_putc(out, (char)f->proto);
    buf_putc(out, 0);
    if (!f->has_ports)
        return;
    buf_putc(out, (char)(first->port >> 8));
    buf_putc(out, (char)(first->port & 255));
    buf_putc(out, (char)(second->port >> 8));
    buf_putc(out, (char)(second->port & 255));
}

/* 20 bytes as 28 characters. */
static void base64_of_sha1(const unsigned char *sum, char out[28])
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t k = 0; k < 7; k++) {
        uint32_t bits = (uint32_t)sum[3 * k] << 16 | (uint32_t)sum[3 * k + 1] << 8 |
                        (k < 6 ? sum[3 * k + 2] : 0);

        for (size_t c = 0; c < 4; c++)
            out[4 * k + c] = alphabet[bits >> (18 - 6 * c) & 63];
    }
    out[27] = '=';
}

static enum lanner_rc bind_community(struct fn_call *call, struct lanner_err *err)
{
    int64_t *seed = ARENA_NEW(call->env->arena, int64_t);

    TRY(arg_long(call, FLOW_SEED, "seed", 0, 0, 65535, seed, err));
    call->state = seed;
    return LANNER_OK;
}

static enum lanner_rc eval_community(struct fn_run *run, const struct column *args,
                                     const struct sel *sel, struct val *out, struct lanner_err *err)
{
    uint16_t seed = (uint16_t) * (const int64_t *)run->call->state;
    struct buf bytes = {0};

    (void)err;
    SEL_FOR (sel, i) {
        unsigned char sum[DIGEST_MAX];
        char text[2 + 28] = {'1', ':'};
        struct flow f;
        struct str part;

        out[i] = val_text("", 0);
        if (!read_flow(args, i, &f))
            continue;
        buf_clear(&bytes);
        put_flow(&bytes, &f, seed);
        part = buf_str(&bytes);
        digest_of(DIGEST_SHA1, &part, 1, sum);
        base64_of_sha1(sum, text + 2);
        out[i] = result_text(run, str_of(text, sizeof(text)));
    }
    buf_done(&bytes);
    return LANNER_OK;
}

static const struct fn_param geohash_params[] = {
    PARAM("lat", P_FIELD, 0, "ip.lat"), PARAM("lon", P_FIELD, 0, "ip.lon"),
    PARAM("precision", P_NUMBER, 0, "12"), PARAM_AS("_geohash"), PARAMS_END};
static const struct fn_param distance_params[] = {PARAM("lat1", P_FIELD, PARAM_REQUIRED, NULL),
                                                  PARAM("lon1", P_FIELD, PARAM_REQUIRED, NULL),
                                                  PARAM("lat2", P_FIELD, PARAM_REQUIRED, NULL),
                                                  PARAM("lon2", P_FIELD, PARAM_REQUIRED, NULL),
                                                  PARAM_AS("_distance"),
                                                  PARAMS_END};
static const struct fn_param community_params[] = {
    PARAM("proto", P_FIELD, PARAM_REQUIRED, NULL),
    PARAM("sourceip", P_FIELD, PARAM_REQUIRED, NULL),
    PARAM("destinationip", P_FIELD, PARAM_REQUIRED, NULL),
    PARAM("sourceport", P_FIELD, 0, NULL),
    PARAM("destinationport", P_FIELD, 0, NULL),
    PARAM("icmptype", P_FIELD, 0, NULL),
    PARAM("icmpcode", P_FIELD, 0, NULL),
    PARAM("seed", P_NUMBER, 0, "0"),
    PARAM_AS("_community_id"),
    PARAMS_END};

#define GEO_FAMILY "Network, geography, security"

const struct fn_def fn_geo[] = {
    {
        .name = "geohash",
        .kind = FN_SCALAR,
        .params = geohash_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "geohash"},
        .family = GEO_FAMILY,
        .doc = "The geohash of a position, with so many characters.",
        .bind = bind_geohash,
        .eval = eval_geohash,
    },
    {
        .name = "geography:distance",
        .kind = FN_SCALAR,
        .params = distance_params,
        .ret = TYPE_DOUBLE,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "geography:distance"},
        .family = GEO_FAMILY,
        .doc = "Distance of two positions in metres along the globe.",
        .eval = eval_distance,
    },
    {
        .name = "communityId",
        .kind = FN_SCALAR,
        .params = community_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "communityId"},
        .family = GEO_FAMILY,
        .doc = "The Community ID (version 1) of a flow; an empty text when the flow is not whole.",
        .bind = bind_community,
        .eval = eval_community,
    },
    {0},
};
