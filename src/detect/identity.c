/* identity.c - what makes two findings the same one, in this run and in the next.
 *
 * A finding is pack, detection, key and window (without a window: the second of its first event).
 * Values compare as analysts mean them: ::ffff:203.0.113.7 is 203.0.113.7, and case is no
 * difference. */
#include "detect/findings.h"
#include "util/hash.h"
#include "util/ip.h"
#include "util/num.h"
#include "util/utf8.h"

void identity_put(struct buf *out, struct str value)
{
    uint8_t ip[16];
    char room[IP_PRINT_MAX];

    value = str_trim(value);
    if (ip_parse(value, ip))
        buf_put(out, room, ip_print(ip, room));
    else
        utf8_put_folded(out, value);
}

/* Lengths keep ("a", "bc") apart from ("ab", "c"). */
static void put_part(struct buf *out, struct str text)
{
    buf_put_u32(out, (uint32_t)MIN(text.len, UINT32_MAX));
    buf_put_str(out, text);
}

void identity_put_key(struct buf *out, const struct finding *f)
{
    struct buf value = {0};

    for (size_t i = 0; i < f->n_keys; i++) {
        buf_clear(&value);
        identity_put(&value, f->keys[i].value);
        put_part(out, buf_str(&value));
    }
    buf_done(&value);
}

void finding_name(struct finding *f)
{
    static const char hex[] = "0123456789abcdef";
    const struct detection *d = f->detection;
    struct buf text = {0};
    uint64_t words[2];

    put_part(&text, d->pack->id);
    put_part(&text, d->id);
    identity_put_key(&text, f);
    /* Languages print times with and without milliseconds: the second is what they share. */
    if (f->window_start_ms != LANNER_TIME_OPEN)
        buf_put_u64(&text, (uint64_t)f->window_start_ms);
    else if (f->first_ms != LANNER_TIME_OPEN)
        buf_put_u64(&text,
                    (uint64_t)(f->first_ms - (f->first_ms % MS_PER_S + MS_PER_S) % MS_PER_S));
    hash_stable128(text.ptr != NULL ? text.ptr : "", text.len, words);
    for (size_t i = 0; i < 32; i++)
        f->id[i] = hex[words[i / 16] >> (60 - i % 16 * 4) & 15];
    f->id[32] = '\0';
    buf_done(&text);
}
