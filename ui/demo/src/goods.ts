/** What the shop sells, drawn with a few shapes each. */

import { element } from "./dom";

const SVG = "http://www.w3.org/2000/svg";

interface Good {
  name: string;
  text: string;
  price: number;
  ground: string;
  shapes: [d: string, fill: string, stroke?: number][];
}

const goods: Good[] = [
  {
    name: "Cup, ochre",
    text: "0.25 l, for coffee with milk",
    price: 18,
    ground: "#f3e6cf",
    shapes: [
      ["M56 60h72v52c0 22-14 34-36 34s-36-12-36-34Z", "#c98a3c"],
      ["M128 74c30-4 32 40-2 44", "#c98a3c", 10],
      ["M56 60h72v14H56Z", "#e0a95f"],
    ],
  },
  {
    name: "Bowl, sea green",
    text: "22 cm, deep",
    price: 32,
    ground: "#dfe9e4",
    shapes: [
      ["M36 78h128c0 42-26 66-64 66s-64-24-64-66Z", "#33635c"],
      ["M36 78h128l-2 14H38Z", "#4b827a"],
      ["M76 144h48v10H76Z", "#28504a"],
    ],
  },
  {
    name: "Jug, terracotta",
    text: "1.2 l, pours without a drop",
    price: 46,
    ground: "#f4ddd0",
    shapes: [
      [
        "M76 40h48l-6 22c20 14 30 32 30 50 0 28-20 46-48 46s-48-18-48-46c0-18 10-36 30-50Z",
        "#b4532a",
      ],
      ["M138 70c34 0 36 46 2 54", "#b4532a", 9],
      ["M76 40h48l-4 16H80Z", "#cf7448"],
    ],
  },
  {
    name: "Plate, night",
    text: "27 cm, two glazes",
    price: 26,
    ground: "#dde3ec",
    shapes: [
      ["M100 32a68 68 0 1 1 0 136 68 68 0 0 1 0-136Z", "#2c3e58"],
      ["M100 52a48 48 0 1 1 0 96 48 48 0 0 1 0-96Z", "#3d5575"],
      ["M84 70c20-10 44 0 46 20-16-10-30-12-46-20Z", "#c9d6e8"],
    ],
  },
  {
    name: "Vase, chalk",
    text: "24 cm, for one branch",
    price: 38,
    ground: "#ece7df",
    shapes: [
      ["M88 36h24v28c22 14 30 32 30 52 0 30-18 44-42 44s-42-14-42-44c0-20 8-38 30-52Z", "#fbf7ef"],
      ["M100 36c-2-14 8-20 20-22-2 14-8 20-20 22Z", "#6b8f5c"],
      ["M61 104h78l3 14H58Z", "#d8c9ae"],
    ],
  },
  {
    name: "Teapot, moss",
    text: "0.9 l, with a strainer",
    price: 64,
    ground: "#e4ead9",
    shapes: [
      ["M50 92c0-26 22-40 50-40s50 14 50 40c0 34-18 56-50 56s-50-22-50-56Z", "#5d7341"],
      ["M150 88c22-10 26-24 36-24-4 24-14 44-38 50Z", "#5d7341"],
      ["M52 80c-32-6-34 44 6 46", "#5d7341", 9],
      ["M70 58c14-12 46-12 60 0l-4 6H74Z", "#7d9560"],
      ["M100 36a8 8 0 1 1 0 16 8 8 0 0 1 0-16Z", "#7d9560"],
    ],
  },
];

function draw(good: Good): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 200 190");
  svg.setAttribute("aria-hidden", "true");
  const ground = svg.appendChild(document.createElementNS(SVG, "rect"));
  for (const [name, value] of Object.entries({ width: "200", height: "190", fill: good.ground }))
    ground.setAttribute(name, value);
  const shade = svg.appendChild(document.createElementNS(SVG, "ellipse"));
  for (const [name, value] of Object.entries({
    cx: "100",
    cy: "162",
    rx: "58",
    ry: "8",
    fill: "#00000018",
  }))
    shade.setAttribute(name, value);
  for (const [d, color, stroke] of good.shapes) {
    const path = svg.appendChild(document.createElementNS(SVG, "path"));
    path.setAttribute("d", d);
    path.setAttribute("fill", stroke ? "none" : color);
    if (!stroke) continue;
    path.setAttribute("stroke", color);
    path.setAttribute("stroke-width", String(stroke));
    path.setAttribute("stroke-linecap", "round");
  }
  return svg;
}

const euros = new Intl.NumberFormat(undefined, { style: "currency", currency: "EUR" });

/** `ask`: somebody wants to know something about this one. */
export function fillGoods(list: Element, ask: (name: string) => void): void {
  for (const good of goods) {
    const card = element(list, "li", { className: "good" });
    card.append(draw(good));
    const words = element(card, "div");
    element(words, "h3", { text: good.name });
    element(words, "p", { text: good.text });
    const foot = element(words, "div", { className: "good-foot" });
    element(foot, "strong", { text: euros.format(good.price) });
    const button = element(foot, "button", { className: "plain", text: "Ask about it" });
    button.type = "button";
    button.setAttribute("aria-label", `Ask about ${good.name}`);
    button.addEventListener("click", () => ask(good.name));
  }
}
