/** Where the token comes from that a connection says hello with. */
export interface Tokens {
  /** Whether a refused token is worth another try with a fresh one. */
  renewable: boolean;
  /** `fresh`: the last one was refused, or runs out. `undefined`: the page's cookie. */
  token(fresh: boolean): Promise<string | undefined>;
  /** The server says when the token runs out. */
  expires?(at: number): void;
}

/** A token that runs out sooner than this is not begun with. */
const LEFT_MS = 30_000;

/** The page is signed in by its cookie. */
export const cookie: Tokens = { renewable: false, token: async () => undefined };

/** Tokens of whoever uses the package: asked for when there is none, or none that is good. */
export function given(getToken: () => Promise<string>): Tokens {
  let token: string | undefined;
  let until = Number.POSITIVE_INFINITY;
  return {
    renewable: true,
    async token(fresh) {
      if (fresh || token === undefined || until - LEFT_MS < Date.now()) {
        token = undefined;
        until = Number.POSITIVE_INFINITY;
        token = await getToken();
      }
      return token;
    },
    expires(at) {
      until = at;
    },
  };
}
