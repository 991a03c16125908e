// Sends a few files again that a store took without an ETag, and between them one that had one: that shows whether the store gives
// them none, or something else has answered in its place.
import type { AvalaError } from "../errors";
import type { ManifestEntry } from "../files/manifest/manifest";
import { retry } from "../flow/retry";
import type { Batch } from "./batch-state";
import { keptOther } from "./check/store-check";
import { COSTLY_BYTES } from "./check/stores";
import { landDoubtful, takeBack } from "./doubtful";
import { silentAt } from "./journal/doubtful-at";
import { retryOn } from "./send/attempt";
import type { SourceFile } from "./send/source";
import type { Run } from "./state";

// Small ones cost little, and a store that gives large objects no ETag takes them as any other.
const FEW = 4;

// So often in a look they are to have none, and the other one is to have one: where each second reply has none, by chance or in
// turn, that comes about once in 65,000 looks.
const MIN_SIGNS = 8;

// Where one of several hosts replies, as it comes, the others' replies show nothing of this one.
const MAX_TURNS = 32;

export interface Sender {
  /** All of the set. */
  readonly files: Iterable<SourceFile>;
  readonly send: (files: readonly SourceFile[]) => Promise<void>;
}

export interface Look extends Sender {
  /** Of the store that is looked at: a file that had an ETag there in an earlier run, should none have had one in this run. */
  readonly earlier: ManifestEntry | undefined;
}

export function silentIn({ presumed }: Batch, host: string): readonly ManifestEntry[] {
  return presumed.get(silentAt(host)) ?? [];
}

/** In their order. */
export async function sendAgain(
  run: Run,
  entries: readonly ManifestEntry[],
  { files, send }: Sender,
): Promise<void> {
  const wanted = new Map<string, SourceFile | undefined>(
    entries.map(({ path }) => [path, undefined]),
  );
  for (const file of files) if (wanted.has(file.path)) wanted.set(file.path, file);
  await takeBack(run, entries, "unknown");
  await send(
    entries.flatMap(({ path, sha256 }) => {
      const file = wanted.get(path);
      return file === undefined ? [] : [{ ...file, sha256 }];
    }),
  );
  await landDoubtful(run);
}

const isCostly = ({ sizeBytes }: ManifestEntry): boolean => sizeBytes > COSTLY_BYTES;

/** The smallest; of what costs much only one. */
export function fewOf(entries: readonly ManifestEntry[]): readonly ManifestEntry[] {
  const bySize = entries.toSorted((a, b) => a.sizeBytes - b.sizeBytes).slice(0, FEW);
  return bySize.filter((file, index) => index === 0 || !isCostly(file));
}

/** Now one comes first, and now the other: what replies each second or third time, or for each third, meets both. */
function inTurn<T>(turn: number, one: T, other: T): readonly T[] {
  const isSwapped = turn.toString(2).replaceAll("0", "").length % 2 === 1;
  return isSwapped ? [other, one] : [one, other];
}

type Sign = "tag" | "none" | "elsewhere" | "unsent";

/** What replies to a file that is sent again. */
async function signOf(run: Run, host: string, file: ManifestEntry, sender: Sender): Promise<Sign> {
  const { replies } = run.batch;
  replies.delete(file.path);
  await sendAgain(run, [file], sender);
  const reply = replies.get(file.path);
  if (reply === undefined) return "unsent";
  if (reply.host !== host) return "elsewhere";
  return reply.hasEtag ? "tag" : "none";
}

/**
 * `wrong`: the store gives one of them an ETag now, or they go to another. `manner`: it gives them none each time, and each time one
 * to a file that had one before and was sent between them. `silent`: not to that one either, or there is none. `unknown`: they were
 * not sent.
 */
type Shown = "wrong" | "manner" | "silent" | "unknown";

interface Signs {
  few: number;
  heard: number;
}

/** The file that had one is all that has none now. */
async function lookAtHeard(
  run: Run,
  host: string,
  { heard, sender }: { readonly heard: ManifestEntry; readonly sender: Sender },
): Promise<Shown> {
  const sign = await signOf(run, host, heard, sender);
  if (sign === "unsent") return "unknown";
  return sign === "none" ? "silent" : "wrong";
}

async function lookAtFew(run: Run, host: string, look: Look): Promise<Shown> {
  const { batch } = run;
  const heard = batch.heard.get(host) ?? look.earlier;
  const few = fewOf(silentIn(batch, host).filter(({ path }) => path !== heard?.path));
  if (few.length === 0 && heard !== undefined)
    return lookAtHeard(run, host, { heard, sender: look });
  const isOnce = few.some(isCostly);
  const wanted: Signs = {
    few: heard === undefined ? few.length : isOnce ? 1 : MIN_SIGNS,
    heard: heard === undefined ? 0 : isCostly(heard) ? 1 : MIN_SIGNS,
  };
  const signs: Signs = { few: 0, heard: 0 };
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    const silent = new Set(silentIn(batch, host).map(({ path }) => path));
    const left = few.filter(({ path }) => silent.has(path));
    if (left.length === 0) return "wrong";
    const one = isOnce && turn > 0 ? undefined : left[turn % left.length];
    for (const file of inTurn(turn, one, heard)) {
      if (file === undefined) continue;
      const sign = await signOf(run, host, file, look);
      if (sign === "unsent") return "unknown";
      if (sign === "tag" && file === one) return "wrong";
      if (sign === "none" && file === heard) return "silent";
      if (sign !== "elsewhere") signs[file === one ? "few" : "heard"] += 1;
    }
    if (signs.few >= wanted.few && signs.heard >= wanted.heard)
      return heard === undefined ? "silent" : "manner";
  }
  return signs.few === 0 ? "wrong" : "silent";
}

/** The same for as long as something else may be answering: it is tried again as any failure is. */
export async function whatFewShow(run: Run, host: string, look: Look): Promise<Shown> {
  const { avala, batch } = run;
  let last: AvalaError | undefined;
  const lookOnce = async (): Promise<Shown> => {
    const shown = await lookAtFew(run, host, look);
    if (shown !== "silent") return shown;
    last = keptOther(silentIn(batch, host)[0]?.path ?? host, { host, etag: undefined });
    throw last;
  };
  const options = retryOn(avala, `see what ${host} has stored`, avala.signal);
  return retry(lookOnce, options).catch((error: unknown) => {
    if (error !== last) throw error;
    return "silent";
  });
}
