// Reads the server's JSON at the border: unknown fields pass, a required one that is missing is an error that names the
// route and the field. Knows no particular shape; those are in the endpoints.
import { AvalaError } from "../errors";
import { CHECK_BASE_URL } from "../hints";
import { isCount, isRecord, type Json } from "../json";
import { printable } from "../redact";
import { pathPartProblem } from "./path-part";

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

/** The error of a reply that is not what the contract says. */
export function badReply(route: string, problem: string): AvalaError {
  return new AvalaError(
    "bad_reply",
    `The response to ${route} is not what the API documents: ${printable(problem)}.`,
    {
      hint: CHECK_BASE_URL,
    },
  );
}

const maxWordCharacters = 100;

function asText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : undefined;
}

/** `1e999` is sound JSON and no number that could be counted with, or written into a state. */
function asNumber(value: unknown): number | undefined {
  const isNumeral = typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value);
  const number = isNumeral ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/**
 * The fields of one object of a reply. What is required and absent throws `bad_reply`; what is optional and absent, null
 * or of another kind is `undefined`, since a field that is not needed must not stop a run (docs/api.md: liberal in what it accepts).
 */
export class Fields {
  constructor(
    private readonly json: Json,
    private readonly route: string,
    private readonly place = "",
  ) {}

  /** @throws AvalaError `bad_reply` when `json` is not an object */
  static of(json: unknown, route: string, place = ""): Fields {
    if (isRecord(json)) return new Fields(json, route, place);
    throw badReply(
      route,
      `${place === "" ? "an object" : place} was expected (got ${kindOf(json)})`,
    );
  }

  /** The object as it came. */
  whole(): Json {
    return this.json;
  }

  text(name: string): string {
    return asText(this.json[name]) ?? this.missing(name, "text");
  }

  maybeText(name: string): string | undefined {
    return asText(this.json[name]);
  }

  /**
   * Text that later calls have in their paths: a uid, a slug, a user's name. Checked here, where the server is to blame
   * for it, and not where it is used, when files may have been sent.
   */
  pathPart(name: string): string {
    return this.checkedPart(name, this.text(name));
  }

  /** As {@link Fields.pathPart}; empty text is absent. */
  maybePathPart(name: string): string | undefined {
    const part = this.maybeText(name);
    return part === undefined || part === "" ? undefined : this.checkedPart(name, part);
  }

  /** A word such as a status: compared, logged and put out, so on one line and short. */
  word(name: string): string {
    return this.maybeWord(name) ?? this.missing(name, "text");
  }

  maybeWord(name: string): string | undefined {
    const text = this.maybeText(name);
    return text === undefined ? undefined : printable(text, maxWordCharacters);
  }

  number(name: string): number {
    return asNumber(this.json[name]) ?? this.missing(name, "a number");
  }

  maybeNumber(name: string): number | undefined {
    return asNumber(this.json[name]);
  }

  /** A whole number from `min` on: how many there are, or how many bytes. */
  count(name: string, min = 0): number {
    return this.maybeCount(name, min) ?? this.missing(name, "a number");
  }

  /**
   * As {@link Fields.count}. A number that counts nothing is not taken for none: gates and comparisons decide by it.
   * @throws AvalaError `bad_reply` for a number that is negative, not whole, or too big to be exact
   */
  maybeCount(name: string, min = 0): number | undefined {
    const number = this.maybeNumber(name);
    if (number === undefined || (isCount(number) && number >= min)) return number;
    throw badReply(this.route, `"${this.nameOf(name)}" should be a count (got ${number})`);
  }

  /** Of what is only advice: a number that counts nothing is absent. */
  advisedCount(name: string): number | undefined {
    const number = this.maybeNumber(name);
    return isCount(number) ? number : undefined;
  }

  maybeFlag(name: string): boolean | undefined {
    const value = this.json[name];
    return typeof value === "boolean" ? value : undefined;
  }

  /** As it came; null is `undefined`. */
  any(name: string): unknown {
    return this.json[name] ?? undefined;
  }

  /** An object as it came, its keys untouched. */
  record(name: string): Json {
    const value = this.json[name];
    return isRecord(value) ? value : this.missing(name, "an object");
  }

  maybeList(name: string): readonly unknown[] {
    const value = this.json[name];
    return Array.isArray(value) ? value : [];
  }

  list(name: string): readonly unknown[] {
    const value = this.json[name];
    return Array.isArray(value) ? value : this.missing(name, "a list");
  }

  /** Uids, given as text or as objects with a `uid`; each is checked as {@link Fields.pathPart}. */
  uids(name: string): string[] {
    return this.maybeList(name).flatMap((entry) => this.uidIn(name, entry) ?? []);
  }

  /** One uid, given as text or as an object with a `uid`; checked as {@link Fields.pathPart}. */
  maybeUid(name: string): string | undefined {
    return this.uidIn(name, this.json[name]);
  }

  private uidIn(name: string, value: unknown): string | undefined {
    const uid = asText(isRecord(value) ? value["uid"] : value);
    return uid === undefined || uid === "" ? undefined : this.checkedPart(name, uid);
  }

  private checkedPart(name: string, part: string): string {
    const problem = pathPartProblem(part);
    if (problem === undefined) return part;
    throw badReply(this.route, `"${this.nameOf(name)}" ${problem}`);
  }

  private nameOf(name: string): string {
    return this.place === "" ? name : `${this.place}.${name}`;
  }

  private missing(name: string, kind: string): never {
    const field = this.nameOf(name);
    throw badReply(this.route, `"${field}" should be ${kind} (got ${kindOf(this.json[name])})`);
  }
}

/** A reader of one shape. */
export type Read<T> = (fields: Fields) => T;
