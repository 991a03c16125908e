// Names of local files that somebody chose with care, through both front ends: refused before the first byte, or stored
// under exactly that name; never a command, a path or a line of their own.
import { readFileSync, writeFileSync } from "node:fs";
import { run } from "../../action/run";
import { failuresOf, createBench, make, type Bench } from "../support/provider";
import { leadingTo, record, type Recorded } from "../support/recorded-action";
import { jpeg } from "../support/temp-tree";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "set/good.jpg": jpeg("good") });
});
afterEach(() => bench.stop());

async function act(inputs: Record<string, string> = {}): Promise<Recorded> {
  const to = leadingTo(bench.avala);
  const given = { dataset: "set-{digest}", files: "set", root: "set", ...inputs };
  const recorded = record({
    tree: bench.tree,
    env: to.env,
    inputs: { ...to.inputs, ...given, files: "." },
  });
  await run(recorded.environment);
  return recorded;
}

function lines({ lines: log, errors, warnings, summaries }: Recorded): string[] {
  const texts = [...log, ...errors, ...warnings.map(({ text }) => text), ...summaries];
  return texts.flatMap((text) => text.split("\n"));
}

const isCommand = (line: string): boolean => line.trim().startsWith("::") || line.includes("##[");

describe("is refused by both, and nothing is sent", () => {
  test.each([
    ["a line break and a command", "a\n::set-output name=dataset-uid::owned.jpg"],
    ["a carriage return", "a\r::error::owned.jpg"],
    ["an escape sequence", "a\u001b[2Jb.jpg"],
    ["a C1 escape", "a\u009b2Jb.jpg"],
    ["a separator of lines", "a\u2028::error::b.jpg"],
    ["a folder with a line break", "a\nb/c.jpg"],
  ])("%s", async (_name, path) => {
    bench.tree.write({ [`set/${path}`]: jpeg("evil") });
    const recorded = await act();
    expect(recorded.outputs.outcome).toBe("invalid");
    expect(recorded.errors).toHaveLength(1);
    expect(lines(recorded).filter(isCommand)).toEqual([]);
    expect(recorded.errors[0]).not.toContain(path);
    const failures = await failuresOf(bench.handlers().fileSet, { root: bench.tree.at("set") });
    expect(failures).toHaveLength(1);
    expect(failures[0]?.reason).not.toContain(path);
    expect(bench.avala.requests()).toEqual([]);
  });

  test("a path in the manner of Windows", async () => {
    bench.tree.write({ "set/a\\..\\..\\owned.jpg": jpeg("evil") });
    expect((await act()).outputs.outcome).toBe("invalid");
    expect(await failuresOf(bench.handlers().fileSet, { root: bench.tree.at("set") })).toHaveLength(
      1,
    );
    expect(bench.avala.requests()).toEqual([]);
  });

  test("a name that is no UTF-8", async () => {
    const place = Buffer.from(`${bench.tree.at("set")}/a`);
    writeFileSync(
      Buffer.concat([place, Buffer.from([0xff, 0xfe]), Buffer.from(".jpg")]),
      jpeg("x"),
    );
    expect((await act()).outputs.outcome).toBe("invalid");
    expect(await failuresOf(bench.handlers().fileSet, { root: bench.tree.at("set") })).toHaveLength(
      1,
    );
    expect(bench.avala.requests()).toEqual([]);
  });

  test("twins of Unicode form, as macOS and Linux write one name", async () => {
    bench.tree.write({ "set/\u00e9.jpg": jpeg("1"), "set/e\u0301.jpg": jpeg("2") });
    expect((await act()).outputs.outcome).toBe("invalid");
    expect(await failuresOf(bench.handlers().fileSet, { root: bench.tree.at("set") })).toHaveLength(
      1,
    );
    expect(bench.avala.requests()).toEqual([]);
  });

  test("a blank before a name, which the server would take off, and its twin without", async () => {
    bench.tree.write({ "set/ good.jpg": jpeg("other"), "set/in/ kept .jpg": jpeg("kept") });
    const { outputs, errors } = await act();
    expect(outputs.outcome).toBe("invalid");
    expect(errors[0]).toContain('" good.jpg": The path begins with a space');
    const failures = await failuresOf(bench.handlers().fileSet, { root: bench.tree.at("set") });
    expect(failures.map(({ reason }) => reason).join()).toContain('" good.jpg"');
    expect(bench.avala.requests()).toEqual([]);
  });

  test("a path of more bytes than a key has", async () => {
    const part = "\u20ac".repeat(80);
    bench.tree.write({ [`set/${part}/${part}/${part}.jpg`]: jpeg("long") });
    expect((await act()).outputs.outcome).toBe("invalid");
    expect(await failuresOf(bench.handlers().fileSet, { root: bench.tree.at("set") })).toHaveLength(
      1,
    );
    expect(bench.avala.requests()).toEqual([]);
  });
});

// Odd, and a name all the same. Windows holds few of them.
const odd = [
  "::set-output name=dataset-uid::owned.jpg",
  "##[error]owned.jpg",
  "::add-mask::e.jpg",
  "$(touch owned).jpg",
  "`id`.jpg",
  "${{ github.token }}.jpg",
  "-rf.jpg",
  "a%2f..%2f..%2fb.jpg",
  "%0a::error::x.jpg",
  "{digest} {folder}.jpg",
  'a"; filename="b.jpg',
  "a\u00a0b \u{1f43e}.jpg",
  "<img src=x onerror=alert(1)>.jpg",
  "[a](javascript:x).jpg",
  "a?X-Amz-Signature=b#c.jpg",
  "__proto__.jpg",
  "constructor",
  "CON.jpg",
  "name. .jpg",
  "in/ blanks .jpg",
  `${"n".repeat(250)}.jpg`,
];

describe("is stored under exactly that name", () => {
  beforeEach(() => {
    bench.tree.write(Object.fromEntries(odd.map((name) => [`set/${name}`, jpeg(name)])));
  });

  async function stored(): Promise<string[]> {
    const keys = (await bench.avala.objects()).map(({ key }) => key.split("/").slice(3).join("/"));
    return keys.sort();
  }

  test("by the Action, which says nothing that begins a command or a tag", async () => {
    const recorded = await act({ unindexed: "send" });
    expect(recorded.errors).toEqual([]);
    expect(recorded.outputs).toMatchObject({
      outcome: "uploaded",
      "files-uploaded": `${odd.length + 1}`,
    });
    expect(await stored()).toEqual([...odd, "good.jpg"].sort());
    expect(lines(recorded).filter(isCommand)).toEqual([]);
    expect(recorded.summaries.join()).not.toMatch(/<img|\[a\]|`id`/);
    const sums = readFileSync(recorded.outputs.checksums ?? "", "utf8")
      .trimEnd()
      .split("\n");
    expect(sums.map((line) => line.slice(66)).sort()).toEqual([...odd, "good.jpg"].sort());
  });

  test("by the provider, whose messages are words", async () => {
    const { outs } = await make(bench.handlers().fileSet, {
      root: bench.tree.at("set"),
      versionOf: "set",
      unindexed: "send",
    });
    expect(outs).toMatchObject({ fileCount: odd.length + 1 });
    expect(await stored()).toEqual([...odd, "good.jpg"].sort());
  });
});

test("a suffix that is a command or a tag is counted as words, by the Action and by the provider", async () => {
  bench.tree.write({ "set/a.<img src=x>": "", "set/b.\n::error::x": "", "set/c.##[error]": "" });
  const recorded = await act();
  expect(recorded.outputs).toMatchObject({ outcome: "uploaded", "files-total": "1" });
  expect(lines(recorded).filter(isCommand)).toEqual([]);
  expect(recorded.summaries.join()).not.toContain("<img");
  const call = { urn: "urn:one", isPreview: true };
  const given = { root: bench.tree.at("set"), versionOf: "set", call };
  expect(await failuresOf(bench.handlers().fileSet, given)).toEqual([]);
  expect(bench.told().join()).toContain("left out: 3 files");
  expect(bench.told().join("\n")).not.toMatch(/^::/m);
});

test("a folder's name can't make another dataset's name or a placeholder", async () => {
  bench.tree.write({ "set/{digest}/a.jpg": jpeg("a"), "set/..x/a.jpg": jpeg("b") });
  const { outputs, errors } = await act({ dataset: "d-{folder}", "partition-depth": "1" });
  const names = bench.avala.datasets().map(({ name }) => name);
  expect(names.every((name) => !/[/\\]/.test(name))).toBe(true);
  expect({ outcome: outputs.outcome, errors: errors.length }).not.toEqual({
    outcome: "uploaded",
    errors: 1,
  });
});
