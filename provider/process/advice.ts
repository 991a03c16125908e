// What a preview asks the server only to advise. A preview works without a key and without a network, but a key that is
// wrong or expired is an answer: an `up` would fail by it.
import { ignoreAdvice } from "../../src/api/advice";
import type { Dataset } from "../../src/api/endpoints/datasets/dataset-wire";
import { canonicalJson } from "../../src/canonical-json";
import { findDataset, type DatasetName } from "../../src/operations/datasets/dataset";
import { isNotAllowedToRead, messageOf } from "../../src/errors";
import type { Call } from "./calls";
import type { Messages } from "./messages";
import type { Session } from "./session";

/** What a preview adds to whatever it says without having looked. */
export const notCompared = "not compared with the server: no API key";

/**
 * What `look` found. A key that may not read gives no advice; any other failure is a warning that says what was not
 * checked. @throws AvalaError `authentication`, `cancelled`
 */
export async function advise<T>(
  messages: Messages,
  what: string,
  look: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    ignoreAdvice(error);
    if (!isNotAllowedToRead(error))
      await messages.warn(`${what} was not checked: ${messageOf(error)}`);
    return undefined;
  }
}

/**
 * The dataset of this name, once a preview: a file set and the dataset of it ask for the same one. Without a key, and
 * where it can't be known, `undefined`. @throws as {@link advise}
 */
export function findInPreview(
  session: Session,
  call: Call,
  wanted: DatasetName,
): Promise<Dataset | undefined> {
  const avala = session.avalaIfConfigured(call);
  if (avala === undefined) return Promise.resolve(undefined);
  const key = canonicalJson(wanted);
  const known = session.foundInPreview.get(key);
  if (known !== undefined) return known;
  const what = `Whether a dataset named ${wanted.name} exists`;
  const found = advise(session.messages(call), what, () => findDataset(avala, wanted));
  session.foundInPreview.set(key, found);
  return found;
}
