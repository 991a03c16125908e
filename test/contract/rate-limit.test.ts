// The pace against the emulator's own counting, over real sockets, in time that is skipped.
import { runPool } from "../../src/flow/pool";
import { emulated } from "../support/contract-targets";
import { presignForm } from "../support/presign-form";

test("300 presigns under 600 a minute and 20 a second are never refused, and take about 15 s", async () => {
  const { avala, emulator, stop } = await emulated({ requestsPerMinute: 600, burstPerSecond: 20 });
  const startMs = avala.clock.now();
  await runPool(Array(300).keys(), { concurrency: 8 }, async (i) => {
    await presignForm(avala, { datasetName: "cats", path: `${i}.jpg`, sizeBytes: 1 });
  });
  const tookMs = avala.clock.now() - startMs;
  const statuses = new Set(emulator.requests().map(({ status }) => status));
  expect([...statuses]).toEqual([200]);
  expect(tookMs).toBeGreaterThan(14_000);
  // Fourteen bursts' time is the least. Real time passes too, and it counts; without the budget's knowledge it would be
  // a window and more.
  expect(tookMs).toBeLessThan(50_000);
  await stop();
});

test("250 presigns under 100 a minute are never refused, and wait for two windows", async () => {
  const { avala, emulator, stop } = await emulated({ requestsPerMinute: 100, burstPerSecond: 20 });
  const startMs = avala.clock.now();
  await runPool(Array(250).keys(), { concurrency: 8 }, async (i) => {
    await presignForm(avala, { datasetName: "cats", path: `${i}.jpg`, sizeBytes: 1 });
  });
  expect(emulator.requests().filter(({ status }) => status === 429)).toHaveLength(0);
  expect(avala.clock.now() - startMs).toBeLessThan(170_000);
  await stop();
});
