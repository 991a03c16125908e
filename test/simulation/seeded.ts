// Chance from a seed: the same seed plays the same run.
import type { Random } from "../../src/flow/clock";

export interface Seeded extends Random {
  /** 0 … below - 1 */
  integer(below: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** Another stream, so that one part's draws don't shift another's. */
  fork(): Seeded;
}

/** Mulberry32: 32 bits of state are plenty for choosing faults. */
export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (below: number): number => Math.floor(next() * below);
  return {
    next,
    integer,
    uuid: () => {
      const hex = Array.from({ length: 32 }, () => integer(16).toString(16)).join("");
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
    chance: (probability) => next() < probability,
    pick: (from) => from[integer(from.length)]!,
    fork: () => seeded(Math.floor(next() * 2 ** 32)),
  };
}
