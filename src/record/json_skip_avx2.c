/* json_skip_avx2.c - the vector twins of json_skip.c. */
#define JSON_AVX2
#include "record/json_skip.h"

#include "record/json_scan.h"

const char *json_value_end_avx2(const char *ptr, const char *end)
{
    return scan_value(ptr, ptr, end);
}

const char *json_string_end_avx2(const char *ptr, const char *end, bool *escaped)
{
    const char *e = scan_string(ptr, ptr, end, escaped);

    return e != NULL ? e + 1 : NULL;
}
