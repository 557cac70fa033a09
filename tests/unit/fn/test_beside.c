/* test_beside.c - what QRadar says beside its events: names, reference data, networks, assets,
 * rules, offenses, X-Force, places. */
#include "harness.h"

static struct lookup_folders folders;
static struct lookup_cache cache;
static char paths[9][512];

static void use_data(void)
{
    static const char *const files[] = {"reference",  "networks.csv",  "assets.csv",
                                        "rules.json", "offenses.json", "xforce.csv",
                                        "names.csv",  "places.mmdb"};
    static char *references[1];
    static char *geo[1];
    const char *root = getenv("LANNER_SOURCE_ROOT");

    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        snprintf(paths[i], sizeof(paths[i]), "%s/tests/data/qradar/%s", root != NULL ? root : ".",
                 files[i]);
    references[0] = paths[0];
    geo[0] = paths[7];
    cache.arena = &h_arena;
    folders = (struct lookup_folders){.references = references,
                                      .n_references = 1,
                                      .geo = geo,
                                      .n_geo = 1,
                                      .networks = paths[1],
                                      .assets = paths[2],
                                      .rules = paths[3],
                                      .offenses = paths[4],
                                      .xforce = paths[5],
                                      .names = paths[6],
                                      .now_ns = h_env.now_ns,
                                      .cache = &cache};
    h_env.folders = &folders;
}

static void test_qradar(void)
{
    IS(ev("category_name", "%3116", NULL), "User Login Failure");
    IS(ev("category_name", "$3000", NULL), "Authentication");
    IS(ev("category_name", "%77", NULL), "Unknown");
    IS(ev("category_name", "$x", NULL), "Unknown");
    IS(ev("category_name", "?", NULL), "<absent>");
    IS(ev("category_high_name", "%3116", NULL), "Authentication");
    IS(ev("category_high_name", "$x", NULL), "Unknown");
    IS(ev("category_qualified_name", "%3116", NULL), "Authentication.User Login Failure");
    IS(ev("category_qualified_name", "%3000", NULL), "Authentication");
    IS(ev("category_qualified_name", "$x", NULL), "Unknown");
    IS(ev("category_high_name", "?", NULL), "<absent>");
    IS(ev("category_matches_name", "%3116", "=Authentication", NULL), "true");
    IS(ev("category_matches_name", "%3116", "=authentication", NULL), "false");
    IS(ev("category_matches_name", "%3116", "=Authentication.User Login Failure", NULL), "true");
    IS(ev("category_matches_name", "?", "=Authentication", NULL), "<absent>");
    IS(ev("log_source_type_name", "%445", NULL), "Microsoft Azure Active Directory");
    IS(ev("log_source_type_other_name", "%445", NULL), "Microsoft Entra ID");
    IS(ev("log_source_type_other_name", "%397", NULL), "<absent>");
    IS(ev("log_source_type_other_name", "%433", "#1", NULL), "Microsoft Defender for Endpoint");
    h_env.strict = true;
    IS(ev("log_source_type_name", "%445", NULL), "Microsoft Entra ID");
    h_env.strict = false;
    IS(ev("log_source_type_name", "%100000", NULL), "<absent>");
    IS(ev("protocol_name", "%6", NULL), "TCP");
    IS(ev("protocol_name", "$udp_ip", NULL), "UDP");
    IS(ev("protocol_name", "$nonsense", NULL), "<absent>");
    OK(strstr(ev("globalview", "=x", NULL), "accumulated") != NULL);
}

static void test_names(void)
{
    IS(ev("qid_name", "%28250369", NULL), "Remote Access Login Failed");
    IS(ev("qid_name", "$5000475", NULL), "User Login Failure");
    IS(ev("qid_name", "%1", NULL), "Unknown");
    IS(ev("qid_name", "?", NULL), "<absent>");
    IS(ev("qid_description", "%28250369", NULL), "A login from afar failed");
    IS(ev("qid_description_short", "%1", NULL), "<absent>");
    IS(ev("log_source_name", "%321", NULL), "WindowsAuthServer @ 10.0.0.5");
    IS(ev("log_source_name", "$x", NULL), "<absent>");
    IS(ev("log_source_type_of", "%321", NULL), "12");
    IS(ev("log_source_group_name", "$[7, 9]", NULL), "Windows, 9");
    IS(ev("application_name", "%1011", NULL), "Web.SecureWeb");
    IS(ev("domain_name", "%0", NULL), "Default Domain");
    IS(ev("domain_name", "%3", NULL), "Lab");
    IS(ev("host_name", "%8", NULL), "ep0.example.com");
    IS(ev("processor_name", "%8", NULL), "eventprocessor0");
    IS(ev("component_id", "$EventProcessor104", NULL), "104");
    IS(ev("ariel_servers_by_name", "=eventprocessor0", NULL), "ep0.example.com");
    IS(ev("ariel_servers_by_id", "#8", NULL), "eventprocessor0");
    IS(ev("name_of", "%5000475", "=qid", NULL), "User Login Failure");
    IS(ev("name_of", "%1", "=qid", NULL), "<absent>");
    OK(strstr(ev("name_of", "%1", "=nonsense", NULL), "no names of kind") != NULL);
}

static void test_hierarchy(void)
{
    IS(ev("network_name", "$10.1.2.3", NULL), "Web");
    IS(ev("full_network_name", "$10.1.2.3", NULL), "Net.Internal.DMZ.Web");
    IS(ev("full_network_name", "$10.1.2.3", "=lab", NULL), "Net.Lab");
    IS(ev("full_network_name", "$10.9.9.9", NULL), "Net.Internal");
    IS(ev("full_network_name", "$2001:db8:1::5", NULL), "Net.v6.Office");
    IS(ev("network_name", "$192.0.2.1", NULL), "other");
    IS(ev("network_name", "$nonsense", NULL), "<absent>");
    IS(ev("asset_hostname", "$10.1.2.3", NULL), "web1");
    IS(ev("asset_hostname", "$10.1.2.9", NULL), "<absent>");
    IS(ev("asset_user", "$10.1.2.4", NULL), "dora");
    IS(ev("asset_property", "=location", "$10.1.2.4", NULL), "Paris");
    OK(strstr(ev("asset_property", "=Locatoin", "$10.1.2.4", NULL), "no property") != NULL);
    OK(strstr(h_err.hint, "Location") != NULL);
    IS(ev("matches_asset_search", "=web servers", "$10.1.2.3", NULL), "true");
    IS(ev("matches_asset_search", "=web servers", "$10.1.2.4", NULL), "false");
    IS(ev("matches_asset_search", "=web servers", "?", NULL), "<absent>");
}

static void test_reference(void)
{
    h_note[0] = '\0';
    IS(ev("reference_set_contains", "=bad-ips", "$203.0.113.7", NULL), "true");
    OK(strstr(h_note, "1 elements of the reference data 'bad-ips' have expired") != NULL);
    IS(ev("reference_set_contains", "=bad-ips", "$198.51.100.9", NULL), "false");
    IS(ev("reference_set_contains", "=bad-ips", "?", NULL), "<absent>");
    IS(ev("reference_set_contains", "=Open Ports", "%443", NULL), "true");
    IS(ev("reference_set_contains", "=accounts", "$ALICE", NULL), "true");
    IS(ev("reference_set_contains", "=accounts", "$ALICE", "#0", NULL), "true");
    OK(strstr(h_note, "domains") != NULL);
    OK(strstr(ev("reference_set_contains", "=acounts", "$x", NULL), "no reference set") != NULL);
    IS(ev("reference_map", "=owners", "$alice", NULL), "Alice Miller");
    IS(ev("reference_map", "=owners", "$zoe", NULL), "<absent>");
    IS(ev("reference_map_set_contains", "=logins", "$alice", "$198.51.100.1", NULL), "true");
    IS(ev("reference_map_set_contains", "=logins", "$bob", "$198.51.100.1", NULL), "false");
    IS(ev("reference_map_set_contains", "=logins", "$bob", "?", NULL), "<absent>");
    IS(ev("reference_table", "=employees", "=global id", "$alice", NULL), "7001");
    IS(ev("reference_table", "=employees", "=Global ID", "$bob", NULL), "<absent>");
    IS(ev("reference_table", "=employees", "=Room", "$alice", NULL), "<absent>");
    OK(strstr(h_note, "no inner key 'Room'") != NULL);
}

static void test_offenses(void)
{
    IS(ev("in_offense", "#125", "%1772460000001", "$203.0.113.7", "?", "?", "?", "?", NULL),
       "true");
    IS(ev("in_offense", "#125", "%1772460000001", "?", "$203.0.113.7", "?", "?", "?", NULL),
       "false");
    IS(ev("in_offense", "=125", "%1772463600000", "$203.0.113.7", "?", "?", "?", "?", NULL),
       "true");
    IS(ev("in_offense", "#125", "%1772463600001", "$203.0.113.7", "?", "?", "?", "?", NULL),
       "false");
    IS(ev("in_offense", "#126", "%1999999999999", "?", "?", "$ALICE", "?", "?", NULL), "true");
    IS(ev("in_offense", "#126", "%1772460000001", "?", "$10.1.2.3", "?", "?", "?", NULL), "true");
    IS(ev("in_offense", "?", "%1772460000001", "?", "$10.1.2.3", "?", "?", "?", NULL), "<absent>");
    IS(ev("in_offense", "#125", "?", "$203.0.113.7", "?", "?", "?", "?", NULL), "false");
    h_note[0] = '\0';
    IS(ev("in_offense", "#127", "%1772460000001", "?", "?", "?", "?", "?", NULL), "false");
    OK(strstr(h_note, "offense 127") != NULL);
    IS(ev("rule_name", "$100205, 1234,7", NULL),
       "Multiple Login Failures, Excessive Firewall Denies, 7");
    IS(ev("rule_name", "%1234", NULL), "Excessive Firewall Denies");
    IS(ev("rule_name", "?", NULL), "<absent>");
    IS(ev("rule_name_is", "=Excessive Firewall Denies", "=eq", "$100205,1234", NULL), "true");
    IS(ev("rule_name_is", "=%login%", "=like", "$100205,1234", NULL), "false");
    IS(ev("rule_name_is", "=%login%", "=ilike", "$100205,1234", NULL), "true");
    IS(ev("rule_name_is", "=^Excessive", "=matches", "$100205,1234", NULL), "true");
    IS(ev("rule_name_is", "=x", "=eq", "?", NULL), "<absent>");
}

static void test_xforce(void)
{
    IS(ev("xforce_ip_category", "$203.0.113.7", NULL), "Spam, Botnet Command and Control Server");
    IS(ev("xforce_ip_category", "$198.51.100.77", NULL), "Dynamic IPs");
    IS(ev("xforce_ip_category", "$192.0.2.1", NULL), "<absent>");
    IS(ev("xforce_ip_confidence", "=spam", "$203.0.113.7", NULL), "71");
    IS(ev("xforce_ip_confidence", "=Malware", "$203.0.113.7", NULL), "<absent>");
    IS(ev("xforce_url_category", "$https://mail.EXAMPLE.com:443/x?y", NULL), "Web Mail");
    IS(ev("xforce_url_confidence", "=Malware", "$evil.example.org/a/b?x=1#f", NULL), "99.5");
    IS(ev("xforce_url_category", "$http://evil.example.org/other", NULL), "<absent>");
    IS(ev("xforce_url_category", "?", NULL), "<absent>");
}

static void test_places(void)
{
    IS(ev("geo_lookup_text", "$203.0.113.7", "=city", NULL), "Berlin");
    IS(ev("geo_lookup_text", "$203.0.113.7", "=physical_country", NULL), "Germany");
    IS(ev("geo_lookup_text", "$203.0.113.7", "=registered_country", NULL), "France");
    IS(ev("geo_lookup_text", "$203.0.113.7", "=represented_country", NULL), "<absent>");
    IS(ev("geo_lookup_text", "$203.0.113.7", "=location", NULL), "52.5, 13.4");
    IS(ev("geo_lookup_text", "$203.0.113.7", "=postal", NULL), "10115");
    IS(ev("geo_lookup_text", "$203.0.113.7", "=subdivisions", NULL), "Land Berlin, Mitte");
    IS(ev("geo_lookup", "$203.0.113.7", "=traits", NULL), "{\"is_anonymous_proxy\":true}");
    IS(ev("geo_lookup", "$198.51.100.1", "=geo_json", NULL),
       "{\"city\":{\"names\":{\"en\":\"Paris\"}},\"country\":{\"iso_code\":\"FR\",\"names\":{"
       "\"en\":\"France\"}},\"location\":{\"latitude\":48.85,\"longitude\":2.35}}");
    IS(ev("geo_lookup", "$192.0.2.1", "=city", NULL), "<absent>");
    OK(strstr(ev("geo_lookup", "$192.0.2.1", "=nonsense", NULL), "no column 'nonsense'") != NULL);
    IS(ev("geo_lookup_text_by_domain", "$203.0.113.7", "#0", "=city", NULL), "Berlin");
    IS(ev("geo_lookup_by_domain", "$203.0.113.7", "=postal", "#0", NULL), "{\"code\":\"10115\"}");
    OK(strncmp(ev("geo_distance", "$203.0.113.7", "$198.51.100.7", NULL), "87", 2) == 0);
    OK(strncmp(ev("geo_distance", "=52.5, 13.4", "#48.85", "#2.35", NULL), "87", 2) == 0);
    IS(ev("geo_distance_by_domain", "$203.0.113.7", "$203.0.113.8", "#0", NULL), "0");
    IS(ev("geo_distance", "$203.0.113.7", "$192.0.2.1", NULL), "<absent>");
    IS(ev("geo_distance", "$nonsense", "$192.0.2.1", NULL), "<absent>");
}

/* Without their data functions are refused by name; or they give NULL and say so. */
static void test_missing(void)
{
    static const char *const rows[][2] = {
        {"qid_name", "QIDNAME needs"},
        {"log_source_group_name", "LOGSOURCEGROUPNAME needs"},
        {"network_name", "NETWORKNAME needs the network hierarchy"},
        {"asset_user", "ASSETUSER needs the assets"},
        {"rule_name", "RULENAME needs the names of rules"},
        {"in_offense", "INOFFENSE needs the offenses"},
        {"xforce_ip_category", "XFORCE_IP_CATEGORY needs"},
        {"domain_name", "DOMAINNAME needs"},
    };

    h_env.folders = NULL;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        h_env.ignore_missing_data = false;
        OK(strstr(ev(rows[i][0], "#5", "?", "?", "?", "?", "?", "?", NULL), rows[i][1]) != NULL);
        OK(strstr(h_err.hint, "--") != NULL);
        h_env.ignore_missing_data = true;
        h_note[0] = '\0';
        IS(ev(rows[i][0], "#5", "?", "?", "?", "?", "?", "?", NULL), "<absent>");
        OK(strstr(h_note, "gives NULL") != NULL);
    }
    h_env.ignore_missing_data = false;
    OK(strstr(ev("reference_set_contains", "=s", "$x", NULL),
              "REFERENCESETCONTAINS needs reference data") != NULL);
    OK(strstr(h_err.hint, "--reference DIR") != NULL);
    OK(strstr(ev("geo_lookup", "$1.2.3.4", "=city", NULL), "GEO::LOOKUP needs a MaxMind") != NULL);
    IS(ev("geo_distance", "#0", "#0", "#0", "#0", NULL), "0");
    IS(ev("domain_name", "%0", NULL), "Default Domain");
    IS(ev("domain_name", "%5", NULL), "<absent>");
    OK(strstr(h_note, "--names") != NULL);
    IS(ev("name_of", "%5", "=qid", NULL), "<absent>");
    h_env.ignore_missing_data = true;
    IS(ev("reference_set_contains", "=s", "$x", NULL), "<absent>");
    IS(ev("reference_table", "=s", "=i", "$x", NULL), "<absent>");
    IS(ev("geo_lookup", "$1.2.3.4", "=city", NULL), "<absent>");
    IS(ev("matches_asset_search", "=s", "$1.2.3.4", NULL), "<absent>");
}

int main(void)
{
    h_init();
    use_data();
    test_qradar();
    test_names();
    test_hierarchy();
    test_reference();
    test_offenses();
    test_xforce();
    test_places();
    test_missing();
    arena_done(&h_arena);
    TAP_DONE();
}
