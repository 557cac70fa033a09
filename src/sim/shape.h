/* shape.h - private to sim: how an event is printed. */
#ifndef SIM_SHAPE_H
#define SIM_SHAPE_H

#include "sim/profile.h"
#include "sim/put.h"

/* No record is longer: the 50,000 character agent and a hundred policies fit several times. */
#define SIM_RECORD_ROOM ((size_t)256 * 1024)

struct shape_writer {
    const struct profile *profile;
    struct put_clock clock;
    /* The texts of the event in hand. */
    struct str name; /* user name; empty for service principals */
    struct str agent;
    char name_room[SIM_NAME_ROOM];
    char agent_room[SIM_AGENT_ROOM];
    char address_room[48];
    struct str address;
};

/* What a shape lacks decides what a query can answer on it. */
struct shape_def {
    const char *name;
    uint32_t mean_bytes; /* of a record with the default profile; measured */
    bool skips_service;  /* has no records of service principals */
    bool no_client, no_agent, no_app;
    int64_t time_unit_ms;
    struct str head, between, tail; /* of the whole log */
    uint32_t group;                 /* records of an envelope; 0: none */
    char *(*put)(struct shape_writer *w, const struct sim_event *ev, char *p);
};

/* Fills the texts of w. */
void shape_prepare(struct shape_writer *w, const struct sim_event *ev);
/* The password is sent with the request: what all tools do. */
bool shape_is_ropc(const struct sim_event *ev);
/* An event hub record without a line end; shared by eventhub and its envelope. */
char *shape_put_eventhub(struct shape_writer *w, const struct sim_event *ev, char *p);

#endif
