#!/usr/bin/python3
"""Fleets whose drift a deploy brings, and fleets without drift: one in ten drifts is of that kind, too few to measure by among all.   brought.py GENERATE.py SEED OUT LABELS
The first 30 fleets of a seed that have the one and the first 40 that have none, in the generator's own format."""
import json
import os
import sys
from multiprocessing import Pool

import numpy as np

BROUGHT, STEADY, DAYS = 30, 40, 14

path, seed, out, labels_file = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
space = {"__name__": "generator"}
exec(compile(open(path).read(), path, "exec"), space)


def scenario(fleet):
    """The generator's first two draws are the Monday and the scenario."""
    random = np.random.default_rng([seed, fleet])
    random.integers(0, 20)
    names, weights = zip(*space["SCEN"])
    return str(random.choice(list(names), p=np.array(weights) / sum(weights)))


def make(fleet):
    made = space["gen_fleet"](np.random.default_rng([seed, fleet]), fleet, DAYS)
    space["write"](made, out)
    return made["labels"]


kinds = [scenario(fleet) for fleet in range(2000)]
chosen = [f for f, k in enumerate(kinds) if k == "drift_intro"][:BROUGHT] + [f for f, k in enumerate(kinds) if not k.startswith("drift")][:STEADY]
os.makedirs(out, exist_ok=True)
with Pool(2) as pool:
    labels = [label for fleet in pool.map(make, sorted(chosen), chunksize=1) for label in fleet]
with open(labels_file, "w") as file:
    file.writelines(json.dumps(label) + "\n" for label in labels)
series = [dict(series=s, fleet=s.split("/")[0], host=s.split("/")[1], method=s.split("/")[2], file=f"{s.replace('/', '__').replace('__', '/', 1)}.csv",
               host_file=f"{s.rsplit('/', 1)[0]}.host.csv") for s in (label["series"] for label in labels)]
with open(f"{out}/manifest.json", "w") as file:
    json.dump(dict(format="drift-1", step_s=space["STEP"], days=DAYS, buckets_s=space["BUCKETS"].tolist(), series=series), file)
