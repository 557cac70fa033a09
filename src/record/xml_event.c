/* xml_event.c - see xml_event.h.
 *
 * The XML is read once from front to back and the JSON is written as it is read; what is open is
 * kept on a stack of fixed depth. Whether an element is a value or has members is decided by
 * looking at the tag behind its text. */
#include "record/xml_event.h"

#include "util/buf.h"
#include "util/hash.h"
#include "util/utf8.h"

#define MAX_ATTRIBUTES 64
/* Names of siblings that are told apart; beyond, the first of a name counts as ever. */
#define MAX_KEYS 1024
/* Longest reference: &#x0010FFFF; */
#define MAX_REFERENCE 12

enum level_kind { LEVEL_OTHER, LEVEL_EVENT, LEVEL_SYSTEM, LEVEL_EVENT_DATA };

struct level {
    struct str name; /* with its prefix, for the end tag */
    size_t first_key;
    enum level_kind kind;
    bool has_members;
    bool in_list; /* in the list of Data without a name */
};

struct attribute {
    struct str name, value;
};

struct xml_reader {
    const char *p, *end;
    struct buf out;
    struct level levels[XML_EVENT_MAX_DEPTH];
    unsigned depth;
    uint64_t keys[MAX_KEYS]; /* hashes, of the open levels */
    size_t n_keys, n_fields;
    struct attribute attributes[MAX_ATTRIBUTES];
    size_t n_attributes;
};

static bool at(const char *p, const char *end, struct str what)
{
    return (size_t)(end - p) >= what.len && memcmp(p, what.ptr, what.len) == 0;
}

static bool is_name_end(char c)
{
    return ascii_is_space(c) || c == '>' || c == '/' || c == '=' || c == '<' || c == '\0' ||
           c == '"' || c == '\'';
}

static bool is_name_start(char c)
{
    return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '_' || (c & 0x80) != 0;
}

/* ---- tags ---- */

/* `begins` stands at p and no name goes on behind it; *partial: cannot be told yet. */
static bool tag_is(const char *p, const char *end, struct str begins, bool *partial)
{
    size_t n = MIN((size_t)(end - p), begins.len);

    if (memcmp(p, begins.ptr, n) != 0)
        return false;
    if ((size_t)(end - p) <= begins.len) {
        *partial = true;
        return false;
    }
    return p[n] == '>' || p[n] == '/' || ascii_is_space(p[n]);
}

enum xml_tag xml_tag_at(const char *ptr, const char *end)
{
    static const struct {
        struct str begins;
        enum xml_tag tag;
    } sections[] = {
        {STR_INIT("<!--"), XML_TAG_COMMENT},
        {STR_INIT("<![CDATA["), XML_TAG_CDATA},
        {STR_INIT("<?"), XML_TAG_INSTRUCTION},
        {STR_INIT("<!DOCTYPE"), XML_TAG_DOCTYPE},
    };
    size_t left = (size_t)(end - ptr);
    bool partial = false;

    if (left > 2) { /* most tags are of other elements */
        char c = ptr[1] == '/' ? ptr[2] : ptr[1];

        if (c != 'E' && c != '!' && c != '?')
            return is_name_start(c) ? XML_TAG_OTHER : XML_TAG_NONE;
    }
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        struct str s = sections[i].begins;

        if (memcmp(ptr, s.ptr, MIN(left, s.len)) != 0)
            continue;
        if (left >= s.len)
            return sections[i].tag;
        partial = true;
    }
    if (tag_is(ptr, end, STR("<Event"), &partial))
        return XML_TAG_EVENT;
    if (tag_is(ptr, end, STR("</Event"), &partial))
        return XML_TAG_EVENT_END;
    if (partial)
        return XML_TAG_PARTIAL;
    ptr += 1 + (left > 1 && ptr[1] == '/');
    return ptr < end && is_name_start(*ptr) ? XML_TAG_OTHER : XML_TAG_NONE;
}

const char *xml_section_end(enum xml_tag tag, const char *ptr, const char *end)
{
    struct str mark = tag == XML_TAG_COMMENT ? STR("-->")
                      : tag == XML_TAG_CDATA ? STR("]]>")
                                             : STR("?>");
    size_t lead = tag == XML_TAG_COMMENT ? 4 : tag == XML_TAG_CDATA ? 9 : 2;
    const char *found;

    if ((size_t)(end - ptr) < lead)
        return NULL;
    found = memmem(ptr + lead, (size_t)(end - ptr) - lead, mark.ptr, mark.len);
    return found != NULL ? found + mark.len : NULL;
}

/* ---- text ---- */

static void put_char(struct buf *out, char c)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char u = (unsigned char)c;

    if (c == '"' || c == '\\') {
        buf_putc(out, '\\');
        buf_putc(out, c);
    } else if (c == '\n' || c == '\t') {
        buf_putc(out, '\\');
        buf_putc(out, c == '\n' ? 'n' : 't');
    } else if (u < 0x20) {
        buf_puts(out, "\\u00");
        buf_putc(out, hex[u >> 4]);
        buf_putc(out, hex[u & 15]);
    } else {
        buf_putc(out, c);
    }
}

static void put_code(struct buf *out, uint64_t code)
{
    if (code > 0 && code < 0x80)
        put_char(out, (char)code);
    else if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        buf_puts(out, "\xEF\xBF\xBD");
    else
        utf8_put(out, (uint32_t)code);
}

/* The number of `&#10;` or `&#xA;`, whose text between & and ; is s. */
static bool reference_code(struct str s, uint64_t *code)
{
    bool hex = s.len > 1 && ascii_lower(s.ptr[1]) == 'x';

    *code = 0;
    if (s.len < 2u + hex)
        return false;
    for (size_t i = 1 + hex; i < s.len; i++) {
        char c = ascii_lower(s.ptr[i]);

        if (ascii_is_digit(c))
            *code = *code * (hex ? 16 : 10) + (uint64_t)(c - '0');
        else if (hex && c >= 'a' && c <= 'f')
            *code = *code * 16 + (uint64_t)(c - 'a' + 10);
        else
            return false;
    }
    return true;
}

/* What `&` at p stands for; returns its length, 0 when it is an entity that is refused. A lone `&`
 * stands for itself. */
static size_t put_reference(struct buf *out, const char *p, const char *end)
{
    static const struct {
        struct str name;
        char c;
    } known[] = {{STR_INIT("lt"), '<'},
                 {STR_INIT("gt"), '>'},
                 {STR_INIT("amp"), '&'},
                 {STR_INIT("quot"), '"'},
                 {STR_INIT("apos"), '\''}};
    struct str name = str_of(p + 1, 0);
    uint64_t code;

    while (p + 1 + name.len < end && name.len < MAX_REFERENCE && name.ptr[name.len] != ';' &&
           (ascii_is_digit(name.ptr[name.len]) || is_name_start(name.ptr[name.len]) ||
            (name.len == 0 && name.ptr[0] == '#')))
        name.len++;
    if (name.len == 0 || name.ptr + name.len >= end || name.ptr[name.len] != ';') {
        buf_putc(out, '&');
        return 1;
    }
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (str_eq(name, known[i].name)) {
            put_char(out, known[i].c);
            return name.len + 2;
        }
    }
    if (*name.ptr != '#' || !reference_code(name, &code))
        return 0;
    put_code(out, code);
    return name.len + 2;
}

/* Text as it stands, line ends as one line feed. */
static void put_plain(struct buf *out, const char *p, const char *end)
{
    for (; p < end; p++) {
        const char *run = p;

        while (p < end && (unsigned char)*p >= 0x20 && *p != '"' && *p != '\\')
            p++;
        buf_put(out, run, (size_t)(p - run));
        if (p == end)
            return;
        if (*p == '\r' && p + 1 < end && p[1] == '\n')
            continue;
        put_char(out, *p == '\r' ? '\n' : *p);
    }
}

/* The text between two tags, with references resolved, CDATA opened and comments left out. False
 * when it has what is refused. */
static bool put_text(struct buf *out, const char *p, const char *end)
{
    while (p < end) {
        const char *run = p, *to;
        enum xml_tag tag;
        size_t n;

        while (p < end && *p != '&' && *p != '<')
            p++;
        put_plain(out, run, p);
        if (p == end)
            break;
        if (*p == '&') {
            n = put_reference(out, p, end);
            if (n == 0)
                return false;
            p += n;
            continue;
        }
        tag = xml_tag_at(p, end);
        to = tag == XML_TAG_COMMENT || tag == XML_TAG_CDATA || tag == XML_TAG_INSTRUCTION
                 ? xml_section_end(tag, p, end)
                 : NULL;
        if (to == NULL)
            return false;
        if (tag == XML_TAG_CDATA)
            put_plain(out, p + 9, to - 3);
        p = to;
    }
    return true;
}

static bool put_value(struct xml_reader *r, struct str text, bool trim)
{
    bool ok;

    if (trim)
        text = str_trim(text);
    buf_putc(&r->out, '"');
    ok = put_text(&r->out, text.ptr, text.ptr + text.len);
    buf_putc(&r->out, '"');
    return ok;
}

/* Up to the next tag of an element; false when none comes. */
static bool find_tag(const char *p, const char *end, const char **to)
{
    while (p < end && (p = memchr(p, '<', (size_t)(end - p))) != NULL) {
        enum xml_tag tag = xml_tag_at(p, end);

        *to = p;
        if (tag != XML_TAG_COMMENT && tag != XML_TAG_CDATA && tag != XML_TAG_INSTRUCTION)
            return tag == XML_TAG_EVENT || tag == XML_TAG_EVENT_END || tag == XML_TAG_OTHER;
        p = xml_section_end(tag, p, end);
        if (p == NULL)
            return false;
    }
    *to = end;
    return false;
}

/* ---- members ---- */

static struct level *top(struct xml_reader *r)
{
    return &r->levels[r->depth - 1];
}

static struct str without_prefix(struct str name)
{
    size_t colon = str_find_char(name, ':');

    return colon == SIZE_MAX ? name : str_of(name.ptr + colon + 1, name.len - colon - 1);
}

/* Which of several siblings of this name it is. */
static unsigned count_same(struct xml_reader *r, struct str name)
{
    uint64_t h = hash_bytes(name.ptr, name.len, 0);
    unsigned n = 0;

    for (size_t i = top(r)->first_key; i < r->n_keys; i++)
        n += r->keys[i] == h;
    if (r->n_keys < MAX_KEYS)
        r->keys[r->n_keys++] = h;
    return n;
}

static void member_separate(struct xml_reader *r)
{
    buf_putc(&r->out, top(r)->has_members ? ',' : '{');
    top(r)->has_members = true;
}

static void list_close(struct xml_reader *r)
{
    if (top(r)->in_list)
        buf_puts(&r->out, "]}");
    top(r)->in_list = false;
}

/* Begins a member of the innermost level: its key, which is text of the XML. */
static bool member_key(struct xml_reader *r, struct str name, bool squeeze)
{
    size_t start, to;
    unsigned n_same;
    bool ok;

    list_close(r);
    member_separate(r);
    buf_putc(&r->out, '"');
    start = to = r->out.len;
    ok = put_text(&r->out, name.ptr, name.ptr + name.len);
    for (size_t i = start; i < r->out.len; i++) {
        r->out.ptr[to] = r->out.ptr[i];
        to += !squeeze || r->out.ptr[i] != ' ';
    }
    r->out.len = to;
    n_same = count_same(r, str_of(r->out.ptr + start, r->out.len - start));
    if (n_same > 0)
        buf_printf(&r->out, "_%u", n_same);
    buf_puts(&r->out, "\":");
    return ok;
}

static bool read_name(struct xml_reader *r, struct str *out)
{
    const char *start = r->p;

    while (r->p < r->end && !is_name_end(*r->p))
        r->p++;
    *out = str_of(start, (size_t)(r->p - start));
    return out->len > 0;
}

static void skip_blanks(struct xml_reader *r)
{
    while (r->p < r->end && ascii_is_space(*r->p))
        r->p++;
}

/* Attributes up to the tag's end, which is passed; those beyond the room are left out. */
static bool read_attributes(struct xml_reader *r, bool *empty)
{
    r->n_attributes = 0;
    for (;;) {
        struct attribute a;
        const char *close;

        skip_blanks(r);
        *empty = r->p < r->end && *r->p == '/';
        r->p += *empty;
        if (r->p < r->end && *r->p == '>') {
            r->p++;
            return true;
        }
        if (*empty || !read_name(r, &a.name))
            return false;
        skip_blanks(r);
        if (r->p >= r->end || *r->p++ != '=')
            return false;
        skip_blanks(r);
        if (r->p >= r->end || (*r->p != '"' && *r->p != '\''))
            return false;
        close = memchr(r->p + 1, *r->p, (size_t)(r->end - r->p - 1));
        if (close == NULL)
            return false;
        a.value = str_of(r->p + 1, (size_t)(close - r->p - 1));
        r->p = close + 1;
        if (r->n_attributes < MAX_ATTRIBUTES)
            r->attributes[r->n_attributes++] = a;
        if (++r->n_fields > XML_EVENT_MAX_FIELDS)
            return false;
    }
}

static bool put_attributes(struct xml_reader *r)
{
    bool ok = true;

    buf_puts(&r->out, "\"#attributes\":");
    for (size_t i = 0; i < r->n_attributes && ok; i++) {
        buf_putc(&r->out, i == 0 ? '{' : ',');
        ok = put_value(r, r->attributes[i].name, false);
        buf_putc(&r->out, ':');
        ok = ok && put_value(r, r->attributes[i].value, false);
    }
    buf_putc(&r->out, '}');
    return ok;
}

static const struct str *attribute_named(const struct xml_reader *r, const char *name)
{
    for (size_t i = 0; i < r->n_attributes; i++) {
        if (str_eqz(r->attributes[i].name, name) && r->attributes[i].value.len > 0)
            return &r->attributes[i].value;
    }
    return NULL;
}

/* An element that is a value. */
static bool put_leaf(struct xml_reader *r, struct str text)
{
    enum level_kind kind = r->depth > 0 ? top(r)->kind : LEVEL_OTHER;
    bool ok = true;

    if (r->n_attributes > 0) {
        buf_putc(&r->out, '{');
        ok = put_attributes(r);
        if (text.len > 0 && ok) {
            buf_puts(&r->out, ",\"#text\":");
            ok = put_value(r, text, kind == LEVEL_SYSTEM);
        }
        buf_putc(&r->out, '}');
        return ok;
    }
    if (text.len == 0 && kind != LEVEL_EVENT_DATA) {
        buf_puts(&r->out, "null");
        return true;
    }
    return put_value(r, text, kind == LEVEL_SYSTEM);
}

static enum level_kind kind_of(const struct xml_reader *r, struct str name)
{
    if (r->depth == 0)
        return LEVEL_EVENT;
    if (r->levels[r->depth - 1].kind != LEVEL_EVENT)
        return LEVEL_OTHER;
    return str_eqz(name, "System")      ? LEVEL_SYSTEM
           : str_eqz(name, "EventData") ? LEVEL_EVENT_DATA
                                        : LEVEL_OTHER;
}

/* Text beside elements. */
static bool put_mixed(struct xml_reader *r, const char *from, const char *to)
{
    struct str text = str_trim(str_of(from, (size_t)(to - from)));

    if (text.len == 0)
        return true;
    return member_key(r, STR("#text"), false) && put_value(r, text, false);
}

static bool push(struct xml_reader *r, struct str name)
{
    enum level_kind kind = kind_of(r, without_prefix(name));

    if (r->depth == XML_EVENT_MAX_DEPTH)
        return false;
    r->levels[r->depth++] =
        (struct level){.name = name, .first_key = r->n_keys, .kind = kind, .has_members = false};
    if (r->n_attributes == 0)
        return true;
    member_separate(r);
    return put_attributes(r);
}

/* The key of an element, or its place in the list of Data without a name. */
static bool put_key(struct xml_reader *r, struct str name)
{
    const struct str *given = NULL;
    struct level *l;

    if (r->depth == 0) {
        buf_puts(&r->out, "{\"Event\":");
        return true;
    }
    l = top(r);
    if (l->kind == LEVEL_EVENT_DATA) {
        given = attribute_named(r, "Name");
        if (given != NULL || str_eqz(name, "Data"))
            r->n_attributes = 0;
    }
    if (l->kind != LEVEL_EVENT_DATA || given != NULL || !str_eqz(name, "Data"))
        return member_key(r, given != NULL ? *given : name, given != NULL);
    if (l->in_list) {
        buf_putc(&r->out, ',');
        return true;
    }
    if (!member_key(r, name, false))
        return false;
    buf_puts(&r->out, "{\"#text\":[");
    l->in_list = true;
    return true;
}

/* A start tag, and its element when that is a value. */
static bool read_start(struct xml_reader *r)
{
    struct str name;
    const char *text, *to;
    bool empty, whole;

    r->p++;
    if (!read_name(r, &name) || !read_attributes(r, &empty) ||
        ++r->n_fields > XML_EVENT_MAX_FIELDS || !put_key(r, without_prefix(name)))
        return false;
    if (empty)
        return put_leaf(r, STR(""));
    text = r->p;
    whole = find_tag(text, r->end, &to);
    if (!whole) { /* what there is of the value */
        (void)put_leaf(r, str_of(text, (size_t)(to - text)));
        return false;
    }
    if (to + 1 < r->end && to[1] == '/') {
        bool ok = put_leaf(r, str_of(text, (size_t)(to - text)));

        r->p = to + 2;
        return ok && at(r->p, r->end, name) && (r->p += name.len, skip_blanks(r), true) &&
               r->p < r->end && *r->p++ == '>';
    }
    r->p = to;
    return push(r, name) && put_mixed(r, text, to);
}

static bool read_end(struct xml_reader *r)
{
    struct level *l = top(r);
    const char *p = r->p + 2;

    if (!at(p, r->end, l->name))
        return false;
    r->p = p + l->name.len;
    skip_blanks(r);
    if (r->p >= r->end || *r->p++ != '>')
        return false;
    list_close(r);
    buf_puts(&r->out, l->has_members ? "}" : "null");
    r->n_keys = l->first_key;
    r->depth--;
    return true;
}

static bool read_event(struct xml_reader *r)
{
    const char *to;

    if (!find_tag(r->p, r->end, &to) || !at(to, r->end, STR("<")))
        return false;
    r->p = to;
    if (!read_start(r))
        return false;
    while (r->depth > 0) {
        const char *from = r->p;

        if (!find_tag(from, r->end, &to) || !put_mixed(r, from, to))
            return false;
        r->p = to;
        if (to + 1 < r->end && to[1] == '/' ? !read_end(r) : !read_start(r))
            return false;
    }
    buf_putc(&r->out, '}');
    return true;
}

bool xml_event_json(struct str xml, struct arena *a, struct str *json)
{
    struct xml_reader r;
    bool ok;

    r.p = xml.ptr;
    r.end = xml.ptr + xml.len;
    r.out = (struct buf){0};
    r.depth = 0;
    r.n_keys = r.n_fields = r.n_attributes = 0;
    buf_reserve(&r.out, xml.len + 64);
    ok = read_event(&r);
    if (r.out.len == 0)
        buf_putc(&r.out, '{');
    *json = arena_str(a, buf_str(&r.out));
    buf_done(&r.out);
    return ok;
}
