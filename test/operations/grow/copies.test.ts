// Which of several files of one content has an item of it: the one that had it before, also if it is at another path by now.
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Avala } from "../../../src/api/connection";
import { AvalaError } from "../../../src/errors";
import { useGrowingPlace, type Grown } from "../../support/growing-place";
import { sessionWith } from "../../support/session";

const place = useGrowingPlace();

/** The number of the dataset that holds each file. */
const heldIn = ({ result }: Grown): Readonly<Record<string, number>> => {
  const numbers = new Map(result.increments.map(({ dataset, number }) => [dataset.uid, number]));
  return Object.fromEntries(
    result.plan.current.map(({ path, datasetUid }) => [path, numbers.get(datasetUid) ?? 0]),
  );
};
const goneOf = ({ result: { plan } }: Grown): string[] =>
  plan.superseded.map(({ path, why }) => `${path} ${why}`);

/** `a.jpg` of the first day is `from` since the second one. */
async function renamedTo(from: string): Promise<void> {
  await place.start({ ingestMs: 0 });
  await place.put("a.jpg", "A");
  await place.put("z.jpg", "Z");
  await place.run();
  await place.move("a.jpg", from, "A");
  expect(heldIn(await place.run())).toEqual({ [from]: 1, "z.jpg": 1 });
}

test("a copy that comes later does not take the item of a file that was renamed", async () => {
  await renamedTo("d.jpg");
  await place.put("b.jpg", "A");
  const copied = await place.run();
  expect(copied.decision.plan.toSend.map(({ path }) => path)).toEqual(["b.jpg"]);
  expect(heldIn(copied)).toEqual({ "b.jpg": 2, "d.jpg": 1, "z.jpg": 1 });
  await place.put("c.jpg", "A");
  expect(heldIn(await place.run())).toMatchObject({ "b.jpg": 2, "c.jpg": 3, "d.jpg": 1 });
  place.drop("b.jpg");
  place.drop("c.jpg");
  const again = await place.run();
  expect(heldIn(again)).toEqual({ "d.jpg": 1, "z.jpg": 1 });
  expect(goneOf(again)).toEqual(["b.jpg gone", "c.jpg gone"]);
});

test("nor that of one that was renamed twice", async () => {
  await renamedTo("c.jpg");
  await place.move("c.jpg", "d.jpg", "A");
  await place.run();
  await place.put("b.jpg", "A");
  await place.put("c.jpg", "A");
  const copied = await place.run();
  expect(heldIn(copied)).toMatchObject({ "b.jpg": 2, "c.jpg": 2, "d.jpg": 1 });
});

test("a copy at the old path of a file that was renamed is a new file", async () => {
  await renamedTo("d.jpg");
  await place.put("a.jpg", "A");
  const copied = await place.run();
  expect(copied.decision.plan.toSend.map(({ path }) => path)).toEqual(["a.jpg"]);
  expect(heldIn(copied)).toEqual({ "a.jpg": 2, "d.jpg": 1, "z.jpg": 1 });
  expect(heldIn(await place.run())).toEqual(heldIn(copied));
});

test("a file that has its old name again keeps its item beside a copy at the name that it had", async () => {
  await renamedTo("d.jpg");
  await place.move("d.jpg", "a.jpg", "A");
  expect(heldIn(await place.run())).toEqual({ "a.jpg": 1, "z.jpg": 1 });
  await place.put("d.jpg", "A");
  expect(heldIn(await place.run())).toEqual({ "a.jpg": 1, "d.jpg": 2, "z.jpg": 1 });
});

test("of several items of one content the oldest is taken, whatever their paths", async () => {
  await place.start({ ingestMs: 0 });
  await place.put("m.jpg", "A");
  await place.run();
  await place.put("b.jpg", "A");
  await place.run();
  place.drop("b.jpg");
  await place.move("m.jpg", "d.jpg", "A");
  const moved = await place.run();
  expect(heldIn(moved)).toEqual({ "d.jpg": 1 });
  expect(goneOf(moved)).toEqual(["b.jpg gone"]);
});

test("a run that only decides does not say where items are", async () => {
  await place.start({ ingestMs: 0 });
  await place.put("a.jpg", "A");
  await place.run();
  await place.move("a.jpg", "d.jpg", "A");
  await place.decide();
  await place.move("d.jpg", "e.jpg", "A");
  await place.run();
  await place.put("d.jpg", "A");
  expect(heldIn(await place.run())).toEqual({ "d.jpg": 2, "e.jpg": 1 });
});

test("a record that can't be read stops nothing", async () => {
  await renamedTo("d.jpg");
  await rm(join(place.stateDirectory, "moves"), { recursive: true });
  expect(heldIn(await place.run())).toEqual({ "d.jpg": 1, "z.jpg": 1 });
});

test.each([
  ["while it sends", "file-upload-url"],
  ["at its confirm", "manual-upload/"],
])("a copy does not take the item of a file whose move a run saw that ended %s", async (_, at) => {
  await place.start({ ingestMs: 0 });
  await place.put("a.jpg", "A");
  await place.run();
  await place.move("a.jpg", "d.jpg", "A");
  await place.put("z.jpg", "Z");
  const { avala } = sessionWith(place.emulator);
  const call: Avala["call"] = async (request) => {
    if (request.route.endsWith(at) || request.route.endsWith(`${at}/`))
      throw new AvalaError("cancelled", "killed");
    return avala.call(request);
  };
  const killed = place.run({ avala: { ...avala, call } });
  await expect(killed).rejects.toMatchObject({ code: "cancelled" });
  await place.put("b.jpg", "A");
  const copied = await place.run();
  expect(copied.decision.plan.toSend.map(({ path }) => path)).toEqual(["b.jpg", "z.jpg"]);
  expect(heldIn(copied)).toMatchObject({ "d.jpg": 1 });
  expect(goneOf(copied)).toEqual([]);
});

test("each move is recorded once, though more is sent in the same run", async () => {
  await renamedTo("d.jpg");
  await place.move("d.jpg", "e.jpg", "A");
  await place.put("y.jpg", "Y");
  await place.run();
  await place.put("x.jpg", "X");
  await place.run();
  const folder = join(place.stateDirectory, "moves");
  const [name = ""] = await readdir(folder);
  const lines = (await readFile(join(folder, name), "utf8")).split("\n").filter(Boolean);
  expect(lines).toHaveLength(2);
});
