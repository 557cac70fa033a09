/* civil.c - the proleptic Gregorian calendar. See civil.h. The two conversions are Howard Hinnant's
 * "chrono-compatible low-level date algorithms": years begin in March, so the leap day is the last.
 */
#include "util/civil.h"

int64_t civil_days(int32_t year, int32_t month, int32_t day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t era = floor_div(y, 400);
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

    return era * 146097 + doe - 719468 + day - 1;
}

void civil_from_days(int64_t days, int32_t *year, int32_t *month, int32_t *day)
{
    int64_t z = days + 719468;
    int64_t era = floor_div(z, 146097);
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;

    *day = (int32_t)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int32_t)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int32_t)(yoe + era * 400 + (*month <= 2));
}

int64_t civil_seconds(const struct civil *c)
{
    return civil_days(c->year, c->month, c->day) * DAY_S + c->hour * 3600 + c->minute * 60 +
           c->second;
}

void civil_from_seconds(int64_t seconds, struct civil *out)
{
    int64_t days = floor_div(seconds, DAY_S);
    int32_t rest = (int32_t)(seconds - days * DAY_S);
    int32_t year;
    int32_t month;
    int32_t day;

    civil_from_days(days, &year, &month, &day);
    *out = (struct civil){
        .year = year,
        .month = (int8_t)month,
        .day = (int8_t)day,
        .hour = (int8_t)(rest / 3600),
        .minute = (int8_t)(rest / 60 % 60),
        .second = (int8_t)(rest % 60),
    };
}

bool civil_is_leap(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int32_t civil_month_days(int32_t year, int32_t month)
{
    static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    assert(month >= 1 && month <= 12);
    return days[month - 1] + (month == 2 && civil_is_leap(year));
}

int32_t civil_weekday(int64_t days)
{
    /* 1970-01-01 was a Thursday. */
    return (int32_t)(days + 3 - floor_div(days + 3, 7) * 7) + 1;
}

int32_t civil_year_day(int32_t year, int32_t month, int32_t day)
{
    return (int32_t)(civil_days(year, month, day) - civil_days(year, 1, 1)) + 1;
}

void civil_iso_week(int64_t days, int32_t *iso_year, int32_t *week)
{
    /* The week belongs to the year of its Thursday. */
    int64_t thursday = days - civil_weekday(days) + 4;
    int32_t year;
    int32_t month;
    int32_t day;

    civil_from_days(thursday, &year, &month, &day);
    *iso_year = year;
    *week = (civil_year_day(year, month, day) - 1) / 7 + 1;
}

bool civil_valid(const struct civil *c)
{
    return c->year >= 1 && c->year <= 9999 && c->month >= 1 && c->month <= 12 && c->day >= 1 &&
           c->day <= civil_month_days(c->year, c->month) && c->hour >= 0 && c->hour <= 23 &&
           c->minute >= 0 && c->minute <= 59 && c->second >= 0 && c->second <= 59 &&
           c->nanos >= 0 && c->nanos < NS_PER_S;
}

const char *civil_month_name(int32_t month)
{
    static const char *const names[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};

    assert(month >= 1 && month <= 12);
    return names[month - 1];
}

const char *civil_weekday_name(int32_t weekday)
{
    static const char *const names[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday"};

    assert(weekday >= 1 && weekday <= 7);
    return names[weekday - 1];
}
