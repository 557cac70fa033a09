/* fn_format.c - format() (printf style) and formatTime() (strftime style), cql.md 3.2.
 *
 * A format is cut into pieces once, when the call is bound; widths and precisions are bounded
 * there. */
#include "fn/decimal.h"
#include "fn/moment.h"
#include "util/num.h"
#include "util/utf8.h"

#define WIDTH_MOST 4096

enum { ARG_NEXT = -1, ARG_AGAIN = -2 };

struct piece {
    struct str text; /* literal text when type is 0 */
    char type;       /* d o x f e g s b c, t for times */
    char code;       /* after t */
    bool upper, left, plus, space, alternate, zero, group, is_short;
    int arg; /* index, or ARG_* while parsing */
    int width;
    int precision; /* -1: not given */
};

struct format {
    struct piece *pieces;
    size_t n;
    struct zone_pick zone;
};

enum { FORMAT_TEXT, FORMAT_ZONE, FORMAT_FIELDS };

/* ---- reading a format --------------------------------------------------------------------------
 */

struct format_reader {
    struct str text;
    size_t pos;
    int next_arg;
    int last_arg;
};

static char peek(const struct format_reader *r)
{
    return r->pos < r->text.len ? r->text.ptr[r->pos] : '\0';
}

static int read_number(struct format_reader *r)
{
    int n = 0;

    while (ascii_is_digit(peek(r)) && n <= WIDTH_MOST)
        n = n * 10 + (r->text.ptr[r->pos++] - '0');
    return n;
}

static void read_flags(struct format_reader *r, struct piece *p)
{
    for (;; r->pos++) {
        switch (peek(r)) {
        case '-':
            p->left = true;
            break;
        case '+':
            p->plus = true;
            break;
        case ' ':
            p->space = true;
            break;
        case '#':
            p->alternate = true;
            break;
        case '0':
            p->zero = true;
            break;
        case ',':
            p->group = true;
            break;
        default:
            return;
        }
    }
}

static void read_index(struct format_reader *r, struct piece *p)
{
    size_t start = r->pos;
    int n;

    p->arg = ARG_NEXT;
    if (peek(r) == '<') {
        p->arg = ARG_AGAIN;
        r->pos++;
        return;
    }
    n = read_number(r);
    if (r->pos > start && n > 0 && peek(r) == '$') {
        p->arg = n - 1;
        r->pos++;
    } else {
        r->pos = start;
    }
}

static bool read_type(struct format_reader *r, struct piece *p)
{
    char c;

    if (peek(r) == 'h') {
        p->is_short = true;
        r->pos++;
    }
    c = peek(r);
    if (c == '\0' || strchr("dioxXfFeEgGsScCbBtTn%", c) == NULL)
        return false;
    r->pos++;
    p->upper = c >= 'A' && c <= 'Z';
    p->type = c == 'i' ? 'd' : ascii_lower(c);
    if (p->type == 't') {
        p->code = peek(r);
        r->pos += p->code != '\0';
        return p->code != '\0' && strchr("HIklMSLNpzZsQBbhAaCYyjmdeRTrDFc", p->code) != NULL;
    }
    return true;
}

static void take_arg(struct format_reader *r, struct piece *p)
{
    if (p->arg == ARG_NEXT)
        p->arg = r->next_arg++;
    else if (p->arg == ARG_AGAIN)
        p->arg = r->last_arg;
    r->last_arg = p->arg;
}

static bool read_spec(struct format_reader *r, struct piece *p)
{
    r->pos++; /* the percent sign */
    p->precision = -1;
    read_index(r, p);
    read_flags(r, p);
    p->width = read_number(r);
    if (peek(r) == '.') {
        r->pos++;
        p->precision = read_number(r);
    }
    if (!read_type(r, p) || p->width > WIDTH_MOST || p->precision > WIDTH_MOST)
        return false;
    if (p->type == 'n' || p->type == '%') {
        p->text = p->type == 'n' ? STR("\n") : STR("%");
        p->type = 0;
    } else {
        take_arg(r, p);
    }
    return true;
}

static enum lanner_rc bind_format(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct format *f = ARENA_NEW(a, struct format);
    struct format_reader r = {.text = arg_text(call, FORMAT_TEXT, a)};

    TRY(arg_need_const(call, FORMAT_TEXT, "format", err));
    TRY(zone_pick_bind(call, FORMAT_ZONE, &f->zone, err));
    f->pieces = ARENA_ARRAY(a, struct piece, r.text.len + 1);
    while (r.pos < r.text.len) {
        struct piece *p = &f->pieces[f->n++];
        size_t start = r.pos;

        if (peek(&r) != '%') {
            while (r.pos < r.text.len && peek(&r) != '%')
                r.pos++;
            p->text = str_of(r.text.ptr + start, r.pos - start);
        } else if (!read_spec(&r, p)) {
            return err_set_at(err, LANNER_ERR_QUERY, call->at,
                              "format() does not know the specifier '%.*s'",
                              (int)MIN(r.pos - start + 1, r.text.len - start), r.text.ptr + start);
        }
    }
    call->state = f;
    return LANNER_OK;
}

/* ---- printing one piece ------------------------------------------------------------------------
 */

/* Sign and digits of a number, padded with zeros inside when asked for. */
static void put_signed(struct buf *out, const struct piece *p, bool negative, struct str digits)
{
    char sign = negative ? '-' : p->plus ? '+' : p->space ? ' ' : '\0';
    size_t len = digits.len + (sign != '\0');

    if (sign != '\0')
        buf_putc(out, sign);
    if (p->zero && !p->left) {
        for (; len < (size_t)p->width; len++)
            buf_putc(out, '0');
    }
    buf_put_str(out, digits);
}

static void put_null(struct buf *out)
{
    buf_puts(out, "null");
}

static void put_decimal(struct buf *out, struct buf *scratch, const struct piece *p, int64_t v)
{
    char room[NUM_PRINT_MAX];
    uint64_t magnitude;
    size_t n = 0;

    if (p->is_short)
        v = (int32_t)v;
    magnitude = v < 0 ? -(uint64_t)v : (uint64_t)v;
    do {
        room[sizeof(room) - ++n] = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude != 0);
    buf_clear(scratch);
    for (size_t k = n; k < (size_t)MAX(p->precision, 0); k++)
        buf_putc(scratch, '0');
    if (p->group)
        decimal_put_grouped(scratch, room + sizeof(room) - n, n);
    else
        buf_put(scratch, room + sizeof(room) - n, n);
    put_signed(out, p, v < 0, buf_str(scratch));
}

static void put_radix(struct buf *out, struct buf *scratch, const struct piece *p, int64_t v)
{
    uint64_t u = p->is_short ? (uint32_t)v : (uint64_t)v;

    buf_clear(scratch);
    if (p->alternate)
        buf_puts(scratch, p->type == 'o' ? "0" : p->upper ? "0X" : "0x");
    if (p->type == 'o')
        buf_printf(scratch, "%.*llo", MAX(p->precision, 1), (unsigned long long)u);
    else if (p->upper)
        buf_printf(scratch, "%.*llX", MAX(p->precision, 1), (unsigned long long)u);
    else
        buf_printf(scratch, "%.*llx", MAX(p->precision, 1), (unsigned long long)u);
    put_signed(out, &(struct piece){.zero = p->zero, .left = p->left, .width = p->width}, false,
               buf_str(scratch));
}

static void put_real(struct buf *out, struct buf *scratch, const struct piece *p, double v)
{
    int precision = p->precision < 0 ? 6 : p->precision;

    buf_clear(scratch);
    if (p->type == 'f')
        decimal_put_fixed(scratch, v, precision, p->group);
    else if (p->type == 'e')
        decimal_put_scientific(scratch, v, precision, p->upper);
    else
        decimal_put_general(scratch, v, precision, p->upper);
    put_signed(out, p, v < 0, buf_str(scratch));
}

/* The first n characters of the text. */
static struct str first_characters(struct str s, int n)
{
    size_t i = 0;

    for (; n > 0 && i < s.len; n--) {
        size_t step = utf8_valid_at(s, i);

        i += step != 0 ? step : 1;
    }
    return str_of(s.ptr, i);
}

static void put_text(struct buf *out, const struct piece *p, struct str s)
{
    if (p->type == 'c')
        s = first_characters(s, 1);
    else if (p->precision >= 0)
        s = first_characters(s, p->precision);
    if (p->upper)
        utf8_put_upper(out, s);
    else
        buf_put_str(out, s);
}

static void put_time(const struct fn_run *run, struct buf *out, const struct piece *p,
                     const struct val *v)
{
    const struct format *f = run->call->state;
    struct moment m;
    int64_t ms;
    size_t before = out->len;

    if (!cell_long(v, &ms) || !moment_make(zone_pick_row(run, &f->zone, NULL), ms, &m)) {
        put_null(out);
        return;
    }
    moment_put(out, p->code, &m);
    for (size_t k = before; p->upper && k < out->len; k++) {
        if (out->ptr[k] >= 'a' && out->ptr[k] <= 'z')
            out->ptr[k] = (char)(out->ptr[k] - ('a' - 'A'));
    }
}

/* A real number is cut to its whole part. */
static void put_integer(struct buf *out, struct buf *scratch, const struct piece *p,
                        const struct val *n)
{
    int64_t i;

    if (n->kind == KIND_LONG) {
        i = n->u.i;
    } else if (n->kind != KIND_DOUBLE || !double_is_long(__builtin_trunc(n->u.d), &i)) {
        put_null(out);
        return;
    }
    if (p->type == 'd')
        put_decimal(out, scratch, p, i);
    else
        put_radix(out, scratch, p, i);
}

static void put_value(const struct fn_run *run, struct buf *out, struct buf *scratch,
                      const struct piece *p, const struct val *v)
{
    char room[VAL_PRINT_MAX];
    struct val n = val_to_num(v);
    struct str s;

    switch (p->type) {
    case 's':
    case 'c':
        if (cell_text(v, room, &s))
            put_text(out, p, s);
        else
            put_null(out);
        break;
    case 'b':
        if (val_is_null(v))
            put_null(out);
        else
            put_text(out, p, cell_truth(v) == 0 ? STR("false") : STR("true"));
        break;
    case 't':
        put_time(run, out, p, v);
        break;
    case 'd':
    case 'o':
    case 'x':
        put_integer(out, scratch, p, &n);
        break;
    default:
        if (val_is_null(&n))
            put_null(out);
        else
            put_real(out, scratch, p, n.kind == KIND_LONG ? (double)n.u.i : n.u.d);
        break;
    }
}

/* Blanks up to the width, in characters. */
static void put_padded(struct buf *out, const struct piece *p, struct str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len && n < (size_t)p->width; n++) {
        size_t step = utf8_valid_at(s, i);

        i += step != 0 ? step : 1;
    }
    if (p->left)
        buf_put_str(out, s);
    for (; n < (size_t)p->width; n++)
        buf_putc(out, ' ');
    if (!p->left)
        buf_put_str(out, s);
}

static enum lanner_rc eval_format(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct format *f = run->call->state;
    size_t n_fields = run->call->n_args > FORMAT_FIELDS ? run->call->n_args - FORMAT_FIELDS : 0;
    static const struct val absent = {.kind = KIND_ABSENT};
    struct buf text = {0};
    struct buf cell = {0};
    struct buf scratch = {0};

    (void)err;
    SEL_FOR (sel, i) {
        buf_clear(&text);
        for (size_t k = 0; k < f->n; k++) {
            const struct piece *p = &f->pieces[k];

            if (p->type == 0) {
                buf_put_str(&text, p->text);
                continue;
            }
            buf_clear(&cell);
            put_value(run, &cell, &scratch, p,
                      (size_t)p->arg < n_fields ? column_at(&args[FORMAT_FIELDS + p->arg], i)
                                                : &absent);
            put_padded(&text, p, buf_str(&cell));
        }
        out[i] = result_text(run, buf_str(&text));
    }
    buf_done(&text);
    buf_done(&cell);
    buf_done(&scratch);
    return LANNER_OK;
}

/* ---- formatTime --------------------------------------------------------------------------------
 */

enum { TIME_FORMAT, TIME_FIELD, TIME_ZONE, TIME_UNIT, TIME_LOCALE };

enum time_unit { UNIT_AUTO, UNIT_SECONDS, UNIT_MS };

/* Up to here an automatic unit takes a number for seconds (cql.md 3.1, formatTime). */
#define AUTO_SECONDS_MOST INT64_C(100000000000)

struct time_format {
    struct str text;
    struct zone_pick zone;
    enum time_unit unit;
};

static enum lanner_rc bind_format_time(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct time_format *f = ARENA_NEW(a, struct time_format);
    struct str unit = arg_text(call, TIME_UNIT, a);

    TRY(arg_need_const(call, TIME_FORMAT, "format", err));
    TRY(zone_pick_bind(call, TIME_ZONE, &f->zone, err));
    if (f->zone.fixed == NULL)
        f->zone.fixed = zone_utc();
    f->text = arg_text(call, TIME_FORMAT, a);
    if (unit.len == 0 || str_eq_nocase(unit, STR("auto")))
        f->unit = UNIT_AUTO;
    else if (str_eq_nocase(unit, STR("seconds")))
        f->unit = UNIT_SECONDS;
    else if (str_eq_nocase(unit, STR("milliseconds")))
        f->unit = UNIT_MS;
    else
        return err_set_at(err, LANNER_ERR_QUERY, call->at,
                          "unit of formatTime() must be auto, seconds or milliseconds");
    call->state = f;
    return LANNER_OK;
}

static bool time_ms(const struct val *v, enum time_unit unit, int64_t *ms)
{
    struct val n = val_to_num(v);
    double d;

    if (val_is_null(&n) || !cell_double(&n, &d))
        return false;
    if (unit == UNIT_AUTO)
        unit = d <= (double)AUTO_SECONDS_MOST && d >= -(double)AUTO_SECONDS_MOST ? UNIT_SECONDS
                                                                                 : UNIT_MS;
    if (n.kind == KIND_LONG) {
        *ms = n.u.i;
        return unit == UNIT_MS || !__builtin_mul_overflow(n.u.i, MS_PER_S, ms);
    }
    return double_is_long(__builtin_floor(unit == UNIT_MS ? d : d * (double)MS_PER_S), ms);
}

static void put_time_text(struct buf *out, struct str format, const struct moment *m)
{
    for (size_t k = 0; k < format.len; k++) {
        char c = format.ptr[k];

        if (c != '%' || k + 1 == format.len) {
            buf_putc(out, c);
        } else if (format.ptr[k + 1] == '%') {
            buf_putc(out, '%');
            k++;
        } else if (moment_put(out, format.ptr[k + 1], m)) {
            k++;
        } else {
            buf_putc(out, c); /* no code: text like any other */
        }
    }
}

static enum lanner_rc eval_format_time(struct fn_run *run, const struct column *args,
                                       const struct sel *sel, struct val *out,
                                       struct lanner_err *err)
{
    const struct time_format *f = run->call->state;
    struct buf text = {0};

    (void)err;
    SEL_FOR (sel, i) {
        struct moment m;
        int64_t ms;

        out[i] = VAL_ABSENT;
        if (!time_ms(column_at(&args[TIME_FIELD], i), f->unit, &ms) ||
            !moment_make(f->zone.fixed, ms, &m))
            continue;
        buf_clear(&text);
        put_time_text(&text, f->text, &m);
        out[i] = result_text(run, buf_str(&text));
    }
    buf_done(&text);
    return LANNER_OK;
}

static const struct fn_param format_params[] = {
    PARAM("format", P_TEXT, PARAM_FIRST, NULL), PARAM("timezone", P_TEXT, 0, NULL),
    PARAM("field", P_FIELD, PARAM_MANY, NULL), PARAM_AS("_format"), PARAMS_END};
static const struct fn_param format_time_params[] = {
    PARAM("format", P_TEXT, PARAM_FIRST, NULL),
    PARAM("field", P_FIELD, 0, "@timestamp"),
    PARAM("timezone", P_TEXT, 0, "UTC"),
    PARAM_WORDS("unit", 0, "auto", "auto|seconds|milliseconds"),
    PARAM("locale", P_TEXT, 0, NULL),
    PARAM_AS("_formatTime"),
    PARAMS_END};

const struct fn_def fn_format[] = {
    {
        .name = "format",
        .kind = FN_SCALAR,
        .params = format_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "format"},
        .family = "Strings and text",
        .doc =
            "The fields printed as the format says: `%s %d %i %x %X %o %f %e %g %b %c %n %%` and "
            "`%tH` and the like for times. `%2$s` takes the second field, `%<s` the last one "
            "again. A missing field, or no number where one is wanted, prints `null`.",
        .bind = bind_format,
        .eval = eval_format,
    },
    {
        .name = "formatTime",
        .kind = FN_SCALAR,
        .params = format_time_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "formatTime"},
        .family = "Time",
        .doc =
            "A time in seconds or milliseconds as text: `%F %T` is `2026-03-02 14:08:07`. Codes: "
            "`%H %I %k %l %M %S %L %N %p %z %Z %s %Q %B %b %h %A %a %C %Y %y %j %m %d %e %R %T %r "
            "%D %F %c`.",
        .bind = bind_format_time,
        .eval = eval_format_time,
    },
    {0},
};
