/* cell.ts -- one value that parts of the page look at, and are drawn anew when it changes. */
/* SPDX-License-Identifier: Apache-2.0 */
import { useEffect, useState } from "preact/hooks";

export class Cell<T> {
  private readonly listeners = new Set<() => void>();
  constructor(private inside: T) {}

  get value(): T {
    return this.inside;
  }

  set value(next: T) {
    if (Object.is(next, this.inside))
      return;
    this.inside = next;
    for (const listener of [...this.listeners])
      listener();
  }

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }
}

/* The value, for as long as the part is drawn. */
export function useCell<T>(cell: Cell<T>): T {
  const [, again] = useState(0);
  useEffect(() => {
    let seen = cell.value;
    const stop = cell.listen(() => {
      seen = cell.value;
      again((n) => n + 1);
    });
    if (seen !== cell.value)
      again((n) => n + 1);
    return stop;
  }, [cell]);
  return cell.value;
}
