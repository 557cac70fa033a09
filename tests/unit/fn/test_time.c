/* test_time.c - time functions, format and formatTime, parseTimestamp and findTimestamp. */
#include "harness.h"

static void test_clock(void)
{
    IS(ev("now", NULL), "1772460487123");
    IS(ev("start", NULL), "<absent>");
    IS(ev("end", NULL), "1772460487123");
    h_env.from_ns = 5 * NS_PER_MS;
    IS(ev("start", NULL), "5");
    h_env.from_ns = TIME_NONE;
    IS(ev("duration", "#300000", NULL), "300000");
}

static void test_bucket(void)
{
    IS(ev("time_bucket", "%1718013900000", "#3600000", "-", NULL), "1718013600000");
    IS(ev("time_bucket", "$1718013900000", "#3600000", "-", NULL), "1718013600000");
    IS(ev("time_bucket", "%-1", "#1000", "-", NULL), "-1000");
    IS(ev("time_bucket", "?", "#1000", "-", NULL), "<absent>");
    IS(ev("time_bucket", "$x", "#1000", "-", NULL), "<absent>");
    /* 2026-03-02T22:30:00Z is the 3rd in a zone two hours ahead. */
    IS(ev("time_bucket", "%1772490600000", "#86400000", "=+02:00", NULL), "1772488800000");
    IS(ev("time_bucket", "%1", "-", "-", NULL), "<error: a time bucket needs a span>");
}

static void test_parts(void)
{
    const char *t = "%1772460487123"; /* Monday 2026-03-02T14:08:07.123Z */

    IS(ev("time:dayOfMonth", t, "-", "?", NULL), "2");
    IS(ev("time:dayOfWeek", t, "-", "?", NULL), "1");
    IS(ev("time:dayOfWeekName", t, "-", "?", NULL), "Monday");
    IS(ev("time:dayOfYear", t, "-", "?", NULL), "61");
    IS(ev("time:hour", t, "-", "?", NULL), "14");
    IS(ev("time:hour", t, "=Europe/Paris", "?", NULL), "15");
    IS(ev("time:hour", t, "-", "$+05:30", NULL), "19");
    IS(ev("time:hour", t, "-", "$No/Where", NULL), "14");
    IS(ev("time:minute", t, "-", "?", NULL), "8");
    IS(ev("time:second", t, "-", "?", NULL), "7");
    IS(ev("time:millisecond", t, "-", "?", NULL), "123");
    IS(ev("time:month", t, "-", "?", NULL), "3");
    IS(ev("time:monthName", t, "-", "?", NULL), "March");
    IS(ev("time:weekOfYear", t, "-", "?", NULL), "10");
    IS(ev("time:year", "$1772460487123", "-", "?", NULL), "2026");
    IS(ev("time:year", "$x", "-", "?", NULL), "<absent>");
    IS(ev("time:year", "?", "-", "?", NULL), "<absent>");
    IS(ev("time:year", "%9223372036854775807", "-", "?", NULL), "<absent>");
}

static void test_format_duration(void)
{
    IS(ev("formatDuration", "$23452553", "=ms", "#0", NULL), "6h30m52s553ms");
    IS(ev("formatDuration", "$23452553", "=ms", "#3", NULL), "6h30m52s");
    IS(ev("formatDuration", "%0", "-", "-", NULL), "0ms");
    IS(ev("formatDuration", "%90061", "=s", "-", NULL), "1d1h1m1s");
    IS(ev("formatDuration", "%1500", "=us", "-", NULL), "1ms500us");
    IS(ev("formatDuration", "%-61", "=s", "-", NULL), "-1m1s");
    IS(ev("formatDuration", "$abc", "-", "-", NULL), "abc");
    IS(ev("formatDuration", "$1.5", "-", "-", NULL), "1.5");
}

static void test_format_time(void)
{
    const char *t = "%1772460487123";

    IS(ev("formatTime", "=%F %T", t, "-", "-", NULL), "2026-03-02 14:08:07");
    IS(ev("formatTime", "=%Y-%m-%d %H:%M:%S.%L %Z", t, "=UTC", "-", NULL),
       "2026-03-02 14:08:07.123 UTC");
    IS(ev("formatTime", "=%FT%T%z", t, "=Europe/Paris", "-", NULL), "2026-03-02T15:08:07+0100");
    IS(ev("formatTime", "=%A %a %B %b %e %j %y %C", t, "-", "-", NULL),
       "Monday Mon March Mar 2 061 26 20");
    IS(ev("formatTime", "=%I:%M %p %r %k %l", t, "-", "-", NULL), "02:08 pm 02:08:07 PM 14 2");
    IS(ev("formatTime", "=%s %Q %N %R %D", t, "-", "-", NULL),
       "1772460487 1772460487123 123000000 14:08 03/02/26");
    IS(ev("formatTime", "=%c", t, "-", "-", NULL), "Mon Mar 02 14:08:07 UTC 2026");
    IS(ev("formatTime", "=%F", "%1772460487", "-", "-", NULL), "2026-03-02");
    IS(ev("formatTime", "=%F", "%1772460487", "-", "=milliseconds", NULL), "1970-01-21");
    IS(ev("formatTime", "=100%% %!", t, "-", "-", NULL), "100% %!");
    IS(ev("formatTime", "=%F", "?", "-", "-", NULL), "<absent>");
    IS(ev("formatTime", "=%F", "$x", "-", "-", NULL), "<absent>");
    IS(ev("formatTime", "=%F", "$", "-", "-", NULL), "<absent>");
    OK(strncmp(ev("formatTime", "=%F", t, "=No/Where", "-", NULL), "<error", 6) == 0);
}

static void test_format(void)
{
    IS(ev("format", "=%s%s", "-", "$2", "$2", NULL), "22");
    IS(ev("format", "=%s \xE2\x86\x92 %s", "-", "$a", "$b", NULL), "a \xE2\x86\x92 b");
    IS(ev("format", "=%2$s %1$s %<s %s", "-", "$a", "$b", NULL), "b a a a");
    IS(ev("format", "=%s", "-", "?", NULL), "null");
    IS(ev("format", "=%s|%s", "-", "$a", NULL), "a|null");
    IS(ev("format", "=%s", "-", "$", NULL), "");
    IS(ev("format", "=0x%X", "-", "$42", NULL), "0x2A");
    IS(ev("format", "=%#x %o", "-", "$255", "$8", NULL), "0xff 10");
    IS(ev("format", "=%x", "-", "%-1", NULL), "ffffffffffffffff");
    IS(ev("format", "=%hd", "-", "%4294967297", NULL), "1");
    IS(ev("format", "=%,i", "-", "$3886817", NULL), "3,886,817");
    IS(ev("format", "=%d", "-", "$3.9", NULL), "3");
    IS(ev("format", "=%d", "-", "$x", NULL), "null");
    IS(ev("format", "=%05d|%-5d|%+d|% d", "-", "%42", "%42", "%42", "%42", NULL),
       "00042|42   |+42| 42");
    IS(ev("format", "=%05d", "-", "%-42", NULL), "-0042");
    IS(ev("format", "=%5s|%-5s|%.2s|%c", "-", "$ab", "$ab", "$abc", "$xyz", NULL),
       "   ab|ab   |ab|x");
    IS(ev("format", "=%S", "-", "$abc", NULL), "ABC");
    IS(ev("format", "=%e", "-", "$176.54", NULL), "1.765400e+02");
    IS(ev("format", "=%f", "-", "$1.5", NULL), "1.500000");
    IS(ev("format", "=%.2f %,.2f %.0f", "-", "$1.005", "$1234567.891", "$0.5", NULL),
       "1.01 1,234,567.89 1");
    IS(ev("format", "=%.1f", "-", "$9.96", NULL), "10.0");
    IS(ev("format", "=%.3f", "-", "$0.0001", NULL), "0.000");
    IS(ev("format", "=%08.2f", "-", "$-1.5", NULL), "-0001.50");
    IS(ev("format", "=%.2E", "-", "%0", NULL), "0.00E+00");
    IS(ev("format", "=%g %g %g", "-", "$0.00001", "$123456", "$1234567", NULL),
       "1e-05 123456 1.23457e+06");
    IS(ev("format", "=%b %b %B", "-", "$false", "$x", "^true", NULL), "false true TRUE");
    IS(ev("format", "=%tY-%<tm-%<td %<tH", "=UTC", "%1772460487123", NULL), "2026-03-02 14");
    IS(ev("format", "=%Tb", "-", "%1772460487123", NULL), "MAR");
    IS(ev("format", "=100%%%n", "-", NULL), "100%\n");
    IS(ev("format", "=%q", "-", "$a", NULL), "<error: format() does not know the specifier '%q'>");
    IS(ev("format", "=%99999d", "-", "$a", NULL),
       "<error: format() does not know the specifier '%99999'>");
}

/* parseTimestamp(format, field) in the default shape. */
#define PT(format, text)                                                                           \
    mv("parseTimestamp", "@timestamp,@timezone", format, text, "=@timestamp", "-", "=@timezone",   \
       "?", "!true", "!true", NULL)
#define PTZ(format, text, zone)                                                                    \
    mv("parseTimestamp", "@timestamp,@timezone", format, text, "=@timestamp", zone, "=@timezone",  \
       "?", "!true", "!true", NULL)

static void test_parse(void)
{
    IS(PT("-", "$2026-03-02T14:08:07.123Z"), "1772460487123|Z");
    IS(PT("-", "$2026-03-02T14:08:07+02:00"), "1772453287000|+02:00");
    IS(PT("-", "$2026-03-02T15:08:07+01:00[Europe/Paris]"), "1772460487000|Europe/Paris");
    IS(PT("-", "$2026-03-02T14:08:07"), "old|old");
    IS(PTZ("-", "$2026-03-02T14:08:07", "=Europe/Paris"), "1772456887000|Europe/Paris");
    IS(PTZ("-", "$2026-03-02T14:08:07Z", "=Europe/Paris"), "1772456887000|Europe/Paris");
    IS(PT("=yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "$2026-03-02T14:08:07.123Z"), "1772460487123|Z");
    IS(PT("=yyyy-MM-dd HH:mm:ss[.SSS] Z", "$2026-03-02 14:08:07 +0000"), "1772460487000|+0000");
    IS(PT("=yyyy-MM-dd HH:mm:ss[.SSS] Z", "$2026-03-02 14:08:07.5 +0000"), "old|old");
    IS(PT("=dd/MMM/yyyy:HH:mm:ss Z", "$02/Mar/2026:14:08:07 +0000"), "1772460487000|+0000");
    IS(PTZ("=yyyyMMddHHmmss", "$20260302140807", "=UTC"), "1772460487000|UTC");
    IS(PTZ("=M/d/yyyy h:mm:ss a", "$3/2/2026 2:08:07 PM", "=UTC"), "1772460487000|UTC");
    IS(PTZ("=MMM d HH:mm:ss", "$Mar 2 14:08:07", "=UTC"), "1772460487000|UTC");
    IS(PTZ("=MMM d HH:mm:ss", "$Dec 2 14:08:07", "=UTC"), "1764684487000|UTC");
    IS(PT("=EEE MMM dd HH:mm:ss zzz yyyy", "$Mon Mar 02 14:08:07 UTC 2026"), "1772460487000|UTC");
    IS(PTZ("=yyyy-MM-dd", "$2026-03-02", "=UTC"), "1772409600000|UTC");
    IS(PTZ("=yyyy-MM-dd", "$2026-02-30", "=UTC"), "old|old");
    IS(PT("=millis", "$1772460487123"), "1772460487123|Z");
    IS(PT("=unixTimeMillis", "%1772460487123"), "1772460487123|Z");
    IS(PT("=seconds", "$1772460487.123"), "1772460487123|Z");
    IS(PT("=unixtime", "%1772460487"), "1772460487000|Z");
    IS(PT("=seconds", "$-1.5"), "-1500|Z");
    IS(PT("=millis", "$abc"), "old|old");
    IS(PT("=millis", "?"), "old|old");
    IS(PT("=millis", "$99999999999999999999"), "old|old");
    IS(mv("parseTimestamp", "@timestamp,@timestamp.nanos", "=nanos", "$1772460487123456789",
          "=@timestamp", "-", "-", "?", "-", "-", NULL),
       "1772460487123|456789");
    IS(mv("parseTimestamp", "@error,@error_msg,@event_parsed", "=millis", "$abc", "-", "-", "-",
          "?", "-", "-", NULL),
       "true|parseTimestamp(): the text is no number of the unit|false");
    IS(mv("parseTimestamp", "ts", "=millis", "$5", "=ts", "-", "-", "?", "-", "-", NULL), "5");
    IS(mv("parseTimestamp", "@timestamp", "=yyyy-MM-dd HH:mm", "$2026-03-02 14:08", "-", "-", "-",
          "$+01:00", "-", "-", NULL),
       "1772456880000");
    IS(PT("=qqq", "$x"), "<error: the pattern letter 'qqq' of parseTimestamp() is not supported>");
}

#define FT(text)                                                                                   \
    mv("findTimestamp", "@timestamp", text, "=@timestamp", "=UTC", "-", "?", "!true", NULL)

static void test_find(void)
{
    IS(FT("$level=info 2026-03-02T14:08:07.123Z something"), "1772460487123");
    IS(FT("$<34>Mar  2 14:08:07 host app: x"), "1772460487000");
    IS(FT("$10.1.2.3 - - [02/Mar/2026:14:08:07 +0000] GET"), "1772460487000");
    IS(FT("$Mon Mar 02 14:08:07 UTC 2026"), "1772460487000");
    IS(FT("$2 March 2026 14:08:07"), "1772460487000");
    IS(FT("$03/02/2026 14:08:07"), "1772460487000");
    IS(FT("$1772460487123 x"), "1772460487123");
    IS(FT("$1772460487 x"), "1772460487000");
    IS(FT("$at 14:08:07,5 x"), "1772460487500");
    IS(FT("$at 15:08:07 x"), "1772377687000");
    IS(FT("$Dec 31 10:00:00"), "1767175200000");
    IS(FT("$nothing here 12"), "old");
    IS(FT("?"), "old");
    IS(mv("findTimestamp", "@timestamp", "$2026-03-02T14:08:07+02:00", "=@timestamp", "-", "-", "?",
          "!true", NULL),
       "1772453287000");
    IS(mv("findTimestamp", "@timestamp", "$2026-03-02T14:08:07 x", "=@timestamp", "-", "-", "?",
          "!true", NULL),
       "old");
}

int main(void)
{
    h_init();
    test_clock();
    test_bucket();
    test_parts();
    test_format_duration();
    test_format_time();
    test_format();
    test_parse();
    test_find();
    arena_done(&h_arena);
    TAP_DONE();
}
