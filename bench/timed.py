"""Runs a program to its end and prints what it cost as JSON, its start included: `timed.py COMMAND ARGUMENT…`."""

import json
import resource
import subprocess
import sys
import time

started = time.monotonic()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=False).returncode
duration_ms = (time.monotonic() - started) * 1000
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(
    json.dumps(
        {
            "durationMs": duration_ms,
            "cpuMs": (usage.ru_utime + usage.ru_stime) * 1000,
            # Linux counts KiB, macOS bytes.
            "peakBytes": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        }
    )
)
sys.exit(code)
