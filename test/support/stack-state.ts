// A stack's state as its backend keeps it in a folder, read without starting the engine. Knows nothing of programs.
import { createDecipheriv } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { KEY } from "./key-server";

export interface StackResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly initErrors?: readonly string[];
}

/** Secrets encrypted. @param home the engine's, of `engineEnv` */
export function stateIn(home: string): string {
  const file = path.join(home, "state", ".pulumi", "stacks", "test", "test.json");
  return readFileSync(file, "utf8");
}

/** As `pulumi stack export` shows them. */
export function resourcesIn(home: string): readonly StackResource[] {
  const { checkpoint } = JSON.parse(stateIn(home)) as {
    checkpoint: { latest?: { resources?: readonly StackResource[] } | null };
  };
  return checkpoint.latest?.resources ?? [];
}

/** Marks an encrypted value in a state. */
const SECRET = "4dabf18193072939515e22adb298388d";
const TAG_BYTES = 16;

function decrypted(ciphertext: string): string {
  const [, nonce = "", rest = ""] = ciphertext.split(":");
  const bytes = Buffer.from(rest, "base64");
  const decipher = createDecipheriv("aes-256-gcm", KEY, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const plain = decipher.update(bytes.subarray(0, -TAG_BYTES), undefined, "utf8");
  return plain + decipher.final("utf8");
}

/** As `pulumi stack output --show-secrets` shows them. */
export function outputsIn(home: string): Readonly<Record<string, unknown>> {
  const stack = resourcesIn(home).find(({ type }) => type === "pulumi:pulumi:Stack");
  const text = JSON.stringify(stack?.outputs ?? {});
  return JSON.parse(text, (_key, value: { ciphertext?: string } | null) =>
    value !== null && typeof value === "object" && SECRET in value
      ? (JSON.parse(decrypted(value.ciphertext ?? "")) as unknown)
      : value,
  ) as Readonly<Record<string, unknown>>;
}
