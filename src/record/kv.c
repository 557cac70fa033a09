/* kv.c - key=value text. See kv.h.
 *
 * What the table of cql.md 3.3 amounts to: a key is the token right before a separator, blanks
 * between allowed. A value is the quoted text or the run up to a blank or comma no        directly
 * behind the separator, else empty; unknown   behind the separator and any blanks; yes       the
 * same, unless that run is itself a key (blanks and a separator follow): then the value is empty.
 * When the first separator of the text has its value attached, all values must be. */
#include "record/kv.h"

/* Quotes that do not close cost a look at the whole rest; after this many all quotes of the text
 * are bytes like others, so that hostile text takes linear time. */
#define UNCLOSED_MAX 16

struct kv {
    struct str text;
    struct str separator;
    enum kv_padding padding;
    bool attached; /* KV_PADDING_YES: values must be attached */
    unsigned n_unclosed;
    struct arena *arena;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static size_t blanks(const struct kv *kv, size_t i)
{
    while (i < kv->text.len && is_blank(kv->text.ptr[i]))
        i++;
    return i;
}

static bool separator_at(const struct kv *kv, size_t i)
{
    return i <= kv->text.len &&
           str_starts(str_of(kv->text.ptr + i, kv->text.len - i), kv->separator);
}

/* One past the closing quote of the quote at i, or 0 when it does not close. */
static size_t quoted_end(struct kv *kv, size_t i)
{
    char quote = kv->text.ptr[i];

    if (kv->n_unclosed == UNCLOSED_MAX)
        return 0;
    for (i++; i < kv->text.len; i++) {
        if (kv->text.ptr[i] == '\\')
            i++;
        else if (kv->text.ptr[i] == quote)
            return i + 1;
    }
    kv->n_unclosed++;
    return 0;
}

/* The text between the quotes at [from, to): a backslash before the quote or itself goes. */
static struct str unquote(const struct kv *kv, size_t from, size_t to)
{
    struct str s = str_of(kv->text.ptr + from + 1, to - from - 2);
    char quote = kv->text.ptr[from];
    char *dst;
    size_t n = 0;

    if (s.len == 0 || memchr(s.ptr, '\\', s.len) == NULL)
        return s;
    dst = arena_alloc(kv->arena, s.len);
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '\\' && i + 1 < s.len && (s.ptr[i + 1] == quote || s.ptr[i + 1] == '\\'))
            i++;
        dst[n++] = s.ptr[i];
    }
    return str_of(dst, n);
}

static bool ends_key(char c)
{
    return ascii_is_space(c) || c == '"' || c == '\'' || c == ',';
}

/* The value at or behind i, a separator's end; returns where to go on. */
static size_t take_value(struct kv *kv, size_t i, struct str *value)
{
    bool may_skip = kv->padding != KV_PADDING_NO && !kv->attached;
    size_t from = may_skip ? blanks(kv, i) : i;
    size_t to = from;
    size_t behind;

    *value = str_of(kv->text.ptr + i, 0);
    if (from == kv->text.len)
        return from;
    if (kv->text.ptr[from] == '"' || kv->text.ptr[from] == '\'') {
        to = quoted_end(kv, from);
        if (to != 0) {
            *value = unquote(kv, from, to);
            return to;
        }
        to = from + 1; /* a quote that does not close is a byte like others */
    }
    while (to < kv->text.len && !ascii_is_space(kv->text.ptr[to]) && kv->text.ptr[to] != ',')
        to++;
    behind = blanks(kv, to);
    if (kv->padding == KV_PADDING_YES && to > from && behind > to && separator_at(kv, behind))
        return from; /* it is the next key */
    *value = str_of(kv->text.ptr + from, to - from);
    return to;
}

/* The end of the token at i: a quoted text, or a run that may be a key. i itself: there is none. */
static size_t token_end(struct kv *kv, size_t i, bool *quoted)
{
    size_t k = i;

    *quoted = false;
    if (kv->text.ptr[i] == '"' || kv->text.ptr[i] == '\'') {
        k = quoted_end(kv, i);
        *quoted = k != 0;
        return *quoted ? k : i;
    }
    while (k < kv->text.len && !ends_key(kv->text.ptr[k]) && !separator_at(kv, k))
        k++;
    return k;
}

static size_t take_pair(struct kv *kv, size_t i, struct kv_pair *pair, bool first)
{
    bool quoted;
    size_t e = token_end(kv, i, &quoted);
    size_t behind = blanks(kv, e);

    pair->key = STR_NONE;
    if (e == i)
        return i + (separator_at(kv, i) ? kv->separator.len : 1);
    if (!separator_at(kv, behind))
        return e;
    pair->key = quoted ? unquote(kv, i, e) : str_of(kv->text.ptr + i, e - i);
    behind += kv->separator.len;
    if (first && kv->padding == KV_PADDING_YES)
        kv->attached = behind < kv->text.len && !is_blank(kv->text.ptr[behind]);
    return take_value(kv, behind, &pair->value);
}

struct kv_pair *kv_parse(struct str text, struct str separator, enum kv_padding padding,
                         struct arena *a, size_t *n, bool *cut)
{
    struct kv kv = {.text = text, .separator = separator, .padding = padding, .arena = a};
    struct kv_pair *pairs = NULL;
    size_t cap = 0;
    size_t i = 0;

    *n = 0;
    if (cut != NULL)
        *cut = false;
    if (separator.len == 0)
        return NULL;
    while (i < text.len) {
        struct kv_pair pair;

        i = take_pair(&kv, i, &pair, *n == 0);
        if (pair.key.len == 0)
            continue;
        if (*n == KV_MAX_PAIRS) {
            if (cut != NULL)
                *cut = true;
            break;
        }
        if (*n == cap) {
            struct kv_pair *more;

            cap = cap != 0 ? cap * 2 : 16;
            more = ARENA_ARRAY(a, struct kv_pair, cap);
            if (*n != 0)
                memcpy(more, pairs, *n * sizeof(*pairs));
            pairs = more;
        }
        pairs[(*n)++] = pair;
    }
    return pairs;
}
