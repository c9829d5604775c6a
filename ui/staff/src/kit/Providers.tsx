import "@mantine/core/styles.layer.css";
import "@mantine/notifications/styles.layer.css";
import "@mantine/spotlight/styles.layer.css";
import "./global.css";
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { ModalsProvider } from "@mantine/modals";
import { Notifications } from "@mantine/notifications";
import { setNonce } from "get-nonce";
import type { ReactNode } from "react";
import { ErrorBoundary } from "./errors";
import { theme, variables } from "./theme";

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
// The scroll lock of modals makes a style element of its own.
setNonce(nonce);

const schemes = localStorageColorSchemeManager({ key: "linger-colors" });

export function Providers({ children }: { children: ReactNode }) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      colorSchemeManager={schemes}
      getStyleNonce={() => nonce}
    >
      <ModalsProvider labels={{ confirm: "Confirm", cancel: "Cancel" }}>
        <Toasts />
        <ErrorBoundary>{children}</ErrorBoundary>
      </ModalsProvider>
    </MantineProvider>
  );
}

/** Where they cover the least: below the lists, and on phones above the composer's screen. */
function Toasts() {
  const narrow = useMediaQuery("(max-width: 48em)");
  return (
    <Notifications
      position={narrow ? "top-center" : "bottom-left"}
      limit={4}
      autoClose={6000}
      containerWidth={316}
    />
  );
}
