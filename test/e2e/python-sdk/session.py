"""What Avala's own Python SDK does against the emulator, as one JSON object on stdout.

Usage: session.py main FOLDER | errors CONTROL_URL
"""

import functools
import json
import ssl
import sys
import urllib.request

import httpx

import avala
import avala._managed_upload
import avala.resources.datasets

# The SDK sends bytes to the known cloud hosts alone and has no option for another one, so this
# check, and nothing else of it, is taken out here.
for module in (avala.resources.datasets, avala._managed_upload):
    module.validate_presigned_url = lambda url: None

# The SDK makes a client for each file it sends, and each client a context for TLS, in a tenth of a second. Nothing here
# speaks TLS, so one context serves all.
ssl.create_default_context = functools.cache(ssl.create_default_context)


def main(folder):
    client = avala.Client()
    dataset = client.datasets.create_from_local(
        source=folder, name="sdk", slug="sdk", data_type="image", wait=True, wait_timeout=60
    )
    found = client.datasets.get_by_slug(dataset.owner_name, "sdk")
    keys, pages, cursor = [], 0, None
    while True:
        page = client.datasets.list_items(found.owner_name, "sdk", limit=30, cursor=cursor)
        pages += 1
        keys += [item.key for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    health = client.datasets.get_health(found.owner_name, "sdk")
    export = client.exports.wait(client.exports.create(dataset=found.uid).uid, interval=0.5, timeout=60)
    return {
        "dataset": found.model_dump(mode="json"),
        "keys": keys,
        "pages": pages,
        "listed": [each.name for each in client.datasets.list(name="sd").items],
        "ingest_ok": health.ingest_ok,
        "projects": [each.name for each in client.projects.list().items],
        "organizations": [each.slug for each in client.organizations.list().items],
        "export": {"status": export.status, "bytes": len(httpx.get(export.download_url).content)},
        "exports": len(client.exports.list().items),
    }


def errors(control_url):
    client = avala.Client()

    def fault(reply):
        body = json.dumps({"on": {"path": "/datasets/"}, "reply": reply}).encode()
        request = urllib.request.Request(
            f"{control_url}/_emulator/faults", data=body, headers={"Content-Type": "application/json"}
        )
        urllib.request.urlopen(request).close()

    def presign(size):
        return lambda: client.datasets.create_manual_upload_url(
            dataset_name="big", file_path_in_dataset="a.jpg", content_length=size
        )

    def create(**fields):
        return lambda: client.datasets.create(**{"name": "one", "slug": "one", "data_type": "image", **fields})

    def failing(reply):
        fault(reply)
        return client.datasets.list

    def throttle():
        for _ in range(200):
            client.exports.list()

    create()()
    cases = {
        "401": avala.Client(api_key="avk_wrong").datasets.list,
        "403": avala.Client(api_key="avk_write_only").datasets.list,
        "404": lambda: client.datasets.get_by_slug("emulator", "nothing"),
        "400": create(name="two", slug="no slug"),
        "409": create(),
        "413": presign(1001),
        "500": lambda: failing({"status": 500, "body": {"detail": "broken"}})(),
        "502": lambda: failing({"status": 502, "body": "<html>Bad Gateway</html>"})(),
        "429": throttle,
    }
    return {status: outcome(case) for status, case in cases.items()}


def outcome(case):
    try:
        case()
    except avala.errors.AvalaError as error:
        extras = {name: getattr(error, name) for name in ("limit", "used", "retry_after") if hasattr(error, name)}
        return {"type": type(error).__name__, "status": error.status_code, "body": error.body, **extras}
    return None


COMMANDS = {"main": main, "errors": errors}
json.dump(COMMANDS[sys.argv[1]](*sys.argv[2:]), sys.stdout)
