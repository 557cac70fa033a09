/* test_declare.c - the loader: what a declaration may say, and errors that name the line; folders
 * of the user, which win. */
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"

#include "records.h"
#include "source/declare.h"

static bool refused(const char *text, const char *why)
{
    struct lanner_err err = {0};
    struct source_decls decls;
    struct arena a;
    enum lanner_rc rc;

    arena_init(&a, 0);
    rc = declare_load(&a, "x.yaml", str_z(text), &decls, &err);
    arena_done(&a);
    if (rc == LANNER_OK || strstr(err.text, why) == NULL)
        printf("# rc %d: %s\n", rc, err.text);
    return rc != LANNER_OK && strstr(err.text, why) != NULL;
}

static void errors(void)
{
    OK(refused("", "name"));
    OK(refused("name: x\n", "recognise"));
    OK(refused("name: x\nrecognise: [{has: [a]}]\nfallback: true\n", "one of"));
    OK(refused("name: x\nrecognize: []\n", "recognize"));
    OK(refused("name: x\nrecognise: [{lacks: [a]}]\n", "x.yaml:2"));
    OK(refused("name: x\nrecognise: [{has: ['']}]\n", "path"));
    OK(refused("name: x\nrecognise: [{has: [a]}]\nfields: {f: a | nosuch}\n", "nosuch"));
    OK(refused("name: x\nrecognise: [{has: [a]}]\nfields: {f: a | map(m)}\n", "no map"));
    OK(refused("name: x\nrecognise: [{has: [a]}]\nfields: {f: a | map}\n", "map(NAME)"));
    OK(refused("name: x\nrecognise: [{has: [a]}]\nfields: {f: ' | address'}\n", ""));
    OK(refused("name: x\nrecognise: [{has: [a]}]\nfields: {'@t': a}\n", "@t"));
    OK(refused("name: x\nrecognise: [{has: [a]}]\ntags: {repo: a}\n", "#"));
    OK(refused("name: x\nrecognise: [{has: [a]}]\nqradar: {category: x}\n", ""));
    OK(refused("name: x\nrecognise: [{has: [a]}]\nqradar: {category: [{when: {a: b}}]}\n", "id"));
    OK(refused("name: x\nshapes: []\n", "shapes"));
    OK(refused("name: x\nshapes: [{shape: a}]\n", "recognise"));
    OK(refused("name: x\nshapes: [{shape: a, like: b, recognise: [{has: [c]}]}]\n", "'b'"));
    OK(refused("name: x\nshapes: [{shape: a, recognise: [{has: [c]}]},"
               " {shape: a, recognise: [{has: [c]}]}]\n",
               "two shapes"));
    OK(refused("name: x\nrecognise: [{has: [a]}]\ntime: {when: a}\n", "when"));
    OK(refused("name: [x]\n", ""));
    OK(refused("[x]\n", ""));
}

/* Each shape is like the one before it under many prefixes: refused before it explodes. */
static void multiplied(void)
{
    struct buf b = {0};

    buf_puts(&b, "name: x\nshapes:\n  - {shape: s0, recognise: [{has: [a]}], fields: {f: a}}\n");
    for (int i = 1; i < 20; i++)
        buf_printf(&b,
                   "  - {shape: s%d, recognise: [{has: [a]}], like: s%d, "
                   "prefixes: [a., b., c., d., e., f., g.]}\n",
                   i, i - 1);
    buf_putc(&b, '\0');
    OK(refused(b.ptr, "places"));
    buf_done(&b);
}

static const char full[] =
    "name: mine\n"
    "title: my log\n"
    "order: 5\n"
    "tags: {'#repo': mine, '#kind': {from: [kind, sort]}}\n"
    "maps: {m: {a: b, c: d}}\n"
    "fields: {f: x, g: [y, z | address, w | map(m)]}\n"
    "qradar:\n"
    "  log_source_type: 7\n"
    "  category: [{when: {f: [p, q]}, id: 1}, {id: 2}]\n"
    "  names: {sourceip: f}\n"
    "shapes:\n"
    "  - {shape: one, recognise: [{has: [x], lacks: [n], equals: {y: ['*z', v]}}], time: "
    "{happened: t}}\n"
    "  - {shape: two, order: 3, recognise: [{has: [P.x]}], fields: {f: own}, like: one,"
    " prefixes: ['P.', '']}\n";

static void accepted(void)
{
    struct lanner_err err = {0};
    struct source_decls decls = {0};
    struct arena a;

    arena_init(&a, 0);
    OK_INT(declare_load(&a, "x.yaml", str_z(full), &decls, &err), LANNER_OK);
    OK_INT(decls.n, 2);
    const struct source_decl *one = &decls.items[0], *two = &decls.items[1];

    OK_STR(one->label, "mine/one");
    OK_INT(one->order, 5);
    OK_INT(two->order, 3);
    OK_INT(one->alts[0].n_conds, 3);
    OK_INT(one->qradar.n_categories, 2);
    OK_INT(one->qradar.types[0].id, 7);
    OK_INT(decl_field(one, STR("g"))->cands.n, 3);
    OK_INT(decl_field(one, STR("g"))->cands.items[1].transform, TRANSFORM_ADDRESS);
    OK_STR(decl_field(one, STR("g"))->cands.items[2].map->pairs[1].to, "d");
    /* A shape that is like another takes its places under each prefix, its own fields stay. */
    OK_STR(two->happened.items[0].path, "P.t");
    OK_STR(two->happened.items[1].path, "t");
    OK_INT(decl_field(two, STR("f"))->cands.n, 1);
    OK_STR(decl_field(two, STR("f"))->cands.items[0].path, "own");
    OK(decl_tag(two, STR("#kind"))->cands.n == 2);
    arena_done(&a);
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[8192];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "w");
    if (f != NULL) {
        fputs(text, f);
        fclose(f);
    }
}

static void remove_file(const char *folder, const char *name)
{
    char path[8192];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    unlink(path);
}

static void folders(void)
{
    char one[] = "/tmp/lanner-sources-XXXXXX", two[] = "/tmp/lanner-sources-XXXXXX";
    const char *both[] = {one, two};
    struct lanner_err err = {0};
    struct source_set *set = NULL;
    struct extractor *x = NULL;
    const struct source_options o = {0};
    struct str asked[] = {STR_INIT("#repo"), STR_INIT("f"), STR_INIT("#kind")};

    OK(mkdtemp(one) != NULL && mkdtemp(two) != NULL);
    write_file(one, "mine.yaml", full);
    write_file(one, "notes.txt", "not yaml: [");
    write_file(two, "mine.yml",
               "name: mine\nrecognise: [{has: [x]}]\ntags: {'#repo': second, '#kind': {from: k}}\n"
               "fields: {f: x}\ntime: {happened: t}\n");
    write_file(two, "hub.yaml",
               "name: entra-signin\nrecognise: [{has: [time, category]}]\n"
               "tags: {'#repo': replaced}\n");
    OK_INT(source_set_open(both, 2, &set, &err), LANNER_OK);
    printf("# %s\n", err.text);
    OK_INT(extractor_new(set, &o, asked, 3, true, &x, &err), LANNER_OK);
    struct sample *s = sample_text("x.jsonl", STR("{\"x\":\"1\",\"t\":1772460487,\"k\":\"kk\"}\n"
                                                  "{\"time\":1,\"category\":\"SignInLogs\"}\n"));
    struct table *t = table_read(x, s, 3, true);

    OK_STR(table_text(t, 0, 0), "second");
    OK_STR(table_text(t, 1, 0), "1");
    OK_STR(table_text(t, 2, 0), "kk");
    OK_STR(val_as_str(open_get(&t->b->open[0], STR("#kind"))), "kk");
    OK_STR(table_text(t, 0, 1), "replaced");
    OK(strcmp(source_name(set, t->rows[0].source), "mine") == 0);
    table_free(t);
    sample_free(s);
    extractor_free(x);
    source_set_free(set);

    set = NULL;
    write_file(one, "bad.yaml", "name: bad\nfields: {a: b | nosuch}\n");
    OK_INT(source_set_open(both, 2, &set, &err), LANNER_ERR_INPUT);
    OK(strstr(err.text, "bad.yaml:2") != NULL);
    OK(set == NULL);
    remove_file(one, "mine.yaml");
    remove_file(one, "notes.txt");
    remove_file(one, "bad.yaml");
    remove_file(two, "mine.yml");
    remove_file(two, "hub.yaml");
    rmdir(one);
    rmdir(two);
}

/* A canonical field of some shape of that name. */
static bool some_shape_has(struct str name, struct str field)
{
    for (size_t i = 0; i < source_builtin.n; i++)
        if (str_eq(source_builtin.items[i].name, name) &&
            decl_field(&source_builtin.items[i], field) != NULL)
            return true;
    return false;
}

/* Every built-in declaration is used by some sample or test; here: sound in itself. */
static void builtin(void)
{
    bool ok = source_builtin.n > 10;

    for (size_t i = 0; i < source_builtin.n; i++) {
        const struct source_decl *d = &source_builtin.items[i];

        ok = ok && d->name.len > 0 && d->label.len > 0 && d->title.len > 0;
        ok = ok && (d->n_alts > 0) + (d->n_wraps > 0) + d->fallback == 1;
        ok = ok && (i == 0 || d->order >= source_builtin.items[i - 1].order);
        /* What a QRadar name refers to is a field of the source. */
        bool columns = d->qradar.own_columns || d->fallback;

        for (size_t k = 0; !columns && k < d->qradar.n_names; k++)
            for (size_t c = 0; c < d->qradar.names[k].cands.n; c++)
                ok = ok && some_shape_has(d->name, d->qradar.names[k].cands.items[c].path);
        if (!ok) {
            printf("# %.*s\n", STR_ARG(d->label));
            break;
        }
    }
    OK(ok);
}

int main(void)
{
    errors();
    multiplied();
    accepted();
    folders();
    builtin();
    TAP_DONE();
}
