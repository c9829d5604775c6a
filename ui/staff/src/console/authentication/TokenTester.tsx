import { Alert, Badge, Button, Code, Group, Stack, Text, Textarea } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { RefusalAlert } from "../../kit";
import { type TokenTest, testToken } from "../api";
import classes from "./TokenTester.module.css";

/** Checks a token against the saved setting, and says what is wrong with it. */
export function TokenTester({ id, unsaved }: { id: string; unsaved: boolean }) {
  const [token, setToken] = useState("");
  const [busy, setBusy] = useState(false);
  const [answer, setAnswer] = useState<TokenTest | null>(null);
  const [error, setError] = useState<unknown>(null);
  const test = async () => {
    setBusy(true);
    setError(null);
    setAnswer(null);
    try {
      setAnswer(await testToken(id, token.trim()));
    } catch (refusal) {
      setError(refusal);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Stack gap={16}>
      {unsaved && (
        <Alert color="orange">
          <Text size="sm">You have unsaved changes; the test does not know of them.</Text>
        </Alert>
      )}
      <Textarea
        label="Token"
        autosize
        minRows={3}
        maxRows={8}
        spellCheck={false}
        autoComplete="off"
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        value={token}
        onChange={(event) => setToken(event.currentTarget.value)}
      />
      <Group>
        <Button
          variant="default"
          loading={busy}
          disabled={token.trim() === ""}
          onClick={() => void test()}
        >
          Test
        </Button>
      </Group>
      <RefusalAlert error={error} />
      <div role="status">{answer && <Tested answer={answer} />}</div>
    </Stack>
  );
}

function Tested({ answer }: { answer: TokenTest }) {
  return (
    <section className={classes.answer} aria-label="What the token is worth">
      <Group gap={8}>
        <Badge color={answer.ok ? "green" : "red"}>{answer.ok ? "Accepted" : "Refused"}</Badge>
        {answer.customer && <Text size="sm">Customer {answer.customer}</Text>}
      </Group>
      <ul className={classes.checks}>
        {answer.checks.map((check) => (
          <li key={check.check}>
            {check.ok ? (
              <IconCheck size={16} aria-label="Good" className={classes.good} />
            ) : (
              <IconX size={16} aria-label="Wrong" className={classes.wrong} />
            )}
            <Text size="sm" component="span">
              <b>{check.check.replaceAll("_", " ")}</b> {check.message}
            </Text>
          </li>
        ))}
      </ul>
      {answer.claims && (
        <Code block mt={12} className={classes.claims}>
          {JSON.stringify(answer.claims, null, 2)}
        </Code>
      )}
    </section>
  );
}
