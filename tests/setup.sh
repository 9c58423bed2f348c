# shellcheck shell=bash
# Sourced by demo.sh and test.sh: installs what is missing and builds what is stale. Needs bash, apt-get and root or sudo.

die() {
    echo "$*" >&2
    exit 1
}

require_sdk() {
    command -v dotnet >/dev/null || die "The .NET 10 SDK is missing: there is no dotnet on PATH. Install it (dot.net/download) and run this again."
    dotnet --list-sdks | grep -q '^10\.' || die "The .NET 10 SDK is missing; dotnet has only: $(dotnet --list-sdks | cut -d' ' -f1 | tr '\n' ' ')"
}

# Debian packages of the demo fleet: Prometheus, git, the Go toolchain with its libraries, and what native AOT links with.
demo_packages() {
    echo prometheus git clang zlib1g-dev
    tests/git-rpc-server/build.sh --packages
}

# What the agent's tests need besides: systemd in a container of its own, and perf.
agent_test_packages() {
    echo systemd systemd-container linux-perf
}

# install_packages NAME...
install_packages() {
    local missing=() name as_root=()
    for name in "$@"; do
        dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$name")
    done
    [[ ${#missing[@]} -gt 0 ]] || return 0
    command -v apt-get >/dev/null || die "These packages are missing and there is no apt-get to install them: ${missing[*]}"
    if [[ $(id -u) -ne 0 ]]; then
        command -v sudo >/dev/null || die "These packages are missing; run as root or install sudo: ${missing[*]}"
        as_root=(sudo)
    fi
    echo "Installing ${missing[*]}"
    local log
    log=$(mktemp)
    if "${as_root[@]}" apt-get update -qq >"$log" 2>&1 &&
        without_services "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
        rm -f "$log"
        return 0
    fi
    die "These packages could not be installed (is the network up?): ${missing[*]}. See $log"
}

# without_services COMMAND...: a package's service must not start; the demo runs its own Prometheus, on its own port.
without_services() {
    local policy=/usr/sbin/policy-rc.d as_root=() code=0
    if [[ -e $policy ]]; then
        "$@"
        return
    fi
    [[ $(id -u) -eq 0 ]] || as_root=(sudo)
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
    # shellcheck disable=SC2064
    trap "${as_root[*]} rm -f $policy" EXIT
    "$@" || code=$?
    "${as_root[@]}" rm -f "$policy"
    trap - EXIT
    return "$code"
}

# stale TARGET SOURCE...: true when TARGET is missing or a source is newer.
stale() {
    local target=$1
    shift
    [[ -e $target ]] || return 0
    # Folders too: a file that is gone has changed them.
    [[ -n $(find "$@" Directory.Build.props Directory.Packages.props \( -name bin -o -name obj \) -prune -o -newer "$target" -print -quit) ]]
}

# publish PROJECT OUTDIR MAIN-FILE SOURCE...
publish() {
    local project=$1 out=$2 main=$3
    shift 3
    stale "$out/$main" "$project" "$@" || return 0
    echo "Building $(basename "$project")"
    mkdir -p artifacts/log
    local log
    log=artifacts/log/$(basename "$project").log
    rm -rf "$out"
    dotnet publish "$project" -c Release -o "$out" -v quiet -nologo >"$log" 2>&1 || {
        sed -n '/error/p' "$log" | head -n 3 >&2
        die "$(basename "$project") could not be built (no network for the NuGet packages?). See $log"
    }
    touch "$out/$main"
}

# What runs on a host: the Git RPC server and the agent.
build_host() {
    tests/git-rpc-server/build.sh artifacts/git-rpc-server
    publish src/Console.Agent artifacts/agent Console.Agent src/Shared/Console.Contracts
}

# The console, compiled ahead of time as far as it can be.
build_console() {
    publish src/Console.Server artifacts/server Console.Server src/Console.Client src/Shared
}

# Everything the demo runs, in artifacts/.
build_demo() {
    build_host
    build_console
    build_demo_fleet
}

build_demo_fleet() {
    publish tests/Console.DemoFleet artifacts/demo Console.DemoFleet.dll src/Shared/Console.Contracts
}
