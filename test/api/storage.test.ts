import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { connect } from "../../src/api/connect";
import type { Avala } from "../../src/api/connection";
import type { FormPresign } from "../../src/api/endpoints/uploads/presign";
import { download, sendForm } from "../../src/api/storage/storage";
import { replyServer, type Answer, type ReplyServer } from "../support/reply-server";
import { rejectionOf } from "../support/thrown";

const KEY = "avk_storage_0123456789ab";
const opened: { avala: Avala; server: ReplyServer }[] = [];
afterEach(async () => {
  for (const { avala, server } of opened.splice(0)) {
    avala.close();
    await server.stop();
  }
});

async function store(
  answer: Answer,
): Promise<{ avala: Avala; server: ReplyServer; target: FormPresign }> {
  const server = await replyServer(answer);
  const avala = connect({ apiKey: KEY, allowStorageHosts: [server.host] });
  opened.push({ avala, server });
  const fields = [
    ["key", "root/cats/a.jpg"],
    ["x-amz-meta-name", 'naïve "name"'],
    ["policy", "eyJwb2xpY3kiOiJzZWNyZXQifQ=="],
    ["x-amz-signature", "0badc0de"],
  ] as const;
  return { avala, server, target: { url: `${server.origin}/bucket?sig=urlsecret`, fields } };
}

const xml = (code: string, message = "words"): string =>
  `<?xml version="1.0"?>\n<Error><Code>${code}</Code><Message>${message}</Message><Key>root/cats/a.jpg</Key></Error>`;

const refusing = (status: number, body: string, headers = {}): Answer => {
  return (_request, response) => response.writeHead(status, headers).end(body);
};

const file = { path: "cats/a.jpg", sizeBytes: 5, small: Buffer.from("bytes") };

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The parts of a form as a server reads it. */
async function parts(body: Buffer, type: string): Promise<[string, string | File][]> {
  const form = await new Response(new Uint8Array(body), {
    headers: { "content-type": type },
  }).formData();
  return [...form.entries()] as [string, string | File][];
}

const hash = "0cc175b9c0f1b6a831c399e269772661";

describe("sendForm", () => {
  test.each([200, 201, 204])("takes %d for success", async (status) => {
    const { avala, target } = await store(refusing(status, "", { ETag: '"abc"' }));
    expect(await sendForm(avala, target, file)).toMatchObject({ etag: '"abc"', wasThere: false });
  });

  test.each([
    ["an MD5 is one", { ETag: '"0CC175B9C0F1B6A831C399E269772661"' }, hash],
    ["a weak one is one", { ETag: `W/"${hash}"` }, hash],
    ["that of parts is none", { ETag: `"${hash}-3"` }, undefined],
    ["none is none", {}, undefined],
    [
      "one under KMS is none",
      { ETag: `"${hash}"`, "x-amz-server-side-encryption": "aws:kms:dsse" },
      undefined,
    ],
    [
      "one under S3's own keys is one",
      { ETag: hash, "x-amz-server-side-encryption": "AES256" },
      hash,
    ],
    [
      "one under a user's key is none",
      { ETag: `"${hash}"`, "x-amz-server-side-encryption-customer-algorithm": "AES256" },
      undefined,
    ],
  ])("reads the ETag: %s", async (_name, headers, md5) => {
    const { avala, target } = await store(refusing(204, "", headers));
    expect((await sendForm(avala, target, file)).md5).toBe(md5);
  });

  test("sends every field in order, the file last, in exactly the length it says", async () => {
    const { avala, server, target } = await store(refusing(204, ""));
    await sendForm(avala, target, file);
    const [heard] = server.heard;
    expect(heard).toMatchObject({ method: "POST", url: "/bucket?sig=urlsecret" });
    expect(heard?.headers["content-length"]).toBe(String(heard?.body.length));
    const sent = await parts(heard?.body ?? Buffer.alloc(0), heard?.headers["content-type"] ?? "");
    expect(sent.slice(0, -1)).toEqual(target.fields);
    const [name, last] = sent.at(-1) ?? [];
    expect(name).toBe("file");
    expect(last).toMatchObject({ name: "a.jpg", size: 5 });
    expect(await (last as File).text()).toBe("bytes");
  });

  test("streams a large file, chunk by chunk, and tells its bytes alone", async () => {
    const bytes = randomBytes(3_000_001);
    const { avala, server, target } = await store(refusing(204, ""));
    const told: number[] = [];
    const large = {
      path: "a.jpg",
      sizeBytes: bytes.length,
      open: () => inChunks(bytes, 512 * 1024),
    };
    await sendForm(avala, target, large, { onBytes: (count) => told.push(count) });
    const [heard] = server.heard;
    expect(heard?.headers["content-length"]).toBe(String(heard?.body.length));
    expect(heard?.body.includes(bytes)).toBe(true);
    expect(told.reduce((sum, count) => sum + count, 0)).toBe(bytes.length);
  });

  test("never shows the store the API key, nor who is asking", async () => {
    const { avala, server, target } = await store(refusing(204, ""));
    await sendForm(avala, target, file);
    const seen = JSON.stringify([server.heard[0]?.rawHeaders, String(server.heard[0]?.body)]);
    expect(seen).not.toContain(KEY);
    expect(seen.toLowerCase()).not.toContain("x-avala");
  });

  test("a file's name can't break out of its header", async () => {
    const { avala, server, target } = await store(refusing(204, ""));
    await sendForm(avala, target, { ...file, path: 'a/"; x="\r\nEvil: 1\r\n\r\n.jpg' });
    const text = String(server.heard[0]?.body);
    expect(text).toContain('filename="%22; x=%22%0D%0AEvil: 1%0D%0A%0D%0A.jpg"');
  });

  test.each([
    ["shorter", 4],
    ["longer", 6],
  ])("a file that became %s is never sent whole", async (_name, bytes) => {
    const { avala, server, target } = await store(refusing(204, ""));
    const open = () => inChunks(Buffer.alloc(bytes), 1);
    const error = sendForm(avala, target, { path: "a.jpg", sizeBytes: 5, open });
    await expect(error).rejects.toMatchObject({ code: "file_changed", retryable: false });
    expect(server.heard).toHaveLength(0);
  });

  test("sends nothing to a host that stores no files", async () => {
    const { avala, server } = await store(refusing(204, ""));
    const other = server.origin.replace("127.0.0.1", "localhost");
    const error = sendForm(avala, { url: other, fields: [] }, file);
    await expect(error).rejects.toMatchObject({ code: "storage_host", retryable: false });
    expect(server.heard).toHaveLength(0);
  });

  test.each([
    [403, "AccessDenied", "Invalid according to Policy: Policy expired.", "storage_expired", true],
    [403, "AccessDenied", "Request has expired", "storage_expired", true],
    [400, "ExpiredToken", "The provided token has expired.", "storage_expired", true],
    [403, "AccessDenied", "Access Denied", "storage", false],
    [403, "SignatureDoesNotMatch", "", "storage", false],
    [400, "EntityTooLarge", "", "storage", false],
    [400, "RequestTimeout", "", "storage", true],
    [503, "SlowDown", "", "storage", true],
    [500, "InternalError", "", "storage", true],
    [429, "TooManyRequests", "", "storage", true],
    [502, "", "", "storage", true],
    [404, "NoSuchBucket", "", "storage", false],
    [412, "PreconditionFailed", "", "storage", false],
  ])("%d %s (%s) is %s, retryable %s", async (status, code, message, expected, retryable) => {
    const { avala, target } = await store(refusing(status, code === "" ? "" : xml(code, message)));
    const error = sendForm(avala, target, file);
    await expect(error).rejects.toMatchObject({ code: expected, retryable, ambiguous: false });
  });

  test("honours the store's Retry-After", async () => {
    const { avala, target } = await store(refusing(503, xml("SlowDown"), { "Retry-After": "4" }));
    await expect(sendForm(avala, target, file)).rejects.toMatchObject({ retryAfterMs: 4000 });
  });

  test("does not follow a redirect", async () => {
    const { avala, server, target } = await store(refusing(307, "", { Location: "/other" }));
    await expect(sendForm(avala, target, file)).rejects.toMatchObject({ code: "redirect" });
    expect(server.heard).toHaveLength(1);
  });

  test.each([
    ["a refusal", refusing(403, xml("SignatureDoesNotMatch", "urlsecret eyJwb2xpY3kiOi 0badc0de"))],
    ["a lost connection", (_request: unknown, response: ServerResponse) => response.destroy()],
    ["a refusal in other words", refusing(400, "<html>urlsecret 0badc0de</html>")],
  ])("%s shows the host and the file, and neither URL nor fields", async (_name, answer) => {
    const { avala, server, target } = await store(answer);
    const { message, hint } = await rejectionOf(sendForm(avala, target, file));
    expect(message).toContain(server.host);
    expect(message).toContain("cats/a.jpg");
    expect(`${message} ${hint}`).not.toMatch(/urlsecret|eyJwb2xpY3|0badc0de|\/bucket/);
  });

  test("expands no entities of an error's XML, and survives its being none", async () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "boom">]><Error><Code>&a;</Code></Error>`;
    const { avala, target } = await store(refusing(400, bomb));
    const error = await rejectionOf(sendForm(avala, target, file));
    expect(error).toMatchObject({ code: "storage" });
    expect(String(error)).not.toContain("boom");
  });

  test("stops at once when its signal aborts", async () => {
    const stop = new AbortController();
    const { avala, target } = await store(() => stop.abort());
    const error = sendForm(avala, target, file, { signal: stop.signal });
    await expect(error).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("download", () => {
  test("streams what is there, without the key", async () => {
    const { avala, server, target } = await store(refusing(200, "content"));
    const { body } = await download(avala, target.url);
    let text = "";
    for await (const chunk of body) text += String(chunk);
    expect(text).toBe("content");
    expect(JSON.stringify(server.heard[0]?.rawHeaders)).not.toContain(KEY);
  });

  test("an expired URL is an error that a fresh one can help", async () => {
    const { avala, target } = await store(
      refusing(403, xml("AccessDenied", "Request has expired")),
    );
    const error = download(avala, target.url);
    await expect(error).rejects.toMatchObject({ code: "storage_expired", retryable: true });
  });

  test("asks nothing of a host that stores no files", async () => {
    const { avala } = await store(refusing(200, ""));
    const error = download(avala, "https://intranet.example/secret");
    await expect(error).rejects.toMatchObject({ code: "storage_host" });
  });
});
