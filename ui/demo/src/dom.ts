export function get<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

interface Given {
  text?: string;
  className?: string;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  parent: Element,
  tag: K,
  { text, className }: Given = {},
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  if (className) node.className = className;
  parent.append(node);
  return node;
}

/** Radio buttons that look like one switch. */
export function choices(
  parent: Element,
  name: string,
  options: { value: string; label: string }[],
  now: string,
  chosen: (value: string) => void,
): void {
  for (const { value, label } of options) {
    const box = element(parent, "label");
    const input = element(box, "input");
    input.type = "radio";
    input.name = name;
    input.value = value;
    input.checked = value === now;
    input.addEventListener("change", () => chosen(value));
    element(box, "span", { text: label });
  }
}
