/* test_aql_scalar.c - AQL's scalar functions: a value, null, and what is no such value. */
#include "harness.h"

#define NONE "<absent>"

static void test_case(void)
{
    IS(ev("aql_lower", "$ABC\xC3\x84", NULL), "abc\xC3\xA4");
    IS(ev("aql_lower", "%12", NULL), "12");
    IS(ev("aql_upper", "$straße", NULL), "STRAßE");
    IS(ev("aql_initcap", "$hello wORLD 2nd", NULL), "Hello World 2nd");
    IS(ev("aql_reverse", "$a\xC3\xA4z", NULL), "z\xC3\xA4"
                                               "a");
    IS(ev("aql_utf8", "$plain \xC3\xA4", NULL), "plain \xC3\xA4");
    IS(ev("aql_utf8", "$bad \xFF!", NULL), "bad \xEF\xBF\xBD!");
    IS(ev("aql_utf8", "%5", NULL), "5");
    IS(ev("aql_concat", "$a", "?", "%1", "^true", "=b", NULL), "a1trueb");
    IS(ev("aql_concat", "?", NULL), "");
}

static void test_lengths(void)
{
    IS(ev("aql_strlen", "$a\xC3\xA4\xF0\x9F\x98\x80", NULL), "3");
    IS(ev("aql_len", "$", NULL), "0");
    IS(ev("aql_length", "%123", NULL), "3");
    IS(ev("aql_strpos", "$abcabc", "=c", NULL), "2");
    IS(ev("aql_strpos", "$abcabc", "=c", "#3", NULL), "5");
    IS(ev("aql_strpos",
          "$\xC3\xA4"
          "bc",
          "=c", NULL),
       "2");
    IS(ev("aql_strpos", "$abc", "=x", NULL), "-1");
    IS(ev("aql_strpos", "$abc", "=a", "#99", NULL), "-1");
    IS(ev("aql_strpos", "$abc", "=", "#-5", NULL), "0");
    IS(ev("aql_strpos", "$abc", "=a", "=x", NULL), NONE);
    IS(ev("aql_instr", "$abc", "=c", NULL), "3");
    IS(ev("aql_instr", "$abc", "=x", NULL), "0");
    IS(ev("aql_icu4jsearch", "=ERRORcode", "${\"errorCode\":5}", NULL), "2");
    IS(ev("aql_icu4jsearch", "=x", "$abc", NULL), "-1");
    IS(ev("aql_icu4jsearch", "=\xC3\x84", "$z\xC3\xA4", NULL), "1");
}

static void test_parts(void)
{
    IS(ev("aql_substring", "$abcdef", "#2", NULL), "cdef");
    IS(ev("aql_substring", "$abcdef", "#2", "#3", NULL), "cde");
    IS(ev("aql_substring", "$abcdef", "#4", "#99", NULL), "ef");
    IS(ev("aql_substring", "$abcdef", "#99", "#1", NULL), "");
    IS(ev("aql_substring", "$abcdef", "#-2", "#3", NULL), "a");
    IS(ev("aql_substring", "$abcdef", "#2", "#-3", NULL), "");
    IS(ev("aql_substring", "$abc", "#9223372036854775807", "#9223372036854775807", NULL), "");
    IS(ev("aql_substring",
          "$\xC3\xA4"
          "bc",
          "#1", "#1", NULL),
       "b");
    IS(ev("aql_substring", "$abc", "=x", NULL), NONE);
    IS(ev("aql_substring", "%12345", "#1", "#2", NULL), "23");
    IS(ev("aql_left", "$abc", "#2", NULL), "ab");
    IS(ev("aql_left", "$abc", "#-2", NULL), "");
    IS(ev("aql_right", "$abc", "#2", NULL), "bc");
    IS(ev("aql_right", "$abc", "#9", NULL), "abc");
    IS(ev("aql_right", "$abc", "=x", NULL), NONE);
    IS(ev("aql_split", "$a,b,c", "=,", "#1", NULL), "b");
    IS(ev("aql_split", "$a,b,c", "=,", "#-1", NULL), "c");
    IS(ev("aql_split", "$a,b,c", "=,", "#3", NULL), NONE);
    IS(ev("aql_split", "$a,b,c", "=,", "#-4", NULL), NONE);
    IS(ev("aql_split", "$abc", "=", "#0", NULL), "abc");
    IS(ev("aql_trim", "$ \t a b \n", NULL), "a b");
    IS(ev("aql_ltrim", "$  a ", NULL), "a ");
    IS(ev("aql_rtrim", "$  a ", NULL), "  a");
    IS(ev("aql_trim", "$xxaxx", "=x", NULL), "a");
}

static void test_made(void)
{
    IS(ev("aql_lpad", "$7", "#3", "=0", NULL), "007");
    IS(ev("aql_lpad", "$7", "#3", NULL), "  7");
    IS(ev("aql_lpad", "$abcdef", "#3", "=0", NULL), "abc");
    IS(ev("aql_rpad", "$7", "#4", "=ab", NULL), "7aba");
    IS(ev("aql_rpad", "$7", "#4", "=", NULL), "7");
    IS(ev("aql_rpad", "$7", "#-4", NULL), "");
    IS(ev("aql_rpad", "$7", "#9223372036854775807", NULL), NONE);
    IS(h_note, "a result of RPAD() above 1048576 bytes was left out");
    IS(ev("aql_replace", "$a.b.c", "=.", "=--", NULL), "a--b--c");
    IS(ev("aql_replace", "$abc", "=", "=x", NULL), "abc");
    IS(ev("aql_replace", "%101", "=0", "=.", NULL), "1.1");
    IS(ev("aql_replaceall", "=([a-z])(\\d)", "$a1 b2", "=$2$1", NULL), "1a 2b");
    IS(ev("aql_replaceall", "=x", "$abc", "=y", NULL), "abc");
    IS(ev("aql_replaceall", "=\\$", "$1$", "=\\$\\$", NULL), "1$$");
    IS(ev("aql_replacefirst", "=[0-9]+", "$a1 b22", "=#", NULL), "a# b22");
    OK(strncmp(ev("aql_replaceall", "=(", "$abc", "=y", NULL), "<error: ", 8) == 0);
    IS(ev("aql_regexp_extract", "$user=bob id=7", "=user=(\\w+)", NULL), "bob");
    IS(ev("aql_regexp_extract", "$user=bob id=7", "=\\d", NULL), "7");
    IS(ev("aql_regexp_extract", "$user=bob id=7", "=user=(\\w+)", "#0", NULL), "user=bob");
    IS(ev("aql_regex_extract", "$user=bob", "=(x)", NULL), NONE);
    IS(ev("aql_regex_extract", "$user=bob", "=(u)", "#5", NULL), NONE);
}

static void test_values(void)
{
    IS(ev("aql_coalesce", "?", "$", "=x", NULL), "");
    IS(ev("aql_coalesce", "?", "-", "%7", NULL), "7");
    IS(ev("aql_ifnull", "?", "=x", NULL), "x");
    IS(ev("aql_nvl", "$a", "=x", NULL), "a");
    IS(ev("aql_nullif", "$5", "#5", NULL), NONE);
    IS(ev("aql_nullif", "$a", "=b", NULL), "a");
    IS(ev("aql_nullif", "$a", "?", NULL), "a");
    IS(ev("aql_nullif", "?", "=b", NULL), NONE);
    IS(ev("aql_cast", "$5.9", "=INT", NULL), "5");
    IS(ev("aql_cast", "$5.5", "=double", NULL), "5.5");
    IS(ev("aql_cast", "%5", "=VARCHAR(20)", NULL), "5");
    IS(ev("aql_cast", "$true", "=BOOLEAN", NULL), "true");
    IS(ev("aql_cast", "$10.1.2.3", "=IP", NULL), "10.1.2.3");
    IS(ev("aql_cast", "$abc", "=BIGINT", NULL), NONE);
    IS(ev("aql_cast", "$abc", "=DATE", NULL), "<error: CAST knows no type 'DATE'>");
    IS(ev("aql_cardinality", "$a, b, c", NULL), "3");
    IS(ev("aql_cardinality", "$", NULL), "0");
    IS(ev("aql_cardinality", "[a|b", NULL), "2");
    IS(ev("aql_greatest", "%3", "$10", "%7.5", NULL), "10");
    IS(ev("aql_least", "%3", "$10", "%-7.5", NULL), "-7.5");
    IS(ev("aql_greatest", "$a", "$b", NULL), "b");
    IS(ev("aql_greatest", "$a", "?", NULL), NONE);
}

static void test_encodings(void)
{
    IS(ev("aql_md5", "$abc", NULL), "900150983cd24fb0d6963f7d28e17f72");
    IS(ev("aql_sha1", "$abc", NULL), "a9993e364706816aba3e25717850c26c9cd0d89d");
    IS(ev("aql_sha256", "$", NULL),
       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    IS(ev("aql_base64", "$hello", NULL), "aGVsbG8=");
    IS(ev("aql_base64decode", "$aGVsbG8=", NULL), "hello");
    IS(ev("aql_from_base64", "$a", NULL), NONE);
    IS(ev("aql_urldecode", "$a%20b+c%zz", NULL), "a b c%zz");
    IS(ev("aql_hex", "$a\xFF", NULL), "61FF");
    IS(ev("aql_hex", "%255", NULL), "FF");
    IS(ev("aql_unhex", "$0x6162", NULL), "ab");
    IS(ev("aql_unhex", "$616", NULL), NONE);
    IS(ev("aql_unhex", "$zz", NULL), NONE);
}

static void test_numbers(void)
{
    IS(ev("aql_ln", "%1", NULL), "0");
    IS(ev("aql_ln", "%0", NULL), NONE);
    IS(ev("aql_log", "%1000", NULL), "3");
    IS(ev("aql_log", "%-1", NULL), NONE);
    IS(ev("aql_sqrt", "$16", NULL), "4");
    IS(ev("aql_sqrt", "%-1", NULL), NONE);
    IS(ev("aql_exp", "%0", NULL), "1");
    IS(ev("aql_exp", "%1000", NULL), NONE);
    IS(ev("aql_pow_double", "%2", "#10", NULL), "1024");
    IS(ev("aql_power", "%-8", "#0.5", NULL), NONE);
    IS(ev("aql_round", "%2.5", NULL), "3");
    IS(ev("aql_round", "%-2.5", NULL), "-3");
    IS(ev("aql_round", "%2.675", "#2", NULL), "2.68");
    IS(ev("aql_round", "%1234", "#-2", NULL), "1200");
    IS(ev("aql_round", "%1250", "#-2", NULL), "1300");
    IS(ev("aql_round", "%-1250", "#-2", NULL), "-1300");
    IS(ev("aql_round", "%9223372036854775807", "#-1", NULL), "9.223372036854776E18");
    IS(ev("aql_round", "%9223372036854775807", "#-30", NULL), "0");
    IS(ev("aql_round", "%7", NULL), "7");
    IS(ev("aql_round", "$x", NULL), NONE);
    IS(ev("aql_round", "%1.5", "=x", NULL), NONE);
    IS(ev("aql_trunc", "%-2.9", NULL), "-2");
    IS(ev("aql_trunc", "%4.35", "#2", NULL), "4.35");
    IS(ev("aql_truncate", "%4.359", "#2", NULL), "4.35");
    IS(ev("aql_truncate", "%-4.35", "#1", NULL), "-4.3");
    IS(ev("aql_truncate", "%1299", "#-2", NULL), "1200");
    IS(ev("aql_abs", "%-5", NULL), "5");
    IS(ev("aql_abs", "%-9223372036854775808", NULL), "9.223372036854776E18");
    IS(ev("aql_ceil", "%1.2", NULL), "2");
    IS(ev("aql_ceiling", "%-1.2", NULL), "-1");
    IS(ev("aql_floor", "%-1.2", NULL), "-2");
    IS(ev("aql_floor", "%1503588632000", NULL), "1503588632000");
    IS(ev("aql_floor", "^true", NULL), NONE);
    IS(ev("aql_modulo", "%-7", "#3", NULL), "-1");
    IS(ev("aql_modulo", "%7.5", "#2", NULL), "1.5");
    IS(ev("aql_modulo", "%7", "#0", NULL), NONE);
    IS(ev("aql_modulo", "%-9223372036854775808", "#-1", NULL), "0");
    IS(ev("aql_sign", "%-0.5", NULL), "-1");
    IS(ev("aql_sign", "%0", NULL), "0");
}

#define T     "%1772460487123" /* Monday 2026-03-02T14:08:07.123Z */
#define T_OUT "%9223372036854775807"

static void test_time_parts(void)
{
    IS(ev("aql_now", NULL), "1772460487123");
    IS(ev("aql_current_timestamp", NULL), "1772460487123");
    IS(ev("aql_hour", T, NULL), "14");
    IS(ev("aql_hour", T, "=Europe/Paris", NULL), "15");
    IS(ev("aql_hour", "$2026-03-02 07:00", NULL), "7");
    IS(ev("aql_hour", "$x", NULL), NONE);
    IS(ev("aql_hour", T_OUT, NULL), NONE);
    IS(ev("aql_minute", T, NULL), "8");
    IS(ev("aql_second", T, NULL), "7");
    IS(ev("aql_day", T, NULL), "2");
    IS(ev("aql_month", T, NULL), "3");
    IS(ev("aql_year", T, NULL), "2026");
    IS(ev("aql_dayofweek", T, NULL), "2");
    IS(ev("aql_dayname", T, NULL), "Monday");
    IS(ev("aql_monthname", T, NULL), "March");
    IS(ev("aql_week", T, NULL), "10");
    IS(ev("aql_quarter", T, NULL), "1");
}

static void test_time_texts(void)
{
    IS(ev("aql_dateformat", T, "=yyyy-MM-dd HH:00:00", NULL), "2026-03-02 14:00:00");
    IS(ev("aql_dateformat", T, "=yyyy-MM-dd HH:mm:ss", "=Europe/Paris", NULL),
       "2026-03-02 15:08:07");
    IS(ev("aql_dateformat", "$1772460487123", "=HH", NULL), "14");
    IS(ev("aql_dateformat", "%1772460487123.9", "=SSS", NULL), "123");
    IS(ev("aql_dateformat", "$2026-03-02T14:08:07Z", "=HH:mm", NULL), "14:08");
    IS(ev("aql_dateformat", "$no time", "=HH", NULL), NONE);
    IS(ev("aql_dateformat", T_OUT, "=HH", NULL), NONE);
    IS(ev("aql_dateformat", T, "=bb", NULL),
       "<error: the letter b means nothing in a date pattern>");
    h_note[0] = '\0';
    IS(ev("aql_dateformat", T, "=YYYY-MM-dd", NULL), "2026-03-02");
    OK(strncmp(h_note, "Y in a date pattern", 19) == 0);
    IS(ev("aql_parsetimestamp", "=yyyy-MM-dd HH:mm:ss", "$2026-03-02 14:08:07", NULL),
       "1772460487000");
    IS(ev("aql_parsetimestamp", "=yyyy-MM-dd HH:mm", "$2026-03-02 15:08", "=+01:00", NULL),
       "1772460480000");
    IS(ev("aql_parsetimestamp", "=yyyy", "$x", NULL), NONE);
    IS(ev("aql_parsedatetime", "=1 hour ago", NULL), "1772456887123");
    IS(ev("aql_parsedatetime", "$yesterday", NULL), "1772323200000");
    IS(ev("aql_parsedatetime", "$x", NULL), NONE);
    IS(ev("aql_parsedatetime", "=x", NULL), "<error: PARSEDATETIME() cannot read the time 'x'>");
}

static void test_time_sums(void)
{
    IS(ev("aql_dateadd", "=hour", "#-24", T, NULL), "1772374087123");
    IS(ev("aql_dateadd", "=MONTHS", "#-1", T, NULL), "1770041287123");
    IS(ev("aql_dateadd", "=month", "#1", "%1769817600000", NULL), "1772236800000"); /* Jan 31 */
    IS(ev("aql_dateadd", "=year", "#9999", T, NULL), NONE);
    IS(ev("aql_dateadd", "=day", "#9223372036854775807", T, NULL), NONE);
    IS(ev("aql_dateadd", "=eon", "#1", T, NULL),
       "<error: the unit of DATEADD() must be second, minute, hour, day, week, month, quarter or "
       "year, found 'eon'>");
    IS(ev("aql_datediff", "=hour", "%0", "%7199999", NULL), "1");
    IS(ev("aql_datediff", "=hours", "%7199999", "%0", NULL), "-1");
    IS(ev("aql_timestampdiff", "=DAY", "%0", T, NULL), "20514");
    IS(ev("aql_datediff", "=month", "%1769817600000", "%1772236799999", NULL), "0");
    IS(ev("aql_datediff", "=month", "%1769817600000", "%1772236800000", NULL), "1");
    IS(ev("aql_datediff", "=year", T, "%0", NULL), "-56");
    IS(ev("aql_datediff", "=ms", "%-9223372036854775807", "%9223372036854775807", NULL), NONE);
    IS(ev("aql_date_trunc", "=hour", T, NULL), "1772460000000");
    IS(ev("aql_date_trunc", "=day", T, NULL), "1772409600000");
    IS(ev("aql_date_trunc", "=week", T, NULL), "1772409600000");
    IS(ev("aql_date_trunc", "=month", T, NULL), "1772323200000");
    IS(ev("aql_date_trunc", "=quarter", T, NULL), "1767225600000");
    IS(ev("aql_date_trunc", "=year", T, NULL), "1767225600000");
    IS(ev("aql_bin", T, "#300", NULL), "1772460300000");
    IS(ev("aql_bin", "%-1", "#1", NULL), "-1000");
    IS(ev("aql_bin", T, "#0", NULL), NONE);
}

/* Many rows over several batches: what the cache gives is what the pattern prints. */
static void test_format_cache(void)
{
    static struct val cells[512];
    static struct val out[512];
    static uint32_t idx[512];
    static const char *const patterns[] = {"=yyyy-MM-dd HH:00:00", "=yyyy-MM-dd", "=HH:mm z",
                                           "=EEEE d MMMM yyyy 'at a length past the cache' HH"};
    size_t n_bad = 0;

    for (size_t p = 0; p < ARRAY_LEN(patterns); p++) {
        struct h_call h = {0};
        struct fn_run run = {.call = &h.call, .local = &h.local, .arena = &h_arena};

        h_arg("%0", &h.args[0]);
        h_arg(patterns[p], &h.args[1]);
        h_arg("=Europe/Paris", &h.args[2]);
        h.call.n_args = 3;
        h.cols[0] = (struct column){cells, false};
        OK(h_bind(&h, "aql_dateformat"));
        for (int round = 0; round < 6; round++) {
            struct sel sel = {idx, 512};

            for (uint32_t i = 0; i < 512; i++) {
                idx[i] = i;
                /* Around the change of 2025-03-30 01:00 UTC, and the same hours again. */
                cells[i] = val_long(INT64_C(1743200000000) + (i * 7919 % 400) * 997001);
            }
            OK(h.call.fn->eval(&run, h.cols, &sel, out, NULL) == LANNER_OK);
            for (uint32_t i = 0; i < 512; i += 7) {
                char ms[32];

                snprintf(ms, sizeof(ms), "%%%lld", (long long)cells[i].u.i);
                ev("aql_dateformat", ms, patterns[p], "=Europe/Paris", NULL);
                n_bad += !str_eqz(val_as_str(&out[i]), h_room);
            }
        }
        h_done(&h);
    }
    OK_INT(n_bad, 0);
}

/* Null in, null out, for every row that says so. */
static void test_nulls(void)
{
    static const char *const names[] = {"CONCAT",  "UTF8",    "LOWER",  "DATEFORMAT",
                                        "CEILING", "LEN",     "IFNULL", "TIMESTAMPDIFF",
                                        "BASE64",  "SYSDATE", "MOD"};

    for (size_t k = 0; k < ARRAY_LEN(names); k++)
        OK(fn_find(LANG_AQL, str_z(names[k])) != NULL);
    IS(ev("aql_lower", "?", NULL), NONE);
    IS(ev("aql_strlen", "?", NULL), NONE);
    IS(ev("aql_substring", "?", "#1", NULL), NONE);
    IS(ev("aql_round", "?", NULL), NONE);
    IS(ev("aql_hour", "?", NULL), NONE);
    IS(ev("aql_dateformat", "?", "=HH", NULL), NONE);
    IS(ev("aql_md5", "?", NULL), NONE);
    IS(ev("aql_utf8", "?", NULL), NONE);
}

extern const struct fn_def fn_aql_text[], fn_aql_time[], fn_aql_math[], fn_aql_misc[];

/* Any values for any parameters: a result or an error, and no harm. */
static void test_anything(void)
{
    static const char *const specs[] = {"$",
                                        "$abc",
                                        "$\xFF\xC3",
                                        "$12",
                                        "$-1.5e300",
                                        "$2026-03-02 14:08",
                                        "$a, b, c",
                                        "%0",
                                        "%-3",
                                        "%7.25",
                                        "%9223372036854775807",
                                        "%-9223372036854775808",
                                        "%1e308",
                                        "^true",
                                        "?",
                                        "[a|b",
                                        "=",
                                        "=day",
                                        "=(a)(b)?",
                                        "=HH:mm",
                                        "#2",
                                        "#-9223372036854775808",
                                        "!false",
                                        "-"};
    static const struct fn_def *const families[] = {fn_aql_text, fn_aql_time, fn_aql_math,
                                                    fn_aql_misc};
    uint32_t state = 1;
    size_t n_run = 0;

    for (size_t f = 0; f < ARRAY_LEN(families); f++) {
        for (const struct fn_def *fn = families[f]; fn->name != NULL; fn++) {
            for (int round = 0; round < 300; round++) {
                struct h_call h = {0};
                uint32_t zero = 0;
                struct sel sel = {&zero, 1};
                struct val out = VAL_ABSENT;
                struct fn_run run = {.call = &h.call, .local = &h.local, .arena = &h_arena};
                bool null = false;

                for (const struct fn_param *p = fn->params; p->name != NULL; p++) {
                    size_t k = h.call.n_args++;

                    state = state * 1664525u + 1013904223u;
                    h_arg(specs[(state >> 10) % ARRAY_LEN(specs)], &h.args[k]);
                    h.cells[k] = h.args[k].v;
                    h.cols[k] = (struct column){&h.cells[k], true};
                    null |= (p->flags & PARAM_REQUIRED) != 0 && val_is_null(&h.args[k].v);
                }
                if (h_bind(&h, fn->name) && !(null && fn->nulls == FN_NULL_IN_NULL_OUT)) {
                    n_run += fn->eval(&run, h.cols, &sel, &out, NULL) == LANNER_OK;
                    h_print(0, out.kind == KIND_ARRAY ? &VAL_ABSENT : &out);
                }
                h_done(&h);
            }
            arena_done(&h_arena);
            arena_init(&h_arena, 0);
        }
    }
    OK(n_run > 5000);
}

int main(void)
{
    h_init();
    test_case();
    test_lengths();
    test_parts();
    test_made();
    test_values();
    test_encodings();
    test_numbers();
    test_time_parts();
    test_time_texts();
    test_time_sums();
    test_format_cache();
    test_nulls();
    test_anything();
    arena_done(&h_arena);
    TAP_DONE();
}
