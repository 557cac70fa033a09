/* fuzz_safe.c - any bytes through what makes text harmless: what must not come out, and that
 * folding loses nothing and ends. */
#include <stdlib.h>

#include "util/safe.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void check_calm(const struct buf *b, const char *keep)
{
    require(utf8_valid(buf_str(b)));
    for (size_t i = 0; i < b->len; i++) {
        unsigned char c = (unsigned char)b->ptr[i];

        require((c >= 0x20 && c != 0x7F) || (c != 0 && strchr(keep, c) != NULL));
    }
}

static void check_markup(const struct buf *b)
{
    require(utf8_valid(buf_str(b)));
    for (size_t i = 0; i < b->len; i++)
        require(b->ptr[i] != '\0' && strchr("<>\"'\x1b\r", b->ptr[i]) == NULL);
}

/* The cell reads back as it was written: quotes are doubled inside quotes. */
static void check_csv(const struct buf *b)
{
    bool quoted = b->len > 0 && b->ptr[0] == '"';

    for (size_t i = quoted ? 1 : 0; i < b->len; i++) {
        if (b->ptr[i] == '"') {
            if (i + 1 == b->len) {
                require(quoted);
                return;
            }
            require(quoted && b->ptr[++i] == '"');
        } else {
            require(quoted || b->ptr[i] == '\0' || strchr(",\n\r", b->ptr[i]) == NULL);
        }
    }
    require(!quoted);
}

static void check_fold(struct str s, size_t width, bool words)
{
    struct safe_fold fold = {.next = 0};
    size_t before;

    do {
        before = fold.next;
        if (words)
            safe_fold_words(s, before, width, &fold);
        else
            safe_fold_next(s, before, width, &fold);
        require(fold.next > before || fold.next >= s.len);
        require(fold.next <= s.len && fold.line.len <= fold.next - before);
        require(fold.line.len == 0 || fold.line.ptr == s.ptr + before);
    } while (fold.next < s.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str s = str_of((const char *)data, size);
    struct buf b = {0};

    safe_put_text(&b, s, true, "\n");
    check_calm(&b, "\n");
    for (size_t width = 1; width < 20; width += 6) {
        check_fold(buf_str(&b), width, false);
        check_fold(buf_str(&b), width, true);
        check_fold(s, width, true);
    }
    buf_clear(&b);
    safe_put_json(&b, s, true);
    check_calm(&b, "");
    buf_clear(&b);
    safe_put_markup(&b, s);
    check_markup(&b);
    buf_clear(&b);
    safe_put_csv(&b, s, true, true);
    check_csv(&b);
    buf_clear(&b);
    safe_put_uri_path(&b, s);
    check_calm(&b, "");
    buf_done(&b);
    return 0;
}
