"""An object store that keeps nothing. It speaks as much of S3 as an upload needs and has the system drop the bytes, so that
it takes more than any client sends and leaves the cores to them: what is measured against it is the client.

Prints its URL as JSON. Its ETags are not MD5s, as those of S3 are not under a key of its user's: `sink.py`. Or they are the
MD5s of what it is known to be sent, by the sizes of files and the numbers of parts: `sink.py JSON`.
"""

import json
import re
import socket
import sys
import threading
from urllib.parse import parse_qs, quote, unquote, urlsplit

START = 64 * 1024  # of a body: more than the fields of a form have
CHUNK = 4 * 1024 * 1024
DROP = getattr(socket, "MSG_TRUNC", 0)  # Linux: what was received goes without being copied

sizes = {}  # of objects, by key
uploads = {}  # by key: {part number: size}
md5s = json.loads(sys.argv[1]) if len(sys.argv) > 1 else None


def key_of(path):
    return unquote("/".join(path.split("/")[2:]))


def form_file(start, boundary, length):
    """The key and the size of a form's file."""
    key = re.search(rb'name="?key"?\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]*)', start)
    file = re.search(rb'name="?file"?;[^\r\n]*\r\n(?:[^\r\n]+\r\n)*\r\n', start)
    return key.group(1).decode(), length - file.end() - len(boundary) - len("\r\n----\r\n")


def etag(size, part=None):
    if md5s is None:
        return "sink"
    return md5s["files"].get(str(size), "sink") if part is None else md5s["parts"][part - 1]


def sized(name, size, part=None):
    return f'{name}<Size>{size}</Size><ETag>"{etag(size, part)}"</ETag><LastModified>2026-01-01T00:00:00Z</LastModified>'


def answer(method, target, headers, length, start):
    """The status, the text, what `Content-Length` says, and the `ETag`."""
    url = urlsplit(target)
    query = parse_qs(url.query, keep_blank_values=True)
    key = key_of(url.path)
    parts = uploads.get(query.get("uploadId", [""])[0])
    if method == "HEAD":
        return (200, "", sizes[key], etag(sizes[key])) if key in sizes else (404, "", 0, "sink")
    text = "<R/>"
    tag = "sink"
    if method == "POST" and "uploads" in query:
        uploads[key] = {}
        text = f"<R><UploadId>{key}</UploadId></R>"
    elif method == "POST" and parts is not None:
        sizes[key] = sum(parts.values())
    elif method == "POST":
        boundary = headers["content-type"].split("boundary=")[1]
        key, size = form_file(start, boundary, length)
        sizes[key] = size
        tag = etag(size)
    elif method == "PUT" and parts is not None:
        number = int(query["partNumber"][0])
        parts[number] = length
        tag = etag(length, number)
    elif method == "PUT":
        sizes[key] = length
        tag = etag(length)
    elif parts is not None:
        listed = (f"<Part>{sized(f'<PartNumber>{n}</PartNumber>', size, n)}</Part>" for n, size in sorted(parts.items()))
        text = f"<R>{''.join(listed)}<IsTruncated>false</IsTruncated></R>"
    else:
        prefix = query.get("prefix", [""])[0]
        listed = [(name, size) for name, size in sizes.items() if name.startswith(prefix)]
        contents = (f"<Contents>{sized(f'<Key>{quote(name)}</Key>', size)}</Contents>" for name, size in listed)
        text = f"<R>{''.join(contents)}</R>"
    return 200, text, len(text), tag


def serve_one(connection, kept, waste):
    """One request. Returns what came after it, or `None` at the end."""
    while b"\r\n\r\n" not in kept:
        more = connection.recv(START)
        if not more:
            return None
        kept += more
    head, start = kept.split(b"\r\n\r\n", 1)
    first, *lines = head.decode("latin1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    length = int(headers.get("content-length", 0))
    if "expect" in headers:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    received = len(start)
    while received < length:
        if len(start) < START:
            more = connection.recv(START)
            start += more
            count = len(more)
        else:
            count = connection.recv_into(waste, min(CHUNK, length - received), DROP)
        if count == 0:
            return None
        received += count
    status, text, said, tag = answer(method, target, headers, length, start)
    reply = f'HTTP/1.1 {status} OK\r\nETag: "{tag}"\r\nContent-Length: {said}\r\n\r\n{text}'
    connection.sendall(reply.encode())
    return start[length:] if len(start) > length else b""


def serve(connection):
    kept = b""
    waste = bytearray(CHUNK)
    try:
        while kept is not None:
            kept = serve_one(connection, kept, waste)
    except ConnectionError:
        pass
    connection.close()


with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
    print(json.dumps({"url": f"http://127.0.0.1:{server.getsockname()[1]}"}), flush=True)
    while True:
        threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
