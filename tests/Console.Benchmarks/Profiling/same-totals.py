"""Compares every function's flat and cumulative value: CONSOLE.json as `profile --json` prints it, and the text of `go tool pprof -top -trim=false -unit=ns`."""
import json
import re
import sys

ours = {f["name"]: (f["flat"], f["cum"]) for f in json.load(open(sys.argv[1]))["functions"]}
row = re.compile(r"\s*(-?\d+)(?:ns)?\s+\S+%\s+\S+%\s+(-?\d+)(?:ns)?\s+\S+%  (.*?)(?: \((?:partial-)?inline\))?$")
theirs = {m[3]: (int(m[1]), int(m[2])) for m in map(row.match, open(sys.argv[2])) if m}
if not ours or ours != theirs:
    sys.exit(f"{len(ours)} functions here, {len(theirs)} in pprof, and they differ.")
print(f"{len(ours)} functions have the values that pprof prints.")
