/* issues.c - what is wrong in files, as JSON and as SARIF. See report.h. */
#include "report/report.h"
#include "report/sarif.h"
#include "util/utf8.h"

static struct str line_of(struct str text, uint32_t number)
{
    size_t end;

    while (number > 1) {
        end = str_find_char(text, '\n');
        if (end == SIZE_MAX)
            return STR_NONE;
        text = str_of(text.ptr + end + 1, text.len - end - 1);
        number--;
    }
    end = str_find_char(text, '\n');
    return end != SIZE_MAX ? str_of(text.ptr, end) : text;
}

/* SARIF counts columns in UTF-16 code units, we in bytes. */
static uint32_t utf16_column(struct str line, size_t bytes)
{
    uint32_t column = 1;

    for (size_t i = 0; i < MIN(bytes, line.len);)
        column += utf8_next(line, &i) > 0xFFFF ? 2 : 1;
    return column;
}

static void put_rule(struct json *j, const struct report_rule *r)
{
    json_object(j, NULL);
    json_text(j, "id", r->id);
    json_text(j, "name", r->name);
    sarif_put_message(j, "shortDescription", r->title);
    sarif_put_message(j, "fullDescription", r->why);
    sarif_put_message(j, "help", r->advice);
    json_object(j, "defaultConfiguration");
    json_z(j, "level", r->level);
    json_end(j, '}');
    json_end(j, '}');
}

static void put_result(struct json *j, const struct report_issues *s, const struct report_issue *x)
{
    struct str line = line_of(x->text, x->line);
    uint32_t column = 0, end = 0;

    if (x->line > 0 && x->column > 0) {
        column = utf16_column(line, x->column - 1);
        if (x->column - 1 + x->length <= line.len)
            end = utf16_column(line, x->column - 1 + x->length);
    }
    json_object(j, NULL);
    json_text(j, "ruleId", s->rules[x->rule].id);
    json_int(j, "ruleIndex", (int64_t)x->rule);
    json_z(j, "level", s->rules[x->rule].level);
    sarif_put_message(j, "message", x->message);
    json_array(j, "locations");
    json_object(j, NULL);
    sarif_put_location(j, x->file, x->line, column, end);
    json_end(j, '}');
    json_end(j, ']');
    if (x->about.len > 0) {
        json_object(j, "properties");
        json_text(j, "detection", x->about);
        json_end(j, '}');
    }
    json_end(j, '}');
}

void report_issues_sarif(const struct report_issues *s, struct buf *out)
{
    struct json j = {.out = out, .terminal = s->terminal, .pretty = true};

    json_object(&j, NULL);
    json_z(&j, "$schema", SARIF_SCHEMA);
    json_z(&j, "version", "2.1.0");
    json_array(&j, "runs");
    json_object(&j, NULL);
    json_object(&j, "tool");
    json_object(&j, "driver");
    json_z(&j, "name", "Lanner");
    json_z(&j, "version", LANNER_VERSION);
    json_z(&j, "semanticVersion", LANNER_VERSION);
    json_array(&j, "rules");
    for (size_t i = 0; i < s->n_rules; i++)
        put_rule(&j, &s->rules[i]);
    json_end(&j, ']');
    json_end(&j, '}');
    json_end(&j, '}');
    json_array(&j, "invocations");
    json_object(&j, NULL);
    json_bool(&j, "executionSuccessful", !s->failed);
    json_end(&j, '}');
    json_end(&j, ']');
    json_z(&j, "columnKind", "utf16CodeUnits");
    json_array(&j, "results");
    for (size_t i = 0; i < s->n_items; i++)
        put_result(&j, s, &s->items[i]);
    json_end(&j, ']');
    json_end(&j, '}');
    json_end(&j, ']');
    json_end(&j, '}');
    buf_putc(out, '\n');
}

void report_issues_json(const struct report_issues *s, struct buf *out)
{
    struct json j = {.out = out, .terminal = s->terminal, .pretty = true};

    json_array(&j, NULL);
    for (size_t i = 0; i < s->n_items; i++) {
        const struct report_issue *x = &s->items[i];

        json_object(&j, NULL);
        json_text(&j, "rule", s->rules[x->rule].id);
        json_text(&j, "name", s->rules[x->rule].name);
        json_text(&j, "severity", x->severity);
        json_text(&j, "file", x->file);
        json_some_text(&j, "detection", x->about);
        json_some_count(&j, "line", x->line);
        json_some_count(&j, "column", x->column);
        json_some_count(&j, "length", x->line > 0 ? x->length : 0);
        json_text(&j, "message", x->message);
        json_text(&j, "advice", s->rules[x->rule].advice);
        json_end(&j, '}');
    }
    json_end(&j, ']');
    buf_putc(out, '\n');
}
