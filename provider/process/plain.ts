// What goes to the engine is data. The engine, its state and the SDK take some values for something else: an object with a
// signature for an asset (whose URL the engine then fetches), a secret, a resource or an output, and some texts for a value
// that is not known yet. What a server sent must never be one of these, so each is kept as text. Knows nothing of resources.
import { createHash } from "node:crypto";
import { wellFormed } from "../../src/redact";
import { isSame } from "./same";

/** The key by which the engine and the SDK know what is not a plain object (the SDK's `specialSigKey`). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** What the engine takes for a value that is not known yet, one for each type (`Unknown…Value` in its `plugin/rpc.go`). */
export const UNKNOWNS: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

// A reply of the API has at most 100 levels and 16 MiB; a schema of labels has a few, and some hundreds of values.
const maxDepth = 100;
const maxValues = 20_000;
const maxCharacters = 1_000_000;
const maxKeptCharacters = 2_000;

interface PlainOptions {
  /** In a preview `check` passes on what is not known yet. @default false */
  readonly keepsUnknown?: boolean;
  /** What a program or an earlier state gave is as long as it is; anything else is bounded. */
  readonly given?: object;
  /** Properties of our own making that may be long. */
  readonly long?: readonly string[] | undefined;
}

/** A key that makes of an object something else: to the engine, to the SDK (`__pulumiOutput` …), or to JavaScript. */
function isReservedKey(key: string): boolean {
  return key === SIGNATURE || key === "__proto__" || key.startsWith("__pulumi");
}

function asText(value: unknown): string {
  const text = JSON.stringify(value, (_key, one: unknown) =>
    typeof one === "bigint" ? String(one) : one,
  );
  return wellFormed(text);
}

/** Too long to be kept whole: its beginning, and a digest, so that a change of it still shows. */
function cut(value: unknown): string {
  const text = asText(value);
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 12);
  return `${wellFormed(text.slice(0, maxKeptCharacters))}… (cut; sha256 ${digest})`;
}

function plainText(text: string, keepsUnknown: boolean): string {
  if (UNKNOWNS.has(text) && !keepsUnknown) return JSON.stringify(text);
  return wellFormed(text);
}

function write(value: unknown, depth: number, keepsUnknown: boolean): unknown {
  switch (typeof value) {
    case "string":
      return plainText(value, keepsUnknown);
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "bigint":
      return String(value);
    case "object":
      return value === null ? null : writeObject(value, depth, keepsUnknown);
    case "boolean":
      return value;
    default:
      return undefined;
  }
}

function writeObject(value: object, depth: number, keepsUnknown: boolean): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "" : value.toISOString();
  if (depth >= maxDepth) return cut(value);
  if (Array.isArray(value)) {
    return value.map((item) => write(item, depth + 1, keepsUnknown) ?? null);
  }
  const entries = Object.entries(value);
  if (entries.some(([key]) => isReservedKey(key))) return cutIfLong(value);
  const written = entries.map(
    ([key, item]) => [wellFormed(key), write(item, depth + 1, keepsUnknown)] as const,
  );
  return Object.fromEntries(written.filter(([, item]) => item !== undefined));
}

function cutIfLong(value: object): string {
  const text = asText(value);
  return text.length > maxKeptCharacters ? cut(value) : text;
}

interface Measure {
  values: number;
  characters: number;
}

/** Stops counting where it is too much. */
function isTooBig(value: unknown, measure: Measure = { values: 0, characters: 0 }): boolean {
  measure.values += 1;
  if (typeof value === "string") measure.characters += value.length;
  if (measure.values > maxValues || measure.characters > maxCharacters) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, item]) => {
    measure.characters += key.length;
    return isTooBig(item, measure);
  });
}

/** `value` as data, whatever it was: a copy, and the same again when it is passed again. */
export function plain(value: unknown): unknown {
  const written = write(value, 0, false);
  return isTooBig(written) ? cut(written) : written;
}

/** As {@link plain}, of each property; those that are absent stay away. The copy may be written to, as the SDK does. */
export function plainProperties<T extends object>(properties: T, options: PlainOptions = {}): T {
  const { keepsUnknown = false, given = {}, long = [] } = options;
  const before: ReadonlyMap<string, unknown> = new Map(Object.entries(given));
  const isOurs = (key: string, value: unknown): boolean =>
    long.includes(key) || isSame(value, before.get(key));
  const written = Object.entries(properties).map(([key, value]: [string, unknown]) => {
    const one = write(value, 0, keepsUnknown);
    return [key, isTooBig(one) && !isOurs(key, value) ? cut(one) : one] as const;
  });
  return Object.fromEntries(written.filter(([, value]) => value !== undefined)) as T;
}

const KINDS: Readonly<Record<string, string>> = {
  c44067f5952c0a294b673a41bacd8c17: "an asset",
  "0def7320c3a5731c473e5ecbe6d01bc7": "an archive",
  "1b47061264138c4ac30d75fd1eb44270": "a secret",
  "5cf8f73096256a8f31e491e813e4eb8e": "a resource",
  d0e6a833031e9bbcd3f4e8bde6ca49a4: "an output",
};

/** The first value in what a program gave that is not plain data: where it is, and what. */
export function findSpecial(
  value: unknown,
  path = "",
): { readonly path: string; readonly kind: string } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const members = new Map<string, unknown>(Object.entries(value));
  const reserved = [...members.keys()].find(isReservedKey);
  if (reserved !== undefined) {
    const kind = reserved === SIGNATURE ? KINDS[String(members.get(SIGNATURE))] : undefined;
    return { path, kind: kind ?? `an object with the reserved key ${reserved}` };
  }
  for (const [key, item] of members) {
    const place = Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    const found = findSpecial(item, place);
    if (found !== undefined) return found;
  }
  return undefined;
}
