#!/usr/bin/env python3
"""gen_qradar.py - QRadar's categories and log source types as C tables.

    gen_qradar.py OUT CATEGORIES.tsv TYPES.tsv

Runs at build time. A damaged row fails the build.
"""
import sys

MAX_OTHERS = 2  # QRADAR_OTHER_NAMES without the NULL


def rows(path, columns):
    with open(path, encoding="ascii") as f:
        lines = f.read().splitlines()
    if lines[0].split("\t") != columns:
        sys.exit(f"{path}: the header is not {columns}")
    out = []
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(columns) or not cells[0].isdigit() or not cells[1]:
            sys.exit(f"{path}:{number}: not a row of {len(columns)} columns: {line}")
        out.append(cells)
    out.sort(key=lambda cells: int(cells[0]))
    for before, after in zip(out, out[1:]):
        if before[0] == after[0]:
            sys.exit(f"{path}: the id {before[0]} stands there twice")
    return out


def text(s):
    return '"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"' if s else "NULL"


def put_names(out, name, names):
    names.sort(key=lambda item: (item[0].lower().encode(), item[1], item[2]))
    out.append(f"const struct qradar_name qradar_{name}_names[] = {{")
    out.extend(f"    {{{text(label)}, {row}}}," for label, _, row in names)
    out.append("};")
    out.append(f"const size_t qradar_n_{name}_names = {len(names)};")


def main():
    target, categories, types = sys.argv[1:4]
    categories = rows(categories, ["id", "name", "level", "high_level_id", "high_level_name", "severity"])
    types = rows(types, ["id", "name", "short_name", "other_names"])
    out = ['/* Made by tools/gen_qradar.py. */', '#include "lookup/qradar_tables.h"']
    out.append("const struct qradar_category qradar_categories[] = {")
    for id_, name, level, _, _, severity in categories:
        is_high = "true" if level == "high" else "false"
        out.append(f"    {{{id_}, {is_high}, {severity or -1}, {text(name)}}},")
    out.append("};")
    out.append(f"const size_t qradar_n_categories = {len(categories)};")
    put_names(out, "category", [(c[1], int(c[2] == "high"), i) for i, c in enumerate(categories)])
    out.append("const struct qradar_type qradar_types[] = {")
    names = []
    for i, (id_, name, short, others) in enumerate(types):
        others = [o for o in others.split("|") if o]
        if len(others) > MAX_OTHERS:
            sys.exit(f"log source type {id_} has more than {MAX_OTHERS} other names")
        out.append(f"    {{{id_}, {text(name)}, {text(short)}, {{{', '.join(map(text, others + ['']))}}}}},")
        names.append((name, 0, i))
        names.extend((o, 1, i) for o in others)
        if short:
            names.append((short, 2, i))
    out.append("};")
    out.append(f"const size_t qradar_n_types = {len(types)};")
    put_names(out, "type", names)
    with open(target, "w", encoding="ascii") as f:
        f.write("\n".join(out) + "\n")


main()
