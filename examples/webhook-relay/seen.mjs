// What was done lately: the same work again, or at the same time, is not done twice. Bounded in time and in number.

/** `forMs`: how long what succeeded is remembered. What failed is not. */
export function createSeen({ forMs, maxEntries, now = Date.now }) {
  const entries = new Map();
  return {
    /** `work` resolves to `{ isSent }`. Whoever comes while it runs gets its result. */
    once(key, work) {
      const known = entries.get(key);
      if (known !== undefined && known.untilMs > now())
        return { result: known.result, isRepeat: true };
      const entry = { result: work(), untilMs: Infinity };
      entries.delete(key);
      entries.set(key, entry);
      if (entries.size > maxEntries) entries.delete(entries.keys().next().value);
      entry.result.then(({ isSent }) => {
        entry.untilMs = isSent ? now() + forMs : 0;
      });
      return { result: entry.result, isRepeat: false };
    },
  };
}
