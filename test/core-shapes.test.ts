// Each function of the core may be called from plain JavaScript: what is of a wrong shape is refused before anything is read
// or sent, all of it at once and by name, and is never taken for something else.
import * as core from "../src";
import type { InputError } from "../src";
import { reply, scripted } from "./support/scripted-transport";
import { createTempTree } from "./support/temp-tree";

const temp = createTempTree();
afterAll(() => temp.remove());

const file = {
  path: "a.jpg",
  absolutePath: "/nowhere/a.jpg",
  sizeBytes: 1,
  sha256: "0".repeat(64),
};
const manifest = core.createManifest([file]);
const dataset = { name: "a", slug: "a", dataType: "image" as const };
const made = { ...dataset, uid: "u", status: "created", itemCount: 1 };
const target = { dataset, files: [file], ifExists: "verify" as const };
const publishing = { waitMs: () => 0 };
const ref = { owner: "o", slug: "s" };
const source = { name: "e", format: "f", datasets: ["d"], projects: [], slices: [] };
const growing = { name: core.growingName("t-{increment}"), dataset, files: [file] };
const lists = { current: [], superseded: [], moved: [], unverified: [], postponed: [] };
const plan = { ...lists, toSend: [] };
const decision = {
  ...{ target: growing, increments: [], plan },
  ...{ later: [], deleted: [], byHand: [], unindexed: 0 },
};
const increment = { number: 1, shortDigest: "0".repeat(12), dataset: made, entries: [file] };
const toSend = { toSend: [file], fileCount: 1 };
const permissions = { isStaffPrivileged: false, scopes: [], capabilities: [] };

interface Row {
  /** What it may be called with; `avala` stands for a session. */
  readonly right: readonly unknown[];
  /** What stands at one place in its place, and the inputs that are then refused. */
  readonly wrong: readonly (readonly [place: number, value: unknown, inputs: readonly string[]])[];
}

const avala = Symbol("a session");
const list: Row["wrong"][number] = [1, { limit: "many", expected: -1 }, ["limit", "expected"]];
const uid: Row = { right: [avala, "u"], wrong: [[1, 5, ["uid"]]] };
const project: Row = { right: [avala, "u"], wrong: [[1, ["u"], ["projectUid"]]] };
const session: Row = { right: [avala], wrong: [[0, {}, ["avala"]]] };

const circle: Record<string, unknown> = {};
circle["of"] = [circle];
const broken = (): never => {
  throw new Error("broken");
};
/** What JSON can't say, or would leave out. */
const notJson: readonly unknown[] = [
  ...[
    { n: 5n },
    circle,
    { toJSON: broken },
    { deep: [Number.NaN] },
    { n: Number.POSITIVE_INFINITY },
  ],
  ...[
    { at: new Date(Number.NaN) },
    { list: [new Map([["a", 1]])] },
    new Map(),
    new Date(0),
    { broken },
  ],
];

const DISK = [
  ...["openToRead", "readWhole", "readIfPresent", "openToAppend", "remove", "hold", "list"],
  ...["rewrite", "ownMark", "isRunning"],
];

/** Can be gone through only once. */
function* once(...entries: readonly unknown[]): Generator {
  yield* entries;
}

const rows: Readonly<Record<string, Row>> = {
  carryOut: {
    right: [avala, { kind: "send", target }, publishing],
    wrong: [
      [1, target, ["kind", "target"]],
      [2, { waitMs: 60_000 }, ["waitMs"]],
    ],
  },
  checksumsText: { right: [manifest], wrong: [[0, [file], ["manifest"]]] },
  compareItems: {
    right: [avala, made, [file], {}],
    wrong: [
      [1, "u", ["dataset"]],
      [2, "a.jpg", ["expected"]],
      [2, ["a.jpg"], ["expected[0]"]],
      [2, [file, null], ["expected[1]"]],
      [2, new Map([["a.jpg", file]]), ["expected[0]"]],
      [2, new Set([file, "a.jpg"]), ["expected[1]"]],
      [2, [file, { ...file, path: 5 }], ["expected[1].path"]],
      [3, { waitMs: "long", isMadeOfThese: 1 }, ["waitMs", "isMadeOfThese"]],
    ],
  },
  compareManifests: {
    right: [manifest, manifest],
    wrong: [
      [1, {}, entriesOf("after")],
      [0, { ...manifest, entries: [file, "b.jpg"] }, ["before.entries[1]"]],
    ],
  },
  confirmDataset: {
    right: [avala, { ...dataset, metadata: { at: new Date(0), list: [1, null, { a: "" }] } }],
    wrong: [
      [1, { name: "a", industry: "5" }, ["slug", "dataType", "industry"]],
      ...notJson.map((value): Row["wrong"][number] => [
        1,
        { ...dataset, metadata: value, extraFields: value },
        ["metadata", "extraFields"],
      ]),
    ],
  },
  connect: {
    right: [{ apiKey: "avk_any_0123456789" }],
    wrong: [
      [0, {}, ["api key"]],
      [0, { apiKey: 5, allowStorageHosts: "a.test" }, ["apiKey", "allowStorageHosts"]],
      [0, { apiKey: "avk_a", signal: { aborted: false } }, ["signal"]],
      [
        0,
        { apiKey: "avk_a", ports: { random: 1, clock: {} } },
        [...["ports.clock.now", "ports.clock.sleep", "ports.random"]],
      ],
      [0, { apiKey: "avk_a", ports: { disk: {} } }, DISK.map((name) => `ports.disk.${name}`)],
      [0, { apiKey: "avk_a", secrets: {} }, ["secrets.add", "secrets.hide", "secrets.mask"]],
      [0, { apiKey: "avk_a", proxy: "http://p", onEvent: {} }, ["proxy", "onEvent"]],
      [0, { apiKey: "avk_a", signal: new AbortController(), baseURL: "b" }, ["signal", "baseURL"]],
    ],
  },
  createDatasetOnce: {
    right: [
      avala,
      { ...dataset, providerConfig: { provider: "aws_s3", bucketName: "b", bucketRegion: "r" } },
    ],
    wrong: [
      [1, { name: "a" }, ["slug", "dataType"]],
      [1, { ...dataset, providerConfig: { provider: "s3" } }, ["providerConfig.provider"]],
      [
        1,
        { ...dataset, providerConfig: { provider: "gc_storage", includedExtensions: "jpg" } },
        ["providerConfig.includedExtensions"],
      ],
    ],
  },
  createManifest: {
    right: [[file]],
    wrong: [
      [0, "a.jpg", ["entries"]],
      [0, ["a.jpg"], ["entries[0]"]],
      [0, [{ path: "a.jpg" }], ["entries[0].sizeBytes", "entries[0].sha256"]],
      [0, [file, null, file, "b.jpg", []], ["entries[1]", "entries[3]", "entries[4]"]],
      [0, new Map([["a.jpg", file]]), ["entries[0]"]],
      [0, new Set([file, null]), ["entries[1]"]],
    ],
  },
  currentJson: {
    right: [[{ name: "a", datasetUids: ["u"], plan }]],
    wrong: [[0, [{ name: "a", datasetUids: "u", plan }], ["sets[0].datasetUids"]]],
  },
  datasetVersionName: { right: ["a-{digest}", "0".repeat(64)], wrong: [[1, manifest, ["digest"]]] },
  decideGrowth: {
    right: [avala, growing, publishing],
    wrong: [
      [1, { ...growing, name: "t-{increment}" }, ["name"]],
      [1, { ...growing, files: [{ ...file, sha256: undefined }] }, ["files[0].sha256"]],
      [1, { ...growing, files: [file, null] }, ["files[1]"]],
      [2, undefined, ["options"]],
    ],
  },
  decidePublish: {
    right: [avala, target, publishing],
    wrong: [
      [1, { dataset: "a", files: file }, ["dataset", "files", "ifExists"]],
      [2, { stateDirectory: true }, ["waitMs", "stateDirectory"]],
    ],
  },
  deleteDataset: { right: [avala, ref], wrong: [[1, "u", ["ref"]]] },
  describeCost: { right: [core.estimateCost([toSend])], wrong: [[0, "cheap", ["cost"]]] },
  downloadExport: {
    right: [avala, "u", { toFile: temp.at("export.zip") }],
    wrong: [[2, { patienceMs: 5 }, ["toFile", "patienceMs"]]],
  },
  estimateCost: {
    right: [[toSend]],
    wrong: [
      [0, toSend, ["datasets"]],
      [0, [{ toSend: 3 }], ["datasets[0].toSend", "datasets[0].fileCount"]],
      [0, [{ toSend: [file, null], fileCount: 2 }], ["datasets[0].toSend[1]"]],
      [0, [{ toSend: new Set([null]), fileCount: 1 }], ["datasets[0].toSend[0]"]],
    ],
  },
  evaluateQualityTargets: project,
  findDataset: { right: [avala, { name: "a" }], wrong: [[1, "a", ["wanted"]]] },
  getAllowedMimes: session,
  getConsensusSummary: project,
  getDataset: {
    right: [avala, "u"],
    wrong: [
      [1, 5, ["ref"]],
      [1, { owner: "o" }, ["slug"]],
    ],
  },
  getDatasetHealth: { right: [avala, ref], wrong: [[1, "u", ["ref"]]] },
  getExport: uid,
  getItem: { right: [avala, ref, "u"], wrong: [[2, 5, ["uid"]]] },
  getMe: session,
  getPermissions: session,
  getProject: uid,
  getQuota: { right: [avala, {}], wrong: [[1, { organizationUID: "u" }, ["organizationUID"]]] },
  getTask: uid,
  getWebhookDelivery: uid,
  growSet: {
    right: [avala, decision, publishing],
    wrong: [
      [1, { name: "a" }, ["target", "increments", "plan", "later", "deleted"]],
      [2, { waitMs: 5, concurrency: 0 }, ["waitMs", "concurrency"]],
    ],
  },
  growingName: {
    right: ["t-{increment}", {}],
    wrong: [
      [0, undefined, ["template"]],
      [1, null, ["options"]],
    ],
  },
  hasPendingTasks: project,
  hashFiles: {
    right: [[], {}],
    wrong: [
      [0, "a.jpg", ["files"]],
      [0, ["a.jpg"], ["files[0]"]],
      [0, { files: [file] }, ["files"]],
      [0, [file, null], ["files[1]"]],
      [1, { onProgess: () => undefined, concurrency: "2" }, ["concurrency", "onProgess"]],
    ],
  },
  knownIncrements: { right: [[increment]], wrong: [[0, increment, ["increments"]]] },
  lackedScopes: { right: [permissions, []], wrong: [[1, "exports.read", ["wanted"]]] },
  listDatasetPage: {
    right: [avala, {}],
    wrong: [[1, { cursor: 5, limit: 0 }, ["limit", "cursor"]]],
  },
  listDatasets: { right: [avala, {}], wrong: [[1, "a", ["filter"]]] },
  listExports: { right: [avala, {}], wrong: [list] },
  listItems: { right: [avala, ref, {}], wrong: [[1, "u", ["ref"]]] },
  listOrganizations: session,
  listProjects: { right: [avala, {}], wrong: [list] },
  listSequences: { right: [avala, ref, {}], wrong: [[2, 100, ["options"]]] },
  listSlices: { right: [avala, "o", {}], wrong: [[1, ref, ["owner"]]] },
  listTasks: { right: [avala, {}], wrong: [[1, { project: ["u"] }, ["project"]]] },
  listWebhookDeliveries: { right: [avala, {}], wrong: [[1, { webhookUID: "u" }, ["webhookUID"]]] },
  publishDataset: {
    right: [avala, target, publishing],
    wrong: [
      [2, {}, ["waitMs"]],
      [2, { waitMs: 60_000, concurrency: 99 }, ["waitMs", "concurrency"]],
      [2, { waitMs: async () => 60_000 }, ["waitMs()"]],
      [2, undefined, ["options"]],
      [1, { ...dataset, files: [file] }, ["dataset", "ifExists"]],
      [1, { ...target, files: [file, { ...file, absolutePath: 5 }] }, ["files[1].absolutePath"]],
      [
        1,
        { ...target, dataset: { name: "a", dataType: "jpg" } },
        ["dataset.slug", "dataset.dataType"],
      ],
      [1, { ...target, files: ["a.jpg"] }, ["files[0]"]],
      [1, { ...target, files: [file, null, "b.jpg"] }, ["files[1]", "files[2]"]],
    ],
  },
  readConfig: { right: [{}, {}], wrong: [[0, { apikey: "a", baseUrl: 5 }, ["baseUrl", "apikey"]]] },
  readFileSet: {
    right: [{ root: __dirname, include: ["*.none"], allowEmpty: true }, {}],
    wrong: [
      [0, { root: __dirname, include: "*.ts" }, ["include"]],
      [0, { include: ["*"], exclude: "b", symlinks: "no" }, ["root", "exclude", "symlinks"]],
      [0, { root: __dirname, inculde: ["*"] }, ["include", "inculde"]],
      [0, { root: __dirname, include: ["*", 5], allowEmpty: "no" }, ["include[1]", "allowEmpty"]],
      [1, "fast", ["run"]],
    ],
  },
  slugFrom: { right: ["a"], wrong: [[0, dataset, ["name"]]] },
  startExport: {
    right: [avala, source, {}],
    wrong: [
      [1, { datasets: ["d"] }, ["name", "format", "projects", "slices"]],
      [1, { ...source, datasets: "d" }, ["datasets"]],
    ],
  },
  stateDirectory: { right: [{}, "linux"], wrong: [[0, "/tmp", ["environment"]]] },
  stateOf: { right: ["done"], wrong: [[0, {}, ["status"]]] },
  transferDataset: {
    right: [avala, ref, { ownerUsername: "n" }],
    wrong: [
      [2, {}, ["to"]],
      [2, "n", ["to"]],
      [2, { organizationUid: "o", ownerUsername: "n" }, ["to"]],
    ],
  },
  updateDataset: { right: [avala, ref, {}], wrong: [[2, { visiblity: "public" }, ["visiblity"]]] },
  uploadFiles: {
    right: [avala, { datasetName: "a", files: [file] }],
    wrong: [
      [1, { dataset: { name: "a" }, files: [file] }, ["datasetName"]],
      [1, { datasetName: "a", files: "a.jpg", isMade: true }, ["isMade", "files"]],
      [1, { datasetName: "a", files: [file, null, "b.jpg"] }, ["files[1]", "files[2]"]],
      [1, { datasetName: "a", files: [file, { ...file, path: "b.jpg", sha256: null }] }, ["b.jpg"]],
    ],
  },
  waitForDataset: {
    right: [avala, made, { timeoutMs: 1 }],
    wrong: [
      [1, "u", ["dataset"]],
      [2, {}, ["timeoutMs"]],
    ],
  },
  waitForExport: { right: [avala, "u", { timeoutMs: 1 }], wrong: [[2, undefined, ["options"]]] },
  withListener: { right: [avala, () => undefined], wrong: [[1, {}, ["listener"]]] },
  withSignal: {
    right: [avala, new AbortController().signal],
    wrong: [[1, new AbortController(), ["signal"]]],
  },
};

function entriesOf(name: string): readonly string[] {
  return [`${name}.entries`, `${name}.digest`, `${name}.totalBytes`];
}

const functions = core as unknown as Readonly<Record<string, (...given: unknown[]) => unknown>>;

interface Outcome {
  readonly error: Partial<InputError> | undefined;
  readonly requests: number;
}

/** Calls it, reads what it returns to the end, and says what came of it. */
async function outcomeOf(name: string, given: readonly unknown[]): Promise<Outcome> {
  const { avala: opened, requests } = scripted([reply(404, { detail: "no" })]);
  const args = given.map((one) => (one === avala ? opened : one));
  let error: unknown;
  try {
    const returned = await functions[name]?.(...args);
    if (typeof returned === "object" && returned !== null && Symbol.asyncIterator in returned)
      await (returned as AsyncIterable<unknown>)[Symbol.asyncIterator]().next();
    else if (name === "currentJson") Array.from(returned as Iterable<unknown>);
  } catch (reason) {
    error = reason;
  }
  return { error: error as Outcome["error"], requests: requests.length };
}

const withIn = (given: readonly unknown[], place: number, value: unknown): readonly unknown[] =>
  given.map((one, index) => (index === place ? value : one));

const GUARDS = ["isApiError", "isAvalaError"];

test("the table has every function of the core but those that take anything", () => {
  const named = Object.keys(core).filter((name) => /^[a-z]/.test(name));
  expect(Object.keys(rows)).toEqual(named.filter((name) => !GUARDS.includes(name)).sort());
});

const wrongs = Object.entries(rows).flatMap(([name, { right, wrong }]) =>
  wrong.map(([place, value, inputs]) => ({ name, inputs, given: withIn(right, place, value) })),
);

test.each(wrongs)(
  "$name refuses $inputs before anything is done",
  async ({ name, inputs, given }) => {
    const { error, requests } = await outcomeOf(name, given);
    expect(error?.problems?.map(({ input }) => input)).toEqual(inputs);
    expect(error).toMatchObject({ code: "input" });
    expect(requests).toBe(0);
  },
);

test.each(Object.entries(rows))(
  "%s takes what is right, and says what is missing",
  async (name, row) => {
    expect((await outcomeOf(name, row.right)).error?.code).not.toBe("input");
    // The one that may be called with nothing.
    const given = name === "stateDirectory" ? [null] : [];
    const { error, requests } = await outcomeOf(name, given);
    expect({ error, requests }).toMatchObject({ error: { code: "input" }, requests: 0 });
  },
);

const STRANGE = [
  undefined,
  null,
  5,
  Number.NaN,
  10n,
  "x",
  true,
  Symbol("s"),
  [],
  [null],
  {},
  () => 1,
];

test.each(Object.entries(rows))(
  "%s throws nothing of its insides, whatever it is given",
  async (name, row) => {
    for (const place of row.right.keys()) {
      for (const value of STRANGE) {
        const { error } = await outcomeOf(name, withIn(row.right, place, value));
        expect([value, error === undefined || core.isAvalaError(error), error]).toEqual([
          value,
          true,
          error,
        ]);
      }
    }
  },
);

test("lists that can be gone through only once are looked at, too", async () => {
  expect(core.createManifest(once(file) as Iterable<typeof file>)).toEqual(manifest);
  for (const [name, given, input] of [
    ["createManifest", [once(file, null)], "entries[1]"],
    ["compareItems", [avala, made, once(file, "a.jpg")], "expected[1]"],
    ["estimateCost", [[{ toSend: once(null), fileCount: 1 }]], "datasets[0].toSend[0]"],
  ] as const) {
    const { error, requests } = await outcomeOf(name, given);
    expect({ problems: error?.problems, requests }).toMatchObject({
      problems: [{ input }],
      requests: 0,
    });
  }
});
