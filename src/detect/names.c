/* names.c - the words of detections: severities, languages, entities, labels. */
#include "detect/detect.h"

const char *severity_name(enum severity s)
{
    static const char *const names[SEVERITY_COUNT] = {"informational", "low", "medium", "high",
                                                      "critical"};

    return names[s];
}

bool severity_named(struct str name, enum severity *out)
{
    for (int s = 0; s < SEVERITY_COUNT; s++) {
        if (str_eq_nocase(name, str_z(severity_name((enum severity)s)))) {
            *out = (enum severity)s;
            return true;
        }
    }
    return false;
}

const char *query_language_name(enum query_language l)
{
    static const char *const names[QUERY_LANGUAGES] = {"aql", "cql"};

    return names[l];
}

const char *entity_name(enum entity e)
{
    static const char *const names[ENTITY_COUNT] = {"source", "network", "asn",         "user",
                                                    "host",   "agent",   "application", "tenant"};

    return names[e];
}

const char *label_name(enum label_kind k)
{
    static const char *const names[] = {
        [LABEL_SUPPRESSED] = "suppressed", [LABEL_MAINTENANCE] = "maintenance",
        [LABEL_AUTHORISED] = "authorised", [LABEL_THRESHOLD] = "threshold",
        [LABEL_SUCCESS] = "success",       [LABEL_BASELINE] = "baseline",
        [LABEL_RAISED] = "raised",
    };

    return names[k];
}
