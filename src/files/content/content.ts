// Is a file what its suffix says, and is it whole? Knows nothing of the disk.
//
// A file is called wrong only if its suffix's own signature is missing and a library, file-type, does not take it for
// that format either; the library then names what it is. It is not asked about every file (all measured with 21.3.4):
// - from the first bytes it does not know some right files: a TIFF whose directory comes last (as libtiff writes it),
//   QuickTime that begins with `skip` or `pnot`; and MCAP, PLY, Git LFS pointers and HTML it does not know at all;
// - it takes 8 to 50 µs a file, gzip 300 to 400 as it looks inside, where all that is done here takes about 25 of the
//   processor's time; and 50 ms to load, with its eight packages.
// It is an ES module, imported when first needed: a `require` of it would warn on Node 22.12 outside of node_modules.
import { shown } from "../../text";
import { suffixOf } from "../media";
import { formatNamed, formatOf, type Format } from "./formats";
import { lookalikeOf } from "./lookalikes";
import type { Flaw } from "./open-file";

interface Sample {
  readonly sizeBytes: number;
  /** The first `HEAD_BYTES`, or all of a smaller file. */
  readonly head: Buffer;
  /** What the function in `endings` said of it. */
  readonly flaw: Flaw | undefined;
}

/** By which problems are counted. */
export type ContentFault = Flaw | "empty" | "a pointer" | "a page or an error" | "another format";

export interface ContentProblem {
  readonly fault: ContentFault;
  /** In one sentence. */
  readonly text: string;
}

const flawTexts: Readonly<Record<Flaw, (name: string) => string>> = {
  "cut short": (name) => `The ${name} file is truncated: its end is missing.`,
  "ends in zeros": (name) =>
    `The ${name} file ends in zeros: its space was reserved, and its end was never written.`,
  "not a splat": (name) =>
    `The ${name} file has none of the properties of a splat (f_dc_*, opacity, scale_*, rot_*): it is a mesh or a point cloud.`,
};

/** What the size and the first bytes show to be wrong. */
export async function headProblem(
  path: string,
  sample: Omit<Sample, "flaw">,
): Promise<ContentProblem | undefined> {
  if (sample.sizeBytes === 0) return { fault: "empty", text: "The file is empty." };
  const suffix = suffixOf(path);
  const bytes = suffix === "" ? "The first" : `The name ends in ${shown(suffix)}, but the first`;
  const lookalike = lookalikeOf(suffix, sample);
  if (lookalike !== undefined) {
    const { fault, name, hint } = lookalike;
    return { fault, text: `${bytes} bytes are those of ${name}.${hint ?? ""}` };
  }
  const format = formatOf(suffix);
  if (format === undefined) return undefined;
  const other = await foundInstead(format, sample.head);
  if (other === undefined) return undefined;
  return { fault: "another format", text: `${bytes} bytes ${other}.` };
}

/** What the structure shows to be wrong. */
export function flawProblem(path: string, flaw: Flaw | undefined): ContentProblem | undefined {
  const format = formatOf(suffixOf(path));
  return format && flaw && { fault: flaw, text: flawTexts[flaw](format.name) };
}

/** `are those of a .png file (image/png)`; `undefined` where they are right, or nothing shows it. */
async function foundInstead(format: Format, head: Buffer): Promise<string | undefined> {
  if (format.starts === undefined || format.starts(head)) return undefined;
  const found = (await typeOf(head)) ?? { name: formatNamed(head) ?? textNamed(head) };
  if (found.extension !== undefined && format.extensions.includes(found.extension))
    return undefined;
  return found.name === undefined ? `are not ${format.name}` : `are those of ${found.name}`;
}

/** What the library does not know, as it has no signature. */
function textNamed(head: Buffer): string | undefined {
  return /^\s*\{\s*"/.test(head.toString("latin1")) ? "JSON" : undefined;
}

interface Found {
  /** As in a sentence. */
  readonly name?: string | undefined;
  /** As the library calls it. */
  readonly extension?: string;
}

async function typeOf(head: Buffer): Promise<Found | undefined> {
  try {
    // An ES module, loaded only for bytes that are not what the suffix says.
    const { fileTypeFromBuffer } = await import("file-type/core");
    const type = await fileTypeFromBuffer(head);
    return type && { extension: type.ext, name: `a .${type.ext} file (${type.mime})` };
  } catch {
    // The bytes are anyone's, and its parsers many: a name that can't be found must not stop an upload.
    return undefined;
  }
}
