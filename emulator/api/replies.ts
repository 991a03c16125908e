// Replies and refusals in Django REST framework's forms (contract, "Errors").
import type { Dialect } from "../dialect/dialect";
import type { Reply } from "../http/service";
import type { ApiReply } from "./request";

export const ok = (body: unknown): ApiReply => ({ status: 200, body });
export const created = (body: unknown): ApiReply => ({ status: 201, body });
export const noContent = (): ApiReply => ({ status: 204 });

/** For what is answered outside of any route. */
export function jsonReply(status: number, body: unknown): Reply {
  return { status, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/** Thrown by a handler to end the request with this reply. */
export class Refusal extends Error {
  constructor(
    readonly reply: ApiReply,
    /** A list of messages for each field, which the dialect words. */
    readonly isValidation = false,
  ) {
    super(`refused with ${String(reply.status)}`);
  }
}

export const refuse = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Refusal => new Refusal({ status, body, headers });

export const invalid = (
  errors: Readonly<Record<string, readonly string[]>>,
  status: 400 | 422 = 400,
): Refusal => new Refusal({ status, body: errors }, true);

export const notFound = (): Refusal => refuse(404, { detail: "Not found." });

export const forbidden = (detail: string): Refusal => refuse(403, { detail });

/** A dataset's name or slug that its owner has already. */
export function taken(field: "name" | "slug", { takenName }: Dialect): Refusal {
  const message = `Dataset with this ${field} already exists.`;
  if (takenName === "field") return invalid({ [field]: [message] });
  if (takenName === "conflict") return conflict(message);
  return refuse(400, { detail: "Dataset with the given name already exists." });
}

type Messages = Readonly<Record<string, readonly string[]>>;

function listed(errors: Messages): unknown {
  return Object.entries(errors).flatMap(([field, messages]) =>
    messages.map((msg) => ({ loc: ["body", field], msg, type: "value_error" })),
  );
}

function inWords(errors: Messages): string {
  return Object.entries(errors)
    .map(([field, messages]) => `${field}: ${messages.join(" ")}`)
    .join("; ");
}

/** A refusal as the dialect words it. */
export function worded({ reply, isValidation }: Refusal, dialect: Dialect): ApiReply {
  const { validationErrors } = dialect;
  if (!isValidation || validationErrors === "fields") return reply;
  if (validationErrors === "detail") return { ...reply, body: { detail: reply.body } };
  // Only `invalid` makes one, of messages by field.
  const errors = reply.body as Messages;
  return validationErrors === "listed"
    ? { ...reply, status: 422, body: { detail: listed(errors) } }
    : { ...reply, body: { detail: inWords(errors) } };
}

export const methodNotAllowed = (method: string, allow: readonly string[]): Refusal =>
  refuse(
    405,
    { detail: `Method "${method}" not allowed.` },
    { Allow: [...allow, "HEAD", "OPTIONS"].join(", ") },
  );

export const conflict = (detail: string): Refusal => refuse(409, { detail, code: "conflict" });

export function throttled(seconds: number): Refusal {
  const unit = seconds === 1 ? "second" : "seconds";
  const detail = `Request was throttled. Expected available in ${String(seconds)} ${unit}.`;
  return refuse(429, { detail }, { "Retry-After": String(seconds) });
}

/** Django's own page for a path that no route has: HTML, unlike the framework's 404 for a missing row. */
export const noRoute = (): ApiReply => ({
  status: 404,
  body: '<!doctype html>\n<html lang="en">\n<head><title>Not Found</title></head>\n<body><h1>Not Found</h1><p>The requested resource was not found on this server.</p></body>\n</html>\n',
});
