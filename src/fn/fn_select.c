/* fn_select.c - rows without a spelling in any language, by which further forms of a query pick
 * events (lanner_query_variant): the values of one field, and the allow-lists. */
#include "fn/kernel.h"
#include "lookup/lookup.h"
#include "util/hash.h"
#include "util/ip.h"
#include "util/num.h"
#include "util/utf8.h"

/* ---- same_text_in: a field has one of some texts, without regard to case ---- */

struct texts {
    struct strmap known; /* folded */
    bool empty;          /* no value is one of them */
};

static void texts_done(void *ptr)
{
    struct texts *t = ptr;

    strmap_done(&t->known);
}

static enum lanner_rc bind_text_in(struct fn_call *call, struct lanner_err *err)
{
    struct texts *t = ARENA_NEW(call->env->arena, struct texts);
    const struct val *items;
    struct buf folded = {0};
    size_t n;

    TRY(arg_need_const(call, 1, "values", err));
    strmap_init(&t->known);
    arena_defer(call->env->arena, texts_done, t);
    items = arg_list(call, 1, &n);
    for (size_t i = 0; i < n; i++) {
        buf_clear(&folded);
        utf8_put_folded(&folded, val_as_str(&items[i]));
        strmap_put(&t->known, buf_str(&folded), i);
        t->empty |= items[i].len == 0;
    }
    buf_done(&folded);
    call->state = t;
    return LANNER_OK;
}

static enum lanner_rc eval_text_in(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct texts *t = run->call->state;
    struct buf folded = {0};

    (void)err;
    SEL_FOR (sel, i) {
        char room[VAL_PRINT_MAX];
        struct str text = STR("");
        bool has = cell_text(column_at(&args[0], i), room, &text);

        buf_clear(&folded);
        utf8_put_folded(&folded, text);
        out[i] = val_bool(has && text.len > 0 ? strmap_get(&t->known, buf_str(&folded)) != SIZE_MAX
                                              : t->empty);
    }
    buf_done(&folded);
    return LANNER_OK;
}

/* Folding leaves runs of ASCII as they are, but for case. */
static struct str ascii_run(struct str s)
{
    struct str best = STR("");
    size_t start = 0;

    for (size_t i = 0; i <= s.len; i++) {
        if (i < s.len && (unsigned char)s.ptr[i] < 0x80)
            continue;
        if (i - start > best.len)
            best = str_of(s.ptr + start, i - start);
        start = i + 1;
    }
    return best;
}

static bool literals_text_in(const struct fn_call *call, fn_literals *out, struct arena *a)
{
    size_t n;
    const struct val *items = arg_list(call, 1, &n);

    (void)a;
    for (size_t i = 0; i < n; i++) {
        struct fn_literal literal = {ascii_run(val_as_str(&items[i])), true};

        if (literal.text.len == 0)
            return false;
        VEC_PUSH(out, literal);
    }
    return n > 0;
}

/* ---- the allow-lists ---- */

enum {
    ARG_SOURCE,
    ARG_USER,
    ARG_AGENT,
    ARG_APP_ID,
    ARG_APP_NAME,
    ARG_ASN,
    ARG_TIME,
    ARG_DETECTION
};

static enum lanner_rc bind_allow(struct fn_call *call, struct lanner_err *err)
{
    const struct fn_env *env = call->env;
    const struct allow *list = env->folders != NULL ? env->folders->allow : NULL;
    struct str detection;

    TRY(arg_need_const(call, ARG_DETECTION, "detection", err));
    detection = arg_text(call, ARG_DETECTION, env->arena);
    if (list != NULL)
        call->state = (void *)allow_use_new(list, env->now_ns, detection, env->arena);
    return LANNER_OK;
}

static void room_free(void *ptr)
{
    allow_room_done(ptr);
    free(ptr);
}

/* Of numbers the text is printed into `room`. */
static struct str text_of(const struct column *args, size_t arg, uint32_t row, char *room)
{
    return cell_text_or_empty(column_at(&args[arg], row), room);
}

static size_t find_entry(const struct fn_run *run, const struct column *args, uint32_t row,
                         struct allow_room *room)
{
    char text[6][VAL_PRINT_MAX];
    const struct val *time = column_at(&args[ARG_TIME], row);
    struct allow_subject s = {
        .address = text_of(args, ARG_SOURCE, row, text[0]),
        .account = text_of(args, ARG_USER, row, text[1]),
        .user_agent = text_of(args, ARG_AGENT, row, text[2]),
        .app_id = text_of(args, ARG_APP_ID, row, text[3]),
        .app_name = text_of(args, ARG_APP_NAME, row, text[4]),
        .asn = text_of(args, ARG_ASN, row, text[5]),
        .time_ms = ALLOW_OPEN,
    };

    if (!cell_long(time, &s.time_ms))
        s.time_ms = ALLOW_OPEN;
    s.has_ip = ip_parse(str_trim(s.address), s.ip);
    return allow_find(run->call->state, &s, room);
}

static struct allow_room *room_of(struct fn_run *run)
{
    if (run->local->ptr == NULL) {
        run->local->ptr = xcalloc(1, sizeof(struct allow_room));
        run->local->done = room_free;
    }
    return run->local->ptr;
}

static enum lanner_rc eval_allow(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, bool number)
{
    struct allow_room *room = room_of(run);

    room->undecided = false;
    SEL_FOR (sel, i) {
        size_t entry = run->call->state != NULL ? find_entry(run, args, i, room) : SIZE_MAX;

        if (!number)
            out[i] = val_bool(entry != SIZE_MAX);
        else
            out[i] = entry != SIZE_MAX ? val_long((int64_t)entry) : VAL_ABSENT;
    }
    if (room->undecided)
        run_undecided(run);
    return LANNER_OK;
}

static enum lanner_rc eval_allow_entry(struct fn_run *run, const struct column *args,
                                       const struct sel *sel, struct val *out,
                                       struct lanner_err *err)
{
    (void)err;
    return eval_allow(run, args, sel, out, true);
}

static enum lanner_rc eval_allow_takes(struct fn_run *run, const struct column *args,
                                       const struct sel *sel, struct val *out,
                                       struct lanner_err *err)
{
    (void)err;
    return eval_allow(run, args, sel, out, false);
}

static const struct fn_param text_in_params[] = {PARAM("field", P_EXPR, PARAM_FIRST, NULL),
                                                 PARAM("values", P_LIST, PARAM_REQUIRED, NULL),
                                                 PARAMS_END};
static const struct fn_param allow_params[] = {PARAM("source", P_EXPR, PARAM_REQUIRED, NULL),
                                               PARAM("user", P_EXPR, PARAM_REQUIRED, NULL),
                                               PARAM("agent", P_EXPR, PARAM_REQUIRED, NULL),
                                               PARAM("app_id", P_EXPR, PARAM_REQUIRED, NULL),
                                               PARAM("app", P_EXPR, PARAM_REQUIRED, NULL),
                                               PARAM("asn", P_EXPR, PARAM_REQUIRED, NULL),
                                               PARAM("time", P_EXPR, PARAM_REQUIRED, NULL),
                                               PARAM("detection", P_TEXT, 0, NULL),
                                               PARAMS_END};

const struct fn_def fn_select[] = {
    {
        .name = "same_text_in",
        .kind = FN_PREDICATE,
        .params = text_in_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .family = "Filters",
        .doc = "Is the text one of the values, without regard to case? No value is the empty text.",
        .bind = bind_text_in,
        .eval = eval_text_in,
        .literals = literals_text_in,
    },
    {
        .name = "allow_entry",
        .kind = FN_SCALAR,
        .params = allow_params,
        .ret = TYPE_LONG,
        .nulls = FN_NULLS_SEEN,
        .impure = true,
        .family = "Filters",
        .doc = "The number of the allow-list entry that takes the event.",
        .bind = bind_allow,
        .eval = eval_allow_entry,
    },
    {
        .name = "allow_takes",
        .kind = FN_PREDICATE,
        .params = allow_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .impure = true,
        .family = "Filters",
        .doc = "Does an entry of the allow-lists take the event?",
        .bind = bind_allow,
        .eval = eval_allow_takes,
    },
    {0},
};
