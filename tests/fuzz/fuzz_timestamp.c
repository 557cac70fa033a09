/* fuzz_timestamp.c - times, numbers and zone names from any text; numbers that are accepted print
 * and read back as themselves. */
#include <math.h>
#include <stdlib.h>

#include "lookup/zone.h"
#include "record/timestamp.h"
#include "util/num.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_number(struct str s)
{
    char room[NUM_PRINT_MAX];
    double v;
    double again;

    if (!num_parse_double(s, &v))
        return;
    if (!isfinite(v) || !num_parse_double(str_of(room, num_print_double(room, v)), &again) ||
        again != v)
        abort();
    num_round_decimal(v, (int)(s.len % 20) - 5, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct timestamp_hint day_first = {.day_first = true};
    struct str s = str_of((const char *)data, size);
    const struct zone *zone;
    struct lanner_err err;
    struct arena a;
    int64_t ns;

    timestamp_parse(s, NULL, &ns);
    timestamp_parse(s, &day_first, &ns);
    timestamp_slash_order(s);
    try_number(s);
    arena_init(&a, 4096);
    if (zone_load(&a, s, &zone, &err) == LANNER_OK)
        zone_to_utc(zone, (int64_t)size * 100000000);
    arena_done(&a);
    return 0;
}
