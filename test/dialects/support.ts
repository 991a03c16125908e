// Scenarios over dialects: which ones, and those that can't work yet. Knows no scenario.
import { DEFAULT_DIALECT, type Dialect, type EmulatorOptions } from "../../emulator/index";
import { MAIN_DIALECTS, mixtures, type NamedDialect, oppositesOf } from "../support/dialects";

/** Both main dialects, each other form of each switch, and mixtures of all. */
export const SPOKEN: readonly NamedDialect[] = [
  ...MAIN_DIALECTS,
  ...oppositesOf(DEFAULT_DIALECT),
  ...mixtures(4),
];

const MIB = 1024 * 1024;
/** The smallest that goes in parts here: two of them, of the least size that the API documents. */
export const LARGE_BYTES = 5 * MIB + 1;

/** No limits and no waits. */
export function optionsOf(dialect: Dialect): EmulatorOptions {
  const quiet = { requestsPerMinute: 0, burstPerSecond: 0, ingestMs: 0, exportMs: 0 };
  return { ...quiet, partSizeBytes: 5 * MIB, multipartFromBytes: LARGE_BYTES, dialect };
}

/** What can't work yet, and why. It fails when it starts to work, so that it is taken out then. */
interface KnownFailure {
  readonly isOf: (dialect: Dialect) => boolean;
  readonly scenarios: readonly string[];
  readonly reason: string;
}

const KNOWN_FAILURES: readonly KnownFailure[] = [];

export type Scenario = (spoken: NamedDialect) => Promise<void>;

/** One test for each scenario in each dialect. */
export function overDialects(scenarios: Readonly<Record<string, Scenario>>): void {
  describe.each(SPOKEN)("in $name", (spoken) => {
    for (const [name, play] of Object.entries(scenarios)) {
      const failure = KNOWN_FAILURES.find(
        (one) => one.scenarios.includes(name) && one.isOf(spoken.dialect),
      );
      /* eslint-disable jest/expect-expect, jest/valid-title -- the scenario has the name and the assertions */
      if (failure === undefined) test(name, () => play(spoken));
      else test.failing(`${name}: not yet, ${failure.reason}`, () => play(spoken));
      /* eslint-enable jest/expect-expect, jest/valid-title -- as above */
    }
  });
}
