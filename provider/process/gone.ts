// What is gone at Avala. Only a 404 says so: whatever else a look or a removal ends with stays an error.
import type { dynamic } from "@pulumi/pulumi";
import { isNotFound } from "../../src/errors";

/** For `read`: without an id the resource leaves the state. */
export async function readOrGone<Outputs>(
  id: string,
  read: () => Promise<Outputs>,
): Promise<dynamic.ReadResult<Outputs>> {
  try {
    return { id, props: await read() };
  } catch (error) {
    if (isNotFound(error)) return { id: "" };
    throw error;
  }
}

/** For `delete`: what is gone already is removed. */
export async function removeUnlessGone(remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
