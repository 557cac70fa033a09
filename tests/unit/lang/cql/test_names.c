/* test_names.c - the table of names: sorted, found in any case, and in step with what the front end
 * lowers. */
#include "lang/cql/lower.h"
#include "lang/cql/names.h"
#include "tap.h"

int main(void)
{
    struct lanner_err err = {0};
    size_t n_standard = 0, n_unsorted = 0, n_lost = 0, n_unknown = 0;
    const struct cql_name *name;
    const struct fn_def *fn;

    for (size_t i = 0; (name = cql_name_at(i)) != NULL; i++) {
        n_standard += !name->extension;
        n_unsorted +=
            i > 0 && str_cmp_nocase(str_z(cql_name_at(i - 1)->name), str_z(name->name)) >= 0;
        n_lost += cql_name_find(str_z(name->name)) != name;
    }
    OK_INT(n_standard, 198);
    OK_INT(n_unsorted, 0);
    OK_INT(n_lost, 0);
    OK(cql_name_find(STR("GROUPBY")) == cql_name_find(STR("groupBy")));
    OK(cql_name_find(STR("groupB")) == NULL);
    OK(cql_name_find(STR("")) == NULL);
    /* A function row that CQL spells and the parser does not know could never be called. */
    for (size_t i = 0; (fn = fn_at(i)) != NULL; i++) {
        if (fn->spelled[LANG_CQL] == NULL)
            continue;
        if (cql_name_find(str_z(fn->spelled[LANG_CQL])) == NULL) {
            printf("# %s\n", fn->spelled[LANG_CQL]);
            n_unknown++;
        }
    }
    OK_INT(n_unknown, 0);
    cql_name_hint(STR("gruopby"), &err);
    OK_STR(str_z(err.hint), "did you mean 'groupBy'");
    TAP_DONE();
}
