#!/usr/bin/env python3
"""Counts single tests in Meson's testlog.json: the lines of TAP that each program printed.

Prints "PASSED FAILED SKIPPED". A program that prints no TAP counts as one test; one that failed in
another way than by a "not ok" line (a crash, a sanitizer's report, a time-out) adds a failure.
"""
import json
import re
import sys

passed = failed = skipped = 0
with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
    for line in log:
        test = json.loads(line)
        ok = bad = skip = 0
        for row in test.get("stdout", "").splitlines():
            if re.match(r"ok\b", row):
                if re.search(r"#\s*skip", row, re.I):
                    skip += 1
                else:
                    ok += 1
            elif re.match(r"not ok\b", row):
                bad += 1
        result = test["result"]
        if result == "SKIP" and ok + bad + skip == 0:
            skip = 1
        elif result in ("OK", "EXPECTEDFAIL") and ok + bad + skip == 0:
            ok = 1
        elif result not in ("OK", "EXPECTEDFAIL", "SKIP") and bad == 0:
            bad = 1
        passed += ok
        failed += bad
        skipped += skip
print(passed, failed, skipped)
