// Where a download takes the key: the API's own origin, and nowhere else.
import { Readable } from "node:stream";
import { connect } from "../../src/api/connect";
import { withDeadline, withListener, type Avala } from "../../src/api/connection";
import { ownUrl } from "../../src/api/own-download";
import { download } from "../../src/api/storage/storage";
import type { HttpRequest, HttpStream, Transport } from "../../src/api/transport/transport";
import type { AvalaEvent } from "../../src/events";
import { BASE, KEY, reply } from "../support/scripted-transport";
import { rejectionOf } from "../support/thrown";
import { fixedRandom, virtualClock } from "../support/virtual-clock";

const ORIGIN = new URL(BASE).origin;

describe("the API's own origin", () => {
  test.each([
    [`${BASE}/exports/e1/download`, `${BASE}/exports/e1/download`],
    [`${ORIGIN}/media/e1.zip`, `${ORIGIN}/media/e1.zip`],
    ["/api/v1/exports/e1/download", `${BASE}/exports/e1/download`],
  ])("has %s", (text, url) => {
    expect(ownUrl(BASE, text)).toBe(url);
  });

  test.each([
    "https://avala.test.evil.com/api/v1/exports/e1/download",
    "https://avala.test@evil.com/a",
    "https://key:secret@avala.test/a",
    "https://user@avala.test/a",
    "http://avala.test/a",
    "https://avala.test:8443/a",
    "https://sub.avala.test/a",
    "//evil.com/a",
    "/\\evil.com/a",
    "exports/e1",
    "javascript:alert(1)",
    "blob:https://avala.test/a",
    "https://server.avala.ai/api/v1/exports/e1/download",
    "",
  ])("has not %j", (text) => {
    expect(ownUrl(BASE, text)).toBeUndefined();
  });
});

type Sent = Partial<Omit<HttpStream, "body">> & { readonly text?: string };

function session(sent: Partial<Record<"api" | "storage", Sent>> = {}): {
  readonly avala: Avala;
  readonly heard: Record<"api" | "storage", HttpRequest[]>;
} {
  const heard: Record<"api" | "storage", HttpRequest[]> = { api: [], storage: [] };
  const transport = (name: "api" | "storage"): Transport => ({
    send: () => Promise.reject(new Error("nothing is sent")),
    open: (request) => {
      heard[name].push(request);
      const { status = 200, headers = {}, text = "" } = sent[name] ?? {};
      // In pieces, as a connection brings it.
      const pieces = text.match(/[^]{1,7}/g) ?? [];
      return Promise.resolve({
        status,
        headers,
        body: Readable.from(pieces.map((piece) => Buffer.from(piece))),
      });
    },
    close: () => undefined,
  });
  const ports = { api: transport("api"), storage: transport("storage") };
  return { avala: connect({ apiKey: KEY, baseUrl: BASE, ports }), heard };
}

test("a file there is asked for with the key, one in storage without", async () => {
  const { avala, heard } = session();
  await download(avala, `${BASE}/exports/e1/download`);
  await download(avala, "https://cdn.avala.ai/exports/e1.zip");
  expect(heard.api.map(({ headers }) => headers["X-Avala-Api-Key"])).toEqual([KEY]);
  expect(heard.storage.map(({ url }) => url)).toEqual(["https://cdn.avala.ai/exports/e1.zip"]);
  expect(JSON.stringify(heard.storage)).not.toContain(KEY);
});

test("nothing else is asked for with the key, whoever asks", async () => {
  const { avala, heard } = session();
  const url = "https://cdn.avala.ai/exports/e1.zip";
  expect(await rejectionOf(avala.openOwn({ url, what: "fetch" }))).toMatchObject({
    code: "storage_host",
  });
  expect(heard.api).toEqual([]);
});

describe("what is not the file there, but a link to it,", () => {
  const OWN = `${BASE}/exports/e1/download`;
  const LINK = "https://storage.avala.ai/exports/e1.json?sig=SECRET";
  const file = { text: '{"tasks":[1,2]}' };
  const redirect = (to: string, status = 302): Sent => ({ status, headers: { location: to } });
  const textOf = async (reply: HttpStream): Promise<string> => {
    const chunks: Buffer[] = [];
    for await (const chunk of reply.body) chunks.push(chunk);
    return Buffer.concat(chunks).toString("utf8");
  };

  test.each([
    ["a redirect", redirect(LINK)],
    ["a 307", redirect(LINK, 307)],
    ["JSON with a download_url", { text: JSON.stringify({ download_url: LINK, expires_in: 60 }) }],
    [
      "the export's record",
      { text: JSON.stringify({ uid: "e1", projects: ["p"], download_url: LINK }) },
    ],
    ["JSON with a url", { text: JSON.stringify({ url: LINK }) }],
  ])("as %s, is followed once, without the key", async (_what, api) => {
    const { avala, heard } = session({ api, storage: file });
    expect(await textOf(await download(avala, OWN))).toBe(file.text);
    expect(heard.storage.map(({ url }) => url)).toEqual([LINK]);
    expect(JSON.stringify(heard.storage)).not.toContain(KEY);
  });

  test.each([
    ["a redirect", redirect("https://evil.test/e1")],
    ["JSON", { text: JSON.stringify({ download_url: "https://evil.test/e1?sig=SECRET" }) }],
    ["JSON back to the API", { text: JSON.stringify({ download_url: OWN }) }],
  ])("as %s to a host that stores no files, is refused", async (_what, api) => {
    const { avala, heard } = session({ api, storage: file });
    const error = await rejectionOf(download(avala, OWN));
    expect(error).toMatchObject({ code: "storage_host" });
    expect(String(error)).not.toContain("SECRET");
    expect(heard.storage).toEqual([]);
    expect(heard.api).toHaveLength(1);
  });

  test.each([
    ["a redirect to the API itself", redirect("/login"), "redirect"],
    ["a redirect to nowhere", { status: 302 }, "redirect"],
    ["JSON without a link yet", { text: '{"status":"exported","download_url":null}' }, "bad_reply"],
    ["JSON with a path", { text: '{"download_url":"/api/v1/exports/e1/download"}' }, "bad_reply"],
  ])("as %s, is an error", async (_what, api, code) => {
    const { avala, heard } = session({ api, storage: file });
    expect(await rejectionOf(download(avala, OWN))).toMatchObject({ code });
    expect(heard.storage).toEqual([]);
  });

  test("is followed once only", async () => {
    const { avala, heard } = session({ api: redirect(LINK), storage: redirect(LINK) });
    expect(await rejectionOf(download(avala, OWN))).toMatchObject({ code: "redirect" });
    expect(heard.storage).toHaveLength(1);
  });

  test.each([
    ['{"url":"https://a.test/","tasks":[]}'],
    ['[{"download_url":"https://a.test/"}]'],
    [`{"tasks":["${"x".repeat(70_000)}"],"download_url":"${LINK}"}`],
    ['{"tasks":1'],
    ["PK\u0003\u0004"],
    [""],
  ])("is not %#: that is the file, whole", async (text) => {
    const { avala, heard } = session({ api: { text } });
    expect(await textOf(await download(avala, OWN))).toBe(text);
    expect(heard.storage).toEqual([]);
  });
});

test("a refusal there names the scope that a key needs", async () => {
  const { avala } = session({ api: { status: 403, text: '{"detail":"No."}' } });
  const error = await rejectionOf(download(avala, `${BASE}/exports/e1/download`));
  expect(error).toMatchObject({
    code: "permission",
    hint: expect.stringContaining("exports.read") as string,
  });
});

describe("a download that the limit refuses", () => {
  afterEach(() => jest.useRealTimers());

  /** Calls succeed; the download is answered with this status and these headers. */
  function limited(status: number, headers: Record<string, string>, clock = virtualClock()) {
    const paths: string[] = [];
    const note = ({ url }: HttpRequest): number => paths.push(new URL(url).pathname);
    const api: Transport = {
      send: (request) => {
        note(request);
        return Promise.resolve(reply(200, {}, headers["x-ratelimit-limit"] ? headers : {}));
      },
      open: (request) => {
        note(request);
        return Promise.resolve({ status, headers, body: Readable.from([Buffer.from("{}")]) });
      },
      close: () => undefined,
    };
    const events: AvalaEvent[] = [];
    const avala = connect({
      apiKey: KEY,
      baseUrl: BASE,
      onEvent: (event) => events.push(event),
      ports: { api, storage: api, clock, random: fixedRandom(0) },
    });
    return { avala, clock, paths, events };
  }
  const FILE = "/api/v1/exports/e1/download";
  const OWN = `${BASE}/exports/e1/download`;
  const read = {
    method: "GET",
    route: "GET /exports/",
    path: ["exports"],
    repeat: "safe",
    what: "list exports",
  } as const;

  test("keeps every call waiting, as long as the server says", async () => {
    const { avala, clock, paths } = limited(429, { "retry-after": "30" });
    const startMs = clock.now();
    expect(await rejectionOf(download(avala, OWN))).toMatchObject({ code: "rate_limited" });
    const call = avala.call(read);
    await clock.advance(29_999);
    expect(paths).toEqual([FILE]);
    await clock.run(call);
    expect(clock.now() - startMs).toBeGreaterThanOrEqual(30_000);
    expect(paths).toHaveLength(2);
  });

  test("shows among the requests, as every call does", async () => {
    const { avala, events } = limited(429, { "retry-after": "30" });
    await rejectionOf(download(avala, OWN));
    expect(events).toMatchObject([
      { kind: "request", method: "GET", route: "GET download_url", status: 429 },
    ]);
  });

  test("waits for its turn as long as its session may, and says so", async () => {
    jest.useFakeTimers({
      doNotFake: ["setImmediate", "nextTick", "queueMicrotask", "performance", "Date"],
    });
    const clock = virtualClock();
    const startMs = clock.now();
    const none = {
      "x-ratelimit-limit": "100",
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(Math.ceil(startMs / 1000) + 50),
    };
    const { avala, paths, events } = limited(200, none, clock);
    await avala.call(read);
    const heard: AvalaEvent[] = [];
    const within = withListener(withDeadline(avala, startMs + 20_000), (event) =>
      heard.push(event),
    );
    const error = await clock.run(rejectionOf(download(within, OWN)));
    expect(error).toMatchObject({ code: "timeout" });
    expect(clock.now() - startMs).toBeLessThanOrEqual(20_000);
    const downloaded = download(
      withListener(avala, (event) => heard.push(event)),
      OWN,
    );
    jest.advanceTimersByTime(6000);
    expect(heard).toMatchObject([{ kind: "limit-wait", what: "fetch the file from avala.test" }]);
    await clock.run(downloaded);
    expect(heard.at(-1)).toMatchObject({ kind: "request", status: 200 });
    expect(events).toHaveLength(1);
    expect(paths).toHaveLength(2);
  });
});
