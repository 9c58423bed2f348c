#!/usr/bin/python3
"""How soon strong drift is suspected, and how often a suspicion is false.   first-suspicion.py LABELS VERDICTS
Strong: twice the latency or more at an age of 24 h. Early: within 12 h of the first process that drifts. The third line counts as learned-limit.py
does: only what drifts when the fleet is first seen, and what is suspected by the twelfth hour. The last one tells what those had to go by: a restart in
these twelve hours, which shows young and old side by side, or one process alone, and how far its latency rose in them."""
import json
import math
import sys

WEEK, MONDAY = 7 * 86400, 1767571200


def begin(label):
    """When its fleet is first seen: the Monday after its first process started."""
    return MONDAY + WEEK * math.ceil((label["gens"][0]["start"] - MONDAY) / WEEK)


def rise(label):
    """How far a strong drift raises latency in the twelve hours that its first process is watched: a ratio, by the label's shape at the fleet's own sensitivity."""
    p = label["params"]
    at = {
        "linear": lambda a: 1 + p["s"] * a,
        "saturating": lambda a: 1 + p["A"] * (1 - math.exp(-a / p["tau"])),
        "exponential": lambda a: min(2 ** (a / p["D"]), p["cap"]),
        "delayed": lambda a: 1 + p["s"] * max(a - p["a0"], 0),
    }[label["shape"]]
    age = (label["drift_start"] - label["gens"][0]["start"]) / 3600
    return at(age + 12) / at(age)


def went_by(label):
    """What there was to go by in the twelve hours from the start of its drift."""
    if any(0 < g["start"] - label["drift_start"] < 12 * 3600 for g in label["gens"]):
        return "with a restart in those hours"
    return f"without, rising {'by 12 % or more' if rise(label) >= 1.12 else 'by less than 12 %'}"


labels = [json.loads(line) for line in open(sys.argv[1]) if line.strip()]
verdicts = {v["series"]: v for v in map(json.loads, filter(str.strip, open(sys.argv[2])))}
early = strong = false = early_young = young = false_young = steady = 0
days = 0.0
kinds = {}
for label in labels:
    alarms = verdicts.get(label["series"], {}).get("alarms", [])
    if not label["drift"]:
        days += label["days"]
        false += bool(alarms)
        steady += 1
        false_young += any(t <= begin(label) + 12 * 3600 for t in alarms)
    elif not label.get("ignore") and label["ratio24"] >= 2:
        strong += 1
        found = any(0 <= t - label["drift_start"] <= 12 * 3600 for t in alarms)
        early += found
        young += label["drift_start"] <= begin(label) + 1200
        early_young += found and label["drift_start"] <= begin(label) + 1200
        if label["drift_start"] <= begin(label) + 1200:
            kind = kinds.setdefault(went_by(label), [0, 0])
            kind[0] += found
            kind[1] += 1
print(f"strong drift suspected within 12 h: {early} of {strong} ({100 * early / max(strong, 1):.0f} %)")
print(f"false suspicions per 1,000 host-method-days: {1000 * false / max(days, 1):.1f}")
print(f"of those that drift from the start {early_young} of {young} ({100 * early_young / max(young, 1):.0f} %), "
      f"with {100 * false_young / max(steady, 1):.0f} % of the steady series suspected by the twelfth hour")
if kinds:
    print("; ".join(f"{name} {found} of {total}" for name, (found, total) in sorted(kinds.items())))
