import type { CompanyFile } from "./types";

/** What pickers offer: objects of the company by name. */
export interface Option {
  value: string;
  label: string;
}

const named = (id: string, name: string | undefined): Option => ({
  value: id,
  label: name && name !== id ? `${name} (${id})` : id,
});

export const queueOptions = (file: CompanyFile): Option[] =>
  Object.entries(file.queues ?? {}).map(([id, queue]) => named(id, queue.name));

export const agentOptions = (file: CompanyFile): Option[] =>
  Object.entries(file.agents ?? {}).map(([id, agent]) => {
    const option = named(id, agent.name ?? agent.display_name);
    return agent.enabled === false ? { ...option, label: `${option.label}, disabled` } : option;
  });

export const hoursOptions = (file: CompanyFile): Option[] =>
  Object.keys(file.hours ?? {}).map((id) => named(id, undefined));

export const workstreamOptions = (file: CompanyFile): Option[] =>
  Object.entries(file.workstreams ?? {}).map(([id, workstream]) => named(id, workstream.name));

export const widgetOptions = (file: CompanyFile): Option[] =>
  Object.keys(file.widgets ?? {}).map((id) => named(id, undefined));

export const authenticationOptions = (file: CompanyFile): Option[] =>
  Object.keys(file.authentication ?? {}).map((id) => named(id, undefined));

/** The options, with a value that none of them is: it stays to be seen and changed. */
export function withValue(options: Option[], value: string | undefined): Option[] {
  if (!value || options.some((each) => each.value === value)) return options;
  return [...options, { value, label: `${value} (does not exist)` }];
}
