import type { Company } from "@linger/sdk";
import { api } from "../kit";
import { value } from "../kit/value";

/** The company's people, queues and workstreams, for names and pickers. */
export interface Names {
  company: Company | null;
  agent(id: string): string;
  queue(id: string): string;
  workstream(id: string): string;
}

function named(company: Company | null): Names {
  const agents = new Map(company?.agents.map((each) => [each.id, each.display_name]));
  const queues = new Map(company?.queues.map((each) => [each.id, each.name]));
  const workstreams = new Map(company?.workstreams.map((each) => [each.id, each.name]));
  return {
    company,
    agent: (id) => agents.get(id) || id,
    queue: (id) => queues.get(id) || id,
    workstream: (id) => workstreams.get(id) || id,
  };
}

export const names = value<Names>(named(null));

let loading: Promise<void> | null = null;

/** Loads them; again whenever somebody is about to choose. Ids stand in where it fails. */
export function loadNames(): Promise<void> {
  loading ??= api
    .get<Company>("/api/v1/company")
    .then((company) => names.set(named(company)))
    .catch(() => {})
    .finally(() => {
      loading = null;
    });
  return loading;
}
