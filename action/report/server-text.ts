// What a server calls things, as a workflow may get it: uids and slugs are names, and what is none is not passed on. An
// output may end in a shell (`run: echo ${{ steps.x.outputs.dataset-slug }}`), so nothing in it may mean more than itself.
import { AvalaError } from "../../src/errors";
import { CHECK_BASE_URL } from "../../src/hints";
import { printable } from "../../src/redact";

// A uid is a UUID, a slug Django's (contract, "Datasets"); letters of any script are let in, for some deployments have them.
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}._-]{0,254}$/u;
const NOT_OF_A_WORD = /[^\p{L}\p{N}\p{M} ._-]/gu;
const MAX_WORD = 100;

/** Whether it can be a file's name, a part of a path and an output: no slash, no blank, not `..`. */
export function isName(value: string): boolean {
  return NAME.test(value);
}

/** A uid or a slug; empty when it is none. */
export function nameText(value: string | undefined): string {
  return value !== undefined && isName(value) ? value : "";
}

/** A status in the server's own word. */
export function wordText(value: string | undefined): string {
  return printable(value ?? "", MAX_WORD).replace(NOT_OF_A_WORD, "_");
}

/** A URL as its parser writes it: without line breaks, blanks and double quotes. Empty when it is none of the web's. */
export function urlText(value: string | undefined): string {
  if (value === undefined || !URL.canParse(value)) return "";
  const url = new URL(value);
  if (url.protocol !== "https:" && url.protocol !== "http:") return "";
  return url.href;
}

/** JSON for an output: what turns text or breaks a line stands as an escape. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** @throws AvalaError `bad_reply` when the server calls it what can't be a uid, or answers with another one */
export function checkUid(what: string, uid: string, asked?: string): void {
  if (!isName(uid)) {
    const shown = JSON.stringify(printable(uid, MAX_WORD));
    throw new AvalaError("bad_reply", `The response has an invalid uid for ${what}: ${shown}.`, {
      hint: CHECK_BASE_URL,
    });
  }
  if (asked === undefined || bare(uid) === bare(asked)) return;
  throw new AvalaError("bad_reply", `Avala was asked for ${what} ${asked} and returned ${uid}.`, {
    hint: "Check that no proxy or cache answers in Avala's place.",
  });
}

/** A UUID may be written without dashes, and in capitals. */
function bare(uid: string): string {
  return uid.replaceAll("-", "").toLowerCase();
}
