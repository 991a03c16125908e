// What the `ETag`s of each store are, learned once a session from its replies. Knows nothing of how bytes are sent.
// The first reply does not settle whether a store's ETags are MD5s: it may be the one whose bytes were lost, or come from
// something that kept nothing. test/upload/store-check.test.ts plays both.
import type { StoreManner } from "../../api/remembered";
import type { Stored } from "../../api/storage/storage";

/** An MD5 that is there when it is asked for. */
export type Md5 = () => Promise<string | undefined>;

/**
 * What a store's reply says of the bytes that it was sent: it keeps them, it keeps others, or it does not tell. `doubtful`:
 * its ETag was another MD5 or was not compared, or there was none at all, and only what other files show can tell which.
 */
export type Verdict = "right" | "wrong" | "unknown" | "doubtful";

/** The same of what has landed as far as one can tell. */
export type Kept = Exclude<Verdict, "wrong">;

/** One file, or one part of it, as it was sent. */
export interface Piece {
  readonly sizeBytes: number;
  readonly md5: Md5;
  /**
   * Sends it to the same place once more; absent where what is stored can't be replaced. Resolves to nothing where the file is
   * no longer what was sent.
   */
  readonly again?: (() => Promise<Stored | undefined>) | undefined;
  /** How often it was to be sent again for want of an ETag. Absent where what is stored can't be replaced. */
  readonly silences?: { count: number } | undefined;
}

/** When what waits for `work` goes on: once it has ended, or without it. */
export type Patience = (work: Promise<unknown>) => Promise<void>;

// As many as are under way at once, since one bad minute may meet all of them. Until then they are not in the journal.
const MIN_SIGNS = 8;

// So cheap to hash that even a store that seems to tell no MD5s is held to them: the first that agrees shows otherwise.
const ALWAYS_JUDGED_BYTES = 1024 * 1024;

// Where sending twice costs. What is smaller is sent once more in each session: that also mends a lone file that was kept wrong.
export const COSTLY_BYTES = 16 * 1024 * 1024;

// How often a piece is sent again where its reply lacks the ETag that others had. A store may give one only to some objects, and
// then another try shows nothing: so these are few in a session as well, unless they are rare among all replies.
const MAX_SILENCES = 3;
const FREE_SILENCES = MIN_SIGNS * MAX_SILENCES;
const TAGS_TO_A_SILENCE = 16;

export function unknownStore(): StoreManner {
  return { etags: undefined, tags: 0, silences: 0, doubts: 0, larger: 0, probe: undefined };
}

/** Whether it has shown nothing else, as far as one can tell: one piece that agrees shows that it does return MD5s. */
export function seemsWithoutMd5s({ etags }: StoreManner): boolean {
  return etags === "other" || etags === "none";
}

function storeOf(stores: Map<string, StoreManner>, host: string): StoreManner {
  const known = stores.get(host) ?? unknownStore();
  stores.set(host, known);
  return known;
}

/** Without what HTTP puts around it. */
export function bareEtag(etag: string): string {
  return etag.replace(/^W\//, "").replaceAll('"', "");
}

const OF_PARTS = /^[0-9a-f]{32}-\d{1,5}$/i;

/** Whether an ETag has the form that S3 gives an object in parts. */
export function isEtagOfParts(etag: string | undefined): boolean {
  return etag !== undefined && OF_PARTS.test(bareEtag(etag));
}

/** What a store says of an object that it encrypted with a key of its user's (S3, "Common response headers"). */
const ENCRYPTED = /^[0-9a-f]{32}$/i;

/** Some stores give MD5s, and these to large objects alone. */
function isOwnForm(etag = ""): boolean {
  return isEtagOfParts(etag) || ENCRYPTED.test(bareEtag(etag));
}

/** Whether others of its store had an ETag, so that it may have kept nothing of this one. */
function isOdd(store: StoreManner, { sizeBytes, silences }: Piece): boolean {
  const allowed = FREE_SILENCES + store.tags / TAGS_TO_A_SILENCE;
  if (store.tags === 0 || store.silences > allowed) return false;
  if (silences === undefined) return true;
  silences.count += 1;
  return silences.count <= (sizeBytes > COSTLY_BYTES ? 1 : MAX_SILENCES);
}

/**
 * An ETag of another form is a store's own form. None at all may be so too, or the answer of something else that kept
 * nothing: one file does not show which.
 */
function judgeSilence(store: StoreManner, { etag }: Stored, piece: Piece): Verdict {
  // A store that reported the MD5 of each object and reports none now may have kept nothing.
  if (store.etags === "md5") return isOwnForm(etag) ? "unknown" : "wrong";
  if (etag !== undefined) {
    store.etags ??= "none";
    return "unknown";
  }
  store.silences += 1;
  if (isOdd(store, piece)) return "wrong";
  if (store.silences >= MIN_SIGNS) store.etags ??= "none";
  return "doubtful";
}

/**
 * Of a store that seems to tell no MD5s a larger piece is compared at doubling distances: the first, the second, the fourth.
 * Were none, a bad minute at the start would hide from all that follows what the store is.
 */
function isPassedOver(store: StoreManner, sizeBytes: number): boolean {
  if (!seemsWithoutMd5s(store) || sizeBytes <= ALWAYS_JUDGED_BYTES) return false;
  store.larger += 1;
  return !Number.isInteger(Math.log2(store.larger));
}

/** Of what was there before. That it differs says nothing of the store's ETags: it may be other content. */
async function compareThere(
  store: StoreManner,
  { md5: there }: Stored,
  md5: Md5,
): Promise<Verdict> {
  if (there === undefined) return "unknown";
  const own = await md5();
  if (own === there) {
    store.etags = "md5";
    return "right";
  }
  if (own === undefined || seemsWithoutMd5s(store)) return "unknown";
  return store.etags === "md5" ? "wrong" : "doubtful";
}

async function compare(
  store: StoreManner,
  stored: Stored,
  piece: Piece,
): Promise<Verdict | "differs"> {
  const { sizeBytes, md5 } = piece;
  if (stored.wasThere) return compareThere(store, stored, md5);
  if (stored.etag !== undefined) store.tags += 1;
  if (stored.md5 === undefined) return judgeSilence(store, stored, piece);
  if (isPassedOver(store, sizeBytes)) return "doubtful";
  const own = await md5();
  if (own === undefined) return "unknown";
  if (own !== stored.md5) return "differs";
  store.etags = "md5";
  return "right";
}

/**
 * The first that differs is sent once more, and whatever differs meanwhile waits for what that shows, unless it stalls. No large one is where earlier
 * sessions have seen that such differ both times: what that would show is known.
 */
async function probe(
  store: StoreManner,
  piece: Piece,
  again: () => Promise<Stored | undefined>,
  patience: Patience,
): Promise<Verdict | "differs"> {
  const isKnown = store.seen === "other" && piece.sizeBytes > COSTLY_BYTES;
  if (store.probe !== undefined || isKnown) {
    await store.probe;
    return "differs";
  }
  const compareAgain = async (): Promise<Verdict | "differs"> => {
    const stored = await again();
    if (stored === undefined) return "differs"; // and nothing is learned
    const verdict = await compare(store, stored, piece);
    const wasSeen = store.seen === "once" || store.seen === "other";
    if (verdict === "differs") store.seen = wasSeen ? "other" : "once";
    return verdict;
  };
  const compared = compareAgain();
  store.probe = patience(compared);
  return compared;
}

/**
 * A store's `ETag` is the MD5 of an object, or something else that looks like one, and not always does a header say which.
 * The first that agrees shows that the store reports MD5s: from then on each must agree. Where the first does not agree, it is
 * sent once more, which is the only thing that is sent twice to learn; and when many have not agreed, the store is taken
 * for one that reports none, until one agrees.
 * @throws what sending it once more throws
 */
export async function judgeStored(
  stores: Map<string, StoreManner>,
  stored: Stored,
  piece: Piece,
  patience: Patience,
): Promise<Verdict> {
  const store = storeOf(stores, stored.host);
  const { again } = piece;
  let verdict = await compare(store, stored, piece);
  if (verdict === "differs" && store.etags === undefined && again !== undefined)
    verdict = await probe(store, piece, again, patience);
  if (verdict !== "differs") return verdict;
  // Another piece may have shown meanwhile what this store reports.
  if (store.etags === "md5") return "wrong";
  store.doubts += 1;
  if (store.doubts >= MIN_SIGNS) store.etags = "other";
  return "doubtful";
}
