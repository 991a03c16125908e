// Text as the repository's formatter lays it out.
// @ts-check
import { format } from "oxfmt";

/** @param {string} name of the file, for its language @param {string} text */
export async function formatted(name, text) {
  const { code, errors } = await format(name, text, { printWidth: 100 });
  if (errors.length > 0)
    throw new Error(`${name}: ${errors.map(({ message }) => message).join(", ")}`);
  return code;
}
