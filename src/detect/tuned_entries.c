/* tuned_entries.c - rows of thresholds and of authorised tests: one value column whose name is its
 * kind, how it is compared, for how long and for which detections it holds. */
#include <stdio.h>

#include "detect/instant.h"
#include "detect/sheet.h"
#include "detect/tuning_file.h"
#include "util/civil.h"
#include "util/num.h"
#include "util/suggest.h"

#define MAX_ROWS ((size_t)10000)
#define DAY_MS   (DAY_S * MS_PER_S)

static const char *const kind_names[TUNED_KINDS] = {"address", "asn", "user_agent", "application",
                                                    "account"};

/* Columns that every file may have. */
static const char *const common_columns[] = {"owner",     "reason", "expires", "ticket",
                                             "detection", "match",  "kind",    "value"};

struct columns {
    size_t value, kind_of; /* kind_of: of a column `value`, the column `kind` */
    enum tuned_kind kind;
    size_t match, owner, reason, expires, ticket, detection, threshold, from, to;
};

static bool is_known(struct str name, bool authorised)
{
    for (size_t i = 0; i < ARRAY_LEN(common_columns); i++) {
        if (str_eq_nocase(name, str_z(common_columns[i])))
            return true;
    }
    for (size_t i = 0; i < TUNED_KINDS; i++) {
        if (str_eq_nocase(name, str_z(kind_names[i])))
            return true;
    }
    if (authorised)
        return str_eq_nocase(name, STR("from")) || str_eq_nocase(name, STR("to"));
    return str_eq_nocase(name, STR("threshold"));
}

static enum lanner_rc unknown_column(const struct sheet *s, struct str name, bool authorised,
                                     struct lanner_err *err)
{
    struct suggest near = suggest_start(name);
    char room[160];

    for (size_t i = 0; i < ARRAY_LEN(common_columns); i++)
        suggest_offer(&near, str_z(common_columns[i]));
    for (size_t i = 0; i < TUNED_KINDS; i++)
        suggest_offer(&near, str_z(kind_names[i]));
    suggest_offer(&near, authorised ? STR("from") : STR("threshold"));
    sheet_error(s, NULL, SIZE_MAX, err, "unknown column '%.*s'", STR_ARG(name));
    if (suggest_print(&near, room, sizeof(room)))
        err_hint(err, "%s", room);
    return LANNER_ERR_INPUT;
}

/* Exactly one column whose name is a kind, or `value` with `kind` beside it. */
static enum lanner_rc find_value(const struct sheet *s, struct columns *c, struct lanner_err *err)
{
    size_t n = 0;

    for (size_t i = 0; i < TUNED_KINDS; i++) {
        size_t at = sheet_column(s, kind_names[i]);

        if (at != SIZE_MAX) {
            c->value = at;
            c->kind = (enum tuned_kind)i;
            n++;
        }
    }
    c->kind_of = SIZE_MAX;
    if (sheet_column(s, "value") != SIZE_MAX) {
        c->value = sheet_column(s, "value");
        c->kind_of = sheet_column(s, "kind");
        n++;
        if (c->kind_of == SIZE_MAX)
            return sheet_error(s, NULL, SIZE_MAX, err,
                               "expected a column 'kind' beside the column 'value'");
    }
    if (n != 1)
        return sheet_error(s, NULL, SIZE_MAX, err,
                           "expected one of the columns address, asn, user_agent, application, "
                           "account, found %zu of them",
                           n);
    return LANNER_OK;
}

static enum lanner_rc find_columns(const struct sheet *s, bool authorised, struct columns *c,
                                   struct lanner_err *err)
{
    for (size_t i = 0; i < s->n_columns; i++) {
        if (!is_known(s->columns[i], authorised))
            return unknown_column(s, s->columns[i], authorised, err);
    }
    TRY(find_value(s, c, err));
    c->match = sheet_column(s, "match");
    c->owner = sheet_column(s, "owner");
    c->reason = sheet_column(s, "reason");
    c->expires = sheet_column(s, "expires");
    c->ticket = sheet_column(s, "ticket");
    c->detection = sheet_column(s, "detection");
    c->threshold = sheet_column(s, "threshold");
    c->from = sheet_column(s, "from");
    c->to = sheet_column(s, "to");
    if (!authorised && c->threshold == SIZE_MAX)
        return sheet_error(s, NULL, SIZE_MAX, err, "expected a column 'threshold'");
    if (authorised && (c->from == SIZE_MAX || c->to == SIZE_MAX || c->ticket == SIZE_MAX))
        return sheet_error(s, NULL, SIZE_MAX, err, "expected columns 'from', 'to' and 'ticket'");
    return LANNER_OK;
}

static enum lanner_rc read_kind(const struct sheet *s, const struct sheet_row *row,
                                const struct columns *c, struct tuned_entry *e,
                                struct lanner_err *err)
{
    struct str name = sheet_cell(row, c->kind_of);

    e->kind = c->kind;
    if (c->kind_of == SIZE_MAX)
        return LANNER_OK;
    for (size_t i = 0; i < TUNED_KINDS; i++) {
        if (str_eq_nocase(name, str_z(kind_names[i]))) {
            e->kind = (enum tuned_kind)i;
            return LANNER_OK;
        }
    }
    return sheet_error(
        s, row, c->kind_of, err,
        "expected a kind (address, asn, user_agent, application, account), found '%.*s'",
        STR_ARG(name));
}

/* AS64500 and 64500 are the same number. */
static struct str asn_digits(struct str s)
{
    if (s.len > 2 && str_eq_nocase(str_of(s.ptr, 2), STR("as")))
        return str_of(s.ptr + 2, s.len - 2);
    return s;
}

static enum lanner_rc read_match(struct arena *a, const struct sheet *s,
                                 const struct sheet_row *row, const struct columns *c,
                                 struct tuned_entry *e, struct lanner_err *err)
{
    struct str how = sheet_cell(row, c->match);
    bool star = e->kind == TUNED_AGENT && c->match == SIZE_MAX && glob_has_star(e->text);

    if (star || str_eq_nocase(how, STR("glob"))) {
        e->glob = glob_compile(a, e->text, GLOB_ICASE);
        return LANNER_OK;
    }
    if (str_eq_nocase(how, STR("regex"))) {
        struct lanner_err why = {0};

        if (regex_compile(a, e->text, REGEX_ICASE, REGEX_CQL, &e->regex, &why) != LANNER_OK)
            return sheet_error(s, row, c->value, err, "expected a regular expression: %.200s",
                               why.text);
        return LANNER_OK;
    }
    if (how.len > 0 && !str_eq_nocase(how, STR("exact")))
        return sheet_error(s, row, c->match, err,
                           "expected match exact, glob or regex, found '%.*s'", STR_ARG(how));
    return LANNER_OK;
}

static enum lanner_rc read_value(struct arena *a, const struct sheet *s,
                                 const struct sheet_row *row, const struct columns *c,
                                 struct tuned_entry *e, struct lanner_err *err)
{
    int64_t number;

    e->text = sheet_cell(row, c->value);
    if (e->text.len == 0)
        return sheet_error(s, row, c->value, err, "expected a value, found an empty cell");
    if (memchr(e->text.ptr, '\0', e->text.len) != NULL)
        return sheet_error(s, row, c->value, err, "expected a text, found a NUL byte");
    if (e->kind == TUNED_ADDRESS) {
        if (!ip_net_parse(e->text, &e->net))
            return sheet_error(s, row, c->value, err,
                               "expected an address or a network, found '%.*s'", STR_ARG(e->text));
        return LANNER_OK;
    }
    if (e->kind == TUNED_ASN) {
        e->text = asn_digits(e->text);
        if (!num_parse_long(e->text, &number) || number < 0)
            return sheet_error(s, row, c->value, err, "expected an AS number, found '%.*s'",
                               STR_ARG(e->text));
        return LANNER_OK;
    }
    return read_match(a, s, row, c, e, err);
}

/* A date alone lasts to its end: after_ms is added to its beginning. */
static enum lanner_rc read_instant(const struct sheet *s, const struct sheet_row *row,
                                   size_t column, int64_t after_ms, int64_t *out,
                                   struct lanner_err *err)
{
    struct str text = sheet_cell(row, column);

    if (!instant_parse(text, out))
        return sheet_error(s, row, column, err,
                           "expected a date or an RFC 3339 instant, found '%.*s'", STR_ARG(text));
    if (text.len == strlen("2026-03-02"))
        *out += after_ms;
    return LANNER_OK;
}

static enum lanner_rc read_period(const struct sheet *s, const struct sheet_row *row,
                                  const struct columns *c, struct tuned_entry *e,
                                  struct lanner_err *err)
{
    if (sheet_cell(row, c->ticket).len == 0)
        return sheet_error(s, row, c->ticket, err, "expected a ticket, found an empty cell");
    TRY(read_instant(s, row, c->from, 0, &e->from_ms, err));
    TRY(read_instant(s, row, c->to, DAY_MS - 1, &e->to_ms, err));
    if (e->to_ms < e->from_ms)
        return sheet_error(s, row, c->to, err, "expected an end after the beginning");
    return LANNER_OK;
}

static enum lanner_rc read_entry(struct arena *a, const struct sheet *s,
                                 const struct sheet_row *row, const struct columns *c,
                                 bool authorised, struct tuned_entry *e, struct lanner_err *err)
{
    struct str detection = sheet_cell(row, c->detection);
    struct str threshold = sheet_cell(row, c->threshold);

    TRY(read_kind(s, row, c, e, err));
    TRY(read_value(a, s, row, c, e, err));
    e->expires_ms = LANNER_TIME_OPEN;
    if (sheet_cell(row, c->expires).len > 0)
        TRY(read_instant(s, row, c->expires, DAY_MS, &e->expires_ms, err));
    if (detection.len > 0)
        e->detection = glob_compile(a, detection, 0);
    if (authorised) {
        TRY(read_period(s, row, c, e, err));
    } else if (!num_parse_double(threshold, &e->threshold) || e->threshold < 0) {
        return sheet_error(s, row, c->threshold, err, "expected a number, found '%.*s'",
                           STR_ARG(threshold));
    }
    e->shown = (struct lanner_allow_entry){
        .file = s->file,
        .line = row->line,
        .kind = kind_names[e->kind],
        .value = arena_strz(a, sheet_cell(row, c->value)),
        .owner = arena_strz(a, sheet_cell(row, c->owner)),
        .reason = arena_strz(a, sheet_cell(row, c->reason)),
        .ticket = arena_strz(a, sheet_cell(row, c->ticket)),
        .expires = arena_strz(a, sheet_cell(row, c->expires)),
        .detection = arena_strz(a, detection),
    };
    return LANNER_OK;
}

enum lanner_rc tuned_entries_parse(struct arena *a, const char *file, struct str text,
                                   bool authorised, struct tuned_entries *out,
                                   struct lanner_err *err)
{
    struct sheet sheet;
    struct columns c = {0};
    struct tuned_entry *items;
    size_t n;

    TRY(sheet_parse(a, file, text, MAX_ROWS, &sheet, err));
    TRY(find_columns(&sheet, authorised, &c, err));
    /* Files of one kind are one list. */
    n = out->n + sheet.n_rows;
    items = ARENA_ARRAY(a, struct tuned_entry, n);
    if (out->n > 0)
        memcpy(items, out->items, out->n * sizeof(*items));
    for (size_t i = 0; i < sheet.n_rows; i++)
        TRY(read_entry(a, &sheet, &sheet.rows[i], &c, authorised, &items[out->n + i], err));
    out->items = items;
    out->n = n;
    return LANNER_OK;
}

static bool takes_address(const struct tuned_entry *e, struct str value)
{
    struct ip_net net;

    return ip_net_parse(value, &net) && net.bits >= e->net.bits && ip_net_has(&e->net, net.addr);
}

bool tuned_entry_takes(const struct tuned_entry *e, struct str value, struct regex_scratch *scratch)
{
    if (value.len == 0)
        return false;
    if (e->kind == TUNED_ADDRESS)
        return takes_address(e, value);
    if (e->kind == TUNED_ASN)
        return str_eq(asn_digits(value), e->text);
    if (e->glob != NULL)
        return glob_match(e->glob, value);
    if (e->regex != NULL)
        return regex_test(e->regex, scratch, value) == REGEX_MATCH;
    return str_eq_nocase(value, e->text);
}
