/* tap.h - the one header of the unit tests: prints the Test Anything Protocol. */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdio.h>
#include <string.h>

static int tap_n;
static int tap_failed;

#define OK(cond)                                                                                   \
    do {                                                                                           \
        int tap_ok_ = (cond) ? 1 : 0;                                                              \
        tap_n++;                                                                                   \
        tap_failed += !tap_ok_;                                                                    \
        printf("%sok %d - %s:%d %s\n", tap_ok_ ? "" : "not ", tap_n, __FILE__, __LINE__, #cond);   \
    } while (0)

#define OK_INT(got, want)                                                                          \
    do {                                                                                           \
        long long tap_g_ = (long long)(got), tap_w_ = (long long)(want);                           \
        OK(tap_g_ == tap_w_);                                                                      \
        if (tap_g_ != tap_w_)                                                                      \
            printf("# got %lld, want %lld\n", tap_g_, tap_w_);                                     \
    } while (0)

/* got is a struct str, want a C string. */
#define OK_STR(got, want)                                                                          \
    do {                                                                                           \
        struct str tap_s_ = (got);                                                                 \
        int tap_same_ = tap_s_.len == strlen(want) &&                                              \
                        (tap_s_.len == 0 || memcmp(tap_s_.ptr, want, tap_s_.len) == 0);            \
        OK(tap_same_);                                                                             \
        if (!tap_same_)                                                                            \
            printf("# got '%.*s', want '%s'\n", (int)tap_s_.len, tap_s_.ptr, want);                \
    } while (0)

#define TAP_DONE()                                                                                 \
    do {                                                                                           \
        printf("1..%d\n", tap_n);                                                                  \
        return tap_failed != 0;                                                                    \
    } while (0)

#endif
