/* qradar.c - QRadar's own tables. See qradar.h. */
#include "lookup/qradar.h"

#include "lookup/qradar_tables.h"

/* The type that was renamed while most published detections carry the older name. */
#define RENAMED_TYPE 445

static const struct qradar_category *category_find(int64_t id)
{
    size_t low = 0;
    size_t high = qradar_n_categories;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (qradar_categories[mid].id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < qradar_n_categories && qradar_categories[low].id == id ? &qradar_categories[low]
                                                                        : NULL;
}

static const struct qradar_type *type_find(int64_t id)
{
    size_t low = 0;
    size_t high = qradar_n_types;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (qradar_types[mid].id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < qradar_n_types && qradar_types[low].id == id ? &qradar_types[low] : NULL;
}

/* Bytewise order of the names in lower case, as the tables are sorted. */
static int compare_folded(struct str a, struct str b)
{
    size_t n = MIN(a.len, b.len);

    for (size_t i = 0; i < n; i++) {
        unsigned char x = (unsigned char)ascii_lower(a.ptr[i]);
        unsigned char y = (unsigned char)ascii_lower(b.ptr[i]);

        if (x != y)
            return x < y ? -1 : 1;
    }
    return a.len < b.len ? -1 : a.len > b.len;
}

/* First of the entries with the name, whatever its case; n when there is none. */
static size_t names_find(const struct qradar_name *names, size_t n, struct str name)
{
    size_t low = 0;
    size_t high = n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (compare_folded(str_z(names[mid].name), name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < n && compare_folded(str_z(names[low].name), name) == 0 ? low : n;
}

const char *qradar_category_name(int64_t id)
{
    const struct qradar_category *c = category_find(id);

    return c != NULL ? c->name : NULL;
}

int64_t qradar_category_high_id(int64_t id)
{
    return id > 0 ? id - id % 1000 : 0;
}

const char *qradar_category_high_name(int64_t id)
{
    return qradar_category_name(qradar_category_high_id(id));
}

int qradar_category_severity(int64_t id)
{
    const struct qradar_category *c = category_find(id);

    return c != NULL ? c->severity : -1;
}

/* want_high: only high-level ones. Exact spelling wins over the order of the table. */
static const struct qradar_category *category_named(struct str name, bool want_high)
{
    const struct qradar_category *found = NULL;
    size_t i = names_find(qradar_category_names, qradar_n_category_names, name);

    for (; i < qradar_n_category_names &&
           compare_folded(str_z(qradar_category_names[i].name), name) == 0;
         i++) {
        const struct qradar_category *c = &qradar_categories[qradar_category_names[i].row];

        if (want_high && !c->is_high)
            continue;
        if (str_eqz(name, c->name))
            return c;
        if (found == NULL)
            found = c;
    }
    return found;
}

bool qradar_category_high_by_name(struct str name, int64_t *id)
{
    const struct qradar_category *c = category_named(name, true);

    if (c != NULL)
        *id = c->id;
    return c != NULL;
}

bool qradar_category_by_name(struct str name, int64_t *id)
{
    const struct qradar_category *c = category_named(name, false);
    size_t dot;

    if (c != NULL) {
        *id = c->id;
        return true;
    }
    dot = str_find_char(name, '.');
    if (dot == SIZE_MAX)
        return false;
    c = category_named(str_of(name.ptr + dot + 1, name.len - dot - 1), false);
    if (c == NULL || !str_eq_nocase(str_of(name.ptr, dot), str_z(qradar_category_high_name(c->id))))
        return false;
    *id = c->id;
    return true;
}

bool qradar_category_at(size_t n, int64_t *id, const char **name, bool *is_high)
{
    if (n >= qradar_n_categories)
        return false;
    if (id != NULL)
        *id = qradar_categories[n].id;
    if (name != NULL)
        *name = qradar_categories[n].name;
    if (is_high != NULL)
        *is_high = qradar_categories[n].is_high;
    return true;
}

const char *qradar_type_name(int64_t id)
{
    const struct qradar_type *t = type_find(id);

    return t != NULL ? t->name : NULL;
}

const char *qradar_type_usual_name(int64_t id)
{
    const struct qradar_type *t = type_find(id);

    if (t == NULL)
        return NULL;
    return id == RENAMED_TYPE && t->others[0] != NULL ? t->others[0] : t->name;
}

const char *qradar_type_short_name(int64_t id)
{
    const struct qradar_type *t = type_find(id);

    return t != NULL ? t->short_name : NULL;
}

const char *qradar_type_other_name(int64_t id, size_t n)
{
    const struct qradar_type *t = type_find(id);

    if (t == NULL || n >= QRADAR_OTHER_NAMES)
        return NULL;
    if (id == RENAMED_TYPE && n == 0)
        return t->name;
    return t->others[n];
}

bool qradar_type_by_name(struct str name, int64_t *id)
{
    size_t i = names_find(qradar_type_names, qradar_n_type_names, name);
    size_t found = i;

    if (i == qradar_n_type_names)
        return false;
    for (; i < qradar_n_type_names && compare_folded(str_z(qradar_type_names[i].name), name) == 0;
         i++) {
        if (str_eqz(name, qradar_type_names[i].name)) {
            found = i;
            break;
        }
    }
    *id = qradar_types[qradar_type_names[found].row].id;
    return true;
}

bool qradar_type_at(size_t n, int64_t *id, const char **name, const char **short_name)
{
    if (n >= qradar_n_types)
        return false;
    if (id != NULL)
        *id = qradar_types[n].id;
    if (name != NULL)
        *name = qradar_types[n].name;
    if (short_name != NULL)
        *short_name = qradar_types[n].short_name;
    return true;
}

/* IANA, "Assigned Internet Protocol Numbers"; 255 as QRadar names it. */
static const char *const protocols[256] = {
    [0] = "HOPOPT",
    [1] = "ICMP",
    [2] = "IGMP",
    [3] = "GGP",
    [4] = "IPv4",
    [5] = "ST",
    [6] = "TCP",
    [7] = "CBT",
    [8] = "EGP",
    [9] = "IGP",
    [10] = "BBN-RCC-MON",
    [11] = "NVP-II",
    [12] = "PUP",
    [13] = "ARGUS",
    [14] = "EMCON",
    [15] = "XNET",
    [16] = "CHAOS",
    [17] = "UDP",
    [18] = "MUX",
    [19] = "DCN-MEAS",
    [20] = "HMP",
    [21] = "PRM",
    [22] = "XNS-IDP",
    [23] = "TRUNK-1",
    [24] = "TRUNK-2",
    [25] = "LEAF-1",
    [26] = "LEAF-2",
    [27] = "RDP",
    [28] = "IRTP",
    [29] = "ISO-TP4",
    [30] = "NETBLT",
    [31] = "MFE-NSP",
    [32] = "MERIT-INP",
    [33] = "DCCP",
    [34] = "3PC",
    [35] = "IDPR",
    [36] = "XTP",
    [37] = "DDP",
    [38] = "IDPR-CMTP",
    [39] = "TP++",
    [40] = "IL",
    [41] = "IPv6",
    [42] = "SDRP",
    [43] = "IPv6-Route",
    [44] = "IPv6-Frag",
    [45] = "IDRP",
    [46] = "RSVP",
    [47] = "GRE",
    [48] = "DSR",
    [49] = "BNA",
    [50] = "ESP",
    [51] = "AH",
    [52] = "I-NLSP",
    [53] = "SWIPE",
    [54] = "NARP",
    [55] = "MOBILE",
    [56] = "TLSP",
    [57] = "SKIP",
    [58] = "IPv6-ICMP",
    [59] = "IPv6-NoNxt",
    [60] = "IPv6-Opts",
    [62] = "CFTP",
    [64] = "SAT-EXPAK",
    [65] = "KRYPTOLAN",
    [66] = "RVD",
    [67] = "IPPC",
    [69] = "SAT-MON",
    [70] = "VISA",
    [71] = "IPCV",
    [72] = "CPNX",
    [73] = "CPHB",
    [74] = "WSN",
    [75] = "PVP",
    [76] = "BR-SAT-MON",
    [77] = "SUN-ND",
    [78] = "WB-MON",
    [79] = "WB-EXPAK",
    [80] = "ISO-IP",
    [81] = "VMTP",
    [82] = "SECURE-VMTP",
    [83] = "VINES",
    [84] = "TTP",
    [85] = "NSFNET-IGP",
    [86] = "DGP",
    [87] = "TCF",
    [88] = "EIGRP",
    [89] = "OSPFIGP",
    [90] = "Sprite-RPC",
    [91] = "LARP",
    [92] = "MTP",
    [93] = "AX.25",
    [94] = "IPIP",
    [95] = "MICP",
    [96] = "SCC-SP",
    [97] = "ETHERIP",
    [98] = "ENCAP",
    [100] = "GMTP",
    [101] = "IFMP",
    [102] = "PNNI",
    [103] = "PIM",
    [104] = "ARIS",
    [105] = "SCPS",
    [106] = "QNX",
    [107] = "A/N",
    [108] = "IPComp",
    [109] = "SNP",
    [110] = "Compaq-Peer",
    [111] = "IPX-in-IP",
    [112] = "VRRP",
    [113] = "PGM",
    [115] = "L2TP",
    [116] = "DDX",
    [117] = "IATP",
    [118] = "STP",
    [119] = "SRP",
    [120] = "UTI",
    [121] = "SMP",
    [122] = "SM",
    [123] = "PTP",
    [124] = "ISIS over IPv4",
    [125] = "FIRE",
    [126] = "CRTP",
    [127] = "CRUDP",
    [128] = "SSCOPMCE",
    [129] = "IPLT",
    [130] = "SPS",
    [131] = "PIPE",
    [132] = "SCTP",
    [133] = "FC",
    [134] = "RSVP-E2E-IGNORE",
    [135] = "Mobility Header",
    [136] = "UDPLite",
    [137] = "MPLS-in-IP",
    [138] = "manet",
    [139] = "HIP",
    [140] = "Shim6",
    [141] = "WESP",
    [142] = "ROHC",
    [143] = "Ethernet",
    [144] = "AGGFRAG",
    [145] = "NSH",
    [255] = "Reserved",
};

const char *qradar_protocol_name(int64_t number)
{
    return number >= 0 && number <= 255 ? protocols[number] : NULL;
}

bool qradar_protocol_by_name(struct str name, int64_t *number)
{
    /* Older versions wrote tcp_ip, udp_ip, icmp_ip. */
    if (name.len > 3 && str_eq_nocase(str_of(name.ptr + name.len - 3, 3), STR("_ip")))
        name.len -= 3;
    for (size_t i = 0; i < ARRAY_LEN(protocols); i++) {
        if (protocols[i] != NULL && str_eq_nocase(name, str_z(protocols[i]))) {
            *number = (int64_t)i;
            return true;
        }
    }
    return false;
}
