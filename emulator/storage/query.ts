// Verifies a presigned URL as it comes back: credential, expiry, signature over path, query and headers. Pure.
import type { IncomingHttpHeaders } from "node:http";
import { accessDenied, expiredUrl, S3Error, signatureMismatch, unknownAccessKey } from "./errors";
import { sameText } from "./policy";
import type { Signer } from "./s3/sigv4";
import { ALGORITHM, encodePath, parseAmzDate } from "./s3/sigv4";

interface SignedRequest {
  readonly method: string;
  /** The path as sent, still percent-encoded. */
  readonly rawPath: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** Throws the S3Error that S3 would answer with. */
export function verifyUrl(request: SignedRequest, signer: Signer, now: number): void {
  const { query } = request;
  if (!query.has("X-Amz-Signature")) throw accessDenied("Access Denied");
  if (query.get("X-Amz-Algorithm") !== ALGORITHM)
    throw badParameters(`X-Amz-Algorithm only supports "${ALGORITHM}"`);
  const amzDate = query.get("X-Amz-Date") ?? "";
  const signedAt = parseAmzDate(amzDate);
  const seconds = Number(query.get("X-Amz-Expires"));
  if (Number.isNaN(signedAt) || !(seconds > 0))
    throw badParameters("X-Amz-Date or X-Amz-Expires is malformed");
  const [accessKey = "", ...scope] = (query.get("X-Amz-Credential") ?? "").split("/");
  if (accessKey !== signer.credentials.accessKey) throw unknownAccessKey(accessKey);
  if (scope.join("/") !== signer.scope(amzDate.slice(0, 8)))
    throw badParameters("Error parsing the X-Amz-Credential parameter");
  if (now > signedAt + seconds * 1000) throw expiredUrl();
  const expected = signer.signRequest(amzDate, {
    method: request.method,
    path: encodePath(decodeURIComponent(request.rawPath)),
    query: [...query].filter(([name]) => name !== "X-Amz-Signature"),
    headers: signedHeaders(request),
    payloadHash: "UNSIGNED-PAYLOAD",
  });
  if (!sameText(expected, query.get("X-Amz-Signature") ?? "")) throw signatureMismatch();
}

function signedHeaders(request: SignedRequest): (readonly [string, string])[] {
  const names = (request.query.get("X-Amz-SignedHeaders") ?? "").split(";");
  return names.map((name) => {
    // Not `constructor`, or whatever else an object has by birth.
    const value = Object.hasOwn(request.headers, name) ? request.headers[name] : undefined;
    return [name, typeof value === "string" ? value.trim() : (value ?? []).join(",")] as const;
  });
}

function badParameters(message: string): S3Error {
  return new S3Error(400, "AuthorizationQueryParametersError", message);
}
