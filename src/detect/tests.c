/* tests.c - the tests of packs: finds the files, runs each test for each detection and language it
 * is about, and keeps what came of it. See testing.h. */
#include <fnmatch.h>
#include <stdlib.h>
#include <time.h>

#include "detect/compare.h"
#include "detect/test_run.h"
#include "util/file.h"
#include "util/suggest.h"

#define MAX_RUNS 2000 /* detections and languages of one test */

struct suite {
    const struct pack_set *packs;
    const struct test_options *options;
    struct test_results *results;
    const struct pack *pack;
    bool *tested; /* of the pack's detections */
    bool unread;  /* a test file could not be read: nobody knows what it tests */
    bool stopped;
};

static void add_outcome(struct suite *s, const struct test_outcome *o)
{
    struct test_results *r = s->results;
    struct test_outcome copy = *o;

    copy.message = arena_str(&r->arena, o->message);
    copy.file = arena_str(&r->arena, o->file);
    copy.name = arena_str(&r->arena, o->name);
    if (r->n == r->cap) {
        r->cap = r->cap != 0 ? r->cap * 2 : 64;
        r->items = xrealloc(r->items, arena_array_size(r->cap, sizeof(*r->items)));
    }
    r->items[r->n++] = copy;
    r->n_status[o->status]++;
    if (s->options->on_outcome != NULL &&
        !s->options->on_outcome(s->options->ctx, r->n, &r->items[r->n - 1]))
        s->stopped = true;
}

static void add_broken(struct suite *s, struct str file, struct str name, uint32_t line,
                       const struct lanner_err *err)
{
    struct buf message = {0};
    struct test_outcome o = {.status = TEST_BROKEN, .file = file, .name = name, .line = line};

    o.pack = s->pack != NULL ? s->pack->id : STR_NONE;
    text_put_safe(&message, str_z(err->text), sizeof(err->text));
    o.message = buf_str(&message);
    add_outcome(s, &o);
    buf_done(&message);
}

static bool glob_is(const char *glob, struct str s)
{
    char *z = xstrndup(s.ptr != NULL ? s.ptr : "", s.len);
    bool is = fnmatch(glob, z, 0) == 0;

    free(z);
    return is;
}

static bool wanted(const struct suite *s, const struct test_case *c, const struct detection *d)
{
    const char *only = s->options->only;

    return only == NULL || glob_is(only, c->name) || glob_is(only, d->id);
}

static bool language_wanted(const struct suite *s, enum query_language l)
{
    return s->options->language[l] ||
           (!s->options->language[QUERY_AQL] && !s->options->language[QUERY_CQL]);
}

/* Is there a file of that detection which could not be read? It has been told already. */
static bool is_problem(const struct suite *s, struct str id)
{
    for (size_t i = 0; i < s->packs->n_problems; i++) {
        struct str file = s->packs->problems[i].file;
        struct str folder = s->pack->folder;

        if (file.len == folder.len + 1 + id.len + 5 && str_starts(file, folder) &&
            str_eq(str_of(file.ptr + folder.len + 1, id.len), id))
            return true;
    }
    return false;
}

static enum lanner_rc unknown_detection(const struct suite *s, const struct yaml_node *name,
                                        struct lanner_err *err)
{
    struct suggest near = suggest_start(name->text);
    char room[200];

    for (size_t i = 0; i < s->pack->n_detections; i++)
        suggest_offer(&near, s->pack->detections[i].id);
    if (suggest_print(&near, room, sizeof(room)))
        return yaml_error(name, err, "the pack has no detection '%.*s': %s", STR_ARG(name->text),
                          room);
    return yaml_error(name, err, "the pack has no detection '%.*s'", STR_ARG(name->text));
}

/* One run for each language in which detection and test want it. */
static enum lanner_rc plan_detection(const struct suite *s, const struct test_file *f,
                                     const struct test_case *c, const struct detection *d,
                                     struct test_run *runs, size_t *n, struct lanner_err *err)
{
    bool any = c->language[QUERY_AQL] || c->language[QUERY_CQL];

    for (int k = 0; k < QUERY_LANGUAGES; k++) {
        enum query_language l = (enum query_language)k;

        if (any && c->language[l] && d->query[l].len == 0)
            return yaml_error(c->node, err, "detection '%.*s' has no query in %s", STR_ARG(d->id),
                              query_language_name(l));
        if ((any && !c->language[l]) || d->query[l].len == 0 || !language_wanted(s, l))
            continue;
        if (c->expected[l].at == NULL)
            return yaml_error(c->expect, err,
                              "nothing is expected for %s; a test that is not for it says so with "
                              "'language'",
                              query_language_name(l));
        if (*n == MAX_RUNS)
            return yaml_error(c->node, err, "more than %d runs of one test", MAX_RUNS);
        runs[(*n)++] = (struct test_run){
            .file = f, .test = c, .detection = d, .language = l, .expected = &c->expected[l]};
    }
    return LANNER_OK;
}

static enum lanner_rc plan_case(struct suite *s, const struct test_file *f,
                                const struct test_case *c, struct test_run *runs, size_t *n,
                                struct lanner_err *err)
{
    const struct pack *p = s->pack;
    bool *taken = xcalloc(p->n_detections + 1, sizeof(*taken));
    enum lanner_rc rc = LANNER_OK;

    for (size_t i = 0; rc == LANNER_OK && i < c->detections->n; i++) {
        const struct yaml_node *glob = c->detections->items[i];
        bool known = false;

        for (size_t k = 0; k < p->n_detections; k++) {
            if (!glob_is(glob->text.ptr, p->detections[k].id))
                continue;
            known = taken[k] = true;
        }
        if (!known && !s->options->one_detection && !is_problem(s, glob->text))
            rc = unknown_detection(s, glob, err);
    }
    for (size_t k = 0; rc == LANNER_OK && k < p->n_detections; k++) {
        if (!taken[k])
            continue;
        s->tested[k] = true;
        if (wanted(s, c, &p->detections[k]))
            rc = plan_detection(s, f, c, &p->detections[k], runs, n, err);
    }
    free(taken);
    return rc;
}

static void tell_run(struct suite *s, struct test_run *r, bool updated)
{
    struct test_outcome o = {.status = r->status,
                             .pack = s->pack->id,
                             .file = r->file->path,
                             .name = r->test->name,
                             .line = r->test->node->line,
                             .detection = r->detection,
                             .language = r->language,
                             .message = buf_str(&r->message),
                             .elapsed_ns = r->elapsed_ns,
                             .updated = updated};

    add_outcome(s, &o);
}

/* With `update`: the case's expectation is rewritten when a run failed by it. */
static bool update_case(struct suite *s, const struct test_file *f, const struct test_case *c,
                        struct test_run *runs, size_t n, struct test_edits *edits)
{
    struct str reason;
    bool failed = false;

    for (size_t i = 0; i < n; i++) {
        failed = failed || runs[i].status == TEST_FAILED;
        if (runs[i].status == TEST_BROKEN)
            return false;
    }
    if (!s->options->update || !failed)
        return false;
    if (test_update_case(f, c, runs, n, edits, &reason)) {
        s->results->n_updated++;
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        if (runs[i].status == TEST_FAILED)
            buf_printf(&runs[i].message, "not updated: %.*s\n", STR_ARG(reason));
    }
    return false;
}

static void run_case(struct suite *s, const struct test_file *f, const struct test_case *c,
                     struct test_run *runs, struct test_edits *edits)
{
    struct lanner_err err = {0};
    size_t n = 0, done = 0;
    bool updated;

    if (plan_case(s, f, c, runs, &n, &err) != LANNER_OK) {
        add_broken(s, f->path, c->name, c->node->line, &err);
        return;
    }
    /* An update needs all runs of the case at once; without it each is told as it ends. */
    for (; done < n && !s->stopped; done++) {
        test_run_execute(&runs[done]);
        if (s->options->update)
            continue;
        tell_run(s, &runs[done], false);
        test_run_done(&runs[done]);
    }
    if (!s->options->update)
        return;
    updated = done == n && update_case(s, f, c, runs, n, edits);
    for (size_t i = 0; i < done; i++) {
        bool mine = updated && runs[i].status == TEST_FAILED;

        if (mine)
            runs[i].status = TEST_PASSED;
        tell_run(s, &runs[i], mine);
        test_run_done(&runs[i]);
    }
}

static void run_file(struct suite *s, const char *path, const char *folder)
{
    struct test_file *f = NULL;
    struct test_run *runs;
    struct test_edits edits = {0};
    struct lanner_err err = {0};

    if (test_file_open(path, folder, &f, &err) != LANNER_OK) {
        s->unread = true;
        add_broken(s, str_z(path), str_z(path), err.line, &err);
        return;
    }
    runs = xcalloc(MAX_RUNS, sizeof(*runs));
    arena_init(&edits.arena, 0);
    for (size_t i = 0; i < f->n_cases && !s->stopped; i++)
        run_case(s, f, &f->cases[i], runs, &edits);
    if (edits.list.n > 0 && test_update_write(f, &edits, &err) != LANNER_OK)
        add_broken(s, f->path, f->path, 0, &err);
    test_edits_done(&edits);
    test_file_free(f);
    free(runs);
}

static bool file_wanted(const struct suite *s, const char *path)
{
    if (s->options->n_files == 0)
        return true;
    for (size_t i = 0; i < s->options->n_files; i++) {
        struct file_info a, b;

        if (file_stat(path, &a, NULL) == LANNER_OK &&
            file_stat(s->options->files[i], &b, NULL) == LANNER_OK && a.inode == b.inode &&
            a.device == b.device)
            return true;
    }
    return false;
}

/* Test files lie in the folder itself: what is below are their events and tuning. */
static bool is_test_file(const char *path, size_t folder_len)
{
    return str_ends(str_z(path), STR(".yaml")) && strchr(path + folder_len + 1, '/') == NULL;
}

static void tell_untested(struct suite *s)
{
    const struct pack *p = s->pack;

    for (size_t i = 0; i < p->n_detections && !s->stopped; i++) {
        struct test_outcome o = {.status = s->options->require_tests ? TEST_FAILED : TEST_UNTESTED,
                                 .pack = p->id,
                                 .file = p->detections[i].file,
                                 .name = STR("has a test"),
                                 .detection = &p->detections[i],
                                 .language = p->detections[i].preferred,
                                 .message = STR("the detection has no tests\n")};

        if (s->tested[i] ||
            (s->options->only != NULL && !glob_is(s->options->only, p->detections[i].id)))
            continue;
        add_outcome(s, &o);
    }
}

static void run_pack(struct suite *s, const struct pack *p)
{
    struct arena a;
    const char *folder;
    file_paths paths = {0};
    struct file_info info;
    struct lanner_err err = {0};

    arena_init(&a, 0);
    s->pack = p;
    s->unread = false;
    s->tested = ARENA_ARRAY(&a, bool, p->n_detections + 1);
    folder = arena_printf(&a, "%.*s/tests", STR_ARG(p->folder)).ptr;
    if (file_stat(folder, &info, NULL) == LANNER_OK &&
        folder_list(folder, &paths, NULL, NULL, &err) != LANNER_OK)
        add_broken(s, str_z(folder), str_z(folder), 0, &err);
    for (size_t i = 0; i < paths.n && !s->stopped; i++) {
        if (is_test_file(paths.items[i], strlen(folder)) && file_wanted(s, paths.items[i]))
            run_file(s, paths.items[i], folder);
    }
    if (s->options->n_files == 0 && !s->unread)
        tell_untested(s);
    file_paths_done(&paths);
    arena_done(&a);
}

static int64_t clock_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

enum lanner_rc tests_run(const struct pack_set *packs, const struct test_options *options,
                         struct test_results **out, struct lanner_err *err)
{
    struct test_results *r = xcalloc(1, sizeof(*r));
    struct suite s = {.packs = packs, .options = options, .results = r};
    int64_t start = clock_ns();

    (void)err;
    arena_init(&r->arena, 0);
    for (size_t i = 0; i < packs->n_problems && !s.stopped; i++)
        add_broken(&s, packs->problems[i].file, packs->problems[i].file,
                   packs->problems[i].err.line, &packs->problems[i].err);
    for (size_t i = 0; i < packs->n_packs && !s.stopped; i++)
        run_pack(&s, &packs->packs[i]);
    r->elapsed_ns = clock_ns() - start;
    *out = r;
    return LANNER_OK;
}

void test_results_free(struct test_results *r)
{
    if (r == NULL)
        return;
    free(r->items);
    arena_done(&r->arena);
    free(r);
}
