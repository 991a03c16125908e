import { connect } from "node:net";
import { createHash, randomBytes } from "node:crypto";
import type { Emulator } from "../../emulator/index";
import {
  confirm,
  call,
  dial,
  type Form,
  presign,
  sendForm,
  start,
  stopAll,
  upload,
} from "../support/emulator";

afterEach(stopAll);

function code(answer: { text: string }): string | undefined {
  return /<Code>(\w+)<\/Code>/.exec(answer.text)?.[1];
}

/** Sends a form written out byte by byte, for what no form library would send. */
function rawForm(form: Form, parts: readonly string[], cut = 0): Promise<string> {
  const body = `${parts.map((part) => `--B\r\n${part}\r\n`).join("")}--B--\r\n`;
  const sent = body.slice(0, body.length - cut);
  const { hostname, port, pathname } = new URL(form.url);
  const head = `POST ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: ${Buffer.byteLength(sent)}\r\n\r\n`;
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(Number(port), hostname, () => socket.write(head + sent));
    socket
      .on("data", (chunk) => (text += chunk.toString()))
      .on("end", () => resolve(text))
      .on("error", reject);
  });
}

const part = (name: string, value: string) =>
  `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`;
const parts = (form: Form) => Object.entries(form.fields).map(([name, value]) => part(name, value));
const file = (content: string) =>
  `Content-Disposition: form-data; name="file"; filename="x"\r\nContent-Type: x/y\r\n\r\n${content}`;

describe("a form", () => {
  test("lands whole under its key, with its MD5 as ETag", async () => {
    const emulator = await start();
    const content = randomBytes(300_000);
    const sent = await upload(emulator, "päth/ü (1)+&'.jpg", content);
    expect(sent.status).toBe(204);
    expect(sent.headers.get("etag")).toBe(`"${createHash("md5").update(content).digest("hex")}"`);
    const [object] = await emulator.objects();
    expect(object!.key).toMatch(/^__u__=\/[0-9a-f-]{36}\/cats\/päth\/ü \(1\)\+&'\.jpg$/);
    expect(content.equals((await emulator.content(object!.key))!)).toBe(true);
  });

  test("carries any length that the presign did not name", async () => {
    const emulator = await start();
    const form = await presign(emulator, "a.jpg", 0, { content_length: undefined });
    expect((await sendForm(form, "12345")).status).toBe(204);
  });

  test.each([
    ["longer than signed", "123456", "EntityTooLarge"],
    ["shorter than signed", "1234", "EntityTooSmall"],
  ])("%s is refused, and nothing is kept", async (_what, content, expected) => {
    const emulator = await start();
    const answer = await sendForm(await presign(emulator, "a.jpg", 5), content);
    expect([answer.status, code(answer)]).toEqual([400, expected]);
    expect(await emulator.objects()).toEqual([]);
  });

  test("is refused once its policy has expired", async () => {
    const clock = dial();
    const emulator = await start({ clock, presignSeconds: 60 });
    const form = await presign(emulator, "a.jpg", 1);
    clock.turn(60_000);
    const answer = await sendForm(form, "x");
    expect([answer.status, code(answer)]).toEqual([403, "AccessDenied"]);
    expect(answer.text).toContain("Invalid according to Policy: Policy expired.");
  });

  const tampered: [string, (fields: Record<string, string>) => void, number, string][] = [
    ["another key", (fields) => (fields["key"] += "x"), 403, "AccessDenied"],
    ["another type", (fields) => (fields["Content-Type"] = "text/html"), 403, "AccessDenied"],
    [
      "a field that the policy does not name",
      (fields) => (fields["acl"] = "public-read"),
      403,
      "AccessDenied",
    ],
    [
      "another policy",
      (fields) => (fields["policy"] = Buffer.from("{}").toString("base64")),
      403,
      "SignatureDoesNotMatch",
    ],
    [
      "another signature",
      (fields) => (fields["x-amz-signature"] = "0".repeat(64)),
      403,
      "SignatureDoesNotMatch",
    ],
    [
      "someone else's access key",
      (fields) =>
        (fields["x-amz-credential"] = fields["x-amz-credential"]!.replace("AKIA", "ASIA")),
      403,
      "InvalidAccessKeyId",
    ],
    [
      "another region",
      (fields) =>
        (fields["x-amz-credential"] = fields["x-amz-credential"]!.replace(
          "us-east-1",
          "eu-west-1",
        )),
      400,
      "InvalidArgument",
    ],
    [
      "another date",
      (fields) => (fields["x-amz-date"] = "20200101T000000Z"),
      400,
      "InvalidArgument",
    ],
    ["another algorithm", (fields) => (fields["x-amz-algorithm"] = "none"), 400, "InvalidArgument"],
    ["no policy", (fields) => delete fields["policy"], 403, "AccessDenied"],
    ["no signature", (fields) => delete fields["x-amz-signature"], 400, "InvalidArgument"],
    ["no key", (fields) => delete fields["key"], 400, "InvalidArgument"],
  ];
  test.each(tampered)("with %s is refused", async (_what, change, status, expected) => {
    const emulator = await start();
    const form = await presign(emulator, "a.jpg", 1);
    change(form.fields);
    const answer = await sendForm(form, "x");
    expect([answer.status, code(answer)]).toEqual([status, expected]);
    expect(await emulator.objects()).toEqual([]);
  });

  test("may have an x-ignore- field that the policy does not name", async () => {
    const emulator = await start();
    const form = await presign(emulator, "a.jpg", 1);
    form.fields["x-ignore-me"] = "yes";
    expect((await sendForm(form, "x")).status).toBe(204);
  });

  test("ends with its file: a field behind it is not seen", async () => {
    const form = await presign(await start(), "a.jpg", 1);
    expect(await rawForm(form, [...parts(form), file("x"), part("acl", "public-read")])).toContain(
      " 204 ",
    );
    const [key, ...others] = parts(form);
    const late = await rawForm(form, [...others, file("x"), key!]);
    expect(late).toContain("Bucket POST must contain a field named 'key'.");
  });

  test("may hold the boundary's beginning in its file", async () => {
    const emulator = await start();
    const content = "\r\n--\r\r\n--A\r\n-";
    const form = await presign(emulator, "a.jpg", content.length);
    expect(await rawForm(form, [...parts(form), file(content)])).toContain(" 204 ");
    expect((await emulator.content(form.fields["key"]!))?.toString()).toBe(content);
  });

  test("without a file, or cut short, is no form", async () => {
    const emulator = await start();
    const form = await presign(emulator, "a.jpg", 1);
    expect(await rawForm(form, parts(form))).toContain(
      "POST requires exactly one file upload per request.",
    );
    expect(await rawForm(form, [...parts(form), file("x")], 6)).toContain(
      "<Code>MalformedPOSTRequest</Code>",
    );
    expect(await emulator.objects()).toEqual([]);
  });

  test("whose fields never end is refused", async () => {
    const form = await presign(await start(), "a.jpg", 1);
    const answer = await rawForm(form, [part("x-ignore-a", "x".repeat(30_000)), ...parts(form)]);
    expect(answer).toContain("<Code>MaxPostPreDataLengthExceeded</Code>");
  });

  test("is refused when it is another kind of body", async () => {
    const emulator = await start();
    const answer = await fetch(`${emulator.storageUrl}/avala-emulator`, {
      method: "POST",
      body: "x=1",
    });
    expect(answer.status).toBe(412);
  });

  test("replaces the object that was there", async () => {
    const emulator = await start();
    await upload(emulator, "a.jpg", "old");
    await upload(emulator, "a.jpg", "newer");
    expect(await emulator.objects()).toMatchObject([{ size: 5 }]);
  });

  test("that breaks off leaves nothing", async () => {
    const emulator = await start();
    const form = await presign(emulator, "a.jpg", 1_000_000);
    const { hostname, port } = new URL(form.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write(
          "POST /avala-emulator HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: 1000000\r\n\r\n--B\r\n",
        );
        setTimeout(() => socket.destroy(), 50);
      }).on("close", () => resolve());
    });
    expect(await emulator.objects()).toEqual([]);
    expect((await upload(emulator, "b.jpg", "x")).status).toBe(204);
  });
});

describe("a download", () => {
  async function withItem(
    content: string,
  ): Promise<{ emulator: Emulator; url: string; clock: ReturnType<typeof dial> }> {
    const clock = dial();
    const emulator = await start({ clock, downloadSeconds: 60 });
    await upload(emulator, "a b.jpg", content);
    await confirm(emulator);
    const { body } = await call(emulator, "GET", "/datasets/emulator/cats/items/");
    return { emulator, url: body.results[0]!.url, clock };
  }

  test.each([
    ["bytes=2-4", 206, "cde", "bytes 2-4/10"],
    ["bytes=7-", 206, "hij", "bytes 7-9/10"],
    ["bytes=-2", 206, "ij", "bytes 8-9/10"],
    ["bytes=5-99", 206, "fghij", "bytes 5-9/10"],
    ["lines=1-2", 200, "abcdefghij", null],
  ])("of the range %s", async (range, status, text, contentRange) => {
    const { url } = await withItem("abcdefghij");
    const answer = await fetch(url, { headers: { range } });
    expect([answer.status, await answer.text(), answer.headers.get("content-range")]).toEqual([
      status,
      text,
      contentRange,
    ]);
  });

  test("of a range beyond the end is refused", async () => {
    const { url } = await withItem("abc");
    expect((await fetch(url, { headers: { range: "bytes=3-" } })).status).toBe(416);
  });

  test("of an empty file is empty", async () => {
    const { url } = await withItem("");
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
  });

  test.each([
    ["once it has expired", (url: string) => url, 61_000, "AccessDenied"],
    ["with another path", (url: string) => url.replace("a%20b", "c"), 0, "SignatureDoesNotMatch"],
    [
      "with a longer life",
      (url: string) => url.replace("Expires=60", "Expires=600"),
      0,
      "SignatureDoesNotMatch",
    ],
    ["with no signature", (url: string) => url.split("?")[0]!, 0, "AccessDenied"],
    [
      "with someone else's key",
      (url: string) => url.replace("AKIA", "ASIA"),
      0,
      "InvalidAccessKeyId",
    ],
  ])("is refused %s", async (_when, change, later, expected) => {
    const { url, clock } = await withItem("abc");
    clock.turn(later);
    const answer = await fetch(change(url));
    expect([answer.status, code({ text: await answer.text() })]).toEqual([403, expected]);
  });

  test("of another bucket finds nothing", async () => {
    const emulator = await start();
    const answer = await fetch(`${emulator.storageUrl}/other/a`);
    expect([answer.status, code({ text: await answer.text() })]).toEqual([404, "NoSuchBucket"]);
  });
});
