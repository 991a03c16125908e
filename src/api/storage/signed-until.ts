// Until when a presigned request may be used, as far as it says so itself. Pure.

/** Its parts are secrets. */
export interface Signed {
  readonly url: URL;
  /** Of a form. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
}

/** `20260105T120000Z`, as signatures of S3 and Google have it. */
function readBasicTime(text: string): number {
  const digits = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (digits === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = digits;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function milliseconds(seconds: string | null): number {
  return /^\d{1,11}$/.test(seconds ?? "") ? Number(seconds) * 1000 : Number.NaN;
}

function policyEnd(policy: string): number {
  const decoded = Buffer.from(policy, "base64").toString("latin1");
  return Date.parse(/"expiration"\s*:\s*"([^"]+)"/.exec(decoded)?.[1] ?? "");
}

function ends({ url, fields = [] }: Signed): readonly number[] {
  const query = url.searchParams;
  const lasting = (prefix: string): number =>
    readBasicTime(query.get(`${prefix}-Date`) ?? "") + milliseconds(query.get(`${prefix}-Expires`));
  return [
    lasting("X-Amz"),
    lasting("X-Goog"),
    // Of S3 and Google in their second version, and of CloudFront.
    milliseconds(query.get("Expires")),
    // Of Azure.
    Date.parse(query.get("se") ?? ""),
    // S3's own examples have `Policy` too: it does not tell the case of names apart.
    ...fields
      .filter(([name]) => name.toLowerCase() === "policy")
      .map(([, policy]) => policyEnd(policy)),
  ];
}

/** In ms since the epoch; `undefined` where it does not say so. */
export function signedUntil(signed: Signed): number | undefined {
  return ends(signed).find((end) => !Number.isNaN(end));
}
