// The transport of bytes to and from storage, on undici. Knows nothing of Avala.
import type { ProxySettings, Transport } from "./transport";

export interface StorageTransportOptions {
  readonly proxy?: ProxySettings | undefined;
}

export function createStorageTransport(_options: StorageTransportOptions = {}): Transport {
  throw new Error("coming");
}
