/* names.h - private to sim: first and last names, as typed in addresses and as shown. */
#ifndef SIM_NAMES_H
#define SIM_NAMES_H

#include "util/str.h"

struct sim_person {
    struct str typed;
    struct str shown;
};

size_t sim_first_count(void);
size_t sim_last_count(void); /* a prime: see profile_put_name */
const struct sim_person *sim_first_at(size_t i);
const struct sim_person *sim_last_at(size_t i);

#endif
