/* fuzz_yaml.c - declarations from any text. */
#include "util/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct yaml_node *root;
    struct lanner_err err;
    struct arena a;

    arena_init(&a, 4096);
    if (yaml_parse(&a, "fuzz", str_of((const char *)data, size), &root, &err) == LANNER_OK)
        yaml_get(root, "name");
    arena_done(&a);
    return 0;
}
