/* fn_pretty.c - json:prettyPrint(): JSON text with line breaks and indents. */
#include "fn/kernel.h"
#include "record/record.h"

enum { PRETTY_FIELD, PRETTY_STEP, PRETTY_STRICT };

#define STEP_MOST  16
#define DEPTH_MOST 512

struct pretty {
    int64_t step;
    bool strict;
};

static enum lanner_rc bind_pretty(struct fn_call *call, struct lanner_err *err)
{
    struct pretty *p = ARENA_NEW(call->env->arena, struct pretty);

    TRY(arg_long(call, PRETTY_STEP, "step", 2, 0, STEP_MOST, &p->step, err));
    p->strict = arg_bool(call, PRETTY_STRICT, false);
    call->state = p;
    return LANNER_OK;
}

static void new_line(struct buf *out, int64_t step, size_t depth)
{
    buf_putc(out, '\n');
    for (size_t k = 0; k < depth * (size_t)step; k++)
        buf_putc(out, ' ');
}

/* s is valid JSON of bounded depth, so brackets outside strings are all there is to look at. */
static void put_pretty(struct buf *out, struct str s, int64_t step)
{
    const char *end = s.ptr + s.len;
    size_t depth = 0;

    for (const char *p = s.ptr; p < end; p++) {
        const char *start = p;

        switch (*p) {
        case '"':
            p = json_string_end(p + 1, end, NULL);
            if (p == NULL)
                return;
            buf_put(out, start, (size_t)(p - start));
            p--;
            break;
        case '{':
        case '[':
            buf_putc(out, *p);
            start = json_skip_blanks(p + 1, end);
            if (start < end && (*start == '}' || *start == ']')) {
                buf_putc(out, *start);
                p = start;
            } else {
                new_line(out, step, ++depth);
            }
            break;
        case '}':
        case ']':
            depth -= depth > 0;
            new_line(out, step, depth);
            buf_putc(out, *p);
            break;
        case ',':
            buf_putc(out, ',');
            new_line(out, step, depth);
            break;
        case ':':
            buf_puts(out, ": ");
            break;
        default:
            if (!ascii_is_space(*p))
                buf_putc(out, *p);
            break;
        }
    }
}

static enum lanner_rc eval_pretty(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct pretty *p = run->call->state;
    struct buf text = {0};
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[PRETTY_FIELD], i);

        out[i] = VAL_ABSENT;
        if (!cell_text(v, room, &s))
            continue;
        if (json_valid(s, DEPTH_MOST, NULL)) {
            buf_clear(&text);
            put_pretty(&text, s, p->step);
            out[i] = result_text(run, buf_str(&text));
        } else if (!p->strict) {
            out[i] = *v;
        }
    }
    buf_done(&text);
    return LANNER_OK;
}

static const struct fn_param pretty_params[] = {
    PARAM("field", P_FIELD, PARAM_DEFAULT, "@rawstring"), PARAM("step", P_NUMBER, 0, "2"),
    PARAM("strict", P_BOOL, 0, "false"), PARAM_AS(NULL), PARAMS_END};

const struct fn_def fn_pretty[] = {
    {
        .name = "json:prettyPrint",
        .kind = FN_SCALAR,
        .params = pretty_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "json:prettyPrint"},
        .family = "Strings and text",
        .doc = "JSON with line breaks and indents. What is no JSON stays as it is, with "
               "`strict=true` it gives no value.",
        .bind = bind_pretty,
        .eval = eval_pretty,
    },
    {0},
};
