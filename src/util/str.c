/* str.c - comparing and searching text. */
#include "util/str.h"

int str_cmp(struct str a, struct str b)
{
    size_t n = MIN(a.len, b.len);
    int c = n > 0 ? memcmp(a.ptr, b.ptr, n) : 0;

    if (c != 0)
        return c;
    return a.len < b.len ? -1 : a.len > b.len;
}

int str_cmp_nocase(struct str a, struct str b)
{
    size_t n = MIN(a.len, b.len);

    for (size_t i = 0; i < n; i++) {
        unsigned char x = (unsigned char)ascii_lower(a.ptr[i]);
        unsigned char y = (unsigned char)ascii_lower(b.ptr[i]);

        if (x != y)
            return x < y ? -1 : 1;
    }
    return a.len < b.len ? -1 : a.len > b.len;
}

bool str_eq_nocase(struct str a, struct str b)
{
    return a.len == b.len && str_cmp_nocase(a, b) == 0;
}

struct str str_trim(struct str s)
{
    while (s.len > 0 && ascii_is_space(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && ascii_is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

size_t str_find(struct str s, struct str needle)
{
    const char *hit;

    if (needle.len == 0)
        return 0;
    if (s.len < needle.len)
        return SIZE_MAX;
    hit = memmem(s.ptr, s.len, needle.ptr, needle.len);
    return hit != NULL ? (size_t)(hit - s.ptr) : SIZE_MAX;
}

size_t str_find_char(struct str s, char c)
{
    const char *hit = s.len > 0 ? memchr(s.ptr, c, s.len) : NULL;

    return hit != NULL ? (size_t)(hit - s.ptr) : SIZE_MAX;
}
