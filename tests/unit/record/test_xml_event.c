/* test_xml_event.c - Windows events as XML to the JSON of evtx_dump. */
#include "record/xml_event.h"

#include "../tap.h"

#include "record/json.h"
#include "util/buf.h"

static struct arena arena;

static struct str json_of(struct str xml, bool *whole)
{
    struct str json;

    *whole = xml_event_json(xml, &arena, &json);
    return json;
}

static void whole(const char *xml, const char *want)
{
    bool ok;
    struct str json = json_of(str_z(xml), &ok);

    OK(ok);
    OK_STR(json, want);
    OK(json_valid(json, 1000, NULL));
}

/* Breaks off, or has what is refused: what stood before is there, and is no sound JSON. */
static void broken(const char *xml, const char *want)
{
    bool ok;
    struct str json = json_of(str_z(xml), &ok);

    OK(!ok);
    OK_STR(json, want);
    OK(!json_valid(json, 1000, NULL));
}

static void test_layout(void)
{
    whole("<Event xmlns='u'><System><Provider Name='P' Guid=\"{1}\"/><EventID>1</EventID>"
          "<Correlation/></System><EventData><Data Name='A'>x</Data><Data Name='B'/></EventData>"
          "</Event>",
          "{\"Event\":{\"#attributes\":{\"xmlns\":\"u\"},\"System\":{\"Provider\":{\"#attributes\":"
          "{\"Name\":\"P\",\"Guid\":\"{1}\"}},\"EventID\":\"1\",\"Correlation\":null},"
          "\"EventData\":{\"A\":\"x\",\"B\":\"\"}}}");
    whole("<Event><System><EventID Qualifiers='16384'>7036</EventID></System></Event>",
          "{\"Event\":{\"System\":{\"EventID\":{\"#attributes\":{\"Qualifiers\":\"16384\"},"
          "\"#text\":\"7036\"}}}}");
    whole("<Event>\n  <System>\n    <EventID> 4104\n </EventID>\n  </System>\n</Event>",
          "{\"Event\":{\"System\":{\"EventID\":\"4104\"}}}");
    whole("<e:Event xmlns:e='u'><e:System><e:Level>4</e:Level></e:System></e:Event>",
          "{\"Event\":{\"#attributes\":{\"xmlns:e\":\"u\"},\"System\":{\"Level\":\"4\"}}}");
    whole("<?xml version='1.0'?><!-- c --><Event/>", "{\"Event\":null}");
    whole("<Event><UserData><X xmlns='u'><A>1</A><A>2</A><A/></X></UserData></Event>",
          "{\"Event\":{\"UserData\":{\"X\":{\"#attributes\":{\"xmlns\":\"u\"},\"A\":\"1\",\"A_1\":"
          "\"2\",\"A_2\":null}}}}");
}

static void test_data(void)
{
    whole("<Event><EventData><Data>a</Data><Data></Data><Binary>00</Binary><Data>b</Data>"
          "</EventData></Event>",
          "{\"Event\":{\"EventData\":{\"Data\":{\"#text\":[\"a\",\"\"]},\"Binary\":\"00\","
          "\"Data_1\":{\"#text\":[\"b\"]}}}}");
    whole("<Event><EventData><Data Name='Event Source' Other='1'>a</Data></EventData></Event>",
          "{\"Event\":{\"EventData\":{\"EventSource\":\"a\"}}}");
    whole("<Event><EventData><Data Name='q&quot;\\'>a</Data><Data Name=''>b</Data></EventData>"
          "</Event>",
          "{\"Event\":{\"EventData\":{\"q\\\"\\\\\":\"a\",\"Data\":{\"#text\":[\"b\"]}}}}");
    /* Values keep their blanks; the system's own do not. */
    whole("<Event><EventData><Data Name='L'>Advapi  </Data><Data Name='M'> </Data></EventData>"
          "</Event>",
          "{\"Event\":{\"EventData\":{\"L\":\"Advapi  \",\"M\":\" \"}}}");
    whole("<Event><RenderingInfo Culture='en-US'><Message>a\r\nb</Message><Keywords><Keyword>k"
          "</Keyword></Keywords></RenderingInfo></Event>",
          "{\"Event\":{\"RenderingInfo\":{\"#attributes\":{\"Culture\":\"en-US\"},\"Message\":"
          "\"a\\nb\",\"Keywords\":{\"Keyword\":\"k\"}}}}");
    whole("<Event><X>t<Y/>u</X></Event>",
          "{\"Event\":{\"X\":{\"#text\":\"t\",\"Y\":null,\"#text_1\":\"u\"}}}");
}

static void text(const char *xml, const char *want)
{
    struct buf b = {0};
    struct str json;
    bool ok;

    buf_printf(&b, "<Event><EventData><Data Name='A'>%s</Data></EventData></Event>", xml);
    json = json_of(buf_str(&b), &ok);
    OK(ok);
    buf_clear(&b);
    buf_printf(&b, "{\"Event\":{\"EventData\":{\"A\":\"%s\"}}}", want);
    buf_putc(&b, '\0');
    OK_STR(json, b.ptr);
    buf_done(&b);
}

static void test_text(void)
{
    text("&lt;a&gt; &amp;&quot;&apos;", "<a> &\\\"'");
    text("a&#xD;&#xA;b&#10;&#x41;&#233;&#x1F600;", "a\\u000d\\nb\\nA\xC3\xA9\xF0\x9F\x98\x80");
    text("&#0;&#xD800;&#x110000;&#99999999;", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    text("a & b &c d; &", "a & b &c d; &");
    text("a\r\nb\rc\td", "a\\nb\\nc\\td");
    text("x<![CDATA[<b>&amp;]]>y<!-- - -->z<?p?>", "x<b>&amp;yz");
    text("\x01 C:\\x \xff", "\\u0001 C:\\\\x \xff");
}

static void test_broken(void)
{
    broken("<Event><EventData><Data Name='A'>abc", "{\"Event\":{\"EventData\":{\"A\":\"abc\"");
    broken("<Event><EventData><Data Name='A'>abc</Da", "{\"Event\":{\"EventData\":{\"A\":\"abc\"");
    broken("<Event><EventData><Data Name='A'>b</Data>", "{\"Event\":{\"EventData\":{\"A\":\"b\"");
    broken("<Event><EventData><Data Name='A", "{\"Event\":{\"EventData\":");
    broken("<Event><A>1</B></Event>", "{\"Event\":{\"A\":\"1\"");
    broken("<Event><A><B>1</B></C></Event>", "{\"Event\":{\"A\":{\"B\":\"1\"");
    broken("<Event><A>x&y;</A></Event>", "{\"Event\":{\"A\":\"x\"");
    broken("<Event><A>x&#1z;</A></Event>", "{\"Event\":{\"A\":\"x\"");
    broken("<!DOCTYPE x [<!ENTITY a \"b\">]><Event><A>1</A></Event>", "{");
    broken("<Event><!DOCTYPE x><A>1</A></Event>", "{\"Event\":null");
    broken("<Event><A>1<![CDATA[2</A></Event>", "{\"Event\":{\"A\":\"1\"");
    broken("", "{");
    broken("no event", "{");
    broken("<Event", "{");
}

static void test_bounds(void)
{
    struct buf b = {0};
    struct str json;
    bool ok;

    for (int i = 0; i < 100000; i++)
        buf_puts(&b, i == 0 ? "<Event>" : "<a>");
    json = json_of(buf_str(&b), &ok);
    OK(!ok && json.len < 2000);
    buf_clear(&b);
    buf_puts(&b, "<Event>");
    for (int i = 0; i < XML_EVENT_MAX_FIELDS + 10; i++)
        buf_puts(&b, "<a/>");
    buf_puts(&b, "</Event>");
    json = json_of(buf_str(&b), &ok);
    OK(!ok);
    buf_clear(&b);
    buf_puts(&b, "<Event");
    for (int i = 0; i < 500; i++)
        buf_printf(&b, " a%d='1'", i);
    buf_puts(&b, "/>");
    json = json_of(buf_str(&b), &ok);
    OK(ok && json_valid(json, 10, NULL));
    buf_done(&b);
}

static void tag(const char *at, enum xml_tag want)
{
    OK_INT(xml_tag_at(at, at + strlen(at)), want);
}

static void test_tags(void)
{
    tag("<", XML_TAG_PARTIAL);
    tag("<Eve", XML_TAG_PARTIAL);
    tag("<Event", XML_TAG_PARTIAL);
    tag("<Event>", XML_TAG_EVENT);
    tag("<Event\n", XML_TAG_EVENT);
    tag("<Event/", XML_TAG_EVENT);
    tag("<EventData>", XML_TAG_OTHER);
    tag("<Events>", XML_TAG_OTHER);
    tag("</Event>", XML_TAG_EVENT_END);
    tag("</Events>", XML_TAG_OTHER);
    tag("<!-", XML_TAG_PARTIAL);
    tag("<!--", XML_TAG_COMMENT);
    tag("<![CDATA[", XML_TAG_CDATA);
    tag("<?xml", XML_TAG_INSTRUCTION);
    tag("<!DOCTYPE x", XML_TAG_DOCTYPE);
    tag("<34>", XML_TAG_NONE);
    tag("<e:Event>", XML_TAG_OTHER);
}

int main(void)
{
    arena_init(&arena, 0);
    test_layout();
    test_data();
    test_text();
    test_broken();
    test_bounds();
    test_tags();
    arena_done(&arena);
    TAP_DONE();
}
