// A file of checksums, cut for GitHub's attestation action. Pure.
import { counted } from "../../src/text";

/** What `subject-checksums` of actions/attest takes: so many subjects, and a file of so many bytes. */
const MAX_SUBJECTS = 1_024;
const MAX_BYTES = 512 * 1_024;

/** One part where all of it is taken; together the parts are the whole. A line is never cut. */
export function checksumParts(text: string): readonly string[] {
  const parts: string[][] = [[]];
  let bytes = 0;
  for (const line of text.split(/(?<=\n)/)) {
    const last = parts.at(-1) ?? [];
    const size = Buffer.byteLength(line);
    if (last.length > 0 && (last.length === MAX_SUBJECTS || bytes + size > MAX_BYTES)) {
      parts.push([line]);
      bytes = size;
    } else {
      last.push(line);
      bytes += size;
    }
  }
  return parts.map((lines) => lines.join(""));
}

/** Nothing to say of one. */
export function describeParts(parts: number, files: number): string | undefined {
  if (parts < 2) return undefined;
  return `SHA256SUMS lists ${counted(files, "file")}, more than GitHub's attestation action takes at once. The output checksums-parts names ${parts} files that it takes; or attest SHA256SUMS itself, as its subject-path.`;
}
