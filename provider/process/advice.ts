// What a preview asks the server only to advise. A preview works without a key and without a network, but a key that is
// wrong or expired is an answer: an `up` would fail by it.
import { ignoreAdvice } from "../../src/api/advice";
import type { Dataset } from "../../src/api/endpoints/datasets/dataset-wire";
import type { Avala } from "../../src/api/connection";
import { canonicalJson } from "../../src/canonical-json";
import { findDataset, type DatasetName } from "../../src/operations/datasets/dataset";
import { isAvalaError, isNotAllowedToRead, messageOf } from "../../src/errors";
import type { Call } from "./calls";
import { KEY_OF_LAST_UP } from "./last-key";
import type { Messages } from "./messages";
import type { Session } from "./session";

const NO_KEY = "no API key";

/** What a preview adds to whatever it says without having looked. */
export const notCompared = `not compared with the server: ${NO_KEY}`;

/** What a look at Avala found, or why there was none. */
type Asked<T> = { readonly found: T } | { readonly unchecked: string };

/**
 * For what says itself that it was not checked. `avala` is `undefined` without a key.
 * @throws AvalaError `authentication`, `cancelled`
 */
export async function ask<T>(
  avala: Avala | undefined,
  look: (avala: Avala) => Promise<T>,
): Promise<Asked<T>> {
  if (avala === undefined) return { unchecked: NO_KEY };
  try {
    return { found: await look(avala) };
  } catch (error) {
    ignoreAdvice(error);
    return { unchecked: messageOf(error) };
  }
}

/**
 * {@link ask} as something leaves the state and stays at Avala: nothing is changed there, so a refused key is only one more
 * reason. @throws AvalaError `cancelled`
 */
export async function askLeaving<T>(
  avala: Avala | undefined,
  look: (avala: Avala) => Promise<T>,
): Promise<Asked<T>> {
  try {
    return await ask(avala, look);
  } catch (error) {
    if (!isAvalaError(error) || error.code !== "authentication") throw error;
    return { unchecked: `${messageOf(error)}\n${KEY_OF_LAST_UP}` };
  }
}

/**
 * What `look` found. Where there is no answer it says what was not checked: that a key may not read is information, since
 * keys are made so, and any other failure is a warning. @throws AvalaError `authentication`, `cancelled`
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
    const text = `${what} was not checked: ${messageOf(error)}`;
    await (isNotAllowedToRead(error) ? messages.info(text) : messages.warn(text));
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
