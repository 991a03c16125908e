// Which files have the MD5s that stores show of items. Each file is read once at the most, and only if an item has its size.
import type { Avala } from "../../api/connection";
import { comparePaths } from "../../files/manifest/manifest";
import { readUntil } from "../../flow/disk/reading-disk";
import { runPool } from "../../flow/pool";
import { readMd5 } from "../../upload/send/chunks";
import { kindOf, noteLikeness, type Evidence, type Kind } from "../items/store-evidence";
import { FILE_READS_AT_ONCE } from "../items/store-hosts";
import type { GrowingFile } from "./growth";
import type { HeldEntry } from "./growth-plan";
import { pathOf } from "./item-homes";
import type { Knowledge } from "./knowledge";
import type { Left } from "./left-items";

// ETags that look like MD5s need not be any: then each file of a large set would be read for nothing. In a set whose files are
// all of one size, and of which nine in ten are new, as many miss once in 800 times.
const MAX_READ_IN_VAIN = 64;

/** What vouches for MD5s. */
interface Source {
  /** Those on record are known to be MD5s, or not; those of items in this run as others of their increment show. */
  readonly isTrusted: () => boolean;
  /** One for all increments at a host. */
  readonly inVain: { reads: number };
}

interface Shown {
  readonly entry: HeldEntry;
  readonly sizeBytes: number;
  readonly md5: string;
  readonly source: Source;
  /** Of an item in this run. */
  readonly kind: Kind | undefined;
  readonly unlike: string | undefined;
}

interface OfSize {
  readonly sources: Set<Source>;
  readonly byMd5: Map<string, Shown[]>;
  /** The sha256 that each of them is known not to have, if that is one. */
  unlike: string | undefined;
}

export interface SameContent {
  /** The files that have the size and MD5 of an item: those of another item of the same content are the same list. */
  readonly filesOf: ReadonlyMap<HeldEntry, readonly GrowingFile[]>;
  /** Sizes of which not every file was read. */
  readonly unread: ReadonlySet<number>;
  /** Those that were held against the MD5s of all items of their size. */
  readonly compared: ReadonlySet<GrowingFile>;
}

function createSources(): (evidence: Evidence) => Source {
  const known = new Map<Evidence, Source>();
  const byHost = new Map<Evidence["ofHost"], Source["inVain"]>();
  return (evidence) => {
    const inVain = byHost.get(evidence.ofHost) ?? { reads: 0 };
    byHost.set(evidence.ofHost, inVain);
    const source = known.get(evidence) ?? { isTrusted: () => evidence.same > 0, inVain };
    known.set(evidence, source);
    return source;
  };
}

function findShown({ items }: Left, knowledge: Knowledge): readonly Shown[] {
  const sourceOf = createSources();
  const onRecord: Source = { isTrusted: () => true, inVain: { reads: 0 } };
  const doubtful: Source = { isTrusted: () => false, inVain: { reads: 0 } };
  return items.flatMap(({ entry }) => {
    const place = knowledge.places.get(entry);
    const { sizeBytes, md5 } = place?.item.stored ?? entry.stored ?? {};
    if (sizeBytes === undefined || md5 === undefined) return [];
    const recorded = entry.stored?.doubtful === undefined ? onRecord : doubtful;
    const { evidence, item } = place ?? {};
    const kind = evidence && item?.stored && kindOf(evidence, pathOf(entry), item.stored);
    const source = evidence === undefined ? recorded : sourceOf(evidence);
    return [{ entry, sizeBytes, md5, source, kind, unlike: place?.unlike ?? entry.notSha256 }];
  });
}

function groupShown(shown: readonly Shown[]): ReadonlyMap<number, OfSize> {
  const bySize = new Map<number, OfSize>();
  for (const one of shown) {
    const { sizeBytes, md5, source, unlike } = one;
    const ofSize: OfSize = bySize.get(sizeBytes) ?? {
      sources: new Set(),
      byMd5: new Map(),
      unlike,
    };
    bySize.set(sizeBytes, ofSize);
    ofSize.sources.add(source);
    if (ofSize.unlike !== unlike) ofSize.unlike = undefined;
    const alike = ofSize.byMd5.get(md5);
    if (alike === undefined) ofSize.byMd5.set(md5, [one]);
    else alike.push(one);
  }
  return bySize;
}

function mayStillRead({ sources }: OfSize): boolean {
  return [...sources].some((one) => one.isTrusted() || one.inVain.reads < MAX_READ_IN_VAIN);
}

/** Notes that stores of items agree: then what else they show to differ counts. @throws AvalaError `file_changed`, `cancelled` */
export async function findSameContent(
  avala: Avala,
  left: Left,
  knowledge: Knowledge,
): Promise<SameContent> {
  const bySize = groupShown(findShown(left, knowledge));
  const [filesOf, unread] = [new Map<HeldEntry, GrowingFile[]>(), new Set<number>()];
  const compared = new Set<GrowingFile>();
  const note = (file: GrowingFile, { sources, byMd5 }: OfSize, md5: string): void => {
    compared.add(file);
    const same = byMd5.get(md5) ?? [];
    const found = same[0] && filesOf.get(same[0].entry);
    if (found !== undefined) return void found.push(file);
    const files = [file];
    const inVain = new Set([...sources].map((one) => one.inVain));
    for (const { entry, source, kind } of same) {
      filesOf.set(entry, files);
      inVain.delete(source.inVain);
      if (kind) noteLikeness({ likeness: "same", kind });
    }
    for (const one of inVain) one.reads += 1;
  };
  const wanted = [...bySize].flatMap(([size, ofSize]) =>
    (left.files.get(size) ?? []).flatMap((file) =>
      ofSize.unlike === file.sha256 ? [] : [{ file, ofSize }],
    ),
  );
  // In no order of their names: new files may come first in these.
  wanted.sort(({ file: a }, { file: b }) => comparePaths(a.sha256, b.sha256));
  const pool = { concurrency: FILE_READS_AT_ONCE, signal: avala.signal };
  await runPool(wanted, pool, async ({ file, ofSize }) => {
    const md5 = mayStillRead(ofSize)
      ? await readMd5(readUntil(avala.disk, avala.signal), file)
      : undefined;
    if (md5 === undefined) unread.add(file.sizeBytes);
    else note(file, ofSize, md5);
  });
  // In whatever order they were read.
  for (const files of new Set(filesOf.values())) files.sort((a, b) => comparePaths(a.path, b.path));
  return { filesOf, unread, compared };
}
