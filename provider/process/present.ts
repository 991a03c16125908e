// Objects without absent values: the engine stores what is there, and an `undefined` is not.

type Loose<T> = { [K in keyof T]: object extends Pick<T, K> ? T[K] | undefined : T[K] };

/** `value` without the properties that are `undefined`. */
export function present<T extends object>(value: Loose<T>): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}
