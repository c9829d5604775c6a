import { Text, Title } from "@mantine/core";
import { type ReactNode, useId } from "react";
import classes from "./Section.module.css";

/** A part of a form: what it is about, and its fields. */
export function Section(props: {
  title: string;
  help?: ReactNode;
  actions?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id} data-wide={props.wide || undefined}>
      <div className={classes.about}>
        <Title order={2} size="h3" id={id}>
          {props.title}
        </Title>
        {props.help && (
          <Text size="sm" c="dimmed" mt={4} component="div">
            {props.help}
          </Text>
        )}
        {props.actions}
      </div>
      <div className={classes.fields}>{props.children}</div>
    </section>
  );
}
