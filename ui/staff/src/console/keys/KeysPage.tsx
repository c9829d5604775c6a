import { Badge, Button, Group, Text } from "@mantine/core";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useCallback, useEffect, useState } from "react";
import { Empty, Failed, formatDateTime, Loading, now, toastDone } from "../../kit";
import { type ApiKey, readKeys, revokeKey } from "../api";
import { useConfig } from "../config";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import table from "../parts/ListPage.module.css";
import { Page } from "../parts/Page";
import { SecretDialog } from "../parts/SecretDialog";
import { NewKey } from "./NewKey";
import { SCOPES } from "./scopes";

export function KeysPage() {
  const { file } = useConfig();
  const [keys, setKeys] = useState<ApiKey[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<ApiKey | null>(null);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const load = useCallback(() => {
    setError(null);
    readKeys().then(setKeys, setError);
  }, []);
  useEffect(load, [load]);
  const nameOf = (id: string) => file.agents[id]?.name ?? file.agents[id]?.display_name ?? id;
  const add = (
    <Button
      leftSection={<IconPlus size={16} aria-hidden />}
      className={table.add}
      onClick={() => setMaking(true)}
    >
      New API key
    </Button>
  );
  return (
    <Page
      title="API keys"
      lead="For programs that use the API. A key works in somebody's name, within their role, and reaches only what its scopes say."
      actions={keys && keys.length > 0 && add}
    >
      {error !== null && <Failed error={error} onRetry={load} />}
      {error === null && keys === null && <Loading label="Reading the keys" />}
      {keys?.length === 0 && (
        <Empty title="No API key yet" icon={<IconKey size={20} />} action={add}>
          Make one for a program that reads conversations, or changes the configuration.
        </Empty>
      )}
      {keys && keys.length > 0 && (
        <div className={table.box}>
          <table className={table.table} aria-label="API keys">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Scopes</th>
                <th scope="col" data-wide>
                  In the name of
                </th>
                <th scope="col" data-wide>
                  Ends
                </th>
                <th scope="col">
                  <span className="visually-hidden">Revoke</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {keys.map((key) => (
                <tr key={key.id}>
                  <td>
                    <Text fw={500}>{key.name}</Text>
                    <Text size="xs" c="dimmed">
                      {key.id} · made {formatDateTime(key.since)} by {key.by}
                    </Text>
                  </td>
                  <td>
                    <Group gap={4}>
                      {key.scopes.map((scope) => (
                        <Badge key={scope} color="gray" title={SCOPES[scope]?.label}>
                          {scope}
                        </Badge>
                      ))}
                    </Group>
                  </td>
                  <td data-wide>{nameOf(key.agent)}</td>
                  <td data-wide>
                    {key.expires_at ? (
                      key.expires_at < now() ? (
                        <Badge color="orange">Ended</Badge>
                      ) : (
                        formatDateTime(key.expires_at)
                      )
                    ) : (
                      "When revoked"
                    )}
                  </td>
                  <td>
                    <Button
                      variant="subtle"
                      color="red"
                      size="compact-sm"
                      aria-label={`Revoke ${key.name}`}
                      onClick={() => setRevoking(key)}
                    >
                      Revoke
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <NewKey
        opened={making}
        onClose={() => setMaking(false)}
        onMade={(key) => {
          setMaking(false);
          setMade(key);
          load();
        }}
      />
      <SecretDialog
        title={`API key ${made?.name}`}
        label="API key"
        secret={made?.key ?? null}
        onClose={() => setMade(null)}
      >
        It is shown this once. Programs send it as a bearer token.
      </SecretDialog>
      <ConfirmDialog
        opened={revoking !== null}
        title={`Revoke ${revoking?.name}?`}
        action="Revoke"
        onClose={() => setRevoking(null)}
        onConfirm={async () => {
          if (!revoking) return;
          await revokeKey(revoking.id);
          toastDone("The key is revoked.");
          load();
        }}
      >
        Whatever uses it is refused from now on, and its sockets are closed.
      </ConfirmDialog>
    </Page>
  );
}
