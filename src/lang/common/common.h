/* common.h - door of lang/common: what every front end needs. */
#ifndef LANG_COMMON_COMMON_H
#define LANG_COMMON_COMMON_H

#include "lang/common/cursor.h"
#include "lang/common/front.h"
#include "lang/common/repairs.h"
#include "lang/common/times.h"
#include "util/suggest.h"

#endif
