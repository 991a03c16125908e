// Replies of the simulated server, before they are put on the wire.
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const NOT_FOUND: Answer = { status: 404, json: { detail: "Not found." } };

export function s3Error(status: number, code: string, message = ""): Answer {
  return { status, text: `<Error><Code>${code}</Code><Message>${message}</Message></Error>` };
}

export function policyExpired(): Answer {
  return s3Error(403, "AccessDenied", "Invalid according to Policy: Policy expired.");
}

export function throttled(): Answer {
  const json = { detail: "Request was throttled. Expected available in 2 seconds." };
  return { status: 429, json, headers: { "retry-after": "2" } };
}
