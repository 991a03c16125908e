// What the URL of an item leads to: the object, the same by another name of the host, or a rendition of it. Pure.
import { createHash } from "node:crypto";
import type { Dialect } from "../dialect/dialect";
import { isShown } from "../media";
import type { ObjectRecord } from "../state/records";
import type { Presigner, UrlTarget } from "./s3/presign";

export type ItemUrl = (target: Pick<UrlTarget, "key" | "seconds" | "now">) => string;

// No object has these: all of them lie below the root of an owner.
const RENDITIONS = "renditions/";
const UNNAMED = "objects/";

export function itemUrlsOf(
  form: Dialect["itemUrls"],
  presigner: Presigner,
  elsewhere: Presigner,
): ItemUrl {
  const at = form === "otherHost" ? elsewhere : presigner;
  return (target) => at.url({ ...target, method: "GET", key: keyIn(form, target.key) });
}

function keyIn(form: Dialect["itemUrls"], key: string): string {
  if (form === "rendition" || (form === "viewable" && !isShown(key))) return RENDITIONS + key;
  return form === "unnamed" ? UNNAMED + Buffer.from(key).toString("base64url") : key;
}

export function isRendition(key: string): boolean {
  return key.startsWith(RENDITIONS);
}

/** The key of the object that is read by `key`. */
export function originalOf(key: string): string {
  if (isRendition(key)) return key.slice(RENDITIONS.length);
  if (!key.startsWith(UNNAMED)) return key;
  return Buffer.from(key.slice(UNNAMED.length), "base64url").toString();
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
