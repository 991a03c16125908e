// What the journal knows of one file, and what this run knows besides, should there be no journal. Decides nothing.
import type { ManifestEntry } from "../files/manifest";
import { isOfContent } from "./batch";
import type { Journal } from "./journal";
import type { PartRecord, PartsByBatch } from "./journal-lines";

export interface FileJournal {
  /** What has landed of the file in this batch. */
  parts(batch: string): ReadonlyMap<number, PartRecord>;
  /** The youngest batch of the content of `base` that parts landed in. */
  youngestOf(base: string): string | undefined;
  record(batch: string, part: PartRecord): Promise<void>;
  /** Before other bytes take the place of the part that is recorded, if one is. @throws AvalaError `journal` */
  takeBackUnless(batch: string, part: PartRecord): Promise<void>;
  /**
   * Before content of another batch than `base` and its kin is overwritten, or without `base` whatever there is.
   * @throws AvalaError `journal`
   */
  takeBackOthers(base?: string): Promise<void>;
  /** Reads what other runs wrote meanwhile, as far as that can be read; the entry, should one have landed the file. */
  reread(): Promise<ManifestEntry | undefined>;
}

type Write = (journal: Journal) => Promise<void>;

/** Writes that may fail, and writes that must not be lost. */
export interface Writes {
  readonly keep: (write: Write) => Promise<void>;
  readonly takeBack: (write: Write) => Promise<void>;
}

type Known = Map<string, Map<number, PartRecord>>;

function copyOf(parts: PartsByBatch | undefined): Known {
  return new Map([...(parts ?? [])].map(([batch, ofBatch]) => [batch, new Map(ofBatch)]));
}

function add(known: Known, batch: string, part: PartRecord): void {
  known.set(batch, (known.get(batch) ?? new Map<number, PartRecord>()).set(part.partNumber, part));
}

export function createFileJournal(
  path: string,
  journal: Journal | undefined,
  { keep, takeBack }: Writes,
): FileJournal {
  let known = copyOf(journal?.parts.get(path));
  const own: Known = new Map();
  const forgetAll = (): void => {
    known.clear();
    own.clear();
  };
  return {
    parts: (batch) => known.get(batch) ?? new Map<number, PartRecord>(),
    youngestOf: (base) => [...known.keys()].filter((batch) => isOfContent(base, batch)).at(-1),
    record: (batch, part) => {
      add(known, batch, part);
      add(own, batch, part);
      return keep((kept) => kept.recordPart({ path, batch }, part));
    },
    takeBackUnless: async (batch, { partNumber, sha256 }) => {
      const before = known.get(batch)?.get(partNumber);
      if (before === undefined || before.sha256 === sha256) return;
      known.get(batch)?.delete(partNumber);
      own.get(batch)?.delete(partNumber);
      await takeBack((kept) => kept.takeBackPart({ path, batch }, partNumber));
    },
    takeBackOthers: async (base) => {
      const others = [...known.keys()].filter(
        (batch) => base === undefined || !isOfContent(base, batch),
      );
      const isClaimed = journal?.landed.has(path) === true || journal?.foreign.has(path) === true;
      if (others.length === 0 && !isClaimed) return;
      forgetAll();
      await takeBack((kept) => kept.takeBack(path));
    },
    reread: async () => {
      const records = await journal?.reread().catch(() => undefined); // then this run knows what it knew
      if (records === undefined) return undefined;
      known = copyOf(records.parts.get(path));
      for (const [batch, parts] of own) for (const part of parts.values()) add(known, batch, part);
      return records.landed.get(path);
    },
  };
}
