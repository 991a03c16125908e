// What outsiders did to growing sets, and how it ends.
import type { Avala } from "../../../src/api/connection";
import { updateDataset } from "../../../src/api/endpoints/datasets/datasets";
import {
  growingName,
  incrementName,
  nextNumber,
  parseIncrement,
} from "../../../src/operations/grow/increment-name";
import { knownIncrements } from "../../../src/operations/grow/make-increment";
import { sessionWith } from "../../support/session";
import { useGrowingPlace } from "../../support/growing-place";

const place = useGrowingPlace();
const presigns = (calls: readonly string[]): number =>
  calls.filter((call) => call.includes("file-upload-url")).length;

interface Page {
  readonly results: readonly unknown[];
}

/** A session whose replies are others. */
function answering(avala: Avala, change: (route: string, json: Page) => Page): Avala {
  const call: Avala["call"] = async (request) => {
    const reply = await avala.call(request);
    return { ...reply, json: change(request.route, reply.json as Page) };
  };
  return { ...avala, call };
}

function without(json: Page, field: string): Page {
  return JSON.parse(JSON.stringify(json), (name, value: unknown) =>
    name === field ? undefined : value,
  ) as Page;
}

test("a file that was moved stays with its item when another file comes to its old path", async () => {
  await place.start();
  await place.put("a.jpg", "first");
  await place.run();
  place.drop("a.jpg");
  await place.put("b.jpg", "first");
  await place.run();
  await place.put("a.jpg", "another");
  const { calls, result } = await place.run();
  expect(presigns(calls)).toBe(1);
  expect(result.plan.superseded).toEqual([]);
  expect(place.items()).toEqual(["a.jpg", "a.jpg"]);
});

test("a renumbered set is held: every content has its item, whatever path it has now", async () => {
  await place.start();
  for (const name of ["1", "2", "3"]) await place.put(`${name}.jpg`, `frame ${name}`);
  await place.run();
  await place.put("1.jpg", "inserted");
  for (const name of ["1", "2", "3"]) await place.put(`${Number(name) + 1}.jpg`, `frame ${name}`);
  const { calls, result } = await place.run();
  expect(presigns(calls)).toBe(1);
  expect(result.plan.superseded).toEqual([]);
  expect(result.plan.current).toHaveLength(4);
});

test("files of yesterday's folder are not taken for today's of the same names, though no record is there", async () => {
  await place.start();
  for (const name of ["1", "2"]) await place.put(`2026-11-27/${name}.jpg`, `A${name}`);
  await place.run();
  await place.forget();
  for (const name of ["1", "2"]) {
    place.drop(`2026-11-27/${name}.jpg`);
    await place.put(`2026-11-28/${name}.jpg`, `B${name}`);
  }
  const { result } = await place.run();
  expect(result.plan.unverified).toEqual([]);
  expect(place.items()).toEqual([
    "2026-11-27/1.jpg",
    "2026-11-27/2.jpg",
    "2026-11-28/1.jpg",
    "2026-11-28/2.jpg",
  ]);
  expect(result.plan.superseded).toMatchObject([
    { path: "2026-11-27/1.jpg", why: "gone" },
    { path: "2026-11-27/2.jpg", why: "gone" },
  ]);
});

test("a set of another data type is another set, whose datasets are made", async () => {
  await place.start();
  await place.put("a.tif", "MM\0*");
  await place.run({ dataset: { dataType: "image" } });
  const { result } = await place.run({ dataset: { dataType: "image_3d" } });
  expect(result.outcome).toBe("uploaded");
  expect(place.emulator.datasets().map(({ dataType }) => dataType)).toEqual(["image", "image_3d"]);
  const again = await place.run({ dataset: { dataType: "image_3d" } });
  expect(again.result.outcome).toBe("unchanged");
  expect(again.result.increments).toHaveLength(1);
});

test("a public dataset of another owner does not hold what this owner declares, though a state knows it", async () => {
  await place.start();
  await place.put("a.jpg", "one");
  const first = await place.run();
  const [made] = first.result.increments;
  const { ownerName: owner = "", slug = "" } = made?.dataset ?? {};
  const { avala } = sessionWith(place.emulator);
  await updateDataset(avala, { owner, slug }, { visibility: "public" });
  const key = `avk_${"b".repeat(32)}`;
  place.emulator.addKey({ key, username: "other", organizations: ["other-org"] });
  const other = sessionWith(place.emulator, { apiKey: key }).avala;
  const known = knownIncrements(first.result.increments);
  const { calls } = await place.run({
    ...{ avala: other, machine: "other", options: { known } },
  });
  expect(presigns(calls)).toBe(1);
});

test("a number of six nines does not end the set: what comes next is still an increment", () => {
  const set = growingName("set-{increment}");
  const { name, slug } = incrementName(set, nextNumber([999_999]), "a".repeat(64));
  expect(parseIncrement(set, { name, slug })).toMatchObject({ shortDigest: "a".repeat(12) });
});

test("an entry of the list that can't be read ends the run before a byte is sent", async () => {
  await place.start();
  await place.put("a.jpg", "one");
  await place.run();
  await place.forget();
  await place.put("b.jpg", "two");
  const { avala } = sessionWith(place.emulator);
  const withoutUids = answering(avala, (route, json) =>
    route === "GET /datasets/" ? without(json, "uid") : json,
  );
  await expect(place.run({ avala: withoutUids })).rejects.toMatchObject({ code: "bad_reply" });
  expect(place.items()).toEqual(["a.jpg"]);
});

test("items that are listed short of their count are not taken for all of them", async () => {
  await place.start();
  for (const name of ["a", "b"]) await place.put(`x/${name}.jpg`, name);
  await place.put("x/c.jpg", "c");
  await place.run();
  await place.forget();
  place.drop("x/c.jpg");
  await place.put("x/d.jpg", "d");
  const { avala } = sessionWith(place.emulator);
  const cut = answering(avala, (route, json) =>
    route.includes("/items/") ? { ...json, results: json.results.slice(0, 1) } : json,
  );
  await expect(place.run({ avala: cut })).rejects.toMatchObject({ code: "dataset" });
  expect(place.items()).toEqual(["x/a.jpg", "x/b.jpg", "x/c.jpg"]);
});

test("a look changes nothing: after it the run comes to the same increment", async () => {
  await place.start();
  await place.put("a.jpg", "one");
  await place.run();
  await place.put("b.jpg", "two");
  await place.run();
  await place.deleteByHand(2);
  const looked = await place.decide();
  const { decision } = await place.run();
  expect(decision.next).toEqual(looked.next);
  expect(decision.deleted).toHaveLength(1);
  expect(decision.next?.number).toBe(3);
  expect((await place.run()).decision.deleted).toEqual([]);
});
