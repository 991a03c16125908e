// What the Action wrote is not uploaded: by no later step and by no later run.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../action/run";
import { realOf, recordWritten, writtenByAction } from "../../action/written";
import { useActionPlace } from "../support/action-place";
import { jpeg } from "../support/temp-tree";
import { leadingTo, record, type Recorded } from "../support/recorded-action";

const place = useActionPlace(
  { "images/one.jpg": jpeg("one"), "images/two.jpg": jpeg("two") },
  { ingestMs: 20, exportMs: 20 },
);

const act = (inputs: Record<string, string>, env: Record<string, string> = {}): Promise<Recorded> =>
  place.act(inputs, { env });

// Also what Avala would not index: else that would be the reason why exports, plans and outputs are left out.
const everything = {
  ...{ files: "**", dataset: "pets-{digest}" },
  ...{ "include-hidden-files": "true", unindexed: "send" },
};

test("its outputs, plan, state and downloads inside of root are no part of a later upload", async () => {
  const first = await act(everything);
  expect(first.errors).toEqual([]);
  expect(first.outputs["files-total"]).toBe("2");
  const uid = first.outputs["dataset-uid"] ?? "";
  const fetched = await act({ "export-datasets": uid, "download-path": "export" });
  expect(fetched.errors).toEqual([]);
  const second = await act(everything);
  expect(second.outputs).toMatchObject({ outcome: "unchanged", "files-total": "2" });
  expect(place.emulator.datasets()).toHaveLength(1);
});

test("a download is known in a later job, whose temporary folder is another", async () => {
  const { outputs } = await act(everything);
  const export_ = { "export-datasets": outputs["dataset-uid"] ?? "", "download-path": "export" };
  expect((await act(export_)).errors).toEqual([]);
  const to = leadingTo(place.emulator);
  const later = record({ tree: place.tree, inputs: { ...to.inputs, ...everything }, env: to.env });
  await run({ ...later.environment, tempDirectory: place.tree.at(".other-temp") });
  expect(later.outputs).toMatchObject({ outcome: "unchanged" });
});

describe("what it is known by", () => {
  const byNow = (planFile?: string): string | undefined => {
    const { env } = record({ tree: place.tree, inputs: {} }).environment;
    const at = { env, tempDirectory: place.tree.at(".temp"), workspace: place.tree.root };
    return writtenByAction(at, place.tree.root, planFile).by;
  };

  test("is one word for as long as nothing was downloaded into the root, another with a plan", () => {
    expect(byNow()).toEqual(byNow());
    expect(byNow()).toBeDefined();
    expect(byNow("plan.json")).not.toBe(byNow());
  });

  test("is no word where a download's own times count", async () => {
    const { env } = record({ tree: place.tree, inputs: {} }).environment;
    const at = { env, tempDirectory: place.tree.at(".temp"), workspace: place.tree.root };
    await recordWritten(at, [place.tree.at("images/one.jpg")]);
    expect(byNow()).toBeUndefined();
    expect(writtenByAction(at, place.tree.at("elsewhere"), undefined).by).toBeDefined();
  });
});

test("a file that was downloaded and changed since is its user's", async () => {
  const { outputs } = await act(everything);
  const to = { "export-datasets": outputs["dataset-uid"] ?? "", "download-path": "export" };
  await act(to);
  const names = readdirSync(place.tree.at("export"));
  expect(names).toHaveLength(1);
  writeFileSync(join(place.tree.at("export"), names[0] ?? ""), '{"mine": true}');
  expect((await act(everything)).outputs["files-total"]).toBe("3");
});

test("a line that names such a file in full takes it", async () => {
  const { outputs } = await act(everything);
  const to = { "export-datasets": outputs["dataset-uid"] ?? "", "download-path": "export" };
  await act(to);
  const [name = ""] = readdirSync(place.tree.at("export"));
  const files = `images/**\nexport/${name}`;
  const third = await act({ ...everything, files });
  expect(third.outputs["files-total"]).toBe("3");
});

test("what is left out for that is counted in the log, and in a refusal", async () => {
  const { outputs } = await act(everything);
  await act({ "export-datasets": outputs["dataset-uid"] ?? "", "download-path": "export" });
  const visible = { files: "**", dataset: "pets-{digest}" };
  expect((await act(visible)).lines.join("\n")).toContain("written by this Action, left out: 1");
  const { errors } = await act({ ...visible, files: "images\nexport" });
  expect(errors[0]).toContain("1 file written by this Action left out");
});

test("the plan that a step is given is no file of it, wherever it lies", async () => {
  const dry = await act({ ...everything, "dry-run": "true" });
  mkdirSync(place.tree.at("plans"));
  const plan = "plans/plan.json";
  place.tree.write({
    [plan]: dry.outputs.plan === undefined ? "" : readFileSync(dry.outputs.plan, "utf8"),
  });
  const { errors, outputs } = await act({ ...everything, plan });
  expect(errors).toEqual([]);
  expect(outputs["files-total"]).toBe("2");
});

describe("a download-path inside of what files chooses", () => {
  const whole = { "export-datasets": "uploaded", dataset: "pets-{digest}" };
  test.each([
    ["**", "export"],
    ["images/**", "images/export"],
    ["images", "images"],
    ["**/*.json\nimages/**", "out"],
    [".", "."],
  ])("is refused before anything is sent: %j with %s", async (files, folder) => {
    const { errors, outputs } = await act({ ...whole, files, "download-path": folder });
    expect(outputs.outcome).toBe("invalid");
    expect(errors[0]).toContain("download-path");
    expect(place.emulator.requests()).toEqual([]);
  });
  test.each([
    ["images/**", "export"],
    ["**\n!export", "export"],
    ["**\n!export/**", "export"],
    ["images/*.jpg", "images/export"],
    ["**", "export", "images"],
  ])("is none of %j with %s", async (files, folder, root = ".") => {
    const { errors } = await act({ ...whole, files, root, "download-path": folder });
    expect(errors).toEqual([]);
  });
});

test("a record of downloads that is a pipe keeps no run waiting", async () => {
  const { outputs } = await act(everything);
  const export_ = { "export-datasets": outputs["dataset-uid"] ?? "", "download-path": "export" };
  expect((await act(export_)).errors).toEqual([]);
  const records = place.tree.at(".temp/avala-written");
  execFileSync("mkfifo", [join(records, "0.json")]);
  for (const name of readdirSync(records).filter((one) => one !== "0.json"))
    execFileSync("mkfifo", [join(records, `${name}.new`)]);
  expect((await act(export_)).errors).toEqual([]);
  expect((await act(everything)).outputs).toMatchObject({ outcome: "unchanged" });
});

test("what only lies in a folder of such a name is its user's", async () => {
  place.tree.write({
    "images/avala-upload-action-master/three.jpg": jpeg("three"),
    "images/avala-written/four.jpg": jpeg("four"),
  });
  expect((await act(everything)).outputs["files-total"]).toBe("4");
});

describe("records of downloads", () => {
  const at = () => ({
    env: record({ tree: place.tree, inputs: {} }).environment.env,
    tempDirectory: place.tree.at(".temp"),
    workspace: place.tree.root,
  });
  const own = (path: string): boolean =>
    writtenByAction(at(), place.tree.root, undefined).isOwn(realOf(place.tree.at(path)));
  const put = async (folder: string): Promise<void> => {
    place.tree.write({ [`${folder}/a.json`]: folder, [`${folder}/b.json`]: folder });
    const files = ["a.json", "b.json"].map((name) => place.tree.at(`${folder}/${name}`));
    expect(await recordWritten(at(), files)).toEqual([]);
  };
  const kept = (): readonly string[] => readdirSync(place.tree.at(".temp/avala-written"));

  test("do not grow with downloads whose files are gone", async () => {
    for (let count = 0; count < 20; count += 1) {
      await put(`export-${count}`);
      rmSync(place.tree.at(`export-${count}`), { recursive: true });
    }
    await put("export");
    expect(kept()).toHaveLength(1);
    expect([own("export/a.json"), own("export/b.json")]).toEqual([true, true]);
  });

  test("stay for as long as one of their files is there as it was written", async () => {
    await put("early");
    rmSync(place.tree.at("early/a.json"));
    await put("mine");
    place.tree.write({ "mine/a.json": "changed", "mine/b.json": "changed too" });
    await put("late");
    expect(kept()).toHaveLength(2);
    expect(["early/b.json", "mine/a.json", "late/a.json"].map(own)).toEqual([true, false, true]);
  });

  test("of two runs at once are both kept, and what else lies there stays", async () => {
    await put("gone");
    rmSync(place.tree.at("gone"), { recursive: true });
    const other = { ".temp/avala-written/notes.json": '{"/nowhere": {}, "/there": null}' };
    place.tree.write(other);
    await Promise.all([put("one"), put("two")]);
    expect(["one/a.json", "two/b.json"].map(own)).toEqual([true, true]);
    expect(kept()).toHaveLength(3);
    expect(kept()).toContain("notes.json");
  });
});
