// Options of the core that are to be numbers, and are none: each is refused before Avala is asked anything.
import type { InputError } from "../../src/errors";
import { readFileSet } from "../../src/files/file-set";
import { hashFiles } from "../../src/files/hash";
import { waitForDataset } from "../../src/operations/datasets/dataset";
import { waitForExport } from "../../src/operations/export";
import { growSet } from "../../src/operations/grow/grow";
import { growingName } from "../../src/operations/grow/increment-name";
import { decideGrowth } from "../../src/operations/grow/decide-growth";
import { carryOut, publishDataset } from "../../src/operations/publish/publish";
import type { Avala } from "../../src/api/connection";
import { scripted } from "../support/scripted-transport";
import { rejectionOf } from "../support/thrown";

const numbers = { deadlineMs: Number.NaN, concurrency: -1, waitMs: () => 1000 };
const dataset = { name: "a", slug: "a", dataType: "image" as const };
const target = { dataset, files: [], ifExists: "verify" as const };
const growing = { name: growingName("a-{increment}"), dataset, files: [] };
const lists = { current: [], superseded: [], moved: [], unverified: [], postponed: [] };
const decision = {
  ...{ target: growing, increments: [], plan: { ...lists, toSend: [] } },
  ...{ later: [], deleted: [], byHand: [], unindexed: 0 },
};
const timing = ["concurrency", "deadlineMs"];

const calls: readonly (readonly [
  name: string,
  inputs: readonly string[],
  call: (avala: Avala) => Promise<unknown>,
])[] = [
  ["publishDataset", [...timing, "files"], (avala) => publishDataset(avala, target, numbers)],
  ["carryOut", [...timing, "files"], (avala) => carryOut(avala, { kind: "send", target }, numbers)],
  ["decideGrowth", timing, (avala) => decideGrowth(avala, growing, numbers)],
  ["growSet", timing, (avala) => growSet(avala, decision, numbers)],
  [
    "waitForDataset",
    ["timeoutMs"],
    (avala) => waitForDataset(avala, { uid: "u", name: "a" } as never, { timeoutMs: Number.NaN }),
  ],
  [
    "waitForExport",
    ["timeoutMs"],
    (avala) => waitForExport(avala, "u", { timeoutMs: undefined as never }),
  ],
  ["hashFiles", ["concurrency"], () => hashFiles([], { concurrency: Number.NaN })],
  [
    "readFileSet",
    ["minAgeMinutes"],
    () => readFileSet({ root: __dirname, include: ["**"], minAgeMinutes: Number.NaN }),
  ],
];

test.each(calls)("%s refuses %j at once", async (_name, inputs, call) => {
  const { avala, requests } = scripted([]);
  const error = (await rejectionOf(call(avala))) as InputError;
  expect(error.code).toBe("input");
  expect(error.problems.map(({ input }) => input)).toEqual(inputs);
  expect(error.message).toMatch(/must be (?:.*\(got NaN\)|a number)/);
  expect(requests).toEqual([]);
});
