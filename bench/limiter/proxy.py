# A reverse proxy with limits that others wrote, in front of an emulator that has none. "log": Django REST framework's throttles,
# a log of the last minute and one of the last second. "bucket": the token bucket of throttled-py, which refills by the minute's
# rate and holds a second's burst. Prints {"baseUrl"}; GET /_limiter returns the counts. Knows nothing of what is called.
import json
import math
import os
import threading
import time
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

UPSTREAM = urlsplit(os.environ["LIMITER_UPSTREAM"])
KIND = os.environ["LIMITER_KIND"]
SIGNALS = os.environ["LIMITER_SIGNALS"]  # all, retry-after or none
PER_MINUTE = int(os.environ["LIMITER_PER_MINUTE"])
PER_SECOND = int(os.environ["LIMITER_PER_SECOND"])
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "host"}


def framework_log():
    import django
    from django.conf import settings

    settings.configure(CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}})
    django.setup()
    from rest_framework.throttling import SimpleRateThrottle

    class Minute(SimpleRateThrottle):
        scope, rate = "minute", f"{PER_MINUTE}/min"

        def get_cache_key(self, request, view):
            return self.scope

    class Second(Minute):
        scope, rate = "second", f"{PER_SECOND}/sec"

    def take():
        minute, second = Minute(), Second()
        wait = None
        if not second.allow_request(None, None):
            wait = second.wait() or 1
            minute.history = minute.cache.get("minute", [])
        elif not minute.allow_request(None, None):
            wait = minute.wait() or 1
        # A call that ended a minute ago may be in the log until the next one is allowed.
        used = [at for at in minute.history if at > minute.timer() - 60]
        reset = (used[-1] if used else time.time()) + 60
        return wait, PER_MINUTE, max(0, PER_MINUTE - len(used)), reset

    return take


def token_bucket():
    from throttled import RateLimiterType, Throttled, rate_limiter, store

    quota = rate_limiter.per_min(PER_MINUTE, burst=PER_SECOND)
    throttle = Throttled(using=RateLimiterType.TOKEN_BUCKET.value, quota=quota, store=store.MemoryStore())

    def take():
        result = throttle.limit("key")
        state = result.state
        wait = max(1, state.retry_after) if result.limited else None
        return wait, state.limit, state.remaining, time.time() + state.reset_after

    return take


take = framework_log() if KIND == "log" else token_bucket()
# The framework reads and writes its log in two steps: its documentation says that calls at once may pass by the limit.
lock = threading.Lock()
counts = {"calls": 0, "refused": 0}
local = threading.local()


class Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def reply(self, status, headers, body):
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def forward(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/_limiter":
            return self.reply(200, [("Content-Type", "application/json")], json.dumps(counts).encode())
        with lock:
            wait, limit, remaining, reset = take()
            counts["calls"] += 1
            counts["refused"] += wait is not None
        said = []
        if SIGNALS == "all":
            said = [("X-RateLimit-Limit", str(limit)), ("X-RateLimit-Remaining", str(remaining))]
            said.append(("X-RateLimit-Reset", str(math.ceil(reset))))
        if wait is not None:
            if SIGNALS != "none":
                said.append(("Retry-After", str(math.ceil(wait))))
            said.append(("Content-Type", "application/json"))
            return self.reply(429, said, b'{"detail": "Request was throttled."}')
        if not hasattr(local, "upstream"):
            local.upstream = HTTPConnection(UPSTREAM.hostname, UPSTREAM.port)
        sent = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        local.upstream.request(self.command, self.path, body or None, {**sent, "Host": UPSTREAM.netloc})
        answer = local.upstream.getresponse()
        content = answer.read()
        kept = [(n, v) for n, v in answer.getheaders() if n.lower() not in HOP_BY_HOP | {"content-length"}]
        return self.reply(answer.status, kept + said, content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = forward


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


server = Server(("127.0.0.1", 0), Proxy)
base = UPSTREAM._replace(netloc=f"127.0.0.1:{server.server_port}").geturl()
print(json.dumps({"baseUrl": base}), flush=True)
server.serve_forever()
