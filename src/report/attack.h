/* attack.h - private to report: technique ids of MITRE ATT&CK, their names and pages. */
#ifndef REPORT_ATTACK_H
#define REPORT_ATTACK_H

#include "util/buf.h"

struct attack {
    struct str id;      /* as given: T1589.002 */
    struct str parent;  /* T1589; the id itself when it is no sub-technique */
    bool is_sub, valid; /* valid: it has the form of an id */
    const char *name, *parent_name, *tactic_id, *tactic_name; /* NULL: not known */
};
void attack_of(struct str id, struct attack *out);
/* The page of a valid id. */
void attack_put_url(struct buf *b, struct str id);

#endif
