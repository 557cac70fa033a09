/* names.c - the fields of events and flows, and the other names of public content. */
#include "lang/aql/names.h"

#include "lang/aql/aql.h"

const char *aql_type_name(enum aql_type type)
{
    static const char *const names[AQL_TYPE_COUNT] = {
        [AQL_TYPE_NULL] = "NULL",         [AQL_TYPE_STRING] = "String",
        [AQL_TYPE_BYTES] = "ByteArray",   [AQL_TYPE_BYTE] = "UnsignedByte",
        [AQL_TYPE_INTEGER] = "Integer",   [AQL_TYPE_LONG] = "Long",
        [AQL_TYPE_TIME] = "Long",         [AQL_TYPE_PORT] = "Port",
        [AQL_TYPE_DOUBLE] = "Double",     [AQL_TYPE_BOOLEAN] = "Boolean",
        [AQL_TYPE_HOST] = "Host",         [AQL_TYPE_HOSTV6] = "HostV6",
        [AQL_TYPE_HOSTV4V6] = "HostV4V6", [AQL_TYPE_MAC] = "MACAddress",
    };

    return names[type];
}

bool aql_type_is_host(enum aql_type type)
{
    return type == AQL_TYPE_HOST || type == AQL_TYPE_HOSTV6 || type == AQL_TYPE_HOSTV4V6;
}

bool aql_type_is_number(enum aql_type type)
{
    return type >= AQL_TYPE_BYTE && type <= AQL_TYPE_DOUBLE;
}

static const struct aql_field fields[] = {
#define FIELD(name, type, where) {#name, AQL_TYPE_##type, where},
#include "lang/aql/fields.def"
#undef FIELD
};

const struct aql_field *aql_field_find(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (str_eq_nocase(name, str_z(fields[i].name)))
            return &fields[i];
    }
    return NULL;
}

bool aql_field_in(const struct aql_field *f, bool flows)
{
    return f->where == 'B' || f->where == (flows ? 'F' : 'E');
}

static const struct aql_synonym synonyms[] = {
    {.name = "eventpayload", .field = "payload"},
    {.name = "event_payload", .field = "payload"},
    {.name = "search_payload", .field = "payload"},
    {.name = "rawlog", .field = "payload"},
    {.name = "raw", .field = "payload"},
    {.name = "qidname", .call = "QIDNAME", .field = "qid"},
    {.name = "eventname", .call = "QIDNAME", .field = "qid"},
    {.name = "event_name", .call = "QIDNAME", .field = "qid"},
    {.name = "categoryname", .call = "CATEGORYNAME", .field = "category"},
    {.name = "lowlevelcategory", .call = "CATEGORYNAME", .field = "category"},
    {.name = "logsourcename", .call = "LOGSOURCENAME", .field = "logsourceid"},
    {.name = "logsource", .call = "LOGSOURCENAME", .field = "logsourceid"},
    {.name = "logsourcetypename", .call = "LOGSOURCETYPENAME", .field = "devicetype"},
    {.name = "logsourcetype", .call = "LOGSOURCETYPENAME", .field = "devicetype"},
    {.name = "logsourcetypeid", .field = "devicetype"},
    {.name = "deviceid", .field = "logsourceid"},
    {.name = "direction", .field = "eventdirection", .flow_field = "flowdirection"},
    {.name = "eventid", .field = "qideventid", .own = true},
    {.name = "event id", .field = "qideventid", .own = true},
    {.name = "eventcode", .field = "qideventid", .own = true},
    {.name = "hostname", .field = "identityhostname", .own_first = true, .more = "hostname"},
    {.name = "devicehostname", .field = "identityhostname", .own_first = true, .more = "hostname"},
    {.name = "computer", .field = "identityhostname", .own_first = true, .more = "hostname"},
    {.name = "deviceaction", .property = "act", .own = true},
    {.name = "devicestring1", .property = "cs1", .own = true},
    {.name = "devicestring2", .property = "cs2", .own = true},
    {.name = "devicestring3", .property = "cs3", .own = true},
    {.name = "devicestring4", .property = "cs4", .own = true},
    {.name = "devicestring5", .property = "cs5", .own = true},
    {.name = "devicestring6", .property = "cs6", .own = true},
    {.name = "devicecustomnumber1", .property = "cn1", .own = true},
    {.name = "devicecustomnumber2", .property = "cn2", .own = true},
    {.name = "devicecustomnumber3", .property = "cn3", .own = true},
    {.name = "destinationhostname", .property = "dhost", .own = true},
    {.name = "bytesin", .property = "in", .own = true},
    {.name = "bytesout", .property = "out", .own = true},
    {.name = "sourcegeographiccountry",
     .call = "country",
     .field = "sourcegeographiclocation",
     .own_first = true},
    {.name = "destinationgeographiccountry",
     .call = "country",
     .field = "destinationgeographiclocation",
     .own_first = true},
};

const struct aql_synonym *aql_synonym_find(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(synonyms); i++) {
        if (str_eq_nocase(name, str_z(synonyms[i].name)))
            return &synonyms[i];
    }
    return NULL;
}

static bool is_listed(const char *const *list, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq_nocase(name, str_z(list[i])))
            return true;
    }
    return false;
}

bool aql_property_is_known(struct str name)
{
    static const char *const known[] = {
        "Process CommandLine",
        "Process Path",
        "Parent Process Path",
        "Parent Command",
        "Command",
        "Process Name",
        "Process ID",
        "Parent Process ID",
        "Target Process Path",
        "Event ID",
        "EventID",
        "Logon Type",
        "File Hash",
        "MD5 Hash",
        "SHA1 Hash",
        "SHA256 Hash",
        "IMP Hash",
        "File Path",
        "Filename",
        "URL",
        "URL Host",
        "DNS Request Domain",
        "Message",
        "Registry Key",
        "Registry Value Name",
        "Registry Value Data",
        "ObjectName",
        "Object Name",
        "Service Filename",
        "CRE Name",
        "CRE Description",
        "Machine Identifier",
        "Process Guid",
        "User Domain",
        "Rule Name",
        "Ticket Encryption Type",
        "Service Name",
        "Share Name",
    };

    return is_listed(known, ARRAY_LEN(known), name);
}

bool aql_function_is_tolerant(struct str name)
{
    /* Class T of aql.md 5. */
    static const char *const names[] = {
        "ARRAY",         "ARRAY_AGG",    "LIST",
        "GROUP_CONCAT",  "CARDINALITY",  "MEDIAN",
        "PERCENTILE",    "STDDEV",       "VARIANCE",
        "COUNTIF",       "SUMIF",        "ABS",
        "CEIL",          "CEILING",      "FLOOR",
        "TRUNC",         "TRUNCATE",     "MOD",
        "SIGN",          "EXP",          "POWER",
        "GREATEST",      "LEAST",        "COALESCE",
        "IFNULL",        "NVL",          "NULLIF",
        "REPLACE",       "TRIM",         "LTRIM",
        "RTRIM",         "LENGTH",       "LEN",
        "LEFT",          "RIGHT",        "LPAD",
        "RPAD",          "SPLIT",        "INSTR",
        "STARTSWITH",    "ENDSWITH",     "CONTAINS",
        "REVERSE",       "INITCAP",      "REGEXP_EXTRACT",
        "REGEX_EXTRACT", "HOUR",         "MINUTE",
        "SECOND",        "DAY",          "MONTH",
        "YEAR",          "DAYOFWEEK",    "DAYNAME",
        "MONTHNAME",     "WEEK",         "QUARTER",
        "DATEADD",       "DATEDIFF",     "TIMESTAMPDIFF",
        "DATE_TRUNC",    "BIN",          "CURRENT_TIMESTAMP",
        "GETDATE",       "SYSDATE",      "MD5",
        "SHA1",          "SHA256",       "URLDECODE",
        "BASE64DECODE",  "FROM_BASE64",  "HEX",
        "UNHEX",         "REFERENCESET", "REFERENCE_SET",
        "GEODATA",       "DISTANCE",     "GEOGRAPHICLOCATION",
    };

    return is_listed(names, ARRAY_LEN(names), name);
}

void aql_suggest_fields(struct suggest *s, bool flows)
{
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        if (aql_field_in(&fields[i], flows))
            suggest_offer(s, str_z(fields[i].name));
    }
    for (size_t i = 0; i < ARRAY_LEN(synonyms); i++)
        suggest_offer(s, str_z(synonyms[i].name));
}
