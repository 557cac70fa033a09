/* navigator.c - a layer of the ATT&CK Navigator (layer format 4.5): the techniques that the
 * detections of packs look for, shaded by how many do. */
#include <stdlib.h>

#include "report/attack.h"
#include "report/json.h"
#include "report/report.h"
#include "util/hash.h"

struct technique {
    struct str id;
    uint64_t n; /* detections */
};

struct coverage {
    struct strmap at;
    VEC(struct technique) techniques;
    uint64_t most;
    uint64_t n_detections;
};

static void add_technique(struct coverage *c, struct str id)
{
    size_t at = strmap_get(&c->at, id);
    struct attack a;

    attack_of(id, &a);
    if (!a.valid) /* the Navigator refuses a layer with anything else */
        return;
    if (at == SIZE_MAX) {
        struct technique t = {.id = id};

        at = c->techniques.n;
        strmap_put(&c->at, id, at);
        VEC_PUSH(&c->techniques, t);
    }
    c->techniques.items[at].n++;
    c->most = MAX(c->most, c->techniques.items[at].n);
}

static bool has_technique(const struct detection *d, struct str id)
{
    for (size_t i = 0; i < d->n_attack; i++) {
        if (str_eq(d->attack[i], id))
            return true;
    }
    return false;
}

static void put_pair(struct json *j, const char *name, struct str value)
{
    json_object(j, NULL);
    json_z(j, "name", name);
    json_text(j, "value", value);
    json_end(j, '}');
}

static void put_detection(struct json *j, const struct detection *d)
{
    struct buf text = {0};

    put_pair(j, "detection", d->id);
    put_pair(j, "severity", str_z(severity_name(d->severity)));
    for (size_t l = 0; l < QUERY_LANGUAGES; l++) {
        if (d->query[l].len > 0)
            buf_printf(&text, "%s%s", text.len > 0 ? ", " : "",
                       query_language_name((enum query_language)l));
    }
    put_pair(j, "languages", buf_str(&text));
    buf_clear(&text);
    for (size_t i = 0; i < d->n_sources; i++) {
        buf_puts(&text, i > 0 ? ", " : "");
        buf_put_str(&text, d->sources[i]);
    }
    if (text.len > 0)
        put_pair(j, "sources", buf_str(&text));
    buf_done(&text);
}

static void put_technique(struct json *j, const struct pack_set *packs, const struct technique *t)
{
    struct buf comment = {0};
    bool first = true;

    json_object(j, NULL);
    json_text(j, "techniqueID", t->id);
    json_count(j, "score", t->n);
    buf_printf(&comment, "%llu detection%s", (unsigned long long)t->n, t->n == 1 ? "" : "s");
    json_text(j, "comment", buf_str(&comment));
    buf_done(&comment);
    json_bool(j, "enabled", true);
    json_array(j, "metadata");
    for (size_t p = 0; p < packs->n_packs; p++) {
        for (size_t i = 0; i < packs->packs[p].n_detections; i++) {
            const struct detection *d = &packs->packs[p].detections[i];

            if (!has_technique(d, t->id))
                continue;
            if (!first) {
                json_object(j, NULL);
                json_bool(j, "divider", true);
                json_end(j, '}');
            }
            first = false;
            put_detection(j, d);
        }
    }
    json_end(j, ']');
    json_bool(j, "showSubtechniques", true);
    json_end(j, '}');
}

static void put_head(struct json *j, const struct pack_set *packs, const struct coverage *c)
{
    struct buf text = {0};

    for (size_t p = 0; p < packs->n_packs; p++) {
        buf_puts(&text, p > 0 ? ", " : "");
        buf_put_str(&text, packs->packs[p].id);
    }
    json_text(j, "name", text.len > 0 ? buf_str(&text) : STR("no packs"));
    buf_clear(&text);
    json_object(j, "versions");
    json_z(j, "navigator", "5.2.0");
    json_z(j, "layer", "4.5");
    json_end(j, '}');
    json_z(j, "domain", "enterprise-attack");
    buf_printf(&text, "techniques that %llu detections look for; the score is their number",
               (unsigned long long)c->n_detections);
    json_text(j, "description", buf_str(&text));
    json_int(j, "sorting", 3);
    json_object(j, "layout");
    json_z(j, "layout", "side");
    json_bool(j, "showID", true);
    json_bool(j, "showName", true);
    json_z(j, "expandedSubtechniques", "annotated");
    json_end(j, '}');
    buf_done(&text);
}

void report_navigator(const struct pack_set *packs, struct buf *out)
{
    struct coverage c = {.most = 0};
    struct json j = {.out = out, .pretty = true};

    strmap_init(&c.at);
    for (size_t p = 0; p < packs->n_packs; p++) {
        for (size_t i = 0; i < packs->packs[p].n_detections; i++) {
            const struct detection *d = &packs->packs[p].detections[i];

            c.n_detections++;
            for (size_t k = 0; k < d->n_attack; k++)
                add_technique(&c, d->attack[k]);
        }
    }
    json_object(&j, NULL);
    put_head(&j, packs, &c);
    json_array(&j, "techniques");
    for (size_t i = 0; i < c.techniques.n; i++)
        put_technique(&j, packs, &c.techniques.items[i]);
    json_end(&j, ']');
    json_object(&j, "gradient");
    json_array(&j, "colors");
    json_z(&j, NULL, "#dbe9f6");
    json_z(&j, NULL, "#2457a6");
    json_end(&j, ']');
    json_int(&j, "minValue", 0);
    json_count(&j, "maxValue", MAX(c.most, 1));
    json_end(&j, '}');
    json_end(&j, '}');
    buf_putc(out, '\n');
    VEC_DONE(&c.techniques);
    strmap_done(&c.at);
}
