/* rules_name.c - rules about names: categories, log source types, fields. */
#include <stdio.h>
#include <stdlib.h>

#include "lang/aql/aql.h"
#include "lint/facts.h"
#include "lookup/lookup.h"
#include "source/source.h"

/* Names of one query that are looked at: each is compared with all there are. */
#define MAX_NAMES 500

/* The word of a pattern without wildcards at its ends; empty when there are some inside. */
static struct str bare_word(const struct fact *x)
{
    struct str s = x->text;

    if (x->kind == FACT_PATTERN && x->form != FORM_LIKE)
        return STR_NONE;
    while (x->kind == FACT_PATTERN && s.len > 0 && *s.ptr == '%')
        s = str_of(s.ptr + 1, s.len - 1);
    while (x->kind == FACT_PATTERN && s.len > 0 && s.ptr[s.len - 1] == '%')
        s.len--;
    return str_find_char(s, '%') == SIZE_MAX ? s : STR_NONE;
}

static bool contains_nocase(struct str s, struct str word)
{
    for (size_t i = 0; i + word.len <= s.len; i++) {
        if (str_eq_nocase(str_of(s.ptr + i, word.len), word))
            return true;
    }
    return false;
}

/* How many low-level categories of a high-level one there are, how many have the word in their
 * name, and one that a sign-in may have and that has not. */
struct cover {
    size_t n, n_with;
    const char *without;
};

static struct cover cover_of(int64_t high, struct str word)
{
    struct cover c = {0};
    int64_t id;
    const char *name;
    bool is_high;

    for (size_t i = 0; qradar_category_at(i, &id, &name, &is_high); i++) {
        if (is_high || qradar_category_high_id(id) != high)
            continue;
        c.n++;
        if (contains_nocase(str_z(name), word))
            c.n_with++;
        else if (c.without == NULL || str_eqz(str_z(name), "User Login Failure"))
            c.without = name;
    }
    return c;
}

void rule_category(struct lint_run *run)
{
    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];
        struct str word;
        struct cover c;
        int64_t high;

        if ((x->kind != FACT_COMPARE && x->kind != FACT_PATTERN) ||
            !str_eqz(x->field, FIELD_CATEGORY_NAME))
            continue;
        word = bare_word(x);
        if (word.len == 0 || !qradar_category_high_by_name(word, &high))
            continue;
        c = cover_of(high, word);
        if (c.without == NULL)
            continue;
        lint_say(
            run, x->at,
            "CATEGORYNAME(category) is the low-level category, '%.*s' a high-level one: %zu of "
            "its %zu low-level categories have the word in their name, '%s' has not",
            STR_ARG(word), c.n_with, c.n, c.without);
    }
}

static bool names_type(const struct facts *f, struct str name)
{
    for (size_t i = 0; i < f->list.n; i++) {
        const struct fact *x = &f->list.items[i];

        if (x->kind == FACT_COMPARE && str_eqz(x->field, FIELD_TYPE_NAME) &&
            str_eq_nocase(x->text, name))
            return true;
    }
    return false;
}

void rule_type_outdated(struct lint_run *run)
{
    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];
        const char *now;
        int64_t id;

        if (x->kind != FACT_COMPARE || !str_eqz(x->field, FIELD_TYPE_NAME) ||
            !qradar_type_by_name(x->text, &id))
            continue;
        now = qradar_type_name(id);
        if (now != NULL && !str_eq_nocase(x->text, str_z(now)) &&
            !names_type(run->facts, str_z(now)))
            lint_say(run, x->at, "'%.*s' is called '%s' now", STR_ARG(x->text), now);
    }
}

void rule_type_unknown(struct lint_run *run)
{
    for (size_t i = 0; i < run->facts->list.n; i++) {
        const struct fact *x = &run->facts->list.items[i];
        struct suggest s;
        char near[256];
        const char *name;
        int64_t id;

        if (x->kind != FACT_COMPARE || !str_eqz(x->field, FIELD_TYPE_NAME) ||
            qradar_type_by_name(x->text, &id))
            continue;
        s = suggest_start(x->text);
        for (size_t k = 0; qradar_type_at(k, &id, &name, NULL); k++)
            suggest_offer(&s, str_z(name));
        if (suggest_print(&s, near, sizeof(near)))
            lint_say(run, x->at, "QRadar has no log source type '%.100s'; %s",
                     arena_strz(run->arena, x->text), near);
        else
            lint_say(run, x->at, "QRadar has no log source type '%.100s'",
                     arena_strz(run->arena, x->text));
    }
}

/* ---- Unknown names ---- */

struct names {
    struct str word;
    bool known;
    struct suggest near;
};

static void offer(void *ctx, struct str name)
{
    struct names *n = ctx;

    if (name.len > 0 && name.ptr[0] == '#') { /* a tag; the field without # may be there too */
        n->known = n->known || str_eq_nocase(n->word, str_of(name.ptr + 1, name.len - 1));
        return;
    }
    if (str_eq_nocase(n->word, name))
        n->known = true;
    suggest_offer(&n->near, name);
}

static bool is_made(const struct facts *f, struct str name)
{
    for (size_t i = 0; i < f->list.n; i++) {
        const struct fact *x = &f->list.items[i];

        if ((x->kind == FACT_MADE || x->kind == FACT_LIST) && str_eq_nocase(x->field, name))
            return true;
    }
    return false;
}

static bool is_opaque(const struct facts *f)
{
    for (size_t i = 0; i < f->list.n; i++) {
        if (f->list.items[i].kind == FACT_OPAQUE)
            return true;
    }
    return false;
}

/* Names of the sources' own records are not known, so a name is only suspected when it is close to
 * one that is. Short ones are close to anything. */
static bool is_suspect(struct str name)
{
    if (name.len < 6 || name.len > 64)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = ascii_lower(name.ptr[i]);

        if ((c < 'a' || c > 'z') && !ascii_is_digit(c))
            return false;
    }
    return true;
}

/* What closeness is: one slip in a short name, two in a longer one. */
static bool is_near(const struct names *n)
{
    return n->near.n > 0 && n->near.distance[0] >= 1 &&
           n->near.distance[0] <= (n->word.len >= 10 ? 2u : 1u);
}

static bool was_said(const struct facts *f, size_t before, struct str name)
{
    for (size_t i = 0; i < before; i++) {
        if (f->list.items[i].kind == FACT_FIELD && str_eq(f->list.items[i].field, name))
            return true;
    }
    return false;
}

/* In AQL only names in quotes: of others the front end says itself that there is no such field. */
void rule_unknown_name(struct lint_run *run)
{
    struct source_set *set = NULL;
    size_t n_asked = 0;

    if (is_opaque(run->facts) || source_set_open(NULL, 0, &set, NULL) != LANNER_OK)
        return;
    for (size_t i = 0; i < run->facts->list.n && n_asked < MAX_NAMES; i++) {
        const struct fact *x = &run->facts->list.items[i];
        struct names n = {.word = x->field};
        char near[256];

        if (x->kind != FACT_FIELD || !is_suspect(x->field) ||
            (run->language == QUERY_AQL && x->flag) || is_made(run->facts, x->field) ||
            was_said(run->facts, i, x->field))
            continue;
        n_asked++;
        n.near = suggest_start(n.word);
        source_each_name(set, offer, &n);
        if (run->language == QUERY_AQL)
            aql_suggest_fields(&n.near, false);
        if (n.known || !is_near(&n) || !suggest_print(&n.near, near, sizeof(near)))
            continue;
        lint_say(run, x->at, "no source has '%.64s'; %s", arena_strz(run->arena, x->field), near);
    }
    source_set_free(set);
}

/* ---- Custom properties ---- */

static bool is_field(struct str name)
{
#define FIELD(field, type, where) #field,
    static const char *const fields[] = {
#include "lang/aql/fields.def"
    };
#undef FIELD

    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (str_eq_nocase(name, str_z(fields[i])))
            return true;
    }
    return false;
}

void rule_property(struct lint_run *run)
{
    const struct fact *first = NULL;
    struct buf names = {0};
    size_t n = 0;

    for (size_t i = 0; i < run->facts->list.n && n < MAX_NAMES; i++) {
        const struct fact *x = &run->facts->list.items[i];

        if (x->kind != FACT_FIELD || x->flag || is_made(run->facts, x->field) ||
            is_field(x->field) || was_said(run->facts, i, x->field))
            continue;
        if (first == NULL)
            first = x;
        if (n++ < 20)
            buf_printf(&names, "%s\"%.*s\"", n > 1 ? ", " : "", (int)MIN(x->field.len, 60),
                       x->field.ptr);
    }
    if (first != NULL)
        lint_say(run, first->at, "QRadar needs a custom property for %.*s%s",
                 STR_ARG(buf_str(&names)), n > 20 ? ", ..." : "");
    buf_done(&names);
}
