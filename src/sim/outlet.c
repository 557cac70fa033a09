/* outlet.c - the table of files. The first shape of a log is its default: the same events in two
 * shapes side by side would be counted twice by whoever reads the folder. */
#include "sim/outlet.h"

#define LINES .head = "", .between = "\n", .tail = "\n"

/* clang-format off */
#define SIGNIN(file_, shape_, put_, bytes, ...) \
    {.file = "signin-" file_, .log = "signin", .shape = shape_, .kind = TELE_SIGNIN, .put_signin = put_, .mean_bytes = bytes, __VA_ARGS__}
#define AUDIT(file_, shape_, put_, bytes, ...) \
    {.file = file_, .log = "o365", .shape = shape_, .kind = TELE_AUDIT, .put_signin = put_, .mean_bytes = bytes, __VA_ARGS__}
#define TELE(file_, log_, shape_, kind_, put_, bytes, ...) \
    {.file = file_, .log = log_, .shape = shape_, .kind = kind_, .put_tele = put_, .mean_bytes = bytes, LINES, __VA_ARGS__}

static const struct outlet outlets[] = {
    SIGNIN("eventhub.jsonl", "eventhub", signin_put_eventhub, 4260, LINES, .is_default = true),
    SIGNIN("eventhub-envelope.json", "eventhub-envelope", signin_put_eventhub, 4260,
           .head = "{\"records\":[", .between = ",", .tail = "]}\n", .group = 56),
    SIGNIN("eventhub-spaced.jsonl", "eventhub-spaced", signin_put_spaced, 4500, LINES),
    SIGNIN("syslog.log", "syslog", signin_put_syslog, 4300, LINES),
    SIGNIN("ariel.json", "ariel", signin_put_ariel, 5000, .head = "{\"events\":[\n", .between = ",\n", .tail = "\n]}\n"),
    SIGNIN("graph.jsonl", "graph", signin_put_graph, 1340, LINES),
    SIGNIN("graph-page.json", "graph-page", signin_put_graph, 1340,
           .head = "{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#auditLogs/signIns\",\"value\":[\n",
           .between = ",\n", .tail = "\n]}\n", .group = 1000),
    SIGNIN("graph-array.json", "graph-array", signin_put_graph, 1340, .head = "[\n", .between = ",\n", .tail = "\n]\n"),
    SIGNIN("table.jsonl", "table", signin_put_table, 1700, LINES),
    SIGNIN("table.csv", "table-csv", signin_put_table_csv, 1100, .put_head = signin_head_table_csv, .between = "\r\n", .tail = "\r\n"),
    SIGNIN("table-api.json", "table-api", signin_put_table_row, 1100, .put_head = signin_head_api, .between = ",\n", .tail = "]}]}\n"),
    SIGNIN("portal.csv", "portal", signin_put_portal, 700, .put_head = signin_head_portal, .between = "\r\n", .tail = "\r\n"),
    SIGNIN("flat.jsonl", "flat", signin_put_flat, 522, LINES),
    SIGNIN("flat.csv", "flat-csv", signin_put_flat_csv, 300,
           .head = "@timestamp,#repo,resultType,ipAddress,userPrincipalName,clientAppUsed,userAgent,appDisplayName\n",
           .between = "\n", .tail = "\n"),
    AUDIT("o365.jsonl", "o365", signin_put_audit, 1460, LINES, .is_default = true),
    AUDIT("o365-blob.json", "o365-blob", signin_put_audit, 1460, .head = "[", .between = ",\n", .tail = "]\n"),
    AUDIT("o365-purview.csv", "o365-purview", signin_put_purview, 1750,
          .head = "\357\273\277\"RecordId\",\"CreationDate\",\"RecordType\",\"Operation\",\"UserId\",\"AuditData\",\"AssociatedAdminUnits\",\"AssociatedAdminUnitsNames\"\r\n",
          .between = "\r\n", .tail = "\r\n"),
    AUDIT("o365-search.csv", "o365-search", signin_put_search, 1800,
          .head = "#TYPE Deserialized.Microsoft.Exchange.Data.ApplicationLogic.UnifiedAuditLogEvent\r\n"
                  "\"PSComputerName\",\"RunspaceId\",\"PSShowComputerName\",\"RecordType\",\"CreationDate\",\"UserIds\",\"Operations\",\"AuditData\",\"ResultIndex\",\"ResultCount\",\"Identity\",\"IsValid\",\"ObjectState\"\r\n",
          .between = "\r\n", .tail = "\r\n"),
    AUDIT("o365-audit-query.json", "o365-audit-query", signin_put_audit_query, 1900, .head = "{\"value\":[\n", .between = ",\n", .tail = "\n]}\n"),
    TELE("preauth.jsonl", "preauth", "preauth", TELE_PREAUTH, tele_put_preauth, 700, .is_default = true),
    TELE("preauth-eventhub.jsonl", "preauth", "preauth-eventhub", TELE_PREAUTH, tele_put_preauth_record, 700, .is_default = false),
    TELE("windows.evtx_dump.jsonl", "windows", "evtx_dump", TELE_HOST, tele_put_evtx_dump, 1600, .is_default = true),
    TELE("windows.xml", "windows", "xml", TELE_HOST, tele_put_xml, 1700, .is_default = false),
    TELE("windows.winlogbeat.jsonl", "windows", "winlogbeat", TELE_HOST, tele_put_winlogbeat, 1800, .is_default = false),
    TELE("windows.nxlog.jsonl", "windows", "nxlog", TELE_HOST, tele_put_nxlog, 1500, .is_default = false),
    TELE("mde.jsonl", "defender", "mde", TELE_ENDPOINT, tele_put_mde, 1500, .is_default = true),
    {.file = "mde.csv", .log = "defender", .shape = "mde-csv", .kind = TELE_ENDPOINT, .put_tele = tele_put_mde_csv, .mean_bytes = 400,
     .head = "\357\273\277Timestamp,DeviceId,DeviceName,ActionType,RemoteIP,RemotePort,RemoteUrl,LocalIP,LocalPort,Protocol,"
             "InitiatingProcessFileName,InitiatingProcessCommandLine,InitiatingProcessAccountName,ReportId\r\n",
     .between = "\r\n", .tail = "\r\n"},
    TELE("proxy-squid-combined.log", "proxy", "squid-combined", TELE_PROXY, tele_put_combined, 250, .is_default = true),
    TELE("proxy-zscaler.jsonl", "proxy", "zscaler", TELE_PROXY, tele_put_zscaler, 1100, .is_default = false),
    TELE("proxy-elff.log", "proxy", "elff", TELE_PROXY, tele_put_elff, 300, .is_default = false),
    TELE("proxy-squid.log", "tunnel", "squid", TELE_TUNNEL, tele_put_squid, 130, .is_default = true),
    TELE("iis.log", "iis", "iis", TELE_IIS, tele_put_iis, 220, .is_default = true),
};
/* clang-format on */

const struct outlet *outlet_at(size_t i)
{
    return i < ARRAY_LEN(outlets) ? &outlets[i] : NULL;
}

size_t outlet_count(void)
{
    return ARRAY_LEN(outlets);
}

static const char *word_of(const struct outlet *o, bool shape)
{
    return shape ? o->shape : o->log;
}

static enum lanner_rc unknown(const char *what, struct str word, bool shape, struct lanner_err *err)
{
    struct buf names = {0};

    for (size_t i = 0; i < ARRAY_LEN(outlets); i++) {
        if (i == 0 || strcmp(word_of(&outlets[i], shape), word_of(&outlets[i - 1], shape)) != 0)
            buf_printf(&names, "%s%s", i > 0 ? ", " : "", word_of(&outlets[i], shape));
    }
    err_set(err, LANNER_ERR_USAGE, "unknown %s '%.*s'", what, (int)MIN(word.len, 40), word.ptr);
    err_hint(err, "%ss are %.*s", what, STR_ARG(buf_str(&names)));
    buf_done(&names);
    return LANNER_ERR_USAGE;
}

/* Marks what the list names, by log or by shape. */
static enum lanner_rc mark(const char *list, bool shape, bool *marked, struct lanner_err *err)
{
    struct str rest = str_z(list);

    do {
        size_t comma = MIN(str_find_char(rest, ','), rest.len);
        struct str word = str_trim(str_of(rest.ptr, comma));
        bool found = false;

        for (size_t i = 0; i < ARRAY_LEN(outlets); i++) {
            if (str_eqz(word, word_of(&outlets[i], shape)))
                found = marked[i] = true;
        }
        if (!found)
            return unknown(shape ? "shape" : "log", word, shape, err);
        comma = MIN(comma + 1, rest.len);
        rest = str_of(rest.ptr + comma, rest.len - comma);
    } while (rest.len > 0);
    return LANNER_OK;
}

enum lanner_rc outlet_choose(const char *logs, const char *shapes, bool *chosen,
                             struct lanner_err *err)
{
    bool by_log[ARRAY_LEN(outlets)] = {false};
    bool by_shape[ARRAY_LEN(outlets)] = {false};
    bool all = shapes != NULL && strcmp(shapes, "all") == 0;

    if (logs != NULL)
        TRY(mark(logs, false, by_log, err));
    if (shapes != NULL && !all)
        TRY(mark(shapes, true, by_shape, err));
    for (size_t i = 0; i < ARRAY_LEN(outlets); i++) {
        bool named = false; /* a shape of this log is named: then only those */

        for (size_t k = 0; k < ARRAY_LEN(outlets); k++)
            named |= by_shape[k] && outlets[k].kind == outlets[i].kind;
        chosen[i] = (logs == NULL || by_log[i]) &&
                    (all || by_shape[i] || (!named && outlets[i].is_default));
    }
    return LANNER_OK;
}
