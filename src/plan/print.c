/* print.c - a plan as text, for explain and for golden tests: the top node first, inputs indented.
 */
#include <stdio.h>

#include "plan/plan.h"

static void put_text(struct buf *out, struct str s)
{
    buf_putc(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c == '\n')
            buf_puts(out, "\\n");
        else if (c < 0x20 || c == 0x7F)
            buf_printf(out, "\\x%02x", c);
        else
            buf_putc(out, (char)c);
    }
    buf_putc(out, '"');
}

static bool is_plain_name(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ascii_is_digit(c) ||
              (c != '\0' && strchr("_.@#[]-$", c) != NULL)))
            return false;
    }
    return s.len > 0;
}

static void put_name(struct buf *out, struct str s)
{
    if (str_starts(s, STR(FIELD_SEARCH_PREFIX)))
        buf_printf(out, "text search %.*s", (int)(s.len - strlen(FIELD_SEARCH_PREFIX)),
                   s.ptr + strlen(FIELD_SEARCH_PREFIX));
    else if (is_plain_name(s))
        buf_put_str(out, s);
    else
        put_text(out, s);
}

static void put_val(struct buf *out, const struct val *v)
{
    char room[VAL_PRINT_MAX];

    if (v->kind == KIND_ARRAY) {
        buf_putc(out, '[');
        for (uint32_t i = 0; i < v->len; i++) {
            if (i > 0)
                buf_puts(out, ", ");
            put_val(out, &v->u.items[i]);
        }
        buf_putc(out, ']');
    } else if (val_is_null(v)) {
        buf_puts(out, "none");
    } else if (v->kind == KIND_TEXT) {
        put_text(out, val_as_str(v));
    } else {
        buf_put_str(out, val_print(v, room));
    }
}

void expr_print(const struct expr *e, struct buf *out)
{
    size_t n = e->n_args;

    switch (e->kind) {
    case EXPR_CONST:
        put_val(out, &e->value);
        return;
    case EXPR_FIELD:
        put_name(out, e->name);
        return;
    case EXPR_CALL:
        break;
    }
    /* Optional arguments that were not given say nothing. */
    while (n > 0 && e->args[n - 1]->kind == EXPR_CONST && e->args[n - 1]->value.kind == KIND_ABSENT)
        n--;
    buf_printf(out, "%s(", e->fn->name);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_puts(out, ", ");
        expr_print(e->args[i], out);
    }
    buf_putc(out, ')');
}

static void put_names(struct buf *out, const struct str *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_puts(out, ", ");
        put_name(out, names[i]);
    }
}

static void put_item(struct buf *out, const struct plan_item *item)
{
    if (item->n_names > 0) {
        put_names(out, item->names, item->n_names);
        buf_puts(out, item->open ? ", * := " : " := ");
    } else if (item->open) {
        buf_puts(out, "* := ");
    }
    expr_print(item->expr, out);
}

static void put_chain(struct buf *out, const struct plan_node *n, int depth);

static void put_sub(struct buf *out, const char *title, const struct plan_node *n, int depth)
{
    if (n == NULL)
        return;
    buf_printf(out, "%*s%s\n", depth * 2, "", title);
    put_chain(out, n, depth + 1);
}

static void put_scan(struct buf *out, const struct plan_node *n)
{
    const struct plan_scan *scan = &n->u.scan;
    bool first = true;

    buf_puts(out, " fields=[");
    if (n->schema != NULL) {
        for (size_t i = 0; i < n->schema->n; i++) {
            if (str_starts(n->schema->fields[i].name, STR(FIELD_SEARCH_PREFIX)))
                continue;
            if (!first)
                buf_puts(out, ", ");
            first = false;
            put_name(out, n->schema->fields[i].name);
        }
        if (n->schema->open)
            buf_puts(out, first ? "*" : ", *");
    }
    buf_putc(out, ']');
    if (scan->n_searches > 0) {
        buf_puts(out, " searches=[");
        for (size_t i = 0; i < scan->n_searches; i++) {
            if (i > 0)
                buf_puts(out, ", ");
            expr_print(scan->searches[i].predicate, out);
        }
        buf_putc(out, ']');
    }
    if (scan->prefilter.n > 0) {
        buf_puts(out, " prefilter=[");
        for (size_t i = 0; i < scan->prefilter.n; i++) {
            if (i > 0)
                buf_puts(out, ", ");
            put_text(out, scan->prefilter.atoms[i].literal);
            if (scan->prefilter.atoms[i].ignore_case)
                buf_putc(out, 'i');
        }
        buf_putc(out, ']');
    }
}

static void put_sort(struct buf *out, const struct plan_node *n)
{
    static const char *const types[] = {[SORT_NUMBER] = "",
                                        [SORT_TEXT] = " as text",
                                        [SORT_HEX] = " as hex",
                                        [SORT_EXACT] = " exactly"};

    if (n->u.sort.limit != 0)
        buf_printf(out, " %llu", (unsigned long long)n->u.sort.limit);
    buf_puts(out, " by ");
    for (size_t i = 0; i < n->u.sort.n_keys; i++) {
        put_name(out, n->u.sort.keys[i].name);
        buf_printf(out, " %s%s, ", n->u.sort.keys[i].descending ? "desc" : "asc",
                   types[n->u.sort.keys[i].type]);
    }
    buf_puts(out, n->u.sort.ordinal_descending ? "ordinal desc" : "ordinal");
}

static void put_aggs(struct buf *out, const struct plan_agg *items, size_t n, int depth)
{
    for (size_t i = 0; i < n; i++) {
        const struct plan_agg *agg = &items[i];

        buf_printf(out, "%*s", depth * 2 + 2, "");
        put_names(out, agg->names, agg->n_names);
        buf_puts(out, " = ");
        expr_print(agg->call, out);
        buf_putc(out, '\n');
        put_sub(out, "before:", agg->pre, depth + 2);
        put_sub(out, "after:", agg->post, depth + 2);
    }
}

static void put_aggregate(struct buf *out, const struct plan_node *n, int depth)
{
    if (n->u.aggregate.n_keys > 0) {
        buf_puts(out, " by ");
        put_names(out, n->u.aggregate.keys, n->u.aggregate.n_keys);
    }
    if (n->u.aggregate.limit != 0)
        buf_printf(out, " limit %llu", (unsigned long long)n->u.aggregate.limit);
    buf_putc(out, '\n');
    put_aggs(out, n->u.aggregate.items, n->u.aggregate.n_items, depth);
}

static void put_parts(struct buf *out, const struct plan_sequence *s, int depth)
{
    put_name(out, s->id);
    if (s->pause_ms != 0)
        buf_printf(out, " pause %lld ms", (long long)s->pause_ms);
    if (s->duration_ms != 0)
        buf_printf(out, " duration %lld ms", (long long)s->duration_ms);
    buf_putc(out, '\n');
    put_sub(out, s->begin_only ? "only from:" : "begin:", s->begin, depth + 1);
    put_sub(out, "end:", s->end, depth + 1);
}

static void put_neighbor(struct buf *out, const struct plan_sequence *s)
{
    buf_printf(out, "%s%llu:", s->succeeding ? "+" : "-", (unsigned long long)s->distance);
    for (size_t i = 0; i < s->n_include; i++) {
        buf_puts(out, i > 0 ? ", " : " ");
        put_name(out, s->include[i].from);
        buf_puts(out, " as ");
        put_name(out, s->include[i].to);
    }
    buf_putc(out, '\n');
}

static void put_sequence(struct buf *out, const struct plan_node *n, int depth)
{
    const struct plan_sequence *s = &n->u.sequence;

    buf_printf(out, " %s ", s->name);
    if (s->kind == SEQUENCE_PARTS) {
        put_parts(out, s, depth);
        return;
    }
    if (s->kind == SEQUENCE_NEIGHBOR) {
        put_neighbor(out, s);
        return;
    }
    if (s->n_rows != 0)
        buf_printf(out, "%llu rows", (unsigned long long)s->n_rows);
    else if (s->span_ms != 0)
        buf_printf(out, "%lld ms", (long long)s->span_ms);
    else
        buf_puts(out, "all rows so far");
    buf_puts(out, s->without_current ? " before\n" : "\n");
    put_aggs(out, s->items, s->n_items, depth);
}

static void put_project(struct buf *out, const struct plan_node *n)
{
    buf_puts(out, n->u.project.drop ? " drop " : " ");
    for (size_t i = 0; i < n->u.project.n_names; i++) {
        const struct plan_rename *r = &n->u.project.names[i];

        if (i > 0)
            buf_puts(out, ", ");
        put_name(out, r->from);
        if (!n->u.project.drop && !str_eq(r->from, r->to)) {
            buf_puts(out, " as ");
            put_name(out, r->to);
        }
    }
}

static void put_join(struct buf *out, const struct plan_node *n)
{
    static const char *const modes[] = {
        [JOIN_INNER] = "inner", [JOIN_LEFT] = "left", [JOIN_ANTI] = "anti", [JOIN_MARK] = "mark"};

    buf_printf(out, " %s ", modes[n->u.join.mode]);
    put_name(out, n->u.join.table);
    buf_puts(out, " on ");
    for (size_t i = 0; i < n->u.join.n_fields; i++) {
        if (i > 0)
            buf_puts(out, ", ");
        put_name(out, n->u.join.fields[i]);
        buf_puts(out, " = ");
        put_name(out, n->u.join.columns[i]);
    }
    if (n->u.join.mode == JOIN_MARK) {
        buf_puts(out, " as ");
        put_name(out, n->u.join.mark);
    }
}

static void put_session(struct buf *out, const struct plan_node *n)
{
    buf_putc(out, ' ');
    put_name(out, n->u.session.id);
    buf_puts(out, " by ");
    expr_print(n->u.session.time, out);
    buf_puts(out, n->u.session.explicit_begin ? " explicit begin " : " begin ");
    expr_print(n->u.session.begin, out);
    if (n->u.session.end != NULL) {
        buf_puts(out, n->u.session.explicit_end ? " explicit end " : " end ");
        expr_print(n->u.session.end, out);
    }
    if (n->u.session.timeout_ms != 0)
        buf_printf(out, " timeout %lld ms", (long long)n->u.session.timeout_ms);
    if (n->u.session.window_ms != 0)
        buf_printf(out, " window %lld ms", (long long)n->u.session.window_ms);
}

static void put_each(struct buf *out, const struct plan_node *n)
{
    static const char *const modes[] = {
        [EACH_ANY] = "any", [EACH_FILTER] = "filter", [EACH_MAP] = "map"};

    buf_printf(out, " %s of ", modes[n->u.each.mode]);
    put_name(out, n->u.each.array);
    buf_puts(out, " as ");
    put_name(out, n->u.each.var);
    buf_puts(out, " to ");
    put_name(out, n->u.each.as);
}

static void put_link(struct buf *out, const struct plan_node *n, const struct plan_link *link)
{
    put_name(out, n->u.correlate.queries[link->a].name);
    buf_putc(out, '.');
    put_name(out, link->a_field);
    buf_puts(out, " = ");
    put_name(out, n->u.correlate.queries[link->b].name);
    buf_putc(out, '.');
    put_name(out, link->b_field);
}

static void put_correlate(struct buf *out, const struct plan_node *n)
{
    buf_puts(out, " root ");
    put_name(out, n->u.correlate.queries[n->u.correlate.root].name);
    buf_printf(out, " max %llu", (unsigned long long)n->u.correlate.max_per_root);
    if (n->u.correlate.has_within)
        buf_printf(out, " within %lld ms", (long long)n->u.correlate.within_ms);
    if (n->u.correlate.sequence)
        buf_puts(out, " in sequence");
    if (n->u.correlate.once)
        buf_puts(out, " each row once");
    for (size_t i = 0; i < n->u.correlate.n_links; i++) {
        buf_puts(out, i == 0 ? " on " : ", ");
        put_link(out, n, &n->u.correlate.links[i]);
    }
}

static void put_queries(struct buf *out, const struct plan_node *n, int depth)
{
    for (size_t i = 0; n->kind == NODE_CORRELATE && i < n->u.correlate.n_queries; i++) {
        const struct plan_query *q = &n->u.correlate.queries[i];

        buf_printf(out, "%*s", depth * 2, "");
        put_name(out, q->name);
        buf_puts(out, ":\n");
        put_chain(out, q->body, depth + 1);
    }
}

/* Everything of a node that stands on its own line, and its parts below; ends with a line end. */
static void put_node(struct buf *out, const struct plan_node *n, int depth)
{
    buf_printf(out, "%*s%s", depth * 2, "", node_name(n->kind));
    switch (n->kind) {
    case NODE_SCAN:
        put_scan(out, n);
        break;
    case NODE_FILTER:
        buf_putc(out, ' ');
        expr_print(n->u.filter.predicate, out);
        break;
    case NODE_EXTEND:
        for (size_t i = 0; i < n->u.extend.n_items; i++) {
            buf_puts(out, i > 0 ? "; " : " ");
            put_item(out, &n->u.extend.items[i]);
        }
        break;
    case NODE_UNNEST:
    case NODE_GENERATE:
        buf_putc(out, ' ');
        put_item(out, &n->u.unnest.item);
        break;
    case NODE_PROJECT:
        put_project(out, n);
        break;
    case NODE_SORT:
    case NODE_TOP_N:
        put_sort(out, n);
        break;
    case NODE_TOP_SHARE:
        buf_printf(out, " %llu by ", (unsigned long long)n->u.share.limit);
        put_name(out, n->u.share.value);
        buf_puts(out, " desc");
        if (n->u.share.has_rest) {
            buf_puts(out, ", rest ");
            put_text(out, n->u.share.rest);
        }
        break;
    case NODE_LIMIT:
        buf_printf(out, " %llu", (unsigned long long)n->u.limit.n);
        break;
    case NODE_DISTINCT:
        buf_puts(out, " by ");
        put_names(out, n->u.distinct.keys, n->u.distinct.n_keys);
        break;
    case NODE_GROUP_APPLY:
        buf_puts(out, " by ");
        put_names(out, n->u.group_apply.keys, n->u.group_apply.n_keys);
        break;
    case NODE_JOIN:
        put_join(out, n);
        break;
    case NODE_TABLE:
        buf_putc(out, ' ');
        put_name(out, n->u.table.table);
        break;
    case NODE_SERIES:
        buf_putc(out, ' ');
        put_name(out, n->u.series.bucket);
        buf_printf(out, " span %lld ms", (long long)n->u.series.span_ms);
        break;
    case NODE_CORRELATE:
        put_correlate(out, n);
        break;
    case NODE_SESSION:
        put_session(out, n);
        break;
    case NODE_AGGREGATE:
        put_aggregate(out, n, depth);
        return;
    case NODE_SEQUENCE:
        put_sequence(out, n, depth);
        return;
    case NODE_EACH:
        put_each(out, n);
        break;
    case NODE_TRANSPOSE:
        buf_puts(out, n->u.transpose.gather.len > 0 ? " to " : " names to ");
        put_name(out, n->u.transpose.as);
        break;
    case NODE_BRANCH:
    case NODE_INPUT:
    case NODE_UNION:
    case NODE_COUNT:
        break;
    }
    buf_putc(out, '\n');
    for (size_t i = 0; n->kind == NODE_BRANCH && i < n->u.branch.n_clauses; i++)
        put_sub(out, "clause:", n->u.branch.clauses[i].body, depth + 1);
    put_queries(out, n, depth + 1);
    if (n->kind == NODE_EACH)
        put_sub(out, "each:", n->u.each.body, depth + 1);
    if (n->kind == NODE_GROUP_APPLY)
        put_sub(out, "each:", n->u.group_apply.body, depth + 1);
    for (size_t i = 0; n->kind == NODE_UNION && i < n->u.set.n_inputs; i++)
        put_sub(out, "and:", n->u.set.inputs[i], depth + 1);
}

static void put_chain(struct buf *out, const struct plan_node *n, int depth)
{
    for (; n != NULL; n = n->in)
        put_node(out, n, depth++);
}

void plan_print(const struct plan *p, struct buf *out)
{
    for (size_t i = 0; i < p->n_tables; i++) {
        buf_puts(out, "table ");
        put_name(out, p->tables[i].name);
        if (p->tables[i].root == NULL) {
            buf_puts(out, " from file ");
            put_text(out, p->tables[i].file);
            buf_putc(out, '\n');
        } else {
            buf_puts(out, ":\n");
            put_chain(out, p->tables[i].root, 1);
        }
    }
    put_chain(out, p->root, 0);
}
