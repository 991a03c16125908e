// What servers compress for the way comes out as what it was, and what was cut or is not compressed at all as an error.
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { connect } from "../../src/api/connect";
import { createAxiosTransport } from "../../src/api/transport/axios-transport";
import type { HttpResponse } from "../../src/api/transport/transport";
import { download } from "../../src/api/storage/storage";
import { replyServer, type ReplyServer } from "../support/reply-server";
import { KEY } from "../support/scripted-transport";
import { rejectionOf } from "../support/thrown";

const TEXT = '{"tasks":[1,2,3]}';
let sent: { readonly encoding: string; readonly bytes: Buffer; readonly status?: number };
let server: ReplyServer;
beforeEach(async () => {
  server = await replyServer((_request, response) => {
    const length = String(sent.bytes.length);
    const { status = 200 } = sent;
    response.writeHead(status, { "Content-Encoding": sent.encoding, "Content-Length": length });
    response.end(sent.bytes);
  });
});
afterEach(() => server.stop());

/** From the API's own origin, and from a store: each has a transport of its own. */
function sessionOn(kind: "api" | "storage"): Parameters<typeof download>[0] {
  const isApi = kind === "api";
  return connect({
    apiKey: KEY,
    baseUrl: isApi ? `${server.origin}/api/v1` : "https://avala.test/api/v1",
    allowInsecureBaseUrl: isApi,
    allowStorageHosts: [server.host],
  });
}

async function fetched(kind: "api" | "storage"): Promise<string> {
  const avala = sessionOn(kind);
  try {
    const reply = await download(avala, `${server.origin}/file`);
    expect(reply.headers["content-length"]).toBeUndefined();
    const chunks: Buffer[] = [];
    for await (const chunk of reply.body) chunks.push(chunk);
    return Buffer.concat(chunks).toString("utf8");
  } finally {
    avala.close();
  }
}

describe.each(["api", "storage"] as const)("from %s", (kind) => {
  test.each([
    ["gzip", gzipSync(TEXT)],
    ["deflate", deflateSync(TEXT)],
    ["br", brotliCompressSync(TEXT)],
  ])("%s comes out as what it was", async (encoding, bytes) => {
    sent = { encoding, bytes };
    expect(await fetched(kind)).toBe(TEXT);
  });

  test("what was cut is tried again, and what is not compressed is not", async () => {
    sent = { encoding: "gzip", bytes: gzipSync(TEXT).subarray(0, 15) };
    expect(await rejectionOf(fetched(kind))).toMatchObject({ code: "network", retryable: true });
    sent = { encoding: "gzip", bytes: Buffer.from(TEXT) };
    expect(await rejectionOf(fetched(kind))).toMatchObject({ code: "bad_reply" });
  });

  test("an error whose body is not compressed stays one", async () => {
    sent = { encoding: "gzip", bytes: Buffer.from("<h1>Busy</h1>"), status: 503 };
    expect(await rejectionOf(fetched(kind))).toMatchObject({ retryable: true });
  });
});

describe("the reply to a call", () => {
  async function called(): Promise<HttpResponse> {
    const transport = createAxiosTransport();
    const bounds = { idleTimeoutMs: 10_000, maxReplyBytes: 1024 };
    const call = { method: "GET", url: `${server.origin}/datasets/`, headers: {}, ...bounds };
    return transport.send(call).finally(() => transport.close());
  }

  test.each([
    ["gzip", gzipSync(TEXT)],
    ["x-gzip", gzipSync(TEXT)],
    ["deflate", deflateSync(TEXT)],
    ["br", brotliCompressSync(TEXT)],
    ["GZIP", gzipSync(TEXT)],
    ["identity", Buffer.from(TEXT)],
  ])("in %s comes out as what it was", async (encoding, bytes) => {
    sent = { encoding, bytes };
    expect(String((await called()).body)).toBe(TEXT);
  });

  test("is asked for compressed", async () => {
    sent = { encoding: "identity", bytes: Buffer.from(TEXT) };
    await called();
    expect(server.heard[0]?.headers["accept-encoding"]).toBe("gzip, br");
  });

  test("may be nothing at all", async () => {
    sent = { encoding: "gzip", bytes: Buffer.alloc(0) };
    expect((await called()).body).toHaveLength(0);
  });

  test("that grows beyond its bound is refused", async () => {
    sent = { encoding: "gzip", bytes: gzipSync(Buffer.alloc(1_000_000)) };
    const error = await rejectionOf(called());
    expect(error).toMatchObject({ code: "bad_reply", retryable: false });
  });

  test("that was cut is tried again, and that is not compressed is not", async () => {
    sent = { encoding: "gzip", bytes: gzipSync(TEXT).subarray(0, 15) };
    expect(await rejectionOf(called())).toMatchObject({ code: "network", retryable: true });
    sent = { encoding: "br", bytes: Buffer.from(TEXT) };
    expect(await rejectionOf(called())).toMatchObject({ code: "bad_reply", retryable: false });
  });

  test.each([
    ["was cut", gzipSync(TEXT).subarray(0, 15)],
    ["is not compressed", Buffer.from(TEXT)],
    ["grows beyond its bound", gzipSync(Buffer.alloc(1_000_000))],
    ["is beyond its bound as it is", Buffer.alloc(2000)],
  ])("that %s leaves open whether it was done", async (_name, bytes) => {
    sent = { encoding: "gzip", bytes };
    expect(await rejectionOf(called())).toMatchObject({ ambiguous: true });
  });

  test.each([400, 401, 429, 503])("that is an error, %d, stays one", async (status) => {
    sent = { encoding: "gzip", bytes: Buffer.from(TEXT), status };
    expect(await called()).toMatchObject({ status });
  });
});
