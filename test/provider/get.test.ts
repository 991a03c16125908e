// `get` of what is not there: the program goes on with what it reads, so it must not read nothing.
import type { Handlers } from "../../provider/handlers/handlers";
import { createBench, type Bench } from "../support/provider";

let bench: Bench;
beforeEach(async () => {
  bench = await createBench({});
});
afterEach(() => bench.stop());

const UID = "00000000-0000-4000-8000-000000000000";

// What the engine hands over: the program gives nothing else.
const OF_GET = { __provider: "loader" } as never;

type Kind = Exclude<keyof Handlers, "close">;

test.each<readonly [Kind, string, string]>([
  ["dataset", UID, "Dataset.get: no Dataset with the uid"],
  ["export", UID, "Export.get: no Export with the uid"],
  ["webhook", UID, "Webhook.get: no Webhook with the uid"],
  ["storageConfig", UID, "StorageConfig.get: no StorageConfig with the uid"],
  ["qualityTarget", `${UID}/${UID}`, "QualityTarget.get: no QualityTarget with the id"],
  ["fileSet", "pets-000000000000", "FileSet.get: no FileSet with the dataset name"],
])("of a %s that does not exist fails and says what to do", async (kind, id, said) => {
  const handlers = bench.handlers();
  const error: unknown = await handlers[kind].read(id, OF_GET).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  expect(String((error as Error).message)).toContain(`${said} ${id} `);
  expect(String((error as Error).message)).toContain("Check ");
  // Without a stack of ours: it is an answer to the program.
  expect((error as Error).stack).toBe((error as Error).message);
});
