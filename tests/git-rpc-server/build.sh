#!/usr/bin/env bash
# build.sh OUTDIR      builds git-rpc-server and git-rpc-load into OUTDIR; does nothing when nothing changed
# build.sh --packages  prints the Debian packages it needs
set -euo pipefail
# shellcheck source=env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

[[ $# -eq 1 && -n $1 ]] || die "usage: build.sh OUTDIR | build.sh --packages"
if [[ $1 == --packages ]]; then
    debian_packages
    exit 0
fi

check_toolchain
mkdir -p "$1" || die "cannot create $1"
out=$(cd "$1" && pwd)
stamp=$out/git-rpc-server.stamp
hash=$(source_hash)
if [[ -x $out/git-rpc-server && -x $out/git-rpc-load && -f $stamp && $(<"$stamp") == "$hash" ]]; then
    exit 0
fi

exec 9>"$out/git-rpc-server.lock"
flock 9
prepare "$out"
# go build replaces the file, so a server that is running keeps the binary it was started from.
go build -o "$out/" git-rpc-server/cmd/git-rpc-server git-rpc-server/cmd/git-rpc-load || die "go build failed"
echo "$hash" >"$stamp"
