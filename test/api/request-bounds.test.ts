// What a server can send in place of a reply, over raw sockets: none of it holds a request, on either transport.
import { createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createAxiosTransport } from "../../src/api/transport/axios-transport";
import { connect } from "../../src/api/connect";
import { getDataset } from "../../src/api/endpoints/datasets/datasets";
import { startPatience } from "../../src/api/transport/request-bounds";
import { createStorageTransport } from "../../src/api/transport/storage-transport";
import type { HttpRequest, Transport } from "../../src/api/transport/transport";
import { hurriedClock } from "../support/session";
import { rejectionOf } from "../support/thrown";

const IDLE_MS = 100;
let server: Server | undefined;
let transport: Transport | undefined;
let connections = 0;
const sockets = new Set<Socket>();

beforeEach(() => {
  connections = 0;
});
afterEach(async () => {
  transport?.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server?.close(resolve));
});

/** A server that does `serve` with each connection as soon as something came; returns its origin. */
async function facing(serve: (socket: Socket) => void): Promise<string> {
  server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    socket.once("data", () => serve(socket));
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return `http://127.0.0.1:${port}`;
}

/** Writes `text` again and again, until the connection is closed. */
const dripping =
  (text: string, everyMs: number, first = "") =>
  (socket: Socket): void => {
    socket.write(first);
    const drip = setInterval(() => socket.write(text), everyMs);
    socket.on("close", () => clearInterval(drip));
  };

const get = (origin: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: "GET",
  url: `${origin}/`,
  headers: {},
  idleTimeoutMs: IDLE_MS,
  maxReplyBytes: 1024,
  ...more,
});

const earlyHints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
const processing = "HTTP/1.1 102 Processing\r\n\r\n";
const upgrade =
  "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

async function drain(stream: Promise<{ readonly body: AsyncIterable<Buffer> }>): Promise<void> {
  for await (const chunk of (await stream).body) void chunk;
}

describe.each([
  ["API calls", createAxiosTransport],
  ["bytes", createStorageTransport],
])("the transport of %s", (_name, create) => {
  const ways = ["send", "open"] as const;

  test.each(ways)("gives up replies before the reply that come slowly: %s", async (way) => {
    const origin = await facing(dripping(processing, IDLE_MS / 2));
    transport = create();
    const error = await rejectionOf(transport[way](get(origin)));
    expect(error).toMatchObject({ code: "timeout", retryable: true, ambiguous: true });
  });

  test.each(ways)("refuses hundreds of them: %s", async (way) => {
    const origin = await facing(dripping(earlyHints.repeat(20), 1));
    transport = create();
    const error = await rejectionOf(transport[way](get(origin, { idleTimeoutMs: 20_000 })));
    expect(error).toMatchObject({ code: "bad_reply", retryable: false, ambiguous: true });
  });

  test.each(ways)("takes a few of them, and then the reply: %s", async (way) => {
    const origin = await facing((socket) => {
      socket.write(earlyHints + processing + earlyHints);
      socket.end("HTTP/1.1 204 No Content\r\n\r\n");
    });
    transport = create();
    expect(await transport[way](get(origin))).toMatchObject({ status: 204 });
  });

  test.each(ways)("takes a 101 for no reply: %s", async (way) => {
    const origin = await facing((socket) => void socket.write(upgrade));
    transport = create();
    const error = await rejectionOf(transport[way](get(origin)));
    expect(error).toMatchObject({ code: "bad_reply", retryable: false, ambiguous: true });
  });

  test("gives up a large reply that trickles", async () => {
    const head = "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n";
    const origin = await facing(dripping("x", IDLE_MS / 2, head));
    transport = create();
    const error = await rejectionOf(drain(transport.open(get(origin))));
    expect(error).toMatchObject({ code: "timeout" });
  });

  test("gives up a request whose body nobody takes, though replies come before the reply", async () => {
    const origin = await facing((socket) => {
      socket.pause();
      dripping(processing, IDLE_MS / 2)(socket);
    });
    transport = create();
    const size = 64 * 1024 * 1024;
    const body = async function* endless() {
      for (let sent = 0; sent < size; sent += 65_536) yield Promise.resolve(Buffer.alloc(65_536));
    };
    const request = get(origin, { method: "PUT", body, contentLength: size });
    expect(await rejectionOf(transport.send(request))).toMatchObject({ code: "timeout" });
  });

  test("ends with a reply that comes before the body was taken", async () => {
    const origin = await facing((socket) => {
      socket.pause();
      socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    });
    transport = create();
    const body = Buffer.alloc(32 * 1024 * 1024);
    const sending = transport.send(
      get(origin, { method: "PUT", body, contentLength: body.length, idleTimeoutMs: 1000 }),
    );
    const ended = await sending.catch(({ code }: { code: string }) => code);
    expect(typeof ended === "string" ? ended : ended.status).not.toBe("timeout");
  });
});

test("a call that is answered with 101 is made once", async () => {
  const baseUrl = await facing((socket) => void socket.write(upgrade));
  const avala = connect({
    apiKey: "avk_0123456789abcdefghij",
    baseUrl,
    allowInsecureBaseUrl: true,
    ports: { clock: hurriedClock },
  });
  expect(await rejectionOf(getDataset(avala, "u"))).toMatchObject({ code: "bad_reply" });
  expect(connections).toBe(1);
  avala.close();
});

test("a request is given up when its body goes out no further, and not while it does", async () => {
  const limits = { idleTimeoutMs: 200, contentLength: 10_000_000 }; // a second without a byte
  let giveUp = (): void => undefined;
  let isGivenUp = false;
  const end = new Promise<void>((resolve) => (giveUp = resolve));
  const patience = startPatience(limits, () => {
    isGivenUp = true;
    giveUp();
  });
  for (let chunk = 0; chunk < 5; chunk++) {
    await sleep(300);
    patience.sent();
  }
  expect(isGivenUp).toBe(false);
  await end;
});
