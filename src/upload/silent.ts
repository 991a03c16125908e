// Files that a store took without an ETag, although it gives others one: that may be its manner with some, or something else has
// answered in its place and kept nothing. Once all have ended, a few are sent again, and show which it is.
// A store that has given an ETag once, in this session or in an earlier one of the state folder, is held to it. Where it gives none
// any more, no reply shows whether something has come between that drops them or that keeps nothing: the first is rare, and stays;
// the second would make a dataset that lacks files, and may last for several runs as well, so that a second run of the same would
// prove nothing. So the run stops, and the user decides: without the record of stores, none is known to give any.
import { AvalaError } from "../errors";
import type { ManifestEntry } from "../files/manifest/manifest";
import { counted } from "../text";
import type { Batch } from "./batch-state";
import { showsEtag } from "./check/place-tag";
import { takeBack } from "./doubtful";
import { hostsIn, isSilentAt } from "./journal/doubtful-at";
import { askIfTaken } from "./refused";
import { seenFolder } from "./seen";
import { fewOf, sendAgain, silentIn, whatFewShow, type Look, type Sender } from "./silent-look";
import type { Run } from "./state";

// As often as anything else is tried. What a share of the replies meets leaves that share of the files in each round, so one that
// leaves far fewer does not count: as many rounds as there may be, they send few files.
const MAX_ROUNDS = 8;
const FAR_FEWER = 3 / 4;

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
  const presigned = await askIfTaken(run, file);
  return presigned?.method === "POST" && new URL(presigned.form.url).host === host;
}

/** The smallest of earlier runs that had an ETag there, and can be sent again. */
async function heardBefore(run: Run, host: string): Promise<ManifestEntry | undefined> {
  for (const file of fewOf(taggedBefore(run, host)))
    if (await goesByForm(run, file, host)) return file;
  return undefined;
}

const RUN_AGAIN =
  "Nothing was confirmed. Check that no proxy or server answers in place of the store, and run again: these files are sent again then.";

/** What to do where the store has given all of a run no ETag. */
function wayOn(host: string, stateDirectory: string | undefined): string {
  const how =
    stateDirectory === undefined
      ? "begin a new session, which knows nothing of it"
      : `remove ${seenFolder(stateDirectory)}, where it is recorded, before you run again`;
  return `If something drops the ETags of ${host} for good, as a new proxy may, ${how}: then files count without one.`;
}

/** @throws AvalaError `storage` */
async function giveUp(run: Run, host: string): Promise<never> {
  const { batch, request } = run;
  const silent = silentIn(batch, host);
  await takeBack(run, silent, "unknown");
  const isNow = batch.heard.has(host);
  const which = isNow ? "others have" : "earlier ones had";
  const none = silent.length === 1 ? "its response to it has" : "its responses to them have";
  const text = `${host} may not have stored ${counted(silent.length, "file")}: ${none} no ETag, and ${which} one.`;
  const hint = isNow ? RUN_AGAIN : `${RUN_AGAIN}\n${wayOn(host, request.stateDirectory)}`;
  throw new AvalaError("storage", text, { hint });
}

function silentHosts({ presumed }: Batch): readonly string[] {
  return [...presumed.keys()].filter(isSilentAt).flatMap((doubtfulAt) => hostsIn({ doubtfulAt }));
}

/** At all hosts: those that go to another one and have none there are no fewer. */
function countSilent(batch: Batch): number {
  return silentHosts(batch).reduce((count, host) => count + silentIn(batch, host).length, 0);
}

/** Sends all again that its store may not keep, as far as a few show it. What it gave no ETag in the end does not count. */
async function resolveAt(
  run: Run,
  host: string,
  { look, rounds }: { readonly look: Look; readonly rounds: Map<string, number> },
): Promise<void> {
  const { batch, tools } = run;
  while (silentIn(batch, host).length > 0) {
    const round = rounds.get(host) ?? 0;
    const shown = round < MAX_ROUNDS ? await whatFewShow(run, host, look) : "silent";
    // Where neither this session nor an earlier one knows that it gives any, another host may have given those that are on record.
    if (shown === "silent" && tools.check.givesEtags(host)) await giveUp(run, host);
    if (shown !== "wrong") return;
    const before = countSilent(batch);
    await sendAgain(run, silentIn(batch, host), look);
    if (countSilent(batch) > before * FAR_FEWER) rounds.set(host, round + 1);
  }
}

/**
 * Once all have landed: what has failed or is left for a later run keeps the set from being confirmed anyway.
 * @throws AvalaError `storage`, `journal`, `cancelled`; that of the deadline
 */
export async function resolveSilent(run: Run, sender: Sender): Promise<void> {
  const { batch, request, tools } = run;
  // What is sent again may go to another host, and have no ETag there.
  const settled = new Map<string, number>();
  const rounds = new Map<string, number>();
  const next = (): string | undefined =>
    silentHosts(batch).find((host) => silentIn(batch, host).length > (settled.get(host) ?? 0));
  for (let host = next(); host !== undefined; host = next()) {
    const landed = batch.sent.length + batch.unchanged.length + batch.unproven.length;
    if (run.isMade || landed < request.files.length) return;
    const earlier = batch.heard.has(host) ? undefined : await heardBefore(run, host);
    if (earlier !== undefined || tools.check.givesEtags(host))
      await resolveAt(run, host, { look: { ...sender, earlier }, rounds });
    settled.set(host, Math.max(settled.get(host) ?? 0, silentIn(batch, host).length));
  }
}
