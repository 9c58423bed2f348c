# Sourced by build.sh and test.sh: lays out a scratch GOPATH under OUTDIR, generated code included.
# shellcheck shell=bash

debian_packages() {
    printf '%s\n' \
        golang-go \
        golang-google-grpc-dev \
        golang-github-prometheus-client-golang-dev \
        golang-github-grpc-ecosystem-go-grpc-prometheus-dev \
        golang-golang-x-sys-dev \
        protobuf-compiler \
        protoc-gen-go \
        protoc-gen-go-grpc
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
proto=$(realpath -m "$here/../../src/Console.Server/Sources/GitRpc/Protos/gitaly.proto")

die() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# One hash over everything the binaries and tests are made from, the toolchain's version included.
source_hash() {
    {
        go version
        find "$here" -type f \( -name '*.go' -o -name '*.s' -o -name '*.sh' \) -print0 | sort -z | xargs -0 cat
        cat "$proto"
    } | sha256sum | cut -d ' ' -f 1
}

check_toolchain() {
    local tool
    for tool in go protoc protoc-gen-go protoc-gen-go-grpc; do
        command -v "$tool" >/dev/null || die "$tool is missing: apt-get install $(debian_packages | xargs)"
    done
    [[ -d /usr/share/gocode/src/google.golang.org/grpc ]] ||
        die "Go libraries are missing: apt-get install $(debian_packages | xargs)"
    [[ -f $proto ]] || die "no such file: $proto"
}

# prepare OUTDIR: fills OUTDIR/gopath and points the go command at it. Nothing is written outside OUTDIR.
prepare() {
    local out=$1 root
    root=$out/gopath/src/git-rpc-server
    rm -rf "$root"
    mkdir -p "$root" "$out/gocache"
    (cd "$here" && cp -R auth cmd growth server settings spawn upgrade wire "$root/")
    protoc -I "$(dirname "$proto")" --go_out="$out/gopath/src" --go-grpc_out="$out/gopath/src" "$proto" ||
        die "protoc could not generate code from $proto"
    export GOPATH=$out/gopath:/usr/share/gocode GO111MODULE=off GOFLAGS='' GOCACHE=$out/gocache GOTMPDIR=$out CGO_ENABLED=0
}
