/* put.c - dates for put.h. */
#include "sim/put.h"

void put_clock_init(struct put_clock *c)
{
    c->day = INT64_MIN;
}

/* Days since 1970 to year, month, day (H. Hinnant, "chrono-compatible low-level date algorithms").
 */
static void set_date(struct put_clock *c, int64_t day)
{
    int64_t z = day + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    uint32_t doe = (uint32_t)(z - era * 146097);
    uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    uint32_t mp = (5 * doy + 2) / 153;
    uint32_t month = mp < 10 ? mp + 3 : mp - 9;
    uint32_t year = (uint32_t)((int64_t)yoe + era * 400) + (month <= 2);
    char *p = c->date;

    p = put_two(p, year / 100);
    p = put_two(p, year % 100);
    *p++ = '-';
    p = put_two(p, month);
    *p++ = '-';
    p = put_two(p, doy - (153 * mp + 2) / 5 + 1);
    *p = 'T';
    c->day = day;
}

char *put_time(struct put_clock *c, char *p, int64_t ms, int digits, uint64_t seed)
{
    int64_t day = ms / 86400000;
    uint32_t rest = (uint32_t)(ms % 86400000);

    if (day != c->day)
        set_date(c, day);
    memcpy(p, c->date, sizeof(c->date));
    p += sizeof(c->date);
    p = put_two(p, rest / 3600000);
    *p++ = ':';
    p = put_two(p, rest / 60000 % 60);
    *p++ = ':';
    p = put_two(p, rest / 1000 % 60);
    if (digits == 0)
        return p;
    *p++ = '.';
    *p++ = (char)('0' + rest % 1000 / 100);
    p = put_two(p, rest % 100);
    if (digits == 7) {
        uint32_t fine = random_below(random_mix(seed ^ 7), 10000);

        p = put_two(p, fine / 100);
        p = put_two(p, fine % 100);
    }
    return p;
}
