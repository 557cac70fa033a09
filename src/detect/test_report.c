/* test_report.c - what came of tests: the Test Anything Protocol for people and build tools,
 * JUnit's XML and JSON for continuous integration. */
#include <stdlib.h>

#include "detect/compare.h"
#include "detect/testing.h"
#include "util/safe.h"

#define NAME_BYTES 200

static bool is_failure(const struct test_outcome *o)
{
    return o->status == TEST_FAILED || o->status == TEST_BROKEN;
}

/* "ten users in one hour [cql] entra-unknown-users" */
static void put_name(const struct test_outcome *o, struct buf *out)
{
    text_put_safe(out, o->name, NAME_BYTES);
    if (o->detection == NULL)
        return;
    if (o->line > 0)
        buf_printf(out, " [%s]", query_language_name(o->language));
    buf_putc(out, ' ');
    text_put_safe(out, o->detection->id, NAME_BYTES);
}

/* In TAP a `#` in a name begins a directive. */
static void put_tap_name(const struct test_outcome *o, struct buf *out)
{
    struct buf name = {0};

    put_name(o, &name);
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '#' || name.ptr[i] == '\\')
            buf_putc(out, '\\');
        buf_putc(out, name.ptr[i]);
    }
    buf_done(&name);
}

void tests_report_tap_line(size_t number, const struct test_outcome *o, struct buf *out)
{
    struct str rest = o->message;

    buf_printf(out, "%s %zu - ", is_failure(o) ? "not ok" : "ok", number);
    put_tap_name(o, out);
    if (o->status == TEST_UNTESTED)
        buf_puts(out, " # SKIP the detection has no tests");
    else if (o->updated)
        buf_puts(out, " # updated");
    buf_putc(out, '\n');
    if (!is_failure(o))
        return;
    if (o->line > 0 && !str_starts(o->message, o->file)) {
        buf_puts(out, "#   ");
        text_put_safe(out, o->file, 1000);
        buf_printf(out, ":%u\n", o->line);
    }
    while (rest.len > 0) {
        size_t end = str_find_char(rest, '\n');
        size_t len = MIN(end, rest.len);

        buf_puts(out, "#   ");
        buf_put(out, rest.ptr, len);
        buf_putc(out, '\n');
        len = MIN(len + 1, rest.len);
        rest = str_of(rest.ptr + len, rest.len - len);
    }
}

void tests_report_tap_end(const struct test_results *r, struct buf *out)
{
    buf_printf(out, "1..%zu\n", r->n);
    buf_printf(out, "# %zu passed, %zu failed", r->n_status[TEST_PASSED], r->n_status[TEST_FAILED]);
    if (r->n_status[TEST_BROKEN] > 0)
        buf_printf(out, ", %zu broken", r->n_status[TEST_BROKEN]);
    if (r->n_status[TEST_UNTESTED] > 0)
        buf_printf(out, ", %zu %s without tests", r->n_status[TEST_UNTESTED],
                   r->n_status[TEST_UNTESTED] == 1 ? "detection" : "detections");
    if (r->n_updated > 0)
        buf_printf(out, ", %zu %s rewritten", r->n_updated,
                   r->n_updated == 1 ? "expectation" : "expectations");
    buf_printf(out, " in %.2f s\n", (double)r->elapsed_ns / 1e9);
}

static void report_tap(const struct test_results *r, struct buf *out)
{
    buf_puts(out, "TAP version 13\n");
    for (size_t i = 0; i < r->n; i++)
        tests_report_tap_line(i + 1, &r->items[i], out);
    tests_report_tap_end(r, out);
}

static void put_attribute(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, " %s=\"", name);
    safe_put_markup(out, value);
    buf_putc(out, '"');
}

static void put_junit_case(const struct test_outcome *o, struct buf *out)
{
    struct buf name = {0};

    put_name(o, &name);
    buf_puts(out, "    <testcase");
    put_attribute(out, "name", buf_str(&name));
    put_attribute(out, "classname", o->detection != NULL ? o->detection->id : o->file);
    put_attribute(out, "file", o->file);
    if (o->line > 0)
        buf_printf(out, " line=\"%u\"", o->line);
    buf_printf(out, " time=\"%.3f\"", (double)o->elapsed_ns / 1e9);
    if (o->status == TEST_PASSED) {
        buf_puts(out, "/>\n");
    } else if (o->status == TEST_UNTESTED) {
        buf_puts(out, "><skipped message=\"the detection has no tests\"/></testcase>\n");
    } else {
        const char *element = o->status == TEST_FAILED ? "failure" : "error";
        size_t end = str_find_char(o->message, '\n');

        buf_printf(out, ">\n      <%s", element);
        put_attribute(out, "message", str_of(o->message.ptr, MIN(end, o->message.len)));
        buf_putc(out, '>');
        safe_put_markup(out, o->message);
        buf_printf(out, "</%s>\n    </testcase>\n", element);
    }
    buf_done(&name);
}

static void report_junit(const struct test_results *r, struct buf *out)
{
    buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    buf_printf(out,
               "<testsuites tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" "
               "time=\"%.3f\">\n",
               r->n, r->n_status[TEST_FAILED], r->n_status[TEST_BROKEN], r->n_status[TEST_UNTESTED],
               (double)r->elapsed_ns / 1e9);
    /* Outcomes of one file come together: each is a suite. */
    for (size_t i = 0; i < r->n;) {
        size_t end = i, n_status[TEST_UNTESTED + 1] = {0};
        int64_t elapsed_ns = 0;

        while (end < r->n && str_eq(r->items[end].file, r->items[i].file)) {
            n_status[r->items[end].status]++;
            elapsed_ns += r->items[end++].elapsed_ns;
        }
        buf_puts(out, "  <testsuite");
        put_attribute(out, "name", r->items[i].file);
        put_attribute(out, "package", r->items[i].pack);
        buf_printf(
            out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\">\n",
            end - i, n_status[TEST_FAILED], n_status[TEST_BROKEN], n_status[TEST_UNTESTED],
            (double)elapsed_ns / 1e9);
        for (; i < end; i++)
            put_junit_case(&r->items[i], out);
        buf_puts(out, "  </testsuite>\n");
    }
    buf_puts(out, "</testsuites>\n");
}

static void put_member(struct buf *out, const char *name, struct str value)
{
    buf_printf(out, ", \"%s\": ", name);
    safe_put_json(out, value, true);
}

static void report_json(const struct test_results *r, struct buf *out)
{
    static const char *const names[] = {"passed", "failed", "broken", "untested"};

    buf_puts(out, "{\n");
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        buf_printf(out, "  \"%s\": %zu,\n", names[i], r->n_status[i]);
    buf_printf(out, "  \"updated\": %zu,\n  \"seconds\": %.3f,\n  \"tests\": [", r->n_updated,
               (double)r->elapsed_ns / 1e9);
    for (size_t i = 0; i < r->n; i++) {
        const struct test_outcome *o = &r->items[i];

        buf_printf(out, "%s\n    {\"status\": \"%s\"", i > 0 ? "," : "", names[o->status]);
        put_member(out, "pack", o->pack);
        if (o->detection != NULL) {
            put_member(out, "detection", o->detection->id);
            if (o->line > 0)
                put_member(out, "language", str_z(query_language_name(o->language)));
        }
        put_member(out, "name", o->name);
        put_member(out, "file", o->file);
        if (o->line > 0)
            buf_printf(out, ", \"line\": %u", o->line);
        buf_printf(out, ", \"seconds\": %.3f", (double)o->elapsed_ns / 1e9);
        if (o->updated)
            buf_puts(out, ", \"updated\": true");
        if (o->status != TEST_PASSED)
            put_member(out, "message", o->message);
        buf_putc(out, '}');
    }
    buf_puts(out, r->n > 0 ? "\n  ]\n}\n" : "]\n}\n");
}

enum lanner_rc tests_report(const char *format, const struct test_results *r, struct buf *out,
                            struct lanner_err *err)
{
    if (strcmp(format, "tap") == 0)
        report_tap(r, out);
    else if (strcmp(format, "junit") == 0)
        report_junit(r, out);
    else if (strcmp(format, "json") == 0)
        report_json(r, out);
    else
        return err_set(err, LANNER_ERR_USAGE,
                       "unknown output '%.100s': expected tap, junit or json", format);
    return LANNER_OK;
}
