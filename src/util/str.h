/* str.h - text as pointer and length; never assumed to end in NUL. */
#ifndef UTIL_STR_H
#define UTIL_STR_H

#include "util/base.h"

struct str {
    const char *ptr;
    size_t len;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_INIT(lit)                                                                              \
    {                                                                                              \
        (lit), sizeof(lit) - 1                                                                     \
    }
#define STR_NONE ((struct str){NULL, 0})
/* For printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).len, ((s).ptr != NULL ? (s).ptr : "")

static inline struct str str_of(const char *ptr, size_t len)
{
    return (struct str){ptr, len};
}

static inline struct str str_z(const char *z)
{
    return (struct str){z, z != NULL ? strlen(z) : 0};
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool str_eqz(struct str a, const char *z)
{
    return str_eq(a, str_z(z));
}

static inline bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && memcmp(s.ptr, prefix.ptr, prefix.len) == 0;
}

static inline bool str_ends(struct str s, struct str suffix)
{
    return s.len >= suffix.len && memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0;
}

static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline bool ascii_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline bool ascii_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytewise order: negative, zero, positive. A prefix comes first. */
int str_cmp(struct str a, struct str b);
/* Equality and order without regard to the case of ASCII letters. */
bool str_eq_nocase(struct str a, struct str b);
int str_cmp_nocase(struct str a, struct str b);
/* Without white space (ASCII) at both ends. */
struct str str_trim(struct str s);
/* Offset of needle in s, or SIZE_MAX. An empty needle is at 0. */
size_t str_find(struct str s, struct str needle);
/* Offset of the byte, or SIZE_MAX. */
size_t str_find_char(struct str s, char c);

#endif
