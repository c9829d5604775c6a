import { ActionIcon, Group, Text } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./Item.module.css";

/** One of a list inside a form, with what moves and removes it. */
export function Item(props: {
  /** What it is called for people who do not see it: `Rule prices`. */
  label: string;
  title?: ReactNode;
  index?: number;
  count?: number;
  onMove?: (by: -1 | 1) => void;
  onRemove?: () => void;
  place?: string;
  children: ReactNode;
}) {
  const { index = 0, count = 0, onMove } = props;
  return (
    <fieldset
      className={classes.item}
      aria-label={props.label}
      data-place={props.place}
      tabIndex={-1}
    >
      <Group justify="space-between" wrap="nowrap" gap={8} className={classes.head}>
        <Text size="sm" fw={600} component="div" className={classes.title}>
          {props.title ?? props.label}
        </Text>
        <Group gap={0} wrap="nowrap">
          {onMove && (
            <>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Move ${props.label} up`}
                disabled={index === 0}
                onClick={() => onMove(-1)}
              >
                <IconArrowUp size={16} aria-hidden />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Move ${props.label} down`}
                disabled={index >= count - 1}
                onClick={() => onMove(1)}
              >
                <IconArrowDown size={16} aria-hidden />
              </ActionIcon>
            </>
          )}
          {props.onRemove && (
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove ${props.label}`}
              onClick={props.onRemove}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          )}
        </Group>
      </Group>
      <div className={classes.body}>{props.children}</div>
    </fieldset>
  );
}
