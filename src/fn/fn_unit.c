/* fn_unit.c - unit:convert() and bit fields. */
#include <math.h>

#include "fn/decimal.h"
#include "fn/kernel.h"
#include "util/num.h"

/* ---- unit:convert ------------------------------------------------------------------------------
 */

enum { UNIT_FIELD, UNIT_FROM, UNIT_TO, UNIT_UNIT, UNIT_BINARY, UNIT_KEEP };

/* A prefix as 10^decimal or 2^binary. */
struct prefix {
    const char *name;
    int8_t decimal;
    int8_t binary; /* 0: not a binary prefix */
};

/* Longer names first: `Ki` before `K`. `binary` also serves binary=true for k, M, G ... */
static const struct prefix prefixes[] = {
    {"Ki", 0, 10}, {"Mi", 0, 20}, {"Gi", 0, 30}, {"Ti", 0, 40},       {"Pi", 0, 50},
    {"Ei", 0, 60}, {"Zi", 0, 70}, {"Yi", 0, 80}, {"k", 3, 10},        {"K", 3, 10},
    {"M", 6, 20},  {"G", 9, 30},  {"T", 12, 40}, {"P", 15, 50},       {"E", 18, 60},
    {"Z", 21, 70}, {"Y", 24, 80}, {"m", -3, 0},  {"u", -6, 0},        {"\xC2\xB5", -6, 0},
    {"n", -9, 0},  {"p", -12, 0}, {"f", -15, 0}, {"\xCE\xBC", -6, 0},
};

/* Seconds of the time units that may stand after the slash of a rate. */
static const struct {
    const char *name;
    double seconds;
} rates[] = {
    {"ms", 0.001},      {"millisecond", 0.001}, {"s", 1},
    {"sec", 1},         {"second", 1},          {"m", 60},
    {"min", 60},        {"minute", 60},         {"h", 3600},
    {"hr", 3600},       {"hour", 3600},         {"d", 86400},
    {"day", 86400},     {"w", 604800},          {"week", 604800},
    {"mon", 2592000},   {"month", 2592000},     {"y", 31536000},
    {"year", 31536000},
};

/* What a unit text says: a factor and what is left of the unit's name. */
struct unit {
    double times; /* multiply, then divide: powers of ten stay exact that way */
    double over;
    struct str name;
};

struct convert {
    struct unit from, to;
    bool has_from, has_to;
    struct str unit;
    struct str suffix; /* printed behind the number when the unit is kept */
    bool binary, keep;
};

static double power(double base, int n)
{
    double v = 1;

    while (n-- > 0)
        v *= base;
    return v;
}

static void apply_prefix(struct unit *u, const struct prefix *p, bool binary)
{
    if (p->binary > 0 && (binary || p->decimal == 0))
        u->times *= power(2, p->binary);
    else if (p->decimal >= 0)
        u->times *= power(10, p->decimal);
    else
        u->over *= power(10, -p->decimal);
}

/* `MB/s`: the rate goes into the factor, a prefix too unless the whole is the expected unit's name.
 * A single letter is a prefix only where no unit is spelled so (`m` alone is metres or milli: a
 * unit). */
static bool read_unit(struct str s, struct str expected, bool binary, bool bare_prefix,
                      struct unit *out)
{
    size_t slash = str_find_char(s, '/');

    *out = (struct unit){1, 1, s};
    if (slash != SIZE_MAX) {
        struct str per = str_trim(str_of(s.ptr + slash + 1, s.len - slash - 1));
        bool known = false;

        for (size_t k = 0; k < ARRAY_LEN(rates) && !known; k++) {
            struct str name = str_z(rates[k].name);

            known = str_eq(per, name) ||
                    (per.len == name.len + 1 && per.ptr[name.len] == 's' && str_starts(per, name));
            if (known)
                out->over *= rates[k].seconds;
        }
        if (!known)
            return false;
        s = str_trim(str_of(s.ptr, slash));
    }
    out->name = s;
    if (s.len == 0 || (expected.len > 0 && str_eq(s, expected)))
        return true;
    for (size_t k = 0; k < ARRAY_LEN(prefixes); k++) {
        struct str name = str_z(prefixes[k].name);
        struct str rest;

        if (!str_starts(s, name))
            continue;
        rest = str_of(s.ptr + name.len, s.len - name.len);
        if (expected.len > 0 ? !str_eq(rest, expected) && rest.len > 0
            : rest.len == 0  ? !bare_prefix
                             : rest.len > 4)
            continue;
        apply_prefix(out, &prefixes[k], binary);
        out->name = rest;
        return true;
    }
    return expected.len == 0;
}

static enum lanner_rc bind_unit(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct convert *c = ARENA_NEW(a, struct convert);
    struct str from = arg_text(call, UNIT_FROM, a);
    struct str to = arg_text(call, UNIT_TO, a);

    c->unit = arg_text(call, UNIT_UNIT, a);
    c->binary = arg_bool(call, UNIT_BINARY, false);
    c->keep = arg_bool(call, UNIT_KEEP, false);
    c->has_from = from.len > 0;
    c->has_to = to.len > 0;
    c->suffix = to;
    if ((c->has_from && !read_unit(from, c->unit, c->binary, true, &c->from)) ||
        (c->has_to && !read_unit(to, c->unit, c->binary, true, &c->to)))
        return err_set_at(err, LANNER_ERR_QUERY, call->at,
                          "unit:convert() does not know the unit '%.*s'",
                          STR_ARG(c->has_to ? to : from));
    call->state = c;
    return LANNER_OK;
}

/* The number at the start and the unit behind it. */
static bool split_number(struct str s, double *number, struct str *unit)
{
    size_t n = 0;

    s = str_trim(s);
    while (n < s.len &&
           (ascii_is_digit(s.ptr[n]) || s.ptr[n] == '.' || s.ptr[n] == '-' || s.ptr[n] == '+'))
        n++;
    /* An exponent belongs to the number, an `E` of exabytes does not. */
    if (n + 1 < s.len && ascii_lower(s.ptr[n]) == 'e' &&
        (ascii_is_digit(s.ptr[n + 1]) ||
         (n + 2 < s.len && (s.ptr[n + 1] == '-' || s.ptr[n + 1] == '+') &&
          ascii_is_digit(s.ptr[n + 2])))) {
        n += 2;
        while (n < s.len && ascii_is_digit(s.ptr[n]))
            n++;
    }
    *unit = str_trim(str_of(s.ptr + n, s.len - n));
    return num_parse_double(str_of(s.ptr, n), number);
}

static bool convert(const struct convert *c, struct str s, double *out)
{
    struct unit u = {1, 1, STR("")};
    struct str name;

    if (!split_number(s, out, &name))
        return false;
    if (name.len > 0) {
        if (!read_unit(name, c->unit, c->binary, true, &u))
            return false;
    } else if (c->has_from) {
        u = c->from;
    }
    if (u.times != 1)
        *out *= u.times;
    if (u.over != 1)
        *out /= u.over;
    if (c->has_to && c->to.over != 1)
        *out *= c->to.over;
    if (c->has_to && c->to.times != 1)
        *out /= c->to.times;
    return true;
}

/* LogScale's documentation shows small results without an exponent (514 us: 0.000514). */
#define PLAIN_BELOW 1e-3

static struct val plain_decimal(const struct fn_run *run, double d)
{
    struct num_decimal digits;
    struct buf text = {0};
    struct val v;

    num_shortest(d, &digits);
    if (digits.negative)
        buf_putc(&text, '-');
    decimal_put_fixed(&text, d, digits.n - digits.exp10, false);
    v = result_text(run, buf_str(&text));
    buf_done(&text);
    return v;
}

static enum lanner_rc eval_unit(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct convert *c = run->call->state;
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        double d;
        int64_t n;

        out[i] = VAL_ABSENT;
        if (!cell_text(column_at(&args[UNIT_FIELD], i), room, &s) || !convert(c, s, &d))
            continue;
        out[i] = double_is_long(d, &n) ? val_long(n) : val_double(d);
        if (out[i].kind == KIND_DOUBLE && fabs(d) < PLAIN_BELOW)
            out[i] = plain_decimal(run, d);
        if (c->keep && c->suffix.len > 0 && !val_is_null(&out[i])) {
            s = val_print(&out[i], room);
            out[i] = val_str(arena_printf(run->arena, "%.*s %.*s", STR_ARG(s), STR_ARG(c->suffix)));
        }
    }
    return LANNER_OK;
}

/* ---- bitfield:* --------------------------------------------------------------------------------
 */

struct flag {
    unsigned bit;
    struct str name;
    size_t out;
};

struct flags {
    struct flag *items;
    size_t n;
    bool only_true;
    struct str separator;
};

static enum lanner_rc one_flag(const struct fn_call *call, const struct val *bit,
                               const struct val *name, struct flag *out, struct lanner_err *err)
{
    char room[VAL_PRINT_MAX];
    struct str s;
    int64_t n;

    if (!cell_long(bit, &n) || n < 0 || n > 63 || !cell_text(name, room, &s) || s.len == 0)
        return err_set_at(err, LANNER_ERR_QUERY, call->at,
                          "%s() takes pairs [bit, name] with bits from 0 to 63", call_name(call));
    *out = (struct flag){(unsigned)n, arena_str(call->env->arena, s), SIZE_MAX};
    return LANNER_OK;
}

/* A list of pairs, or one pair. */
static enum lanner_rc read_flags(const struct fn_call *call, struct arena *a, struct flags *f,
                                 struct lanner_err *err)
{
    size_t n;
    const struct val *items = arg_list(call, 1, &n);
    bool one_pair = n == 2 && items[0].kind != KIND_ARRAY;

    f->items = ARENA_ARRAY(a, struct flag, MAX(n, 1));
    f->n = one_pair ? 1 : n;
    if (one_pair)
        return one_flag(call, &items[0], &items[1], &f->items[0], err);
    for (size_t k = 0; k < n; k++) {
        static const struct val none = {.kind = KIND_ABSENT};
        bool pair = items[k].kind == KIND_ARRAY && items[k].len == 2;

        TRY(one_flag(call, pair ? &items[k].u.items[0] : &none, pair ? &items[k].u.items[1] : &none,
                     &f->items[k], err));
    }
    return LANNER_OK;
}

static enum lanner_rc writes_flags(const struct fn_call *call, fn_names *names, struct arena *a,
                                   struct lanner_err *err)
{
    struct flags f = {0};

    TRY(read_flags(call, a, &f, err));
    for (size_t k = 0; k < f.n; k++)
        VEC_PUSH(names, f.items[k].name);
    return LANNER_OK;
}

static int by_bit(const void *a, const void *b)
{
    const struct flag *x = a;
    const struct flag *y = b;

    return (x->bit > y->bit) - (x->bit < y->bit);
}

static enum lanner_rc bind_flags(struct fn_call *call, struct lanner_err *err)
{
    struct flags *f = ARENA_NEW(call->env->arena, struct flags);

    TRY(read_flags(call, call->env->arena, f, err));
    for (size_t k = 0; k < f->n; k++)
        f->items[k].out = out_index(call, f->items[k].name);
    qsort(f->items, f->n, sizeof(*f->items), by_bit);
    f->only_true = arg_bool(call, 2, false);
    call->state = f;
    return LANNER_OK;
}

static enum lanner_rc bind_flags_text(struct fn_call *call, struct lanner_err *err)
{
    struct flags *f;

    TRY(bind_flags(call, err));
    f = call->state;
    f->separator = arg_text(call, 2, call->env->arena);
    if (!arg_given(call, 2))
        f->separator = STR(" ");
    return LANNER_OK;
}

/* 64 bits, signed or unsigned. */
static bool cell_bits(const struct val *v, uint64_t *out)
{
    struct val n = val_to_num(v);

    if (n.kind == KIND_LONG) {
        *out = (uint64_t)n.u.i;
        return true;
    }
    if (n.kind != KIND_DOUBLE || n.u.d < 0 || n.u.d >= 18446744073709551616.0 ||
        n.u.d != __builtin_floor(n.u.d))
        return false;
    *out = (uint64_t)n.u.d;
    return true;
}

static enum lanner_rc eval_flags(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct fn_multi *out,
                                 struct lanner_err *err)
{
    const struct flags *f = run->call->state;

    (void)err;
    SEL_FOR (sel, i) {
        uint64_t bits;

        if (!cell_bits(column_at(&args[0], i), &bits))
            continue;
        for (size_t k = 0; k < f->n; k++) {
            bool set = (bits >> f->items[k].bit & 1) != 0;

            if (f->items[k].out != SIZE_MAX && (set || !f->only_true))
                out->out[f->items[k].out][i] = val_bool(set);
        }
    }
    return LANNER_OK;
}

static enum lanner_rc eval_flags_text(struct fn_run *run, const struct column *args,
                                      const struct sel *sel, struct val *out,
                                      struct lanner_err *err)
{
    const struct flags *f = run->call->state;
    struct buf text = {0};

    (void)err;
    SEL_FOR (sel, i) {
        uint64_t bits;
        bool any = false;

        out[i] = VAL_ABSENT;
        if (!cell_bits(column_at(&args[0], i), &bits))
            continue;
        buf_clear(&text);
        for (size_t k = 0; k < f->n; k++) {
            if ((bits >> f->items[k].bit & 1) == 0)
                continue;
            if (any)
                buf_put_str(&text, f->separator);
            buf_put_str(&text, f->items[k].name);
            any = true;
        }
        out[i] = result_text(run, buf_str(&text));
    }
    buf_done(&text);
    return LANNER_OK;
}

/* ---- bitfield:extractFlagsAsArray ---- */

/* `name[]` or `name`, to the names of its elements: as many as there are flags. */
static enum lanner_rc writes_flags_array(const struct fn_call *call, fn_names *names,
                                         struct arena *a, struct lanner_err *err)
{
    struct str as = arg_text(call, 2, a);
    struct flags f = {0};

    TRY(read_flags(call, a, &f, err));
    if (str_ends(as, STR("[]")))
        as.len -= 2;
    for (size_t k = 0; k < f.n; k++)
        VEC_PUSH(names, arena_printf(a, "%.*s[%zu]", STR_ARG(as), k));
    return LANNER_OK;
}

struct flags_array {
    struct flags f;
    size_t *out; /* of each element; SIZE_MAX: nobody asks */
};

static enum lanner_rc bind_flags_array(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct flags_array *p = ARENA_NEW(a, struct flags_array);
    fn_names names = {0};
    enum lanner_rc rc;

    TRY(read_flags(call, a, &p->f, err));
    qsort(p->f.items, p->f.n, sizeof(*p->f.items), by_bit);
    rc = writes_flags_array(call, &names, a, err);
    p->out = ARENA_ARRAY(a, size_t, names.n);
    for (size_t k = 0; k < names.n; k++)
        p->out[k] = out_index(call, names.items[k]);
    VEC_DONE(&names);
    call->state = p;
    return rc;
}

static enum lanner_rc eval_flags_array(struct fn_run *run, const struct column *args,
                                       const struct sel *sel, struct fn_multi *out,
                                       struct lanner_err *err)
{
    const struct flags_array *p = run->call->state;

    (void)err;
    SEL_FOR (sel, i) {
        uint64_t bits;
        size_t n = 0;

        if (!cell_bits(column_at(&args[0], i), &bits))
            continue;
        for (size_t k = 0; k < p->f.n; k++) {
            if ((bits >> p->f.items[k].bit & 1) == 0)
                continue;
            if (p->out[n] != SIZE_MAX)
                out->out[p->out[n]][i] = val_str(p->f.items[k].name);
            n++;
        }
        for (; n < p->f.n; n++) {
            if (p->out[n] != SIZE_MAX)
                out->out[p->out[n]][i] = VAL_ABSENT;
        }
    }
    return LANNER_OK;
}

static const struct fn_param flags_array_params[] = {
    PARAM("field", P_FIELD, PARAM_REQUIRED, NULL), PARAM("flagNames", P_LIST, PARAM_REQUIRED, NULL),
    PARAM("asArray", P_TEXT, 0, "_flags[]"), PARAMS_END};

static const struct fn_param unit_params[] = {PARAM("field", P_FIELD, PARAM_FIRST, NULL),
                                              PARAM("from", P_TEXT, 0, NULL),
                                              PARAM("to", P_TEXT, 0, NULL),
                                              PARAM("unit", P_TEXT, 0, NULL),
                                              PARAM("binary", P_BOOL, 0, "false"),
                                              PARAM("keepUnit", P_BOOL, 0, "false"),
                                              PARAM_AS(NULL),
                                              PARAMS_END};
static const struct fn_param flags_params[] = {PARAM("field", P_FIELD, PARAM_REQUIRED, NULL),
                                               PARAM("output", P_LIST, PARAM_REQUIRED, NULL),
                                               PARAM("onlyTrue", P_BOOL, 0, "false"), PARAMS_END};
static const struct fn_param flags_text_params[] = {
    PARAM("field", P_FIELD, PARAM_REQUIRED, NULL), PARAM("flagNames", P_LIST, PARAM_REQUIRED, NULL),
    PARAM("separator", P_TEXT, 0, NULL), PARAM_AS("_flags"), PARAMS_END};

const struct fn_def fn_unit[] = {
    {
        .name = "unit:convert",
        .kind = FN_SCALAR,
        .params = unit_params,
        .ret = TYPE_ANY,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "unit:convert"},
        .family = "Strings and text",
        .doc = "A number with a prefix and a unit (`5 MB`, `514 us`, `120 hits/min`) as a plain "
               "number; rates are per second. `from` is the unit of numbers without one, `to` the "
               "prefix or unit wanted, `binary=true` makes k, M, G powers of 1024.",
        .bind = bind_unit,
        .eval = eval_unit,
    },
    {
        .name = "bitfield:extractFlags",
        .kind = FN_MULTI,
        .params = flags_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "bitfield:extractFlags"},
        .family = "Network, geography, security",
        .doc = "Sets a field to `true` or `false` for each pair of bit (0 is the lowest) and name.",
        .bind = bind_flags,
        .eval_multi = eval_flags,
        .writes = writes_flags,
    },
    {
        .name = "bitfield:extractFlagsAsArray",
        .kind = FN_MULTI,
        .params = flags_array_params,
        .ret = TYPE_RAW,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "bitfield:extractFlagsAsArray"},
        .family = "Network, geography, security",
        .doc = "The names of the bits that are set, from low to high, as an array.",
        .bind = bind_flags_array,
        .eval_multi = eval_flags_array,
        .writes = writes_flags_array,
    },
    {
        .name = "bitfield:extractFlagsAsString",
        .kind = FN_SCALAR,
        .params = flags_text_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "bitfield:extractFlagsAsString"},
        .family = "Network, geography, security",
        .doc = "The names of the bits that are set, from the lowest on.",
        .bind = bind_flags_text,
        .eval = eval_flags_text,
    },
    {0},
};
