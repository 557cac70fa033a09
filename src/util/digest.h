/* digest.h - cryptographic digests: the landlord of OpenSSL's libcrypto. */
#ifndef UTIL_DIGEST_H
#define UTIL_DIGEST_H

#include "util/str.h"

enum digest_kind { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA512 };

#define DIGEST_MAX 64 /* bytes of the longest digest */

/* The digest of the parts one after another; returns its length in bytes. Not for passwords. */
size_t digest_of(enum digest_kind kind, const struct str *parts, size_t n_parts,
                 unsigned char out[DIGEST_MAX]);

#endif
