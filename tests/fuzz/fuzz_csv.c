/* fuzz_csv.c - any bytes as CSV: record ends do not depend on where windows are cut, picked columns
 * are those of the split record. The first byte says how long a window is and which delimiter. */
#include "record/csv.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool fine)
{
    if (!fine)
        abort();
}

static void fields(struct str record, char delimiter, struct arena *a)
{
    uint32_t slots[5] = {UINT32_MAX, 0, UINT32_MAX, 1, 2};
    struct val v[3];
    size_t n;
    struct str *f = csv_split(record, delimiter, a, 1000, &n);
    static const size_t columns[] = {1, 3, 4};

    csv_pick(record, delimiter, slots, 5, a, v);
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        if (columns[i] < n)
            check(v[i].kind == KIND_TEXT && str_eq(val_as_str(&v[i]), f[columns[i]]));
        else
            check(v[i].kind == KIND_ABSENT);
    }
    for (size_t i = 0; i < n; i++)
        csv_header_name(f[i], a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data + 1;
    const char *end = (const char *)data + size;
    const char *record = text;
    struct csv_state whole = {0};
    struct csv_state cut = {0};
    struct arena a;
    size_t window;
    char delimiter;

    if (size == 0)
        return 0;
    window = 1 + (data[0] & 63);
    delimiter = ",;\t,"[data[0] >> 6];
    arena_init(&a, 0);
    for (const char *from = text; from < end; from += window) {
        const char *to = from + MIN(window, (size_t)(end - from));
        const char *p = from;

        while ((p = csv_record_end(p, to, delimiter, &cut)) != NULL) {
            check(csv_record_end(record, end, delimiter, &whole) == p);
            fields(str_of(record, (size_t)(p - record)), delimiter, &a);
            record = ++p;
        }
    }
    check(csv_record_end(record, end, delimiter, &whole) == NULL);
    check(whole.in_quotes == cut.in_quotes && whole.quote_seen == cut.quote_seen);
    if (record < end)
        fields(str_of(record, (size_t)(end - record)), delimiter, &a);
    csv_header_parse(str_of(text, (size_t)(end - text)), delimiter, &a);
    csv_guess_delimiter(str_of(text, (size_t)(end - text)));
    arena_done(&a);
    return 0;
}
