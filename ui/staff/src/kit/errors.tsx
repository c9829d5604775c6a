import { Refusal } from "@linger/sdk";
import {
  Alert,
  Anchor,
  Button,
  Center,
  Group,
  Loader,
  Stack,
  Text,
  ThemeIcon,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconAlertTriangle, IconInbox } from "@tabler/icons-react";
import { Component, type ErrorInfo, type ReactNode } from "react";
import { formatDateTime, formatDuration } from "./format";

/** Anything thrown as a refusal: what is not one says its own message. */
export function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new Refusal({ code: "page_fault", message, retry: false, help: "" });
}

/** The server's sentence, with who, when and how long, where it says so. */
export function RefusalText({ error }: { error: unknown }) {
  const refusal = asRefusal(error);
  const by = refusal.takenBy;
  return (
    <>
      {refusal.message}
      {by && !refusal.message.includes(by) && <> It is with {by}.</>}
      {refusal.opensAt !== undefined && <> Opens {formatDateTime(refusal.opensAt)}.</>}
      {refusal.retryAfterMs !== undefined && refusal.retryAfterMs >= 1000 && (
        <> Try again in {formatDuration(refusal.retryAfterMs)}.</>
      )}
      {refusal.problems?.map((problem) => {
        const text = typeof problem === "string" ? problem : JSON.stringify(problem);
        return <div key={text}>{text}</div>;
      })}
    </>
  );
}

/** A refusal in the page: what was refused, the page that explains it, and trying again. */
export function RefusalAlert(props: {
  error: unknown;
  title?: string;
  onRetry?: () => void;
  onClose?: () => void;
}) {
  if (!props.error) return null;
  const refusal = asRefusal(props.error);
  return (
    <Alert
      color="red"
      role="alert"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={props.title}
      withCloseButton={!!props.onClose}
      closeButtonLabel="Dismiss"
      onClose={props.onClose}
    >
      <Text size="sm">
        <RefusalText error={refusal} />
      </Text>
      {(refusal.help || props.onRetry) && (
        <Group gap="sm" mt="xs">
          {props.onRetry && (
            <Button size="compact-sm" variant="default" onClick={props.onRetry}>
              Try again
            </Button>
          )}
          {refusal.help && (
            <Anchor
              size="sm"
              href={refusal.help}
              target="_blank"
              rel="noreferrer"
              c="inherit"
              underline="always"
            >
              What this means
            </Anchor>
          )}
        </Group>
      )}
    </Alert>
  );
}

/** A refusal that has no place of its own in the page. */
export function toastRefusal(error: unknown, title = "That did not work"): void {
  notifications.show({
    color: "red",
    title,
    message: <RefusalText error={error} />,
    autoClose: 10_000,
    withBorder: true,
  });
}

export function toastDone(message: ReactNode, title?: string): void {
  notifications.show({ color: "green", title, message, withBorder: true });
}

/** Nothing is here, why, and what to do about it. */
export function Empty(props: {
  title: string;
  children?: ReactNode;
  icon?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <Center h="100%" p="lg">
      <Stack align="center" gap={8} maw={360}>
        <ThemeIcon variant="light" color="gray" size={40} radius="xl" aria-hidden>
          {props.icon ?? <IconInbox size={20} />}
        </ThemeIcon>
        <Text fw={600} ta="center">
          {props.title}
        </Text>
        {props.children && (
          <Text size="sm" c="dimmed" ta="center" component="div">
            {props.children}
          </Text>
        )}
        {props.action}
      </Stack>
    </Center>
  );
}

export function Loading({ label = "Loading" }: { label?: string }) {
  return (
    <Center h="100%" p="lg" role="status" aria-live="polite">
      <Group gap="xs">
        <Loader aria-hidden />
        <Text size="sm" c="dimmed">
          {label}…
        </Text>
      </Group>
    </Center>
  );
}

/** A whole screen that could not be loaded. */
export function Failed(props: { error: unknown; onRetry?: () => void }) {
  return (
    <Center h="100%" p="lg">
      <Stack maw={480} w="100%">
        <RefusalAlert {...props} />
      </Stack>
    </Center>
  );
}

/** A fault of the page itself: the rest of it stays, and it can be tried again. */
export class ErrorBoundary extends Component<
  { children: ReactNode; what?: string },
  { error: Error | null }
> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <Center h="100%" p="lg">
        <Stack maw={480}>
          <Alert
            color="red"
            role="alert"
            icon={<IconAlertTriangle size={18} aria-hidden />}
            title={`${this.props.what ?? "This page"} has a fault`}
          >
            <Text size="sm">
              Nothing that was sent is lost. Go on, or load the page again if it happens once more.
            </Text>
            <Text size="xs" mt="xs" ff="monospace">
              {this.state.error.message}
            </Text>
            <Group gap="sm" mt="sm">
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => this.setState({ error: null })}
              >
                Go on
              </Button>
              <Button size="compact-sm" variant="default" onClick={() => location.reload()}>
                Load again
              </Button>
            </Group>
          </Alert>
        </Stack>
      </Center>
    );
  }
}
