/* fn_aql_text.c - AQL: text. Positions and lengths are in characters (code points; an invalid byte
 * is one), positions count from 0 unless said. Values that are no text are taken by their text
 * form. Patterns are in fn_aql_misc.c. */
#include "fn/aql_value.h"
#include "fn/kernel.h"

#include "util/utf8.h"

/* ---- characters --------------------------------------------------------------------------------
 */

static size_t char_end(struct str s, size_t i)
{
    size_t n = (unsigned char)s.ptr[i] < 0x80 ? 1 : utf8_valid_at(s, i);

    return i + (n != 0 ? n : 1);
}

static int64_t char_count(struct str s)
{
    int64_t n = 0;

    for (size_t i = 0; i < s.len; i = char_end(s, i))
        n++;
    return n;
}

/* Byte offset of the n-th character from `i` on, at most the text's end. */
static size_t char_offset(struct str s, size_t i, int64_t n)
{
    for (; n > 0 && i < s.len; n--)
        i = char_end(s, i);
    return i;
}

/* A whole number of a cell; reals are cut. */
static bool cell_whole(const struct val *v, int64_t *out)
{
    struct val n = val_to_num(v);

    if (n.kind == KIND_DOUBLE)
        return double_is_long(__builtin_trunc(n.u.d), out);
    *out = n.u.i;
    return n.kind == KIND_LONG;
}

/* The optional argument k; false when it is something else than a whole number. */
static bool optional_whole(const struct fn_run *run, const struct column *args, size_t k,
                           uint32_t row, int64_t fallback, int64_t *out)
{
    *out = fallback;
    if (k >= run->call->n_args || val_is_null(column_at(&args[k], row)))
        return true;
    return cell_whole(column_at(&args[k], row), out);
}

/* A part of the cell's own text points into it; what was printed is copied. */
static struct val part_val(const struct fn_run *run, const struct val *v, struct str part)
{
    if (part.len == 0)
        return val_text("", 0);
    return val_is_text(v) ? val_str(part) : result_text(run, part);
}

/* What may make much of little ends here. */
#define MADE_TEXT_MOST ((size_t)1024 * 1024)

static struct val too_long(const struct fn_run *run)
{
    run_note(run, LANNER_NOTE_INPUT, "a result of %s() above %zu bytes was left out",
             call_name(run->call), MADE_TEXT_MOST);
    return VAL_ABSENT;
}

static struct val made_text(const struct fn_run *run, const struct buf *text)
{
    return text->len <= MADE_TEXT_MOST ? result_text(run, buf_str(text)) : too_long(run);
}

/* ---- one text to one text ----------------------------------------------------------------------
 */

typedef void (*put_fn)(struct buf *out, struct str s);

static enum lanner_rc eval_put(const struct fn_run *run, const struct column *args,
                               const struct sel *sel, struct val *out, put_fn put)
{
    struct buf text = {0};
    char room[AQL_TEXT_MAX];
    struct str s;

    SEL_FOR (sel, i) {
        out[i] = VAL_ABSENT;
        if (!aql_text(column_at(&args[0], i), room, &s))
            continue;
        buf_clear(&text);
        put(&text, s);
        out[i] = result_text(run, buf_str(&text));
    }
    buf_done(&text);
    return LANNER_OK;
}

static void put_reversed(struct buf *out, struct str s)
{
    size_t at = s.len;

    buf_reserve(out, s.len);
    out->len = s.len;
    for (size_t i = 0; i < s.len;) {
        size_t end = char_end(s, i);

        at -= end - i;
        memcpy(out->ptr + at, s.ptr + i, end - i);
        i = end;
    }
}

static bool is_word_char(struct str s, size_t i)
{
    unsigned char c = (unsigned char)s.ptr[i];

    return c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ascii_is_digit((char)c);
}

/* Words are runs of letters and digits. */
static void put_initials(struct buf *out, struct str s)
{
    bool inside = false;

    for (size_t i = 0; i < s.len;) {
        size_t end = char_end(s, i);
        struct str c = str_of(s.ptr + i, end - i);

        if (inside)
            utf8_put_lower(out, c);
        else
            utf8_put_upper(out, c);
        inside = is_word_char(s, i);
        i = end;
    }
}

#define PUT_KERNEL(id, put)                                                                        \
    static enum lanner_rc eval_##id(struct fn_run *run, const struct column *args,                 \
                                    const struct sel *sel, struct val *out,                        \
                                    struct lanner_err *err)                                        \
    {                                                                                              \
        (void)err;                                                                                 \
        return eval_put(run, args, sel, out, put);                                                 \
    }
PUT_KERNEL(lower, utf8_put_lower)
PUT_KERNEL(upper, utf8_put_upper)
PUT_KERNEL(reverse, put_reversed)
PUT_KERNEL(initcap, put_initials)

/* Bytes as UTF-8; what is valid already is not copied. */
static enum lanner_rc eval_utf8(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, struct lanner_err *err)
{
    struct buf text = {0};
    char room[AQL_TEXT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[0], i);

        out[i] = VAL_ABSENT;
        if (v->kind == KIND_BYTES)
            s = str_of(v->u.ptr, v->len);
        else if (!aql_text(v, room, &s))
            continue;
        if (!utf8_valid(s)) {
            buf_clear(&text);
            for (size_t k = 0; k < s.len;)
                utf8_put(&text, utf8_next(s, &k));
            out[i] = result_text(run, buf_str(&text));
        } else if (val_is_text(v)) {
            out[i] = *v;
        } else {
            out[i] = v->kind == KIND_BYTES ? val_str(s) : result_text(run, s);
        }
    }
    buf_done(&text);
    return LANNER_OK;
}

/* ---- CONCAT ------------------------------------------------------------------------------------
 */

#define CONCAT_MOST ((size_t)16 * 1024 * 1024)

/* Asked before anything is copied. */
static bool concat_is_too_long(const struct fn_run *run, const struct column *args, uint32_t row)
{
    size_t n = 0;

    for (size_t k = 0; k < run->call->n_args && n <= CONCAT_MOST; k++) {
        const struct val *v = column_at(&args[k], row);

        n += val_is_text(v) ? v->len : 0;
    }
    if (n > CONCAT_MOST)
        run_note(run, LANNER_NOTE_INPUT, "a result of %s() above %zu bytes was left out",
                 call_name(run->call), CONCAT_MOST);
    return n > CONCAT_MOST;
}

static enum lanner_rc eval_concat(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    struct buf text = {0};
    char room[AQL_TEXT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        out[i] = VAL_ABSENT;
        if (concat_is_too_long(run, args, i))
            continue;
        buf_clear(&text);
        for (size_t k = 0; k < run->call->n_args; k++) {
            if (aql_text(column_at(&args[k], i), room, &s))
                buf_put_str(&text, s);
        }
        out[i] = result_text(run, buf_str(&text));
        if (run_is_full(run))
            break;
    }
    buf_done(&text);
    return LANNER_OK;
}

/* ---- lengths and positions ---------------------------------------------------------------------
 */

static enum lanner_rc eval_length(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    char room[AQL_TEXT_MAX];
    struct str s;

    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        out[i] = aql_text(column_at(&args[0], i), room, &s) ? val_long(char_count(s)) : VAL_ABSENT;
    }
    return LANNER_OK;
}

/* The character at which `part` stands, from character `from` on; -1 when it does not. */
static int64_t position_of(struct str s, struct str part, int64_t from)
{
    size_t start = char_offset(s, 0, from);
    size_t at;

    if (char_count(str_of(s.ptr, start)) < from)
        return -1;
    at = str_find(str_of(s.ptr + start, s.len - start), part);
    return at == SIZE_MAX ? -1 : char_count(str_of(s.ptr, start + at));
}

static void eval_position(const struct fn_run *run, const struct column *args,
                          const struct sel *sel, struct val *out, int64_t base)
{
    char room[AQL_TEXT_MAX];
    char part_room[AQL_TEXT_MAX];
    struct str s;
    struct str part;

    SEL_FOR (sel, i) {
        int64_t from;

        out[i] = VAL_ABSENT;
        if (aql_text(column_at(&args[0], i), room, &s) &&
            aql_text(column_at(&args[1], i), part_room, &part) &&
            optional_whole(run, args, 2, i, base, &from))
            out[i] = val_long(position_of(s, part, MAX(from, base) - base) + base);
    }
}

static enum lanner_rc eval_strpos(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    eval_position(run, args, sel, out, 0);
    return LANNER_OK;
}

static enum lanner_rc eval_instr(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    eval_position(run, args, sel, out, 1);
    return LANNER_OK;
}

/* Folding maps character to character, so positions in the folded text are those of the text. */
static enum lanner_rc eval_search(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    struct buf needle = {0};
    struct buf hay = {0};
    char room[AQL_TEXT_MAX];
    struct str s;

    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        size_t at;

        out[i] = VAL_ABSENT;
        if (!aql_text(column_at(&args[0], i), room, &s))
            continue;
        buf_clear(&needle);
        utf8_put_folded(&needle, s);
        if (!aql_text(column_at(&args[1], i), room, &s))
            continue;
        buf_clear(&hay);
        utf8_put_folded(&hay, s);
        at = str_find(buf_str(&hay), buf_str(&needle));
        out[i] = val_long(at == SIZE_MAX ? -1 : char_count(str_of(hay.ptr, at)));
    }
    buf_done(&needle);
    buf_done(&hay);
    return LANNER_OK;
}

/* ---- parts -------------------------------------------------------------------------------------
 */

/* [start, start + len) of the characters, as far as they are there. */
static enum lanner_rc eval_substring(struct fn_run *run, const struct column *args,
                                     const struct sel *sel, struct val *out, struct lanner_err *err)
{
    char room[AQL_TEXT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[0], i);
        int64_t start;
        int64_t len;
        int64_t end;
        size_t from;
        size_t to;

        out[i] = VAL_ABSENT;
        if (!aql_text(v, room, &s) || !cell_whole(column_at(&args[1], i), &start) ||
            !optional_whole(run, args, 2, i, INT64_MAX, &len))
            continue;
        if (__builtin_add_overflow(start, len, &end))
            end = len < 0 ? INT64_MIN : INT64_MAX;
        start = MAX(start, 0);
        from = char_offset(s, 0, start);
        to = end <= start ? from : end == INT64_MAX ? s.len : char_offset(s, from, end - start);
        out[i] = part_val(run, v, str_of(s.ptr + from, to - from));
    }
    return LANNER_OK;
}

static void eval_side(const struct fn_run *run, const struct column *args, const struct sel *sel,
                      struct val *out, bool left)
{
    char room[AQL_TEXT_MAX];
    struct str s;

    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[0], i);
        int64_t n;
        size_t at;

        out[i] = VAL_ABSENT;
        if (!aql_text(v, room, &s) || !cell_whole(column_at(&args[1], i), &n))
            continue;
        n = MAX(n, 0);
        at = char_offset(s, 0, left ? n : MAX(char_count(s) - n, 0));
        out[i] = part_val(run, v, left ? str_of(s.ptr, at) : str_of(s.ptr + at, s.len - at));
    }
}

static enum lanner_rc eval_left(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    eval_side(run, args, sel, out, true);
    return LANNER_OK;
}

static enum lanner_rc eval_right(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    eval_side(run, args, sel, out, false);
    return LANNER_OK;
}

/* The n-th part from 0, negative: from the end. Separators do not overlap; an empty one cuts
 * nothing. */
static bool split_part(struct str s, struct str sep, int64_t n, struct str *out)
{
    int64_t parts = 1;
    size_t at;

    if (n < 0) {
        struct str rest = s;

        while (sep.len > 0 && (at = str_find(rest, sep)) != SIZE_MAX) {
            rest = str_of(rest.ptr + at + sep.len, rest.len - at - sep.len);
            parts++;
        }
        n += parts;
    }
    for (; n > 0; n--) {
        at = sep.len > 0 ? str_find(s, sep) : SIZE_MAX;
        if (at == SIZE_MAX)
            return false;
        s = str_of(s.ptr + at + sep.len, s.len - at - sep.len);
    }
    at = sep.len > 0 ? str_find(s, sep) : SIZE_MAX;
    *out = at == SIZE_MAX ? s : str_of(s.ptr, at);
    return n == 0;
}

static enum lanner_rc eval_split(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    char room[AQL_TEXT_MAX];
    char sep_room[AQL_TEXT_MAX];
    struct str s;
    struct str sep;

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[0], i);
        struct str part;
        int64_t n;

        out[i] = VAL_ABSENT;
        if (aql_text(v, room, &s) && aql_text(column_at(&args[1], i), sep_room, &sep) &&
            cell_whole(column_at(&args[2], i), &n) && split_part(s, sep, n, &part))
            out[i] = part_val(run, v, part);
    }
    return LANNER_OK;
}

/* ---- TRIM --------------------------------------------------------------------------------------
 */

enum { TRIM_START = 1, TRIM_END = 2 };

/* White space, or any of the characters of the second argument. */
static bool is_trimmed(char c, bool given, struct str chars)
{
    return given ? str_find_char(chars, c) != SIZE_MAX : ascii_is_space(c);
}

static void trim_cells(const struct fn_run *run, const struct column *args, const struct sel *sel,
                       struct val *out, unsigned mode)
{
    char room[AQL_TEXT_MAX];
    char chars_room[AQL_TEXT_MAX];
    struct str s;

    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[0], i);
        struct str chars = STR("");
        bool given = run->call->n_args > 1 && aql_text(column_at(&args[1], i), chars_room, &chars);

        out[i] = VAL_ABSENT;
        if (!aql_text(v, room, &s))
            continue;
        while ((mode & TRIM_START) != 0 && s.len > 0 && is_trimmed(s.ptr[0], given, chars))
            s = str_of(s.ptr + 1, s.len - 1);
        while ((mode & TRIM_END) != 0 && s.len > 0 && is_trimmed(s.ptr[s.len - 1], given, chars))
            s.len--;
        out[i] = part_val(run, v, s);
    }
}

#define TRIM_KERNEL(id, mode)                                                                      \
    static enum lanner_rc eval_##id(struct fn_run *run, const struct column *args,                 \
                                    const struct sel *sel, struct val *out,                        \
                                    struct lanner_err *err)                                        \
    {                                                                                              \
        (void)err;                                                                                 \
        trim_cells(run, args, sel, out, mode);                                                     \
        return LANNER_OK;                                                                          \
    }
TRIM_KERNEL(trim, TRIM_START | TRIM_END)
TRIM_KERNEL(ltrim, TRIM_START)
TRIM_KERNEL(rtrim, TRIM_END)

/* ---- LPAD, RPAD --------------------------------------------------------------------------------
 */

/* n characters of the padding, repeated. */
static void put_padding(struct buf *out, struct str pad, int64_t n)
{
    int64_t chars = char_count(pad);
    size_t whole = chars > 0 ? (size_t)(n / chars) * pad.len : 0;
    size_t start = out->len;

    if (n <= 0 || chars == 0)
        return;
    buf_reserve(out, whole);
    if (whole > 0)
        buf_put_str(out, pad);
    for (size_t done = pad.len; done < whole; done = out->len - start)
        buf_put(out, out->ptr + start, MIN(done, whole - done));
    buf_put(out, pad.ptr, char_offset(pad, 0, n % chars));
}

static void eval_pad(const struct fn_run *run, const struct column *args, const struct sel *sel,
                     struct val *out, bool left)
{
    struct buf text = {0};
    char room[AQL_TEXT_MAX];
    char pad_room[AQL_TEXT_MAX];
    struct str s;

    SEL_FOR (sel, i) {
        struct str pad = STR(" ");
        int64_t width;
        int64_t missing;

        out[i] = VAL_ABSENT;
        if (!aql_text(column_at(&args[0], i), room, &s) ||
            !cell_whole(column_at(&args[1], i), &width))
            continue;
        if (run->call->n_args > 2 && !val_is_null(column_at(&args[2], i)) &&
            !aql_text(column_at(&args[2], i), pad_room, &pad))
            continue;
        s.len = char_offset(s, 0, MAX(width, 0));
        missing = pad.len > 0 ? MAX(width, 0) - char_count(s) : 0;
        /* A character is a byte at least. */
        if (missing > (int64_t)MADE_TEXT_MOST) {
            out[i] = too_long(run);
            continue;
        }
        buf_clear(&text);
        if (left)
            put_padding(&text, pad, missing);
        buf_put_str(&text, s);
        if (!left)
            put_padding(&text, pad, missing);
        out[i] = made_text(run, &text);
        if (run_is_full(run))
            break;
    }
    buf_done(&text);
}

static enum lanner_rc eval_lpad(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    eval_pad(run, args, sel, out, true);
    return LANNER_OK;
}

static enum lanner_rc eval_rpad(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    eval_pad(run, args, sel, out, false);
    return LANNER_OK;
}

/* ---- REPLACE -----------------------------------------------------------------------------------
 */

static void put_replaced(struct buf *out, struct str s, struct str from, struct str to)
{
    /* A result that is too long already need not be finished. */
    while (from.len > 0 && out->len <= MADE_TEXT_MOST) {
        size_t at = str_find(s, from);

        if (at == SIZE_MAX)
            break;
        buf_put(out, s.ptr, at);
        buf_put_str(out, to);
        s = str_of(s.ptr + at + from.len, s.len - at - from.len);
    }
    buf_put_str(out, s);
}

static enum lanner_rc eval_replace(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    struct buf text = {0};
    char room[3][AQL_TEXT_MAX];
    struct str s;
    struct str from;
    struct str to;

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[0], i);

        out[i] = VAL_ABSENT;
        if (!aql_text(v, room[0], &s) || !aql_text(column_at(&args[1], i), room[1], &from) ||
            !aql_text(column_at(&args[2], i), room[2], &to))
            continue;
        if (from.len == 0 || str_find(s, from) == SIZE_MAX) {
            out[i] = part_val(run, v, s);
            continue;
        }
        buf_clear(&text);
        put_replaced(&text, s, from, to);
        out[i] = made_text(run, &text);
        if (run_is_full(run))
            break;
    }
    buf_done(&text);
    return LANNER_OK;
}

/* ---- rows --------------------------------------------------------------------------------------
 */

static const struct fn_param one_params[] = {PARAM("text", P_EXPR, PARAM_FIRST, NULL), PARAMS_END};
static const struct fn_param concat_params[] = {
    PARAM("values", P_EXPR, PARAM_FIRST | PARAM_MANY, NULL), PARAMS_END};
static const struct fn_param position_params[] = {PARAM("text", P_EXPR, PARAM_FIRST, NULL),
                                                  PARAM("part", P_EXPR, PARAM_REQUIRED, NULL),
                                                  PARAM("from", P_EXPR, 0, NULL), PARAMS_END};
static const struct fn_param search_params[] = {PARAM("part", P_EXPR, PARAM_FIRST, NULL),
                                                PARAM("text", P_EXPR, PARAM_REQUIRED, NULL),
                                                PARAMS_END};
static const struct fn_param substring_params[] = {PARAM("text", P_EXPR, PARAM_FIRST, NULL),
                                                   PARAM("start", P_EXPR, PARAM_REQUIRED, NULL),
                                                   PARAM("length", P_EXPR, 0, NULL), PARAMS_END};
static const struct fn_param side_params[] = {PARAM("text", P_EXPR, PARAM_FIRST, NULL),
                                              PARAM("n", P_EXPR, PARAM_REQUIRED, NULL), PARAMS_END};
static const struct fn_param split_params[] = {
    PARAM("text", P_EXPR, PARAM_FIRST, NULL), PARAM("separator", P_EXPR, PARAM_REQUIRED, NULL),
    PARAM("index", P_EXPR, PARAM_REQUIRED, NULL), PARAMS_END};
static const struct fn_param trim_params[] = {PARAM("text", P_EXPR, PARAM_FIRST, NULL),
                                              PARAM("characters", P_EXPR, 0, NULL), PARAMS_END};
static const struct fn_param pad_params[] = {PARAM("text", P_EXPR, PARAM_FIRST, NULL),
                                             PARAM("width", P_EXPR, PARAM_REQUIRED, NULL),
                                             PARAM("padding", P_EXPR, 0, NULL), PARAMS_END};
static const struct fn_param replace_params[] = {
    PARAM("text", P_EXPR, PARAM_FIRST, NULL), PARAM("from", P_EXPR, PARAM_REQUIRED, NULL),
    PARAM("to", P_EXPR, PARAM_REQUIRED, NULL), PARAMS_END};

#define ROW(row_name, spelling, id, params_, type, keeps, doc_)                                    \
    {                                                                                              \
        .name = row_name, .kind = FN_SCALAR, .params = params_##_params, .ret = type,              \
        .nulls = FN_NULL_IN_NULL_OUT, .keeps_bytes = keeps, .spelled = {[LANG_AQL] = spelling},    \
        .family = "Strings and text", .doc = doc_, .eval = eval_##id                               \
    }
#define TEXT_ROW(row_name, spelling, id, params_, doc_)                                            \
    ROW(row_name, spelling, id, params_, TYPE_TEXT, false, doc_)
/* What comes out is a part of the first argument as it stood. */
#define PART_ROW(row_name, spelling, id, params_, doc_)                                            \
    ROW(row_name, spelling, id, params_, TYPE_TEXT, true, doc_)
#define LONG_ROW(row_name, spelling, id, params_, doc_)                                            \
    ROW(row_name, spelling, id, params_, TYPE_LONG, false, doc_)
#define LENGTH_DOC "Number of characters."

const struct fn_def fn_aql_text[] = {
    {
        .name = "aql_concat",
        .kind = FN_SCALAR,
        .params = concat_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_AQL] = "CONCAT"},
        .family = "Strings and text",
        .doc = "The values one after another; null contributes nothing.",
        .eval = eval_concat,
    },
    TEXT_ROW("aql_lower", "LOWER", lower, one, "The text in lower case, all of Unicode."),
    TEXT_ROW("aql_upper", "UPPER", upper, one, "The text in upper case, all of Unicode."),
    PART_ROW("aql_utf8", "UTF8", utf8, one,
             "The bytes as text; bytes that are not UTF-8 become U+FFFD."),
    LONG_ROW("aql_strlen", "STRLEN", length, one, LENGTH_DOC),
    LONG_ROW("aql_length", "LENGTH", length, one, LENGTH_DOC),
    LONG_ROW("aql_len", "LEN", length, one, LENGTH_DOC),
    LONG_ROW("aql_strpos", "STRPOS", strpos, position,
             "Position of the part, from 0, at or behind `from`; -1 when it is not there."),
    LONG_ROW("aql_instr", "INSTR", instr, position,
             "Position of the part, from 1, at or behind `from`; 0 when it is not there."),
    LONG_ROW("aql_icu4jsearch", "ICU4JSEARCH", search, search,
             "Position of the part, from 0, ignoring case; -1 when it is not there."),
    PART_ROW("aql_substring", "SUBSTRING", substring, substring,
             "The characters from `start`, counted from 0, as far as they are there."),
    PART_ROW("aql_left", "LEFT", left, side, "The first n characters."),
    PART_ROW("aql_right", "RIGHT", right, side, "The last n characters."),
    PART_ROW("aql_split", "SPLIT", split, split,
             "The part between separators with that index, from 0; negative counts from the end. "
             "Null when there are fewer."),
    PART_ROW("aql_trim", "TRIM", trim, trim,
             "The text without white space, or any of the characters, at its ends."),
    PART_ROW("aql_ltrim", "LTRIM", ltrim, trim, "The same at the start only."),
    PART_ROW("aql_rtrim", "RTRIM", rtrim, trim, "The same at the end only."),
    TEXT_ROW("aql_lpad", "LPAD", lpad, pad,
             "The text with padding before it, or cut, to that many characters."),
    TEXT_ROW("aql_rpad", "RPAD", rpad, pad,
             "The text with padding behind it, or cut, to that many characters."),
    TEXT_ROW("aql_replace", "REPLACE", replace, replace,
             "The text with every occurrence of `from` replaced."),
    TEXT_ROW("aql_reverse", "REVERSE", reverse, one, "The characters in reverse order."),
    TEXT_ROW("aql_initcap", "INITCAP", initcap, one,
             "The first letter of each word in upper case, the others in lower case."),
    {0},
};
