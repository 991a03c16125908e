// A growing set of a stack whose `up` ended between the confirm of its dataset and the end: out of time, or killed. What the
// dataset holds is known to the next one, by the state on any machine, whatever is new by then.
import { renameSync } from "node:fs";
import type { GrowingInputs, GrowingOutputs } from "../../provider/handlers/growing-dataset/inputs";
import { currentInState } from "../../provider/handlers/growing-dataset/current";
import { WITH_CHANGES } from "../support/dialects";
import {
  checked,
  createBench,
  growingSetOf,
  make,
  unfinished,
  type Bench,
  type Made,
  type Unfinished,
} from "../support/provider";

type Set = Made<GrowingInputs, GrowingOutputs>;

const INGEST_MS = 3_600_000;

let bench: Bench;
let lateMs = 0;
const VIDEO = { dataType: "video", checkContent: "off", include: ["*.mp4"] };
const given = (more: object = {}) => growingSetOf(bench, { ...VIDEO, ...more });
const on = (machine: string) =>
  bench.handlers({ AVALA_STATE_DIR: bench.tree.at(`.${machine}`) }).growingDataset;

/** Ingest takes an hour, which passes with {@link anHourLater}. */
async function start(files: Record<string, string>, options: object = {}): Promise<void> {
  lateMs = 0;
  const clock = { now: () => Date.now() + lateMs };
  bench = await createBench(files, { ...WITH_CHANGES, ...options, ingestMs: INGEST_MS, clock });
}
afterEach(() => bench.stop());

const anHourLater = (): void => void (lateMs += INGEST_MS);
const presigns = (): number =>
  bench.writes().filter((call) => call.endsWith("/file-upload-url/")).length;

/** An `up` that has no time to wait for its dataset. */
async function late(olds?: Unfinished<GrowingOutputs>): Promise<Unfinished<GrowingOutputs>> {
  const handler = on("first");
  const old = olds?.properties;
  const inputs = await checked(handler, given({ timeoutMinutes: 0.005 }), (old ?? {}) as never);
  const work =
    old === undefined ? handler.create(inputs) : handler.update(olds?.id ?? "", old, inputs);
  return unfinished<GrowingOutputs>(work);
}

async function up(
  machine: string,
  { id, properties }: Unfinished<GrowingOutputs>,
  more: object = {},
): Promise<Set> {
  const handler = on(machine);
  const inputs = await checked(handler, given(more), properties as never);
  expect(await handler.diff(id, properties, inputs)).toMatchObject({ changes: true });
  const { outs } = await handler.update(id, properties, inputs);
  if (outs === undefined) throw new Error("update returned no outputs");
  return { id, inputs, outs };
}

const pathsIn = ({ outs }: Set): readonly string[] =>
  currentInState(outs.increments).map(({ path }) => path);

describe.each(["the same machine", "another machine"])("on %s", (which) => {
  const machine = which === "another machine" ? "second" : "first";

  test("a dataset of frames that was not ready in time is known though a file came", async () => {
    await start({ "a.mp4": "video a", "b.mp4": "video b" });
    const broken = await late();
    expect(broken.properties).toMatchObject({ datasetUids: [], increments: [] });
    anHourLater();
    bench.tree.write({ "c.mp4": "video c" });
    bench.writes();
    const set = await up(machine, broken, { waitForIngest: false });
    expect(presigns()).toBe(1);
    expect(pathsIn(set)).toEqual(["a.mp4", "b.mp4", "c.mp4"]);
    expect(set.outs).toMatchObject({ unverifiedCount: 0, supersededCount: 0 });
    expect(set.outs.datasetNames).toHaveLength(2);
    expect(set.outs).not.toHaveProperty("pending");
  }, 30_000);

  test("so is one that an update made", async () => {
    await start({ "a.mp4": "video a" });
    const broken = await late();
    anHourLater();
    bench.tree.write({ "b.mp4": "video b" });
    const again = await late(broken);
    expect(again.properties).toMatchObject({ increments: [{ number: 1 }] });
    anHourLater();
    bench.tree.write({ "c.mp4": "video c" });
    bench.writes();
    const set = await up(machine, again, { waitForIngest: false });
    expect(presigns()).toBe(1);
    expect(pathsIn(set)).toEqual(["a.mp4", "b.mp4", "c.mp4"]);
    expect(set.outs.datasetNames).toHaveLength(3);
  }, 30_000);

  test("files of it that were renamed or changed are so, where nothing shows contents", async () => {
    const files = { "a.jpg": "a's content", "b.jpg": "b's content", "c.jpg": "c's content" };
    await start(files, { etag: "opaque" });
    const image = { dataType: "image", include: ["*.jpg"] };
    const handler = on("first");
    const inputs = await checked(handler, given({ ...image, timeoutMinutes: 0.005 }));
    const broken = await unfinished<GrowingOutputs>(handler.create(inputs));
    anHourLater();
    renameSync(bench.tree.at("a.jpg"), bench.tree.at("renamed.jpg"));
    bench.tree.write({ "b.jpg": "B's content" });
    bench.writes();
    const set = await up(machine, broken, { ...image, waitForIngest: false });
    expect(presigns()).toBe(1);
    expect(pathsIn(set)).toEqual(["b.jpg", "c.jpg", "renamed.jpg"]);
    expect(set.outs).toMatchObject({ unverifiedCount: 0, supersededCount: 1 });
  }, 30_000);
});

test("what is kept of one that was made counts for nothing that has landed, once it is deleted", async () => {
  await start({ "a.mp4": "video a", "b.mp4": "video b" });
  const broken = await late();
  anHourLater();
  const [made] = bench.avala.datasets();
  const { baseUrl, apiKey } = bench.avala;
  const url = `${baseUrl}/datasets/emulator/${made?.slug ?? ""}/`;
  await fetch(url, { method: "DELETE", headers: { "X-Avala-Api-Key": apiKey } });
  bench.writes();
  const set = await up("second", broken, { waitForIngest: false });
  expect(presigns()).toBe(2);
  expect(pathsIn(set)).toEqual(["a.mp4", "b.mp4"]);
}, 30_000);

test("an up that was killed is known on the same machine, though nothing is in the state", async () => {
  await start({ "a.mp4": "video a", "b.mp4": "video b" });
  await late();
  anHourLater();
  bench.tree.write({ "c.mp4": "video c" });
  bench.writes();
  const { outs } = await make(on("first"), given({ waitForIngest: false }));
  expect(presigns()).toBe(1);
  expect(outs.datasetNames).toHaveLength(2);
}, 30_000);
