/* fuzz_pack.c - one input as pack.yaml, as the YAML of a detection, and as its queries. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "detect/detect.h"
#include "util/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(const char *folder, const char *name, const void *data, size_t size)
{
    char path[128];
    int fd;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || file_write(fd, data, size, NULL) != LANNER_OK)
        abort();
    close(fd);
}

static void use(const struct pack_set *s)
{
    static const char *const set[] = {"low=7", "text=a \"quoted\" 'one'"};
    struct buf text = {0};

    for (size_t p = 0; p < s->n_packs; p++) {
        for (size_t i = 0; i < s->packs[p].n_detections; i++) {
            const struct detection *d = &s->packs[p].detections[i];

            if (d->n_attack > 0 && d->attack[0].len == 0)
                abort();
            for (int l = 0; l < QUERY_LANGUAGES; l++) {
                if (d->query[l].ptr != NULL)
                    detection_query_text(d, (enum query_language)l, set, 2, &text);
            }
        }
    }
    buf_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"pack.yaml", "a.yaml", "a.cql", "a.aql"};
    static const char sound[] = "id: p\nattack: [T1589.002]\n";
    static const char detection[] = "parameters: { low: 1, text: x }\n";
    char folder[] = "/tmp/lanner-fuzz-pack-XXXXXX";
    char path[128];

    if (size > 65536 || mkdtemp(folder) == NULL)
        return 0;
    for (int round = 0; round < 3; round++) {
        const char *paths[] = {folder};
        struct pack_set *s = NULL;

        put(folder, "pack.yaml", round == 0 ? (const void *)data : sound,
            round == 0 ? size : sizeof(sound) - 1);
        put(folder, "a.yaml", round == 1 ? (const void *)data : detection,
            round == 1 ? size : sizeof(detection) - 1);
        put(folder, "a.cql", data, size);
        put(folder, "a.aql", data, size);
        if (pack_set_open(paths, 1, &s, NULL) == LANNER_OK)
            use(s);
        pack_set_free(s);
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
    return 0;
}
