// What the URL of an item leads to: the object, the same by another name of the host, or a rendition of it. Pure.
import { createHash } from "node:crypto";
import type { Dialect } from "../dialect/dialect";
import type { ObjectRecord } from "../state/records";
import type { Presigner, UrlTarget } from "./s3/presign";

export type ItemUrl = (target: Pick<UrlTarget, "key" | "seconds" | "now">) => string;

/** No object has it: all of them lie below the root of an owner. */
const RENDITIONS = "renditions/";

export function itemUrlsOf(
  form: Dialect["itemUrls"],
  presigner: Presigner,
  elsewhere: Presigner,
): ItemUrl {
  const at = form === "otherHost" ? elsewhere : presigner;
  const folder = form === "rendition" ? RENDITIONS : "";
  return (target) => at.url({ ...target, method: "GET", key: `${folder}${target.key}` });
}

/** The key of the object that is read by `key`. */
export function originalOf(key: string): string {
  return key.startsWith(RENDITIONS) ? key.slice(RENDITIONS.length) : key;
}

interface Rendition {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly contentType: string;
}

/** Other content has another one. */
export function renditionOf({ etag, size }: Pick<ObjectRecord, "etag" | "size">): Rendition {
  const text = `RIFF....WEBP${etag}`;
  // Never of the size of the file.
  const bytes = Buffer.from(text.length === size ? `${text}.` : text);
  const md5 = createHash("md5").update(bytes).digest("hex");
  return { bytes, etag: md5, contentType: "image/webp" };
}
