// Lists that are searched for one thing: what can't be read of another must not stop the search.
import { listDatasets, searchDatasets } from "../../src/api/endpoints/datasets/datasets";
import { listExports } from "../../src/api/endpoints/exports";
import { reply, scripted } from "../support/scripted-transport";

async function uidsOf(list: AsyncIterable<{ readonly uid: string }>): Promise<readonly string[]> {
  const uids: string[] = [];
  for await (const { uid } of list) uids.push(uid);
  return uids;
}

const datasets = [
  { uid: "d0", name: "old", slug: null, status: "created" },
  { uid: "d1", name: "cats", slug: "cats", status: "created" },
];

test("a dataset is found beside one that can't be read, with a warning", async () => {
  const { avala, events } = scripted([reply(200, { next: null, results: datasets })]);
  expect(await uidsOf(searchDatasets(avala, "cats"))).toEqual(["d1"]);
  expect(events.filter(({ kind }) => kind === "warning")).toHaveLength(1);
});

test("one of the sought name that can't be read is an error: it may be the one", async () => {
  const broken = { uid: "d2", name: "cats", slug: "cats", item_count: -1 };
  const { avala } = scripted([reply(200, { next: null, results: [broken] })]);
  await expect(uidsOf(searchDatasets(avala, "cats"))).rejects.toMatchObject({
    code: "bad_reply",
    message: expect.stringContaining("item_count") as string,
  });
});

test.each([-1, 1.5])("one's own is found whatever its size of %p counts", async (size) => {
  const own = { ...datasets[1], size_bytes: size, annotations_count: size, project_count: size };
  const { avala } = scripted([reply(200, { next: null, results: [own] })]);
  expect(await uidsOf(searchDatasets(avala, "cats"))).toEqual(["d1"]);
});

test("so is an export", async () => {
  const results = [{ uid: "e0" }, { uid: "e1", status: "requested" }];
  const { avala } = scripted([reply(200, { results })]);
  expect(await uidsOf(listExports(avala, { skipsUnreadable: true }))).toEqual(["e1"]);
});

test("a list for its own sake fails by it", async () => {
  const { avala } = scripted([reply(200, { results: datasets })]);
  await expect(uidsOf(listDatasets(avala))).rejects.toMatchObject({ code: "bad_reply" });
});
