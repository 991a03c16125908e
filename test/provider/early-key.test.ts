// A key that is refused ends the reading of a new resource's files, in a preview and in an `up`.
import { truncateSync } from "node:fs";
import { jpeg } from "../support/temp-tree";
import { createBench, growingSetOf, type Bench } from "../support/provider";
import type { Handlers } from "../../provider/handlers/handlers";

const KEY = "avk_scoped_000000000000";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "a.jpg": jpeg("a"), "large.jpg": jpeg("b") });
});
afterEach(() => bench.stop());

/** A file that takes seconds to read, and no place on the disk. */
const enlarge = (bytes = 6 * 1024 ** 3): void => truncateSync(bench.tree.at("large.jpg"), bytes);

const calls = (): readonly string[] =>
  bench.avala.requests().map(({ method, path }) => `${method} ${path}`);

const isRead = (): boolean => bench.messages.some(({ text }) => /read 100%|to send/.test(text));

const fileSet = () => ({ root: bench.tree.root, include: ["*.jpg"], versionOf: "training" });

describe.each([
  ["a file set", "fileSet", fileSet],
  ["a growing set", "growingDataset", () => growingSetOf(bench)],
] as const)("%s that is new", (_what, kind, given) => {
  const reasons = async (isPreview: boolean, key: string, olds = {}): Promise<string> => {
    const handler = bench.handlers({ AVALA_API_KEY: key })[kind] as unknown as Handlers["webhook"];
    const call = { urn: "urn:training", isPreview };
    const { failures = [] } = await handler.check(olds as never, { ...given(), call } as never);
    return failures.map(({ reason }) => reason).join("\n");
  };

  test.each([true, false])("is not read with a wrong key, in a preview: %s", async (isPreview) => {
    enlarge();
    expect(await reasons(isPreview, "avk_wrong_0000000000")).toContain("401");
    expect(isRead()).toBe(false);
    expect(calls()).toEqual(["GET /users/me/permissions/"]);
  });

  test("costs one call with a wrong key, however many there are", async () => {
    enlarge();
    const key = { AVALA_API_KEY: "avk_wrong_0000000000" };
    const handler = bench.handlers(key)[kind] as unknown as Handlers["webhook"];
    const check = async (index: number): Promise<void> => {
      const call = { urn: `urn:${index}`, isPreview: false };
      const { failures = [] } = await handler.check({} as never, { ...given(), call } as never);
      expect(failures.map(({ reason }) => reason).join("\n")).toContain("401");
    };
    await Promise.all([check(1), check(2), check(3)]);
    await check(4);
    expect(calls()).toEqual(["GET /users/me/permissions/"]);
  });

  test("is not read by an up whose key lacks scopes, all of which are named", async () => {
    enlarge();
    bench.avala.addKey({ key: KEY, username: "emulator", scopes: ["exports.read"] });
    expect(await reasons(false, KEY)).toMatch(/lacks the scopes datasets\.read, datasets\.write/);
    expect(isRead()).toBe(false);
  });

  test("asks nothing of one that is in the state", async () => {
    enlarge(40 * 1024 ** 2);
    expect(await reasons(false, "avk_wrong_0000000000", { digest: "d" })).toBe("");
    expect(calls()).toEqual([]);
  });

  test("needs no key", async () => {
    enlarge(40 * 1024 ** 2);
    expect(await reasons(true, "")).toBe("");
    expect(calls()).toEqual([]);
  });
});
