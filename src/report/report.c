/* report.c - the table of outputs. What each output writes is in the file of its name; what they
 * share is in words.c (text for people), json.c and finding_json.c, and html.c. */
#include "report/report.h"

#include "report/output.h"

static const struct {
    struct report_output output;
    void (*write)(const struct report *r);
} outputs[] = {
#define REPORT(name, help) {{#name, help}, report_##name},
#include "report/reports.def"
#undef REPORT
};

const struct report_output *report_at(size_t i)
{
    return i < ARRAY_LEN(outputs) ? &outputs[i].output : NULL;
}

void report_count(const struct detect_result *result, struct report_counts *out)
{
    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < result->n_findings; i++) {
        const struct finding *f = &result->findings[i];

        if (f->suppressed) {
            out->n_suppressed++;
            continue;
        }
        out->n++;
        out->by_severity[f->severity]++;
        for (size_t k = 0; k < f->n_labels; k++) {
            if (f->labels[k].kind == LABEL_AUTHORISED) {
                out->n_authorised++;
                break;
            }
        }
    }
}

enum lanner_rc report_write(const char *name, const struct detect_result *result,
                            const struct report_options *options, struct buf *out,
                            struct lanner_err *err)
{
    struct report r = {.result = result, .options = *options, .out = out};
    struct buf names = {0};

    for (size_t i = 0; i < ARRAY_LEN(outputs); i++) {
        if (strcmp(outputs[i].output.name, name) == 0) {
            outputs[i].write(&r);
            return LANNER_OK;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(outputs); i++)
        buf_printf(&names, "%s%s", i > 0 ? ", " : "", outputs[i].output.name);
    err_set(err, LANNER_ERR_USAGE, "unknown output '%.40s'", name);
    err_hint(err, "outputs are %.*s", STR_ARG(buf_str(&names)));
    buf_done(&names);
    return LANNER_ERR_USAGE;
}
