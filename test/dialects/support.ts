// Scenarios over dialects: which ones, and those that can't work yet. Knows no scenario.
import { readFileSync } from "node:fs";
import { join } from "node:path";
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

/** The rows of docs/emulator.md that say what holds in every dialect. */
function rowsOf(frontEnd: string, names: readonly string[]): string {
  const row = (name: string): string => {
    const reasons = KNOWN_FAILURES.filter((one) => one.scenarios.includes(name));
    const where = reasons.length === 0 ? "yes" : `not yet: ${reasons[0]?.reason ?? ""}`;
    return `| ${frontEnd} | ${name} | ${where} |`;
  };
  return names.map(row).join("\n");
}

/** One test for each scenario in each dialect, and one that holds the docs to them. */
export function overDialects(
  frontEnd: string,
  scenarios: Readonly<Record<string, Scenario>>,
): void {
  test(`what ${frontEnd} does in every dialect stands in the docs`, () => {
    const page = readFileSync(join(__dirname, "../../docs/emulator.md"), "utf8");
    expect(page).toContain(`\n${rowsOf(frontEnd, Object.keys(scenarios))}\n`);
  });
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
