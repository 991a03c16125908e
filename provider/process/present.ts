// Objects without absent values, or without some of their properties: the engine stores what is there.

/** A program's null counts as left out. */
export function isLeftOut(value: unknown): boolean {
  return value === undefined || value === null;
}

type Loose<T> = { [K in keyof T]: object extends Pick<T, K> ? T[K] | undefined : T[K] };

/** `value` without the properties that are `undefined`. */
export function present<T extends object>(value: Loose<T>): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}

export function without<T extends object, Key extends keyof T>(
  value: T,
  keys: readonly Key[],
): Omit<T, Key> {
  const dropped = new Set<PropertyKey>(keys);
  const kept = Object.entries(value).filter(([key]) => !dropped.has(key));
  return Object.fromEntries(kept) as Omit<T, Key>;
}
