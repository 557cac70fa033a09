/* fn_aql_misc.c - AQL: regular expressions in text, choosing a value, CAST, CARDINALITY, digests
 * and encodings. Patterns are Java's and constants. */
#include "fn/aql_value.h"
#include "fn/kernel.h"

#include "util/digest.h"
#include "util/utf8.h"

/* ---- REPLACEALL, REPLACEFIRST ------------------------------------------------------------------
 */

enum { REPLACE_REGEX, REPLACE_TEXT, REPLACE_WITH };

struct replace {
    const struct regex *re;
    const struct regex_template *with;
};

static enum lanner_rc bind_regex(const struct fn_call *call, size_t arg, const struct regex **out,
                                 struct lanner_err *err)
{
    struct arena *a = call->env->arena;

    TRY(arg_need_const(call, arg, "the regular expression", err));
    return call_err(
        call, regex_compile(a, arg_text(call, arg, a), REGEX_NUMBERED, REGEX_JAVA, out, err), err);
}

static enum lanner_rc bind_replace(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct replace *r = ARENA_NEW(a, struct replace);

    TRY(bind_regex(call, REPLACE_REGEX, &r->re, err));
    TRY(arg_need_const(call, REPLACE_WITH, "the replacement", err));
    TRY(call_err(call,
                 regex_template_compile(a, r->re, arg_text(call, REPLACE_WITH, a), &r->with, err),
                 err));
    call->state = r;
    return LANNER_OK;
}

typedef enum regex_result (*replace_fn)(const struct regex *re, struct regex_scratch *s,
                                        struct str subject, const struct regex_template *t,
                                        struct buf *out);

static enum lanner_rc replace_cells(const struct fn_run *run, const struct column *args,
                                    const struct sel *sel, struct val *out, replace_fn replace)
{
    const struct replace *r = run->call->state;
    struct regex_scratch *scratch = run_regex(run);
    struct buf text = {0};
    char room[AQL_TEXT_MAX];
    struct str s;

    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[REPLACE_TEXT], i);
        enum regex_result result;

        out[i] = VAL_ABSENT;
        if (!aql_text(v, room, &s))
            continue;
        buf_clear(&text);
        result = replace(r->re, scratch, s, r->with, &text);
        if (result == REGEX_MATCH)
            out[i] = result_text(run, buf_str(&text));
        else
            out[i] = val_is_text(v) ? *v : result_text(run, s);
        if (result == REGEX_UNDECIDED)
            run_undecided(run);
        if (run_is_full(run))
            break;
    }
    buf_done(&text);
    return LANNER_OK;
}

static enum lanner_rc eval_replace_all(struct fn_run *run, const struct column *args,
                                       const struct sel *sel, struct val *out,
                                       struct lanner_err *err)
{
    (void)err;
    return replace_cells(run, args, sel, out, regex_replace);
}

static enum lanner_rc eval_replace_first(struct fn_run *run, const struct column *args,
                                         const struct sel *sel, struct val *out,
                                         struct lanner_err *err)
{
    (void)err;
    return replace_cells(run, args, sel, out, regex_replace_first);
}

/* ---- REGEXP_EXTRACT ----------------------------------------------------------------------------
 */

enum { EXTRACT_TEXT, EXTRACT_REGEX, EXTRACT_GROUP };

struct extract {
    const struct regex *re;
    bool chosen;
    int64_t group;
};

static enum lanner_rc bind_extract(struct fn_call *call, struct lanner_err *err)
{
    struct extract *x = ARENA_NEW(call->env->arena, struct extract);

    TRY(bind_regex(call, EXTRACT_REGEX, &x->re, err));
    TRY(arg_need_const(call, EXTRACT_GROUP, "the group", err));
    x->chosen = arg_given(call, EXTRACT_GROUP);
    TRY(arg_long(call, EXTRACT_GROUP, "the group", 0, 0, REGEX_MAX_GROUPS, &x->group, err));
    call->state = x;
    return LANNER_OK;
}

static enum lanner_rc eval_extract(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct extract *x = run->call->state;
    struct regex_scratch *scratch = run_regex(run);
    char room[AQL_TEXT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[EXTRACT_TEXT], i);
        enum regex_result result;
        struct regex_match m;
        struct str part;

        out[i] = VAL_ABSENT;
        if (!aql_text(v, room, &s))
            continue;
        result = regex_search(x->re, scratch, s, 0, &m);
        if (result == REGEX_UNDECIDED)
            run_undecided(run);
        if (result != REGEX_MATCH)
            continue;
        part = regex_match_group(&m, x->chosen ? (uint32_t)x->group : m.n > 1, s);
        if (part.ptr == NULL)
            continue;
        out[i] = val_is_text(v) && part.len > 0 ? val_str(part) : result_text(run, part);
    }
    return LANNER_OK;
}

/* ---- choosing a value --------------------------------------------------------------------------
 */

static enum lanner_rc eval_coalesce(struct fn_run *run, const struct column *args,
                                    const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    SEL_FOR (sel, i) {
        out[i] = VAL_ABSENT;
        for (size_t k = 0; k < run->call->n_args && val_is_null(&out[i]); k++)
            out[i] = *column_at(&args[k], i);
    }
    return LANNER_OK;
}

static enum lanner_rc eval_nullif(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    SEL_FOR (sel, i) {
        const struct val *a = column_at(&args[0], i);
        const struct val *b = column_at(&args[1], i);
        bool same = !val_is_null(a) && !val_is_null(b) &&
                    aql_relate(run->call->env, (struct aql_side){a, NULL},
                               (struct aql_side){b, NULL}) == AQL_EQUAL;

        out[i] = same ? VAL_ABSENT : *a;
    }
    return LANNER_OK;
}

/* ---- CAST --------------------------------------------------------------------------------------
 */

/* CAST is one of the casts by name; the row of that cast does the work. */
static const struct {
    const char *type;
    const char *row;
} casts[] = {
    {"STRING", "aql_str"},    {"VARCHAR", "aql_str"},    {"CHAR", "aql_str"},
    {"TEXT", "aql_str"},      {"NVARCHAR", "aql_str"},   {"INT", "aql_long"},
    {"INTEGER", "aql_long"},  {"LONG", "aql_long"},      {"BIGINT", "aql_long"},
    {"SMALLINT", "aql_long"}, {"DOUBLE", "aql_double"},  {"FLOAT", "aql_double"},
    {"REAL", "aql_double"},   {"DECIMAL", "aql_double"}, {"NUMERIC", "aql_double"},
    {"BOOLEAN", "aql_bool"},  {"BOOL", "aql_bool"},      {"IP", "aql_host"},
    {"HOST", "aql_host"},     {"INET", "aql_host"},
};

static enum lanner_rc bind_cast(struct fn_call *call, struct lanner_err *err)
{
    struct str type = str_trim(arg_text(call, 1, call->env->arena));
    size_t paren = str_find_char(type, '(');

    TRY(arg_need_const(call, 1, "the type", err));
    /* VARCHAR(255), DOUBLE PRECISION */
    if (paren != SIZE_MAX)
        type = str_trim(str_of(type.ptr, paren));
    if (str_eq_nocase(type, STR("DOUBLE PRECISION")))
        type.len = strlen("DOUBLE");
    for (size_t k = 0; k < ARRAY_LEN(casts); k++) {
        if (str_eq_nocase(type, str_z(casts[k].type))) {
            call->state = (void *)fn_named(casts[k].row);
            assert(call->state != NULL);
            return LANNER_OK;
        }
    }
    err_set_at(err, LANNER_ERR_QUERY, call->at, "CAST knows no type '%.*s'", STR_ARG(type));
    err_hint(err, "expected STRING, VARCHAR, INT, LONG, BIGINT, DOUBLE, FLOAT, BOOLEAN or IP");
    return LANNER_ERR_QUERY;
}

static enum lanner_rc eval_cast(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct fn_def *cast = run->call->state;

    return cast->eval(run, args, sel, out, err);
}

/* ---- CARDINALITY -------------------------------------------------------------------------------
 */

/* Lists are arrays, or texts joined by a comma and a blank, as ARRAY_AGG makes them. */
static enum lanner_rc eval_cardinality(struct fn_run *run, const struct column *args,
                                       const struct sel *sel, struct val *out,
                                       struct lanner_err *err)
{
    char room[AQL_TEXT_MAX];
    struct str s;

    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[0], i);
        int64_t n = 0;

        out[i] = VAL_ABSENT;
        if (v->kind == KIND_ARRAY) {
            out[i] = val_long(v->len);
            continue;
        }
        if (!aql_text(v, room, &s))
            continue;
        while (s.len > 0) {
            size_t at = str_find(s, STR(", "));

            n++;
            s = at == SIZE_MAX ? STR("") : str_of(s.ptr + at + 2, s.len - at - 2);
        }
        out[i] = val_long(n);
    }
    return LANNER_OK;
}

/* ---- digests, HEX ------------------------------------------------------------------------------
 */

static void put_hex(struct buf *out, const void *bytes, size_t n, const char digits[17])
{
    const unsigned char *p = bytes;

    for (size_t k = 0; k < n; k++) {
        buf_putc(out, digits[p[k] >> 4]);
        buf_putc(out, digits[p[k] & 15]);
    }
}

static enum lanner_rc digest_cells(const struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, enum digest_kind kind)
{
    struct buf text = {0};
    char room[AQL_TEXT_MAX];
    struct str s;

    SEL_FOR (sel, i) {
        unsigned char bytes[DIGEST_MAX];

        out[i] = VAL_ABSENT;
        if (!aql_text(column_at(&args[0], i), room, &s))
            continue;
        buf_clear(&text);
        put_hex(&text, bytes, digest_of(kind, &s, 1, bytes), "0123456789abcdef");
        out[i] = result_text(run, buf_str(&text));
    }
    buf_done(&text);
    return LANNER_OK;
}

#define DIGEST_KERNEL(id, kind)                                                                    \
    static enum lanner_rc eval_##id(struct fn_run *run, const struct column *args,                 \
                                    const struct sel *sel, struct val *out,                        \
                                    struct lanner_err *err)                                        \
    {                                                                                              \
        (void)err;                                                                                 \
        return digest_cells(run, args, sel, out, kind);                                            \
    }
DIGEST_KERNEL(md5, DIGEST_MD5)
DIGEST_KERNEL(sha1, DIGEST_SHA1)
DIGEST_KERNEL(sha256, DIGEST_SHA256)

/* An integer's digits without leading zeros, a text's bytes. */
static enum lanner_rc eval_hex(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    struct buf text = {0};
    char room[AQL_TEXT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[0], i);

        out[i] = VAL_ABSENT;
        if (v->kind == KIND_LONG) {
            out[i] = val_str(arena_printf(run->arena, "%llX", (unsigned long long)v->u.i));
        } else if (aql_text(v, room, &s)) {
            buf_clear(&text);
            put_hex(&text, s.ptr, s.len, "0123456789ABCDEF");
            out[i] = result_text(run, buf_str(&text));
        }
    }
    buf_done(&text);
    return LANNER_OK;
}

static int hex_digit(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Pairs of digits, with or without 0x before them; anything else is no encoding. */
static bool put_unhex(struct buf *out, struct str s)
{
    if (s.len >= 2 && s.ptr[0] == '0' && ascii_lower(s.ptr[1]) == 'x')
        s = str_of(s.ptr + 2, s.len - 2);
    if (s.len % 2 != 0)
        return false;
    for (size_t i = 0; i < s.len; i += 2) {
        int high = hex_digit(s.ptr[i]);
        int low = hex_digit(s.ptr[i + 1]);

        if (high < 0 || low < 0)
            return false;
        buf_putc(out, (char)(high << 4 | low));
    }
    return true;
}

static enum lanner_rc eval_unhex(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    struct buf raw = {0};
    struct buf text = {0};
    char room[AQL_TEXT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        out[i] = VAL_ABSENT;
        buf_clear(&raw);
        buf_clear(&text);
        if (!aql_text(column_at(&args[0], i), room, &s) || !put_unhex(&raw, s))
            continue;
        for (size_t k = 0; k < raw.len;)
            utf8_put(&text, utf8_next(buf_str(&raw), &k));
        out[i] = result_text(run, buf_str(&text));
    }
    buf_done(&raw);
    buf_done(&text);
    return LANNER_OK;
}

/* ---- rows --------------------------------------------------------------------------------------
 */

static const struct fn_param replace_params[] = {
    PARAM("regex", P_TEXT, PARAM_FIRST, NULL), PARAM("text", P_EXPR, PARAM_REQUIRED, NULL),
    PARAM("replacement", P_TEXT, PARAM_REQUIRED, NULL), PARAMS_END};
static const struct fn_param extract_params[] = {PARAM("text", P_EXPR, PARAM_FIRST, NULL),
                                                 PARAM("regex", P_TEXT, PARAM_REQUIRED, NULL),
                                                 PARAM("group", P_NUMBER, 0, NULL), PARAMS_END};
static const struct fn_param many_params[] = {
    PARAM("values", P_EXPR, PARAM_FIRST | PARAM_MANY, NULL), PARAMS_END};
static const struct fn_param one_params[] = {PARAM("x", P_EXPR, PARAM_FIRST, NULL), PARAMS_END};
static const struct fn_param two_params[] = {PARAM("x", P_EXPR, PARAM_FIRST, NULL),
                                             PARAM("y", P_EXPR, PARAM_REQUIRED, NULL), PARAMS_END};
static const struct fn_param cast_params[] = {
    PARAM("x", P_EXPR, PARAM_FIRST, NULL), PARAM("type", P_TEXT, PARAM_REQUIRED, NULL), PARAMS_END};

#define ROW(row_name, spelling, id, params_, bind_, type, nulls_, family_, doc_)                   \
    {                                                                                              \
        .name = row_name, .kind = FN_SCALAR, .params = params_##_params, .ret = type,              \
        .nulls = nulls_, .spelled = {[LANG_AQL] = spelling}, .family = family_, .doc = doc_,       \
        .bind = bind_, .eval = eval_##id                                                           \
    }
#define TEXT_ROW(row_name, spelling, id, params_, bind_, doc_)                                     \
    ROW(row_name, spelling, id, params_, bind_, TYPE_TEXT, FN_NULL_IN_NULL_OUT,                    \
        "Strings and text", doc_)
#define VALUE_ROW(row_name, spelling, id, params_, doc_)                                           \
    ROW(row_name, spelling, id, params_, NULL, TYPE_ANY, FN_NULLS_SEEN,                            \
        "Conditional and value functions", doc_)
#define EXTRACT_DOC                                                                                \
    "What the group of the first match matched; without a group the first, or all of it when the " \
    "pattern has none."
#define FIRST_DOC "The first value that is not null."

const struct fn_def fn_aql_misc[] = {
    TEXT_ROW("aql_replaceall", "REPLACEALL", replace_all, replace, bind_replace,
             "The text with every match of the pattern replaced; `$1` stands for a group."),
    TEXT_ROW("aql_replacefirst", "REPLACEFIRST", replace_first, replace, bind_replace,
             "The text with the first match of the pattern replaced; `$1` stands for a group."),
    TEXT_ROW("aql_regexp_extract", "REGEXP_EXTRACT", extract, extract, bind_extract, EXTRACT_DOC),
    TEXT_ROW("aql_regex_extract", "REGEX_EXTRACT", extract, extract, bind_extract, EXTRACT_DOC),
    VALUE_ROW("aql_coalesce", "COALESCE", coalesce, many, FIRST_DOC),
    VALUE_ROW("aql_ifnull", "IFNULL", coalesce, two, FIRST_DOC),
    VALUE_ROW("aql_nvl", "NVL", coalesce, two, FIRST_DOC),
    VALUE_ROW("aql_nullif", "NULLIF", nullif, two, "x, but null when it equals y."),
    ROW("aql_cast", NULL, cast, cast, bind_cast, TYPE_ANY, FN_NULL_IN_NULL_OUT, "Casts",
        "The value as STRING, LONG, DOUBLE, BOOLEAN or IP; null when it cannot be."),
    ROW("aql_cardinality", "CARDINALITY", cardinality, one, NULL, TYPE_LONG, FN_NULL_IN_NULL_OUT,
        "Strings and text", "Number of elements of a list."),
    TEXT_ROW("aql_md5", "MD5", md5, one, NULL, "MD5 digest in hexadecimal."),
    TEXT_ROW("aql_sha1", "SHA1", sha1, one, NULL, "SHA-1 digest in hexadecimal."),
    TEXT_ROW("aql_sha256", "SHA256", sha256, one, NULL, "SHA-256 digest in hexadecimal."),
    TEXT_ROW("aql_hex", "HEX", hex, one, NULL,
             "An integer in hexadecimal, or the bytes of a text."),
    TEXT_ROW("aql_unhex", "UNHEX", unhex, one, NULL,
             "The text whose bytes the hexadecimal digits give."),
    {0},
};
