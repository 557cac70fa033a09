#!/usr/bin/env python3
"""gen_codes.py - the result codes of Entra ID sign-ins as a C table.

    gen_codes.py OUT CODES.tsv

Runs at build time. A damaged row fails the build.
"""
import sys

COLUMNS = ["code", "name", "exists", "use", "meaning"]


def text(s):
    return '"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main():
    target, path = sys.argv[1:3]
    with open(path, encoding="ascii") as f:
        lines = f.read().splitlines()
    if lines[0].split("\t") != COLUMNS:
        sys.exit(f"{path}: the header is not {COLUMNS}")
    out = ["/* Made by tools/gen_codes.py. */", '#include "lint/facts.h"',
           "const struct lint_code lint_codes[] = {"]
    seen = set()
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(COLUMNS) or not cells[0].isdigit() or cells[0] in seen:
            sys.exit(f"{path}:{number}: not a row of {len(COLUMNS)} columns with a code of its own: {line}")
        seen.add(cells[0])
        out.append("    {" + ", ".join(text(c) for c in cells) + "},")
    out += ["};", f"const size_t lint_n_codes = {len(seen)};"]
    with open(target, "w", encoding="ascii") as f:
        f.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
