// Has the server try a connection to a bucket (contract, "Storage configs"), and reads what it says of it.
import { callFor } from "../call-for";
import type { Avala } from "../connection";
import { readErrorBody } from "../reply/error-body";
import { ofOrganization, withOrganization, type OfOrganization } from "./organization-advice";
import { inputNameOf } from "./datasets/provider-config";
import type { Secrets } from "../secrets";
import type { Fields } from "../wire";

interface StorageTest {
  readonly isVerified: boolean;
  /** The server's words, `errors` included, as one line. */
  readonly message?: string | undefined;
  /** What does not work, by the field that it is about: `bucketName`, `accessKeyId`. */
  readonly errors: Readonly<Record<string, readonly string[]>>;
}

function described(field: string, messages: readonly string[]): string {
  const text = messages.join(" ");
  return field === "non_field_errors" ? text : `${field}: ${text}`;
}

/** The server's words go out masked: it may quote what it was given. */
function readTest({ mask }: Secrets, fields: Fields): StorageTest {
  const verdicts = ["verified", "success", "is_verified"].map((name) => fields.maybeFlag(name));
  const body = readErrorBody(fields.any("errors") ?? {}, mask);
  const errors = Object.entries(body.fields).map(
    ([field, messages]) => [inputNameOf(field), messages] as const,
  );
  const words = fields.maybeText("message") ?? fields.maybeText("error") ?? "";
  const ofFields = errors.map(([field, messages]) => described(field, messages));
  const reasons = errors.length > 0 ? ofFields : [body.detail ?? ""];
  const all = [mask(words), ...reasons].filter((text) => text !== "");
  return {
    isVerified: verdicts.find((verdict) => verdict !== undefined) ?? false,
    message: all.length === 0 ? undefined : all.join("; "),
    errors: Object.fromEntries(errors),
  };
}

/**
 * Has the server try the connection. May be repeated.
 * @throws InputError when the organization is needed and missing; ApiError `not_found`
 */
export function testStorageConfig(
  avala: Avala,
  uid: string,
  of: OfOrganization = {},
): Promise<StorageTest> {
  const call = ofOrganization(of, {
    method: "POST",
    route: "POST /storage-configs/{uid}/test/",
    path: ["storage-configs", uid, "test"],
    body: {},
    what: `test storage config ${uid}`,
  });
  return withOrganization(avala, of, () =>
    callFor(avala, call, (fields) => readTest(avala.secrets, fields)),
  );
}
