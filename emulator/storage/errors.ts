// S3's refusals: code, status, words and the XML around them.
import { escapeXml } from "./xml";

/** What other stores say in other words. */
export type Refused = "expiredUrl" | "expiredForm" | "exists" | "throttled";

export class S3Error extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** Further elements of the XML, such as ProposedSize. */
    readonly details: Readonly<Record<string, string>> = {},
    readonly refused?: Refused,
  ) {
    super(message);
  }

  xml(resource: string, requestId: string): string {
    const elements = Object.entries({
      Code: this.code,
      Message: this.message,
      ...this.details,
      Resource: resource,
      RequestId: requestId,
    }).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
    return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${elements.join("")}</Error>`;
  }
}

export const accessDenied = (message: string): S3Error => new S3Error(403, "AccessDenied", message);

export const expiredUrl = (): S3Error =>
  new S3Error(403, "AccessDenied", "Request has expired", {}, "expiredUrl");

export const expiredForm = (): S3Error =>
  new S3Error(
    403,
    "AccessDenied",
    "Invalid according to Policy: Policy expired.",
    {},
    "expiredForm",
  );

export const tooMuchAsked = (): S3Error =>
  new S3Error(503, "SlowDown", "Please reduce your request rate.", {}, "throttled");

export const incompleteBody = (): S3Error =>
  new S3Error(
    400,
    "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header",
  );

export const policyDenied = (reason: string): S3Error =>
  accessDenied(`Invalid according to Policy: ${reason}`);

export const signatureMismatch = (): S3Error =>
  new S3Error(
    403,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
  );

export const unknownAccessKey = (accessKey: string): S3Error =>
  new S3Error(
    403,
    "InvalidAccessKeyId",
    "The AWS Access Key Id you provided does not exist in our records.",
    {
      AWSAccessKeyId: accessKey,
    },
  );

export const invalidArgument = (message: string): S3Error =>
  new S3Error(400, "InvalidArgument", message);

export const malformedForm = (): S3Error =>
  new S3Error(
    400,
    "MalformedPOSTRequest",
    "The body of your POST request is not well-formed multipart/form-data.",
  );

export const tooLarge = (size: number, max: number): S3Error =>
  new S3Error(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
    ProposedSize: String(size),
    MaxSizeAllowed: String(max),
  });

export const tooSmall = (size: number, min: number): S3Error =>
  new S3Error(
    400,
    "EntityTooSmall",
    "Your proposed upload is smaller than the minimum allowed size",
    {
      ProposedSize: String(size),
      MinSizeAllowed: String(min),
    },
  );

export const noSuchKey = (key: string): S3Error =>
  new S3Error(404, "NoSuchKey", "The specified key does not exist.", { Key: key });

export const noSuchUpload = (uploadId: string): S3Error =>
  new S3Error(404, "NoSuchUpload", "The specified multipart upload does not exist.", {
    UploadId: uploadId,
  });

export const preconditionFailed = (condition: string): S3Error =>
  new S3Error(
    412,
    "PreconditionFailed",
    "At least one of the pre-conditions you specified did not hold",
    {
      Condition: condition,
    },
    "exists",
  );
