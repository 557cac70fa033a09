/* json.c - JSON piece by piece. See json.h. */
#include "report/json.h"

#include <inttypes.h>

#include "report/words.h"
#include "util/num.h"
#include "util/safe.h"

static void put_line(struct json *j)
{
    if (!j->pretty)
        return;
    buf_putc(j->out, '\n');
    for (unsigned i = 0; i < j->depth; i++)
        buf_puts(j->out, "  ");
}

/* What stands before a value: the comma, and the key of a member. A value after json_key has had
 * both. */
static void put_lead(struct json *j, struct str key)
{
    if (j->keyed) {
        j->keyed = false;
        return;
    }
    if (j->begun)
        buf_putc(j->out, ',');
    if (j->depth > 0)
        put_line(j);
    j->begun = true;
    if (key.ptr == NULL)
        return;
    safe_put_json(j->out, key, j->terminal);
    buf_puts(j->out, j->pretty ? ": " : ":");
}

void json_key(struct json *j, struct str key)
{
    put_lead(j, key.ptr != NULL ? key : STR(""));
    j->keyed = true;
}

static void open_part(struct json *j, const char *key, char open)
{
    put_lead(j, str_z(key));
    buf_putc(j->out, open);
    j->begun = false;
    j->depth++;
}

void json_object(struct json *j, const char *key)
{
    open_part(j, key, '{');
}

void json_array(struct json *j, const char *key)
{
    open_part(j, key, '[');
}

void json_end(struct json *j, char close)
{
    assert(j->depth > 0);
    j->depth--;
    if (j->begun)
        put_line(j);
    buf_putc(j->out, close);
    j->begun = true;
}

void json_text(struct json *j, const char *key, struct str s)
{
    put_lead(j, str_z(key));
    safe_put_json(j->out, s, j->terminal);
}

void json_some_text(struct json *j, const char *key, struct str s)
{
    if (s.len > 0)
        json_text(j, key, s);
}

void json_z(struct json *j, const char *key, const char *z)
{
    json_text(j, key, str_z(z));
}

void json_some_z(struct json *j, const char *key, const char *z)
{
    json_some_text(j, key, str_z(z));
}

void json_int(struct json *j, const char *key, int64_t v)
{
    put_lead(j, str_z(key));
    buf_printf(j->out, "%" PRId64, v);
}

void json_count(struct json *j, const char *key, uint64_t v)
{
    put_lead(j, str_z(key));
    buf_printf(j->out, "%" PRIu64, v);
}

void json_some_count(struct json *j, const char *key, uint64_t v)
{
    if (v != 0)
        json_count(j, key, v);
}

void json_real(struct json *j, const char *key, double v)
{
    char room[NUM_PRINT_MAX];
    size_t n = num_print_double(room, v);

    put_lead(j, str_z(key));
    if (n == 0)
        buf_puts(j->out, "null");
    else
        buf_put(j->out, room, n);
}

void json_bool(struct json *j, const char *key, bool v)
{
    put_lead(j, str_z(key));
    buf_puts(j->out, v ? "true" : "false");
}

void json_some_instant(struct json *j, const char *key, int64_t ms)
{
    if (!words_has_time(ms))
        return;
    put_lead(j, str_z(key));
    buf_putc(j->out, '"');
    words_put_instant(j->out, ms);
    buf_putc(j->out, '"');
}

void json_some_texts(struct json *j, const char *key, const struct str *s, size_t n)
{
    if (n == 0)
        return;
    json_array(j, key);
    for (size_t i = 0; i < n; i++)
        json_text(j, NULL, s[i]);
    json_end(j, ']');
}
