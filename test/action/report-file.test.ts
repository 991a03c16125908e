// report.json as its schema has it: of runs of every kind, each field known, and with what the summary shows.
import { readFileSync } from "node:fs";
import path from "node:path";
import Ajv from "ajv/dist/2020";
import { helpUrl } from "../../action/report/facts/links";
import type { ErrorCode } from "../../src/errors";
import { anchors } from "../support/markdown";
import { useActionPlace } from "../support/action-place";
import type { Recorded } from "../support/recorded-action";
import { jpeg } from "../support/temp-tree";

const file = path.join(__dirname, "../../docs/report.schema.json");
const schema = JSON.parse(readFileSync(file, "utf8")) as object;
const codes = (schema as { $defs: { errorCode: { enum: readonly ErrorCode[] } } }).$defs.errorCode;
const ajv = new Ajv({ allowUnionTypes: true });
const validate = ajv.compile(schema);
const validateStrictly = ajv.compile(closed(schema) as object);

/** The same schema, which refuses fields that it does not name. */
function closed(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(closed);
  const inner = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, closed(one)]));
  const isObject = "properties" in value && "type" in value;
  return isObject ? { additionalProperties: false, ...inner } : inner;
}

interface Report {
  readonly seconds: Readonly<Record<string, number>>;
  readonly rows: readonly object[];
  readonly [name: string]: unknown;
}

const place = useActionPlace(
  {
    "images/cats/one.jpg": jpeg("one"),
    "images/cats/two.jpg": jpeg("two"),
    "images/dogs/three.jpg": jpeg("three"),
    "images/notes.md": "n",
  },
  { ingestMs: 10, exportMs: 10 },
);
const versioned = { dataset: "pets-{digest}", files: "images" };
const partitioned = {
  ...versioned,
  dataset: "pets-{folder}-{digest}",
  "partition-depth": "1",
  root: "images",
  files: "**",
};
const growing = { dataset: "pets-{increment}", files: "images" };
const exported = { ...versioned, "export-datasets": "uploaded", "download-path": "export" };

function reportOf({ outputs }: Recorded): Report {
  const report = JSON.parse(readFileSync(outputs.report ?? "", "utf8")) as Report;
  expect([validate(report), validate.errors]).toEqual([true, null]);
  expect([validateStrictly(report), validateStrictly.errors]).toEqual([true, null]);
  return report;
}

test.each([
  ["an upload", versioned, "uploaded"],
  ["partitions", partitioned, "uploaded"],
  ["a growing set", growing, "uploaded"],
  ["a dry run", { ...versioned, "dry-run": "true" }, "planned"],
  ["a dry run of a growing set", { ...growing, "dry-run": "true" }, "planned"],
  ["an export with a gate", { ...exported, "gate-min-tasks": "9" }, "gate_closed"],
  ["an export", exported, "exported"],
  ["a refusal", { ...versioned, files: "nothing.jpg", summary: "maybe" }, "invalid"],
  ["nothing found", { ...versioned, files: "*.png", "if-no-files-found": "ignore" }, "empty"],
])("is valid of %s", async (_name, inputs, outcome) => {
  const report = reportOf(await place.act(inputs));
  expect(report).toMatchObject({ version: 1, outcome });
});

test("is valid of a second run that finds everything, and of one that changed a file", async () => {
  await place.act(growing);
  place.tree.write({ "images/cats/two.jpg": jpeg("changed"), "images/cats/four.jpg": jpeg("4") });
  expect(reportOf(await place.act(growing)).rows).toMatchObject([
    { files: 4, sent: 2, unchanged: 2 },
  ]);
  expect(reportOf(await place.act(growing)).rows).toMatchObject([
    { files: 4, sent: 0, unchanged: 4, state: "nothing new", uid: null },
  ]);
});

test("has a row for each folder, with the totals, and where its dataset is", async () => {
  const { rows, totals } = reportOf(await place.act(partitioned));
  const [cats, dogs] = place.emulator.datasets();
  expect(rows).toMatchObject([
    { folder: "cats", uid: cats?.uid, files: 2, sent: 2, unchanged: 0, failed: 0 },
    { folder: "dogs", uid: dogs?.uid, files: 1, sent: 1, state: "created, 1 item" },
  ]);
  expect(rows[0]).toMatchObject({ url: `${place.emulator.baseUrl}/datasets/${cats?.uid}/` });
  expect(totals).toMatchObject({ files: 3, sent: 3 });
});

test("counts in a row what failed, and says that no dataset was made", async () => {
  place.emulator.setFault({
    on: { target: "storage" },
    times: 0,
    reply: { status: 403, body: "no" },
  });
  const recorded = await place.act(versioned);
  expect(reportOf(recorded)).toMatchObject({
    rows: [{ sent: 0, failed: 3, state: "not made", uid: null }],
    error: {
      code: expect.any(String) as string,
      help: expect.stringContaining("docs/troubleshooting.md#") as string,
    },
  });
  expect(recorded.summaries[0]).toContain("> [!CAUTION]");
});

test("says where the time went, by parts that add up, and how many calls were made", async () => {
  await place.start({ requestsPerMinute: 100, burstPerSecond: 20 });
  const report = reportOf(await place.act(exported));
  const { total = 0, waitingForLimit = 0, sendingWaitingForLimit = 0, ...parts } = report.seconds;
  const sum = Object.values(parts).reduce((all, one) => all + one, 0);
  expect(sum).toBeCloseTo(total, 3);
  expect(parts.sending).toBeGreaterThanOrEqual(sendingWaitingForLimit);
  expect(waitingForLimit).toBeGreaterThanOrEqual(sendingWaitingForLimit);
  const calls = place.emulator.requests().filter(({ target }) => target === "api");
  expect(report.calls).toMatchObject({ made: calls.length, limitPerMinute: 100 });
  expect(report.slowest).toHaveLength(3);
  expect(report.largest).toHaveLength(3);
});

test("says how long sending waited for the limit", async () => {
  await place.start({ requestsPerMinute: 1_000, burstPerSecond: 20 });
  const names = Array.from({ length: 30 }, (_, index) => `images/${index}.jpg`);
  place.tree.write(Object.fromEntries(names.map((name) => [name, jpeg(name)])));
  const { seconds } = reportOf(await place.act(versioned));
  expect(seconds.sendingWaitingForLimit).toBeGreaterThan(0.1);
  expect(seconds.sending).toBeGreaterThanOrEqual(seconds.sendingWaitingForLimit ?? 0);
});

test("names the step, the run and the commit, and the inputs without secrets", async () => {
  const env = {
    GITHUB_ACTION: "photos",
    GITHUB_JOB: "upload",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "me/pets",
    GITHUB_RUN_ID: "42",
    GITHUB_SHA: "0123456789abcdef0123456789abcdef01234567",
  };
  const recorded = await place.act({ ...versioned, concurrency: "4" }, { env });
  const { inputs, ...rest } = reportOf(recorded);
  expect(rest).toMatchObject({
    step: { name: "photos", job: "upload" },
    run: "https://github.com/me/pets/actions/runs/42/attempts/1",
    commit: "https://github.com/me/pets/commit/0123456789ab",
  });
  expect(inputs).toMatchObject({ ...versioned, concurrency: "4", "api-key": "given, not shown" });
  expect(recorded.summaries[0]).toMatch(/^## Avala: Uploaded · photos\n/);
});

test("leads to what the docs say, of each code and of a gate that stays closed", () => {
  const text = readFileSync(path.join(__dirname, "../../docs/troubleshooting.md"), "utf8");
  const there = anchors(text);
  const named = [
    ...codes.enum.map((code) => helpUrl("failed", code)),
    helpUrl("gate_closed", "export_failed"),
    helpUrl("status_not_set", "permission"),
  ].map((url) => new URL(url).hash.slice(1));
  expect(named.filter((anchor) => !there.includes(anchor))).toEqual([]);
  expect(named).toEqual(expect.arrayContaining(["gate_closed", "status_not_set", "timeout"]));
});
