/* syslog.c - see syslog.h. */
#include "record/syslog.h"

#include "record/timestamp.h"
#include "util/civil.h"

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

static bool take_priority(struct str *s, struct str *priority)
{
    size_t i = 1;

    if (s->len == 0 || s->ptr[0] != '<')
        return false;
    while (i < s->len && i < 5 && ascii_is_digit(s->ptr[i]))
        i++;
    if (i == 1 || i >= s->len || s->ptr[i] != '>')
        return false;
    *priority = str_of(s->ptr + 1, i - 1);
    *s = str_of(s->ptr + i + 1, s->len - i - 1);
    return true;
}

static struct str not_dash(struct str s)
{
    return str_eqz(s, "-") ? STR("") : s;
}

/* `sshd[4711]:`, `azure-entra:`. */
static bool take_tag(struct str word, struct syslog_header *out)
{
    size_t open = str_find_char(word, '[');
    struct str name = word;

    if (word.len < 2 || word.len > 96 || word.ptr[word.len - 1] != ':' ||
        str_find_char(word, '=') != SIZE_MAX || str_find_char(word, '{') != SIZE_MAX ||
        str_find_char(word, '"') != SIZE_MAX)
        return false;
    name.len--;
    if (open != SIZE_MAX && open > 0 && name.ptr[name.len - 1] == ']') {
        out->pid = str_of(word.ptr + open + 1, name.len - open - 2);
        name.len = open;
    }
    out->app = name;
    return true;
}

/* What RFC 3164 has behind the time: host and tag, either of which may be missing. */
static void read_old(struct str s, struct syslog_header *out)
{
    struct str word = take_word(&s), behind;

    out->body = s;
    if (take_tag(word, out))
        return;
    if (word.len > 0 && word.ptr[word.len - 1] != ':')
        out->host = not_dash(word);
    behind = s;
    word = take_word(&behind);
    if (take_tag(word, out))
        out->body = behind;
}

static void read_new(struct str s, struct syslog_header *out)
{
    out->host = not_dash(take_word(&s));
    out->app = not_dash(take_word(&s));
    out->pid = not_dash(take_word(&s));
    out->msgid = not_dash(take_word(&s));
    out->body = s;
}

bool syslog_header(struct str line, struct syslog_header *out)
{
    struct str s = line, first;
    bool priority, new;

    *out = (struct syslog_header){STR(""), STR(""), STR(""), STR(""), STR(""), STR(""), STR("")};
    priority = take_priority(&s, &out->priority);
    first = take_word(&s);
    new = priority &&str_eqz(first, "1");
    if (new)
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
    } else if (!new || !str_eqz(first, "-")) {
        return false;
    }
    if (new)
        read_new(s, out);
    else
        read_old(s, out);
    return true;
}

struct str syslog_host(struct str line)
{
    struct syslog_header h;

    return syslog_header(line, &h) ? h.host : STR("");
}

/* `Mar  2 14:08:07`, a colon or a fraction behind it. */
static bool read_yearless(struct str time, struct civil *c)
{
    struct str s = time, month = take_word(&s), day = take_word(&s);
    int part[3];

    memset(c, 0, sizeof(*c));
    while (s.len > 8 && s.ptr[s.len - 1] == ':')
        s.len--;
    if (!is_month(month) || !is_clock(s) || day.len == 0 || day.len > 2)
        return false;
    for (int8_t m = 1; m <= 12; m++)
        if (memcmp(civil_month_name(m), month.ptr, 3) == 0)
            c->month = m;
    for (size_t i = 0; i < day.len; i++)
        if (!ascii_is_digit(day.ptr[i]))
            return false;
    for (size_t i = 0; i < day.len; i++)
        c->day = (int8_t)(c->day * 10 + (day.ptr[i] - '0'));
    for (size_t i = 0; i < 3; i++) {
        const char *p = s.ptr + 3 * i;

        if (!ascii_is_digit(p[0]) || !ascii_is_digit(p[1]))
            return false;
        part[i] = (p[0] - '0') * 10 + (p[1] - '0');
    }
    c->hour = (int8_t)part[0];
    c->minute = (int8_t)part[1];
    c->second = (int8_t)MIN(part[2], 59); /* a leap second */
    for (size_t i = 9, scale = 100000000; s.len > 9 && s.ptr[8] == '.' && i < s.len; i++) {
        if (!ascii_is_digit(s.ptr[i]))
            return false;
        c->nanos += (int32_t)((size_t)(s.ptr[i] - '0') * scale);
        scale /= 10;
    }
    return true;
}

int64_t syslog_time(struct str time, int64_t reference_ns)
{
    struct civil c, now;
    int64_t ns, latest = reference_ns / NS_PER_S + DAY_S;

    if (timestamp_parse(time, NULL, &ns))
        return ns;
    if (!read_yearless(time, &c))
        return TIME_NONE;
    civil_from_seconds(latest, &now);
    /* 29 February is looked for in earlier years, too. */
    for (c.year = now.year; c.year > now.year - 9; c.year--)
        if (civil_valid(&c) && civil_seconds(&c) <= latest)
            return civil_seconds(&c) * NS_PER_S + c.nanos;
    return TIME_NONE;
}
