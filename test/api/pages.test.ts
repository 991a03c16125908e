import { listDatasetPage, listDatasets } from "../../src/api/endpoints/datasets/datasets";
import { listItems } from "../../src/api/endpoints/datasets/items";
import { listSlices } from "../../src/api/endpoints/datasets/slices";
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

  test("that link to themselves are an error", async () => {
    const own = "/api/v1/datasets/?cursor=1";
    const { avala, requests } = scripted([page(["a"], own), page(["b"], own)]);
    await expect(uidsOf(listDatasets(avala))).rejects.toMatchObject({ code: "bad_reply" });
    expect(requests).toHaveLength(2);
  });

  test("that bring nothing new under ever new links are an error", async () => {
    const pages = Array.from({ length: 30 }, (_, n) => page(n % 2 ? ["a"] : [], `?cursor=${n}`));
    const { avala, requests } = scripted(pages);
    await expect(uidsOf(listDatasets(avala))).rejects.toMatchObject({ code: "bad_reply" });
    expect(requests.length).toBeLessThan(20);
  });

  test("give an entry once that moved to the next page meanwhile", async () => {
    const { avala } = scripted([page(["a", "b"], "?cursor=1"), page(["b", "c"], null)]);
    expect(await uidsOf(listDatasets(avala))).toEqual(["a", "b", "c"]);
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

  test("that are numbered give an entry once, and all of the last page", async () => {
    const slices = (count: number, uids: string[]) =>
      reply(200, { count, results: uids.map(dataset) });
    // One was made at the front after the first page.
    const { avala } = scripted([slices(4, ["a", "b"]), slices(5, ["b", "c"]), slices(5, ["d"])]);
    expect(await uidsOf(listSlices(avala, "acme"))).toEqual(["a", "b", "c", "d"]);
  });

  test("that are numbered, of a server that gives the first one whatever is asked for, are an error", async () => {
    const same = Array.from({ length: 30 }, () =>
      reply(200, { count: 1e9, results: [dataset("a")] }),
    );
    const { avala } = scripted(same);
    await expect(uidsOf(listSlices(avala, "acme"))).rejects.toMatchObject({ code: "bad_reply" });
  });
});

describe("a list that is expected to be long", () => {
  const ref = { owner: "ada", slug: "cats" };
  const itemsOf = (uids: string[], next: string | null) =>
    reply(200, { next, previous: null, results: uids.map((uid) => ({ uid, key: uid })) });

  test("asks for large pages, and follows those of a server that gives fewer", async () => {
    const { avala, requests } = scripted([
      itemsOf(["a"], "?cursor=1&limit=1000"),
      itemsOf(["b"], null),
    ]);
    expect(await uidsOf(listItems(avala, ref, { expected: 101 }))).toEqual(["a", "b"]);
    expect(requests[0]?.url).toMatch(/\/items\/\?limit=1000$/);
  });

  test("asks without a limit where the server refuses it, and does not ask again in that session", async () => {
    const refusal = reply(400, { limit: ["Ensure this value is less than or equal to 100."] });
    const { avala, requests } = scripted([refusal, itemsOf(["a"], null), itemsOf(["b"], null)]);
    expect(await uidsOf(listItems(avala, ref, { expected: 5_000 }))).toEqual(["a"]);
    expect(await uidsOf(listItems(avala, ref, { expected: 5_000 }))).toEqual(["b"]);
    expect(requests.map(({ url }) => url.includes("limit"))).toEqual([true, false, false]);
  });

  test("keeps the server's own page where one is enough, or the caller's", async () => {
    const { avala, requests } = scripted([itemsOf(["a"], null), itemsOf(["b"], null)]);
    await uidsOf(listItems(avala, ref, { expected: 100 }));
    await uidsOf(listItems(avala, ref, { expected: 5_000, limit: 2 }));
    expect(requests.map(({ url }) => url.split("?")[1])).toEqual([undefined, "limit=2"]);
  });
});
