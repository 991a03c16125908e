// Links of a server that has two names: both are followed, and the key goes to the base URL's own host alone.
import { Readable } from "node:stream";
import { connect } from "../../src/api/connect";
import type { Avala } from "../../src/api/connection";
import { listDatasets } from "../../src/api/endpoints/datasets/datasets";
import { download } from "../../src/api/storage/storage";
import type { HttpRequest, Transport } from "../../src/api/transport/transport";
import { KEY, reply, scripted } from "../support/scripted-transport";
import { rejectionOf } from "../support/thrown";

function session(
  baseUrl: string,
  status = 200,
  headers: Record<string, string> = {},
): { readonly avala: Avala; readonly heard: Record<"api" | "storage", HttpRequest[]> } {
  const heard: Record<"api" | "storage", HttpRequest[]> = { api: [], storage: [] };
  const transport = (name: "api" | "storage"): Transport => ({
    send: () => Promise.reject(new Error("nothing is sent")),
    open: (request) => {
      heard[name].push(request);
      return Promise.resolve({ status, headers, body: Readable.from([Buffer.from("{}")]) });
    },
    close: () => undefined,
  });
  const ports = { api: transport("api"), storage: transport("storage") };
  return { avala: connect({ apiKey: KEY, baseUrl, ports }), heard };
}

describe.each([
  ["https://server.avala.ai/api/v1", "https://api.avala.ai/api/v1"],
  ["https://api.avala.ai/api/v1", "https://server.avala.ai/api/v1"],
])("at %s, where the server calls itself %s,", (base, other) => {
  test("the key goes to the base URL's own host", async () => {
    const { avala, heard } = session(base);
    await download(avala, `${other}/exports/e1/download?a=b`);
    expect(heard.api.map(({ url, headers }) => [url, headers["X-Avala-Api-Key"]])).toEqual([
      [`${base}/exports/e1/download?a=b`, KEY],
    ]);
    expect(heard.storage).toEqual([]);
  });

  test("a redirect to its other name is one to the API itself", async () => {
    const { avala, heard } = session(base, 302, { location: other });
    const error = await rejectionOf(download(avala, `${base}/exports/e1/download`));
    expect(error).toMatchObject({ code: "redirect" });
    expect(heard.storage).toEqual([]);
  });

  test.each([
    "https://app.avala.ai/api/v1/exports/e1/download",
    "https://server.avala.ai:8443/api/v1/exports/e1/download",
    "http://api.avala.ai/api/v1/exports/e1/download",
    "https://user@server.avala.ai/api/v1/exports/e1/download",
    "https://api.avala.ai.evil.test/api/v1/exports/e1/download",
  ])("%s is refused, and never gets the key", async (url) => {
    const { avala, heard } = session(base);
    expect(await rejectionOf(download(avala, url))).toMatchObject({ code: "storage_host" });
    const own = rejectionOf(avala.openOwn({ url, what: "fetch" }));
    expect(await own).toMatchObject({ code: "storage_host" });
    expect(heard).toEqual({ api: [], storage: [] });
  });

  test("a list is read to its end", async () => {
    const dataset = (uid: string) => ({ uid, name: uid, slug: uid });
    const next = `${other}/datasets/?cursor=a`;
    const { avala, requests } = scripted(
      [
        reply(200, { next, results: [dataset("d1")] }),
        reply(200, { next: null, results: [dataset("d2")] }),
      ],
      { baseUrl: base },
    );
    const found: string[] = [];
    for await (const { uid } of listDatasets(avala)) found.push(uid);
    expect(found).toEqual(["d1", "d2"]);
    expect(requests[1]?.url).toBe(`${base}/datasets/?cursor=a`);
  });

  test("a next page of a third host is not asked for", async () => {
    const next = "https://app.avala.ai/api/v1/datasets/?cursor=a";
    const { avala, requests } = scripted([reply(200, { next, results: [] })], { baseUrl: base });
    const listed = listDatasets(avala)[Symbol.asyncIterator]().next();
    expect(await rejectionOf(listed)).toMatchObject({ code: "bad_reply" });
    expect(requests).toHaveLength(1);
  });
});
