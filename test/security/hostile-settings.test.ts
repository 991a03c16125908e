// Settings from elsewhere: a base URL that looks like another, a proxy that listens, YAML that swells.
import { createServer as createTlsServer } from "node:https";
import { createConnection as openSocket, createServer, type Socket } from "node:net";
import { inspect } from "node:util";
import { once } from "node:events";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createReader } from "../../action/inputs/values";
import { createAxiosTransport } from "../../src/api/transport/axios-transport";
import { connect } from "../../src/api/connect";
import { createStorageTransport } from "../../src/api/transport/storage-transport";
import { createTempTree } from "../support/temp-tree";
import { thrownBy } from "../support/thrown";

const KEY = "avk_0123456789abcdefghij";

describe("a base URL", () => {
  const refused = (baseUrl: string): string =>
    thrownBy(() => connect({ apiKey: KEY, baseUrl, allowInsecureBaseUrl: true }).close()).code;

  test.each([
    ["with the API's name as its user", "https://api.avala.ai@evil.example/api/v1"],
    ["with a user and no password", "https://key@api.avala.ai/"],
    ["of plain http to a name that begins as loopback", "http://127.0.0.1.evil.example/"],
    ["of plain http to localhost with a dot at its end", "http://localhost./api/v1"],
    ["of plain http to an address that embeds loopback", "http://[::ffff:127.0.0.1]/"],
    ["of plain http to another loopback address", "http://127.0.0.2/"],
    ["of plain http to every address", "http://0.0.0.0/"],
    ["with a zone", "http://[::1%25eth0]/"],
    ["with a zone, unescaped", "http://[fe80::1%eth0]/"],
    ["with a line break in its host", "https://api.avala.ai\n.evil.example/"],
    ["with a tab in its host", "https://api.avala.ai\t.evil.example/"],
    ["with a line break in its scheme", "ht\ntps://evil.example/"],
    ["with a backslash", "https:\\\\evil.example\\api"],
    ["with a space", "https://api.avala.ai/ api"],
    ["of a file", "file:///etc/passwd"],
    ["of a script", "javascript:alert(1)"],
  ])("%s is refused", (_name, baseUrl) => {
    expect(refused(baseUrl)).toBe("input");
  });

  test("in letters of another alphabet is shown as what it is", () => {
    const avala = connect({ apiKey: KEY, baseUrl: "https://\u0430pi.avala.ai/api/v1" });
    expect(avala.baseUrl).toBe("https://xn--pi-6kc.avala.ai/api/v1");
    avala.close();
  });

  test.each(["http://127.1/x", "http://0x7f000001/x"])(
    "%s is loopback in disguise, and is loopback",
    (baseUrl) => {
      const avala = connect({ apiKey: KEY, baseUrl, allowInsecureBaseUrl: true });
      expect(new URL(avala.baseUrl).hostname).toBe("127.0.0.1");
      avala.close();
    },
  );
});

describe("a proxy", () => {
  const transports = [
    ["API calls", createAxiosTransport],
    ["bytes", createStorageTransport],
  ] as const;
  let seen: Buffer[] = [];
  const sockets = new Set<Socket>();
  const tree = createTempTree();
  afterAll(() => tree.remove());

  /** A proxy that tunnels everything to `port` and keeps what it saw, as one that listens would. */
  async function listeningProxy(port: number): Promise<{ url: string; close: () => void }> {
    seen = [];
    const server = createServer((socket) => {
      sockets.add(socket.on("error", () => undefined));
      socket.once("data", (head) => {
        seen.push(head);
        const target = openSocket(port, "127.0.0.1").on("error", () => socket.destroy());
        sockets.add(target);
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        socket.on("data", (data) => (seen.push(data), target.write(data)));
        target.on("data", (data) => (seen.push(data), socket.write(data)));
        socket.on("close", () => target.destroy());
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port: own } = server.address() as { port: number };
    return { url: `http://user:secret-of-proxy@127.0.0.1:${own}`, close: () => server.close() };
  }

  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  });

  test.each(transports)(
    "of plain http sees no key, no path and no body of what goes to https, of %s",
    async (_name, create) => {
      const heard: string[] = [];
      const [key, cert] = certificate();
      const api = createTlsServer({ key, cert }, (request, response) => {
        heard.push(`${request.url} ${String(request.headers["x-avala-api-key"])}`);
        response.end("{}");
      });
      api.listen(0, "127.0.0.1");
      await once(api, "listening");
      const { port } = api.address() as { port: number };
      const proxy = await listeningProxy(port);
      const transport = create({ proxy: { httpsProxy: proxy.url, httpProxy: proxy.url } });
      const outcome = await transport
        .send({
          method: "POST",
          url: "https://api.avala.test/secret-path?X-Amz-Signature=feed",
          headers: { "X-Avala-Api-Key": KEY },
          body: "secret body",
          idleTimeoutMs: 5000,
          maxReplyBytes: 1000,
        })
        .catch((error: unknown) => error);
      const overheard = Buffer.concat(seen).toString("latin1");
      expect(overheard).toMatch(/^CONNECT api\.avala\.test:443 HTTP\/1\.1\r\n/);
      expect(overheard).not.toMatch(/avk_|secret-path|secret body|feed/);
      // The certificate is nobody's, so not even the other end may hear the key.
      expect(outcome).toMatchObject({ code: "network", retryable: false });
      expect(heard).toEqual([]);
      transport.close();
      proxy.close();
      api.close();
    },
  );

  function certificate(): [Buffer, Buffer] {
    const [key, cert] = [tree.at("key.pem"), tree.at("cert.pem")];
    const subject = ["-subj", "/CN=api.avala.test", "-days", "1", "-keyout", key, "-out", cert];
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...subject], {
      stdio: "ignore",
    });
    return [readFileSync(key), readFileSync(cert)];
  }

  test.each(transports)(
    "that refuses shows nothing of its password, of %s",
    async (_name, create) => {
      const proxy = createServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"));
      });
      proxy.listen(0, "127.0.0.1");
      await once(proxy, "listening");
      const { port } = proxy.address() as { port: number };
      const url = `http://user:secret-of-proxy@127.0.0.1:${port}`;
      const transport = create({ proxy: { httpsProxy: url } });
      const request = { method: "GET" as const, url: "https://api.avala.test/", headers: {} };
      const error: unknown = await transport
        .send({ ...request, idleTimeoutMs: 5000, maxReplyBytes: 1000 })
        .catch((thrown: unknown) => thrown);
      const shown = inspect(error, { depth: 20, showHidden: true });
      expect(shown).toMatch(/407|network/);
      expect(shown).not.toContain("secret-of-proxy");
      expect(shown).not.toContain(Buffer.from("user:secret-of-proxy").toString("base64"));
      transport.close();
      proxy.close();
    },
  );
});

describe("metadata in YAML", () => {
  function read(text: string): { value: unknown; problems: number } {
    const reader = createReader(() => text);
    return { value: reader.object("metadata"), problems: reader.problems.length };
  }

  const laughs = Array.from(
    { length: 9 },
    (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 9 }, () => `*a${i}`).join(", ")}]`,
  );

  test.each([
    ["aliases that swell", `a0: &a0 [x]\n${laughs.join("\n")}`],
    ["a list that holds itself", "a: &a\n  - *a"],
    ["depth", `a: ${"[".repeat(20_000)}${"]".repeat(20_000)}`],
    ["depth in JSON", `{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`],
    ["depth of dashes", `a:\n  ${"- ".repeat(20_000)}x`],
    ["depth of questions", `${"? ".repeat(20_000)}x`],
    ["two documents", "a: 1\n---\nb: 2"],
    ["a name twice", "a: 1\na: 2"],
    ["infinity", "a: .inf"],
  ])("with %s is refused", (_name, text) => {
    const startMs = performance.now();
    expect(read(text)).toEqual({ value: undefined, problems: 1 });
    expect(performance.now() - startMs).toBeLessThan(2000);
  });

  test.each([
    ["a function", "a: !!js/function 'function () { return 1 }'"],
    ["a tag of Python", "a: !!python/object/apply:os.system ['touch owned']"],
  ])("with %s makes text of it, or nothing, and runs nothing", (_name, text) => {
    const { value } = read(text);
    expect(typeof (value as { a?: unknown } | undefined)?.a).not.toBe("function");
  });

  test("with a name that JavaScript knows pollutes nothing", () => {
    const { value } = read(
      "__proto__:\n  polluted: true\nconstructor: {prototype: {polluted: true}}",
    );
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect((value as { polluted?: unknown } | undefined)?.polluted).toBeUndefined();
  });
});
