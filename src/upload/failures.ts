// Which failures end a whole run, and how failed files are reported. Pure.
import { AvalaError, UploadError, isApiError, type FileFailure, type LandedFile } from "../errors";
import { saysItsFile } from "../api/endpoints/uploads/batch-refusals";
import { isClosedUnder } from "../api/while-open";
import { isStoreRefusal } from "../api/storage/storage-error";
import { printable } from "../redact";
import { isGoneCode, systemErrorCode } from "../system-error";
import { counted, countedOf, formatCount, listed } from "../text";

/** Whether every other file would meet the same refusal, so that trying them would only cost calls. */
export function stopsTheRun(error: AvalaError): boolean {
  switch (error.code) {
    case "authentication":
    case "permission":
    case "quota":
    case "storage_host":
    case "redirect":
    case "not_found":
    case "not_offered":
    case "conflict":
    case "cancelled":
      return true;
    case "validation":
      // A refusal of one path or size is that file's; a refusal of anything else is of the whole run.
      return !(isApiError(error) && saysItsFile(error));
    default:
      return false;
  }
}

/** Whether a store refused it once, in words that no other try was made for, and may refuse each file so, or each for a moment. */
export function isRefusal(error: AvalaError): boolean {
  return isStoreRefusal(error) && error.mayMeetAll;
}

/** Whether what a file failed with is likely to come whichever the file, if it comes several times in a row. */
export function mayMeetAll(error: AvalaError): boolean {
  // What can't be read is likely to come in place of each reply.
  return error.retryable || error.isUnread || isRefusal(error);
}

const CHECK_BETWEEN =
  "Check that no proxy or firewall between this machine and the store refuses uploads. If there is none, report it to Avala.";

/** `a.example.com and 2 other hosts` */
function firstOf(texts: readonly string[], between: string, noun: string): string {
  const [first = "", ...others] = new Set(texts);
  return others.length === 0 ? first : `${first}${between}${counted(others.length, noun)}`;
}

/** What ends a run when file after file has failed with what may meet all: `last` is the last of `inARow`. */
export function endOfAll(last: AvalaError, inARow: readonly FileFailure[]): AvalaError {
  if (!isStoreRefusal(last)) return last;
  const errors = inARow.map(({ error }) => error);
  const others = errors.findLastIndex((error) => !isStoreRefusal(error));
  const refusals = errors
    .slice(others + 1)
    .filter(isStoreRefusal)
    .reverse();
  const hosts = firstOf(
    refusals.map(({ host }) => host),
    " and ",
    "other host",
  );
  const facts = firstOf(
    refusals.map((refusal) => refusal.facts),
    "; ",
    "other reason",
  );
  const text = `${hosts} refused ${counted(refusals.length, "file")} in a row (${facts}).`;
  return new AvalaError("storage", text, { hint: last.hint ?? CHECK_BETWEEN, cause: last });
}

/** Files that failed in the same words, but for their paths and the numbers of requests. */
interface Alike {
  readonly paths: readonly string[];
  /** `a.jpg: Could not store a.jpg: …`, `a.jpg, b.jpg, c.jpg and 5 more: Could not store the file: …` */
  readonly text: string;
}

const MAX_NAMED = 3;

function withoutPath(message: string, path: string): string {
  for (const end of [":", " ", "."])
    if (message.includes(path + end)) return message.replace(path + end, () => `the file${end}`);
  return message;
}

/** A server gives each request another id. */
const withoutId = (text: string): string => text.replace(/, request [^\s,)]+/, "");

function textOf(paths: readonly string[], error: AvalaError): string {
  const [path = ""] = paths;
  if (paths.length === 1) return `${path}: ${error.message}`;
  const rest = paths.length - MAX_NAMED;
  const named = paths.slice(0, MAX_NAMED).join(", ");
  const names = rest > 0 ? `${named} and ${formatCount(rest)} more` : named;
  return `${names}: ${withoutPath(error.message, printable(path))}`;
}

/** In the order of the first of each: of thousands that failed for one reason, that is to be read once. */
export function alikeOf(failures: readonly FileFailure[]): readonly Alike[] {
  const groups = new Map<string, { readonly paths: string[]; readonly error: AvalaError }>();
  for (const { path, error } of failures) {
    const reason = withoutId(withoutPath(error.message, printable(path)));
    const group = groups.get(reason) ?? { paths: [], error };
    group.paths.push(path);
    groups.set(reason, group);
  }
  return [...groups.values()].map(({ paths, error }) => ({ paths, text: textOf(paths, error) }));
}

export interface UploadOutcome {
  readonly datasetName: string;
  /** The batch; `undefined`: by the first protocol. */
  readonly uploadUid: string | undefined;
  readonly isNamedByContent: boolean;
  readonly filesTotal: number;
  readonly sent: readonly LandedFile[];
  readonly unchanged: readonly LandedFile[];
  readonly failures: readonly FileFailure[];
}

function describeFailures({
  datasetName,
  filesTotal,
  sent,
  unchanged,
  failures,
}: UploadOutcome): string {
  const counts = `${formatCount(sent.length)} sent, ${formatCount(unchanged.length)} unchanged, ${formatCount(failures.length)} failed`;
  const lines = alikeOf(failures).map(({ text }) => text);
  const files = counted(failures.length, "file");
  return `${files} of ${formatCount(filesTotal)} could not be uploaded to ${datasetName} (${counts}):${listed(lines)}`;
}

function runAgain(landed: number): string {
  if (landed === 0) return "No file has landed yet: run again.";
  return "What landed is kept: run again, and only the rest is sent.";
}

/** The error of an upload that ended before all its files were sent, for who can do nothing with a part of them. */
export function notAllSent(
  name: string,
  upload: Pick<UploadOutcome, "sent" | "unchanged" | "uploadUid"> | undefined,
): UploadError {
  const landed = [...(upload?.sent ?? []), ...(upload?.unchanged ?? [])];
  const text = `Not all files of ${name} were sent: ${counted(landed.length, "file")} landed.`;
  const options = {
    hint: runAgain(landed.length),
    uploadUid: upload?.uploadUid,
    failures: [],
    landed,
  };
  return new UploadError("upload", text, options);
}

/** Whether the next run most likely finds other content at the path, or none. */
function isOtherNow({ error }: FileFailure): boolean {
  if (error.code === "file_changed") return true;
  return error.code === "file" && isGoneCode(systemErrorCode(error.cause) ?? "");
}

/** What of the next run is certain. A batch is made of the content of all its files, as a version's name is. */
function nextRunSends(outcome: UploadOutcome): string {
  const { failures, uploadUid, isNamedByContent, sent, unchanged } = outcome;
  const landed = sent.length + unchanged.length;
  const others = isNamedByContent
    ? "all files are sent under another name"
    : "files that landed may be sent again";
  const isKeptAnyway = uploadUid === undefined && !isNamedByContent;
  if (landed === 0 || isKeptAnyway) return runAgain(landed);
  if (failures.some(isOtherNow))
    return `What landed is kept for the earlier content of these files: restore it and run again, and only the rest is sent. With other content, ${others}.`;
  // Whoever is to do something about a file may do this.
  const mayBeLeftOut = failures.some(({ error }) => !error.retryable);
  return mayBeLeftOut
    ? `${runAgain(landed)} Where files are renamed or left out, ${others}.`
    : runAgain(landed);
}

/** The error of an upload that went through all its files and left some behind. */
export function someFailed(outcome: UploadOutcome): UploadError {
  const { failures, sent, unchanged, uploadUid } = outcome;
  const next = nextRunSends(outcome);
  const hints = new Set(failures.map(({ error }) => error.hint));
  const [common] = hints.size === 1 ? hints : [];
  return new UploadError("upload", describeFailures(outcome), {
    uploadUid,
    failures,
    landed: [...sent, ...unchanged],
    hint: common === undefined ? next : `${common}\n${next}`,
  });
}

/** The error of an upload that `cause` stopped: its code and hint, and what became of the files until then. */
export function stoppedBy(cause: AvalaError, outcome: UploadOutcome): UploadError {
  const { datasetName, uploadUid, filesTotal, failures, sent, unchanged } = outcome;
  const landed = [...sent, ...unchanged];
  const reached = `The upload to ${datasetName} stopped after ${countedOf(landed.length, filesTotal, "file")}`;
  const failed = failures.length === 0 ? "" : `\n${describeFailures(outcome)}`;
  const { hint, retryAfterMs } = cause;
  // Of a signal there is nothing to say that the words before don't.
  const isBySignal = cause.code === "cancelled" && !isClosedUnder(cause);
  const why = isBySignal ? "." : `: ${cause.message}`;
  const message = `${reached}${why}${failed}`;
  const options = { uploadUid, failures, landed, hint, retryAfterMs, cause };
  return new UploadError(cause.code, message, options);
}
