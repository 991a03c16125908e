// The plan as a value: what it says, that it is the same everywhere, and when it is refused.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import Ajv from "ajv/dist/2020";
import { isPlan } from "../../action/plan/plan-shape";
import type { Emulator, EmulatorOptions } from "../../emulator";
import { changesOf, fieldsOf, without } from "../support/json-fields";
import { jpeg } from "../support/temp-tree";
import {
  createTempTree,
  runTalkingTo,
  type Recorded,
  type TempTree,
} from "../support/recorded-action";
import { startQuietly } from "../support/quiet-emulator";

const schema = path.join(__dirname, "../../docs/plan.schema.json");
const validate = new Ajv().compile(JSON.parse(readFileSync(schema, "utf8")) as object);
const MIB = 1024 * 1024;

let tree: TempTree;
let emulator: Emulator;

async function start(options: EmulatorOptions = {}): Promise<void> {
  await emulator?.stop();
  emulator = await startQuietly({ ingestMs: 20, ...options });
}

beforeEach(async () => {
  tree = createTempTree({
    "images/cats/one.jpg": jpeg("one"),
    "images/cats/two.jpg": jpeg("two"),
    "images/dogs/three.jpg": jpeg("three"),
  });
  await start();
});
afterEach(async () => {
  tree.remove();
  await emulator.stop();
});

const act = (inputs: Record<string, string>, given = tree): Promise<Recorded> =>
  runTalkingTo(emulator, { tree: given, inputs });

interface Planned {
  readonly files: { source: string; path: string; by: string; calls: number }[];
  readonly cost: { files: number; calls: number };
}

const set = { dataset: "pets-{digest}", root: "images", files: "**/*.jpg", prefix: "all" };
const textOf = ({ outputs }: Recorded): string => readFileSync(outputs.plan ?? "", "utf8");
const plan = async (inputs: Record<string, string>, given = tree): Promise<Recorded> =>
  act({ ...inputs, "dry-run": "true" }, given);

describe("a plan", () => {
  test("says each file's way from the disk into the dataset, in the log too", async () => {
    const planned = await plan(set);
    expect(JSON.parse(textOf(planned))).toMatchObject({
      destination: { baseUrl: emulator.baseUrl, organization: null },
      files: [
        { source: "cats/one.jpg", path: "all/cats/one.jpg", sizeBytes: 9, by: "form", calls: 1 },
        { source: "cats/two.jpg", path: "all/cats/two.jpg", by: "form" },
        { source: "dogs/three.jpg", path: "all/dogs/three.jpg", by: "form" },
      ],
    });
    expect(planned.lines.join("\n")).toMatch(
      /cats\/one\.jpg → all\/cats\/one\.jpg in pets-[0-9a-f]{12}: 9 bytes, sha256 [0-9a-f]{12}, by form, 1 call\n/,
    );
  });

  test("names a path once in the log where it is the same in the dataset", async () => {
    const planned = await plan({ ...set, prefix: "" });
    expect(planned.text()).toMatch(/^cats\/one\.jpg in pets-[0-9a-f]{12}: 9 bytes/m);
    expect(planned.text()).not.toContain(" → ");
  });

  test("is valid by its schema, partitioned, with a key and without, before and after", async () => {
    const parts = { ...set, "partition-depth": "1", dataset: "pets-{folder}-{digest}" };
    await act(set);
    for (const inputs of [set, parts, { ...set, "api-key": "" }]) {
      const json: unknown = JSON.parse(textOf(await plan(inputs)));
      expect([validate(json), validate.errors]).toEqual([true, null]);
    }
  });

  test("is refused for each field that its schema refuses", async () => {
    const read = JSON.parse(textOf(await plan(set))) as object;
    for (const place of fieldsOf(read)) {
      for (const broken of [without(read, place), without(read, place, [])]) {
        expect([place, validate(broken), isPlan(broken)]).toEqual([place, false, false]);
      }
    }
    expect([validate(read), isPlan(read)]).toEqual([true, true]);
  });

  test("is the same to the byte in another folder, with other times", async () => {
    const other = createTempTree({});
    cpSync(tree.at("images"), other.at("images"), { recursive: true });
    utimesSync(other.at("images/cats/one.jpg"), 1, 1);
    expect(textOf(await plan(set, other))).toBe(textOf(await plan(set)));
    other.remove();
  });

  test("is the same to the byte in a clone, with hidden files of its own", async () => {
    const git = (cwd: string, ...args: string[]): Buffer => execFileSync("git", args, { cwd });
    const who = ["-c", "user.name=a", "-c", "user.email=a@b"];
    git(tree.root, "init", "-q");
    git(tree.root, "add", "images");
    git(tree.root, ...who, "commit", "-qm", "x");
    const clone = createTempTree({});
    git(clone.root, "clone", "-q", "--no-local", tree.root, clone.root);
    clone.write({ ".venv/cfg": "x", "images/.DS_Store": "x" });
    for (const files of ["**", "**/*.jpg"]) {
      const all = { ...set, root: ".", files };
      expect(textOf(await plan(all, clone))).toBe(textOf(await plan(all)));
    }
    clone.remove();
  });

  test("keeps the metadata's digest alone, whatever form it is written in", async () => {
    const metadata = '{ "b": {"y": 1.0, "x": [true]}, "a": "sesame" }';
    const json = textOf(await plan({ ...set, metadata }));
    const yaml = "a: sesame\nb:\n  x: [true]\n  y: 1";
    expect(textOf(await plan({ ...set, metadata: yaml }))).toBe(json);
    expect(json).not.toContain("sesame");
    const sum = createHash("sha256").update('{"a":"sesame","b":{"x":[true],"y":1}}');
    expect(JSON.parse(json)).toMatchObject({ settings: { metadataSha256: sum.digest("hex") } });
  });

  test("counts a large file as one call, the least, since the server chooses how it goes", async () => {
    truncateSync(tree.at("images/cats/one.jpg"), 130 * MIB);
    const { files, cost } = JSON.parse(
      textOf(await plan({ ...set, "check-content": "off" })),
    ) as Planned;
    expect(files[0]).toMatchObject({ by: "form", calls: 1 });
    // Four for the run, four for the dataset, and one page of its items.
    expect(cost).toMatchObject({ files: 3, calls: 3 + 4 + 4 + 1 });
  });

  test("shows a hundred files in the log and has all of them", async () => {
    for (let n = 0; n < 120; n += 1) tree.write({ [`images/more/${n}.jpg`]: jpeg(String(n)) });
    const planned = await plan(set);
    expect(planned.lines.filter((line) => line.includes(" → "))).toHaveLength(100);
    expect(planned.lines.join("\n")).toContain("and 23 files more, in the plan's JSON");
    expect((JSON.parse(textOf(planned)) as Planned).files).toHaveLength(123);
  });
});

const OTHER = "99999999-9999-4999-8999-999999999999";

describe("a plan is refused, and nothing is sent,", () => {
  const refusal = async (inputs: Record<string, string>): Promise<string> => {
    const before = emulator.requests().filter(({ method }) => method !== "GET").length;
    const { errors, outputs } = await act(inputs);
    expect(outputs.outcome).toBe("invalid");
    expect(emulator.requests().filter(({ method }) => method !== "GET")).toHaveLength(before);
    return errors.join();
  };

  test("when it was made for another place", async () => {
    const made = await plan(set);
    const file = made.outputs.plan ?? "";
    expect(await refusal({ ...set, plan: file, organization: OTHER })).toContain(
      `organization ${OTHER}`,
    );
    await start();
    expect(await refusal({ ...set, plan: file })).toContain("other places");
  });

  test.each([
    ["visibility", "public", "visibility was private when it was made, and is public now"],
    [
      "metadata",
      '{"by":"me"}',
      /metadata was none when it was made, and is that of sha256 [0-9a-f]{12} now/,
    ],
    ["if-dataset-exists", "fail", "if-dataset-exists was verify when it was made, and is fail"],
  ])("when %s was another", async (input, value, text) => {
    const file = (await plan(set)).outputs.plan ?? "";
    expect(await refusal({ ...set, plan: file, [input]: value })).toMatch(text);
    expect(emulator.datasets()).toEqual([]);
  });

  test("with every difference at once", async () => {
    const file = (await plan(set)).outputs.plan ?? "";
    tree.write({ "images/dogs/four.jpg": jpeg("four") });
    const changed = { visibility: "public", metadata: "{}", organization: OTHER };
    const text = await refusal({ ...set, ...changed, plan: file });
    for (const part of [
      "dogs/four.jpg",
      "visibility was",
      "metadata was",
      `organization ${OTHER}`,
    ]) {
      expect(text).toContain(part);
    }
  });

  test("when the dataset was removed and made again, with the same files", async () => {
    const named = { ...set, dataset: "pets" };
    await act(named);
    const file = (await plan(named)).outputs.plan ?? "";
    const json = readFileSync(file, "utf8");
    const uid = emulator.datasets()[0]?.uid ?? "";
    expect(JSON.parse(json)).toMatchObject({ datasets: [{ exists: true, uid }] });
    writeFileSync(file, json.replace(uid, "11111111-2222-4333-8444-555555555555"));
    expect(await refusal({ ...named, plan: file })).toMatch(/pets was removed and made again/);
  });

  test("when its list was changed", async () => {
    const file = (await plan(set)).outputs.plan ?? "";
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace('"all/cats/one.jpg"', '"all/cats/1.jpg"'),
    );
    expect(await refusal({ ...set, plan: file })).toContain("do not match its digest");
    writeFileSync(file, "{}");
    expect(await refusal({ ...set, plan: file })).toContain("is not a plan");
  });

  test.each([
    ["of a dataset that is new", {}, false],
    ["of partitions", { "partition-depth": "1", dataset: "pets-{folder}-{digest}" }, false],
    ["of a dataset that exists", {}, true],
  ])("when any field of it was changed, %s", async (_of, more, isThere) => {
    const inputs = { ...set, ...more };
    if (isThere) await act(inputs);
    const file = (await plan(inputs)).outputs.plan ?? "";
    const whole = JSON.parse(readFileSync(file, "utf8")) as object;
    for (const [place, changed] of changesOf(whole)) {
      writeFileSync(file, JSON.stringify(changed));
      expect([place, await refusal({ ...inputs, plan: file })]).toEqual([
        place,
        expect.stringContaining("plan: "),
      ]);
    }
    writeFileSync(file, JSON.stringify(whole));
    expect((await act({ ...inputs, plan: file })).errors).toEqual([]);
  });

  test("when it would take the place of other versions than when it was made", async () => {
    await act(set);
    tree.write({ "images/dogs/four.jpg": jpeg("four") });
    const file = (await plan(set)).outputs.plan ?? "";
    tree.write({ "images/dogs/five.jpg": jpeg("five") });
    await act(set);
    const [, other] = emulator.datasets();
    rmSync(tree.at("images/dogs/five.jpg"));
    const text = await refusal({ ...set, plan: file });
    expect(text).toContain(`also of ${other?.name ?? ""} (uid ${other?.uid ?? ""})`);
  });
});

test.each(["a folder", "a pipe"])(
  "a plan that is %s is refused before a file is read",
  async (kind) => {
    const plan = tree.at("my-plan");
    if (kind === "a pipe") execFileSync("mkfifo", [plan]);
    else cpSync(tree.at("images/dogs"), plan, { recursive: true });
    const inputs = { files: "images/**", dataset: "pets-{digest}", plan: "my-plan" };
    const { errors, outputs } = await act(inputs);
    expect(outputs.outcome).toBe("invalid");
    expect(errors[0]).toContain("my-plan is not a file");
    expect(emulator.requests()).toEqual([]);
  },
);
