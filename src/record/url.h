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

#endif
