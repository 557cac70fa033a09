/* parse_time.c - time clauses and spans of time (aql.md 3.2, 6.2). Instants stay as written: their
 * formats and the clock are lowering's. */
#include "lang/aql/parse.h"
#include "util/num.h"

static const struct {
    const char *text;
    int64_t ms;
    bool aql;  /* QRadar's own: the plural */
    bool word; /* a whole word, not an abbreviation */
} units[] = {
    {"SECONDS", 1000, true, true},
    {"MINUTES", 60000, true, true},
    {"HOURS", 3600000, true, true},
    {"DAYS", 86400000, true, true},
    {"SECOND", 1000, false, true},
    {"MINUTE", 60000, false, true},
    {"HOUR", 3600000, false, true},
    {"DAY", 86400000, false, true},
    {"WEEKS", 604800000, false, true},
    {"WEEK", 604800000, false, true},
    {"MONTHS", 2592000000, false, true},
    {"MONTH", 2592000000, false, true},
    {"MILLISECONDS", 1, false, true},
    {"MILLISECOND", 1, false, true},
    {"ms", 1, false, false},
    {"s", 1000, false, false},
    {"sec", 1000, false, false},
    {"secs", 1000, false, false},
    {"m", 60000, false, false},
    {"min", 60000, false, false},
    {"mins", 60000, false, false},
    {"h", 3600000, false, false},
    {"hr", 3600000, false, false},
    {"hrs", 3600000, false, false},
    {"d", 86400000, false, false},
    {"w", 604800000, false, false},
};

/* Index of the unit a word names, or ARRAY_LEN. */
static size_t find_unit(struct str word)
{
    size_t i;

    for (i = 0; i < ARRAY_LEN(units); i++) {
        if (str_eq_nocase(word, str_z(units[i].text)))
            break;
    }
    return i;
}

bool aql_at_time(struct aql_parser *r, unsigned k)
{
    const struct aql_token *next = k + 1 < AQL_LOOK ? aql_look(r, k + 1) : NULL;

    if (next == NULL)
        return false;
    switch (aql_look(r, k)->word) {
    case W_LAST:
        return next->kind == TOKEN_NUMBER;
    case W_START:
        return next->kind == TOKEN_NUMBER || next->kind == TOKEN_STRING ||
               next->kind == TOKEN_QUOTED ||
               ((next->word == W_PARSEDATETIME || next->word == W_NOW) && k + 2 < AQL_LOOK &&
                aql_look(r, k + 2)->sign == SIGN_OPEN);
    case W_TIMES:
        return next->word == W_OFFENSE_TIME;
    default:
        return false;
    }
}

static enum lanner_rc times(int64_t n, int64_t unit, struct span at, int64_t *ms,
                            struct lanner_err *err)
{
    if (__builtin_mul_overflow(n, unit, ms))
        return err_set_at(err, LANNER_ERR_QUERY, at, "the span of time is too long");
    return LANNER_OK;
}

enum lanner_rc aql_parse_span(struct aql_parser *r, const char *what, int64_t *ms,
                              struct lanner_err *err)
{
    const struct aql_token t = *aql_look(r, 0);
    const struct aql_token *u;
    size_t i = ARRAY_LEN(units);
    int64_t n;

    TRY(aql_parse_count(r, "a whole number and a unit of time", &n, err));
    u = aql_look(r, 0);
    if (u->kind == TOKEN_WORD)
        i = find_unit(u->text);
    if (i == ARRAY_LEN(units))
        return aql_expected(r, "a unit of time (SECONDS, MINUTES, HOURS, DAYS)", err);
    if (!units[i].aql)
        aql_repair(r->p, u->at, "'%.*s' as a unit of %s; AQL has SECONDS, MINUTES, HOURS and DAYS",
                   STR_ARG(u->text), what);
    else if (u->glued)
        aql_repair(r->p, u->at, "no blank between the number and '%.*s'", STR_ARG(u->text));
    aql_take(r);
    return times(n, units[i].ms, aql_since(r, t.at), ms, err);
}

bool aql_at_duration(struct aql_parser *r)
{
    const struct aql_token *u = aql_look(r, 1);
    size_t i;

    if (aql_look(r, 0)->kind != TOKEN_NUMBER || u->kind != TOKEN_WORD)
        return false;
    i = find_unit(u->text);
    /* An abbreviation that stands alone may be an alias. */
    return i < ARRAY_LEN(units) && (units[i].word || u->glued);
}

/* INTERVAL '1' DAY, INTERVAL 1 DAY, INTERVAL '1 day'. */
static enum lanner_rc parse_interval(struct aql_parser *r, struct aql_node *n,
                                     struct lanner_err *err)
{
    const struct aql_token *t = aql_look(r, 0);
    const struct aql_token *u;
    int64_t count, ms;
    size_t i;

    if (t->kind == TOKEN_NUMBER)
        return aql_parse_span(r, "INTERVAL", &n->number.u.i, err);
    if (t->kind == TOKEN_STRING && span_parse(str_trim(t->text), &ms) && ms >= 0) {
        aql_take(r);
        n->number.u.i = ms;
        return LANNER_OK;
    }
    if (t->kind != TOKEN_STRING || !num_parse_long(t->text, &count) || count < 0)
        return aql_expected(r, "a whole number after INTERVAL, such as '1'", err);
    aql_take(r);
    u = aql_look(r, 0);
    i = u->kind == TOKEN_WORD ? find_unit(u->text) : ARRAY_LEN(units);
    if (i == ARRAY_LEN(units))
        return aql_expected(r, "a unit of time (SECONDS, MINUTES, HOURS, DAYS)", err);
    aql_take(r);
    return times(count, units[i].ms, n->at, &n->number.u.i, err);
}

enum lanner_rc aql_parse_duration(struct aql_parser *r, struct aql_node **out,
                                  struct lanner_err *err)
{
    struct span at = aql_look(r, 0)->at;
    struct aql_node *n = aql_node(r, AQL_DURATION, at);

    n->number = val_long(0);
    if (aql_take_word(r, W_INTERVAL))
        TRY(parse_interval(r, n, err));
    else
        TRY(aql_parse_span(r, "a span of time", &n->number.u.i, err));
    n->at = aql_since(r, at);
    aql_repair(r->p, n->at, "a span of time is read as %lld milliseconds; AQL has numbers only",
               (long long)n->number.u.i);
    *out = n;
    return LANNER_OK;
}

/* A text, milliseconds, PARSEDATETIME('...') or NOW(). */
static enum lanner_rc parse_instant(struct aql_parser *r, const char *what, struct aql_instant *out,
                                    struct lanner_err *err)
{
    const struct aql_token t = *aql_look(r, 0);

    switch (t.kind) {
    case TOKEN_QUOTED:
        aql_repair(r->p, t.at, "a time in double quotes; AQL wants single ones");
        /* fall through */
    case TOKEN_STRING:
        aql_take(r);
        *out = (struct aql_instant){.kind = AQL_AT_TEXT, .text = t.text};
        break;
    case TOKEN_NUMBER:
        out->kind = AQL_AT_MS;
        TRY(aql_parse_count(r, "a time in milliseconds", &out->ms, err));
        if (aql_at_sign(r, SIGN_MINUS) || aql_at_sign(r, SIGN_SLASH)) {
            aql_expected(r, "STOP, another clause or the end of the query", err);
            err_hint(err, "a time is written in quotes: '2024-01-31 14:00'");
            return LANNER_ERR_QUERY;
        }
        break;
    case TOKEN_WORD:
        if (t.word != W_PARSEDATETIME && t.word != W_NOW)
            return aql_expected(r, what, err);
        aql_take(r);
        out->kind = t.word == W_NOW ? AQL_AT_NOW : AQL_AT_PARSED;
        TRY(aql_want_sign(r, SIGN_OPEN, "'('", err));
        if (t.word == W_PARSEDATETIME) {
            if (aql_look(r, 0)->kind != TOKEN_STRING)
                return aql_expected(r, "a time in quotes, such as '1 hour ago'", err);
            out->text = aql_take(r).text;
        }
        TRY(aql_want_sign(r, SIGN_CLOSE, "')'", err));
        break;
    default:
        return aql_expected(r, what, err);
    }
    out->at = aql_since(r, t.at);
    return LANNER_OK;
}

enum lanner_rc aql_parse_time(struct aql_parser *r, struct aql_time **out, struct lanner_err *err)
{
    struct aql_time *time = ARENA_NEW(r->arena, struct aql_time);
    struct span at = aql_look(r, 0)->at;

    switch (aql_take(r).word) {
    case W_LAST:
        time->kind = AQL_TIME_LAST;
        TRY(aql_parse_span(r, "LAST", &time->last_ms, err));
        break;
    case W_START:
        time->kind = AQL_TIME_RANGE;
        TRY(parse_instant(r, "a time after START, such as '2024-01-31 14:00'", &time->start, err));
        time->has_stop = aql_take_word(r, W_STOP);
        if (time->has_stop)
            TRY(parse_instant(r, "a time after STOP, such as '2024-01-31 15:00'", &time->stop,
                              err));
        break;
    default:
        time->kind = AQL_TIME_OFFENSE;
        TRY(aql_want_word(r, W_OFFENSE_TIME, "after TIMES", err));
        TRY(aql_want_sign(r, SIGN_OPEN, "'('", err));
        TRY(aql_parse_expr(r, &time->offense, err));
        TRY(aql_want_sign(r, SIGN_CLOSE, "')'", err));
    }
    time->at = aql_since(r, at);
    *out = time;
    return LANNER_OK;
}
