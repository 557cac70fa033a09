/* lookup.h - the door of the room lookup: tables from files, what lies beside the logs, QRadar's
 * own tables and time zones. */
#ifndef LOOKUP_LOOKUP_H
#define LOOKUP_LOOKUP_H

#include "lookup/allow.h"
#include "lookup/assets.h"
#include "lookup/folders.h"
#include "lookup/geo.h"
#include "lookup/metadata.h"
#include "lookup/names_file.h"
#include "lookup/networks.h"
#include "lookup/offenses.h"
#include "lookup/qradar.h"
#include "lookup/reference.h"
#include "lookup/rules.h"
#include "lookup/table.h"
#include "lookup/xforce.h"
#include "lookup/zone.h"

#endif
