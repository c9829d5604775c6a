/** What the app keeps in the browser, besides what the SDK does. Works without any storage too. */

const memory = new Map<string, string>();

function storage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    // Browsers that keep nothing for frames of other sites throw already here.
    return null;
  }
}

export const kept = {
  get(key: string): string | null {
    try {
      return storage()?.getItem(`linger:${key}`) ?? memory.get(key) ?? null;
    } catch {
      return memory.get(key) ?? null;
    }
  },
  put(key: string, value: string | null): void {
    if (value === null) memory.delete(key);
    else memory.set(key, value);
    try {
      if (value === null) storage()?.removeItem(`linger:${key}`);
      else storage()?.setItem(`linger:${key}`, value);
    } catch {
      // Full or forbidden: it lasts as long as the page.
    }
  },
};
