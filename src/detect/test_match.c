/* test_match.c - see test_match.h. Expected and found ones are paired by augmenting paths: an
 * expectation that names few keys must not take the only finding that another one fits. */
#include "detect/test_match.h"

#include <stdlib.h>

#include "detect/compare.h"
#include "detect/instant.h"
#include "util/num.h"

#define SHOWN_ITEMS 10  /* differences told in full */
#define SHOWN_BYTES 120 /* of one value */

bool found_counts(const struct found *f)
{
    return f->finding == NULL || !f->finding->suppressed;
}

static struct str number_text(struct arena *a, double v)
{
    char room[NUM_PRINT_MAX];

    return arena_str(a, str_of(room, num_print_double(room, v)));
}

static struct str time_text(struct arena *a, int64_t ms)
{
    char room[INSTANT_MAX];

    if (ms == LANNER_TIME_OPEN)
        return STR("none");
    return arena_str(a, str_of(room, instant_print(room, ms, true)));
}

/* A member of all labels, joined by a comma; "none" without any. */
static struct str labels_text(const struct finding *f, struct str key, struct arena *a)
{
    struct buf b = {0};
    struct str out;

    for (size_t i = 0; i < f->n_labels; i++) {
        const struct label *l = &f->labels[i];
        struct str s = str_eqz(key, "label")    ? str_z(label_name(l->kind))
                       : str_eqz(key, "ticket") ? l->ticket
                                                : l->entry;

        if (s.len > 0 && b.len > 0)
            buf_puts(&b, ", ");
        buf_put_str(&b, s);
    }
    out = b.len > 0 ? arena_str(a, buf_str(&b)) : STR("none");
    buf_done(&b);
    return out;
}

static struct str sample_text(const struct finding *f, struct arena *a)
{
    struct buf b = {0};
    struct str out;

    for (size_t i = 0; i < f->n_sample; i++) {
        if (i > 0)
            buf_puts(&b, ", ");
        buf_put_str(&b, f->sample[i]);
    }
    out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static struct str cell_value(const struct cell *cells, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(cells[i].name, name))
            return cells[i].value;
    }
    return STR_NONE;
}

static struct str finding_value(const struct finding *f, struct str key, struct arena *a)
{
    for (int e = 0; e < ENTITY_COUNT; e++) {
        if (str_eqz(key, entity_name((enum entity)e)))
            return f->entity[e];
    }
    if (str_eqz(key, "verdict"))
        return f->verdict.len > 0 ? f->verdict : STR("none");
    if (str_eqz(key, "severity"))
        return str_z(severity_name(f->severity));
    if (str_eqz(key, "users"))
        return arena_printf(a, "%llu", (unsigned long long)f->n_users);
    if (str_eqz(key, "events"))
        return arena_printf(a, "%llu", (unsigned long long)f->n_events);
    if (str_eqz(key, "value"))
        return number_text(a, f->value);
    if (str_eqz(key, "rate"))
        return number_text(a, f->rate_per_min);
    if (str_eqz(key, "window_start"))
        return time_text(a, f->window_start_ms);
    if (str_eqz(key, "first_seen"))
        return time_text(a, f->first_ms);
    if (str_eqz(key, "last_seen"))
        return time_text(a, f->last_ms);
    if (str_eqz(key, "merged"))
        return arena_printf(a, "%u", f->n_merged);
    if (str_eqz(key, "suppressed"))
        return f->suppressed ? STR("true") : STR("false");
    if (str_eqz(key, "label") || str_eqz(key, "ticket") || str_eqz(key, "entry"))
        return labels_text(f, key, a);
    if (str_eqz(key, "detection"))
        return f->detection->id;
    if (str_eqz(key, "sample"))
        return sample_text(f, a);
    return STR_NONE;
}

struct str found_value(const struct found *f, struct str key, struct arena *a)
{
    if (f->finding != NULL)
        return finding_value(f->finding, key, a);
    return cell_value(f->cells, f->n_cells, key);
}

static bool any_label(const struct finding *f, struct str key, struct str want)
{
    for (size_t i = 0; i < f->n_labels; i++) {
        const struct label *l = &f->labels[i];

        if (str_eqz(key, "label") && str_eqz(want, label_name(l->kind)))
            return true;
        if (str_eqz(key, "ticket") && str_eq(want, l->ticket))
            return true;
        if (str_eqz(key, "entry") && str_eq(want, l->entry))
            return true;
    }
    return false;
}

static bool in_sample(const struct finding *f, struct str want)
{
    for (size_t i = 0; i < f->n_sample; i++) {
        if (str_eq(f->sample[i], want))
            return true;
    }
    return false;
}

static bool is_null(const struct yaml_node *v)
{
    return !v->quoted && (v->text.len == 0 || str_eqz(v->text, "null") || str_eqz(v->text, "~"));
}

static bool text_is(const struct yaml_node *want, struct str found)
{
    if (is_null(want) || (want->quoted && want->text.len == 0))
        return found.len == 0;
    return want->quoted ? str_eq(want->text, found) || value_as_written(want->text, found)
                        : value_as_written(want->text, found);
}

static bool row_is(const struct finding *f, const struct yaml_node *row)
{
    for (size_t i = 0; i < row->n; i++) {
        if (!text_is(row->items[i], cell_value(f->row, f->n_row, row->keys[i]->text)))
            return false;
    }
    return true;
}

bool found_is(const struct found *f, struct str key, const struct yaml_node *value, struct arena *a)
{
    const struct finding *g = f->finding;

    if (g == NULL)
        return text_is(value, found_value(f, key, a));
    if (value->kind == YAML_MAPPING)
        return row_is(g, value);
    if (value->kind == YAML_SEQUENCE) {
        for (size_t i = 0; i < value->n; i++) {
            if (!in_sample(g, value->items[i]->text))
                return false;
        }
        return true;
    }
    if (str_eqz(key, "sample"))
        return in_sample(g, value->text);
    if ((str_eqz(key, "label") || str_eqz(key, "ticket") || str_eqz(key, "entry")) &&
        !str_eqz(value->text, "none"))
        return any_label(g, key, value->text);
    return text_is(value, found_value(f, key, a));
}

/* An expectation that says nothing of suppression is about findings that count. */
static bool speaks_of_suppression(const struct yaml_node *item)
{
    return yaml_get(item, "suppressed") != NULL || yaml_get(item, "label") != NULL ||
           yaml_get(item, "entry") != NULL;
}

static bool has_column(const struct yaml_node *item, struct str name)
{
    for (size_t i = 0; i < item->n; i++) {
        if (str_eq(item->keys[i]->text, name))
            return true;
    }
    return false;
}

/* Number of keys as expected, and whether all are. */
static size_t likeness(const struct yaml_node *item, const struct found *f, enum query_language l,
                       struct arena *a, bool *exact)
{
    size_t n = 0, asked = 0;

    for (size_t i = 0; i < item->n; i++) {
        const struct yaml_node *v = test_by_language(item->items[i], l);

        if (v == NULL)
            continue;
        asked++;
        n += found_is(f, item->keys[i]->text, v, a);
    }
    *exact = n == asked;
    if (f->finding != NULL && f->finding->suppressed && !speaks_of_suppression(item))
        *exact = false;
    for (size_t i = 0; f->finding == NULL && *exact && i < f->n_cells; i++) {
        if (f->cells[i].value.len > 0 && !has_column(item, f->cells[i].name))
            *exact = false;
    }
    return n;
}

struct matcher {
    const struct yaml_node *list;
    const struct found_list *found;
    size_t n; /* expected */
    enum query_language language;
    bool *fits; /* n x found->n */
    struct pairing *p;
};

/* Finds a found one for expected `start`, moving others if need be: breadth first. */
static void augment(struct matcher *m, size_t start, size_t *queue, size_t *via)
{
    size_t head = 0, tail = 0;

    for (size_t j = 0; j < m->found->n; j++)
        via[j] = SIZE_MAX;
    queue[tail++] = start;
    while (head < tail) {
        size_t i = queue[head++];

        for (size_t j = 0; j < m->found->n; j++) {
            if (!m->fits[i * m->found->n + j] || via[j] != SIZE_MAX)
                continue;
            via[j] = i;
            if (m->p->of_found[j] != SIZE_MAX) {
                queue[tail++] = m->p->of_found[j];
                continue;
            }
            while (j != SIZE_MAX) { /* back along the path */
                size_t e = via[j], next = m->p->of_expected[e];

                m->p->of_expected[e] = j;
                m->p->of_found[j] = e;
                m->p->exact[e] = true;
                j = e == start ? SIZE_MAX : next;
            }
            return;
        }
    }
}

/* The rest: each expected one gets the free one that is most like it, if it is like it at all. */
static void pair_rest(struct matcher *m, struct arena *a)
{
    for (size_t i = 0; i < m->n; i++) {
        size_t best = SIZE_MAX, best_n = 0;

        if (m->p->of_expected[i] != SIZE_MAX)
            continue;
        for (size_t j = 0; j < m->found->n; j++) {
            bool exact;
            size_t n;

            if (m->p->of_found[j] != SIZE_MAX)
                continue;
            n = likeness(m->list->items[i], &m->found->items[j], m->language, a, &exact);
            if (n > best_n) {
                best_n = n;
                best = j;
            }
        }
        if (best != SIZE_MAX) {
            m->p->of_expected[i] = best;
            m->p->of_found[best] = i;
        }
    }
}

void match_pair(const struct yaml_node *list, const struct found_list *found, enum query_language l,
                struct arena *a, struct pairing *out)
{
    size_t n = list->kind == YAML_SEQUENCE ? list->n : 0;
    struct matcher m = {.list = list, .found = found, .n = n, .language = l, .p = out};
    size_t *queue = ARENA_ARRAY(a, size_t, n + 1);
    size_t *via = ARENA_ARRAY(a, size_t, found->n + 1);
    struct arena scratch;

    arena_init(&scratch, 0);
    m.fits = ARENA_ARRAY(a, bool, arena_array_size(n, found->n) + 1);
    out->of_expected = ARENA_ARRAY(a, size_t, n + 1);
    out->of_found = ARENA_ARRAY(a, size_t, found->n + 1);
    out->exact = ARENA_ARRAY(a, bool, n + 1);
    for (size_t j = 0; j < found->n; j++)
        out->of_found[j] = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        out->of_expected[i] = SIZE_MAX;
        for (size_t j = 0; j < found->n; j++)
            likeness(list->items[i], &found->items[j], l, &scratch, &m.fits[i * found->n + j]);
        arena_reset(&scratch);
    }
    for (size_t i = 0; i < n; i++)
        augment(&m, i, queue, via);
    pair_rest(&m, &scratch);
    arena_done(&scratch);
    out->all = true;
    for (size_t i = 0; i < n; i++)
        out->all = out->all && out->exact[i];
    for (size_t j = 0; j < found->n; j++)
        out->all = out->all && (out->of_found[j] != SIZE_MAX || !found_counts(&found->items[j]));
}

void found_put(const struct found *f, struct arena *a, struct buf *out)
{
    static const char *const keys[] = {
        "detection", "source",       "network",    "asn",       "user",     "host",
        "agent",     "application",  "tenant",     "verdict",   "severity", "users",
        "events",    "window_start", "first_seen", "last_seen", "label"};
    const char *sep = "";

    for (size_t i = 0; f->finding != NULL && i < ARRAY_LEN(keys); i++) {
        struct str v = found_value(f, str_z(keys[i]), a);

        if (v.len == 0 || str_eqz(v, "none"))
            continue;
        buf_printf(out, "%s%s ", sep, keys[i]);
        text_put_safe(out, v, SHOWN_BYTES);
        sep = ", ";
    }
    for (size_t i = 0; f->finding == NULL && i < f->n_cells; i++) {
        buf_puts(out, sep);
        text_put_safe(out, f->cells[i].name, SHOWN_BYTES);
        buf_putc(out, ' ');
        text_put_safe(out, f->cells[i].value, SHOWN_BYTES);
        sep = ", ";
    }
}

static struct str expected_text(const struct yaml_node *v, struct arena *a)
{
    struct buf b = {0};
    struct str out;

    if (v->kind == YAML_SCALAR)
        return is_null(v) ? STR("(nothing)") : v->text;
    for (size_t i = 0; i < v->n; i++) {
        if (i > 0)
            buf_puts(&b, ", ");
        if (v->kind == YAML_MAPPING)
            buf_printf(&b, "%.*s %.*s", STR_ARG(v->keys[i]->text), STR_ARG(v->items[i]->text));
        else
            buf_put_str(&b, v->items[i]->text);
    }
    out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static void put_cell(struct buf *out, struct str s, size_t width)
{
    size_t before = out->len;

    text_put_safe(out, s, SHOWN_BYTES);
    while (out->len - before < width)
        buf_putc(out, ' ');
}

static void explain_line(bool same, struct str key, struct str want, struct str got,
                         struct buf *out)
{
    buf_puts(out, same ? "      " : "    * ");
    put_cell(out, key, 20);
    buf_putc(out, ' ');
    put_cell(out, want, 30);
    buf_putc(out, ' ');
    put_cell(out, got.len > 0 ? got : STR("(nothing)"), 0);
    buf_putc(out, '\n');
}

/* What of a finding's row a mapping asks for. */
static struct str asked_value(const struct found *f, struct str key, const struct yaml_node *v,
                              struct arena *a)
{
    struct buf b = {0};
    struct str out;

    if (f->finding == NULL || v->kind != YAML_MAPPING)
        return found_value(f, key, a);
    for (size_t i = 0; i < v->n; i++)
        buf_printf(&b, "%s%.*s %.*s", i > 0 ? ", " : "", STR_ARG(v->keys[i]->text),
                   STR_ARG(cell_value(f->finding->row, f->finding->n_row, v->keys[i]->text)));
    out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

/* Expected and found side by side. */
static void explain_pair(const struct yaml_node *item, const struct found *f, enum query_language l,
                         struct arena *a, struct buf *out)
{
    explain_line(true, STR(""), STR("expected"), STR("found"), out);
    for (size_t i = 0; i < item->n; i++) {
        const struct yaml_node *v = test_by_language(item->items[i], l);
        struct str key = item->keys[i]->text;

        if (v != NULL)
            explain_line(found_is(f, key, v, a), key, expected_text(v, a),
                         asked_value(f, key, v, a), out);
    }
    if (f->finding != NULL && f->finding->suppressed && !speaks_of_suppression(item)) {
        explain_line(false, STR("suppressed"), STR("false"), STR("true"), out);
        explain_line(true, STR("entry"), STR(""), found_value(f, STR("entry"), a), out);
    }
    for (size_t i = 0; f->finding == NULL && i < f->n_cells; i++) {
        if (f->cells[i].value.len > 0 && !has_column(item, f->cells[i].name))
            explain_line(false, f->cells[i].name, STR("(no such column)"), f->cells[i].value, out);
    }
}

static void explain_missing(const struct yaml_node *item, enum query_language l, struct arena *a,
                            struct buf *out)
{
    const char *sep = "";

    for (size_t i = 0; i < item->n; i++) {
        const struct yaml_node *v = test_by_language(item->items[i], l);

        if (v == NULL)
            continue;
        buf_puts(out, sep);
        text_put_safe(out, item->keys[i]->text, SHOWN_BYTES);
        buf_putc(out, ' ');
        text_put_safe(out, expected_text(v, a), SHOWN_BYTES);
        sep = ", ";
    }
    buf_putc(out, '\n');
}

void match_explain(const struct yaml_node *list, const struct found_list *found,
                   const struct pairing *p, enum query_language l, struct arena *a, struct buf *out)
{
    size_t n = list->kind == YAML_SEQUENCE ? list->n : 0, shown = 0, hidden = 0;
    const char *what = found->n > 0 && found->items[0].finding == NULL ? "row" : "finding";

    for (size_t i = 0; i < n; i++) {
        if (p->exact[i])
            continue;
        if (shown++ >= SHOWN_ITEMS) {
            hidden++;
            continue;
        }
        buf_printf(out, "%zu of %zu expected (line %u) %s", i + 1, n, list->items[i]->line,
                   p->of_expected[i] != SIZE_MAX ? "differs:\n" : "is missing: ");
        if (p->of_expected[i] != SIZE_MAX)
            explain_pair(list->items[i], &found->items[p->of_expected[i]], l, a, out);
        else
            explain_missing(list->items[i], l, a, out);
    }
    for (size_t j = 0; j < found->n; j++) {
        if (p->of_found[j] != SIZE_MAX || !found_counts(&found->items[j]))
            continue;
        if (shown++ >= SHOWN_ITEMS) {
            hidden++;
            continue;
        }
        buf_printf(out, "a %s that is not expected: ", what);
        found_put(&found->items[j], a, out);
        buf_putc(out, '\n');
    }
    if (hidden > 0)
        buf_printf(out, "and %zu more\n", hidden);
}
