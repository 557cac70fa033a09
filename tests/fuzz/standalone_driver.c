/* standalone_driver.c - runs a fuzz target over the files of its corpus, without a fuzzer, and
 * prints TAP: one line for each file. A crash or a sanitizer's report ends the program, and so the
 * test. */
#include <stdlib.h>

#include "../unit/tap.h"
#include "util/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
    file_paths paths = {0};
    struct lanner_err err = {0};

    if (argc != 2 || folder_list(argv[1], &paths, NULL, NULL, &err) != LANNER_OK) {
        printf("Bail out! no corpus: %s\n", err.text);
        return 2;
    }
    for (size_t i = 0; i < paths.n; i++) {
        struct buf data = {0};

        OK(file_read_all(paths.items[i], SIZE_MAX / 2, &data, &err) == LANNER_OK);
        LLVMFuzzerTestOneInput((const uint8_t *)data.ptr, data.len);
        buf_done(&data);
    }
    /* The empty input belongs to every corpus. */
    OK(LLVMFuzzerTestOneInput((const uint8_t *)"", 0) == 0);
    file_paths_done(&paths);
    TAP_DONE();
}
