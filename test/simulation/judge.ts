// What the server's own record must show of a world that has ended, and how its runs may have ended. Each excuse is as
// narrow as its reason.
import type { StoredObject } from "./store-model";
import type { Played } from "./world";
import { API_KEY, type End } from "./world-runs";

/**
 * How a run may end here: well, killed, or because a fault lasted longer than its tries. A `dataset`, or a `conflict` but
 * for the reasons below, would mean that it met its own doing and did not know it.
 */
const MAY_END: ReadonlySet<string> = new Set([
  "uploaded",
  "unchanged",
  "unverified",
  "killed",
  "upload",
  "network",
  "server",
  "timeout",
  "rate_limited",
  "storage",
  "storage_expired",
]);

/** Besides one a file: who we are, the look before, two for parts, the confirm, the polls of 20 s, the items. */
const CALLS_OF_A_RUN = 20;

/**
 * Whether a PUT met what it does not replace and can't know for its own: other content, where batches share a place; what
 * a form brought before, when its run did not live to record it; anything, after a full disk lost the journal, or after
 * other content was to go there, for then the record was taken back.
 */
function hasMetUnknown({ dialect, disturbances, diskWasFull, changes }: Played, end: End): boolean {
  const mayMeetOthers = end.hadPuts && (dialect.batches === "together" || disturbances > 0);
  return mayMeetOthers && (end.unknown.length > 0 || diskWasFull || changes > 0);
}

/** How many replies to forms had no ETag. */
function silentForms({ server }: Played): number {
  return server.trace.filter((line) => / POST \/ (?:no-etag|not-kept\S*)$/.test(line)).length;
}

/**
 * How many files may be sent again though they had landed: by form those of which the store gave no ETag, and in each run, eight
 * times at most, one between them that had one, which shows whether the store gives any now.
 */
function mayBeSentAgain(played: Played): number {
  const silent = silentForms(played);
  return silent === 0 ? 0 : silent + 8 * played.ends.length;
}

function isConflictDue(played: Played, end: End): boolean {
  // It waits 15 minutes at most for a run that holds the lock.
  if (end.wasTogether) return true;
  // What a full disk did not take leaves the record of what lay there before, or that it was taken back to be sent again.
  if (played.diskWasFull && (played.changes > 0 || silentForms(played) > 0)) return true;
  // Where other content went before, a second try can't tell that from what its first try stored: its reply was lost.
  const isLostAmongOthers = end.hadPuts && played.changes > 0 && played.hadFaults;
  return isLostAmongOthers || hasMetUnknown(played, end);
}

const LOST_PUT = / PUT \S+ (?:reply-lost|500-after-effect|no-etag|not-kept\S*)$/;

/**
 * Whether a PUT may have stored a file that no reply to the run which counts it shows: it was lost or had no ETag, its session
 * was forgotten, or an earlier run sent it. Our record vouches for no such file before it was looked at, and items without keys
 * don't show it, nor do ETags that are no MD5s, unless a reply said which.
 */
function mayStayUnshown({ dialect, ends, server, disturbances }: Played): boolean {
  const isShown = dialect.itemKey !== "none" && dialect.etags === "md5";
  if (isShown || !ends.some(({ hadPuts }) => hadPuts)) return false;
  const isLost = server.trace.some((line) => LOST_PUT.test(line));
  return isLost || disturbances > 0 || (dialect.itemKey === "none" && ends.length > 1);
}

/** Whether only our own record could have told what the dataset is made of, and it may be lost or of no use. */
function mayLoseTheRecord(played: Played): boolean {
  const { ends, diskWasFull, dialect, knowsDigests, lostConfirms } = played;
  // What is found after a lost confirm may be another machine's, so it is not recorded as ours.
  if (lostConfirms > 0 || mayStayUnshown(played)) return true;
  // A file without an ETag is not told by what others can read of it.
  const isMute = dialect.etags === "opaque" || dialect.itemKey === "none";
  if (isMute && played.server.trace.some((line) => / (?:no-etag|not-kept\S*)$/.test(line)))
    return true;
  const isLost = ends.some(
    ({ how, wasTogether, wasMade }) =>
      wasTogether || how === "killed" || (wasMade && !how.startsWith("un") && how !== "uploaded"),
  );
  return (
    isLost || !knowsDigests || diskWasFull || (dialect.itemKey === "none" && !dialect.hasHealth)
  );
}

const isWell = (how: string): boolean => how === "uploaded" || how === "unchanged";

const nameOf = ({ key, sha256 }: StoredObject): string => `${key} ${sha256}`;

/**
 * Whether other content may lie where a PUT replaces nothing, and the journal that knew of it went with a full disk: then a
 * run can't tell it from its own, as docs/faults.md says.
 */
function isPastKnowing({ dialect, diskWasFull, changes, ends }: Played): boolean {
  const isShared = dialect.batches === "together" && ends.some(({ hadPuts }) => hadPuts);
  return isShared && diskWasFull && changes > 0;
}

/**
 * Whether no run ends well since the dataset lacks what a store kept nothing of that had given no ETag by then: no reply could tell,
 * and the items do so only once its name is used up, as docs/faults.md says.
 */
function isLackingUnheard({ server, ends, afterwards }: Played): boolean {
  const isLost = server.trace.some((line) => / not-kept\S*$/.test(line));
  const isEverWell = [...ends, ...afterwards].some(({ how }) => isWell(how));
  return isLost && server.heard.wasAtConfirm === false && !isEverWell;
}

/** The dataset, by the server's own record. */
function judgeDataset(played: Played): string[] {
  const { made, files, datasetName, dialect } = played;
  const isLacking = isLackingUnheard(played);
  const wrong: string[] = [];
  if (made.datasets.length !== 1) wrong.push(`${made.datasets.length} datasets`);
  const prefix = `acme/${datasetName}/`;
  for (const { batch, madeOf } of made.datasets) {
    for (const [path, sha256] of files) {
      const object = madeOf.get(prefix + path);
      if (object === undefined && isLacking) continue;
      if (object?.sha256 !== sha256 && !isPastKnowing(played))
        wrong.push(`${path} is not in the dataset as it is`);
      const isOfBatch = object?.named === batch;
      // Where batches are not kept, an object of the same content may be an earlier one's.
      const isOfProtocol = (object?.named === undefined) === (batch === undefined);
      const isKept = dialect.batches === "together" ? isOfProtocol : isOfBatch;
      if (!isKept && dialect.reply !== "ignored")
        wrong.push(`${path} was sent in another batch or protocol`);
    }
    if (madeOf.size !== files.size && !isLacking) wrong.push(`made of ${madeOf.size} objects`);
    const now = new Set(made.objects.map(nameOf));
    const isHeld = [...madeOf.values()].every((object) => now.has(nameOf(object)));
    if (!isHeld) wrong.push("replaced after it was made");
  }
  return wrong;
}

function judgeEnd(played: Played): string[] {
  const { ends, made, afterwards, elsewhere } = played;
  const wrong: string[] = [];
  const isLacking = isLackingUnheard(played);
  const odd = ends.filter(
    (end) =>
      !MAY_END.has(end.how) &&
      !(end.how === "conflict" && isConflictDue(played, end)) &&
      !(isLacking && end.wasMade && (end.how === "dataset" || end.how === "conflict")),
  );
  if (odd.length > 0) wrong.push(`ended as ${odd.map(({ how }) => how).join(" ")}`);
  const last = ends.at(-1)!;
  const isStuck = last.how === "conflict" && hasMetUnknown(played, last);
  if (isStuck && made.datasets.length === 0) return wrong;
  if (!isWell(last.how) && !isLacking && !(last.how === "unverified" && mayLoseTheRecord(played)))
    wrong.push(`it never ended well: ${ends.map(({ how }) => how).join(" ")}`);
  wrong.push(...judgeDataset(played));
  if (elsewhere?.isWhole === false || (elsewhere?.how ?? "uploaded") !== "uploaded")
    wrong.push(`elsewhere ${elsewhere?.how}, ${elsewhere?.isWhole ? "whole" : "not whole"}`);
  for (const { how, isSame, sent } of afterwards) {
    const isKnown = how === (isSame ? "unchanged" : "conflict");
    const isDue =
      isKnown ||
      (isLacking && how === "conflict") ||
      (how === "unverified" && mayLoseTheRecord(played));
    if (!isDue) wrong.push(`afterwards ${how} with ${isSame ? "the same" : "other"} content`);
    if (sent > 0) wrong.push(`${sent} requests to send afterwards`);
  }
  return wrong;
}

/** What is wrong with a world that has ended; nothing, when the promises were kept. */
export function judge(played: Played): string[] {
  const { server, files, ends, made } = played;
  const wrong = judgeEnd(played);
  // A full disk may forget what had landed, and so may two runs at once with files that changed: one takes back what
  // the other has recorded since.
  const mayForget = played.diskWasFull || (played.ranTogether && played.changes > 0);
  const maySend = mayBeSentAgain(played);
  if (!mayForget && played.sentAgain.length > maySend) {
    wrong.push(`sent again although it was known to have landed: ${played.sentAgain.join(", ")}`);
  }
  if (!played.ranTogether && played.sentTwice.length > maySend) {
    wrong.push(`sent twice by one run: ${played.sentTwice.join(", ")}`);
  }
  // A run that was killed leaves a second's burst behind that the next one can't know of.
  const wasKilled = ends.some(({ how }) => how === "killed");
  const mayBeThrottled = played.ranTogether || wasKilled || !played.takesDocumentedBurst;
  if (!mayBeThrottled && played.throttled > 0) {
    wrong.push(`${played.throttled} calls were throttled`);
  }
  const callsPerFile = server.speaks().reply === "put" ? 2 : 1;
  const hadFaults = played.hadFaults || played.wasSilent;
  const wasUndisturbed = ends.length === 1 && !hadFaults && played.disturbances === 0;
  const runs = 1 + played.afterwards.length;
  if (wasUndisturbed && made.calls > callsPerFile * files.size + CALLS_OF_A_RUN * runs) {
    wrong.push(`${made.calls} calls for ${files.size} files`);
  }
  const isLeaked = [...played.disk.written, ...server.trace].some((text) => text.includes(API_KEY));
  if (isLeaked) wrong.push("the key was written down");
  const isRefused = ends.at(-1)?.how === "conflict";
  if (!isRefused && !isLackingUnheard(played) && played.disk.journals().length > 0)
    wrong.push("the journal was left behind");
  return wrong;
}
