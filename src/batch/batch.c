/* batch.c - values as text and numbers, their saved form, open rows, batches. See batch.h. */
#include "batch/batch.h"

#include <arpa/inet.h>

#include "util/buf.h"
#include "util/civil.h"
#include "util/hash.h"
#include "util/num.h"

/* Arrays hold scalars; what claims to nest deeper than this is damaged. */
#define MAX_ARRAY_DEPTH 4

static_assert(VAL_PRINT_MAX >= NUM_PRINT_MAX, "numbers fit");

static bool is_v4_mapped(const unsigned char *ip)
{
    static const unsigned char prefix[12] = {[10] = 0xff, [11] = 0xff};

    return memcmp(ip, prefix, sizeof(prefix)) == 0;
}

static size_t print_byte(unsigned char byte, char *room)
{
    size_t n = 0;

    if (byte >= 100)
        room[n++] = (char)('0' + byte / 100);
    if (byte >= 10)
        room[n++] = (char)('0' + byte / 10 % 10);
    room[n++] = (char)('0' + byte % 10);
    return n;
}

/* One address prints in one way, however it was written: a v4 address mapped into v6 as v4. */
static size_t print_ip(const struct val *v, char room[VAL_PRINT_MAX])
{
    const unsigned char *p = (const unsigned char *)v->u.ptr;
    char text[INET6_ADDRSTRLEN];
    const char *z;
    size_t n = 0;

    if (is_v4_mapped(p)) {
        for (int i = 12; i < 16; i++) {
            if (n > 0)
                room[n++] = '.';
            n += print_byte(p[i], room + n);
        }
        return n;
    }
    z = inet_ntop(AF_INET6, p, text, sizeof(text));
    n = z != NULL ? strlen(z) : 0;
    assert(n <= VAL_PRINT_MAX);
    memcpy(room, text, n);
    return n;
}

static size_t print_mac(uint64_t mac, char *room)
{
    static const char hex[] = "0123456789abcdef";
    size_t n = 0;

    for (int shift = 40; shift >= 0; shift -= 8) {
        if (n > 0)
            room[n++] = ':';
        room[n++] = hex[mac >> (shift + 4) & 15];
        room[n++] = hex[mac >> shift & 15];
    }
    return n;
}

struct str val_print(const struct val *v, char room[VAL_PRINT_MAX])
{
    switch ((enum kind)v->kind) {
    case KIND_TEXT:
    case KIND_NUMTEXT:
    case KIND_BOOLTEXT:
    case KIND_BYTES:
        return str_of(v->u.ptr, v->len);
    case KIND_LONG:
        return str_of(room, num_print_long(room, v->u.i));
    case KIND_DOUBLE:
        return str_of(room, num_print_double(room, v->u.d));
    case KIND_BOOL:
        return v->u.i != 0 ? STR("true") : STR("false");
    case KIND_TIME:
        /* Language time values are whole milliseconds, cut. */
        return str_of(room, num_print_long(room, floor_div(v->u.i, NS_PER_MS)));
    case KIND_IP:
        return str_of(room, print_ip(v, room));
    case KIND_MAC:
        return str_of(room, print_mac((uint64_t)v->u.i, room));
    case KIND_ABSENT:
    case KIND_NULL:
    case KIND_ARRAY:
        break;
    }
    return str_of(room, 0);
}

struct val val_to_num(const struct val *v)
{
    int64_t i;
    double d;

    switch ((enum kind)v->kind) {
    case KIND_LONG:
    case KIND_DOUBLE:
        return *v;
    case KIND_TIME:
        return val_long(floor_div(v->u.i, NS_PER_MS));
    case KIND_TEXT:
    case KIND_NUMTEXT:
        if (num_parse_long(val_as_str(v), &i))
            return val_long(i);
        if (num_parse_double(val_as_str(v), &d))
            return val_double(d);
        return VAL_ABSENT;
    default:
        return VAL_ABSENT;
    }
}

static struct val copy_bytes(const struct val *v, size_t len, struct arena *a)
{
    struct val out = *v;

    out.u.ptr = arena_str(a, str_of(v->u.ptr, len)).ptr;
    return out;
}

static struct val copy_deep(const struct val *v, struct arena *a, int depth)
{
    struct val out = *v;
    struct val *items;

    switch ((enum kind)v->kind) {
    case KIND_TEXT:
    case KIND_NUMTEXT:
    case KIND_BOOLTEXT:
    case KIND_BYTES:
        return copy_bytes(v, v->len, a);
    case KIND_IP:
        return copy_bytes(v, 16, a);
    case KIND_ARRAY:
        assert(depth < MAX_ARRAY_DEPTH);
        items = ARENA_ARRAY(a, struct val, v->len);
        for (uint32_t i = 0; i < v->len; i++)
            items[i] = copy_deep(&v->u.items[i], a, depth + 1);
        out.u.items = items;
        return out;
    default:
        return out;
    }
}

struct val val_copy(const struct val *v, struct arena *a)
{
    return copy_deep(v, a, 0);
}

uint64_t val_hash(const struct val *v, uint64_t seed)
{
    char room[VAL_PRINT_MAX];
    struct str s;
    uint64_t h;

    if (v->kind <= KIND_NULL)
        return hash_mix(seed, v->kind);
    if (v->kind == KIND_ARRAY) {
        h = hash_mix(seed, v->len);
        for (uint32_t i = 0; i < v->len; i++)
            h = val_hash(&v->u.items[i], h);
        return h;
    }
    s = val_print(v, room);
    return hash_bytes(s.ptr, s.len, seed);
}

bool val_same(const struct val *a, const struct val *b)
{
    char room_a[VAL_PRINT_MAX];
    char room_b[VAL_PRINT_MAX];

    if (val_is_text(a) && val_is_text(b))
        return str_eq(val_as_str(a), val_as_str(b));
    if (a->kind <= KIND_NULL || b->kind <= KIND_NULL)
        return a->kind == b->kind;
    if (a->kind == KIND_ARRAY || b->kind == KIND_ARRAY) {
        if (a->kind != b->kind || a->len != b->len)
            return false;
        for (uint32_t i = 0; i < a->len; i++) {
            if (!val_same(&a->u.items[i], &b->u.items[i]))
                return false;
        }
        return true;
    }
    if (a->kind == b->kind && a->kind == KIND_LONG)
        return a->u.i == b->u.i;
    if (a->kind == b->kind && a->kind == KIND_DOUBLE)
        return a->u.d == b->u.d; /* different doubles print differently */
    if (a->kind == b->kind && a->kind == KIND_IP)
        return memcmp(a->u.ptr, b->u.ptr, 16) == 0;
    return str_eq(val_print(a, room_a), val_print(b, room_b));
}

void val_save(const struct val *v, struct buf *out)
{
    buf_put_u8(out, v->kind);
    switch ((enum kind)v->kind) {
    case KIND_ABSENT:
    case KIND_NULL:
        break;
    case KIND_TEXT:
    case KIND_NUMTEXT:
    case KIND_BOOLTEXT:
    case KIND_BYTES:
        buf_put_bytes(out, str_of(v->u.ptr, v->len));
        break;
    case KIND_LONG:
    case KIND_BOOL:
    case KIND_TIME:
    case KIND_MAC:
        buf_put_u64(out, (uint64_t)v->u.i);
        break;
    case KIND_DOUBLE:
        buf_put_f64(out, v->u.d);
        break;
    case KIND_IP:
        buf_put_u8(out, (uint8_t)v->len);
        buf_put(out, v->u.ptr, 16);
        break;
    case KIND_ARRAY:
        buf_put_u32(out, v->len);
        for (uint32_t i = 0; i < v->len; i++)
            val_save(&v->u.items[i], out);
        break;
    }
}

static struct val damaged(struct reader *r)
{
    r->bad = true;
    return VAL_ABSENT;
}

static struct val load_ip(struct reader *r)
{
    struct val v = {.kind = KIND_IP};

    v.len = read_u8(r);
    if (r->bad || r->end - r->ptr < 16 || (v.len != 4 && v.len != 6))
        return damaged(r);
    v.u.ptr = r->ptr;
    r->ptr += 16;
    return v;
}

static struct val load_deep(struct reader *r, struct arena *a, int depth);

static struct val load_array(struct reader *r, struct arena *a, int depth)
{
    struct val v = {.kind = KIND_ARRAY};
    struct val *items;

    v.len = read_u32(r);
    /* Each element takes a byte at least: a damaged count cannot ask for more than is there. */
    if (r->bad || depth >= MAX_ARRAY_DEPTH || (size_t)(r->end - r->ptr) < v.len)
        return damaged(r);
    items = ARENA_ARRAY(a, struct val, v.len);
    for (uint32_t i = 0; i < v.len && !r->bad; i++)
        items[i] = load_deep(r, a, depth + 1);
    v.u.items = items;
    return r->bad ? VAL_ABSENT : v;
}

static struct val load_deep(struct reader *r, struct arena *a, int depth)
{
    struct val v = {.kind = read_u8(r)};
    struct str s;

    if (r->bad || v.kind > KIND_ARRAY)
        return damaged(r);
    switch ((enum kind)v.kind) {
    case KIND_ABSENT:
    case KIND_NULL:
        break;
    case KIND_TEXT:
    case KIND_NUMTEXT:
    case KIND_BOOLTEXT:
    case KIND_BYTES:
        s = read_bytes(r);
        v.u.ptr = s.ptr;
        v.len = (uint32_t)s.len;
        break;
    case KIND_LONG:
    case KIND_BOOL:
    case KIND_TIME:
    case KIND_MAC:
        v.u.i = (int64_t)read_u64(r);
        break;
    case KIND_DOUBLE:
        v.u.d = read_f64(r);
        if (!__builtin_isfinite(v.u.d))
            return damaged(r);
        break;
    case KIND_IP:
        return load_ip(r);
    case KIND_ARRAY:
        return load_array(r, a, depth);
    }
    return r->bad ? VAL_ABSENT : v;
}

struct val val_load(struct reader *r, struct arena *a)
{
    return load_deep(r, a, 0);
}

struct val *open_get(struct open_row *row, struct str name)
{
    for (uint32_t i = 0; i < row->n; i++) {
        if (str_eq(row->fields[i].name, name))
            return &row->fields[i].v;
    }
    return NULL;
}

void open_put(struct open_row *row, struct str name, struct val v, struct arena *a)
{
    struct val *old = open_get(row, name);

    if (old != NULL) {
        *old = v;
        return;
    }
    if (row->n == row->cap) {
        uint32_t cap = row->cap != 0 ? row->cap * 2 : 8;
        struct open_field *fields =
            arena_alloc(a, arena_array_size(cap, sizeof(struct open_field)));

        assert(cap > row->cap);
        if (row->n > 0)
            memcpy(fields, row->fields, row->n * sizeof(*fields));
        row->fields = fields;
        row->cap = cap;
    }
    row->fields[row->n++] = (struct open_field){name, v};
}

struct batch *batch_new(struct arena *a, uint32_t n_rows, uint32_t n_cols, uint32_t cap_cols,
                        bool open)
{
    struct batch *b = ARENA_NEW(a, struct batch);

    b->arena = a;
    b->n_rows = n_rows;
    b->n_cols = n_cols;
    b->cap_cols = MAX(cap_cols, n_cols);
    b->cols = ARENA_ARRAY(a, struct column, b->cap_cols);
    for (uint32_t c = 0; c < n_cols; c++)
        b->cols[c].v = ARENA_ARRAY(a, struct val, n_rows);
    b->ord = ARENA_ARRAY(a, struct ordinal, n_rows);
    b->sel.idx = ARENA_ARRAY(a, uint32_t, n_rows);
    if (open)
        b->open = ARENA_ARRAY(a, struct open_row, n_rows);
    return b;
}

uint32_t batch_add_column(struct batch *b)
{
    if (b->n_cols == b->cap_cols) {
        uint32_t cap = b->cap_cols != 0 ? b->cap_cols * 2 : 8;
        struct column *cols = ARENA_ARRAY(b->arena, struct column, cap);

        if (b->n_cols > 0)
            memcpy(cols, b->cols, b->n_cols * sizeof(*cols));
        b->cols = cols;
        b->cap_cols = cap;
    }
    b->cols[b->n_cols] = (struct column){
        .v = arena_alloc(b->arena, arena_array_size(b->n_rows, sizeof(struct val)))};
    return b->n_cols++;
}

struct sel sel_copy(const struct sel *s, struct arena *a)
{
    struct sel out = {
        .idx = arena_alloc(a, arena_array_size(s->n, sizeof(uint32_t))),
        .n = s->n,
    };

    if (s->n > 0)
        memcpy(out.idx, s->idx, s->n * sizeof(uint32_t));
    return out;
}
