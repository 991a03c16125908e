import type { Inputs } from "../../action/inputs/inputs";
import { readInputs } from "../support/read-inputs";
import {
  INPUT_NAMES,
  INPUTS,
  type InputName,
  type InputRow,
  type Need,
} from "../../action/inputs/table";
import type { InputError, InputProblem } from "../../src/errors";
import { createTempTree, record, type TempTree } from "../support/recorded-action";

let tree: TempTree;
beforeAll(() => {
  tree = createTempTree();
});
afterAll(() => tree.remove());

const minimal = { files: "images", dataset: "pets-{digest}" };

function read(inputs: Record<string, string>): Inputs {
  return readInputs(record({ tree, inputs }).environment);
}

/** What is refused, at once or with the files. */
function problemsOf(
  inputs: Record<string, string>,
  env: Record<string, string> = {},
): readonly InputProblem[] {
  try {
    return readInputs(record({ tree, inputs, env }).environment).upload?.nameProblems ?? [];
  } catch (error) {
    return (error as InputError).problems;
  }
}

function refused(inputs: Record<string, string>, env: Record<string, string> = {}): string[] {
  return problemsOf(inputs, env).map(({ input }) => input);
}

test("a switch of the cache that is neither on nor off is refused", () => {
  expect(refused(minimal, { AVALA_HASH_CACHE: "offf" })).toEqual(["AVALA_HASH_CACHE"]);
  expect(refused(minimal, { AVALA_HASH_CACHE: "OFF" })).toEqual([]);
});

test.each(["uploadd", "Uploaded", "upload"])(
  "the word that %s is meant to be is named, with all else that is wrong",
  (slip) => {
    const other = "5f1d7a84-4c1d-4b19-9d0e-3a0b8a1f0c11";
    const given = { ...minimal, "export-datasets": `${slip}\n${other}`, "partition-depth": "two" };
    const problems = problemsOf(given);
    expect(problems.map(({ input }) => input).sort()).toEqual([
      "export-datasets",
      "partition-depth",
    ]);
    const text = problems.find(({ input }) => input === "export-datasets")?.text;
    expect(text).toBe(`contains ${slip}. Did you mean uploaded?`);
  },
);

test("defaults are those of action.yml", () => {
  const { upload, timeoutMs, isDryRun } = read(minimal);
  expect({ ...upload, timeoutMs, isDryRun }).toMatchObject({
    include: ["images"],
    exclude: [],
    root: ".",
    symlinks: "follow",
    unindexed: "leave-out",
    checkContent: "warn",
    ifNoFilesFound: "error",
    partitionDepth: 0,
    visibility: "private",
    ifDatasetExists: "verify",
    waitForDataset: true,
    concurrency: 8,
    timeoutMs: 3_600_000,
    isDryRun: false,
  });
});

test("lines are trimmed, empty ones and comments left out, and ! takes away wherever it stands", () => {
  const files = "\n# photographs\n  !drafts/**  \r\n\n a b/*.jpg\n! other\n";
  expect(read({ ...minimal, files }).upload).toMatchObject({
    include: ["a b/*.jpg"],
    exclude: ["drafts/**", "other"],
  });
});

test.each([
  ["true", true],
  ["True", true],
  ["TRUE", true],
  ["false", false],
  ["False", false],
])("the flag %s is %s, as in YAML 1.2", (value, expected) => {
  expect(read({ ...minimal, "dry-run": value }).isDryRun).toBe(expected);
});

test.each(["yes", "1", "on", "tRUE"])("the flag %p is refused", (value) => {
  expect(refused({ ...minimal, "dry-run": value })).toEqual(["dry-run"]);
});

test.each(["6abc", "0", "11", "2.5", "-1", "1e1", "0x4"])("concurrency %p is refused", (value) => {
  expect(refused({ ...minimal, concurrency: value })).toEqual(["concurrency"]);
});

test.each(["abc", "-5", "0", "Infinity", "1e3"])("timeout-minutes %p is refused", (value) => {
  expect(refused({ ...minimal, "timeout-minutes": value })).toEqual(["timeout-minutes"]);
});

test.each([
  [
    "time-budget-minutes",
    "0.08785925123275223",
    { upload: { timeBudgetMs: 0.08785925123275223 * 60_000 } },
  ],
  ["timeout-minutes", "12.3333333333333333", { timeoutMs: 740_000 }],
])("%s takes a computed %s, whatever the number of its decimals", (input, value, expected) => {
  expect(read({ ...minimal, [input]: value })).toMatchObject(expected);
});

test.each([
  "symlinks",
  "unindexed",
  "check-content",
  "changing-files",
  "if-no-files-found",
  "visibility",
  "if-dataset-exists",
  "data-type",
])("%s takes the words of its list alone", (input) => {
  expect(refused({ ...minimal, [input]: "other" })).toEqual([input]);
});

test("a token that is passed on and empty is left to the job's own", () => {
  expect(() => read({ ...minimal, "status-context": "a" })).toThrow(
    /github-token: is empty.*remove the line github-token to use the job's own token/,
  );
});

test("the words of a list are named without the empty one that stands for none", () => {
  expect(() => read({ ...minimal, "data-type": "images" })).toThrow(
    /must be one of image, video, .* \(got "images"\)/,
  );
});

test("metadata that breaks off is refused in a sentence that doesn't", () => {
  const metadata = "[1";
  expect(() => read({ ...minimal, metadata })).toThrow(/neither JSON nor YAML: .*column 3$/);
});

test("metadata is JSON or YAML", () => {
  const expected = { camera: { id: 7 }, tags: ["a"] };
  expect(read({ ...minimal, metadata: JSON.stringify(expected) }).upload?.metadata).toEqual(
    expected,
  );
  const yaml = "camera:\n  id: 7\ntags:\n  - a";
  expect(read({ ...minimal, metadata: yaml }).upload?.metadata).toEqual(expected);
});

test.each(["a: [", "just text", "- a\n- b", "a: .nan", "{", "null"])(
  "metadata %p is refused",
  (value) => {
    expect(refused({ ...minimal, metadata: value })).toEqual(["metadata"]);
  },
);

test.each<[string, Record<string, string>, string[]]>([
  ["nothing to do", {}, ["files"]],
  ["files without a dataset", { files: "a" }, ["dataset"]],
  ["a dataset without files", { dataset: "a" }, ["files"]],
  ["only lines that take away", { ...minimal, files: "!a" }, ["files"]],
  [
    "a glob of too many alternatives, with what else is wrong",
    { ...minimal, files: "{1..1000000}", concurrency: "0" },
    ["concurrency", "files {1..1000000}"],
  ],
  ["an unknown placeholder", { ...minimal, dataset: "a-{sha}" }, ["dataset"]],
  [
    "a growing set's name that has no end, with what else is wrong",
    { ...minimal, dataset: "{increment}-a", concurrency: "many" },
    ["concurrency", "dataset"],
  ],
  ["{folder} without partitions", { ...minimal, dataset: "a-{folder}" }, ["dataset"]],
  ["partitions without {folder}", { ...minimal, "partition-depth": "1" }, ["dataset"]],
  [
    "partitions that share a slug",
    { ...minimal, "partition-depth": "1", dataset: "a-{folder}", slug: "a" },
    ["slug"],
  ],
  ["a fixed slug for a name with {digest}", { ...minimal, slug: "a" }, ["slug"]],
  [
    "a fixed slug for a growing set, with what else is wrong",
    { ...minimal, dataset: "a-{increment}", slug: "a", "if-dataset-exists": "fail" },
    ["slug", "if-dataset-exists"],
  ],
  [
    "a growing set's slug with {digest}, with what else is wrong",
    {
      ...minimal,
      ...{ dataset: "a-{increment}", slug: "a-{increment}-{digest}", "if-dataset-exists": "fail" },
    },
    ["slug", "if-dataset-exists"],
  ],
  [
    "a slug that is no folder name, with what else is wrong with names",
    { ...minimal, dataset: "a-{sha}", slug: "a/b" },
    ["dataset", "slug"],
  ],
  ["a deeper partition", { ...minimal, "partition-depth": "2" }, ["partition-depth"]],
  ["uploaded without an upload", { "export-datasets": "uploaded" }, ["export-datasets"]],
  [
    "an export that exists and a new one",
    { "export-uid": "a", "export-projects": "b" },
    ["export-uid"],
  ],
  ["a gate without an export", { ...minimal, "gate-min-tasks": "1" }, ["gate-min-tasks"]],
  [
    "a gate that nobody waits at",
    { "export-uid": "a", "wait-for-export": "false", "gate-min-tasks": "1" },
    ["gate-min-tasks"],
  ],
  [
    "a download that nobody waits for",
    { "export-uid": "a", "wait-for-export": "false", "download-path": "x" },
    ["download-path"],
  ],
  ["a status without a token", { ...minimal, "status-context": "a" }, ["github-token"]],
  ["a uid with a slash", { "export-uid": "a/b" }, ["export-uid"]],
  ["an upload's setting without one", { "export-uid": "a", metadata: "a: 1" }, ["metadata"]],
  ["a dry run of an export", { "export-uid": "a", "dry-run": "true" }, ["dry-run"]],
])("refuses %s", (_name, inputs, expected) => {
  expect(refused(inputs)).toEqual(expected);
});

test.each([
  ["250", { count: 250 }],
  ["95%", { percent: 95 }],
  ["100%", { percent: 100 }],
  ["0", { count: 0 }],
])("gate-min-exported takes %s", (value, expected) => {
  const { export: exporting } = read({ "export-uid": "a", "gate-min-exported": value });
  expect(exporting?.gate.minExported).toEqual(expected);
});

test.each(["101%", "1.5", "-1", "many", "%", "1 %"])("gate-min-exported %p is refused", (value) => {
  expect(refused({ "export-uid": "a", "gate-min-exported": value })).toEqual(["gate-min-exported"]);
});

describe("an input that action.yml does not have", () => {
  test.each([
    ["INPUT_FILE", "file"],
    ["INPUT_API_KEY", "api_key"],
    ["INPUT_DRY-RUNN", "dry-runn"],
    ["INPUT_EXPORT-DATASET", "export-dataset"],
  ])("%s is refused when it is near one of ours", (variable, name) => {
    expect(refused(minimal, { [variable]: "x" })).toEqual([name]);
  });

  test("is refused too when it is near none", () => {
    expect(refused(minimal, { INPUT_WHATEVER: "x" })).toEqual(["whatever"]);
  });
});

describe("an empty value", () => {
  test.each(INPUT_NAMES.filter((name) => name !== "files" && name !== "dataset"))(
    "of %s is as if it was not there",
    (name) => {
      expect(read({ ...minimal, [name]: "" })).toEqual(read(minimal));
      expect(read({ ...minimal, [name]: "  " })).toEqual(read(minimal));
    },
  );
  test("of an input that is not known is no input", () => {
    expect(refused(minimal, { INPUT_EXCLUDE: "", INPUT_OTHER: " " })).toEqual([]);
  });
});

describe("an input that is not known", () => {
  const problems = (env: Record<string, string>): readonly InputProblem[] => {
    try {
      readInputs(record({ tree, inputs: minimal, env }).environment);
      return [];
    } catch (error) {
      return (error as InputError).problems;
    }
  };

  test.each([
    ["exclude", "begins with `!`"],
    ["path", "`files`"],
    ["include", "`files`"],
    ["working-directory", "`root`"],
    ["dataset-name", "`dataset`"],
    ["name", "`dataset`"],
    ["dataset_name", "`dataset`"],
    ["format", "`export-format`"],
    ["timeout", "`timeout-minutes`"],
    ["token", "`api-key`"],
    ["output", "`download-path`"],
    ["sha", "`status-sha`"],
    ["data_set", "`dataset`"],
    ["visiblity", "`visibility`"],
  ])("%s is refused, and the one that is meant is named", (name, meant) => {
    const [problem, ...more] = problems({ [`INPUT_${name.toUpperCase()}`]: "x" });
    expect(more).toEqual([]);
    expect(problem?.input).toBe(name);
    expect(problem?.text).toContain(meant);
  });

  test("is refused when nothing like it is known, with the variable that may have brought it", () => {
    const [problem] = problems({ INPUT_SOMETHING: "x" });
    expect(problem?.text).toContain("INPUT_SOMETHING");
  });

  test("is refused together with all others", () => {
    const env = { INPUT_EXCLUDE: "x", INPUT_PATH: "x", "INPUT_DATASET-NAME": "x" };
    expect(refused({ ...minimal, "export-name": "x" }, env)).toEqual([
      "exclude",
      "path",
      "dataset-name",
      "export-name",
    ]);
  });

  test("is a notice under act, which passes an outer action's inputs on, unless it is nearly one", () => {
    const act = { ACT: "true", INPUT_SOMETHING: "x" };
    const { environment } = record({ tree, inputs: minimal, env: act });
    expect(readInputs(environment).notices).toHaveLength(1);
    expect(refused(minimal, { ...act, INPUT_FILE: "x" })).toEqual(["file"]);
  });
});

describe("an input without effect", () => {
  const upload = minimal;
  const exporting = { "export-projects": "p" };
  const existing = { "export-uid": "e" };
  /** Another value than the default, for each input that is about something. */
  const values: Record<string, string> = {
    root: "a",
    prefix: "a",
    "include-hidden-files": "true",
    symlinks: "skip",
    "allow-link-targets": "/mnt/cache",
    unindexed: "send",
    "check-content": "off",
    "min-age-minutes": "5",
    "changing-files": "leave-out",
    "if-no-files-found": "warn",
    "partition-depth": "1",
    slug: "a",
    "data-type": "image",
    visibility: "public",
    organization: "o",
    metadata: "a: 1",
    "if-dataset-exists": "fail",
    "wait-for-dataset": "false",
    "export-format": "coco",
    "export-name": "n",
    "wait-for-export": "false",
    "timeout-minutes": "5",
    "download-path": "out",
    extract: "false",
    "gate-min-tasks": "1",
    "gate-min-exported": "5%",
    "status-sha": "a".repeat(40),
    concurrency: "2",
    "time-budget-minutes": "5",
    "dry-run": "true",
    plan: "plan.json",
  };
  const about = (...needs: Need[]): InputName[] =>
    INPUT_NAMES.filter((name) => {
      const row: InputRow = INPUTS[name];
      return row.needs !== undefined && needs.includes(row.needs);
    });

  test("each input that is about something is tried", () => {
    const needs: Need[] = ["upload", "new-export", "export", "finished-export", "download"];
    expect(about(...needs, "waiting", "status").sort()).toEqual(Object.keys(values).sort());
  });

  const cases: [situation: string, inputs: Record<string, string>, names: InputName[]][] = [
    ["there is no upload", exporting, about("upload")],
    ["there is no export", upload, about("new-export", "export", "finished-export")],
    ["the export exists already", existing, about("new-export")],
    [
      "the export is not waited for",
      { ...exporting, "wait-for-export": "false" },
      [...about("finished-export"), "timeout-minutes"],
    ],
    ["the dataset is not waited for", { ...upload, "wait-for-dataset": "false" }, about("waiting")],
    ["nothing is downloaded", exporting, about("download")],
    ["no status is set", exporting, about("status")],
  ];
  test.each(
    cases.flatMap(([situation, inputs, names]) =>
      names.map((name) => [situation, name, inputs] as const),
    ),
  )("is refused: when %s, %s", (_situation, name, inputs) => {
    expect(refused({ ...inputs, [name]: values[name] ?? "" })).toEqual([name]);
    expect(refused({ ...inputs, [name]: INPUTS[name].default })).toEqual([]);
  });

  test("for want of an export names the inputs that would make one as empty, and says nothing else", () => {
    const given = { "export-projects": "", "gate-min-tasks": "1", "timeout-minutes": "5" };
    const texts = problemsOf(given).map(({ input, text }) => `${input}: ${text}`);
    expect(texts).toEqual([
      "gate-min-tasks: applies to an export, but export-datasets, export-projects, export-slices and export-uid are all empty. If you set one, check the variable or output it reads: one that does not exist is empty",
    ]);
  });

  test("is told from nothing to do, which may be an empty variable too", () => {
    expect(
      problemsOf({})
        .map(({ text }) => text)
        .join(),
    ).toContain("one that does not exist is empty");
    expect(problemsOf({ "timeout-minutes": "5" }).map(({ input }) => input)).toEqual(["files"]);
  });

  test("is refused together with all others", () => {
    const given = { ...existing, "export-format": "coco", root: "a", extract: "false" };
    expect(refused(given)).toEqual(["root", "export-format", "extract"]);
  });

  test("is not said of what a value that can't be read would have switched off", () => {
    const given = { ...upload, "timeout-minutes": "5" };
    expect(refused({ ...given, "wait-for-dataset": "yes" })).toEqual(["wait-for-dataset"]);
    const finished = { ...existing, "download-path": "out", "wait-for-export": "yes" };
    expect(refused(finished)).toEqual(["wait-for-export"]);
  });

  test("has one where it is about something", () => {
    const whole = { ...upload, "export-datasets": "uploaded", "download-path": "out" };
    const names = ["root", "export-format", "extract", "timeout-minutes", "gate-min-tasks"];
    const given = Object.fromEntries(names.map((name) => [name, values[name] ?? ""]));
    expect(refused({ ...whole, ...given })).toEqual([]);
  });
});

describe("a dataset that nobody waits for", () => {
  const unwaited = { ...minimal, "wait-for-dataset": "false" };

  test.each([
    { "export-datasets": "uploaded" },
    { "export-datasets": "uploaded", "wait-for-export": "false" },
    { "status-context": "avala", "github-token": "t" },
  ])("opens nothing: it is refused with %j", (more) => {
    expect(refused({ ...unwaited, ...more })).toContain("wait-for-dataset");
  });

  test("may go with an export of others", () => {
    expect(refused({ ...unwaited, "export-datasets": "uid-1" })).toEqual([]);
  });
});

test("what the connection would refuse is refused with the rest", () => {
  const bad = {
    ...minimal,
    "base-url": "notaurl",
    "allow-storage-hosts": "*.foo",
    concurrency: "x",
  };
  expect(refused(bad).sort()).toEqual(["allowed storage hosts", "base URL", "concurrency"]);
});
