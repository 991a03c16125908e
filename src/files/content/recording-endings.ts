// Whether a recording is whole, judged by its structure. None throws, whatever the bytes are.
import { boxAt, isKnownBox } from "./iso-boxes";
import type { OpenFile } from "./open-file";

/**
 * MP4, QuickTime, HEIF: no box promises bytes beyond the end, and both the media and what describes them are there.
 * What follows the last box is not a reason, nor is padding that is longer than the file: players skip both.
 */
export function isWholeIsoMedia(file: OpenFile): boolean {
  const { sizeBytes, head } = file;
  const isPicture = /^ftyp(?:hei[cmsx]|hev[cmsx]|mif[12]|msf1|avi[fs])/.test(
    head.toString("latin1", 4, 12),
  );
  const found = new Map<string, { start: number; next: number }>();
  const holds = (parent: string, skipped: number, child: RegExp): boolean => {
    const { start, next: end } = found.get(parent) ?? { start: 0, next: 0 };
    let at = start + skipped;
    for (let boxes = 0; boxes < 1000 && at + 8 <= end; boxes++) {
      const box = boxAt(file, at, end);
      if (child.test(box.type)) return true;
      at = box.next;
    }
    return false;
  };
  const isComplete = (): boolean => {
    const isDescribed = isPicture
      ? found.has("meta") || found.has("moov")
      : found.has("moov") || found.has("moof");
    if (found.has("mdat") || found.has("imda")) return isDescribed;
    // The head of a film in pieces, or a list of films elsewhere; a picture within its description.
    return isPicture ? holds("meta", 4, /^idat$/) : holds("moov", 0, /^(?:mvex|rmra)$/);
  };
  let position = 0;
  for (let boxes = 0; position < sizeBytes; boxes++) {
    if (boxes === 20_000) return true;
    const box = boxAt(file, position, sizeBytes);
    if (box.next > sizeBytes) {
      const isProof = isKnownBox(box) && !/^(?:free|skip|wide)$/.test(box.type);
      return !isProof && isComplete();
    }
    found.set(box.type, box);
    position = box.next;
  }
  return isComplete();
}

/** Its end mark is there: a recorder that was stopped in the middle has not written it. */
export function isWholeMcap({ sizeBytes, read }: OpenFile): boolean {
  return sizeBytes >= 16 && read(sizeBytes - 8, 8).equals(Buffer.from("\x89MCAP0\r\n", "latin1"));
}
