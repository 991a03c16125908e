// Holds each import of a file to scripts/borders.js: of a value or a type, at the start or when it is called.
// @ts-check
import { statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { packageRefusalOf, refusalOf } from "../borders.js";

/** @typedef {import("@oxlint/plugins").ESTree.Node} Node */

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

/** @param {string} file a path of this machine @returns {string} the same from the root, with `/` */
const fromRoot = (file) => path.relative(ROOT, file).replaceAll(path.sep, "/");

/** @type {Map<string, string>} */
const resolved = new Map();

/** The file that is meant, or the path as it is where there is none. @param {string} place a path without its ending, or with it */
function fileAt(place) {
  const known = resolved.get(place);
  if (known !== undefined) return known;
  const bare = place.replace(/\.js$/, "");
  const candidates = [`${bare}.ts`, place, path.join(place, "index.ts")];
  const isFile = (/** @type {string} */ file) =>
    statSync(file, { throwIfNoEntry: false })?.isFile();
  const file = fromRoot(candidates.find(isFile) ?? place);
  resolved.set(place, file);
  return file;
}

/** @param {string} importer @param {string} specifier @returns {string | undefined} why it must not be imported there */
function refusalIn(importer, specifier) {
  const from = fromRoot(importer);
  return specifier.startsWith(".")
    ? refusalOf(from, fileAt(path.resolve(path.dirname(importer), specifier)))
    : packageRefusalOf(from, specifier);
}

/** @type {import("@oxlint/plugins").Rule} */
export const borders = {
  createOnce(context) {
    /** @param {Node | null | undefined} node what names the file or the package */
    const hold = (node) => {
      if (node?.type !== "Literal" || typeof node.value !== "string") return;
      const message = refusalIn(context.filename, node.value);
      if (message !== undefined) context.report({ node, message });
    };
    return {
      ImportDeclaration: ({ source }) => hold(source),
      ExportNamedDeclaration: ({ source }) => hold(source),
      ExportAllDeclaration: ({ source }) => hold(source),
      ImportExpression: ({ source }) => hold(source),
      TSImportType: ({ source }) => hold(source),
      TSExternalModuleReference: ({ expression }) => hold(expression),
      "CallExpression[callee.name='require']": (
        /** @type {import("@oxlint/plugins").ESTree.CallExpression} */ { arguments: [source] },
      ) => hold(source),
    };
  },
};
