/* file.c - files and folders. See file.h. */
#include "util/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_FOLDER_DEPTH 64
#define READ_STEP        ((size_t)256 * 1024)

static enum lanner_rc refused(struct lanner_err *err, const char *what, const char *name)
{
    char reason[128];
    int code = errno;

    /* The GNU form: thread-safe, and not the locale's text because nobody set one here. */
    return err_set(err, LANNER_ERR_IO, "cannot %s %s: %s", what, name,
                   strerror_r(code, reason, sizeof(reason)));
}

void file_close(int fd)
{
    if (fd >= 0)
        close(fd);
}

enum lanner_rc file_open(const char *path, int *fd, struct lanner_err *err)
{
    struct stat st;
    int f = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (f < 0)
        return refused(err, "open", path);
    if (fstat(f, &st) != 0) {
        file_close(f);
        return refused(err, "examine", path);
    }
    if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode) && !S_ISCHR(st.st_mode)) {
        file_close(f);
        return err_set(err, LANNER_ERR_IO, "cannot read %s: it is %s", path,
                       S_ISDIR(st.st_mode) ? "a folder" : "not a file");
    }
    *fd = f;
    return LANNER_OK;
}

enum lanner_rc file_read_some(int fd, void *dst, size_t len, size_t *n, struct lanner_err *err)
{
    ssize_t got;

    do {
        got = read(fd, dst, len);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return refused(err, "read from", "the input");
    *n = (size_t)got;
    return LANNER_OK;
}

enum lanner_rc file_read(int fd, void *dst, size_t len, size_t *n, struct lanner_err *err)
{
    size_t total = 0;

    while (total < len) {
        size_t got = 0;

        TRY(file_read_some(fd, (char *)dst + total, len - total, &got, err));
        if (got == 0)
            break;
        total += got;
    }
    *n = total;
    return LANNER_OK;
}

enum lanner_rc file_read_at(int fd, void *dst, size_t len, uint64_t offset, size_t *n,
                            struct lanner_err *err)
{
    size_t total = 0;

    while (total < len) {
        ssize_t got = pread(fd, (char *)dst + total, len - total, (off_t)(offset + total));

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return refused(err, "read from", "the input");
        if (got == 0)
            break;
        total += (size_t)got;
    }
    *n = total;
    return LANNER_OK;
}

enum lanner_rc file_write(int fd, const void *src, size_t len, struct lanner_err *err)
{
    size_t total = 0;

    while (total < len) {
        ssize_t put = write(fd, (const char *)src + total, len - total);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return refused(err, "write to", "the file");
        total += (size_t)put;
    }
    return LANNER_OK;
}

enum lanner_rc file_write_at(int fd, const void *src, size_t len, uint64_t offset,
                             struct lanner_err *err)
{
    size_t total = 0;

    while (total < len) {
        ssize_t put = pwrite(fd, (const char *)src + total, len - total, (off_t)(offset + total));

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return refused(err, "write to", "the file");
        total += (size_t)put;
    }
    return LANNER_OK;
}

enum lanner_rc file_read_all_fd(int fd, const char *name, size_t limit, struct buf *out,
                                struct lanner_err *err)
{
    size_t start = out->len;

    for (;;) {
        size_t got = 0;

        buf_reserve(out, READ_STEP);
        TRY(file_read(fd, out->ptr + out->len, READ_STEP, &got, err));
        out->len += got;
        if (out->len - start > limit)
            return err_set(err, LANNER_ERR_LIMIT, "%s is larger than the %zu bytes allowed", name,
                           limit);
        if (got < READ_STEP)
            return LANNER_OK;
    }
}

enum lanner_rc file_read_all(const char *path, size_t limit, struct buf *out,
                             struct lanner_err *err)
{
    enum lanner_rc rc;
    int fd = -1;

    TRY(file_open(path, &fd, err));
    rc = file_read_all_fd(fd, path, limit, out, err);
    file_close(fd);
    return rc;
}

enum lanner_rc file_temporary(const char *folder, int *fd, struct lanner_err *err)
{
    struct buf path = {0};
    enum lanner_rc rc = LANNER_OK;
    int f;

    if (folder == NULL || folder[0] == '\0')
        folder = getenv("TMPDIR");
    if (folder == NULL || folder[0] == '\0')
        folder = "/tmp";
    f = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (f < 0) {
        /* Not every file system knows files without a name. */
        buf_printf(&path, "%s/lanner-XXXXXX", folder);
        buf_putc(&path, '\0');
        f = mkostemp(path.ptr, O_CLOEXEC);
        if (f >= 0)
            unlink(path.ptr);
    }
    if (f < 0)
        rc = refused(err, "make a temporary file in", folder);
    else
        *fd = f;
    buf_done(&path);
    return rc;
}

static void info_from(const struct stat *st, struct file_info *out)
{
    *out = (struct file_info){
        .kind = S_ISREG(st->st_mode)    ? FILE_REGULAR
                : S_ISDIR(st->st_mode)  ? FILE_FOLDER
                : S_ISFIFO(st->st_mode) ? FILE_PIPE
                                        : FILE_OTHER,
        .size = st->st_size > 0 && S_ISREG(st->st_mode) ? (uint64_t)st->st_size : 0,
        .device = (uint64_t)st->st_dev,
        .inode = (uint64_t)st->st_ino,
        .modified_ns = (int64_t)st->st_mtim.tv_sec * NS_PER_S + st->st_mtim.tv_nsec,
    };
}

enum lanner_rc file_stat(const char *path, struct file_info *out, struct lanner_err *err)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return refused(err, "open", path);
    info_from(&st, out);
    return LANNER_OK;
}

enum lanner_rc file_stat_fd(int fd, struct file_info *out, struct lanner_err *err)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return refused(err, "examine", "the input");
    info_from(&st, out);
    return LANNER_OK;
}

void file_paths_done(file_paths *paths)
{
    for (size_t i = 0; i < paths->n; i++)
        free(paths->items[i]);
    VEC_DONE(paths);
}

struct listing {
    file_paths *out;
    file_on_skip on_skip; /* may be NULL */
    void *ctx;
};

static void skip(struct listing *l, const char *path, const char *reason)
{
    if (l->on_skip != NULL)
        l->on_skip(l->ctx, path, reason);
}

static void skip_errno(struct listing *l, const char *path)
{
    char text[128];

    skip(l, path, strerror_r(errno, text, sizeof(text)));
}

static void list_into(struct listing *l, int fd, struct buf *path, int depth);

/* One entry; path holds its full path and a NUL behind path->len. */
static void list_entry(struct listing *l, int dir_fd, const char *name, struct buf *path, int depth)
{
    struct stat st;
    int fd;

    if (fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        skip_errno(l, path->ptr);
    } else if (S_ISREG(st.st_mode)) {
        VEC_PUSH(l->out, xstrndup(path->ptr, path->len));
    } else if (S_ISDIR(st.st_mode)) {
        if (depth >= MAX_FOLDER_DEPTH) {
            skip(l, path->ptr, "folders are nested too deep");
            return;
        }
        fd = openat(dir_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
            skip_errno(l, path->ptr);
        else
            list_into(l, fd, path, depth + 1);
    }
}

/* Takes fd over. path->len bytes are the folder's path; depth bounds the recursion. */
static void list_into(struct listing *l, int fd, struct buf *path, int depth)
{
    DIR *dir = fdopendir(fd);
    struct dirent *entry;
    size_t len = path->len;

    if (dir == NULL) {
        skip_errno(l, path->ptr);
        file_close(fd);
        return;
    }
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        if (len == 0 || path->ptr[len - 1] != '/')
            buf_putc(path, '/');
        buf_puts(path, entry->d_name);
        buf_putc(path, '\0');
        path->len--;
        list_entry(l, dirfd(dir), entry->d_name, path, depth);
        path->len = len;
    }
    buf_putc(path, '\0');
    path->len--;
    closedir(dir);
}

static int path_order(const void *x, const void *y)
{
    return strcmp(*(char *const *)x, *(char *const *)y);
}

enum lanner_rc folder_list(const char *folder, file_paths *out, file_on_skip on_skip, void *ctx,
                           struct lanner_err *err)
{
    struct listing l = {.out = out, .on_skip = on_skip, .ctx = ctx};
    struct buf path = {0};
    size_t before = out->n;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return refused(err, "list", folder);
    buf_puts(&path, folder);
    list_into(&l, fd, &path, 0);
    buf_done(&path);
    if (out->n > before)
        qsort(out->items + before, out->n - before, sizeof(*out->items), path_order);
    return LANNER_OK;
}

/* A name's parts are not empty, not `.`, not `..`, and hold no NUL. */
static bool name_is_safe(struct str name)
{
    size_t start = 0;

    if (name.len == 0 || name.len > 4096 || memchr(name.ptr, '\0', name.len) != NULL)
        return false;
    for (size_t i = 0; i <= name.len; i++) {
        struct str part;

        if (i < name.len && name.ptr[i] != '/')
            continue;
        part = str_of(name.ptr + start, i - start);
        if (part.len == 0 || str_eq(part, STR(".")) || str_eq(part, STR("..")))
            return false;
        start = i + 1;
    }
    return true;
}

/* For kernels without openat2: every part is opened in turn and none may be a link. */
static int open_parts(int fd, char *name)
{
    char *part = name;

    while (fd >= 0 && part != NULL) {
        char *slash = strchr(part, '/');
        int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
        int next;
        int code;

        if (slash != NULL) {
            *slash = '\0';
            flags |= O_DIRECTORY;
        }
        next = openat(fd, part, flags);
        code = errno;
        file_close(fd);
        errno = code;
        fd = next;
        part = slash != NULL ? slash + 1 : NULL;
    }
    return fd;
}

/* Opens name under folder without ever leaving it. The kernel does the checking, so nobody can swap
 * a folder for a link in between. */
static int open_beneath(const char *folder, char *name)
{
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int code;
    int fd;

    if (dir < 0)
        return -1;
    fd = (int)syscall(SYS_openat2, dir, name, &how, sizeof(how));
    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        return open_parts(dir, name);
    code = errno;
    file_close(dir);
    errno = code;
    return fd;
}

enum lanner_rc file_open_under(const char *folder, struct str name, int *fd, struct lanner_err *err)
{
    struct stat st;
    char *copy;
    int f;

    if (!name_is_safe(name))
        return err_set(err, LANNER_ERR_IO,
                       "the file name '%.*s' is not allowed: expected a relative path without "
                       "empty, . or .. parts",
                       STR_ARG(str_of(name.ptr, MIN(name.len, 200))));
    copy = xstrndup(name.ptr, name.len);
    f = open_beneath(folder, copy);
    free(copy);
    if (f < 0) {
        char reason[128];

        if (errno == EXDEV || errno == ELOOP)
            return err_set(err, LANNER_ERR_IO, "cannot open %.*s in %s: a link leads out of it",
                           STR_ARG(name), folder);
        return err_set(err, LANNER_ERR_IO, "cannot open %.*s in %s: %s", STR_ARG(name), folder,
                       strerror_r(errno, reason, sizeof(reason)));
    }
    if (fstat(f, &st) != 0 || !S_ISREG(st.st_mode)) {
        file_close(f);
        return err_set(err, LANNER_ERR_IO, "cannot open %.*s in %s: it is not a regular file",
                       STR_ARG(name), folder);
    }
    *fd = f;
    return LANNER_OK;
}

/* The first number in a small file of the system, or `otherwise`; "max" is otherwise as well. */
static uint64_t read_number(const char *path, const char *key, uint64_t otherwise)
{
    char text[4096];
    const char *p = text;
    size_t n;
    uint64_t v = 0;
    int fd;

    if (file_open(path, &fd, NULL) != LANNER_OK)
        return otherwise;
    if (file_read(fd, text, sizeof(text) - 1, &n, NULL) != LANNER_OK)
        n = 0;
    file_close(fd);
    text[n] = '\0';
    if (key != NULL) {
        p = strstr(text, key);
        if (p == NULL)
            return otherwise;
        p += strlen(key);
    }
    while (*p == ' ')
        p++;
    if (!ascii_is_digit(*p))
        return otherwise;
    for (; ascii_is_digit(*p) && v < UINT64_MAX / 16; p++)
        v = v * 10 + (uint64_t)(*p - '0');
    return v;
}

/* The least limit of the process's group and the groups above it. /proc/self/cgroup names the group
 * as "0::/path". What the groups use is not looked at: most of that is page cache, which gives way.
 */
static uint64_t group_limit(void)
{
    struct buf text = {0};
    struct buf file = {0};
    uint64_t least = UINT64_MAX;
    uint64_t limit;
    char *path = NULL;
    char *line;

    if (file_read_all("/proc/self/cgroup", 65536, &text, NULL) == LANNER_OK) {
        buf_putc(&text, '\0');
        line = strstr(text.ptr, "0::/");
        if (line != NULL) {
            path = line + 3;
            path[strcspn(path, "\n")] = '\0';
        }
    }
    for (char *slash = path; slash != NULL;) {
        buf_clear(&file);
        buf_printf(&file, "/sys/fs/cgroup%s/memory.max%c", path, 0);
        limit = read_number(file.ptr, NULL, UINT64_MAX);
        least = MIN(least, limit);
        slash = strrchr(path, '/');
        if (slash != NULL)
            *slash = '\0';
    }
    buf_done(&text);
    buf_done(&file);
    return least;
}

uint64_t memory_available(void)
{
    uint64_t kib = read_number("/proc/meminfo", "MemAvailable:", 0);
    uint64_t old = read_number("/sys/fs/cgroup/memory/memory.limit_in_bytes", NULL, UINT64_MAX);
    uint64_t group = group_limit();
    uint64_t least = kib != 0 ? kib * 1024 : UINT64_MAX;

    least = MIN(least, MIN(old, group));
    return least != UINT64_MAX ? least : 0;
}
