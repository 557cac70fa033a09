/* fn.c - the table of functions: families in, look-ups out. See fn.h.
 *
 * Look-ups happen while a query is prepared, a few hundred rows are walked each time: nothing here
 * is worth an index that would have to be built at run time. */
#include "fn/fn.h"

#define FAMILY(id) extern const struct fn_def fn_##id[];
#include "fn/families.def"
#undef FAMILY

static const struct fn_def *const families[] = {
#define FAMILY(id) fn_##id,
#include "fn/families.def"
#undef FAMILY
};

static const struct {
    const char *name;
    const char *ending;
} langs[LANG_COUNT] = {
#define LANG(id, lang_name, lang_ending) {lang_name, lang_ending},
#include "fn/langs.def"
#undef LANG
};

const struct fn_def *fn_find(enum lang lang, struct str name)
{
    for (size_t f = 0; f < ARRAY_LEN(families); f++) {
        for (const struct fn_def *fn = families[f]; fn->name != NULL; fn++) {
            if (fn->spelled[lang] != NULL && str_eq_nocase(str_z(fn->spelled[lang]), name))
                return fn;
        }
    }
    return NULL;
}

const struct fn_def *fn_named(const char *name)
{
    for (size_t f = 0; f < ARRAY_LEN(families); f++) {
        for (const struct fn_def *fn = families[f]; fn->name != NULL; fn++) {
            if (strcmp(fn->name, name) == 0)
                return fn;
        }
    }
    return NULL;
}

const struct fn_def *fn_at(size_t i)
{
    for (size_t f = 0; f < ARRAY_LEN(families); f++) {
        for (const struct fn_def *fn = families[f]; fn->name != NULL; fn++) {
            if (i-- == 0)
                return fn;
        }
    }
    return NULL;
}

const char *lang_name(enum lang lang)
{
    return lang < LANG_COUNT ? langs[lang].name : "";
}

enum lang lang_named(struct str name)
{
    for (size_t i = 0; i < LANG_COUNT; i++) {
        if (str_eq_nocase(name, str_z(langs[i].name)) ||
            str_eq_nocase(name, str_z(langs[i].ending)))
            return (enum lang)i;
    }
    return LANG_COUNT;
}
