// Whether the uids that a program gives are there, asked in a preview: an `up` would find out after the upload.
import { givenUids, problemsWithUids, type GivenUid } from "../../src/operations/uid-check";
import { advise } from "./advice";
import type { Call } from "./calls";
import type { Problems } from "./failures";
import type { Session } from "./session";

/** Only with a key. @throws as {@link advise} */
export async function checkUids(
  session: Session,
  call: Call,
  given: readonly GivenUid[],
  problems: Problems,
): Promise<void> {
  const avala = call.isPreview === true ? session.avalaIfConfigured(call) : undefined;
  if (avala === undefined) return;
  const messages = session.messages(call);
  const look = (): ReturnType<typeof problemsWithUids> => problemsWithUids(avala, given);
  const found = await advise(messages, "Whether Avala has what the uids name", look);
  for (const { input, text } of found ?? []) problems.add(input, text);
}

/** The uid of the organization whose the resource is to be, if one is given. */
export function organizationIn({
  organizationUid = "",
}: {
  readonly organizationUid?: string | undefined;
}): readonly GivenUid[] {
  const uids = organizationUid === "" ? [] : [organizationUid];
  return givenUids("organizationUid", "organization", uids);
}
