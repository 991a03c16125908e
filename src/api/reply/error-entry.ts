// One error as an object, in the forms that frameworks list them in: pydantic's `{loc, msg}`, `{field, message}`,
// `{attr, detail}`, JSON:API's `{source: {pointer}, detail}`. Pure; knows nothing of whole bodies.
import { isRecord, type Json } from "../../json";

interface ErrorEntry {
  /** Empty where it names none. */
  readonly field: string;
  readonly messages: readonly string[];
}

export const MAX_MESSAGES = 5;
const MAX_PARTS = 10;

export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "number" ? String(value) : undefined;
}

export function messagesOf(value: unknown): string[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  return entries.flatMap((entry) => textOf(entry) ?? []).slice(0, MAX_MESSAGES);
}

const WORDS = ["msg", "message", "detail", "title"] as const;
const FIELD_NAMES = ["field", "attr", "param"] as const;
/** Where a field is, and no part of its name. */
const PLACES = new Set(["body", "query", "path", "header", "__root__"]);

function fieldOf(json: Json): string | undefined {
  const { loc, source } = json;
  if (Array.isArray(loc)) {
    const parts = messagesOf(loc.slice(0, MAX_PARTS));
    return parts.slice(PLACES.has(parts[0] ?? "") ? 1 : 0).join(".");
  }
  if (isRecord(source)) {
    const pointer = textOf(source["pointer"]) ?? textOf(source["parameter"]) ?? "";
    return pointer.replace(/^\/(?:data\/(?:attributes\/)?)?/, "").replaceAll("/", ".");
  }
  return FIELD_NAMES.flatMap((name) => textOf(json[name]) ?? [])[0];
}

/** What describes an error beside its message; anything else is a field of the request. */
const FACTS = new Set<string>(
  [WORDS, FIELD_NAMES, ["loc", "source", "code", "type", "ctx", "input", "url", "status"]].flat(),
);

/** Whether an object is a message, as in `{"name": [{"message": "…", "code": "unique"}]}`. */
export function isMessage(json: Json): boolean {
  const hasWords = WORDS.some((name) => textOf(json[name]) !== undefined);
  return hasWords && Object.keys(json).every((name) => FACTS.has(name));
}

/** `undefined` for an object that maps fields to messages. */
export function entryOf(json: Json): ErrorEntry | undefined {
  const field = fieldOf(json);
  if (field === undefined && !isMessage(json)) return undefined;
  const messages = WORDS.flatMap((name) => messagesOf(json[name])).slice(0, 1);
  return messages.length === 0 ? undefined : { field: field ?? "", messages };
}
