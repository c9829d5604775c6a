import { useEffect } from "preact/hooks";
import { t } from "../locales";
import { again, questions, session, stage, undecided } from "../model/app";
import * as host from "../model/host";
import { Closed } from "./Closed";
import { Composer } from "./Composer";
import { Header } from "./Header";
import type { IconName } from "./icons";
import { Icon } from "./icons";
import { ConnectionLine, HoursLine, PlaceLine } from "./Lines";
import { Log } from "./Log";
import { Skeleton } from "./Skeleton";

export function App() {
  useEffect(() => {
    const close = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) host.tell({ type: "close" });
    };
    window.addEventListener("keydown", close);
    return () => window.removeEventListener("keydown", close);
  }, []);
  return (
    <main class="app" aria-label={t().dialog}>
      <Header />
      <ConnectionLine />
      <Stage />
    </main>
  );
}

function Stage() {
  const words = t();
  switch (stage.value) {
    case "loading":
      return <Skeleton />;
    case "failed": {
      const sentence = session.value?.connection.value.refusal?.message ?? "";
      return (
        <Sentence icon="alert" title={words.failedTitle} text={sentence}>
          <button type="button" class="button" onClick={again}>
            {words.tryAgain}
          </button>
        </Sentence>
      );
    }
    case "disabled":
      return <Sentence icon="moon" title={words.disabledTitle} text={words.disabledText} />;
    case "sign_in":
      return <Sentence icon="lock" title={words.signInTitle} text={words.signInText} />;
    case "closed":
      return <Closed />;
    default:
      return (
        <>
          <HoursLine />
          <PlaceLine />
          <Log />
          {!questions.value && !undecided.value && <Composer />}
        </>
      );
  }
}

interface SentenceProps {
  icon: IconName;
  title: string;
  text: string;
  children?: preact.ComponentChildren;
}

/** One thing to say, in the middle of the panel. */
export function Sentence({ icon, title, text, children }: SentenceProps) {
  return (
    <section class="sentence">
      <span class="sentence-icon">
        <Icon name={icon} size={28} />
      </span>
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {children}
    </section>
  );
}
