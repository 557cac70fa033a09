/* report_ndjson.c - one finding a line, complete, and nothing else: for programs. */
#include "report/finding_json.h"

void report_ndjson(const struct report *r)
{
    for (size_t i = 0; i < r->result->n_findings; i++) {
        struct json j = {.out = r->out, .terminal = r->options.terminal};

        if (!report_lists(r, &r->result->findings[i]))
            continue;
        finding_json(&j, &r->result->findings[i]);
        buf_putc(r->out, '\n');
    }
}
