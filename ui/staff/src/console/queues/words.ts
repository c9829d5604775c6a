import type { Queue } from "../types";

export const METHODS: Record<NonNullable<Queue["method"]>, { label: string; help: string }> = {
  highest_capacity: {
    label: "Most free capacity",
    help: "Whoever has the most free units is offered the conversation.",
  },
  round_robin: {
    label: "In turn",
    help: "Whoever has not been offered one for the longest time is next.",
  },
  least_active: {
    label: "Least busy",
    help: "Whoever has the fewest conversations is offered the next one.",
  },
};
