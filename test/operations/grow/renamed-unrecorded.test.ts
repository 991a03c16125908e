// Files that were renamed, in a run that has no record of what was sent, as on a hosted runner without a cache: their items, with
// the annotations, stay current where the store shows the content.
import { decideGrowth } from "../../../src/operations/grow/decide-growth";
import { systemDisk, type Disk } from "../../../src/flow/disk/disk";
import { useGrowingPlace, type Grown } from "../../support/growing-place";
import { sessionWith, type Session } from "../../support/session";

const place = useGrowingPlace();
const LIST = "GET /datasets/";

const warnings = ({ events }: Pick<Session, "events">): readonly string[] =>
  events.flatMap((event) => (event.kind === "warning" ? event.text : []));
const pathsOf = (files: readonly { readonly path: string }[]): string[] =>
  files.map(({ path }) => path).sort();

type Texts = Readonly<Record<string, string>>;

async function putAll(texts: Texts): Promise<void> {
  for (const [path, text] of Object.entries(texts)) await place.put(path, text);
}

/** On the day before. */
async function grown(texts: Texts, options: Parameters<typeof place.start>[0] = {}): Promise<void> {
  await place.start({ ingestMs: 0, ...options });
  await putAll(texts);
  await place.run();
  await place.forget();
}

const PHOTOS = { "cats/cat.jpg": "a cat", "space/hubble.jpg": "hubble", "space/rocket.jpg": "up" };

async function renameFolder(): Promise<void> {
  await place.move("space/hubble.jpg", "astronomy/hubble.jpg", "hubble");
  await place.move("space/rocket.jpg", "astronomy/rocket.jpg", "up");
}

const MOVED = [
  { path: "space/hubble.jpg", to: "astronomy/hubble.jpg" },
  { path: "space/rocket.jpg", to: "astronomy/rocket.jpg" },
];

/** How often the store was asked for a byte of an item. */
const looks = (): number =>
  place.emulator.requests().filter(({ route }) => route.includes("GetObject")).length;

const sends = ({ calls }: Grown): string[] => calls.filter((call) => call.startsWith("POST"));

/** Paths of the files that are read from now on. */
function readingDisk(): { readonly disk: Disk; readonly read: () => readonly string[] } {
  const read = new Set<string>();
  const seen = (path: string): string => {
    read.add(path.slice(path.indexOf("/files/") + "/files/".length));
    return path;
  };
  const disk: Disk = {
    ...systemDisk,
    readWhole: (path, sizeBytes) => systemDisk.readWhole(seen(path), sizeBytes),
    openToRead: (path) => systemDisk.openToRead(seen(path)),
  };
  return { disk, read: () => [...read].filter((path) => /\.jpg$/.test(path)).sort() };
}

describe("a folder that was renamed", () => {
  test("is not sent again, and its items are current", async () => {
    await grown(PHOTOS);
    await renameFolder();
    const run = await place.run();
    expect(run.result).toMatchObject({ outcome: "unchanged", plan: { superseded: [] } });
    expect(run.result.plan.moved).toMatchObject(MOVED);
    expect(run.result.plan.current).toMatchObject([
      { path: "astronomy/hubble.jpg", itemPath: "space/hubble.jpg" },
      { path: "astronomy/rocket.jpg", itemPath: "space/rocket.jpg" },
      { path: "cats/cat.jpg", itemPath: "cats/cat.jpg" },
    ]);
    expect(sends(run)).toEqual([]);
    // It is on record from then on.
    const quiet = await place.run();
    expect(quiet.calls).toEqual([LIST]);
    expect(quiet.result.plan).toEqual(run.result.plan);
  });

  test("costs no more calls than one that was not, and a look at each item", async () => {
    await grown(PHOTOS);
    const before = looks();
    const quiet = await place.run();
    const quietLooks = looks() - before;
    await place.forget();
    await renameFolder();
    const run = await place.run();
    expect(run.calls).toEqual(quiet.calls);
    expect(looks() - before - quietLooks).toBe(3);
  });

  test("with all others of the set is not sent again", async () => {
    await grown(PHOTOS);
    for (const [path, text] of Object.entries(PHOTOS))
      await place.move(path, `photos/${path}`, text);
    const run = await place.run();
    expect(run.result).toMatchObject({ outcome: "unchanged", plan: { superseded: [] } });
    expect(run.result.plan.moved).toHaveLength(3);
  });

  test("is the same to a preview, which waits for nothing", async () => {
    await grown(PHOTOS);
    await renameFolder();
    const preview = await place.decide({
      machine: "laptop",
      options: { waitMs: () => "preview" },
    });
    expect(preview.next).toBeUndefined();
    expect((await place.run()).decision.plan).toEqual(preview.plan);
  });

  test("beside new files: those alone are sent, also after a kill", async () => {
    await grown(PHOTOS);
    await renameFolder();
    await place.put("cats/kitten.jpg", "kitten");
    const killed = await place.decide();
    expect(pathsOf(killed.plan.toSend)).toEqual(["cats/kitten.jpg"]);
    const again = await place.run();
    expect(again.decision.next).toEqual(killed.next);
    await place.forget();
    const later = await place.run();
    expect(later.result).toMatchObject({ outcome: "unchanged", plan: { superseded: [] } });
    expect(later.result.plan.moved).toMatchObject(MOVED);
    expect(place.items()).toEqual([...Object.keys(PHOTOS), "cats/kitten.jpg"].sort());
  });

  test("beside new files, for two runs at once: each content is an item once", async () => {
    await grown(PHOTOS);
    await renameFolder();
    await place.put("cats/kitten.jpg", "kitten");
    const runs = await Promise.all(["one", "two"].map((machine) => place.run({ machine })));
    for (const { result } of runs) {
      expect(result.plan.moved).toMatchObject(MOVED);
      expect(result.plan.superseded).toEqual([]);
    }
    expect(place.items()).toEqual([...Object.keys(PHOTOS), "cats/kitten.jpg"].sort());
  });
});

describe("items of the same content", () => {
  test("stand for one file each, the same ones on each machine", async () => {
    await grown({ "a/1.jpg": "same", "a/2.jpg": "same", "b.jpg": "other" });
    for (const path of ["a/1.jpg", "a/2.jpg"]) place.drop(path);
    await putAll({ "c/1.jpg": "same", "c/2.jpg": "same", "c/3.jpg": "same" });
    const plans = [
      (await place.decide({ machine: "one" })).plan,
      (await place.decide({ machine: "two" })).plan,
    ];
    for (const plan of plans) {
      expect(plan.moved).toMatchObject([
        { path: "a/1.jpg", to: "c/1.jpg" },
        { path: "a/2.jpg", to: "c/2.jpg" },
      ]);
      expect(pathsOf(plan.toSend)).toEqual(["c/3.jpg"]);
    }
  });

  test("are left to the files at their own paths", async () => {
    await grown({ "a.jpg": "same", "b.jpg": "other" });
    await place.put("copy.jpg", "same");
    const { decision } = await place.run();
    expect(pathsOf(decision.plan.toSend)).toEqual(["copy.jpg"]);
    expect(pathsOf(decision.plan.current)).toEqual(["a.jpg", "b.jpg"]);
  });

  test("are found at another path where their own has other content now, as with a record", async () => {
    await grown({ "0.jpg": "stays", "1.jpg": "first", "2.jpg": "second", "3.jpg": "third" });
    await putAll({ "1.jpg": "new one", "2.jpg": "first", "3.jpg": "second", "4.jpg": "third" });
    const { decision } = await place.run();
    expect(pathsOf(decision.plan.toSend)).toEqual(["1.jpg"]);
    expect(decision.plan.moved).toMatchObject([
      { path: "1.jpg", to: "2.jpg" },
      { path: "2.jpg", to: "3.jpg" },
      { path: "3.jpg", to: "4.jpg" },
    ]);
  });

  test("are not taken from files that were only left for a later run, and new ones wait for these", async () => {
    await grown(PHOTOS);
    await renameFolder();
    await place.put("astronomy/new.jpg", "new");
    const target = place.target({ postponed: ["space"] });
    const { avala } = sessionWith(place.emulator);
    const { plan } = await decideGrowth(avala, target, place.options());
    expect(pathsOf(plan.unverified)).toEqual(["astronomy/hubble.jpg", "astronomy/rocket.jpg"]);
    expect(pathsOf(plan.toSend)).toEqual(["astronomy/new.jpg"]);
    expect(plan.postponed).toHaveLength(2);
  });
});

describe("what it costs", () => {
  test("only files of the size of an item that is left are read", async () => {
    await grown(PHOTOS);
    place.drop("space/hubble.jpg");
    await putAll({ "new/longer.jpg": "a longer one", "new/six.jpg": "others" });
    const { disk, read } = readingDisk();
    const { avala } = sessionWith(place.emulator);
    const { plan } = await place.decide({ avala: { ...avala, disk } });
    // Those that are held are read to be compared.
    expect(read()).toEqual(["cats/cat.jpg", "new/six.jpg", "space/rocket.jpg"]);
    expect(pathsOf(plan.toSend)).toEqual(["new/longer.jpg", "new/six.jpg"]);
  });

  test("no item that is left is asked for where no file is new", async () => {
    await grown(PHOTOS);
    place.drop("space/hubble.jpg");
    const before = looks();
    await place.run();
    expect(looks() - before).toBe(2);
  });
});

describe("a file that came back under another name after its item was found to be gone", () => {
  test("is recognized by the next run with new files", async () => {
    await grown(PHOTOS);
    place.drop("space/hubble.jpg");
    await place.run();
    await place.put("astronomy/hubble.jpg", "hubble");
    const { decision } = await place.run();
    expect(decision.plan).toMatchObject({ toSend: [], moved: [MOVED[0]] });
  });

  test("costs one look at what is gone, however often files come", async () => {
    await grown(PHOTOS);
    place.drop("space/hubble.jpg");
    await place.run();
    const items: number[] = [];
    for (const name of ["others", "tigers", "zebras"]) {
      await place.put(`${name}.jpg`, name);
      const { calls, decision } = await place.run();
      expect(pathsOf(decision.plan.toSend)).toEqual([`${name}.jpg`]);
      // One is of the increment that was made.
      items.push(calls.filter((call) => call.endsWith("/items/")).length - 1);
    }
    expect(items).toEqual([1, 0, 0]);
    await place.put("astronomy/hubble.jpg", "hubble");
    expect((await place.run()).decision.plan.toSend).toEqual([]);
  });
});

test("a record that does not say what an item was is enough where items can't be listed by paths", async () => {
  await place.start({ dialect: { itemKeys: "uuid" }, ingestMs: 0 });
  await putAll({ "a.jpg": "one", "b.jpg": "two" });
  const { result } = await place.run();
  const known = result.increments.map(({ dataset: { uid, name }, entries, ...numbered }) => {
    const [first, second] = entries;
    const some = [...(first ? [first] : []), { path: second?.path ?? "" }];
    return { uid, name, ...numbered, entries: some };
  });
  await place.move("b.jpg", "c.jpg", "two");
  const { avala, events } = sessionWith(place.emulator);
  const { decision } = await place.run({ avala, options: { known } });
  expect(pathsOf(decision.plan.toSend)).toEqual(["c.jpg"]);
  expect(pathsOf(decision.plan.current)).toEqual(["a.jpg"]);
  expect(warnings({ events }).join()).toContain("renamed");
});

describe("a store without MD5s", () => {
  const warningsOf = async (): Promise<readonly string[]> => {
    const { avala, events } = sessionWith(place.emulator);
    await place.run({ avala });
    return warnings({ events }).filter((text) => text.includes("renamed"));
  };

  test("has the files sent, and a warning says what that means", async () => {
    await grown(PHOTOS, { etag: "opaque" });
    await renameFolder();
    const { avala, events } = sessionWith(place.emulator);
    const { decision } = await place.run({ avala });
    expect(pathsOf(decision.plan.toSend)).toEqual(["astronomy/hubble.jpg", "astronomy/rocket.jpg"]);
    expect(pathsOf(decision.plan.superseded)).toEqual(["space/hubble.jpg", "space/rocket.jpg"]);
    const [text, ...more] = warnings({ events }).filter((one) => one.includes("renamed"));
    expect(more).toEqual([]);
    expect(text).toContain("of the growing set set, whose");
    expect(text).toContain("2 items");
    expect(text).toContain("space/hubble.jpg");
    expect(text).toMatch(/annotations stay on the old items/);
    expect(text).toMatch(/AVALA_STATE_DIR.*docs\/action\.md#caching/);
  });

  test("has no warning where no file is new, or none is gone", async () => {
    await grown(PHOTOS, { etag: "opaque" });
    place.drop("space/rocket.jpg");
    expect(await warningsOf()).toEqual([]);
    await place.put("space/rocket.jpg", "up");
    await place.put("new.jpg", "new");
    await place.forget();
    expect(await warningsOf()).toEqual([]);
  });

  test("has no warning with a record", async () => {
    await place.start({ etag: "opaque", ingestMs: 0 });
    await putAll(PHOTOS);
    await place.run();
    place.drop("space/rocket.jpg");
    await place.put("new.jpg", "no");
    expect(await warningsOf()).toEqual([]);
  });
});

test("a store that has shown MD5s has no warning of files that are gone beside new ones", async () => {
  await grown(PHOTOS);
  place.drop("space/hubble.jpg");
  await putAll({ "new/longer.jpg": "a longer one", "new/six.jpg": "others" });
  const { avala, events } = sessionWith(place.emulator);
  await place.run({ avala });
  expect(warnings({ events })).toEqual([]);
});
