// What one seed plays: a set of files, the server's troubles, and how often the program is started and when it is killed.
// Decides everything beforehand; carries nothing out.
import type { Fault } from "../../../emulator";
import { seeded, type Seeded } from "../../simulation/seeded";
import { jpeg } from "../../support/temp-tree";

/** So long after the start, or when the server has seen so many more requests, and a little later. */
export type Kill =
  | { readonly afterMs: number }
  | { readonly afterRequests: number; readonly plusMs: number };

export interface Start {
  /** Absent: it ends by itself. */
  readonly kill?: Kill;
}

export interface Round {
  /** The files and the journal's folder are copied to another workspace first, and the old one goes. */
  readonly moves: boolean;
  /** Two starts run at once: two workspaces, one journal folder. */
  readonly starts: readonly Start[];
}

export interface Plan {
  readonly seed: number;
  /** Path in the workspace → content. */
  readonly files: Readonly<Record<string, Buffer>>;
  readonly faults: readonly Fault[];
  /** With faults and kills. What follows them is calm, so that it must end well. */
  readonly rounds: readonly Round[];
  readonly isDebug: boolean;
  readonly concurrency: number;
}

const PRESIGN = { method: "POST", path: "/datasets/manual-upload/file-upload-url/" };
const CONFIRM = { method: "POST", path: "/datasets/manual-upload/" };
const READ = { target: "api", method: "GET" } as const;
const STORE = { target: "storage", method: "POST" } as const;

/** A kind of trouble with the most often that it may come. */
export type Trouble = readonly [Fault, number];

export const TROUBLES: readonly Trouble[] = [
  [{ on: PRESIGN, reply: { status: 503 } }, 0.1],
  [{ on: PRESIGN, reply: { status: 502 }, when: "after" }, 0.1],
  [{ on: PRESIGN, drop: true }, 0.1],
  [{ on: PRESIGN, drop: true, when: "after" }, 0.1],
  [{ on: PRESIGN, expired: true }, 0.1],
  [{ on: PRESIGN, cutAfterBytes: 40 }, 0.1],
  [{ on: PRESIGN, delayMs: 60 }, 0.5],
  [{ on: STORE, reply: { status: 503 } }, 0.1],
  [{ on: STORE, reply: { status: 500 }, when: "after" }, 0.1],
  [{ on: STORE, drop: true }, 0.1],
  [{ on: STORE, drop: true, when: "after" }, 0.1],
  [{ on: STORE, delayMs: 90 }, 0.6],
  [{ on: CONFIRM, reply: { status: 503 } }, 0.3],
  [{ on: CONFIRM, reply: { status: 504 }, when: "after" }, 0.4],
  [{ on: CONFIRM, drop: true, when: "after" }, 0.4],
  [{ on: CONFIRM, cutAfterBytes: 10 }, 0.3],
  [{ on: CONFIRM, delayMs: 150 }, 0.5],
  [{ on: READ, reply: { status: 503 } }, 0.1],
  [{ on: READ, drop: true }, 0.1],
  [{ on: READ, cutAfterBytes: 5 }, 0.1],
];

/** Some of the troubles, and `more` of them, each more or less often. */
export function chooseFaults(random: Seeded, more: readonly Trouble[] = []): Fault[] {
  const troubles = [...TROUBLES, ...more]
    .filter(() => random.chance(0.35))
    .map(([fault, most]) => ({
      ...fault,
      probability: most * random.next(),
    }));
  // On loopback a set is sent sooner than anyone could kill: the rest of the files is slowed.
  const slowly = { on: STORE, delayMs: 10 + random.integer(60), probability: 0.8 };
  return [...troubles, slowly].map((fault) => ({
    ...fault,
    times: 0,
    seed: random.integer(2 ** 31),
  }));
}

// Above 1 MiB a file is read in pieces while it is sent.
const LARGE_BYTES = 1_400_000;

/** Path in the workspace → content; all of them in `images`, in folders and above them. */
export function makeFiles(random: Seeded): Record<string, Buffer> {
  const bytes = (count: number): string =>
    Array.from({ length: Math.ceil(count / 10) }, () =>
      random.next().toString(36).slice(2, 12),
    ).join("");
  const count = 5 + random.integer(36);
  const files = Array.from({ length: count }, (_, index): readonly [string, Buffer] => {
    const folder = random.pick(["a", "b", "b/c", "d e", "é"]);
    return [`images/${folder}/${index}.jpg`, jpeg(bytes(1_000 + random.integer(49_000)))];
  });
  if (random.chance(0.2)) {
    const piece = bytes(10_000);
    files.push(["images/large.jpg", jpeg(piece.repeat(LARGE_BYTES / 10_000))]);
  }
  return Object.fromEntries(files);
}

function chooseKill(random: Seeded, fileCount: number): Kill {
  if (random.chance(0.3)) return { afterMs: random.integer(1_500) };
  // A run's requests are two for each file, and a few before and after them.
  const afterRequests = random.chance(0.5) ? random.integer(8) : random.integer(2 * fileCount + 8);
  return { afterRequests, plusMs: random.integer(25) };
}

export function planOf(seed: number): Plan {
  const random = seeded(seed);
  const files = makeFiles(random.fork());
  const faults = chooseFaults(random.fork());
  const fileCount = Object.keys(files).length;
  const start = (): Start => (random.chance(0.85) ? { kill: chooseKill(random, fileCount) } : {});
  const rounds = Array.from({ length: 1 + random.integer(3) }, (_, index) => ({
    moves: index > 0 && random.chance(0.4),
    starts: random.chance(0.2) ? [start(), start()] : [start()],
  }));
  return {
    seed,
    files,
    faults,
    rounds,
    isDebug: random.chance(0.3),
    concurrency: 1 + random.integer(10),
  };
}
