// The whole upload in one process on virtual time, many worlds with faults, kills and doubled runs, each from a
// seed. A failing seed is printed: `AVALA_SEED=n npx jest test/simulation` plays it again; `AVALA_SEEDS=100000` plays more (CI
// plays 5000 every night), `AVALA_FIRST_SEED` others. Two test files play a half each, so that two cores share the work.
import { createHash } from "node:crypto";
import { judge } from "./judge";
import { playSeed, type Played } from "./world";

const ONE = process.env["AVALA_SEED"];
/**
 * From here on each half holds all that is counted below, and the worlds show where what guards against a store that keeps nothing,
 * other content at a place, and sessions that are gone is missing.
 */
const FIRST = Number(process.env["AVALA_FIRST_SEED"] ?? 235);
const COUNT = Number(process.env["AVALA_SEEDS"] ?? 60);
/** So many worlds hold each kind of what makes one hard; what is sent again for want of a record is rarer. */
const ENOUGH = 30;
const ENOUGH_FOR_RARE = 1000;
/** What breaks the repetition of one world (a clock, chance or order from outside) breaks it in most: a sample shows it. */
const REPEAT_EVERY = 20;

/** The seeds of one half; a single seed is in the first. */
function seedsOf(half: "first" | "second"): readonly number[] {
  if (ONE !== undefined) return half === "first" ? [Number(ONE)] : [];
  const middle = Math.ceil(COUNT / 2);
  const [from, to] = half === "first" ? [0, middle] : [middle, COUNT];
  return Array.from({ length: to - from }, (_, index) => FIRST + from + index);
}

function traceOf({ server, ends }: Played): string {
  return createHash("sha256")
    .update(JSON.stringify([server.trace, ends]))
    .digest("hex");
}

const NO_TOTALS = {
  ...{ starts: 0, kills: 0, requests: 0, files: 0, parts: 0, sentAgain: 0, sentTwice: 0 },
  ...{ throttled: 0, changes: 0, disturbances: 0, refusals: 0, repeated: 0 },
};

function count(totals: typeof NO_TOTALS, played: Played): void {
  totals.starts += played.ends.length;
  totals.kills += played.ends.filter(({ how }) => how === "killed").length;
  totals.requests += played.server.trace.length;
  totals.files += played.files.size;
  totals.parts += played.server.counts.parts;
  totals.sentAgain += played.sentAgain.length;
  totals.sentTwice += played.sentTwice.length;
  totals.throttled += played.throttled;
  totals.changes += played.changes;
  totals.disturbances += played.disturbances;
  if (played.ends.at(-1)?.how === "conflict") totals.refusals += 1;
}

export function describeWorlds(half: "first" | "second"): void {
  const seeds = seedsOf(half);
  describe(`an upload in a world of faults, the ${half} half`, () => {
    test(`keeps its promises in ${seeds.length} worlds, and plays a twentieth of them, and each that fails, the same way twice`, async () => {
      const failures: string[] = [];
      const totals = { ...NO_TOTALS };
      for (const [index, seed] of seeds.entries()) {
        const played = await playSeed(seed);
        const wrong = judge(played);
        if (index % REPEAT_EVERY === 0 || wrong.length > 0) {
          totals.repeated += 1;
          if (traceOf(played) !== traceOf(await playSeed(seed)))
            wrong.push("the second play of the seed went another way");
        }
        if (wrong.length > 0) failures.push(`seed ${seed}: ${wrong.join("; ")}`);
        count(totals, played);
      }
      process.stdout.write(`simulation, ${half} half: ${JSON.stringify(totals)}\n`);
      expect(failures.slice(0, 20)).toEqual([]);
      const { kills, parts, sentAgain, throttled, changes, disturbances } = totals;
      const rare = seeds.length < ENOUGH_FOR_RARE ? {} : { sentAgain };
      const held = { kills, parts, throttled, changes, disturbances, ...rare };
      const never = Object.entries(held).filter(([, times]) => times === 0);
      expect(seeds.length < ENOUGH ? [] : never).toEqual([]);
    }, 1_800_000);
  });
}
