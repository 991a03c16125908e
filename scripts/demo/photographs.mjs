// The demo's photographs on disk, and whether the server received exactly these.
// @ts-check
import { cpSync, existsSync, readdirSync } from "node:fs";
import path from "node:path";

/** Paths below a folder, with slashes, in order. @param {string} folder @returns {string[]} */
export function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .map((name) => name.replaceAll(path.sep, "/"))
    .toSorted();
}

/** @param {string} folder */
export const photosIn = (folder) => filesIn(folder).filter((name) => name.endsWith(".jpg"));

/** @param {string} clone @param {string} to */
export function copyPhotos(clone, to) {
  cpSync(path.join(clone, "examples", "photos"), to, { recursive: true });
}

/** The photograph that comes later. @param {string} clone @param {string} to @returns {string} its name */
export function addPhoto(clone, to) {
  const from = path.join(clone, "examples", "photo-to-add");
  cpSync(from, to, { recursive: true });
  return photosIn(from)[0] ?? "";
}

/** Whether exactly these files were stored, whatever prefix they have there. @param {string[]} objects @param {string[]} files */
export function isSameNames(objects, files) {
  const names = (/** @type {string[]} */ paths) =>
    paths.map((one) => path.posix.basename(one)).toSorted();
  return names(objects).join("\n") === names(files).join("\n");
}
