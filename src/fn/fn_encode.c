/* fn_encode.c - encodings: base64, URL, hexadecimal, integers of any radix. */
#include "fn/kernel.h"
#include "util/utf8.h"

/* ---- bytes of a character set to UTF-8 ---------------------------------------------------------
 */

enum charset { CHARSET_UTF8, CHARSET_UTF16LE, CHARSET_UTF16BE, CHARSET_LATIN1 };

static const struct {
    const char *name;
    enum charset charset;
} charsets[] = {
    {"UTF-8", CHARSET_UTF8},        {"UTF8", CHARSET_UTF8},        {"US-ASCII", CHARSET_UTF8},
    {"UTF-16LE", CHARSET_UTF16LE},  {"UTF-16BE", CHARSET_UTF16BE}, {"UTF-16", CHARSET_UTF16BE},
    {"ISO-8859-1", CHARSET_LATIN1}, {"LATIN1", CHARSET_LATIN1},
};

static enum lanner_rc bind_charset(struct fn_call *call, struct lanner_err *err)
{
    enum charset *c = ARENA_NEW(call->env->arena, enum charset);
    struct str name = arg_text(call, 1, call->env->arena);

    call->state = c;
    if (name.len == 0)
        return LANNER_OK;
    for (size_t k = 0; k < ARRAY_LEN(charsets); k++) {
        if (str_eq_nocase(name, str_z(charsets[k].name))) {
            *c = charsets[k].charset;
            return LANNER_OK;
        }
    }
    return err_set_at(err, LANNER_ERR_UNSUPPORTED, call->at,
                      "the charset '%.*s' of %s() is not supported", STR_ARG(name),
                      call_name(call));
}

static uint32_t utf16_unit(struct str s, size_t i, bool little)
{
    uint8_t a = (uint8_t)s.ptr[i];
    uint8_t b = (uint8_t)s.ptr[i + 1];

    return little ? (uint32_t)(b << 8 | a) : (uint32_t)(a << 8 | b);
}

static void put_utf16(struct buf *out, struct str s, bool little)
{
    size_t i = 0;

    for (; i + 1 < s.len; i += 2) {
        uint32_t c = utf16_unit(s, i, little);

        if (c >= 0xD800 && c < 0xDC00 && i + 3 < s.len) {
            uint32_t low = utf16_unit(s, i + 2, little);

            if (low >= 0xDC00 && low < 0xE000) {
                c = 0x10000 + ((c - 0xD800) << 10 | (low - 0xDC00));
                i += 2;
            }
        }
        utf8_put(out, c);
    }
    if (i < s.len)
        utf8_put(out, 0xFFFD);
}

static void put_charset(struct buf *out, struct str s, enum charset charset)
{
    size_t i = 0;

    switch (charset) {
    case CHARSET_UTF16LE:
    case CHARSET_UTF16BE:
        put_utf16(out, s, charset == CHARSET_UTF16LE);
        break;
    case CHARSET_LATIN1:
        for (; i < s.len; i++)
            utf8_put(out, (uint8_t)s.ptr[i]);
        break;
    case CHARSET_UTF8:
        while (i < s.len)
            utf8_put(out, utf8_next(s, &i));
        break;
    }
}

static bool put_decoded(const struct fn_call *call, struct buf *raw, struct buf *out)
{
    put_charset(out, buf_str(raw), *(const enum charset *)call->state);
    buf_done(raw);
    return true;
}

/* ---- base64 ------------------------------------------------------------------------------------
 */

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+' || c == '-')
        return 62;
    if (c == '/' || c == '_')
        return 63;
    return -1;
}

/* Characters outside the alphabet are passed over, as MIME decoders do; what follows the padding is
 * not read. One character left over is no encoding, nor is a text without any of the alphabet. */
static bool put_base64_decoded(const struct fn_call *call, struct str in, struct buf *out)
{
    struct buf raw = {0};
    uint32_t bits = 0;
    size_t n = 0;

    for (size_t i = 0; i < in.len && in.ptr[i] != '='; i++) {
        int v = base64_value(in.ptr[i]);

        if (v < 0)
            continue;
        bits = bits << 6 | (uint32_t)v;
        n++;
        if (n % 4 == 2)
            buf_putc(&raw, (char)(bits >> 4 & 255));
        else if (n % 4 == 3)
            buf_putc(&raw, (char)(bits >> 2 & 255));
        else if (n % 4 == 0)
            buf_putc(&raw, (char)(bits & 255));
    }
    if (n % 4 == 1 || (n == 0 && in.len > 0)) {
        buf_done(&raw);
        return false;
    }
    return put_decoded(call, &raw, out);
}

static bool put_base64(const struct fn_call *call, struct str in, struct buf *out)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    (void)call;
    for (size_t i = 0; i < in.len; i += 3) {
        size_t n = MIN(in.len - i, 3);
        uint32_t bits = (uint32_t)(uint8_t)in.ptr[i] << 16;

        if (n > 1)
            bits |= (uint32_t)(uint8_t)in.ptr[i + 1] << 8;
        if (n > 2)
            bits |= (uint8_t)in.ptr[i + 2];
        buf_putc(out, alphabet[bits >> 18]);
        buf_putc(out, alphabet[bits >> 12 & 63]);
        buf_putc(out, n > 1 ? alphabet[bits >> 6 & 63] : '=');
        buf_putc(out, n > 2 ? alphabet[bits & 63] : '=');
    }
    return true;
}

/* ---- URL ---------------------------------------------------------------------------------------
 */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A percent sign that is not followed by two digits stands for itself. */
static bool put_url_decoded(const struct fn_call *call, struct str in, struct buf *out)
{
    (void)call;
    for (size_t i = 0; i < in.len; i++) {
        char c = in.ptr[i];

        if (c == '%' && in.len - i > 2 && hex_value(in.ptr[i + 1]) >= 0 &&
            hex_value(in.ptr[i + 2]) >= 0) {
            c = (char)(hex_value(in.ptr[i + 1]) << 4 | hex_value(in.ptr[i + 2]));
            i += 2;
        } else if (c == '+') {
            c = ' ';
        }
        buf_putc(out, c);
    }
    return true;
}

static bool put_url_encoded(const struct fn_call *call, struct str in, struct buf *out)
{
    static const char hex[] = "0123456789ABCDEF";

    (void)call;
    for (size_t i = 0; i < in.len; i++) {
        uint8_t c = (uint8_t)in.ptr[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ascii_is_digit((char)c) ||
            (c != '\0' && strchr("*-._", c) != NULL)) {
            buf_putc(out, (char)c);
        } else if (c == ' ') {
            buf_putc(out, '+');
        } else {
            buf_putc(out, '%');
            buf_putc(out, hex[c >> 4]);
            buf_putc(out, hex[c & 15]);
        }
    }
    return true;
}

/* ---- hexadecimal texts and integers ------------------------------------------------------------
 */

static struct str without_hex_prefix(struct str s)
{
    if (s.len >= 2 && s.ptr[0] == '0' && ascii_lower(s.ptr[1]) == 'x')
        return str_of(s.ptr + 2, s.len - 2);
    if (str_starts(s, STR("16#")))
        return str_of(s.ptr + 3, s.len - 3);
    return s;
}

static bool put_hex_decoded(const struct fn_call *call, struct str in, struct buf *out)
{
    struct buf raw = {0};
    int high = -1;

    in = without_hex_prefix(in);
    for (size_t i = 0; i < in.len; i++) {
        int v = hex_value(in.ptr[i]);

        if (v < 0)
            continue;
        if (high < 0) {
            high = v;
        } else {
            buf_putc(&raw, (char)(high << 4 | v));
            high = -1;
        }
    }
    return put_decoded(call, &raw, out);
}

enum { INT_FIELD, INT_RADIX, INT_ENDIAN };

struct int_call {
    uint64_t radix;
    bool little;
};

static enum lanner_rc bind_int(struct fn_call *call, struct lanner_err *err)
{
    struct int_call *p = ARENA_NEW(call->env->arena, struct int_call);
    struct str endian = arg_text(call, INT_ENDIAN, call->env->arena);
    int64_t radix;

    TRY(arg_long(call, INT_RADIX, "radix", 16, 2, 36, &radix, err));
    p->radix = (uint64_t)radix;
    p->little = str_eq_nocase(endian, STR("little"));
    if (!p->little && endian.len > 0 && !str_eq_nocase(endian, STR("big")))
        return err_set_at(err, LANNER_ERR_QUERY, call->at,
                          "endian of parseInt() must be big or little");
    call->state = p;
    return LANNER_OK;
}

static int digit_value(char c)
{
    c = ascii_lower(c);
    if (ascii_is_digit(c))
        return c - '0';
    return c >= 'a' && c <= 'z' ? c - 'a' + 10 : 99;
}

static bool parse_int(const struct int_call *p, struct str s, uint64_t *out)
{
    if (p->radix == 16)
        s = without_hex_prefix(s);
    if (s.len == 0 || (p->little && s.len % 2 != 0))
        return false;
    *out = 0;
    for (size_t k = 0; k < s.len; k++) {
        /* Little endian: pairs of digits from the last to the first. */
        size_t i = p->little ? s.len - 2 - (k & ~(size_t)1) + (k & 1) : k;
        int v = digit_value(s.ptr[i]);

        if ((uint64_t)v >= p->radix || __builtin_mul_overflow(*out, p->radix, out) ||
            __builtin_add_overflow(*out, (uint64_t)v, out))
            return false;
    }
    return true;
}

static enum lanner_rc eval_int(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        uint64_t v;

        out[i] = VAL_ABSENT;
        if (!cell_text(column_at(&args[INT_FIELD], i), room, &s) ||
            !parse_int(run->call->state, s, &v))
            continue;
        out[i] = v <= INT64_MAX ? val_long((int64_t)v) : val_double((double)v);
    }
    return LANNER_OK;
}

#define TEXT_KERNEL(id, fn)                                                                        \
    static enum lanner_rc eval_##id(struct fn_run *run, const struct column *args,                 \
                                    const struct sel *sel, struct val *out,                        \
                                    struct lanner_err *err)                                        \
    {                                                                                              \
        (void)err;                                                                                 \
        return eval_text(run, args, sel, out, fn);                                                 \
    }
TEXT_KERNEL(base64_decode, put_base64_decoded)
TEXT_KERNEL(base64_encode, put_base64)
TEXT_KERNEL(url_decode, put_url_decoded)
TEXT_KERNEL(url_encode, put_url_encoded)
TEXT_KERNEL(hex, put_hex_decoded)

static const struct fn_param base64_decode_params[] = {PARAM("field", P_FIELD, PARAM_FIRST, NULL),
                                                       PARAM("charset", P_TEXT, 0, "UTF-8"),
                                                       PARAM_AS("_base64Decode"), PARAMS_END};
PARAMS_FIELD_AS(base64_encode_params, "_base64Encode");
PARAMS_FIELD_AS(url_decode_params, "_urldecode");
static const struct fn_param url_encode_params[] = {PARAM("field", P_FIELD, PARAM_FIRST, NULL),
                                                    PARAM("type", P_TEXT, 0, NULL),
                                                    PARAM_AS("_urlencode"), PARAMS_END};
static const struct fn_param hex_params[] = {PARAM("field", P_FIELD, PARAM_FIRST, NULL),
                                             PARAM("charset", P_TEXT, 0, "UTF-8"),
                                             PARAM_AS("_parsehexstring"), PARAMS_END};
static const struct fn_param int_params[] = {
    PARAM("field", P_FIELD, PARAM_FIRST, NULL), PARAM("radix", P_NUMBER, 0, "16"),
    PARAM_WORDS("endian", 0, "big", "big|little"), PARAM_AS(NULL), PARAMS_END};

/* AQL has no charset: the result is UTF-8. */
static const struct fn_param aql_params[] = {PARAM("x", P_EXPR, PARAM_FIRST, NULL), PARAMS_END};

#define AQL_ROW(row_name, spelling, id, bind_, doc_)                                               \
    {                                                                                              \
        .name = row_name, .kind = FN_SCALAR, .params = aql_params, .ret = TYPE_TEXT,               \
        .nulls = FN_NULL_IN_NULL_OUT, .spelled = {[LANG_AQL] = spelling},                          \
        .family = "Strings and text", .doc = doc_, .bind = bind_, .eval = eval_##id                \
    }
#define BASE64_DECODE_DOC                                                                          \
    "The text that base64 stands for. Characters outside the alphabet are passed over."
#define ENCODE_ROW(row_name, id, type, bind_, doc_)                                                \
    {                                                                                              \
        .name = row_name, .kind = FN_SCALAR, .params = id##_params, .ret = type,                   \
        .nulls = FN_NULL_IN_NULL_OUT, .spelled = {[LANG_CQL] = row_name},                          \
        .family = "Strings and text", .doc = doc_, .bind = bind_, .eval = eval_##id                \
    }

const struct fn_def fn_encode[] = {
    ENCODE_ROW("base64Decode", base64_decode, TYPE_TEXT, bind_charset,
               "The text that base64 stands for. Characters outside the alphabet are passed over; "
               "PowerShell commands want `charset=\"UTF-16LE\"`."),
    ENCODE_ROW("base64Encode", base64_encode, TYPE_TEXT, NULL, "The bytes of the text in base64."),
    ENCODE_ROW("urlDecode", url_decode, TYPE_TEXT, NULL,
               "Resolves `%XX`, and `+` to a blank, as in forms."),
    ENCODE_ROW("urlEncode", url_encode, TYPE_TEXT, NULL,
               "Form encoding: a blank becomes `+`, what is not a letter, digit or one of `*-._` "
               "becomes `%XX`."),
    ENCODE_ROW("parseHexString", hex, TYPE_TEXT, bind_charset,
               "The text whose bytes the hexadecimal digits give; all else is passed over."),
    ENCODE_ROW("parseInt", int, TYPE_NUM, bind_int,
               "The integer written in `radix` (2 to 36), without a sign; `endian=little` swaps "
               "pairs of digits."),
    AQL_ROW("aql_base64", "BASE64", base64_encode, NULL, "The bytes of the value in base64."),
    AQL_ROW("aql_base64decode", "BASE64DECODE", base64_decode, bind_charset, BASE64_DECODE_DOC),
    AQL_ROW("aql_from_base64", "FROM_BASE64", base64_decode, bind_charset, BASE64_DECODE_DOC),
    AQL_ROW("aql_urldecode", "URLDECODE", url_decode, NULL,
            "Resolves `%XX`, and `+` to a blank, as in forms."),
    {0},
};
