// Switches of the store that the files go to. A description, no behaviour.
import { defineSwitch } from "./switch";

export const STORES = {
  storeWords: defineSwitch({
    about:
      "what the emulator's own storage says of a URL or form that has expired, of an object that is there already, and when too much is asked",
    forms: {
      s3: "403 `AccessDenied` with the reason in words; 412 `PreconditionFailed`; 503 `SlowDown`",
      r2: "403 `ExpiredRequest`; 412 `PreconditionFailed`; 503 `ServiceUnavailable`, which asks for fewer requests",
      azure:
        "403 `AuthenticationFailed` with the reason in a detail; 409 `BlobAlreadyExists`; 503 `ServerBusy`",
      google:
        "400 `ExpiredToken`, for a form `InvalidPolicyDocument` with the reason in a detail; 412 `PreconditionFailed`; 429 `SlowDown`",
    },
    default: "s3",
    evidence:
      "The SDKs send files to hosts of all four and let the server choose; the guide's form is S3's; the words are the stores' own documentation's.",
  }),
};
