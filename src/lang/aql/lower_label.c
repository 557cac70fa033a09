/* lower_label.c - names of result columns without an alias (aql.md 3.3). */
#include "lang/aql/lower.h"
#include "util/buf.h"

static bool is_source(const struct aql_lower *l, struct str name)
{
    for (size_t i = 0; i < l->sel->rels.n; i++) {
        const struct aql_rel *rel = l->sel->rels.items[i];

        if (str_eq_nocase(rel->alias, name) || str_eq_nocase(rel->name, name))
            return true;
    }
    return false;
}

/* A field's name as the product spells it; of a custom property as it is written. */
static struct str name_label(const struct aql_lower *l, const struct aql_node *n)
{
    const struct aql_field *f;

    for (size_t i = 0; l->sel != NULL && i < l->sel->rels.n; i++) {
        const struct aql_rel *rel = l->sel->rels.items[i];

        for (size_t k = 0; k < rel->n_cols; k++) {
            if (str_eq_nocase(rel->cols[k].label, n->text))
                return rel->cols[k].label;
        }
    }
    if (n->space.len != 0 && !is_source(l, n->space))
        return arena_printf(l->arena, "%.*s.%.*s", STR_ARG(n->space), STR_ARG(n->text));
    f = aql_field_find(n->text);
    return f != NULL ? str_z(f->name) : n->text;
}

static struct str squeezed(struct aql_lower *l, const struct aql_node *n)
{
    return aql_squeeze(l->arena, l->text, n->at);
}

/* The fields of a tree, each with _ before it. */
static void put_fields(const struct aql_lower *l, const struct aql_node *n, struct buf *out)
{
    if (n->kind == AQL_NAME) {
        buf_putc(out, '_');
        buf_put_str(out, name_label(l, n));
        return;
    }
    for (size_t i = 0; i < n->n_kids; i++)
        put_fields(l, n->kids[i], out);
}

static void put_aggregate(struct aql_lower *l, const struct aql_node *n, struct buf *out)
{
    bool count = str_eq_nocase(n->text, STR("COUNT"));

    if (count && n->distinct) {
        buf_puts(out, "UNIQUECOUNT");
    } else {
        for (size_t i = 0; i < n->text.len; i++) {
            char c = n->text.ptr[i];

            buf_putc(out, c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c);
        }
    }
    for (size_t i = 0; i < n->n_kids; i++) {
        const struct aql_node *arg = n->kids[i];

        if (arg->kind == AQL_STAR || (count && arg->kind == AQL_NUMBER))
            continue;
        buf_putc(out, '_');
        buf_put_str(out, arg->kind == AQL_NAME ? name_label(l, arg) : squeezed(l, arg));
    }
}

struct str aql_label(struct aql_lower *l, const struct aql_node *n, bool first)
{
    struct buf b = {0};
    struct str out;

    if (n->kind == AQL_NAME && first) {
        buf_puts(&b, "FIRST_");
        buf_put_str(&b, name_label(l, n));
    } else if (n->kind == AQL_NAME) {
        buf_put_str(&b, name_label(l, n));
    } else if (n->kind == AQL_STRING) {
        buf_put_str(&b, n->text);
    } else if (n->kind == AQL_CALL && n->space.len == 0 && aql_is_aggregate_name(n->text)) {
        put_aggregate(l, n, &b);
    } else if (n->kind == AQL_CALL) {
        for (size_t i = 0; i < n->text.len; i++)
            buf_putc(&b, ascii_lower(n->text.ptr[i]));
        for (size_t i = 0; i < n->n_kids; i++)
            put_fields(l, n->kids[i], &b);
    } else {
        buf_put_str(&b, squeezed(l, n));
    }
    out = arena_str(l->arena, buf_str(&b));
    buf_done(&b);
    return out;
}
