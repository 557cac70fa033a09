/* codes.c - the result codes that comparisons and patterns of a query ask for. */
#include "lint/facts.h"

void facts_add(struct facts *f, const struct fact *fact)
{
    if (f->list.n < MAX_FACTS) /* a query of that size is an attack */
        VEC_PUSH(&f->list, *fact);
}

const struct lint_code *lint_code_find(struct str code)
{
    for (size_t i = 0; i < lint_n_codes; i++) {
        if (str_eqz(code, lint_codes[i].code))
            return &lint_codes[i];
    }
    return NULL;
}

static const char *const keys[] = {"errorCode",  "resultType",       "ErrorNumber",
                                   "resultcode", "status.errorCode", "properties.status.errorCode"};

bool facts_is_code_field(struct str field)
{
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (str_eq_nocase(field, str_z(keys[i])))
            return true;
    }
    return false;
}

static bool is_number(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (!ascii_is_digit(s.ptr[i]))
            return false;
    }
    return s.len > 0 && s.len <= 10;
}

/* The JSON key, of those that hold a code, that stands last before `end`; case is no matter. */
static struct str key_before(struct str s, size_t end)
{
    struct str best = STR_NONE;

    for (size_t i = 0; i < end; i++) {
        for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
            struct str key = str_z(keys[k]);

            if (i + key.len <= end && str_eq_nocase(str_of(s.ptr + i, key.len), key))
                best = key;
        }
    }
    return best;
}

/* What follows a number in a pattern: may the number go on? */
static bool is_open(const struct fact *p, size_t i)
{
    struct str s = p->text;

    switch (p->form) {
    case FORM_LIKE:
        return i < s.len && (s.ptr[i] == '%' || s.ptr[i] == '_');
    case FORM_GLOB: /* a search in the whole record is for a part of it */
        return i < s.len ? s.ptr[i] == '*' || s.ptr[i] == '?' : p->payload;
    case FORM_WHOLE:
    case FORM_PART:
        while (i < s.len && (s.ptr[i] == '|' || s.ptr[i] == ')' || ascii_is_digit(s.ptr[i])))
            i++; /* the other numbers of a group */
        if (i == s.len)
            return p->form == FORM_PART;
        return s.ptr[i] == '.' && i + 1 < s.len && (s.ptr[i + 1] == '*' || s.ptr[i + 1] == '+');
    default:
        return false;
    }
}

static void add_pattern_codes(struct facts *f, struct fact p)
{
    bool field = facts_is_code_field(p.field);

    for (size_t i = 0; i < p.text.len;) {
        size_t from = i;
        struct str key;

        while (i < p.text.len && ascii_is_digit(p.text.ptr[i]))
            i++;
        if (i == from) {
            i++;
            continue;
        }
        if (i - from < 5 || i - from > 7)
            continue;
        key = field ? p.field : key_before(p.text, from);
        if (key.len == 0 && p.payload && lint_code_find(str_of(p.text.ptr + from, i - from)))
            key = STR("payload"); /* the number alone */
        if (key.len == 0)
            continue;
        facts_add(f, &(struct fact){.kind = FACT_CODE,
                                    .form = p.form,
                                    .at = p.at,
                                    .field = key,
                                    .text = str_of(p.text.ptr + from, i - from),
                                    .flag = p.flag,
                                    .payload = p.payload,
                                    .open = is_open(&p, i),
                                    .quoted = from > 0 && p.text.ptr[from - 1] == '"'});
    }
}

void facts_add_codes(struct facts *f)
{
    size_t n = f->list.n;

    for (size_t i = 0; i < n; i++) {
        struct fact p = f->list.items[i]; /* a copy: the list grows */

        if (p.kind == FACT_PATTERN) {
            add_pattern_codes(f, p);
        } else if (p.kind == FACT_COMPARE && facts_is_code_field(p.field) && is_number(p.text)) {
            p.kind = FACT_CODE;
            facts_add(f, &p);
        }
    }
}
