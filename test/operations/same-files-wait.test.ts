// What ends the wait for a run of the same files on another machine, besides its dataset: a deadline, a signal, and its silence.
import { join } from "node:path";
import { AvalaError } from "../../src/errors";
import { sendFiles } from "../../src/operations/publish/send";
import {
  COUNT,
  isWait,
  killedAtConfirm,
  machineIn,
  makeFiles,
  versionOf,
  warnings,
} from "../support/machines";
import { useUploadPlace } from "../support/upload-place";
import { skippingClock } from "../support/virtual-clock";

const place = useUploadPlace();

beforeEach(() => place.start({ ingestMs: 0 }));

describe("the wait for a run of the same files on another machine", () => {
  test("ends at the deadline, with nothing sent in another batch", async () => {
    const files = await makeFiles(place);
    await killedAtConfirm(place, files, versionOf(files));
    const clock = skippingClock();
    const two = machineIn(place, "two", { clock });
    const deadlineMs = clock.now() + 40_000;
    const result = await two.publish(files, versionOf(files), { deadlineMs });
    expect(result).toMatchObject({ outcome: "partial", upload: { isComplete: false, sent: [] } });
    expect(warnings(two)).toHaveLength(1);
    expect(clock.now()).toBeGreaterThanOrEqual(deadlineMs);
  });

  test("ends when the run is cancelled", async () => {
    const files = await makeFiles(place);
    await killedAtConfirm(place, files, versionOf(files));
    const stop = new AbortController();
    const two = machineIn(place, "two", {
      signal: stop.signal,
      sleeps: (events) => {
        if (!events.some(isWait)) return undefined;
        stop.abort();
        return Promise.reject(new AvalaError("cancelled", "Stopped."));
      },
    });
    await expect(two.publish(files, versionOf(files))).rejects.toMatchObject({ code: "cancelled" });
    expect(warnings(two)).toHaveLength(1);
  });

  test("is the only one for a run that is dead, also where its files lie in the way of all batches", async () => {
    const files = await makeFiles(place);
    await killedAtConfirm(place, files, "set");
    const clock = skippingClock();
    const two = machineIn(place, "two", { clock });
    const beforeMs = clock.now();
    await expect(two.publish(files, "set")).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/already has an object that may not be \d+\.jpg/) as string,
    });
    expect(clock.now() - beforeMs).toBeLessThan(180_000);
    expect(warnings(two).filter((text) => text.includes("Waiting"))).toHaveLength(1);
  });

  test("lasts two minutes and a few calls where that run is dead, also for a key that may not read datasets", async () => {
    const files = await makeFiles(place);
    const name = versionOf(files);
    await killedAtConfirm(place, files, name);
    const clock = skippingClock();
    const two = machineIn(place, "two", { clock });
    const denied = { status: 403, body: { detail: "No." } };
    place.emulator.setFault({
      on: { method: "GET", path: "/datasets/*" },
      times: 0,
      reply: denied,
    });
    place.emulator.setFault({ on: { method: "GET", path: "/datasets/" }, times: 0, reply: denied });
    const beforeMs = clock.now();
    const target = { dataset: { name }, files, ifExists: "verify" as const };
    const options = { waitMs: () => 20_000, stateDirectory: join(place.folder, "two") };
    const sent = await sendFiles(two.avala, target, options);
    expect(sent).toMatchObject({ outcome: "sent", upload: { isComplete: true } });
    const tookMs = clock.now() - beforeMs;
    expect(tookMs).toBeGreaterThan(120_000);
    expect(tookMs).toBeLessThan(180_000);
    // Each file once in either batch; then halving the set, and one or none a look, since all are complete.
    expect(two.presigns()).toBeLessThanOrEqual(2 * COUNT + Math.ceil(Math.log2(COUNT)) + 1);
  });
});
