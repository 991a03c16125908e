// How far a batch has come: the first file, in the order in which runs send, whose session is not complete. Found with few
// looks, since each costs a call. Pure, but for the looks that it is given.

/** What a look at one file's session shows. */
export interface Sight {
  readonly isComplete: boolean;
  /** How many of its parts are stored; absent: it goes as a whole. */
  readonly parts?: number | undefined;
  readonly partBytes?: number | undefined;
}

export interface Frontier {
  /** Of that file; as many as there are files: all are complete. */
  readonly index: number;
  readonly parts?: number | undefined;
  readonly partBytes?: number | undefined;
}

/** Whether somebody has sent something in between. */
export function hasMoved(before: Frontier, now: Frontier): boolean {
  return before.index !== now.index || before.parts !== now.parts;
}

/**
 * Without `before` it halves the whole set. Else it starts where the frontier was, and doubles its steps: where nothing moved, that
 * is one look.
 */
export async function findFrontier(
  count: number,
  look: (index: number) => Promise<Sight>,
  before?: Frontier,
): Promise<Frontier> {
  let [complete, open] = [-1, count];
  let atOpen: Sight | undefined;
  const lookAt = async (index: number): Promise<boolean> => {
    const sight = await look(index);
    if (sight.isComplete) complete = index;
    else [open, atOpen] = [index, sight];
    return sight.isComplete;
  };
  if (before !== undefined) {
    complete = before.index - 1;
    let step = 1;
    while (complete + step < count && (await lookAt(complete + step))) step *= 2;
  }
  while (open - complete > 1) await lookAt(Math.floor((complete + open) / 2));
  return { index: open, parts: atOpen?.parts, partBytes: atOpen?.partBytes };
}
