#!/usr/bin/env python3
"""tidy.py - the style guide as a test: what a program can check of docs/style.md.

Checks: formatting; layers, door headers and landlords of libraries (tools/layers.txt, tools/libs.txt);
length of files and functions; files that are not in the build (with --build); function rows without a
golden test; banned calls; printing below the command line; mutable globals; TODO without an issue
number; that each header compiles alone. One line for each finding; the last line counts checks.
"""
import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys

MAX_FILE = 1000
WARN_FUNCTION = 60
MAX_FUNCTION = 99
BANNED = """strcpy strcat sprintf vsprintf strtok strtok_r atoi atol atoll atof strncpy strncat alloca gets
    scanf sscanf fscanf strtod strtof strtold setlocale localtime gmtime localtime_r gmtime_r mktime ctime
    asctime tmpnam mktemp""".split()
# Allocation goes through util/mem.h, which ends the process instead of returning NULL.
PRINTING = "printf puts putchar perror".split()
PRINTING_ROOMS = ("cli", "sim", "render")
# They have the last words of a process that must end.
LAST_WORDS = {"src/util/mem.c", "src/util/digest.c"}
FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-Isrc", "-Iinclude"]
# Compiled by tools/check.sh against the installed library.
OUTSIDE_BUILD = {"tests/install/program.c"}

findings = []
warnings = []


def finding(path, line, text):
    findings.append(f"{path}:{line}: {text}" if line else f"{path}: {text}")


def c_files():
    out = []
    for top in ("include", "src", "tests", "bench"):
        for folder, folders, names in os.walk(top):
            folders[:] = [f for f in folders if not f.startswith(".")]
            out += [os.path.join(folder, n) for n in names if n.endswith((".c", ".h"))]
    return sorted(out)


def strip(text):
    """The text with comments and the insides of literals blanked; lines stay where they are."""
    blank = lambda s: re.sub(r"[^\n]", " ", s)
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''

    def replace(m):
        s = m.group(0)
        return blank(s) if s[0] == "/" else s[0] + blank(s[1:-1]) + s[-1]

    return re.sub(pattern, replace, text, flags=re.S)


def read_layers():
    layers, open_rooms = {}, set()
    for line in open("tools/layers.txt", encoding="utf-8"):
        line = line.split("#")[0].strip()
        if not line:
            continue
        room, rest = line.split(":", 1)
        if room == "open":
            open_rooms = set(rest.split())
        else:
            layers[room] = set(rest.split())
    return layers, open_rooms


def read_libs():
    landlords, system = {}, set()
    for line in open("tools/libs.txt", encoding="utf-8"):
        line = line.split("#")[0].strip()
        if not line:
            continue
        name, rest = line.split(":", 1)
        if name == "system":
            system |= set(rest.split())
        else:
            landlords[name] = rest.strip()
    return landlords, system


def room_of(path, layers):
    """Room and the name within it, for a path relative to src/."""
    parts = path.split("/")
    for n in (2, 1):
        if len(parts) > n and "/".join(parts[:n]) in layers:
            return "/".join(parts[:n]), "/".join(parts[n:])
    return None, path


def check_includes(path, text, layers, open_rooms, landlords, system):
    """Layers, doors, landlords, for files of src/. Tests may reach inside every room."""
    in_src = path.startswith("src/")
    mine, _ = room_of(path[4:], layers) if in_src else (None, None)
    if in_src and mine is None:
        finding(path, 0, "is in no room of tools/layers.txt")
        return
    for number, line in enumerate(text.splitlines(), 1):
        m = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
        if not m:
            continue
        kind, name = m.groups()
        if kind == "<":
            if path.startswith(("tests/install/", "bench/")) and name == "lanner.h":
                continue
            if name in system:
                continue
            if name not in landlords:
                finding(path, number, f"<{name}>: library header without a landlord in tools/libs.txt")
            elif landlords[name] != path:
                finding(path, number, f"<{name}>: only {landlords[name]} may include it")
        elif in_src and name != "lanner.h":
            room, rest = room_of(name, layers)
            if room is None:
                finding(path, number, f'"{name}": expected a path from src/, found no room')
            elif room != mine:
                door = room.split("/")[-1] + ".h"
                if room not in layers[mine]:
                    finding(path, number, f'"{name}": room {mine} may not use room {room}')
                elif room not in open_rooms and rest != door and not rest.endswith(".def"):
                    finding(path, number, f'"{name}": use the door header {room}/{door}')


def check_lengths(path, text):
    lines = text.split("\n")
    if len(lines) - 1 >= MAX_FILE:
        finding(path, 0, f"{len(lines) - 1} lines; {MAX_FILE} fail")
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            length = number - start - 1
            name = next((m.group(1) for k in range(start - 2, max(start - 12, -1), -1)
                         if (m := re.search(r"(\w+)\(", lines[k])) and not lines[k].startswith(" ")), "?")
            why = any("/* long:" in s for s in lines[max(start - 12, 0):number])
            if length > MAX_FUNCTION and not why:
                finding(path, start, f"function {name} has {length} lines; more than {MAX_FUNCTION} fail")
            elif length > WARN_FUNCTION and not why:
                warnings.append(f"{path}:{start}: function {name} has {length} lines (more than {WARN_FUNCTION})")
            start = None


def check_words(path, text, code):
    in_src = path.startswith("src/")
    banned = re.compile(r"(?<![\w.>])(" + "|".join(BANNED) + r")\s*\(")
    printing = re.compile(r"(?<![\w.>])(" + "|".join(PRINTING) + r")\s*\(|\b(?:stderr|stdout)\b")
    room = path.split("/")[1] if in_src else ""
    for number, line in enumerate(code.split("\n"), 1):
        for m in banned.finditer(line):
            if in_src or m.group(1) not in ("strtod", "setlocale"):
                finding(path, number, f"{m.group(1)}() is not used here")
        if in_src and room not in PRINTING_ROOMS and path not in LAST_WORDS and printing.search(line):
            finding(path, number, "rooms below the command line never print")
        if in_src and re.match(r"static\s+(?!const\b|inline\b|_Noreturn\b)[^()]*(;|=|\[)", line) \
                and not re.search(r"\bconst\b[^*]*(=|\[|;)|\*\s*const\b", line) and "mutable:" not in text:
            finding(path, number, "mutable global; say why in a comment that has the word 'mutable:'")
    for number, line in enumerate(text.split("\n"), 1):
        for m in re.finditer(r"\b(TODO|FIXME|XXX)\b(.{0,12})", line):
            if not re.match(r"\s*\(?#\d+", m.group(2)) and "XXXX" not in line:
                finding(path, number, f"{m.group(1)} without an issue number")
        if "\t" in line:
            finding(path, number, "tab")


def check_build(build):
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as f:
        built = {os.path.relpath(os.path.join(c["directory"], c["file"])) for c in json.load(f)}
    for path in c_files():
        if path.endswith(".c") and path not in built and path not in OUTSIDE_BUILD \
                and not path.startswith("bench/"):
            finding(path, 0, "is not in the build")


def function_names():
    """Spellings of the function rows, {language: {name: file}}: rows are often made by macros, so they are
    read behind the preprocessor."""
    paths = [os.path.join("src/fn", n) for n in sorted(os.listdir("src/fn")) if n.endswith(".c")]
    names = {"CQL": {}, "AQL": {}}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        texts = pool.map(lambda path: run(["gcc", *FLAGS, "-E", "-P", path]).stdout, paths)
        for path, text in zip(paths, texts):
            for m in re.finditer(r'\[LANG_([CA]QL)\]\s*=\s*((?:"[^"]*"\s*)+)', text):
                names[m.group(1)]["".join(re.findall(r'"([^"]*)"', m.group(2)))] = path
    return names


def names_listed(path, function):
    """The names in the list of a C function that tells whether a name is one of them."""
    text = open(path, encoding="utf-8").read()
    m = re.search(r"^bool " + function + r"\(.*?^}", text, re.M | re.S)
    if not m:
        finding(path, 0, f"{function}() is not where tools/tidy.py looks for it")
        return []
    return re.findall(r'"([A-Z][A-Z0-9_]*)"', m.group(0))


def lowered_names():
    """Functions of AQL that lowering knows by name: {name: file}; and those that the product has not."""
    tolerant = names_listed("src/lang/aql/names.c", "aql_function_is_tolerant")
    aggregates = names_listed("src/lang/aql/lower_call.c", "aql_is_aggregate_name")
    names = {name: "src/lang/aql/lower_call.c" for name in aggregates + ["CAST", "OFFENSE_TIME"]}
    names.update({name: "src/lang/aql/names.c" for name in tolerant})
    return names, tolerant


def check_golden():
    names = function_names()
    lowered, tolerant = lowered_names()
    names["AQL"] = {**lowered, **names["AQL"]}
    for lang, rows in names.items():
        tests = ""
        where = "tests/query/" + lang.lower()
        for folder, _, files in os.walk(where):
            for name in files:
                if name.endswith(".test"):
                    tests += open(os.path.join(folder, name), encoding="utf-8", errors="replace").read()
        tests = tests.lower()
        for name, path in sorted(rows.items()):
            if not re.search(r"(?<![\w:])" + re.escape(name.lower()) + r"\s*\(", tests):
                finding(path, 0, f"function {name}() has no golden test in {where}")
        for name in tolerant if lang == "AQL" else []:
            if not name.startswith("REFERENCE") and f"refuses this: {name.lower()}" not in tests:
                finding("src/lang/aql/names.c", 0, f"{name}() has no golden test in {where} that refuses it")


def run(args):
    return subprocess.run(args, capture_output=True, text=True, errors="replace")


def check_header(path):
    r = run(["gcc", *FLAGS, "-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function",
             "-Wno-unused-variable", "-Wno-unused-const-variable", "-include", path, "-x", "c", "/dev/null"])
    return path, r.stderr


def check_format(paths):
    return paths, run(["clang-format-14", "--dry-run", "-Werror", *paths]).stderr


def main():
    parser = argparse.ArgumentParser(description="checks the tree against docs/style.md")
    parser.add_argument("--build", help="build folder whose compile_commands.json lists what is built")
    parser.add_argument("--warnings", action="store_true", help="print warnings too")
    args = parser.parse_args()
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    files = c_files()
    layers, open_rooms = read_layers()
    landlords, system = read_libs()
    for path in files:
        with open(path, encoding="utf-8", errors="replace") as f:
            text = f.read()
        code = strip(text)
        check_includes(path, re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text, flags=re.S),
                       layers, open_rooms, landlords, system)
        check_lengths(path, text)
        check_words(path, text, code)
    check_golden()
    if args.build:
        check_build(args.build)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        chunks = [files[i:i + 20] for i in range(0, len(files), 20)]
        for _, err in pool.map(check_format, chunks):
            first = {}
            for m in re.finditer(r"^(\S+?):(\d+):\d+: error: .*clang-format-violations", err, re.M):
                first.setdefault(m.group(1), int(m.group(2)))
            for path, line in first.items():
                finding(path, line, "not as clang-format-14 would write it")
        headers = [p for p in files if p.endswith(".h") and not p.startswith("bench/")]
        for path, err in pool.map(check_header, headers):
            if err:
                finding(path, 0, "does not compile alone: " + err.strip().splitlines()[0])
    for text in findings:
        print(text)
    if args.warnings:
        for text in warnings:
            print("warning:", text)
    bad = {f.split(":")[0] for f in findings}
    print(f"tidy: {len(files) - len(bad & set(files))} passed, {len(findings)} failed"
          + (f", {len(warnings)} long functions" if warnings else ""))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
