/* test_zone.c - offsets by name and number; changes in both directions; names that are no zone. */
#include "../tap.h"
#include "lookup/zone.h"

static struct arena arena;

static const struct zone *load(const char *name)
{
    const struct zone *z = NULL;
    struct lanner_err err = {0};

    if (zone_load(&arena, str_z(name), &z, &err) != LANNER_OK)
        return NULL;
    return z;
}

static int64_t at(int32_t y, int32_t m, int32_t d, int32_t h, int32_t min)
{
    return civil_days(y, m, d) * DAY_S + h * 3600 + min * 60;
}

static void test_fixed(void)
{
    static const struct {
        const char *name;
        int32_t offset_s;
        const char *abbreviation;
    } good[] = {
        {"Z", 0, "Z"},
        {"UTC", 0, "UTC"},
        {"GMT", 0, "GMT"},
        {"+02:00", 7200, "+02:00"},
        {"+0200", 7200, "+02:00"},
        {"+02", 7200, "+02:00"},
        {"+2", 7200, "+02:00"},
        {"-05:30", -19800, "-05:30"},
        {"-0530", -19800, "-05:30"},
        {"UTC+2", 7200, "UTC+02:00"},
        {"GMT-03:30", -12600, "GMT-03:30"},
        {"+00:00", 0, "Z"},
        {"+18:00", 64800, "+18:00"},
        {"+01:02:03", 3723, "+01:02:03"},
    };
    static const char *const bad[] = {"",
                                      "+",
                                      "+2:",
                                      "+25:00",
                                      "+18:01",
                                      "+02:60",
                                      "+020",
                                      "+02000",
                                      "+02:00:00:00",
                                      "+02x",
                                      "UTC+",
                                      "Europe/Nowhere",
                                      "../../../etc/passwd",
                                      "/etc/localtime",
                                      "Europe/../UTC",
                                      "Europe",
                                      "zone.tab",
                                      "tzdata.zi",
                                      "leapseconds",
                                      "right/UTC",
                                      "Europe/Paris/",
                                      "europe paris"};

    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        const struct zone *z = load(good[i].name);

        OK(z != NULL && zone_is_fixed(z));
        if (z == NULL) {
            printf("# %s\n", good[i].name);
            continue;
        }
        OK_INT(zone_offset(z, 0), good[i].offset_s);
        OK_STR(zone_abbreviation(z, 0), good[i].abbreviation);
        OK_STR(zone_name(z), good[i].name);
        OK_INT(zone_to_utc(z, 100000), 100000 - good[i].offset_s);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        OK(load(bad[i]) == NULL);
        if (load(bad[i]) != NULL)
            printf("# accepted %s\n", bad[i]);
    }
    OK_STR(zone_abbreviation(zone_utc(), 0), "UTC");
    OK_INT(zone_offset(zone_utc(), 1), 0);
}

static void test_paris(void)
{
    const struct zone *z = load("Europe/Paris");

    OK(z != NULL && !zone_is_fixed(z));
    OK_INT(zone_offset(z, at(2026, 3, 29, 0, 59)), 3600);
    OK_INT(zone_offset(z, at(2026, 3, 29, 1, 0)), 7200);
    OK_STR(zone_abbreviation(z, at(2026, 7, 1, 0, 0)), "CEST");
    OK_INT(zone_offset(z, at(2026, 10, 25, 0, 59)), 7200);
    OK_INT(zone_offset(z, at(2026, 10, 25, 1, 0)), 3600);
    /* Far behind the table: the footer's rule. */
    OK_INT(zone_offset(z, at(2199, 7, 1, 0, 0)), 7200);
    OK_INT(zone_offset(z, at(2199, 12, 31, 23, 59)), 3600);
    OK_INT(zone_offset(z, at(1890, 1, 1, 0, 0)), 561); /* local mean time */
    /* 02:30 does not exist on 29 March and happens twice on 25 October. */
    OK_INT(zone_to_utc(z, at(2026, 3, 29, 2, 30)), at(2026, 3, 29, 1, 30));
    OK_INT(zone_to_utc(z, at(2026, 10, 25, 2, 30)), at(2026, 10, 25, 0, 30));
    OK_INT(zone_to_utc(z, at(2026, 10, 25, 3, 0)), at(2026, 10, 25, 2, 0));
    OK_INT(zone_to_utc(z, at(2026, 7, 1, 12, 0)), at(2026, 7, 1, 10, 0));
}

static void test_others(void)
{
    const struct zone *sydney = load("Australia/Sydney");
    const struct zone *kolkata = load("Asia/Kolkata");
    const struct zone *york = load("America/New_York");
    const struct zone *dublin = load("Europe/Dublin");
    const struct zone *howe = load("Australia/Lord_Howe");

    /* Summer over the end of the year, by the rule. */
    OK_INT(zone_offset(sydney, at(2100, 1, 1, 0, 0)), 11 * 3600);
    OK_INT(zone_offset(sydney, at(2100, 7, 1, 0, 0)), 10 * 3600);
    OK_STR(zone_abbreviation(sydney, at(2100, 12, 31, 23, 0)), "AEDT");
    OK_INT(zone_offset(kolkata, at(2026, 1, 1, 0, 0)), 19800);
    OK_STR(zone_abbreviation(york, at(2026, 1, 1, 0, 0)), "EST");
    OK_INT(zone_to_utc(york, at(2026, 3, 8, 2, 30)), at(2026, 3, 8, 7, 30));
    OK_INT(zone_offset(dublin, at(2050, 1, 1, 0, 0)), 0);
    OK_INT(zone_offset(dublin, at(2050, 7, 1, 0, 0)), 3600);
    OK_INT(zone_offset(howe, at(2050, 1, 1, 0, 0)), 39600);
    OK_INT(zone_offset(howe, at(2050, 7, 1, 0, 0)), 37800);
    OK(load("Etc/GMT-14") != NULL && zone_offset(load("Etc/GMT-14"), 0) == 14 * 3600);
}

int main(void)
{
    arena_init(&arena, 0);
    test_fixed();
    test_paris();
    test_others();
    arena_done(&arena);
    TAP_DONE();
}
