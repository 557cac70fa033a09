/* test_parse.c - functions that make fields: parseJson, kvParse, parseCsv, parseUrl, createEvents,
 * split, regex with repeat. */
#include "harness.h"

#define PJ(text) "$" text, "-", "-", "-", "-", "-", "-", NULL

static void test_json(void)
{
    IS(mv("parseJson", "*",
          PJ("{\"a\":{\"b\":7.0},\"c\":[1,\"x\"],\"d\":true,\"e\":null,\"f\":\"\"}")),
       "a.b=7.0 c[0]=1 c[1]=x d=true e=null f=");
    IS(mv("parseJson", "a.b,z", PJ("{\"a\":{\"b\":1}}")), "1|old");
    IS(mv("parseJson", "a", "$x", "-", "-", "-", "-", "-", "-", NULL), "old");
    IS(mv("parseJson", "@error,@error_msg", "$x", "-", "-", "-", "-", "-", "-", NULL),
       "true|parseJson(): the text is no JSON object or array");
    IS(mv("parseJson", "@error,a", "?", "-", "-", "-", "-", "-", "-", NULL), "old|old");
    IS(mv("parseJson", "p.a", "${\"a\":1}", "=p.", "-", "-", "-", "-", "-", NULL), "1");
    IS(mv("parseJson", "*", "${\"a\":{\"b\":1,\"c\":2},\"ab\":3}", "-", "[a.b", "-", "-", "-", "-",
          NULL),
       "a.c=2 ab=3");
    IS(mv("parseJson", "*", "${\"a\":{\"b\":1,\"c\":2},\"ab\":3}", "-", "-", "[a", "-", "-", "-",
          NULL),
       "a.b=1 a.c=2");
    IS(mv("parseJson", "*", "${\"a\":[{\"b\":1,\"c\":2}]}", "-", "[a[*].b", "-", "-", "-", "-",
          NULL),
       "a[0].c=2");
    IS(mv("parseJson", "*", "${\"a\":{\"b\":1},\"c\":\"\"}", "-", "-", "-", "[a.", "!true", "-",
          NULL),
       "b=1");
    IS(mv("parseJson", "a", "${\"a\":null}", "-", "-", "-", "-", "-", "=discard", NULL), "old");
    IS(mv("parseJson", "a", "${\"a\":null}", "-", "-", "-", "-", "-", "=empty", NULL), "");
    IS(mv("parseJson", "*", PJ("[{\"a\":1}]")), "[0].a=1");
    IS(mv("parseJson", "a", PJ("{\"a\":\"\\u00e4\"}")), "\xC3\xA4");
    IS(mv("parseJson", "a,@error", PJ("{\"a\":1,")), "1|true");
    IS(mv("parseJson", "a,b", PJ("{\"a\":1,")), "1|old");
    /* Paths and all leaves agree: the first of equal names, no JSON inside strings, key with dots.
     */
    IS(mv("parseJson", "a", PJ("{\"a\":1,\"a\":2}")), "1");
    IS(mv("parseJson", "*", PJ("{\"a\":1,\"a\":2}")), "a=1");
    IS(mv("parseJson", "a.b,a", PJ("{\"a\":\"{\\\"b\\\":1}\"}")), "old|{\"b\":1}");
    IS(mv("parseJson", "a.b,@error", PJ("{\"a\":\"{\\\"b\\\":1}\"}")), "old|old");
    IS(mv("parseJson", "a.b", PJ("{\"a.b\":1}")), "1");
    IS(mv("parseJson", "a,b", "${\"a\":null,\"b\":null}", "-", "[b", "-", "-", "-", "-", NULL),
       "null|old");
}

#define KV(text) "-", "-", "-", "-", "-", "-", text, NULL

static void test_kv(void)
{
    IS(mv("kvParse", "*", KV("$creating new user id=123, name='john doe' email=john@doe")),
       "id=123 name=john doe email=john@doe");
    IS(mv("kvParse", "id,x", "-", "-", "-", "!true", "-", "-", "$id=1", NULL), "1|old");
    IS(mv("kvParse", "id", KV("$id=1")), "old");
    IS(mv("kvParse", "*", "=p.", "-", "-", "-", "-", "-", "$a=1 a=2", NULL), "p.a=2");
    IS(mv("kvParse", "*", "-", "-", "-", "-", "=keepfirst", "-", "$a=1 a=2", NULL), "a=1");
    IS(mv("kvParse", "*", "-", "=:", "-", "-", "-", "-", "$a:1", NULL), "a=1");
    IS(mv("kvParse", "*", "-", "-", "=yes", "-", "-", "!true", "$a = b = c", NULL), "b=c");
    IS(mv("kvParse", "*", KV("?")), "");
}

static void test_columns(void)
{
    IS(mv("parseCsv", "a,b,c", "[a|b|c", "$1,\"x, y\",", "-", "-", "-", NULL), "1|x, y|");
    IS(mv("parseCsv", "a,b,c", "=a,b,c", "$1;2", "=;", "-", "-", NULL), "1|2|old");
    IS(mv("parseCsv", "a,b", "[a|b", "$ 1 ,", "-", "!true", "!true", NULL), "1|old");
    IS(mv("parseCsv", "a", "[a", "?", "-", "-", "-", NULL), "old");
    IS(mv("parseFixedWidth", "a,b,c", "[a|b|c", "[2|3|4", "$ab c de", "-", NULL), "ab|c|de");
    IS(mv("parseFixedWidth", "a", "[a", "[2|3", "$ab", "-", NULL),
       "<error: parseFixedWidth() has 1 columns and 2 widths>");
    IS(mv("parseUrl", "url.scheme,url.host,url.port,url.path,url.query,url.fragment,url.username",
          "&url=https://u:p@example.com:8443/a/b?x=1#top", "-", NULL),
       "https|example.com|8443|/a/b|x=1|top|u");
    IS(mv("parseUrl", "u.host", "$http://[::1]/", "=u", NULL), "[::1]");
    IS(mv("parseUrl", "u.host", "$not a url", "=u", NULL), "old");
    IS(mv("parseUri", "u.hostname,u.path", "$example.com/x", "=u", "=http://", NULL),
       "example.com|/x");
}

static void test_pretty(void)
{
    IS(ev("json:prettyPrint", "${\"a\":[1,{}],\"b\":\"x:,{\"}", "-", "-", NULL),
       "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": \"x:,{\"\n}");
    IS(ev("json:prettyPrint", "$[1]", "#0", "-", NULL), "[\n1\n]");
    IS(ev("json:prettyPrint", "$no", "-", "-", NULL), "no");
    IS(ev("json:prettyPrint", "$no", "-", "!true", NULL), "<absent>");
    IS(ev("json:prettyPrint", "?", "-", "-", NULL), "<absent>");
}

#define PX(text) "$" text, "-", "-", NULL

static void test_xml(void)
{
    IS(mv("parseXml", "*", PX("<Task><A>x</A></Task>")), "Task.A=x");
    IS(mv("parseXml", "*", PX("<T><A>1</A><B/><A>2</A></T>")), "T.A[0]=1 T.B= T.A[1]=2");
    IS(mv("parseXml", "*", PX("<?xml version='1.0'?><T a='1&lt;' b=\"x\">t&#xe4;&amp;&x;</T>")),
       "T=t\xC3\xA4&&x; T.a=1< T.b=x");
    IS(mv("parseXml", "*", PX("<T> <!-- c --> <A><![CDATA[<b>&amp;]]></A></T>")), "T.A=<b>&amp;");
    IS(mv("parseXml", "T.A,@error", PX("<T><A>1</T>")), "old|true");
    IS(mv("parseXml", "T.A", "$<T><A>1</T>", "-", "!true", NULL), "DROP");
    IS(mv("parseXml", "@error", PX("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>")), "true");
    IS(mv("parseXml", "@error", PX("no")), "true");
    IS(mv("parseXml", "p.T", "$<T>1</T>", "=p.", "-", NULL), "1");
    IS(mv("parseXml", "@error", "?", "-", "-", NULL), "old");
}

/* ---- functions that give rows ------------------------------------------------------------------
 */

struct collector {
    struct fn_expand x;
    struct h_call *h;
    struct buf text;
};

static enum lanner_rc collect(struct fn_expand *x, struct lanner_err *err)
{
    struct collector *c = (struct collector *)(void *)x;
    (void)err;
    h_print_outs(c->h, x->out, x->open);
    buf_puts(&c->text, h_room);
    buf_putc(&c->text, ';');
    return LANNER_OK;
}

static const char *collected(struct collector *c)
{
    snprintf(h_room, sizeof(h_room), "%.*s", (int)c->text.len, c->text.len > 0 ? c->text.ptr : "");
    buf_done(&c->text);
    h_done(c->h);
    return h_room;
}

static const char *ex(const char *name, const char *outs, struct open_row *source, ...)
{
    static struct h_call h;
    struct collector c = {.h = &h};
    struct val vals[MAX_OUT];
    struct open_row open = {0};
    struct batch in = {.n_rows = 1, .open = source};
    struct fn_run run = {.call = &h.call, .local = &h.local, .arena = &h_arena};
    bool more = true;
    va_list ap;

    memset(&h, 0, sizeof(h));
    va_start(ap, source);
    h_read_args(&h, ap);
    va_end(ap);
    h_outs(&h, outs);
    h.call.open = source != NULL;
    run.in = source != NULL ? &in : NULL;
    for (size_t j = 0; j < MAX_OUT; j++)
        vals[j] = val_text("old", 3);
    if (!h_bind(&h, name))
        return h_room;
    c.x = (struct fn_expand){.out = vals, .emit = collect, .arena = &h_arena};
    c.x.open = source != NULL ? &open : NULL;
    if (h.call.fn->kind == FN_SOURCE) {
        for (uint64_t n = 0; more; n++) {
            if (h.call.fn->generate(&run, n, &c.x, &more, &h_err) != LANNER_OK)
                return "<error>";
        }
    } else if (h.call.fn->expand(&run, h.cols, &c.x, &h_err) != LANNER_OK) {
        return "<error>";
    }
    return collected(&c);
}

static void test_rows(void)
{
    struct open_row row = {0};

    IS(ex("createEvents", "@rawstring,@timestamp", NULL, "[a|b", NULL),
       "a|1772460487123;b|1772460487123;");
    IS(ex("createEvents", "@rawstring", NULL, "=one", NULL), "one;");
    IS(ex("regex_repeat", "x,y", NULL, "=(?<x>\\d)(?<y>[a-z])?", "$1a 2 3c", "=", "!true", "!true",
          "#100", NULL),
       "1|a;2|old;3|c;");
    IS(ex("regex_repeat", "x", NULL, "=(?<x>\\d)", "$123", "=", "!true", "!true", "#2", NULL),
       "1;2;");
    IS(ex("regex_repeat", "x", NULL, "=(?<x>\\d)", "$abc", "=", "!false", "!true", "-", NULL),
       "old;");
    IS(ex("regex_repeat", "x", NULL, "=(?<x>\\d)", "$abc", "=", "!true", "!true", "-", NULL), "");
    open_put(&row, STR("a[1].x"), val_text("B", 1), &h_arena);
    open_put(&row, STR("a[0].x"), val_text("A", 1), &h_arena);
    open_put(&row, STR("k"), val_text("K", 1), &h_arena);
    open_put(&row, STR("a[10]"), val_text("C", 1), &h_arena);
    IS(ex("split", "", &row, "=a", "!false", NULL),
       "k=K a.x=A _index=0;k=K a.x=B _index=1;k=K a=C _index=10;");
    IS(ex("split", "_index,x", &row, "=a[]", "!true", NULL),
       "0|A k=K x=A _index=0;1|B k=K x=B _index=1;10|old k=K a=C _index=10;");
    IS(ex("split", "", &row, "=zzz", "!false", NULL), ";");
}

int main(void)
{
    h_init();
    test_json();
    test_kv();
    test_columns();
    test_xml();
    test_pretty();
    test_rows();
    arena_done(&h_arena);
    TAP_DONE();
}
