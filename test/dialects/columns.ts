// What the tests of the dialects are counted under, one column each in docs/emulator.md, and what can't work yet.
import type { Dialect } from "../../emulator/index";

export const COLUMNS = [
  "upload",
  "second run",
  "resume",
  "export",
  "gate",
  "stack",
  "webhooks, buckets",
] as const;
export type Column = (typeof COLUMNS)[number];

/** What is run on one bench; its name is a sentence whose subject is the front end. */
export type Scenario<Bench> = (bench: Bench) => Promise<void>;
export type Scenarios<Bench> = Readonly<Record<string, Scenario<Bench>>>;

export interface FrontEnd<Bench> {
  /** "The Action": the first words of each scenario. */
  readonly name: string;
  readonly columns: Readonly<Partial<Record<Column, Scenarios<Bench>>>>;
}

/** "the Action uploads files": what a scenario is called where both front ends are meant. */
export const fullName = (frontEnd: { readonly name: string }, scenario: string): string =>
  `${frontEnd.name} ${scenario}`;

/** What can't work yet, and why. It fails when it starts to work, so that it is taken out then. */
export interface KnownFailure {
  readonly isOf: (dialect: Dialect) => boolean;
  /** By their full names. */
  readonly scenarios: readonly string[];
  readonly reason: string;
}

export const KNOWN_FAILURES: readonly KnownFailure[] = [];

/** Why a scenario can't work in a dialect. */
export function knownFailure(
  scenario: string,
  dialect: Dialect,
  failures = KNOWN_FAILURES,
): string | undefined {
  const isThis = (one: KnownFailure): boolean =>
    one.scenarios.includes(scenario) && one.isOf(dialect);
  return failures.find(isThis)?.reason;
}
