"""One upload by Avala's own SDK, in a process of its own: files of a folder, confirmed. Prints what it cost as JSON."""

import json
import resource
import sys
import time

import avala._managed_upload as managed_upload
import avala.resources.datasets as datasets
from avala import Client

# It takes https URLs of known storage hosts alone, and has no way to allow another. The emulator's storage is on
# loopback, so this one check is left out; nothing else of the SDK is changed.
for module in (datasets, managed_upload):
    module.validate_presigned_url = lambda _url: None

root, name = sys.argv[1:3]
is_by_parts = "parts" in sys.argv[3:]


def cpu_ms():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1000


started, before = time.monotonic(), cpu_ms()
with Client() as client:
    files = datasets.gather_local_files(root)
    # By form, one call a file, unless a batch is named: its cheapest way, and the one that the core takes.
    batch = client.datasets.prepare_manual_upload_batch(name) if is_by_parts else None
    client.datasets.upload_files(dataset_name=name, files=files, workers=8, dataset_upload_uid=batch)
    client.datasets.create_from_manual_upload(name=name, slug=name, data_type="image", dataset_upload_uid=batch)
duration_ms = (time.monotonic() - started) * 1000
used_ms = cpu_ms() - before

peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(
    json.dumps(
        {
            "files": len(files),
            "durationMs": duration_ms,
            "cpuMs": used_ms,
            # Linux counts KiB, macOS bytes.
            "peakBytes": peak if sys.platform == "darwin" else peak * 1024,
        }
    )
)
