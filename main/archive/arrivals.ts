/**
 * Keeps erasing and arriving apart: a file on its way in may be left out because its bytes are here already, so these bytes must
 * not be erased before the arrival is written down.
 */
export class Arrivals {
  private underWay = 0;
  private erasing: Promise<void> = Promise.resolve();
  private whenNone: () => void = () => undefined;

  /** From looking at a file until it is in the index. Must not be nested. */
  async during<T>(arrive: () => Promise<T>): Promise<T> {
    for (let waited: Promise<void> | undefined; waited !== this.erasing;) {
      waited = this.erasing;
      await waited;
    }
    this.underWay += 1;
    try {
      return await arrive();
    } finally {
      this.underWay -= 1;
      if (this.underWay === 0) this.whenNone();
    }
  }

  /** When nothing is on its way; what comes meanwhile waits. */
  alone<T>(erase: () => Promise<T>): Promise<T> {
    const result = this.erasing.then(async () => {
      if (this.underWay > 0) await new Promise<void>((resolve) => (this.whenNone = resolve));
      return erase();
    });
    this.erasing = result.then(
      () => undefined,
      () => undefined, // whoever asked for it hears of it
    );
    return result;
  }
}
