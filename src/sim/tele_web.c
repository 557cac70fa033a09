/* tele_web.c - web proxies (Squid native and combined, Zscaler NSS, ELFF) and IIS. */
#include "sim/tele.h"
#include "util/civil.h"

#define DAY_MS INT64_C(86400000)

static void put_when(struct tele_writer *w, int64_t ms, struct buf *out)
{
    char room[40];
    size_t at = out->len;

    buf_put(out, room, (size_t)(put_time(&w->clock, room, ms, 0, 0) - room));
    out->ptr[at + 10] = ' ';
}

static void put_dash(struct str s, struct buf *out)
{
    if (s.len == 0)
        buf_putc(out, '-');
    else
        buf_put_str(out, s);
}

static bool is_ip(struct str host)
{
    return host.len > 0 && ascii_is_digit(host.ptr[0]);
}

/* Nothing of a TLS request is seen but where it goes. */
void tele_put_squid(struct tele_writer *w, const struct tele *t, struct buf *out)
{
    bool tls = !t->plain_http;

    (void)w;
    buf_printf(out, "%lld.%03u %6u ", (long long)(t->at_ms / 1000), (unsigned)(t->at_ms % 1000),
               t->elapsed_ms);
    buf_put_str(out, t->client);
    if (tls) {
        buf_printf(out, " TCP_TUNNEL/200 %u CONNECT ", t->n_bytes + 4600);
        buf_put_str(out, t->host);
        buf_puts(out, ":443 ");
    } else {
        buf_printf(out, " TCP_MISS/%u %u ", t->status, t->n_bytes);
        buf_put_str(out, t->method);
        buf_puts(out, " http://");
        buf_put_str(out, t->host);
        buf_put_str(out, t->path);
        buf_put_str(out, t->query);
        buf_putc(out, ' ');
    }
    if (t->user.len > 0)
        buf_puts(out, "corp\\");
    put_dash(t->user, out);
    buf_puts(out, " HIER_DIRECT/");
    buf_put_str(out, is_ip(t->host) ? t->host : t->server);
    buf_puts(out, tls ? " -" : " text/html");
}

void tele_put_combined(struct tele_writer *w, const struct tele *t, struct buf *out)
{
    struct civil c;

    (void)w;
    civil_from_seconds(t->at_ms / 1000, &c);
    buf_put_str(out, t->client);
    buf_puts(out, " - ");
    put_dash(t->user, out);
    buf_printf(out, " [%02d/%.3s/%04d:%02d:%02d:%02d +0000] \"", c.day, civil_month_name(c.month),
               c.year, c.hour, c.minute, c.second);
    buf_put_str(out, t->method);
    buf_puts(out, t->plain_http ? " http://" : " https://");
    buf_put_str(out, t->host);
    buf_put_str(out, t->path);
    buf_put_str(out, t->query);
    buf_printf(out, " HTTP/1.1\" %u %u \"-\" \"", t->status, t->n_bytes);
    put_dash(t->agent, out);
    buf_puts(out, "\" TCP_MISS:HIER_DIRECT");
}

static void put_percent(struct str s, struct buf *out)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == ' ' || s.ptr[i] == '%' || s.ptr[i] == '"' || s.ptr[i] == '\\')
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)s.ptr[i]);
        else
            buf_putc(out, s.ptr[i]);
    }
}

void tele_put_zscaler(struct tele_writer *w, const struct tele *t, struct buf *out)
{
    buf_puts(out, "{\"sourcetype\":\"zscalernss-web\",\"event\":{\"datetime\":\"");
    put_when(w, t->at_ms, out);
    buf_printf(out,
               "\",\"reason\":\"Allowed\",\"event_id\":\"%llu\",\"protocol\":\"HTTPS\",\"action\":"
               "\"Allowed\",\"transactionsize\":\"%u\",\"responsesize\":\"%u\",\"requestsize\":"
               "\"948\",\"urlcategory\":\"Corporate Marketing\",\"serverip\":\"",
               7301111111111110000ULL + w->n_records, t->n_bytes + 948, t->n_bytes);
    buf_put_str(out, t->server);
    buf_puts(out, "\",\"requestmethod\":\"");
    buf_put_str(out, t->method);
    buf_puts(out, "\",\"refererURL\":\"None\",\"useragent\":\"");
    put_percent(t->agent.len > 0 ? t->agent : STR("None"), out);
    buf_puts(out, "\",\"product\":\"NSS\",\"location\":\"HQ\",\"ClientIP\":\"");
    buf_put_str(out, t->client);
    buf_printf(out, "\",\"status\":\"%u\",\"user\":\"", t->status);
    buf_put_str(out, t->user.len > 0 ? t->user : STR("HQ"));
    buf_puts(out, "\",\"url\":\"");
    buf_put_str(out, t->host);
    buf_put_str(out, t->path);
    buf_put_str(out, t->query);
    buf_puts(out, "\",\"vendor\":\"Zscaler\",\"hostname\":\"");
    buf_put_str(out, t->host);
    buf_puts(out,
             "\",\"clientpublicIP\":\"192.0.2.10\",\"threatcategory\":\"None\",\"threatname\":"
             "\"None\",\"filetype\":\"None\",\"appname\":\"General Browsing\",\"pagerisk\":\"0\","
             "\"department\":\"IT\",\"urlsupercategory\":\"Business and Economy\",\"appclass\":"
             "\"General Browsing\",\"dlpengine\":\"None\",\"urlclass\":\"Business Use\","
             "\"threatclass\":\"None\",\"contenttype\":\"text/html\",\"deviceowner\":\"");
    buf_put_str(out, t->user);
    buf_puts(out, "\",\"devicehostname\":\"");
    buf_put_str(out, t->computer);
    buf_puts(out, "\",\"keyprotectiontype\":\"N/A\"}}");
}

static bool is_new_header(struct tele_writer *w, const struct tele *t)
{
    if (w->n_records > 0 && t->at_ms / DAY_MS == w->header_ms / DAY_MS)
        return false;
    w->header_ms = t->at_ms;
    return true;
}

/* A file begins with its header, and so does each day. */
static void put_header(struct tele_writer *w, const struct tele *t, const char *software,
                       const char *fields, struct buf *out)
{
    buf_printf(out, "#Software: %s\n#Version: 1.0\n#Date: ", software);
    put_when(w, t->at_ms, out);
    buf_printf(out, "\n#Fields: %s\n", fields);
}

void tele_put_elff(struct tele_writer *w, const struct tele *t, struct buf *out)
{
    if (is_new_header(w, t))
        put_header(w, t, "SGOS 7.3.6.1",
                   "date time time-taken c-ip cs-username cs-auth-group x-exception-id "
                   "sc-filter-result cs-categories cs(Referer) sc-status s-action cs-method "
                   "rs(Content-Type) cs-uri-scheme cs-host cs-uri-port cs-uri-path cs-uri-query "
                   "cs-uri-extension cs(User-Agent) s-ip sc-bytes cs-bytes",
                   out);
    put_when(w, t->at_ms, out);
    buf_printf(out, " %u ", t->elapsed_ms);
    buf_put_str(out, t->client);
    buf_putc(out, ' ');
    if (t->user.len > 0)
        buf_puts(out, "CORP\\");
    put_dash(t->user, out);
    buf_printf(out,
               " - - OBSERVED \"Technology/Internet;Office/Business Applications\" - %u "
               "TCP_NC_MISS ",
               t->status);
    buf_put_str(out, t->method);
    buf_puts(out, " application/json;%20charset=utf-8 https ");
    buf_put_str(out, t->host);
    buf_puts(out, " 443 ");
    put_dash(t->path, out);
    buf_putc(out, ' ');
    put_dash(t->query, out);
    buf_puts(out, " - \"");
    put_dash(t->agent, out);
    buf_printf(out, "\" 10.20.0.8 %u 611", t->n_bytes);
}

static void put_plus(struct str s, struct buf *out)
{
    for (size_t i = 0; i < s.len; i++)
        buf_putc(out, s.ptr[i] == ' ' ? '+' : s.ptr[i]);
    if (s.len == 0)
        buf_putc(out, '-');
}

void tele_put_iis(struct tele_writer *w, const struct tele *t, struct buf *out)
{
    char id[40];

    if (is_new_header(w, t))
        put_header(w, t, "Microsoft Internet Information Services 10.0",
                   "date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
                   "cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken",
                   out);
    put_when(w, t->at_ms, out);
    buf_puts(out, " 10.20.9.5 ");
    buf_put_str(out, t->method);
    buf_putc(out, ' ');
    buf_put_str(out, t->path);
    buf_putc(out, ' ');
    buf_put_str(out, t->query);
    buf_puts(out, "&CorrelationID=<empty>;&cafeReqId=");
    buf_put(out, id, (size_t)(put_uuid(id, t->seed, 71) - id));
    buf_puts(out, "; 443 ");
    put_dash(t->user, out);
    buf_putc(out, ' ');
    buf_put_str(out, t->client);
    buf_putc(out, ' ');
    put_plus(t->agent, out);
    buf_printf(out, " - %u %u %s %u", t->status, t->substatus,
               t->status == 401 ? "2148074254" : "0", t->elapsed_ms);
}
