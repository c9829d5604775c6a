import type { AnchorHTMLAttributes, ReactNode } from "react";
import { Link } from "wouter";

/** A link inside the console. */
export function A(
  props: { to: string; children: ReactNode } & AnchorHTMLAttributes<HTMLAnchorElement>,
) {
  const { to, children, ...rest } = props;
  return (
    <Link href={to} {...rest}>
      {children}
    </Link>
  );
}
