// Asks where one file goes by the first protocol, which knows forms only.
import type { Avala } from "../../src/api/connection";
import { presignFile, type FormPresign } from "../../src/api/endpoints/uploads/presign";

export async function presignForm(
  avala: Avala,
  input: Omit<Parameters<typeof presignFile>[1], "uploadUid">,
): Promise<FormPresign> {
  const presigned = await presignFile(avala, input);
  if (presigned.method !== "POST") throw new Error(`presigned by ${presigned.method}`);
  return presigned.form;
}
