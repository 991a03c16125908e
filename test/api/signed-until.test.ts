// A store need not say that a presigned request has expired: the request itself says until when it may be used.
import { connect } from "../../src/api/connect";
import { signedUntil } from "../../src/api/storage/signed-until";
import { download, sendForm, sendPut } from "../../src/api/storage/storage";
import { rejectionOf } from "../support/thrown";
import { replyServer, type ReplyServer } from "../support/reply-server";

const AT = Date.UTC(2026, 0, 5, 12);
const policyUntil = (expiration: string): string =>
  Buffer.from(JSON.stringify({ expiration, conditions: [] })).toString("base64");
const base = "https://x.s3.amazonaws.com/a";

test.each([
  ["S3", "X-Amz-Date=20260105T110000Z&X-Amz-Expires=3600"],
  ["Google", "X-Goog-Date=20260105T110000Z&X-Goog-Expires=3600"],
  ["CloudFront, and S3 before", `Expires=${AT / 1000}&Signature=s`],
  ["Azure", "sv=2026-10-06&se=2026-01-05T12%3A00%3A00Z&sig=s"],
])("reads the end of a URL of %s", (_store, query) => {
  expect(signedUntil({ url: new URL(`${base}?${query}`) })).toBe(AT);
});

test.each(["policy", "Policy"])("reads the end of a form's %s", (name) => {
  const fields = [[name, policyUntil("2026-01-05T12:00:00.000Z")]] as const;
  expect(signedUntil({ url: new URL(base), fields })).toBe(AT);
});

test.each([
  "",
  "X-Amz-Date=20260105T110000Z",
  "X-Amz-Expires=60",
  "Expires=soon",
  "Expires=",
  "se=",
])("knows no end of %j", (query) =>
  expect(signedUntil({ url: new URL(`${base}?${query}`) })).toBeUndefined(),
);

describe("a refusal in no words", () => {
  let server: ReplyServer;
  const denied = "<Error><Code>AccessDenied</Code><Message>Access denied</Message></Error>";
  const begin = async (body = denied) => {
    server = await replyServer((_request, response) => {
      response.writeHead(403, { Date: new Date(AT).toUTCString() }).end(body);
    });
    return connect({ apiKey: "avk_storage_0123456789ab", allowStorageHosts: [server.host] });
  };
  afterEach(() => server.stop());

  const file = { path: "a.jpg", sizeBytes: 5, small: Buffer.from("bytes") };
  const put = { path: "a.jpg", sizeBytes: 5, body: Buffer.from("bytes") };
  const form = (expiration: string) => ({
    url: server.origin,
    fields: [["policy", policyUntil(expiration)]] as const,
  });
  const url = (end: number) => `${server.origin}/a?Expires=${end / 1000}`;

  test.each([
    ["has passed", -60_000, "storage_expired", true],
    ["has not", 60_000, "storage", false],
  ])(
    "is an expired one where its end %s by the store's clock",
    async (_when, ms, code, retryable) => {
      const avala = await begin();
      const expected = { code, retryable };
      const at = new Date(AT + ms).toISOString();
      await expect(sendForm(avala, form(at), file)).rejects.toMatchObject(expected);
      const target = { url: url(AT + ms), headers: {} };
      await expect(sendPut(avala, target, put)).rejects.toMatchObject(expected);
      await expect(download(avala, url(AT + ms))).rejects.toMatchObject(expected);
      avala.close();
    },
  );

  test("is told with the end, and with how far the store's clock is from this machine's", async () => {
    const avala = await begin();
    const error = await rejectionOf(sendForm(avala, form(new Date(AT - 1).toISOString()), file));
    expect(String(error)).toMatch(
      /it was valid until 2026-01-05T11:59:59Z; the store's clock says 2026-01-05T12:00:00Z; this machine's clock is \d+ h.* ahead of it\)/,
    );
    expect(error).toMatchObject({ isEndedByClock: true });
    avala.close();
  });

  test.each([
    ["ExpiredToken", "The provided token has expired."],
    ["AccessDenied", "Request has expired"],
  ])("that says %s is told without the clocks where these don't show it", async (code, words) => {
    const avala = await begin(`<Error><Code>${code}</Code><Message>${words}</Message></Error>`);
    const target = { url: url(AT + 60_000), headers: {} };
    const error = await rejectionOf(sendPut(avala, target, put));
    const expected = { code: "storage_expired", retryable: true, isEndedByClock: false };
    expect(error).toMatchObject(expected);
    expect(String(error)).toContain(`has expired (403, ${code}).`);
    expect(String(error)).not.toMatch(/valid until|clock/);
    avala.close();
  });

  test.each(["EntityTooLarge", "SignatureDoesNotMatch", "NoSuchBucket"])(
    "is not what %s is, which a new URL does not help",
    async (code) => {
      const avala = await begin(`<Error><Code>${code}</Code><Message>words</Message></Error>`);
      const target = { url: url(AT - 60_000), headers: {} };
      const expected = { code: "storage", retryable: false };
      await expect(sendPut(avala, target, put)).rejects.toMatchObject(expected);
      avala.close();
    },
  );
});
