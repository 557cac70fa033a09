/* file.h - files and folders of the operating system. Errors name the path and the reason. */
#ifndef UTIL_FILE_H
#define UTIL_FILE_H

#include "util/buf.h"

/* Opens for reading, close-on-exec. Only a regular file, a pipe or a character device; a folder is
 * an error. */
enum lanner_rc file_open(const char *path, int *fd, struct lanner_err *err) MUST_USE;
/* Accepts -1. */
void file_close(int fd);
/* The whole file, appended to out; more than limit bytes is LANNER_ERR_LIMIT. */
enum lanner_rc file_read_all(const char *path, size_t limit, struct buf *out,
                             struct lanner_err *err) MUST_USE;
enum lanner_rc file_read_all_fd(int fd, const char *name, size_t limit, struct buf *out,
                                struct lanner_err *err) MUST_USE;
/* Up to len bytes: fewer only at the end of the file. Interrupted calls are repeated. */
enum lanner_rc file_read(int fd, void *dst, size_t len, size_t *n, struct lanner_err *err) MUST_USE;
enum lanner_rc file_read_at(int fd, void *dst, size_t len, uint64_t offset, size_t *n,
                            struct lanner_err *err) MUST_USE;
/* One read: whatever is there, at least 1 byte unless the end is reached. For pipes. */
enum lanner_rc file_read_some(int fd, void *dst, size_t len, size_t *n,
                              struct lanner_err *err) MUST_USE;
enum lanner_rc file_write(int fd, const void *src, size_t len, struct lanner_err *err) MUST_USE;
enum lanner_rc file_write_at(int fd, const void *src, size_t len, uint64_t offset,
                             struct lanner_err *err) MUST_USE;
/* A new file in the folder (NULL: $TMPDIR, else /tmp) which has no name: it is gone when the
 * descriptor is closed, however the process ends. */
enum lanner_rc file_temporary(const char *folder, int *fd, struct lanner_err *err) MUST_USE;

enum file_kind { FILE_REGULAR, FILE_FOLDER, FILE_PIPE, FILE_OTHER };
struct file_info {
    enum file_kind kind;
    uint64_t size; /* bytes; 0 when there is none */
    uint64_t device, inode;
    int64_t modified_ns;
};
/* Follows links. */
enum lanner_rc file_stat(const char *path, struct file_info *out, struct lanner_err *err) MUST_USE;
enum lanner_rc file_stat_fd(int fd, struct file_info *out, struct lanner_err *err) MUST_USE;

/* Paths of all regular files under a folder, at any depth up to 64, sorted by path bytes; names
 * that begin with a dot are skipped and links are not followed. Every path begins with `folder` as
 * given. What cannot be listed is told to `on_skip` (may be NULL) and passed over; only when the
 * folder itself cannot be opened is that an error. */
typedef VEC(char *) file_paths; /* owned texts */
typedef void (*file_on_skip)(void *ctx, const char *path, const char *reason);
enum lanner_rc folder_list(const char *folder, file_paths *out, file_on_skip on_skip, void *ctx,
                           struct lanner_err *err) MUST_USE;
void file_paths_done(file_paths *paths);

/* Opens a file that a query names, somewhere under `folder`, which the user gave: the name is
 * relative, has no empty, `.` or `..` part, and no link on the way leads out of the folder. Only a
 * regular file. LANNER_ERR_IO when it is not there or not allowed. */
enum lanner_rc file_open_under(const char *folder, struct str name, int *fd,
                               struct lanner_err *err) MUST_USE;

/* Bytes of memory that this process may still use: what the system has available, or what the
 * control group leaves, whichever is less. 0 when it cannot be told. */
uint64_t memory_available(void);

#endif
