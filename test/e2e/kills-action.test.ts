// The Action's committed bundle as a real process that is killed at random moments on a server with troubles, started
// again, moved and doubled, each from a seed. A failing seed is printed with the command that plays it again;
// `AVALA_KILL_SEEDS=1000` plays more of them, as CI does every night.
import { runPool } from "../../src/flow/pool";
import { judge } from "./kills/judge";
import { kindsOf, KINDS_OF_STARTS, kindsOfTroubles } from "./kills/kinds";
import { planOf, TROUBLES } from "./kills/plan";
import { play } from "./kills/play";
import { seedsToPlay } from "./kills/seeds";

/** Few that hold each kind of trouble, kill and start; CI plays many every night. */
const CHOSEN = [24, 27, 30, 33, 60, 78, 270];
const seeds = seedsToPlay(CHOSEN);

// A run waits more than it works: retries, delays, indexing.
const AT_ONCE = 5;

describe("the Action, killed at random moments", () => {
  test("the seeds that are always played hold each kind of trouble, kill and start", () => {
    const held = new Set(CHOSEN.flatMap((seed) => [...kindsOf(planOf(seed))]));
    const all = [...KINDS_OF_STARTS, ...kindsOfTroubles(TROUBLES)];
    expect(all.filter((kind) => !held.has(kind))).toEqual([]);
  });

  test(`ends with every file stored once, whole, in one dataset (seeds: ${seeds.length})`, async () => {
    const failures: string[] = [];
    const totals = { starts: 0, killed: 0, failed: 0, wentOn: 0, files: 0, stored: 0 };
    await runPool(seeds, { concurrency: AT_ONCE }, async (seed) => {
      const again = `AVALA_KILL_SEED=${seed} npx jest test/e2e/kills-action`;
      try {
        const played = await play(planOf(seed));
        const wrong = await judge(played);
        if (wrong.length > 0) failures.push(`${wrong.join("; ")} (${again})`);
        totals.starts += played.ends.length;
        totals.killed += played.ends.filter((end) => end === "killed").length;
        totals.failed += played.ends.filter((end) => end === "failed").length;
        totals.wentOn += played.wentOn;
        totals.files += Object.keys(played.plan.files).length;
        totals.stored += played.stored;
        if (seeds.length === 1) process.stdout.write(`${played.ends.join(", ")}\n`);
      } catch (error) {
        failures.push(`${String(error).slice(0, 4_000)} (${again})`);
      }
    });
    process.stdout.write(`kills: ${JSON.stringify(totals)}\n`);
    expect(failures.slice(0, 20)).toEqual([]);
  }, 900_000);
});
