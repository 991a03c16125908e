// Runs a front end's scenarios with every form of the server's. Knows no scenario.
import type { Dialect, EmulatorOptions } from "../../emulator/index";
import { SPOKEN } from "../support/dialects";
import { type FrontEnd, fullName, knownFailure } from "./columns";

const MIB = 1024 * 1024;
/** The smallest that goes in parts here: two of them, of the least size that the API documents. */
export const LARGE_BYTES = 5 * MIB + 1;

/** No waits, and limits that nothing comes near: of a server without limits no header speaks. */
export function optionsOf(dialect: Dialect): EmulatorOptions {
  const limits = { requestsPerMinute: 1_000_000, burstPerSecond: 100_000 };
  return {
    ...limits,
    ingestMs: 0,
    exportMs: 0,
    partSizeBytes: 5 * MIB,
    multipartFromBytes: LARGE_BYTES,
    dialect,
  };
}

/** Does `work` when it is first asked for, so that what several scenarios begin with is done once. */
export function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let done: Promise<Result> | undefined;
  return () => (done ??= work());
}

/** What is open while the scenarios of one dialect run. */
export interface Closable {
  close(): Promise<void>;
}

/** One test for each scenario in each dialect. Those of one dialect share a bench, and so name their datasets apart. */
export function overDialects<Bench extends Closable>(
  frontEnd: FrontEnd<Bench>,
  open: (dialect: Dialect) => Promise<Bench>,
): void {
  describe.each(SPOKEN)(`${frontEnd.name}, in $name`, ({ dialect }) => {
    let bench: Bench | undefined;
    beforeAll(async () => {
      bench = await open(dialect);
    });
    afterAll(() => bench?.close());
    for (const [column, scenarios] of Object.entries(frontEnd.columns))
      describe(`column ${column}`, () => {
        for (const [name, play] of Object.entries(scenarios)) {
          const run = async (): Promise<void> => {
            if (bench === undefined) throw new Error("the bench did not open");
            await play(bench);
          };
          testOne(name, run, knownFailure(fullName(frontEnd, name), dialect));
        }
      });
  });
}

function testOne(name: string, run: () => Promise<void>, failure: string | undefined): void {
  if (failure === undefined) test(name, run);
  else test.failing(`${name}: not yet, ${failure}`, run);
}
