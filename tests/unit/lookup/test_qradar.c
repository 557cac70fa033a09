/* test_qradar.c - QRadar's own tables. */
#include "../tap.h"
#include "lookup/lookup.h"

static void test_categories(void)
{
    int64_t id = 0;
    int64_t before = 0;
    const char *name;
    bool is_high;
    size_t n = 0;

    OK_STR(str_z(qradar_category_name(3116)), "User Login Failure");
    OK_STR(str_z(qradar_category_name(3000)), "Authentication");
    OK_STR(str_z(qradar_category_high_name(3116)), "Authentication");
    OK_STR(str_z(qradar_category_high_name(24001)), "Sense");
    OK(qradar_category_name(3055) == NULL && qradar_category_name(-1) == NULL);
    OK(qradar_category_high_name(999000) == NULL && qradar_category_high_name(INT64_MIN) == NULL);
    OK_INT(qradar_category_high_id(3116), 3000);
    OK_INT(qradar_category_severity(3055), -1);
    OK(qradar_category_by_name(STR("user login failure"), &id) && id == 3116);
    OK(qradar_category_by_name(STR("Authentication"), &id) && id == 8051);
    OK(qradar_category_high_by_name(STR("Authentication"), &id) && id == 3000);
    OK(qradar_category_by_name(STR("Authentication.User Login Failure"), &id) && id == 3116);
    OK(!qradar_category_by_name(STR("Malware.User Login Failure"), &id));
    OK(!qradar_category_by_name(STR(""), &id) && !qradar_category_by_name(STR("nonsense"), &id));
    for (; qradar_category_at(n, &id, &name, &is_high); n++) {
        int64_t back = 0;

        if (id <= before || qradar_category_name(id) != name ||
            qradar_category_high_name(id) == NULL ||
            !(is_high ? qradar_category_high_by_name(str_z(name), &back)
                      : qradar_category_by_name(str_z(name), &back)) ||
            strcmp(qradar_category_name(back), name) != 0)
            break;
        before = id;
    }
    OK_INT(n, 1285);
}

static void test_types(void)
{
    int64_t id = 0;
    const char *name;
    const char *short_name;
    size_t n = 0;

    OK_STR(str_z(qradar_type_name(445)), "Microsoft Entra ID");
    OK_STR(str_z(qradar_type_usual_name(445)), "Microsoft Azure Active Directory");
    OK_STR(str_z(qradar_type_other_name(445, 0)), "Microsoft Entra ID");
    OK(qradar_type_other_name(445, 1) == NULL && qradar_type_other_name(397, 0) == NULL);
    OK_STR(str_z(qradar_type_usual_name(433)), "Microsoft 365 Defender");
    OK_STR(str_z(qradar_type_other_name(433, 1)), "Microsoft Defender for Endpoint");
    OK_STR(str_z(qradar_type_short_name(397)), "Office365");
    OK(qradar_type_by_name(STR("microsoft azure active directory"), &id) && id == 445);
    OK(qradar_type_by_name(STR("WindowsAuthServer"), &id) && id == 12);
    OK(qradar_type_by_name(STR("Carbon Black Bit9"), &id) && id == 428);
    OK(!qradar_type_by_name(STR("nonsense"), &id));
    for (; qradar_type_at(n, &id, &name, &short_name); n++) {
        int64_t back = 0;

        if (!qradar_type_by_name(str_z(name), &back) || back != id)
            break;
    }
    OK_INT(n, 420);
}

int main(void)
{
    int64_t number = 0;

    test_categories();
    test_types();
    OK_STR(str_z(qradar_protocol_name(6)), "TCP");
    OK_STR(str_z(qradar_protocol_name(255)), "Reserved");
    OK(qradar_protocol_name(256) == NULL && qradar_protocol_name(-1) == NULL);
    OK(qradar_protocol_by_name(STR("udp_ip"), &number) && number == 17);
    OK(!qradar_protocol_by_name(STR(""), &number));
    TAP_DONE();
}
