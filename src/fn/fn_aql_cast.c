/* fn_aql_cast.c - AQL's casts, those of the query (LONG, DOUBLE, STR) and those of QRadar's field
 * types, and INCIDR (aql.md 3.10, 5.2). What cannot be cast is null. */
#include "fn/aql_value.h"

#include <math.h>

#include "util/utf8.h"

typedef struct val (*cast_fn)(const struct fn_run *run, const struct val *v);

static enum lanner_rc eval_cast(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, cast_fn cast)
{
    SEL_FOR (sel, i) {
        out[i] = cast(run, column_at(&args[0], i));
    }
    return LANNER_OK;
}

static struct val to_long(const struct fn_run *run, const struct val *v)
{
    struct val n = aql_number(v);
    int64_t i;

    (void)run;
    if (n.kind == KIND_DOUBLE)
        return double_is_long(trunc(n.u.d), &i) ? val_long(i) : VAL_ABSENT;
    return n;
}

static struct val to_double(const struct fn_run *run, const struct val *v)
{
    struct val n = aql_number(v);

    (void)run;
    return n.kind == KIND_LONG ? val_double((double)n.u.i) : n;
}

/* An address is written with a port, in brackets or with a zone too: [fe80::1%eth0]:443. */
static struct str bare_address(struct str s)
{
    size_t colon;
    size_t at;

    s = str_trim(s);
    if (s.len > 2 && s.ptr[0] == '[') {
        at = str_find_char(s, ']');
        s = at == SIZE_MAX ? s : str_of(s.ptr + 1, at - 1);
    } else {
        colon = str_find_char(s, ':');
        if (colon != SIZE_MAX && str_find_char(str_of(s.ptr, colon), '.') != SIZE_MAX)
            s.len = colon;
    }
    at = str_find_char(s, '%');
    if (at != SIZE_MAX)
        s.len = at;
    return s;
}

static struct val to_host(const struct fn_run *run, const struct val *v)
{
    uint8_t addr[16];
    char *room;
    bool is_v4;

    if (v->kind == KIND_IP || v->kind == KIND_ARRAY)
        return v->kind == KIND_IP ? *v : VAL_ABSENT;
    if (!address_of(v, addr, &is_v4) &&
        !(val_is_text(v) && address_parse(bare_address(val_as_str(v)), addr, &is_v4)))
        return VAL_ABSENT;
    room = arena_alloc(run->arena, sizeof(addr));
    memcpy(room, addr, sizeof(addr));
    return (struct val){.u.ptr = room, .len = is_v4 || ip_is_v4(addr) ? 4 : 6, .kind = KIND_IP};
}

static struct val to_mac(const struct fn_run *run, const struct val *v)
{
    int64_t mac;

    (void)run;
    if (v->kind == KIND_MAC)
        return *v;
    return val_is_text(v) && aql_mac_parse(str_trim(val_as_str(v)), &mac)
               ? (struct val){.u.i = mac, .kind = KIND_MAC}
               : VAL_ABSENT;
}

static struct val to_bool(const struct fn_run *run, const struct val *v)
{
    int t = aql_truth(v);

    (void)run;
    return t < 0 ? VAL_ABSENT : val_bool(t != 0);
}

/* Bytes are read as UTF-8, what is none as U+FFFD. */
static struct val bytes_text(const struct fn_run *run, struct str s)
{
    struct buf b = {0};
    struct val v;

    for (size_t i = 0; i < s.len;)
        utf8_put(&b, utf8_next(s, &i));
    v = result_text(run, buf_str(&b));
    buf_done(&b);
    return v;
}

static struct val to_str(const struct fn_run *run, const struct val *v)
{
    char room[AQL_TEXT_MAX];
    struct str s;

    if (val_is_text(v))
        return val_str(val_as_str(v));
    if (v->kind == KIND_BYTES)
        return bytes_text(run, str_of(v->u.ptr, v->len));
    return aql_text(v, room, &s) ? result_text(run, s) : VAL_ABSENT;
}

#define CAST_KERNEL(id, fn)                                                                        \
    static enum lanner_rc eval_##id(struct fn_run *run, const struct column *args,                 \
                                    const struct sel *sel, struct val *out,                        \
                                    struct lanner_err *err)                                        \
    {                                                                                              \
        (void)err;                                                                                 \
        return eval_cast(run, args, sel, out, (fn));                                               \
    }
CAST_KERNEL(long, to_long)
CAST_KERNEL(double, to_double)
CAST_KERNEL(host, to_host)
CAST_KERNEL(mac, to_mac)
CAST_KERNEL(bool, to_bool)
CAST_KERNEL(str, to_str)

/* ---- INCIDR ------------------------------------------------------------------------------------
 */

struct in_cidr {
    struct ip_net *nets; /* NULL: the blocks are a column */
    size_t n;
    size_t address; /* which argument is the address */
};

/* Calls each block of the list, parts between commas; false when one is no block. */
static bool blocks_parse(struct arena *a, struct str text, struct ip_net **out, size_t *n)
{
    size_t most = 1;

    for (size_t i = 0; i < text.len; i++)
        most += text.ptr[i] == ',';
    *out = ARENA_ARRAY(a, struct ip_net, most);
    *n = 0;
    for (;;) {
        size_t comma = str_find_char(text, ',');
        struct str part = comma == SIZE_MAX ? text : str_of(text.ptr, comma);

        if (!ip_net_parse(part, &(*out)[(*n)++]))
            return false;
        if (comma == SIZE_MAX)
            return true;
        text = str_of(text.ptr + comma + 1, text.len - comma - 1);
    }
}

static bool bind_blocks(struct fn_call *call, struct in_cidr *c, size_t arg)
{
    struct ip_net *nets;
    size_t n;

    if (!arg_at(call, arg)->is_const || !arg_given(call, arg) ||
        !blocks_parse(call->env->arena, arg_text(call, arg, call->env->arena), &nets, &n))
        return false;
    *c = (struct in_cidr){nets, n, 1 - arg};
    return true;
}

static enum lanner_rc bind_in_cidr(struct fn_call *call, struct lanner_err *err)
{
    struct in_cidr *c = ARENA_NEW(call->env->arena, struct in_cidr);

    c->address = 1;
    call->state = c;
    if (bind_blocks(call, c, 0))
        return LANNER_OK;
    /* INCIDR(sourceip, '10.0.0.0/8') */
    if (!call->env->strict && !arg_at(call, 0)->is_const && bind_blocks(call, c, 1))
        return LANNER_OK;
    for (size_t k = 0; k < 2; k++) {
        if (arg_at(call, k)->is_const && arg_given(call, k) && (k == 0 || !call->env->strict))
            return err_set_at(err, LANNER_ERR_QUERY, call->at,
                              "INCIDR() takes network blocks like 10.0.0.0/8, found '%.*s'",
                              STR_ARG(arg_text(call, k, call->env->arena)));
    }
    return LANNER_OK;
}

static struct val blocks_have(const struct ip_net *nets, size_t n, const struct val *v)
{
    uint8_t addr[16];
    bool is_v4;

    if (!address_of(v, addr, &is_v4) &&
        !(val_is_text(v) && address_parse(bare_address(val_as_str(v)), addr, &is_v4)))
        return VAL_ABSENT;
    for (size_t k = 0; k < n; k++) {
        if (ip_net_has(&nets[k], addr))
            return val_bool(true);
    }
    return val_bool(false);
}

static enum lanner_rc eval_in_cidr(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct in_cidr *c = run->call->state;

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[c->address], i);
        struct ip_net *nets = c->nets;
        char room[VAL_PRINT_MAX];
        size_t n = c->n;
        struct str text;

        out[i] = VAL_ABSENT;
        if (nets == NULL && !(cell_text(column_at(&args[0], i), room, &text) &&
                              blocks_parse(run->arena, text, &nets, &n)))
            continue;
        out[i] = blocks_have(nets, n, v);
    }
    return LANNER_OK;
}

static const struct fn_param one_params[] = {PARAM("value", P_EXPR, PARAM_FIRST, NULL), PARAMS_END};
static const struct fn_param cidr_params[] = {PARAM("blocks", P_EXPR, PARAM_FIRST, NULL),
                                              PARAM("address", P_EXPR, PARAM_REQUIRED, NULL),
                                              PARAMS_END};

#define CAST_ROW(row_name, ret_, eval_, spelled_, doc_)                                            \
    {                                                                                              \
        .name = row_name, .kind = FN_SCALAR, .params = one_params, .ret = ret_,                    \
        .nulls = FN_NULL_IN_NULL_OUT, .spelled = {[LANG_AQL] = spelled_}, .family = "Casts",       \
        .doc = doc_, .eval = eval_                                                                 \
    }

const struct fn_def fn_aql_cast[] = {
    CAST_ROW("aql_long", TYPE_LONG, eval_long, "LONG",
             "The integer of a number or a text, cut toward zero; of an IPv4 address its 32 bits."),
    CAST_ROW("aql_double", TYPE_DOUBLE, eval_double, "DOUBLE", "The number of a number or a text."),
    CAST_ROW("aql_str", TYPE_TEXT, eval_str, "STR",
             "The text of any value; numbers are written without an exponent."),
    CAST_ROW("aql_host", TYPE_IP, eval_host, NULL, "The address of a text."),
    CAST_ROW("aql_mac", TYPE_MAC, eval_mac, NULL, "The hardware address of a text."),
    CAST_ROW("aql_bool", TYPE_BOOL, eval_bool, NULL, "The boolean of a text or of 1 and 0."),
    {
        .name = "aql_in_cidr",
        .kind = FN_SCALAR,
        .params = cidr_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_AQL] = "INCIDR"},
        .family = "Filters",
        .doc = "True when the address is in one of the blocks, which commas divide: "
               "`INCIDR('10.0.0.0/8,fd00::/8', sourceip)`. The arguments may change places.",
        .bind = bind_in_cidr,
        .eval = eval_in_cidr,
    },
    {0},
};
