/* test_url.c - URLs cut into parts. */
#include "record/url.h"

#include "../tap.h"

static const char *parts(const char *text)
{
    static char room[400];
    struct url u;
    size_t len = 0;
    const struct {
        const char *name;
        const struct str *part;
    } all[] = {{"scheme", &u.scheme}, {"user", &u.username}, {"pass", &u.password},
               {"host", &u.host},     {"port", &u.port},     {"path", &u.path},
               {"query", &u.query},   {"frag", &u.fragment}};

    if (!url_split(str_z(text), &u))
        return "!";
    room[0] = '\0';
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i].part->ptr != NULL)
            len += (size_t)snprintf(room + len, sizeof(room) - len, "%s=%.*s;", all[i].name,
                                    STR_ARG(*all[i].part));
    }
    return room;
}

int main(void)
{
    OK_STR(str_z(parts("https://bob:pw@www.example.com:8443/a/b?x=1#top")),
           "scheme=https;user=bob;pass=pw;host=www.example.com;port=8443;path=/a/b;query=x=1;"
           "frag=top;");
    OK_STR(str_z(parts("http://[2001:db8::1]:80/")),
           "scheme=http;host=[2001:db8::1];port=80;path=/;");
    OK_STR(str_z(parts("//host/p")), "host=host;path=/p;");
    OK_STR(str_z(parts("/p?q")), "path=/p;query=q;");
    OK_STR(str_z(parts("mailto:a@b.c")), "scheme=mailto;path=a@b.c;");
    OK_STR(str_z(parts("http://h?")), "scheme=http;host=h;path=;query=;");
    OK_STR(str_z(parts("http://h:x/")), "!");
    OK_STR(str_z(parts("http://[::1/")), "!");
    OK_STR(str_z(parts("a b")), "!");
    OK_STR(str_z(parts("")), "!");
    TAP_DONE();
}
