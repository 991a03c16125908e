// A store takes a file of a growing set by PUT, keeps something else, and its reply is lost. What lies there is not replaced, and
// the increment's name has the digest of what was meant: it vouches for nothing that a look has refuted, or nobody has looked at.
import type { Avala } from "../../../src/api/connection";
import { sessionWith } from "../../support/session";
import { useGrowingPlace, type Grown } from "../../support/growing-place";
import { sha256Of } from "../../support/upload-place";

const place = useGrowingPlace();
const WRONG = "c.jpg";
const NAMES = ["a.jpg", "b.jpg", WRONG, "d.jpg"];
const contentOf = (path: string): string => `content of ${path}`;

const start = async (dialect: object = {}): Promise<void> => {
  await place.start({ dialect: { uploadReply: "managed", ...dialect }, ingestMs: 0 });
  for (const path of NAMES) await place.put(path, contentOf(path));
  const on = { target: "storage", method: "PUT", path: `*/${WRONG}` } as const;
  place.emulator.setFault({ on, store: "other", when: "after", drop: true });
};

/** The files that the store keeps nowhere as they are. */
async function lacking(paths: readonly string[] = NAMES): Promise<readonly string[]> {
  const kept = new Set((await place.emulator.objects()).map(({ sha256 }) => sha256));
  return paths.filter((path) => !kept.has(sha256Of(Buffer.from(contentOf(path)))));
}

const pathsOf = (files: readonly { readonly path: string }[]): readonly string[] =>
  files.map(({ path }) => path);

const run = (machine: string, more: Parameters<typeof place.run>[0] = {}): Promise<Grown> =>
  place.run({ machine, ...more });

const refused = {
  code: "dataset",
  message: expect.stringContaining(`${WRONG}: of other content`) as string,
  hint: expect.stringContaining("is sent in another dataset of the growing set") as string,
};

describe("an increment of which a look has shown that a file is another", () => {
  beforeEach(async () => {
    await start();
    await expect(run("one")).rejects.toMatchObject(refused);
    expect(await lacking()).toEqual([WRONG]);
  });

  test.each(["one", "two"])("has it sent again by the next run on machine %s", async (machine) => {
    const { result } = await run(machine);
    expect(result).toMatchObject({ outcome: "uploaded", made: { unverified: 0 } });
    expect(pathsOf(result.upload?.sent ?? [])).toEqual([WRONG]);
    expect(result.plan).toMatchObject({ toSend: [], unverified: [] });
    expect(result.plan.current).toHaveLength(NAMES.length);
    expect(await lacking()).toEqual([]);
    expect((await run(machine)).calls).toEqual(["GET /datasets/"]);
    const elsewhere = await run("three");
    expect(elsewhere.result).toMatchObject({ outcome: "unchanged", plan: { unverified: [] } });
    expect(elsewhere.result.plan.current).toEqual(result.plan.current);
  });

  test("has it sent again also on a day with a new file", async () => {
    await place.put("e.jpg", contentOf("e.jpg"));
    const { result } = await run("one");
    expect(pathsOf(result.upload?.sent ?? [])).toEqual([WRONG, "e.jpg"]);
    expect(await lacking([...NAMES, "e.jpg"])).toEqual([]);
  });
});

test("an increment that nobody has looked at is looked at by the next run", async () => {
  await start();
  const { result } = await run("one", { options: { waits: false } });
  expect(result.made?.unverified).toBe(NAMES.length);
  const next = await run("one");
  expect(pathsOf(next.result.upload?.sent ?? [])).toEqual([WRONG]);
  expect(await lacking()).toEqual([]);
});

test.each([
  ["show previews", { itemUrls: "rendition" }],
  ["are at another host", { itemUrls: "otherHost" }],
  ["have no keys", { itemKeys: "null" }],
])(
  "a suspect counts as unverified, and nothing else does, where items %s",
  async (_how, dialect) => {
    await start(dialect);
    for (let day = 0; day < 2; day += 1) {
      const { result } = await run("one");
      expect(pathsOf(result.plan.unverified)).toEqual([WRONG]);
      expect(result.plan.toSend).toEqual([]);
      expect(result.plan.current).toHaveLength(NAMES.length - 1);
    }
  },
);

/** A session to which the last of a dataset's items is not listed, although it is counted. */
function lagging(): Avala {
  const { avala } = sessionWith(place.emulator);
  const call: Avala["call"] = async (request) => {
    const reply = await avala.call(request);
    if (!request.route.endsWith("/items/")) return reply;
    const { results, ...page } = reply.json as { readonly results: readonly unknown[] };
    return { ...reply, json: { ...page, results: results.slice(0, -1) } };
  };
  return { ...avala, call };
}

test("an increment that another machine made is looked at until all of its items are listed", async () => {
  await start();
  place.emulator.clearFaults();
  await run("one");
  await run("two", { avala: lagging() });
  const looked = expect.arrayContaining([expect.stringMatching(/\/items\/$/)]) as string[];
  expect((await run("two")).calls).toEqual(looked);
  expect((await run("two")).calls).toEqual(["GET /datasets/"]);
});

test("what was lost is no doubt where a look shows the file", async () => {
  await start();
  place.emulator.clearFaults();
  const on = { target: "storage", method: "PUT", path: `*/${WRONG}` } as const;
  place.emulator.setFault({ on, when: "after", drop: true });
  const { result } = await run("one");
  expect(result).toMatchObject({ outcome: "uploaded", plan: { unverified: [] } });
  expect((await run("one")).calls).toEqual(["GET /datasets/"]);
});

describe.each([
  ["half of a file was kept, and its response lost", { store: "half", drop: true }],
  ["another file was kept, and its response says so", { store: "other" }],
] as const)("where %s", (_how, fault) => {
  test("the files go under the next number, and the set is whole", async () => {
    await start();
    place.emulator.clearFaults();
    const on = { target: "storage", method: "PUT", path: `*/${WRONG}` } as const;
    place.emulator.setFault({ on, when: "after", ...fault });
    const { result } = await run("one");
    expect(result).toMatchObject({ outcome: "uploaded", plan: { unverified: [], toSend: [] } });
    expect(place.names().map((name) => name.slice(0, 8))).toEqual(["set-0002"]);
    expect(place.items()).toEqual(NAMES);
    expect(await lacking()).toEqual([]);
    expect((await run("one")).calls).toEqual(["GET /datasets/"]);
  });
});
