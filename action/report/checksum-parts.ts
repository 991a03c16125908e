// A file of checksums, cut for GitHub's attestation action. Pure.
import { counted } from "../../src/text";

/** What `subject-checksums` of actions/attest takes: so many subjects, and a file of so many bytes. */
const MAX_SUBJECTS = 1_024;
const MAX_BYTES = 512 * 1_024;

/** One part where all of it is taken; together the parts are the whole. A line is never cut. */
export function* checksumParts(lines: Iterable<string>): Generator<string> {
  let part: string[] = [];
  let bytes = 0;
  for (const line of lines) {
    const size = Buffer.byteLength(line);
    if (part.length > 0 && (part.length === MAX_SUBJECTS || bytes + size > MAX_BYTES)) {
      yield part.join("");
      part = [];
      bytes = 0;
    }
    part.push(line);
    bytes += size;
  }
  yield part.join("");
}

/** Nothing to say of one. */
export function describeParts(parts: number, files: number): string | undefined {
  if (parts < 2) return undefined;
  return `SHA256SUMS lists ${counted(files, "file")}, more than GitHub's attestation action accepts at once. The output checksums-parts lists ${parts} files that it accepts. Or attest SHA256SUMS itself, as its subject-path.`;
}
