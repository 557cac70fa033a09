/* json_walk_avx2.c - the walker with AVX2, PCLMUL and BMI; only behind cpu_has_avx2(). See
 * json_walk.h. */
#define JSON_AVX2
#include "record/json_walk.h"

const char *json_walk_avx2(struct json_walk *w, const char *p)
{
    return walk_record(w, p);
}
