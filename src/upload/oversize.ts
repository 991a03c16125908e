// Files that no form can carry: whether the deployment takes them by parts is asked before a byte of any file goes, since
// what is stored can't be removed.
import type { ManagedPresign } from "../api/managed-upload";
import { AvalaError, isApiError } from "../errors";
import { MOST_FORM_BYTES } from "../files/limits";
import { printable } from "../redact";
import type { Sending } from "./attempt";
import { formatBytes } from "./cost";
import { askForParts, type HashedFile } from "./send-parts";

export function isOversize({ sizeBytes }: { readonly sizeBytes: number }): boolean {
  return sizeBytes > MOST_FORM_BYTES;
}

function notOffered({ path, sizeBytes }: HashedFile, cause?: unknown): AvalaError {
  const size = `${sizeBytes} bytes (${formatBytes(sizeBytes)})`;
  return new AvalaError(
    "not_offered",
    `${printable(path)} has ${size}, more than the ${MOST_FORM_BYTES} (5 GiB) that one form carries, and this deployment takes no parts.`,
    { hint: "Leave the file out, or cut it, and run again: nothing was sent.", cause },
  );
}

/** A server that knows forms alone may refuse the size, where another would answer with a form. */
function isRefusalOfSize(error: unknown): boolean {
  return isApiError(error) && error.code === "validation" && "content_length" in error.fields;
}

/**
 * How the deployment takes this file.
 * @throws AvalaError `not_offered` when it would be by form
 */
export async function askForOversize(
  sending: Pick<Sending, "avala" | "destination" | "signal">,
  file: HashedFile,
): Promise<ManagedPresign> {
  const presigned = await askForParts(sending, file).catch((error: unknown) => {
    throw isRefusalOfSize(error) ? notOffered(file, error) : error;
  });
  if (presigned.method === "POST") throw notOffered(file);
  return presigned;
}
