/* url.h - a URL cut into its parts, leniently, without decoding. */
#ifndef RECORD_URL_H
#define RECORD_URL_H

#include "util/str.h"

/* Parts that are not there have ptr NULL; parts that are there may be empty. All point into the
 * text. */
struct url {
    struct str scheme; /* without the colon */
    struct str username;
    struct str password;
    struct str host; /* brackets of an IPv6 address included */
    struct str port; /* digits */
    struct str path;
    struct str query;    /* without the question mark */
    struct str fragment; /* without the number sign */
};

/* False when the text is no URL: blanks or control bytes in it, a bad port, an empty text. A text
 * without a scheme gives a path, or with `//` in front a host. */
bool url_split(struct str text, struct url *out);
/* The same of what proxies write, any text: with a scheme or without, then the host comes first
 * (`login.contoso.example:443`, `www.contoso.example/people?page=0`); a text that begins with `/`
 * or `?` has none. The host is without brackets. */
void url_split_proxy(struct str text, struct url *out);

#endif
