// Asks stores about the first items of a list while the rest is listed: that waits for the rate limit, and stores have none. What
// a store has not shown by then is asked for as if it had not been asked.
import type { Avala } from "../../api/connection";
import { STORE_READS_AT_ONCE } from "../../api/limits";
import { forMany } from "../../flow/signals";
import type { ItemFacts } from "./key-comparison";
import { askStore, beginLook } from "./store-hosts";

interface EarlyLooks {
  /** Asks about what has been listed, as more is to come. */
  readonly go: () => void;
  /** The list never waits for a store. */
  readonly stop: () => void;
}

/** Its path may name the item (url-paths.ts). */
function withoutSignature(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** @param items in which what is shown is put in the place of the URL, which is long. */
export function beginEarlyLooks(avala: Avala, items: ItemFacts[]): EarlyLooks {
  const ending = new AbortController();
  const signals = [ending.signal, ...(avala.signal === undefined ? [] : [avala.signal])];
  const asking = { ...avala, signal: forMany(AbortSignal.any(signals)) };
  const hosts = beginLook(avala, Number.POSITIVE_INFINITY);
  let [next, underWay] = [0, 0];
  const look = async (index: number): Promise<void> => {
    const item = items[index];
    if (item?.url === undefined) return;
    const { url, key: path = item.uid } = item;
    const stored = await askStore(asking, hosts, { path, url });
    if (stored !== undefined) items[index] = { ...item, url: withoutSignature(url), stored };
  };
  const go = (): void => {
    for (; underWay < STORE_READS_AT_ONCE && next < items.length; next += 1) {
      if (asking.signal.aborted) return;
      underWay += 1;
      void look(next)
        .catch(() => undefined) // it is asked for again, and thrown then
        .finally(() => {
          underWay -= 1;
          go();
        });
    }
  };
  return { go, stop: () => ending.abort() };
}
