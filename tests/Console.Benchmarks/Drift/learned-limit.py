#!/usr/bin/python3
"""What a detector can learn about early strong drift that has seen the generator, but not the fleet.   learned-limit.py GENERATE.py SEED FLEETS
Between our detector and the oracle of early-limit.py, which is told noise, leak rates and which series would drift: gradient boosted trees (Friedman 2001),
trained on thousands of other made fleets, that see the first twelve hours as we do: hourly histograms, load, process ages and the hosts' metrics, of the
series and of all its neighbours. What they miss at a budget of false suspicions nobody has found yet; what they find is there to be found.

Each series is fitted by p50, p90 and p99 on age with priors for load and cold start; the trees get coefficients, errors and t values, and their medians over
fleet, host and method. They are judged on fleets that they were not trained on, five folds. Budgets are shares of steady series suspected at the one look
after twelve hours; 28 % is all that 20 per 1,000 host-method-days leave for a fortnight. "With the level" the trees also get how long requests take, by which
they know how the generator draws methods: that is knowledge of the generator and of no fleet."""
import sys
import warnings
from multiprocessing import Pool

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GroupKFold

HOUR, EARLY = 6, 72
QUANTILES, HALF_WEIGHTS = [0.5, 0.9, 0.99], [20, 60, 300]
BUDGETS = [0.02, 0.07, 0.14, 0.20, 0.28]


def fit(y, weight, age, load, cold, process):
    """Coefficient of age, its error, its t and what is left over; priors for load, cold start and a level per process."""
    ok = np.isfinite(y) & (weight > 0)
    if ok.sum() < 5:
        return [np.nan] * 4
    levels = (process[ok][:, None] == np.unique(process[ok])[None, :]).astype(float)
    x = np.column_stack([age[ok], load[ok], cold[ok], np.ones(ok.sum()), levels])
    prior = np.concatenate([[0.0, 0.15**-2, 0.7**-2, 0.0], np.full(levels.shape[1], 0.08**-2)])
    mean = np.zeros(x.shape[1])
    mean[1] = 0.25
    w = weight[ok] / weight[ok].mean()
    scale = 0.08**2
    for _ in range(3):
        a = x.T @ (x * (w / scale)[:, None]) + np.diag(prior) + 1e-6 * np.eye(x.shape[1])
        inverse = np.linalg.inv(a)
        b = inverse @ (x.T @ (w / scale * y[ok]) + prior * mean)
        rest = y[ok] - x @ b
        scale = max(1e-4, (w * rest**2).sum() / max(2, ok.sum() - 2))
    error = np.sqrt(inverse[0, 0])
    return [b[0], error, b[0] / error, np.sqrt(scale)]


def hourly(space, fleet):
    """One fleet's first twelve hours as rows of features, with what the label says: 1 strong from the start, 0 steady, -1 neither."""
    hosts = dict(fleet["hosts"])
    own, level = [], []
    for host, _, c in fleet["series"]:
        h = hosts[host]
        hours = EARLY // HOUR
        t, start, down = h["t"][:EARLY], h["start"][:EARLY], h["down"][:EARLY]
        counts = np.where(down[:, None], 0, c["kk"][:EARLY]).reshape(hours, HOUR, -1).sum(1)
        n = counts.sum(1).astype(float)
        cumulative = np.cumsum(counts, 1).astype(float)
        last = np.arange(hours) * HOUR + HOUR - 1
        process = np.unique(start, return_inverse=True)[1][last]
        age = (t[last] - start[last]) / 3600
        whole = np.array([len(set(start[k * HOUR:(k + 1) * HOUR])) == 1 for k in range(hours)])
        load = np.log(np.maximum(n, 0.5))
        load -= load.mean()
        row, late = [], []
        for q, half in zip(QUANTILES, HALF_WEIGHTS):
            with np.errstate(invalid="ignore", divide="ignore"):
                y = np.log(space["hq"](q, cumulative))
            y = np.where(whole & np.isfinite(y) & (n >= 5), y, np.nan)
            weight = np.where(whole, n / (n + half), 0)
            row += fit(y, weight, age / 24, load, np.exp(-age / 0.75), process)
            late.append(np.nanmean(y[-3:]) if np.isfinite(y[-3:]).any() else np.nan)
        own.append(row)
        level.append(late)
    own = np.array(own, float)
    keys = [(host, method) for host, method, _ in fleet["series"]]
    rows = []
    for i, (host, method) in enumerate(keys):
        groups = [[True] * len(keys), [k[0] == host for k in keys], [k[1] == method for k in keys]]
        with np.errstate(all="ignore"):
            rows.append(np.concatenate([own[i]] + [np.nanmedian(own[g], 0) for g in groups] + [level[i]]))
    begin = fleet["hosts"][0][1]["t"][0]
    kind = []
    for label in fleet["labels"]:
        strong = label["drift"] and not label.get("ignore") and label["ratio24"] >= 2 and label["drift_start"] <= begin + 1200
        steady = not label["drift"] or (label.get("drift_start") or 0) > begin + 12 * 3600
        kind.append(1 if strong else 0 if steady else -1)
    return np.array(rows), np.array(kind)


def made(job):
    path, seed, f = job
    warnings.simplefilter("ignore")
    space = {"__name__": "generator"}
    exec(compile(open(path).read(), path, "exec"), space)
    return hourly(space, space["gen_fleet"](np.random.default_rng([seed, f]), f, 14))


def main(path, seed, fleets):
    with Pool(2) as pool:
        parts = pool.map(made, [(path, seed, f) for f in range(fleets)], chunksize=8)
    x = np.concatenate([p[0] for p in parts])
    kind = np.concatenate([p[1] for p in parts])
    fleet = np.concatenate([np.full(len(p[1]), i) for i, p in enumerate(parts)])
    use = kind >= 0
    x, kind, fleet = x[use], kind[use], fleet[use]
    print(f"{np.sum(kind == 1)} strong series, {np.sum(kind == 0)} steady, in {fleets} fleets")
    for name, columns in (("without the level", slice(0, -len(QUANTILES))), ("with the level", slice(None))):
        score = learned(x[:, columns], kind, fleet)
        steady, strong = np.sort(score[kind == 0]), score[kind == 1]
        found = (f"{100 * np.mean(strong > steady[int((1 - b) * len(steady)) - 1]):.0f} % at {100 * b:.0f} %" for b in BUDGETS)
        print(f"{name}: of the strong and of the steady series suspected {', '.join(found)}")


def learned(x, kind, fleet):
    """Scores by trees that saw other fleets only."""
    score = np.zeros(len(kind))
    for train, test in GroupKFold(5).split(x, kind, fleet):
        trees = HistGradientBoostingClassifier(max_iter=80, learning_rate=0.08, max_leaf_nodes=8, min_samples_leaf=60, l2_regularization=5.0, random_state=1)
        # A fleet of many series is one case, not many.
        trees.fit(x[train], kind[train], sample_weight=1 / np.sqrt(np.bincount(fleet)[fleet[train]]))
        score[test] = trees.predict_proba(x[test])[:, 1]
    return score


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
