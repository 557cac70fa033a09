/* fn_xml.c - parseXml(): a field of every element and attribute.
 *
 * Elements are read into a flat list first, because whether a name gets an index depends on
 * siblings that come later. There are no DTDs and no entities but the five of XML and numbers;
 * depth and number of elements are bounded. */
#include "fn/sink.h"
#include "util/hash.h"
#include "util/utf8.h"

#define XML_NODES_MOST 8000
#define XML_DEPTH_MOST 256

enum { XML_FIELD, XML_PREFIX, XML_STRICT };

struct xml_node {
    struct str name;
    struct str text; /* content, or the attribute's value */
    uint32_t parent; /* index + 1; 0: none */
    uint32_t index;  /* among siblings of the same name */
    uint32_t n_same; /* of the first sibling of that name: how many there are */
    uint32_t first;  /* that sibling */
    bool has_children, is_attribute;
};

struct xml {
    struct str s;
    size_t i;
    struct arena *arena;
    struct xml_node *nodes;
    uint32_t n;
    uint32_t open[XML_DEPTH_MOST];
    uint32_t depth;
    struct strmap names; /* parent and name to the first sibling */
    struct buf text;
};

static bool at(const struct xml *x, const char *z)
{
    size_t n = strlen(z);

    return x->s.len - x->i >= n && memcmp(x->s.ptr + x->i, z, n) == 0;
}

static char peek(const struct xml *x)
{
    return x->i < x->s.len ? x->s.ptr[x->i] : '\0';
}

static void skip_blanks(struct xml *x)
{
    while (x->i < x->s.len && ascii_is_space(x->s.ptr[x->i]))
        x->i++;
}

/* Past the mark; false when it does not come. */
static bool skip_past(struct xml *x, const char *mark)
{
    size_t n = str_find(str_of(x->s.ptr + x->i, x->s.len - x->i), str_z(mark));

    if (n == SIZE_MAX)
        return false;
    x->i += n + strlen(mark);
    return true;
}

static bool is_name_end(char c)
{
    return ascii_is_space(c) || c == '>' || c == '/' || c == '=' || c == '<' || c == '\0' ||
           c == '"' || c == '\'';
}

static bool read_name(struct xml *x, struct str *out)
{
    size_t start = x->i;

    while (x->i < x->s.len && !is_name_end(x->s.ptr[x->i]))
        x->i++;
    *out = str_of(x->s.ptr + start, x->i - start);
    return out->len > 0;
}

/* `&lt;` and the like at s[i]; what is none of them stands for itself. Returns its length. */
static size_t put_entity(struct buf *out, struct str s, size_t i)
{
    static const struct {
        struct str name;
        char c;
    } known[] = {{STR_INIT("&lt;"), '<'},
                 {STR_INIT("&gt;"), '>'},
                 {STR_INIT("&amp;"), '&'},
                 {STR_INIT("&quot;"), '"'},
                 {STR_INIT("&apos;"), '\''}};
    struct str rest = str_of(s.ptr + i, s.len - i);
    uint32_t code = 0;
    size_t k = 2;
    bool hex;

    for (size_t n = 0; n < ARRAY_LEN(known); n++) {
        if (str_starts(rest, known[n].name)) {
            buf_putc(out, known[n].c);
            return known[n].name.len;
        }
    }
    if (rest.len < 4 || rest.ptr[1] != '#')
        goto plain;
    hex = rest.ptr[2] == 'x';
    for (k += hex; k < rest.len && k < 12 && rest.ptr[k] != ';'; k++) {
        char c = ascii_lower(rest.ptr[k]);

        if (ascii_is_digit(c))
            code = code * (hex ? 16 : 10) + (uint32_t)(c - '0');
        else if (hex && c >= 'a' && c <= 'f')
            code = code * 16 + (uint32_t)(c - 'a' + 10);
        else
            goto plain;
    }
    if (k < rest.len && rest.ptr[k] == ';' && k > 2u + hex) {
        utf8_put(out, code);
        return k + 1;
    }
plain:
    buf_putc(out, '&');
    return 1;
}

static struct str unescaped(struct xml *x, struct str s)
{
    if (s.len == 0 || memchr(s.ptr, '&', s.len) == NULL)
        return s;
    buf_clear(&x->text);
    for (size_t i = 0; i < s.len;) {
        if (s.ptr[i] == '&')
            i += put_entity(&x->text, s, i);
        else
            buf_putc(&x->text, s.ptr[i++]);
    }
    return arena_str(x->arena, buf_str(&x->text));
}

static struct xml_node *node_add(struct xml *x, struct str name, uint32_t parent)
{
    struct xml_node *n;
    struct str key;
    size_t first;

    if (x->n == XML_NODES_MOST)
        return NULL;
    key = arena_printf(x->arena, "%u/%.*s", (unsigned)parent, STR_ARG(name));
    first = strmap_get(&x->names, key);
    n = &x->nodes[x->n];
    *n = (struct xml_node){.name = name, .parent = parent};
    if (first == SIZE_MAX) {
        strmap_put(&x->names, key, x->n);
        n->first = x->n;
    } else {
        n->first = (uint32_t)first;
        n->index = x->nodes[first].n_same;
    }
    x->nodes[n->first].n_same++;
    if (parent > 0)
        x->nodes[parent - 1].has_children = true;
    x->n++;
    return n;
}

static bool read_attributes(struct xml *x, uint32_t element)
{
    for (;;) {
        struct xml_node *n;
        struct str name;
        size_t start;
        char quote;
        bool had = x->nodes[element - 1].has_children;

        skip_blanks(x);
        if (peek(x) == '>' || peek(x) == '/')
            return true;
        if (!read_name(x, &name))
            return false;
        skip_blanks(x);
        if (peek(x) != '=')
            return false;
        x->i++;
        skip_blanks(x);
        quote = peek(x);
        if (quote != '"' && quote != '\'')
            return false;
        start = ++x->i;
        while (x->i < x->s.len && x->s.ptr[x->i] != quote)
            x->i++;
        if (x->i == x->s.len)
            return false;
        n = node_add(x, name, element);
        if (n == NULL)
            return false;
        n->is_attribute = true;
        n->text = unescaped(x, str_of(x->s.ptr + start, x->i - start));
        x->nodes[element - 1].has_children = had; /* an attribute is no child */
        x->i++;
    }
}

static bool read_open_tag(struct xml *x)
{
    struct str name;

    x->i++;
    if (!read_name(x, &name) || x->depth == XML_DEPTH_MOST ||
        node_add(x, name, x->depth > 0 ? x->open[x->depth - 1] : 0) == NULL)
        return false;
    x->open[x->depth++] = x->n;
    if (!read_attributes(x, x->n))
        return false;
    if (peek(x) == '/') {
        x->i++;
        x->depth--;
    }
    if (peek(x) != '>')
        return false;
    x->i++;
    return true;
}

static bool read_close_tag(struct xml *x)
{
    struct str name;

    x->i += 2;
    if (!read_name(x, &name) || x->depth == 0 ||
        !str_eq(name, x->nodes[x->open[x->depth - 1] - 1].name))
        return false;
    skip_blanks(x);
    if (peek(x) != '>')
        return false;
    x->i++;
    x->depth--;
    return true;
}

static void add_text(struct xml *x, struct str s)
{
    struct xml_node *n;

    if (x->depth == 0 || s.len == 0)
        return;
    n = &x->nodes[x->open[x->depth - 1] - 1];
    n->text =
        n->text.len == 0 ? s : arena_printf(x->arena, "%.*s%.*s", STR_ARG(n->text), STR_ARG(s));
}

/* One piece between or at angle brackets; false when the text is no XML. */
static bool read_piece(struct xml *x)
{
    size_t start = x->i;

    if (at(x, "<![CDATA[")) {
        x->i += 9;
        start = x->i;
        if (!skip_past(x, "]]>"))
            return false;
        add_text(x, str_of(x->s.ptr + start, x->i - 3 - start));
        return true;
    }
    if (at(x, "<!--"))
        return skip_past(x, "-->");
    if (at(x, "<?"))
        return skip_past(x, "?>");
    if (at(x, "<!"))
        return false; /* a DTD */
    if (at(x, "</"))
        return read_close_tag(x);
    if (at(x, "<"))
        return read_open_tag(x);
    while (x->i < x->s.len && x->s.ptr[x->i] != '<')
        x->i++;
    add_text(x, unescaped(x, str_of(x->s.ptr + start, x->i - start)));
    return true;
}

/* Texts outside the root, as a syslog header, are passed over up to the first bracket. */
static bool read_document(struct xml *x)
{
    bool good = true;

    x->i = str_find_char(x->s, '<');
    if (x->i == SIZE_MAX)
        return false;
    while (good && x->i < x->s.len)
        good = read_piece(x);
    return good && x->depth == 0 && x->n > 0;
}

/* Name of a node below its parents; repeated elements get an index. Each parent's name is made
 * before its children's, because it stands before them in the list. */
static struct str *node_names(const struct xml *x, struct str prefix)
{
    struct str *names = ARENA_ARRAY(x->arena, struct str, x->n);

    for (uint32_t k = 0; k < x->n; k++) {
        const struct xml_node *n = &x->nodes[k];
        struct str base = n->parent > 0 ? names[n->parent - 1] : prefix;
        const char *dot = n->parent > 0 ? "." : "";

        if (x->nodes[n->first].n_same > 1)
            names[k] = arena_printf(x->arena, "%.*s%s%.*s[%u]", STR_ARG(base), dot,
                                    STR_ARG(n->name), (unsigned)n->index);
        else
            names[k] = arena_printf(x->arena, "%.*s%s%.*s", STR_ARG(base), dot, STR_ARG(n->name));
    }
    return names;
}

static void put_nodes(const struct xml *x, const struct sink *sink, struct str prefix)
{
    struct str *names = node_names(x, prefix);

    for (uint32_t k = 0; k < x->n; k++) {
        const struct xml_node *n = &x->nodes[k];
        struct str text = n->is_attribute ? n->text : str_trim(n->text);

        if (n->has_children && text.len == 0)
            continue;
        sink_put(sink, names[k], text.len > 0 ? val_str(text) : val_text("", 0));
    }
}

struct xml_call {
    struct sink_names names;
    struct str prefix;
    bool strict;
};

static enum lanner_rc bind_xml(struct fn_call *call, struct lanner_err *err)
{
    struct xml_call *p = ARENA_NEW(call->env->arena, struct xml_call);

    (void)err;
    p->prefix = arg_text(call, XML_PREFIX, call->env->arena);
    p->strict = arg_bool(call, XML_STRICT, false);
    sink_names_init(&p->names, call);
    call->state = p;
    return LANNER_OK;
}

static enum lanner_rc eval_xml(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct fn_multi *out, struct lanner_err *err)
{
    const struct xml_call *p = run->call->state;
    struct xml x = {.arena = out->arena};
    char room[VAL_PRINT_MAX];

    (void)err;
    x.nodes = arena_alloc(out->arena, XML_NODES_MOST * sizeof(*x.nodes));
    SEL_FOR (sel, i) {
        struct sink sink = {&p->names, run->call, out, i};

        if (!cell_text(column_at(&args[XML_FIELD], i), room, &x.s) || x.s.ptr == room)
            continue;
        x.n = 0;
        x.depth = 0;
        strmap_init(&x.names);
        if (read_document(&x))
            put_nodes(&x, &sink, p->prefix);
        else if (p->strict)
            out->drop[i] = 1;
        else
            sink_error(&sink, "the text is no XML");
        strmap_done(&x.names);
    }
    buf_done(&x.text);
    return LANNER_OK;
}

static const struct fn_param xml_params[] = {PARAM("field", P_FIELD, PARAM_DEFAULT, "@rawstring"),
                                             PARAM("prefix", P_TEXT, 0, ""),
                                             PARAM("strict", P_BOOL, 0, "false"), PARAMS_END};

const struct fn_def fn_xml[] = {
    {
        .name = "parseXml",
        .kind = FN_MULTI,
        .params = xml_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .writes_open = true,
        .spelled = {[LANG_CQL] = "parseXml"},
        .family = "Parsing",
        .doc = "Makes a field of every element (`Task.A`) and attribute (`Task.A.name`); repeated "
               "elements get `[n]`. What is no XML sets `@error`, with `strict=true` the event is "
               "dropped. DTDs are refused.",
        .bind = bind_xml,
        .eval_multi = eval_xml,
        .writes = sink_writes,
    },
    {0},
};
