/* html.c - what the parts of the HTML report share: safe text, small elements, the style sheet. */
#include "report/html.h"

#include "report/words.h"
#include "util/safe.h"

/* Colours: text on its background has a contrast of 4.5 or more, bars 3 or more, in both schemes.
 */
static const char *const style[] = {
    ":root{color-scheme:light dark;--page:#f4f6f8;--panel:#fff;--ink:#18212c;--soft:#535f6e;"
    "--line:#d8dee6;--chip:#fff;--critical:#96103f;--high:#b93309;--medium:#8a5a00;--low:#1b6685;"
    "--informational:#59636f;--bar:#6f8db5;--mark:#1f5aa8;--code:#eef1f5}\n",
    "@media (prefers-color-scheme:dark){:root{--page:#10151b;--panel:#18202a;--ink:#e5eaf0;"
    "--soft:#a5b0bd;--line:#2f3946;--chip:#10151b;--critical:#ff86ad;--high:#ff9a70;"
    "--medium:#f0bd5b;--low:#6fc3e6;--informational:#aab4c0;--bar:#5f7ba0;--mark:#7fb2f5;"
    "--code:#0c1116}}\n",
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,'Segoe UI',"
    "Roboto,'Helvetica Neue',Arial,sans-serif;overflow-wrap:anywhere}"
    "main{max-width:76rem;margin:0 auto;padding:1.5rem 1rem 3rem}"
    "h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem}"
    "h2{font-size:1.15rem;margin:0 0 .75rem}h3{font-size:1.1rem;line-height:1.35;margin:0}"
    "h4{font-size:.95rem;margin:1.1rem 0 .35rem}p{margin:.35rem 0}a{color:var(--mark)}\n",
    ".panel{background:var(--panel);border:1px solid var(--line);border-radius:8px;"
    "padding:1rem 1.1rem;margin:1rem 0}"
    ".soft{color:var(--soft);font-size:.9rem}"
    ".problem{border-left:5px solid var(--high)}"
    ".chip{display:inline-block;padding:.05rem .55rem;border-radius:4px;font-size:.8rem;"
    "font-weight:600;color:var(--chip);white-space:nowrap;vertical-align:.1em}"
    ".tag{display:inline-block;padding:0 .45rem;border:1px solid var(--line);border-radius:4px;"
    "font-size:.85rem}\n",
    ".critical{--c:var(--critical)}.high{--c:var(--high)}.medium{--c:var(--medium)}"
    ".low{--c:var(--low)}.informational{--c:var(--informational)}"
    ".chip{background:var(--c)}svg .critical,svg .high,svg .medium,svg .low,svg .informational"
    "{fill:var(--c)}\n",
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.6rem;"
    "padding:0;margin:1rem 0;list-style:none}"
    ".tiles li{background:var(--panel);border:1px solid var(--line);border-top:4px solid "
    "var(--c,var(--line));border-radius:8px;padding:.5rem .8rem}"
    ".tiles b{display:block;font-size:1.5rem;line-height:1.2;font-variant-numeric:tabular-nums}"
    ".tiles .none b{color:var(--soft);font-weight:400}\n",
    "dl.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(10.5rem,1fr));"
    "gap:.5rem 1.2rem;margin:.8rem 0}dl.facts dt{color:var(--soft);font-size:.82rem}"
    "dl.wide{grid-template-columns:repeat(auto-fill,minmax(min(20rem,100%),1fr))}"
    "dl.facts dd{margin:0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}\n",
    ".scroll{overflow-x:auto}"
    "table{border-collapse:collapse;width:100%;font-size:.9rem;overflow-wrap:break-word}"
    "table.list{min-width:58rem}.id{white-space:nowrap}"
    "caption{text-align:left;color:var(--soft);font-size:.85rem;padding-bottom:.35rem}"
    "th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid "
    "var(--line)}thead th{color:var(--soft);font-weight:600;font-size:.82rem;white-space:nowrap}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}"
    "td.t{white-space:nowrap;font-variant-numeric:tabular-nums}"
    "td.w,th.w{overflow-wrap:anywhere;min-width:10rem}td.wide{min-width:14rem}\n",
    "pre,.id{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',"
    "monospace;font-size:.85em}bdi{overflow-wrap:anywhere}"
    "pre{background:var(--code);border:1px solid var(--line);border-radius:4px;padding:.5rem "
    ".6rem;margin:.3rem 0 .6rem;white-space:pre-wrap;overflow-wrap:anywhere}"
    "details{margin:.7rem 0}summary{cursor:pointer;font-weight:600}"
    "ul.sample{list-style:none;padding:0;margin:.3rem 0;display:flex;flex-wrap:wrap;gap:.3rem}"
    "ul.sample li{background:var(--code);border-radius:4px;padding:0 .45rem;font-size:.85rem}"
    "ul.plain{margin:.3rem 0;padding-left:1.2rem}\n",
    ".finding{border-left:5px solid var(--c)}.finding header{display:flex;gap:.6rem;"
    "align-items:baseline;flex-wrap:wrap}.who{font-size:1.05rem;margin:.4rem 0 0}"
    ".lane{display:grid;grid-template-columns:minmax(7rem,15rem) 1fr;gap:.8rem;"
    "align-items:center;margin:.15rem 0}.lane span{font-size:.85rem;overflow:hidden;"
    "text-overflow:ellipsis;white-space:nowrap}svg{display:block;width:100%}"
    ".lane svg{height:20px;background:var(--code);border-radius:3px}"
    "svg line{stroke:var(--line)}.axis{display:flex;justify-content:space-between;gap:.5rem;"
    "color:var(--soft);font-size:.8rem;font-variant-numeric:tabular-nums}\n",
    "figure{margin:.6rem 0}figcaption{color:var(--soft);font-size:.85rem;margin-bottom:.3rem}"
    ".hours{max-width:100%}.hours svg{height:84px;border-bottom:1px solid var(--line)}"
    "rect.bar{fill:var(--bar)}rect.mark{fill:var(--mark)}"
    ".key{display:inline-block;width:.8em;height:.8em;border-radius:2px;background:var(--mark)}"
    "footer{color:var(--soft);font-size:.85rem;margin-top:2rem}\n",
    "@media (max-width:60rem){.axis .wide{display:none}}"
    "@media (max-width:40rem){.lane{grid-template-columns:1fr;gap:.1rem}"
    "main{padding:1rem .6rem 2rem}.panel{padding:.8rem}}\n",
    "@media print{:root{--page:#fff}body{font-size:11pt}main{max-width:none;padding:0}"
    "table.list{min-width:0;font-size:.75rem}td.t{white-space:normal}"
    "td.w,th.w{min-width:5rem}.scroll{overflow:visible}"
    "tr,figure,.tiles,.tiles li{break-inside:avoid}h3,h4{break-after:avoid}"
    "details::details-content{content-visibility:visible;height:auto}"
    ".chip,svg,.key{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n",
};

void html_put(struct html *h, const char *markup)
{
    buf_puts(h->out, markup);
}

void html_text(struct html *h, struct str s)
{
    buf_clear(&h->safe);
    safe_put_text(&h->safe, s, true, "\n\t");
    safe_put_markup(h->out, buf_str(&h->safe));
}

void html_value(struct html *h, struct str s)
{
    struct str part = words_cut(s, HTML_VALUE_MOST);

    html_put(h, "<bdi>");
    html_text(h, part);
    html_put(h, "</bdi>");
    if (part.len == s.len)
        return;
    html_put(h, "\xE2\x80\xA6 <span class=\"soft\">(");
    words_put_bytes(h->out, s.len);
    html_put(h, ")</span>");
}

void html_words(struct html *h)
{
    html_text(h, buf_str(&h->text));
    buf_clear(&h->text);
}

void html_who(struct html *h, const struct finding *f)
{
    html_put(h, "<bdi>");
    words_put_who(&h->text, f, ", ", HTML_WHO_MOST);
    html_words(h);
    html_put(h, "</bdi>");
}

void html_chip(struct html *h, enum severity s)
{
    buf_printf(h->out, "<span class=\"chip %s\">%s</span>", severity_name(s), severity_name(s));
}

static void put_term(struct html *h, const char *term)
{
    buf_printf(h->out, "<div><dt>%s</dt><dd>", term);
}

void html_fact(struct html *h, const char *term)
{
    if (h->text.len == 0)
        return;
    put_term(h, term);
    html_words(h);
    html_put(h, "</dd></div>");
}

void html_fact_value(struct html *h, const char *term, struct str s)
{
    if (s.len == 0)
        return;
    put_term(h, term);
    html_value(h, s);
    html_put(h, "</dd></div>");
}

void html_style(struct html *h)
{
    html_put(h, "<style>\n");
    for (size_t i = 0; i < ARRAY_LEN(style); i++)
        html_put(h, style[i]);
    html_put(h, "</style>\n");
}
