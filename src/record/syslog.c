/* syslog.c - see syslog.h. */
#include "record/syslog.h"

/* Longer words are no part of a header. */
#define MAX_WORD 255

static struct str take_word(struct str *s)
{
    struct str word;
    size_t n = 0;

    while (n < s->len && n <= MAX_WORD && !ascii_is_space(s->ptr[n]))
        n++;
    word = str_of(s->ptr, n <= MAX_WORD && n < s->len ? n : 0);
    *s = str_of(s->ptr + word.len, s->len - word.len);
    while (s->len > 0 && s->ptr[0] == ' ')
        *s = str_of(s->ptr + 1, s->len - 1);
    return word;
}

static bool is_month(struct str s)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (size_t i = 0; s.len == 3 && i + 3 < sizeof(months); i += 3)
        if (memcmp(s.ptr, months + i, 3) == 0)
            return true;
    return false;
}

static bool is_clock(struct str s)
{
    return s.len >= 8 && ascii_is_digit(s.ptr[0]) && s.ptr[2] == ':' && s.ptr[5] == ':';
}

static bool is_iso_time(struct str s)
{
    return s.len >= 19 && ascii_is_digit(s.ptr[0]) && s.ptr[4] == '-' && s.ptr[10] == 'T';
}

static bool take_priority(struct str *s)
{
    size_t i = 1;

    if (s->len == 0 || s->ptr[0] != '<')
        return false;
    while (i < s->len && i < 5 && ascii_is_digit(s->ptr[i]))
        i++;
    if (i == 1 || i >= s->len || s->ptr[i] != '>')
        return false;
    *s = str_of(s->ptr + i + 1, s->len - i - 1);
    return true;
}

bool syslog_header(struct str line, struct syslog_header *out)
{
    struct str s = line, first, host;
    bool priority = take_priority(&s);

    out->time = out->host = STR("");
    first = take_word(&s);
    if (priority && str_eqz(first, "1"))
        first = take_word(&s);
    if (is_month(first)) {
        struct str day = take_word(&s);
        struct str clock = take_word(&s);

        /* A year may stand before the time of day. */
        if (clock.len == 4 && ascii_is_digit(clock.ptr[0]))
            clock = take_word(&s);
        if (day.len == 0 || day.len > 2 || !ascii_is_digit(day.ptr[0]) || !is_clock(clock))
            return false;
        out->time = str_of(first.ptr, (size_t)(clock.ptr + clock.len - first.ptr));
    } else if (is_iso_time(first)) {
        out->time = first;
    } else {
        return false;
    }
    host = take_word(&s);
    if (host.len > 0 && host.ptr[host.len - 1] != ':' && !str_eqz(host, "-"))
        out->host = host;
    return true;
}

struct str syslog_host(struct str line)
{
    struct syslog_header h;

    return syslog_header(line, &h) ? h.host : STR("");
}
