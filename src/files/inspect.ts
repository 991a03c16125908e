// Looks at every file of a set: can it be read, how large is it, and is its content what its name says? What is known from
// before and has not changed is not read again.
import type { InputProblem } from "../errors";
import { cancelled } from "../flow/clock";
import { flawProblem, type ContentFault } from "./content/content";
import type { ContentPolicy } from "./file-set-options";
import type { Finding } from "./digests/finding";
import type { KnownFiles } from "./digests/known-files";
import { digestIn } from "./digests/digest-column";
import type { LocalFile, Notice } from "./local-file";
import { lookAtFiles, type Candidates, type Looked } from "./look";
import { recallFiles, type RecalledRun } from "./recall";
import { MAX_FILE_BYTES } from "../api/limits";
import { isGoneCode, readHint } from "../system-error";
import { shown } from "../text";
import { hasChanged } from "./workers/jobs";

export interface Inspection {
  readonly files: readonly LocalFile[];
  readonly problems: readonly InputProblem[];
  readonly notices: readonly Notice[];
  /** What is wrong with contents, all of it; warned of or refused, as was asked for. */
  readonly contents: readonly ContentFinding[];
  /** Paths of the PLY files whose header has nothing of a splat. */
  readonly otherThanSplats: readonly string[];
  /** Paths of what went, or became something else than a file, where that is left out. */
  readonly gone: readonly string[];
  /** Files that were known from before and not read. */
  readonly recalledCount: number;
}

export interface ContentFinding {
  readonly path: string;
  readonly fault: ContentFault;
  readonly problem: string;
}

export interface InspectOptions {
  readonly checkContent: ContentPolicy;
  /** Whether the data type was given as `splat`: else another PLY than one of splats is not wrong in itself. */
  readonly wantsSplats?: boolean | undefined;
  /** Whether what goes meanwhile is left out, and not an error. @default false */
  readonly leavesGone?: boolean | undefined;
  /** What is known of the files from before. */
  readonly known?: KnownFiles | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Looks at each candidate; what comes back is in their order. @throws AvalaError `cancelled` */
export async function inspectFiles(
  candidates: Candidates,
  options: InspectOptions,
): Promise<Inspection> {
  const { signal, known } = options;
  if (signal?.aborted === true) throw cancelled("Looking at files");
  const look = { readsContent: options.checkContent !== "off", known, signal };
  const { paths, absoluteOf, isNamed } = candidates;
  const files = Array<LocalFile>(paths.length);
  const suspects = new Map<number, Suspect>();
  const note = (place: number, looked: Looked, absolutePath?: string): void => {
    const path = paths[place];
    if (path === undefined) return;
    files[place] = fileOf(path, absolutePath ?? absoluteOf(path), looked);
    if (isSuspect(looked)) suspects.set(place, { path, isNamed: isNamed(path), looked });
    else if (suspects.size > 0) suspects.delete(place);
  };
  const noteRun = ({ start, sizesBytes, digests, finding }: RecalledRun): void => {
    const isSound = !hasFinding(finding);
    sizesBytes.forEach((sizeBytes, n) => {
      const path = paths[start + n] ?? "";
      const sha256 = digestIn(digests, n);
      if (isSound && sizeBytes <= MAX_FILE_BYTES)
        files[start + n] = { path, absolutePath: absoluteOf(path), sizeBytes, sha256 };
      else note(start + n, { sizeBytes, finding, sha256 });
    });
  };
  const unknown = await recallFiles(candidates, look, { onRun: noteRun, onLooked: note });
  await lookAtFiles(candidates, unknown, look, note);
  const inOrder = [...suspects].sort(([one], [other]) => one - other).map(([, one]) => one);
  const isLeftOut = options.leavesGone === true ? isGone : () => false;
  const gone = inOrder.filter(isLeftOut).map(({ path }) => path);
  const judged = inOrder.filter((suspect) => !isLeftOut(suspect));
  const recalledCount = paths.length - unknown.length;
  return { ...judge(judged, options), gone, recalledCount, files: without(files, gone) };
}

/** A file of which there may be something to say. */
interface Suspect {
  readonly path: string;
  readonly isNamed: boolean;
  readonly looked: Looked;
}

function isSuspect({ sizeBytes, faultCode, finding }: Looked): boolean {
  return hasFinding(finding) || faultCode !== undefined || sizeBytes > MAX_FILE_BYTES;
}

function hasFinding({ head, flaw, isPrivateKey }: Finding): boolean {
  return head !== undefined || flaw !== undefined || isPrivateKey;
}

function isGone({ looked: { faultCode } }: Suspect): boolean {
  return faultCode !== undefined && hasChanged({ code: faultCode });
}

function without(files: readonly LocalFile[], paths: readonly string[]): readonly LocalFile[] {
  if (paths.length === 0) return files;
  const isOut = new Set(paths);
  return files.filter(({ path }) => !isOut.has(path));
}

function judge(
  suspects: readonly Suspect[],
  { checkContent, wantsSplats = false }: InspectOptions,
): Omit<Inspection, "files" | "gone" | "recalledCount"> {
  const refused: InputProblem[] = [];
  const contents: ContentFinding[] = [];
  const otherThanSplats: string[] = [];
  for (const suspect of suspects) {
    const { path, looked } = suspect;
    const refusal = faultText(looked.faultCode) ?? refusalOf(suspect, checkContent);
    if (refusal !== undefined) refused.push({ input: shown(path), text: refusal, path });
    if (refusal !== undefined || checkContent === "off") continue;
    const { head, flaw } = looked.finding;
    if (flaw === "not a splat") otherThanSplats.push(path);
    const isWrong = wantsSplats || flaw !== "not a splat";
    const found = head ?? (isWrong ? flawProblem(path, flaw) : undefined);
    if (found !== undefined) contents.push({ path, fault: found.fault, problem: found.text });
  }
  const asProblems = checkContent === "error" ? contents : [];
  const asNotices = checkContent === "error" ? [] : contents;
  return {
    problems: [
      ...refused,
      ...asProblems.map(({ path, problem }) => ({ input: shown(path), text: problem, path })),
    ],
    notices: asNotices.map(({ path, problem }) => ({ path, text: problem })),
    contents,
    otherThanSplats,
  };
}

function fileOf(path: string, absolutePath: string, { sizeBytes, sha256 }: Looked): LocalFile {
  // Written out: a spread takes ten times as long, and there may be a million. Of one shape, whether the digest is known or not.
  return { path, absolutePath, sizeBytes, sha256 };
}

function faultText(code: string | undefined): string | undefined {
  if (code === undefined) return undefined;
  if (code === "CHANGED") return "It is no longer a file.";
  if (isGoneCode(code)) return `It disappeared after it was listed (${code}).`;
  return `It can't be read (${code}). ${readHint(code, "Make it readable, or leave it out.")}`;
}

function refusalOf(
  { isNamed, looked: { sizeBytes, finding } }: Suspect,
  checkContent: ContentPolicy,
): string | undefined {
  if (sizeBytes > MAX_FILE_BYTES) {
    return `It has ${sizeBytes} bytes, more than the ${MAX_FILE_BYTES} (10,000 parts of 128 MiB) that any upload can carry.`;
  }
  const isKey = checkContent !== "off" && finding.isPrivateKey;
  return !isNamed && isKey ? credentialText : undefined;
}

export const credentialText =
  "It looks like a credential, and what is stored can't be removed: leave it out, or name it in full to send it.";
