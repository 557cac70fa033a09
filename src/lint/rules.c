/* rules.c - the table of rules, made of rules.def. */
#include "lint/rules.h"

#include "util/num.h"

#define RULE(number, function, name, severity, scope, title, why, advice)                          \
    {{"LNR" #number, name, LINT_##severity, LINT_##scope, title, why, advice}, function},
static const struct lint_row rows[] = {
#include "lint/rules.def"
};
#undef RULE

static const char *const severities[] = {
    [LINT_INFO] = "info", [LINT_WARNING] = "warning", [LINT_ERROR] = "error"};

const char *lint_severity_name(enum lint_severity s)
{
    return severities[s];
}

bool lint_severity_named(struct str name, enum lint_severity *out)
{
    for (size_t i = 0; i < ARRAY_LEN(severities); i++) {
        if (str_eq_nocase(name, str_z(severities[i]))) {
            *out = (enum lint_severity)i;
            return true;
        }
    }
    return false;
}

const struct lint_row *lint_row_at(size_t i)
{
    return i < ARRAY_LEN(rows) ? &rows[i] : NULL;
}

const struct lint_rule *lint_rule_at(size_t i)
{
    return i < ARRAY_LEN(rows) ? &rows[i].rule : NULL;
}

const struct lint_rule *lint_rule_find(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct lint_rule *r = &rows[i].rule;
        struct str id = str_z(r->id), rest = name;

        if (str_eq_nocase(name, id) || str_eq_nocase(name, str_z(r->name)))
            return r;
        if (name.len <= id.len + 1 || name.ptr[id.len] != '-')
            continue;
        rest = str_of(name.ptr + id.len + 1, name.len - id.len - 1);
        if (str_eq_nocase(str_of(name.ptr, id.len), id) && str_eq_nocase(rest, str_z(r->name)))
            return r;
    }
    return NULL;
}

const struct lint_rule *lint_rule_numbered(const char *id)
{
    const struct lint_rule *r = lint_rule_find(str_z(id));

    assert(r != NULL);
    return r;
}

void rule_none(struct lint_run *run)
{
    (void)run; /* lint.c makes its findings */
}

static const char *scope_words(const struct lint_rule *r)
{
    switch (r->scope) {
    case LINT_AQL:
        return "AQL";
    case LINT_CQL:
        return "CQL";
    case LINT_PACK:
        return "pack";
    default:
        return "AQL, CQL";
    }
}

void lint_put_rules(bool markdown, struct buf *out)
{
    if (markdown)
        buf_puts(out, "| rule | severity | for | what it finds | why | what to do |\n"
                      "| --- | --- | --- | --- | --- | --- |\n");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct lint_rule *r = &rows[i].rule;

        if (markdown)
            buf_printf(out, "| `%s-%s` | %s | %s | %s | %s | %s |\n", r->id, r->name,
                       lint_severity_name(r->severity), scope_words(r), r->title, r->why,
                       r->advice);
        else
            buf_printf(out, "%s-%s (%s; %s): %s\n    %s\n    %s\n", r->id, r->name,
                       lint_severity_name(r->severity), scope_words(r), r->title, r->why,
                       r->advice);
    }
}
