/* options.c - command-line options from tables of rows: parsing, help, nearest names, numbers. */
#include "cli/cli.h"
#include "util/civil.h"
#include "util/num.h"

/* Longest name that is compared with mistyped ones. */
#define MAX_NAME    ((size_t)40)
#define HELP_COLUMN 30
#define HELP_WIDTH  92

size_t options_distance(const char *a, const char *b)
{
    size_t row[MAX_NAME + 1];
    size_t n_a = MIN(strlen(a), MAX_NAME);
    size_t n_b = MIN(strlen(b), MAX_NAME);

    for (size_t i = 0; i <= n_b; i++)
        row[i] = i;
    for (size_t i = 1; i <= n_a; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t k = 1; k <= n_b; k++) {
            size_t change = diagonal + (a[i - 1] != b[k - 1]);
            size_t shift = MIN(row[k], row[k - 1]) + 1;

            diagonal = row[k];
            row[k] = MIN(change, shift);
        }
    }
    return row[n_b];
}

static const struct option_row *find_long(const struct option_row *const *tables, struct str name)
{
    for (; *tables != NULL; tables++) {
        for (const struct option_row *row = *tables; row->name != NULL; row++) {
            if (str_eqz(name, row->name))
                return row;
        }
    }
    return NULL;
}

static const struct option_row *find_short(const struct option_row *const *tables, char letter)
{
    for (; *tables != NULL; tables++) {
        for (const struct option_row *row = *tables; row->name != NULL; row++) {
            if (row->letter == letter && letter != '\0')
                return row;
        }
    }
    return NULL;
}

static enum lanner_rc unknown_option(const struct option_row *const *tables, const char *word,
                                     struct str name, struct lanner_err *err)
{
    char typed[MAX_NAME + 1];
    const char *best = NULL;
    size_t best_distance = SIZE_MAX;

    name.len = MIN(name.len, MAX_NAME);
    memcpy(typed, name.ptr, name.len);
    typed[name.len] = '\0';
    for (; *tables != NULL; tables++) {
        for (const struct option_row *row = *tables; row->name != NULL; row++) {
            size_t d = options_distance(typed, row->name);

            if (d < best_distance) {
                best_distance = d;
                best = row->name;
            }
        }
    }
    err_set(err, LANNER_ERR_USAGE, "unknown option '%.60s'", word);
    if (best != NULL && name.len > 1 && best_distance <= MAX(name.len / 3, 2))
        err_hint(err, "did you mean --%s?", best);
    else
        err_hint(err, "options are listed by --help; a word that begins with - goes after --");
    return LANNER_ERR_USAGE;
}

/* Says which option the failure belongs to. */
static enum lanner_rc apply(const struct option_row *row, void *target, const char *value,
                            struct lanner_err *err)
{
    struct lanner_err inner = {0};
    enum lanner_rc rc = row->apply(target, row, value, &inner);

    if (rc != LANNER_OK) {
        err_set(err, rc, "option --%s: %s", row->name, inner.text);
        err_hint(err, "%s", inner.hint);
    }
    return rc;
}

/* One long or short option at argv[*i]; *i moves over a value of its own. */
static enum lanner_rc parse_option(const struct option_row *const *tables, int argc, char **argv,
                                   int *i, void *target, struct lanner_err *err)
{
    const char *word = argv[*i];
    bool is_long = word[1] == '-';
    struct str name = is_long ? str_z(word + 2) : str_of(word + 1, 1);
    const char *value = NULL;
    const struct option_row *row;

    if (is_long && str_find_char(name, '=') != SIZE_MAX) {
        value = strchr(word, '=') + 1;
        name.len = str_find_char(name, '=');
    }
    row = is_long ? find_long(tables, name) : find_short(tables, word[1]);
    if (row == NULL)
        return unknown_option(tables, word, name, err);
    if (!is_long && word[2] != '\0')
        value = word + 2;
    if (row->arg == NULL) {
        if (value != NULL)
            return err_set(err, LANNER_ERR_USAGE, "option --%s takes no value, found '%.60s'",
                           row->name, value);
        return apply(row, target, row->value, err);
    }
    if (value == NULL) {
        if (*i + 1 >= argc) {
            err_set(err, LANNER_ERR_USAGE, "option --%s needs a value", row->name);
            err_hint(err, "write --%s %s", row->name, row->arg);
            return LANNER_ERR_USAGE;
        }
        value = argv[++*i];
    }
    return apply(row, target, value, err);
}

enum lanner_rc options_parse(const struct option_row *const *tables, int argc, char **argv,
                             void *target, const char **words, size_t max_words, size_t *n_words,
                             struct lanner_err *err)
{
    bool only_words = false;

    *n_words = 0;
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];

        if (!only_words && word[0] == '-' && word[1] != '\0') {
            if (strcmp(word, "--") == 0) {
                only_words = true;
                continue;
            }
            if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
                return LANNER_ERR_STOPPED;
            TRY(parse_option(tables, argc, argv, &i, target, err));
            continue;
        }
        if (*n_words == max_words)
            return err_set(err, LANNER_ERR_USAGE, "unexpected argument '%.60s'", word);
        words[(*n_words)++] = word;
    }
    return LANNER_OK;
}

/* The text broken between words, continued under its first line. */
static void put_wrapped(struct buf *out, const char *text, size_t column)
{
    size_t used = column;

    while (*text != '\0') {
        size_t n = strcspn(text, " ");

        if (used + n > HELP_WIDTH && used > column) {
            buf_printf(out, "\n%*s", (int)column, "");
            used = column;
        }
        buf_put(out, text, n);
        used += n;
        text += n;
        if (*text == ' ') {
            text++;
            if (used + 1 + strcspn(text, " ") <= HELP_WIDTH)
                buf_putc(out, ' ');
            used++;
        }
    }
    buf_putc(out, '\n');
}

void options_print(const struct option_row *const *tables, struct buf *out)
{
    for (; *tables != NULL; tables++) {
        for (const struct option_row *row = *tables; row->name != NULL; row++) {
            size_t from = out->len;
            size_t used;

            if (row->letter != '\0')
                buf_printf(out, "  -%c, --%s", row->letter, row->name);
            else
                buf_printf(out, "      --%s", row->name);
            if (row->arg != NULL)
                buf_printf(out, " %s", row->arg);
            used = out->len - from;
            if (used + 2 > HELP_COLUMN)
                buf_printf(out, "\n%*s", HELP_COLUMN, "");
            else
                buf_printf(out, "%*s", (int)(HELP_COLUMN - used), "");
            put_wrapped(out, row->help, HELP_COLUMN);
        }
    }
}

enum lanner_rc options_number(const char *value, uint64_t max, uint64_t *out,
                              struct lanner_err *err)
{
    int64_t n;

    if (!num_parse_long(str_z(value), &n) || n < 0 || (uint64_t)n > max)
        return err_set(err, LANNER_ERR_USAGE, "expected a number up to %llu, found '%.40s'",
                       (unsigned long long)max, value);
    *out = (uint64_t)n;
    return LANNER_OK;
}

enum lanner_rc options_size(const char *value, uint64_t *out, struct lanner_err *err)
{
    static const struct {
        const char *suffix;
        uint64_t factor;
    } units[] = {{"", 1},
                 {"K", UINT64_C(1) << 10},
                 {"M", UINT64_C(1) << 20},
                 {"G", UINT64_C(1) << 30},
                 {"T", UINT64_C(1) << 40},
                 {"KB", 1000},
                 {"MB", 1000000},
                 {"GB", 1000000000},
                 {"TB", UINT64_C(1000000000000)}};
    size_t digits = strspn(value, "0123456789");
    int64_t n;

    if (num_parse_long(str_of(value, digits), &n)) {
        for (size_t i = 0; i < ARRAY_LEN(units); i++) {
            if (strcmp(value + digits, units[i].suffix) != 0)
                continue;
            if ((uint64_t)n > UINT64_MAX / 4 / units[i].factor)
                break;
            *out = (uint64_t)n * units[i].factor;
            return LANNER_OK;
        }
    }
    err_set(err, LANNER_ERR_USAGE, "expected a size, found '%.40s'", value);
    err_hint(err, "a number of bytes, or with K, M, G (powers of 1024), KB, MB, GB (of 1000)");
    return LANNER_ERR_USAGE;
}

/* Digits where the pattern has 0, the character itself elsewhere; the numbers go to fields. */
static bool parse_pattern(const char *value, const char *pattern, int *fields)
{
    for (; *pattern != '\0'; pattern++, value++) {
        if (*pattern != '0') {
            if (*value != *pattern)
                return false;
            fields++;
            continue;
        }
        if (!ascii_is_digit(*value))
            return false;
        *fields = *fields * 10 + (*value - '0');
    }
    return *value == '\0';
}

static bool parse_instant(const char *value, struct civil *c)
{
    int at[8] = {0};
    int day[4] = {0};

    if (parse_pattern(value, "0000-00-00", day))
        memcpy(at, day, 3 * sizeof(day[0]));
    else if (!parse_pattern(value, "0000-00-00T00:00:00Z", at))
        return false;
    *c = (struct civil){
        at[0], (int8_t)at[1], (int8_t)at[2], (int8_t)at[3], (int8_t)at[4], (int8_t)at[5], 0};
    return civil_valid(c);
}

enum lanner_rc options_instant(const char *value, int64_t *ms, struct lanner_err *err)
{
    struct civil c;

    if (!parse_instant(value, &c)) {
        err_set(err, LANNER_ERR_USAGE, "expected a UTC instant, found '%.40s'", value);
        err_hint(err, "write 2026-03-02 or 2026-03-02T08:00:00Z");
        return LANNER_ERR_USAGE;
    }
    *ms = civil_seconds(&c) * MS_PER_S;
    return LANNER_OK;
}
