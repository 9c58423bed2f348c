#!/usr/bin/env bash
# test.sh OUTDIR: go vet and go test -v, with everything they write inside OUTDIR.
set -euo pipefail
# shellcheck source=env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

[[ $# -eq 1 && -n $1 ]] || die "usage: test.sh OUTDIR"
check_toolchain
mkdir -p "$1" || die "cannot create $1"
out=$(cd "$1" && pwd)

exec 9>"$out/git-rpc-server.lock"
flock 9
prepare "$out"
cd "$out/gopath/src/git-rpc-server"
go vet ./... || die "go vet failed"
# One package at a time: several tests measure how long a fork takes.
go test -v -count=1 -p 1 -timeout 300s ./... 9>&- || die "go test failed"
