// What the URLs of an item lead to: the object, the same by another name of the host, or a rendition of it. Pure.
import { createHash } from "node:crypto";
import type { Dialect } from "../dialect/dialect";
import { isIndexed, isShown } from "../media";
import type { ObjectRecord } from "../state/records";
import type { Presigner, UrlTarget } from "./s3/presign";

interface ItemUrls {
  readonly url: string;
  readonly dataUrl: string;
}

export type ItemUrlsAt = (target: Pick<UrlTarget, "key" | "seconds" | "now">) => ItemUrls;

// No object has these: all of them lie below the root of an owner.
const RENDITIONS = "renditions/";
const SCALED = "scaled/";
const UNNAMED = "objects/";

const MAX_UNSCALED_BYTES = 1024;

export function itemUrlsOf(
  form: Dialect["itemUrls"],
  presigner: Presigner,
  elsewhere: Presigner,
): ItemUrlsAt {
  const at = form === "otherHost" ? elsewhere : presigner;
  return (target) => {
    const urlOf = (key: string): string => at.url({ ...target, method: "GET", key });
    const url = urlOf(keyIn(form, target.key));
    return { url, dataUrl: form === "apart" ? urlOf(target.key) : url };
  };
}

function keyIn(form: Dialect["itemUrls"], key: string): string {
  if (form === "rendition" || form === "apart" || (form === "viewable" && !isShown(key)))
    return RENDITIONS + key;
  if (form === "scaled" && isIndexed(key, "image")) return SCALED + key;
  return form === "unnamed" ? UNNAMED + Buffer.from(key).toString("base64url") : key;
}

export function isRendition(key: string, { size }: Pick<ObjectRecord, "size">): boolean {
  return key.startsWith(RENDITIONS) || (key.startsWith(SCALED) && size > MAX_UNSCALED_BYTES);
}

/** The key of the object that is read by `key`. */
export function originalOf(key: string): string {
  for (const prefix of [RENDITIONS, SCALED])
    if (key.startsWith(prefix)) return key.slice(prefix.length);
  if (!key.startsWith(UNNAMED)) return key;
  return Buffer.from(key.slice(UNNAMED.length), "base64url").toString();
}

interface Rendition {
  readonly bytes: Buffer;
  /** As the header has it. */
  readonly etag: string;
  readonly contentType: string;
}

type Original = Pick<ObjectRecord, "etag" | "size" | "contentType">;

/** Other content has another one. */
export function renditionOf(key: string, { etag, size, contentType }: Original): Rendition {
  const text = `RIFF....WEBP${etag}`;
  if (key.startsWith(SCALED)) {
    const bytes = Buffer.alloc(Math.floor(size / 2), text);
    return { bytes, etag: `W/"${etag.slice(0, 8)}-scaled"`, contentType };
  }
  // Never of the size of the file.
  const bytes = Buffer.from(text.length === size ? `${text}.` : text);
  const md5 = createHash("md5").update(bytes).digest("hex");
  return { bytes, etag: `"${md5}"`, contentType: "image/webp" };
}
