/* fn_hierarchy.c - what an address is in the user's own network: NETWORKNAME() from the network
 * hierarchy (option networks), ASSETHOSTNAME() and its kin from the assets (option assets). */
#include "fn/beside.h"
#include "util/suggest.h"

/* ---- networks ----------------------------------------------------------------------------------
 */

static enum lanner_rc bind_network(struct fn_call *call, struct lanner_err *err)
{
    const struct lookup_folders *f = call->env->folders;
    const struct networks *networks = NULL;
    bool have;

    TRY(beside_need(call, f != NULL && f->networks != NULL, "the network hierarchy",
                    "--networks FILE", &have, err));
    if (have)
        TRY(call_err(call, networks_open(f, call->env->arena, &networks, err), err));
    call->state = (void *)(uintptr_t)networks;
    return LANNER_OK;
}

static enum lanner_rc eval_network(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, bool full)
{
    const struct networks *networks = run->call->state;
    struct buf room = {0};

    SEL_FOR (sel, i) {
        char text[VAL_PRINT_MAX];
        struct str domain;
        struct str name;
        uint8_t ip[16];
        size_t dot;

        out[i] = VAL_ABSENT;
        if (networks == NULL || !beside_ip(column_at(&args[0], i), ip))
            continue;
        domain = cell_text_or_empty(beside_cell(run, args, 1, i), text);
        if (!networks_find(networks, ip, domain, &room, &name)) {
            out[i] = val_text("other", 5);
            continue;
        }
        for (dot = full ? 0 : name.len; dot > 0 && name.ptr[dot - 1] != '.'; dot--)
            ;
        out[i] = beside_val(str_of(name.ptr + dot, name.len - dot));
    }
    buf_done(&room);
    return LANNER_OK;
}

static enum lanner_rc eval_inner(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    return eval_network(run, args, sel, out, false);
}

static enum lanner_rc eval_full(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    return eval_network(run, args, sel, out, true);
}

/* ---- assets ------------------------------------------------------------------------------------
 */

struct asset_call {
    const struct assets *assets; /* NULL: there is no data */
    size_t column;
    struct str search; /* MATCHESASSETSEARCH */
};

static enum lanner_rc open_assets(struct fn_call *call, struct asset_call **out,
                                  struct lanner_err *err)
{
    struct asset_call *p = ARENA_NEW(call->env->arena, struct asset_call);
    const struct lookup_folders *f = call->env->folders;
    bool have;

    call->state = p;
    *out = p;
    TRY(beside_need(call, f != NULL && f->assets != NULL, "the assets", "--assets FILE", &have,
                    err));
    if (!have)
        return LANNER_OK;
    return call_err(call, assets_open(f, call->env->arena, &p->assets, err), err);
}

static enum lanner_rc need_column(const struct fn_call *call, const struct asset_call *p,
                                  const char *name, struct lanner_err *err)
{
    if (p->column != SIZE_MAX)
        return LANNER_OK;
    return err_set_at(err, LANNER_ERR_INPUT, call->at, "%s has no column '%s' for %s",
                      call->env->folders->assets, name, call_name(call));
}

static enum lanner_rc bind_hostname(struct fn_call *call, struct lanner_err *err)
{
    struct asset_call *p;

    TRY(open_assets(call, &p, err));
    if (p->assets == NULL)
        return LANNER_OK;
    p->column = assets_hostname(p->assets);
    return need_column(call, p, "hostname", err);
}

static enum lanner_rc bind_user(struct fn_call *call, struct lanner_err *err)
{
    struct asset_call *p;

    TRY(open_assets(call, &p, err));
    if (p->assets == NULL)
        return LANNER_OK;
    p->column = assets_user(p->assets);
    return need_column(call, p, "user", err);
}

static enum lanner_rc bind_property(struct fn_call *call, struct lanner_err *err)
{
    struct str name = arg_text(call, 0, call->env->arena);
    struct suggest near = suggest_start(name);
    char hint[200];
    struct asset_call *p;

    TRY(arg_need_const(call, 0, "the name", err));
    TRY(open_assets(call, &p, err));
    if (p->assets == NULL)
        return LANNER_OK;
    p->column = assets_column(p->assets, name);
    if (p->column != SIZE_MAX)
        return LANNER_OK;
    err_set_at(err, LANNER_ERR_QUERY, call->at, "the assets have no property '%.*s'",
               STR_ARG(name));
    for (size_t i = 0; assets_column_name(p->assets, i).ptr != NULL; i++)
        suggest_offer(&near, assets_column_name(p->assets, i));
    if (suggest_print(&near, hint, sizeof(hint)))
        err_hint(err, "%s", hint);
    return LANNER_ERR_QUERY;
}

static enum lanner_rc bind_search(struct fn_call *call, struct lanner_err *err)
{
    struct asset_call *p;

    TRY(arg_need_const(call, 0, "the search", err));
    TRY(open_assets(call, &p, err));
    p->search = arg_text(call, 0, call->env->arena);
    if (p->assets == NULL)
        return LANNER_OK;
    p->column = assets_searches(p->assets);
    return need_column(call, p, "searches", err);
}

static enum lanner_rc eval_asset(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, size_t ip_arg)
{
    const struct asset_call *p = run->call->state;

    SEL_FOR (sel, i) {
        struct str text;
        uint8_t ip[16];

        out[i] = VAL_ABSENT;
        if (p->assets != NULL && beside_ip(beside_cell(run, args, ip_arg, i), ip) &&
            assets_get(p->assets, ip, p->column, &text))
            out[i] = beside_val(text);
    }
    return LANNER_OK;
}

static enum lanner_rc eval_of_ip(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    return eval_asset(run, args, sel, out, 0);
}

static enum lanner_rc eval_property(struct fn_run *run, const struct column *args,
                                    const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    return eval_asset(run, args, sel, out, 1);
}

static bool in_searches(struct str list, struct str search)
{
    while (list.len > 0) {
        size_t bar = str_find_char(list, '|');

        if (str_eq_nocase(str_trim(str_of(list.ptr, MIN(bar, list.len))), search))
            return true;
        if (bar == SIZE_MAX)
            break;
        list = str_of(list.ptr + bar + 1, list.len - bar - 1);
    }
    return false;
}

static enum lanner_rc eval_search(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct asset_call *p = run->call->state;

    (void)err;
    SEL_FOR (sel, i) {
        struct str list;
        uint8_t ip[16];

        out[i] = VAL_ABSENT;
        if (p->assets != NULL && beside_ip(beside_cell(run, args, 1, i), ip))
            out[i] = val_bool(assets_get(p->assets, ip, p->column, &list) &&
                              in_searches(list, p->search));
    }
    return LANNER_OK;
}

static const struct fn_param network_params[] = {PARAM("ip", P_EXPR, BESIDE_REQUIRED, NULL),
                                                 PARAM("domain", P_EXPR, PARAM_DEFAULT, NULL),
                                                 PARAMS_END};
static const struct fn_param asset_params[] = {
    PARAM("ip", P_EXPR, BESIDE_REQUIRED, NULL), PARAM("time", P_EXPR, PARAM_DEFAULT, NULL),
    PARAM("domain", P_EXPR, PARAM_DEFAULT, NULL), PARAMS_END};
static const struct fn_param property_params[] = {
    PARAM("name", P_TEXT, BESIDE_REQUIRED, NULL), PARAM("ip", P_EXPR, BESIDE_REQUIRED, NULL),
    PARAM("domain", P_EXPR, PARAM_DEFAULT, NULL), PARAMS_END};

#define HIERARCHY_ROW(row_name, spelling, row_params, row_ret, row_bind, row_eval, text)           \
    {                                                                                              \
        .name = row_name, .kind = FN_SCALAR, .params = row_params, .ret = row_ret,                 \
        .nulls = FN_NULLS_SEEN, .impure = true, .spelled = {[LANG_AQL] = spelling},                \
        .family = BESIDE_FAMILY, .doc = text, .bind = row_bind, .eval = row_eval,                  \
    }

const struct fn_def fn_hierarchy[] = {
    HIERARCHY_ROW("network_name", "NETWORKNAME", network_params, TYPE_TEXT, bind_network,
                  eval_inner,
                  "The last part of the name of the smallest network that an address is in, from "
                  "the hierarchy given with `--networks`; `other` when it is in none."),
    HIERARCHY_ROW("full_network_name", "FULLNETWORKNAME", network_params, TYPE_TEXT, bind_network,
                  eval_full, "The same with the whole dotted name."),
    HIERARCHY_ROW("asset_hostname", "ASSETHOSTNAME", asset_params, TYPE_TEXT, bind_hostname,
                  eval_of_ip,
                  "The host name of an address, from the assets given with `--assets`. The time "
                  "and the domain have no effect."),
    HIERARCHY_ROW("asset_user", "ASSETUSER", asset_params, TYPE_TEXT, bind_user, eval_of_ip,
                  "The user of an address, from the assets given with `--assets`. The time and the "
                  "domain have no effect."),
    HIERARCHY_ROW("asset_property", "ASSETPROPERTY", property_params, TYPE_TEXT, bind_property,
                  eval_property,
                  "A property of the asset with an address: a column of the assets given with "
                  "`--assets`."),
    HIERARCHY_ROW("matches_asset_search", "MATCHESASSETSEARCH", property_params, TYPE_BOOL,
                  bind_search, eval_search,
                  "Is the asset with that address in a saved search? The column `searches` of the "
                  "assets given with `--assets` says so."),
    {0},
};
