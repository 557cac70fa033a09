/* detect_args.c - see detect_args.h. */
#include "cli/detect_args.h"

#include <stdlib.h>
#include <unistd.h>

#include "cli/progress.h"
#include "util/hash.h"

#define DEFAULT_PACKS "packs"
/* Different notes that are told; a run over broken logs has no end of them. */
#define MAX_NOTES 200

static enum lanner_rc to_session(void *target, const struct option_row *row, const char *value,
                                 struct lanner_err *err)
{
    struct detect_args *a = target;

    return lanner_session_set(a->args.session, row->key != NULL ? row->key : row->name, value, err);
}

static enum lanner_rc set_now(void *target, const struct option_row *row, const char *value,
                              struct lanner_err *err)
{
    return to_session(target, row, strcmp(value, "real") == 0 ? "" : value, err);
}

static enum lanner_rc add_pack(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct detect_args *a = target;

    (void)row;
    (void)err;
    VEC_PUSH(&a->packs, value);
    return LANNER_OK;
}

static enum lanner_rc add_param(void *target, const struct option_row *row, const char *value,
                                struct lanner_err *err)
{
    struct detect_args *a = target;

    (void)row;
    if (strchr(value, '=') == NULL || value[0] == '=')
        return err_set(err, LANNER_ERR_USAGE, "expected NAME=VALUE, found '%.60s'", value);
    VEC_PUSH(&a->set, value);
    return LANNER_OK;
}

static enum lanner_rc set_text(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct detect_args *a = target;

    (void)err;
    if (strcmp(row->name, "tuning") == 0)
        a->tuning = value;
    else
        a->only = value;
    return LANNER_OK;
}

static enum lanner_rc set_language(void *target, const struct option_row *row, const char *value,
                                   struct lanner_err *err)
{
    struct detect_args *a = target;
    bool both = strcmp(value, "both") == 0;

    (void)row;
    a->language[QUERY_AQL] = both || strcmp(value, "aql") == 0;
    a->language[QUERY_CQL] = both || strcmp(value, "cql") == 0;
    if (!a->language[QUERY_AQL] && !a->language[QUERY_CQL])
        return err_set(err, LANNER_ERR_USAGE, "expected aql, cql or both, found '%.60s'", value);
    return LANNER_OK;
}

/* clang-format off */
const struct option_row detect_run_options[] = {
    {.name = "pack", .letter = 'p', .arg = "PATH", .apply = add_pack,
     .help = "a pack, a folder of packs, or the .yaml of one detection; may be given several times"},
    {.name = "language", .letter = 'l', .arg = "WHICH", .apply = set_language,
     .help = "aql, cql or both; default the one that each detection prefers"},
    {.name = "only", .arg = "GLOB", .apply = set_text, .help = "only detections whose id fits GLOB"},
    {.name = "param", .arg = "[ID.]NAME=VALUE", .apply = add_param,
     .help = "value of a parameter (of the detection ID); may be given several times"},
    {.name = "tuning", .arg = "PATH", .apply = set_text,
     .help = "tuning.yaml, or the folder it is in: allow-lists, thresholds, baselines"},
    {.name = "now", .arg = "TIME", .apply = set_now,
     .help = "the clock: an RFC 3339 instant, 'real', or 'data' for the newest event (default)"},
    {.name = "from", .arg = "TIME", .apply = to_session,
     .help = "only events from TIME on: RFC 3339, epoch milliseconds, or a span ago such as 7d"},
    {.name = "to", .arg = "TIME", .apply = to_session, .help = "only events before TIME"},
    {.name = "event-time", .arg = "WHICH", .apply = to_session,
     .help = "'happened' (default) or 'emitted': which time of a sign-in counts"},
    {.name = "no-dedup", .apply = to_session, .key = "dedup", .value = "0",
     .help = "count records that are repeated under one id as often as they occur"},
    {.name = "missing-data", .arg = "WHAT", .apply = to_session,
     .help = "'refuse' (default) or 'ignore' functions whose data was not given"},
    {.name = "strict", .apply = to_session, .value = "1",
     .help = "refuse what the vendor's product would refuse"},
    {0},
};
/* clang-format on */

enum lanner_rc detect_args_init(struct detect_args *a, struct lanner_err *err)
{
    memset(a, 0, sizeof(*a));
    query_args_init(&a->args);
    TRY(lanner_session_set(a->args.session, "now", "data", err));
    /* A pack has queries for all kinds of log: most find nothing, for no reason of interest. */
    TRY(lanner_session_set(a->args.session, "hints", "0", err));
    return lanner_session_set(a->args.session, "dedup", "1", err);
}

void detect_args_done(struct detect_args *a)
{
    pack_set_free(a->set_of_packs);
    VEC_DONE(&a->packs);
    VEC_DONE(&a->set);
    query_args_done(&a->args);
}

static void say_problems(const struct pack_set *packs)
{
    for (size_t i = 0; i < packs->n_problems; i++)
        message_error(&packs->problems[i].err, "", STR_NONE);
}

static enum lanner_rc no_logs(struct detect_args *a, bool optional, struct lanner_err *err)
{
    if (optional)
        return LANNER_OK;
    if (isatty(STDIN_FILENO) == 1) {
        err_set(err, LANNER_ERR_USAGE, "no logs are given");
        err_hint(err, "add files or folders, or pipe logs into standard input");
        return LANNER_ERR_USAGE;
    }
    a->has_logs = true;
    return lanner_session_add_input(a->args.session, "-", err);
}

static enum lanner_rc default_packs(struct detect_args *a, struct lanner_err *err)
{
    if (a->packs.n > 0)
        return LANNER_OK;
    if (!pack_is_path(DEFAULT_PACKS)) {
        err_set(err, LANNER_ERR_USAGE, "no pack is given");
        err_hint(err, "name a pack's folder before the logs, or with --pack");
        return LANNER_ERR_USAGE;
    }
    VEC_PUSH(&a->packs, DEFAULT_PACKS);
    return LANNER_OK;
}

enum lanner_rc detect_args_read(struct detect_args *a, const char *const *words, size_t n,
                                bool logs_optional, struct lanner_err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (pack_is_path(words[i])) {
            VEC_PUSH(&a->packs, words[i]);
            continue;
        }
        TRY(lanner_session_add_input(a->args.session, words[i], err));
        a->has_logs = true;
    }
    TRY(default_packs(a, err));
    TRY(pack_set_open(a->packs.items, a->packs.n, &a->set_of_packs, err));
    say_problems(a->set_of_packs);
    return a->has_logs ? LANNER_OK : no_logs(a, logs_optional, err);
}

struct detect_options detect_args_options(const struct detect_args *a)
{
    return (struct detect_options){
        .session = a->args.session,
        .tuning = a->tuning,
        .set = a->set.items,
        .n_set = a->set.n,
        .language = {a->language[0], a->language[1]},
        .only = a->only,
    };
}

void detect_notes_init(struct detect_notes *n)
{
    *n = (struct detect_notes){.seen = xcalloc(1, sizeof(*n->seen))};
    strmap_init(n->seen);
}

void detect_notes_done(struct detect_notes *n)
{
    if (n->seen != NULL)
        strmap_done(n->seen);
    free(n->seen);
    n->seen = NULL;
}

/* Repairs and warnings that stand at a place in a query are its author's business (lanner lint); so
 * is that no event has a field or tag that it names: the report says which sources it would need.
 */
static bool is_of_author(const struct lanner_note *note)
{
    return note->kind == LANNER_NOTE_REPAIR ||
           (note->kind == LANNER_NOTE_WARNING && note->line != 0);
}

void detect_note(void *ctx, const struct lanner_note *note)
{
    struct detect_notes *n = ctx;
    struct lanner_note bare = *note;

    if (is_of_author(note) || (n->quiet && note->kind != LANNER_NOTE_INPUT))
        return;
    if (n->seen->n >= MAX_NOTES || strmap_get(n->seen, str_z(note->text)) != SIZE_MAX)
        return;
    strmap_put(n->seen, str_z(note->text), 1);
    if (n->progress != NULL)
        progress_hide(n->progress);
    bare.line = bare.column = 0; /* of a query that is not named */
    message_note(&bare);
}

void detect_say_failures(const struct detect_result *result)
{
    for (size_t i = 0; i < result->n_outcomes; i++) {
        const struct detection_outcome *o = &result->outcomes[i];
        struct str file = o->detection->query_file[o->language];

        if (o->err.rc == LANNER_OK)
            continue;
        message_put("lanner: detection %.*s %s in %s:", STR_ARG(o->detection->id),
                    o->what == FAILED ? "did not run" : "ran, but not to its end",
                    query_language_name(o->language));
        message_error(&o->err, file.ptr != NULL ? file.ptr : "query",
                      o->detection->query[o->language]);
    }
}
