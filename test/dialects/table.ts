// What docs/emulator.md says of the dialects, as Markdown: each form of each switch with what works in it, and what was
// run to know that. Pure.
import { type Dialect, type Switch, type SwitchName, SWITCHES } from "../../emulator/index";
import { speaking } from "../support/dialects";
import {
  COLUMNS,
  type Column,
  fullName,
  KNOWN_FAILURES,
  knownFailure,
  type KnownFailure,
} from "./columns";

/** A front end, whatever its scenarios run on. */
interface Tested {
  readonly name: string;
  readonly columns: Readonly<Partial<Record<Column, Readonly<Record<string, unknown>>>>>;
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

/** A `|` would end the cell. */
const cell = (text: string): string => text.replaceAll("|", "\\|");

const scenariosOf = ({ columns }: Tested, column: Column): readonly string[] =>
  Object.keys(columns[column] ?? {});

const namesOf = (frontEnds: readonly Tested[], column: Column): readonly string[] =>
  frontEnds.flatMap((one) => scenariosOf(one, column).map((scenario) => fullName(one, scenario)));

/** "yes" where every scenario of the column works in the dialect, else why one does not. */
function outcomeOf(
  names: readonly string[],
  dialect: Dialect,
  failures: readonly KnownFailure[],
): string {
  const reasons = names.flatMap((name) => knownFailure(name, dialect, failures) ?? []);
  return reasons.length === 0 ? "yes" : cell(`no: ${[...new Set(reasons)].join("; ")}`);
}

type OutcomeIn = (column: Column, dialect: Dialect) => string;

function rowsOf(name: SwitchName, one: Switch, outcomeIn: OutcomeIn): readonly string[][] {
  return Object.entries(one.forms).map(([form, words], n) => {
    const dialect = speaking(name, form);
    const mark = form === one.default ? " (default)" : "";
    const works = COLUMNS.map((column) => outcomeIn(column, dialect));
    const isFirst = n === 0;
    return [
      isFirst ? `\`${name}\`: ${cell(one.about)}` : "",
      `\`${form}\`${mark}: ${cell(words)}`,
      ...works,
      isFirst ? cell(one.evidence) : "",
    ];
  });
}

/** One row for each form of each switch: what works in the dialect that shows it. */
export function formsTable(frontEnds: readonly Tested[], failures = KNOWN_FAILURES): string {
  const outcomeIn: OutcomeIn = (column, dialect) =>
    outcomeOf(namesOf(frontEnds, column), dialect, failures);
  const names = Object.keys(SWITCHES) as readonly SwitchName[];
  const rows = names.flatMap((name) => rowsOf(name, SWITCHES[name], outcomeIn));
  return table(["switch", "form", ...COLUMNS, "evidence"], rows);
}

/** What stands behind a "yes" of each column. */
export function scenariosTable(frontEnds: readonly Tested[]): string {
  const rows = COLUMNS.flatMap((column) =>
    namesOf(frontEnds, column).map((name) => [column, cell(name)]),
  );
  return table(["column", "what is run in every dialect"], rows);
}
