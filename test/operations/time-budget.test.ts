// A deadline bounds all that an upload asks, and not only the sending: whichever call the server puts off, the run ends in time,
// says what it waited for, and loses nothing.
import { join } from "node:path";
import type { PublishResult, PublishTarget } from "../../src/operations/publish/target";
import { publishDataset } from "../../src/operations/publish/publish";
import { growSet } from "../../src/operations/grow/grow";
import { uploadFiles } from "../../src/upload/run";
import type { UploadFile } from "../../src/upload/request";
import { useGrowingPlace } from "../support/growing-place";
import { interrupted } from "../support/interrupted";
import { sessionWith } from "../support/session";
import { useUploadPlace } from "../support/upload-place";
import { virtualClock } from "../support/virtual-clock";

const BUDGET_MS = 30_000;
const CONFIRM = "/datasets/manual-upload/";

const putOff = (seconds: number): { status: number; headers: Record<string, string> } => ({
  status: 429,
  headers: { "Retry-After": String(seconds) },
});

describe("a deadline of an upload", () => {
  const place = useUploadPlace();
  let files: UploadFile[];

  beforeEach(async () => {
    await place.start();
    const names = ["a.jpg", "b.jpg", "c.jpg"];
    files = await Promise.all(
      names.map((name) => place.put(name, Buffer.from(`bytes of ${name}`))),
    );
  });

  const target = (): PublishTarget => ({
    files,
    dataset: { name: "training", slug: "training", dataType: "image" },
    ifExists: "verify",
  });

  async function publish(
    budgetMs?: number,
  ): Promise<{ readonly result: PublishResult; readonly tookMs: number }> {
    const clock = virtualClock(Date.now());
    const { avala } = sessionWith(place.emulator, { ports: { clock } });
    const startedMs = clock.now();
    const options = {
      waitMs: () => 600_000,
      stateDirectory: join(place.folder, "state"),
      deadlineMs: budgetMs === undefined ? undefined : startedMs + budgetMs,
    };
    const result = await clock.run(publishDataset(avala, target(), options));
    return { result, tookMs: clock.now() - startedMs };
  }

  const puts = (): number =>
    place.emulator
      .requests()
      .filter(({ target: to, method }) => to === "storage" && method !== "GET").length;

  test.each([
    ["the list of datasets", "GET", "/datasets/", 300],
    ["the key's user", "GET", "/users/me/", 300],
    ["the list of datasets, again and again", "GET", "/datasets/", 5],
    ["the key's user, again and again", "GET", "/users/me/", 5],
  ])("is kept where %s is put off", async (_what, method, path, seconds) => {
    place.emulator.setFault({ on: { method, path }, times: 0, reply: putOff(seconds) });
    const { result, tookMs } = await publish(BUDGET_MS);
    expect(result).toMatchObject({ outcome: "partial", waitedFor: expect.any(String) as string });
    expect(result).toHaveProperty("upload", undefined); // what had landed is not known
    expect(tookMs).toBeLessThanOrEqual(BUDGET_MS);
    expect(puts()).toBe(0);

    place.emulator.clearFaults();
    expect((await publish()).result).toMatchObject({ outcome: "uploaded", unverified: 0 });
    expect(puts()).toBe(files.length);
  });

  test("is kept where a presign is put off", async () => {
    const on = { method: "POST", path: "*file-upload-url/" };
    place.emulator.setFault({ on, times: 0, reply: putOff(300) });
    const { result, tookMs } = await publish(BUDGET_MS);
    expect(result).toMatchObject({ outcome: "partial", upload: { sent: [], isComplete: false } });
    expect(tookMs).toBeLessThanOrEqual(BUDGET_MS);
    expect(puts()).toBe(0);

    place.emulator.clearFaults();
    expect((await publish()).result).toMatchObject({ outcome: "uploaded", unverified: 0 });
  });

  test.each([300, 5])(
    "is kept where the confirm is put off by %i s, and the next run only confirms",
    async (seconds) => {
      place.emulator.setFault({
        on: { method: "POST", path: CONFIRM },
        times: 0,
        reply: putOff(seconds),
      });
      const { result, tookMs } = await publish(BUDGET_MS);
      expect(result).toMatchObject({
        outcome: "partial",
        upload: { isComplete: true, sent: { length: files.length } },
        waitedFor: expect.stringContaining("429") as string,
      });
      expect(tookMs).toBeLessThanOrEqual(BUDGET_MS);
      expect(place.emulator.datasets()).toEqual([]);

      place.emulator.clearFaults();
      expect((await publish()).result).toMatchObject({
        outcome: "uploaded",
        upload: { sent: [], unchanged: { length: files.length } },
      });
      expect(puts()).toBe(files.length);
    },
  );

  test("does not end the wait for a dataset that is made", async () => {
    await place.emulator.stop();
    await place.start({ ingestMs: 20 });
    place.emulator.setFault({
      on: { method: "GET", path: "/datasets/*-*-*-*-*/" },
      reply: putOff(60),
    });
    const { result, tookMs } = await publish(BUDGET_MS);
    expect(result).toMatchObject({ outcome: "uploaded" });
    expect(tookMs).toBeGreaterThan(BUDGET_MS);
  });

  test("says what was waited for, also of the upload alone", async () => {
    place.emulator.setFault({ on: { path: "/datasets/" }, times: 0, reply: putOff(300) });
    expect((await publish(BUDGET_MS)).result).toMatchObject({
      waitedFor: expect.stringMatching(/list datasets.*429/s) as string,
    });

    place.emulator.clearFaults();
    place.emulator.setFault({ on: { path: "/users/me/" }, times: 0, reply: putOff(300) });
    const clock = virtualClock(Date.now());
    const { avala } = sessionWith(place.emulator, { ports: { clock } });
    const request = { datasetName: "set", files, deadlineMs: clock.now() + BUDGET_MS };
    const stateDirectory = join(place.folder, "state");
    // What had landed is not known, so there is no result to give.
    for (const asked of [{ ...request, stateDirectory }, request])
      await expect(clock.run(uploadFiles(avala, asked))).rejects.toMatchObject({
        code: "timeout",
        message: expect.stringContaining("the key's user") as string,
      });
  });
});

describe("a deadline of a growing set", () => {
  const place = useGrowingPlace();

  beforeEach(async () => {
    await place.start();
    await place.put("a.jpg", "one");
  });

  test.each([
    ["the look for what other runs made", { method: "GET", path: "/datasets/" }, 0],
    ["the confirm", { method: "POST", path: CONFIRM }, 1],
  ])("is kept where %s is put off, and the next run goes on", async (_what, on, landed) => {
    const decision = await place.decide();
    place.emulator.setFault({ on, times: 0, reply: putOff(300) });
    const clock = virtualClock(Date.now());
    const { avala } = sessionWith(place.emulator, { ports: { clock } });
    const startedMs = clock.now();
    const options = place.options({ deadlineMs: startedMs + BUDGET_MS });
    const result = await clock.run(growSet(avala, decision, options));
    expect(result).toMatchObject({
      outcome: "partial",
      waitedFor: expect.stringContaining("429") as string,
    });
    expect(result.upload?.sent ?? []).toHaveLength(landed);
    expect(clock.now() - startedMs).toBeLessThanOrEqual(BUDGET_MS);

    place.emulator.clearFaults();
    expect((await place.run()).result).toMatchObject({ outcome: "uploaded" });
    expect(place.items()).toEqual(["a.jpg"]);
  });

  test("keeps what it sent where the look for another run's increment comes late", async () => {
    await place.put("b.jpg", "two");
    place.emulator.setFault({ on: { path: "/users/me/" }, times: 0, reply: { status: 403 } });
    const decision = await place.decide();
    const clock = virtualClock(Date.now());
    const session = sessionWith(place.emulator, { ports: { clock } });
    const overtaken = interrupted(session.avala, async () => {
      await place.run({ machine: "another", paths: ["a.jpg"] });
      place.emulator.clearFaults();
      place.emulator.setFault({ on: { path: "/users/me/" }, times: 0, reply: putOff(300) });
    });
    const options = place.options({ deadlineMs: clock.now() + BUDGET_MS });
    const result = await clock.run(growSet(overtaken, decision, options));
    expect(result).toMatchObject({
      outcome: "partial",
      upload: { sent: [{}, {}] },
      waitedFor: expect.any(String) as string,
    });

    place.emulator.clearFaults();
    expect((await place.run()).result).toMatchObject({ outcome: "uploaded" });
    expect(place.items()).toEqual(["a.jpg", "b.jpg"]);
  });
});
