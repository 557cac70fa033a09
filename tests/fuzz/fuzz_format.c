/* fuzz_format.c - any bytes through detection, cutting and splitting: records in ascending order,
 * within the input, and the same whatever the size of the windows and whether vector code is used.
 */
#include <stdlib.h>

#include "../unit/format/cutting.h"
#include "util/cpu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool cond)
{
    if (!cond)
        abort();
}

static void check_order(const struct pieces *p, size_t len)
{
    for (size_t i = 0; i < p->list.n; i++) {
        demand(p->list.items[i].offset < len);
        demand(i == 0 || p->list.items[i - 1].offset < p->list.items[i].offset);
        demand(p->list.items[i].bytes.len > 0);
    }
}

static void check_format(const struct format_def *f, struct str all, size_t step)
{
    struct pieces whole, cut, small;

    demand(cut_all(&whole, f, all, all.len, 1 << 30));
    check_order(&whole, all.len);
    cpu_set_simd(false);
    demand(cut_all(&cut, f, all, step, 1 << 30));
    cpu_set_simd(true);
    demand(pieces_same(&whole, &cut));
    demand(cut_all(&small, f, all, step, 48));
    check_order(&small, all.len);
    pieces_done(&whole);
    pieces_done(&cut);
    pieces_done(&small);
}

/* First byte: size of the windows. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str all;

    if (size < 2 || size > 100000)
        return 0;
    all = str_of((const char *)data + 1, size - 1);
    (void)format_binary(all);
    (void)format_detect(all, false);
    (void)format_detect(all, true);
    for (size_t i = 0; format_at(i) != NULL; i++)
        check_format(format_at(i), all, (size_t)data[0] + 1);
    return 0;
}
