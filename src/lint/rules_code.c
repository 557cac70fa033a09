/* rules_code.c - rules about result codes and about text patterns on whole records. */
#include "lint/facts.h"

/* The codes of the table that begin with this one and are longer. */
static size_t put_longer(struct buf *b, struct str code)
{
    size_t n = 0;

    for (size_t i = 0; i < lint_n_codes; i++) {
        struct str c = str_z(lint_codes[i].code);

        if (c.len <= code.len || !str_starts(c, code))
            continue;
        buf_printf(b, "%s%s", n > 0 ? ", " : "", lint_codes[i].code);
        if (lint_codes[i].meaning[0] != '\0')
            buf_printf(b, " (%s)", lint_codes[i].meaning);
        n++;
    }
    return n;
}

void rule_code_open(struct lint_run *run)
{
    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];
        struct buf longer = {0};

        if (x->kind != FACT_CODE || x->form == FORM_NONE || !x->open)
            continue;
        if (put_longer(&longer, x->text) > 0)
            lint_say(run, x->at, "nothing closes %.*s here: it also matches %.*s", STR_ARG(x->text),
                     STR_ARG(buf_str(&longer)));
        else
            lint_say(run, x->at,
                     "nothing closes %.*s here: it also matches any longer number, such as %.*s0",
                     STR_ARG(x->text), STR_ARG(x->text));
        buf_done(&longer);
    }
}

static bool is_json_colon(struct str s, size_t i)
{
    return s.ptr[i] == '"' && i + 2 < s.len && s.ptr[i + 1] == ':' && s.ptr[i + 2] != ' ' &&
           s.ptr[i + 2] != '%' && s.ptr[i + 2] != '*' && s.ptr[i + 2] != '\\' &&
           s.ptr[i + 2] != '.' && s.ptr[i + 2] != '[' && s.ptr[i + 2] != '_';
}

void rule_compact_json(struct lint_run *run)
{
    const struct fact *first = NULL;
    struct str shown = STR_NONE;
    size_t n = 0, colon = 0;

    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];

        if (x->kind != FACT_PATTERN || !x->payload)
            continue;
        for (size_t k = 0; k < x->text.len; k++) {
            if (!is_json_colon(x->text, k))
                continue;
            if (first == NULL) {
                first = x;
                colon = k + 2;
                shown = x->text;
            }
            n++;
            break;
        }
    }
    if (first == NULL)
        return;
    while (shown.len > 0 && (*shown.ptr == '%' || *shown.ptr == '*')) {
        shown = str_of(shown.ptr + 1, shown.len - 1);
        colon--;
    }
    while (shown.len > colon &&
           (shown.ptr[shown.len - 1] == '%' || shown.ptr[shown.len - 1] == '*'))
        shown.len--;
    shown.len = MIN(shown.len, 80);
    colon = MIN(colon, shown.len);
    lint_say(run, first->at, "%zu pattern%s that %.*s %.*s does not match", n,
             n > 1 ? "s such as this one, for compact JSON only:" : ", for compact JSON only:",
             (int)colon, shown.ptr, (int)(shown.len - colon), shown.ptr + colon);
}

/* 1: the number form is there, 2: the text form. */
static unsigned forms_of(const struct facts *f, struct str code)
{
    unsigned forms = 0;

    for (size_t i = 0; i < f->list.n; i++) {
        const struct fact *x = &f->list.items[i];

        if (x->kind == FACT_CODE && x->form != FORM_NONE && x->payload && str_eq(x->text, code))
            forms |= x->quoted ? 2 : 1;
    }
    return forms;
}

void rule_code_form(struct lint_run *run)
{
    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];
        unsigned forms;

        if (x->kind != FACT_CODE || x->form == FORM_NONE || !x->payload || x->flag ||
            str_eqz(x->field, "payload"))
            continue;
        forms = forms_of(run->facts, x->text);
        if (forms == 3)
            continue;
        lint_say(run, x->at,
                 forms == 1 ? "%.*s is looked for as a number; the same record, or another "
                              "export of it, writes \"resultType\":\"%.*s\""
                            : "%.*s is looked for as text; the same record, or another export of "
                              "it, writes \"errorCode\":%.*s",
                 STR_ARG(x->text), STR_ARG(x->text));
        return; /* once: it is the same for every code of the list */
    }
}

static const struct fact *find_code(const struct facts *f, const char *code)
{
    for (size_t i = 0; i < f->list.n; i++) {
        if (f->list.items[i].kind == FACT_CODE && !f->list.items[i].flag &&
            str_eqz(f->list.items[i].text, code))
            return &f->list.items[i];
    }
    return NULL;
}

void rule_code_list(struct lint_run *run)
{
    static const char *const existing[] = {"50053", "50055", "50056", "50057"};
    const struct fact *at = find_code(run->facts, "50034");
    bool mixed = false;

    for (size_t i = 0; i < ARRAY_LEN(existing); i++)
        mixed = mixed || find_code(run->facts, existing[i]) != NULL;
    if (at == NULL || !mixed || find_code(run->facts, "50126") != NULL)
        return;
    lint_say(run, at->at,
             "the list has 50034 (no such account) and codes of accounts that exist, but not 50126 "
             "(wrong password), which most accounts that exist answer with");
}

static bool reads_field(const struct facts *f, const char *const *names, size_t n)
{
    for (size_t i = 0; i < f->list.n; i++) {
        const struct fact *x = &f->list.items[i];

        if (x->kind != FACT_FIELD && x->kind != FACT_PATTERN && x->kind != FACT_COMPARE)
            continue;
        for (size_t k = 0; k < n; k++) {
            if (str_eq_nocase(x->field, str_z(names[k])) ||
                (x->payload && x->text.len > 0 && str_find(x->text, str_z(names[k])) != SIZE_MAX))
                return true;
        }
    }
    return false;
}

void rule_locked(struct lint_run *run)
{
    static const char *const reasons[] = {"failureReason", "resultDescription",
                                          "properties.status.failureReason", "status.failureReason",
                                          "LogonError"};
    const struct fact *at = find_code(run->facts, "50053");

    if (at != NULL && !reads_field(run->facts, reasons, ARRAY_LEN(reasons)))
        lint_say(run, at->at,
                 "50053 is an account that is locked, or an address that is blocked as malicious; "
                 "nothing here asks for the reason");
}

void rule_success(struct lint_run *run)
{
    const struct fact *first = NULL, *distinct = NULL;

    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];

        if (x->kind == FACT_CODE && !x->flag) {
            if (str_eqz(x->text, "0"))
                return;
            if (first == NULL)
                first = x;
        }
        if (x->kind == FACT_COMPARE && str_eq_nocase(x->field, STR("category")) &&
            (str_eqz(x->text, "3046") || str_eqz(x->text, "3115")))
            return;
        if (x->kind == FACT_DISTINCT && distinct == NULL)
            distinct = x;
    }
    if (first != NULL && distinct != NULL)
        lint_say(run, distinct->at,
                 "only failures are counted: an address behind which many people sign in with "
                 "success looks the same");
}

void rule_result_status(struct lint_run *run)
{
    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];

        if ((x->kind == FACT_COMPARE || x->kind == FACT_PATTERN) &&
            (str_eq_nocase(x->field, STR("ResultStatus")) ||
             (x->payload && str_find(x->text, STR("ResultStatus")) != SIZE_MAX)))
            lint_say(run, x->at,
                     "ResultStatus says Success for most sign-ins that failed; ErrorNumber or "
                     "LogonError is the outcome");
    }
}

void rule_user_key(struct lint_run *run)
{
    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];

        if ((x->kind == FACT_COMPARE || x->kind == FACT_PATTERN || x->kind == FACT_DISTINCT ||
             x->kind == FACT_KEY) &&
            str_eq_nocase(x->field, STR("UserKey")))
            lint_say(run, x->at,
                     "UserKey is the same for all accounts that do not exist; UserId has the name");
    }
}

/* The audit log writes "ErrorNumber":"50034", so neither errorCode nor resultType is in it. */
void rule_uncovered(struct lint_run *run)
{
    const struct fact *source = NULL, *pattern = NULL;

    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];

        if (x->kind == FACT_COMPARE && !x->flag && str_eqz(x->field, FIELD_TYPE_NAME) &&
            str_eq_nocase(x->text, STR("Microsoft Office 365")))
            source = x;
        if (x->kind != FACT_CODE || x->flag)
            continue;
        if (!x->payload || str_eqz(x->field, "ErrorNumber") || str_eqz(x->field, "payload"))
            return;
        if (pattern == NULL)
            pattern = x;
    }
    if (source != NULL && pattern != NULL)
        lint_say(run, source->at,
                 "no record of Microsoft Office 365 has %.*s: the audit log writes "
                 "\"ErrorNumber\":\"%.*s\" and LogonError, so the query finds nothing there",
                 STR_ARG(pattern->field), STR_ARG(pattern->text));
}

void rule_wildcard(struct lint_run *run)
{
    const struct fact *first = NULL;
    size_t n = 0;

    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];
        bool leads = x->text.len > 0 && (x->text.ptr[0] == '%' || x->text.ptr[0] == '*' ||
                                         str_starts(x->text, STR(".*")));

        if (x->kind != FACT_PATTERN || !x->payload || !leads || run->language != QUERY_AQL)
            continue;
        if (first == NULL)
            first = x;
        n++;
    }
    if (first != NULL)
        lint_say(
            run, first->at,
            "%zu pattern%s begin%s with a wildcard: QRadar reads every payload of the interval", n,
            n > 1 ? "s on the payload" : " on the payload", n > 1 ? "" : "s");
}
