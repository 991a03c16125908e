// Where a download takes the key: the API's own origin, and nowhere else.
import { connect } from "../../src/api/connect";
import type { Avala } from "../../src/api/connection";
import { ownUrl } from "../../src/api/own-download";
import { download } from "../../src/api/storage/storage";
import type { HttpRequest, Transport } from "../../src/api/transport/transport";
import { BASE, KEY } from "../support/scripted-transport";
import { rejectionOf } from "../support/thrown";

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
    "",
  ])("has not %j", (text) => {
    expect(ownUrl(BASE, text)).toBeUndefined();
  });
});

function session(): {
  readonly avala: Avala;
  readonly heard: Record<"api" | "storage", HttpRequest[]>;
} {
  const heard: Record<"api" | "storage", HttpRequest[]> = { api: [], storage: [] };
  const transport = (name: "api" | "storage"): Transport => ({
    send: () => Promise.reject(new Error("nothing is sent")),
    open: (request) => {
      heard[name].push(request);
      return Promise.resolve({ status: 200, headers: {}, body: (async function* none() {})() });
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
