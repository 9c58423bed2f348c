#!/usr/bin/python3
"""How soon strong drift is suspected, and how often a suspicion is false.   first-suspicion.py LABELS VERDICTS
Strong: twice the latency or more at an age of 24 h. Early: within 12 h of the first process that drifts."""
import json
import sys

labels = [json.loads(line) for line in open(sys.argv[1]) if line.strip()]
verdicts = {v["series"]: v for v in map(json.loads, filter(str.strip, open(sys.argv[2])))}
early = strong = false = 0
days = 0.0
for label in labels:
    alarms = verdicts.get(label["series"], {}).get("alarms", [])
    if not label["drift"]:
        days += label["days"]
        false += bool(alarms)
    elif not label.get("ignore") and label["ratio24"] >= 2:
        strong += 1
        early += any(0 <= t - label["drift_start"] <= 12 * 3600 for t in alarms)
print(f"strong drift suspected within 12 h: {early} of {strong} ({100 * early / max(strong, 1):.0f} %)")
print(f"false suspicions per 1,000 host-method-days: {1000 * false / max(days, 1):.1f}")
