// The key of a resource that is new, checked while its files are read: what would be asked after that in any case.
import { withSignal } from "../../src/api/connection";
import { isQuick } from "../../src/files/hash";
import { withCheckBeside } from "../../src/flow/beside";
import type { ResourceKind } from "../loader";
import type { Call } from "./calls";
import type { LocalSet, ReadingListener } from "./local-files";
import { showReading } from "./messages";
import { refuseEarly, uploadScopesFor } from "./scopes";
import type { Session } from "./session";

interface Created {
  readonly kind: ResourceKind;
  /** Of one that is in the state, nothing is asked before it is known to change. */
  readonly isNew: boolean;
  readonly organizationUid?: string | undefined;
}

/** `read`, which a key that is refused ends where it takes long. @throws as {@link refuseEarly}; as `read` */
export function readChecking(
  session: Session,
  call: Call,
  { kind, isNew, organizationUid }: Created,
  read: (listener: ReadingListener) => Promise<LocalSet>,
): Promise<LocalSet> {
  const shown = showReading(session.messages(call));
  const avala = isNew ? session.avalaIfConfigured(call) : undefined;
  if (avala === undefined) return read(shown);
  const wanted = uploadScopesFor({ organizationUid });
  const isPreview = call.isPreview === true;
  const check = (signal: AbortSignal): Promise<void> =>
    refuseEarly(withSignal(avala, signal), { kind, wanted, isPreview });
  return withCheckBeside(undefined, check, ({ signal, begin }) =>
    read({
      ...shown,
      signal,
      onProgress: (progress) => {
        if (!isQuick(progress)) void begin();
        shown.onProgress(progress);
      },
    }),
  );
}
