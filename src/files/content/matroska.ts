// Whether a Matroska or WebM file is whole, judged by its structure. None throws, whatever the bytes are.
import { areZerosBefore, type Flaw, type OpenFile } from "./open-file";

interface Element {
  readonly id: number;
  /** Where its content begins. */
  readonly start: number;
  /** Where the next element is; `undefined` for one of unknown length, as live recordings have. */
  readonly next: number | undefined;
}

const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;
const TRACKS = 0x1654ae6b;
const VOID = 0xec;

/** `undefined` where no element can begin, or its header is not all there. */
function elementAt({ read }: OpenFile, position: number): Element | undefined {
  const header = read(position, 12);
  const idBytes = Math.clz32(header[0] ?? 0) - 23;
  const first = header[idBytes];
  if (first === undefined || first === 0 || idBytes > 4) return undefined;
  const sizeLength = Math.clz32(first) - 23;
  if (header.length < idBytes + sizeLength) return undefined;
  let length = first & (0xff >> sizeLength);
  let isUnknown = length === 0xff >> sizeLength;
  for (const byte of header.subarray(idBytes + 1, idBytes + sizeLength)) {
    length = length * 256 + byte;
    isUnknown = isUnknown && byte === 0xff;
  }
  const start = position + idBytes + sizeLength;
  const id = header.readUIntBE(0, idBytes);
  return { id, start, next: isUnknown ? undefined : start + length };
}

/** Where its segment is; `undefined` where there is none, or something promises bytes beyond the end. */
function segmentOf(file: OpenFile): Element | undefined {
  let position = 0;
  for (let elements = 0; elements < 64 && position < file.sizeBytes; elements++) {
    const element = elementAt(file, position);
    if (element === undefined) return undefined;
    // One of unknown length never promises too much.
    if (element.next === undefined) return element;
    if (element.next > file.sizeBytes) return undefined;
    if (element.id === SEGMENT) return element;
    position = element.next;
  }
  return undefined;
}

/** A segment is there, nothing promises bytes beyond the end, and there are no zeros in the place of what is compressed. */
export function flawOfMatroska(file: OpenFile): Flaw | undefined {
  const segment = segmentOf(file);
  if (segment === undefined) return "cut short";
  if (segment.id !== SEGMENT) return undefined;
  const end = segment.next ?? file.sizeBytes;
  const parts = walk(file, segment.start, end);
  // A live recording has no length of its own: then its last block shows whether it is all there.
  if (segment.next === undefined && parts.end > file.sizeBytes) return "cut short";
  return hasZeroEnding(file, segment, { parts, end }) ? "ends in zeros" : undefined;
}

/** In the place of an element; or its last block does, where its codecs never have as many. */
function hasZeroEnding(
  file: OpenFile,
  segment: Element,
  { parts, end }: { readonly parts: Walk; readonly end: number },
): boolean {
  if (parts.isCut) return areZerosBefore(file, end, segment.start);
  const tracks = parts.seen.get(TRACKS);
  const cluster = parts.seen.get(CLUSTER);
  if (cluster === undefined) return false;
  const clusterEnd = cluster.next ?? end;
  const blocks = walk(file, cluster.start, clusterEnd);
  if (blocks.isCut) return areZerosBefore(file, clusterEnd, cluster.start);
  if (blocks.last === undefined || blocks.last.id === VOID) return false;
  return areCodecsDense(file, tracks) && areZerosBefore(file, clusterEnd, blocks.last.start);
}

interface Walk {
  /** The last of each kind. */
  readonly seen: ReadonlyMap<number, Element>;
  readonly last: Element | undefined;
  /** Whether there is something that is not an element, and where. */
  readonly isCut: boolean;
  readonly end: number;
}

function walk(file: OpenFile, start: number, end: number): Walk {
  const seen = new Map<number, Element>();
  let last: Element | undefined;
  let position = start;
  for (
    let elements = 0;
    elements < 20_000 && position < Math.min(end, file.sizeBytes);
    elements++
  ) {
    const element = elementAt(file, position);
    if (element === undefined) return { seen, last, isCut: true, end: position };
    seen.set(element.id, element);
    last = element;
    // What is in a cluster of unknown length is walked through as if it was beside it.
    position = element.next ?? (element.id === CLUSTER ? element.start : end);
  }
  return { seen, last, isCut: false, end: position };
}

// Of these no block has zeros for 4 KiB; of sound and pictures that are not compressed any may.
const denseCodecs =
  /^(?:V_MPEG4\/ISO\/AVC|V_MPEGH\/ISO\/HEVC|V_VP9|V_AV1|A_AAC.*|A_OPUS|A_VORBIS|A_E?AC3|S_TEXT\/.*)$/;

/** By the names in the description of its tracks. */
function areCodecsDense({ read }: OpenFile, tracks: Element | undefined): boolean {
  if (tracks?.next === undefined) return false;
  const text = read(tracks.start, Math.min(65_536, tracks.next - tracks.start)).toString("latin1");
  // The element CodecID, of less than 127 bytes.
  const codecs = [...text.matchAll(/\x86[\x81-\xfe]([VASB]_[A-Z0-9_/]+)/g)].map(
    ([, id = ""]) => id,
  );
  return codecs.length > 0 && codecs.every((id) => denseCodecs.test(id));
}
