/* fuzz_kv.c - any bytes as key=value text; the first byte says padding and separator. */
#include "record/kv.h"

#include <stdlib.h>

#include "record/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct str separators[] = {STR_INIT("="), STR_INIT(":"), STR_INIT("->"),
                                            STR_INIT(" ")};
    struct arena a;
    struct kv_pair *pairs;
    struct url url;
    struct str text;
    size_t n;
    bool cut;

    if (size == 0)
        return 0;
    text = str_of((const char *)data + 1, size - 1);
    arena_init(&a, 0);
    pairs = kv_parse(text, separators[data[0] >> 6], (enum kv_padding)(data[0] % 3), &a, &n, &cut);
    for (size_t i = 0; i < n; i++) {
        if (pairs[i].key.len == 0 || pairs[i].value.ptr == NULL || pairs[i].value.len > size)
            abort();
    }
    url_split(text, &url);
    arena_done(&a);
    return 0;
}
