// What a preview asks Avala: a wrong key is an answer, and what could not be asked is said, also where the key may not read.
import { jpeg } from "../support/temp-tree";
import type { Handlers } from "../../provider/handlers/handlers";
import { checked, createBench, failuresOf, make, type Bench } from "../support/provider";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "a.jpg": jpeg("a") });
});
afterEach(() => bench.stop());

const call = { urn: "urn:training", isPreview: true };
const fileSet = () => ({ root: bench.tree.root, include: ["*.jpg"], versionOf: "training" });
const plain = { name: "mine", dataType: "image" };

const answer = (status: number): void => {
  const reply = { status, body: { detail: "no" } };
  bench.avala.setFault({ on: { method: "GET", path: "/datasets/*" }, times: 0, reply });
};

test("a wrong key is a failure of the resource, and of none of its properties", async () => {
  answer(401);
  const failures = await failuresOf(bench.handlers().fileSet, { ...fileSet(), call });
  expect(failures).toEqual([{ property: "", reason: expect.stringContaining("401") as string }]);
});

test.each([
  ["a file set", "fileSet", () => fileSet()],
  ["a dataset without files", "dataset", () => plain],
] as const)("%s says that without a key nothing was looked up", async (_what, kind, given) => {
  const handler = bench.handlers({ AVALA_API_KEY: "" })[kind] as unknown as Handlers["webhook"];
  await checked(handler, { ...given(), call });
  expect(bench.told().join("\n")).toContain("not compared with the server: no API key");
  expect(bench.avala.requests()).toEqual([]);
});

test("with a key it does not", async () => {
  await checked(bench.handlers().fileSet, { ...fileSet(), call });
  expect(bench.told().join("\n")).not.toContain("not compared");
});

/** Each look-up of a preview, as the engine has it made. */
const LOOK_UPS: readonly (readonly [string, () => Promise<() => Promise<unknown>>])[] = [
  [
    "a new file set",
    () => Promise.resolve(() => checked(bench.handlers().fileSet, { ...fileSet(), call })),
  ],
  [
    "a changed file set",
    async () => {
      const { id, outs } = await make(bench.handlers().fileSet, fileSet());
      bench.tree.write({ "b.jpg": jpeg("b") });
      return async () => {
        const handlers = bench.handlers();
        const news = await checked(handlers.fileSet, { ...fileSet(), call }, outs as never);
        return handlers.fileSet.diff(id, outs, news);
      };
    },
  ],
  [
    "a new dataset",
    () => Promise.resolve(() => checked(bench.handlers().dataset, { ...plain, call })),
  ],
  [
    "a dataset that another one of its name is to replace",
    async () => {
      const given = { ...plain, onDelete: "delete" };
      const { id, outs } = await make(bench.handlers().dataset, given);
      return async () => {
        const { dataset } = bench.handlers();
        const news = await checked(dataset, { ...given, slug: "two", call }, given);
        return dataset.diff(id, outs, news);
      };
    },
  ],
  [
    "a dataset that one of another owner is to replace",
    async () => {
      const { id, outs } = await make(bench.handlers().dataset, plain);
      return async () => {
        const { dataset } = bench.handlers();
        const news = await checked(dataset, { ...plain, organizationUid: "another", call }, plain);
        return dataset.diff(id, outs, news);
      };
    },
  ],
];

describe.each(LOOK_UPS)("The look-up for %s, in a preview,", (_what, prepare) => {
  test("fails on a 401: the key is wrong or has expired", async () => {
    const look = await prepare();
    answer(401);
    await expect(look()).rejects.toThrow(/401/);
  });

  test("says that it was not checked where the key may not read", async () => {
    const look = await prepare();
    answer(403);
    await look();
    expect(bench.told().join("\n")).toContain("was not checked: ");
  });

  test("warns of what was not checked where there is no answer", async () => {
    const look = await prepare();
    answer(400);
    await look();
    expect(bench.messages).toContainEqual({
      severity: "warning",
      text: expect.stringMatching(/Whether .* was not checked: /) as string,
      urn: call.urn,
    });
  });
});

test("A file set and the dataset of it ask once in a preview whether it exists", async () => {
  const { outs } = await make(bench.handlers().fileSet, fileSet());
  const from = bench.avala.requests().length;
  const handlers = bench.handlers();
  await checked(handlers.fileSet, { ...fileSet(), call });
  await checked(handlers.dataset, { files: outs, call });
  const asked = bench.avala.requests().slice(from);
  expect(asked.filter(({ route }) => route === "/datasets/")).toHaveLength(1);
});
