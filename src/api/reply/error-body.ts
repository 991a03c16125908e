// What an error's body says, in the forms that the server has (contract, "Errors"). Pure.
import { isRecord, type Json } from "../wire";

export interface ErrorBody {
  /** The server's words, as one sentence for people. */
  readonly detail: string | undefined;
  /** Field → messages; nested fields are joined by dots. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

const NOT_FIELDS = new Set([
  "detail",
  "code",
  "doc_url",
  "message",
  "error",
  "status",
  "request_id",
]);
const MAX_FIELDS = 20;
const MAX_MESSAGES = 5;

type Mask = (text: string) => string;

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value === "" ? undefined : value;
  return typeof value === "number" ? String(value) : undefined;
}

function messagesOf(value: unknown): string[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  return entries.flatMap((entry) => textOf(entry) ?? []).slice(0, MAX_MESSAGES);
}

/** Collects `field → messages` from an object, going into nested ones. */
function collect(json: Json, prefix: string, into: Map<string, string[]>, mask: Mask): void {
  for (const [name, value] of Object.entries(json)) {
    if (into.size >= MAX_FIELDS) return;
    if (prefix === "" && NOT_FIELDS.has(name)) continue;
    const field = mask(prefix + name);
    if (isRecord(value)) collect(value, `${field}.`, into, mask);
    else {
      const messages = messagesOf(value).map(mask);
      if (messages.length > 0) into.set(field, messages);
    }
  }
}

function sentence(fields: Map<string, readonly string[]>): string | undefined {
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

/**
 * Reads `{"detail": "…"}`, `{"detail": {field: […]}}`, `{field: […]}` and a bare list, whichever it is.
 * Every text passes `mask`.
 */
export function readErrorBody(json: unknown, mask: Mask): ErrorBody {
  if (!isRecord(json)) {
    const messages = messagesOf(json).map(mask);
    return { detail: messages.length === 0 ? undefined : messages.join(" "), fields: {} };
  }
  const { detail } = json;
  const fields = new Map<string, string[]>();
  if (isRecord(detail)) collect(detail, "", fields, mask);
  else if (detail === undefined) collect(json, "", fields, mask);
  const told = messagesOf(detail ?? json["message"] ?? json["error"]).map(mask);
  const words = sentence(fields) ?? (told.length === 0 ? undefined : told.join(" "));
  return {
    detail: words === undefined ? undefined : words + references(json, mask),
    fields: Object.fromEntries(fields),
  };
}
