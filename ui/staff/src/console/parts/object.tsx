import { Refusal } from "@linger/sdk";
import { Button, TextInput } from "@mantine/core";
import { type ComponentType, useState } from "react";
import { Link, useLocation } from "wouter";
import { Empty } from "../../kit";
import { putObject } from "../api";
import { useConfig } from "../config";
import { KIND_NAMES, KIND_PATHS, objectPath } from "../kinds";
import type { CompanyFile, Kind, ObjectOf } from "../types";
import { objectsOf } from "../types";
import { useFields } from "./fields";
import { slug } from "./plain";
import { type Editor, useEditor } from "./useEditor";

export interface ObjectEditorProps<K extends Kind> {
  id: string;
  initial: ObjectOf<K>;
  /** What the company has under the id: nothing of a new one. */
  current: (file: CompanyFile) => ObjectOf<K> | undefined;
  fresh: boolean;
  /** Starts over with what the server has. */
  onReload: () => void;
}

/** An editor for the object of an address, or for a new one. */
export function ObjectRoute<K extends Kind>(props: {
  kind: K;
  /** Absent: a new one. */
  id?: string;
  template: (file: CompanyFile) => ObjectOf<K>;
  read?: (file: CompanyFile, id: string, object: ObjectOf<K>) => ObjectOf<K>;
  Editor: ComponentType<ObjectEditorProps<K>>;
}) {
  const { kind, id, Editor: Page } = props;
  const { file } = useConfig();
  const [round, setRound] = useState(0);
  const again = () => setRound((n) => n + 1);
  const current = (company: CompanyFile) => {
    const object = id === undefined ? undefined : objectsOf(company, kind)[id];
    return object && id !== undefined && props.read ? props.read(company, id, object) : object;
  };
  const initial = id === undefined ? props.template(file) : current(file);
  if (!initial) {
    const noun = (KIND_NAMES[kind] ?? kind).toLowerCase();
    return (
      <>
        <h1 className="visually-hidden">Not found</h1>
        <Empty
          title={`There is no ${noun} ${id}`}
          action={
            <Button component={Link} href={KIND_PATHS[kind]} variant="default">
              Show all
            </Button>
          }
        >
          It may have been deleted, or the address is misspelt.
        </Empty>
      </>
    );
  }
  return (
    <Page
      key={`${id ?? ""} ${round}`}
      id={id ?? ""}
      initial={initial}
      current={current}
      fresh={id === undefined}
      onReload={again}
    />
  );
}

export interface ObjectEditor<T> extends Editor<T> {
  id: string;
  setId(id: string): void;
  /** The id follows the name until somebody writes one. */
  nameChanged(name: string): void;
}

/** The editor of one object of the file, at its own address. */
export function useObjectEditor<K extends Kind>(
  kind: K,
  props: ObjectEditorProps<K>,
  clean: (draft: ObjectOf<K>) => ObjectOf<K>,
  onSecret?: (agent: string, secret: string) => void,
): ObjectEditor<ObjectOf<K>> {
  const { file } = useConfig();
  const [, navigate] = useLocation();
  const [id, setId] = useState(props.id);
  const [own, setOwn] = useState(false);
  const noun = (KIND_NAMES[kind] ?? kind).toLowerCase();
  const editor = useEditor<ObjectOf<K>>({
    name: props.fresh ? `the new ${noun}` : `the ${noun} ${props.id}`,
    root: `${kind}.${id}`,
    initial: props.initial,
    current: props.current,
    fresh: props.fresh,
    clean,
    put: async (body, options) => {
      // Saving a new one under the id of another would write over it.
      if (props.fresh && (id === "" || objectsOf(file, kind)[id])) {
        const what =
          id === "" ? "Write an id." : `The id ${id} is taken by another ${noun}; write another.`;
        throw new Refusal({
          code: "invalid_configuration",
          message: what,
          retry: false,
          help: "",
          problems: [`${kind}.${id}.id: ${what}`],
        });
      }
      return putObject(kind, id, body, options);
    },
    onSaved: (applied) => {
      if (applied.secret && onSecret) onSecret(id, applied.secret);
      else if (props.fresh) navigate(objectPath(kind, id), { replace: true });
    },
  });
  return {
    ...editor,
    id,
    setId: (next) => {
      setOwn(next !== "");
      setId(next);
    },
    nameChanged: (name) => {
      if (props.fresh && !own) setId(slug(name));
    },
  };
}

/** The id of a new object; of one that exists there is nothing to change. */
export function IdField(props: {
  editor: { id: string; fresh: boolean; setId(id: string): void };
  description: string;
}) {
  const field = useFields();
  const { editor } = props;
  if (!editor.fresh) return null;
  return (
    <TextInput
      label="Id"
      description={props.description}
      value={editor.id}
      required
      autoCapitalize="off"
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => editor.setId(event.currentTarget.value)}
      {...field("id")}
    />
  );
}
