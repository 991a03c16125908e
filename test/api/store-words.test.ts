// What a store's refusal means, in the words of each store that files go to: as its pages have them, and as users met them.
import { meaningOf, readRefusal } from "../../src/api/storage/store-words";

const xml = (code: string, message = "words", more = ""): string =>
  `\uFEFF<?xml version="1.0" encoding="utf-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>`;

const AUTHENTICATION =
  "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.\nRequestId:2b6f9c1d\nTime:2026-10-05T10:05:00.0000000Z";
const azureDetail = (text: string): string =>
  `<AuthenticationErrorDetail>${text}</AuthenticationErrorDetail>`;
const OUTSIDE = azureDetail(
  "Signature not valid in the specified time frame: Start [Mon, 05 Oct 2026 09:00:00 GMT] - Expiry [Mon, 05 Oct 2026 10:00:00 GMT] - Current [Mon, 05 Oct 2026 10:05:00 GMT]",
);
const BEFORE_START = azureDetail(
  "Signed expiry time [Fri, 02 May 2025 17:15:16 GMT] must be after signed start time [Fri, 02 May 2025 18:08:36 GMT]",
);
const POLICY =
  "The content of the form does not meet the conditions specified in the policy document.";

function meaning(status: number, body: string, headers: Record<string, string> = {}): string {
  return meaningOf(readRefusal({ status, headers, body: Buffer.from(body) }));
}

test.each([
  ["S3, a URL", 403, xml("AccessDenied", "Request has expired")],
  ["S3, a form", 403, xml("AccessDenied", "Invalid according to Policy: Policy expired.")],
  ["S3, temporary credentials", 400, xml("ExpiredToken", "The provided token has expired.")],
  ["S3, a token to renew", 400, xml("TokenRefreshRequired")],
  ["R2, as its page had it", 400, xml("ExpiredRequest", "Request has expired")],
  ["R2", 403, xml("ExpiredRequest", "Request has expired")],
  ["Azure, after its end", 403, xml("AuthenticationFailed", AUTHENTICATION, OUTSIDE)],
  ["Azure, without a start", 403, xml("AuthenticationFailed", AUTHENTICATION, BEFORE_START)],
  [
    "Google, a URL",
    400,
    xml("ExpiredToken", "Invalid argument.", "<Details>Request signature expired at: x</Details>"),
  ],
  [
    "Google, a form",
    400,
    xml("InvalidPolicyDocument", POLICY, "<Details>Policy has expired.</Details>"),
  ],
  ["a store in its own words", 401, xml("Unauthorized", "The link has expired")],
])("%s: it has expired", (_store, status, body) => {
  expect(meaning(status, body)).toBe("expired");
});

test.each([
  ["S3, R2, Google", 412, xml("PreconditionFailed")],
  ["Azure", 409, xml("BlobAlreadyExists", "The specified blob already exists.")],
  ["Azure, as a condition", 412, xml("ConditionNotMet")],
])("%s: an object is there already", (_store, status, body) => {
  expect(meaning(status, body)).toBe("there");
});

test.each([
  ["S3", 503, xml("SlowDown", "Please reduce your request rate.")],
  ["MinIO, a write", 503, xml("SlowDownWrite")],
  ["MinIO, a read", 503, xml("SlowDownRead")],
  ["Azure, busy", 503, xml("ServerBusy", "Ingress is over the account limit.")],
  ["Azure, out of time", 500, xml("OperationTimedOut")],
  [
    "R2, parts",
    503,
    xml("ServiceUnavailable", "Reduce your concurrent request rate for the same object."),
  ],
  ["R2, a file", 429, xml("TooManyRequests")],
  ["Google, JSON", 429, '{"error":{"errors":[{"reason":"rateLimitExceeded"}]}}'],
])("%s: it is asked too much", (_store, status, body) => {
  expect(meaning(status, body)).toBe("throttled");
});

test.each([
  ["S3, a write beside it", 409, xml("ConditionalRequestConflict")],
  ["S3, an operation beside it", 409, xml("OperationAborted")],
  ["bytes that came damaged", 400, xml("BadDigest")],
  ["bytes that came damaged, by SHA-256", 400, xml("XAmzContentSHA256Mismatch")],
  ["bytes that came damaged, at Azure", 400, xml("Md5Mismatch")],
  ["bytes that came damaged, at Google", 400, xml("CrcMismatch")],
  ["bytes that were cut off", 400, xml("IncompleteBody")],
  ["bytes that were too slow", 400, xml("RequestTimeout")],
  ["a store that is down", 503, xml("ServiceUnavailable", "Please try again.")],
  ["a gateway", 502, "<html>Bad Gateway</html>"],
  ["a request that took too long", 408, ""],
])("%s: another try may help", (_what, status, body) => {
  expect(meaning(status, body)).toBe("passing");
});

test.each([
  ["no right", 403, xml("AccessDenied", "Access Denied")],
  ["another signature", 403, xml("AuthenticationFailed", AUTHENTICATION)],
  ["another form", 400, xml("InvalidPolicyDocument", POLICY, "<Details>Missing key</Details>")],
  ["another conflict", 409, xml("InvalidBlobType", "The blob type is invalid.")],
  ["no bucket", 404, xml("NoSuchBucket")],
  [
    "a file that is called so",
    403,
    xml("AccessDenied", 'Policy Condition failed: ["eq","$key","set/expired.jpg"]'),
  ],
  [
    "a file that is called as the refusal is",
    403,
    xml(
      "AccessDenied",
      "Condition failed: [&quot;eq&quot;, &quot;$key&quot;, &quot;Policy expired.jpg",
    ),
  ],
  ["a page that speaks of expiry", 403, "<html>Your session has expired</html>"],
])("%s: it is final", (_what, status, body) => {
  expect(meaning(status, body)).toBe("final");
});

test("knows an upload that is gone, and no other 404", () => {
  expect(meaning(404, xml("NoSuchUpload"))).toBe("gone");
  expect(meaning(404, xml("NoSuchKey"))).toBe("final");
});

test("reads Azure's header where there is no body", () => {
  expect(meaning(409, "", { "x-ms-error-code": "BlobAlreadyExists" })).toBe("there");
  expect(readRefusal({ status: 403, headers: {}, body: Buffer.alloc(0) }).code).toBeUndefined();
});
