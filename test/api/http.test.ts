import type { ApiCall } from "../../src/api/call";
import { transportError } from "../../src/api/transport/transport-errors";
import { ApiError, type AvalaError } from "../../src/errors";
import { BASE, KEY, reply, scripted, type Step } from "../support/scripted-transport";
import { settle } from "../support/virtual-clock";

const read: ApiCall = {
  method: "GET",
  route: "GET /datasets/{owner}/{slug}/",
  path: ["datasets", "acme", "cats"],
  repeat: "safe",
  what: "read dataset acme/cats",
};
const create: ApiCall = {
  method: "POST",
  route: "POST /datasets/",
  path: ["datasets"],
  body: { name: "cats" },
  repeat: "ambiguous",
  what: "create dataset cats",
};

const lost = (code: string, isSent = true): Error =>
  transportError({ host: "avala.test" }, Object.assign(new Error("no"), { code }), isSent);

async function run(call: ApiCall, steps: readonly Step[]) {
  const script = scripted(steps);
  const outcome = await script.clock.run(
    script.avala.call(call).then(
      (value) => ({ value, error: undefined }),
      (error: AvalaError) => ({ value: undefined, error }),
    ),
  );
  return { ...script, ...outcome };
}

test("a machine that is short of memory is not taken for a broken connection", () => {
  const cause = new RangeError("WebAssembly.Instance(): Out of memory");
  const error = transportError({ host: "avala.test" }, new Error("fetch failed", { cause }));
  expect(error.retryable).toBe(false);
  expect(error.message).toContain("This machine could not do its part of a request to avala.test");
  expect(error.hint).toMatch(/memory/);
  expect(error.hint).not.toMatch(/connection|proxy/);
});

describe("a call", () => {
  test("sends the key, says what it is, and speaks JSON both ways", async () => {
    const { requests, value } = await run({ ...create, query: { limit: 5 } }, [
      reply(201, { a: 1 }),
    ]);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      method: "POST",
      url: `${BASE}/datasets/?limit=5`,
      body: '{"name":"cats"}',
      headers: {
        "X-Avala-Api-Key": KEY,
        Accept: "application/json",
        "Content-Type": "application/json",
        "User-Agent": expect.stringMatching(/^avala-pulumi\/\d+\.\d+\.\d+ node\//) as string,
      },
    });
    expect(value).toMatchObject({ status: 201, json: { a: 1 } });
  });

  test("without a body sends none, and takes none for undefined", async () => {
    const { requests, value } = await run({ ...read, method: "DELETE" }, [reply(204)]);
    expect(requests[0]?.body).toBeUndefined();
    expect(requests[0]?.headers).not.toHaveProperty("Content-Type");
    expect(value).toMatchObject({ status: 204, json: undefined });
  });

  test("with a path part that can't be used sends nothing", async () => {
    const { requests, error } = await run({ ...read, path: ["datasets", "..", "cats"] }, [
      reply(200),
    ]);
    expect(error?.code).toBe("input");
    expect(requests).toHaveLength(0);
  });

  test("tells each request, and each wait before another", async () => {
    const ok = reply(200, {}, { "x-request-id": "r2" });
    const { events } = await run(read, [reply(503, {}), ok]);
    expect(events).toMatchObject([
      { kind: "request", method: "GET", route: read.route, status: 503 },
      { kind: "retry", what: read.what, attempt: 1, error: { code: "server" } },
      { kind: "request", status: 200, requestId: "r2" },
    ]);
  });
});

describe("statuses", () => {
  test.each([
    [400, "validation", false],
    [401, "authentication", false],
    [403, "permission", false],
    [404, "not_found", false],
    [405, "not_offered", false],
    [408, "timeout", true],
    // Nothing says that a name is taken.
    [409, "validation", false],
    [410, "validation", false],
    [413, "validation", false],
    [422, "validation", false],
    [429, "rate_limited", true],
    [500, "server", true],
    [502, "server", true],
    [503, "server", true],
    [504, "server", true],
    [520, "server", true],
    [527, "server", true],
  ])("%d is %s", async (status, code, isRetried) => {
    const { error, requests } = await run(read, [reply(status, { detail: "No." })]);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code, status, detail: "No.", retryable: isRetried });
    expect(Math.min(requests.length, 8)).toBe(isRetried ? 8 : 1);
    expect(requests.length > 8).toBe(code === "rate_limited");
  });

  test("a 404 that is a web page is a route that is not there", async () => {
    const { error } = await run(read, [reply(404, "<h1>Not Found</h1>")]);
    expect(error).toMatchObject({
      code: "not_offered",
      status: 404,
      hint: expect.stringContaining("https://api.avala.ai/api/v1") as string,
    });
  });

  test("a 413 tells what is used and what is allowed", async () => {
    const { error } = await run(read, [reply(413, { detail: "Quota", limit: 10e9, used: 9.5e9 })]);
    expect(error).toMatchObject({ quota: { limitBytes: 10e9, usedBytes: 9.5e9 }, fields: {} });
    expect(error?.hint).toContain("9.50 GB of 10.0 GB");
  });

  test.each([{}, { detail: "Conflict." }, { detail: "A dataset of that name already exists." }])(
    "a 409 with %j is a conflict",
    async (body) => {
      const { error } = await run(create, [reply(409, body)]);
      expect(error).toMatchObject({ code: "conflict", retryable: false, ambiguous: false });
    },
  );

  test("a 409 that asks to wait is waited for, also by what creates something", async () => {
    const busy = reply(409, { detail: "Some files are still being processed." });
    const { value, events } = await run(create, [busy, busy, reply(201, { ok: true })]);
    expect(value?.json).toEqual({ ok: true });
    const waits = events.flatMap((event) => (event.kind === "retry" ? event.waitMs : []));
    expect(waits).toHaveLength(2);
    expect(waits.every((waitMs) => waitMs >= 10_000)).toBe(true);
    const { error } = await run(create, [busy]);
    expect(error).toMatchObject({ code: "server", ambiguous: false });
  });

  test("a 413 without a limit and what is used of it is no quota", async () => {
    for (const body of [{ detail: "Too large." }, { limit: 10 }, { limit: "10", used: 1 }]) {
      const { error } = await run(read, [reply(413, body)]);
      expect(error).toMatchObject({ code: "validation", quota: undefined });
      expect(error?.hint).toContain("too large");
    }
  });

  test("a success after two failures is a success", async () => {
    const { value, requests } = await run(read, [reply(500), reply(429), reply(200, { ok: true })]);
    expect(value?.json).toEqual({ ok: true });
    expect(requests).toHaveLength(3);
  });

  test("a 429 keeps every call waiting, as long as it says", async () => {
    const { avala, clock, requests } = scripted([
      reply(429, {}, { "retry-after": "30" }),
      reply(200, {}),
    ]);
    const startMs = clock.now();
    const first = avala.call(read);
    await settle();
    const second = avala.call(read);
    await clock.advance(29_999);
    expect(requests).toHaveLength(1);
    await clock.run(Promise.all([first, second]));
    expect(clock.now() - startMs).toBeLessThanOrEqual(30_500);
    expect(requests).toHaveLength(3);
  });

  test("a 429 of the call's own, with budget left, keeps only that call waiting", async () => {
    const limits = {
      "x-ratelimit-limit": "100",
      "x-ratelimit-remaining": "90",
      "x-ratelimit-reset": "1795521660",
    };
    const { avala, clock, requests } = scripted([
      reply(429, { detail: "Too many exports." }, { ...limits, "retry-after": "30" }),
      reply(200, {}, limits),
    ]);
    const startMs = clock.now();
    const first = avala.call(create);
    await settle();
    await clock.run(avala.call(read));
    expect(clock.now() - startMs).toBeLessThan(1_000);
    expect(requests).toHaveLength(2);
    await clock.run(first);
    expect(clock.now() - startMs).toBeGreaterThanOrEqual(30_000);
    expect(requests).toHaveLength(3);
  });

  test("a 429 with no budget left keeps every call waiting as long as it says, beyond the reset too", async () => {
    const used = (startMs: number) => ({
      "x-ratelimit-limit": "100",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(Math.ceil(startMs / 1000) + 5),
    });
    const { avala, clock, requests } = scripted([
      () => Promise.resolve(reply(429, {}, { ...used(clock.now()), "retry-after": "30" })),
      reply(200, {}),
    ]);
    const first = avala.call(create);
    await settle();
    const second = avala.call(read);
    await clock.advance(29_000);
    expect(requests).toHaveLength(1);
    await clock.run(Promise.all([first, second]));
    expect(requests).toHaveLength(3);
  });
});

describe("a call that creates", () => {
  test.each([
    ["a 500", reply(500, { detail: "Oops" }), "server"],
    ["a 503", reply(503, {}), "server"],
    ["a lost connection", lost("ECONNRESET"), "network"],
    ["no progress", lost("ETIMEDOUT"), "timeout"],
    ["an answer that is cut short", reply(201, '{"uid": "a'), "bad_reply"],
  ])("after %s is not repeated, and says that it may be done", async (_name, step, code) => {
    const { error, requests } = await run(create, [step, reply(201, {})]);
    expect(error).toMatchObject({ code, ambiguous: true, retryable: false });
    expect(requests).toHaveLength(1);
  });

  test.each([
    ["a 429", reply(429, {}, { "retry-after": "1" })],
    ["a 408", reply(408, {})],
    ["a refused connection", lost("ECONNREFUSED")],
    ["a name that is not resolved", lost("EAI_AGAIN")],
    ["a connection that was never made", lost("ECONNRESET", false)],
  ])("after %s is repeated, since nothing was done", async (_name, step) => {
    const { value, requests } = await run(create, [step, reply(201, { uid: "a" })]);
    expect(value?.json).toEqual({ uid: "a" });
    expect(requests).toHaveLength(2);
  });

  test("after a 400 is done with", async () => {
    const { error } = await run(create, [reply(400, { name: ["Too long."] })]);
    expect(error).toMatchObject({ code: "validation", ambiguous: false });
  });
});

describe("a call that may be repeated", () => {
  test.each([
    ["a lost connection", lost("ECONNRESET"), "network"],
    ["no progress", lost("UND_ERR_HEADERS_TIMEOUT"), "timeout"],
  ])("is, after %s", async (_name, step, code) => {
    const { value } = await run(read, [step, reply(200, {})]);
    expect(value?.status).toBe(200);
    const { error, requests } = await run(read, [step]);
    expect(error).toMatchObject({ code, ambiguous: false });
    expect(requests).toHaveLength(8);
  });

  test("is tried as often as its caller says", async () => {
    const { error, requests } = await run({ ...read, maxTries: 1 }, [reply(500)]);
    expect(error).toMatchObject({ retryable: true });
    expect(requests).toHaveLength(1);
  });

  test("is not, after a certificate that is not trusted", async () => {
    const { error, requests } = await run(read, [lost("SELF_SIGNED_CERT_IN_CHAIN")]);
    expect(error?.hint).toContain("NODE_EXTRA_CA_CERTS");
    expect(requests).toHaveLength(1);
  });
});

describe("replies that are none of the API's", () => {
  const unread = [
    ["a web page", reply(200, "<html>Sign in</html>")],
    ["a reply that is cut short", reply(200, '{"next": nu')],
    ["a reply that is cut before its first byte", reply(200)],
  ] as const;

  test.each(unread)("%s is asked for again", async (_name, step) => {
    const { value, requests } = await run(read, [step, reply(200, { ok: true })]);
    expect(value?.json).toEqual({ ok: true });
    expect(requests).toHaveLength(2);
  });

  test.each(unread)(
    "%s, once more and once more, is an error that names the route",
    async (_name, step) => {
      const { error, requests } = await run(read, [step]);
      expect(error).toMatchObject({ code: "bad_reply" });
      expect(error?.message).toContain(read.route);
      expect(error?.message).toContain("after 4 attempts");
      expect(requests).toHaveLength(4);
    },
  );

  test("lost connections before it take none of its tries", async () => {
    const page = reply(200, "<html>Sign in</html>");
    const { value } = await run(read, [...Array<Step>(4).fill(reply(502)), page, reply(200, {})]);
    expect(value?.status).toBe(200);
  });

  test("a web page in place of what a call without a reply's fields returns is none", async () => {
    const post = { ...read, method: "POST" } as const;
    const { value, requests } = await run(post, [reply(200, "<html>"), reply(204)]);
    expect(value?.status).toBe(204);
    expect(requests).toHaveLength(2);
  });

  test.each([301, 302, 303, 307, 308])(
    "a %d is not followed, and says where to",
    async (status) => {
      const location = "https://elsewhere.example/login?token=secret-token";
      const { error, requests } = await run(read, [reply(status, undefined, { location })]);
      expect(error).toMatchObject({ code: "redirect" });
      expect(error?.message).toContain("https://elsewhere.example/login");
      expect(error?.message).not.toContain("secret-token");
      expect(requests).toHaveLength(1);
    },
  );
});

describe("the words of an error", () => {
  test("say what was being done, why it failed, and where to look", async () => {
    const headers = { "x-request-id": "req-1" };
    const { error } = await run(create, [reply(409, { detail: "Slug is taken." }, headers)]);
    expect(error?.message).toBe(
      "Could not create dataset cats: Slug is taken (409 POST /datasets/, request req-1).",
    );
  });

  test("of a 5xx say nothing of a list or of facts that it came with", async () => {
    const page = {
      count: 2,
      next: null,
      results: [
        { uid: "11111111", name: "cats" },
        { uid: "22222222", name: "dogs" },
      ],
    };
    for (const body of [page, page.results]) {
      const { error } = await run(read, [reply(503, body)]);
      expect(error).toMatchObject({ code: "server", fields: {}, detail: undefined });
      expect(error?.message).toContain("dataset acme/cats: the server failed (503 GET");
    }
    const { error } = await run(read, [reply(503, { detail: "Down.", results: page.results })]);
    expect(error?.message).toContain("dataset acme/cats: Down (503 GET");
  });

  test("keep their facts however much the server says", async () => {
    const many = Array.from({ length: 30 }, (_, at) => [`field${at}`, ["No. ".repeat(90)]]);
    const { error } = await run(read, [reply(400, Object.fromEntries(many))]);
    expect(error?.message).toMatch(/… \(400 GET [^)]*\)\.$/);
    expect(error?.message.length).toBeLessThan(500);
  });

  test("say how often it was tried", async () => {
    const { error } = await run(read, [reply(502)]);
    expect(error?.message).toBe(
      "Could not read dataset acme/cats: the server failed (502 GET /datasets/{owner}/{slug}/, after 8 attempts).",
    );
  });

  test.each([
    [401, /API key.*Settings > Security/],
    [403, /datasets\.read/],
    [404, /name or uid/],
    [429, /fewer at once/],
    [500, /request id/],
  ])("of a %d give the next step", async (status, hint) => {
    const { error } = await run(read, [reply(status, {})]);
    expect(error?.hint).toMatch(hint);
  });

  test.each([
    [{ detail: { slug: ["Odd.", "Too long."] } }, { slug: ["Odd.", "Too long."] }],
    [
      { name: ["Required."], slug: "Bad." },
      { name: ["Required."], slug: ["Bad."] },
    ],
    [
      { provider_config: { s3_bucket_name: ["Required."] } },
      { "provider_config.s3_bucket_name": ["Required."] },
    ],
    [{ detail: "No.", code: "x" }, {}],
    [["No."], {}],
    [{}, {}],
  ])("read the fields of %j", async (body, fields) => {
    const { error } = await run(read, [reply(400, body)]);
    expect(error).toMatchObject({ code: "validation", fields });
  });

  test("carry the server's code and where it is documented", async () => {
    const body = { detail: "No.", code: "slug_taken", doc_url: "https://docs.avala.ai/errors" };
    const { error } = await run(read, [reply(400, body)]);
    expect((error as ApiError).detail).toBe(
      "No. (code slug_taken, see https://docs.avala.ai/errors)",
    );
  });

  test("show no secret that the server quotes, and no line of its own making", async () => {
    const url = "https://store.example/k?X-Amz-Signature=abcdef";
    const detail = `Bad key ${KEY}\n::error::injected\u001b[31m ${url}`;
    const { error } = await run(read, [reply(400, { detail, [KEY]: [KEY] })]);
    const shown = JSON.stringify([error, error?.message, error?.hint]);
    expect(shown).not.toContain(KEY);
    expect(shown).not.toContain("abcdef");
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    expect(error?.message).not.toMatch(/[\u0000-\u001f]/);
  });
});

describe("a signal", () => {
  test("stops a wait between tries at once", async () => {
    const { avala, clock, requests } = scripted([reply(500)]);
    const stop = new AbortController();
    const work = avala.call({ ...read, signal: stop.signal });
    await settle();
    expect(clock.waiting).toBe(1);
    stop.abort();
    await expect(work).rejects.toMatchObject({ code: "cancelled" });
    expect(requests).toHaveLength(1);
  });

  test("that is aborted lets nothing be sent", async () => {
    const { avala, requests } = scripted([reply(200)]);
    const work = avala.call({ ...read, signal: AbortSignal.abort() });
    await expect(work).rejects.toMatchObject({ code: "cancelled" });
    expect(requests).toHaveLength(0);
  });
});

describe("the rate limit", () => {
  const limits = (remaining: number, date?: string) => ({
    "x-ratelimit-limit": "100",
    "x-ratelimit-remaining": String(remaining),
    "x-ratelimit-reset": String(Date.UTC(2026, 10, 24, 12, 1) / 1000),
    ...(date === undefined ? {} : { date }),
  });

  test("of each reply reaches the pace and the caller", async () => {
    const { avala, value } = await run(read, [reply(200, {}, limits(7))]);
    const expected = { limit: 100, remaining: 7, resetAtMs: Date.UTC(2026, 10, 24, 12, 1) };
    expect(value?.rateLimit).toEqual(expected);
    expect(avala.pace.snapshot()).toEqual(expected);
  });

  test("of a server whose clock is an hour ahead is read in our time", async () => {
    const date = "Tue, 24 Nov 2026 13:00:00 GMT";
    const headers = {
      ...limits(7),
      "x-ratelimit-reset": String(Date.UTC(2026, 10, 24, 13, 1) / 1000),
      date,
    };
    const { value } = await run(read, [reply(200, {}, headers)]);
    expect(value?.rateLimit?.resetAtMs).toBe(Date.UTC(2026, 10, 24, 12, 1));
  });

  test.each([{ "x-ratelimit-limit": "100" }, { ...limits(1), "x-ratelimit-remaining": "many" }])(
    "that can't be read is none: %j",
    async (headers) => {
      const { value } = await run(read, [reply(200, {}, headers)]);
      expect(value?.rateLimit).toBeUndefined();
    },
  );

  test("that is used up keeps the next call waiting until the reset", async () => {
    const { avala, clock, requests } = scripted([reply(200, {}, limits(0)), reply(200, {})]);
    await clock.run(avala.call(read));
    const work = avala.call(read);
    await clock.advance(59_000);
    expect(requests).toHaveLength(1);
    await clock.run(work);
    expect(requests).toHaveLength(2);
  });
});
