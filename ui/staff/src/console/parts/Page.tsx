import { Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./Page.module.css";
import { usePageTitle } from "./usePageTitle";

/** A page that is no form: its title, what it is for, and its content. */
export function Page(props: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  usePageTitle(props.title);
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <div>
          <Title order={1}>{props.title}</Title>
          {props.lead && (
            <Text c="dimmed" mt={4} className={classes.lead} component="div">
              {props.lead}
            </Text>
          )}
        </div>
        {props.actions}
      </div>
      {props.children}
    </div>
  );
}
