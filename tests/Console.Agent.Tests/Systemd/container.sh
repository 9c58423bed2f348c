#!/usr/bin/env bash
# container.sh SHARE [DIR...]: boots systemd in a container of its own, on a throw-away overlay of /, with SHARE and each DIR at
# their own paths and the unit files from SHARE/units. Prints "ready PID" (PID is its systemd) and ends when standard input does.
# Needs root and the package systemd-container. It shares the network: what its units listen on is on the host's loopback.
set -euo pipefail

die() {
    echo "container.sh: $*" >&2
    exit 1
}

if [[ ${1:-} != --inside ]]; then
    [[ $(id -u) -eq 0 ]] || die "needs root"
    command -v systemd-nspawn >/dev/null || die "systemd-nspawn is missing: apt-get install systemd-container"
    # Everything is mounted in a namespace of its own: whatever ends this, the kernel takes the mounts back.
    exec unshare --mount --propagation private --fork --kill-child=KILL "$0" --inside "$@"
fi
shift
share=$1

base=$share/container
mkdir -p "$base"
mount -t tmpfs tmpfs "$base"
mkdir "$base/upper" "$base/work" "$base/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$base/upper,workdir=$base/work" "$base/root"

units=$base/root/etc/systemd/system
mkdir -p "$units"
for unit in getty.target timers.target remote-fs.target systemd-networkd.service systemd-networkd.socket systemd-resolved.service \
    systemd-timesyncd.service systemd-logind.service systemd-udevd.service dbus.service dbus.socket; do
    ln -sfn /dev/null "$units/$unit"
done
cp "$share"/units/* "$units/"
# Limits that a test can rely on, whatever the machine's own journald.conf says.
mkdir -p "$base/root/etc/systemd/journald.conf.d"
printf '[Journal]\nStorage=volatile\nRateLimitIntervalSec=30s\nRateLimitBurst=10000\n' >"$base/root/etc/systemd/journald.conf.d/zz-test.conf"

binds=()
for directory in "$@"; do
    binds+=("--bind=$directory")
done
setpriv --pdeathsig KILL systemd-nspawn --quiet --directory="$base/root" --boot --keep-unit --register=no --link-journal=no \
    --machine="agent-test-$$" --capability=CAP_PERFMON --system-call-filter=perf_event_open --console=pipe "${binds[@]}" systemd.unit=basic.target </dev/null >"$share/console.log" 2>&1 &
nspawn=$!

init=
for ((i = 0; i < 600; i++)); do
    kill -0 $nspawn 2>/dev/null || die "systemd-nspawn ended: $(tail -n 5 "$share/console.log")"
    init=$(cat "/proc/$nspawn/task/$nspawn/children")
    init=${init%% *}
    if [[ -n $init ]] && nsenter --target "$init" --all systemctl is-system-running 2>/dev/null | grep -qE '^(running|degraded)$'; then
        break
    fi
    sleep 0.1
done
((i < 600)) || die "systemd did not come up within 60 s: $(tail -n 5 "$share/console.log")"
echo "ready $init"

cat >/dev/null
kill -KILL "$init"
wait $nspawn || true
