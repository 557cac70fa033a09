/* fn_offense.c - offenses and custom rules: INOFFENSE() (option offenses), RULENAME() (option
 * rules). */
#include "fn/beside.h"

/* ---- INOFFENSE ---------------------------------------------------------------------------------
 */

enum {
    OFFENSE_ID,
    OFFENSE_TIME,
    OFFENSE_SOURCE,
    OFFENSE_DESTINATION,
    OFFENSE_USER,
    OFFENSE_EVENT,
    OFFENSE_LOG_SOURCE
};

static void note_no_keys(const struct fn_run *run, int64_t id)
{
    run_note(run, LANNER_NOTE_WARNING,
             "no event can be told to be in offense %lld: it names no addresses or users",
             (long long)id);
}

static enum lanner_rc bind_offense(struct fn_call *call, struct lanner_err *err)
{
    const struct lookup_folders *f = call->env->folders;
    const struct fn_arg *arg = arg_at(call, OFFENSE_ID);
    const struct offenses *offenses = NULL;
    const struct offense *one;
    struct fn_run run = {.call = call};
    bool have;
    int64_t id;

    TRY(beside_need(call, f != NULL && f->offenses != NULL, "the offenses", "--offenses FILE",
                    &have, err));
    if (have)
        TRY(call_err(call, offenses_open(f, call->env->arena, &offenses, err), err));
    call->state = (void *)(uintptr_t)offenses;
    if (offenses == NULL || !arg->is_const || !cell_long(&arg->v, &id))
        return LANNER_OK;
    one = offenses_find(offenses, id);
    if (one == NULL)
        run_note(&run, LANNER_NOTE_WARNING, "there is no offense %lld in %s", (long long)id,
                 f->offenses);
    else if (!offense_has_keys(one))
        note_no_keys(&run, id);
    return LANNER_OK;
}

static enum lanner_rc eval_offense(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct offenses *offenses = run->call->state;
    struct buf room = {0};

    (void)err;
    SEL_FOR (sel, i) {
        const struct offense *offense;
        struct offense_event event = {
            .time = beside_cell(run, args, OFFENSE_TIME, i),
            .source = beside_cell(run, args, OFFENSE_SOURCE, i),
            .destination = beside_cell(run, args, OFFENSE_DESTINATION, i),
            .user = beside_cell(run, args, OFFENSE_USER, i),
            .event_name = beside_cell(run, args, OFFENSE_EVENT, i),
            .log_source = beside_cell(run, args, OFFENSE_LOG_SOURCE, i),
        };
        int64_t id;

        out[i] = VAL_ABSENT;
        if (offenses == NULL || val_is_null(column_at(&args[OFFENSE_ID], i)))
            continue;
        out[i] = val_bool(false);
        if (!cell_long(column_at(&args[OFFENSE_ID], i), &id))
            continue;
        offense = offenses_find(offenses, id);
        if (offense == NULL)
            continue;
        if (!offense_has_keys(offense))
            note_no_keys(run, id);
        out[i] = val_bool(offense_has_event(offenses, offense, &event, &room));
    }
    buf_done(&room);
    return LANNER_OK;
}

/* ---- RULENAME ----------------------------------------------------------------------------------
 */

static enum lanner_rc open_rules(const struct fn_call *call, const struct rules **out,
                                 struct lanner_err *err)
{
    const struct lookup_folders *f = call->env->folders;
    bool have;

    *out = NULL;
    TRY(beside_need(call, f != NULL && f->rules != NULL, "the names of rules", "--rules FILE",
                    &have, err));
    if (!have)
        return LANNER_OK;
    return call_err(call, rules_open(f, call->env->arena, out, err), err);
}

static enum lanner_rc bind_rules(struct fn_call *call, struct lanner_err *err)
{
    const struct rules *rules;

    TRY(open_rules(call, &rules, err));
    call->state = (void *)(uintptr_t)rules;
    return LANNER_OK;
}

/* What has no name stays the id it was. */
static struct str rule_name(const struct rules *rules, struct str item)
{
    struct val v = val_str(item);
    struct str name;
    int64_t id;

    return cell_long(&v, &id) && rules_find(rules, id, &name) ? name : item;
}

struct rule_names {
    const struct rules *rules;
    struct buf text;
};

static void put_rule(void *ctx, struct str item)
{
    struct rule_names *r = ctx;

    if (r->text.len > 0)
        buf_puts(&r->text, ", ");
    buf_put_str(&r->text, rule_name(r->rules, item));
}

static enum lanner_rc eval_rules(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    struct rule_names r = {.rules = run->call->state};

    (void)err;
    SEL_FOR (sel, i) {
        out[i] = VAL_ABSENT;
        buf_clear(&r.text);
        for (size_t k = 0; k < run->call->n_args && r.rules != NULL; k++)
            beside_each(column_at(&args[k], i), put_rule, &r);
        if (r.text.len > 0)
            out[i] = result_text(run, buf_str(&r.text));
    }
    buf_done(&r.text);
    return LANNER_OK;
}

/* ---- rule_name_is: a predicate on any of the names ---------------------------------------------
 */

enum { IS_PATTERN, IS_MODE, IS_IDS };

struct rule_is {
    const struct rules *rules;
    struct str text;
    struct like *like;
    const struct regex *regex;
};

static enum lanner_rc bind_rule_is(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct rule_is *p = ARENA_NEW(a, struct rule_is);
    struct str mode = arg_text(call, IS_MODE, a);

    call->state = p;
    p->text = arg_text(call, IS_PATTERN, a);
    TRY(arg_need_const(call, IS_PATTERN, "the pattern", err));
    TRY(open_rules(call, &p->rules, err));
    if (str_eqz(mode, "eq"))
        return LANNER_OK;
    if (str_eqz(mode, "like") || str_eqz(mode, "ilike")) {
        p->like =
            like_compile(a, p->text, STR(""), str_eqz(mode, "like") ? LIKE_EXACT : LIKE_ICASE);
        return LANNER_OK;
    }
    if (!str_eqz(mode, "matches") && !str_eqz(mode, "imatches"))
        return err_set_at(err, LANNER_ERR_QUERY, call->at, "names of rules have no test '%.*s'",
                          STR_ARG(mode));
    return call_err(call,
                    regex_compile(a, p->text, str_eqz(mode, "imatches") ? REGEX_ICASE : 0,
                                  REGEX_JAVA, &p->regex, err),
                    err);
}

struct rule_test {
    struct fn_run *run;
    const struct rule_is *is;
    struct like_scratch like;
    bool any, found; /* there is an element; one passed */
};

static void test_rule(void *ctx, struct str item)
{
    struct rule_test *t = ctx;
    struct str name = rule_name(t->is->rules, item);
    enum regex_result result;

    t->any = true;
    if (t->found)
        return;
    if (t->is->like != NULL) {
        t->found = like_match(t->is->like, &t->like, name);
    } else if (t->is->regex != NULL) {
        result = regex_test(t->is->regex, run_regex(t->run), name);
        t->found = result == REGEX_MATCH;
        if (result == REGEX_UNDECIDED)
            run_undecided(t->run);
    } else {
        t->found = str_eq(name, t->is->text);
    }
}

static enum lanner_rc eval_rule_is(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    struct rule_test t = {.run = run, .is = run->call->state};

    (void)err;
    SEL_FOR (sel, i) {
        t.any = t.found = false;
        for (size_t k = IS_IDS; k < run->call->n_args && t.is->rules != NULL; k++)
            beside_each(column_at(&args[k], i), test_rule, &t);
        out[i] = t.any ? val_bool(t.found) : VAL_ABSENT;
    }
    like_scratch_done(&t.like);
    return LANNER_OK;
}

/* The query writes the id alone; the rest are fields of the event (plan/plan.h,
 * FIELD_QRADAR_PREFIX). */
static const struct fn_param offense_params[] = {
    PARAM("id", P_EXPR, BESIDE_REQUIRED, NULL),
    PARAM("starttime", P_FIELD, 0, "\x01qradar:starttime"),
    PARAM("sourceip", P_FIELD, 0, "\x01qradar:sourceip"),
    PARAM("destinationip", P_FIELD, 0, "\x01qradar:destinationip"),
    PARAM("username", P_FIELD, 0, "\x01qradar:username"),
    PARAM("eventname", P_FIELD, 0, "\x01qradar:eventname"),
    PARAM("logsourcename", P_FIELD, 0, "\x01qradar:logsourcename"),
    PARAMS_END};
static const struct fn_param rules_params[] = {
    PARAM("id", P_EXPR, BESIDE_REQUIRED | PARAM_MANY, NULL), PARAMS_END};
static const struct fn_param rule_is_params[] = {
    PARAM("pattern", P_TEXT, BESIDE_REQUIRED, NULL), PARAM("mode", P_TEXT, BESIDE_REQUIRED, NULL),
    PARAM("id", P_EXPR, BESIDE_REQUIRED | PARAM_MANY, NULL), PARAMS_END};

const struct fn_def fn_offense[] = {
    {
        .name = "in_offense",
        .kind = FN_SCALAR,
        .params = offense_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .impure = true,
        .spelled = {[LANG_AQL] = "INOFFENSE"},
        .family = BESIDE_FAMILY,
        .doc = "Does the event belong to the offense? Its starttime lies in the offense's range, "
               "and its source or destination address, user, name or log source is one that the "
               "offense names, in the file given with `--offenses`.",
        .bind = bind_offense,
        .eval = eval_offense,
    },
    {
        .name = "rule_name",
        .kind = FN_SCALAR,
        .params = rules_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .impure = true,
        .spelled = {[LANG_AQL] = "RULENAME"},
        .family = BESIDE_FAMILY,
        .doc = "The names of custom rules, from the file given with `--rules`, joined by `, `; an "
               "id without a name stays. A comparison is true when any of the names passes.",
        .bind = bind_rules,
        .eval = eval_rules,
    },
    {
        .name = "rule_name_is",
        .kind = FN_SCALAR,
        .params = rule_is_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .impure = true,
        .family = BESIDE_FAMILY,
        .doc = "Does the name of any of the rules pass the test (eq, like, ilike, matches, "
               "imatches)?",
        .bind = bind_rule_is,
        .eval = eval_rule_is,
    },
    {0},
};
