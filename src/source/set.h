/* set.h - the declarations in force. Private to the room. */
#ifndef SOURCE_SET_H
#define SOURCE_SET_H

#include "source/declare.h"
#include "source/source.h"

struct source_set {
    struct arena arena; /* what was loaded at run time, and the arrays */
    /* Recognised by their keys, in the order they are tried. The index is the source's number. */
    const struct source_decl **decls;
    size_t n_decls;
    const struct source_decl **wrappers; /* in the order they are tried */
    size_t n_wrappers;
    const struct source_decl *fallback; /* may be NULL */
};

#endif
