// What one seed plays with the real engine: files, the program that declares them, the server's troubles, and how often
// `up` is run, what breaks it, and what becomes of its folder and journal in between. Carries nothing out.
import type { Fault } from "../../../emulator";
import { seeded, type Seeded } from "../../simulation/seeded";
import { chooseFaults, makeFiles, type Kill, type Trouble } from "./plan";

/** What happens to what an `up` left behind before the next one. */
export type Meanwhile =
  | "nothing"
  /** Everything is copied to new folders, and the old ones go. */
  | "moves"
  /** The next `up` runs where the journal is not: the state alone must do. */
  | "loses the journal"
  /** The stack is new again: the journal and the server alone must do. */
  | "loses the state";

/** `interrupt` is one Ctrl-C, `impatience` a second one right after it. */
export type Break = "engine killed" | "provider killed" | "interrupt" | "impatience";

export interface Broken {
  readonly by: Break;
  readonly when: Kill;
}

export interface PulumiRound {
  readonly meanwhile: Meanwhile;
  /** Absent: it ends by itself. */
  readonly broken?: Broken;
}

export interface PulumiPlan {
  readonly seed: number;
  /** Path in the project → content; all of them in `images`. */
  readonly files: Readonly<Record<string, Buffer>>;
  readonly isPartitioned: boolean;
  readonly concurrency: number;
  /** How long an export takes; absent when the program has none. */
  readonly exportMs: number | undefined;
  readonly faults: readonly Fault[];
  readonly rounds: readonly PulumiRound[];
  /** Before the last `up`, which is calm. */
  readonly lastly: Meanwhile;
}

const EXPORT = { method: "POST", path: "/exports/" };

const EXPORT_TROUBLES: readonly Trouble[] = [
  [{ on: EXPORT, reply: { status: 503 } }, 0.4],
  [{ on: EXPORT, reply: { status: 504 }, when: "after" }, 0.4],
  [{ on: EXPORT, drop: true, when: "after" }, 0.4],
  [{ on: EXPORT, cutAfterBytes: 10 }, 0.4],
  [{ on: EXPORT, delayMs: 150 }, 0.5],
];

// The engine and the program need seconds before the first request.
const LATEST_MS = 7_000;

function chooseMoment(random: Seeded, fileCount: number): Kill {
  if (random.chance(0.15)) return { afterMs: random.integer(LATEST_MS) };
  // A run's requests are two for each file, and some before and after them.
  const afterRequests = random.chance(0.25)
    ? random.integer(8)
    : random.integer(2 * fileCount + 16);
  return { afterRequests, plusMs: random.integer(25) };
}

function chooseBreak(random: Seeded): Break {
  if (random.chance(0.35)) return "engine killed";
  if (random.chance(0.5)) return "provider killed";
  return random.chance(0.75) ? "interrupt" : "impatience";
}

function chooseMeanwhile(random: Seeded): Meanwhile {
  return random.chance(0.4)
    ? "nothing"
    : random.pick<Meanwhile>(["moves", "loses the journal", "loses the state"]);
}

function chooseRounds(random: Seeded, fileCount: number): PulumiRound[] {
  return Array.from({ length: 1 + random.integer(3) }, (_, index) => {
    const meanwhile = index === 0 ? "nothing" : chooseMeanwhile(random);
    if (random.chance(0.1)) return { meanwhile };
    return {
      meanwhile,
      broken: { by: chooseBreak(random), when: chooseMoment(random, fileCount) },
    };
  });
}

export function planOfStack(seed: number): PulumiPlan {
  const random = seeded(seed);
  const files = makeFiles(random.fork());
  const faults = chooseFaults(random.fork(), EXPORT_TROUBLES);
  const rounds = chooseRounds(random.fork(), Object.keys(files).length);
  const isExported = random.chance(0.5);
  return {
    seed,
    files,
    isPartitioned: random.chance(0.5),
    concurrency: 1 + random.integer(6),
    exportMs: isExported ? random.pick([50, 800, 8_000]) : undefined,
    faults,
    rounds,
    lastly: chooseMeanwhile(random),
  };
}
