/* digest.c - digests. See digest.h. */
#include "util/digest.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

static const EVP_MD *algorithm(enum digest_kind kind)
{
    switch (kind) {
    case DIGEST_MD5:
        return EVP_md5();
    case DIGEST_SHA1:
        return EVP_sha1();
    case DIGEST_SHA256:
        return EVP_sha256();
    case DIGEST_SHA512:
        break;
    }
    return EVP_sha512();
}

size_t digest_of(enum digest_kind kind, const struct str *parts, size_t n_parts,
                 unsigned char out[DIGEST_MAX])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned int len = 0;
    bool ok = ctx != NULL && EVP_DigestInit_ex(ctx, algorithm(kind), NULL) == 1;

    for (size_t k = 0; ok && k < n_parts; k++)
        ok = parts[k].len == 0 || EVP_DigestUpdate(ctx, parts[k].ptr, parts[k].len) == 1;
    ok = ok && EVP_DigestFinal_ex(ctx, out, &len) == 1;
    EVP_MD_CTX_free(ctx);
    if (!ok) {
        /* Only when memory is out or the library lacks the algorithm: nothing a query could do. */
        fputs("lanner: the cryptographic library failed\n", stderr);
        abort();
    }
    return len;
}
