import { type ReactNode, useEffect } from "react";
import { Enrol } from "./account/Enrol";
import { Failed, Loading } from "./errors";
import { SignIn, SignInFrame } from "./SignIn";
import { loadSession, SessionProvider, useSessionState } from "./session";

/** Shows its children to whoever is signed in, and what is missing to everybody else. */
export function Gate({ children }: { children: ReactNode }) {
  const state = useSessionState();
  useEffect(() => {
    void loadSession();
  }, []);
  switch (state.status) {
    case "loading":
      return <Loading label="Opening" />;
    case "failed":
      return <Failed error={state.error} onRetry={() => void loadSession()} />;
    case "signed_out":
      return <SignIn reason={state.reason} />;
    case "must_enrol":
      return (
        <SignInFrame title="One more step">
          <Enrol
            lead="Your company asks for a second factor. Set it up once; after that it is a code at each sign-in."
            onDone={() => void loadSession()}
          />
        </SignInFrame>
      );
    case "signed_in":
      return <SessionProvider session={state.session}>{children}</SessionProvider>;
  }
}
