// Stacks on the real engine that are cut off at random moments on a server with troubles, moved, and robbed of their
// journal or their state, each from a seed. A failing seed is printed with the command that plays it again;
// `AVALA_KILL_SEEDS=100` plays more of them, and CI some every night.
import { runPool } from "../../src/flow/pool";
import { describeWithPart } from "../support/parts";
import { kindsOfStack, KINDS_OF_STACKS } from "./kills/kinds";
import { judgeStack } from "./kills/pulumi-judge";
import { createPlace, removePlace } from "./kills/pulumi-place";
import { planOfStack } from "./kills/pulumi-plan";
import { acceptedIn, playStack, type PlayedRound, type PlayedStack } from "./kills/pulumi-play";
import { seedsToPlay } from "./kills/seeds";

/** One, with few rounds, that holds every kind of break and of loss but for those of kills-pulumi.test.ts. */
const CHOSEN = [277];
const PLAYED_THERE = [
  ...["engine killed", "not broken", "loses the journal"],
  ...["in one dataset", "without an export"],
];
const seeds = seedsToPlay(CHOSEN);

// An `up` is mostly the start of the engine, of the program and of the provider.
const AT_ONCE = 3;

function newTotals() {
  return { ups: 0, broken: 0, failed: 0, moved: 0, robbed: 0, wentOn: 0, files: 0, stored: 0 };
}

function storedIn(round: PlayedRound): number {
  return [...acceptedIn(round).values()].reduce((sum, { size }) => sum + size, 0);
}

/** Whether it began with some of the files known, and not all. */
function wentOn({ before }: PlayedRound, fileCount: number): boolean {
  const known = new Set([...before.state, ...before.journal, ...before.datasets]).size;
  return known > 0 && known < fileCount;
}

function add(totals: ReturnType<typeof newTotals>, { rounds, plan }: PlayedStack): void {
  const fileCount = Object.keys(plan.files).length;
  const count = (isSo: (round: PlayedRound) => boolean): number => rounds.filter(isSo).length;
  totals.ups += rounds.length + 1;
  totals.broken += count(({ broken }) => broken !== undefined);
  totals.failed += count(({ broken, code }) => broken === undefined && code !== 0);
  totals.moved += count(({ meanwhile }) => meanwhile === "moves");
  totals.robbed += count(({ meanwhile }) => meanwhile.startsWith("loses"));
  totals.wentOn += count((round) => wentOn(round, fileCount));
  totals.files += fileCount;
  totals.stored += rounds.reduce((sum, round) => sum + storedIn(round), 0);
}

function describeRounds({ rounds }: PlayedStack): string {
  const lines = rounds.map((round) => {
    const { state, journal, datasets } = round.before;
    return `${round.meanwhile}, knows ${state.size} by the state, ${journal.size} by the journal, ${datasets.size} by datasets; ${round.broken ?? "not broken"}, ends with ${round.code}, stores ${storedIn(round)}`;
  });
  return lines.join("\n");
}

test("the seed that is always played holds every kind of break and of loss that no other test plays", () => {
  const held = new Set(CHOSEN.flatMap((seed) => [...kindsOfStack(planOfStack(seed))]));
  for (const kind of PLAYED_THERE) held.add(kind);
  expect(KINDS_OF_STACKS.filter((kind) => !held.has(kind))).toEqual([]);
});

describeWithPart("pulumi", (pulumi) => {
  test(`every file ends stored once, whole, in one dataset a partition (seeds: ${seeds.length})`, async () => {
    const failures: string[] = [];
    const totals = newTotals();
    const fresh = await createPlace(pulumi);
    await runPool(seeds, { concurrency: AT_ONCE }, async (seed) => {
      const again = `AVALA_KILL_SEED=${seed} npx jest test/e2e/kills-pulumi-seeded`;
      try {
        const played = await playStack(planOfStack(seed), pulumi, fresh);
        const wrong = await judgeStack(played);
        if (wrong.length > 0) failures.push(`${wrong.join("; ").slice(0, 4_000)} (${again})`);
        add(totals, played);
        if (seeds.length === 1) process.stdout.write(`${describeRounds(played)}\n`);
      } catch (error) {
        failures.push(`${String(error).slice(0, 4_000)} (${again})`);
      }
    });
    removePlace(fresh);
    process.stdout.write(`kills of stacks: ${JSON.stringify(totals)}\n`);
    expect(failures.slice(0, 20)).toEqual([]);
  }, 3_600_000);
});
