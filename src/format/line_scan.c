/* line_scan.c - line ends: found, counted. The vector twins are in line_scan_avx2.c; every function
 * gives the same answer either way. */
#include "format/format_def.h"
#include "util/cpu.h"

static const char *line_find_end_scalar(const char *ptr, const char *end, bool *joined)
{
    const char *nl = ptr < end ? memchr(ptr, '\n', (size_t)(end - ptr)) : NULL;
    const char *stop = nl != NULL ? nl : end;

    for (const char *p = ptr; p + 1 < stop; p++) {
        p = memchr(p, '}', (size_t)(stop - 1 - p));
        if (p == NULL)
            break;
        if (p[1] == '{') {
            *joined = true;
            break;
        }
    }
    return nl;
}

const char *line_find_end(const char *ptr, const char *end, bool *joined)
{
    if (cpu_has_avx2())
        return line_find_end_avx2(ptr, end, joined);
    return line_find_end_scalar(ptr, end, joined);
}

uint64_t format_count_feeds(const char *ptr, const char *end)
{
    uint64_t n = 0;

    if (cpu_has_avx2())
        return count_feeds_avx2(ptr, end);
    while (ptr < end && (ptr = memchr(ptr, '\n', (size_t)(end - ptr))) != NULL) {
        n++;
        ptr++;
    }
    return n;
}

uint64_t format_count_lines(const char *ptr, const char *end)
{
    uint64_t n = 0;

    if (cpu_has_avx2())
        return count_lines_avx2(ptr, end);
    while (ptr < end) {
        const char *nl = memchr(ptr, '\n', (size_t)(end - ptr));
        const char *stop = nl != NULL ? nl : end;

        n += !(stop == ptr || (stop == ptr + 1 && *ptr == '\r'));
        ptr = stop + 1;
    }
    return n;
}
