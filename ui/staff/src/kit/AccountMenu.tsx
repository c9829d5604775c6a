import {
  Avatar,
  Button,
  Menu,
  Modal,
  SegmentedControl,
  Select,
  Stack,
  Text,
  useMantineColorScheme,
} from "@mantine/core";
import {
  IconChevronDown,
  IconDevices,
  IconLock,
  IconLogout,
  IconPalette,
  IconShieldLock,
} from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { Password } from "./account/Password";
import { SecondFactor } from "./account/SecondFactor";
import { Sessions } from "./account/Sessions";
import { toastRefusal } from "./errors";
import { FORMAT_LOCALES, formatLocale } from "./format";
import { signOut, useSession } from "./session";
import { useReadable } from "./useReadable";

type Dialog = "password" | "second" | "sessions" | "look" | null;

const TITLES = {
  password: "Password",
  second: "Second factor",
  sessions: "Where you are signed in",
  look: "Appearance and formats",
};

/** What is one's own: how one signs in, where, and how the pages look. `children`: more entries on top. */
export function AccountMenu({ name, children }: { name?: string; children?: ReactNode }) {
  const session = useSession();
  const [dialog, setDialog] = useState<Dialog>(null);
  const shown = name ?? session.agent;
  const close = () => setDialog(null);
  return (
    <>
      <Menu position="bottom-end" width={240} withinPortal>
        <Menu.Target>
          <Button
            variant="subtle"
            color="gray"
            px={8}
            aria-label={`Account of ${shown}`}
            rightSection={<IconChevronDown size={14} aria-hidden />}
          >
            <Avatar size={24} name={shown} color="accent" aria-hidden alt="" />
            <Text size="sm" ml={8} visibleFrom="md" c="var(--mantine-color-text)">
              {shown}
            </Text>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            {shown} · {session.role}
          </Menu.Label>
          {children}
          <Menu.Item leftSection={<IconLock size={16} />} onClick={() => setDialog("password")}>
            {TITLES.password}…
          </Menu.Item>
          <Menu.Item leftSection={<IconShieldLock size={16} />} onClick={() => setDialog("second")}>
            {TITLES.second}…
          </Menu.Item>
          <Menu.Item leftSection={<IconDevices size={16} />} onClick={() => setDialog("sessions")}>
            Sessions…
          </Menu.Item>
          <Menu.Item leftSection={<IconPalette size={16} />} onClick={() => setDialog("look")}>
            {TITLES.look}…
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            leftSection={<IconLogout size={16} />}
            onClick={() => signOut().catch((error) => toastRefusal(error, "Not signed out"))}
          >
            Sign out
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={dialog !== null}
        onClose={close}
        title={dialog && TITLES[dialog]}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        {dialog === "password" && <Password onDone={close} />}
        {dialog === "second" && <SecondFactor onDone={close} />}
        {dialog === "sessions" && <Sessions />}
        {dialog === "look" && <Look />}
      </Modal>
    </>
  );
}

function Look() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const locale = useReadable(formatLocale);
  return (
    <Stack>
      <div>
        <Text size="sm" fw={500} mb={4} id="look-colors">
          Colours
        </Text>
        <SegmentedControl
          fullWidth
          aria-labelledby="look-colors"
          value={colorScheme}
          onChange={(next) => setColorScheme(next as "light" | "dark" | "auto")}
          data={[
            { value: "auto", label: "As the system" },
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" },
          ]}
        />
      </div>
      <Select
        label="Dates and numbers"
        data={FORMAT_LOCALES}
        value={locale}
        allowDeselect={false}
        onChange={(next) => formatLocale.set(next ?? "")}
      />
    </Stack>
  );
}
