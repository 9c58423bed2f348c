#!/usr/bin/python3
"""What an age view of 24 h costs over Prometheus's own answer to the same queries.

age-view.py SERVER FOLDER [HOSTS]    SERVER: the published Console.Server; FOLDER: for data, emptied first

Makes a day of HOSTS (100) hosts of two methods, scraped each minute, starts Prometheus with a query log and the console on it, and asks both in turn, each
time for a range that is a minute older, so that nobody answers from a cache: the console for the curves of all hosts by gRPC-Web, then Prometheus, by one curl
on one connection, for the very queries that the console has just sent, in their order. Prints both medians and the median of the ratios."""
import json
import os
import random
import shutil
import statistics
import struct
import subprocess
import sys
import time
import urllib.parse

BOUNDS = ["0.001", "0.005", "0.025", "0.1", "0.5", "1.0", "10.0", "30.0", "60.0", "300.0", "1500.0", "+Inf"]
METHODS = [("gitaly.RefService", "RefExists"), ("gitaly.RefService", "FindAllBranchNames")]
SCRAPE, DAY, RUNS = 60, 86400, 15


def main():
    server, folder = sys.argv[1], sys.argv[2]
    hosts = [f"git-{i}" for i in range(int(sys.argv[3]) if len(sys.argv) > 3 else 100)]
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    end = int(time.time()) // SCRAPE * SCRAPE
    write_day(f"{folder}/day.om", hosts, end)
    run("promtool", "tsdb", "create-blocks-from", "openmetrics", "--quiet", f"{folder}/day.om", f"{folder}/tsdb")
    os.remove(f"{folder}/day.om")
    children = []
    try:
        prometheus = start_prometheus(folder, children)
        console, token = start_console(server, folder, prometheus, children)
        measure(folder, prometheus, console, token, end)
    finally:
        for child in children:
            child.terminate()
            child.wait(30)


def write_day(path, hosts, end):
    """One process a host, 26 hours old at the end; the format wants each family in one piece."""
    dice = random.Random(1)
    times = range(end - DAY - 1800, end + 1, SCRAPE)
    with open(path, "w", encoding="utf-8") as file:
        file.write("# TYPE grpc_server_handling_seconds histogram\n")
        for host in hosts:
            for service, method in METHODS:
                labels = f'instance="{host}",job="gitaly",grpc_service="{service}",grpc_method="{method}",grpc_type="unary"'
                counts = [0] * len(BOUNDS)
                for at in times:
                    for _ in range(60):
                        counts[min(int(dice.lognormvariate(1.1, 0.5)), len(BOUNDS) - 1)] += 1
                    total = 0
                    for bound, count in zip(BOUNDS, counts):
                        total += count
                        file.write(f'grpc_server_handling_seconds_bucket{{{labels},le="{bound}"}} {total} {at}\n')
        for name, value in (("process_start_time_seconds", end - 26 * 3600), ('gitlab_build_info', 1)):
            file.write(f"# TYPE {name} gauge\n")
            for host in hosts:
                version = ',version="1.0.4"' if name == "gitlab_build_info" else ""
                for at in times:
                    file.write(f'{name}{{instance="{host}",job="gitaly"{version}}} {value} {at}\n')
        file.write("# EOF\n")


def start_prometheus(folder, children):
    with open(f"{folder}/prometheus.yml", "w", encoding="utf-8") as file:
        file.write(f"global:\n  query_log_file: {folder}/queries.json\n")
    port = 19090
    children.append(subprocess.Popen(
        ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb", f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.retention.time=10y"],
        stdout=subprocess.DEVNULL, stderr=open(f"{folder}/prometheus.log", "wb")))
    wait_for(f"http://127.0.0.1:{port}/-/ready")
    return f"http://127.0.0.1:{port}"


def start_console(server, folder, prometheus, children):
    config = f"{folder}/console.json"
    listen = {"Url": "http://127.0.0.1:0"}
    with open(config, "w", encoding="utf-8") as file:
        # Its own looks at the fleet would be measured with it, so they are as rare as they can be.
        json.dump({"Storage": {"Folder": f"{folder}/data"}, "Prometheus": {"Url": prometheus, "PollSeconds": 300}, "Metrics": {"Selector": 'job="gitaly"'},
                   "Hosts": {"GitRpcAddress": "", "AgentAddress": ""}, "Endpoints": {name: listen for name in ("Browser", "Grpc", "Metrics")}}, file)
    subprocess.run([server, "users", "add", "bench", "--role", "viewer", "--config", config], input=b"a password of the bench\n", check=True)
    token = subprocess.run([server, "tokens", "add", "bench", "--user", "bench", "--days", "1", "--config", config], check=True, capture_output=True, text=True).stdout
    log = f"{folder}/console.log"
    children.append(subprocess.Popen([server, "--config", config], stdout=open(log, "wb"), stderr=subprocess.STDOUT))
    deadline = time.time() + 60
    while time.time() < deadline:
        with open(log, encoding="utf-8") as file:
            lines = [line.split("listening on: ")[1].strip() for line in file if "listening on: " in line]
        if lines:
            return lines[0], token.strip().splitlines()[-1]
        time.sleep(0.2)
    sys.exit(f"The console did not come up within 60 s. See {log}")


def measure(folder, prometheus, console, token, end):
    log = f"{folder}/queries.json"
    ratios, ours, theirs, queries = [], [], [], 0
    wait_until_quiet(log)
    for i in range(RUNS + 2):
        before = os.path.getsize(log) if os.path.exists(log) else 0
        to = end - i * SCRAPE
        took = ask_console(folder, console, token, to - DAY, to)
        with open(log, encoding="utf-8") as file:
            file.seek(before)
            asked = [json.loads(line)["params"] for line in file]
        raw = ask_prometheus(folder, prometheus, asked)
        # The first two runs warm both up.
        if i < 2:
            continue
        ratios.append(took / raw)
        ours.append(took)
        theirs.append(raw)
        queries = len(asked)
    reply = os.path.getsize(f"{folder}/reply")
    print(f"{RUNS} views of 24 h, {queries} queries each, {reply:,} bytes to the browser, {os.path.getsize(f'{folder}/raw'):,} bytes of JSON from Prometheus")
    print(f"console {1000 * statistics.median(ours):.0f} ms, Prometheus alone {1000 * statistics.median(theirs):.0f} ms (medians)")
    print(f"ratio {statistics.median(ratios):.3f} (median; from {min(ratios):.3f} to {max(ratios):.3f})")


def wait_until_quiet(log):
    """The console reads the fleet's history when it starts."""
    size, since = -1, time.time()
    while time.time() - since < 5:
        now = os.path.getsize(log) if os.path.exists(log) else 0
        if now != size:
            size, since = now, time.time()
        time.sleep(0.2)


def ask_console(folder, console, token, begin, end):
    """CurvesRequest by hand: quantile is field 3, from and to are 4 and 5; empty hosts are all hosts, empty methods their pool."""
    message = b"\x19" + struct.pack("<d", 0.99) + timestamp(4, begin) + timestamp(5, end)
    with open(f"{folder}/request", "wb") as file:
        file.write(struct.pack(">BI", 0, len(message)) + message)
    out = run("curl", "-sS", "-f", "-o", f"{folder}/reply", "-w", "%{time_total} %header{grpc-status}", "--data-binary", f"@{folder}/request",
              "-H", "content-type: application/grpc-web+proto", "-H", f"authorization: Bearer {token}", f"{console}/fleetconsole.v1.Latency/GetCurves")
    with open(f"{folder}/reply", "rb") as file:
        reply = file.read()
    if b"grpc-status: 0" not in reply[-200:] or len(reply) < 10_000:
        sys.exit(f"The console did not answer with curves: {reply[-200:]!r}")
    return float(out.split()[0])


def timestamp(field, seconds):
    inner = b"\x08" + varint(seconds)
    return bytes([field << 3 | 2, len(inner)]) + inner


def varint(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def ask_prometheus(folder, prometheus, asked):
    arguments = []
    for params in asked:
        if params["step"]:
            path, form = "query_range", {"query": params["query"], "start": params["start"], "end": params["end"], "step": params["step"]}
        else:
            path, form = "query", {"query": params["query"], "time": params["end"]}
        arguments += ["--next"] if arguments else []
        arguments += ["-sS", "-f", "-o", f"{folder}/raw" if params["step"] else "/dev/null", "-w", "%{time_total}\\n", "-d", urllib.parse.urlencode(form), f"{prometheus}/api/v1/{path}"]
    return sum(float(line) for line in run("curl", *arguments).split())


def wait_for(url):
    deadline = time.time() + 60
    while time.time() < deadline:
        if subprocess.run(["curl", "-sf", "-o", "/dev/null", url], check=False).returncode == 0:
            return
        time.sleep(0.2)
    sys.exit(f"{url} did not answer within 60 s.")


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


main()
