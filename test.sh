#!/usr/bin/env bash
# Installs what the tests need, checks formatting, builds with warnings as errors, runs every test.
# Ends with one line: N passed, N failed, N skipped. With CI=true a skipped test is a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tests/setup.sh
source tests/setup.sh

passed=0 failed=0 skipped=0
results=$PWD/artifacts/test-results
rm -rf "$results"
mkdir -p "$results"

step() {
    echo "== $* ($SECONDS s)"
}

# count PASSED FAILED SKIPPED: a lane runs in a process of its own, so its counts go through a file.
count() {
    echo "$1 $2 $3" >>"$results/counts"
}

# run_go: the reference server's own tests.
run_go() {
    local log=$results/go.log code=0
    tests/git-rpc-server/test.sh artifacts/git-rpc-server >"$log" 2>&1 || code=$?
    local p f s
    p=$(awk '/^--- PASS/ { n++ } END { print n + 0 }' "$log")
    f=$(awk '/^--- FAIL/ { n++ } END { print n + 0 }' "$log")
    s=$(awk '/^--- SKIP/ { n++ } END { print n + 0 }' "$log")
    echo "Go: $p passed, $f failed, $s skipped"
    if [[ $code -ne 0 ]]; then
        tail -n 60 "$log"
        [[ $f -gt 0 ]] || f=1
    fi
    count "$p" "$f" "$s"
}

# run_dotnet PROJECT-NAME [OPTION...]: its counts are read from the report; a run without one has failed.
run_dotnet() {
    local name=$1 report=$results/$1.trx log=$results/$1.log code=0
    shift
    # The test programs run by themselves: the SDK's test command refuses this xunit under its older platform.
    "tests/$name/bin/Release/net10.0/$name" -noLogo -trx "$report" "$@" >"$log" 2>&1 || code=$?
    local p=0 f=0 s=0
    if [[ -f $report ]]; then
        p=$(counter passed "$report")
        f=$(counter failed "$report")
        s=$(($(counter total "$report") - $(counter executed "$report")))
    fi
    if [[ $code -ne 0 && $f -eq 0 ]] || [[ $((p + f + s)) -eq 0 ]]; then
        f=$((f + 1))
    fi
    echo "$name: $p passed, $f failed, $s skipped ($SECONDS s)"
    [[ $f -eq 0 ]] || tail -n 120 "$log"
    [[ $s -eq 0 ]] || grep -i 'skip' "$log" | head -n 20
    count "$p" "$f" "$s"
}

# run_format: formatting is one more test. What the analyzers say of code and style the build has said already.
run_format() {
    if dotnet format whitespace Console.sln --verify-no-changes --no-restore; then
        echo "Format: as it should be ($SECONDS s)"
        count 1 0 0
    else
        echo "Format: run dotnet format Console.sln ($SECONDS s)"
        count 0 1 0
    fi
}

counter() {
    sed -n "s/.*<Counters[^>]* $1=\"\([0-9]*\)\".*/\1/p" "$2" | head -n 1
}

step "packages"
require_sdk
# shellcheck disable=SC2046
install_packages $(demo_packages) $(agent_test_packages) chromium curl jq shellcheck openssl prometheus-alertmanager

step "scripts"
shellcheck -x demo.sh test.sh bench.sh tests/setup.sh .ci/run
(cd tests/git-rpc-server && shellcheck -x ./*.sh)
shellcheck tests/Console.Agent.Tests/Systemd/container.sh

step "alert rules"
promtool check rules deploy/prometheus/*.rules.yml
(cd deploy/prometheus && promtool test rules tests.yml)

step "restore, locked"
dotnet restore Console.sln --locked-mode -v quiet

step "build"
dotnet build Console.sln -c Release --no-restore -v quiet -nologo -warnaserror
tests/git-rpc-server/build.sh artifacts/git-rpc-server

# Most consoles of the tests live for seconds: what the runtime measures and compiles anew to run faster is never earned back. 10 s until it begins, in hexadecimal.
export DOTNET_TieredPGO=0 DOTNET_TC_CallCountingDelayMs=2710

# run_pure: what needs no program but its own.
run_pure() {
    local name
    for name in Architecture Client Analysis; do
        run_dotnet "Console.$name.Tests"
    done
}

# Publishing hardly uses a second processor, so beside it run the tests that need nothing of it. The server's tests wait now and then, so beside them run the build of
# the agent and its tests, the build of what the browser's tests run, and the check of the format. The browser's have the machine to themselves: their fleet forks in earnest.
step "tests"
run_pure &
pure=$!
build_console
export FLEETCONSOLE_SERVER=$PWD/artifacts/server/Console.Server.dll
run_dotnet Console.Server.Tests -maxThreads 3 &
beside=$!
build_host
export FLEETCONSOLE_AGENT=$PWD/artifacts/agent/Console.Agent
run_go
run_dotnet Console.Agent.Tests
build_demo_fleet
run_format
wait "$pure"
wait "$beside"
run_dotnet Console.EndToEnd.Tests

while read -r p f s; do
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done <"$results/counts"
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
[[ ${CI:-} != true || $skipped -eq 0 ]]
