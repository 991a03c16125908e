// Whole runs of a growing set on an emulator: `{increment}` in `dataset`.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { isPlan } from "../../action/plan/plan-shape";
import { useActionPlace } from "../support/action-place";
import { changesOf } from "../support/json-fields";
import type { Recorded } from "../support/recorded-action";
import { jpeg } from "../support/temp-tree";

const place = useActionPlace(
  {
    "images/cats/one.jpg": jpeg("one"),
    "images/cats/two.jpg": jpeg("two"),
    "images/dogs/three.jpg": jpeg("three"),
    "notes/a.txt": "a note",
  },
  { ingestMs: 10, exportMs: 10 },
);

const growing = { dataset: "pets-{increment}", files: "images" };
const act = (inputs: Record<string, string> = {}): Promise<Recorded> =>
  place.act({ ...growing, ...inputs });
const routes = () =>
  place.emulator
    .requests()
    .filter(({ target }) => target === "api")
    .map(({ method, route }) => `${method} ${route}`);
const names = () => place.emulator.datasets().map(({ name }) => name);
const json = (file: string | undefined): unknown => JSON.parse(readFileSync(file ?? "", "utf8"));
const uids = () => place.emulator.datasets().map(({ uid }) => uid);

interface Current {
  readonly sets: {
    readonly name: string;
    readonly datasetUids: string[];
    readonly current: { path: string; datasetUid: string; itemPath: string }[];
    readonly superseded: { path: string; why: string }[];
  }[];
}

describe("a growing set", () => {
  test("sends what is new, says what it holds, and asks for one list when nothing is new", async () => {
    const first = await act();
    expect(first.outputs).toMatchObject({
      outcome: "uploaded",
      complete: "true",
      "files-uploaded": "3",
      "files-skipped": "0",
      "dataset-uid": uids()[0],
      "dataset-uids": JSON.stringify(uids()),
      unverified: "0",
    });
    place.tree.write({
      "images/cats/four.jpg": jpeg("four"),
      "images/cats/one.jpg": jpeg("one again"),
    });
    const second = await act();
    expect(names().map((name) => name.slice(0, 9))).toEqual(["pets-0001", "pets-0002"]);
    expect(second.outputs).toMatchObject({
      "files-uploaded": "2",
      "files-skipped": "2",
      "dataset-uid": uids()[1],
      "dataset-uids": JSON.stringify(uids()),
    });
    expect(second.lines.join("\n")).toContain("2 held, 2 new, 1 superseded, 0 not compared");
    const [current] = (json(second.outputs.current) as Current).sets;
    expect(current).toMatchObject({
      name: "pets-{increment}",
      datasetUids: uids(),
      superseded: [{ path: "images/cats/one.jpg", datasetUid: uids()[0], why: "changed" }],
    });
    expect(current?.current.map(({ path }) => path)).toHaveLength(4);
    expect(json(second.outputs.report)).toMatchObject({
      growingSets: [{ name: "pets-{increment}", held: 2, new: 2, unverified: [] }],
    });
    expect(second.summaries.join("\n")).toContain(
      "pets-{increment}: 2 datasets, 2 held, 2 new, 1 superseded, 0 not compared",
    );

    const before = routes().length;
    const quiet = await act();
    expect(quiet.outputs).toMatchObject({ outcome: "unchanged", complete: "true" });
    expect(quiet.outputs).toMatchObject({ "dataset-uid": "", "files-skipped": "4" });
    expect(quiet.outputs["dataset-uids"]).toBe(JSON.stringify(uids()));
    expect(routes().slice(before)).toEqual(["GET /datasets/"]);
  });

  test("has the uids of all its datasets in the outputs of a step that waits too long", async () => {
    await place.start({ ingestMs: 60_000, exportMs: 10 });
    const first = await act({ "timeout-minutes": "0.01" });
    expect(first.outputs).toMatchObject({ outcome: "timeout", "dataset-uid": uids()[0] });
    expect(first.outputs["dataset-uids"]).toBe(JSON.stringify(uids()));
  });

  test("has them from the decision on, and the one that was confirmed", async () => {
    await act();
    place.tree.write({ "images/cats/four.jpg": jpeg("four") });
    place.emulator.setFault({ on: { path: "*/file-upload-url/" }, reply: { status: 400 } });
    const refused = await act();
    expect(refused.outputs).toMatchObject({ outcome: "failed", "dataset-uid": "" });
    expect(refused.outputs["dataset-uids"]).toBe(JSON.stringify(uids()));
    expect(refused.outputs["current"]).toBe("");
  });

  test("has an array for each folder when partitioned, also in a step that fails", async () => {
    await place.start({ ingestMs: 60_000, exportMs: 10 });
    const parts = { dataset: "pets-{folder}-{increment}", root: "images", files: "**" };
    const { outputs } = await act({ ...parts, "partition-depth": "1", "timeout-minutes": "0.01" });
    expect(outputs).toMatchObject({ outcome: "timeout" });
    const made = Object.values(parsed(outputs["dataset-uids"]) as Record<string, string[]>);
    expect(made.flat().sort()).toEqual([...uids()].sort());
    expect(made.every((one) => Array.isArray(one))).toBe(true);
  });

  test("exports all of its datasets", async () => {
    await act();
    place.tree.write({ "images/cats/four.jpg": jpeg("four") });
    await act();
    const exported = await act({ "export-datasets": "uploaded" });
    expect(exported.outputs.outcome).toBe("exported");
    expect(place.emulator.exports()[0]?.datasets).toEqual(uids());
  });

  test("is one for each folder, found by one list", async () => {
    const parts = {
      dataset: "pets-{folder}-{increment}",
      root: "images",
      files: "**",
      "partition-depth": "1",
    };
    const first = await act(parts);
    expect(names().map((name) => name.replace(/[0-9a-f]{12}$/, ""))).toEqual([
      "pets-cats-0001-",
      "pets-dogs-0001-",
    ]);
    expect(parsed(first.outputs["dataset-uids"])).toEqual({ cats: [uids()[0]], dogs: [uids()[1]] });
    place.tree.write({ "images/dogs/five.jpg": jpeg("five") });
    const before = routes().length;
    const second = await act(parts);
    expect(parsed(second.outputs["dataset-uids"])).toEqual({
      cats: [uids()[0]],
      dogs: [uids()[1], uids()[2]],
    });
    const made = routes().slice(before);
    expect(made.filter((route) => route.includes("file-upload-url"))).toHaveLength(1);
    // One for both folders; then a look before the first byte and one before the confirm.
    expect(made.filter((route) => route === "GET /datasets/")).toHaveLength(3);
  });

  test("says what it could not compare, and opens no gate by it", async () => {
    await place.start({ etag: "opaque" });
    await act();
    rmSync(place.tree.at(".state"), { recursive: true });
    place.tree.write({ "images/cats/one.jpg": jpeg("ONE") });
    const again = await act();
    expect(again.outputs).toMatchObject({
      outcome: "unverified",
      unverified: "3",
      complete: "false",
    });
    expect(again.warnings.map(({ text }) => text).join("\n")).toContain("AVALA_STATE_DIR");
    const gated = await act({ "export-datasets": "uploaded" });
    expect(gated.outputs).toMatchObject({ outcome: "gate_closed" });
    expect(place.emulator.exports()).toEqual([]);
  });

  test.each([
    [{ dataset: "pets-{increment}-{digest}" }, /use one of them/],
    [{ dataset: "pets{increment}" }, /dash/],
    [{ dataset: "pets-{increment}", slug: "pets" }, /slug/],
    [{ dataset: "pets-{digest}", slug: "pets-{increment}" }, /only if dataset contains it/],
    [{ dataset: "pets-{increment}", "if-dataset-exists": "fail" }, /if-dataset-exists/],
    [{ dataset: "pets-{folder}-{increment}" }, /partition-depth/],
    [{ files: "images\nnotes/a.txt" }, /growing set can't hold/],
  ])("%j is refused", async (inputs, text) => {
    const { outputs, errors } = await act(inputs);
    expect(outputs.outcome).toBe("invalid");
    expect(errors.join("\n")).toMatch(text);
    expect(routes()).toEqual([]);
  });
});

function parsed(text: string | undefined): unknown {
  return JSON.parse(text ?? "");
}

describe("the plan of a growing set", () => {
  const plan = (inputs: Record<string, string> = {}) => act({ ...inputs, "dry-run": "true" });

  test("says what would be made, and what the set has", async () => {
    await act();
    place.tree.write({
      "images/cats/four.jpg": jpeg("four"),
      "images/cats/one.jpg": jpeg("one again"),
    });
    const planned = await plan();
    const written = json(planned.outputs.plan);
    expect(isPlan(written)).toBe(true);
    expect(written).toMatchObject({
      datasets: [
        {
          name: expect.stringMatching(/^pets-0002-/) as string,
          files: 2,
          exists: false,
          growing: {
            set: "pets-{increment}",
            increments: uids(),
            held: 2,
            unverified: 0,
            superseded: [{ path: "images/cats/one.jpg", why: "changed" }],
          },
        },
      ],
      cost: { files: 2 },
    });
    expect(planned.lines.join("\n")).toMatch(/pets-0002-\w+ \(image\) would be made: 2 files/);
    const done = await act({ plan: planned.outputs.plan ?? "" });
    expect(done.outputs).toMatchObject({ outcome: "uploaded", "files-uploaded": "2" });
  });

  test.each([{}, { "api-key": "" }])(
    "is refused when any field of it was changed (%j)",
    async (key) => {
      await act();
      place.tree.write({
        "images/cats/four.jpg": jpeg("four"),
        "images/cats/one.jpg": jpeg("one again"),
        "images/dogs/moved.jpg": jpeg("three"),
      });
      rmSync(place.tree.at("images/dogs/three.jpg"));
      const file = (await plan(key)).outputs.plan ?? "";
      const whole = JSON.parse(readFileSync(file, "utf8")) as object;
      for (const [field, changed] of changesOf(whole)) {
        // What could be compared hangs on the record of the machine that made the plan.
        if (field.endsWith("unverified")) continue;
        writeFileSync(file, JSON.stringify(changed));
        const { outputs, errors } = await act({ plan: file });
        expect([field, outputs.outcome, errors.join("\n")]).toEqual([
          field,
          "invalid",
          expect.stringContaining("plan: "),
        ]);
      }
      expect(place.emulator.datasets()).toHaveLength(1);
      writeFileSync(file, JSON.stringify(whole));
      expect((await act({ plan: file })).errors).toEqual([]);
    },
  );

  test("is made without a key too", async () => {
    const planned = await plan({ "api-key": "" });
    expect(json(planned.outputs.plan)).toMatchObject({
      datasets: [
        { name: "pets-{increment}", files: 3, exists: null, growing: { increments: null } },
      ],
    });
    const done = await act({ plan: planned.outputs.plan ?? "" });
    expect(done.outputs.outcome).toBe("uploaded");
  });

  test("is carried out by doing nothing when its increment is there already", async () => {
    const planned = await plan();
    await act();
    const again = await act({ plan: planned.outputs.plan ?? "" });
    expect(again.errors).toEqual([]);
    expect(again.outputs).toMatchObject({ outcome: "unchanged", "files-uploaded": "0" });
    expect(place.emulator.datasets()).toHaveLength(1);
  });

  test("is refused when the set has moved, or the files have", async () => {
    const planned = await plan();
    place.tree.write({ "images/cats/five.jpg": jpeg("five") });
    await act();
    // All that was planned is held now, by an increment of other files.
    rmSync(place.tree.at("images/cats/five.jpg"));
    const moved = await act({ plan: planned.outputs.plan ?? "" });
    expect(moved.outputs.outcome).toBe("invalid");
    expect(moved.errors.join("\n")).toContain("has changed since the plan was made");
    place.tree.write({ "images/cats/four.jpg": jpeg("four") });
    const other = await act({ plan: planned.outputs.plan ?? "" });
    expect(other.errors.join("\n")).toContain("files have changed");
    expect(place.emulator.datasets()).toHaveLength(1);
  });
});
