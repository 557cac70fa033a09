/* rules_group.c - rules about grouping, counting and limits. */
#include "lint/facts.h"

static bool one_of(struct str s, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq_nocase(s, str_z(names[i])))
            return true;
    }
    return false;
}

static bool is_user(struct str field)
{
    static const char *const names[] = {"userPrincipalName",
                                        "username",
                                        "user",
                                        "UserId",
                                        "UserName",
                                        "identity",
                                        "signInIdentifier",
                                        "TargetUserName",
                                        "SubjectUserName",
                                        "properties.userPrincipalName",
                                        "user.name"};

    return one_of(field, names, ARRAY_LEN(names));
}

static bool is_address(struct str field)
{
    static const char *const names[] = {"sourceip",  "ipAddress",           "clientIp",
                                        "ClientIP",  "IpAddress",           "callerIpAddress",
                                        "source.ip", "properties.ipAddress"};

    return one_of(field, names, ARRAY_LEN(names));
}

void rule_group_agent(struct lint_run *run)
{
    static const char *const names[] = {"userAgent",
                                        "clientAppUsed",
                                        "User Agent",
                                        "user_agent",
                                        "user_agent.original",
                                        "appId",
                                        "appDisplayName",
                                        "ClientAppUsed",
                                        "properties.userAgent",
                                        "properties.clientAppUsed",
                                        "properties.appDisplayName",
                                        "ApplicationId"};

    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];

        if (x->kind == FACT_KEY && one_of(x->field, names, ARRAY_LEN(names)))
            lint_say(run, x->at,
                     "grouped by %.*s: a tool that changes it with each request is in a new group "
                     "each time",
                     STR_ARG(x->field));
    }
}

static bool counts_users(const struct facts *f)
{
    for (size_t i = 0; i < f->list.n; i++) {
        if (f->list.items[i].kind == FACT_DISTINCT && is_user(f->list.items[i].field))
            return true;
    }
    return false;
}

void rule_group_address(struct lint_run *run)
{
    if (!counts_users(run->facts))
        return;
    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];

        if (x->kind == FACT_KEY && is_address(x->field))
            lint_say(run, x->at,
                     "grouped by %.*s: rotating proxies put each account behind another address",
                     STR_ARG(x->field));
    }
}

void rule_clock_window(struct lint_run *run)
{
    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];

        if (x->kind == FACT_KEY && x->flag)
            lint_say(run, x->at,
                     "windows begin by the clock: of an attack across the boundary each half is "
                     "counted alone");
    }
}

void rule_user_case(struct lint_run *run)
{
    const struct fact *first = NULL;
    size_t n = 0;

    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];

        if (x->kind != FACT_DISTINCT || x->flag || !is_user(x->field))
            continue;
        if (first == NULL)
            first = x;
        n++;
    }
    if (first == NULL)
        return;
    lint_say(run, first->at, "%.*s is counted as typed: A.Baker and a.baker are two; write %s%s",
             STR_ARG(first->field),
             run->language == QUERY_AQL ? "UNIQUECOUNT(LOWER(...))"
                                        : "account := lower(...) before, and count that",
             n > 1 ? " (here and further on)" : "");
}

void rule_distinct_limited(struct lint_run *run)
{
    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];
        struct str name = x->field;

        if (x->kind != FACT_LENGTH)
            continue;
        if (str_ends(name, STR("[]")))
            name.len -= 2;
        for (size_t k = 0; k < run->facts->list.n; k++) {
            const struct fact *list = &run->facts->list.items[k];

            if (list->kind != FACT_LIST || !str_eq(list->field, name))
                continue;
            lint_say(run, x->at, "%.*s is what collect() kept, at most %.*s values", STR_ARG(name),
                     STR_ARG(list->text.len > 0 ? list->text : STR("2000")));
            break;
        }
    }
}

void rule_group_limit(struct lint_run *run)
{
    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];

        if (x->kind == FACT_GROUP)
            lint_say(run, x->at,
                     "groupBy() without limit= keeps 20,000 groups and leaves out the "
                     "others; write limit=max");
    }
}

void rule_row_limit(struct lint_run *run)
{
    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];

        if (x->kind == FACT_ROWS)
            lint_say(run, x->at, "%.*s() without limit= gives 200 rows", STR_ARG(x->text));
    }
}

void rule_text_minimum(struct lint_run *run)
{
    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];

        if (x->kind == FACT_TEXT_MIN)
            lint_say(run, x->at,
                     "%.*s() of a text: QRadar's is for numbers; write DATEFORMAT(%.*s(starttime), "
                     "'...')",
                     STR_ARG(x->text), STR_ARG(x->text));
    }
}

void rule_time_in_where(struct lint_run *run)
{
    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];

        if (x->kind == FACT_TIME)
            lint_say(run, x->at,
                     "the time clause stands inside of the condition; QRadar wants it at the end "
                     "of the query");
    }
}
