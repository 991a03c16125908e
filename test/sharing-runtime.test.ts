import { utimesSync } from "node:fs";
import vm from "node:vm";
import { SequentialStorage } from "./support/sequential-storage";
import SharingRuntime from "./support/sharing-runtime";
import { createTempTree } from "./support/temp-tree";

const { scriptOf, shareTransformed } = SharingRuntime;

const file = "/place/module.js";

function run(source: string, filename = file): Record<string, unknown> {
  const module = { exports: {} };
  const context = vm.createContext({});
  const load = scriptOf(source, filename, ["module", "here"]).runInContext(context) as (
    ...parts: unknown[]
  ) => void;
  load(module, "a place");
  return module.exports;
}

describe("a file that several test files need", () => {
  test("is compiled once", () => {
    const source = "module.exports = 1;";
    expect(scriptOf(source, file, ["module"])).toBe(scriptOf(source, file, ["module"]));
  });

  test("has a state of its own in each", () => {
    const source = "let calls = 0; module.exports.call = () => ++calls; module.exports.list = [];";
    const [one, other] = [run(source), run(source)] as { call(): number; list: unknown }[];
    one!.call();
    expect(other!.call()).toBe(1);
    expect(Object.getPrototypeOf(one!.list)).not.toBe(Object.getPrototypeOf(other!.list));
  });

  test("gets what jest hands to it by name", () => {
    expect(run("module.exports = { here };")).toEqual({ here: "a place" });
  });

  test("is compiled again when it changed", () => {
    expect(run("module.exports.is = 1;")).toEqual({ is: 1 });
    expect(run("module.exports.is = 2;")).toEqual({ is: 2 });
  });

  test("may end in a comment", () => {
    expect(run("module.exports.is = 1; // the end")).toEqual({ is: 1 });
  });

  test("stands in stacks where it stands in the file, in its first line, too", () => {
    const { stack } = run("module.exports.stack = new Error().stack;") as { stack: string };
    expect(stack).toContain(`${file}:1:24`);
  });
});

describe("what a file is transformed into", () => {
  interface Cache {
    readonly transforms: Map<string, object>;
    readonly sourceMaps: Map<string, string>;
    transform(file: string): string;
  }

  /** As jest has it for one test file. */
  function cacheThat(makes: () => string): Cache {
    const cache: Cache = {
      transforms: new Map<string, object>(),
      sourceMaps: new Map<string, string>(),
      transform: (file) => {
        const code = makes();
        cache.transforms.set(file, { code });
        cache.sourceMaps.set(file, `map of ${code}`);
        return code;
      },
    };
    shareTransformed(cache);
    return cache;
  }

  test("is made once for several test files until the file changes, and each knows its map", () => {
    const tree = createTempTree({ "module.ts": "" });
    const source = tree.at("module.ts");
    try {
      let makes = 0;
      const make = (): string => `code ${++makes}`;
      const [one, other] = [cacheThat(make), cacheThat(make)];
      expect([one.transform(source), other.transform(source)]).toEqual(["code 1", "code 1"]);
      expect(other.transforms.get(source)).toEqual({ code: "code 1" });
      expect(other.sourceMaps.get(source)).toBe("map of code 1");
      utimesSync(source, 1, 1);
      expect([one.transform(source), other.transform(source)]).toEqual(["code 2", "code 2"]);
    } finally {
      tree.remove();
    }
  });
});

test("an import whose file can't be loaded that way rejects", async () => {
  const { load } = run('module.exports.load = () => import("node:fs");') as {
    readonly load: () => Promise<unknown>;
  };
  await expect(load()).rejects.toThrow();
});

describe("what jest keeps of the running test", () => {
  test("is carried by no promise", () => {
    const promise = Promise.resolve();
    // What packages of earlier test files keep so is not of this test: it has no value here.
    const carried = Object.getOwnPropertySymbols(promise)
      .filter(({ description }) => description === "kResourceStore")
      .map((name) => Reflect.get(promise, name) as unknown);
    expect(carried.filter((value) => value !== undefined)).toEqual([]);
  });

  test("is there until the test has ended, and then what was there before", async () => {
    const storage = new SequentialStorage();
    const seen: unknown[] = [];
    const hook = async (): Promise<void> => {
      seen.push(storage.getStore());
      await Promise.resolve();
      seen.push(storage.getStore());
    };
    await storage
      .run("test", async () => {
        await storage.run("hook", hook);
        seen.push(storage.getStore());
        await Promise.reject(new Error("failed"));
      })
      .catch(() => seen.push(storage.getStore()));
    expect(seen).toEqual(["hook", "hook", "test", undefined]);
    expect(() =>
      storage.run("test", () => {
        throw new Error("failed at once");
      }),
    ).toThrow("at once");
    expect(storage.getStore()).toBeUndefined();
  });
});
