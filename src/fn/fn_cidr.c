/* fn_cidr.c - addresses and networks: cidr() and subnet(). */
#include "fn/address.h"
#include "fn/kernel.h"
#include "lookup/lookup.h"

struct cidr {
    struct ip_net *nets;
    size_t n;
    bool negate;
};

enum { CIDR_FIELD, CIDR_SUBNET, CIDR_NEGATE, CIDR_FILE, CIDR_COLUMN };

static enum lanner_rc bind_subnets(struct fn_call *call, struct cidr *c, struct lanner_err *err)
{
    const struct val *items;
    size_t n;

    TRY(arg_need_const(call, CIDR_SUBNET, "subnet", err));
    items = arg_list(call, CIDR_SUBNET, &n);
    if (n == 0)
        return err_set_at(err, LANNER_ERR_QUERY, call->at, "cidr() needs subnet= or file=");
    c->nets = ARENA_ARRAY(call->env->arena, struct ip_net, n);
    for (size_t k = 0; k < n; k++) {
        char room[VAL_PRINT_MAX];
        struct str s = cell_text_or_empty(&items[k], room);

        if (!ip_net_parse(s, &c->nets[c->n]))
            return err_set_at(err, LANNER_ERR_QUERY, call->at, "'%.*s' is no subnet", STR_ARG(s));
        c->n++;
    }
    return LANNER_OK;
}

/* The networks of a column of a lookup file, by default the column called as the field. A cell that
 * is no network matches nothing, and that is said. */
static enum lanner_rc bind_network_file(struct fn_call *call, struct cidr *c,
                                        struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct str file = arg_text(call, CIDR_FILE, a);
    struct str column = arg_given(call, CIDR_COLUMN) ? arg_text(call, CIDR_COLUMN, a)
                                                     : call->args[CIDR_FIELD].field;
    struct fn_run run = {.call = call};
    struct lookup_table table = {0};
    size_t at = 0;
    size_t n_bad = 0;

    if (arg_given(call, CIDR_SUBNET))
        return err_set_at(err, LANNER_ERR_QUERY, call->at, "cidr() takes subnet or file, not both");
    TRY(call_err(call, lookup_table_read(call->env->folders, file, a, &table, err), err));
    while (at < table.n_columns && !str_eq(table.columns[at], column))
        at++;
    if (at == table.n_columns)
        return err_set_at(err, LANNER_ERR_INPUT, call->at, "%.*s has no column %.*s", STR_ARG(file),
                          STR_ARG(column));
    c->nets = ARENA_ARRAY(a, struct ip_net, table.n_rows);
    for (size_t row = 0; row < table.n_rows; row++) {
        char room[VAL_PRINT_MAX];
        struct str s = cell_text_or_empty(&table.cells[row * table.n_columns + at], room);

        if (ip_net_parse(s, &c->nets[c->n]))
            c->n++;
        else
            n_bad++;
    }
    if (n_bad != 0)
        run_note(&run, LANNER_NOTE_WARNING, "cidr(): %zu of %zu rows of %.*s hold no subnet", n_bad,
                 table.n_rows, STR_ARG(file));
    return LANNER_OK;
}

static enum lanner_rc bind_cidr(struct fn_call *call, struct lanner_err *err)
{
    struct cidr *c = ARENA_NEW(call->env->arena, struct cidr);

    if (arg_given(call, CIDR_FILE))
        TRY(bind_network_file(call, c, err));
    else
        TRY(bind_subnets(call, c, err));
    c->negate = arg_bool(call, CIDR_NEGATE, false);
    call->state = c;
    return LANNER_OK;
}

static enum lanner_rc eval_cidr(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct cidr *c = run->call->state;
    uint8_t addr[16];
    bool is_v4;

    (void)err;
    SEL_FOR (sel, i) {
        bool hit = false;

        if (address_of(column_at(&args[CIDR_FIELD], i), addr, &is_v4)) {
            for (size_t k = 0; k < c->n && !hit; k++)
                hit = ip_net_has(&c->nets[k], addr);
        }
        out[i] = val_bool(hit != c->negate);
    }
    return LANNER_OK;
}

struct subnet {
    unsigned bits;
};

static enum lanner_rc bind_subnet(struct fn_call *call, struct lanner_err *err)
{
    struct subnet *s = ARENA_NEW(call->env->arena, struct subnet);
    int64_t bits;

    if (!arg_given(call, 1))
        return err_set_at(err, LANNER_ERR_QUERY, call->at, "subnet() needs bits=");
    TRY(arg_long(call, 1, "bits", 32, 0, 32, &bits, err));
    s->bits = (unsigned)bits;
    call->state = s;
    return LANNER_OK;
}

static enum lanner_rc eval_subnet(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct subnet *s = run->call->state;
    uint8_t a[16];
    bool is_v4;

    (void)err;
    SEL_FOR (sel, i) {
        uint32_t ip;

        out[i] = VAL_ABSENT;
        if (!address_of(column_at(&args[0], i), a, &is_v4) || !is_v4)
            continue;
        ip = (uint32_t)a[12] << 24 | (uint32_t)a[13] << 16 | (uint32_t)a[14] << 8 | a[15];
        ip &= s->bits == 0 ? 0 : UINT32_MAX << (32 - s->bits);
        out[i] = val_str(arena_printf(run->arena, "%u.%u.%u.%u/%u", ip >> 24, ip >> 16 & 255,
                                      ip >> 8 & 255, ip & 255, s->bits));
    }
    return LANNER_OK;
}

static const struct fn_param cidr_params[] = {
    PARAM("field", P_FIELD, PARAM_FIRST, NULL), PARAM("subnet", P_LIST, 0, NULL),
    PARAM("negate", P_BOOL, 0, "false"),        PARAM("file", P_TEXT, 0, NULL),
    PARAM("column", P_TEXT, 0, NULL),           PARAMS_END};
static const struct fn_param subnet_params[] = {PARAM("field", P_FIELD, PARAM_FIRST, NULL),
                                                PARAM("bits", P_NUMBER, PARAM_REQUIRED, NULL),
                                                PARAM_AS("_subnet"), PARAMS_END};

const struct fn_def fn_cidr[] = {
    {
        .name = "cidr",
        .kind = FN_PREDICATE,
        .params = cidr_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "cidr"},
        .family = "Filters",
        .doc =
            "Passes when the field is an IPv4 or IPv6 address in one of the subnets, or in one of "
            "those in `column` (default: called as the field) of the lookup file `file`. What "
            "is no address does not pass.",
        .bind = bind_cidr,
        .eval = eval_cidr,
    },
    {
        .name = "subnet",
        .kind = FN_SCALAR,
        .params = subnet_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "subnet"},
        .family = "Network, geography, security",
        .doc = "The network of an IPv4 address: `192.168.10.45` with 23 bits is `192.168.10.0/23`.",
        .bind = bind_subnet,
        .eval = eval_subnet,
    },
    {0},
};
