// Replies that no honest server gives: each is bounded in bytes, depth and time, and none is taken for what it is not.
import { inspect } from "node:util";
import { brotliCompressSync, constants, deflateSync, gzipSync } from "node:zlib";
import { createAxiosTransport } from "../../src/api/transport/axios-transport";
import { connect } from "../../src/api/connect";
import type { Avala } from "../../src/api/connection";
import { getDataset, listDatasets, updateDataset } from "../../src/api/endpoints/datasets/datasets";
import { createExport, getExport } from "../../src/api/endpoints/exports";
import { confirmUpload } from "../../src/api/endpoints/uploads/manual-upload";
import { createStorageTransport } from "../../src/api/transport/storage-transport";
import type { HttpRequest } from "../../src/api/transport/transport";
import type { Ports } from "../../src/api/connection";
import { refOf } from "../../src/operations/datasets/dataset-ref";
import { compareItems } from "../../src/operations/items/compare-items";
import { presignForm } from "../support/presign-form";
import { hurriedClock } from "../support/session";
import { json, replyServer, type Answer, type ReplyServer } from "../support/reply-server";
import { rejectionOf } from "../support/thrown";
import { virtualClock } from "../support/virtual-clock";

const KEY = "avk_0123456789abcdefghij";
const DATASET = { uid: "u", name: "set", slug: "set", data_type: "image", status: "created" };

const BOMB = Buffer.alloc(100_000_000, " ");

const opened: (() => unknown)[] = [];
/** By the server that was opened last. */
let heard: ReplyServer["heard"] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function serve(answer: Answer): Promise<ReplyServer> {
  const server = await replyServer(answer);
  heard = server.heard;
  opened.push(() => server.stop());
  return server;
}

async function facing(
  answer: Answer,
  ports: Partial<Ports> = { clock: hurriedClock },
): Promise<Avala> {
  const { origin } = await serve(answer);
  const avala = connect({ apiKey: KEY, baseUrl: origin, allowInsecureBaseUrl: true, ports });
  opened.push(() => avala.close());
  return avala;
}

const raw =
  (status: number, body: string | Buffer, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(status, { "Content-Type": "application/json", ...headers });
    response.end(body);
  };

/** Chunks as fast as they are taken, until the client has had enough. */
const endless: Answer = (_request, response) => {
  response.writeHead(200, { "Content-Type": "application/json" });
  const chunk = Buffer.alloc(1_000_000, " ");
  const more = (): void => {
    while (response.write(chunk));
  };
  response.on("drain", more).on("error", () => undefined);
  more();
};

describe("a reply that is too much", () => {
  test("without an end is left after 16 MiB, and not asked for again", async () => {
    const session = await facing(endless);
    expect(await rejectionOf(getDataset(session, "u"))).toMatchObject({ code: "bad_reply" });
    expect(heard).toHaveLength(1);
  });

  test.each([
    ["gzip", gzipSync(BOMB)],
    ["deflate", deflateSync(BOMB)],
    ["br", brotliCompressSync(BOMB, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ])("that swells is left after 16 MiB: %s", async (encoding, bomb) => {
    expect(bomb.length).toBeLessThan(200_000);
    const session = await facing(raw(200, bomb, { "Content-Encoding": encoding }));
    const before = process.memoryUsage().rss;
    expect(await rejectionOf(getDataset(session, "u"))).toMatchObject({ code: "bad_reply" });
    expect(process.memoryUsage().rss - before).toBeLessThan(BOMB.length * 0.9);
  });

  const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
  const withMetadata = (metadata: string): string =>
    JSON.stringify(DATASET).replace("}", `,"metadata":${metadata}}`);
  const nested = "[".repeat(200_000) + "]".repeat(200_000);
  test.each([
    ["an error", 400, deep(200_000), "validation"],
    ["an error's detail", 400, `{"detail":${deep(200_000)}}`, "validation"],
    ["lists", 400, nested, "validation"],
    ["a server's failure", 503, deep(200_000), "server"],
    ["a dataset's metadata", 200, withMetadata(deep(200_000)), "bad_reply"],
    ["a page", 200, nested, "bad_reply"],
  ])("in depth breaks nothing: %s", async (_name, status, body, code) => {
    const session = await facing(raw(status, body));
    expect(await rejectionOf(getDataset(session, "u"))).toMatchObject({ code });
  });

  test("in depth is what has more than 100 levels, brackets in texts aside", async () => {
    const brackets = JSON.stringify({ '"[': '[{\\"'.repeat(500) });
    for (const body of [withMetadata(deep(99)), withMetadata(brackets)])
      expect(await getDataset(await facing(raw(200, body)), "u")).toMatchObject({ uid: "u" });
    const deeper = getDataset(await facing(raw(200, withMetadata(deep(100)))), "u");
    expect(await rejectionOf(deeper)).toMatchObject({ code: "bad_reply" });
  });

  test("in depth is an error's plain words, and its export's reason too", async () => {
    const body = `{"uid":"e","status":"failed","error":${deep(200_000)}}`;
    const session = await facing(raw(200, body));
    expect(await rejectionOf(getExport(session, "e"))).toMatchObject({ code: "bad_reply" });
  });

  test("in fields of an error shows a few of them", async () => {
    const fields = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, i) => [`f${i}`, ["x".repeat(900)]]),
    );
    const session = await facing(raw(400, JSON.stringify(fields)));
    const error = await rejectionOf(getDataset(session, "u"));
    expect(inspect(error, { depth: 9 }).length).toBeLessThan(40_000);
  });
});

const transports = [
  ["API calls", createAxiosTransport],
  ["bytes", createStorageTransport],
] as const;

describe.each(transports)(
  "a reply that trickles or can't be read, to the transport of %s",
  (_name, create) => {
    const request = (origin: string): HttpRequest => ({
      method: "GET",
      url: `${origin}/`,
      headers: {},
      idleTimeoutMs: 200,
      maxReplyBytes: 1_000_000,
    });

    test.each([
      ["its body", "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"],
      ["its headers", "HTTP/1.1 200 OK\r\nX-Slow: "],
    ])("is a timeout: %s", async (_what, head) => {
      const server = await serve((_request, _response, { socket }) => {
        socket.write(head);
        const drip = setInterval(() => socket.write("x"), 40);
        socket.on("close", () => clearInterval(drip)).on("error", () => undefined);
      });
      const transport = create();
      const work = rejectionOf(transport.send(request(server.origin)));
      expect(await work).toMatchObject({ code: "timeout", retryable: true, ambiguous: true });
      transport.close();
    });

    test("is said to be one, and not to be none, where its headers are too large to read or no HTTP", async () => {
      const transport = create();
      const large = await serve(raw(200, "{}", { "X-Big": "B".repeat(30_000) }));
      const error = await rejectionOf(transport.send(request(large.origin)));
      expect(error).toMatchObject({ code: "bad_reply", retryable: false, ambiguous: true });
      expect(String(error)).toContain("responded with more than 16.4 kB of headers");
      const odd = await serve((_request, _response, { socket }) =>
        socket.end("HTTP/9 yes\r\n\r\n"),
      );
      const other = await rejectionOf(transport.send(request(odd.origin)));
      expect(String(other)).toContain("responded with what is not HTTP");
      transport.close();
    });

    test("is none when it ends in time, however it comes", async () => {
      const server = await serve((_request, response) => {
        response.writeHead(200);
        const drip = setInterval(() => response.write("x"), 40);
        setTimeout(() => (clearInterval(drip), response.end()), 400);
      });
      const transport = create();
      expect(await transport.send(request(server.origin))).toMatchObject({ status: 200 });
      transport.close();
    });
  },
);

describe("a wait that nobody lives to see the end of", () => {
  test.each(["86400", "9".repeat(400), "Fri, 31 Dec 9999 23:59:59 GMT"])(
    "Retry-After: %s ends the call that it is for, and holds no other",
    async (wait) => {
      const clock = virtualClock();
      let calls = 0;
      const session = await facing(
        (_request, response) => {
          calls += 1;
          if (calls === 1) json(response, 429, { detail: "no" }, { "Retry-After": wait });
          else json(response, 200, DATASET);
        },
        { clock },
      );
      expect(await rejectionOf(getDataset(session, "u"))).toMatchObject({ code: "rate_limited" });
      await getDataset(session, "u");
      expect(calls).toBe(2);
    },
  );

  test("a budget that comes back in a thousand years is asked for again in a quarter of an hour", async () => {
    const clock = virtualClock();
    const startMs = clock.now();
    const headers = {
      "X-RateLimit-Limit": 0,
      "X-RateLimit-Remaining": 0,
      "X-RateLimit-Reset": 33e9,
    };
    const session = await facing((_request, response) => json(response, 200, DATASET, headers), {
      clock,
    });
    await getDataset(session, "u");
    await clock.run(getDataset(session, "u"));
    expect(clock.now() - startMs).toBeLessThan(16 * 60_000);
  });
});

describe("what is no JSON of the API's", () => {
  test.each([
    ["a web page", "<html><script>alert(1)</script></html>"],
    ["nothing", ""],
    ["half of it", '{"uid": "u", "na'],
    ["two of them", "{}{}"],
    ["a number", "1"],
    ["null", "null"],
    ["a list", "[]"],
    ["NaN", '{"uid": NaN}'],
    ["no text at all", Buffer.from([0xff, 0xfe, 0x00])],
  ])("is an error, in words of ours alone: %s", async (_name, body) => {
    const session = await facing(raw(200, body, { "Content-Type": "text/html" }));
    const error = await rejectionOf(getDataset(session, "u"));
    expect(error.code).toBe("bad_reply");
    expect(error.message).not.toContain("script");
  });
});

describe("a name that JavaScript knows", () => {
  const polluted = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';

  test.each([
    ["in an error", 400, `${polluted},"__proto__":["taken"]}`],
    ["in an error's detail", 400, `{"detail":${polluted}}}`],
    ["in a dataset", 200, `${polluted},${JSON.stringify(DATASET).slice(1)}`],
  ])("is a name and nothing else: %s", async (_name, status, body) => {
    const session = await facing(raw(status, body));
    const outcome: unknown = await getDataset(session, "u").catch((error: unknown) => error);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect((outcome as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("is a form's field like any other", async () => {
    const body = '{"url":"https://s3.amazonaws.com/b","fields":{"__proto__":"x","key":"k"}}';
    const session = await facing(raw(200, body));
    const { fields } = await presignForm(session, {
      datasetName: "set",
      path: "a.jpg",
      sizeBytes: 1,
    });
    expect(fields).toEqual([
      ["__proto__", "x"],
      ["key", "k"],
    ]);
  });
});

describe("a 201 that lies", () => {
  test.each([
    ["in nothing that a dataset has", {}],
    ["without its uid", { ...DATASET, uid: null }],
    ["with an object as its uid", { ...DATASET, uid: { toString: "u" } }],
  ])("%s, may have made one: it is looked for before another is made", async (_name, body) => {
    const session = await facing(raw(201, JSON.stringify(body)));
    const work = confirmUpload(session, { name: "set", slug: "set", dataType: "image" });
    expect(await rejectionOf(work)).toMatchObject({ code: "bad_reply", ambiguous: true });
    expect(heard).toHaveLength(1);
  });

  test.each([
    ["a path", "../../exports/e"],
    ["nothing", ""],
    ["a place above", ".."],
    ["a line break", "u\n::error::x"],
    ["a turn of direction", "u\u202egpj"],
    ["half a character", "u\ud800"],
    ["a book", "u".repeat(5000)],
  ])(
    "with %s as its uid is the server's fault, and of the call that it answers",
    async (_name, uid) => {
      const session = await facing(
        raw(201, JSON.stringify({ ...DATASET, uid, status: "running" })),
      );
      const input = { name: "n", format: "f", datasets: [], projects: ["p"], slices: [] };
      const error = await rejectionOf(createExport(session, input));
      expect(error).toMatchObject({ code: "bad_reply", ambiguous: true });
      expect(error.message).toContain("POST /exports/");
      expect(heard).toHaveLength(1);
    },
  );

  test("with a slug that is a path is the server's fault, also when the dataset is looked for", async () => {
    const slug = "../../exports";
    const session = await facing(raw(200, JSON.stringify({ ...DATASET, slug })));
    const work = confirmUpload(session, { name: "set", slug: "set", dataType: "image" });
    expect(await rejectionOf(work)).toMatchObject({ code: "bad_reply", ambiguous: true });
    expect(await rejectionOf(getDataset(session, "u"))).toMatchObject({ code: "bad_reply" });
  });

  test("with an owner that is a path leads no call elsewhere", async () => {
    const session = await facing(raw(200, JSON.stringify({ ...DATASET, owner_name: "../me" })));
    const dataset = await getDataset(session, "u");
    expect(await rejectionOf(refOf(session, dataset))).toMatchObject({ code: "bad_reply" });
    const files = [{ path: "a.jpg", sizeBytes: 1 }];
    expect(await compareItems(session, dataset, files)).toMatchObject({ uncompared: 1 });
    expect(heard.map(({ url }) => url)).toEqual(["/datasets/u/", "/users/me/"]);
  });

  test("with a slug that is a path can't lead an update elsewhere", async () => {
    const session = await facing(raw(200, "{}"));
    const ref = { owner: "me", slug: "../../exports" };
    expect(await rejectionOf(updateDataset(session, ref, {}))).toMatchObject({ code: "input" });
    expect(heard).toEqual([]);
  });
});

test("pages without an end are asked for one by one, and only as long as they are read", async () => {
  let page = 0;
  const session = await facing((_request, response) => {
    page += 1;
    json(response, 200, { results: [{ ...DATASET, uid: `u${page}` }], next: `?cursor=${page}` });
  });
  for await (const { uid } of listDatasets(session)) {
    expect(uid).toBe(`u${page}`);
    if (page >= 20) break;
  }
  expect(page).toBe(20);
});
