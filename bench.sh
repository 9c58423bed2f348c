#!/usr/bin/env bash
# Measures the drift detector on made fleets and on real latency, the agent, and the readers of profiles and dumps. One command for each figure:
#   ./bench.sh quality [SEED...]    F1, false positives, delays, attribution, lock-ups, steps: 160 fleets a seed, looks every 12 h
#   ./bench.sh suspected [SEED...]  the suspected level with hourly looks, 40 fleets
#   ./bench.sh brought [SEED]       the same where a deploy brings the drift: 30 such fleets, 40 without any
#   ./bench.sh early-limit [SEED...] how early a test that knows the generator could suspect it, 60 fleets
#   ./bench.sh learned-limit [SEED] what gradient boosted trees make of the same twelve hours, 700 fleets
#   ./bench.sh same [SEED]          8 fleets by replay.py and by looks, which must score the same
#   ./bench.sh placebo              real latency, cut at made-up restarts: whatever is found is false
#   ./bench.sh speed                full refit of 20,000 series, and one hour more
#   ./bench.sh age-view             an age view of 24 h of 100 hosts over Prometheus's own answer to the same queries
#   ./bench.sh forecast [TIMES]     the time to lock-up that a live demo tells beside when it came, and what its servers' forking takes until then (half an hour; less by TIMES)
#   ./bench.sh agent                a restart by the agent over `systemctl restart`; its memory at rest and under load (root)
#   ./bench.sh profile [SEED]       `Console.Server profile` beside `go tool pprof -top` on 100,000 stacks, as whole processes
#   ./bench.sh dump [SEED]          `Console.Server dump` on 20,000 goroutines, 30 MB
#   ./bench.sh flame [SEED]         the first view of that profile in Chromium, and zooming in it, beside speedscope; its canvas beside d3-flame-graph
#   ./bench.sh fuzz [COUNT] [SEED]  mutated profiles and dumps against both readers
# Generator and scorer are read from DRIFT (default: ../shared/drift). FLEETS sets the number of fleets, WORK where data go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tests/setup.sh
source tests/setup.sh

drift=${DRIFT:-../shared/drift}
work=${WORK:-${TMPDIR:-/tmp}/fleetconsole-bench}
python=/usr/bin/python3
export PYTHONDONTWRITEBYTECODE=1

prepare() {
    install_packages python3-numpy python3-scipy python3-numba python3-pandas
    build
}

build() {
    require_sdk
    mkdir -p "$work" artifacts/log
    dotnet build tests/Console.Benchmarks -c Release -v quiet -nologo >artifacts/log/Console.Benchmarks.log 2>&1 ||
        die "Console.Benchmarks could not be built. See artifacts/log/Console.Benchmarks.log"
}

require_drift() {
    [[ -f $drift/generate.py && -f $drift/replay.py && -f $drift/score.py ]] ||
        die "There is no generator in $drift. Set DRIFT to the folder that holds generate.py, replay.py and score.py."
}

# generate SEED FLEETS: into $work/SEED-FLEETS, once.
generate() {
    local data=$work/$1-$2
    [[ -f $data.labels ]] && return 0
    "$python" "$drift/generate.py" --seed "$1" --fleets "$2" --out "$data" --labels "$data.part"
    mv "$data.part" "$data.labels"
}

backtest() {
    echo "dotnet $PWD/src/Console.Server/bin/Release/net10.0/Console.Server.dll backtest {dir} --level $1"
}

# looks DIR OUT ...: what replay.py does with the backtest command, within one process; './bench.sh same' compares the two.
looks() {
    dotnet tests/Console.Benchmarks/bin/Release/net10.0/Console.Benchmarks.dll looks "$@"
}

quality() {
    local fleets=${FLEETS:-160} seed
    [[ $# -gt 0 ]] || set -- 101 102 103
    for seed in "$@"; do
        generate "$seed" "$fleets"
        looks "$work/$seed-$fleets" "$work/$seed-$fleets.verdicts" --every 12 --first 24 --level drifting
        echo "seed $seed:"
        "$python" "$drift/score.py" --labels "$work/$seed-$fleets.labels" --verdicts "$work/$seed-$fleets.verdicts"
    done
}

suspected() {
    local fleets=${FLEETS:-40} seed
    [[ $# -gt 0 ]] || set -- 101
    for seed in "$@"; do
        generate "$seed" "$fleets"
        looks "$work/$seed-$fleets" "$work/$seed-$fleets.suspected" --every 1 --first 1 --level suspected
        echo "seed $seed:"
        "$python" tests/Console.Benchmarks/Drift/first-suspicion.py "$work/$seed-$fleets.labels" "$work/$seed-$fleets.suspected"
    done
}

brought() {
    local data=$work/brought-${1:-7001}
    if [[ ! -f $data.labels ]]; then
        "$python" tests/Console.Benchmarks/Drift/brought.py "$drift/generate.py" "${1:-7001}" "$data" "$data.part"
        mv "$data.part" "$data.labels"
    fi
    looks "$data" "$data.suspected" --every 1 --first 1 --level suspected
    "$python" tests/Console.Benchmarks/Drift/first-suspicion.py "$data.labels" "$data.suspected"
}

learned-limit() {
    install_packages python3-sklearn
    OMP_NUM_THREADS=2 "$python" tests/Console.Benchmarks/Drift/learned-limit.py "$drift/generate.py" "${1:-9001}" "${FLEETS:-700}"
}

early-limit() {
    local seed
    [[ $# -gt 0 ]] || set -- 1 2 3 4
    for seed in "$@"; do
        echo "seed $seed:"
        "$python" tests/Console.Benchmarks/Drift/early-limit.py "$drift/generate.py" "$seed" "${FLEETS:-60}"
    done
}

same() {
    local fleets=${FLEETS:-8} seed=${1:-1} how
    generate "$seed" "$fleets"
    "$python" "$drift/replay.py" --data "$work/$seed-$fleets" --cmd "$(backtest drifting)" --every 12 --out "$work/$seed-$fleets.replayed"
    looks "$work/$seed-$fleets" "$work/$seed-$fleets.looked" --every 12 --first 24 --level drifting
    for how in replayed looked; do
        "$python" "$drift/score.py" --labels "$work/$seed-$fleets.labels" --verdicts "$work/$seed-$fleets.$how" >"$work/$seed-$fleets.$how.score"
    done
    diff "$work/$seed-$fleets.replayed.score" "$work/$seed-$fleets.looked.score" || die "replay.py and looks do not score the same."
    echo "replay.py and looks score the same:"
    cat "$work/$seed-$fleets.looked.score"
}

placebo() {
    "$python" tests/Console.Benchmarks/Drift/placebo.py "$drift/real-series.tar.gz" "$work/placebo"
    "$python" "$drift/replay.py" --data "$work/placebo" --cmd "$(backtest drifting)" --every 12 --out "$work/placebo.verdicts"
    "$python" "$drift/score.py" --labels "$work/placebo.labels" --verdicts "$work/placebo.verdicts"
}

made() {
    dotnet tests/Console.Benchmarks/bin/Release/net10.0/Console.Benchmarks.dll "$@"
}

# measured NAME COMMAND...: three runs, wall time and the most memory of each; the output goes to $work/NAME.
measured() {
    local name=$1 run
    shift
    for run in 1 2 3; do
        /usr/bin/time -f "$name, run $run: %e s, %M KB" "$@" >"$work/$name"
    done
}

profile() {
    local seed=${1:-1} file server=$PWD/src/Console.Server/bin/Release/net10.0/Console.Server.dll
    install_packages time golang-go
    build
    file=$work/made-$seed.pb.gz
    made profile "$seed" "$file"
    echo "$(stat -c %s "$file") bytes, $(zcat "$file" | wc -c) unzipped"
    measured start dotnet "$server" profile tests/Console.Analysis.Tests/Golden/profiles/heap.pb.gz
    measured console dotnet "$server" profile "$file"
    measured pprof go tool pprof -top "$file"
    dotnet "$server" profile "$file" --json >"$work/console.json"
    go tool pprof -top -trim=false -unit=ns "$file" >"$work/pprof.all" 2>"$work/pprof.log"
    "$python" tests/Console.Benchmarks/Profiling/same-totals.py "$work/console.json" "$work/pprof.all"
}

dump() {
    local seed=${1:-1} file server=$PWD/src/Console.Server/bin/Release/net10.0/Console.Server.dll
    install_packages time
    build
    file=$work/made-$seed.txt
    made dump "$seed" "$file"
    echo "$(stat -c %s "$file") bytes"
    measured dump dotnet "$server" dump "$file"
    head -n 1 "$work/dump"
}

# A console of its own, with a Prometheus that is not there: it is asked for nothing but the profile.
flame() {
    local seed=${1:-1} file password server=$PWD/artifacts/server/Console.Server folder=$work/flame url
    install_packages chromium
    # Where Node comes from elsewhere it brings npm, and Debian's would be in its way.
    command -v npm >/dev/null || install_packages nodejs npm
    build
    build_demo
    file=$work/made-$seed.pb.gz
    made profile "$seed" "$file"
    (cd "$work" && npm install --no-audit --no-fund --silent playwright-core speedscope d3 d3-flame-graph)
    made tree "$file" "$work/made-$seed.tree"
    cp tests/Console.Benchmarks/Profiling/flame.mjs tests/Console.Benchmarks/Profiling/flame-library.mjs "$work/"
    rm -rf "$folder"
    mkdir -p "$folder"
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    printf '{"Storage":{"Folder":"%s"},"Prometheus":{"Url":"http://127.0.0.1:9"},"Endpoints":{"Browser":{"Url":"http://127.0.0.1:0"},"Grpc":{"Url":"http://127.0.0.1:0"},"Metrics":{"Url":"http://127.0.0.1:0"}}}' \
        "$folder" >"$folder/console.json"
    echo "$password" | "$server" users add bench --role operator --config "$folder/console.json"
    "$server" --config "$folder/console.json" >"$folder/log" 2>&1 &
    console=$!
    trap 'kill "$console"' EXIT
    until url=$(sed -n 's/.*Now listening on: //p' "$folder/log" | head -n 1) && [[ -n $url ]]; do
        kill -0 "$console" 2>/dev/null || die "The console ended. See $folder/log"
        sleep 0.2
    done
    node "$work/flame.mjs" "$url" bench "$password" "$file" "$work/node_modules" "$work/made-$seed.tree" "$PWD/src/Console.Client/wwwroot/js/flame-graph.js"
}

age_view() {
    install_packages prometheus curl
    build_demo
    "$python" tests/Console.Benchmarks/Latency/age-view.py "$PWD/artifacts/server/Console.Server" "$work/age-view" "$@"
}

# ask PROMQL: the value of its one sample, of the Prometheus in $asked; nothing when there is none.
ask() {
    curl -fsS --max-time 4 --data-urlencode "query=$1" "$asked" | jq -r '.data.result[0].value[1] // empty'
}

# The demo's git-4 grows until it locks up; every reading of the console's own metric is held against when that came.
forecast() {
    local folder=$work/forecast port=${PORT:-18180} url asked readings now came
    install_packages curl jq
    mkdir -p "$work"
    rm -rf "$folder" "$work/forecast.log"
    DATA=$folder PORT=$port ./demo.sh >"$work/forecast.log" 2>&1 &
    demo=$!
    trap 'kill "$demo"; wait "$demo" || true' EXIT
    until grep -qs 'Console ready' "$work/forecast.log"; do
        kill -0 "$demo" 2>/dev/null || die "The demo ended. See $work/forecast.log"
        sleep 1
    done
    [[ $# -eq 0 ]] || DATA=$folder PORT=$port ./demo.sh grow git-4 "$1"
    url=$(jq -r .Endpoints.Metrics.Url "$folder/console.json")/metrics
    asked=$(jq -r .Prometheus.Url "$folder/console.json")/api/v1/query
    readings=$work/forecast.readings
    : >"$readings"
    came=
    while [[ -z $came ]]; do
        ((SECONDS < 3000)) || die "git-4 did not lock up in 50 minutes. See $work/forecast.log"
        sleep 5
        now=$(date +%s)
        {
            curl -fsS --max-time 4 "$url" | awk -v now="$now" '
                $1 == "fleetconsole_lockup_seconds{host=\"git-4\"}" { print now, $2 }
                $1 == "fleetconsole_locked_up{host=\"git-4\"}" && $2 == 1 { print now, "locked" }'
            ask 'sum(rate(process_cpu_seconds_total{job="gitaly"}[1m]))' | sed "s/^/$now cores /"
            ask 'max(rate(gitaly_spawn_forking_time_seconds_sum{instance!="git-4"}[1m]))' | sed "s/^/$now bounded /"
        } >>"$readings"
        came=$(awk '$2 == "locked" { print $1; exit }' "$readings")
    done
    # The first look may still be at the past's last process.
    awk -v came="$came" -v began="$(ask 'process_start_time_seconds{instance="git-4"}')" '
        $1 < began { next }
        $2 == "cores" && $3 > cores { cores = $3 }
        $2 == "bounded" && $3 > bounded { bounded = $3 }
        $2 ~ /^[0-9]/ && $2 != told {
            told = $2; left = came - $1; ratio = left > 0 ? $2 / left : 0; n++; within += ratio >= .5 && ratio <= 2
            printf "told %5.0f s, came after %5.0f s: %.2f\n", $2, left, ratio
        }
        END {
            printf "%d of %d within a factor of two\n", within, n
            printf "the four servers used %.2f cores at most, the bounded three forked %.2f of the time at most\n", cores, bounded
        }' "$readings"
}

fuzz() {
    build
    made fuzz "${1:-1000000}" "${2:-1}" tests/Console.Analysis.Tests/Golden
}

agent() {
    require_sdk
    # shellcheck disable=SC2046
    install_packages $(demo_packages) $(agent_test_packages)
    tests/git-rpc-server/build.sh artifacts/git-rpc-server
    publish src/Console.Agent artifacts/agent Console.Agent src/Shared/Console.Contracts
    mkdir -p artifacts/log
    dotnet build tests/Console.Agent.Tests -c Release -v quiet -nologo >artifacts/log/Console.Agent.Tests.log 2>&1 ||
        die "Console.Agent.Tests could not be built. See artifacts/log/Console.Agent.Tests.log"
    FLEETCONSOLE_BENCH=1 FLEETCONSOLE_AGENT=$PWD/artifacts/agent/Console.Agent tests/Console.Agent.Tests/bin/Release/net10.0/Console.Agent.Tests \
        -noLogo -noColor -showLiveOutput -class '*.RestartOverheadTests' -class '*.MemoryTests'
}

command=${1:-}
[[ $# -eq 0 ]] || shift
case $command in
quality | suspected | brought | early-limit | learned-limit | same | placebo)
    require_drift
    prepare
    "$command" "$@"
    ;;
agent | profile | dump | flame | forecast | fuzz)
    "$command" "$@"
    ;;
age-view)
    age_view "$@"
    ;;
speed)
    prepare
    dotnet tests/Console.Benchmarks/bin/Release/net10.0/Console.Benchmarks.dll speed 200 100
    ;;
*)
    sed -n '2,17p' "${BASH_SOURCE[0]}" | cut -c3- >&2
    exit 2
    ;;
esac
