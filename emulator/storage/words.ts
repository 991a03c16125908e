// The same refusals in the words of other stores. What is not said otherwise stays S3's. Pure.
import type { Dialect } from "../dialect/dialect";
import { type Refused, S3Error } from "./errors";

type Words = Readonly<Partial<Record<Refused, () => S3Error>>>;

const AZURE_EXPIRED = (): S3Error =>
  new S3Error(
    403,
    "AuthenticationFailed",
    "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.",
    { AuthenticationErrorDetail: "Signature not valid in the specified time frame" },
  );

const R2_EXPIRED = (): S3Error => new S3Error(403, "ExpiredRequest", "Request has expired");

const STORES: Readonly<Record<Dialect["storeWords"], Words>> = {
  s3: {},
  r2: {
    expiredUrl: R2_EXPIRED,
    expiredForm: R2_EXPIRED,
    throttled: () =>
      new S3Error(
        503,
        "ServiceUnavailable",
        "Reduce your concurrent request rate for the same object.",
      ),
  },
  azure: {
    expiredUrl: AZURE_EXPIRED,
    expiredForm: AZURE_EXPIRED,
    exists: () => new S3Error(409, "BlobAlreadyExists", "The specified blob already exists."),
    throttled: () => new S3Error(503, "ServerBusy", "The server is busy."),
  },
  google: {
    expiredUrl: () =>
      new S3Error(400, "ExpiredToken", "Invalid argument.", {
        Details: "The provided token has expired.",
      }),
    expiredForm: () =>
      new S3Error(
        400,
        "InvalidPolicyDocument",
        "The content of the form does not meet the conditions specified in the policy document.",
        { Details: "Policy has expired." },
      ),
    throttled: () =>
      new S3Error(429, "SlowDown", "The object exceeded the rate limit for object mutation."),
  },
};

export function inWordsOf(store: Dialect["storeWords"], error: S3Error): S3Error {
  const said = error.refused === undefined ? undefined : STORES[store][error.refused];
  return said?.() ?? error;
}
