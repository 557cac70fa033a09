/* test_yaml.c - declarations as trees, and what is refused. */
#include <stdlib.h>

#include "../tap.h"
#include "util/buf.h"
#include "util/yaml.h"

static struct arena arena;

static struct str refused(const char *text)
{
    static struct lanner_err err;
    struct yaml_node *root;

    err = (struct lanner_err){0};
    if (yaml_parse(&arena, "x.yaml", str_z(text), &root, &err) == LANNER_OK)
        return STR("accepted");
    return str_z(err.text);
}

static void test_tree(void)
{
    struct lanner_err err = {0};
    struct yaml_node *root;
    struct yaml_node *seq;
    struct str s;
    bool b = false;
    int64_t n = 7;
    static const char *const keys[] = {"name", "paths", "one", "flag", "count", NULL};

    OK(yaml_parse(
           &arena, "x.yaml",
           STR("# a comment\nname: \"Entra \\u00e9\"\npaths:\n  - a.b\n  - {x: 1, y: [2, 3]}\n"
               "one: single\nflag: yes\ncount: 42\n"),
           &root, &err) == LANNER_OK);
    OK(root->kind == YAML_MAPPING && root->n == 5);
    OK(yaml_need_str(root, "name", &s, &err) == LANNER_OK);
    OK_STR(s, "Entra \xC3\xA9");
    OK(yaml_get(root, "name")->quoted && yaml_get(root, "name")->line == 2);
    seq = yaml_get(root, "paths");
    OK(seq->kind == YAML_SEQUENCE && seq->n == 2 && seq->items[1]->kind == YAML_MAPPING);
    OK_STR(seq->items[1]->keys[1]->text, "y");
    OK_STR(seq->items[1]->items[1]->items[1]->text, "3");
    OK(yaml_get_seq(&arena, root, "one", &seq, &err) == LANNER_OK && seq->n == 1);
    OK(yaml_get_seq(&arena, root, "nosuch", &seq, &err) == LANNER_OK && seq == NULL);
    OK(yaml_get_bool(root, "flag", &b, &err) == LANNER_OK && b);
    OK(yaml_get_long(root, "count", &n, &err) == LANNER_OK && n == 42);
    OK(yaml_get_long(root, "nosuch", &n, &err) == LANNER_OK && n == 42);
    OK(yaml_get_str(root, "nosuch", &s, &err) == LANNER_OK && s.ptr == NULL);
    OK(yaml_only_keys(root, keys, &err) == LANNER_OK);
    OK(yaml_only_keys(root, keys + 1, &err) == LANNER_ERR_INPUT);
    OK_STR(str_z(err.text), "x.yaml:2:1: unknown key 'name'");
    OK(yaml_need_str(root, "nosuch", &s, &err) == LANNER_ERR_INPUT);
    OK(yaml_get_str(root, "paths", &s, &err) == LANNER_ERR_INPUT);
    OK_STR(str_z(err.text), "x.yaml:4:3: expected a text for 'paths', found a sequence");
    OK(yaml_get_long(root, "name", &n, &err) == LANNER_ERR_INPUT);
    OK(yaml_parse(&arena, "e", STR(""), &root, &err) == LANNER_OK);
    OK(root->kind == YAML_MAPPING && root->n == 0);
}

static void test_deep(void)
{
    struct buf b = {0};

    for (int i = 0; i < 5000; i++)
        buf_putc(&b, '[');
    buf_putc(&b, '\0');
    OK(strstr(refused(b.ptr).ptr, "nested deeper") != NULL);
    buf_clear(&b);
    for (int i = 0; i < 250000; i++)
        buf_puts(&b, "- a\n");
    buf_putc(&b, '\0');
    OK(strstr(refused(b.ptr).ptr, "more than") != NULL);
    buf_done(&b);
}

int main(void)
{
    arena_init(&arena, 0);
    test_tree();
    OK_STR(refused("a: 1\na: 2\n"), "x.yaml:2:1: key 'a' is given twice");
    OK_STR(refused("a: &x 1\nb: *x\n"), "x.yaml:1:4: anchors are not accepted");
    OK_STR(refused("b: *x\n"), "x.yaml:1:4: aliases are not accepted");
    OK_STR(refused("a: !!int 1\n"), "x.yaml:1:4: tags are not accepted");
    OK_STR(refused("a: 1\n---\nb: 2\n"), "x.yaml:2:1: expected one document, found another");
    OK_STR(refused("? [a]\n: 1\n"), "x.yaml:1:3: expected a plain key, found a collection");
    OK(strstr(refused("a: [1\n").ptr, "not YAML") != NULL);
    OK(strstr(refused("a: \xFF\n").ptr, "not YAML") != NULL);
    test_deep();
    arena_done(&arena);
    TAP_DONE();
}
