// Which texts are secret in what a program gave, or in a state. Pure; knows nothing of masking.
import { wireNames } from "../../src/api/endpoints/datasets/provider-config";
import { dataTypes } from "../../src/files/media";
import { minFreeCharacters } from "../../src/redact";
import { UNKNOWNS } from "./plain";

/**
 * Words of closed lists of ours. A secret object may hold them, and they are in every guide: to mask them would only
 * garble what we say ("bucketRegion is missing: *** needs it").
 */
const CLOSED_WORDS: ReadonlySet<string> = new Set([
  ...wireNames.keys(),
  ...dataTypes,
  ...["access_key", "iam_role", "private", "public", "unlisted", "keep", "delete"],
  ...["follow", "skip", "error", "warn", "off"],
]);

/** A shorter number stands in sentences by chance. */
const minNumberCharacters = 4;

/** The texts that a person would read of `value`, names of members included. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  const names = Array.isArray(value) ? [] : Object.keys(value);
  return [...names, ...Object.values(value).flatMap(textsIn)];
}

function valuesIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number") {
    const text = String(value);
    return text.length < minNumberCharacters ? [] : [text];
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(valuesIn) : [];
}

function memberOf(value: unknown, path: readonly string[]): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (typeof value !== "object" || value === null) return undefined;
  return memberOf(new Map<string, unknown>(Object.entries(value)).get(name), rest);
}

// Why a line of these matches nothing is said by a part of it: a folder, a name.
const QUOTED_IN_PARTS: ReadonlySet<string> = new Set(["root", "include", "exclude"]);

function withParts(text: string): readonly string[] {
  const parts = text.split(/[^\p{L}\p{M}\p{N}_.-]+/u);
  return [text, ...parts.filter((part) => part.length >= minFreeCharacters)];
}

/** What has to be masked of what stands at `paths` of `given`. */
export function secretTexts(
  given: unknown,
  paths: readonly (readonly string[])[],
): readonly string[] {
  const texts = paths.flatMap((path) => {
    const values = valuesIn(memberOf(given, path));
    return QUOTED_IN_PARTS.has(path[0] ?? "") ? values.flatMap(withParts) : values;
  });
  return texts.filter((text) => !UNKNOWNS.has(text) && !CLOSED_WORDS.has(text));
}
