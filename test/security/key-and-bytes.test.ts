// Where the key and the bytes go: a hostile API or store that names another address gets nothing sent there.
import type { Emulator, Fault } from "../../emulator";
import { getExport } from "../../src/api/endpoints/exports";
import { downloadExport } from "../../src/operations/export-download";
import { publishDataset } from "../../src/operations/publish/publish";
import type { PublishTarget } from "../../src/operations/publish/target";
import type { Avala } from "../../src/api/connection";
import { sessionWith } from "../support/session";
import { createTempTree, jpeg, type TempTree } from "../support/temp-tree";
import { rejectionOf } from "../support/thrown";
import { startAttacker, type Attacker } from "../support/attacker";
import { startQuietly } from "../support/quiet-emulator";

let emulator: Emulator;
let attacker: Attacker;
let tree: TempTree;
let avala: Avala;
beforeEach(async () => {
  attacker = await startAttacker();
  emulator = await startQuietly();
  tree = createTempTree({ "a.jpg": jpeg("a"), "b.jpg": jpeg("b") });
  ({ avala } = sessionWith(emulator));
});
afterEach(async () => {
  await emulator.stop();
  await attacker.stop();
  tree.remove();
});

const PRESIGN = { path: "/datasets/manual-upload/file-upload-url/" };

function target(): PublishTarget {
  const files = ["a.jpg", "b.jpg"].map((path) => ({
    path,
    absolutePath: tree.at(path),
    sizeBytes: jpeg("a").length,
  }));
  const dataset = { name: "set", slug: "set", dataType: "image" } as const;
  return { dataset, files, ifExists: "verify" };
}

const publish = (): Promise<unknown> => publishDataset(avala, target(), { waitMs: () => 5000 });

test("what is sent to the attacker would be seen", async () => {
  await fetch(`http://${attacker.host}/`, { headers: { "X-Avala-Api-Key": "key" } });
  expect(attacker.arrived).toHaveLength(1);
  expect(attacker.arrived[0]?.text).toMatch(/x-avala-api-key: key/i);
});

describe("a redirect to the attacker is an error, and nothing arrives there", () => {
  test.each([301, 302, 303, 307, 308])("from the API, %d", async (status) => {
    const headers = { Location: `http://${attacker.host}/steal` };
    emulator.setFault({ on: { target: "api" }, times: 0, reply: { status, headers } });
    expect(await rejectionOf(publish())).toMatchObject({ code: "redirect" });
    expect(attacker.arrived).toEqual([]);
    expect(emulator.requests()).toHaveLength(1);
  });

  test.each([
    ["a form", "POST"],
    ["a PUT", "PUT"],
  ])("from the store, of %s", async (_name, method) => {
    await emulator.stop();
    const dialect = { uploadReply: method === "PUT" ? "managed" : "form" } as const;
    emulator = await startQuietly({ dialect });
    ({ avala } = sessionWith(emulator));
    const headers = { Location: `http://${attacker.host}/steal` };
    const on = { target: "storage", method } as const;
    emulator.setFault({ on, times: 0, reply: { status: 307, headers } });
    expect(await rejectionOf(publish())).toMatchObject({ code: "redirect" });
    expect(attacker.arrived).toEqual([]);
    expect(emulator.datasets()).toEqual([]);
  });
});

describe("a next page elsewhere is not asked for", () => {
  const { host, port } = { host: "attacker.invalid", port: 1 };
  test.each([
    ["another origin", () => `http://${attacker.host}/api/v1/datasets/?cursor=x`],
    ["another port", () => `http://127.0.0.1:${attacker.port}/api/v1/datasets/?cursor=x`],
    ["another scheme", () => emulator.baseUrl.replace("http:", "https:")],
    ["no scheme", () => `//${attacker.host}/api/v1/datasets/`],
    ["backslashes", () => `\\\\${attacker.host}\\api\\v1\\datasets\\`],
    ["the origin as a user", () => `${emulator.baseUrl.replace(/\/api.*/, "")}@${attacker.host}/`],
    ["a user on the origin", () => emulator.baseUrl.replace("//", "//user@")],
    ["outside of the base path", () => `${emulator.baseUrl}/../../admin/`],
    ["outside of it in disguise", () => `${emulator.baseUrl}/%2e%2e/%2e%2e/admin/`],
    ["a line break in it", () => `http://${attacker.host}\r\n/api/v1/`],
    ["a data URL", () => "data:application/json,{}"],
    ["a name that nobody has", () => `http://${host}:${port}/api/v1/datasets/`],
  ])("%s", async (_name, next) => {
    const body = { results: [], next: next(), previous: null };
    emulator.setFault({ on: { path: "/datasets/" }, reply: { status: 200, body } });
    expect(await rejectionOf(publish())).toMatchObject({ code: "bad_reply" });
    expect(attacker.arrived).toEqual([]);
    expect(emulator.requests()).toHaveLength(1);
  });
});

describe("a presigned URL to an address that stores no files gets no byte", () => {
  const attackers: readonly (readonly [string, () => string])[] = [
    ["the attacker", () => `http://${attacker.host}/bucket`],
    ["the attacker over https", () => `https://${attacker.host}/bucket`],
    ["the store's address on another port", () => `http://127.0.0.1:${attacker.port}/bucket`],
    ["the store as a user", () => `http://${new URL(emulator.storageUrl).host}@${attacker.host}/`],
    ["the API itself", () => `${emulator.baseUrl}/datasets/`],
  ];

  test.each(attackers)("as a form: %s", async (_name, url) => {
    const body = { method: "POST", url: url(), fields: { key: "k", policy: "p" } };
    emulator.setFault({ on: PRESIGN, times: 0, reply: { status: 200, body } });
    expect(await rejectionOf(publish())).toMatchObject({ code: "storage_host" });
    expect(attacker.arrived).toEqual([]);
  });

  test.each(attackers)("as a PUT: %s", async (_name, url) => {
    const body = { method: "PUT", url: url(), headers: {}, upload_uid: "u" };
    emulator.setFault({ on: PRESIGN, times: 0, reply: { status: 200, body } });
    expect(await rejectionOf(publish())).toMatchObject({ code: "storage_host" });
    expect(attacker.arrived).toEqual([]);
  });

  // An export's file may be at the API's own origin; bytes to store never go there.
  const others = attackers.filter(([name]) => name !== "the API itself");
  test.each(others)("as a download: %s", async (_name, url) => {
    const body = { uid: "e", status: "exported", download_url: url() };
    const fault: Fault = { on: { path: "/exports/*" }, times: 0, reply: { status: 200, body } };
    emulator.setFault(fault);
    expect(await getExport(avala, "e")).toMatchObject({ state: "completed" });
    const work = downloadExport(avala, "e", { toFile: tree.at("out") });
    expect(await rejectionOf(work)).toMatchObject({ code: "storage_host" });
    expect(attacker.arrived).toEqual([]);
  });
});

describe("headers that the API gives for a PUT", () => {
  const presignWith = (headers: Record<string, string>): void => {
    const url = `${emulator.storageUrl}/bucket/key`;
    const body = { method: "PUT", url, headers, upload_uid: "u" };
    emulator.setFault({ on: PRESIGN, times: 0, reply: { status: 200, body } });
  };

  test.each([
    ["another host's name", { Host: "attacker.example" }],
    ["a second request", { "X-A": "b\r\n\r\nGET / HTTP/1.1" }],
    ["a name that is none", { "X A": "b" }],
    ["another framing", { "Transfer-Encoding": "chunked" }],
    ["a proxy's credentials", { "Proxy-Authorization": "Basic x" }],
    ["an upgrade", { Connection: "upgrade", Upgrade: "h2c" }],
  ])("may not be %s: nothing is sent to the store", async (_name, headers) => {
    presignWith(headers);
    expect((await rejectionOf(publish())).code).toMatch(/^(?:upload|bad_reply)$/);
    const toStore = emulator.requests().filter(({ target }) => target === "storage");
    expect(toStore).toEqual([]);
    // Once for each file: another try gets the same headers.
    expect(emulator.requests().filter(({ path }) => path.endsWith("upload-url/"))).toHaveLength(2);
  });
});
