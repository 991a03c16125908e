import { inspect } from "node:util";
import { connect, type ConnectOptions } from "../../src/api/connect";
import { withListener, withSignal } from "../../src/api/connection";
import { InputError, type InputProblem } from "../../src/errors";
import type { AvalaEvent } from "../../src/events";
import { json, replyServer, type ReplyServer } from "../support/reply-server";

const KEY = "avk_0123456789abcdefghij";

function problems(options: Partial<ConnectOptions>): readonly InputProblem[] {
  try {
    connect({ apiKey: KEY, ...options }).close();
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  return [];
}

describe("the API key", () => {
  test.each([KEY, "0123456789abcdef0123456789abcdef01234567", "another-shape.of:key/2027="])(
    "%s is taken",
    (apiKey) => {
      expect(problems({ apiKey })).toEqual([]);
    },
  );

  test.each([
    ["nothing", ""],
    ["blanks", "   "],
    ["a line break at its end", `${KEY}\n`],
    ["a space inside", "avk_0123 4567"],
    ["a control character", "avk_0123\u0007"],
    ["letters that no header takes", "avk_schlüssel"],
    ["the document's placeholder", "your-api-key"],
    ["a placeholder with the prefix", "avk_your_api_key"],
    ["a placeholder in brackets", "<your key>"],
    ["a variable that was not replaced", "$AVALA_API_KEY"],
    ["a mask", "***"],
    ["the header's name", `X-Avala-Api-Key: ${KEY}`],
    ["the variable's name", `AVALA_API_KEY=${KEY}`],
    ["a scheme of another API", `Bearer ${KEY}`],
  ])("%s is refused, and not shown", (_name, apiKey) => {
    const found = problems({ apiKey });
    expect(found).toMatchObject([{ input: "api key" }]);
    // Of a key as short as a mask nothing could be told from the sentence around it.
    const shown = apiKey.trim().length > 5 && (found[0]?.text ?? "").includes(apiKey.trim());
    expect(shown).toBe(false);
    expect(found[0]?.text).not.toContain("0123");
  });
});

describe("the base URL", () => {
  const insecure = { allowInsecureBaseUrl: true };

  test.each([
    ["https://api.avala.ai/api/v1", {}],
    ["https://server.avala.ai/api/v1/", {}],
    ["https://avala.example.com:8443/api/v1", {}],
    ["http://localhost:8000/api/v1", insecure],
    ["http://127.0.0.1:8000/api/v1", insecure],
    ["http://[::1]:8000/api/v1", insecure],
  ])("%s is taken", (baseUrl, options) => {
    expect(problems({ baseUrl, ...options })).toEqual([]);
  });

  test("loses the slashes at its end", () => {
    const avala = connect({ apiKey: KEY, baseUrl: "https://server.avala.ai/api/v1//" });
    expect(avala.baseUrl).toBe("https://server.avala.ai/api/v1");
    avala.close();
  });

  test.each([
    ["no URL", "api.avala.ai", {}],
    ["plain http", "http://api.avala.ai/api/v1", {}],
    ["plain http, allowed for loopback alone", "http://api.avala.ai/api/v1", insecure],
    ["plain http to loopback without leave", "http://localhost:8000/api/v1", {}],
    ["a name that begins as loopback does", "http://localhost.evil.com/", insecure],
    ["another scheme", "ftp://api.avala.ai/", insecure],
    ["a user", "https://user:pass@api.avala.ai/api/v1", {}],
    ["a query", "https://api.avala.ai/api/v1?x=1", {}],
    ["a fragment", "https://api.avala.ai/api/v1#x", {}],
    ["blanks", " ", {}],
  ])("%s is refused", (_name, baseUrl, options) => {
    expect(problems({ baseUrl, ...options })).toMatchObject([{ input: "base URL" }]);
  });
});

describe("allowed storage hosts", () => {
  test.each([
    "store.example.com",
    "store.example.com:9000",
    "127.0.0.1:9000",
    "[::1]:9000",
    "MINIO",
  ])("%s is taken", (host) => {
    expect(problems({ allowStorageHosts: [host] })).toEqual([]);
  });

  test.each([
    "https://store.example.com",
    "store.example.com/path",
    "*.example.com",
    "store.example.com:0",
    "store.example.com:99999",
    "user@store.example.com",
    "a..b",
    "",
  ])("%j is refused", (host) => {
    expect(problems({ allowStorageHosts: [host] })).toMatchObject([
      { input: "allowed storage hosts" },
    ]);
  });
});

test("everything that is wrong is told at once", () => {
  const found = problems({
    apiKey: "",
    baseUrl: "nowhere",
    allowStorageHosts: ["http://a", "b/c"],
  });
  expect(found.map(({ input }) => input)).toEqual([
    "api key",
    "base URL",
    "allowed storage hosts",
    "allowed storage hosts",
  ]);
});

test("a session that is printed shows no key", () => {
  const avala = connect({ apiKey: KEY });
  expect(inspect(avala, { depth: 10, showHidden: true })).not.toContain(KEY);
  expect(JSON.stringify(avala)).not.toContain(KEY);
  avala.close();
});

describe("a session made from another", () => {
  let server: ReplyServer;
  const events: AvalaEvent[] = [];
  const call = {
    method: "GET",
    route: "GET /users/me/",
    path: ["users", "me"],
    repeat: "safe",
    what: "read the user",
  } as const;
  const sending = () => ({
    ...{ method: "PUT", url: `${server.origin}/held`, headers: {}, body: Buffer.from("bytes") },
    ...{ idleTimeoutMs: 10_000, maxReplyBytes: 1000 },
  });
  const isClosed = {
    code: "cancelled",
    message: "The session is closed, so nothing more is sent with it.",
  };
  const session = (signal?: AbortSignal) =>
    connect({
      apiKey: KEY,
      baseUrl: server.origin,
      allowInsecureBaseUrl: true,
      onEvent: (event) => events.push(event),
      signal,
    });
  beforeAll(async () => {
    server = await replyServer(({ url }, response) => {
      if (!url.includes("/held")) json(response, 200, {});
    });
  });
  afterAll(() => server.stop());

  test("sends nothing once it is closed, tries nothing again, and says why", async () => {
    const avala = session();
    await avala.call(call);
    avala.close();
    const startedMs = performance.now();
    events.length = 0;
    await expect(avala.call(call)).rejects.toMatchObject(isClosed);
    await expect(withSignal(avala, new AbortController().signal).call(call)).rejects.toMatchObject(
      isClosed,
    );
    await expect(avala.storage.send(sending())).rejects.toMatchObject(isClosed);
    expect(events).toEqual([]);
    expect(performance.now() - startedMs).toBeLessThan(400);
  });

  test("says why of what was under way as it was closed", async () => {
    const avala = session();
    const running = [avala.call({ ...call, path: ["held"] }), avala.storage.send(sending())];
    for (const one of running) one.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    avala.close();
    for (const one of running) await expect(one).rejects.toMatchObject(isClosed);
  });

  test("is stopped by its own signal and by that of the first", async () => {
    const first = new AbortController();
    const second = new AbortController();
    const avala = session(first.signal);
    const child = withSignal(avala, second.signal);
    await child.call(call);
    second.abort();
    await expect(child.call(call)).rejects.toMatchObject({ code: "cancelled" });
    await avala.call(call);
    first.abort();
    await expect(avala.call(call)).rejects.toMatchObject({ code: "cancelled" });
    await expect(withSignal(avala, new AbortController().signal).call(call)).rejects.toMatchObject({
      code: "cancelled",
    });
    avala.close();
  });

  test("tells its own listener", async () => {
    const own: AvalaEvent[] = [];
    const avala = session();
    const child = withListener(avala, (event) => own.push(event));
    events.length = 0;
    await child.call(call);
    expect(events).toEqual([]);
    expect(own).toMatchObject([{ kind: "request", route: "GET /users/me/", status: 200 }]);
    avala.close();
  });
});
