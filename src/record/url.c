/* url.c - RFC 3986 appendix B by hand, plus user information and port. See url.h. */
#include "record/url.h"

static struct str part(const char *from, const char *to)
{
    return str_of(from, (size_t)(to - from));
}

static const char *find_any(const char *p, const char *end, const char *set)
{
    while (p < end && (*p == '\0' || strchr(set, *p) == NULL))
        p++;
    return p;
}

static bool is_scheme(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = ascii_lower(s.ptr[i]);
        bool letter = c >= 'a' && c <= 'z';

        if (!letter && (i == 0 || (!ascii_is_digit(c) && c != '+' && c != '-' && c != '.')))
            return false;
    }
    return s.len > 0;
}

static bool split_port(struct str s, struct url *out)
{
    out->port = s;
    if (s.len > 5)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        if (!ascii_is_digit(s.ptr[i]))
            return false;
    }
    return true;
}

/* user:password@host:port */
static bool split_authority(struct str s, struct url *out)
{
    const char *p = s.ptr;
    const char *end = s.ptr + s.len;
    const char *at = memrchr(p, '@', s.len);
    const char *colon;

    if (at != NULL) {
        colon = memchr(p, ':', (size_t)(at - p));
        out->username = part(p, colon != NULL ? colon : at);
        if (colon != NULL)
            out->password = part(colon + 1, at);
        p = at + 1;
    }
    if (p < end && *p == '[') {
        const char *close = memchr(p, ']', (size_t)(end - p));

        if (close == NULL)
            return false;
        out->host = part(p, close + 1);
        if (close + 1 == end)
            return true;
        return close[1] == ':' && split_port(part(close + 2, end), out);
    }
    colon = memchr(p, ':', (size_t)(end - p));
    out->host = part(p, colon != NULL ? colon : end);
    return colon == NULL || split_port(part(colon + 1, end), out);
}

bool url_split(struct str text, struct url *out)
{
    const char *p = text.ptr;
    const char *end = text.ptr + text.len;
    const char *e;

    memset(out, 0, sizeof(*out));
    if (text.len == 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] <= ' ' || text.ptr[i] == 0x7F)
            return false;
    }
    e = find_any(p, end, ":/?#");
    if (e < end && *e == ':' && is_scheme(part(p, e))) {
        out->scheme = part(p, e);
        p = e + 1;
    }
    if (end - p >= 2 && p[0] == '/' && p[1] == '/') {
        e = find_any(p + 2, end, "/?#");
        if (!split_authority(part(p + 2, e), out))
            return false;
        p = e;
    }
    e = find_any(p, end, "?#");
    out->path = part(p, e);
    if (e < end && *e == '?') {
        const char *hash = find_any(e + 1, end, "#");

        out->query = part(e + 1, hash);
        e = hash;
    }
    if (e < end)
        out->fragment = part(e + 1, end);
    return true;
}

/* `user@[::1]:443`, in whatever state. */
static void split_host(const char *p, const char *end, struct url *out)
{
    const char *at = memrchr(p, '@', (size_t)(end - p));
    const char *stop, *close;

    if (at != NULL) {
        out->username = part(p, at);
        p = at + 1;
    }
    if (p < end && *p == '[' && (close = memchr(p, ']', (size_t)(end - p))) != NULL) {
        out->host = part(p + 1, close);
        stop = close + 1;
    } else {
        stop = memchr(p, ':', (size_t)(end - p));
        stop = stop != NULL ? stop : end;
        out->host = part(p, stop);
    }
    if (stop < end && *stop == ':')
        out->port = part(stop + 1, end);
}

void url_split_proxy(struct str text, struct url *out)
{
    const char *p = text.ptr;
    const char *end = text.ptr + text.len;
    const char *e;

    memset(out, 0, sizeof(*out));
    if (text.len == 0)
        return;
    e = find_any(p, end, ":/?#");
    if (end - e >= 3 && memcmp(e, "://", 3) == 0) {
        out->scheme = part(p, e);
        p = e + 3;
    }
    if (out->scheme.ptr != NULL || (*p != '/' && *p != '?' && *p != '#')) {
        e = find_any(p, end, "/?#");
        split_host(p, e, out);
        p = e;
    }
    e = find_any(p, end, "?#");
    out->path = part(p, e);
    if (e < end && *e == '?') {
        const char *hash = find_any(e + 1, end, "#");

        out->query = part(e + 1, hash);
        e = hash;
    }
    if (e < end)
        out->fragment = part(e + 1, end);
}
