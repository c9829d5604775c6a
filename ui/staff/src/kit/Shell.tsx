import { Menu } from "@mantine/core";
import type { ReactNode } from "react";
import { AccountMenu } from "./AccountMenu";
import { ConnectionLine } from "./ConnectionLine";
import { useFormatLocale } from "./format";
import { Mark } from "./Mark";
import { PresenceMenu } from "./PresenceMenu";
import classes from "./Shell.module.css";
import { may, useSession } from "./session";

export type Area = "desk" | "floor" | "console";

const AREAS: { area: Area; label: string; href: string; role: "agent" | "supervisor" | "admin" }[] =
  [
    { area: "desk", label: "Desk", href: "/desk", role: "agent" },
    { area: "floor", label: "Floor", href: "/desk/floor", role: "supervisor" },
    { area: "console", label: "Console", href: "/admin", role: "admin" },
  ];

/**
 * The frame around every page of the staff. `online`: the page has the agent's connection, so it shows
 * presence and the state of the connection. `fixed`: the page scrolls in parts of its own.
 * `navigate` goes to an area of the same app without loading a page; it says whether it did.
 */
export function Shell(props: {
  area: Area;
  children: ReactNode;
  header?: ReactNode;
  online?: boolean;
  fixed?: boolean;
  name?: string;
  /** More entries of the account menu. */
  menu?: ReactNode;
  navigate?: (area: Area) => boolean;
}) {
  const session = useSession();
  const locale = useFormatLocale();
  const areas = AREAS.filter((each) => may(session, each.role));
  const go = (area: Area) => (event: React.MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (props.navigate?.(area)) event.preventDefault();
  };
  return (
    <div className={classes.shell}>
      <header className={classes.bar}>
        <a className={classes.skip} href="#main">
          Skip to the page
        </a>
        <span className={classes.brand}>
          <Mark />
          <span className={classes.brandName}>linger</span>
        </span>
        {areas.length > 1 && (
          <nav className={classes.nav} aria-label="Areas">
            {areas.map((each) => (
              <a
                key={each.area}
                className={classes.link}
                href={each.href}
                onClick={go(each.area)}
                aria-current={each.area === props.area ? "page" : undefined}
              >
                {each.label}
              </a>
            ))}
          </nav>
        )}
        <span className={classes.space} />
        {props.header}
        {props.online && <PresenceMenu />}
        <AccountMenu name={props.name}>
          {areas.length > 1 && (
            <>
              {areas.map((each) => (
                <Menu.Item
                  key={each.area}
                  hiddenFrom="sm"
                  component="a"
                  href={each.href}
                  onClick={go(each.area)}
                >
                  {each.label}
                </Menu.Item>
              ))}
              <Menu.Divider hiddenFrom="sm" />
            </>
          )}
          {props.menu}
        </AccountMenu>
      </header>
      {props.online ? <ConnectionLine /> : <div />}
      {/* A change of formats draws the page again; it happens once in a lifetime. */}
      <main
        className={classes.main}
        id="main"
        tabIndex={-1}
        data-fixed={props.fixed || undefined}
        key={locale}
      >
        {props.children}
      </main>
    </div>
  );
}
