import { Menu } from "@mantine/core";
import { IconKeyboard } from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { useLocation } from "wouter";
import {
  type Area,
  ErrorBoundary,
  Loading,
  Shell,
  sessionEnded,
  useReadable,
  useSession,
} from "../kit";
import { Dialogs } from "./actions/Dialogs";
import { dialogs } from "./actions/dialogs";
import { Capacity } from "./Capacity";
import classes from "./desk.module.css";
import { DeskModel, DeskProvider, useDesk } from "./model";
import { allowDesktop, desktop, sound } from "./offers/alarm";
import { Offers } from "./offers/Offers";
import { setUnread } from "./title";
import { Workplace } from "./Workplace";

const Floor = lazy(() => import("../floor/routes"));

/** The desk of whoever is signed in: one model for as long as they are. */
export function Desk() {
  const session = useSession();
  const [desk, setDesk] = useState<DeskModel | null>(null);
  useEffect(() => {
    const made = new DeskModel(session);
    made.start();
    setDesk(made);
    return () => made.stop();
  }, [session]);
  if (!desk) return <Loading label="Opening the desk" />;
  return (
    <DeskProvider value={desk}>
      <Frame />
    </DeskProvider>
  );
}

function Frame() {
  const desk = useDesk();
  const [location, go] = useLocation();
  const me = useReadable(desk.client.me);
  const floor = location.startsWith("/floor") && desk.supervisor;
  useEnded();
  useUnread();
  const navigate = useMemo(
    () => (area: Area) => {
      if (area === "console") return false;
      go(area === "floor" ? "/floor" : "/");
      return true;
    },
    [go],
  );
  return (
    <Shell
      area={floor ? "floor" : "desk"}
      online
      fixed={!floor}
      name={me?.display_name}
      navigate={navigate}
      header={<Capacity />}
      menu={<DeskMenu />}
    >
      <ErrorBoundary what={floor ? "The floor" : "The desk"}>
        {floor ? (
          <>
            <Suspense fallback={<Loading label="Opening the floor" />}>
              <Floor />
            </Suspense>
            <div className={classes.over}>
              <Offers onAccepted={(id) => go(`/c/${id}`)} />
            </div>
          </>
        ) : (
          <Workplace />
        )}
      </ErrorBoundary>
      <Dialogs />
    </Shell>
  );
}

/** Signed out by the server: back to the sign-in page, with its sentence. */
function useEnded(): void {
  const desk = useDesk();
  const connection = useReadable(desk.client.connection);
  useEffect(() => {
    if (connection.state === "signed_out") sessionEnded(connection.refusal);
  }, [connection]);
}

function useUnread(): void {
  const unread = useReadable(useDesk().store.unreadTotal);
  useEffect(() => setUnread(unread), [unread]);
}

/** What one chooses about offers, in the account menu. */
function DeskMenu() {
  const heard = useReadable(sound);
  const shown = useReadable(desktop);
  return (
    <>
      <Menu.CheckboxItem
        checked={heard === "on"}
        onChange={() => sound.set(heard === "on" ? "off" : "on")}
      >
        Sound of offers
      </Menu.CheckboxItem>
      <Menu.CheckboxItem
        checked={shown === "on"}
        onChange={() => (shown === "on" ? desktop.set("off") : void allowDesktop())}
      >
        Desktop notifications
      </Menu.CheckboxItem>
      <Menu.Item
        leftSection={<IconKeyboard size={16} aria-hidden />}
        onClick={() => dialogs.set({ kind: "keys" })}
      >
        Keyboard shortcuts
      </Menu.Item>
      <Menu.Divider />
    </>
  );
}
