// A growing set through the handlers, as a stack's first and later ups call them.
import { renameSync, rmSync } from "node:fs";
import type { GrowingInputs, GrowingOutputs } from "../../provider/handlers/growing-dataset/inputs";
import { currentInState } from "../../provider/handlers/growing-dataset/current";
import { createStorageTransport } from "../../src/api/transport/storage-transport";
import type { Transport } from "../../src/api/transport/transport";
import { WITH_CHANGES } from "../support/dialects";
import {
  checked,
  createBench,
  growingSetOf,
  make,
  unfinished,
  type Bench,
  type Made,
} from "../support/provider";
import { call } from "../support/emulator";
import { jpeg } from "../support/temp-tree";

type Set = Made<GrowingInputs, GrowingOutputs>;

let bench: Bench;
const given = (more: object = {}) => growingSetOf(bench, { ...more });
beforeEach(async () => {
  bench = await createBench({ "a.jpg": jpeg("a"), "sub/b.jpg": jpeg("b") }, WITH_CHANGES);
});
afterEach(() => bench.stop());

const first = (more: object = {}): Promise<Set> =>
  make(bench.handlers().growingDataset, given(more));

interface Upped {
  readonly changes: boolean | undefined;
  readonly set: Set;
}

/** A later `up`, in a new process. */
async function up(set: Set, more: object = {}): Promise<Upped> {
  const { growingDataset } = bench.handlers();
  const inputs = await checked(growingDataset, given(more), set.inputs as object as never);
  const { changes } = await growingDataset.diff(set.id, set.outs, inputs);
  if (changes !== true) return { changes, set: { ...set, inputs } };
  const { outs } = await growingDataset.update(set.id, set.outs, inputs);
  if (outs === undefined) throw new Error("update returned no outputs");
  return { changes, set: { id: set.id, inputs, outs } };
}

const refreshed = async ({ id, inputs, outs }: Set): Promise<Set> => {
  const { props } = await bench.handlers().growingDataset.read(id, outs);
  return { id, inputs, outs: props as GrowingOutputs };
};

const remove = async (uid: string): Promise<void> => {
  const { slug } = bench.avala.datasets().find((one) => one.uid === uid) ?? { slug: "" };
  expect((await call(bench.avala, "DELETE", `/datasets/emulator/${slug}/`)).status).toBe(204);
};

const presigns = (): number =>
  bench.writes().filter((call) => call.endsWith("/file-upload-url/")).length;
const keysOf = (uid: string | undefined): readonly string[] =>
  bench.avala
    .items(uid ?? "")
    .map(({ key }) => key)
    .sort();

describe("GrowingDataset", () => {
  test("makes one dataset of what is declared, and nothing when nothing changed", async () => {
    const set = await first();
    expect(set.outs).toMatchObject({
      datasetNames: [expect.stringMatching(/^training-0001-[0-9a-f]{12}$/)],
      fileCount: 2,
      dataType: "image",
      supersededCount: 0,
      unverifiedCount: 0,
    });
    expect(keysOf(set.outs.datasetUids[0])).toEqual(["a.jpg", "sub/b.jpg"]);
    bench.writes();
    const before = bench.avala.requests().length;
    expect((await up(set)).changes).toBe(false);
    expect(bench.avala.requests()).toHaveLength(before);
  });

  test("says that all files had landed before, where only the confirm was left", async () => {
    const on = { method: "POST", path: "/datasets/manual-upload/" };
    bench.avala.setFault({ on, reply: { status: 403 }, times: 0 });
    await expect(first()).rejects.toThrow();
    bench.avala.clearFaults();
    bench.messages.length = 0;
    await first();
    expect(bench.told()).toEqual([
      expect.stringMatching(/^dataset training-0001-.*: all 2 files had landed before$/),
    ]);
  });

  test("says by the set's own name that a dataset is called as the set is", async () => {
    const body = { name: "training", slug: "training", data_type: "image" };
    await call(bench.avala, "POST", "/datasets/", { body });
    await first();
    const said = bench.told().filter((text) => text.includes("under the name of"));
    expect(said).toEqual([
      expect.stringContaining("under the name of the growing set training is "),
    ]);
  });

  test("sends a new file alone, as a dataset beside the old one, whose annotations stay", async () => {
    const set = await first();
    const [old = ""] = set.outs.datasetUids;
    bench.avala.addAnnotations(old, 3);
    bench.tree.write({ "c.jpg": jpeg("c") });
    bench.writes();
    const { set: later } = await up(set);
    expect(presigns()).toBe(1);
    expect(later.outs.datasetUids).toEqual([old, expect.any(String)]);
    expect(later.outs.datasetNames[1]).toMatch(/^training-0002-/);
    expect(keysOf(later.outs.datasetUids[1])).toEqual(["c.jpg"]);
    expect(bench.avala.datasets().find(({ uid }) => uid === old)?.annotationsCount).toBe(3);
    expect((await up(later)).changes).toBe(false);
  });

  test("sends a changed file, not a moved one, and counts what is superseded", async () => {
    const set = await first();
    bench.tree.write({ "a.jpg": jpeg("other"), "moved.jpg": jpeg("b") });
    rmSync(bench.tree.at("sub/b.jpg"));
    bench.writes();
    const { set: later } = await up(set);
    expect(presigns()).toBe(1);
    expect(keysOf(later.outs.datasetUids[1])).toEqual(["a.jpg"]);
    expect(later.outs).toMatchObject({ fileCount: 2, supersededCount: 1 });
    bench.tree.write({ "a.jpg": jpeg("a") });
    const { set: back } = await up(later);
    expect(presigns()).toBe(0);
    expect(back.outs).toMatchObject({ datasetUids: later.outs.datasetUids, supersededCount: 1 });
  });

  test("keeps the type of its datasets when a file comes that leaves it open", async () => {
    const all = { include: ["**/*"], exclude: [".*/**"] };
    const set = await first(all);
    bench.tree.write({ "c.jpg": jpeg("c"), "d.heic": "heic" });
    const { set: later } = await up(set, all);
    expect(later.outs).toMatchObject({ dataType: "image", fileCount: 3 });
    expect(keysOf(later.outs.datasetUids[1])).toEqual(["c.jpg"]);
  });

  test("says which item stands for which declared file", async () => {
    const set = await first();
    bench.tree.write({ "a.jpg": jpeg("other"), "moved.jpg": jpeg("b") });
    rmSync(bench.tree.at("sub/b.jpg"));
    const { set: later } = await up(set);
    const [old, latest] = later.outs.datasetUids;
    expect(currentInState(later.outs.increments)).toEqual([
      { path: "a.jpg", datasetUid: latest, itemPath: "a.jpg" },
      { path: "moved.jpg", datasetUid: old, itemPath: "sub/b.jpg" },
    ]);
  });

  test("takes a file that is gone as superseded, and makes nothing", async () => {
    const set = await first();
    rmSync(bench.tree.at("a.jpg"));
    bench.writes();
    const { changes, set: later } = await up(set);
    expect(changes).toBe(true);
    expect(bench.writes()).toEqual([]);
    expect(later.outs).toMatchObject({ fileCount: 1, supersededCount: 1 });
  });

  test("sends again what an increment held that is gone at Avala, once a refresh has seen it", async () => {
    let set = await first();
    bench.tree.write({ "c.jpg": jpeg("c") });
    ({ set } = await up(set));
    const [kept, gone = ""] = set.outs.datasetUids;
    await remove(gone);
    expect((await up(set)).changes).toBe(false);
    set = await refreshed(set);
    expect(set.outs.datasetUids).toEqual([kept]);
    const { changes, set: later } = await up(set);
    expect(changes).toBe(true);
    expect(keysOf(later.outs.datasetUids[1])).toEqual(["c.jpg"]);
    expect((await up(later)).changes).toBe(false);
  });

  test("names what a refresh with another person's key does not see, and that it stays", async () => {
    const { id, outs } = await first();
    bench.avala.addKey({ key: "avk_second_000000000000", username: "second" });
    const { growingDataset } = bench.handlers({ AVALA_API_KEY: "avk_second_000000000000" });
    const { props } = await growingDataset.read(id, outs);
    expect(props).toMatchObject({ datasetUids: [], isIncomplete: true });
    const [warning] = bench.messages.filter(({ severity }) => severity === "warning");
    expect(warning?.text).toContain(`${outs.datasetNames[0]} (uid ${outs.datasetUids[0]})`);
    expect(warning?.text).toMatch(/annotations[^]*next up sends again/);
  });

  test("says of files that it could not compare in each up that they are not known to be held", async () => {
    await bench.stop();
    const dialect = { ...WITH_CHANGES.dialect, etag: "opaque" as const };
    bench = await createBench({ "a.jpg": jpeg("a") }, { ...WITH_CHANGES, dialect });
    await first();
    bench.tree.write({ "a.jpg": jpeg("A") });
    const lost = { AVALA_STATE_DIR: bench.tree.at(".other") };
    const set = await make(bench.handlers(lost).growingDataset, given());
    expect(set.outs).toMatchObject({ unverifiedCount: 1 });
    expect(bench.told().join("\n")).not.toContain("holds all files");
    bench.messages.length = 0;
    expect((await up(set)).changes).toBe(false);
    expect(bench.messages).toMatchObject([
      { severity: "warning", text: expect.stringContaining("1 file of training") as string },
    ]);
  });

  test("takes only a 404 for gone", async () => {
    const { id, outs } = await first();
    for (const status of [401, 403, 500]) {
      bench.avala.setFault({
        on: { method: "GET", path: "/datasets/" },
        times: 0,
        reply: { status, body: { detail: "No." } },
      });
      const handlers = bench.handlers();
      await expect(handlers.growingDataset.read(id, outs)).rejects.toThrow();
    }
  }, 30_000);

  test("finds its datasets again when the state is lost, and sends nothing", async () => {
    const set = await first();
    bench.writes();
    const again = await make(
      bench.handlers({ AVALA_STATE_DIR: bench.tree.at(".other") }).growingDataset,
      given(),
    );
    expect(presigns()).toBe(0);
    expect(again.outs).toEqual(set.outs);
  });

  test("keeps in the state what landed of an upload that broke, and continues there", async () => {
    const broken = await breakAfterOne();
    expect(broken).toMatchObject({
      id: "training",
      properties: {
        datasetUids: [],
        pending: { name: expect.stringMatching(/^training-0001-/) as string },
        __provider: "loader",
      },
    });
    bench.writes();
    const { growingDataset } = bench.handlers({ AVALA_STATE_DIR: bench.tree.at(".other") });
    const inputs = await checked(growingDataset, given(), broken.properties as never);
    expect(await growingDataset.diff(broken.id, broken.properties, inputs)).toMatchObject({
      changes: true,
    });
    const { outs } = await growingDataset.update(broken.id, broken.properties, inputs);
    expect(presigns()).toBe(1);
    expect(outs).toMatchObject({ datasetNames: [broken.properties.pending?.name] });
    expect(outs).not.toHaveProperty("pending");
  });

  test.each(["the same machine", "another machine"])(
    "finishes what broke, and makes another dataset of a file that came since, on %s",
    async (machine) => {
      const broken = await breakAfterOne();
      bench.tree.write({ "c.jpg": jpeg("c") });
      bench.writes();
      const other = machine === "another machine";
      const env = other ? { AVALA_STATE_DIR: bench.tree.at(".other") } : {};
      const { growingDataset } = bench.handlers(env);
      const inputs = await checked(growingDataset, given(), broken.properties as never);
      const { outs } = await growingDataset.update(broken.id, broken.properties, inputs);
      expect(presigns()).toBe(2);
      expect(outs?.datasetNames).toEqual([
        broken.properties.pending?.name,
        expect.stringMatching(/^training-0002-/),
      ]);
      expect(outs?.datasetUids.map(keysOf)).toEqual([["a.jpg", "sub/b.jpg"], ["c.jpg"]]);
      expect(outs).not.toHaveProperty("pending");
    },
  );

  test("keeps in the state that all files landed where the confirm is refused, for another machine", async () => {
    const on = { method: "POST", path: "/datasets/manual-upload/" };
    const fails = { on, times: 0, reply: { status: 403 } };
    const env = (machine: string) => ({ AVALA_STATE_DIR: bench.tree.at(`.${machine}`) });
    bench.avala.setFault(fails);
    const broken = await unfinished<GrowingOutputs>(
      checked(bench.handlers().growingDataset, given()).then((inputs) =>
        bench.handlers().growingDataset.create(inputs),
      ),
    );
    bench.avala.clearFaults();
    const second = bench.handlers(env("second")).growingDataset;
    const inputs = await checked(second, given(), broken.properties as never);
    bench.writes();
    const { outs } = await second.update(broken.id, broken.properties, inputs);
    expect(presigns()).toBe(0);
    expect(outs?.datasetUids.map(keysOf)).toEqual([["a.jpg", "sub/b.jpg"]]);
    expect(outs).not.toHaveProperty("pending");
    bench.tree.write({ "c.jpg": jpeg("c"), "d.jpg": jpeg("d") });
    bench.avala.setFault(fails);
    const more = await checked(second, given(), outs as never);
    const again = await unfinished<GrowingOutputs>(second.update(broken.id, outs!, more));
    bench.avala.clearFaults();
    bench.tree.write({ "e.jpg": jpeg("e") });
    const third = bench.handlers(env("third")).growingDataset;
    const all = await checked(third, given(), again.properties as never);
    bench.writes();
    const { outs: last } = await third.update(broken.id, again.properties, all);
    expect(presigns()).toBe(1);
    expect(last?.datasetUids.map(keysOf)).toEqual([
      ["a.jpg", "sub/b.jpg"],
      ["c.jpg", "d.jpg"],
      ["e.jpg"],
    ]);
  });

  test("keeps what landed of what was left, where another run added some of its files meanwhile", async () => {
    bench.tree.write({ "c.jpg": jpeg("c") });
    const elsewhere = { AVALA_STATE_DIR: bench.tree.at(".other") };
    let rival: Promise<Set> | undefined;
    const storage = createStorageTransport({});
    const afterFirst: Transport["send"] = async (request) => {
      const reply = await storage.send(request);
      const include = ["sub/*.jpg"];
      await (rival ??= make(bench.handlers(elsewhere).growingDataset, given({ include })));
      return reply;
    };
    bench.avala.setFault({
      on: { method: "POST", path: "/datasets/manual-upload/file-upload-url/" },
      // Three files, the other run's, and the first of the two that are left.
      skip: 5,
      times: 0,
      reply: { status: 403, body: { detail: "no more" } },
    });
    const ports = { storage: { ...storage, send: afterFirst } };
    const { growingDataset } = bench.handlers({}, ports);
    const inputs = await checked(growingDataset, given({ concurrency: 1 }));
    const broken = await unfinished<GrowingOutputs>(growingDataset.create(inputs));
    bench.avala.clearFaults();
    expect(broken.properties).toMatchObject({
      datasetUids: (await rival)?.outs.datasetUids,
      pending: { name: expect.stringMatching(/^training-0002-/) as string },
    });
    bench.writes();
    const third = bench.handlers({ AVALA_STATE_DIR: bench.tree.at(".third") }).growingDataset;
    const again = await checked(third, given(), broken.properties as never);
    const { outs } = await third.update(broken.id, broken.properties, again);
    expect(presigns()).toBe(1);
    expect(outs?.datasetUids.flatMap(keysOf)).toEqual(["sub/b.jpg", "a.jpg", "c.jpg"]);
  });

  test("keeps nothing of what was finished where the next one breaks with no file landed", async () => {
    const broken = await breakAfterOne();
    bench.tree.write({ "c.jpg": jpeg("c") });
    const { growingDataset } = bench.handlers();
    const inputs = await checked(growingDataset, given(), broken.properties as never);
    const again = await breakingAfterOne(() =>
      unfinished<GrowingOutputs>(growingDataset.update(broken.id, broken.properties, inputs)),
    );
    expect(again.properties).toMatchObject({
      datasetNames: [broken.properties.pending?.name],
      pending: { name: expect.stringMatching(/^training-0002-/) as string },
    });
    await remove(again.properties.datasetUids[0] ?? "");
    bench.writes();
    const third = bench.handlers({ AVALA_STATE_DIR: bench.tree.at(".third") }).growingDataset;
    const last = await checked(third, given(), again.properties as never);
    const { outs } = await third.update(broken.id, again.properties, last);
    expect(presigns()).toBe(3);
    expect(outs?.datasetUids.flatMap(keysOf).sort()).toEqual(["a.jpg", "c.jpg", "sub/b.jpg"]);
  });

  test("says once what it finished, where another run adds meanwhile what came since", async () => {
    const broken = await breakAfterOne();
    bench.tree.write({ "c.jpg": jpeg("c") });
    const elsewhere = { AVALA_STATE_DIR: bench.tree.at(".other") };
    const storage = createStorageTransport({});
    let sent = 0;
    const afterSecond: Transport["send"] = async (request) => {
      const reply = await storage.send(request);
      sent += 1;
      if (sent === 2) {
        bench.tree.write({ "z.jpg": jpeg("z") });
        await make(bench.handlers(elsewhere).growingDataset, given());
      }
      return reply;
    };
    const ports = { storage: { ...storage, send: afterSecond } };
    const { growingDataset } = bench.handlers({}, ports);
    const inputs = await checked(growingDataset, given(), broken.properties as never);
    const { outs } = await growingDataset.update(broken.id, broken.properties, inputs);
    expect(outs?.datasetUids.map(keysOf)).toEqual([
      ["a.jpg", "sub/b.jpg"],
      ["c.jpg", "z.jpg"],
    ]);
    const name = broken.properties.pending?.name ?? "";
    const said = bench.told().filter((text) => text.startsWith(`dataset ${name} `));
    expect(said).toEqual([expect.stringContaining("sent 1 file")]);
  });

  async function breakingAfterOne<T>(work: () => Promise<T>): Promise<T> {
    bench.avala.setFault({
      on: { method: "POST", path: "/datasets/manual-upload/file-upload-url/" },
      skip: 1,
      times: 0,
      reply: { status: 403, body: { detail: "no more" } },
    });
    const result = await work();
    bench.avala.clearFaults();
    return result;
  }

  /** After one file. */
  async function breakAfterOne() {
    const { growingDataset } = bench.handlers();
    const inputs = await checked(growingDataset, given({ concurrency: 1 }));
    return breakingAfterOne(() => unfinished<GrowingOutputs>(growingDataset.create(inputs)));
  }

  test("knows by its name a dataset that was confirmed and not ready in time", async () => {
    await bench.stop();
    let lateMs = 0;
    const clock = { now: () => Date.now() + lateMs };
    bench = await createBench({ "a.jpg": jpeg("a") }, { ingestMs: 3_600_000, clock });
    const { growingDataset } = bench.handlers();
    const inputs = await checked(growingDataset, given({ timeoutMinutes: 0.005 }));
    await expect(growingDataset.create(inputs)).rejects.toThrow(/training-0001-/);
    expect(bench.avala.datasets()).toHaveLength(1);
    lateMs = 3_600_000;
    bench.writes();
    const { outs } = await first();
    expect(bench.writes()).toEqual([]);
    expect(outs.datasetUids).toEqual(bench.avala.datasets().map(({ uid }) => uid));
  }, 30_000);

  test("leaves all its datasets at Avala when it is deleted, and names them with their counts", async () => {
    const { id, outs } = await first();
    const [uid = ""] = outs.datasetUids;
    bench.avala.addAnnotations(uid, 3);
    bench.writes();
    await bench.handlers().growingDataset.delete(id, outs);
    expect(bench.writes()).toEqual([]);
    expect(bench.messages.at(-1)?.text).toMatch(
      new RegExp(`1 dataset stays at Avala.*uid ${uid}, 2 items, 3 annotations`, "s"),
    );
  });

  test("is another set under another name, owner or type", async () => {
    const { id, outs } = await first();
    const { growingDataset } = bench.handlers();
    const news = await checked(growingDataset, given({ name: "other" }), outs as never);
    expect(await growingDataset.diff(id, outs, news)).toEqual({
      changes: true,
      replaces: ["name"],
    });
  });

  test("stays as it is while its digest is ignored", async () => {
    const { id, inputs, outs } = await first();
    bench.tree.write({ "c.jpg": jpeg("c") });
    const { growingDataset } = bench.handlers();
    const held = await checked(growingDataset, given({ digest: inputs.digest }), inputs as never);
    expect(held).toMatchObject({ digest: inputs.digest, fileCount: 2 });
    expect(await growingDataset.diff(id, outs, held)).toEqual({ changes: false });
    const lacking = { ...outs, isIncomplete: true as const };
    expect(await growingDataset.diff(id, lacking, held)).toEqual({ changes: true });
    await expect(growingDataset.update(id, lacking, held)).rejects.toThrow(
      /digest: is pinned to .* by ignoreChanges/,
    );
  });

  test("has a state that is small, and the same wherever it was written", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`images/frame_${index}.jpg`, jpeg(`${index}`)]),
    );
    bench.tree.write(many);
    const set = await first();
    const { increments } = set.outs;
    expect(JSON.stringify(increments).length / set.outs.fileCount).toBeLessThan(40);
    expect(JSON.stringify(set.outs.increments)).not.toContain(bench.tree.root);
  });

  describe("in a preview", () => {
    const preview = async (set?: Set, environment: NodeJS.ProcessEnv = {}): Promise<string> => {
      const { growingDataset } = bench.handlers(environment);
      const from = bench.told().length;
      bench.writes();
      const call = { urn: "urn:training", isPreview: true };
      const inputs = await checked(growingDataset, given({ call }), set?.inputs as never);
      if (set !== undefined) await growingDataset.diff(set.id, set.outs, inputs);
      expect(bench.writes()).toEqual([]);
      return bench.told().slice(from).join("\n");
    };

    test("says of a new set what would be sent and what that costs", async () => {
      expect(await preview()).toMatch(
        /^growing set training\n\+ a\.jpg\n\+ sub\/b\.jpg\nnew dataset training-0001-\w{12}: 2 files, \d+ bytes, 12 API calls/,
      );
    });

    test("says what is new, changed, moved and gone, and what stays with how many annotations", async () => {
      bench.tree.write({ "d.jpg": jpeg("d") });
      const set = await first();
      bench.avala.addAnnotations(set.outs.datasetUids[0] ?? "", 7);
      bench.tree.write({ "a.jpg": jpeg("other"), "c.jpg": jpeg("c"), "moved.jpg": jpeg("b") });
      rmSync(bench.tree.at("sub/b.jpg"));
      rmSync(bench.tree.at("d.jpg"));
      const text = await preview(set);
      expect(text).toMatch(/\+ c\.jpg\n~ a\.jpg\n> sub\/b\.jpg → moved\.jpg\n- d\.jpg\n/);
      expect(text).toMatch(/new dataset training-0002-\w{12}: 2 files/);
      expect(text).toMatch(/superseded: 2 items \(1 changed, 1 no longer declared\)/);
      expect(text).toMatch(
        /1 dataset of the set, 3 items, stays as it is\. It has 7 annotations and no projects\./,
      );
    });

    test("names the dataset that broke, which is finished, and the one of what came since", async () => {
      const broken = await breakAfterOne();
      bench.tree.write({ "c.jpg": jpeg("c") });
      const { id, properties } = broken;
      const set = { id, inputs: properties, outs: properties } as never;
      expect(await preview(set)).toMatch(
        /new datasets training-0001-\w{12}, 1 of 2 files landed \(finished as an interrupted up began it\); then training-0002-\w{12}, 1 file\. To send: 2 files/,
      );
    });

    test("counts all that is superseded, as the up after it does", async () => {
      const changeOnce = async (set: Awaited<ReturnType<typeof first>>, as: string) => {
        bench.tree.write({ "a.jpg": jpeg(as) });
        const lines = (text: string) => text.match(/^superseded: .*/gm);
        const planned = lines(await preview(set));
        const from = bench.told().length;
        const { set: next } = await up(set);
        const said = lines(bench.told().slice(from).join("\n"));
        return { next, planned, said };
      };
      const once = await changeOnce(await first(), "second");
      expect(once.planned).toEqual([
        "superseded: 1 item (1 changed). It stays at Avala, with its annotations, and in exports of the set.",
      ]);
      expect(once.said).toEqual(once.planned);
      const twice = await changeOnce(once.next, "third");
      expect(twice.planned).toEqual([
        expect.stringMatching(
          /^superseded: 2 items \(2 changed\), 1 of them new\. They stay at Avala/,
        ),
      ]);
      expect(twice.said).toEqual(twice.planned);
      expect(twice.next.outs).toMatchObject({ supersededCount: 2 });
    });

    test("names what is superseded once, and counts it with the next change", async () => {
      const set = await first();
      rmSync(bench.tree.at("a.jpg"));
      const { set: later } = await up(set);
      bench.tree.write({ "c.jpg": jpeg("c") });
      const text = await preview(later);
      expect(text).toContain("+ c.jpg");
      expect(text).not.toContain("a.jpg");
      expect(text).toContain("superseded: 1 item (1 no longer declared), none of them new.");
    });

    test("names 20 paths, and counts the others", async () => {
      const set = await first();
      bench.tree.write(
        Object.fromEntries(
          Array.from({ length: 25 }, (_, index) => [`new/${index}.jpg`, jpeg(`new ${index}`)]),
        ),
      );
      const text = await preview(set);
      expect(text.match(/^\+ new/gm)).toHaveLength(20);
      expect(text).toMatch(/^and 5 more$/m);
    });

    test("needs no key: the state says what is held", async () => {
      const set = await first();
      bench.tree.write({ "c.jpg": jpeg("c") });
      const before = bench.avala.requests().length;
      const text = await preview(set, { AVALA_API_KEY: "" });
      expect(text).toMatch(/\+ c\.jpg\nto send: 1 file/);
      expect(text).toContain("not compared with the server: no API key");
      expect(bench.avala.requests()).toHaveLength(before);
    });

    test.each([
      ["the journal", false, {}],
      ["the state alone", true, { AVALA_STATE_DIR: "/nowhere" }],
    ])("says what an up that broke has left, by %s", async (_by, isInState, environment) => {
      const { id, properties: outs } = await breakAfterOne();
      const set = { id, inputs: outs as never, outs };
      expect(await preview(isInState ? set : undefined, environment)).toMatch(
        /: 1 file, .*; 1 of 2 files landed in an earlier up$/m,
      );
    });

    test("finds the datasets of a set whose state is lost", async () => {
      await first();
      expect(await preview()).toMatch(
        /^growing set training\n.*nothing to send\n1 dataset of the set, 2 items, stays as it is/s,
      );
    });

    test("says which files another stack has sent, where nothing else is new", async () => {
      const set = await first();
      bench.tree.write({ "c.jpg": jpeg("c") });
      await up(set);
      const text = await preview(set);
      expect(text).toMatch(
        /^growing set training\nat Avala already, in training-0002-\w{12}, which is not in this stack's state: 1 file\n {2}- c\.jpg\nnothing to send\n2 datasets of the set/,
      );
      expect(text).not.toContain("No changes");
    });

    test("says that nothing is new of a file that was moved back", async () => {
      const set = await first();
      renameSync(bench.tree.at("a.jpg"), bench.tree.at("c.jpg"));
      const { set: moved } = await up(set);
      renameSync(bench.tree.at("c.jpg"), bench.tree.at("a.jpg"));
      expect(await preview(moved)).toMatch(
        /^growing set training\nnothing is new: the datasets of the set hold all declared files\nnothing to send\n/,
      );
    });

    test("says what a set of another name leaves at Avala", async () => {
      const { id, outs } = await first();
      const { growingDataset } = bench.handlers();
      const call = { urn: "urn:training", isPreview: true };
      const news = await checked(growingDataset, given({ name: "other", call }), outs as never);
      await growingDataset.diff(id, outs, news);
      expect(bench.told().at(-1)).toMatch(/^training: 1 dataset stays at Avala/);
    });
  });

  test.each([
    [{ name: "" }, "name"],
    [{ name: "a/b" }, "name"],
    [{ name: "-" }, "name"],
    [{ root: "nowhere" }, "root"],
    [{ include: ["*.png"] }, "include"],
    [{ dataType: "video" }, "include"],
    [{ concurrency: 11 }, "concurrency"],
  ])("refuses %j", async (more, property) => {
    const { failures = [] } = await bench
      .handlers()
      .growingDataset.check({} as GrowingInputs, given({ call: {}, ...more }) as never);
    expect(failures.map((failure) => failure.property)).toEqual([property]);
  });
});

describe("a file that is only left for a later up", () => {
  const evict = (path: string, as: string): void =>
    renameSync(bench.tree.at(path), bench.tree.at(as));

  test("is neither gone nor superseded, and its item stays current", async () => {
    const set = await first();
    evict("a.jpg", ".a.jpg.icloud");
    const { set: later } = await up(set);
    expect(later.outs).toMatchObject({ supersededCount: 0 });
    expect(currentInState(later.outs.increments).map(({ path }) => path)).toEqual([
      "a.jpg",
      "sub/b.jpg",
    ]);
    expect(bench.messages.map(({ text }) => text).join("\n")).toContain("left for a later run");
    expect(bench.avala.datasets()).toHaveLength(1);
  });

  test("leaves its own item to itself, and another item at that one's path to the file that has it now", async () => {
    const set = await first();
    renameSync(bench.tree.at("a.jpg"), bench.tree.at("b.jpg"));
    bench.tree.write({ "a.jpg": jpeg("another") });
    const { set: moved } = await up(set);
    evict("b.jpg", ".b.jpg.icloud");
    renameSync(bench.tree.at("a.jpg"), bench.tree.at("c.jpg"));
    bench.writes();
    const { set: later } = await up(moved);
    expect(bench.writes()).toEqual([]);
    const [old, latest] = moved.outs.datasetUids;
    expect(later.outs).toMatchObject({ supersededCount: 0, unverifiedCount: 0 });
    expect(currentInState(later.outs.increments)).toMatchObject([
      { path: "b.jpg", datasetUid: old, itemPath: "a.jpg" },
      { path: "c.jpg", datasetUid: latest, itemPath: "a.jpg" },
      { path: "sub/b.jpg", datasetUid: old },
    ]);
  });

  test("stays moved or superseded where the state says so", async () => {
    const set = await first();
    renameSync(bench.tree.at("a.jpg"), bench.tree.at("c.jpg"));
    bench.tree.write({ "sub/b.jpg": jpeg("another") });
    const { set: moved } = await up(set);
    evict("c.jpg", ".c.jpg.icloud");
    evict("sub/b.jpg", "sub/.b.jpg.icloud");
    bench.tree.write({ "d.jpg": jpeg("d") });
    const { set: later } = await up(moved);
    expect(later.outs).toMatchObject({ supersededCount: 1 });
    expect(currentInState(later.outs.increments)).toMatchObject([
      { path: "c.jpg", itemPath: "a.jpg" },
      { path: "d.jpg" },
      { path: "sub/b.jpg", datasetUid: moved.outs.datasetUids[1] },
    ]);
  });
});
