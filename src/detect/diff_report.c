/* diff_report.c - what two results differ in, as text for people and as NDJSON. */
#include <stdlib.h>

#include "detect/compare.h"
#include "detect/diff.h"
#include "util/safe.h"

#define SHOWN_ROWS  20 /* of each kind, as text; NDJSON has all */
#define SHOWN_BYTES 100

static void put_column(struct buf *out, const struct diff_column *c)
{
    text_put_safe(out, c->a.len > 0 ? c->a : c->b, SHOWN_BYTES);
    if (c->a.len > 0 && c->b.len > 0 && !str_eq(c->a, c->b)) {
        buf_puts(out, " = ");
        text_put_safe(out, c->b, SHOWN_BYTES);
    }
    if (c->by_value)
        buf_puts(out, " (by their values)");
}

static void put_side(const struct diff_result *r, int side, struct buf *out)
{
    buf_printf(out, "%c: ", 'A' + side);
    text_put_safe(out, str_z(r->sides[side].name), 200);
    buf_printf(out, ": %llu %s\n", (unsigned long long)r->n[side],
               r->n[side] == 1 ? "row" : "rows");
}

static void put_unpaired(const struct diff_result *r, int side, struct buf *out)
{
    const char *sep = "";

    for (size_t i = r->n_paired; i < r->n_columns; i++) {
        if ((side == 0 ? r->columns[i].a : r->columns[i].b).len == 0)
            continue;
        if (*sep == '\0')
            buf_printf(out, "columns only in %c, not compared: ", 'A' + side);
        buf_puts(out, sep);
        put_column(out, &r->columns[i]);
        sep = ", ";
    }
    if (*sep != '\0')
        buf_putc(out, '\n');
}

static void put_columns(const struct diff_result *r, struct buf *out)
{
    const char *sep = "";

    buf_puts(out, "columns compared: ");
    for (size_t i = 0; i < r->n_paired; i++) {
        buf_puts(out, sep);
        put_column(out, &r->columns[i]);
        sep = ", ";
    }
    buf_puts(out, r->n_paired == 0 ? "none\n" : "\n");
    put_unpaired(r, 0, out);
    put_unpaired(r, 1, out);
    buf_puts(out, "key: ");
    sep = "";
    for (size_t i = 0; i < r->n_paired; i++) {
        if (!r->columns[i].is_key)
            continue;
        buf_puts(out, sep);
        text_put_safe(out, r->columns[i].a, SHOWN_BYTES);
        sep = ", ";
    }
    buf_printf(out, "%s%.*s%s\n\n", *sep != '\0' ? " (" : "", STR_ARG(r->key_reason),
               *sep != '\0' ? ")" : "");
}

static void put_value(struct buf *out, struct str v)
{
    if (v.len == 0)
        buf_puts(out, "(nothing)");
    else
        text_put_safe(out, v, SHOWN_BYTES);
}

/* The key of a row, or all its values where there is no key. */
static void put_key(const struct diff_result *r, const struct diff_row *row, struct buf *out)
{
    const struct str *values = row->a != NULL ? row->a : row->b;
    const char *sep = "";

    buf_puts(out, "  ");
    for (size_t i = 0; i < r->n_paired; i++) {
        if (!r->columns[i].is_key)
            continue;
        buf_puts(out, sep);
        put_value(out, values[i]);
        sep = ", ";
    }
}

static void put_difference(const struct diff_result *r, const struct diff_row *row, struct buf *out)
{
    put_key(r, row, out);
    buf_putc(out, '\n');
    for (size_t i = 0; i < r->n_paired; i++) {
        if (!row->differs[i])
            continue;
        buf_puts(out, "      ");
        text_put_safe(out, r->columns[i].a, SHOWN_BYTES);
        buf_puts(out, ": A ");
        put_value(out, row->a[i]);
        buf_puts(out, ", B ");
        put_value(out, row->b[i]);
        buf_putc(out, '\n');
    }
}

/* What the other query has for the key, which its conditions leave out. */
static void put_near(const struct diff_result *r, const struct diff_row *row, struct buf *out)
{
    const char *sep = "";

    if (row->near == NULL)
        return;
    buf_printf(out, "      %c has for this key, before the conditions behind its grouping: ",
               row->a != NULL ? 'B' : 'A');
    for (size_t i = 0; i < r->n_paired; i++) {
        if (r->columns[i].is_key || row->near[i].len == 0)
            continue;
        buf_puts(out, sep);
        text_put_safe(out, row->a != NULL ? r->columns[i].b : r->columns[i].a, SHOWN_BYTES);
        buf_putc(out, ' ');
        text_put_safe(out, row->near[i], SHOWN_BYTES);
        sep = ", ";
    }
    if (row->n_near > 1)
        buf_printf(out, "; and %zu more %s", row->n_near - 1, row->n_near == 2 ? "row" : "rows");
    buf_putc(out, '\n');
}

static void put_lone(const struct diff_result *r, const struct diff_row *row, struct buf *out)
{
    const struct str *values = row->a != NULL ? row->a : row->b;
    const char *sep = "";

    buf_puts(out, "  ");
    for (size_t i = 0; i < r->n_columns; i++) {
        const struct str name = row->a != NULL ? r->columns[i].a : r->columns[i].b;

        if (name.len == 0 || values[i].len == 0)
            continue;
        buf_puts(out, sep);
        text_put_safe(out, name, SHOWN_BYTES);
        buf_putc(out, ' ');
        text_put_safe(out, values[i], SHOWN_BYTES);
        sep = ", ";
    }
    buf_putc(out, '\n');
    put_near(r, row, out);
    if (row->n_a == 0 || row->n_b == 0)
        return;
    buf_printf(out, "      this key has %zu %s in A and %zu in B", row->n_a,
               row->n_a == 1 ? "row" : "rows", row->n_b);
    if (row->split.len > 0) {
        buf_printf(out, "; those of %c differ in ", row->a != NULL ? 'A' : 'B');
        text_put_safe(out, row->split, 300);
        buf_printf(out, ", which %c does not have", row->a != NULL ? 'B' : 'A');
    }
    buf_putc(out, '\n');
}

static void put_kind(const struct diff_result *r, enum diff_kind kind, uint64_t n,
                     const char *title, struct buf *out)
{
    uint64_t shown = 0;

    if (n == 0)
        return;
    buf_printf(out, "%s: %llu\n", title, (unsigned long long)n);
    for (size_t i = 0; i < r->n_rows && shown < SHOWN_ROWS; i++) {
        if (r->rows[i].kind != kind)
            continue;
        shown++;
        if (kind == DIFF_DIFFERS)
            put_difference(r, &r->rows[i], out);
        else
            put_lone(r, &r->rows[i], out);
    }
    if (n > shown)
        buf_printf(out, "  and %llu more (-o ndjson has all)\n", (unsigned long long)(n - shown));
}

static void report_text(const struct diff_result *r, struct buf *out)
{
    put_side(r, 0, out);
    put_side(r, 1, out);
    put_columns(r, out);
    buf_printf(out, "the same: %llu\n", (unsigned long long)r->n_same);
    put_kind(r, DIFF_DIFFERS, r->n_differ, "different", out);
    for (size_t i = 0; i < r->n_paired; i++) {
        if (r->columns[i].n_differ == 0)
            continue;
        buf_puts(out, "    column ");
        text_put_safe(out, r->columns[i].a, SHOWN_BYTES);
        buf_printf(out, " differs in %llu\n", (unsigned long long)r->columns[i].n_differ);
    }
    put_kind(r, DIFF_ONLY_A, r->n_only[0], "only in A", out);
    put_kind(r, DIFF_ONLY_B, r->n_only[1], "only in B", out);
    if (r->n_rows == 0)
        buf_puts(out, r->n[0] == 0 ? "both are empty\n" : "the results are the same\n");
}

static void put_object(const struct diff_result *r, const struct str *values, int side,
                       struct buf *out)
{
    const char *sep = "";

    buf_putc(out, '{');
    for (size_t i = 0; i < r->n_columns; i++) {
        struct str name = side == 0 ? r->columns[i].a : r->columns[i].b;

        if (name.len == 0)
            continue;
        buf_puts(out, sep);
        safe_put_json(out, name, true);
        buf_putc(out, ':');
        if (values[i].ptr == NULL)
            buf_puts(out, "null");
        else
            safe_put_json(out, values[i], true);
        sep = ",";
    }
    buf_putc(out, '}');
}

static void put_summary(const struct diff_result *r, struct buf *out)
{
    buf_puts(out, "{\"kind\":\"summary\",\"a\":");
    safe_put_json(out, str_z(r->sides[0].name), true);
    buf_puts(out, ",\"b\":");
    safe_put_json(out, str_z(r->sides[1].name), true);
    buf_printf(out,
               ",\"rows_a\":%llu,\"rows_b\":%llu,\"same\":%llu,\"different\":%llu,\"only_a\":%llu,"
               "\"only_b\":%llu,\"columns\":[",
               (unsigned long long)r->n[0], (unsigned long long)r->n[1],
               (unsigned long long)r->n_same, (unsigned long long)r->n_differ,
               (unsigned long long)r->n_only[0], (unsigned long long)r->n_only[1]);
    for (size_t i = 0; i < r->n_columns; i++) {
        const struct diff_column *c = &r->columns[i];

        buf_puts(out, i > 0 ? ",{" : "{");
        if (c->a.len > 0) {
            buf_puts(out, "\"a\":");
            safe_put_json(out, c->a, true);
        }
        if (c->b.len > 0) {
            buf_puts(out, c->a.len > 0 ? ",\"b\":" : "\"b\":");
            safe_put_json(out, c->b, true);
        }
        buf_printf(out, ",\"key\":%s,\"by_value\":%s,\"different\":%llu}",
                   c->is_key ? "true" : "false", c->by_value ? "true" : "false",
                   (unsigned long long)c->n_differ);
    }
    buf_puts(out, "],\"key_reason\":");
    safe_put_json(out, r->key_reason, true);
    buf_puts(out, "}\n");
}

static void report_ndjson(const struct diff_result *r, struct buf *out)
{
    static const char *const kinds[] = {"different", "only_a", "only_b"};

    put_summary(r, out);
    for (size_t i = 0; i < r->n_rows; i++) {
        const struct diff_row *row = &r->rows[i];
        const char *sep = "";

        buf_printf(out, "{\"kind\":\"%s\"", kinds[row->kind]);
        if (row->kind == DIFF_DIFFERS) {
            buf_puts(out, ",\"columns\":[");
            for (size_t k = 0; k < r->n_paired; k++) {
                if (!row->differs[k])
                    continue;
                buf_puts(out, sep);
                safe_put_json(out, r->columns[k].a, true);
                sep = ",";
            }
            buf_putc(out, ']');
        }
        if (row->a != NULL) {
            buf_puts(out, ",\"a\":");
            put_object(r, row->a, 0, out);
        }
        if (row->b != NULL) {
            buf_puts(out, ",\"b\":");
            put_object(r, row->b, 1, out);
        }
        if (row->near != NULL) {
            buf_puts(out, ",\"below_conditions\":");
            put_object(r, row->near, row->a != NULL, out);
        }
        if (row->split.len > 0) {
            buf_puts(out, ",\"told_apart_by\":");
            safe_put_json(out, row->split, true);
        }
        buf_puts(out, "}\n");
    }
}

enum lanner_rc diff_report(const char *format, const struct diff_result *r, struct buf *out,
                           struct lanner_err *err)
{
    if (strcmp(format, "text") == 0)
        report_text(r, out);
    else if (strcmp(format, "ndjson") == 0)
        report_ndjson(r, out);
    else
        return err_set(err, LANNER_ERR_USAGE, "unknown output '%.100s': expected text or ndjson",
                       format);
    return LANNER_OK;
}
