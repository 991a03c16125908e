// The Pulumi engine, looked for or installed while the rest of the demo runs. Shows how far that is once someone waits.
// @ts-check
import { createRequire } from "node:module";
import { ensurePart } from "../parts.mjs";

const { startProgress } = createRequire(import.meta.url)("../parts/progress.js");

/** @returns {{ wait: () => Promise<import("../parts/index.js").Part> }} `wait` rejects with `PartUnavailable` */
export function fetchEngine() {
  let isAwaited = false;
  /** @type {{ title: string, startMs: number, done?: (outcome: string) => void } | undefined} */
  let install;
  const show = () => {
    if (install !== undefined) install.done = startProgress(install.title, install);
  };
  const found = ensurePart("pulumi", {
    progress: (title) => {
      install = { title, startMs: Date.now() };
      if (isAwaited) show();
      return (outcome) => install?.done?.(outcome);
    },
  });
  // Whoever waits hears of it; until then it is not a crash.
  found.catch(() => undefined);
  return {
    wait: () => {
      isAwaited = true;
      show();
      return found;
    },
  };
}
