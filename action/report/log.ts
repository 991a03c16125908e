// The Action's voice: everything it prints goes through here, without secrets and without commands to the runner.
// Knows nothing of what happens.
import type { ActionEnvironment } from "../environment";
import { minFreeCharacters } from "../../src/redact";
import { formatCount } from "../../src/text";
import { logText } from "./text";

export interface Log {
  /** Says how often warnings came that were shown once. */
  reportRepeated(): void;
  debug(text: string): void;
  info(text: string): void;
  /** As an annotation while GitHub shows any more of them, else as a line. `file` is relative to the workspace. */
  warn(text: string, file?: string): void;
  group(title: string, lines: readonly string[]): void;
  fail(text: string): void;
  /** Masked from now on, here and by the runner. */
  addSecret(value: string): void;
  readonly secrets: readonly string[];
}

// GitHub keeps the first 10 warnings of a step.
const MAX_ANNOTATIONS = 10;

export function createLog(environment: ActionEnvironment): Log {
  const secrets: string[] = [];
  const clean = (text: string): string => logText(text, secrets);
  const seen = new Map<string, number>();
  let annotations = 0;
  return {
    reportRepeated() {
      for (const [text, count] of seen)
        if (count > 1) environment.info(clean(`${formatCount(count)} times: ${text}`));
      seen.clear();
    },
    secrets,
    debug(text) {
      // A line for each file and request: a run that is not being debugged should not pay for them.
      if (environment.isDebug) environment.debug(clean(text));
    },
    info: (text) => environment.info(clean(text)),
    warn(text, file) {
      const count = (seen.get(text) ?? 0) + 1;
      seen.set(text, count);
      // On another file it is another warning.
      if (count > 1 && file === undefined) return;
      annotations += 1;
      if (annotations > MAX_ANNOTATIONS) environment.info(clean(`Warning: ${text}`));
      else environment.warning(clean(text), { file });
    },
    group(title, lines) {
      if (lines.length === 0) return;
      environment.startGroup(clean(title));
      for (const line of lines) environment.info(clean(line));
      environment.endGroup();
    },
    fail: (text) => environment.setFailed(clean(text)),
    addSecret(value) {
      if (value === "") return;
      secrets.push(value);
      // The runner masks a text inside of words too: of a token of one letter, every such letter of the job's log.
      if (value.length >= minFreeCharacters) environment.setSecret(value);
    },
  };
}
