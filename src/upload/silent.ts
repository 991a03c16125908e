// Files that a store took without an ETag, although it gives others one: that may be its manner with some, or something else has
// answered in its place and kept nothing. Once all have ended, a few are sent again, and show which it is.
import { isFileRefused } from "../api/endpoints/uploads/batch-refusals";
import { AvalaError } from "../errors";
import type { ManifestEntry } from "../files/manifest/manifest";
import { retry } from "../flow/retry";
import { counted } from "../text";
import type { Batch } from "./batch-state";
import { showsEtag } from "./check/place-tag";
import { keptOther } from "./check/store-check";
import { COSTLY_BYTES } from "./check/stores";
import { landDoubtful, takeBack } from "./doubtful";
import { hostsIn, isSilentAt, silentAt } from "./journal/doubtful-at";
import { askHow } from "./send/ask";
import { retryOn } from "./send/attempt";
import { isPresignRefused } from "./send/session-lost";
import type { SourceFile } from "./send/source";
import { sendingOf, type Run } from "./state";

// Small ones cost little, and a store that gives large objects no ETag takes them as any other.
const FEW = 4;

// A store may leave out the ETag now and then: then one of a few has it each time, and some of all never do.
const MAX_ROUNDS = 2;

interface Sender {
  /** All of the set. */
  readonly files: Iterable<SourceFile>;
  readonly send: (files: readonly SourceFile[]) => Promise<void>;
}

interface Look extends Sender {
  /** Of the store that is looked at: a file that had an ETag there in an earlier run, should none have had one in this run. */
  readonly earlier: ManifestEntry | undefined;
}

function silentIn({ presumed }: Batch, host: string): readonly ManifestEntry[] {
  return presumed.get(silentAt(host)) ?? [];
}

/** In their order. */
async function sendAgain(
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

/** Those of earlier runs whose records show an ETag. Where none can lie at its place but this file, a record has no tag. */
function taggedBefore({ batch, journal, tools }: Run, host: string): readonly ManifestEntry[] {
  const isGiven = tools.check.givesEtags(host);
  return batch.unchanged.filter(({ path }) => {
    const recorded = journal?.landed.get(path);
    if (recorded === undefined) return false;
    const { tag, doubtfulAt } = recorded;
    return tag === undefined ? isGiven && doubtfulAt === undefined : showsEtag(tag);
  });
}

/** Whether it goes to the store by form, so that it can be sent again to the same place: no record says so, and the server does. */
async function goesByForm(run: Run, file: ManifestEntry, host: string): Promise<boolean> {
  const { signal = new AbortController().signal } = run.avala;
  try {
    const presigned = await askHow(sendingOf(run, signal), file);
    return presigned.method === "POST" && new URL(presigned.form.url).host === host;
  } catch (error) {
    if (isPresignRefused(error) || isFileRefused(error)) return false;
    throw error;
  }
}

/** The smallest of earlier runs that had an ETag there, and can be sent again. */
async function heardBefore(run: Run, host: string): Promise<ManifestEntry | undefined> {
  for (const file of fewOf(taggedBefore(run, host)))
    if (await goesByForm(run, file, host)) return file;
  return undefined;
}

/** The smallest; of what costs much only one. */
function fewOf(entries: readonly ManifestEntry[]): readonly ManifestEntry[] {
  const bySize = entries.toSorted((a, b) => a.sizeBytes - b.sizeBytes).slice(0, FEW);
  return bySize.filter(({ sizeBytes }, index) => index === 0 || sizeBytes <= COSTLY_BYTES);
}

/**
 * `wrong`: the store gives them an ETag now. `manner`: it gives none to them, and one to a file that had one before and was sent
 * between them. `silent`: not to that one either, or there is none. `unknown`: they were not sent.
 */
type Shown = "wrong" | "manner" | "silent" | "unknown";

async function lookAtFew(run: Run, host: string, look: Look): Promise<Shown> {
  const { batch } = run;
  const heard = batch.heard.get(host) ?? look.earlier;
  const few = fewOf(silentIn(batch, host).filter(({ path }) => path !== heard?.path));
  const middle = Math.ceil(few.length / 2);
  const between = heard === undefined ? [] : [heard];
  const sent = [...few.slice(0, middle), ...between, ...few.slice(middle)];
  await sendAgain(run, sent, look);
  const landed = new Set(batch.sent.slice(-sent.length).map(({ path }) => path));
  const silent = new Set(silentIn(batch, host).map(({ path }) => path));
  const hasEtag = ({ path }: ManifestEntry): boolean => landed.has(path) && !silent.has(path);
  if (few.some(hasEtag)) return "wrong";
  if (sent.some(({ path }) => !landed.has(path))) return "unknown";
  return between.some(hasEtag) ? "manner" : "silent";
}

/** The same for as long as something else may be answering: it is tried again as any failure is. */
async function whatFewShow(run: Run, host: string, look: Look): Promise<Shown> {
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

/** @throws AvalaError `storage` */
async function giveUp(run: Run, host: string): Promise<never> {
  const silent = silentIn(run.batch, host);
  await takeBack(run, silent, "unknown");
  const text = `${host} may not have stored ${counted(silent.length, "file")}: its responses have no ETag any more, and earlier ones had one.`;
  const hint = "Nothing was confirmed. Run again: these files are sent again then.";
  throw new AvalaError("storage", text, { hint });
}

/** Sends all again that its store may not keep, as far as a few show it. */
async function resolveAt(run: Run, host: string, look: Look): Promise<void> {
  const { batch, tools } = run;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (silentIn(batch, host).length === 0) return;
    const shown = await whatFewShow(run, host, look);
    if (shown === "silent") {
      if (batch.heard.has(host)) await giveUp(run, host);
      // It has given none in all of this run.
      tools.check.forgetEtags(host);
    }
    if (shown !== "wrong") return;
    await sendAgain(run, silentIn(batch, host), look);
  }
}

/**
 * Once all have landed: what has failed or is left for a later run keeps the set from being confirmed anyway.
 * @throws AvalaError `storage`, `journal`, `cancelled`; that of the deadline
 */
export async function resolveSilent(run: Run, sender: Sender): Promise<void> {
  const { batch, request, tools } = run;
  const hosts = [...batch.presumed.keys()]
    .filter(isSilentAt)
    .flatMap((doubtfulAt) => hostsIn({ doubtfulAt }));
  for (const host of hosts) {
    const landed = batch.sent.length + batch.unchanged.length + batch.unproven.length;
    if (run.isMade || landed < request.files.length) continue;
    const earlier = batch.heard.has(host) ? undefined : await heardBefore(run, host);
    if (earlier === undefined && !tools.check.givesEtags(host)) continue;
    await resolveAt(run, host, { ...sender, earlier });
  }
}
