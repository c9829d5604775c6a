import { Button, Group, Text, TextInput, Title } from "@mantine/core";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import { Empty } from "../../kit";
import { A } from "./A";
import classes from "./ListPage.module.css";
import { usePageTitle } from "./usePageTitle";

export interface Column<R> {
  label: string;
  show: (row: R) => ReactNode;
  /** Left out on narrow pages. */
  wide?: boolean;
}

export interface Row {
  id: string;
  /** Its name for people. */
  name: string;
  to: string;
}

/** The objects of a kind: a table that is searched by name and id, and a way to make one. */
export function ListPage<R extends Row>(props: {
  title: string;
  lead: ReactNode;
  rows: readonly R[];
  columns: readonly Column<R>[];
  /** One of them, such as `queue`. */
  noun: string;
  newTo?: string;
  /** Why there should be one. */
  empty: ReactNode;
  icon?: ReactNode;
}) {
  const [search, setSearch] = useState("");
  usePageTitle(props.title);
  const query = search.trim().toLowerCase();
  const found = props.rows.filter(
    (row) => row.name.toLowerCase().includes(query) || row.id.toLowerCase().includes(query),
  );
  const add = props.newTo && (
    <Button
      component={Link}
      href={props.newTo}
      leftSection={<IconPlus size={16} aria-hidden />}
      className={classes.add}
    >
      New {props.noun}
    </Button>
  );
  return (
    <div className={classes.page}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="md">
        <div>
          <Title order={1}>{props.title}</Title>
          <Text c="dimmed" mt={4} className={classes.lead} component="div">
            {props.lead}
          </Text>
        </div>
        {props.rows.length > 0 && add}
      </Group>
      {props.rows.length === 0 ? (
        <div className={classes.empty}>
          <Empty title={`No ${props.noun} yet`} icon={props.icon} action={add}>
            {props.empty}
          </Empty>
        </div>
      ) : (
        <>
          <TextInput
            className={classes.search}
            aria-label={`Search ${props.title.toLowerCase()}`}
            placeholder="Search by name or id"
            leftSection={<IconSearch size={16} aria-hidden />}
            type="search"
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          <div className={classes.box}>
            <table className={classes.table} aria-label={props.title}>
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  {props.columns.map((column) => (
                    <th key={column.label} scope="col" data-wide={column.wide || undefined}>
                      {column.label}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {found.map((row) => (
                  <tr key={row.id}>
                    <td>
                      <A className={classes.link} to={row.to}>
                        {row.name}
                      </A>
                      {row.name !== row.id && (
                        <Text size="xs" c="dimmed" component="div">
                          {row.id}
                        </Text>
                      )}
                    </td>
                    {props.columns.map((column) => (
                      <td key={column.label} data-wide={column.wide || undefined}>
                        {column.show(row)}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <Text size="sm" c="dimmed" mt="sm" role="status">
            {query !== "" &&
              (found.length === 0
                ? `Nothing is called “${search.trim()}”.`
                : `${found.length} of ${props.rows.length}`)}
          </Text>
        </>
      )}
    </div>
  );
}
