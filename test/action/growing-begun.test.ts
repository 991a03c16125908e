// Whole runs of a growing set after one that ended early: what it began is finished before all else is sent.
import { readFileSync } from "node:fs";
import { timeByFiles, useActionPlace } from "../support/action-place";
import type { Recorded } from "../support/recorded-action";
import { jpeg } from "../support/temp-tree";

const place = useActionPlace(
  { "images/a.jpg": jpeg("a"), "images/b.jpg": jpeg("b"), "images/c.jpg": jpeg("c") },
  { ingestMs: 10, exportMs: 10 },
);

const act = (inputs: Record<string, string> = {}, more = {}): Promise<Recorded> =>
  place.act({ dataset: "pets-{increment}", files: "images", concurrency: "1", ...inputs }, more);
const read = (path = ""): unknown => JSON.parse(readFileSync(path, "utf8"));
const names = () => place.emulator.datasets().map(({ name }) => name.slice(0, 9));
const presigns = () =>
  place.emulator.requests().filter(({ route }) => route.endsWith("file-upload-url/")).length;

/** Its upload ends when so many files have landed. */
async function ended(files: number, inputs: Record<string, string> = {}): Promise<Recorded> {
  const on = { path: "*/file-upload-url/" };
  place.emulator.setFault({ on, reply: { status: 403 }, skip: files, times: 0 });
  const run = await act(inputs);
  place.emulator.clearFaults();
  expect(run.outputs.outcome).not.toBe("uploaded");
  return run;
}

test("a run that has only the confirm left says that all files had landed", async () => {
  const on = { method: "POST", path: "*/manual-upload/" };
  place.emulator.setFault({ on, reply: { status: 403 }, times: 0 });
  await act();
  place.emulator.clearFaults();
  const { lines } = await act();
  expect(lines.join("\n")).toMatch(/All 3 files had landed before\. Dataset pets-0001-/);
});

describe("after a run that ended early, with a file that is new since", () => {
  beforeEach(async () => {
    await ended(2);
    place.tree.write({ "images/new.jpg": jpeg("new") });
  });

  test("what had landed is not sent again, and both datasets are counted", async () => {
    const before = presigns();
    const run = await act();
    const text = run.lines.join("\n");
    expect(text).toMatch(
      /First, what an interrupted run began is finished as it was: pets-0001-[0-9a-f]{12}, 2 of 3 files landed; then 1 file as pets-0002-[0-9a-f]{12}\./,
    );
    expect(text).toMatch(/To send: 2 files, .*; 2 of 4 files landed in an earlier run\./);
    expect(text).toMatch(/Sent 1 file, .*Dataset pets-0001-.* is created\./);
    expect(text).toMatch(/Sent 1 file, .*Dataset pets-0002-.* is created\./);
    expect(presigns() - before).toBe(2);
    expect(names()).toEqual(["pets-0001", "pets-0002"]);
    const uids = place.emulator.datasets().map(({ uid }) => uid);
    expect(run.outputs).toMatchObject({
      outcome: "uploaded",
      complete: "true",
      "files-uploaded": "2",
      "files-skipped": "2",
      "dataset-uid": uids[1],
      "dataset-uids": JSON.stringify(uids),
    });
    expect(read(run.outputs["report"])).toMatchObject({ growingSets: [{ held: 0, new: 4 }] });
    expect((await act()).outputs).toMatchObject({ outcome: "unchanged", complete: "true" });
  });

  test("a dry run says so", async () => {
    const text = (await act({ "dry-run": "true" })).lines.join("\n");
    expect(text).toMatch(/finished as it was: pets-0001-[0-9a-f]{12}, 2 of 3 files landed; then/);
    expect(text).toContain("It would be 2 files");
    expect(names()).toEqual([]);
  });

  test("a run that ends between the two says what is made, and the next one sends the rest", async () => {
    const run = await ended(1);
    const [made] = place.emulator.datasets();
    expect(run.outputs["dataset-uids"]).toBe(JSON.stringify([made?.uid]));
    expect(run.outputs).toMatchObject({ "files-uploaded": "1", complete: "false" });
    expect((await act()).outputs).toMatchObject({ outcome: "uploaded", "files-uploaded": "1" });
    expect(names()).toEqual(["pets-0001", "pets-0002"]);
  });

  test("a time budget that ends in the second leaves the first in all outputs, and says so", async () => {
    place.tree.write({ "images/new-2.jpg": jpeg("new 2") });
    const run = await act({ "time-budget-minutes": "10" }, { clock: timeByFiles(place) });
    const [made] = place.emulator.datasets();
    expect(names()).toEqual(["pets-0001"]);
    expect(run.warnings.map(({ text }) => text)).toEqual([
      expect.stringMatching(
        /^Dataset pets-0001-[0-9a-f]{12} was made\. The time budget ended before every file of pets-0002-[0-9a-f]{12} was sent: 0 of 2 files have landed\. Nothing of it was confirmed\. The next run tries again\.$/,
      ),
    ]);
    expect(run.outputs).toMatchObject({
      outcome: "partial",
      complete: "false",
      "dataset-uid": made?.uid,
      "dataset-uids": JSON.stringify([made?.uid]),
    });
    expect(read(run.outputs["report"])).toMatchObject({
      datasets: [{ uid: made?.uid, status: "created" }],
      growingSets: [{ held: 0, new: 3, increments: [{ uid: made?.uid }] }],
      rows: [{ state: "created, 3 items; the dataset after it is not made" }],
    });
    expect(read(run.outputs["current"])).toMatchObject({
      sets: [{ datasetUids: [made?.uid], current: [{}, {}, {}], superseded: [] }],
    });
  });

  test("a time budget that ends in the second of three counts that one's files alone", async () => {
    place.tree.write({ "more/p.jpg": jpeg("p"), "more/q.jpg": jpeg("q"), "more/r.jpg": jpeg("r") });
    await ended(1, { files: "more" });
    const inputs = { files: "images\nmore", "time-budget-minutes": "10" };
    const run = await act(inputs, { clock: timeByFiles(place) });
    expect(run.warnings.map(({ text }) => text)).toEqual([
      expect.stringMatching(/every file of pets-0001-[0-9a-f]{12} was sent: 1 of 3 files have/),
    ]);
  });

  test("a plan of it is carried out, also once more after its first dataset is made", async () => {
    const plan = (await act({ "dry-run": "true" })).outputs["plan"] ?? "";
    const on = { path: "*/file-upload-url/" };
    place.emulator.setFault({ on, reply: { status: 403 }, skip: 1, times: 0 });
    expect((await act({ plan })).outputs.outcome).toBe("failed");
    expect(names()).toEqual(["pets-0001"]);
    place.emulator.clearFaults();
    expect((await act({ plan })).outputs).toMatchObject({ outcome: "uploaded" });
    expect(names()).toEqual(["pets-0001", "pets-0002"]);
    expect((await act({ plan })).outputs).toMatchObject({ outcome: "unchanged" });
  });
});

test.each([
  ["with the record of it", "", "elsewhere"],
  ["without it", "elsewhere", ""],
])(
  "a plan made %s is carried out by a job that knows otherwise, also once more",
  async (_how, made, carried) => {
    const env = (folder = "") =>
      folder === "" ? {} : { env: { AVALA_STATE_DIR: place.tree.at(folder) } };
    await ended(2);
    place.tree.write({ "images/new.jpg": jpeg("new") });
    const planned = await act({ "dry-run": "true" }, env(made));
    const plan = planned.outputs["plan"] ?? "";
    const on = { path: "*/file-upload-url/" };
    place.emulator.setFault({ on, reply: { status: 403 }, skip: 1, times: 0 });
    expect((await act({ plan }, env(carried))).outputs.outcome).toBe("failed");
    place.emulator.clearFaults();
    expect((await act({ plan }, env(carried))).outputs).toMatchObject({ outcome: "uploaded" });
    expect((await act({ plan }, env(carried))).outputs).toMatchObject({ outcome: "unchanged" });
  },
);

test("a plan is refused where a dataset came that has a file of other content", async () => {
  const plan = (await act({ "dry-run": "true" })).outputs["plan"] ?? "";
  place.tree.write({ "images/a.jpg": jpeg("a of another machine") });
  expect((await act()).outputs).toMatchObject({ outcome: "uploaded" });
  place.tree.write({ "images/a.jpg": jpeg("a") });
  const run = await act({ plan });
  expect(run.outputs).toMatchObject({ outcome: "invalid" });
  expect(run.text()).toContain("datasets added: 1, removed: 0");
});

test("a changed file has all sent again, with a warning before the first byte that says so", async () => {
  await ended(2);
  place.tree.write({ "images/a.jpg": jpeg("a again") });
  const dry = await act({ "dry-run": "true" });
  const run = await act();
  for (const one of [dry, run])
    expect(one.text()).toMatch(
      /1 file had landed in an interrupted upload as pets-0001-[0-9a-f]{12} and is sent again: images\/a\.jpg has changed since\./,
    );
  expect(run.outputs).toMatchObject({ outcome: "uploaded", "files-uploaded": "3" });
  expect(names()).toEqual(["pets-0001"]);
});
