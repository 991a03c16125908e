// What follows the confirm is a wait: `timeout-minutes` bounds it, whatever the server puts off, and the step says what it has
// reached and what to do.
import { useActionPlace } from "../support/action-place";
import type { Recorded } from "../support/recorded-action";
import { jpeg } from "../support/temp-tree";
import { virtualClock } from "../support/virtual-clock";

const place = useActionPlace({ "images/a.jpg": jpeg("a"), "images/b.jpg": jpeg("b") });

const MINUTE_MS = 60_000;
const inputs = { dataset: "pets", files: "images/*.jpg", "timeout-minutes": "5" };
const ITEMS = { method: "GET", path: "*/items/" };

/** A step whose server puts off the list of the items, by so many seconds each time. */
async function putOff(
  seconds: number,
  given: Record<string, string> = inputs,
  env: Record<string, string> = {},
): Promise<Recorded & { readonly tookMs: number }> {
  const headers = { "Retry-After": String(seconds) };
  place.emulator.setFault({ on: ITEMS, times: 0, reply: { status: 429, headers } });
  const clock = virtualClock(Date.now());
  const startedMs = clock.now();
  const recorded = await clock.run(place.act(given, { clock, env }));
  return { ...recorded, tookMs: clock.now() - startedMs };
}

const growing = { ...inputs, dataset: "pets-{increment}" };
const withBudget = { ...inputs, "time-budget-minutes": "0.5" };

test.each([
  ["a dataset", 20, inputs],
  ["a dataset", 400, inputs],
  ["a dataset", 7200, inputs],
  ["a dataset of a step with a time budget", 20, withBudget],
  ["an increment", 20, growing],
])("the items of %s that are put off by %i s end the step in time", async (_of, seconds, given) => {
  const stopped = await putOff(seconds, given);
  expect(stopped.tookMs).toBeLessThanOrEqual(5 * MINUTE_MS);
  expect(stopped.outputs).toMatchObject({
    outcome: "timeout",
    complete: "false",
    "files-uploaded": "2",
  });
  expect(stopped.errors).toHaveLength(1);
  const [error] = stopped.errors;
  expect(error).toMatch(/^All 2 files of pets\S* have landed, and its confirm was accepted \(uid /);
  expect(error).toMatch(/could not be listed in time.*429/);
  expect(error).toMatch(/Run again.* raise timeout-minutes/);

  place.emulator.clearFaults();
  const finished = await place.act(given);
  expect(finished.outputs).toMatchObject({ outcome: "unchanged", "files-uploaded": "0" });
  expect(place.emulator.datasets()).toHaveLength(1);
});

test("so do those of a dataset that is there already, of which nothing is said to have landed", async () => {
  await place.act(inputs);
  const stopped = await putOff(20, inputs, { AVALA_STATE_DIR: place.tree.at(".other") });
  expect(stopped.tookMs).toBeLessThanOrEqual(5 * MINUTE_MS);
  expect(stopped.outputs).toMatchObject({ outcome: "timeout" });
  expect(stopped.errors).toEqual([
    expect.stringMatching(
      /^The items of dataset pets \(uid \S+\) could not be listed in time\. .*429/,
    ),
  ]);
});

test("a dataset that is still being made says that, too", async () => {
  await place.start({ ingestMs: 3_600_000 });
  const clock = virtualClock(Date.now());
  const stopped = await clock.run(place.act(inputs, { clock }));
  expect(stopped.outputs).toMatchObject({ outcome: "timeout", "files-uploaded": "2" });
  expect(stopped.errors).toEqual([
    expect.stringMatching(
      /^All 2 files of pets have landed, and its confirm was accepted \(uid \S+\)\. Waiting for dataset pets to be created took longer than 5 min\.\n.*run again to continue waiting/,
    ),
  ]);
});

test("a server that fails then does not hide what was reached", async () => {
  place.emulator.setFault({ on: ITEMS, times: 0, reply: { status: 503 } });
  const stopped = await place.act(inputs);
  expect(stopped.outputs).toMatchObject({ outcome: "failed", "files-uploaded": "2" });
  expect(stopped.errors).toEqual([
    expect.stringMatching(/^All 2 files of pets have landed, .* Could not list the items .*503/),
  ]);
});
