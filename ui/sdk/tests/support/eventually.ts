import type { Readable } from "../../src/index";

/** Tries until it does not throw, or answers what is not false. */
export async function eventually<T>(check: () => T | Promise<T>, within = 15_000): Promise<T> {
  const until = Date.now() + within;
  for (;;) {
    try {
      const found = await check();
      if (found !== false) return found;
      if (Date.now() > until) throw new Error("it did not come true");
    } catch (error) {
      if (Date.now() > until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/** Waits until a value is as wanted, and says what it is instead if it never is. */
export function when<T>(
  value: Readable<T>,
  wanted: (value: T) => boolean,
  within = 15_000,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let stop = () => {};
    const late = setTimeout(() => {
      stop();
      reject(new Error(`it stayed ${JSON.stringify(value.get())}`));
    }, within);
    const look = () => {
      const now = value.get();
      if (!wanted(now)) return;
      clearTimeout(late);
      stop();
      resolve(now);
    };
    stop = value.subscribe(look);
    look();
  });
}
