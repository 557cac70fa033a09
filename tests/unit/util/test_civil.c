/* test_civil.c - the calendar, day by day against a plain count. */
#include "../tap.h"
#include "util/civil.h"

static void test_every_day(void)
{
    int64_t day = civil_days(1, 1, 1);
    int32_t weekday = 1; /* 0001-01-01 is a Monday */
    int bad = 0;

    for (int32_t y = 1; y <= 9999; y++) {
        for (int32_t m = 1; m <= 12; m++) {
            for (int32_t d = 1; d <= civil_month_days(y, m); d++, day++) {
                int32_t yy;
                int32_t mm;
                int32_t dd;

                civil_from_days(day, &yy, &mm, &dd);
                bad += yy != y || mm != m || dd != d || civil_days(y, m, d) != day;
                bad += civil_weekday(day) != weekday;
                weekday = weekday % 7 + 1;
            }
        }
    }
    OK_INT(bad, 0);
    OK_INT(civil_days(1970, 1, 1), 0);
    OK_INT(civil_days(1601, 1, 1) * DAY_S, CIVIL_MIN_S);
    OK_INT(civil_days(10000, 1, 1) * DAY_S, CIVIL_END_S);
}

static void check_week(int32_t y, int32_t m, int32_t d, int32_t want_year, int32_t want_week)
{
    int32_t year;
    int32_t week;

    civil_iso_week(civil_days(y, m, d), &year, &week);
    OK_INT(year, want_year);
    OK_INT(week, want_week);
}

int main(void)
{
    struct civil c;

    test_every_day();
    check_week(2026, 1, 1, 2026, 1);
    check_week(2027, 1, 1, 2026, 53);
    check_week(2024, 12, 30, 2025, 1);
    check_week(2021, 1, 3, 2020, 53);
    civil_from_seconds(-1, &c);
    OK(c.year == 1969 && c.month == 12 && c.day == 31 && c.hour == 23 && c.second == 59);
    OK_INT(civil_seconds(&c), -1);
    OK(civil_valid(&c));
    c.day = 32;
    OK(!civil_valid(&c));
    OK_INT(civil_year_day(2024, 12, 31), 366);
    OK(strcmp(civil_month_name(12), "December") == 0);
    OK(strcmp(civil_weekday_name(7), "Sunday") == 0);
    OK_INT(floor_div(-1, 1000), -1);
    OK_INT(floor_div(-1000, 1000), -1);
    OK_INT(floor_div(999, 1000), 0);
    TAP_DONE();
}
