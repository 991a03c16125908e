// Where files go, for what the run writes down: the manifest and the plan. Never a key or a password.
import { DEFAULT_BASE_URL } from "../../src/api/check-options";
import { canonicalBaseUrl } from "../../src/api/server-names";
import type { Avala } from "../../src/api/connection";
import { readConfig } from "../../src/config";
import { InputError } from "../../src/errors";
import type { ActionEnvironment } from "../environment";
import type { Inputs } from "../inputs/inputs";

export interface Destination {
  readonly baseUrl: string;
  /** Its uid; null: the key's own user. */
  readonly organization: string | null;
}

/** `avala` is absent in a dry run without a key. @throws InputError for a base URL that is none */
export function destinationOf(
  environment: ActionEnvironment,
  { connection }: Inputs,
  avala: Avala | undefined,
): Destination {
  const organization = connection.organizationUid ?? null;
  if (avala !== undefined) return { baseUrl: canonicalBaseUrl(avala.baseUrl), organization };
  const { baseUrl = DEFAULT_BASE_URL } = readConfig(connection, environment.env);
  if (!URL.canParse(baseUrl)) throw new InputError([{ input: "base URL", text: "is not a URL" }]);
  const { origin, pathname } = new URL(baseUrl);
  return { baseUrl: canonicalBaseUrl(`${origin}${pathname}`), organization };
}
