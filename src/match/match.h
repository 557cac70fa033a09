/* match.h - the door of the room match: literals, globs, regular expressions, many patterns at
 * once.
 *
 * Everything compiled here is read-only afterwards and may be used by all threads; what a search
 * changes lives in a scratch that belongs to one thread. */
#ifndef MATCH_MATCH_H
#define MATCH_MATCH_H

#include "match/glob.h"
#include "match/like.h"
#include "match/literal.h"
#include "match/multi.h"
#include "match/regex.h"

#endif
