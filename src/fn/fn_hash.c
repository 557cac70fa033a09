/* fn_hash.c - digests and hashes of fields, and the entropy of a text. */
#include "fn/kernel.h"

#include <math.h>

#include "util/digest.h"
#include "util/hash.h"
#include "util/utf8.h"

/* ---- crypto:* ----------------------------------------------------------------------------------
 */

static void put_hex(char *out, const unsigned char *bytes, size_t n)
{
    static const char hex[] = "0123456789abcdef";

    for (size_t k = 0; k < n; k++) {
        out[2 * k] = hex[bytes[k] >> 4];
        out[2 * k + 1] = hex[bytes[k] & 15];
    }
}

static enum lanner_rc eval_digest(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, enum digest_kind kind)
{
    size_t n = run->call->n_args;
    struct str *parts = ARENA_ARRAY(run->arena, struct str, n);
    char(*rooms)[VAL_PRINT_MAX] = arena_alloc(run->arena, arena_array_size(n, sizeof(*rooms)));

    SEL_FOR (sel, i) {
        unsigned char bytes[DIGEST_MAX];
        char text[2 * DIGEST_MAX];
        size_t len;

        for (size_t k = 0; k < n; k++)
            parts[k] = cell_text_or_empty(column_at(&args[k], i), rooms[k]);
        len = digest_of(kind, parts, n, bytes);
        put_hex(text, bytes, len);
        out[i] = result_text(run, str_of(text, 2 * len));
    }
    return LANNER_OK;
}

#define DIGEST_KERNEL(id, kind)                                                                    \
    static enum lanner_rc eval_##id(struct fn_run *run, const struct column *args,                 \
                                    const struct sel *sel, struct val *out,                        \
                                    struct lanner_err *err)                                        \
    {                                                                                              \
        (void)err;                                                                                 \
        return eval_digest(run, args, sel, out, kind);                                             \
    }
DIGEST_KERNEL(md5, DIGEST_MD5)
DIGEST_KERNEL(sha1, DIGEST_SHA1)
DIGEST_KERNEL(sha256, DIGEST_SHA256)

/* ---- hash, tokenHash ---------------------------------------------------------------------------
 */

static uint32_t stable32(const void *ptr, size_t len)
{
    uint64_t words[2];

    hash_stable128(ptr, len, words);
    return (uint32_t)(words[0] ^ words[0] >> 32);
}

enum { HASH_SEED, HASH_LIMIT, HASH_FIELDS };

struct hash_call {
    struct str seed;
    int64_t limit;
};

static enum lanner_rc bind_hash(struct fn_call *call, struct lanner_err *err)
{
    struct hash_call *p = ARENA_NEW(call->env->arena, struct hash_call);

    p->seed = arg_text(call, HASH_SEED, call->env->arena);
    TRY(arg_long(call, HASH_LIMIT, "limit", 0, 1, UINT32_MAX, &p->limit, err));
    call->state = p;
    return LANNER_OK;
}

static enum lanner_rc eval_hash(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct hash_call *p = run->call->state;
    struct buf text = {0};
    char room[VAL_PRINT_MAX];

    (void)err;
    SEL_FOR (sel, i) {
        uint32_t h;

        buf_clear(&text);
        buf_put_bytes(&text, p->seed);
        for (size_t k = HASH_FIELDS; k < run->call->n_args; k++)
            buf_put_bytes(&text, cell_text_or_empty(column_at(&args[k], i), room));
        h = stable32(text.ptr, text.len);
        out[i] = val_long(p->limit > 0 ? h % p->limit : h);
    }
    buf_done(&text);
    return LANNER_OK;
}

static enum lanner_rc eval_token_hash(struct fn_run *run, const struct column *args,
                                      const struct sel *sel, struct val *out,
                                      struct lanner_err *err)
{
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        uint32_t sum = 0;
        size_t at = 0;

        out[i] = VAL_ABSENT;
        if (!cell_text(column_at(&args[0], i), room, &s))
            continue;
        while (at < s.len) {
            size_t start = at;

            while (at < s.len && s.ptr[at] != ' ')
                at++;
            if (at > start)
                sum += stable32(s.ptr + start, at - start);
            at++;
        }
        out[i] = val_str(arena_printf(run->arena, "%08x", (unsigned)sum));
    }
    return LANNER_OK;
}

/* ---- shannonEntropy ----------------------------------------------------------------------------
 */

/* One character of the text: how often it occurs and where first. The terms are summed in the order
 * of first occurrence, which gives the last digit that LogScale prints. */
struct occurrence {
    uint32_t code;
    size_t first;
    size_t count;
};

static int by_code(const void *a, const void *b)
{
    const struct occurrence *x = a;
    const struct occurrence *y = b;

    if (x->code != y->code)
        return x->code < y->code ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

static int by_first(const void *a, const void *b)
{
    const struct occurrence *x = a;
    const struct occurrence *y = b;

    return (x->first > y->first) - (x->first < y->first);
}

static double entropy_sum(const struct occurrence *o, size_t n, double total)
{
    double sum = 0;

    for (size_t k = 0; k < n; k++) {
        double p = (double)o[k].count / total;

        sum -= p * log2(p);
    }
    return sum > 0 ? sum : 0;
}

/* Any text: characters sorted, equal ones joined, and back in the order of the text. */
static double entropy_unicode(struct str s)
{
    struct occurrence *o = xmalloc(arena_array_size(s.len, sizeof(*o)));
    size_t n = 0;
    size_t n_codes = 0;
    size_t i = 0;
    double result;

    for (; i < s.len; n++)
        o[n] = (struct occurrence){.first = n, .count = 1, .code = utf8_next(s, &i)};
    qsort(o, n, sizeof(*o), by_code);
    for (size_t k = 0; k < n; k++) {
        if (n_codes > 0 && o[n_codes - 1].code == o[k].code)
            o[n_codes - 1].count++;
        else
            o[n_codes++] = o[k];
    }
    qsort(o, n_codes, sizeof(*o), by_first);
    result = entropy_sum(o, n_codes, (double)n);
    free(o);
    return result;
}

static double entropy(struct str s)
{
    struct occurrence o[128];
    uint8_t place[128] = {0}; /* in o, plus one */
    size_t n = 0;

    for (size_t k = 0; k < s.len; k++) {
        uint8_t c = (uint8_t)s.ptr[k];

        if (c >= 128)
            return entropy_unicode(s);
        if (place[c] == 0) {
            o[n++] = (struct occurrence){.count = 0};
            place[c] = (uint8_t)n;
        }
        o[place[c] - 1].count++;
    }
    return s.len > 0 ? entropy_sum(o, n, (double)s.len) : 0;
}

static enum lanner_rc eval_entropy(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        out[i] = cell_text(column_at(&args[0], i), room, &s) ? val_double(entropy(s)) : VAL_ABSENT;
    }
    return LANNER_OK;
}

#define DIGEST_PARAMS(id)                                                                          \
    static const struct fn_param id##_params[] = {                                                 \
        PARAM("field", P_FIELD, PARAM_FIRST | PARAM_MANY, NULL), PARAM_AS("_" #id), PARAMS_END}
DIGEST_PARAMS(md5);
DIGEST_PARAMS(sha1);
DIGEST_PARAMS(sha256);
static const struct fn_param hash_params[] = {
    PARAM("seed", P_TEXT, 0, NULL), PARAM("limit", P_NUMBER, 0, NULL),
    PARAM("field", P_FIELD, PARAM_FIRST | PARAM_MANY, NULL), PARAM_AS("_hash"), PARAMS_END};
PARAMS_FIELD_AS(token_hash_params, "_tokenHash");
PARAMS_FIELD_AS(entropy_params, "_shannonentropy");

#define HASH_FAMILY "Network, geography, security"
#define DIGEST_ROW(id, doc_)                                                                       \
    {                                                                                              \
        .name = "crypto:" #id, .kind = FN_SCALAR, .params = id##_params, .ret = TYPE_TEXT,         \
        .nulls = FN_NULLS_SEEN, .spelled = {[LANG_CQL] = "crypto:" #id}, .family = HASH_FAMILY,    \
        .doc = doc_, .eval = eval_##id                                                             \
    }

const struct fn_def fn_hash[] = {
    DIGEST_ROW(md5, "MD5 of the fields' values one after another, in hexadecimal."),
    DIGEST_ROW(sha1, "SHA-1 of the fields' values one after another, in hexadecimal."),
    DIGEST_ROW(sha256, "SHA-256 of the fields' values one after another, in hexadecimal."),
    {
        .name = "hash",
        .kind = FN_SCALAR,
        .params = hash_params,
        .ret = TYPE_LONG,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "hash"},
        .family = HASH_FAMILY,
        .doc = "A number from 0 to 2^32-1 that is the same for the same values, in every run; with "
               "`limit` below that limit. Not the same number as in LogScale.",
        .bind = bind_hash,
        .eval = eval_hash,
    },
    {
        .name = "tokenHash",
        .kind = FN_SCALAR,
        .params = token_hash_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "tokenHash"},
        .family = "Strings and text",
        .doc = "Eight hexadecimal digits that do not depend on the order of the words of the text. "
               "Not the same digits as in LogScale.",
        .eval = eval_token_hash,
    },
    {
        .name = "shannonEntropy",
        .kind = FN_SCALAR,
        .params = entropy_params,
        .ret = TYPE_DOUBLE,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "shannonEntropy"},
        .family = "Strings and text",
        .doc = "Entropy of the text in bits for each character.",
        .eval = eval_entropy,
    },
    {0},
};
