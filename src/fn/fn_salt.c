/* fn_salt.c - hashMatch() and hashRewrite(): values hidden behind a salted hash (cql.md 3.1).
 *
 * How LogScale puts salt and value together is not documented; here it is the digest of the salt
 * followed by the value. So a hash made by one of the two is found by the other. */
#include "fn/kernel.h"
#include "util/digest.h"

#define HASH_TEXT_MAX 96 /* 512 bits are 86 characters of base64 */

struct salt_call {
    enum digest_kind kind;
    size_t n_bytes;
    struct str salt;
    struct str found; /* hashMatch: what is looked for */
    bool in_raw;
    size_t out, raw_out;
};

/* The first bits of the digest in base64 without padding; returns the length. */
static size_t salted(const struct salt_call *p, struct str value, char out[HASH_TEXT_MAX])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const struct str parts[] = {p->salt, value};
    unsigned char bytes[DIGEST_MAX];
    uint32_t bits = 0;
    unsigned n_bits = 0;
    size_t n = 0;

    (void)digest_of(p->kind, parts, ARRAY_LEN(parts), bytes);
    for (size_t k = 0; k < p->n_bytes; k++) {
        bits = bits << 8 | bytes[k];
        for (n_bits += 8; n_bits >= 6; n_bits -= 6)
            out[n++] = digits[bits >> (n_bits - 6) & 63];
    }
    if (n_bits > 0)
        out[n++] = digits[bits << (6 - n_bits) & 63];
    return n;
}

static enum lanner_rc bind_salt(struct fn_call *call, size_t salt, size_t hash, size_t bits,
                                struct salt_call **out, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct salt_call *p = ARENA_NEW(a, struct salt_call);
    int64_t most, n;

    TRY(arg_need_const(call, salt, "salt", err));
    p->kind = str_eqz(arg_text(call, hash, a), "sha512") ? DIGEST_SHA512 : DIGEST_SHA256;
    most = p->kind == DIGEST_SHA512 ? 512 : 256;
    TRY(arg_long(call, bits, "bits", MIN(most, 256), 8, most, &n, err));
    if (n % 8 != 0)
        return err_set_at(err, LANNER_ERR_QUERY, call->at, "bits of %s() is a multiple of 8",
                          call_name(call));
    p->n_bytes = (size_t)n / 8;
    p->salt = arg_text(call, salt, a);
    call->state = p;
    *out = p;
    return LANNER_OK;
}

enum { MATCH_INPUT, MATCH_SALT, MATCH_FIELD, MATCH_HASH, MATCH_BITS };

static enum lanner_rc bind_match(struct fn_call *call, struct lanner_err *err)
{
    char text[HASH_TEXT_MAX];
    struct salt_call *p = NULL;

    TRY(bind_salt(call, MATCH_SALT, MATCH_HASH, MATCH_BITS, &p, err));
    TRY(arg_need_const(call, MATCH_INPUT, "input", err));
    p->found = str_of(text, salted(p, arg_text(call, MATCH_INPUT, call->env->arena), text));
    p->found = arena_str(call->env->arena, p->found);
    p->in_raw = str_eqz(arg_at(call, MATCH_FIELD)->field, "@rawstring");
    return LANNER_OK;
}

static enum lanner_rc eval_match(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct salt_call *p = run->call->state;
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        bool hit = cell_text(column_at(&args[MATCH_FIELD], i), room, &s);

        out[i] =
            val_bool(hit && (p->in_raw ? str_find(s, p->found) != SIZE_MAX : str_eq(s, p->found)));
    }
    return LANNER_OK;
}

enum {
    REWRITE_FIELD,
    REWRITE_SALT,
    REWRITE_AS,
    REWRITE_HASH,
    REWRITE_BITS,
    REWRITE_RAW,
    REWRITE_IN
};

static struct str output_of(const struct fn_call *call)
{
    struct str as = arg_text(call, REWRITE_AS, call->env->arena);

    return as.len > 0 ? as : arg_at(call, REWRITE_FIELD)->field;
}

static enum lanner_rc writes_rewrite(const struct fn_call *call, fn_names *names, struct arena *a,
                                     struct lanner_err *err)
{
    (void)a;
    if (output_of(call).len == 0)
        return err_set_at(err, LANNER_ERR_QUERY, call->at,
                          "hashRewrite() needs the name of a field");
    VEC_PUSH(names, output_of(call));
    if (arg_bool(call, REWRITE_RAW, true))
        VEC_PUSH(names, STR("@rawstring"));
    return LANNER_OK;
}

static enum lanner_rc bind_rewrite(struct fn_call *call, struct lanner_err *err)
{
    struct salt_call *p = NULL;

    TRY(bind_salt(call, REWRITE_SALT, REWRITE_HASH, REWRITE_BITS, &p, err));
    p->in_raw = arg_bool(call, REWRITE_RAW, true);
    p->out = out_index(call, output_of(call));
    p->raw_out = out_index(call, STR("@rawstring"));
    return LANNER_OK;
}

/* Every occurrence of the value gives way to the hash. */
static struct val replaced(const struct fn_run *run, struct str raw, struct str value,
                           struct str hash)
{
    struct buf text = {0};
    struct val v;

    for (size_t at; (at = str_find(raw, value)) != SIZE_MAX;) {
        buf_put_str(&text, str_of(raw.ptr, at));
        buf_put_str(&text, hash);
        raw = str_of(raw.ptr + at + value.len, raw.len - at - value.len);
    }
    buf_put_str(&text, raw);
    v = result_text(run, buf_str(&text));
    buf_done(&text);
    return v;
}

static enum lanner_rc eval_rewrite(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct fn_multi *out,
                                   struct lanner_err *err)
{
    const struct salt_call *p = run->call->state;
    char room[VAL_PRINT_MAX], raw_room[VAL_PRINT_MAX], hash[HASH_TEXT_MAX];
    struct str s, raw;

    (void)err;
    SEL_FOR (sel, i) {
        struct str text;

        if (!cell_text(column_at(&args[REWRITE_FIELD], i), room, &s))
            continue;
        text = str_of(hash, salted(p, s, hash));
        if (p->in_raw && p->raw_out != SIZE_MAX && s.len > 0 &&
            cell_text(column_at(&args[REWRITE_IN], i), raw_room, &raw))
            out->out[p->raw_out][i] = replaced(run, raw, s, text);
        if (p->out != SIZE_MAX)
            out->out[p->out][i] = val_str(arena_str(out->arena, text));
    }
    return LANNER_OK;
}

static const struct fn_param match_params[] = {
    PARAM("input", P_TEXT, PARAM_FIRST, NULL), PARAM("salt", P_TEXT, PARAM_REQUIRED, NULL),
    PARAM("field", P_FIELD, 0, "@rawstring"),  PARAM_WORDS("hash", 0, "sha256", "sha256|sha512"),
    PARAM("bits", P_NUMBER, 0, "256"),         PARAMS_END};
static const struct fn_param rewrite_params[] = {PARAM("field", P_FIELD, PARAM_FIRST, NULL),
                                                 PARAM("salt", P_TEXT, PARAM_REQUIRED, NULL),
                                                 PARAM("as", P_NAME, 0, NULL),
                                                 PARAM_WORDS("hash", 0, "sha256", "sha256|sha512"),
                                                 PARAM("bits", P_NUMBER, 0, "256"),
                                                 PARAM("replaceInRawstring", P_BOOL, 0, "true"),
                                                 PARAM("@raw", P_FIELD, 0, "@rawstring"),
                                                 PARAMS_END};

const struct fn_def fn_salt[] = {
    {
        .name = "hashMatch",
        .kind = FN_PREDICATE,
        .params = match_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "hashMatch"},
        .family = "Network, geography, security",
        .doc =
            "Passes when the field equals, or @rawstring contains, the salted hash of the input.",
        .bind = bind_match,
        .eval = eval_match,
    },
    {
        .name = "hashRewrite",
        .kind = FN_MULTI,
        .params = rewrite_params,
        .ret = TYPE_RAW,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "hashRewrite"},
        .family = "Network, geography, security",
        .doc = "Replaces the field, and its value inside @rawstring, by its salted hash in base64. "
               "The hash is Lanner's own: the digest of the salt followed by the value.",
        .bind = bind_rewrite,
        .eval_multi = eval_rewrite,
        .writes = writes_rewrite,
    },
    {0},
};
