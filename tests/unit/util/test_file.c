/* test_file.c - files and folders, in a scratch folder of its own. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"
#include "util/file.h"

static void put_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    struct lanner_err err;

    OK(fd >= 0 && file_write(fd, text, strlen(text), &err) == LANNER_OK);
    file_close(fd);
}

/* Opens under `top` and gives the first bytes; empty when refused. */
static struct str under(const char *name)
{
    static char room[64];
    struct lanner_err err = {0};
    size_t n = 0;
    int fd;

    if (file_open_under("top", str_z(name), &fd, &err) != LANNER_OK)
        return STR("");
    if (file_read(fd, room, sizeof(room), &n, &err) != LANNER_OK)
        n = 0;
    file_close(fd);
    return str_of(room, n);
}

static void count_skip(void *ctx, const char *path, const char *reason)
{
    (void)path;
    (void)reason;
    ++*(int *)ctx;
}

static void test_under(void)
{
    OK_STR(under("a.csv"), "A");
    OK_STR(under("sub/b.csv"), "B");
    /* A link that stays inside; kernels without openat2 cannot tell and refuse it. */
    OK(str_eqz(under("inner"), "B") || under("inner").len == 0);
    OK_STR(under("outer"), "");
    OK_STR(under("up/secret"), "");
    OK_STR(under("absolute"), "");
    OK_STR(under("../secret"), "");
    OK_STR(under("sub/../a.csv"), "");
    OK_STR(under("/etc/passwd"), "");
    OK_STR(under("./a.csv"), "");
    OK_STR(under("sub//b.csv"), "");
    OK_STR(under("sub/"), "");
    OK_STR(under("sub"), "");
    OK_STR(under(""), "");
    OK_STR(under("nosuch"), "");
    {
        struct lanner_err err = {0};
        int fd;

        OK(file_open_under("top", STR("a.csv\0x"), &fd, &err) == LANNER_ERR_IO);
        OK(file_open_under("nosuch", STR("a.csv"), &fd, &err) == LANNER_ERR_IO);
    }
}

static void test_list(void)
{
    static const char *const want[] = {"top/Z.txt", "top/a.csv", "top/sub/b.csv", "top/sub.d/c"};
    file_paths paths = {0};
    struct lanner_err err = {0};
    int skipped = 0;

    OK(folder_list("top", &paths, count_skip, &skipped, &err) == LANNER_OK);
    OK_INT(paths.n, 4);
    /* '.' sorts before '/': sub.d comes before sub/ in path bytes. */
    OK_STR(str_z(paths.items[0]), want[0]);
    OK_STR(str_z(paths.items[1]), want[1]);
    OK_STR(str_z(paths.items[2]), want[3]);
    OK_STR(str_z(paths.items[3]), want[2]);
    OK_INT(skipped, 0);
    file_paths_done(&paths);
    OK(folder_list("top/", &paths, NULL, NULL, &err) == LANNER_OK);
    OK_STR(str_z(paths.items[0]), "top/Z.txt");
    file_paths_done(&paths);
    OK(folder_list("top/a.csv", &paths, NULL, NULL, &err) == LANNER_ERR_IO);
}

static void test_whole(void)
{
    struct lanner_err err = {0};
    struct file_info info;
    struct buf b = {0};
    int fd = -1;
    char room[8];
    size_t n;

    OK(file_read_all("top/a.csv", 1, &b, &err) == LANNER_OK && b.len == 1);
    OK(file_read_all("top/a.csv", 0, &b, &err) == LANNER_ERR_LIMIT);
    OK(file_read_all("top", 10, &b, &err) == LANNER_ERR_IO);
    OK(strstr(err.text, "a folder") != NULL);
    OK(file_read_all("nosuch", 10, &b, &err) == LANNER_ERR_IO);
    OK(strstr(err.text, "nosuch") != NULL);
    OK(file_temporary(".", &fd, &err) == LANNER_OK);
    OK(file_write_at(fd, "hello", 5, 3, &err) == LANNER_OK);
    OK(file_read_at(fd, room, 8, 3, &n, &err) == LANNER_OK && n == 5);
    OK(memcmp(room, "hello", 5) == 0);
    OK(file_stat_fd(fd, &info, &err) == LANNER_OK && info.size == 8);
    file_close(fd);
    OK(file_temporary("nosuch", &fd, &err) == LANNER_ERR_IO);
    OK(file_stat("top", &info, &err) == LANNER_OK && info.kind == FILE_FOLDER);
    OK(file_stat("top/Z.txt", &info, &err) == LANNER_OK && info.kind == FILE_REGULAR);
    OK(memory_available() > 1024 * 1024);
    buf_done(&b);
}

int main(void)
{
    char folder[] = "/tmp/lanner-test-XXXXXX";

    if (mkdtemp(folder) == NULL || chdir(folder) != 0)
        return 2;
    OK(mkdir("top", 0700) == 0 && mkdir("top/sub", 0700) == 0 && mkdir("top/sub.d", 0700) == 0 &&
       mkdir("top/.hidden", 0700) == 0);
    put_file("secret", "S");
    put_file("top/a.csv", "A");
    put_file("top/Z.txt", "Z");
    put_file("top/sub/b.csv", "B");
    put_file("top/sub.d/c", "C");
    put_file("top/.hidden/h", "H");
    put_file("top/.dot", "D");
    OK(symlink("sub/b.csv", "top/inner") == 0 && symlink("../secret", "top/outer") == 0 &&
       symlink("..", "top/up") == 0 && symlink("/etc/passwd", "top/absolute") == 0);
    test_under();
    test_list();
    test_whole();
    if (chdir("/") == 0) {
        char command[64];

        snprintf(command, sizeof(command), "rm -rf %s", folder);
        OK(system(command) == 0);
    }
    TAP_DONE();
}
