/* json_skip.h - the vector twins of json_skip.c. Private; only behind cpu_has_avx2(). */
#ifndef RECORD_JSON_SKIP_H
#define RECORD_JSON_SKIP_H

#include <stdbool.h>

const char *json_value_end_avx2(const char *ptr, const char *end);
const char *json_string_end_avx2(const char *ptr, const char *end, bool *escaped);

#endif
