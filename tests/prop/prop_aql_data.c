/* prop_aql_data.c - random records: flat ones, Entra sign-ins and CSV, with odd numbers, addresses,
 * escapes, blanks, nulls and lines that are no records. */
#include <stdio.h>

#include "prop_aql.h"

static uint64_t state;

void prop_start(uint64_t seed)
{
    state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
}

uint32_t prop_draw(uint32_t n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((state >> 33) % n);
}

static const char *const words[] = {"foo",
                                    "Bar",
                                    "bazaar",
                                    "50034",
                                    "7",
                                    "12",
                                    "-3",
                                    "1.5",
                                    "x y",
                                    "q/z",
                                    "na\"me",
                                    "it's",
                                    "back\\slash",
                                    "",
                                    "kelvin",
                                    "KELVIN",
                                    "\xe2\x84\xaa"
                                    "elvin",
                                    "gr\xc3\xbcn",
                                    "GR\xc3\x9cN",
                                    "\xc5\xbf"
                                    "ee",
                                    "see",
                                    "10%",
                                    "a_b",
                                    "line\nbreak",
                                    "tab\there",
                                    "null",
                                    "true",
                                    "\xce\xbf\xcf\x82",
                                    "10.0.0.1",
                                    "07",
                                    "1e2",
                                    "2026-03-02 14:10:00",
                                    "foo bar bazaar",
                                    "fo"};

const char *prop_word(void)
{
    return words[prop_draw(ARRAY_LEN(words))];
}

static const char *draw_address(void)
{
    static const char *const addresses[] = {"10.0.0.1",
                                            "10.0.0.2",
                                            "10.0.1.9",
                                            "::ffff:10.0.0.1",
                                            "192.168.1.77",
                                            "::1",
                                            "2001:db8::1",
                                            "2001:DB8::0:1",
                                            "2001:0db8:0:0:0:0:0:0001",
                                            "fe80::7%eth0",
                                            "[::1]:99",
                                            "10.0.0.2:443",
                                            "nowhere",
                                            "",
                                            "10.0.0.256"};

    return addresses[prop_draw(ARRAY_LEN(addresses))];
}

/* One member of a record: its value as JSON, twice: as it stands and without blanks. */
struct member {
    const char *key;
    struct buf text;
};

/* A text in one of the spellings JSON has for it. */
static void put_text(struct buf *out, const char *text)
{
    if (prop_draw(6) == 0 && text[0] != '\0' && (unsigned char)text[0] < 0x80) {
        buf_printf(out, "\"\\u%04x", (unsigned char)text[0]);
        for (const char *p = text + 1; *p != '\0'; p++) {
            if (*p == '\n')
                buf_puts(out, "\\n");
            else if (*p == '\t')
                buf_puts(out, "\\u0009");
            else if (*p == '"' || *p == '\\')
                buf_printf(out, "\\%c", *p);
            else
                buf_putc(out, *p);
        }
        buf_putc(out, '"');
    } else {
        buf_put_json(out, str_z(text));
    }
}

/* What `v` may be: JSON numbers and booleans beside texts. */
static void draw_value(struct sval *v, struct buf *json)
{
    static const char *const numbers[] = {"7",   "-3", "1.5", "0",    "100",   "1e2",
                                          "7.0", "12", "07",  "1.50", "-0.25", "9007199254740993"};

    *v = (struct sval){0};
    switch (prop_draw(6)) {
    case 0:
        buf_puts(json, "null");
        return;
    case 1:
        *v = slow_text(prop_draw(2) == 0 ? "true" : "false");
        v->kind = S_BOOLTEXT;
        buf_put(json, v->s.ptr, v->s.len);
        return;
    case 2:
    case 3:
        do {
            *v = slow_text(numbers[prop_draw(ARRAY_LEN(numbers))]);
        } while (str_eqz(v->s, "07"));
        v->kind = S_NUMTEXT;
        buf_put(json, v->s.ptr, v->s.len);
        return;
    default:
        *v = slow_text(prop_draw(2) == 0 ? numbers[prop_draw(ARRAY_LEN(numbers))] : prop_word());
        put_text(json, v->s.ptr);
    }
}

struct draft {
    const char *keys[16];
    struct buf values[16];
    int n;
};

static struct buf *member(struct draft *d, const char *key)
{
    d->keys[d->n] = key;
    return &d->values[d->n++];
}

static void text_member(struct draft *d, const char *key, struct sval *v, const char *text)
{
    if (v != NULL)
        *v = slow_text(text);
    put_text(member(d, key), text);
}

static void put_time(struct buf *out, int64_t ms)
{
    int64_t s = (ms - INT64_C(1772409600000)) / 1000; /* of 2026-03-02 */

    buf_printf(out, "\"2026-03-02T%02d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60),
               (int)(s % 60));
    if (ms % 1000 != 0)
        buf_printf(out, ".%03d", (int)(ms % 1000));
    buf_puts(out, "Z\"");
}

/* Members of both kinds of record. */
static void common_members(struct srow *r, struct draft *d)
{
    if (prop_draw(5) != 0)
        draw_value(&r->v[SF_V], member(d, "v"));
    if (prop_draw(5) != 0)
        text_member(d, "w", &r->v[SF_W], prop_word());
    else if (prop_draw(2) == 0)
        buf_puts(member(d, "w"), "null");
    if (prop_draw(3) == 0) {
        struct buf *m = member(d, "p");

        r->v[SF_DEEP] = slow_text(prop_word());
        buf_puts(m, "{\"deep\":");
        put_text(m, r->v[SF_DEEP].s.ptr);
        buf_putc(m, '}');
    }
}

static void flat(struct srow *r, struct draft *d, int64_t ms)
{
    static const char *const ports[] = {"443",  "80",   "22",       "\"443\"", "\"x\"",
                                        "\"\"", "null", "\" 22 \"", "65535",   "\"0x16\""};
    struct sval read;

    if (prop_draw(12) != 0) {
        put_time(member(d, "@timestamp"), ms);
        r->v[SF_TIME] = (struct sval){.kind = S_LONG, .i = ms};
    }
    if (prop_draw(5) != 0)
        text_member(d, "username", &r->v[SF_USER], prop_word());
    if (prop_draw(6) != 0) {
        struct sval text = slow_text(draw_address());

        r->v[SF_IP] = slow_aql_host(&text);
        put_text(member(d, "sourceip"), text.s.ptr);
    }
    if (prop_draw(3) != 0) {
        const char *port = ports[prop_draw(ARRAY_LEN(ports))];
        struct sval text = slow_text(port);

        buf_puts(member(d, "sourceport"), port);
        read = text;
        if (port[0] == '"')
            read = (struct sval){.kind = S_TEXT, .s = str_of(text.s.ptr + 1, text.s.len - 2)};
        if (port[0] != 'n')
            r->v[SF_PORT] = slow_aql_long(&read);
        if (str_eqz(read.s, "0x16"))
            r->v[SF_PORT] = (struct sval){.kind = S_LONG, .i = 22};
    }
    common_members(r, d);
    r->v[SF_CATEGORY] = (struct sval){.kind = S_LONG, .i = 10001};
    r->v[SF_TYPE] = (struct sval){.kind = S_LONG, .i = 39};
}

static void put_record(struct buf *out, const struct draft *d, bool blanks);

/* As an event hub has it. */
static void entra(struct srow *r, struct draft *d, int64_t ms)
{
    static const char *const codes[] = {"0", "50034", "50053", "50126"};
    const char *code = codes[prop_draw(ARRAY_LEN(codes))];
    struct draft inner = {0};

    put_time(member(d, "time"), ms + 1500);
    text_member(d, "category", NULL, "SignInLogs");
    buf_printf(member(d, "resultType"), "\"%s\"", code);
    put_time(member(&inner, "createdDateTime"), ms);
    r->v[SF_TIME] = (struct sval){.kind = S_LONG, .i = ms};
    if (prop_draw(6) != 0)
        text_member(&inner, "userPrincipalName", &r->v[SF_USER], prop_word());
    if (prop_draw(6) != 0) {
        struct sval text = slow_text(draw_address());

        r->v[SF_IP] = slow_aql_host(&text);
        put_text(member(&inner, "ipAddress"), text.s.ptr);
    }
    buf_printf(member(&inner, "status"), "{\"errorCode\":%s}", code);
    common_members(r, &inner);
    put_record(member(d, "properties"), &inner, false);
    for (int i = 0; i < inner.n; i++)
        buf_done(&inner.values[i]);
    r->v[SF_CATEGORY] = (struct sval){.kind = S_LONG, .i = code[0] == '0' ? 3046 : 3047};
    r->v[SF_TYPE] = (struct sval){.kind = S_LONG, .i = 445};
}

/* Blanks between members only: values are as they were made. */
static void put_record(struct buf *out, const struct draft *d, bool blanks)
{
    buf_putc(out, '{');
    for (int i = 0; i < d->n; i++) {
        buf_printf(out, "%s\"%s\":%s",
                   i == 0   ? (blanks ? " " : "")
                   : blanks ? " , "
                            : ",",
                   d->keys[i], blanks ? " " : "");
        buf_put(out, d->values[i].ptr, d->values[i].len);
    }
    buf_puts(out, blanks ? "\t}" : "}");
}

static void shuffle(struct draft *d)
{
    for (int i = 1; i < d->n; i++) {
        int k = (int)prop_draw((uint32_t)i + 1);
        struct buf v = d->values[i];
        const char *key = d->keys[i];

        d->values[i] = d->values[k];
        d->keys[i] = d->keys[k];
        d->values[k] = v;
        d->keys[k] = key;
    }
}

static void make_json(struct srow *rows, int n, struct buf *out)
{
    bool envelope = prop_draw(5) == 0;

    if (envelope)
        buf_puts(out, prop_draw(2) == 0 ? "{\"records\":[" : "{\"value\": [\n");
    for (int i = 0; i < n; i++) {
        int64_t ms = INT64_C(1772460000000) + (int)prop_draw(24) * 150000 - (prop_draw(3) == 0);
        struct draft d = {0};
        struct buf compact = {0};

        if (prop_draw(3) == 0)
            entra(&rows[i], &d, ms);
        else
            flat(&rows[i], &d, ms);
        shuffle(&d);
        put_record(&compact, &d, false);
        rows[i].v[SF_PAYLOAD].kind = S_TEXT;
        rows[i].v[SF_PAYLOAD].s =
            str_of(memcpy(slow_alloc(compact.len), compact.ptr, compact.len), compact.len);
        if (envelope && i > 0)
            buf_puts(out, ",\n");
        put_record(out, &d, prop_draw(4) == 0);
        if (!envelope)
            buf_puts(out, prop_draw(20) == 0 ? "\r\n" : "\n");
        if (!envelope && prop_draw(40) == 0)
            buf_puts(out, prop_draw(2) == 0 ? "\n" : "{\"username\":\"foo\",\n");
        for (int k = 0; k < d.n; k++)
            buf_done(&d.values[k]);
        buf_done(&compact);
    }
    if (envelope)
        buf_puts(out, "]}\n");
}

static void put_cell(struct buf *out, const char *text)
{
    bool quote = strpbrk(text, ",\"\n") != NULL || prop_draw(8) == 0;

    if (quote)
        buf_putc(out, '"');
    for (const char *p = text; *p != '\0'; p++) {
        buf_putc(out, *p);
        if (*p == '"')
            buf_putc(out, '"');
    }
    if (quote)
        buf_putc(out, '"');
}

static void make_csv(struct srow *rows, int n, struct buf *out)
{
    buf_puts(out, "@timestamp,username,sourceip,sourceport,v,w\n");
    for (int i = 0; i < n; i++) {
        int64_t ms = INT64_C(1772460000000) + (int)prop_draw(24) * 150000;
        struct srow *r = &rows[i];
        size_t start = out->len;
        struct sval text = slow_text(draw_address());
        static const char *const ports[] = {"443", "22", "x", ""};

        put_time(out, ms);
        r->v[SF_TIME] = (struct sval){.kind = S_LONG, .i = ms};
        buf_putc(out, ',');
        r->v[SF_USER] = slow_text(prop_word());
        put_cell(out, r->v[SF_USER].s.ptr);
        buf_putc(out, ',');
        r->v[SF_IP] = slow_aql_host(&text);
        put_cell(out, text.s.ptr);
        buf_putc(out, ',');
        text = slow_text(ports[prop_draw(ARRAY_LEN(ports))]);
        r->v[SF_PORT] = slow_aql_long(&text);
        put_cell(out, text.s.ptr);
        buf_putc(out, ',');
        r->v[SF_V] = slow_text(prop_word());
        put_cell(out, r->v[SF_V].s.ptr);
        buf_putc(out, ',');
        r->v[SF_W] = slow_text(prop_word());
        put_cell(out, r->v[SF_W].s.ptr);
        r->v[SF_PAYLOAD].kind = S_TEXT;
        r->v[SF_PAYLOAD].s =
            str_of(memcpy(slow_alloc(out->len - start), out->ptr + start, out->len - start),
                   out->len - start);
        r->v[SF_CATEGORY] = (struct sval){.kind = S_LONG, .i = 10001};
        r->v[SF_TYPE] = (struct sval){.kind = S_LONG, .i = 39};
        buf_putc(out, '\n');
    }
}

int prop_make_data(struct srow *rows, struct buf *out)
{
    int n = (int)prop_draw(prop_draw(3) == 0 ? SLOW_MAX_ROWS : 12);

    memset(rows, 0, sizeof(*rows) * SLOW_MAX_ROWS);
    for (int i = 0; i < n; i++)
        rows[i].position = i;
    if (prop_draw(6) == 0)
        make_csv(rows, n, out);
    else
        make_json(rows, n, out);
    for (int i = 0; i < n; i++)
        rows[i].time = rows[i].v[SF_TIME];
    return n;
}
