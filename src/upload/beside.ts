// The uploads of one process that share a pace, and so take turns with their calls. Knows nothing of limits or times.
import { MAX_CONCURRENCY } from "../api/limits";

/** What one of them says of its files. */
interface Asking {
  /** For which it has asked. */
  readonly begun: () => number;
  /** For which it has still to ask. */
  readonly unasked: () => number;
}

/** One of them, among the others. */
export interface Beside {
  /** Files for which any of them has asked. */
  readonly begun: () => number;
  /** Of the files of all, those that are likely to be asked for until this one has asked for so many more. */
  readonly askedUntil: (own: number) => number;
  /** It asks for nothing more. */
  readonly leave: () => void;
}

/** For how many files two of them had asked when the later one of them joined. */
interface Met {
  readonly own: number;
  readonly other: number;
}

interface Together {
  readonly uploads: Map<Asking, Map<Asking, Met>>;
  /** Of those that have left. */
  begunBefore: number;
}

const byPace = new WeakMap<object, Together>();

// Of fewer it is chance which of two has asked for more.
const MIN_COMPARED = 16;
// Two that wait for calls take turns. One that asks for less than a part of what another does waits for something else.
const MIN_UNLIKE = 2;

/** How many files `other` asks for while `one` asks for one. */
function turnsOf(one: Asking, other: Asking, met: Met): number {
  const [own, others] = [one.begun() - met.own, other.begun() - met.other];
  const [less, more] = own < others ? [own, others] : [others, own];
  return more < MIN_COMPARED || more < MIN_UNLIKE * less ? 1 : others / own;
}

export function joinOthers(pace: object, upload: Asking): Beside {
  const together: Together = byPace.get(pace) ?? { uploads: new Map(), begunBefore: 0 };
  byPace.set(pace, together);
  const { uploads } = together;
  const others = new Map<Asking, Met>();
  for (const [one, itsOthers] of uploads) {
    others.set(one, { own: upload.begun(), other: one.begun() });
    itsOthers.set(upload, { own: one.begun(), other: upload.begun() });
  }
  uploads.set(upload, others);
  return {
    begun: () => [...uploads.keys()].reduce((sum, one) => sum + one.begun(), together.begunBefore),
    askedUntil: (own) => {
      if (own === 0) return 0;
      let count = own;
      for (const [other, met] of others) {
        // What others have in the queue goes before the last one.
        const asked = turnsOf(upload, other, met) * own + MAX_CONCURRENCY;
        count += Math.min(other.unasked(), asked);
      }
      return count;
    },
    leave: () => {
      if (!uploads.delete(upload)) return;
      together.begunBefore += upload.begun();
      for (const itsOthers of uploads.values()) itsOthers.delete(upload);
    },
  };
}
