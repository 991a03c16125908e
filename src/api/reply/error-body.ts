// What an error's body says, in the forms that servers and their frameworks give it (docs/api.md, "Errors"). Pure.
import { isRecord, type Json } from "../../json";
import { MAX_MESSAGES, entryOf, isMessage, messagesOf, textOf } from "./error-entry";

export interface ErrorBody {
  /** The server's words, as one sentence for people. */
  readonly detail: string | undefined;
  /** Field → messages; nested fields are joined by dots. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
  /** Words for programs: `name_taken`, `unique`. */
  readonly codes: readonly string[];
}

/** What describes the error itself, at the top of a body. */
const NOT_FIELDS = new Set([
  "detail",
  "code",
  "doc_url",
  "message",
  "error",
  "errors",
  "status",
  "request_id",
]);
/** Facts of the error too, unless they hold messages. */
const FACTS = new Set(["msg", "status_code", "title", "type"]);
const MAX_FIELDS = 20;

type Mask = (text: string) => string;

interface Collected {
  readonly fields: Map<string, string[]>;
  /** Of no field. */
  readonly words: string[];
  readonly codes: string[];
  readonly mask: Mask;
}

function add(into: Collected, field: string, messages: readonly string[]): void {
  const known = into.fields.get(field) ?? [];
  if (messages.length === 0 || (known.length === 0 && into.fields.size >= MAX_FIELDS)) return;
  into.fields.set(field, [...known, ...messages.map(into.mask)].slice(0, MAX_MESSAGES));
}

function addCode(into: Collected, json: Json): void {
  const code = textOf(json["code"]);
  if (code !== undefined) into.codes.push(into.mask(code));
}

/** `["…"]`, `[{"loc": ["body", "name"], "msg": "…"}]`, `[{"name": ["…"]}]`. */
function collectList(list: readonly unknown[], field: string, into: Collected): void {
  for (const value of list.slice(0, MAX_FIELDS)) {
    if (!isRecord(value)) {
      const messages = messagesOf(value);
      if (field !== "") add(into, field, messages);
      else if (into.words.length < MAX_MESSAGES) into.words.push(...messages.map(into.mask));
      continue;
    }
    const entry = entryOf(value);
    if (entry === undefined) {
      collectFields(value, field === "" ? "" : `${field}.`, into);
      continue;
    }
    addCode(into, value);
    const named = [field, into.mask(entry.field)].filter((part) => part !== "").join(".");
    if (named === "") collectList(entry.messages, "", into);
    else add(into, named, entry.messages);
  }
}

function isFact(name: string, value: unknown): boolean {
  return NOT_FIELDS.has(name) || (FACTS.has(name) && !Array.isArray(value));
}

/** `field → messages` of an object, going into nested ones. */
function collectFields(json: Json, prefix: string, into: Collected): void {
  for (const [name, value] of Object.entries(json)) {
    if (prefix === "" && isFact(name, value)) continue;
    const field = into.mask(prefix + name);
    if (Array.isArray(value)) collectList(value, field, into);
    else if (!isRecord(value)) add(into, field, messagesOf(value));
    else if (isMessage(value)) collectList([value], field, into);
    else collectFields(value, `${field}.`, into);
  }
}

/** A body, or what it wraps in `detail`, `error` or `errors`. */
function collect(value: unknown, into: Collected): void {
  if (!isRecord(value)) {
    collectList(Array.isArray(value) ? value : [value], "", into);
    return;
  }
  const { detail, error, errors } = value;
  addCode(into, value);
  const wrapped = [detail, error, errors].filter((part) => part !== undefined && part !== null);
  for (const part of wrapped) collect(part, into);
  const hasWords = into.words.length > 0;
  if (!hasWords) collectList(messagesOf(value["message"] ?? value["msg"]), "", into);
  // Next to words of the server a number or a flag is a fact, as a quota's `limit` is, and no field's message.
  const isMixed = hasWords || wrapped.length > 0;
  const rest = Object.entries(value).filter(([, part]) => !isMixed || typeof part === "object");
  collectFields(Object.fromEntries(rest), "", into);
}

function sentence(fields: ReadonlyMap<string, readonly string[]>): string | undefined {
  const parts = [...fields].map(([name, messages]) =>
    name === "non_field_errors" ? messages.join(" ") : `${name}: ${messages.join(" ")}`,
  );
  return parts.length === 0 ? undefined : parts.join("; ");
}

/** `(code slug_taken, see https://docs…)`, when the body has them. */
function references(json: Json, mask: Mask): string {
  const code = textOf(json["code"]);
  const docs = textOf(json["doc_url"]);
  const parts = [code && `code ${mask(code)}`, docs && `see ${mask(docs)}`].filter(Boolean);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

/** Of a failure of the server's own, which finds no fault with a field: a list or facts that it came with say nothing of it. */
export function withoutFields(json: unknown): unknown {
  if (Array.isArray(json)) return json.filter((part) => textOf(part) !== undefined);
  if (!isRecord(json)) return json;
  const own = Object.entries(json).filter(([name]) => NOT_FIELDS.has(name) || FACTS.has(name));
  return Object.fromEntries(own);
}

/** Reads whichever form it is: of a field, of no field, nested, listed or wrapped. Every text passes `mask`. */
export function readErrorBody(json: unknown, mask: Mask): ErrorBody {
  const into: Collected = { fields: new Map(), words: [], codes: [], mask };
  collect(json, into);
  const own = into.words.slice(0, MAX_MESSAGES).join(" ");
  const ofFields = sentence(into.fields);
  const words = [own === "" ? undefined : own, ofFields].filter((part) => part !== undefined);
  const detail = words.length === 0 ? undefined : words.join(" ");
  const holder = isRecord(json) && isRecord(json["error"]) ? { ...json["error"], ...json } : json;
  return {
    detail: detail === undefined || !isRecord(holder) ? detail : detail + references(holder, mask),
    fields: Object.fromEntries(into.fields),
    codes: into.codes,
  };
}
