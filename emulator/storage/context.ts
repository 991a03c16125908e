// What the object storage's requests share. Types only.
import type { Dialect } from "../dialect/dialect";
import type { LocalStore } from "./local-store";
import type { Signer } from "./s3/sigv4";

export interface StorageContext {
  readonly bucket: string;
  readonly store: LocalStore;
  readonly signer: Signer;
  readonly words: Dialect["storeWords"];
  now(): number;
}
