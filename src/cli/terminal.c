/* terminal.c - what a file descriptor is connected to. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cli.h"
#include "util/num.h"

bool terminal_is(int fd)
{
    return isatty(fd) == 1;
}

uint32_t terminal_width(int fd)
{
    struct winsize size = {0};
    const char *columns = getenv("COLUMNS");
    int64_t n;

    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    if (columns != NULL && num_parse_long(str_z(columns), &n) && n > 0 && n < 10000)
        return (uint32_t)n;
    return 0;
}

bool terminal_is_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"}; /* the first set counts */
    const char *locale = NULL;

    for (size_t i = 0; i < ARRAY_LEN(names) && (locale == NULL || *locale == '\0'); i++)
        locale = getenv(names[i]);
    return locale != NULL &&
           (strcasestr(locale, "utf-8") != NULL || strcasestr(locale, "utf8") != NULL);
}

bool terminal_colour(int fd)
{
    const char *no_color = getenv("NO_COLOR"); /* no-color.org: any value but the empty one */
    const char *term = getenv("TERM");

    return terminal_is(fd) && (no_color == NULL || *no_color == '\0') &&
           (term == NULL || strcmp(term, "dumb") != 0);
}
