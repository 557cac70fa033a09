/* test_schemas.c - the outputs that follow a schema of others: Elastic Common Schema, OCSF, SARIF
 * and the layer of the ATT&CK Navigator. Whole texts are in tests/data/report. */
#include <stdlib.h>

#include "report/attack.h"
#include "result.h"
#include "tap.h"

static const struct report_options plain = {.width = 0};
static const struct report_options all = {.show_suppressed = true};

static void check(enum made what, const char *output, struct report_options options,
                  const char *file)
{
    struct buf got = {0};

    made_report(what, output, options, &got);
    OK(made_same(file, &got));
    buf_done(&got);
}

/* Whatever the logs hold, no byte below blank but line ends, and quotes only in pairs. */
static void check_hostile(const char *output)
{
    struct buf got = {0};
    size_t quotes = 0;
    bool calm = true;

    made_report(MADE_HOSTILE, output, all, &got);
    for (size_t i = 0; i < got.len; i++) {
        calm = calm && ((unsigned char)got.ptr[i] >= 0x20 || got.ptr[i] == '\n');
        if (got.ptr[i] == '\\')
            i++;
        else
            quotes += got.ptr[i] == '"';
    }
    OK(calm);
    OK(quotes % 2 == 0);
    OK(made_has(&got, "\xEF\xBF\xBD"));
    buf_done(&got);
}

static void test_ecs(void)
{
    struct buf got = {0};

    check(MADE_BASIC, "ecs", plain, "basic.ecs");
    check_hostile("ecs");
    made_report(MADE_HOSTILE, "ecs", plain, &got);
    OK(!made_has(&got, "\"ip\":")); /* it is no address: Elasticsearch would refuse it */
    OK(made_has(&got, "\"source\":{\"address\":\"10.0.0.1\\n"));
    OK(made_has(&got, "{\"@timestamp\":\"2026-03-02T14:00:03.000Z\""));
    buf_done(&got);
}

static void test_ocsf(void)
{
    check(MADE_BASIC, "ocsf", all, "basic.ocsf");
    check_hostile("ocsf");
}

static void test_sarif(void)
{
    struct buf got = {0};

    check(MADE_BASIC, "sarif", all, "basic.sarif");
    check(MADE_FAILED, "sarif", plain, "failed.sarif");
    check_hostile("sarif");
    made_report(MADE_BASIC, "sarif", plain, &got);
    OK(!made_has(&got, "suppressions"));
    buf_done(&got);
}

static void test_navigator(void)
{
    struct detect_result *r = made_result(MADE_BASIC);
    struct pack_set none = {.n_packs = 0};
    struct buf got = {0};

    report_navigator(r->packs, &got);
    OK(made_same("layer.json", &got));
    buf_clear(&got);
    r->packs->packs[0].detections[0].attack[0] = STR("T1589.002\"");
    report_navigator(r->packs, &got);
    OK(!made_has(&got, "T1589.002\\\""));
    buf_clear(&got);
    report_navigator(&none, &got);
    OK(made_has(&got, "\"techniques\": []"));
    OK(made_has(&got, "\"maxValue\": 1"));
    buf_done(&got);
    made_free(r);
}

static void test_attack(void)
{
    static const char *const wrong[] = {"",       "T",     "T1589.",   "T1589.02",
                                        "T15890", "t1589", "T1589x002"};
    struct attack a;
    struct buf url = {0};

    attack_of(STR("T1589.002"), &a);
    OK(a.valid && a.is_sub);
    OK_STR(a.parent, "T1589");
    OK_STR(str_z(a.name), "Email Addresses");
    OK_STR(str_z(a.parent_name), "Gather Victim Identity Information");
    OK_STR(str_z(a.tactic_id), "TA0043");
    attack_put_url(&url, a.id);
    OK_STR(buf_str(&url), "https://attack.mitre.org/techniques/T1589/002/");
    attack_of(STR("T9999"), &a);
    OK(a.valid && !a.is_sub && a.name == NULL && a.tactic_id == NULL);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        attack_of(str_z(wrong[i]), &a);
        OK(!a.valid);
    }
    buf_done(&url);
}

int main(void)
{
    test_ecs();
    test_ocsf();
    test_sarif();
    test_navigator();
    test_attack();
    TAP_DONE();
}
