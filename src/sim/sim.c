/* sim.c - the table of shapes, and the run: events to bytes, bytes to the caller, truth on the
 * side.
 *
 * When only a size is given the number of users follows from it: as many as fill the size in
 * n_days, so that campaigns of days fit into a small log too. */
#include "sim/sim.h"

#include <stdlib.h>

#include "sim/background.h"
#include "sim/shape.h"
#include "sim/stream.h"
#include "sim/truth.h"

/* Bytes are handed on in pieces of this size. */
#define BLOCK_BYTES ((size_t)512 * 1024)
#define MIN_USERS   UINT64_C(50)
#define MAX_USERS   UINT64_C(10000000)
#define MAX_DAYS    3660.0
/* The record that carries the 50,000 character agent. */
#define GIANT_RECORD 1000
/* 9999-12-31 less the longest log. */
#define MAX_START_MS INT64_C(253000000000000)

#define SHAPE(variable, name, help) extern const struct shape_def shape_##variable;
#include "sim/shapes.def"
#undef SHAPE

static const struct {
    struct sim_name name;
    const struct shape_def *def;
} shapes[] = {
#define SHAPE(variable, name, help) {{name, help}, &shape_##variable},
#include "sim/shapes.def"
#undef SHAPE
};

const struct sim_name *sim_shape_at(size_t i)
{
    return i < ARRAY_LEN(shapes) ? &shapes[i].name : NULL;
}

void sim_defaults(struct sim_options *o)
{
    memset(o, 0, sizeof(*o));
    o->shape = "flat";
    o->campaigns = "all";
    o->seed = 1;
    o->start_ms = INT64_C(1772409600000);
    o->n_days = 3;
    o->events_per_user_day = 60;
    o->interactive_share = 150;
    o->service_share = 200;
    o->duplicate_share = 5;
    o->late_share = 5;
    o->late_median_ms = 150000;
}

static enum lanner_rc find_shape(const char *name, const struct shape_def **out,
                                 struct lanner_err *err)
{
    struct buf names = {0};

    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        if (strcmp(shapes[i].name.name, name) == 0) {
            *out = shapes[i].def;
            buf_done(&names);
            return LANNER_OK;
        }
        buf_printf(&names, "%s%s", i > 0 ? ", " : "", shapes[i].name.name);
    }
    err_set(err, LANNER_ERR_USAGE, "unknown shape '%.40s'", name);
    err_hint(err, "shapes are %.*s", STR_ARG(buf_str(&names)));
    buf_done(&names);
    return LANNER_ERR_USAGE;
}

static enum lanner_rc check_options(const struct sim_options *o, struct lanner_err *err)
{
    if (o->start_ms < 0 || o->start_ms > MAX_START_MS)
        return err_set(err, LANNER_ERR_USAGE, "the start must lie between 1970 and 9900");
    if (!(o->n_days > 0) || o->n_days > MAX_DAYS)
        return err_set(err, LANNER_ERR_USAGE, "the number of days must lie between 0 and 3660");
    if (o->n_users > MAX_USERS)
        return err_set(err, LANNER_ERR_USAGE, "the number of users must not pass 10000000");
    if (o->n_users == 0 && o->n_bytes == 0)
        return err_set(err, LANNER_ERR_USAGE, "neither a size nor a number of users is given");
    if (o->events_per_user_day == 0 || o->events_per_user_day > 100000 ||
        o->interactive_share > 1000 || o->service_share > 10000 || o->duplicate_share > 1000 ||
        o->late_share > 1000 || o->late_median_ms > 600000)
        return err_set(err, LANNER_ERR_USAGE, "the profile is out of its bounds");
    return LANNER_OK;
}

/* Users and length of the log from what was given. */
static void plan_log(const struct sim_options *o, const struct shape_def *shape, uint32_t *n_users,
                     int64_t *span_ms)
{
    struct sim_options used = *o;
    int64_t day_ms = INT64_C(86400000);
    double n_events = (double)o->n_bytes / shape->mean_bytes;
    double users;
    double days;

    if (shape->skips_service)
        used.service_share = 0;
    *span_ms = (int64_t)(o->n_days * (double)day_ms);
    *n_users = (uint32_t)o->n_users;
    if (o->n_bytes == 0)
        return;
    if (o->n_users == 0) {
        users = n_events / background_per_user(&used, o->start_ms, *span_ms);
        *n_users = (uint32_t)MIN(MAX(users, (double)MIN_USERS), (double)MAX_USERS);
    }
    /* An estimate by the mean of the week: it only places campaigns. */
    days = MAX(n_events / *n_users / background_per_user(&used, o->start_ms, 7 * day_ms) * 7, 0.01);
    *span_ms = (int64_t)(MIN(days, MAX_DAYS) * (double)day_ms);
}

struct run {
    const struct shape_def *shape;
    struct stream *stream; /* owned */
    struct truth *truth;   /* owned; NULL: not asked for */
    struct shape_writer writer;
    char *block; /* owned */
    char *at;    /* end of what the block holds */
    sim_write_fn write;
    void *ctx;
    struct sim_stats stats;
    uint64_t n_in_group;
    bool giant_done;
};

static enum lanner_rc flush(struct run *r, struct lanner_err *err)
{
    size_t n = (size_t)(r->at - r->block);

    r->at = r->block;
    if (n > 0 && !r->write(r->ctx, r->block, n))
        return err_set(err, LANNER_ERR_STOPPED, "the output is closed");
    return LANNER_OK;
}

/* Prints a record after those in the block; false when the log would pass its size. */
static bool put_record(struct run *r, const struct sim_event *ev, uint64_t max_bytes)
{
    const struct shape_def *shape = r->shape;
    char *p = r->at;
    bool begins = r->stats.n_events == 0 || (shape->group != 0 && r->n_in_group == shape->group);
    size_t n;

    if (begins && r->stats.n_events > 0)
        p = put_str(p, shape->tail);
    p = put_str(p, begins ? shape->head : shape->between);
    shape_prepare(&r->writer, ev);
    p = shape->put(&r->writer, ev, p);
    n = (size_t)(p - r->at);
    if (max_bytes != 0 && r->stats.n_bytes + n + shape->tail.len > max_bytes)
        return false;
    r->at = p;
    r->n_in_group = begins ? 1 : r->n_in_group + 1;
    r->stats.n_bytes += n;
    return true;
}

/* One ordinary record that is delivered once carries the longest agent. */
static bool takes_giant(struct run *r, const struct sim_event *ev, uint32_t duplicate_share)
{
    if (r->giant_done || r->stats.n_events < GIANT_RECORD || ev->campaign != SIM_NO_CAMPAIGN ||
        ev->category > SIM_NON_INTERACTIVE || ev->seed % 1000 < duplicate_share)
        return false;
    r->giant_done = true;
    return true;
}

static enum lanner_rc run_events(struct run *r, uint64_t max_bytes, uint32_t duplicate_share,
                                 struct lanner_err *err)
{
    const struct sim_event *next;
    struct sim_event ev;

    while ((next = stream_next(r->stream)) != NULL) {
        if (r->shape->skips_service && next->category > SIM_NON_INTERACTIVE)
            continue;
        ev = *next;
        if (takes_giant(r, &ev, duplicate_share))
            ev.agent = SIM_AGENT_GIANT;
        if (!put_record(r, &ev, max_bytes))
            break;
        if (r->truth != NULL)
            truth_add(r->truth, &ev, &r->writer, r->stats.n_events);
        r->stats.n_events++;
        if ((size_t)(r->at - r->block) >= BLOCK_BYTES)
            TRY(flush(r, err));
    }
    if (r->stats.n_events > 0) {
        r->at = put_str(r->at, r->shape->tail);
        r->stats.n_bytes += r->shape->tail.len;
    }
    return flush(r, err);
}

enum lanner_rc sim_run(const struct sim_options *o, sim_write_fn write, void *ctx,
                       struct buf *truth, struct sim_stats *stats, struct lanner_err *err)
{
    struct run r = {.write = write, .ctx = ctx};
    const struct campaign_def *chosen[SIM_MAX_CAMPAIGNS];
    size_t n_chosen;
    uint32_t n_users;
    int64_t span_ms;
    enum lanner_rc rc;

    TRY(find_shape(o->shape, &r.shape, err));
    TRY(check_options(o, err));
    TRY(campaign_choose(o->campaigns, chosen, SIM_MAX_CAMPAIGNS, &n_chosen, err));
    plan_log(o, r.shape, &n_users, &span_ms);
    r.stream = stream_new(o, n_users, span_ms);
    r.writer.profile = stream_profile(r.stream);
    put_clock_init(&r.writer.clock);
    r.block = xmalloc(BLOCK_BYTES + 2 * SIM_RECORD_ROOM);
    r.at = r.block;
    if (truth != NULL)
        r.truth = truth_new(r.shape, r.stream);
    rc = run_events(&r, o->n_bytes, o->duplicate_share, err);
    r.stats.n_users = n_users;
    *stats = r.stats;
    if (rc == LANNER_OK && truth != NULL)
        truth_print(r.truth, o, &r.stats, truth);
    truth_free(r.truth);
    stream_free(r.stream);
    free(r.block);
    return rc;
}
