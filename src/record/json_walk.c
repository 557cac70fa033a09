/* json_walk.c - the scalar walker. See json_walk.h. */
#include "record/json_walk.h"

const char *json_walk_scalar(struct json_walk *w, const char *p)
{
    return walk_record(w, p);
}
