// What the emulator's storage says in the words of each store, and that it keeps one of two that come at once.
import { randomUUID } from "node:crypto";
import { request } from "node:http";
import type { Dialect, Emulator } from "../../emulator/index";
import { type Body, call, dial, presign, sendForm, start, stopAll } from "../support/emulator";

afterEach(stopAll);

type Words = Dialect["storeWords"];
type Target = Pick<Body, "url" | "headers">;

async function ask(emulator: Emulator): Promise<Target> {
  const file = { dataset_name: "cats", file_path_in_dataset: "a.jpg", content_length: 4 };
  const body = { ...file, upload_protocol_version: 2, dataset_upload_uid: BATCH };
  const path = "/datasets/manual-upload/file-upload-url/";
  return (await call(emulator, "POST", path, { body })).body;
}
const BATCH = randomUUID();

/** `status code`. */
async function said(answer: Response): Promise<string> {
  return `${answer.status} ${/<Code>(\w+)<\/Code>/.exec(await answer.text())?.[1]}`;
}

function put({ url, headers }: Target, body = "cats"): Promise<Response> {
  return fetch(url, { method: "PUT", headers, body });
}

test.each<[Words, string, string, string, string]>([
  ["s3", "403 AccessDenied", "403 AccessDenied", "412 PreconditionFailed", "503 SlowDown"],
  [
    "r2",
    "403 ExpiredRequest",
    "403 ExpiredRequest",
    "412 PreconditionFailed",
    "503 ServiceUnavailable",
  ],
  [
    "azure",
    "403 AuthenticationFailed",
    "403 AuthenticationFailed",
    "409 BlobAlreadyExists",
    "503 ServerBusy",
  ],
  [
    "google",
    "400 ExpiredToken",
    "400 InvalidPolicyDocument",
    "412 PreconditionFailed",
    "429 SlowDown",
  ],
])("in the words of %s", async (storeWords, expiredUrl, expiredForm, exists, throttled) => {
  const clock = dial();
  const dialect = { storeWords, uploadReply: "managed" } as const;
  const emulator = await start({ clock, presignSeconds: 60, dialect });
  emulator.setFault({ on: { target: "storage" }, throttled: true });
  expect(await said(await put(await ask(emulator)))).toBe(throttled);
  expect((await put(await ask(emulator))).status).toBe(200);
  expect(await said(await put(await ask(emulator)))).toBe(exists);
  const form = await presign(emulator, "b.jpg", 4);
  const target = await ask(emulator);
  clock.turn(61_000);
  expect(await said(await put(target))).toBe(expiredUrl);
  const late = await sendForm(form, "cats");
  expect(`${late.status} ${/<Code>(\w+)/.exec(late.text)?.[1]}`).toBe(expiredForm);
});

/** A PUT whose end comes when it is told to. */
function opened({ url, headers }: Target): { readonly end: (rest: string) => Promise<number> } {
  const sending = request(url, { method: "PUT", headers: { ...headers, "Content-Length": 4 } });
  sending.write("ca");
  return {
    end: (rest) =>
      new Promise((resolve, reject) => {
        sending.once("error", reject).once("response", (answer) => {
          answer.resume().once("end", () => resolve(answer.statusCode ?? 0));
        });
        sending.end(rest);
      }),
  };
}

test("of two that come to one place at once, the first to end is kept", async () => {
  const emulator = await start({ dialect: { uploadReply: "managed" } });
  const [first, second] = [opened(await ask(emulator)), opened(await ask(emulator))];
  while (emulator.requests().filter(({ route }) => route === "PutObject").length < 2)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(await second.end("ts")).toBe(200);
  expect(await first.end("rd")).toBe(412);
  const [object] = await emulator.objects();
  expect(String(await emulator.content(object!.key))).toBe("cats");
});
