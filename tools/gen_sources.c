/* gen_sources.c - the built-in source declarations as C tables.
 *
 *     gen_sources OUT FILE.yaml...
 *
 * Runs at build time, with the loader that run-time folders go through, and prints constant arrays:
 * the program then starts without reading YAML, and a wrong declaration fails the build. */
#include <stdio.h>
#include <stdlib.h>

#include "source/declare.h"
#include "util/buf.h"
#include "util/file.h"

#define MAX_FILE_BYTES ((size_t)1024 * 1024)

/* Arrays get names by number: what they are part of refers to them by it. */
struct printer {
    FILE *out;
    unsigned next;
    VEC(const struct source_map *) maps; /* printed; the index is the number in its name */
};

static void print_text(FILE *out, struct str s)
{
    if (s.ptr == NULL) {
        fputs("{NULL, 0}", out);
        return;
    }
    fputs("STR_INIT(\"", out);
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20 || c >= 0x7f)
            fprintf(out, "\\%03o", c);
        else
            fputc(c, out);
    }
    fputs("\")", out);
}

static unsigned print_texts(struct printer *p, const struct str *items, size_t n)
{
    unsigned id = p->next++;

    fprintf(p->out, "static const struct str t%u[] = {", id);
    for (size_t i = 0; i < n; i++) {
        print_text(p->out, items[i]);
        fputs(", ", p->out);
    }
    fputs("};\n", p->out);
    return id;
}

static size_t print_map(struct printer *p, const struct source_map *m)
{
    for (size_t i = 0; i < p->maps.n; i++)
        if (p->maps.items[i] == m)
            return i;
    size_t id = p->maps.n;

    VEC_PUSH(&p->maps, m);
    fprintf(p->out, "static const struct source_pair pairs%zu[] = {\n", id);
    for (size_t i = 0; i < m->n_pairs; i++) {
        fputs("    {", p->out);
        print_text(p->out, m->pairs[i].from);
        fputs(", ", p->out);
        print_text(p->out, m->pairs[i].to);
        fputs("},\n", p->out);
    }
    fprintf(p->out, "};\nstatic const struct source_map map%zu = {", id);
    print_text(p->out, m->name);
    fprintf(p->out, ", pairs%zu, %zu};\n", id, m->n_pairs);
    return id;
}

/* Prints the array and returns its number; nothing and 0 when it is empty (see print_ref). */
static unsigned print_cands(struct printer *p, const struct source_cands *c)
{
    size_t *maps = xcalloc(c->n + 1, sizeof(*maps));
    unsigned id;

    for (size_t i = 0; i < c->n; i++)
        if (c->items[i].map != NULL)
            maps[i] = print_map(p, c->items[i].map);
    id = p->next++;
    if (c->n > 0)
        fprintf(p->out, "static const struct source_cand t%u[] = {\n", id);
    for (size_t i = 0; i < c->n; i++) {
        fputs("    {", p->out);
        print_text(p->out, c->items[i].path);
        fprintf(p->out, ", %s, ", transform_symbol(c->items[i].transform));
        if (c->items[i].map != NULL)
            fprintf(p->out, "&map%zu},\n", maps[i]);
        else
            fputs("NULL},\n", p->out);
    }
    if (c->n > 0)
        fputs("};\n", p->out);
    free(maps);
    return id;
}

static void print_ref(struct printer *p, unsigned id, size_t n)
{
    if (n > 0)
        fprintf(p->out, "t%u, %zu", id, n);
    else
        fputs("NULL, 0", p->out);
}

static unsigned print_fields(struct printer *p, const struct source_field *f, size_t n)
{
    unsigned *ids = xcalloc(n + 1, sizeof(*ids));
    unsigned id;

    for (size_t i = 0; i < n; i++)
        ids[i] = print_cands(p, &f[i].cands);
    id = p->next++;
    if (n > 0)
        fprintf(p->out, "static const struct source_field t%u[] = {\n", id);
    for (size_t i = 0; i < n; i++) {
        fputs("    {", p->out);
        print_text(p->out, f[i].name);
        fputs(", {", p->out);
        print_ref(p, ids[i], f[i].cands.n);
        fputs("}},\n", p->out);
    }
    if (n > 0)
        fputs("};\n", p->out);
    free(ids);
    return id;
}

static unsigned print_conds(struct printer *p, const struct source_alt *a)
{
    static const char *const kinds[] = {
        [COND_HAS] = "COND_HAS", [COND_LACKS] = "COND_LACKS", [COND_EQUALS] = "COND_EQUALS"};
    unsigned *ids = xcalloc(a->n_conds + 1, sizeof(*ids));
    unsigned id;

    for (size_t i = 0; i < a->n_conds; i++)
        if (a->conds[i].n_values > 0)
            ids[i] = print_texts(p, a->conds[i].values, a->conds[i].n_values);
    id = p->next++;
    fprintf(p->out, "static const struct source_cond t%u[] = {\n", id);
    for (size_t i = 0; i < a->n_conds; i++) {
        fprintf(p->out, "    {%s, ", kinds[a->conds[i].kind]);
        print_text(p->out, a->conds[i].path);
        fputs(", ", p->out);
        print_ref(p, ids[i], a->conds[i].n_values);
        fputs("},\n", p->out);
    }
    fputs("};\n", p->out);
    free(ids);
    return id;
}

static unsigned print_alts(struct printer *p, const struct source_decl *d)
{
    unsigned *ids = xcalloc(d->n_alts + 1, sizeof(*ids));
    unsigned id;

    for (size_t i = 0; i < d->n_alts; i++)
        ids[i] = print_conds(p, &d->alts[i]);
    id = p->next++;
    if (d->n_alts > 0)
        fprintf(p->out, "static const struct source_alt t%u[] = {\n", id);
    for (size_t i = 0; i < d->n_alts; i++)
        fprintf(p->out, "    {t%u, %zu},\n", ids[i], d->alts[i].n_conds);
    if (d->n_alts > 0)
        fputs("};\n", p->out);
    free(ids);
    return id;
}

static unsigned print_tags(struct printer *p, const struct source_decl *d)
{
    unsigned *ids = xcalloc(d->n_tags + 1, sizeof(*ids));
    unsigned id;

    for (size_t i = 0; i < d->n_tags; i++)
        ids[i] = print_cands(p, &d->tags[i].cands);
    id = p->next++;
    if (d->n_tags > 0)
        fprintf(p->out, "static const struct source_tag_def t%u[] = {\n", id);
    for (size_t i = 0; i < d->n_tags; i++) {
        fputs("    {", p->out);
        print_text(p->out, d->tags[i].name);
        fputs(", ", p->out);
        print_text(p->out, d->tags[i].value);
        fputs(", {", p->out);
        print_ref(p, ids[i], d->tags[i].cands.n);
        fputs("}},\n", p->out);
    }
    if (d->n_tags > 0)
        fputs("};\n", p->out);
    free(ids);
    return id;
}

static unsigned print_rules(struct printer *p, const struct source_rule *rules, size_t n)
{
    unsigned *ids = xcalloc(n + 1, sizeof(*ids));
    unsigned id;

    for (size_t i = 0; i < n; i++) {
        unsigned *values = xcalloc(rules[i].n_whens + 1, sizeof(*values));

        for (size_t k = 0; k < rules[i].n_whens; k++)
            values[k] = print_texts(p, rules[i].whens[k].values, rules[i].whens[k].n_values);
        ids[i] = p->next++;
        if (rules[i].n_whens > 0)
            fprintf(p->out, "static const struct source_when t%u[] = {\n", ids[i]);
        for (size_t k = 0; k < rules[i].n_whens; k++) {
            fputs("    {", p->out);
            print_text(p->out, rules[i].whens[k].field);
            fprintf(p->out, ", t%u, %zu},\n", values[k], rules[i].whens[k].n_values);
        }
        if (rules[i].n_whens > 0)
            fputs("};\n", p->out);
        free(values);
    }
    id = p->next++;
    if (n > 0)
        fprintf(p->out, "static const struct source_rule t%u[] = {\n", id);
    for (size_t i = 0; i < n; i++) {
        fputs("    {", p->out);
        print_ref(p, ids[i], rules[i].n_whens);
        fprintf(p->out, ", %lld, ", (long long)rules[i].id);
        print_text(p->out, rules[i].text);
        fputs("},\n", p->out);
    }
    if (n > 0)
        fputs("};\n", p->out);
    free(ids);
    return id;
}

static unsigned print_names(struct printer *p, const struct source_name *names, size_t n)
{
    unsigned *cands = xcalloc(n + 1, sizeof(*cands));
    unsigned *rules = xcalloc(n + 1, sizeof(*rules));
    unsigned id;

    for (size_t i = 0; i < n; i++) {
        cands[i] = print_cands(p, &names[i].cands);
        rules[i] = print_rules(p, names[i].rules, names[i].n_rules);
    }
    id = p->next++;
    if (n > 0)
        fprintf(p->out, "static const struct source_name t%u[] = {\n", id);
    for (size_t i = 0; i < n; i++) {
        fputs("    {", p->out);
        print_text(p->out, names[i].name);
        fputs(", {", p->out);
        print_ref(p, cands[i], names[i].cands.n);
        fputs("}, ", p->out);
        print_ref(p, rules[i], names[i].n_rules);
        fputs("},\n", p->out);
    }
    if (n > 0)
        fputs("};\n", p->out);
    free(cands);
    free(rules);
    return id;
}

/* The numbers of the arrays of one declaration, then its initialiser. */
struct decl_ids {
    unsigned alts, wraps, happened, emitted, id, fields, tags;
    unsigned types, categories, severities, names, properties;
};

static struct decl_ids print_decl_arrays(struct printer *p, const struct source_decl *d)
{
    struct decl_ids r = {0};

    r.alts = print_alts(p, d);
    if (d->n_wraps > 0)
        r.wraps = print_texts(p, d->wraps, d->n_wraps);
    r.happened = print_cands(p, &d->happened);
    r.emitted = print_cands(p, &d->emitted);
    r.id = print_cands(p, &d->id);
    r.fields = print_fields(p, d->fields, d->n_fields);
    r.tags = print_tags(p, d);
    r.types = print_rules(p, d->qradar.types, d->qradar.n_types);
    r.categories = print_rules(p, d->qradar.categories, d->qradar.n_categories);
    r.severities = print_rules(p, d->qradar.severities, d->qradar.n_severities);
    r.names = print_names(p, d->qradar.names, d->qradar.n_names);
    r.properties = print_fields(p, d->qradar.properties, d->qradar.n_properties);
    return r;
}

static void print_member(struct printer *p, const char *name, unsigned id, size_t n)
{
    fprintf(p->out, "     .%s = ", name);
    if (n > 0)
        fprintf(p->out, "t%u,\n", id);
    else
        fputs("NULL,\n", p->out);
    fprintf(p->out, "     .n_%s = %zu,\n", name, n);
}

static void print_decl_cands(struct printer *p, const char *name, unsigned id, size_t n)
{
    fprintf(p->out, "     .%s = {", name);
    print_ref(p, id, n);
    fputs("},\n", p->out);
}

static void print_decl(struct printer *p, const struct source_decl *d, const struct decl_ids *ids)
{
    const struct source_qradar *q = &d->qradar;
    const struct {
        const char *name;
        struct str text;
    } texts[] = {{"name", d->name}, {"shape", d->shape}, {"label", d->label}, {"title", d->title}};

    fputs("    {\n", p->out);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        fprintf(p->out, "     .%s = ", texts[i].name);
        print_text(p->out, texts[i].text);
        fputs(",\n", p->out);
    }
    fprintf(p->out, "     .order = %lld,\n     .fallback = %d,\n     .raw_inner = %d,\n",
            (long long)d->order, d->fallback, d->raw_inner);
    print_member(p, "alts", ids->alts, d->n_alts);
    print_member(p, "wraps", ids->wraps, d->n_wraps);
    print_decl_cands(p, "happened", ids->happened, d->happened.n);
    print_decl_cands(p, "emitted", ids->emitted, d->emitted.n);
    print_decl_cands(p, "id", ids->id, d->id.n);
    print_member(p, "fields", ids->fields, d->n_fields);
    print_member(p, "tags", ids->tags, d->n_tags);
    fputs("     .qradar = {", p->out);
    print_ref(p, ids->types, q->n_types);
    fputs(", ", p->out);
    print_ref(p, ids->categories, q->n_categories);
    fputs(", ", p->out);
    print_ref(p, ids->severities, q->n_severities);
    fputs(", ", p->out);
    print_ref(p, ids->names, q->n_names);
    fputs(", ", p->out);
    print_ref(p, ids->properties, q->n_properties);
    fprintf(p->out, ", %d},\n    },\n", q->own_columns);
}

static void print_all(struct printer *p, const struct source_decl *decls, size_t n)
{
    struct decl_ids *ids = xcalloc(n + 1, sizeof(*ids));

    fputs("/* Made from sources/ by tools/gen_sources.c at build; not edited. */\n"
          "#include \"source/declare.h\"\n\n",
          p->out);
    for (size_t i = 0; i < n; i++)
        ids[i] = print_decl_arrays(p, &decls[i]);
    fputs("\nstatic const struct source_decl decls[] = {\n", p->out);
    for (size_t i = 0; i < n; i++)
        print_decl(p, &decls[i], &ids[i]);
    fprintf(p->out, "};\n\nconst struct source_decls source_builtin = {decls, %zu};\n", n);
    free(ids);
}

static enum lanner_rc load_all(struct arena *a, char **files, size_t n, struct source_decl **out,
                               size_t *n_out, struct lanner_err *err)
{
    VEC(struct source_decl) all = {0};

    for (size_t i = 0; i < n; i++) {
        struct buf text = {0};
        struct source_decls decls = {0};
        enum lanner_rc rc = file_read_all(files[i], MAX_FILE_BYTES, &text, err);

        if (rc == LANNER_OK)
            rc = declare_load(a, files[i], arena_str(a, buf_str(&text)), &decls, err);
        buf_done(&text);
        if (rc != LANNER_OK) {
            VEC_DONE(&all);
            return rc;
        }
        for (size_t k = 0; k < decls.n; k++)
            VEC_PUSH(&all, decls.items[k]);
    }
    declare_sort(all.items, all.n);
    *out = all.items;
    *n_out = all.n;
    return LANNER_OK;
}

int main(int argc, char **argv)
{
    struct lanner_err err = {0};
    struct printer p = {0};
    struct source_decl *decls = NULL;
    struct arena a;
    size_t n = 0;
    int status = 1;

    if (argc < 3) {
        fprintf(stderr, "usage: gen_sources OUT FILE.yaml...\n");
        return 2;
    }
    arena_init(&a, 0);
    if (load_all(&a, argv + 2, (size_t)argc - 2, &decls, &n, &err) != LANNER_OK) {
        fprintf(stderr, "gen_sources: %s\n", err.text);
        goto out;
    }
    p.out = fopen(argv[1], "w");
    if (p.out == NULL) {
        perror(argv[1]);
        goto out;
    }
    print_all(&p, decls, n);
    status = ferror(p.out) ? 1 : 0;
    if (fclose(p.out) != 0)
        status = 1;
out:
    free(decls);
    VEC_DONE(&p.maps);
    arena_done(&a);
    return status;
}
