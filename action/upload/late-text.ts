// What is said of a dataset or set that the time budget kept from being made.
import type { PartialResult } from "../../src/operations/publish/target";
import { counted, formatCount, formatDuration, shown } from "../../src/text";
import type { Run } from "../run-context";
import { nextRunText } from "../state-folder";

interface Late {
  readonly name: string;
  /** What was to be sent: `every file`. */
  readonly what: string;
  readonly all: number;
  /** The names of what was made of the set before it. */
  readonly made?: readonly string[];
}

/** `124 of 500 files have landed`, with those of earlier runs. */
function landedText(landed: number, all: number): string {
  return `${formatCount(landed)} of ${counted(all, "file")} ${all === 1 ? "has" : "have"} landed`;
}

function madeText({ made = [] }: Late): string {
  if (made.length === 0) return "";
  const [what, were] = made.length === 1 ? ["Dataset", "was"] : ["Datasets", "were"];
  return `${what} ${made.map(shown).join(", ")} ${were} made. `;
}

/** Of a run that ended before its budget did. */
function leftText({ environment: { clock }, inputs: { upload }, startedMs }: Run): string {
  const leftMs = startedMs + (upload?.timeBudgetMs ?? 0) - clock.now();
  if (leftMs < 1000) return "";
  return ` Its last ${formatDuration(leftMs / 1000)} were not waited for: what is left may not start in them.`;
}

type Ended = Omit<PartialResult, "outcome">;

/** What the budget kept from being done, and what becomes of what landed. */
function missedText(
  env: Run["environment"]["env"],
  { name, what, all, made = [] }: Late,
  { upload, isConfirmLost }: Ended,
): { readonly missed: string; readonly next: string } {
  if (isConfirmLost === true)
    return {
      missed: `it was known whether ${name} was made: the response to its confirm was lost, and it may exist.`,
      next: "The next run looks for it, and makes it if it is not there.",
    };
  // What earlier runs sent is not known, so there is no count to give.
  if (upload === undefined)
    return { missed: `${name} was confirmed.`, next: nextRunText(env, "nothing") };
  const { sent, unchanged, bytesSent, isComplete } = upload;
  const count = sent.length + unchanged.length;
  const landed = `${landedText(count, all)}.`;
  if (isComplete)
    return { missed: `${name} was confirmed: ${landed}`, next: nextRunText(env, "all") };
  // Parts of a file that did not land as a whole need not be sent again either.
  const isBegun = count + bytesSent > 0;
  const nothing = made.length === 0 ? "Nothing" : "Nothing of it";
  return {
    missed: `${what} of ${name} was sent: ${landed} ${nothing} was confirmed.`,
    next: nextRunText(env, isBegun ? "some" : "nothing"),
  };
}

/** Of a dataset or set that the time budget kept from being made. */
export function lateText(run: Run, late: Late, ended: Ended): string {
  const { env } = run.environment;
  const { missed, next } = missedText(env, late, ended);
  const { waitedFor } = ended;
  const waited = waitedFor === undefined ? "" : ` ${waitedFor}`;
  return `${madeText(late)}The time budget ended before ${missed}${waited}${leftText(run)} ${next}`;
}
