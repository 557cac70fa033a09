/* profile.h - private to sim: who signs in from where with what, and how it is spelt. */
#ifndef SIM_PROFILE_H
#define SIM_PROFILE_H

#include "sim/event.h"
#include "util/mem.h"

struct sim_code {
    uint32_t number;
    uint16_t interactive, non_interactive; /* draws of 65536 */
    struct str text;                       /* the number */
    struct str error;                      /* LogonError of the audit log */
    struct str reason;
    bool four; /* one of the reference rule's */
    bool wide; /* says something about whether an account exists */
};

struct sim_place {
    struct str city, state, country, latitude, longitude;
    uint32_t system; /* autonomous system */
};

struct sim_app {
    struct str name, id;
};

/* What a simulated technique brings along, by index. */
struct sim_given {
    const struct str *names, *addresses, *agents;
    const struct sim_app *apps;
    size_t n_names, n_addresses, n_agents, n_apps;
};

/* Strings of the run, immutable once made. */
struct profile {
    struct str domain;             /* with the @ before it */
    const struct sim_given *given; /* borrowed; NULL: nothing is */
    struct arena arena;
    uint32_t n_users;
    uint32_t n_agents;
    struct str *agents; /* arena */
    struct str giant;   /* arena; the 50,000 character agent */
    uint64_t seed;
};

enum sim_client {
    SIM_CLIENT_BROWSER,
    SIM_CLIENT_MOBILE,
    SIM_CLIENT_OTHER,
    SIM_CLIENT_IMAP,
    SIM_CLIENT_EXCHANGE,
    SIM_CLIENT_SMTP,
    SIM_CLIENT_EMPTY
};

/* Rows of the agents that campaigns use. */
enum sim_tool {
    SIM_TOOL_POWERSHELL,
    SIM_TOOL_PYTHON,
    SIM_TOOL_AADINTERNALS,
    SIM_TOOL_GO,
    SIM_TOOL_IMAGE, /* the browser of a freshly installed company machine */
    SIM_TOOL_BAV2ROPC,
    SIM_TOOL_EMPTY,
    SIM_TOOL_SYNC,
    N_SIM_TOOLS
};

/* Domain and given may be set afterwards. */
void profile_init(struct profile *p, uint64_t seed, uint32_t n_users);
void profile_done(struct profile *p);

size_t sim_code_count(void);
const struct sim_code *sim_code_at(size_t row);
/* Row of a code; the number is one of codes.def. */
uint8_t sim_code_row(uint32_t number);
/* Row of 50053 with the reason "malicious activity". */
uint8_t sim_code_blocked_address(void);

struct str sim_client_text(uint8_t client);
/* Name and id of an application; odd ones have a random id. */
struct str sim_app_name(const struct profile *p, uint16_t app);
char *sim_put_app_id(const struct profile *profile, char *p, const struct sim_event *ev);
uint16_t sim_app_count(void);

/* Agents: 0 to N_SIM_TOOLS-1 tools, then scripts and natives, then browsers. */
struct str profile_agent(const struct profile *p, uint32_t agent);
/* The agent's text wherever it comes from; odd ones are written to room (SIM_AGENT_ROOM). */
#define SIM_AGENT_ROOM 160
struct str profile_agent_text(const struct profile *p, const struct sim_event *ev, char *room);
/* The agent a user's machine (or phone) has. */
uint32_t profile_agent_of(const struct profile *p, uint32_t user, bool mobile, uint64_t bits);

/* The name as typed, without a NUL; room for SIM_NAME_ROOM bytes. */
#define SIM_NAME_ROOM  400
#define SIM_NAME_MAX   320 /* of a given name */
#define SIM_DOMAIN_MAX 200
size_t profile_put_name(const struct profile *p, const struct sim_event *ev, char *room);
/* First and last name with their letters, as a directory shows them. */
size_t profile_put_display(const struct profile *p, const struct sim_event *ev, char *room);

const struct sim_place *sim_place_of(uint64_t address);
/* Writes an address as text and returns the end; at most 39 bytes. Not for given ones. */
char *sim_put_address(char *p, uint64_t address);

#endif
