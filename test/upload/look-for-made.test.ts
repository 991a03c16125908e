// A run that sends for long looks now and then whether another machine's run has made the dataset: seldom, and not where it has
// nothing to fear.
import { AvalaError } from "../../src/errors";
import type { AvalaEvent } from "../../src/events";
import { lookForMade } from "../../src/upload/look-for-made";
import type { Run } from "../../src/upload/state";
import { playUpload } from "../support/playing-store";

const MINUTE = 60_000;
const CALLS = 300;
const BEGAN_MS = 1_000_000;

interface Given {
  /** Whether another run has made the dataset. */
  readonly isMade?: () => Promise<boolean>;
  readonly isNamedByContent?: boolean;
  /** Since the run began. */
  readonly deadlineMs?: number;
}

/** A run that sends, and what it does `atMs` after it began, when it has made so many calls. */
function sending({
  isMade = () => Promise.resolve(false),
  isNamedByContent = false,
  deadlineMs,
}: Given = {}) {
  let nowMs = BEGAN_MS;
  const asked = jest.fn(isMade);
  const events: AvalaEvent[] = [];
  const looks = { calls: 0, lastMs: BEGAN_MS, callsAtLast: 0 };
  const run = {
    avala: {
      clock: { now: () => nowMs },
      emit: (event: AvalaEvent) => events.push(event),
      ...(deadlineMs === undefined ? {} : { deadlineMs: BEGAN_MS + deadlineMs }),
    },
    request: { datasetName: "set", isMade: asked },
    batch: { isNamedByContent },
    ...{ looks, isMade: false },
  } as unknown as Run;
  /** How often it has asked by then. */
  const at = async (atMs: number, calls: number): Promise<number> => {
    nowMs = BEGAN_MS + atMs;
    looks.calls = calls;
    await lookForMade(run);
    return asked.mock.calls.length;
  };
  return { run, at, events };
}

test("it looks after a minute and 300 calls, and after as much of both again", async () => {
  const { at, run, events } = sending();
  expect(await at(MINUTE - 1, CALLS)).toBe(0);
  expect(await at(60 * MINUTE, CALLS - 1)).toBe(0);
  expect(await at(MINUTE, CALLS)).toBe(1);
  expect(await at(2 * MINUTE - 1, 9 * CALLS)).toBe(1);
  expect(await at(2 * MINUTE, 2 * CALLS - 1)).toBe(1);
  expect(await at(2 * MINUTE, 2 * CALLS)).toBe(2);
  expect([run.isMade, events]).toEqual([false, []]);
});

test("it does not look under a name that is made of the content", async () => {
  expect(await sending({ isNamedByContent: true }).at(60 * MINUTE, 9 * CALLS)).toBe(0);
});

test("it does not look in the last minute before a deadline", async () => {
  const { at } = sending({ deadlineMs: 3 * MINUTE });
  expect(await at(2 * MINUTE, CALLS)).toBe(0);
  expect(await at(2 * MINUTE - 1, CALLS)).toBe(1);
});

test("it says once that another run has made the dataset, and does not look again", async () => {
  const { at, run, events } = sending({ isMade: () => Promise.resolve(true) });
  expect(await at(MINUTE, CALLS)).toBe(1);
  expect(run.isMade).toBe(true);
  expect(events).toMatchObject([
    { kind: "warning", text: expect.stringMatching(/ set .*nothing more/) as string },
  ]);
  expect(await at(60 * MINUTE, 9 * CALLS)).toBe(1);
  expect(events).toHaveLength(1);
});

test("a look that fails changes nothing, and is not made again at once", async () => {
  const isMade = () => Promise.reject(new AvalaError("server", "Avala is out."));
  const { at, run, events } = sending({ isMade });
  expect(await at(MINUTE, CALLS)).toBe(1);
  expect(await at(MINUTE, CALLS + 1)).toBe(1);
  expect([run.isMade, events]).toEqual([false, []]);
});

test.each([
  ["that is cancelled", new AvalaError("cancelled", "It was stopped.")],
  ["that fails by a fault of ours", new TypeError("x is not a function")],
])("a look %s ends the run", async (_how, error) => {
  const { at } = sending({ isMade: () => Promise.reject(error) });
  await expect(at(MINUTE, CALLS)).rejects.toBe(error);
});

// Its first minute is counted from its own beginning.
test("an upload of many calls does not look in its first minute", async () => {
  const paths = Array.from({ length: CALLS + 20 }, (_, index) => `${String(index + 100)}.jpg`);
  const isMade = jest.fn(() => false);
  const { result, ms } = await playUpload(paths, () => undefined, { isMade });
  expect(result).toMatchObject({ isComplete: true });
  expect(ms).toBeLessThan(MINUTE);
  expect(isMade).not.toHaveBeenCalled();
});
