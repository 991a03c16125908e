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

test("so is an export", async () => {
  const results = [{ uid: "e0" }, { uid: "e1", status: "requested" }];
  const { avala } = scripted([reply(200, { results })]);
  expect(await uidsOf(listExports(avala, { skipsUnreadable: true }))).toEqual(["e1"]);
});

test("a list for its own sake fails by it", async () => {
  const { avala } = scripted([reply(200, { results: datasets })]);
  await expect(uidsOf(listDatasets(avala))).rejects.toMatchObject({ code: "bad_reply" });
});
