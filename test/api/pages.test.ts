import { listDatasetPage, listDatasets } from "../../src/api/datasets";
import { listSlices } from "../../src/api/slices";
import { reply, scripted } from "../support/scripted-transport";

const dataset = (uid: string) => ({ uid, name: uid, slug: uid, status: "created", item_count: 1 });
const page = (uids: string[], next: string | null) =>
  reply(200, { next, previous: null, results: uids.map(dataset) });

async function uidsOf(items: AsyncIterable<{ uid: string }>): Promise<string[]> {
  const uids: string[] = [];
  for await (const { uid } of items) uids.push(uid);
  return uids;
}

describe("pages", () => {
  test("are followed by next, absolute or relative, each asked for only when it is needed", async () => {
    const { avala, requests } = scripted([
      page(["a", "b"], "https://avala.test/api/v1/datasets/?cursor=1&limit=2"),
      page(["c"], "/api/v1/datasets/?cursor=2&limit=2"),
      page([], null),
    ]);
    const datasets = listDatasets(avala, { limit: 2, dataType: "image" })[Symbol.asyncIterator]();
    await datasets.next();
    await datasets.next();
    expect(requests).toHaveLength(1);
    await datasets.next();
    expect(await datasets.next()).toMatchObject({ done: true });
    expect(requests.map(({ url }) => url.slice("https://avala.test".length))).toEqual([
      "/api/v1/datasets/?data_type=image&limit=2",
      "/api/v1/datasets/?cursor=1&limit=2",
      "/api/v1/datasets/?cursor=2&limit=2",
    ]);
  });

  test("an empty one with a next is passed over", async () => {
    const { avala } = scripted([page([], "?cursor=1"), page(["a"], null)]);
    expect(await uidsOf(listDatasets(avala))).toEqual(["a"]);
  });

  test("that go round in a circle are an error, and no endless loop", async () => {
    const { avala, requests } = scripted([
      page(["a"], "/api/v1/datasets/?cursor=1"),
      page(["b"], "/api/v1/datasets/?cursor=2"),
      page(["c"], "/api/v1/datasets/?cursor=1"),
    ]);
    await expect(uidsOf(listDatasets(avala))).rejects.toMatchObject({ code: "bad_reply" });
    expect(requests).toHaveLength(3);
  });

  test("of another origin are not asked for: the key stays at home", async () => {
    const { avala, requests } = scripted([
      page(["a"], "https://evil.test/api/v1/datasets/?cursor=1"),
    ]);
    await expect(uidsOf(listDatasets(avala))).rejects.toMatchObject({ code: "bad_reply" });
    expect(requests).toHaveLength(1);
  });

  test("a bare list is one page", async () => {
    const { avala } = scripted([reply(200, [dataset("a")])]);
    expect(await uidsOf(listDatasets(avala))).toEqual(["a"]);
  });

  test.each([
    ["without results", { next: null }],
    ["with results that are no list", { results: "many" }],
    ["with an entry that is no object", { results: ["a"] }],
    ["with an entry without its uid", { results: [{ name: "a", slug: "a" }] }],
  ])("one %s is an error that names the route", async (_name, body) => {
    const { avala } = scripted([reply(200, body)]);
    const error = await listDatasetPage(avala).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "bad_reply" });
    expect(String(error)).toContain("GET /datasets/");
  });

  test("that are numbered are asked for by number until the count is reached", async () => {
    const slices = (uids: string[]) => reply(200, { count: 3, results: uids.map(dataset) });
    const { avala, requests } = scripted([slices(["a", "b"]), slices(["c"])]);
    expect(await uidsOf(listSlices(avala, "acme", { limit: 2 }))).toEqual(["a", "b", "c"]);
    expect(requests.map(({ url }) => new URL(url).search)).toEqual(["?limit=2", "?limit=2&page=2"]);
  });
});
