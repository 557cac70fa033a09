/* fn_text.c - texts: case, length, concat, comparison of parts, substrings, replace and split. */
#include "fn/kernel.h"

#include "util/utf8.h"

/* ---- one text to one text ----------------------------------------------------------------------
 */

static bool put_lower(const struct fn_call *call, struct str in, struct buf *out)
{
    (void)call;
    utf8_put_lower(out, in);
    return true;
}

static bool put_upper(const struct fn_call *call, struct str in, struct buf *out)
{
    (void)call;
    utf8_put_upper(out, in);
    return true;
}

/* Length of the escape sequence at i: ESC [ parameters and a letter, also with ESC written as the
 * four characters \x1b; 0 when there is none. */
static size_t ansi_length(struct str s, size_t i)
{
    size_t k;

    if (s.ptr[i] == '\x1b')
        k = i + 1;
    else if (s.len - i >= 4 && memcmp(s.ptr + i, "\\x1b", 4) == 0)
        k = i + 4;
    else
        return 0;
    if (k >= s.len || s.ptr[k] != '[')
        return 0;
    k++;
    while (k < s.len && s.ptr[k] >= 0x20 && s.ptr[k] <= 0x3F)
        k++;
    return k < s.len && s.ptr[k] >= 0x40 && s.ptr[k] <= 0x7E ? k + 1 - i : 0;
}

static bool put_without_ansi(const struct fn_call *call, struct str in, struct buf *out)
{
    size_t i = 0;

    (void)call;
    while (i < in.len) {
        size_t skip = ansi_length(in, i);

        if (skip == 0)
            buf_putc(out, in.ptr[i++]);
        i += skip;
    }
    return true;
}

#define TEXT_KERNEL(id, fn)                                                                        \
    static enum lanner_rc eval_##id(struct fn_run *run, const struct column *args,                 \
                                    const struct sel *sel, struct val *out,                        \
                                    struct lanner_err *err)                                        \
    {                                                                                              \
        (void)err;                                                                                 \
        return eval_text(run, args, sel, out, fn);                                                 \
    }
TEXT_KERNEL(lower, put_lower)
TEXT_KERNEL(upper, put_upper)
TEXT_KERNEL(strip, put_without_ansi)

/* ---- lengths -----------------------------------------------------------------------------------
 */

static void eval_count(const struct column *args, const struct sel *sel, struct val *out,
                       size_t (*count)(struct str))
{
    char room[VAL_PRINT_MAX];
    struct str s;

    SEL_FOR (sel, i) {
        out[i] =
            cell_text(column_at(&args[0], i), room, &s) ? val_long((int64_t)count(s)) : VAL_ABSENT;
    }
}

static enum lanner_rc eval_length(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    eval_count(args, sel, out, utf8_utf16_units);
    return LANNER_OK;
}

static enum lanner_rc eval_graphemes(struct fn_run *run, const struct column *args,
                                     const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    eval_count(args, sel, out, utf8_graphemes);
    return LANNER_OK;
}

/* ---- concat ------------------------------------------------------------------------------------
 */

static enum lanner_rc eval_concat(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    struct buf text = {0};
    char room[VAL_PRINT_MAX];

    (void)err;
    SEL_FOR (sel, i) {
        buf_clear(&text);
        for (size_t k = 0; k < run->call->n_args; k++)
            buf_put_str(&text, cell_text_or_empty(column_at(&args[k], i), room));
        out[i] = result_text(run, buf_str(&text));
    }
    buf_done(&text);
    return LANNER_OK;
}

/* ---- text:contains, startsWith, endsWith -------------------------------------------------------
 */

typedef bool (*part_fn)(struct str s, struct str part);

static bool has_part(struct str s, struct str part)
{
    return str_find(s, part) != SIZE_MAX;
}

static void eval_part(const struct column *args, const struct sel *sel, struct val *out, part_fn fn)
{
    char room[VAL_PRINT_MAX];
    char part_room[VAL_PRINT_MAX];
    struct str s;
    struct str part;

    SEL_FOR (sel, i) {
        out[i] = val_bool(cell_text(column_at(&args[0], i), room, &s) &&
                          cell_text(column_at(&args[1], i), part_room, &part) && fn(s, part));
    }
}

#define PART_KERNEL(id, fn)                                                                        \
    static enum lanner_rc eval_##id(struct fn_run *run, const struct column *args,                 \
                                    const struct sel *sel, struct val *out,                        \
                                    struct lanner_err *err)                                        \
    {                                                                                              \
        (void)run;                                                                                 \
        (void)err;                                                                                 \
        eval_part(args, sel, out, fn);                                                             \
        return LANNER_OK;                                                                          \
    }
PART_KERNEL(contains, has_part)
PART_KERNEL(starts, str_starts)
PART_KERNEL(ends, str_ends)

static bool part_literals(const struct fn_call *call, fn_literals *out, struct arena *a)
{
    /* A constant on the left says nothing about a column. */
    return !arg_at(call, 0)->is_const && arg_at(call, 1)->is_const &&
           literal_add(out, arg_text(call, 1, a));
}

/* ---- text:substring, positionOf, trim ----------------------------------------------------------
 */

/* Byte offset of the n-th grapheme cluster from `i` on; SIZE_MAX when the text has fewer. */
static size_t grapheme_offset(struct str s, size_t i, int64_t n)
{
    while (n > 0 && i < s.len) {
        i = utf8_grapheme_end(s, i);
        n--;
    }
    return n > 0 ? SIZE_MAX : i;
}

enum { SUBSTRING_TEXT, SUBSTRING_BEGIN, SUBSTRING_END };

static enum lanner_rc eval_substring(struct fn_run *run, const struct column *args,
                                     const struct sel *sel, struct val *out, struct lanner_err *err)
{
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[SUBSTRING_TEXT], i);
        const struct val *v_begin = column_at(&args[SUBSTRING_BEGIN], i);
        const struct val *v_end = column_at(&args[SUBSTRING_END], i);
        int64_t begin = 0;
        int64_t end = -1;
        size_t from;
        size_t to;

        out[i] = VAL_ABSENT;
        if (!cell_text(v, room, &s) || (!val_is_null(v_begin) && !cell_long(v_begin, &begin)) ||
            (!val_is_null(v_end) && (!cell_long(v_end, &end) || end < begin)) || begin < 0)
            continue;
        from = grapheme_offset(s, 0, begin);
        to = from == SIZE_MAX ? from : end < 0 ? s.len : grapheme_offset(s, from, end - begin);
        if (to == SIZE_MAX)
            continue;
        if (val_is_text(v))
            out[i] = val_text(s.ptr + from, to - from);
        else
            out[i] = result_text(run, str_of(s.ptr + from, to - from));
    }
    return LANNER_OK;
}

enum { POSITION_TEXT, POSITION_PART, POSITION_BEGIN, POSITION_OCCURRENCE };

struct position {
    int64_t begin, occurrence;
};

static enum lanner_rc bind_position(struct fn_call *call, struct lanner_err *err)
{
    struct position *p = ARENA_NEW(call->env->arena, struct position);

    TRY(arg_long(call, POSITION_BEGIN, "begin", 0, 0, INT64_MAX, &p->begin, err));
    TRY(arg_long(call, POSITION_OCCURRENCE, "occurrence", 1, 1, INT64_MAX, &p->occurrence, err));
    call->state = p;
    return LANNER_OK;
}

/* Zero-based, in grapheme clusters; -1 when the part is not there so often. */
static int64_t position_of(struct str s, struct str part, const struct position *p)
{
    int64_t left = p->occurrence;
    int64_t n = 0;

    for (size_t i = 0; i < s.len; i = utf8_grapheme_end(s, i), n++) {
        if (n < p->begin || part.len > s.len - i || memcmp(s.ptr + i, part.ptr, part.len) != 0)
            continue;
        if (--left == 0)
            return n;
    }
    return -1;
}

static enum lanner_rc eval_position(struct fn_run *run, const struct column *args,
                                    const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct position *p = run->call->state;
    char room[VAL_PRINT_MAX];
    char part_room[VAL_PRINT_MAX];
    struct str s;
    struct str part;

    (void)err;
    SEL_FOR (sel, i) {
        int64_t at = -1;

        if (cell_text(column_at(&args[POSITION_TEXT], i), room, &s) &&
            cell_text(column_at(&args[POSITION_PART], i), part_room, &part) && part.len > 0)
            at = position_of(s, part, p);
        out[i] = at < 0 ? VAL_ABSENT : val_long(at);
    }
    return LANNER_OK;
}

enum { TRIM_START = 1, TRIM_END = 2 };

static enum lanner_rc bind_trim(struct fn_call *call, struct lanner_err *err)
{
    unsigned *mode = ARENA_NEW(call->env->arena, unsigned);
    struct str s = arg_text(call, 1, call->env->arena);

    if (s.len == 0 || str_eq_nocase(s, STR("both")))
        *mode = TRIM_START | TRIM_END;
    else if (str_eq_nocase(s, STR("start")))
        *mode = TRIM_START;
    else if (str_eq_nocase(s, STR("end")))
        *mode = TRIM_END;
    else
        return err_set_at(err, LANNER_ERR_QUERY, call->at,
                          "mode of text:trim() must be both, start or end");
    call->state = mode;
    return LANNER_OK;
}

static enum lanner_rc eval_trim(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, struct lanner_err *err)
{
    unsigned mode = *(const unsigned *)run->call->state;

    (void)err;
    SEL_FOR (sel, i) {
        struct val v = *column_at(&args[0], i);
        struct str s;

        if (val_is_text(&v)) {
            s = val_as_str(&v);
            while ((mode & TRIM_START) != 0 && s.len > 0 && ascii_is_space(s.ptr[0]))
                s = str_of(s.ptr + 1, s.len - 1);
            while ((mode & TRIM_END) != 0 && s.len > 0 && ascii_is_space(s.ptr[s.len - 1]))
                s.len--;
            v.u.ptr = s.ptr;
            v.len = (uint32_t)s.len;
        }
        out[i] = v;
    }
    return LANNER_OK;
}

/* ---- rows --------------------------------------------------------------------------------------
 */

static const struct fn_param lower_params[] = {PARAM("field", P_FIELD, PARAM_FIRST, NULL),
                                               PARAM("locale", P_TEXT, 0, NULL), PARAM_AS("_lower"),
                                               PARAMS_END};
static const struct fn_param upper_params[] = {PARAM("field", P_FIELD, PARAM_FIRST, NULL),
                                               PARAM("locale", P_TEXT, 0, NULL), PARAM_AS("_upper"),
                                               PARAMS_END};
PARAMS_FIELD_AS(length_params, "_length");
static const struct fn_param strip_params[] = {PARAM("field", P_FIELD, PARAM_DEFAULT, "@rawstring"),
                                               PARAM_AS(NULL), PARAMS_END};
static const struct fn_param concat_params[] = {
    PARAM("field", P_FIELD, PARAM_FIRST | PARAM_MANY, NULL), PARAM_AS("_concat"), PARAMS_END};
static const struct fn_param part_params[] = {PARAM("string", P_EXPR, PARAM_FIRST, NULL),
                                              PARAM("substring", P_EXPR, PARAM_REQUIRED, NULL),
                                              PARAMS_END};
static const struct fn_param text_length_params[] = {PARAM("string", P_EXPR, PARAM_FIRST, NULL),
                                                     PARAM_AS("_length"), PARAMS_END};
static const struct fn_param substring_params[] = {
    PARAM("string", P_EXPR, PARAM_FIRST, NULL), PARAM("begin", P_EXPR, 0, "0"),
    PARAM("end", P_EXPR, 0, NULL), PARAM_AS("_string"), PARAMS_END};
static const struct fn_param position_params[] = {PARAM("string", P_EXPR, PARAM_FIRST, NULL),
                                                  PARAM("character", P_EXPR, PARAM_REQUIRED, NULL),
                                                  PARAM("begin", P_NUMBER, 0, "0"),
                                                  PARAM("occurrence", P_NUMBER, 0, "1"),
                                                  PARAM_AS("_position"),
                                                  PARAMS_END};
static const struct fn_param trim_params[] = {PARAM("field", P_FIELD, PARAM_FIRST, NULL),
                                              PARAM_WORDS("mode", 0, "both", "both|start|end"),
                                              PARAM_AS("_trim"), PARAMS_END};

#define TEXT_FAMILY "Strings and text"

const struct fn_def fn_text[] = {
    {
        .name = "lower",
        .kind = FN_SCALAR,
        .params = lower_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "lower"},
        .family = TEXT_FAMILY,
        .doc = "The text in lower case, all of Unicode.",
        .eval = eval_lower,
    },
    {
        .name = "upper",
        .kind = FN_SCALAR,
        .params = upper_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "upper"},
        .family = TEXT_FAMILY,
        .doc = "The text in upper case, all of Unicode.",
        .eval = eval_upper,
    },
    {
        .name = "length",
        .kind = FN_SCALAR,
        .params = length_params,
        .ret = TYPE_LONG,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "length"},
        .family = TEXT_FAMILY,
        .doc = "Number of UTF-16 code units of the text.",
        .eval = eval_length,
    },
    {
        .name = "concat",
        .kind = FN_SCALAR,
        .params = concat_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "concat"},
        .family = TEXT_FAMILY,
        .doc = "The values of the fields one after another; missing fields contribute nothing.",
        .eval = eval_concat,
    },
    {
        .name = "stripAnsiCodes",
        .kind = FN_SCALAR,
        .params = strip_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "stripAnsiCodes"},
        .family = TEXT_FAMILY,
        .doc = "The text without ANSI escape sequences.",
        .eval = eval_strip,
    },
    {
        .name = "text:contains",
        .kind = FN_PREDICATE,
        .params = part_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "text:contains"},
        .family = "Filters",
        .doc = "The text contains the other text, byte for byte.",
        .eval = eval_contains,
        .literals = part_literals,
    },
    {
        .name = "text:startsWith",
        .kind = FN_PREDICATE,
        .params = part_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "text:startsWith"},
        .family = "Filters",
        .doc = "The text begins with the other text.",
        .eval = eval_starts,
        .literals = part_literals,
    },
    {
        .name = "text:endsWith",
        .kind = FN_PREDICATE,
        .params = part_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "text:endsWith"},
        .family = "Filters",
        .doc = "The text ends with the other text.",
        .eval = eval_ends,
        .literals = part_literals,
    },
    {
        .name = "text:length",
        .kind = FN_SCALAR,
        .params = text_length_params,
        .ret = TYPE_LONG,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "text:length"},
        .family = TEXT_FAMILY,
        .doc = "Number of characters as a reader counts them (extended grapheme clusters).",
        .eval = eval_graphemes,
    },
    {
        .name = "text:substring",
        .kind = FN_SCALAR,
        .params = substring_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .keeps_bytes = true,
        .spelled = {[LANG_CQL] = "text:substring"},
        .family = TEXT_FAMILY,
        .doc = "The characters from `begin` up to, not including, `end`, counted from 0. Bounds "
               "outside the text give no value.",
        .eval = eval_substring,
    },
    {
        .name = "text:positionOf",
        .kind = FN_SCALAR,
        .params = position_params,
        .ret = TYPE_LONG,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "text:positionOf"},
        .family = TEXT_FAMILY,
        .doc = "Position, in characters from 0, at which the other text stands for the n-th time; "
               "no value when it does not.",
        .bind = bind_position,
        .eval = eval_position,
    },
    {
        .name = "text:trim",
        .kind = FN_SCALAR,
        .params = trim_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULL_IN_NULL_OUT,
        .keeps_bytes = true,
        .spelled = {[LANG_CQL] = "text:trim"},
        .family = TEXT_FAMILY,
        .doc = "The text without white space at its ends.",
        .bind = bind_trim,
        .eval = eval_trim,
    },
    {0},
};
