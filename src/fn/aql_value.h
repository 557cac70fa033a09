/* aql_value.h - how AQL compares values of unlike kinds (aql.md 3.8, 3.10). Private to the room.
 *
 * What a value is beside what it looks like (a number, an address, a time ...) is found out once
 * for constants, and for cells only where the other side asks for it. */
#ifndef FN_AQL_VALUE_H
#define FN_AQL_VALUE_H

#include "fn/address.h"
#include "fn/kernel.h"

/* What a value can be read as. */
struct aql_readings {
    struct val num; /* KIND_LONG or KIND_DOUBLE, else absent */
    bool has_net;
    struct ip_net net; /* 128 bits: an address; fewer: a network */
    bool has_time;     /* a text that is a date and no number */
    int64_t time_ms;
};

/* One side of a comparison. */
struct aql_side {
    const struct val *v;                 /* not null */
    const struct aql_readings *readings; /* of a constant; NULL: a cell */
};

enum aql_relation {
    AQL_LESS = 1,
    AQL_EQUAL = 2,
    AQL_GREATER = 4,
    AQL_UNEQUAL = 8 /* and neither is above the other */
};

struct aql_readings aql_read(const struct fn_env *env, const struct val *v);
enum aql_relation aql_relate(const struct fn_env *env, struct aql_side a, struct aql_side b);
/* Numbers alone: exact, also where an integer meets a real. */
enum aql_relation aql_relate_numbers(const struct val *a, const struct val *b);
/* 1 true, 0 false, -1 neither: booleans, the words in any case, the numbers 1 and 0. */
int aql_truth(const struct val *v);
/* The number of a cell: text in blanks and hexadecimal counts, IPv4 addresses too. */
struct val aql_number(const struct val *v);
/* Six pairs of hexadecimal digits, `:` or `-` between them or nothing; or Cisco's three quads. */
bool aql_mac_parse(struct str s, int64_t *out);
/* Whether the text is, as aql_relate reads it, other than a text. */
bool aql_is_plain_text(const struct fn_env *env, struct str s);

/* The text of a cell: as cell_text, but reals are written without an exponent. */
#define AQL_TEXT_MAX 360
bool aql_text_long(const struct val *v, char room[AQL_TEXT_MAX], struct str *out);
static inline bool aql_text(const struct val *v, char room[AQL_TEXT_MAX], struct str *out)
{
    if (LIKELY(val_is_text(v))) {
        *out = val_as_str(v);
        return true;
    }
    return aql_text_long(v, room, out);
}

#endif
