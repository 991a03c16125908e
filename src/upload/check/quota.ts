// Whether files can ever fit into the storage quota: asked before the first byte, since a refusal in the middle leaves
// files behind that no call removes. Knows nothing of what is sent or how.
import { getQuota, type Quota } from "../../api/endpoints/uploads/manual-upload";
import { withinAdvice } from "../../api/advice";
import { askOnce } from "../../api/ask-once";
import type { Avala } from "../../api/connection";
import { AvalaError, isAvalaError } from "../../errors";
import { formatBytes } from "../../text";

interface QuotaNeeded {
  /** All that is to be sent for one owner, of one dataset or of many: it is one quota. */
  readonly files: Iterable<{ readonly sizeBytes: number }>;
  readonly organizationUid?: string | undefined;
}

// The files' own calls meet these as well, and there they count.
const ADVICE_MISSING: ReadonlySet<string> = new Set([
  "validation",
  "rate_limited",
  "server",
  "timeout",
  "network",
  "bad_reply",
]);

/** The quota is advice: a server that does not report it, or reports something else, still takes the files. */
async function askForQuota(avala: Avala, organizationUid?: string): Promise<Quota | undefined> {
  try {
    return await withinAdvice(avala, "read the storage quota", (impatient) =>
      getQuota(impatient, { organizationUid }),
    );
  } catch (error) {
    if (isAvalaError(error) && ADVICE_MISSING.has(error.code)) return undefined;
    throw error;
  }
}

/** The quota's limit, asked for once in a session. */
function limitOf(avala: Avala, organizationUid?: string): Promise<number | undefined> {
  const limits = (avala.remembered.quotaLimits ??= new Map());
  const kept = limits.get(organizationUid) ?? {};
  limits.set(organizationUid, kept);
  return askOnce(avala, kept, async () => (await askForQuota(avala, organizationUid))?.limitBytes);
}

/**
 * Resolves when the files may fit, or it is not known. Costs one call of a session, and none for no
 * bytes. Files that are stored
 * already take the room of their successors, so only what the whole quota can't hold is refused.
 * @throws AvalaError `quota`
 */
export async function requireQuota(avala: Avala, needed: QuotaNeeded): Promise<void> {
  let bytes = 0;
  for (const { sizeBytes } of needed.files) bytes += sizeBytes;
  if (bytes === 0) return;
  const limitBytes = await limitOf(avala, needed.organizationUid);
  if (limitBytes === undefined || bytes <= limitBytes) return;
  const sizes = `${formatBytes(bytes)} are to be sent, and the storage quota is ${formatBytes(limitBytes)}`;
  throw new AvalaError("quota", `The files can't fit: ${sizes}.`, {
    hint: "Choose fewer files, or ask Avala for a larger quota.",
  });
}
