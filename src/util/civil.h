/* civil.h - days and clock time of the proleptic Gregorian calendar, without zones. */
#ifndef UTIL_CIVIL_H
#define UTIL_CIVIL_H

#include "util/base.h"

#define DAY_S INT64_C(86400)
/* Event times outside 1601-01-01 (included) to 10000-01-01 (not included) are unusable; in seconds.
 */
#define CIVIL_MIN_S INT64_C(-11644473600)
#define CIVIL_END_S INT64_C(253402300800)
/* What fits in 64-bit nanoseconds ends before the year 2262-04-11T23:47:16. */

struct civil {
    int32_t year; /* 1..9999 in what we make */
    int8_t month; /* 1..12 */
    int8_t day;   /* 1..31 */
    int8_t hour, minute, second;
    int32_t nanos;
};

/* Days since 1970-01-01; month 1..12; day may be out of range and is simply added. */
int64_t civil_days(int32_t year, int32_t month, int32_t day);
void civil_from_days(int64_t days, int32_t *year, int32_t *month, int32_t *day);
/* Seconds since 1970, of the civil time read as UTC; nanos are left out. */
int64_t civil_seconds(const struct civil *c);
void civil_from_seconds(int64_t seconds, struct civil *out); /* nanos = 0 */
bool civil_is_leap(int32_t year);
int32_t civil_month_days(int32_t year, int32_t month);
/* 1 Monday ... 7 Sunday. */
int32_t civil_weekday(int64_t days);
int32_t civil_year_day(int32_t year, int32_t month, int32_t day); /* 1..366 */
/* ISO 8601 week 1..53 and the year it belongs to. */
void civil_iso_week(int64_t days, int32_t *iso_year, int32_t *week);
/* All fields in range, year 1..9999, second up to 59. */
bool civil_valid(const struct civil *c);
const char *civil_month_name(int32_t month);     /* "January" */
const char *civil_weekday_name(int32_t weekday); /* 1: "Monday" */
/* floor(a / b), b > 0. */
static inline int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

#endif
