/* test_num.c - numbers to text and back. */
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "../tap.h"
#include "util/num.h"

static struct str print(double v)
{
    static char room[NUM_PRINT_MAX];

    return str_of(room, num_print_double(room, v));
}

static double rounded(double v, int digits)
{
    double out = 0;

    num_round_decimal(v, digits, &out);
    return out;
}

static bool is_number(const char *z)
{
    double d;

    return num_parse_double(str_z(z), &d);
}

static double number(const char *z)
{
    double d = -12345;

    num_parse_double(str_z(z), &d);
    return d;
}

static void test_parse_long(void)
{
    int64_t v = 7;

    OK(num_parse_long(STR("-3"), &v) && v == -3);
    OK(num_parse_long(STR("+9223372036854775807"), &v) && v == INT64_MAX);
    OK(num_parse_long(STR("-9223372036854775808"), &v) && v == INT64_MIN);
    OK(!num_parse_long(STR("9223372036854775808"), &v));
    OK(!num_parse_long(STR("18446744073709551616"), &v));
    OK(!num_parse_long(STR("99999999999999999999999"), &v));
    OK(!num_parse_long(STR(""), &v));
    OK(!num_parse_long(STR("-"), &v));
    OK(!num_parse_long(STR(" 1"), &v));
    OK(!num_parse_long(STR("1.0"), &v));
    OK(!num_parse_long(STR("0x1F"), &v));
    OK(num_parse_long(STR("0007"), &v) && v == 7);
}

static void test_parse_double(void)
{
    static const char *const not [] = {"",      " 1",  "1 ",  "1,000", "0x1F", "inf", "nan",
                                       "NaN",   "1e",  "1e+", "e5",    ".",    "-.",  "1.2.3",
                                       "1e999", "--1", "+-1", "1e5x",  "1_0",  "\t1"};

    for (size_t i = 0; i < ARRAY_LEN(not ); i++)
        OK(!is_number(not [i]));
    OK(number("-3") == -3);
    OK(number("1.5") == 1.5);
    OK(number("1.74587E100") == 1.74587E100);
    OK(number("+.5") == .5);
    OK(number("5.") == 5);
    OK(number("0.1") == 0.1);
    OK(number("123456789012345678901234567890") == 123456789012345678901234567890.0);
    OK(number("9007199254740993") == 9007199254740992.0); /* halfway, to even */
    OK(number("9007199254740993.00000000000000000000000000000001") == 9007199254740994.0);
    OK(number("2.2250738585072011e-308") == 2.2250738585072011e-308);
    OK(number("5e-324") == 5e-324);
    OK(number("2e-324") == 0);
    OK(number("1e-99999999999999999999") == 0);
    OK(!is_number("1e99999999999999999999"));
    OK(number("0e99999999999999999999") == 0);
    OK(number("1.7976931348623157e308") == 1.7976931348623157e308);
    OK(!is_number("1.7976931348623159e308"));
    OK(signbit(number("-0")));
}

/* Against the C library on long texts: more digits than any double needs. */
static void test_parse_long_text(void)
{
    char text[5002];
    size_t n;

    memset(text, '3', sizeof(text));
    text[1] = '.';
    text[5000] = '\0';
    OK(number(text) == strtod(text, NULL));
    n = (size_t)snprintf(text, sizeof(text), "%s", "9007199254740993.");
    memset(text + n, '0', 4000);
    memcpy(text + n + 4000, "1", 2);
    OK(number(text) == 9007199254740994.0);
    text[n + 4000] = '0';
    OK(number(text) == 9007199254740992.0);
    memset(text, '0', 4000);
    memcpy(text + 4000, "12e-3", 6);
    OK(number(text) == 0.012);
}

static void test_print(void)
{
    OK_STR(print(0), "0");
    OK_STR(print(-0.0), "0");
    OK_STR(print(2), "2");
    OK_STR(print(1322658945428.0), "1322658945428");
    OK_STR(print(1.0 / 3), "0.3333333333333333");
    OK_STR(print(16.666666666666664), "16.666666666666664");
    OK_STR(print(9.823069852941172E-5), "9.823069852941172E-5");
    OK_STR(print(0.001), "0.001");
    OK_STR(print(0.00099), "9.9E-4");
    OK_STR(print(1e-5), "1.0E-5");
    OK_STR(print(-2.5), "-2.5");
    OK_STR(print(12345678.5), "12345678.5");
    OK_STR(print(999999999999999.5), "999999999999999.5");
    OK_STR(print(1e15), "1000000000000000");
    OK_STR(print(1125899906842624.5), "1.1258999068426245E15");
    OK_STR(print(9223372036854774784.0), "9223372036854774784");
    OK_STR(print(9223372036854775808.0), "9.223372036854776E18");
    OK_STR(print(-9223372036854775808.0), "-9.223372036854776E18");
    OK_STR(print(1e100), "1.0E100");
    OK_STR(print(5e-324), "5.0E-324");
    OK_STR(print(2.2250738585072014e-308), "2.2250738585072014E-308");
    OK_STR(print(1.7976931348623157e308), "1.7976931348623157E308");
    OK_STR(print(0x1p-44), "5.684341886080802E-14"); /* 16 digits, but not the nearest 16 */
    OK_STR(print(0.1 + 0.2), "0.30000000000000004");
    OK_INT(print(INFINITY).len, 0);
    OK_INT(print(NAN).len, 0);
}

static void test_round(void)
{
    OK(rounded(2.675, 2) == 2.68);
    OK(rounded(-2.675, 2) == -2.68);
    OK(rounded(1.005, 2) == 1.01);
    OK(rounded(2.5, 0) == 3);
    OK(rounded(-2.5, 0) == -3);
    OK(rounded(0.5, 0) == 1);
    OK(rounded(0.49999999999999994, 0) == 0);
    OK(rounded(1234.5, -2) == 1200);
    OK(rounded(1250, -2) == 1300);
    OK(rounded(50, -2) == 100);
    OK(rounded(49, -2) == 0);
    OK(rounded(4, -2) == 0);
    OK(rounded(9.999, 2) == 10);
    OK(rounded(99.5, 0) == 100);
    OK(rounded(0.33, 5) == 0.33);
    OK(rounded(1e300, 2) == 1e300);
    OK(rounded(123.456, 2147483647) == 123.456);
    OK(rounded(123.456, -2147483647) == 0);
    OK(rounded(9e-5, 4) == 1e-4);
}

/* Every printed double reads back as itself, with no shorter text in between. */
static void test_round_trip(void)
{
    uint64_t x = 88172645463325252u;
    int bad = 0;

    for (int i = 0; i < 200000; i++) {
        char room[NUM_PRINT_MAX];
        double v;
        double back = 0;
        size_t n;

        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        memcpy(&v, &x, sizeof(v));
        if (!isfinite(v))
            continue;
        n = num_print_double(room, v);
        bad += !num_parse_double(str_of(room, n), &back) || back != v || n > NUM_PRINT_MAX;
        room[n < NUM_PRINT_MAX ? n : NUM_PRINT_MAX - 1] = '\0';
        bad += strtod(room, NULL) != v;
    }
    OK_INT(bad, 0);
}

/* Short decimal texts print as they were written. */
static void test_short_texts(void)
{
    int bad = 0;

    for (int64_t i = 1; i < 2000000; i += 7) {
        for (int k = 1; k <= 3; k++) {
            char text[40];
            char room[NUM_PRINT_MAX];
            double v = 0;
            int64_t m = i * (k == 3 ? 98765 : 1) * 10 + 1 + i % 9;
            int64_t div = k == 1 ? 10 : k == 2 ? 1000 : 100000000;
            size_t n = (size_t)snprintf(text, sizeof(text), "%lld.%0*lld", (long long)(m / div),
                                        k == 1   ? 1
                                        : k == 2 ? 3
                                                 : 8,
                                        (long long)(m % div));

            num_parse_double(str_of(text, n), &v);
            if (v >= 1e-3)
                bad += !str_eq(str_of(text, n), str_of(room, num_print_double(room, v)));
        }
    }
    OK_INT(bad, 0);
}

int main(void)
{
    test_short_texts();
    test_parse_long();
    test_parse_double();
    test_parse_long_text();
    test_print();
    test_round();
    test_round_trip();
    /* A host program may have set a locale with a decimal comma; where it exists, once more. */
    if (setlocale(LC_ALL, "de_DE.UTF-8") != NULL) {
        test_parse_double();
        test_print();
    }
    TAP_DONE();
}
