/* json.h - private to report: writes JSON piece by piece.
 *
 *     struct json j = {.out = buf, .pretty = true};
 *     json_object(&j, NULL);
 *     json_text(&j, "name", name);
 *     json_array(&j, "list");
 *     json_int(&j, NULL, 1);     members of arrays have no key
 *     json_end(&j, ']');
 *     json_end(&j, '}');
 *
 * What is unknown has no member: json_some_* leave out what is empty. */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include "util/buf.h"

struct json {
    struct buf *out;
    bool terminal; /* escape what could steer a terminal as well */
    bool pretty;   /* one member a line */
    bool begun;    /* the open object or array has a member */
    bool keyed;    /* a key was written, its value follows */
    unsigned depth;
};

void json_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);
void json_end(struct json *j, char close);
void json_key(struct json *j, struct str key); /* the value follows with key NULL */
void json_text(struct json *j, const char *key, struct str s);
void json_some_text(struct json *j, const char *key, struct str s);
void json_z(struct json *j, const char *key, const char *z);
void json_some_z(struct json *j, const char *key, const char *z); /* NULL and "": nothing */
void json_int(struct json *j, const char *key, int64_t v);
void json_count(struct json *j, const char *key, uint64_t v);
void json_some_count(struct json *j, const char *key, uint64_t v);
void json_real(struct json *j, const char *key, double v); /* null when not finite */
void json_bool(struct json *j, const char *key, bool v);
/* RFC 3339 in UTC with milliseconds; nothing for a time that is none. */
void json_some_instant(struct json *j, const char *key, int64_t ms);
void json_some_texts(struct json *j, const char *key, const struct str *s, size_t n);

#endif
