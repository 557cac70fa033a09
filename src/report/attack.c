/* attack.c - technique ids of MITRE ATT&CK. See attack.h; the names are rows of attack.def. */
#include "report/attack.h"

enum tactic { NO_TACTIC, RECONNAISSANCE, EXECUTION, DISCOVERY, CREDENTIAL_ACCESS };

static const struct {
    const char *id, *name;
} tactics[] = {
    [NO_TACTIC] = {NULL, NULL},
    [RECONNAISSANCE] = {"TA0043", "Reconnaissance"},
    [EXECUTION] = {"TA0002", "Execution"},
    [DISCOVERY] = {"TA0007", "Discovery"},
    [CREDENTIAL_ACCESS] = {"TA0006", "Credential Access"},
};

static const struct {
    const char *id, *name;
    enum tactic tactic;
} techniques[] = {
#define TECHNIQUE(id, name, tactic) {id, name, tactic},
#include "report/attack.def"
#undef TECHNIQUE
};

#define ID_LEN     5 /* T1589 */
#define SUB_ID_LEN 9 /* T1589.002 */

static bool is_id(struct str id)
{
    if ((id.len != ID_LEN && id.len != SUB_ID_LEN) || id.ptr[0] != 'T')
        return false;
    for (size_t i = 1; i < id.len; i++) {
        if (i == ID_LEN ? id.ptr[i] != '.' : !ascii_is_digit(id.ptr[i]))
            return false;
    }
    return true;
}

static const char *name_of(struct str id, enum tactic *tactic)
{
    for (size_t i = 0; i < ARRAY_LEN(techniques); i++) {
        if (str_eqz(id, techniques[i].id)) {
            *tactic = techniques[i].tactic;
            return techniques[i].name;
        }
    }
    return NULL;
}

void attack_of(struct str id, struct attack *out)
{
    enum tactic tactic = NO_TACTIC;

    memset(out, 0, sizeof(*out));
    out->id = out->parent = id;
    out->valid = is_id(id);
    if (!out->valid)
        return;
    out->is_sub = id.len == SUB_ID_LEN;
    out->parent = str_of(id.ptr, ID_LEN);
    out->parent_name = name_of(out->parent, &tactic);
    out->name = name_of(id, &tactic);
    out->tactic_id = tactics[tactic].id;
    out->tactic_name = tactics[tactic].name;
}

void attack_put_url(struct buf *b, struct str id)
{
    buf_puts(b, "https://attack.mitre.org/techniques/");
    buf_put(b, id.ptr, ID_LEN);
    buf_putc(b, '/');
    if (id.len == SUB_ID_LEN) {
        buf_put(b, id.ptr + ID_LEN + 1, SUB_ID_LEN - ID_LEN - 1);
        buf_putc(b, '/');
    }
}
