// A file that has landed in one batch and goes again in another: where a server keeps one place for both, the second takes
// the first one's away, also when its run does not live to record that.
import { systemClock } from "../../src/flow/clock";
import { isIn } from "../../src/upload/journal/batch";
import {
  createFileJournal,
  type FileJournal,
  type KnownPlaces,
} from "../../src/upload/journal/file-journal";
import { openJournal, type Journal } from "../../src/upload/journal/journal";
import { createDiskModel } from "../simulation/disk-model";

const [OURS, ANOTHER] = ["11111111", "22222222"].map(
  (head) => `${head}-0000-4000-8000-000000000000`,
);
const FILE = { path: "a.jpg", sizeBytes: 3, sha256: "a".repeat(64) };
const destination = { baseUrl: "https://api.avala.ai/api/v1", owner: "acme", datasetName: "set" };

function openAgain(disk: ReturnType<typeof createDiskModel>): Promise<Journal> {
  const [ownMark, isRunning] = [() => "1", () => undefined];
  const whole = { ...disk, ownMark, isRunning };
  return openJournal({
    disk: whole,
    clock: systemClock,
    stateDirectory: "/state",
    destination,
    secret: Buffer.alloc(1),
  });
}

function begin(
  journal: Journal,
  batch: string | undefined,
  begunBefore: readonly string[] = [],
): FileJournal {
  const write = (action: (to: Journal) => Promise<void>): Promise<void> => action(journal);
  const known: KnownPlaces = {
    disowned: new Map(),
    begunBefore: new Map(begunBefore.map((path) => [path, "taken"])),
  };
  return createFileJournal(FILE, batch, journal, {
    ...{ ...known, keep: write },
    takeBack: (_path, action) => write(action),
  });
}

describe("a file that has landed in one batch", () => {
  test.each([
    ["another batch", ANOTHER, []],
    ["no batch", undefined, []],
    ["a batch that this run has begun after it", ANOTHER, [FILE.path]],
  ])("counts as landed no more once it is begun in %s", async (_what, batch, begunBefore) => {
    const disk = createDiskModel(new Map());
    await (await openAgain(disk)).record({ ...FILE, batch: OURS }, 1);
    await begin(await openAgain(disk), batch, begunBefore).takeBackOthers();
    const known = { records: await openAgain(disk), stored: new Map() };
    expect([OURS, batch].map((uid) => isIn(uid, FILE, known))).toEqual([false, false]);
  });

  test("is known for what was sent there, should the store not replace it", async () => {
    const disk = createDiskModel(new Map());
    await (await openAgain(disk)).record({ ...FILE, batch: OURS }, 1);
    await begin(await openAgain(disk), ANOTHER).takeBackOthers();
    const file = begin(await openAgain(disk), ANOTHER);
    expect(file.mayHoldOther()).toBe(false);
    expect(file.wasSentBefore()).toBe(true);
  });

  test("is taken away from it while it is begun in another batch, also for who goes back", async () => {
    const disk = createDiskModel(new Map());
    await (await openAgain(disk)).record({ ...FILE, batch: OURS }, 1);
    await begin(await openAgain(disk), ANOTHER).takeBackOthers();
    expect(begin(await openAgain(disk), OURS).isTakenAway()).toBe(true);
    expect(begin(await openAgain(disk), OURS).wasSentBefore()).toBe(true);
    expect(await begin(await openAgain(disk), OURS).reread()).toBeUndefined();
    expect(begin(await openAgain(disk), ANOTHER).isTakenAway()).toBe(true);
  });

  test("counts in it no more by a part that was on its way there before", async () => {
    const disk = createDiskModel(new Map());
    await (await openAgain(disk)).record({ ...FILE, batch: OURS }, 1);
    const there = begin(await openAgain(disk), ANOTHER);
    await there.takeBackOthers();
    await there.record({ partNumber: 1, sizeBytes: FILE.sizeBytes, sha256: FILE.sha256 });
    const back = begin(await openAgain(disk), OURS);
    expect(back.holdsOther()).toBe(false);
    await back.takeBackOthers();
    expect(begin(await openAgain(disk), ANOTHER).parts().size).toBe(0);
    expect(begin(await openAgain(disk), ANOTHER).isTakenAway()).toBe(true);
  });

  test("stays landed while it goes in that batch", async () => {
    const disk = createDiskModel(new Map());
    await (await openAgain(disk)).record({ ...FILE, batch: OURS }, 1);
    await begin(await openAgain(disk), OURS).takeBackOthers();
    expect((await openAgain(disk)).landed.has(FILE.path)).toBe(true);
  });
});
