// What becomes of a dataset at Avala when the engine calls `delete`. Each `handlers()` is a process, and so a run.
import type { DatasetOutputs } from "../../provider/handlers/dataset/inputs";
import { WITH_CHANGES } from "../support/dialects";
import { jpeg } from "../support/temp-tree";
import {
  checked,
  createBench,
  failuresOf,
  make,
  unfinished,
  type Bench,
} from "../support/provider";

const PLAIN = { name: "mine", dataType: "image" };
const DELETED = { ...PLAIN, onDelete: "delete" };

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({ "a.jpg": jpeg("a"), "b.jpg": jpeg("b") }, WITH_CHANGES);
});
afterEach(() => bench.stop());

const uids = (): readonly string[] => bench.avala.datasets().map(({ uid }) => uid);
const lastMessage = () => bench.messages.at(-1);

/** What a program passes on from a file set that is up. */
async function filesOf(handlers = bench.handlers()) {
  const given = { root: bench.tree.root, include: ["*.jpg"], versionOf: "training" };
  return (await make(handlers.fileSet, given)).outs;
}

describe("A Dataset that leaves the stack", () => {
  test("stays at Avala by default, which is said with its uid and counts", async () => {
    const { id, outs } = await make(bench.handlers().dataset, { files: await filesOf() });
    bench.writes();
    await bench.handlers().dataset.delete(id, outs);
    expect(bench.writes()).toEqual([]);
    expect(uids()).toEqual([id]);
    expect(lastMessage()).toMatchObject({
      severity: "info",
      text: `Dataset ${outs.name} (uid ${id}, 2 items) stays at Avala: onDelete is "keep".`,
    });
  });

  test("warns of annotations and projects that stay", async () => {
    const { id, outs } = await make(bench.handlers().dataset, PLAIN);
    bench.avala.addAnnotations(id, 2);
    await bench.handlers().dataset.delete(id, outs);
    expect(lastMessage()).toMatchObject({ severity: "warning" });
    expect(lastMessage()?.text).toContain(`(uid ${id}, 0 items, 2 annotations)`);
  });

  test("stays also when the server can't be asked", async () => {
    const { id, outs } = await make(bench.handlers().dataset, PLAIN);
    const reply = { status: 403, body: { detail: "no" } };
    bench.avala.setFault({ on: { method: "GET" }, reply });
    await bench.handlers().dataset.delete(id, outs);
    expect(lastMessage()?.text).toContain(`(uid ${id}) stays at Avala`);
  });

  test("leaves the state silently when it is gone already", async () => {
    const { id, outs } = await make(bench.handlers().dataset, DELETED);
    await bench.handlers().dataset.delete(id, outs);
    const before = bench.messages.length;
    await bench.handlers().dataset.delete(id, outs);
    await bench.handlers().dataset.delete(id, { ...outs, onDelete: "keep" });
    expect(bench.messages).toHaveLength(before);
  });
});

describe('A Dataset with onDelete: "delete"', () => {
  test("is deleted when this stack made it and no one has worked on it", async () => {
    const { id, outs } = await make(bench.handlers().dataset, DELETED);
    await bench.handlers().dataset.delete(id, outs);
    expect(uids()).toEqual([]);
  });

  test("stays when people have worked on it, unless forceDestroy says otherwise", async () => {
    const { id, outs } = await make(bench.handlers().dataset, DELETED);
    bench.avala.addAnnotations(id, 2);
    await bench.handlers().dataset.delete(id, outs);
    expect(uids()).toEqual([id]);
    expect(lastMessage()).toMatchObject({ severity: "warning" });
    expect(lastMessage()?.text).toMatch(/2 annotations.*forceDestroy: true and run up before/);
    await bench.handlers().dataset.delete(id, { ...outs, forceDestroy: true });
    expect(uids()).toEqual([]);
  });

  test.each(["annotations_count", "project_count"])(
    "stays when the server does not say its %s, unless forceDestroy says otherwise",
    async (count) => {
      const { id, outs } = await make(bench.handlers().dataset, DELETED);
      const { baseUrl, apiKey } = bench.avala;
      const headers = { "X-Avala-Api-Key": apiKey };
      const shown = await fetch(`${baseUrl}/datasets/${id}/`, { headers });
      const view = (await shown.json()) as object;
      const reply = { status: 200, body: { ...view, [count]: undefined } };
      bench.avala.setFault({ on: { method: "GET", path: `/datasets/${id}/` }, reply });
      await bench.handlers().dataset.delete(id, outs);
      expect(uids()).toEqual([id]);
      expect(lastMessage()).toMatchObject({ severity: "warning" });
      await bench.handlers().dataset.delete(id, { ...outs, forceDestroy: true });
      expect(uids()).toEqual([]);
    },
  );

  test.each<[string, Partial<DatasetOutputs>]>([
    ["that it was taken over", { origin: "found" }],
    ["nothing of how it came to be", { origin: undefined }],
  ])("stays when the state says %s, forceDestroy or not", async (_what, state) => {
    const { id, outs } = await make(bench.handlers().dataset, DELETED);
    await bench.handlers().dataset.delete(id, { ...outs, forceDestroy: true, ...state });
    expect(uids()).toEqual([id]);
    expect(lastMessage()).toMatchObject({ severity: "warning" });
    expect(lastMessage()?.text).toContain("does not show that this stack made it");
  });

  test("is not this stack's to delete when it was there and was taken over", async () => {
    const files = await filesOf();
    await make(bench.handlers().dataset, { files });
    const { id, outs } = await make(bench.handlers().dataset, { files, onDelete: "delete" });
    expect(outs.origin).toBe("found");
    expect(lastMessage()?.text).toContain(`(uid ${id}, 2 items) already existed and is taken over`);
    await bench.handlers().dataset.delete(id, outs);
    expect(uids()).toEqual([id]);
  });

  test("stays when this run's create took it over for another resource", async () => {
    const files = await filesOf();
    const { id, outs } = await make(bench.handlers().dataset, { files, onDelete: "delete" });
    const run = bench.handlers();
    const renamed = await make(run.dataset, { files, onDelete: "delete" });
    expect(renamed.id).toBe(id);
    await run.dataset.delete(id, outs);
    expect(uids()).toEqual([id]);
    expect(lastMessage()?.text).toContain("this stack still has it");
  });

  test("stays when the run that took it over broke, and the next one takes the old resource away", async () => {
    const files = await filesOf();
    const { id, outs } = await make(bench.handlers().dataset, { files, onDelete: "delete" });
    const renamed = await make(bench.handlers().dataset, { files, onDelete: "delete" });
    const next = bench.handlers();
    const news = await checked(next.dataset, { files, onDelete: "delete" });
    await next.dataset.diff(renamed.id, renamed.outs, news);
    await next.dataset.delete(id, outs);
    expect(uids()).toEqual([id]);
  });

  test("stays while the program reads it by Dataset.get; a refresh keeps nothing", async () => {
    const { id, outs } = await make(bench.handlers().dataset, DELETED);
    const reading = bench.handlers();
    await reading.dataset.read(id, {} as DatasetOutputs);
    await reading.dataset.delete(id, outs);
    expect(uids()).toEqual([id]);
    const refreshing = bench.handlers();
    await refreshing.dataset.read(id, outs);
    await refreshing.dataset.delete(id, outs);
    expect(uids()).toEqual([]);
  });

  test.each([403, 404, 405])(
    "stays with a warning where the deployment answers %i",
    async (status) => {
      const { id, outs } = await make(bench.handlers().dataset, DELETED);
      const reply = { status, body: { detail: "no" } };
      bench.avala.setFault({ on: { method: "DELETE" }, reply });
      await bench.handlers().dataset.delete(id, outs);
      expect(uids()).toEqual([id]);
      expect(lastMessage()).toMatchObject({ severity: "warning" });
      expect(lastMessage()?.text).toMatch(/stays at Avala: .* It is removed from the state/s);
    },
  );

  test("stays in the state when whether it is gone can't be asked after a 404", async () => {
    const { id, outs } = await make(bench.handlers().dataset, DELETED);
    const fault = (method: string, status: number) => {
      const on = { method, path: "/datasets/*/mine/" };
      bench.avala.setFault({ on, reply: { status, body: { detail: "no" } } });
    };
    fault("DELETE", 404);
    fault("GET", 401);
    await expect(bench.handlers().dataset.delete(id, outs)).rejects.toThrow(/401/);
    expect(uids()).toEqual([id]);
  });

  test("is not deleted when the server can't say whether people have worked on it", async () => {
    const { id, outs } = await make(bench.handlers().dataset, DELETED);
    const reply = { status: 403, body: { detail: "no" } };
    bench.avala.setFault({ on: { method: "GET" }, reply });
    await expect(bench.handlers().dataset.delete(id, outs)).rejects.toThrow(/403/);
    expect(uids()).toEqual([id]);
  });

  test("is known as made by a refresh, an update and an up that broke after it was made", async () => {
    const { dataset } = bench.handlers();
    const { id, outs } = await make(dataset, DELETED);
    expect((await dataset.read(id, outs)).props).toMatchObject({ origin: "made" });
    const news = await checked(dataset, { ...DELETED, visibility: "public" });
    const updated = await dataset.update(id, outs, news);
    expect(updated.outs).toMatchObject({ origin: "made" });
    bench.avala.setFault({
      on: { method: "GET", path: "/datasets/*" },
      skip: 1,
      reply: { status: 400, body: {} },
    });
    const broken = await unfinished<DatasetOutputs>(make(dataset, { ...DELETED, name: "other" }));
    expect(broken.properties).toMatchObject({ origin: "made" });
  });
});

test("A Dataset stays with a warning, and leaves the state, where Avala does not offer deleting one", async () => {
  await bench.stop();
  bench = await createBench({});
  const { id, outs } = await make(bench.handlers().dataset, DELETED);
  await bench.handlers().dataset.delete(id, outs);
  expect(uids()).toEqual([id]);
  expect(lastMessage()).toMatchObject({ severity: "warning" });
  expect(lastMessage()?.text).toMatch(
    /stays at Avala: .* It is removed from the state.*dashboard/s,
  );
});

describe("What onDelete may be", () => {
  test("is keep or delete, and forceDestroy needs the latter", async () => {
    const { dataset } = bench.handlers();
    const failing = async (more: object) =>
      (await failuresOf(dataset, { ...PLAIN, ...more })).map(({ property }) => property);
    expect(await failing({ onDelete: "retain" })).toEqual(["onDelete"]);
    expect(await failing({ forceDestroy: true })).toEqual(["forceDestroy"]);
    expect(await failing({ forceDestroy: true, onDelete: "delete" })).toEqual([]);
  });

  test("is put into the state by an up of its own", async () => {
    const { dataset } = bench.handlers();
    const { id, outs } = await make(dataset, PLAIN);
    const same = await checked(dataset, { ...PLAIN, onDelete: "keep" });
    expect(await dataset.diff(id, outs, same)).toMatchObject({ changes: false });
    const news = await checked(dataset, DELETED);
    expect(await dataset.diff(id, outs, news)).toMatchObject({ changes: true, replaces: [] });
    expect((await dataset.update(id, outs, news)).outs).toMatchObject({ onDelete: "delete" });
  });
});
