#!/usr/bin/python3
"""How early strong drift can be suspected at all in the made fleets.   early-limit.py GENERATE.py SEED FLEETS
An oracle that no detector can be: it knows the generator's noise (sizes and time constants of every autoregression, the distribution behind every
histogram), which series would drift, when that would begin, how fast each process would leak and, in its first rows, the very curve. What it does not
know is the level of a series: nobody has seen the fleet before. Its test is the likelihood ratio of "these series drift so" over "they do not", all series
of the fleet together, which by Neyman and Pearson (1933) no other test beats.

Per series and hour, the histogram's Fisher information on a common factor of the latency and on one of its tail gives the error of the best estimate
of both; noise moves the common factor, drift that or the tail. Levels are free. What all series share is a normal with the generator's variance:
the fleet's noise and, unless "known", what load, the nightly job and the cold start do. The likelihood ratio is then normal, and is drawn 400 times a fleet.

A drift whose curve has reached its end before the fleet is first seen changes nothing any more: no test sees it but by luck. Steady fleets are tested for
drift drawn from the generator's own distribution, given that it is strong: twice the latency at 24 h. Budgets: 20 false suspicions per 1,000
host-method-days are 28 % of the series in 14 days. "at once" spends them on one look, 12 h after the fleet is first seen, and none ever after; "spread"
leaves every half day its 28th part, as a detector must that does not know when a drift begins. The last line is the 24 h ratio's limit, see
ratio_error and label_error."""
import sys

import numpy as np

HOUR, EARLY, BEFORE, SHAPES, DRAWS = 6, 72, 144, 48, 400
BUDGET = 0.020 * 14


def instrumented(path):
    """The generator with a hook before each label; its own lines stay as they are."""
    source = open(path).read()
    hook = "labels.append(lab)"
    assert source.count(hook) == 1, "generate.py has changed: there is not one line that appends a label"
    space = {"__name__": "generator"}
    exec(compile(source.replace(hook, "TRACE(locals()); " + hook), path, "exec"), space)
    plain, calls = space["ar1"], []
    space["ar1"] = lambda rng, n, sd, tau: (calls.append((sd, tau)), plain(rng, n, sd, tau))[1]
    return space, calls


def correlation(sd, tau, n):
    lag = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    return sd * sd * np.exp(-lag / max(tau, 1e-3))


def fisher(space, v, window):
    """Information of one window's histogram on (log of all, log of the tail), 2 x 2 for each window."""
    at = slice(window.start, window.stop)
    size, tail = v["L"][at], np.full(window.stop - window.start, v["pt"])

    def shares(all_, tail_):
        factor = np.exp(all_ + tail_)
        below = space["mix_cdf"](space["BUCKETS"], (size * np.exp(all_))[:, None], v["sig"], np.minimum(tail * np.exp(0.3 * tail_), 0.3)[:, None],
                                 (size * v["kx"] * factor)[:, None], v["al"])
        return np.maximum(np.diff(np.concatenate([np.zeros((len(size), 1)), below, np.ones((len(size), 1))], 1), axis=1), 1e-12)

    step, p = 1e-3, shares(0, 0)
    slopes = [(shares(step, 0) - shares(-step, 0)) / (2 * step), (shares(0, step) - shares(0, -step)) / (2 * step)]
    count = np.where(v["lock"][at], 0, v["cnt"][at])
    return np.array([[count * (a * b / p).sum(1) for a in slopes] for b in slopes]).transpose(2, 0, 1), count


class Series:
    """One series' hours: how precisely they are known, what of the noise is its own, and what it shares with the others."""

    def __init__(self, space, v, window, ar, scale):
        self.method, self.host, self.mode = v["me"], v["host"], 1 if scale else 2
        information, count = fisher(space, v, window)
        hours = len(count) // HOUR
        weight = np.zeros((hours, len(count)))
        for k in range(hours):
            part = count[k * HOUR:(k + 1) * HOUR]
            weight[k, k * HOUR:(k + 1) * HOUR] = part / part.sum() if part.sum() else 1 / HOUR
        self.weight, self.hours = weight, hours
        at, age = slice(window.start, window.stop), v["age"][window.start:window.stop]
        noise = correlation(*ar, len(count)) + 0.25 * 0.05**2 * (v["gi"][at][:, None] == v["gi"][at][None, :])
        own = weight @ noise @ weight.T
        total = information.reshape(hours, HOUR, 2, 2).sum(1) + 1e-6 * np.eye(2)
        dims = self.mode
        covariance = np.zeros((dims * hours, dims * hours))
        covariance[:hours, :hours] = own
        for k in range(hours):
            error = np.linalg.inv(total[k]) if dims == 2 else np.array([[1 / total[k, 0, 0]]])
            covariance[np.ix_([k + d * hours for d in range(dims)], [k + d * hours for d in range(dims)])] += error
        inverse = np.linalg.inv(covariance)
        level = np.kron(np.eye(dims), np.ones((hours, 1)))
        taken = inverse @ level
        self.precision = inverse - taken @ np.linalg.solve(level.T @ taken, taken.T)
        self.eff, self.sens = v["eff"][at], v["sens"]
        use = v["hostload"][at] / np.max(v["load"])
        self.load = weight @ np.log(np.maximum(v["load"][at], 0.05))
        self.use = weight @ (use / np.maximum(1 - 0.175 * use, 0.1))
        self.night = weight @ np.exp(-0.5 * ((v["hod"][at] - v["bk_h"]) / 0.8) ** 2)
        self.cold = weight @ np.exp(-age / v["cold_tau"])
        self.truth = np.log(np.maximum(v["lg"][at], 1e-9))

    def signal(self, log_growth):
        s = self.weight @ log_growth
        return s if self.mode == 1 else np.concatenate([np.zeros(self.hours), s])

    def shared(self, known, methods, hosts, alias):
        """Columns of what the fleet shares, and their variances."""
        columns, variances = [], []
        if not known:
            for method in methods:
                for column, sd in ((self.load, 0.4 / 12**0.5 if alias else 0.25 / 12**0.5), (self.use, 0.35 / 12**0.5)):
                    columns.append(column if method == self.method else 0 * column)
                    variances.append(sd * sd)
            columns.append(self.night)
            variances.append(0.4 * (0.45**2 + 0.04) - (0.4 * 0.45) ** 2)
            for host in hosts:
                columns.append(self.cold if host == self.host else 0 * self.cold)
                variances.append(0.3)
        z = np.array(columns).T if columns else np.zeros((self.hours, 0))
        z = np.concatenate([np.eye(self.hours), z], 1)
        return (z if self.mode == 1 else np.concatenate([z, 0 * z])), variances


def gram(series, signals, fleet_noise, known, alias):
    """s_k' P s_l over the fleet, P being the precision with levels and everything shared taken out."""
    methods, hosts = sorted({s.method for s in series}), sorted({s.host for s in series})
    count = signals[0].shape[0]
    total, cross, inner, variances = np.zeros((count, count)), 0, 0, []
    for s, signal in zip(series, signals):
        z, variances = s.shared(known, methods, hosts, alias)
        ps = signal @ s.precision
        total += ps @ signal.T
        cross = cross + ps @ z
        inner = inner + z.T @ s.precision @ z
    size = fleet_noise.shape[0]
    prior = np.zeros((size + len(variances),) * 2)
    prior[:size, :size] = np.linalg.inv(fleet_noise + 1e-8 * np.eye(size))
    prior[size:, size:] = np.diag(1 / np.array(variances)) if variances else 0
    return total - cross @ np.linalg.solve(prior + inner, cross.T)


def strong_shape(space, rng):
    while True:
        kind, par = space["draw_shape"](rng, False)
        if space["shape"](kind, np.array([24.0]), par)[0] >= 2:
            return kind, par


def judged(space, traces, ar_fleet, ars, rng):
    """Whether a fleet has strong drift, for how many series it speaks, log likelihood ratios as (load known, curve known) -> draws, and
    in how many series the drift moves the latency by less than 5 % in its first 12 h."""
    labels = [v["lab"] for v in traces]
    drifting = [bool(l["drift"] and not l.get("ignore") and l["ratio24"] >= 2) for l in labels]
    if not any(drifting) and any(l["drift"] for l in labels):
        return None
    first = next((int(np.argmax(v["t"] >= l["drift_start"])) for v, l, d in zip(traces, labels, drifting) if d), 0)
    start = max(0, first - BEFORE)
    window = range(start, min(first + EARLY, len(traces[0]["t"])))
    window = range(window.stop - (window.stop - window.start) // HOUR * HOUR, window.stop)
    mode = traces[0]["mode"] or ("scale" if rng.random() < 0.65 else "tail")
    series = [Series(space, v, window, ar, mode == "scale") for v, ar in zip(traces, ars)]
    shapes = [strong_shape(space, rng) for _ in range(SHAPES)]
    began = np.arange(window.start, window.stop) >= first
    part = hypothesis(labels, drifting, rng)
    signals = []
    for s, has in zip(series, part):
        grown = [np.log1p((space["shape"](kind, s.eff, par) - 1) * s.sens) for kind, par in shapes]
        grown.append(s.truth if any(drifting) else grown[0])
        signals.append(np.array([s.signal(np.where(began, x, 0) * has) for x in grown]))
    noise = series[0].weight @ correlation(*ar_fleet, len(window)) @ series[0].weight.T
    out = {}
    for known in (True, False):
        g = gram(series, signals, noise, known, traces[0]["scen"] == "alias")
        root = np.linalg.cholesky((g + g.T) / 2 + 1e-9 * np.eye(len(g)) * (1 + np.trace(g)))
        drawn = rng.normal(size=(DRAWS, len(g))) @ root.T + (g[-1] if any(drifting) else 0)
        ratio = drawn - np.diag(g) / 2
        mean = ratio[:, :-1].max(1) + np.log(np.exp(ratio[:, :-1] - ratio[:, :-1].max(1, keepdims=True)).mean(1))
        out[known, True], out[known, False] = ratio[:, -1], mean
    flat = sum(d and np.ptp(v["lg"][first:first + EARLY]) < 0.05 * v["lg"][first] for v, d in zip(traces, drifting))
    return any(drifting), sum(drifting) if any(drifting) else len(labels), out, flat


def hypothesis(labels, drifting, rng):
    if any(drifting):
        return drifting
    how = rng.choice(["all", "method", "host"], p=np.array([0.22, 0.07, 0.05]) / 0.34)
    one = labels[int(rng.integers(len(labels)))]
    return [how == "all" or l[how] == one[how] for l in labels]


def reached(found, key, budget):
    """Share of strong series over the threshold that lets the budget's share of steady ones pass."""
    steady = [(f[2][key], f[1]) for f in found if not f[0]]
    values = np.concatenate([x for x, _ in steady])
    weights = np.concatenate([np.full(len(x), n) for x, n in steady])
    order = np.argsort(-values)
    passed = np.cumsum(weights[order]) / weights.sum()
    threshold = values[order][min(np.searchsorted(passed, budget), len(order) - 1)]
    strong = [(np.mean(f[2][key] > threshold), f[1]) for f in found if f[0]]
    return sum(share * n for share, n in strong) / max(1, sum(n for _, n in strong))


def ratio_error(space, v):
    """Of the log ratio of p99 over 24 h that the series' own latency shows, over its hours, from the label's, which is that of one usual hour.
    A p99 is interpolated within wide buckets: the same drift moves it by another factor from another level."""
    lab, level = v["lab"], v["L"][~v["lock"]][::7]
    g = 1 + (float(space["shape"](lab["shape"], np.array([24.0]), lab["params"])[0]) - 1) * v["sens"]
    p99 = []
    for growth in (1, g):
        size, tail = (level * growth, v["pt"]) if v["mode"] == "scale" else (level, min(v["pt"] * growth**0.3, 0.3))
        below = space["mix_cdf"](space["BUCKETS"], size[:, None], v["sig"], np.full((len(level), 1), tail), (level * v["kx"] * growth)[:, None], v["al"])
        p99.append(space["hq"](0.99, np.concatenate([below, np.ones((len(level), 1))], 1)))
    return abs(np.median(np.log(p99[1] / p99[0])) - np.log(lab["obs_ratio24_p99"]))


def label_error(lab):
    """Of the true ratio of p99 over 24 h from the interpolated one that the scorer asks for."""
    return abs(np.log(lab["ratio24"] / lab["obs_ratio24_p99"]))


def main(path, seed, fleets):
    space, calls = instrumented(path)
    rng, found, ratios, labels = np.random.default_rng(seed), [], [], []
    for f in range(fleets):
        traces, ars = [], []
        calls.clear()
        space["TRACE"] = lambda v: (traces.append(dict(v)), ars.append(calls[-1]))
        space["gen_fleet"](np.random.default_rng([seed, f]), f, 14)
        drifting = [v for v in traces if v["lab"]["drift"] and not v["lab"].get("ignore")]
        ratios += [ratio_error(space, v) for v in drifting]
        labels += [label_error(v["lab"]) for v in drifting]
        one = judged(space, traces, calls[1], ars, rng)
        if one:
            found.append(one)
    print(f"{sum(f[1] for f in found if f[0])} strong series in {sum(f[0] for f in found)} fleets, {sum(f[3] for f in found)} of them moving by less than 5 %; "
          f"{sum(f[1] for f in found if not f[0])} steady in {sum(not f[0] for f in found)}")
    for known in (True, False):
        for shape in (True, False):
            at_once, spread = (reached(found, (known, shape), b) for b in (BUDGET, BUDGET / 28))
            print(f"load, night and cold start {'known' if known else 'estimated':9}, curve {'known' if shape else 'one of many':11}: "
                  f"{100 * at_once:3.0f} % at once, {100 * spread:3.0f} % spread")
    print(f"24 h ratio of {len(ratios)} drifting series, median error of its logarithm: {np.median(ratios):.3f} for the p99 of the histograms without any noise, "
          f"{np.median(labels):.3f} for the true p99")


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
