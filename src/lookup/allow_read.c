/* allow_read.c - the files of allow-lists: rows to entries. See allow.h.
 *
 * The table itself is read as lookup files are, so one file serves AQL's reference sets, CQL's
 * match() and this. What a row means is settled here; what is wrong with it is said with the file,
 * the line and the column of the table. */
#include <stdlib.h>

#include "lookup/allow_int.h"
#include "lookup/keyed.h"
#include "lookup/zone.h"
#include "record/record.h"

/* A list lives in memory. */
#define MAX_ENTRIES ((size_t)1000000)
#define DAY_MIN     1440
#define ALL_DAYS    0x7f

static const char *const kind_names[ALLOW_KINDS] = {
    [ALLOW_ADDRESS] = "address",       [ALLOW_ASN] = "asn",
    [ALLOW_USER_AGENT] = "user_agent", [ALLOW_APPLICATION] = "application",
    [ALLOW_ACCOUNT] = "account",       [ALLOW_ALL] = "all",
};

const char *allow_kind_name(enum allow_kind k)
{
    return kind_names[k];
}

/* One file under way. */
struct reading {
    struct arena *a;
    const char *file;
    struct lookup_table table;
    size_t row;
    enum allow_kind kind; /* of the value column; ALLOW_ALL without one; see has_kinds */
    bool has_kinds;       /* the columns are `kind` and `value` */
    size_t kinds, value, match, owner, reason, ticket, detection, expires, days, from, to, zone;
};

static size_t column(const struct reading *r, const char *name)
{
    return lookup_table_column(&r->table, str_z(name));
}

/* A value as text, whatever JSON made of it. */
static struct str cell(const struct reading *r, size_t at)
{
    const struct val *v;
    char room[VAL_PRINT_MAX];

    if (at == SIZE_MAX)
        return STR("");
    v = &r->table.cells[r->row * r->table.n_columns + at];
    if (v->kind == KIND_LONG || v->kind == KIND_DOUBLE)
        return arena_str(r->a, val_print(v, room));
    return table_text(&r->table, r->row, at);
}

static enum lanner_rc wrong(const struct reading *r, const char *name, const char *wanted,
                            struct str found, struct lanner_err *err)
{
    return err_set(err, LANNER_ERR_INPUT, "%s: line %u, column %s: expected %s, found \"%.*s\"",
                   r->file, r->table.lines[r->row], name, wanted, (int)MIN(found.len, (size_t)100),
                   found.ptr != NULL ? found.ptr : "");
}

/* ---- columns ---- */

static enum lanner_rc no_value_column(const struct reading *r, struct lanner_err *err)
{
    err_set(err, LANNER_ERR_INPUT, "%s: line 1: expected a column with values, found none",
            r->file);
    err_hint(err, "its name is the kind: address, asn, user_agent, application or account");
    return LANNER_ERR_INPUT;
}

/* The column whose name is a kind, or `value` with `kind` beside it. */
static enum lanner_rc find_value(struct reading *r, struct lanner_err *err)
{
    bool windows = r->days != SIZE_MAX || r->from != SIZE_MAX || r->to != SIZE_MAX;

    r->value = SIZE_MAX;
    r->kind = ALLOW_ALL;
    for (int k = 0; k < ALLOW_ALL; k++) {
        size_t at = column(r, kind_names[k]);

        if (at == SIZE_MAX)
            continue;
        if (r->value != SIZE_MAX)
            return err_set(err, LANNER_ERR_INPUT,
                           "%s: line 1: expected one column with values, found %s and %s", r->file,
                           kind_names[r->kind], kind_names[k]);
        r->value = at;
        r->kind = (enum allow_kind)k;
    }
    if (r->value != SIZE_MAX)
        return LANNER_OK;
    r->value = column(r, "value");
    r->kinds = column(r, "kind");
    r->has_kinds = r->value != SIZE_MAX;
    if (r->has_kinds && r->kinds == SIZE_MAX)
        return err_set(err, LANNER_ERR_INPUT,
                       "%s: line 1: the column value needs a column kind beside it", r->file);
    return r->has_kinds || windows ? LANNER_OK : no_value_column(r, err);
}

static enum lanner_rc find_columns(struct reading *r, struct lanner_err *err)
{
    r->match = column(r, "match");
    r->owner = column(r, "owner");
    r->reason = column(r, "reason");
    r->ticket = column(r, "ticket");
    r->detection = column(r, "detection");
    r->expires = column(r, "expires");
    r->days = column(r, "days");
    r->from = column(r, "from");
    r->to = column(r, "to");
    r->zone = column(r, "timezone");
    return find_value(r, err);
}

/* ---- cells ---- */

static bool digits(struct str s, size_t at, size_t n, int *out)
{
    *out = 0;
    if (at + n > s.len)
        return false;
    for (size_t i = at; i < at + n; i++) {
        if (!ascii_is_digit(s.ptr[i]))
            return false;
        *out = *out * 10 + (s.ptr[i] - '0');
    }
    return true;
}

/* A date counts to its end. */
static bool read_expires(struct str s, int64_t *ns)
{
    struct civil c = {0};
    int year, month, day;

    if (s.len == 10 && s.ptr[4] == '-' && s.ptr[7] == '-' && digits(s, 0, 4, &year) &&
        digits(s, 5, 2, &month) && digits(s, 8, 2, &day)) {
        c.year = year;
        c.month = (int8_t)month;
        c.day = (int8_t)day;
        if (!civil_valid(&c) || year < 1700 || year > 2200)
            return false;
        *ns = (civil_seconds(&c) + DAY_S) * NS_PER_S;
        return true;
    }
    return s.len > 10 && s.ptr[4] == '-' && timestamp_parse(s, NULL, ns);
}

/* `HH:MM`; 24:00 is the end of the day. */
static bool read_clock(struct str s, uint16_t *out)
{
    int h, m;

    if (s.len != 5 || s.ptr[2] != ':' || !digits(s, 0, 2, &h) || !digits(s, 3, 2, &m) || m > 59 ||
        h > 24 || (h == 24 && m != 0))
        return false;
    *out = (uint16_t)(h * 60 + m);
    return true;
}

static bool read_day(struct str s, int *out)
{
    for (int d = 1; d <= 7; d++) {
        struct str name = str_z(civil_weekday_name(d));

        if (str_eq_nocase(s, name) || str_eq_nocase(s, str_of(name.ptr, 3))) {
            *out = d - 1;
            return true;
        }
    }
    return false;
}

/* `mon-fri`, `sat|sun`, `fri-mon`; divided by |, blank, comma or semicolon. */
static bool read_days(struct str s, uint8_t *out)
{
    *out = 0;
    while (s.len > 0) {
        size_t n = 0, dash;
        struct str part;
        int first, last;

        while (n < s.len && memchr("|,; ", s.ptr[n], 4) == NULL)
            n++;
        part = str_of(s.ptr, n);
        s = str_of(s.ptr + MIN(n + 1, s.len), s.len - MIN(n + 1, s.len));
        if (part.len == 0)
            continue;
        dash = str_find_char(part, '-');
        if (!read_day(dash != SIZE_MAX ? str_of(part.ptr, dash) : part, &first))
            return false;
        last = first;
        if (dash != SIZE_MAX && !read_day(str_of(part.ptr + dash + 1, part.len - dash - 1), &last))
            return false;
        for (int d = first;; d = (d + 1) % 7) {
            *out |= (uint8_t)(1u << d);
            if (d == last)
                break;
        }
    }
    return *out != 0;
}

static enum lanner_rc read_window(struct reading *r, struct allow_entry *e, struct lanner_err *err)
{
    struct str days = cell(r, r->days), from = cell(r, r->from), to = cell(r, r->to);
    struct str zone = cell(r, r->zone);
    struct lanner_err own = {0};

    e->days = ALL_DAYS;
    e->to_min = DAY_MIN;
    e->zone = zone_utc();
    e->timed = days.len > 0 || from.len > 0 || to.len > 0;
    if (days.len > 0 && !read_days(days, &e->days))
        return wrong(r, "days", "days such as mon-fri or sat|sun", days, err);
    if (from.len > 0 && (!read_clock(from, &e->from_min) || e->from_min == DAY_MIN))
        return wrong(r, "from", "a time of day such as 22:00", from, err);
    if (to.len > 0 && !read_clock(to, &e->to_min))
        return wrong(r, "to", "a time of day such as 06:00", to, err);
    if (e->from_min == e->to_min)
        return wrong(r, "to", "a time other than that of from", to, err);
    if (zone.len > 0 && zone_load(r->a, zone, &e->zone, &own) != LANNER_OK)
        return wrong(r, "timezone", "a time zone such as Europe/Paris or +02:00", zone, err);
    return LANNER_OK;
}

static enum lanner_rc read_kind(struct reading *r, struct allow_entry *e, struct lanner_err *err)
{
    struct str name = cell(r, r->kinds);

    e->kind = r->kind;
    for (int k = 0; r->has_kinds && k <= ALLOW_ALL; k++) {
        if (k == ALLOW_ALL)
            return wrong(r, "kind", "address, asn, user_agent, application or account", name, err);
        e->kind = (enum allow_kind)k;
        if (str_eq_nocase(name, str_z(kind_names[k])))
            break;
    }
    return LANNER_OK;
}

static enum lanner_rc read_match(struct reading *r, struct allow_entry *e, struct str value,
                                 struct lanner_err *err)
{
    struct str match = cell(r, r->match);

    e->match = ALLOW_EXACT;
    if (match.len == 0 && e->kind == ALLOW_USER_AGENT && glob_has_star(value))
        e->match = ALLOW_GLOB;
    else if (str_eq_nocase(match, STR("glob")))
        e->match = ALLOW_GLOB;
    else if (str_eq_nocase(match, STR("regex")))
        e->match = ALLOW_REGEX;
    else if (match.len > 0 && !str_eq_nocase(match, STR("exact")))
        return wrong(r, "match", "exact, glob or regex", match, err);
    return LANNER_OK;
}

static enum lanner_rc read_value(struct reading *r, struct allow_entry *e, struct lanner_err *err)
{
    struct str value = cell(r, r->value);

    /* Behind a NUL it would be another, wider value. */
    if (str_find_char(value, '\0') != SIZE_MAX)
        return wrong(r, r->has_kinds || e->kind == ALLOW_ALL ? "value" : kind_names[e->kind],
                     "a text without NUL", value, err);
    e->value = arena_strz(r->a, value);
    if (e->kind == ALLOW_ALL)
        return e->timed ? LANNER_OK : wrong(r, "from", "a window of time", STR(""), err);
    if (value.len == 0)
        return wrong(r, r->has_kinds ? "value" : kind_names[e->kind], "a value", value, err);
    return read_match(r, e, value, err);
}

static enum lanner_rc read_row(struct reading *r, struct allow_entry *e, struct lanner_err *err)
{
    struct str expires = cell(r, r->expires);
    struct str detection = cell(r, r->detection);

    e->file = r->file;
    e->line = r->table.lines[r->row];
    e->owner = arena_strz(r->a, cell(r, r->owner));
    e->reason = arena_strz(r->a, cell(r, r->reason));
    e->ticket = arena_strz(r->a, cell(r, r->ticket));
    e->detection = arena_strz(r->a, detection);
    e->expires = arena_strz(r->a, expires);
    e->expires_ns = TIME_NONE;
    if (expires.len > 0 && !read_expires(expires, &e->expires_ns))
        return wrong(r, "expires", "a date such as 2026-12-31 or an RFC 3339 time", expires, err);
    if (str_find_char(detection, '\0') != SIZE_MAX)
        return wrong(r, "detection", "a text without NUL", detection, err);
    TRY(read_window(r, e, err));
    TRY(read_kind(r, e, err));
    return read_value(r, e, err);
}

static enum lanner_rc take_rows(struct allow *l, struct reading *r, struct lanner_err *err)
{
    TRY(find_columns(r, err));
    if (r->table.n_rows > MAX_ENTRIES - l->entries.n)
        return err_set(err, LANNER_ERR_LIMIT, "%s: the allow-lists have more than %zu entries",
                       r->file, MAX_ENTRIES);
    for (r->row = 0; r->row < r->table.n_rows; r->row++) {
        struct allow_entry e = {0};
        struct lanner_err own = {0};
        enum lanner_rc rc;

        TRY(read_row(r, &e, err));
        rc = allow_add(l, &e, &own);
        if (rc == LANNER_ERR_LIMIT)
            return err_set(err, rc, "%s: line %u: %s", r->file, e.line, own.text);
        if (rc != LANNER_OK)
            return wrong(r, r->has_kinds ? "value" : kind_names[e.kind], own.text, str_z(e.value),
                         err);
    }
    return LANNER_OK;
}

enum lanner_rc allow_open(char *const *files, size_t n, struct arena *a, const struct allow **out,
                          struct lanner_err *err)
{
    struct allow *l = allow_new(a);

    for (size_t i = 0; i < n; i++) {
        struct reading r = {.a = a, .file = arena_strz(a, str_z(files[i]))};

        TRY(lookup_table_read_path(files[i], a, &r.table, err));
        TRY(take_rows(l, &r, err));
    }
    *out = l;
    return LANNER_OK;
}

enum lanner_rc allow_parse(const char *name, struct str text, struct arena *a,
                           const struct allow **out, struct lanner_err *err)
{
    struct reading r = {.a = a, .file = arena_strz(a, str_z(name))};
    struct allow *l = allow_new(a);

    TRY(lookup_table_parse(text, str_z(r.file), a, &r.table, err));
    TRY(take_rows(l, &r, err));
    *out = l;
    return LANNER_OK;
}
