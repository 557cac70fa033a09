/* fn_vendor_names.c - names that an installation gives: log sources, QIDs, domains, processors
 * (option names). */
#include "fn/beside.h"

struct name_call {
    const struct names *names; /* NULL: there is no data */
    enum name_kind kind;
    enum name_kind other_kind; /* looked at second; NAME_KIND_COUNT: none */
};

/* What each row asks for. */
static const struct {
    const char *fn;
    enum name_kind kind, other_kind;
    const char *what;
} row_kinds[] = {
    {"qid_name", NAME_QID, NAME_KIND_COUNT, "the names of QIDs"},
    {"qid_description", NAME_QID, NAME_KIND_COUNT, "the names of QIDs"},
    {"qid_description_short", NAME_QID, NAME_KIND_COUNT, "the names of QIDs"},
    {"log_source_name", NAME_LOG_SOURCE, NAME_KIND_COUNT, "the names of log sources"},
    {"log_source_type_of", NAME_LOG_SOURCE, NAME_KIND_COUNT, "the names of log sources"},
    {"log_source_group_name", NAME_LOG_SOURCE_GROUP, NAME_KIND_COUNT,
     "the names of log source groups"},
    {"application_name", NAME_APPLICATION, NAME_KIND_COUNT, "the names of applications"},
    {"domain_name", NAME_DOMAIN, NAME_KIND_COUNT, "the names of domains"},
    {"host_name", NAME_HOST, NAME_PROCESSOR, "the names of hosts"},
    {"processor_name", NAME_PROCESSOR, NAME_KIND_COUNT, "the names of processors"},
    {"component_id", NAME_COMPONENT, NAME_PROCESSOR, "the names of components"},
    {"ariel_servers_by_name", NAME_PROCESSOR, NAME_KIND_COUNT, "the names of processors"},
    {"ariel_servers_by_id", NAME_PROCESSOR, NAME_HOST, "the names of processors"},
};

static enum lanner_rc open_names(const struct fn_call *call, const struct names **out,
                                 struct lanner_err *err)
{
    return call_err(call, names_open(call->env->folders, call->env->arena, out, err), err);
}

static bool names_given(const struct fn_call *call)
{
    return call->env->folders != NULL && call->env->folders->names != NULL;
}

static enum lanner_rc bind_names(struct fn_call *call, struct lanner_err *err)
{
    struct name_call *p = ARENA_NEW(call->env->arena, struct name_call);
    size_t k = 0;
    bool have;

    while (strcmp(row_kinds[k].fn, call->fn->name) != 0)
        k++;
    p->kind = row_kinds[k].kind;
    p->other_kind = row_kinds[k].other_kind;
    call->state = p;
    TRY(beside_need(call, names_given(call), row_kinds[k].what, "--names FILE", &have, err));
    return have ? open_names(call, &p->names, err) : LANNER_OK;
}

static bool find(const struct name_call *p, const struct val *id, struct buf *room,
                 struct named *out)
{
    return names_by_id(p->names, p->kind, id, room, out) ||
           (p->other_kind != NAME_KIND_COUNT &&
            names_by_id(p->names, p->other_kind, id, room, out));
}

/* Which of a row's texts is asked for, and what stands for an id that the file has not. */
static enum lanner_rc eval_part(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, bool description,
                                struct val unknown)
{
    const struct name_call *p = run->call->state;
    struct buf room = {0};

    SEL_FOR (sel, i) {
        const struct val *id = column_at(&args[0], i);
        struct named row;

        out[i] = VAL_ABSENT;
        if (val_is_null(id) || p->names == NULL)
            continue;
        out[i] = find(p, id, &room, &row) ? beside_val(description ? row.description : row.name)
                                          : unknown;
    }
    buf_done(&room);
    return LANNER_OK;
}

static enum lanner_rc eval_qid(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    (void)err;
    return eval_part(run, args, sel, out, false, val_text("Unknown", 7));
}

static enum lanner_rc eval_name(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    return eval_part(run, args, sel, out, false, VAL_ABSENT);
}

static enum lanner_rc eval_description(struct fn_run *run, const struct column *args,
                                       const struct sel *sel, struct val *out,
                                       struct lanner_err *err)
{
    (void)err;
    return eval_part(run, args, sel, out, true, VAL_ABSENT);
}

static enum lanner_rc eval_type_of(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct name_call *p = run->call->state;
    struct buf room = {0};

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *id = column_at(&args[0], i);
        struct named row;
        struct val type;
        int64_t number;

        out[i] = VAL_ABSENT;
        if (val_is_null(id) || p->names == NULL || !find(p, id, &room, &row))
            continue;
        type = val_str(row.type);
        if (cell_long(&type, &number) || qradar_type_by_name(row.type, &number))
            out[i] = val_long(number);
    }
    buf_done(&room);
    return LANNER_OK;
}

/* ---- name_of: for plans ------------------------------------------------------------------------
 */

static enum lanner_rc bind_name_of(struct fn_call *call, struct lanner_err *err)
{
    struct name_call *p = ARENA_NEW(call->env->arena, struct name_call);
    struct str kind = arg_text(call, 1, call->env->arena);

    p->kind = name_kind_named(kind);
    p->other_kind = NAME_KIND_COUNT;
    call->state = p;
    if (p->kind == NAME_KIND_COUNT)
        return err_set_at(err, LANNER_ERR_QUERY, call->at, "there are no names of kind '%.*s'",
                          STR_ARG(kind));
    return names_given(call) ? open_names(call, &p->names, err) : LANNER_OK;
}

/* ---- DOMAINNAME --------------------------------------------------------------------------------
 */

static enum lanner_rc bind_domain(struct fn_call *call, struct lanner_err *err)
{
    const struct fn_arg *arg = arg_at(call, 0);
    int64_t id;

    /* The default domain has a name without a file, and events have no other as a rule. */
    if (names_given(call) || (arg->is_const && (!cell_long(&arg->v, &id) || id != 0)))
        return bind_names(call, err);
    call->state = ARENA_NEW(call->env->arena, struct name_call);
    return LANNER_OK;
}

static enum lanner_rc eval_domain(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct name_call *p = run->call->state;
    struct buf room = {0};

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *id = column_at(&args[0], i);
        struct named row;
        int64_t number;

        out[i] = VAL_ABSENT;
        if (val_is_null(id))
            continue;
        if (p->names != NULL && names_by_id(p->names, NAME_DOMAIN, id, &room, &row))
            out[i] = beside_val(row.name);
        else if (cell_long(id, &number) && number == 0)
            out[i] = val_text("Default Domain", 14);
        else if (p->names == NULL)
            run_note(run, LANNER_NOTE_WARNING,
                     "DOMAINNAME gives NULL for domains other than 0: their names were not given "
                     "(--names FILE)");
    }
    buf_done(&room);
    return LANNER_OK;
}

/* ---- lists -------------------------------------------------------------------------------------
 */

struct list_out {
    const struct name_call *call;
    struct buf *room;
    struct buf text;
    bool by_name; /* items are names of processors, wanted are their hosts */
};

static void put_item(struct list_out *l, struct str s)
{
    if (l->text.len > 0)
        buf_puts(&l->text, ", ");
    buf_put_str(&l->text, s);
}

/* What has no name stays the id it was. */
static void on_item(void *ctx, struct str item)
{
    struct list_out *l = ctx;
    struct val id = val_str(item);
    struct named row;

    if (!l->by_name) {
        put_item(l, find(l->call, &id, l->room, &row) ? row.name : item);
        return;
    }
    if (names_by_name(l->call->names, NAME_PROCESSOR, item, l->room, &row)) {
        id = val_str(row.id);
        put_item(l, names_by_id(l->call->names, NAME_HOST, &id, l->room, &row) ? row.name : item);
    }
}

static enum lanner_rc eval_list(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, bool by_name)
{
    struct buf room = {0};
    struct list_out l = {.call = run->call->state, .room = &room, .by_name = by_name};

    SEL_FOR (sel, i) {
        out[i] = VAL_ABSENT;
        buf_clear(&l.text);
        for (size_t k = 0; k < run->call->n_args && l.call->names != NULL; k++)
            beside_each(column_at(&args[k], i), on_item, &l);
        if (l.text.len > 0)
            out[i] = result_text(run, buf_str(&l.text));
    }
    buf_done(&l.text);
    buf_done(&room);
    return LANNER_OK;
}

static enum lanner_rc eval_ids(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    (void)err;
    return eval_list(run, args, sel, out, false);
}

static enum lanner_rc eval_servers_by_name(struct fn_run *run, const struct column *args,
                                           const struct sel *sel, struct val *out,
                                           struct lanner_err *err)
{
    (void)err;
    return eval_list(run, args, sel, out, true);
}

static enum lanner_rc eval_component_id(struct fn_run *run, const struct column *args,
                                        const struct sel *sel, struct val *out,
                                        struct lanner_err *err)
{
    const struct name_call *p = run->call->state;
    struct buf room = {0};

    (void)err;
    SEL_FOR (sel, i) {
        char text[VAL_PRINT_MAX];
        struct named row;
        struct val id;
        struct str name;
        int64_t number;

        out[i] = VAL_ABSENT;
        if (p->names == NULL || !cell_text(column_at(&args[0], i), text, &name) ||
            (!names_by_name(p->names, p->kind, name, &room, &row) &&
             !names_by_name(p->names, p->other_kind, name, &room, &row)))
            continue;
        id = val_str(row.id);
        out[i] = cell_long(&id, &number) ? val_long(number) : beside_val(row.id);
    }
    buf_done(&room);
    return LANNER_OK;
}

static const struct fn_param id_params[] = {PARAM("id", P_EXPR, BESIDE_REQUIRED, NULL), PARAMS_END};
static const struct fn_param name_of_params[] = {PARAM("id", P_EXPR, BESIDE_REQUIRED, NULL),
                                                 PARAM("kind", P_TEXT, BESIDE_REQUIRED, NULL),
                                                 PARAMS_END};
static const struct fn_param name_params[] = {PARAM("name", P_EXPR, BESIDE_REQUIRED, NULL),
                                              PARAMS_END};
static const struct fn_param list_params[] = {
    PARAM("id", P_EXPR, BESIDE_REQUIRED | PARAM_MANY, NULL), PARAMS_END};

#define NAME_ROW(row_name, spelling, row_bind, row_eval, row_params, row_ret, text)                \
    {                                                                                              \
        .name = row_name, .kind = FN_SCALAR, .params = row_params, .ret = row_ret,                 \
        .nulls = FN_NULLS_SEEN, .impure = true, .spelled = {[LANG_AQL] = spelling},                \
        .family = BESIDE_FAMILY, .doc = text, .bind = row_bind, .eval = row_eval,                  \
    }

const struct fn_def fn_vendor_names[] = {
    NAME_ROW("qid_name", "QIDNAME", bind_names, eval_qid, id_params, TYPE_TEXT,
             "The event name of a QID, from the file given with `--names`; `Unknown` for one that "
             "it has not. `QIDNAME(qid)` of an event is the name that its source gives it."),
    NAME_ROW("qid_description", "QIDDESCRIPTION", bind_names, eval_description, id_params,
             TYPE_TEXT, "The description of a QID, from the file given with `--names`."),
    NAME_ROW("qid_description_short", "QIDESCRIPTION", bind_names, eval_description, id_params,
             TYPE_TEXT, "The same as `QIDDESCRIPTION`."),
    NAME_ROW("log_source_name", "LOGSOURCENAME", bind_names, eval_name, id_params, TYPE_TEXT,
             "The name of a log source, from the file given with `--names`. "
             "`LOGSOURCENAME(logsourceid)` of an event is the name that its source gives it."),
    NAME_ROW("log_source_type_of", NULL, bind_names, eval_type_of, id_params, TYPE_LONG,
             "The type of a log source, from the file given with `--names`."),
    NAME_ROW("log_source_group_name", "LOGSOURCEGROUPNAME", bind_names, eval_ids, list_params,
             TYPE_TEXT,
             "The names of log source groups, from the file given with `--names`, joined by `, `; "
             "an id without a name stays."),
    NAME_ROW("application_name", "APPLICATIONNAME", bind_names, eval_name, id_params, TYPE_TEXT,
             "The name of an application, from the file given with `--names`."),
    NAME_ROW("domain_name", "DOMAINNAME", bind_domain, eval_domain, id_params, TYPE_TEXT,
             "The name of a domain: 0 is `Default Domain`, others come from the file given with "
             "`--names`."),
    NAME_ROW("host_name", "HOSTNAME", bind_names, eval_name, id_params, TYPE_TEXT,
             "The host of a processor, from the file given with `--names`."),
    NAME_ROW("processor_name", "PROCESSORNAME", bind_names, eval_name, id_params, TYPE_TEXT,
             "The name of a processor, from the file given with `--names`."),
    NAME_ROW("component_id", "COMPONENTID", bind_names, eval_component_id, name_params, TYPE_ANY,
             "The id of a component or processor, from the file given with `--names`."),
    NAME_ROW("ariel_servers_by_name", "ARIELSERVERS4EPNAME", bind_names, eval_servers_by_name,
             list_params, TYPE_TEXT,
             "The hosts of the processors with these names, joined by `, `, from the file given "
             "with `--names`."),
    NAME_ROW("ariel_servers_by_id", "ARIELSERVERS4EPID", bind_names, eval_ids, list_params,
             TYPE_TEXT,
             "The processors with these ids, joined by `, `, from the file given with `--names`."),
    NAME_ROW("name_of", NULL, bind_name_of, eval_name, name_of_params, TYPE_TEXT,
             "The name of an id of that kind; NULL when the file given with `--names` has none."),
    {0},
};
