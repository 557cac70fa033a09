#!/bin/sh
# check.sh - everything that must hold before a change goes in, in this order, stopping at the first
# failure: tidy; gcc release, all tests, installation; clang with address and undefined behaviour
# sanitizers; clang with thread sanitizer; fuzz targets for a short time; the generated reference.
# The last line sums the runners' own counts: "N passed, N failed[, N skipped]".
#
#   tools/check.sh            all steps
#   tools/check.sh STEP...    some of: tidy release asan tsan fuzz reference
# Environment: FUZZ_SECONDS for each target (default 15), FUZZ_SEED (default 1; 0: another each time).
set -u
cd "$(dirname "$0")/.." || exit 2
top=$PWD
counts=$(mktemp)
scratch=$(mktemp -d)
ok=0 # set once all is done

finish() {
	[ "$ok" = 1 ] || grep -q ' [1-9][0-9]* ' "$counts" || echo "0 1 0" >>"$counts"
	awk '{p += $1; f += $2; s += $3}
		END {printf "%d passed, %d failed%s\n", p, f, s ? ", " s " skipped" : ""}' "$counts"
	rm -rf "$counts" "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM

say() {
	printf '== %s\n' "$*"
}

# count PASSED FAILED [SKIPPED]
count() {
	echo "$1 $2 ${3:-0}" >>"$counts"
}

fail() {
	echo "check: $*" >&2
	grep -q '^[0-9]* [1-9]' "$counts" || count 0 1
	exit 1
}

# setup FOLDER OPTION...
setup() {
	folder=$1
	shift
	if [ -f "$folder/build.ninja" ]; then
		meson setup --reconfigure "$folder" "$@" >"$scratch/setup.log" 2>&1
	else
		meson setup "$folder" "$@" >"$scratch/setup.log" 2>&1
	fi || {
		tail -n 20 "$scratch/setup.log" >&2
		fail "meson setup $folder"
	}
}

# compile FOLDER [TARGET...]
compile() {
	ninja -C "$@" >"$scratch/ninja.log" 2>&1 || {
		grep -vE '^\[|^ninja: Enter' "$scratch/ninja.log" | head -n 60 >&2
		fail "compiling $1"
	}
}

# run_tests FOLDER [meson test arguments]
run_tests() {
	folder=$1
	shift
	rm -f "$folder"/meson-logs/testlog.json
	meson test -C "$folder" --print-errorlogs "$@"
	rc=$?
	python3 tools/count_tests.py "$folder/meson-logs/testlog.json" >"$scratch/count" ||
		fail "no test results in $folder"
	cat "$scratch/count" >>"$counts"
	[ "$rc" = 0 ] || fail "tests in $folder"
}

step_tidy() {
	say tidy
	CC=gcc setup build-release --buildtype=release "--prefix=$top/build-release/prefix"
	python3 tools/tidy.py --build build-release >"$scratch/tidy" 2>&1
	rc=$?
	cat "$scratch/tidy"
	sed -n 's/^tidy: \([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2 0/p' "$scratch/tidy" >>"$counts"
	[ "$rc" = 0 ] || fail tidy
}

# A program against what was installed, as a user of the library would build it.
check_install() {
	say installation
	prefix=$top/build-release/prefix
	rm -rf "$prefix"
	meson install -C build-release --quiet || fail "meson install"
	pc=$(find "$prefix" -name lanner.pc)
	[ -n "$pc" ] || fail "lanner.pc was not installed"
	PKG_CONFIG_PATH=$(dirname "$pc")
	export PKG_CONFIG_PATH
	# shellcheck disable=SC2046
	gcc -std=c11 -Wall -Wextra -Wpedantic -Werror -o "$scratch/program" tests/install/program.c \
		$(pkg-config --cflags --libs lanner) || fail "compiling against lanner.pc"
	lib=$(dirname "$(find "$prefix" -name liblanner.so)")
	out=$(LD_LIBRARY_PATH=$lib "$scratch/program") || fail "the program against lanner.pc: $out"
	[ "$out" = 'n=2' ] || fail "the program against lanner.pc printed '$out'"
	count 1 0
	other=$(nm -D --defined-only "$lib/liblanner.so" | awk '$3 !~ /^lanner_/ {print $3}')
	[ -z "$other" ] || fail "liblanner.so exports more than lanner_*: $other"
	count 1 0
	"$prefix/bin/lanner" version >/dev/null || fail "the installed program"
	count 1 0
}

step_release() {
	say 'gcc release'
	CC=gcc setup build-release --buildtype=release "--prefix=$top/build-release/prefix"
	compile build-release
	run_tests build-release
	check_install
}

step_asan() {
	say 'clang, address and undefined'
	CC=clang setup build-asan --buildtype=debugoptimized \
		-Db_sanitize=address,undefined -Db_lundef=false -Dplain_arena=true -Dgolden_pairs=true
	compile build-asan
	run_tests build-asan -t 5
}

step_tsan() {
	say 'clang, threads'
	CC=clang setup build-tsan --buildtype=debugoptimized \
		-Db_sanitize=thread -Db_lundef=false -Dgolden_pairs=true
	# What runs workers; the rest has one thread and was run above.
	names=$(meson test -C build-tsan --no-rebuild --list 2>/dev/null | sed 's/.*[:\/] *//' |
		grep -E '^(golden|prop|exec_|scan_|engine_|util_thread)' || true)
	# shellcheck disable=SC2086
	[ -z "$names" ] || run_tests build-tsan -t 10 $names
}

step_fuzz() {
	say "fuzz targets, ${FUZZ_SECONDS:-15} s each"
	CC=clang setup build-fuzz --buildtype=debugoptimized \
		-Db_sanitize=address,undefined -Db_lundef=false -Dplain_arena=true -Dfuzzers=true
	targets=$(ninja -C build-fuzz -t targets all |
		sed -n 's|^\(tests/fuzz/fuzz_[a-z0-9_]*\):.*|\1|p')
	# shellcheck disable=SC2086
	compile build-fuzz $targets
	for target in $targets; do
		what=${target##*/fuzz_}
		mkdir -p "build-fuzz/found/$what" "$scratch/corpus/$what" "tests/fuzz/corpus/$what"
		if UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 "build-fuzz/$target" \
			-seed="${FUZZ_SEED:-1}" -max_total_time="${FUZZ_SECONDS:-15}" -timeout=20 -rss_limit_mb=2048 -verbosity=0 \
			-print_final_stats=1 -artifact_prefix="build-fuzz/found/$what/" \
			"$scratch/corpus/$what" "tests/fuzz/corpus/$what" >"$scratch/fuzz.log" 2>&1; then
			runs=$(sed -n 's/.*number_of_executed_units: *//p' "$scratch/fuzz.log")
			echo "ok $what (${runs:-?} runs)"
			count 1 0
		else
			tail -n 60 "$scratch/fuzz.log" >&2
			count 0 1
			fail "fuzz target $what; its input is in build-fuzz/found/$what"
		fi
	done
}

step_reference() {
	say 'generated reference'
	compile build-release
	build-release/lanner functions --markdown >"$scratch/functions.md" ||
		fail "lanner functions --markdown"
	diff -u docs/functions.md "$scratch/functions.md" ||
		fail "docs/functions.md is not what lanner functions --markdown prints"
	count 1 0
}

[ $# -gt 0 ] || set -- tidy release asan tsan fuzz reference
for step in "$@"; do
	case $step in
	tidy | release | asan | tsan | fuzz | reference) "step_$step" ;;
	*) fail "unknown step $step" ;;
	esac
done
ok=1
