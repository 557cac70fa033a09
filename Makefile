# A thin front for Meson: what a new user types. CONTRIBUTING.md has the longer story.
BUILD ?= build

.PHONY: all deps deps-check build run check bench install clean

all: build

deps:
	@tools/deps.sh build

deps-check:
	@tools/deps.sh check

build:
	@test -f $(BUILD)/build.ninja || meson setup $(BUILD) --buildtype=release
	@ninja -C $(BUILD) lanner

# The reference detection on the sample logs; exit status 0 says that something was found.
run: deps build
	$(BUILD)/lanner query -f examples/t1589.002-email-enumeration.cql --now data examples/logs
	$(BUILD)/lanner query -f examples/t1589.002-email-enumeration.aql --now data examples/logs

check: deps-check
	@tools/check.sh

bench: build
	@bench/run

install: build
	@meson install -C $(BUILD)

clean:
	rm -rf build build-*
