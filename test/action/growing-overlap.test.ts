// Two steps that grow one set at once, on two runners, of which the later one's files are partly the other's.
import { readFileSync } from "node:fs";
import type { Clock } from "../../src/flow/clock";
import { useActionPlace } from "../support/action-place";
import type { Recorded } from "../support/recorded-action";
import { hurriedClock } from "../support/session";
import { jpeg } from "../support/temp-tree";

const place = useActionPlace({
  "images/cats/one.jpg": jpeg("one"),
  "images/cats/two.jpg": jpeg("two"),
  "images/dogs/three.jpg": jpeg("three"),
});

const PRESIGN = "/datasets/manual-upload/file-upload-url/";
const step = (
  files: string,
  more: { readonly env?: Record<string, string>; readonly clock?: Clock } = {},
) => place.act({ dataset: "pets-{increment}", files }, more);

/** The step, and in its first wait after so many calls of a path another runner's, from beginning to end. */
async function stepAfter(
  files: string,
  other: string,
  path = PRESIGN,
  skip = 0,
): Promise<Recorded> {
  place.emulator.setFault({ on: { path }, skip, reply: { status: 503, body: {} } });
  const before = place.emulator.requests().length;
  const isSending = (): boolean =>
    place.emulator
      .requests()
      .slice(before)
      .filter((request) => request.path === path).length > skip;
  let done: Promise<unknown> | undefined;
  const clock: Clock = {
    ...hurriedClock,
    sleep: async (ms, signal) => {
      const env = { AVALA_STATE_DIR: place.tree.at(".other") };
      if (isSending()) await (done ??= step(other, { env }));
      await hurriedClock.sleep(ms, signal);
    },
  };
  const recorded = await step(files, { clock });
  expect(done).toBeDefined();
  return recorded;
}

const items = (): readonly string[] =>
  place.emulator
    .datasets()
    .flatMap(({ uid }) => place.emulator.items(uid))
    .map(({ key }) => key)
    .sort();

test("adds only what the other one has not, and counts the other's files as there already", async () => {
  const { outputs, warnings } = await stepAfter("images", "images/cats");
  const uids = place.emulator.datasets().map(({ uid }) => uid);
  expect(outputs).toMatchObject({
    outcome: "uploaded",
    "files-uploaded": "1",
    "files-skipped": "2",
    "dataset-uid": uids[1],
    "dataset-uids": JSON.stringify(uids),
  });
  expect(warnings.map(({ text }) => text).join("\n")).toContain(
    "Other runs have added 2 of 3 new files",
  );
  expect(items()).toEqual(["images/cats/one.jpg", "images/cats/two.jpg", "images/dogs/three.jpg"]);
});

test("counts the files of an increment that the other one made just as it is", async () => {
  // After the list by which it decides, and before its first byte.
  const { outputs } = await stepAfter("images", "images", "/datasets/", 1);
  expect(outputs).toMatchObject({
    outcome: "unchanged",
    complete: "true",
    "files-total": "3",
    "files-uploaded": "0",
    "files-skipped": "3",
  });
  expect(place.emulator.datasets()).toHaveLength(1);
});

test("adds nothing where the other one has added all, and more", async () => {
  const { outputs } = await stepAfter("images/cats", "images");
  const uids = place.emulator.datasets().map(({ uid }) => uid);
  expect(outputs).toMatchObject({
    outcome: "unchanged",
    "files-uploaded": "0",
    "files-skipped": "2",
    "dataset-uids": JSON.stringify(uids),
  });
  expect(uids).toHaveLength(1);
});

test("counts what the other one has added of what was to follow a begun increment", async () => {
  const on = { path: PRESIGN };
  place.emulator.setFault({ on, reply: { status: 403 }, skip: 1, times: 0 });
  await place.act({ dataset: "pets-{increment}", files: "images/cats", concurrency: "1" });
  place.emulator.clearFaults();
  const { outputs, warnings } = await stepAfter("images", "images/dogs");
  expect(outputs).toMatchObject({
    outcome: "uploaded",
    complete: "true",
    "files-total": "3",
    "files-uploaded": "1",
    "files-skipped": "2",
  });
  expect(warnings.map(({ text }) => text).join("\n")).toContain(
    "Other runs have added 1 of 1 file that was to follow",
  );
  const report: unknown = JSON.parse(readFileSync(outputs["report"] ?? "", "utf8"));
  expect(report).toMatchObject({ growingSets: [{ held: 1, new: 2 }] });
  expect(items()).toEqual(["images/cats/one.jpg", "images/cats/two.jpg", "images/dogs/three.jpg"]);
});
