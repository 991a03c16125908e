// The lock that runs of one state folder share, in virtual time: who has it, who waits, and who takes over from the dead.
import {
  acquireLock,
  lingerMs,
  maxLockWaitMs,
  maxSilenceMs,
  type Locked,
} from "../../src/upload/journal/lock";
import { isPastDeadline } from "../../src/flow/deadline";
import { createDiskModel } from "../simulation/disk-model";
import { createMachine, createProcess } from "../simulation/process";
import { seeded } from "../simulation/seeded";
import { createTimeline } from "../simulation/timeline";

const PATH = "/state/journals/abc.jsonl";

interface More {
  readonly signal?: AbortSignal;
  readonly deadlineMs?: number;
  readonly lingers?: boolean;
}

function createWorld(isShared = true) {
  const timeline = createTimeline();
  const disk = createDiskModel(new Map(), timeline);
  const machine = createMachine(isShared);
  const random = seeded(1);
  const never = { send: () => Promise.reject(new Error("no network here")) };
  const transport = { ...never, open: never.send, close: () => undefined };
  /** A process that wants the lock. */
  const begin = () => {
    const shared = { clock: timeline, random: random.fork(), api: transport, storage: transport };
    const process = createProcess({ ...shared, disk }, machine);
    const waits: string[] = [];
    const acquire = ({ lingers, ...more }: More = {}): Promise<Locked> =>
      acquireLock(
        { ...process.ports, ...more },
        { path: PATH, what: "Waiting", lingers, onWait: (owner) => waits.push(owner) },
      );
    return { ...process, acquire, waits };
  };
  return { timeline, disk, begin };
}

async function held(locked: Promise<Locked>) {
  const result = await locked;
  if (result.kind !== "held") throw new Error(`taken by ${result.owner}`);
  return result.held;
}

describe("a lock", () => {
  test.each([1, 2, 3, 4, 5])(
    "is never held by two of %d who want it at once, and by each in the end",
    async (count) => {
      const { timeline, begin } = createWorld();
      let holders = 0;
      let most = 0;
      const use = async (): Promise<void> => {
        const lock = await held(begin().acquire());
        most = Math.max(most, (holders += 1));
        await timeline.sleep(5000);
        holders -= 1;
        await lock.release();
      };
      await timeline.play(Promise.all(Array.from({ length: count }, use)));
      expect(most).toBe(1);
    },
  );

  test("is waited for while its owner works, and its owner is named once", async () => {
    const { timeline, disk, begin } = createWorld();
    const first = await timeline.play(held(begin().acquire()));
    const second = begin();
    const waiting = second.acquire();
    const release = timeline.sleep(300_000).then(() => first.release());
    await timeline.play(Promise.all([waiting, release]));
    expect(second.waits).toEqual(["process 1"]);
    await (await held(waiting)).release();
    expect(disk.locks()).toEqual([]);
  });

  test("is not given away after 15 minutes by an owner that lives", async () => {
    const { timeline, begin } = createWorld(false);
    await timeline.play(held(begin().acquire()));
    const startedMs = timeline.now();
    expect(await timeline.play(begin().acquire())).toMatchObject({ kind: "taken" });
    expect(timeline.now() - startedMs).toBeLessThanOrEqual(maxLockWaitMs);
    expect(timeline.now() - startedMs).toBeGreaterThan(maxLockWaitMs - 2000);
  });

  test("of a process that was killed is taken over at once on the same machine", async () => {
    const { timeline, disk, begin } = createWorld();
    const first = begin();
    await timeline.play(held(first.acquire()));
    first.kill();
    const startedMs = timeline.now();
    const second = begin();
    await timeline.play(held(second.acquire()));
    expect(timeline.now()).toBe(startedMs);
    expect(second.waits).toEqual([]);
    expect(disk.locks()).toHaveLength(1);
  });

  test("is taken over a little later where what the killed process had sent may do harm", async () => {
    const { timeline, begin } = createWorld();
    const first = begin();
    await timeline.play(held(first.acquire()));
    first.kill();
    const startedMs = timeline.now();
    const next = begin();
    const lock = await timeline.play(held(next.acquire({ lingers: true })));
    expect(timeline.now() - startedMs).toBeGreaterThanOrEqual(lingerMs);
    // It has ended, so nobody has to be told whom to wait for.
    expect(next.waits).toEqual([]);
    await lock.release();
    const second = begin();
    await timeline.play(held(second.acquire()));
    second.kill();
    await timeline.play(timeline.sleep(60_000));
    const laterMs = timeline.now();
    await timeline.play(held(begin().acquire({ lingers: true })));
    expect(timeline.now()).toBe(laterMs);
  });

  test("is taken over a little after the death of an owner that was waited for", async () => {
    const { timeline, begin } = createWorld();
    const first = begin();
    await timeline.play(held(first.acquire()));
    let killedMs = 0;
    const kill = timeline.sleep(8000).then(() => {
      killedMs = timeline.now();
      first.kill();
    });
    await timeline.play(Promise.all([held(begin().acquire({ lingers: true })), kill]));
    expect(timeline.now() - killedMs).toBeGreaterThanOrEqual(lingerMs);
  });

  test("is said to be waited for where a living process has it beside a dead one", async () => {
    const { timeline, begin } = createWorld();
    const first = begin();
    await timeline.play(held(first.acquire()));
    first.kill();
    const heirs = [begin(), begin()];
    const taken = heirs.map(async (heir) => {
      const lock = await held(heir.acquire({ lingers: true }));
      await timeline.sleep(10_000);
      await lock.release();
    });
    await timeline.play(Promise.all(taken));
    const waits = heirs.flatMap((heir) => heir.waits);
    expect(waits).not.toEqual([]);
    expect(waits).not.toContain("process 1");
  });

  test("of one that was killed elsewhere is taken over after a minute of silence", async () => {
    const { timeline, begin } = createWorld(false);
    const first = begin();
    await timeline.play(held(first.acquire()));
    await timeline.play(timeline.sleep(3_600_000));
    first.kill();
    const startedMs = timeline.now();
    await timeline.play(held(begin().acquire()));
    expect(timeline.now() - startedMs).toBeGreaterThanOrEqual(maxSilenceMs);
    expect(timeline.now() - startedMs).toBeLessThan(maxSilenceMs + 20_000);
  });

  test("of the dead is taken over by one of many who find it", async () => {
    const { timeline, begin } = createWorld();
    const first = begin();
    await timeline.play(held(first.acquire()));
    first.kill();
    let holders = 0;
    let most = 0;
    const use = async (): Promise<void> => {
      const lock = await held(begin().acquire());
      most = Math.max(most, (holders += 1));
      await timeline.sleep(1000);
      holders -= 1;
      await lock.release();
    };
    await timeline.play(Promise.all(Array.from({ length: 4 }, use)));
    expect(most).toBe(1);
  });

  test("tells its owner when somebody has removed it", async () => {
    const { timeline, disk, begin } = createWorld();
    const locked = await timeline.play(begin().acquire());
    await disk.remove(disk.locks()[0] ?? "");
    expect(locked.kind === "held" && locked.gone.aborted).toBe(true);
  });

  test("is not waited for beyond a deadline, nor after a signal", async () => {
    const { timeline, begin } = createWorld();
    await timeline.play(held(begin().acquire()));
    const deadlineMs = timeline.now() + 60_000;
    const late = await timeline.play(
      begin()
        .acquire({ deadlineMs })
        .catch((error: unknown) => error),
    );
    expect(isPastDeadline(late)).toBe(true);
    expect(timeline.now()).toBeLessThanOrEqual(deadlineMs);
    const stop = new AbortController();
    const stopping = begin()
      .acquire({ signal: stop.signal })
      .catch((error: unknown) => error);
    const stopped = timeline.sleep(10_000).then(() => stop.abort());
    expect(await timeline.play(Promise.all([stopping, stopped]))).toMatchObject([
      { code: "cancelled" },
      undefined,
    ]);
  });
});
