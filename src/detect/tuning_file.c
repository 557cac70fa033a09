/* tuning_file.c - reads tuning.yaml and the files it names. A name of a file resolves under the
 * folder of tuning.yaml only: packs bring tuning for their tests, and packs are hostile. */
#include "detect/tuning_file.h"

#include "detect/instant.h"
#include "detect/sheet.h"
#include "util/file.h"
#include "util/num.h"
#include "util/suggest.h"
#include "util/yaml.h"

#define MAX_FILES      ((size_t)256)
#define MAX_DAYS       3660
#define MAX_DETECTIONS ((size_t)2000)
#define MAX_PARAMETERS ((size_t)1000)

struct file_reader {
    struct arena *a;
    struct tuning_file *out;
    const struct pack_set *packs; /* may be NULL */
};

/* ---- Files ---- */

static enum lanner_rc open_named(const struct file_reader *r, const struct yaml_node *at, int *fd,
                                 struct lanner_err *err)
{
    struct lanner_err why = {0};

    TRY(yaml_expect(at, YAML_SCALAR, err));
    if (file_open_under(r->out->folder, at->text, fd, &why) != LANNER_OK)
        return yaml_error(at, err, "expected a file beside tuning.yaml: %.300s", why.text);
    return LANNER_OK;
}

static const char *joined(const struct file_reader *r, struct str name)
{
    return arena_printf(r->a, "%s/%.*s", r->out->folder, STR_ARG(name)).ptr;
}

static enum lanner_rc files_under(const struct file_reader *r, const struct yaml_node *root,
                                  const char *key, struct yaml_node **out, struct lanner_err *err)
{
    TRY(yaml_get_seq(r->a, root, key, out, err));
    if (*out != NULL && (*out)->n > MAX_FILES)
        return yaml_error(*out, err, "more than %zu files", MAX_FILES);
    return LANNER_OK;
}

/* The engine reads these; whether they are there is told with the place in tuning.yaml. */
static enum lanner_rc read_allow(const struct file_reader *r, const struct yaml_node *root,
                                 const char *key, bool is_maintenance, struct lanner_err *err)
{
    struct tuning_file *out = r->out;
    struct yaml_node *files;
    struct allow_file *all;

    TRY(files_under(r, root, key, &files, err));
    if (files == NULL)
        return LANNER_OK;
    all = ARENA_ARRAY(r->a, struct allow_file, out->n_allow + files->n);
    if (out->n_allow > 0)
        memcpy(all, out->allow, out->n_allow * sizeof(*all));
    out->allow = all;
    for (size_t i = 0; i < files->n; i++) {
        int fd;

        TRY(open_named(r, files->items[i], &fd, err));
        file_close(fd);
        all[out->n_allow++] = (struct allow_file){
            .path = joined(r, files->items[i]->text),
            .is_maintenance = is_maintenance,
        };
    }
    return LANNER_OK;
}

static enum lanner_rc read_entries_of(const struct file_reader *r, const struct yaml_node *at,
                                      bool authorised, struct tuned_entries *out,
                                      struct lanner_err *err)
{
    const char *name = joined(r, at->text);
    struct buf text = {0};
    struct str copy;
    enum lanner_rc rc;
    int fd;

    TRY(open_named(r, at, &fd, err));
    rc = file_read_all_fd(fd, name, SHEET_MAX_BYTES, &text, err);
    file_close(fd);
    copy = arena_str(r->a, buf_str(&text));
    buf_done(&text);
    return rc != LANNER_OK ? rc : tuned_entries_parse(r->a, name, copy, authorised, out, err);
}

static enum lanner_rc read_entries(const struct file_reader *r, const struct yaml_node *root,
                                   const char *key, bool authorised, struct tuned_entries *out,
                                   struct lanner_err *err)
{
    struct yaml_node *files;

    TRY(files_under(r, root, key, &files, err));
    for (size_t i = 0; files != NULL && i < files->n; i++)
        TRY(read_entries_of(r, files->items[i], authorised, out, err));
    return LANNER_OK;
}

/* ---- Rules ---- */

static enum lanner_rc get_number(const struct yaml_node *map, const char *key, double least,
                                 double most, double *out, struct lanner_err *err)
{
    const struct yaml_node *node = yaml_get(map, key);

    if (node == NULL)
        return LANNER_OK;
    TRY(yaml_expect(node, YAML_SCALAR, err));
    if (!num_parse_double(node->text, out) || *out < least || *out > most)
        return yaml_error(node, err, "expected a number from %g to %g, found '%.*s'", least, most,
                          STR_ARG(node->text));
    return LANNER_OK;
}

/* A rule is a mapping, or `off`. */
static bool is_off(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR &&
           (str_eqz(node->text, "off") || str_eqz(node->text, "false"));
}

static enum lanner_rc read_success(const struct yaml_node *node, struct success_rule *out,
                                   struct lanner_err *err)
{
    static const char *const keys[] = {"at_least", "action", NULL};
    struct str action;

    *out = (struct success_rule){.at_least = 0.5, .line = node->line};
    if (is_off(node))
        return LANNER_OK;
    TRY(yaml_expect(node, YAML_MAPPING, err));
    TRY(yaml_only_keys(node, keys, err));
    TRY(get_number(node, "at_least", 0.01, 1, &out->at_least, err));
    TRY(yaml_get_str(node, "action", &action, err));
    out->lower = str_eqz(action, "lower");
    if (action.len > 0 && !out->lower && !str_eqz(action, "suppress"))
        return yaml_error(yaml_get(node, "action"), err,
                          "expected action suppress or lower, found '%.*s'", STR_ARG(action));
    out->on = true;
    return LANNER_OK;
}

static enum lanner_rc read_baseline(const struct yaml_node *node, struct baseline_rule *out,
                                    struct lanner_err *err)
{
    static const char *const keys[] = {"days", "k", "floor", NULL};

    *out = (struct baseline_rule){.days = 7, .k = 5, .floor = 10, .line = node->line};
    if (is_off(node))
        return LANNER_OK;
    TRY(yaml_expect(node, YAML_MAPPING, err));
    TRY(yaml_only_keys(node, keys, err));
    TRY(yaml_get_long(node, "days", &out->days, err));
    if (out->days < 1 || out->days > MAX_DAYS)
        return yaml_error(yaml_get(node, "days"), err, "expected days from 1 to %d", MAX_DAYS);
    TRY(get_number(node, "k", 0, 1e6, &out->k, err));
    TRY(get_number(node, "floor", 0, 1e12, &out->floor, err));
    out->on = true;
    return LANNER_OK;
}

/* ---- Overrides ---- */

static const struct detection *find_detection(const struct pack_set *packs, struct str id,
                                              struct suggest *near)
{
    for (size_t i = 0; i < packs->n_packs; i++) {
        for (size_t k = 0; k < packs->packs[i].n_detections; k++) {
            const struct detection *d = &packs->packs[i].detections[k];

            if (str_eq(d->id, id))
                return d;
            suggest_offer(near, d->id);
        }
    }
    return NULL;
}

static enum lanner_rc with_hint(const struct suggest *near, struct lanner_err *err)
{
    char room[200];

    if (suggest_print(near, room, sizeof(room)))
        err_hint(err, "%s", room);
    return LANNER_ERR_INPUT;
}

/* A detection whose file could not be read may be the one that is named. */
static enum lanner_rc check_detection(const struct file_reader *r, const struct yaml_node *key,
                                      const struct detection **out, struct lanner_err *err)
{
    struct suggest near = suggest_start(key->text);

    *out = NULL;
    if (r->packs == NULL)
        return LANNER_OK;
    *out = find_detection(r->packs, key->text, &near);
    if (*out != NULL || r->packs->n_problems > 0)
        return LANNER_OK;
    yaml_error(key, err, "no detection of the packs has the id '%.*s'", STR_ARG(key->text));
    return with_hint(&near, err);
}

static enum lanner_rc check_parameter(const struct detection *d, const struct yaml_node *key,
                                      struct lanner_err *err)
{
    struct suggest near = suggest_start(key->text);

    for (size_t i = 0; d != NULL && i < d->n_parameters; i++) {
        if (str_eq(d->parameters[i].name, key->text))
            return LANNER_OK;
        suggest_offer(&near, d->parameters[i].name);
    }
    if (d == NULL)
        return LANNER_OK;
    yaml_error(key, err, "detection %.*s has no parameter '%.*s'", STR_ARG(d->id),
               STR_ARG(key->text));
    return with_hint(&near, err);
}

static enum lanner_rc read_parameters(const struct file_reader *r, const struct yaml_node *map,
                                      const struct detection *d, struct tuned_detection *out,
                                      struct lanner_err *err)
{
    if (map == NULL)
        return LANNER_OK;
    TRY(yaml_expect(map, YAML_MAPPING, err));
    if (map->n > MAX_PARAMETERS)
        return yaml_error(map, err, "more than %zu parameters", MAX_PARAMETERS);
    out->set = ARENA_ARRAY(r->a, const char *, map->n);
    for (size_t i = 0; i < map->n; i++) {
        TRY(yaml_expect(map->items[i], YAML_SCALAR, err));
        TRY(check_parameter(d, map->keys[i], err));
        out->set[out->n_set++] = arena_printf(r->a, "%.*s=%.*s", STR_ARG(map->keys[i]->text),
                                              STR_ARG(map->items[i]->text))
                                     .ptr;
    }
    return LANNER_OK;
}

static enum lanner_rc read_override(const struct file_reader *r, const struct yaml_node *key,
                                    const struct yaml_node *map, struct tuned_detection *out,
                                    struct lanner_err *err)
{
    static const char *const keys[] = {"parameters",    "disabled", "severity",
                                       "success_share", "baseline", NULL};
    const struct detection *d;
    struct str severity;

    TRY(yaml_expect(map, YAML_MAPPING, err));
    TRY(yaml_only_keys(map, keys, err));
    TRY(check_detection(r, key, &d, err));
    out->id = key->text;
    TRY(yaml_get_bool(map, "disabled", &out->disabled, err));
    TRY(yaml_get_str(map, "severity", &severity, err));
    out->has_severity = severity.len > 0;
    if (out->has_severity && !severity_named(severity, &out->severity))
        return yaml_error(yaml_get(map, "severity"), err,
                          "expected a severity (informational, low, medium, high, critical), "
                          "found '%.*s'",
                          STR_ARG(severity));
    out->has_success = yaml_get(map, "success_share") != NULL;
    if (out->has_success)
        TRY(read_success(yaml_get(map, "success_share"), &out->success, err));
    out->has_baseline = yaml_get(map, "baseline") != NULL;
    if (out->has_baseline)
        TRY(read_baseline(yaml_get(map, "baseline"), &out->baseline, err));
    return read_parameters(r, yaml_get(map, "parameters"), d, out, err);
}

static enum lanner_rc read_overrides(const struct file_reader *r, const struct yaml_node *map,
                                     struct lanner_err *err)
{
    if (map == NULL)
        return LANNER_OK;
    TRY(yaml_expect(map, YAML_MAPPING, err));
    if (map->n > MAX_DETECTIONS)
        return yaml_error(map, err, "more than %zu detections", MAX_DETECTIONS);
    r->out->detections = ARENA_ARRAY(r->a, struct tuned_detection, map->n);
    r->out->n_detections = map->n;
    for (size_t i = 0; i < map->n; i++)
        TRY(read_override(r, map->keys[i], map->items[i], &r->out->detections[i], err));
    return LANNER_OK;
}

static enum lanner_rc read_root(const struct file_reader *r, const struct yaml_node *root,
                                struct lanner_err *err)
{
    static const char *const keys[] = {"allow",      "authorised",    "maintenance",
                                       "thresholds", "success_share", "baseline",
                                       "suppress",   "detections",    NULL};
    struct str suppress;

    TRY(yaml_expect(root, YAML_MAPPING, err));
    TRY(yaml_only_keys(root, keys, err));
    TRY(read_allow(r, root, "allow", false, err));
    TRY(read_allow(r, root, "maintenance", true, err));
    TRY(read_entries(r, root, "thresholds", false, &r->out->thresholds, err));
    TRY(read_entries(r, root, "authorised", true, &r->out->authorised, err));
    if (yaml_get(root, "success_share") != NULL)
        TRY(read_success(yaml_get(root, "success_share"), &r->out->success, err));
    if (yaml_get(root, "baseline") != NULL)
        TRY(read_baseline(yaml_get(root, "baseline"), &r->out->baseline, err));
    TRY(yaml_get_str(root, "suppress", &suppress, err));
    if (suppress.len > 0 && !span_read_ms(suppress, &r->out->suppress_ms))
        return yaml_error(yaml_get(root, "suppress"), err,
                          "expected a span such as 60m or 24h, found '%.*s'", STR_ARG(suppress));
    return read_overrides(r, yaml_get(root, "detections"), err);
}

static enum lanner_rc find_file(const struct file_reader *r, const char *path,
                                struct lanner_err *err)
{
    struct str whole = str_z(path);
    struct file_info info;
    size_t n = whole.len;

    TRY(file_stat(path, &info, err));
    if (info.kind == FILE_FOLDER) {
        while (n > 1 && path[n - 1] == '/')
            n--;
        r->out->folder = arena_strz(r->a, str_of(path, n));
        r->out->file = joined(r, STR("tuning.yaml"));
        return LANNER_OK;
    }
    while (n > 0 && path[n - 1] != '/')
        n--;
    r->out->folder = n > 0 ? arena_strz(r->a, str_of(path, n > 1 ? n - 1 : n)) : ".";
    r->out->file = arena_strz(r->a, whole);
    return LANNER_OK;
}

enum lanner_rc tuning_file_parse(struct arena *a, struct str text, const struct pack_set *packs,
                                 struct tuning_file *out, struct lanner_err *err)
{
    struct file_reader r = {.a = a, .out = out, .packs = packs};
    struct yaml_node *root;

    TRY(yaml_parse(a, out->file, text, &root, err));
    return read_root(&r, root, err);
}

enum lanner_rc tuning_file_read(struct arena *a, const char *path, const struct pack_set *packs,
                                struct tuning_file *out, struct lanner_err *err)
{
    struct file_reader r = {.a = a, .out = out};
    struct buf text = {0};
    enum lanner_rc rc;

    *out = (struct tuning_file){0};
    TRY(find_file(&r, path, err));
    rc = file_read_all(out->file, YAML_MAX_BYTES, &text, err);
    if (rc == LANNER_OK)
        rc = tuning_file_parse(a, buf_str(&text), packs, out, err);
    buf_done(&text);
    return rc;
}
