#!/usr/bin/python3
"""Real latency with made-up restarts, as a backtest folder in which every finding is false.   placebo.py REAL.tar.gz OUT
A value of a real series is taken as the median of a log-normal latency (sigma .7, scaled so that the series' median is 50 ms) of 600 requests in ten minutes;
restarts every 12 to 36 h, by a fixed seed. Series shorter than 36 h are left out; longer ones are cut to 14 days."""
import csv
import io
import json
import os
import sys
import tarfile

import numpy as np
from scipy.special import ndtr

BOUNDS = np.array([0.001, 0.005, 0.025, 0.1, 0.5, 1.0, 10.0, 30.0, 60.0, 300.0, 1500.0])
STEP, DAY = 600, 86400


def read(tar, member):
    rows = list(csv.DictReader(io.TextIOWrapper(tar.extractfile(member), "utf-8")))
    pairs = [(float(r["t"]), float(r["value"])) for r in rows if r["value"] not in ("", "nan")]
    return np.array(pairs).T if len(pairs) > 100 else None


def main(source, out):
    rng = np.random.default_rng(7)
    os.makedirs(out, exist_ok=True)
    series, labels = [], []
    with tarfile.open(source) as tar:
        for member in sorted((m for m in tar.getmembers() if m.name.endswith(".csv")), key=lambda m: m.name):
            data = read(tar, member)
            if data is None or (data[1] <= 0).mean() > 0.05 or np.median(np.diff(data[0])) > 3600:
                continue
            t, value = data
            t = t - t[0] + 1767571200 if t[0] < 1e9 else t
            grid = np.arange(np.ceil(t[0] / STEP) * STEP, min(t[-1], t[0] + 14 * DAY), STEP)
            if len(grid) < 216:
                continue
            value = np.interp(grid, t, np.maximum(value, np.median(value) / 1e3))
            name = f"p{len(series):03d}"
            write(rng, out, name, grid, 0.05 * value / np.median(value))
            series.append(dict(series=f"{name}/h/m", fleet=name, host="h", method="m", file=f"{name}/m.csv", host_file=f"{name}/h.csv"))
            labels.append(dict(series=f"{name}/h/m", fleet=name, host="h", method="m", scenario=member.name.split("/")[-2] if "/" in member.name else "real",
                               hosts=1, days=len(grid) / 144, drift=False, lockups=[], step=None, median_n=600))
    json.dump(dict(format="drift-1", step_s=STEP, days=14, buckets_s=BOUNDS.tolist(), series=series), open(f"{out}/manifest.json", "w"))
    with open(f"{out}.labels", "w") as f:
        f.writelines(json.dumps(label) + "\n" for label in labels)
    print(f"{len(series)} real series, {sum(label['days'] for label in labels):.0f} days", file=sys.stderr)


def write(rng, out, name, grid, median):
    os.makedirs(f"{out}/{name}", exist_ok=True)
    starts = [grid[0] - rng.uniform(0, 30) * 3600]
    while starts[-1] < grid[-1]:
        starts.append(starts[-1] + rng.uniform(12, 36) * 3600)
    start = np.array(starts)[np.searchsorted(starts, grid, side="right") - 1]
    version = np.searchsorted(starts, grid, side="right") - 1
    below = ndtr((np.log(BOUNDS)[None, :] - np.log(median)[:, None]) / 0.7)
    share = np.diff(np.concatenate([np.zeros((len(grid), 1)), below, np.ones((len(grid), 1))], 1), axis=1)
    counts = rng.multinomial(600, np.maximum(share, 0) / np.maximum(share, 0).sum(1, keepdims=True))
    with open(f"{out}/{name}/m.csv", "w") as f:
        f.write("t,rps,p50_ms,p99_ms,mean_ms,b\n")
        f.writelines(f"{t:.0f},1,,,,{' '.join(map(str, c))}\n" for t, c in zip(grid, counts))
    with open(f"{out}/{name}/h.csv", "w") as f:
        f.write("t,start,ver,vmem_mb,rss_mb,goroutines,fds,cpu,child_cpu\n")
        f.writelines(f"{t:.0f},{s:.0f},{v},1000,100,100,100,1,1\n" for t, s, v in zip(grid, start, version))


main(sys.argv[1], sys.argv[2])
