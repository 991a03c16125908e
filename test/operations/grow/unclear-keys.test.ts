// Keys that are names without folders, URLs that show no folders either, and no record of what was sent: of files that share a name
// only what storage shows of the contents says which item is which.
import { currentJson } from "../../../src/operations/grow/current-json";
import type { GrowthPlan } from "../../../src/operations/grow/growth-plan";
import { useGrowingPlace } from "../../support/growing-place";
import { sessionWith } from "../../support/session";
import { changeReplies } from "../../support/store-replies";

const place = useGrowingPlace();

type Texts = Readonly<Record<string, string>>;

const PETS = { "cats/1.jpg": "a cat", "dogs/1.jpg": "a dog", "dogs/2.jpg": "two dogs" };

async function grown(texts: Texts, etag: "md5" | "opaque" = "md5"): Promise<void> {
  const dialect = { itemKeys: "baseName", itemUrls: "unnamed" } as const;
  await place.start({ ingestMs: 0, dialect, etag });
  for (const [path, text] of Object.entries(texts)) await place.put(path, text);
  await place.run();
  await place.forget();
}

const pathsOf = (files: readonly { readonly path: string }[]): string[] =>
  files.map(({ path }) => path);

/** @param silentOf the size of the item that the store does not show */
async function run(silentOf?: number) {
  const { avala, events } = sessionWith(place.emulator);
  changeReplies(avala, ({ sizeBytes }) => (sizeBytes === silentOf ? { status: 503 } : {}));
  const { decision, result } = await place.run({ avala });
  const warnings = events.flatMap((event) => (event.kind === "warning" ? event.text : []));
  return { plan: decision.plan, result, warnings };
}

/** How many entries `current.json` has: of each item one. */
function entriesIn(plan: GrowthPlan): number {
  const text = [...currentJson([{ name: "set-{increment}", datasetUids: [], plan }])].join("");
  return text.match(/"datasetUid":/g)?.length ?? 0;
}

test("files of one name are told apart by their contents", async () => {
  await grown(PETS);
  await place.put("birds/1.jpg", "a bird");
  const { plan, warnings } = await run();
  expect(pathsOf(plan.toSend)).toEqual(["birds/1.jpg"]);
  expect(pathsOf(plan.current)).toEqual(Object.keys(PETS));
  expect(plan).toMatchObject({ superseded: [], unverified: [], moved: [] });
  expect(warnings).toEqual([]);
});

test("one that was given another name is not sent again", async () => {
  await grown(PETS);
  await place.move("cats/1.jpg", "cats/one.jpg", "a cat");
  const { plan, result } = await run();
  expect(result.outcome).toBe("unchanged");
  expect(plan).toMatchObject({ toSend: [], superseded: [], unverified: [] });
  const moved = [{ path: "1.jpg", to: "cats/one.jpg" }];
  expect(plan.moved).toMatchObject(moved);
  expect(entriesIn({ ...plan, moved: [] })).toBe(3);
  expect(pathsOf(plan.current)).toEqual(["cats/one.jpg", "dogs/1.jpg", "dogs/2.jpg"]);
  // It is on record from then on.
  const quiet = await place.run();
  expect(quiet.calls).toEqual(["GET /datasets/"]);
  expect(quiet.decision.plan).toEqual(plan);
});

test("folders that are numbered anew are recognized, and the new files alone are sent", async () => {
  const folders = ["cats", "dogs"];
  const contents = folders.flatMap((folder) => [1, 2, 3].map((n) => [folder, n] as const));
  await grown(Object.fromEntries(contents.map(([of, n]) => [`${of}/${n}.jpg`, `${of} ${n}`])));
  for (const [of, n] of contents) await place.put(`${of}/${n + 1}.jpg`, `${of} ${n}`);
  for (const of of folders) await place.put(`${of}/1.jpg`, `${of} new`);
  const { plan } = await run();
  expect(pathsOf(plan.toSend)).toEqual(["cats/1.jpg", "dogs/1.jpg"]);
  expect(plan).toMatchObject({ superseded: [], unverified: [] });
  const later = await place.run();
  expect(later.calls).toEqual(["GET /datasets/"]);
  expect(later.result).toMatchObject({ outcome: "unchanged", plan: { superseded: [] } });
});

test("one that has changed is sent, and its old item is superseded", async () => {
  await grown(PETS);
  await place.put("cats/1.jpg", "no dog");
  const { plan, warnings } = await run();
  expect(pathsOf(plan.toSend)).toEqual(["cats/1.jpg"]);
  expect(pathsOf(plan.current)).toEqual(["dogs/1.jpg", "dogs/2.jpg"]);
  expect(plan.superseded).toMatchObject([{ path: "1.jpg", why: "gone" }]);
  expect(warnings).toEqual([]);
});

test("several of one content stand for one file each, in whatever increments they are", async () => {
  await grown({ "cats/1.jpg": "same", "dogs/1.jpg": "same", "dogs/2.jpg": "two dogs" });
  await place.put("birds/1.jpg", "same");
  await place.run();
  await place.forget();
  const { plan } = await run();
  expect(plan).toMatchObject({ toSend: [], superseded: [], unverified: [] });
  expect(pathsOf(plan.current)).toEqual(["birds/1.jpg", "cats/1.jpg", "dogs/1.jpg", "dogs/2.jpg"]);
});

test("a name that is also the path of a file in no folder is any of these", async () => {
  await grown({ "1.jpg": "none", "cats/1.jpg": "a cat", "dogs/1.jpg": "a dog" });
  await place.put("dogs/2.jpg", "two dogs");
  const { plan } = await run();
  expect(pathsOf(plan.toSend)).toEqual(["dogs/2.jpg"]);
  expect(plan.current.map(({ path, itemPath }) => [path, itemPath])).toEqual([
    ["1.jpg", "1.jpg"],
    ["cats/1.jpg", "cats/1.jpg"],
    ["dogs/1.jpg", "dogs/1.jpg"],
  ]);
});

describe("where storage shows no MD5s", () => {
  test("none is sent that an item may be, and no item is superseded", async () => {
    await grown({ "cats/1.jpg": "a cat", "dogs/1.jpg": "a dog" }, "opaque");
    await place.put("birds/1.jpg", "bird?");
    const { plan, warnings } = await run();
    expect(plan).toMatchObject({ toSend: [], current: [], superseded: [] });
    expect(pathsOf(plan.unverified)).toEqual(["birds/1.jpg", "cats/1.jpg", "dogs/1.jpg"]);
    expect(warnings).toEqual([expect.stringMatching(/2 items .*annotations stay on the old/)]);
  });

  test("one that was given another name is sent again, which a warning says", async () => {
    await grown(PETS, "opaque");
    await place.move("cats/1.jpg", "cats/one.jpg", "a cat");
    const { plan, warnings } = await run();
    expect(pathsOf(plan.toSend)).toEqual(["cats/one.jpg"]);
    expect(plan.superseded).toEqual([]);
    expect(pathsOf(plan.unverified)).toEqual(["dogs/1.jpg", "dogs/2.jpg"]);
    expect(pathsOf(plan.postponed)).toEqual(["1.jpg"]);
    expect(entriesIn(plan)).toBe(3);
    expect(warnings.join()).toMatch(/another name is sent as a new item.*annotations/);
  });
});

test("an item that its store does not show stays as it is, until it does", async () => {
  await grown({ "cats/1.jpg": "a cat", "dogs/2.jpg": "two dogs" });
  await place.put("dogs/1.jpg", "a dog");
  const { plan, warnings } = await run("a cat".length);
  expect(plan).toMatchObject({ toSend: [], superseded: [] });
  expect(pathsOf(plan.unverified)).toEqual(["cats/1.jpg", "dogs/1.jpg"]);
  expect(pathsOf(plan.current)).toEqual(["dogs/2.jpg"]);
  expect(warnings.join()).toMatch(/1 item .* has a key .*cats\/1\.jpg or dogs\/1\.jpg/);
  const later = await run();
  expect(pathsOf(later.plan.current)).toEqual(["cats/1.jpg", "dogs/2.jpg"]);
  expect(pathsOf(later.plan.toSend)).toEqual(["dogs/1.jpg"]);
});
