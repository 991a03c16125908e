// Bytes to and from a presigned target, at hosts that store files alone. Never sees the API key.
import type { Avala } from "./connect";
import type { FormPresign } from "./manual-upload";
import type { HttpStream } from "./transport";

export { checkStorageHost } from "./storage-hosts";

/** One file to send: whole when it is small, else opened anew for each try. */
export type FormFile = {
  /** In the dataset. */
  readonly path: string;
  readonly sizeBytes: number;
} & (
  | { readonly small: Buffer; readonly open?: undefined }
  | { readonly small?: undefined; readonly open: () => AsyncIterable<Uint8Array> }
);

export interface SendOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the file that the connection has taken, as it takes them. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

export interface Stored {
  readonly etag?: string | undefined;
}

export function sendForm(
  _avala: Avala,
  _presign: FormPresign,
  _file: FormFile,
  _options: SendOptions = {},
): Promise<Stored> {
  throw new Error("coming");
}

export function download(
  _avala: Avala,
  _url: string,
  _options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<HttpStream> {
  throw new Error("coming");
}
