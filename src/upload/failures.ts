// Which failures end a whole run, and how failed files are reported. Pure.
import {
  UploadError,
  isApiError,
  type AvalaError,
  type FileFailure,
  type LandedFile,
} from "../errors";
import { saysItsFile } from "../api/endpoints/uploads/batch-refusals";
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

export interface UploadOutcome {
  readonly datasetName: string;
  /** The batch; `undefined`: by the first protocol. */
  readonly uploadUid: string | undefined;
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
  const lines = failures.map(({ path, error }) => `${path}: ${error.message}`);
  const files = counted(failures.length, "file");
  return `${files} of ${formatCount(filesTotal)} could not be uploaded to ${datasetName} (${counts}):${listed(lines)}`;
}

const RUN_AGAIN = "What landed is kept: run again, and only the rest is sent.";

/** The error of an upload that ended before all its files were sent, for who can do nothing with a part of them. */
export function notAllSent(
  name: string,
  upload: Pick<UploadOutcome, "sent" | "unchanged" | "uploadUid"> | undefined,
): UploadError {
  const landed = [...(upload?.sent ?? []), ...(upload?.unchanged ?? [])];
  const text = `Not all files of ${name} were sent: ${counted(landed.length, "file")} landed.`;
  const options = { hint: RUN_AGAIN, uploadUid: upload?.uploadUid, failures: [], landed };
  return new UploadError("upload", text, options);
}

/** The error of an upload that went through all its files and left some behind. */
export function someFailed(outcome: UploadOutcome): UploadError {
  const { failures, sent, unchanged, uploadUid } = outcome;
  const hints = new Set(failures.map(({ error }) => error.hint));
  const [common] = hints.size === 1 ? hints : [];
  return new UploadError("upload", describeFailures(outcome), {
    uploadUid,
    failures,
    landed: [...sent, ...unchanged],
    hint: common === undefined ? RUN_AGAIN : `${common}\n${RUN_AGAIN}`,
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
  const why = cause.code === "cancelled" ? "." : `: ${cause.message}`;
  const message = `${reached}${why}${failed}`;
  const options = { uploadUid, failures, landed, hint, retryAfterMs, cause };
  return new UploadError(cause.code, message, options);
}
