// A session that is closed while something waits: that ends at once, and says why.
import { setTimeout } from "node:timers/promises";
import type { EmulatorOptions, Fault } from "../../emulator";
import type { Avala } from "../../src/api/connection";
import { systemClock } from "../../src/flow/clock";
import { startExport, waitForExport } from "../../src/operations/export";
import { uploadFiles } from "../../src/upload/run";
import { sessionWith } from "../support/session";
import { rejectionOf } from "../support/thrown";
import { useUploadPlace } from "../support/upload-place";

const place = useUploadPlace();

const closed = "The session is closed, so nothing more is sent with it.";

const busyStore: Fault = {
  on: { target: "storage" },
  times: 0,
  reply: {
    status: 503,
    headers: { "retry-after": "60" },
    body: "<Error><Code>SlowDown</Code></Error>",
  },
};
const busyApi: Fault = {
  on: { target: "api", path: "*file-upload-url*" },
  times: 0,
  reply: { status: 503, headers: { "retry-after": "60" } },
};

async function closeInWait(avala: Avala): Promise<number> {
  const requests = (): number => place.emulator.requests().length;
  for (let before = -1; before !== requests(); await setTimeout(300)) before = requests();
  avala.close();
  return performance.now();
}

test.each<readonly [string, EmulatorOptions, Fault | undefined]>([
  ["for the rate limit", { requestsPerMinute: 12 }, undefined],
  ["as its store asked", {}, busyStore],
  ["as the API asked", {}, busyApi],
])(
  "an upload that waits %s ends as its session is closed, and says so",
  async (_why, options, fault) => {
    await place.start(options);
    if (fault !== undefined) place.emulator.setFault(fault);
    const names = Array.from({ length: 20 }, (_, index) => `${String(index)}.jpg`);
    const files = await Promise.all(names.map((name) => place.put(name, Buffer.from(name))));
    const { avala } = sessionWith(place.emulator, { ports: { clock: systemClock } });
    const ending = rejectionOf(uploadFiles(avala, { datasetName: "set", files }));
    const closedMs = await closeInWait(avala);
    const error = await ending;
    expect(error).toMatchObject({ code: "cancelled" });
    expect(error.message).toContain(`of 20 files: ${closed}`);
    expect(performance.now() - closedMs).toBeLessThan(2000);
  },
);

test("so does the wait for an export", async () => {
  await place.start({ exportMs: 60_000 });
  const project = place.emulator.addProject("lanes");
  const { avala } = sessionWith(place.emulator, { ports: { clock: systemClock } });
  const { uid } = await startExport(avala, {
    ...{ name: "release", format: "avala-json-external", projects: [project.uid] },
    ...{ datasets: [], slices: [] },
  });
  const ending = rejectionOf(waitForExport(avala, uid, { timeoutMs: 60_000 }));
  const closedMs = await closeInWait(avala);
  expect(await ending).toMatchObject({ code: "cancelled", message: closed });
  expect(performance.now() - closedMs).toBeLessThan(2000);
});
