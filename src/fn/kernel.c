/* kernel.c - shared helpers of the function families. See kernel.h. */
#include "fn/kernel.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "util/num.h"

static const struct fn_arg absent_arg = {.is_const = true};

const struct fn_arg *arg_at(const struct fn_call *call, size_t i)
{
    return i < call->n_args ? &call->args[i] : &absent_arg;
}

bool arg_given(const struct fn_call *call, size_t i)
{
    const struct fn_arg *arg = arg_at(call, i);

    return !arg->is_const || !val_is_null(&arg->v);
}

struct str arg_text(const struct fn_call *call, size_t i, struct arena *a)
{
    const struct fn_arg *arg = arg_at(call, i);
    char room[VAL_PRINT_MAX];
    struct str s;

    if (!arg->is_const || !cell_text(&arg->v, room, &s))
        return STR("");
    return val_is_text(&arg->v) ? s : arena_str(a, s);
}

bool arg_bool(const struct fn_call *call, size_t i, bool fallback)
{
    const struct fn_arg *arg = arg_at(call, i);

    if (!arg->is_const)
        return fallback;
    if (arg->v.kind == KIND_BOOL)
        return arg->v.u.i != 0;
    if (val_is_text(&arg->v) && arg->v.len > 0)
        return str_eq_nocase(val_as_str(&arg->v), STR("true"));
    return fallback;
}

enum lanner_rc arg_long(const struct fn_call *call, size_t i, const char *name, int64_t fallback,
                        int64_t least, int64_t most, int64_t *out, struct lanner_err *err)
{
    const struct fn_arg *arg = arg_at(call, i);
    int64_t v;

    if (arg->is_const && val_is_null(&arg->v)) {
        *out = fallback;
        return LANNER_OK;
    }
    if (!arg->is_const || !cell_long(&arg->v, &v) || v < least || v > most)
        return err_set_at(err, LANNER_ERR_QUERY, call->at,
                          "%s of %s() must be a whole number from %lld to %lld", name,
                          call_name(call), (long long)least, (long long)most);
    *out = v;
    return LANNER_OK;
}

enum lanner_rc arg_double(const struct fn_call *call, size_t i, const char *name, double fallback,
                          double *out, struct lanner_err *err)
{
    const struct fn_arg *arg = arg_at(call, i);

    if (arg->is_const && val_is_null(&arg->v)) {
        *out = fallback;
        return LANNER_OK;
    }
    if (!arg->is_const || !cell_double(&arg->v, out))
        return err_set_at(err, LANNER_ERR_QUERY, call->at, "%s of %s() must be a number", name,
                          call_name(call));
    return LANNER_OK;
}

const struct val *arg_list(const struct fn_call *call, size_t i, size_t *n)
{
    const struct fn_arg *arg = arg_at(call, i);

    *n = 0;
    if (!arg->is_const || val_is_null(&arg->v))
        return NULL;
    if (arg->v.kind == KIND_ARRAY) {
        *n = arg->v.len;
        return arg->v.u.items;
    }
    *n = 1;
    return &arg->v;
}

const char *call_name(const struct fn_call *call)
{
    for (size_t lang = 0; lang < LANG_COUNT; lang++) {
        if (call->fn->spelled[lang] != NULL)
            return call->fn->spelled[lang];
    }
    return call->fn->name;
}

enum lanner_rc arg_need_const(const struct fn_call *call, size_t i, const char *name,
                              struct lanner_err *err)
{
    if (arg_at(call, i)->is_const)
        return LANNER_OK;
    return err_set_at(err, LANNER_ERR_QUERY, call->at, "%s of %s() must be a constant", name,
                      call_name(call));
}

enum lanner_rc call_err(const struct fn_call *call, enum lanner_rc rc, struct lanner_err *err)
{
    struct lanner_err copy;

    if (rc == LANNER_OK || err == NULL || err->line != 0)
        return rc;
    copy = *err;
    err_set_at(err, rc, call->at, "%s", copy.text);
    if (copy.hint[0] != '\0')
        err_hint(err, "%s", copy.hint);
    return rc;
}

enum lanner_rc call_regex(const struct fn_call *call, struct arena *a, struct str pattern,
                          struct str flags, unsigned more, const struct regex **out,
                          struct lanner_err *err)
{
    enum regex_profile profile =
        call->env != NULL && call->env->strict ? REGEX_CQL_STRICT : REGEX_CQL;
    unsigned bits = 0;
    enum lanner_rc rc = regex_flags_parse(flags, &bits, err);

    if (rc == LANNER_OK)
        rc = regex_compile(a, pattern, bits | more, profile, out, err);
    return call_err(call, rc, err);
}

size_t out_index(const struct fn_call *call, struct str name)
{
    for (size_t j = 0; j < call->n_out; j++) {
        if (str_eq(call->out_names[j], name))
            return j;
    }
    return SIZE_MAX;
}

enum lanner_rc out_map(const struct fn_call *call, const size_t **out, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    fn_names names = {0};
    enum lanner_rc rc = call->fn->writes(call, &names, a, err);

    if (rc == LANNER_OK) {
        size_t *map = ARENA_ARRAY(a, size_t, names.n);

        for (size_t k = 0; k < names.n; k++)
            map[k] = out_index(call, names.items[k]);
        *out = map;
    }
    VEC_DONE(&names);
    return rc;
}

struct str cell_text_or_empty(const struct val *v, char room[VAL_PRINT_MAX])
{
    struct str s;

    return cell_text(v, room, &s) ? s : STR("");
}

bool double_is_long(double d, int64_t *out)
{
    /* 2^63 is exact as a double; everything below it that is integral fits. */
    if (!(d >= -9223372036854775808.0 && d < 9223372036854775808.0) || d != floor(d))
        return false;
    *out = (int64_t)d;
    return true;
}

bool cell_double(const struct val *v, double *out)
{
    struct val n = val_to_num(v);

    if (n.kind == KIND_LONG)
        *out = (double)n.u.i;
    else if (n.kind == KIND_DOUBLE)
        *out = n.u.d;
    else
        return false;
    return true;
}

bool cell_long(const struct val *v, int64_t *out)
{
    struct val n = val_to_num(v);

    if (n.kind == KIND_LONG) {
        *out = n.u.i;
        return true;
    }
    return n.kind == KIND_DOUBLE && double_is_long(n.u.d, out);
}

int cell_truth(const struct val *v)
{
    if (v->kind == KIND_BOOL)
        return v->u.i != 0;
    if (!val_is_text(v))
        return -1;
    if (v->len == 4 && memcmp(v->u.ptr, "true", 4) == 0)
        return 1;
    if (v->len == 5 && memcmp(v->u.ptr, "false", 5) == 0)
        return 0;
    return -1;
}

void run_note(const struct fn_run *run, enum lanner_note_kind kind, const char *fmt, ...)
{
    const struct fn_env *env = run->call->env;
    char text[256];
    va_list ap;

    if (env == NULL || env->note == NULL)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    env->note(env->note_ctx, kind, run->call->at, text);
}

struct val result_text(const struct fn_run *run, struct str s)
{
    if (s.len > TEXT_RESULT_MAX) {
        run_note(run, LANNER_NOTE_INPUT, "a result of %s() above %zu bytes was left out",
                 call_name(run->call), TEXT_RESULT_MAX);
        return VAL_ABSENT;
    }
    if (s.len == 0)
        return val_text("", 0);
    if (UNLIKELY(run_is_full(run)))
        return VAL_ABSENT;
    if (UNLIKELY(run->arena->n_bytes > BATCH_RESULT_MAX)) {
        run_note(run, LANNER_NOTE_INPUT, "results of %s() were left out: they take too much memory",
                 call_name(run->call));
        return VAL_ABSENT;
    }
    return val_str(arena_str(run->arena, s));
}

static void regex_scratch_done(void *ptr)
{
    regex_scratch_free(ptr);
}

struct regex_scratch *run_regex(const struct fn_run *run)
{
    assert(run->local != NULL);
    if (run->local->ptr == NULL) {
        run->local->ptr = regex_scratch_new();
        run->local->done = regex_scratch_done;
    }
    return run->local->ptr;
}

void run_undecided(const struct fn_run *run)
{
    run_note(run, LANNER_NOTE_INPUT,
             "a regular expression hit its match limit: such records count as not matched");
}

enum lanner_rc eval_text(struct fn_run *run, const struct column *args, const struct sel *sel,
                         struct val *out, text_fn fn)
{
    struct buf text = {0};
    char room[VAL_PRINT_MAX];
    struct str in;

    SEL_FOR (sel, i) {
        buf_clear(&text);
        out[i] = VAL_ABSENT;
        if (cell_text(column_at(&args[0], i), room, &in) && fn(run->call, in, &text))
            out[i] = result_text(run, buf_str(&text));
    }
    buf_done(&text);
    return LANNER_OK;
}

void fill_absent(const struct sel *sel, struct val *out)
{
    SEL_FOR (sel, i) {
        out[i] = VAL_ABSENT;
    }
}

static bool is_searched(char c, bool ignore_case, bool whole)
{
    unsigned char u = (unsigned char)c;

    if (u < 0x20 || u == 0x7f || u == '"' || u == '\\' || u == '/')
        return false;
    if (whole && memchr(":,{}[] ", u, 7) != NULL)
        return false;
    return !ignore_case || u < 0x80;
}

/* Whether `":` follows: what stands before is the key of an object. */
static bool is_key_at(struct str s, size_t i)
{
    if (i == s.len || s.ptr[i] != '"')
        return false;
    i++;
    while (i < s.len && s.ptr[i] == ' ')
        i++;
    return i < s.len && s.ptr[i] == ':';
}

size_t fn_literal_worth(struct str s, bool ignore_case, bool whole)
{
    size_t best = 0;
    size_t n = 0;
    size_t len = 0;

    /* Bytes that are rare in logs count more. */
    for (size_t i = 0; i <= s.len; i++) {
        if (i < s.len && is_searched(s.ptr[i], ignore_case, whole)) {
            n += s.ptr[i] >= 'a' && s.ptr[i] <= 'z' ? 2 : 3;
            len++;
            continue;
        }
        if (whole && is_key_at(s, i))
            n = MIN(n, (size_t)1);
        if (len >= 2)
            best = MAX(best, n);
        n = 0;
        len = 0;
    }
    return best;
}

bool literal_add(fn_literals *out, struct str text)
{
    struct fn_literal lit = {.text = text};

    if (text.len == 0)
        return false;
    VEC_PUSH(out, lit);
    return true;
}

bool literal_add_glob(fn_literals *out, const struct glob *g, bool ignore_case)
{
    struct fn_literal lit = {.text = glob_literal(g), .ignore_case = ignore_case};

    if (lit.text.len == 0)
        return false;
    VEC_PUSH(out, lit);
    return true;
}

bool literal_add_like(const struct fn_call *call, fn_literals *out, const struct like *l,
                      bool ignore_case)
{
    struct str field = arg_at(call, 0)->field;
    /* Of an expression nothing is known: it may be the payload in other words. */
    bool whole = field.len == 0 || str_ends(field, STR("payload")) || str_eqz(field, "@rawstring");
    struct fn_literal best = {.text = STR(""), .ignore_case = ignore_case};
    const struct str *runs;
    size_t n = like_runs(l, &runs);
    size_t best_worth = 0;

    for (size_t i = 0; i < n; i++) {
        size_t worth = fn_literal_worth(runs[i], ignore_case, whole);

        if (worth > best_worth) {
            best_worth = worth;
            best.text = runs[i];
        }
    }
    if (best_worth == 0)
        return false;
    VEC_PUSH(out, best);
    return true;
}

bool literal_add_regex(fn_literals *out, const struct regex *re, struct arena *a)
{
    const struct regex_literal *lits;
    size_t n = regex_literals(re, &lits);

    for (size_t k = 0; k < n; k++) {
        struct fn_literal lit = {.text = arena_str(a, lits[k].text), .ignore_case = lits[k].icase};

        VEC_PUSH(out, lit);
    }
    return n > 0;
}
