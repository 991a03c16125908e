// One contract, both implementations: each test runs on either, over real sockets.
import { createServer } from "node:net";
import { inspect } from "node:util";
import { createAxiosTransport } from "../../src/api/transport/axios-transport";
import { createStorageTransport } from "../../src/api/transport/storage-transport";
import type { HttpRequest, Transport } from "../../src/api/transport/transport";
import { AvalaError } from "../../src/errors";
import { json, replyServer, type Answer, type ReplyServer } from "../support/reply-server";
import { rejectionOf, thrownBy } from "../support/thrown";

const implementations = [
  { name: "the transport of API calls", create: createAxiosTransport },
  { name: "the transport of bytes", create: createStorageTransport },
];

const get = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: "GET",
  url,
  headers: {},
  idleTimeoutMs: 10_000,
  maxReplyBytes: 1024,
  ...more,
});

describe.each(implementations)("$name", ({ create }) => {
  let transport: Transport;
  const servers: ReplyServer[] = [];
  const serve = async (answer: Answer, options?: { reads: boolean }): Promise<ReplyServer> => {
    const server = await replyServer(answer, options);
    servers.push(server);
    return server;
  };
  beforeEach(() => {
    transport = create();
  });
  afterEach(async () => {
    transport.close();
    for (const server of servers.splice(0)) await server.stop();
  });

  test("sends method, headers and body as they are, and gives the reply as it is", async () => {
    const server = await serve((_request, response) =>
      json(response, 201, { ok: true }, { "X-Two": ["a", "b"] }),
    );
    const body = '{"name":"naïve"}';
    const headers = { "Content-Type": "application/json", "X-Avala-Api-Key": "avk_key" };
    const reply = await transport.send(
      get(`${server.origin}/a/b/?q=1%2F2`, { method: "POST", headers, body }),
    );
    expect(reply).toMatchObject({ status: 201, headers: { "x-two": "a, b" } });
    expect(reply.body.toString()).toBe('{"ok":true}');
    expect(server.heard).toMatchObject([
      {
        method: "POST",
        url: "/a/b/?q=1%2F2",
        headers: {
          "content-type": "application/json",
          "content-length": "17",
          "x-avala-api-key": "avk_key",
        },
      },
    ]);
    expect(server.heard[0]?.body.toString()).toBe(body);
  });

  test("takes the first of headers that have one value", async () => {
    const twice = { "Retry-After": ["5", "7"], Location: ["/a", "/a"], ETag: ['"1"', '"1"'] };
    const dates = { Date: ["Sat, 28 Nov 2026 18:00:00 GMT", "Sat, 28 Nov 2026 18:00:00 GMT"] };
    const server = await serve((_request, response) =>
      json(response, 429, {}, { ...twice, ...dates }),
    );
    const one = { "retry-after": "5", location: "/a", etag: '"1"', date: dates.Date[0] };
    expect((await transport.send(get(server.origin))).headers).toMatchObject(one);
    const stream = await transport.open(get(server.origin));
    for await (const chunk of stream.body) void chunk;
    expect(stream.headers).toMatchObject(one);
  });

  test.each([200, 204, 400, 404, 500, 503])("judges no status: %d", async (status) => {
    const server = await serve((_request, response) => response.writeHead(status).end());
    expect(await transport.send(get(server.origin))).toMatchObject({ status });
  });

  test("gives a redirect as it is, and does not follow it", async () => {
    const server = await serve((_request, response) =>
      response.writeHead(302, { Location: "/elsewhere" }).end(),
    );
    const reply = await transport.send(get(`${server.origin}/here`));
    expect(reply).toMatchObject({ status: 302, headers: { location: "/elsewhere" } });
    expect(server.heard).toHaveLength(1);
  });

  test("streams a body of a known length, and tells how much was taken", async () => {
    const server = await serve((_request, response) => response.writeHead(200).end());
    const body = async function* chunks() {
      for (let i = 0; i < 10; i += 1) yield Buffer.alloc(50_000, i);
    };
    let sent = 0;
    const onBytesSent = (bytes: number): void => void (sent += bytes);
    const contentLength = 500_000;
    await transport.send(get(server.origin, { method: "POST", body, contentLength, onBytesSent }));
    expect(server.heard[0]?.headers).toMatchObject({ "content-length": "500000" });
    expect(server.heard[0]?.headers).not.toHaveProperty("transfer-encoding");
    expect(server.heard[0]?.body).toHaveLength(500_000);
    expect(sent).toBe(500_000);
  });

  test("takes a length that stands among the headers already", async () => {
    const server = await serve((_request, response) => response.writeHead(200).end());
    const headers = { "Content-Length": "5", "Content-Type": "image/jpeg" };
    const body = Buffer.from("bytes");
    await transport.send(get(server.origin, { method: "PUT", headers, body, contentLength: 5 }));
    expect(server.heard).toMatchObject([{ headers: { "content-length": "5" }, body }]);
  });

  test("keeps its connections", async () => {
    const ports = new Set<number | undefined>();
    const server = await serve((_request, response, incoming) => {
      ports.add(incoming.socket.remotePort);
      json(response, 200, {});
    });
    for (let i = 0; i < 5; i += 1) await transport.send(get(server.origin));
    // The one of bytes takes a second connection when the first has not settled yet.
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  test("an error of the body's own comes through as it is", async () => {
    const server = await serve((_request, response) => response.writeHead(200).end(), {
      reads: false,
    });
    const changed = new AvalaError("file_changed", "a.jpg changed");
    // oxlint-disable-next-line require-yield -- it fails before its first chunk
    const body = async function* fails(): AsyncGenerator<Buffer> {
      throw changed;
    };
    const request = get(server.origin, { method: "POST", body, contentLength: 10 });
    const outcome = await transport.send(request).catch((error: unknown) => error);
    expect(outcome).toBe(changed);
  });

  test("a reply over its bound is an error", async () => {
    const server = await serve((_request, response) => response.end("x".repeat(2000)));
    await expect(transport.send(get(server.origin))).rejects.toMatchObject({ code: "bad_reply" });
  });

  test("a refused connection is a network error, and nothing was sent", async () => {
    const server = await serve(() => undefined);
    await server.stop();
    const error = await transport
      .send(get(`${server.origin}/secret?sig=abc`))
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "network", retryable: true, ambiguous: false });
    expect(String(error)).toContain(server.host);
    expect(String(error)).not.toMatch(/secret|abc/);
  });

  test("a name that is not resolved is a network error, and nothing was sent", async () => {
    const error = transport.send(get("http://nowhere.invalid/"));
    await expect(error).rejects.toMatchObject({ code: "network", ambiguous: false });
  });

  test("a connection that is lost leaves open whether it was done", async () => {
    const server = await serve((_request, response) => response.destroy());
    const error = transport.send(get(server.origin, { method: "POST", body: "{}" }));
    await expect(error).rejects.toMatchObject({
      code: "network",
      retryable: true,
      ambiguous: true,
    });
  });

  test("a reply that is cut short is a network error", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { "Content-Length": "1000" });
      response.write("half", () => response.destroy());
    });
    await expect(transport.send(get(server.origin))).rejects.toMatchObject({
      code: "network",
      retryable: true,
      ambiguous: true,
    });
  });

  test("no reply within the idle time is a timeout", async () => {
    const server = await serve(() => undefined);
    const error = transport.send(get(server.origin, { idleTimeoutMs: 300 }));
    await expect(error).rejects.toMatchObject({
      code: "timeout",
      retryable: true,
      ambiguous: true,
    });
  });

  test("a reply that stops half way is a timeout", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { "Content-Length": "1000" });
      response.write("half");
    });
    const error = transport.send(get(server.origin, { idleTimeoutMs: 300 }));
    await expect(error).rejects.toMatchObject({ code: "timeout" });
  });

  test("its signal stops it at once", async () => {
    const stop = new AbortController();
    const server = await serve(() => stop.abort());
    const error = transport.send(get(server.origin, { signal: stop.signal }));
    await expect(error).rejects.toMatchObject({ code: "cancelled" });
  });

  test.each(["http", "https"])("closing ends what is still connecting by %s", async (scheme) => {
    const heard: unknown[] = [];
    const silent = createServer((socket) => {
      socket.on("error", () => undefined).on("data", () => undefined);
      heard.push("open");
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    const stop = new AbortController();
    const request = get(`${scheme}://127.0.0.1:${port}/`, { signal: stop.signal });
    const error = rejectionOf(transport.send(request));
    while (heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    expect(await error).toMatchObject({ code: "cancelled" });
    transport.close();
    // The server ends when all of its connections have. To connect is given up after 20 s, whoever waits.
    const ended = new Promise((resolve) => silent.close(() => resolve("ended")));
    const late = new Promise((resolve) => setTimeout(resolve, 10_000, "late").unref());
    expect(await Promise.race([ended, late])).toBe("ended");
  });

  test("sends no fragment", async () => {
    const server = await serve((_request, response) => response.writeHead(200).end());
    await transport.send(get(`${server.origin}/a?q=1#b/c`));
    expect(server.heard).toMatchObject([{ url: "/a?q=1" }]);
  });

  test("a signal that is aborted lets nothing be sent", async () => {
    const server = await serve((_request, response) => response.end());
    const error = transport.send(get(server.origin, { signal: AbortSignal.abort() }));
    await expect(error).rejects.toMatchObject({ code: "cancelled" });
    expect(server.heard).toHaveLength(0);
  });

  test("opens a reply as a stream, in whatever size", async () => {
    const server = await serve((_request, response) => response.end(Buffer.alloc(3_000_000, 7)));
    const { status, body } = await transport.open(get(server.origin));
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.length;
    expect({ status, bytes }).toEqual({ status: 200, bytes: 3_000_000 });
  });

  test("a stream that breaks throws one of our errors", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { "Content-Length": "1000" });
      response.write("half", () => setTimeout(() => response.destroy(), 20));
    });
    const { body } = await transport.open(get(server.origin));
    const read = async (): Promise<void> => {
      for await (const chunk of body) void chunk;
    };
    await expect(read()).rejects.toMatchObject({ code: "network", retryable: true });
  });

  test("a stream that stands still throws a timeout", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200, { "Content-Length": "1000" });
      response.write("half");
    });
    const { body } = await transport.open(get(server.origin, { idleTimeoutMs: 300 }));
    const read = async (): Promise<void> => {
      for await (const chunk of body) void chunk;
    };
    await expect(read()).rejects.toMatchObject({ code: "timeout" });
  });
});

describe("a body that makes progress, slowly", () => {
  test("is no timeout, though it takes longer than the idle time as a whole", async () => {
    const server = await replyServer((_request, response) => response.writeHead(200).end());
    const transport = createStorageTransport();
    const body = async function* slowly() {
      for (let i = 0; i < 6; i += 1) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        yield Buffer.alloc(200_000);
      }
    };
    const request = { method: "POST", body, contentLength: 1_200_000, idleTimeoutMs: 600 };
    expect(await transport.send(get(server.origin, request))).toMatchObject({ status: 200 });
    transport.close();
    await server.stop();
  });
});

describe("a large buffer", () => {
  const body = Buffer.alloc(24 * 1024 * 1024, "abc");
  const put = (more: Partial<HttpRequest>): Partial<HttpRequest> => ({
    ...{ method: "PUT", body, contentLength: body.length },
    ...more,
  });

  test("makes progress on a slow link, however long it takes as a whole", async () => {
    const server = await replyServer(
      async (_request, response, incoming) => {
        while (!incoming.complete) {
          incoming.read(512 * 1024);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        response.writeHead(200).end();
      },
      { reads: false },
    );
    const transport = createStorageTransport();
    const reply = transport.send(get(server.origin, put({ idleTimeoutMs: 1000 })));
    await expect(reply).resolves.toMatchObject({ status: 200 });
    transport.close();
    await server.stop();
  });

  test("arrives as it is, and is told as it goes", async () => {
    const server = await replyServer((_request, response) => response.writeHead(200).end());
    const transport = createStorageTransport();
    const told: number[] = [];
    const onBytesSent = (bytes: number): void => void told.push(bytes);
    await transport.send(get(server.origin, put({ onBytesSent })));
    expect(server.heard[0]?.body.equals(body)).toBe(true);
    expect(server.heard[0]?.headers["content-length"]).toBe(String(body.length));
    expect(told.length).toBeGreaterThan(50);
    expect(told.reduce((sum, bytes) => sum + bytes, 0)).toBe(body.length);
    transport.close();
    await server.stop();
  });
});

describe("a reply that comes before all of a large body was sent", () => {
  const whole = Buffer.alloc(24 * 1024 * 1024, "abc");
  const sources = [
    ["a buffer", whole],
    [
      "a stream",
      async function* stream() {
        for (let at = 0; at < whole.length; at += 1024 * 1024)
          yield await Promise.resolve(whole.subarray(at, at + 1024 * 1024));
      },
    ],
  ] as const;
  const replied = async (
    status: number,
    body: HttpRequest["body"],
  ): Promise<Awaited<ReturnType<Transport["send"]>>> => {
    const server = await replyServer((_request, response) => response.writeHead(status).end(), {
      reads: false,
    });
    const transport = createStorageTransport();
    const request = { method: "PUT", body, contentLength: whole.length };
    try {
      return await transport.send(get(server.origin, request));
    } finally {
      transport.close();
      await server.stop();
    }
  };

  test.each(sources)("is not believed when it reports success, of %s", async (_what, body) => {
    await expect(replied(200, body)).rejects.toMatchObject({ code: "bad_reply", retryable: true });
  });

  test.each(sources)("is the reply when it refuses, of %s", async (_what, body) => {
    await expect(replied(412, body)).resolves.toMatchObject({ status: 412 });
  });
});

describe.each(implementations)("behind a proxy, $name", ({ create }) => {
  test("sends to the proxy, but not what is excepted and never what is on this machine", async () => {
    const asked: string[] = [];
    const proxy = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", (data) => {
        asked.push(String(data).split("\r\n")[0] ?? "");
        socket.end("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as { port: number };
    const server = await replyServer((_request, response) => json(response, 200, {}));
    const url = `http://127.0.0.1:${port}`;
    const transport = create({
      proxy: { httpProxy: url, httpsProxy: url, noProxy: "direct.invalid" },
    });
    await transport.send(get("https://bucket.invalid/x")).catch(() => undefined);
    await transport.send(get("https://direct.invalid/x")).catch(() => undefined);
    expect(await transport.send(get(server.origin))).toMatchObject({ status: 200 });
    expect(asked).toEqual(["CONNECT bucket.invalid:443 HTTP/1.1"]);
    transport.close();
    await server.stop();
    proxy.close();
  });

  /** A proxy that answers each request with `answer`, or closes the connection. */
  async function answering(
    answer: string,
  ): Promise<{ host: string; asked: readonly string[]; close: () => void }> {
    const asked: string[] = [];
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", (data) => {
        asked.push(String(data));
        socket.end(answer);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    return { host: `127.0.0.1:${port}`, asked, close: () => server.close() };
  }

  const through = (host: string): Transport => {
    const url = `http://me:secret-of-proxy@${host}`;
    return create({ proxy: { httpProxy: url, httpsProxy: url } });
  };

  describe.each(["send", "open"] as const)("%s", (how) => {
    test.each([
      [
        "407 Proxy Authentication Required",
        407,
        false,
        /Check the user and the password.*HTTPS_PROXY=/,
      ],
      ["403 Forbidden", 403, false, /allow CONNECT to api\.avala\.invalid, or add .* to NO_PROXY/],
      ["404 Not Found", 404, false, /allow CONNECT/],
      ["502 Bad Gateway", 502, true, /could not reach api\.avala\.invalid/],
      ["503 Service Unavailable", 503, true, /could not reach/],
    ])("tells a proxy's %s as the proxy's", async (line, status, retryable, hint) => {
      const body = "<h1>Access denied by policy</h1>";
      const head = `HTTP/1.1 ${line}\r\nContent-Length: ${body.length}\r\nConnection: close`;
      const proxy = await answering(`${head}\r\n\r\n${body}`);
      const transport = through(proxy.host);
      const error = await rejectionOf(transport[how](get("https://api.avala.invalid/datasets/")));
      expect(error).toMatchObject({ code: "network", retryable, ambiguous: false });
      expect(error.message).toContain(
        `the proxy ${proxy.host} did not connect to api.avala.invalid`,
      );
      expect(error.message).toContain(`(${status}`);
      expect(error.hint).toMatch(hint);
      expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(/secret-of-proxy|policy/);
      transport.close();
      proxy.close();
    });

    test("tells a 407 as the proxy's where nothing is encrypted, too", async () => {
      const proxy = await answering("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
      const transport = through(proxy.host);
      const error = await rejectionOf(transport[how](get("http://store.invalid/x")));
      expect(error.message).toContain("did not connect to store.invalid (407");
      transport.close();
      proxy.close();
    });

    test.each([
      ["is not there", "127.0.0.1:1", /^the proxy 127\.0\.0\.1:1 refused the connection/],
      [
        "has no address",
        "proxy.invalid:8080",
        /^the proxy proxy\.invalid:8080 (?:is not a name|could not be resolved)/,
      ],
    ])("tells of a proxy that %s by its own name", async (_name, host, text) => {
      const transport = through(host);
      const error = await rejectionOf(transport[how](get("https://api.avala.invalid/")));
      expect(error).toMatchObject({ code: "network", retryable: true, ambiguous: false });
      expect(error.message).toMatch(text);
      transport.close();
    });

    test.each([
      ["closes instead of answering", ""],
      ["closes in the middle of its answer", "HTTP/1.1 200 Conn"],
      [
        "asks to continue before it refuses",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 407 No\r\n\r\n",
      ],
    ])("gives up a proxy that %s, after one connection", async (_name, answer) => {
      const proxy = await answering(answer);
      const transport = through(proxy.host);
      const error = await rejectionOf(transport[how](get("https://api.avala.invalid/")));
      expect(error).toMatchObject({ code: "network", retryable: true, ambiguous: false });
      expect(error.message).toMatch(/^the proxy 127\.0\.0\.1:\d+ closed the connection/);
      expect(proxy.asked).toHaveLength(1);
      transport.close();
      proxy.close();
    });

    test.each([
      ["me", "me:"],
      ["me:", "me:"],
      [":secret", ":secret"],
      ["me:p%40%3A", "me:p@:"],
      ["me:100%", "me:100%"],
    ])("gives a proxy %j as %j", async (given, sent) => {
      const proxy = await answering("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
      const transport = create({ proxy: { httpsProxy: `http://${given}@${proxy.host}` } });
      const error = await rejectionOf(transport[how](get("https://api.avala.invalid/")));
      expect(error).toMatchObject({ code: "network" });
      const basic = Buffer.from(sent).toString("base64");
      expect(proxy.asked.join()).toContain(`proxy-authorization: Basic ${basic}\r\n`);
      transport.close();
      proxy.close();
    });

    test("names the proxy on the way where a connection through it breaks", async () => {
      const proxy = await answering("HTTP/1.1 200 Connection established\r\n\r\n");
      const transport = through(proxy.host);
      const error = await rejectionOf(transport[how](get("https://api.avala.invalid/")));
      expect(error.code).toBe("network");
      expect(error.message).toContain(`api.avala.invalid, through the proxy ${proxy.host}, closed`);
      transport.close();
      proxy.close();
    });
  });

  test("refuses a proxy that is no URL before anything is sent", () => {
    expect(thrownBy(() => create({ proxy: { httpsProxy: "socks5://a:1" } })).code).toBe("input");
  });
});
