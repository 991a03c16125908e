// What an `up` would send of all file sets of a preview: they share the key's limit, so that each one's time says little.
// The engine asks for one after the other, says of none that it is the last, and shows them in any order: each is told what all
// come to with it, and that the one with the most sets is the whole.
import { formatCount } from "../../src/text";
import {
  NO_NEED,
  costOf,
  describeCalls,
  describeCost,
  describeToSend,
  minus,
  needOf,
  plus,
  type Need,
} from "../../src/upload/cost";
import type { DatasetToSend, LimitNow } from "../../src/upload/cost-given";
import type { Call } from "./calls";

interface SendingSet {
  readonly dataset: DatasetToSend;
  /** Those that are made after it of the same set. */
  readonly following?: readonly DatasetToSend[];
  readonly limit: LimitNow | undefined;
  /** Files that earlier runs have landed. */
  readonly landedBefore: number;
}

export interface SendingTotal {
  /** What sending the set costs, and what the sets of this preview cost together, up to this one. */
  readonly describe: (call: Call, set: SendingSet) => string;
}

export function createSendingTotal(): SendingTotal {
  const sets = new Map<string, Need>();
  let all = NO_NEED;
  let minutesTold = 0;
  return {
    describe: ({ urn = "" }, { dataset, following = [], limit, landedBefore }) => {
      const first = needOf({ ...dataset, isSoughtAlone: true });
      const need = following.map(needOf).reduce(plus, first);
      if (need.files > 0) {
        all = plus(minus(all, sets.get(urn) ?? NO_NEED), need);
        sets.set(urn, need);
      }
      const isFirst = sets.size < 2 || need.files === 0;
      // Of several the time is that of all of them.
      const words = isFirst ? describeCost : describeCalls;
      const text = describeToSend(
        { cost: costOf(need, limit), landedBefore },
        "an earlier up",
        words,
      );
      if (isFirst) return text;
      const together = costOf(all, limit);
      // The reset comes nearer meanwhile, and of more sets one would read that they take less.
      minutesTold = Math.max(minutesTold, together.minutesAtLimit);
      const total = describeCost({ ...together, minutesAtLimit: minutesTold });
      return `${text}\n${formatCount(sets.size)} sets so far (the row with the most sets has the total): ${total}`;
    },
  };
}
