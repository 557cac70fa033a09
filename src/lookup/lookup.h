/* lookup.h - the door of the room lookup: tables from files and time zones. */
#ifndef LOOKUP_LOOKUP_H
#define LOOKUP_LOOKUP_H

#include "lookup/folders.h"
#include "lookup/geo.h"
#include "lookup/table.h"
#include "lookup/zone.h"

#endif
