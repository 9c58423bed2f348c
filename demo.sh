#!/usr/bin/env bash
# Runs FleetConsole on a live demo fleet until Ctrl-C. PORT (8080) and DATA (demo-data) are settable.
#   ./demo.sh                      the fleet and the console
#   ./demo.sh deploy spawn|fork    from a second terminal: rolls a new version over the fleet, host by host
#   ./demo.sh grow HOST [TIMES]    lets a host's virtual memory grow until it locks up, TIMES as fast (1 to 100)
#   ./demo.sh stop|start NAME      stops and starts prometheus or agent-HOST, freezes and thaws the server of HOST
set -euo pipefail
if [[ -n ${DATA:-} ]]; then
    DATA=$(realpath -m "$DATA")
    export DATA
fi
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tests/setup.sh
source tests/setup.sh

require_sdk
if [[ $# -eq 0 ]]; then
    # shellcheck disable=SC2046
    install_packages $(demo_packages)
    build_demo
elif [[ ! -e artifacts/demo/Console.DemoFleet.dll ]]; then
    die "No demo was ever started here. Run ./demo.sh first."
fi
exec dotnet artifacts/demo/Console.DemoFleet.dll --artifacts artifacts "$@"
