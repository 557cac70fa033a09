/* pack.c - folders of packs to struct pack_set, and the values that their files share.
 *
 * A file that cannot be used becomes a problem of the set; what else there is is read all the same.
 * File names resolve inside the pack's folder only. */
#include "detect/pack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/file.h"
#include "util/num.h"

#define DAY_MS        INT64_C(86400000)
#define MAX_SPAN_MS   (INT64_C(3653) * DAY_MS)
#define MAX_PROBLEMS  1000
#define PACK_FILE     "pack.yaml"
#define LOCAL_PACK_ID "local" /* of detections outside of any pack */

/* A pack whose detections are still being collected. */
struct pack_build {
    struct pack pack;
    VEC(struct detection) detections;
    bool full; /* more files than PACK_MAX_DETECTIONS; told once */
};

struct loader {
    struct pack_set *set;
    VEC(struct pack_build *) packs; /* set's arena */
    VEC(struct pack_problem) problems;
};

/* ---- Values ---------------------------------------------------------------------------------- */

enum lanner_rc pack_read_file(struct arena *a, const char *folder, struct str name, struct str *out,
                              struct lanner_err *err)
{
    struct buf text = {0};
    enum lanner_rc rc;
    int fd = -1;

    TRY(file_open_under(folder, name, &fd, err));
    rc = file_read_all_fd(fd, arena_printf(a, "%s/%.*s", folder, STR_ARG(name)).ptr, PACK_MAX_BYTES,
                          &text, err);
    file_close(fd);
    if (rc == LANNER_OK) {
        struct str s = buf_str(&text);

        if (str_starts(s, STR("\xEF\xBB\xBF"))) /* a byte-order mark */
            s = str_of(s.ptr + 3, s.len - 3);
        *out = str_of(arena_strz(a, s), s.len);
    }
    buf_done(&text);
    return rc;
}

bool pack_has_file(const char *folder, struct str name)
{
    struct buf path = {0};
    bool found;

    buf_printf(&path, "%s/%.*s%c", folder, STR_ARG(name), 0);
    found = faccessat(AT_FDCWD, path.ptr, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    buf_done(&path);
    return found;
}

enum lanner_rc pack_read_yaml(struct arena *a, const char *folder, struct str name,
                              struct str *file, struct yaml_node **out, struct lanner_err *err)
{
    struct str text;
    char *path;

    *file = arena_printf(a, "%s/%.*s", folder, STR_ARG(name));
    path = arena_strz(a, *file);
    TRY(pack_read_file(a, folder, name, &text, err));
    TRY(yaml_parse(a, path, text, out, err));
    return yaml_expect(*out, YAML_MAPPING, err);
}

enum lanner_rc pack_get_text(const struct yaml_node *map, const char *key, struct str *out,
                             struct lanner_err *err)
{
    struct str text;

    TRY(yaml_get_str(map, key, &text, err));
    if (text.ptr == NULL)
        return LANNER_OK;
    if (text.len > PACK_MAX_TEXT)
        return yaml_error(yaml_get(map, key), err, "'%s' has more than %d bytes", key,
                          PACK_MAX_TEXT);
    *out = str_trim(text);
    return LANNER_OK;
}

enum lanner_rc pack_get_list(struct arena *a, const struct yaml_node *map, const char *key,
                             struct str **out, size_t *n, struct lanner_err *err)
{
    struct yaml_node *list;

    TRY(yaml_get_seq(a, map, key, &list, err));
    if (list == NULL)
        return LANNER_OK;
    if (list->n > PACK_MAX_LIST)
        return yaml_error(list, err, "'%s' has more than %d values", key, PACK_MAX_LIST);
    *out = ARENA_ARRAY(a, struct str, list->n);
    *n = list->n;
    for (size_t i = 0; i < list->n; i++) {
        TRY(yaml_expect(list->items[i], YAML_SCALAR, err));
        if (list->items[i]->text.len == 0 || list->items[i]->text.len > PACK_MAX_TEXT)
            return yaml_error(list->items[i], err, "expected a text of 1 to %d bytes in '%s'",
                              PACK_MAX_TEXT, key);
        (*out)[i] = str_trim(list->items[i]->text);
    }
    return LANNER_OK;
}

static bool digits_at(struct str s, size_t from, size_t n)
{
    for (size_t i = from; i < from + n; i++) {
        if (i >= s.len || !ascii_is_digit(s.ptr[i]))
            return false;
    }
    return true;
}

static bool is_technique(struct str s)
{
    if (s.len < 5 || s.ptr[0] != 'T' || !digits_at(s, 1, 4))
        return false;
    return s.len == 5 || (s.len == 9 && s.ptr[5] == '.' && digits_at(s, 6, 3));
}

enum lanner_rc pack_get_attack(struct arena *a, const struct yaml_node *map, struct str **out,
                               size_t *n, struct lanner_err *err)
{
    const struct yaml_node *node = yaml_get(map, "attack");

    if (node == NULL)
        return LANNER_OK;
    TRY(pack_get_list(a, map, "attack", out, n, err));
    for (size_t i = 0; i < *n; i++) {
        if (!is_technique((*out)[i]))
            return yaml_error(node->kind == YAML_SEQUENCE ? node->items[i] : node, err,
                              "expected a technique such as T1589.002, found '%.*s'",
                              STR_ARG((*out)[i]));
    }
    return LANNER_OK;
}

enum lanner_rc pack_get_severity(const struct yaml_node *map, enum severity *out,
                                 struct lanner_err *err)
{
    struct str text;

    TRY(yaml_get_str(map, "severity", &text, err));
    if (text.ptr == NULL || severity_named(text, out))
        return LANNER_OK;
    return yaml_error(yaml_get(map, "severity"), err,
                      "expected informational, low, medium, high or critical, found '%.*s'",
                      STR_ARG(text));
}

bool pack_is_id(struct str id)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789._-";
    bool good = id.len > 0 && id.len <= 100;

    for (size_t i = 0; i < id.len && good; i++)
        good = memchr(allowed, id.ptr[i], sizeof(allowed) - 1) != NULL;
    return good;
}

enum lanner_rc pack_get_id(const struct yaml_node *map, struct str *out, struct lanner_err *err)
{
    struct str id;

    TRY(yaml_get_str(map, "id", &id, err));
    if (id.ptr == NULL)
        return LANNER_OK;
    if (!pack_is_id(id))
        return yaml_error(yaml_get(map, "id"), err,
                          "expected an id of letters, digits, '.', '-' and '_', found '%.*s'",
                          STR_ARG(str_of(id.ptr, MIN(id.len, 100))));
    *out = id;
    return LANNER_OK;
}

bool pack_parse_span(struct str text, int64_t *ms)
{
    static const struct {
        char unit;
        int64_t ms;
    } units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', DAY_MS}};
    int64_t n;

    if (text.len < 2 || !num_parse_long(str_of(text.ptr, text.len - 1), &n) || n <= 0)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (text.ptr[text.len - 1] != units[i].unit)
            continue;
        if (n > MAX_SPAN_MS / units[i].ms)
            return false;
        *ms = n * units[i].ms;
        return true;
    }
    return false;
}

/* ---- Packs ----------------------------------------------------------------------------------- */

static void add_problem(struct loader *l, struct str file, const struct lanner_err *err)
{
    struct pack_problem p = {.file = arena_str(&l->set->arena, file), .err = *err};

    if (l->problems.n < MAX_PROBLEMS)
        VEC_PUSH(&l->problems, p);
}

static bool exists_in(const char *folder, const char *name)
{
    int fd = -1;

    if (file_open_under(folder, str_z(name), &fd, NULL) != LANNER_OK)
        return false;
    file_close(fd);
    return true;
}

static enum lanner_rc read_pack_file(struct arena *a, const char *folder, struct pack *p,
                                     struct lanner_err *err)
{
    static const char *const keys[] = {"id",       "title",  "description", "version", "author",
                                       "severity", "attack", "references",  "license", NULL};
    struct yaml_node *root;
    struct str file;

    TRY(pack_read_yaml(a, folder, STR(PACK_FILE), &file, &root, err));
    TRY(yaml_only_keys(root, keys, err));
    TRY(yaml_need_str(root, "id", &p->id, err));
    TRY(pack_get_id(root, &p->id, err));
    p->title = p->id;
    TRY(pack_get_text(root, "title", &p->title, err));
    TRY(pack_get_text(root, "description", &p->description, err));
    TRY(pack_get_text(root, "version", &p->version, err));
    TRY(pack_get_text(root, "author", &p->author, err));
    TRY(pack_get_severity(root, &p->severity, err));
    TRY(pack_get_attack(a, root, &p->attack, &p->n_attack, err));
    return pack_get_list(a, root, "references", &p->references, &p->n_references, err);
}

static int by_name(const void *x, const void *y)
{
    return strcmp(*(char *const *)x, *(char *const *)y);
}

/* Names in a folder, sorted, without those that begin with a dot. */
static enum lanner_rc list_names(const char *folder, file_paths *out, struct lanner_err *err)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    if (dir == NULL) {
        char reason[128];

        return err_set(err, LANNER_ERR_IO, "cannot list %s: %s", folder,
                       strerror_r(errno, reason, sizeof(reason)));
    }
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.')
            VEC_PUSH(out, xstrdup(entry->d_name));
    }
    closedir(dir);
    if (out->n > 0)
        qsort(out->items, out->n, sizeof(*out->items), by_name);
    return LANNER_OK;
}

static struct str stem_of(struct str name)
{
    return str_of(name.ptr, name.len - strlen(".yaml"));
}

static bool is_detection_name(struct str name)
{
    return str_ends(name, STR(".yaml")) && name.len > strlen(".yaml") && !str_eqz(name, PACK_FILE);
}

/* Two detections of one pack that are called the same cannot be told apart in findings. */
static enum lanner_rc check_unique(const struct pack_build *p, const struct detection *d,
                                   struct lanner_err *err)
{
    const struct yaml_node *at = yaml_get(d->tree, "id");

    for (size_t i = 0; i < p->detections.n; i++) {
        const struct detection *other = &p->detections.items[i];

        if (str_eq(other->id, d->id))
            return yaml_error(at != NULL ? at : d->tree, err, "the id '%.*s' is that of %.*s too",
                              STR_ARG(d->id), STR_ARG(other->file));
    }
    return LANNER_OK;
}

/* Reads one detection into the pack, unless it is there. */
static void add_detection(struct loader *l, struct pack_build *p, struct str name)
{
    struct arena *a = &l->set->arena;
    struct lanner_err err = {0};
    struct detection d = {0};
    struct str file = arena_printf(a, "%.*s/%.*s.yaml", STR_ARG(p->pack.folder), STR_ARG(name));

    for (size_t i = 0; i < p->detections.n; i++) {
        if (str_eq(p->detections.items[i].file, file))
            return;
    }
    if (p->full)
        return;
    p->full = p->detections.n == PACK_MAX_DETECTIONS;
    if (p->full)
        err_set(&err, LANNER_ERR_LIMIT, "%.*s: more than %d detections in one pack",
                STR_ARG(p->pack.folder), PACK_MAX_DETECTIONS);
    else if (detection_load(a, &p->pack, name, &d, &err) == LANNER_OK &&
             check_unique(p, &d, &err) == LANNER_OK)
        VEC_PUSH(&p->detections, d);
    if (err.rc != LANNER_OK)
        add_problem(l, file, &err);
}

/* The pack of a folder, new or seen before; NULL when its pack.yaml cannot be used. */
static struct pack_build *find_pack(struct loader *l, const char *folder)
{
    struct arena *a = &l->set->arena;
    struct lanner_err err = {0};
    struct pack_build *p;

    for (size_t i = 0; i < l->packs.n; i++) {
        if (str_eqz(l->packs.items[i]->pack.folder, folder))
            return l->packs.items[i];
    }
    p = ARENA_NEW(a, struct pack_build);
    p->pack.folder = arena_str(a, str_z(folder));
    p->pack.severity = SEVERITY_MEDIUM;
    p->pack.id = p->pack.title = STR(LOCAL_PACK_ID);
    if (exists_in(folder, PACK_FILE) && read_pack_file(a, folder, &p->pack, &err) != LANNER_OK) {
        add_problem(l, arena_printf(a, "%s/%s", folder, PACK_FILE), &err);
        return NULL;
    }
    VEC_PUSH(&l->packs, p);
    return p;
}

static enum lanner_rc open_pack(struct loader *l, const char *folder, struct lanner_err *err)
{
    struct pack_build *p = find_pack(l, folder);
    file_paths names = {0};
    enum lanner_rc rc;

    if (p == NULL)
        return LANNER_OK;
    rc = list_names(folder, &names, err);
    for (size_t i = 0; rc == LANNER_OK && i < names.n; i++) {
        if (is_detection_name(str_z(names.items[i])))
            add_detection(l, p, stem_of(str_z(names.items[i])));
    }
    file_paths_done(&names);
    return rc;
}

/* Opens the packs in a folder that is none itself; false when there is none. */
static enum lanner_rc open_below(struct loader *l, const char *folder, bool *found,
                                 struct lanner_err *err)
{
    file_paths names = {0};
    enum lanner_rc rc = list_names(folder, &names, err);

    for (size_t i = 0; rc == LANNER_OK && i < names.n; i++) {
        struct arena *a = &l->set->arena;
        char *below = arena_strz(a, arena_printf(a, "%s/%s", folder, names.items[i]));

        if (!exists_in(below, PACK_FILE))
            continue;
        *found = true;
        rc = open_pack(l, below, err);
    }
    file_paths_done(&names);
    return rc;
}

static enum lanner_rc open_folder(struct loader *l, const char *folder, struct lanner_err *err)
{
    bool found = false;

    if (exists_in(folder, PACK_FILE))
        return open_pack(l, folder, err);
    TRY(open_below(l, folder, &found, err));
    if (found)
        return LANNER_OK;
    err_set(err, LANNER_ERR_USAGE, "%s is not a pack: there is no %s in it", folder, PACK_FILE);
    err_hint(err, "name a pack's folder, a folder of packs, or the .yaml of a detection");
    return LANNER_ERR_USAGE;
}

/* Without a slash at its end: one folder, one spelling. */
static char *folder_name(struct arena *a, struct str path)
{
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    return arena_strz(a, path);
}

static enum lanner_rc open_path(struct loader *l, const char *path, struct lanner_err *err)
{
    struct arena *a = &l->set->arena;
    struct str file = str_z(path);
    struct file_info info;
    struct pack_build *p;
    size_t slash = file.len;
    char *folder;

    TRY(file_stat(path, &info, err));
    if (info.kind == FILE_FOLDER)
        return open_folder(l, folder_name(a, file), err);
    while (slash > 0 && file.ptr[slash - 1] != '/')
        slash--;
    folder = slash > 0 ? folder_name(a, str_of(file.ptr, slash)) : arena_strz(a, STR("."));
    file = str_of(file.ptr + slash, file.len - slash);
    if (str_eqz(file, PACK_FILE))
        return open_pack(l, folder, err);
    if (!is_detection_name(file)) {
        err_set(err, LANNER_ERR_USAGE, "expected a pack or the .yaml of a detection, found %s",
                path);
        return LANNER_ERR_USAGE;
    }
    p = find_pack(l, folder);
    if (p != NULL)
        add_detection(l, p, stem_of(file));
    return LANNER_OK;
}

static bool has_query(const char *path)
{
    struct buf query = {0};
    bool found = false;

    for (int l = 0; l < QUERY_LANGUAGES && !found; l++) {
        buf_clear(&query);
        buf_printf(&query, "%.*s.%s%c", STR_ARG(stem_of(str_z(path))),
                   query_language_name((enum query_language)l), 0);
        found = access(query.ptr, F_OK) == 0;
    }
    buf_done(&query);
    return found;
}

bool pack_is_path(const char *path)
{
    struct str s = str_z(path);
    struct file_info info;
    file_paths names = {0};
    struct buf below = {0};
    bool found = false;

    if (file_stat(path, &info, NULL) != LANNER_OK)
        return false;
    if (info.kind == FILE_REGULAR)
        return str_eqz(s, PACK_FILE) || str_ends(s, STR("/" PACK_FILE)) ||
               (str_ends(s, STR(".yaml")) && has_query(path));
    if (info.kind != FILE_FOLDER || exists_in(path, PACK_FILE))
        return info.kind == FILE_FOLDER;
    if (list_names(path, &names, NULL) != LANNER_OK)
        return false;
    for (size_t i = 0; i < names.n && !found; i++) {
        buf_clear(&below);
        buf_printf(&below, "%s/%s%c", path, names.items[i], 0);
        found = exists_in(below.ptr, PACK_FILE);
    }
    buf_done(&below);
    file_paths_done(&names);
    return found;
}

bool detection_fits(const struct detection *d, const char *only)
{
    char id[128]; /* ids are shorter */

    snprintf(id, sizeof(id), "%.*s", STR_ARG(d->id));
    return only == NULL || fnmatch(only, id, 0) == 0;
}

/* ---- The set --------------------------------------------------------------------------------- */

static int by_id(const void *x, const void *y)
{
    const struct detection *a = x;
    const struct detection *b = y;

    return str_cmp(a->id, b->id);
}

static void keep(struct loader *l)
{
    struct pack_set *set = l->set;

    set->packs = ARENA_ARRAY(&set->arena, struct pack, l->packs.n);
    set->n_packs = l->packs.n;
    for (size_t i = 0; i < l->packs.n; i++) {
        struct pack_build *from = l->packs.items[i];
        struct pack *to = &set->packs[i];

        *to = from->pack;
        to->n_detections = from->detections.n;
        to->detections = ARENA_ARRAY(&set->arena, struct detection, from->detections.n);
        if (to->n_detections == 0)
            continue;
        memcpy(to->detections, from->detections.items, to->n_detections * sizeof(*to->detections));
        qsort(to->detections, to->n_detections, sizeof(*to->detections), by_id);
        for (size_t k = 0; k < to->n_detections; k++)
            to->detections[k].pack = to;
    }
    set->problems = ARENA_ARRAY(&set->arena, struct pack_problem, l->problems.n);
    set->n_problems = l->problems.n;
    if (set->n_problems > 0)
        memcpy(set->problems, l->problems.items, set->n_problems * sizeof(*set->problems));
}

enum lanner_rc pack_set_open(const char *const *paths, size_t n, struct pack_set **out,
                             struct lanner_err *err)
{
    struct loader l = {.set = xcalloc(1, sizeof(struct pack_set))};
    enum lanner_rc rc = LANNER_OK;

    arena_init(&l.set->arena, 0);
    for (size_t i = 0; rc == LANNER_OK && i < n; i++)
        rc = open_path(&l, paths[i], err);
    if (rc == LANNER_OK) {
        keep(&l);
        *out = l.set;
        l.set = NULL; /* now the caller's */
    }
    for (size_t i = 0; i < l.packs.n; i++)
        VEC_DONE(&l.packs.items[i]->detections);
    VEC_DONE(&l.packs);
    VEC_DONE(&l.problems);
    pack_set_free(l.set);
    return rc;
}

void pack_set_free(struct pack_set *s)
{
    if (s == NULL)
        return;
    arena_done(&s->arena);
    free(s);
}
