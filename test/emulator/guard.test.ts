import { request } from "node:http";
import type { Emulator } from "../../emulator/index";
import { refusalOf } from "../../emulator/http/guard";
import { call, presign, sendForm, start, stopAll } from "../support/emulator";

afterEach(stopAll);

interface Knock {
  readonly host: string;
  readonly origin?: string;
}

/** By Node's own client: `fetch` sets `Host` itself. */
function knock(url: string, emulator: Emulator, { host, origin }: Knock, method = "GET") {
  const headers = {
    "X-Avala-Api-Key": emulator.apiKey,
    Host: host,
    ...(origin === undefined ? {} : { Origin: origin }),
  };
  return new Promise<number | undefined>((resolve, reject) => {
    request(url, { method, headers }, (response) => {
      response.resume().once("end", () => {
        resolve(response.statusCode);
      });
    })
      .once("error", reject)
      .end();
  });
}

describe("a web page", () => {
  test.each([
    ["by a name that resolves to this machine", { host: "attacker.example:8099" }],
    ["from its own origin", { host: "localhost", origin: "https://attacker.example" }],
    ["from a sandboxed frame", { host: "localhost", origin: "null" }],
  ])("reaches neither API, storage nor controls: %s", async (_how, page) => {
    const emulator = await start();
    const { origin } = new URL(emulator.baseUrl);
    emulator.setFault({ reply: { status: 418 } });
    expect(await knock(`${emulator.baseUrl}/users/me/`, emulator, page)).toBe(403);
    expect(await knock(`${origin}/_emulator/ledger`, emulator, page)).toBe(403);
    expect(await knock(`${origin}/_emulator/faults`, emulator, page, "DELETE")).toBe(403);
    expect(await knock(`${emulator.storageUrl}/avala-emulator/x`, emulator, page)).toBe(403);
    // None of them used up the fault, nor took it away.
    expect((await call(emulator, "GET", "/users/me/")).status).toBe(418);
  });

  test("is written into the ledger", async () => {
    const emulator = await start();
    await knock(`${emulator.baseUrl}/users/me/`, emulator, { host: "attacker.example" });
    expect(emulator.requests()).toMatchObject([{ path: "/users/me/", status: 403 }]);
  });
});

describe("a program of this machine", () => {
  test("reaches it by loopback's names and by the names that it was started with", async () => {
    const emulator = await start({ allowHosts: ["avala.test"] });
    const url = `${emulator.baseUrl}/users/me/`;
    for (const host of ["localhost:1", "LOCALHOST", "store.localhost", "127.0.0.1", "[::1]:80"])
      expect([host, await knock(url, emulator, { host })]).toEqual([host, 200]);
    expect(await knock(url, emulator, { host: "avala.test:8099" })).toBe(200);
    expect(await knock(url, emulator, { host: "avala.test.example" })).toBe(403);
  });

  test("sends forms to its storage", async () => {
    const emulator = await start();
    expect((await sendForm(await presign(emulator, "a.jpg", 1), "x")).status).toBe(204);
  });
});

describe("the host of a request", () => {
  const from = (host: string | undefined, localAddress = "127.0.0.1") =>
    refusalOf({ host, origin: undefined, localAddress }, ["0.0.0.0", "avala.test"]);

  test.each(["avala.test", "avala.test.", "0.0.0.0:80", "10.0.0.5:8099"])("may be %s", (host) => {
    expect(from(host, "::ffff:10.0.0.5")).toBeUndefined();
  });

  test.each([
    undefined,
    "",
    "10.0.0.6",
    "localhost@attacker.example",
    "localhost/x",
    "localhost.attacker.example",
    "127.0.0.1.attacker.example",
    "xlocalhost",
    "[",
    "é".repeat(70),
  ])("may not be %s", (host) => {
    expect(from(host)).toEqual(expect.any(String));
  });
});

test("each emulator has a key of its own, unless it is given one", async () => {
  const [first, second, given] = [await start(), await start(), await start({ apiKey: "avk_x" })];
  expect(first.apiKey).toMatch(/^avk_emulator_[0-9a-f]{32}$/);
  expect(second.apiKey).not.toBe(first.apiKey);
  expect((await call(second, "GET", "/users/me/", { key: first.apiKey })).status).toBe(401);
  expect((await call(given, "GET", "/users/me/", { key: "avk_x" })).status).toBe(200);
});
