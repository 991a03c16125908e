// What a run without a record calls the items of a set: by the names that Avala has for them, whatever declared files end in these.
import { useGrowingPlace } from "../../support/growing-place";
import { sessionWith } from "../../support/session";

const place = useGrowingPlace();

type Texts = Readonly<Record<string, string>>;

/** Each time an increment, without a record afterwards. */
async function grown(etag: "md5" | "opaque", ...days: readonly Texts[]): Promise<void> {
  await place.start({ ingestMs: 0, etag });
  for (const texts of days) {
    for (const [path, text] of Object.entries(texts)) await place.put(path, text);
    await place.run();
  }
  await place.forget();
}

async function run() {
  const { avala, events } = sessionWith(place.emulator);
  const { result, decision } = await place.run({ avala });
  const warnings = events.flatMap((event) => (event.kind === "warning" ? event.text : []));
  return { plan: result.plan, sent: pathsOf(decision.plan.toSend), warnings };
}

const pathsOf = (files: readonly { readonly path: string }[]): readonly string[] =>
  files.map(({ path }) => path);

/** Two files of the set, and a new one. */
async function movedIntoFolder(etag: "md5" | "opaque"): Promise<void> {
  await grown(etag, { "1.jpg": "one", "2.jpg": "two" });
  await place.move("1.jpg", "photos/1.jpg", "one");
  await place.move("2.jpg", "photos/2.jpg", "two");
  await place.put("photos/3.jpg", "three");
}

test("files that were moved into a folder have items of their old names", async () => {
  await movedIntoFolder("md5");
  const { plan, sent } = await run();
  expect(sent).toEqual(["photos/3.jpg"]);
  expect(plan.superseded).toEqual([]);
  const moved = [1, 2].map((n) => ({ path: `${n}.jpg`, to: `photos/${n}.jpg` }));
  expect(plan.moved).toMatchObject(moved);
  const names = plan.current.map(({ itemPath }) => itemPath);
  expect(names).toEqual(["1.jpg", "2.jpg", "photos/3.jpg"]);
  const again = await place.run();
  expect(again.calls).toEqual(["GET /datasets/"]);
  expect(again.result.plan).toEqual(plan);
});

test("files that were moved into a folder are unverified where storage shows nothing", async () => {
  await movedIntoFolder("opaque");
  const { plan, sent } = await run();
  expect(sent).toEqual(["photos/3.jpg"]);
  expect(plan.superseded).toEqual([]);
  expect(pathsOf(plan.unverified)).toEqual(["photos/1.jpg", "photos/2.jpg"]);
  expect((await run()).plan).toEqual(plan);
});

test("an item whose name ends in that of another file is named as it is", async () => {
  await grown("md5", { "2026/cover.jpg": "old cover" });
  await place.move("2026/cover.jpg", "2026/b.jpg", "old cover");
  await place.put("cover.jpg", "new one");
  const { plan, sent } = await run();
  expect(sent).toEqual(["cover.jpg"]);
  expect(plan.moved).toMatchObject([{ path: "2026/cover.jpg", to: "2026/b.jpg" }]);
});

test("an item whose name is another spelling of a file's is named as it is", async () => {
  await grown("md5", { "A.jpg": "old", "b.jpg": "beside it" });
  place.drop("A.jpg");
  await place.put("a.jpg", "another");
  const { plan, sent } = await run();
  expect(sent).toEqual(["a.jpg"]);
  expect(plan.superseded).toMatchObject([{ path: "A.jpg" }]);
});

describe("where a key of one increment shows that keys are whole paths", () => {
  test("no item of another one is a file that only ends in its key", async () => {
    await grown("md5", { "1.jpg": "one" }, { "train/1.jpg": "one" });
    await place.move("1.jpg", "val/9.jpg", "one");
    const { plan, sent } = await run();
    expect(sent).toEqual([]);
    expect(plan.moved).toMatchObject([{ path: "1.jpg", to: "val/9.jpg" }]);
  });

  test("an item of which storage shows nothing is gone, and a warning says what that means", async () => {
    await grown("opaque", { "1.jpg": "one" }, { "train/1.jpg": "second" });
    await place.move("1.jpg", "val/9.jpg", "one");
    const { plan, sent, warnings } = await run();
    expect(sent).toEqual(["val/9.jpg"]);
    expect(plan.superseded).toMatchObject([{ path: "1.jpg", why: "gone" }]);
    expect(warnings.join()).toMatch(/could not be compared with 1 new file: 1\.jpg/);
  });

  test.each(["md5", "opaque"] as const)(
    "it keeps no new files of its name back, ETags being %s",
    async (etag) => {
      await grown(etag, { "1.jpg": "a1" }, { "d1/x.jpg": "b1" });
      place.drop("1.jpg");
      const fresh = ["d2/1.jpg", "d3/1.jpg", "d4/1.jpg"];
      for (const [index, path] of fresh.entries()) await place.put(path, `c${index}`);
      const { plan, sent } = await run();
      expect(sent).toEqual(fresh);
      expect(plan.unverified).toEqual([]);
    },
  );
});
