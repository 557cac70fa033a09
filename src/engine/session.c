/* session.c - options by name, inputs, and what all queries of a session share. */
#include "engine/session.h"

#include <stdlib.h>

#include "engine/script.h"
#include "util/cpu.h"
#include "util/file.h"
#include "util/num.h"

#define DEFAULT_MAX_RECORD (UINT64_C(256) << 20)
#define DEFAULT_BATCH_ROWS 2048
#define MAX_BATCH_ROWS     65536
#define MAX_THREADS        256
/* Where neither the system nor the control group says what is free. */
#define FALLBACK_MEMORY (UINT64_C(1) << 30)

typedef enum lanner_rc (*option_set)(struct lanner_session *s, struct str value,
                                     struct lanner_err *err);

struct option {
    const char *name;
    option_set set;
};

static enum lanner_rc bad_value(struct lanner_err *err, const char *name, struct str value,
                                const char *wanted)
{
    return err_set(err, LANNER_ERR_USAGE, "option %s takes %s, not \"%.*s\"", name, wanted,
                   STR_ARG(value));
}

static bool to_bool(struct str value, bool *out)
{
    if (str_eqz(value, "1") || str_eqz(value, "true") || str_eqz(value, "yes"))
        *out = true;
    else if (str_eqz(value, "0") || str_eqz(value, "false") || str_eqz(value, "no"))
        *out = false;
    else
        return false;
    return true;
}

#define BOOL_OPTION(field, option_name)                                                            \
    static enum lanner_rc set_##field(struct lanner_session *s, struct str value,                  \
                                      struct lanner_err *err)                                      \
    {                                                                                              \
        return to_bool(value, &s->field) ? LANNER_OK                                               \
                                         : bad_value(err, option_name, value, "1 or 0");           \
    }
BOOL_OPTION(strict, "strict")
BOOL_OPTION(strict_input, "strict-input")
BOOL_OPTION(dedup, "dedup")
BOOL_OPTION(strict_fields, "strict-fields")
BOOL_OPTION(raw_payload, "raw-payload")
BOOL_OPTION(category_widening, "category-widening")
BOOL_OPTION(optimizer, "optimizer")
BOOL_OPTION(prefilter, "prefilter")
BOOL_OPTION(simd, "simd")
BOOL_OPTION(hints, "hints")

/* Bytes with an optional suffix K, M, G or T (powers of 1024). */
static bool to_bytes(struct str value, uint64_t *out)
{
    unsigned shift = 0;
    int64_t n;

    if (value.len > 1) {
        static const char suffixes[] = "KMGT";
        const char *at = memchr(suffixes, value.ptr[value.len - 1] & ~0x20, sizeof(suffixes) - 1);

        if (at != NULL) {
            shift = 10 * (unsigned)(at - suffixes + 1);
            value.len--;
        }
    }
    if (!num_parse_long(value, &n) || n < 0 || (uint64_t)n > (UINT64_MAX >> 1) >> shift)
        return false;
    *out = (uint64_t)n << shift;
    return true;
}

static enum lanner_rc set_memory(struct lanner_session *s, struct str value, struct lanner_err *err)
{
    return to_bytes(value, &s->memory) ? LANNER_OK
                                       : bad_value(err, "memory", value, "bytes such as 512M");
}

static enum lanner_rc set_max_record(struct lanner_session *s, struct str value,
                                     struct lanner_err *err)
{
    uint64_t n;

    if (!to_bytes(value, &n) || n < 1024 || n > UINT32_MAX)
        return bad_value(err, "max-record", value, "1K to 4G less one byte");
    s->max_record = n;
    return LANNER_OK;
}

static bool to_count(struct str value, int64_t least, int64_t most, int64_t *out)
{
    return num_parse_long(value, out) && *out >= least && *out <= most;
}

static enum lanner_rc set_threads(struct lanner_session *s, struct str value,
                                  struct lanner_err *err)
{
    int64_t n;

    if (!to_count(value, 0, MAX_THREADS, &n))
        return bad_value(err, "threads", value, "0 to 256");
    s->threads = (unsigned)n;
    return LANNER_OK;
}

static enum lanner_rc set_batch_rows(struct lanner_session *s, struct str value,
                                     struct lanner_err *err)
{
    int64_t n;

    if (!to_count(value, 1, MAX_BATCH_ROWS, &n))
        return bad_value(err, "batch-rows", value, "1 to 65536");
    s->batch_rows = (uint32_t)n;
    return LANNER_OK;
}

static enum lanner_rc set_now(struct lanner_session *s, struct str value, struct lanner_err *err)
{
    if (value.len == 0) {
        s->now = NOW_REAL;
    } else if (str_eqz(value, "data")) {
        s->now = NOW_DATA;
    } else if (timestamp_parse(value, NULL, &s->now_ns)) {
        s->now = NOW_FIXED;
    } else {
        return bad_value(err, "now", value, "a time such as 2026-03-02T14:00:00Z, or data");
    }
    return LANNER_OK;
}

static enum lanner_rc set_from(struct lanner_session *s, struct str value, struct lanner_err *err)
{
    (void)err;
    s->from = arena_str(&s->arena, value);
    return LANNER_OK;
}

static enum lanner_rc set_to(struct lanner_session *s, struct str value, struct lanner_err *err)
{
    (void)err;
    s->to = arena_str(&s->arena, value);
    return LANNER_OK;
}

static enum lanner_rc set_timezone(struct lanner_session *s, struct str value,
                                   struct lanner_err *err)
{
    const struct zone *zone;

    TRY(zone_load(&s->arena, value, &zone, err));
    s->timezone = arena_str(&s->arena, value);
    return LANNER_OK;
}

static enum lanner_rc set_format(struct lanner_session *s, struct str value, struct lanner_err *err)
{
    if (value.len == 0) {
        s->format = NULL;
        return LANNER_OK;
    }
    if (format_named(value) == NULL) {
        struct buf names = {0};

        for (size_t i = 0; format_at(i) != NULL; i++)
            buf_printf(&names, "%s%s", i > 0 ? ", " : "one of ", format_name(format_at(i)));
        buf_putc(&names, '\0');
        bad_value(err, "format", value, names.ptr);
        buf_done(&names);
        return LANNER_ERR_USAGE;
    }
    s->format = arena_strz(&s->arena, value);
    return LANNER_OK;
}

static enum lanner_rc set_encoding(struct lanner_session *s, struct str value,
                                   struct lanner_err *err)
{
    static const char *const known[] = {"utf-8", "utf-16le", "utf-16be", "windows-1252"};

    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (str_eq_nocase(value, str_z(known[i]))) {
            s->encoding = i == 0 ? NULL : known[i];
            return LANNER_OK;
        }
    }
    return bad_value(err, "encoding", value, "utf-8, utf-16le, utf-16be or windows-1252");
}

static enum lanner_rc set_tag(struct lanner_session *s, struct str value, struct lanner_err *err)
{
    struct source_tag tag = {0};
    size_t hash = str_find_char(value, '#');
    size_t equals = str_find_char(value, '=');

    if (hash == SIZE_MAX || equals == SIZE_MAX || equals < hash + 2 ||
        (hash > 0 && value.ptr[hash - 1] != ':'))
        return bad_value(err, "tag", value, "#name=value or glob:#name=value");
    if (hash > 0)
        tag.glob = arena_strz(&s->arena, str_of(value.ptr, hash - 1));
    tag.name = arena_str(&s->arena, str_of(value.ptr + hash, equals - hash));
    tag.value = arena_str(&s->arena, str_of(value.ptr + equals + 1, value.len - equals - 1));
    VEC_PUSH(&s->tags, tag);
    return LANNER_OK;
}

static enum lanner_rc set_param(struct lanner_session *s, struct str value, struct lanner_err *err)
{
    size_t equals = str_find_char(value, '=');
    struct str name, text;

    if (equals == SIZE_MAX || equals == 0)
        return bad_value(err, "param", value, "name=value");
    name = str_of(value.ptr, equals);
    text = str_of(value.ptr + equals + 1, value.len - equals - 1);
    for (size_t i = 0; i < s->params.n; i++) {
        struct session_param *known = &s->params.items[i];

        if (str_eqz(name, known->name)) {
            free(known->value);
            known->value = xstrndup(text.ptr, text.len);
            return LANNER_OK;
        }
    }
    VEC_PUSH(&s->params,
             ((struct session_param){xstrndup(name.ptr, name.len), xstrndup(text.ptr, text.len)}));
    return LANNER_OK;
}

/* Files are read at once, so that what is wrong with one is said where it was given. Lists read
 * before live on: queries prepared with them use them. */
static enum lanner_rc set_allow(struct lanner_session *s, struct str value, struct lanner_err *err)
{
    enum lanner_rc rc = LANNER_OK;

    if (value.len == 0)
        s->allow_files.n = 0;
    else
        VEC_PUSH(&s->allow_files, arena_strz(&s->arena, value));
    s->allow_said = false;
    if (s->allow_files.n == 0) {
        s->allow = NULL;
        return LANNER_OK;
    }
    rc = allow_open(s->allow_files.items, s->allow_files.n, &s->arena, &s->allow, err);
    if (rc != LANNER_OK)
        s->allow_files.n--;
    return rc;
}

bool lanner_session_allow_entry(struct lanner_session *s, size_t i, struct lanner_allow_entry *out)
{
    int64_t now_ns = s->now == NOW_FIXED ? s->now_ns : clock_real_ns();
    const struct allow_entry *e;

    if (s->allow == NULL || i >= allow_count(s->allow))
        return false;
    if (s->now == NOW_DATA && s->range_known && s->newest_ns != TIME_NONE)
        now_ns = s->newest_ns;
    e = allow_at(s->allow, i);
    *out = (struct lanner_allow_entry){
        .file = e->file,
        .line = e->line,
        .kind = allow_kind_name(e->kind),
        .value = e->value,
        .detection = e->detection,
        .owner = e->owner,
        .reason = e->reason,
        .ticket = e->ticket,
        .expires = e->expires,
        .is_expired = allow_entry_expired(e, now_ns),
    };
    return true;
}

static enum lanner_rc set_event_time(struct lanner_session *s, struct str value,
                                     struct lanner_err *err)
{
    if (!str_eqz(value, "happened") && !str_eqz(value, "emitted"))
        return bad_value(err, "event-time", value, "happened or emitted");
    s->emitted = str_eqz(value, "emitted");
    return LANNER_OK;
}

static enum lanner_rc set_missing_data(struct lanner_session *s, struct str value,
                                       struct lanner_err *err)
{
    if (!str_eqz(value, "refuse") && !str_eqz(value, "ignore"))
        return bad_value(err, "missing-data", value, "refuse or ignore");
    s->ignore_missing = str_eqz(value, "ignore");
    return LANNER_OK;
}

static enum lanner_rc check_kind(const char *name, struct str value, enum file_kind kind,
                                 const char *wanted, struct lanner_err *err)
{
    struct file_info info;
    char *z = xstrndup(value.ptr, value.len);
    enum lanner_rc rc = file_stat(z, &info, err);

    free(z);
    if (rc == LANNER_OK && info.kind != kind)
        rc = bad_value(err, name, value, wanted);
    return rc;
}

static enum lanner_rc set_lookups(struct lanner_session *s, struct str value,
                                  struct lanner_err *err)
{
    TRY(check_kind("lookups", value, FILE_FOLDER, "a folder", err));
    VEC_PUSH(&s->lookups, arena_strz(&s->arena, value));
    return LANNER_OK;
}

static enum lanner_rc set_saved(struct lanner_session *s, struct str value, struct lanner_err *err)
{
    TRY(check_kind("saved", value, FILE_FOLDER, "a folder", err));
    VEC_PUSH(&s->saved, arena_strz(&s->arena, value));
    return LANNER_OK;
}

static enum lanner_rc set_geo(struct lanner_session *s, struct str value, struct lanner_err *err)
{
    TRY(check_kind("geo", value, FILE_REGULAR, "a MaxMind database file", err));
    VEC_PUSH(&s->geo, arena_strz(&s->arena, value));
    return LANNER_OK;
}

static enum lanner_rc set_indicators(struct lanner_session *s, struct str value,
                                     struct lanner_err *err)
{
    TRY(check_kind("indicators", value, FILE_REGULAR, "a file", err));
    s->indicators = arena_strz(&s->arena, value);
    return LANNER_OK;
}

static enum lanner_rc set_reference(struct lanner_session *s, struct str value,
                                    struct lanner_err *err)
{
    TRY(check_kind("reference", value, FILE_FOLDER, "a folder", err));
    VEC_PUSH(&s->references, arena_strz(&s->arena, value));
    return LANNER_OK;
}

/* A file that says something about QRadar beside its events. */
#define FILE_OPTION(field)                                                                         \
    static enum lanner_rc set_##field(struct lanner_session *s, struct str value,                  \
                                      struct lanner_err *err)                                      \
    {                                                                                              \
        TRY(check_kind(#field, value, FILE_REGULAR, "a file", err));                               \
        s->field = arena_strz(&s->arena, value);                                                   \
        return LANNER_OK;                                                                          \
    }
FILE_OPTION(networks)
FILE_OPTION(assets)
FILE_OPTION(rules)
FILE_OPTION(offenses)
FILE_OPTION(xforce)
FILE_OPTION(names)

static enum lanner_rc set_parser(struct lanner_session *s, struct str value, struct lanner_err *err)
{
    s->script = NULL;
    return value.len > 0 ? script_read(&s->arena, value.ptr, &s->script, err) : LANNER_OK;
}

static enum lanner_rc set_sources(struct lanner_session *s, struct str value,
                                  struct lanner_err *err)
{
    TRY(check_kind("sources", value, FILE_FOLDER, "a folder", err));
    VEC_PUSH(&s->source_folders, arena_strz(&s->arena, value));
    return LANNER_OK;
}

static enum lanner_rc set_temporary(struct lanner_session *s, struct str value,
                                    struct lanner_err *err)
{
    TRY(check_kind("temporary", value, FILE_FOLDER, "a folder", err));
    s->temporary = arena_strz(&s->arena, value);
    return LANNER_OK;
}

static const struct option options[] = {
    {"now", set_now},
    {"from", set_from},
    {"to", set_to},
    {"timezone", set_timezone},
    {"strict", set_strict},
    {"strict-input", set_strict_input},
    {"strict-fields", set_strict_fields},
    {"category-widening", set_category_widening},
    {"raw-payload", set_raw_payload},
    {"threads", set_threads},
    {"memory", set_memory},
    {"max-record", set_max_record},
    {"format", set_format},
    {"encoding", set_encoding},
    {"tag", set_tag},
    {"param", set_param},
    {"allow", set_allow},
    {"dedup", set_dedup},
    {"event-time", set_event_time},
    {"missing-data", set_missing_data},
    {"lookups", set_lookups},
    {"saved", set_saved},
    {"geo", set_geo},
    {"indicators", set_indicators},
    {"reference", set_reference},
    {"networks", set_networks},
    {"assets", set_assets},
    {"rules", set_rules},
    {"offenses", set_offenses},
    {"xforce", set_xforce},
    {"names", set_names},
    {"parser", set_parser},
    {"sources", set_sources},
    {"temporary", set_temporary},
    {"optimizer", set_optimizer},
    {"prefilter", set_prefilter},
    {"simd", set_simd},
    {"hints", set_hints},
    {"batch-rows", set_batch_rows},
};

struct lanner_session *lanner_session_new(void)
{
    struct lanner_session *s = xcalloc(1, sizeof(*s));

    arena_init(&s->arena, 4096);
    s->timezone = STR("UTC");
    s->optimizer = true;
    s->prefilter = true;
    s->simd = true;
    s->hints = true;
    s->category_widening = true;
    s->max_record = DEFAULT_MAX_RECORD;
    s->batch_rows = DEFAULT_BATCH_ROWS;
    return s;
}

/* What was opened with other options or inputs is opened anew. */
static void session_close(struct lanner_session *s)
{
    scan_close(s->scan);
    s->scan = NULL;
    source_set_free(s->sources);
    s->sources = NULL;
    s->range_known = false;
}

void lanner_session_free(struct lanner_session *s)
{
    if (s == NULL)
        return;
    session_close(s);
    for (size_t i = 0; i < s->inputs.n; i++) {
        free(s->inputs.items[i].path);
        free(s->inputs.items[i].bytes);
    }
    VEC_DONE(&s->inputs);
    VEC_DONE(&s->tags);
    for (size_t i = 0; i < s->params.n; i++) {
        free(s->params.items[i].name);
        free(s->params.items[i].value);
    }
    VEC_DONE(&s->params);
    VEC_DONE(&s->allow_files);
    VEC_DONE(&s->lookups);
    VEC_DONE(&s->saved);
    VEC_DONE(&s->geo);
    VEC_DONE(&s->references);
    VEC_DONE(&s->source_folders);
    arena_done(&s->arena);
    free(s);
}

enum lanner_rc lanner_session_set(struct lanner_session *s, const char *name, const char *value,
                                  struct lanner_err *err)
{
    struct suggest near = suggest_start(str_z(name));
    char hint[200];

    for (size_t i = 0; i < ARRAY_LEN(options); i++) {
        if (strcmp(options[i].name, name) == 0) {
            /* These change queries prepared from now on, and not how inputs are read. */
            if (options[i].set != set_param && options[i].set != set_allow)
                session_close(s);
            return options[i].set(s, str_z(value), err);
        }
    }
    err_set(err, LANNER_ERR_USAGE, "there is no option %s", name);
    for (size_t i = 0; i < ARRAY_LEN(options); i++)
        suggest_offer(&near, str_z(options[i].name));
    if (suggest_print(&near, hint, sizeof(hint)))
        err_hint(err, "%s", hint);
    return LANNER_ERR_USAGE;
}

enum lanner_rc lanner_session_add_input(struct lanner_session *s, const char *path,
                                        struct lanner_err *err)
{
    struct session_input in = {.path = xstrdup(path)};

    (void)err;
    session_close(s);
    VEC_PUSH(&s->inputs, in);
    return LANNER_OK;
}

enum lanner_rc lanner_session_add_bytes(struct lanner_session *s, const char *name,
                                        const void *bytes, size_t len, struct lanner_err *err)
{
    struct session_input in = {.path = xstrdup(name), .len = len};

    (void)err;
    in.bytes = xmalloc(len);
    if (len > 0)
        memcpy(in.bytes, bytes, len);
    session_close(s);
    VEC_PUSH(&s->inputs, in);
    return LANNER_OK;
}

void lanner_session_on_note(struct lanner_session *s, lanner_on_note fn, void *ctx)
{
    s->on_note = fn;
    s->note_ctx = ctx;
}

void lanner_session_on_progress(struct lanner_session *s, lanner_on_progress fn, void *ctx)
{
    s->on_progress = fn;
    s->progress_ctx = ctx;
    session_close(s);
}

void session_set_budget(struct lanner_session *s)
{
    memset(&s->budget, 0, sizeof(s->budget));
    s->budget.limit = s->memory != 0 ? s->memory : memory_available() / 2;
    if (s->budget.limit == 0)
        s->budget.limit = FALLBACK_MEMORY;
    atomic_store(&s->budget.refuse_at, s->refuse_at);
}

unsigned session_workers(const struct lanner_session *s)
{
    size_t n = s->threads != 0 ? s->threads : threads_available();

    return (unsigned)MIN(n, MAX_THREADS);
}

static void progress(void *ctx, const struct lanner_stats *stats)
{
    struct lanner_session *s = ctx;
    struct lanner_stats so_far = *stats;

    so_far.elapsed_ns = clock_monotonic_ns() - s->start_ns;
    if (s->on_progress != NULL)
        s->on_progress(s->progress_ctx, &so_far);
}

/* The scan outlives a query; what it reports goes to the query that runs. */
static void note(void *ctx, enum lanner_note_kind kind, struct span at, const char *text)
{
    struct lanner_session *s = ctx;

    notes_add(s->notes, kind, at, text);
}

enum lanner_rc session_open(struct lanner_session *s, struct notes *notes, struct lanner_err *err)
{
    struct scan_input_spec *inputs;
    struct scan_options o = {
        .n_inputs = s->inputs.n,
        /* A parser script is given lines as they stand, whatever is in them. */
        .format = s->format == NULL && s->script != NULL ? "lines" : s->format,
        .encoding = s->encoding,
        .max_record = s->max_record,
        .n_workers = session_workers(s),
        .batch_rows = s->batch_rows,
        .strict_input = s->strict_input,
        .dedup = s->dedup,
        .simd = s->simd,
        .cancel = &s->cancel,
        .budget = &s->budget,
        .fn = &s->scan_env,
        .temp_folder = s->temporary,
        .progress = progress,
        .progress_ctx = s,
    };

    s->notes = notes;
    s->scan_env = (struct fn_env){
        .zone = zone_utc(),
        .from_ns = TIME_NONE,
        .to_ns = TIME_NONE,
        .note = note,
        .note_ctx = s,
    };
    cpu_set_simd(s->simd);
    if (s->sources == NULL)
        TRY(source_set_open(s->source_folders.items, s->source_folders.n, &s->sources, err));
    if (s->scan != NULL)
        return LANNER_OK;
    inputs = ARENA_ARRAY(&s->arena, struct scan_input_spec, s->inputs.n);
    for (size_t i = 0; i < s->inputs.n; i++) {
        inputs[i].path = s->inputs.items[i].path;
        inputs[i].bytes = s->inputs.items[i].bytes;
        inputs[i].len = s->inputs.items[i].len;
    }
    o.inputs = inputs;
    return scan_open(&o, &s->scan, err);
}

struct source_options session_source_options(const struct lanner_session *s)
{
    return (struct source_options){
        .emitted_time = s->emitted,
        .raw_payload = s->raw_payload,
        .tags = s->tags.items,
        .n_tags = s->tags.n,
    };
}

enum lanner_rc session_time_range(struct lanner_session *s, struct lanner_err *err)
{
    struct source_options so = session_source_options(s);

    if (s->range_known)
        return LANNER_OK;
    session_set_budget(s); /* for the record ids of dedup */
    if (s->script != NULL)
        TRY(script_time_range(s, &s->oldest_ns, &s->newest_ns, err));
    else
        TRY(scan_time_range(s->scan, s->sources, &so, clock_real_ns(), &s->oldest_ns, &s->newest_ns,
                            err));
    s->range_known = true;
    return LANNER_OK;
}
