// Exports as a whole: start one without ever starting two, and wait for it.
// Knows nothing of gates: what an export must hold to pass is the front ends' business.
import { aSession, type Avala } from "../api/connection";
import {
  createExport,
  EXPORT_INPUT,
  getExport,
  listExports,
  type Export,
  type ExportInput,
} from "../api/endpoints/exports";
import { AvalaError, ignoreForbidden } from "../errors";
import { makeOnceAmong, sameMembers } from "./lost-reply";
import { printable } from "../redact";
import { aFlag, aFunction, aNumber, aText, maybe, optionsOf, refuse } from "../shapes";
import { waitFor } from "./wait";

function hasSources({ datasets, projects, slices }: Export): boolean {
  return datasets.length + projects.length + slices.length > 0;
}

function isOfSources(input: ExportInput, found: Export): boolean {
  return (
    sameMembers(found.datasets, input.datasets) &&
    sameMembers(found.projects, input.projects) &&
    sameMembers(found.slices, input.slices)
  );
}

/** By its name and its sources, of which a server may leave out either (contract, "Exports"), but not both. */
function isOf(input: ExportInput, found: Export): boolean {
  if (found.name !== undefined && found.name !== "" && found.name !== input.name) return false;
  return hasSources(found) ? isOfSources(input, found) : found.name === input.name;
}

/** Still running, of another name that stands for the same work, and not of other sources as far as they are shown. */
function isSameWork(input: ExportInput, found: Export, { isSameName }: StartOptions): boolean {
  if (found.state !== "running" || isSameName?.(found.name ?? "") !== true) return false;
  return !hasSources(found) || isOfSources(input, found);
}

// An export is looked for among the newest: it was made within the minutes of one run's tries.
const NEWEST = 100;

/** Those that are surely of some sources come first. */
async function newestExports(avala: Avala): Promise<readonly Export[]> {
  const found: Export[] = [];
  for await (const candidate of listExports(avala, { limit: NEWEST, skipsUnreadable: true })) {
    found.push(candidate);
    if (found.length >= NEWEST) break;
  }
  return [...found.filter(hasSources), ...found.filter((candidate) => !hasSources(candidate))];
}

interface StartOptions {
  /** Also take one that runs already: for a name that stands for all that is exported, whoever started it. */
  readonly takesRunning?: boolean;
  /** No export of other sources can have this name. @default as `takesRunning` */
  readonly isNameUnique?: boolean;
  /** Whether an export of another name exports the same: one that an earlier run left running is then taken too. */
  readonly isSameName?: (name: string) => boolean;
  /** The session of the look before anything is made, which may have a deadline: a create may not. @default `avala` */
  readonly looks?: Avala;
}

const START_OPTIONS = optionsOf<StartOptions>({
  takesRunning: maybe(aFlag),
  isNameUnique: maybe(aFlag),
  isSameName: maybe(aFunction),
  looks: maybe(aSession),
});

/**
 * Starts an export. When the reply to the create was lost, the newest exports are read and the one that was not there
 * before, with this name and these sources, is taken (docs/api.md, "Errors"): there is never a second one. Where the
 * server leaves the sources out, the name decides, if it is unique.
 * @throws AvalaError; one that is still `ambiguous` when it can't be known: the key may not list exports, no try's reply
 * came and nothing was found, or what was found may be another run's
 */
export async function startExport(
  avala: Avala,
  input: ExportInput,
  options: StartOptions = {},
): Promise<Export> {
  refuse(aSession("avala", avala), EXPORT_INPUT("input", input), START_OPTIONS("options", options));
  const ofInput = (exports: readonly Export[]): readonly Export[] =>
    exports.filter((found) => isOf(input, found));
  const alike = async (): Promise<readonly Export[]> => ofInput(await newestExports(avala));
  const newest = await newestExports(options.looks ?? avala).catch(ignoreForbidden);
  const before = newest && ofInput(newest);
  const running = before?.find(({ state }) => state === "running");
  if (options.takesRunning === true && running !== undefined) return running;
  const leftRunning = newest?.find((found) => isSameWork(input, found, options));
  if (leftRunning !== undefined) return leftRunning;
  const { made, wasFound } = await makeOnceAmong(avala, {
    what: `start export ${input.name}`,
    make: () => createExport(avala, input),
    ...{ alike, before },
    unknownOutcomeError: (lost) => unknownOutcomeError(input, lost),
  });
  const isNameUnique = options.isNameUnique ?? options.takesRunning === true;
  if (wasFound && !isNameUnique && !hasSources(made)) throw otherExportError(input, made);
  return made;
}

/** Two runs that give the same name may export different things, and a gate must not open by the other one's. */
function otherExportError({ name }: ExportInput, { uid }: Export): AvalaError {
  const [shownName, shownUid] = [printable(name), printable(uid)];
  return new AvalaError(
    "conflict",
    `Export ${shownName} may or may not have been started: the response was lost, and export ${shownUid} of that name appeared. Avala does not say what it exports, so it may be another run's.`,
    {
      ambiguous: true,
      hint: `Look at export ${shownUid} in the dashboard: use it by its uid if it is the one, or run again. A name that no other run uses avoids this.`,
    },
  );
}

function unknownOutcomeError(input: ExportInput, error: AvalaError): AvalaError {
  return new AvalaError(
    error.code,
    `Export ${input.name} may or may not have been started: ${error.message}`,
    {
      ambiguous: true,
      hint: "This key cannot list exports. Look in the dashboard before you run again, or give the key the right to read exports.",
      cause: error,
    },
  );
}

// A server may store the file, or sign its URL, a moment after it says that the export is done.
const maxUrlWaitMs = 30_000;

/** Decides when there is nothing more to wait for: its end, and its URL for a little longer. */
function createEndCheck(avala: Avala, timeoutMs: number): (read: Export) => boolean {
  const deadlineMs = avala.clock.now() + timeoutMs;
  let completedMs: number | undefined;
  return ({ state, downloadUrl }) => {
    if (state !== "completed") return state === "failed";
    const nowMs = avala.clock.now();
    completedMs ??= nowMs;
    return downloadUrl !== undefined || nowMs >= Math.min(deadlineMs, completedMs + maxUrlWaitMs);
  };
}

const EXPORT_WAIT = optionsOf<{ readonly timeoutMs: number }>({ timeoutMs: aNumber });

/**
 * Waits for an export to end, polling more slowly over time.
 * @throws AvalaError `export_failed` with the server's own reason, where it gives one; `timeout` after `timeoutMs`, the export continues
 */
export async function waitForExport(
  avala: Avala,
  uid: string,
  options: { readonly timeoutMs: number },
): Promise<Export> {
  refuse(aSession("avala", avala), aText("uid", uid), EXPORT_WAIT("options", options));
  const ended = await waitFor(avala, {
    read: (within) => getExport(within, uid),
    timeoutMs: options.timeoutMs,
    what: `export ${uid} to be completed`,
    isDone: createEndCheck(avala, options.timeoutMs),
    onValue: ({ status, totalTaskCount, exportedTaskCount }) =>
      avala.emit({
        kind: "export-status",
        uid,
        status,
        ...(totalTaskCount === undefined ? {} : { totalTaskCount }),
        ...(exportedTaskCount === undefined ? {} : { exportedTaskCount }),
      }),
  });
  if (ended.state === "completed") return ended;
  throw failed(ended, uid);
}

/** The API has no field for a reason, so the reader is sent to where one may stand. */
function failed({ name, status, error }: Export, uid: string): AvalaError {
  const reason = error === undefined ? "" : `: ${error}`;
  const where = `Look for export ${uid} under Exports in Avala's dashboard`;
  const found = error === undefined ? `${where}: the API gives no reason.` : `${where}.`;
  return new AvalaError(
    "export_failed",
    `Export ${printable(name ?? uid)} ended as ${printable(status)}${reason}`,
    { hint: `${found} Fix the cause and start a new export: this one will not change.` },
  );
}
