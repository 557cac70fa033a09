/* fuzz_w3c.c - any bytes as a #Fields line and a row: picked columns are those of the split row,
 * and everything points at bytes that are there. */
#include <stdlib.h>

#include "record/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool fine)
{
    if (!fine)
        abort();
}

static void check_row(struct str row, const struct csv_header *h, struct arena *a)
{
    uint32_t *slots = ARENA_ARRAY(a, uint32_t, h->n);
    struct val *vals = ARENA_ARRAY(a, struct val, h->n);
    size_t n, made = w3c_n_columns(h);
    struct str *cells = csv_row_split(row, h, a, &n);

    for (size_t i = 0; i < h->n; i++)
        slots[i] = (uint32_t)i;
    (void)csv_row_pick(row, h, slots, a, vals);
    check(n <= made);
    for (size_t i = 0; i < made; i++)
        check(i < n ? str_eq(val_as_str(&vals[i]), cells[i]) : vals[i].kind == KIND_ABSENT);
    for (size_t i = made; i < h->n; i++)
        check(vals[i].kind == KIND_ABSENT || vals[i].len <= 5 * row.len + 16);
    check(h->dialect == CSV_ELFF || w3c_count(row, false) >= n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str all = str_of((const char *)data, size), fields, row, value;
    const char *nl = size > 0 ? memchr(data, '\n', size) : NULL;
    struct arena a;

    if (nl == NULL)
        return 0;
    fields = str_of(all.ptr, (size_t)(nl - all.ptr));
    row = str_of(nl + 1, all.len - fields.len - 1);
    arena_init(&a, 0);
    if (w3c_directive(fields, &value) == W3C_FIELDS)
        fields = value;
    for (int quotes = 0; quotes < 2; quotes++) {
        const struct csv_header *h = w3c_header(fields, quotes != 0, STR("2026-03-02"), &a);

        if (h != NULL)
            check_row(row, h, &a);
    }
    check(w3c_iis_columns(row) == 0 || w3c_is_dated(row));
    arena_done(&a);
    return 0;
}
