"""One upload by Avala's own SDK, in a process of its own: files of a folder, confirmed. Prints what it cost as JSON."""

import json
import os
import resource
import sys
import time

from avala import Client

root, name = sys.argv[1:3]
count = sum(len(files) for _, _, files in os.walk(root))


def cpu_ms():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1000


started, before = time.monotonic(), cpu_ms()
with Client() as client:
    client.datasets.create_from_local(source=root, name=name, slug=name, data_type="image", workers=8)
duration_ms = (time.monotonic() - started) * 1000
used_ms = cpu_ms() - before

peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(
    json.dumps(
        {
            "files": count,
            "durationMs": duration_ms,
            "cpuMs": used_ms,
            # Linux counts KiB, macOS bytes.
            "peakBytes": peak if sys.platform == "darwin" else peak * 1024,
        }
    )
)
