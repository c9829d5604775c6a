import { useSignal } from "@preact/signals";
import { t } from "../locales";
import { session, stage } from "../model/app";
import * as host from "../model/host";
import { initials } from "../model/rows";
import { EndChat } from "./EndChat";
import { Icon } from "./icons";
import { Menu } from "./Menu";

export function Header() {
  const words = t();
  const s = session.value;
  const info = s?.info.value;
  const agent = s?.agent.value;
  const asking = useSignal(false);
  const live = s?.current.value?.view.value.mode === "live" && s.current.value.id !== "";
  const name = agent?.name ?? "";
  return (
    <header class="header">
      <span class="avatar" aria-hidden="true">
        {name ? initials(name) : info ? initials(info.company || info.title) : ""}
      </span>
      <div class="header-words">
        <h1 tabIndex={-1}>{info?.title ?? ""}</h1>
        {name ? <p>{name}</p> : info && info.company !== info.title && <p>{info.company}</p>}
      </div>
      {stage.value === "chat" && <Menu onEnd={live ? () => (asking.value = true) : undefined} />}
      {host.origin !== null && (
        <button
          type="button"
          class="icon-button"
          aria-label={words.close}
          onClick={() => host.tell({ type: "close" })}
        >
          <Icon name="close" />
        </button>
      )}
      {asking.value && <EndChat done={() => (asking.value = false)} />}
    </header>
  );
}
