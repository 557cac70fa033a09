/* folders.h - where data beside the logs may be taken from: what the user gave, nothing else. */
#ifndef LOOKUP_FOLDERS_H
#define LOOKUP_FOLDERS_H

#include "util/buf.h"

struct lookup_folders {
    char *const *lookups; /* folders that file names in queries resolve under, in order */
    size_t n_lookups;
    char *const *geo; /* MaxMind database files */
    size_t n_geo;
    const char *indicators; /* indicator file of ioc:lookup, or NULL */
};

#endif
