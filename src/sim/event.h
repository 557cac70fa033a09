/* event.h - private to sim: one sign-in before it has a shape.
 *
 * Whatever a shape prints beside these fields is derived from `seed`, never from a random state:
 * a record that is delivered twice is the same bytes twice, and shapes do not influence the stream.
 */
#ifndef SIM_EVENT_H
#define SIM_EVENT_H

#include "sim/random.h"
#include "util/str.h"

enum sim_category {
    SIM_INTERACTIVE,
    SIM_NON_INTERACTIVE,
    SIM_SERVICE_PRINCIPAL,
    SIM_MANAGED_IDENTITY
};

/* How a name was typed. */
enum sim_variant {
    SIM_AS_IS,
    SIM_CAPITALISED,
    SIM_UPPER,
    SIM_BLANK_BEFORE,
    SIM_BLANK_AFTER,
    SIM_TYPO /* one character missing: no such user */
};

/* Users below this are the directory's; from it on they are names that do not exist. */
#define SIM_GHOST UINT32_C(0x80000000)
/* Agents from here on are made for one campaign event; the last one is 50,000 characters long. */
#define SIM_AGENT_ODD   UINT32_C(0x80000000)
#define SIM_AGENT_GIANT UINT32_C(0xFFFFFFFF)
#define SIM_GIANT_BYTES 50000
/* Applications from here on have random ids. */
#define SIM_APP_ODD UINT16_C(0x8000)
/* Applications from here on have random ids and no name. */
#define SIM_APP_NAMELESS UINT16_C(0xC000)
#define SIM_NO_CAMPAIGN  UINT8_C(0xFF)
/* Set in an address that is IPv6. */
#define SIM_ADDRESS_V6 (UINT64_C(1) << 63)
/* What a simulated technique brings along (struct sim_given) is numbered from these on. */
#define SIM_GIVEN_USER    UINT32_C(0x40000000) /* beside SIM_GHOST */
#define SIM_GIVEN_AGENT   UINT32_C(0x40000000) /* an agent of a tool; the number is its plan's */
#define SIM_GIVEN_APP     UINT16_C(0x4000)
#define SIM_GIVEN_ADDRESS (UINT64_C(1) << 62)

struct sim_event {
    int64_t order_ms; /* place in the file: emit_ms, later for a repetition */
    int64_t emit_ms;
    int64_t created_ms;
    uint64_t seed;
    uint64_t address; /* IPv4 in the low 32 bits, or SIM_ADDRESS_V6, host and prefix number */
    uint32_t user;
    uint32_t agent;
    uint32_t serial; /* keeps events of the same millisecond in order */
    uint16_t app;
    uint16_t n_repeats; /* events of a stale device or a lockout still to come */
    uint16_t repeat_s;
    uint8_t code; /* row of codes.def */
    uint8_t client;
    uint8_t category;
    uint8_t variant;
    uint8_t campaign;
    bool duplicate;
};

#endif
