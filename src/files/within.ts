// Whether one of the system's own paths lies below another. Pure: links and `..` are resolved by whoever asks.
import { sep } from "node:path";

export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
