// What a preview makes of the configuration.
import { createBench, checked, failuresOf, type Bench } from "../support/provider";
import { jpeg } from "../support/temp-tree";
import { createHandlers, type Handlers } from "../../provider/handlers/handlers";

const SOUND = { AVALA_API_KEY: "avk_sound_key_of_a_test" };
const FAULTY = [
  ["AVALA_BASE_URL", "baseUrl", "http://example.com", "must begin with https://"],
  ["AVALA_ALLOW_STORAGE_HOSTS", "allowStorageHosts", "http://x/y", "should be a host or host:port"],
] as const;

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "a.jpg": jpeg("a") });
});
afterEach(() => bench.stop());

const preview = ({ fileSet }: Handlers): Promise<unknown> =>
  checked(fileSet, {
    root: bench.tree.root,
    versionOf: "training",
    call: { urn: "urn:one", isPreview: true },
  });

function configured(config: Readonly<Record<string, string>>): Handlers {
  const handlers = createHandlers({ log: () => Promise.resolve(), environment: SOUND });
  void handlers.fileSet.configure({
    config: { get: (key: string) => config[key] } as never,
  });
  return handlers;
}

describe("a configuration that can't be used", () => {
  test.each(FAULTY)("in %s ends a preview, which names it", async (variable, _key, value, why) => {
    const handlers = bench.handlers({ [variable]: value });
    await expect(preview(handlers)).rejects.toThrow(`${variable}: `);
    await expect(preview(handlers)).rejects.toThrow(why);
  });

  test.each(FAULTY)("in %s does so without a key as well", async (variable, _key, value, why) => {
    await expect(preview(bench.handlers({ [variable]: value, AVALA_API_KEY: "" }))).rejects.toThrow(
      why,
    );
  });

  test.each(FAULTY)(
    "given as the stack's instead of %s is named so",
    async (_variable, key, value) => {
      await expect(preview(configured({ [`avala:${key}`]: value }))).rejects.toThrow(
        `avala:${key}: `,
      );
    },
  );

  test("is told of a switch of the cache that is neither on nor off", async () => {
    await expect(preview(bench.handlers({ AVALA_HASH_CACHE: "offf" }))).rejects.toThrow(
      "AVALA_HASH_CACHE: has the value offf, which means neither on nor off. Did you mean off?",
    );
  });

  test("is told of a key that is none, without showing it", async () => {
    const handlers = bench.handlers({ AVALA_API_KEY: "two words" });
    await expect(preview(handlers)).rejects.toThrow(
      "AVALA_API_KEY: contains a space or a line break: copy only the key",
    );
  });

  test.each(["dataset", "export", "storageConfig", "webhook"] as const)(
    "stands beside what is wrong with a %s",
    async (kind) => {
      const handler = bench.handlers({ AVALA_BASE_URL: "nowhere" })[kind];
      // On no property of the resource: what is thrown instead, the engine shows twice.
      const [first, ...others] = await failuresOf(handler as Handlers["webhook"], {});
      expect(first).toEqual({
        property: "",
        reason: expect.stringContaining("AVALA_BASE_URL: is not a URL") as string,
      });
      expect(others).not.toEqual([]);
    },
  );
});

test("a preview works without a key", async () => {
  await preview(bench.handlers({ AVALA_API_KEY: "" }));
  expect(bench.told().join()).toContain("to send: 1 file");
  expect(bench.told().join()).toContain("not compared with the server: no API key");
});
