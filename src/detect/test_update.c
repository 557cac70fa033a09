/* test_update.c - rewrites what a test expects to what was found, in place: a value that differs is
 * replaced, an item that is gone loses its lines, a new one gets a line. All else in the file, its
 * comments too, keeps its bytes. An expectation that languages share and that is no longer true of
 * all of them is split by language. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "detect/test_run.h"
#include "util/file.h"
#include "util/utf8.h"

/* An edit, and whether other languages expect the same text. */
struct draft_edit {
    struct test_edit edit;
    bool shared;
};

struct draft {
    const struct test_file *file;
    const struct test_run *run;
    struct arena *arena;
    VEC(struct draft_edit) list;
};

static struct str file_text(const struct test_file *f)
{
    return buf_str(&f->text);
}

/* Byte offset of a character of the text. */
static size_t byte_of(const struct test_file *f, size_t character)
{
    struct str s = file_text(f);
    size_t i = 0;

    while (i < s.len && character > 0) {
        i++;
        while (i < s.len && ((unsigned char)s.ptr[i] & 0xC0) == 0x80)
            i++;
        character--;
    }
    return i;
}

static size_t node_start(const struct test_file *f, const struct yaml_node *n)
{
    return byte_of(f, n->start);
}

static bool is_flow(const struct test_file *f, const struct yaml_node *n)
{
    size_t at = node_start(f, n);

    return n->kind != YAML_SCALAR && at < f->text.len &&
           (f->text.ptr[at] == '{' || f->text.ptr[at] == '[');
}

/* Where its last character ends: libyaml's end of a block lies behind the comments that follow. */
static size_t node_end(const struct test_file *f, const struct yaml_node *n)
{
    size_t end;

    while (n->kind != YAML_SCALAR && !is_flow(f, n) && n->n > 0)
        n = n->items[n->n - 1];
    end = byte_of(f, n->end);
    while (end > byte_of(f, n->start) && ascii_is_space(f->text.ptr[end - 1]))
        end--;
    return end;
}

static size_t line_start(const struct test_file *f, size_t at)
{
    while (at > 0 && f->text.ptr[at - 1] != '\n')
        at--;
    return at;
}

static size_t next_line(const struct test_file *f, size_t at)
{
    while (at < f->text.len && f->text.ptr[at] != '\n')
        at++;
    return at < f->text.len ? at + 1 : at;
}

static void add_edit(struct draft *d, size_t start, size_t end, struct str text, bool shared)
{
    struct draft_edit e = {{start, end, arena_str(d->arena, text)}, shared};

    VEC_PUSH(&d->list, e);
}

/* ---- Text of values and items ---------------------------------------------------------------- */

static bool is_plain(struct str s)
{
    static const char *const words[] = {"null", "true", "false", "yes", "no", "none", "~"};

    if (s.len == 0 || s.len > 200 || s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == ':')
        return false;
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_eq_nocase(s, str_z(words[i])))
            return false;
    }
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool first = (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
        bool later = c == '.' || c == '_' || c == '/' || c == '@' || c == '+' || c == '-' ||
                     c == ':' || c == ' ';

        if (!first && (i == 0 || !later))
            return false;
        if (c == ':' && i + 1 < s.len && s.ptr[i + 1] == ' ')
            return false;
    }
    return true;
}

static void put_scalar(struct buf *b, struct str s)
{
    if (is_plain(s)) {
        buf_put_str(b, s);
        return;
    }
    buf_putc(b, '"');
    for (size_t i = 0; i < s.len;) {
        unsigned char c = (unsigned char)s.ptr[i];
        size_t n = utf8_valid_at(s, i);

        if (c == '"' || c == '\\')
            buf_printf(b, "\\%c", c);
        else if (n > 1)
            buf_put(b, s.ptr + i, n);
        else if (n == 0)
            buf_puts(b, "\xEF\xBF\xBD");
        else if (c < 0x20 || c == 0x7F)
            buf_printf(b, "\\x%02x", c);
        else
            buf_putc(b, (char)c);
        i += n > 1 ? n : 1;
    }
    buf_putc(b, '"');
}

/* The words for what is not there, which are not quoted. */
static void put_value(struct buf *b, struct str key, struct str value)
{
    if (value.len == 0 || (str_eqz(value, "none") && !str_eqz(key, "verdict")))
        buf_puts(b, value.len == 0 ? "null" : "none");
    else if (str_eqz(value, "none") || str_eqz(value, "true") || str_eqz(value, "false"))
        buf_put_str(b, value);
    else
        put_scalar(b, value);
}

static void put_sample(struct buf *b, const struct finding *f)
{
    buf_putc(b, '[');
    for (size_t i = 0; i < f->n_sample; i++) {
        if (i > 0)
            buf_puts(b, ", ");
        put_scalar(b, f->sample[i]);
    }
    buf_putc(b, ']');
}

/* `{ key: value, ... }` with the keys of `like`, or those that say most. */
static void put_item(struct buf *b, const struct found *f, const struct yaml_node *like,
                     struct arena *a)
{
    static const char *const usual[] = {
        "source", "network", "asn",      "user",  "host",   "agent",        "application",
        "tenant", "verdict", "severity", "users", "events", "window_start", NULL};
    const char *sep = "{ ";
    size_t n = f->finding == NULL ? f->n_cells : like != NULL ? like->n : ARRAY_LEN(usual) - 1;

    for (size_t i = 0; i < n; i++) {
        struct str key = f->finding == NULL ? f->cells[i].name
                         : like != NULL     ? like->keys[i]->text
                                            : str_z(usual[i]);
        struct str value = found_value(f, key, a);

        if (str_eqz(key, "row") && f->finding != NULL)
            continue;
        /* What a finding does not have is not worth a key, unless the test asks for it. */
        if ((like == NULL || f->finding == NULL) &&
            (value.len == 0 || (f->finding != NULL && str_eqz(value, "none"))))
            continue;
        buf_puts(b, sep);
        put_scalar(b, key);
        buf_puts(b, ": ");
        if (f->finding != NULL && str_eqz(key, "sample"))
            put_sample(b, f->finding);
        else
            put_value(b, key, value);
        sep = ", ";
    }
    buf_puts(b, sep[0] == '{' ? "{}" : " }");
}

static void put_list(struct buf *b, const struct found_list *found, const struct yaml_node *like,
                     struct arena *a, size_t indent, bool flow)
{
    const char *sep = "";

    if (flow)
        buf_putc(b, '[');
    for (size_t i = 0; i < found->n; i++) {
        if (!found_counts(&found->items[i]))
            continue;
        if (flow)
            buf_puts(b, sep);
        else
            buf_printf(b, "\n%*s- ", (int)indent, "");
        put_item(b, &found->items[i], like, a);
        sep = ", ";
    }
    if (flow)
        buf_putc(b, ']');
}

static const struct yaml_node *first_item(const struct yaml_node *list)
{
    return list != NULL && list->kind == YAML_SEQUENCE && list->n > 0 ? list->items[0] : NULL;
}

/* A whole expectation of the kind that the run's test has, as the value of a key that stands in
 * column `indent` (from 0). */
static void put_expectation(struct buf *b, const struct test_run *r, struct arena *a, size_t indent,
                            bool flow)
{
    const struct expectation *e = r->expected;
    size_t n = test_run_count(r);
    const char *sep = "";

    if ((e->none || e->findings != NULL) && n == 0 && e->rows == NULL && e->count == NULL) {
        buf_puts(b, " none");
        return;
    }
    if (flow)
        buf_puts(b, " {");
    if (e->none || e->findings != NULL) {
        flow ? buf_puts(b, "findings: ") : buf_printf(b, "\n%*sfindings:", (int)indent + 2, "");
        if (n == 0)
            buf_puts(b, flow ? "none" : " none");
        else
            put_list(b, &r->findings, first_item(e->findings), a, indent + 4, flow);
        sep = ", ";
    }
    if (e->rows != NULL) {
        flow ? buf_printf(b, "%srows: ", sep) : buf_printf(b, "\n%*srows:", (int)indent + 2, "");
        if (r->rows.n == 0)
            buf_puts(b, flow ? "none" : " none");
        else
            put_list(b, &r->rows, NULL, a, indent + 4, flow);
        sep = ", ";
    }
    if (e->count != NULL) {
        flow ? buf_printf(b, "%scount: ", sep) : buf_printf(b, "\n%*scount: ", (int)indent + 2, "");
        buf_printf(b, "%zu", n);
    }
    if (flow)
        buf_putc(b, '}');
}

/* ---- Edits of one run ------------------------------------------------------------------------ */

/* The key of `map` whose value is the node, or NULL. */
static const struct yaml_node *key_of(const struct yaml_node *map, const struct yaml_node *value)
{
    for (size_t i = 0; map->kind == YAML_MAPPING && i < map->n; i++) {
        if (map->items[i] == value)
            return map->keys[i];
    }
    return NULL;
}

/* One past the colon of a key. */
static size_t after_colon(const struct test_file *f, const struct yaml_node *key)
{
    size_t at = byte_of(f, key->end);

    while (at < f->text.len && f->text.ptr[at] != ':')
        at++;
    return at < f->text.len ? at + 1 : at;
}

static void replace_value(struct draft *d, const struct yaml_node *key,
                          const struct yaml_node *value, struct str text, bool shared)
{
    size_t start = after_colon(d->file, key);

    add_edit(d, start, MAX(start, node_end(d->file, value)), text, shared);
}

/* A value of an item that differs; false: the item must be written anew. */
static bool edit_value(struct draft *d, const struct found *f, struct str key,
                       const struct yaml_node *v, bool shared)
{
    struct buf b = {0};

    if (v->kind == YAML_MAPPING)
        return false;
    if (v->kind == YAML_SEQUENCE || (f->finding != NULL && str_eqz(key, "sample")))
        put_sample(&b, f->finding);
    else
        put_value(&b, key, found_value(f, key, d->arena));
    if (v->end == v->start) /* `key:` without a value */
        buf_puts(&b, " ");
    add_edit(d, node_start(d->file, v), node_end(d->file, v), buf_str(&b), shared);
    buf_done(&b);
    return true;
}

static void edit_item(struct draft *d, const struct yaml_node *item, const struct found *f,
                      bool shared)
{
    size_t before = d->list.n;
    bool ok = found_counts(f), any = false;
    struct buf b = {0};

    for (size_t i = 0; ok && i < item->n; i++) {
        const struct yaml_node *v = test_by_language(item->items[i], d->run->language);

        if (v == NULL || found_is(f, item->keys[i]->text, v, d->arena))
            continue;
        any = true;
        ok = edit_value(d, f, item->keys[i]->text, v, shared && v == item->items[i]) &&
             (f->finding != NULL || found_value(f, item->keys[i]->text, d->arena).len > 0);
    }
    if (ok && any && f->finding != NULL)
        return;
    d->list.n = before;
    put_item(&b, f, item, d->arena);
    add_edit(d, node_start(d->file, item), node_end(d->file, item), buf_str(&b), shared);
    buf_done(&b);
}

/* The lines of a block item, when it has them to itself. */
static bool item_lines(const struct test_file *f, const struct yaml_node *item, size_t *start,
                       size_t *end)
{
    size_t at = node_start(f, item);

    *start = line_start(f, at);
    *end = next_line(f, node_end(f, item));
    for (size_t i = *start; i < at; i++) {
        if (f->text.ptr[i] != ' ' && f->text.ptr[i] != '-')
            return false;
    }
    return true;
}

static void insert_items(struct draft *d, const struct yaml_node *list,
                         const struct found_list *found, const struct pairing *p, bool shared)
{
    const struct test_file *f = d->file;
    size_t start, end;
    struct buf b = {0};

    item_lines(f, list->items[list->n - 1], &start, &end);
    if (end == f->text.len && f->text.ptr[end - 1] != '\n')
        buf_putc(&b, '\n');
    for (size_t j = 0; j < found->n; j++) {
        if (p->of_found[j] != SIZE_MAX || !found_counts(&found->items[j]))
            continue;
        buf_printf(&b, "%*s- ", (int)list->column - 1, "");
        put_item(&b, &found->items[j], list->items[0], d->arena);
        buf_putc(&b, '\n');
    }
    if (b.len > 0)
        add_edit(d, end, end, buf_str(&b), shared);
    buf_done(&b);
}

/* Removes and adds items of a block list; false: it cannot be done line by line. */
static bool edit_block_list(struct draft *d, const struct yaml_node *list,
                            const struct found_list *found, const struct pairing *p, bool shared)
{
    size_t start, end;

    for (size_t i = 0; i < list->n; i++) {
        if (!item_lines(d->file, list->items[i], &start, &end))
            return false;
    }
    for (size_t i = 0; i < list->n; i++) {
        if (p->of_expected[i] == SIZE_MAX) {
            item_lines(d->file, list->items[i], &start, &end);
            add_edit(d, start, end, STR(""), shared);
        } else if (!p->exact[i]) {
            edit_item(d, list->items[i], &found->items[p->of_expected[i]], shared);
        }
    }
    insert_items(d, list, found, p, shared);
    return true;
}

static void edit_list(struct draft *d, const struct yaml_node *holder, const char *name,
                      const struct yaml_node *list, const struct found_list *found,
                      const struct pairing *p)
{
    const struct yaml_node *whole = yaml_get(holder, name);
    const struct yaml_node *key = key_of(list == whole ? holder : whole, list);
    bool shared = list == whole;
    bool flow = is_flow(d->file, holder) || (list->kind != YAML_SCALAR && is_flow(d->file, list));
    size_t n = 0, before = d->list.n, n_items = list->kind == YAML_SEQUENCE ? list->n : 0;
    bool structural = false;
    struct buf b = {0};

    if (p->all || key == NULL)
        return;
    for (size_t j = 0; j < found->n; j++) {
        n += found_counts(&found->items[j]);
        structural = structural || (p->of_found[j] == SIZE_MAX && found_counts(&found->items[j]));
    }
    for (size_t i = 0; i < n_items; i++)
        structural = structural || p->of_expected[i] == SIZE_MAX;
    if (n > 0 && !structural) {
        for (size_t i = 0; i < n_items; i++) {
            if (!p->exact[i])
                edit_item(d, list->items[i], &found->items[p->of_expected[i]], shared);
        }
        return;
    }
    if (n > 0 && n_items > 0 && !flow && edit_block_list(d, list, found, p, shared))
        return;
    d->list.n = before;
    buf_puts(&b, n == 0 ? " none" : flow ? " " : "");
    if (n > 0)
        put_list(&b, found, first_item(list), d->arena, key->column + 1, flow);
    replace_value(d, key, list, buf_str(&b), shared);
    buf_done(&b);
}

/* The mapping in which a test's expectation of a language stands, its key there. */
static const struct yaml_node *expectation_key(const struct test_case *c,
                                               const struct expectation *e)
{
    return key_of(e->at == c->expect ? c->node : c->expect, e->at);
}

static void draft_run(struct draft *d, const struct test_case *c)
{
    const struct test_run *r = d->run;
    const struct expectation *e = r->expected;
    struct buf b = {0};

    if (e->none && test_run_count(r) > 0) {
        const struct yaml_node *key = expectation_key(c, e);

        put_expectation(&b, r, d->arena, key->column - 1, is_flow(d->file, c->node));
        replace_value(d, key, e->at, buf_str(&b), e->at == c->expect);
    }
    if (e->count != NULL && (uint64_t)e->n != test_run_count(r)) {
        buf_clear(&b);
        buf_printf(&b, "%zu", test_run_count(r));
        add_edit(d, node_start(d->file, e->count), node_end(d->file, e->count), buf_str(&b),
                 e->count == yaml_get(e->at, "count"));
    }
    if (e->findings != NULL)
        edit_list(d, e->at, "findings", e->findings, &r->findings, &r->finding_pairs);
    if (e->rows != NULL)
        edit_list(d, e->at, "rows", e->rows, &r->rows, &r->row_pairs);
    for (size_t i = 0; i < d->list.n; i++)
        d->list.items[i].shared = d->list.items[i].shared && e->at == c->expect;
    buf_done(&b);
}

/* ---- All runs of a test ---------------------------------------------------------------------- */

static bool same_edit(const struct test_edit *a, const struct test_edit *b)
{
    return a->start == b->start && a->end == b->end && str_eq(a->text, b->text);
}

static bool same_drafts(const struct draft *a, const struct draft *b, bool only_shared)
{
    size_t i = 0, k = 0;

    for (;;) {
        while (only_shared && i < a->list.n && !a->list.items[i].shared)
            i++;
        while (only_shared && k < b->list.n && !b->list.items[k].shared)
            k++;
        if (i == a->list.n || k == b->list.n)
            return i == a->list.n && k == b->list.n;
        if (!same_edit(&a->list.items[i++].edit, &b->list.items[k++].edit))
            return false;
    }
}

static void take_edits(struct test_edits *edits, const struct draft *d)
{
    for (size_t i = 0; i < d->list.n; i++) {
        struct test_edit e = d->list.items[i].edit;
        bool known = false;

        for (size_t k = 0; k < edits->list.n; k++)
            known = known || same_edit(&edits->list.items[k], &e);
        e.text = arena_str(&edits->arena, e.text);
        if (!known)
            VEC_PUSH(&edits->list, e);
    }
}

/* `expect` as a mapping by language. */
static void split_by_language(const struct test_file *f, const struct test_case *c,
                              const struct test_run *runs, size_t n, struct test_edits *edits)
{
    const struct yaml_node *key = key_of(c->node, c->expect);
    bool flow = is_flow(f, c->node);
    size_t indent = key->column - 1;
    bool done[QUERY_LANGUAGES] = {false};
    struct test_edit e;
    struct buf b = {0};
    const char *sep = "";

    buf_puts(&b, flow ? " {" : "");
    for (size_t i = 0; i < n; i++) {
        if (done[runs[i].language])
            continue;
        done[runs[i].language] = true;
        if (flow)
            buf_puts(&b, sep);
        else
            buf_printf(&b, "\n%*s", (int)indent + 2, "");
        buf_printf(&b, "%s:", query_language_name(runs[i].language));
        put_expectation(&b, &runs[i], &edits->arena, indent + 2, flow);
        sep = ", ";
    }
    buf_puts(&b, flow ? "}" : "");
    e.start = after_colon(f, key);
    e.end = MAX(e.start, node_end(f, c->expect));
    e.text = arena_str(&edits->arena, buf_str(&b));
    VEC_PUSH(&edits->list, e);
    buf_done(&b);
}

bool test_update_case(const struct test_file *f, const struct test_case *c,
                      const struct test_run *runs, size_t n, struct test_edits *edits,
                      struct str *reason)
{
    struct draft *drafts = xcalloc(n + 1, sizeof(*drafts));
    bool split = false, ok = true;

    for (size_t i = 0; i < n; i++) {
        drafts[i] = (struct draft){.file = f, .run = &runs[i], .arena = &edits->arena};
        draft_run(&drafts[i], c);
        for (size_t k = 0; k < i; k++) {
            if (runs[k].language == runs[i].language)
                ok = ok && same_drafts(&drafts[k], &drafts[i], false);
            else
                split = split || !same_drafts(&drafts[k], &drafts[i], true);
        }
    }
    if (!ok)
        *reason = STR("the detections of this test find different things; give each its own test");
    else if (split)
        split_by_language(f, c, runs, n, edits);
    for (size_t i = 0; i < n; i++) {
        if (ok && !split)
            take_edits(edits, &drafts[i]);
        VEC_DONE(&drafts[i].list);
    }
    free(drafts);
    return ok;
}

static int by_place(const void *x, const void *y)
{
    const struct test_edit *a = x, *b = y;

    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->end < b->end ? -1 : a->end > b->end;
}

void test_update_apply(const struct test_file *f, struct test_edits *edits, struct buf *out)
{
    size_t at = 0;

    if (edits->list.n > 0)
        qsort(edits->list.items, edits->list.n, sizeof(*edits->list.items), by_place);
    for (size_t i = 0; i < edits->list.n; i++) {
        const struct test_edit *e = &edits->list.items[i];

        if (e->start < at)
            continue; /* inside of what an earlier edit replaced */
        buf_put(out, f->text.ptr + at, e->start - at);
        buf_put_str(out, e->text);
        at = e->end;
    }
    buf_put(out, f->text.ptr + at, f->text.len - at);
}

/* Beside the file, then in its place, so that a crash leaves the one or the other. */
static enum lanner_rc write_in_place(const char *path, struct str text, struct lanner_err *err)
{
    struct stat st;
    char *other = xmalloc(strlen(path) + 32);
    enum lanner_rc rc = LANNER_OK;
    int fd;

    snprintf(other, strlen(path) + 32, "%s.new-%ld", path, (long)getpid());
    fd = open(other, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        rc = err_set(err, LANNER_ERR_IO, "%s cannot be written: %s", other, strerror(errno));
        goto out;
    }
    if (stat(path, &st) == 0 && fchmod(fd, st.st_mode & 0777) != 0)
        rc = err_set(err, LANNER_ERR_IO, "%s: %s", other, strerror(errno));
    if (rc == LANNER_OK)
        rc = file_write(fd, text.ptr, text.len, err);
    if (rc == LANNER_OK && (fsync(fd) != 0 || rename(other, path) != 0))
        rc = err_set(err, LANNER_ERR_IO, "%s cannot be replaced: %s", path, strerror(errno));
    file_close(fd);
    if (rc != LANNER_OK)
        unlink(other);
out:
    free(other);
    return rc;
}

enum lanner_rc test_update_write(const struct test_file *f, struct test_edits *edits,
                                 struct lanner_err *err)
{
    struct test_file *again = NULL;
    struct lanner_err why = {0};
    struct buf out = {0};
    enum lanner_rc rc;

    test_update_apply(f, edits, &out);
    /* What was made must be a test file still. */
    if (test_file_parse(f->path.ptr, f->folder.ptr, buf_str(&out), &again, &why) != LANNER_OK)
        rc = err_set(err, LANNER_ERR_UNSUPPORTED,
                     "cannot be updated in place; edit it by hand: %.300s", why.text);
    else
        rc = write_in_place(f->path.ptr, buf_str(&out), err);
    test_file_free(again);
    buf_done(&out);
    return rc;
}

void test_edits_done(struct test_edits *e)
{
    VEC_DONE(&e->list);
    arena_done(&e->arena);
}
