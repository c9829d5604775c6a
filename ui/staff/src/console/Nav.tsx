import {
  IconBuilding,
  IconClock,
  IconEyeOff,
  IconHistory,
  IconHome,
  IconId,
  IconKey,
  IconMessageBolt,
  IconMessages,
  IconRoute,
  IconShieldCheck,
  IconUser,
  IconUsers,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import { useLocation } from "wouter";
import classes from "./Nav.module.css";
import { A } from "./parts/A";

interface Entry {
  to: string;
  label: string;
  icon: ComponentType<{ size: number; "aria-hidden": boolean }>;
}

const GROUPS: { title: string; entries: Entry[] }[] = [
  { title: "", entries: [{ to: "/", label: "Overview", icon: IconHome }] },
  {
    title: "Conversations",
    entries: [
      { to: "/workstreams", label: "Workstreams", icon: IconRoute },
      { to: "/queues", label: "Queues", icon: IconUsers },
      { to: "/hours", label: "Hours", icon: IconClock },
      { to: "/quick-replies", label: "Quick replies", icon: IconMessageBolt },
      { to: "/masking", label: "Masking", icon: IconEyeOff },
    ],
  },
  {
    title: "Customers",
    entries: [
      { to: "/widgets", label: "Widgets", icon: IconMessages },
      { to: "/authentication", label: "Authentication", icon: IconShieldCheck },
      { to: "/customers", label: "Customers", icon: IconId },
    ],
  },
  {
    title: "Company",
    entries: [
      { to: "/agents", label: "Agents", icon: IconUser },
      { to: "/api-keys", label: "API keys", icon: IconKey },
      { to: "/audit", label: "Audit log", icon: IconHistory },
      { to: "/company", label: "Company", icon: IconBuilding },
    ],
  },
];

export function Nav() {
  const [path] = useLocation();
  return (
    <nav aria-label="Sections" className={classes.nav}>
      {GROUPS.map((group) => (
        <div key={group.title} className={classes.group}>
          {group.title && <div className={classes.title}>{group.title}</div>}
          <ul>
            {group.entries.map(({ to, label, icon: Icon }) => {
              const here = to === "/" ? path === "/" : path === to || path.startsWith(`${to}/`);
              return (
                <li key={to}>
                  <A className={classes.link} to={to} aria-current={here ? "page" : undefined}>
                    <Icon size={18} aria-hidden />
                    {label}
                  </A>
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </nav>
  );
}
