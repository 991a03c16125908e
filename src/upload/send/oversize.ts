// Files that no form can carry: whether the deployment takes them otherwise is asked before a byte of any file goes, since
// what is stored can't be removed.
import type { Presigned } from "../../api/endpoints/uploads/presign";
import { AvalaError, isApiError } from "../../errors";
import { MAX_FORM_BYTES } from "../../api/limits";
import { namedFields } from "../../api/reply/refused-fields";
import { boundsPuts } from "../../api/storage/storage-hosts";
import { printable } from "../../redact";
import type { SourceFile } from "./source";
import { formatBytes } from "../../text";

export function isOversize({ sizeBytes }: { readonly sizeBytes: number }): boolean {
  return sizeBytes > MAX_FORM_BYTES;
}

export function notOffered(
  { path, sizeBytes }: Pick<SourceFile, "path" | "sizeBytes">,
  cause?: unknown,
): AvalaError {
  const size = `${sizeBytes} bytes (${formatBytes(sizeBytes)})`;
  return new AvalaError(
    "not_offered",
    `${printable(path)} has ${size}, more than the ${MAX_FORM_BYTES} (5 GiB) that one form or one PUT carries, and this deployment does not accept parts.`,
    { hint: "Leave the file out, or split it, and run again: nothing was sent.", cause },
  );
}

/** A server that knows only forms may refuse the size, where another would answer with a form. */
export function isRefusalOfSize(error: unknown): boolean {
  if (!isApiError(error) || error.code !== "validation") return false;
  return error.status === 413 || namedFields(error, ["content_length"]).length > 0;
}

/** Whether one request is to carry all of a file, and the store takes no more than 5 GiB by it. */
function isBounded(presigned: Presigned): boolean {
  if (presigned.method === "PUT") return boundsPuts(presigned.target.url);
  return presigned.method === "POST";
}

/** The same, unless it would go in one piece that the store refuses. @throws AvalaError `not_offered` */
export function requireFit(file: SourceFile, presigned: Presigned): Presigned {
  if (isOversize(file) && isBounded(presigned)) throw notOffered(file);
  return presigned;
}
