#!/bin/sh
# deps.sh build|check - installs the Debian packages that building (or also checking) needs. Says and
# does nothing when all are there. Needs root or sudo otherwise.
set -eu

build='gcc libc6-dev meson ninja-build pkg-config python3 tzdata
libvectorscan-dev libpcre2-dev libisal-dev libzstd-dev liblz4-dev liblzma-dev libbz2-dev
libyaml-dev libmaxminddb-dev libxxhash-dev libutf8proc-dev libssl-dev libevtx-dev libbfio-dev'
check='clang clang-14 clang-format-14 libclang-rt-14-dev binutils gzip zstd lz4 xz-utils bzip2'

case "${1:-build}" in
build) wanted=$build ;;
check) wanted="$build $check" ;;
*)
	echo "usage: deps.sh build|check" >&2
	exit 2
	;;
esac

missing=
for package in $wanted; do
	status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || {
		echo "these packages are missing and there is no sudo:$missing" >&2
		exit 1
	}
	as_root='sudo -n'
	$as_root true 2>/dev/null || as_root=sudo
fi
echo "installing:$missing"
$as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
