// Reads a JSON body field by field and collects every error, in Django REST framework's wording.
import { invalid } from "./replies";

const REQUIRED = "This field is required.";
const NOT_NULL = "This field may not be null.";
const NOT_BLANK = "This field may not be blank.";
/** Half of a surrogate pair has no UTF-8: no database keeps it, and no URL names it. */
const HALF_A_PAIR = /\p{Surrogate}/u;
const UUID = /^\{?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?$/i;

type Body = Readonly<Record<string, unknown>>;

interface TextRule {
  readonly required?: boolean;
  readonly maxLength?: number;
  readonly mayBeBlank?: boolean;
}

export class Fields {
  private readonly body: Body;
  private readonly errors: Record<string, string[]> = {};

  constructor(body: unknown) {
    if (typeof body !== "object" || body === null || Array.isArray(body)) {
      throw invalid({
        non_field_errors: [`Invalid data. Expected a dictionary, but got ${pythonType(body)}.`],
      });
    }
    this.body = body as Body;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.body, name);
  }

  fail(name: string, ...messages: string[]): void {
    (this.errors[name] ??= []).push(...messages);
  }

  /** What was wrong so far. */
  problems(): Readonly<Record<string, readonly string[]>> {
    return this.errors;
  }

  /** Ends the request when anything was wrong. */
  check(status: 400 | 422 = 400): void {
    if (Object.keys(this.errors).length > 0) throw invalid(this.errors, status);
  }

  text(name: string, rule: TextRule = {}): string | undefined {
    const value = this.read(name, rule.required === true);
    if (value === undefined) return undefined;
    // The framework takes a number for its digits.
    const given = typeof value === "number" ? String(value) : value;
    if (typeof given !== "string") return this.reject(name, "Not a valid string.");
    const text = given.trim();
    if (text === "" && rule.mayBeBlank !== true) return this.reject(name, NOT_BLANK);
    if (text.includes("\0")) return this.reject(name, "Null characters are not allowed.");
    if (HALF_A_PAIR.test(text)) return this.reject(name, "Not a valid string.");
    if (rule.maxLength !== undefined && text.length > rule.maxLength) {
      return this.reject(
        name,
        `Ensure this field has no more than ${String(rule.maxLength)} characters.`,
      );
    }
    return text;
  }

  slug(name: string, rule: TextRule = {}): string | undefined {
    const text = this.text(name, { maxLength: 255, ...rule });
    if (text === undefined || /^[-\w]+$/.test(text)) return text;
    return this.reject(
      name,
      'Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.',
    );
  }

  choice(name: string, choices: readonly string[], required = false): string | undefined {
    const value = this.read(name, required);
    if (value === undefined || choices.includes(value as string))
      return value as string | undefined;
    const shown = typeof value === "string" ? value : JSON.stringify(value);
    return this.reject(name, `"${shown}" is not a valid choice.`);
  }

  integer(name: string, min = Number.MIN_SAFE_INTEGER): number | undefined {
    const value = this.read(name, false);
    if (value === undefined) return undefined;
    const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
    if (!Number.isSafeInteger(number)) return this.reject(name, "A valid integer is required.");
    if ((number as number) >= min) return number as number;
    return this.reject(name, `Ensure this value is greater than or equal to ${String(min)}.`);
  }

  number(name: string, required = false): number | undefined {
    const value = this.read(name, required);
    if (value === undefined) return undefined;
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (typeof number === "number" && Number.isFinite(number)) return number;
    return this.reject(name, "A valid number is required.");
  }

  flag(name: string): boolean | undefined {
    const value = this.read(name, false);
    if (value === undefined || typeof value === "boolean") return value;
    return this.reject(name, "Must be a valid boolean.");
  }

  uuid(name: string, required = false): string | undefined {
    const value = this.read(name, required);
    if (value === undefined) return undefined;
    return typeof value === "string" && UUID.test(value)
      ? canonicalUuid(value)
      : this.reject(name, "Must be a valid UUID.");
  }

  object(name: string): Body | undefined {
    const value = this.read(name, false);
    if (value === undefined) return undefined;
    if (typeof value === "object" && !Array.isArray(value)) return value as Body;
    return this.reject(name, `Expected a dictionary of items but got type "${pythonType(value)}".`);
  }

  list(name: string, required = false): readonly unknown[] | undefined {
    const value = this.read(name, required);
    if (value === undefined || Array.isArray(value)) return value;
    return this.reject(name, `Expected a list of items but got type "${pythonType(value)}".`);
  }

  /** A list of strings; the framework takes a number for its digits. */
  texts(name: string, required = false): readonly string[] | undefined {
    const list = this.list(name, required);
    const texts = list?.map((value) => (typeof value === "number" ? String(value) : value));
    const isText = (value: unknown): value is string =>
      typeof value === "string" && !HALF_A_PAIR.test(value) && !value.includes("\0");
    if (texts === undefined || texts.every(isText)) return texts;
    return this.reject(name, "Not a valid string.");
  }

  /** Null counts as absent where a field may be left out, as nullable fields do. */
  private read(name: string, required: boolean): NonNullable<unknown> | undefined {
    const value = this.body[name];
    if (value !== undefined && value !== null) return value;
    if (required) this.fail(name, value === null ? NOT_NULL : REQUIRED);
    return undefined;
  }

  private reject(name: string, message: string): undefined {
    this.fail(name, message);
    return undefined;
  }
}

/** Any spelling of a UUID that Python takes, in the one that the server gives back. */
function canonicalUuid(text: string): string {
  const hex = text.toLowerCase().replace(/[{}-]/g, "");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}

function pythonType(value: unknown): string {
  if (Array.isArray(value)) return "list";
  if (value === null) return "NoneType";
  if (typeof value === "number") return Number.isInteger(value) ? "int" : "float";
  const names: Record<string, string> = { string: "str", boolean: "bool", object: "dict" };
  return names[typeof value] ?? typeof value;
}
