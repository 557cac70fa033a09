/* fuzz_squid.c - any bytes as a line of Squid and as a URL: all parts lie in the text. */
#include <stdlib.h>

#include "record/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct str text, struct str part)
{
    if (part.len > 0 && (part.ptr < text.ptr || part.ptr + part.len > text.ptr + text.len))
        abort();
}

static void check_url(struct str text)
{
    struct url u;

    url_split_proxy(text, &u);
    inside(text, u.scheme);
    inside(text, u.username);
    inside(text, u.host);
    inside(text, u.port);
    inside(text, u.path);
    inside(text, u.query);
    inside(text, u.fragment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_of((const char *)data, size);
    struct syslog_header h;
    struct squid q;

    check_url(text);
    if (squid_parse(text, &q)) {
        const struct str parts[] = {q.time,      q.elapsed, q.client, q.user,    q.method,
                                    q.url,       q.version, q.status, q.bytes,   q.result,
                                    q.hierarchy, q.peer,    q.type,   q.referer, q.agent};

        for (size_t i = 0; i < ARRAY_LEN(parts); i++)
            inside(text, parts[i]);
        check_url(q.url);
    }
    if (syslog_header(text, &h)) {
        const struct str parts[] = {h.time, h.host, h.priority, h.app, h.pid, h.msgid, h.body};

        for (size_t i = 0; i < ARRAY_LEN(parts); i++)
            inside(text, parts[i]);
        (void)syslog_time(h.time, INT64_C(1772460487) * NS_PER_S);
    }
    return 0;
}
