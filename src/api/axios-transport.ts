// The transport of API calls, on axios. Knows nothing of Avala.
import type { ProxySettings, Transport } from "./transport";

export interface AxiosTransportOptions {
  readonly proxy?: ProxySettings | undefined;
}

export function createAxiosTransport(_options: AxiosTransportOptions = {}): Transport {
  throw new Error("coming");
}
