// An increment that was made, and whose run ended before it was compared and recorded: killed, out of time, or not waiting. What
// it was begun with is on record, so that it is known whatever else is new by the next run, and whatever its items show.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Avala } from "../../../src/api/connection";
import { AvalaError } from "../../../src/errors";
import { useGrowingPlace, type Grown } from "../../support/growing-place";
import { halfOf } from "../../support/night";
import { sessionWith } from "../../support/session";
import { KEEPS_NOTHING } from "../../support/store-replies";

const place = useGrowingPlace();

const LIST = "GET /datasets/";
const PRESIGN = "/datasets/manual-upload/file-upload-url/";
const presigns = (): number =>
  place.emulator.requests().filter(({ method, path }) => method === "POST" && path === PRESIGN)
    .length;
const numbers = (): readonly string[] => place.names().map((name) => name.slice(0, 8));
const pathsOf = (entries: readonly { readonly path: string }[]): readonly string[] =>
  entries.map(({ path }) => path);
const begunFiles = (): Promise<readonly string[]> => readdir(join(place.stateDirectory, "begun"));

type Run = NonNullable<Parameters<typeof place.run>[0]>;

/** Killed as soon as its confirm is accepted. */
async function killed(more: Run = {}): Promise<void> {
  const stop = new AbortController();
  const { avala } = sessionWith(place.emulator, { signal: stop.signal });
  const options = { ...more.options, onConfirmed: () => stop.abort() };
  await expect(place.run({ ...more, avala, options })).rejects.toMatchObject({
    code: "cancelled",
  });
}

/** The confirm is accepted, and the dataset is not ready while the run waits. */
async function late(more: Run = {}): Promise<void> {
  const { avala } = sessionWith(place.emulator);
  const call: Avala["call"] = (request) => {
    const isWait = request.route.startsWith("GET /datasets/") && place.names().length > 0;
    if (isWait) throw new AvalaError("timeout", "It is still creating.");
    return avala.call(request);
  };
  const run = place.run({ ...more, avala: { ...avala, call } });
  await expect(run).rejects.toMatchObject({ code: "timeout" });
}

const notWaiting = async (more: Run = {}): Promise<void> => {
  await place.run({ ...more, options: { ...more.options, waits: false } });
};

const ENDS = [
  ["is killed after its confirm", killed],
  ["has no time left after its confirm", late],
  ["does not wait", notWaiting],
] as const;

// What a key or a frame does not show.
const KINDS = [
  ["items are frames of sequences", "mp4", "video", { sequences: "always" }],
  ["videos are sequences by themselves", "mp4", "video", {}],
  ["what becomes of files can't be counted", "mcap", "mcap", {}],
  ["keys are UUIDs", "jpg", "image", { itemKeys: "uuid" }],
  ["there are no keys", "jpg", "image", { itemKeys: "null" }],
  ["keys are paths", "jpg", "image", {}],
] as const;

test.each(
  halfOf(ENDS, KINDS).map(([[how, ends], [where, ...kind]]) => ({ how, ends, where, kind })),
)(
  "a run that $how is followed by one that sends only what is new, where $where",
  async ({ ends, kind }) => {
    const [suffix, dataType, dialect] = kind;
    await place.start({ dialect });
    const as = { dataset: { dataType } };
    await place.put(`a.${suffix}`, "one");
    await place.put(`b.${suffix}`, "two");
    await ends(as);
    await place.put(`c.${suffix}`, "three");
    const before = presigns();
    const { result } = await place.run(as);
    expect(presigns() - before).toBe(1);
    expect(result.increments).toHaveLength(2);
    expect(pathsOf(result.plan.current)).toEqual([`a.${suffix}`, `b.${suffix}`, `c.${suffix}`]);
    expect(numbers()).toEqual(["set-0001", "set-0002"]);
    // Files that change or go are judged as if the first run had ended well.
    await place.put(`a.${suffix}`, "another");
    await place.move(`b.${suffix}`, `d.${suffix}`, "two");
    const third = await place.run(as);
    expect(pathsOf(third.decision.plan.toSend)).toEqual([`a.${suffix}`]);
    expect(third.result.plan.moved).toMatchObject([{ path: `b.${suffix}`, to: `d.${suffix}` }]);
    expect(third.result.plan.superseded).toMatchObject([{ path: `a.${suffix}`, why: "changed" }]);
    expect(numbers()).toEqual(["set-0001", "set-0002", "set-0003"]);
  },
);

describe.each(ENDS)("a run that %s", (_how, ends) => {
  test("keeps its annotations on a file that was renamed, and has a changed one sent", async () => {
    await place.start({ etag: "opaque" });
    for (const path of ["a.jpg", "b.jpg", "c.jpg"]) await place.put(path, `content of ${path}`);
    await ends();
    await place.move("a.jpg", "renamed.jpg", "content of a.jpg");
    await place.put("b.jpg", "CONTENT of b.jpg");
    const { decision, result } = await place.run();
    expect(pathsOf(decision.plan.toSend)).toEqual(["b.jpg"]);
    expect(result.plan.moved).toMatchObject([{ path: "a.jpg", to: "renamed.jpg" }]);
    expect(result.plan.superseded).toMatchObject([{ path: "b.jpg", why: "changed" }]);
    expect(result.plan.unverified).toEqual([]);
    expect((await place.run()).calls).toEqual([LIST]);
  });
});

/** Whatever the set's items show. */
const VIDEO = { dataset: { dataType: "video" } } as const;

describe("an increment that was made and not recorded", () => {
  beforeEach(async () => {
    await place.start({ dialect: { sequences: "always" } });
    await place.put("a.mp4", "one");
    await place.put("b.mp4", "two");
  });

  const grown = async (): Promise<Grown> => place.run(VIDEO);

  test("may be one of several", async () => {
    await notWaiting(VIDEO);
    for (const day of [2, 3, 4]) {
      await place.put(`day-${day}.mp4`, `of day ${day}`);
      await notWaiting(VIDEO);
    }
    await place.put("c.mp4", "three");
    const before = presigns();
    expect((await grown()).result.increments).toHaveLength(5);
    expect(presigns() - before).toBe(1);
    expect((await grown()).calls).toEqual([LIST]);
    expect(await begunFiles()).toEqual([]);
  });

  test("is known though another run has ended well since", async () => {
    await notWaiting(VIDEO);
    await place.put("c.mp4", "three");
    await grown();
    expect((await grown()).calls).toEqual([LIST]);
  });

  test("is known beside one that is begun, which is finished", async () => {
    await notWaiting(VIDEO);
    for (const name of ["c", "d", "e"]) await place.put(`${name}.mp4`, `content of ${name}`);
    const { avala } = sessionWith(place.emulator);
    let sent = 0;
    const call: Avala["call"] = async (request) => {
      if (request.route.includes("file-upload-url") && (sent += 1) > 1)
        throw new AvalaError("cancelled", "killed");
      return avala.call(request);
    };
    const run = { avala: { ...avala, call }, options: { concurrency: 1 } };
    await expect(place.run({ ...VIDEO, ...run })).rejects.toMatchObject({ code: "cancelled" });
    await place.put("f.mp4", "content of f");
    const before = presigns();
    const { result } = await grown();
    expect(result.increments).toHaveLength(3);
    expect(presigns() - before).toBe(3);
  });

  test("is known to a preview, which changes nothing", async () => {
    await notWaiting(VIDEO);
    await place.put("c.mp4", "three");
    const decision = await place.decide({ ...VIDEO, options: { waitMs: () => "preview" } });
    expect(pathsOf(decision.plan.toSend)).toEqual(["c.mp4"]);
    expect(pathsOf((await place.decide(VIDEO)).plan.toSend)).toEqual(["c.mp4"]);
  });

  test("is known by the caller's state where the folder is lost", async () => {
    const { next } = await place.decide(VIDEO);
    await killed(VIDEO);
    await place.forget();
    await place.put("c.mp4", "three");
    const whole = { entries: next?.files ?? [], digest: next?.digest ?? "", totalBytes: 6 };
    const stored = { name: next?.name ?? "", entries: [], whole };
    const { result } = await place.run({ ...VIDEO, options: { stored } });
    expect(result.increments).toHaveLength(2);
    expect(pathsOf(result.made ? result.plan.current : [])).toEqual(["a.mp4", "b.mp4", "c.mp4"]);
  });

  test("is not taken for what the caller's state has of another content", async () => {
    const { next } = await place.decide(VIDEO);
    await killed(VIDEO);
    await place.forget();
    await place.put("c.mp4", "three");
    const whole = { entries: next?.files ?? [], digest: "0".repeat(64), totalBytes: 6 };
    const stored = { name: next?.name ?? "", entries: [], whole };
    await expect(place.run({ ...VIDEO, options: { stored } })).rejects.toMatchObject({
      code: "dataset",
    });
  });

  test("is sent again, where it was deleted before it was recorded", async () => {
    await notWaiting(VIDEO);
    await place.deleteByHand(1);
    await place.put("c.mp4", "three");
    const { result } = await grown();
    expect(result.made?.dataset.itemCount).toBeGreaterThan(0);
    expect(pathsOf(result.plan.current)).toEqual(["a.mp4", "b.mp4", "c.mp4"]);
    expect(numbers()).toEqual(["set-0001"]);
  });

  test("leaves a way that sends nothing again, where the folder is lost", async () => {
    await notWaiting(VIDEO);
    await place.forget();
    await place.put("c.mp4", "three");
    await expect(grown()).rejects.toMatchObject({
      code: "dataset",
      hint: expect.stringMatching(/AVALA_STATE_DIR.*without those that are new/s) as string,
    });
    place.drop("c.mp4");
    const before = presigns();
    await grown();
    await place.put("c.mp4", "three");
    await grown();
    expect(presigns() - before).toBe(1);
  });

  test("leaves the same way where there are several, one after the other", async () => {
    await notWaiting(VIDEO);
    await place.put("c.mp4", "three");
    await notWaiting(VIDEO);
    await place.forget();
    await place.put("d.mp4", "four");
    await expect(grown()).rejects.toMatchObject({ code: "dataset" });
    const first = place.run({ ...VIDEO, paths: ["a.mp4", "b.mp4"] });
    await expect(first).rejects.toMatchObject({ code: "dataset" });
    place.drop("d.mp4");
    const before = presigns();
    await grown();
    await place.put("d.mp4", "four");
    expect((await grown()).result.increments).toHaveLength(3);
    expect(presigns() - before).toBe(1);
  });
});

describe("an increment that lacks what it was made of, and whose run ended at its confirm", () => {
  test("is found out by the next run, which sends what is missing beside what is new", async () => {
    await place.start({ etag: "opaque" });
    await place.put("a.jpg", "one");
    await place.put("b.jpg", "two");
    const on = { target: "storage", method: "POST" } as const;
    place.emulator.setFault({ on, reply: KEEPS_NOTHING, skip: 1, times: 0 });
    await notWaiting();
    place.emulator.clearFaults();
    await place.put("c.jpg", "three");
    await place.run();
    expect(place.items()).toEqual(["a.jpg", "b.jpg", "c.jpg"]);
    expect(await begunFiles()).toEqual([]);
  });

  /** Avala gives up on the first increment. */
  async function giveUp(): Promise<void> {
    const { baseUrl, apiKey } = place.emulator;
    const reply = await fetch(`${baseUrl}/datasets/`, { headers: { "X-Avala-Api-Key": apiKey } });
    const { results, ...page } = (await reply.json()) as { results: { uid: string }[] };
    const failed = results.map((one) => ({ ...one, status: "failed" }));
    const ofList = { method: "GET", path: "/datasets/" };
    const body = { ...page, results: failed };
    place.emulator.setFault({ on: ofList, times: 0, reply: { status: 200, body } });
    for (const one of failed) {
      const on = { method: "GET", path: `/datasets/${one.uid}/` };
      place.emulator.setFault({ on, times: 0, reply: { status: 200, body: one } });
    }
  }

  describe.each(ENDS)("of a run that %s", (_how, ends) => {
    test("is refused where its items are frames, and is sent again once it was deleted", async () => {
      await place.start({ dialect: { sequences: "always" }, etag: "opaque" });
      await place.put("a.mp4", "one");
      await place.put("b.mp4", "two");
      await ends(VIDEO);
      await giveUp();
      await place.put("c.mp4", "three");
      await expect(place.run(VIDEO)).rejects.toMatchObject({
        code: "dataset",
        hint: expect.stringMatching(/^Nothing was sent. To go on, delete it/) as string,
      });
      place.emulator.clearFaults();
      await place.deleteByHand(1);
      const before = presigns();
      const { result } = await place.run(VIDEO);
      expect(pathsOf(result.plan.current)).toEqual(["a.mp4", "b.mp4", "c.mp4"]);
      expect(presigns() - before).toBe(3);
    });
  });

  test("is sent again once it was deleted, where the run that made it saw that it was given up", async () => {
    await place.start({ etag: "opaque", ingestMs: 50 });
    await place.put("a.mp4", "one");
    await place.put("b.mp4", "two");
    const { avala } = sessionWith(place.emulator);
    const onConfirmed = (): void => {
      const [{ uid = "" } = {}] = place.emulator.datasets();
      const on = { method: "GET", path: `/datasets/${uid}/` };
      place.emulator.setFault({
        on,
        reply: { status: 200, body: { uid, name: "set-0001", slug: "set-0001", status: "failed" } },
      });
    };
    const made = place.run({ ...VIDEO, avala, options: { onConfirmed } });
    await expect(made).rejects.toThrow("ended as failed");
    await place.deleteByHand(1);
    const before = presigns();
    await place.run(VIDEO);
    expect(presigns() - before).toBe(2);
  });
});
