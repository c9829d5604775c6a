import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

// Shade 6 of each hue carries white text and stands on white, both with at least 4.5:1.
const accent: MantineColorsTuple = [
  "#eff3fe",
  "#dfe7fd",
  "#c0cffa",
  "#9ab2f6",
  "#7797f0",
  "#5179e6",
  "#3259d6",
  "#294ab5",
  "#243e92",
  "#1e3275",
];
const gray: MantineColorsTuple = [
  "#f8f8f9",
  "#f1f1f3",
  "#e7e7ea",
  "#d7d8dc",
  "#b9bbc2",
  "#8b8e98",
  "#63666f",
  "#484b53",
  "#32343a",
  "#1f2024",
];
const dark: MantineColorsTuple = [
  "#dcdde1",
  "#bcbec5",
  "#b0b3bc",
  "#858892",
  "#3e4047",
  "#33353b",
  "#292a30",
  "#1b1c20",
  "#151618",
  "#0f1012",
];
const red: MantineColorsTuple = [
  "#fff1f0",
  "#ffe0dd",
  "#ffbfb9",
  "#fb958d",
  "#f47067",
  "#e14b43",
  "#c73530",
  "#a92a26",
  "#8b2422",
  "#731f1e",
];
const green: MantineColorsTuple = [
  "#edf8f1",
  "#d6efdf",
  "#abdfbf",
  "#7acb9a",
  "#4db67a",
  "#2f9f62",
  "#1b7a48",
  "#17693f",
  "#155434",
  "#12452c",
];
const orange: MantineColorsTuple = [
  "#fff6e8",
  "#feebcd",
  "#fad59a",
  "#f5bb62",
  "#eda23a",
  "#d98519",
  "#a15a0a",
  "#8a4d0a",
  "#73410e",
  "#5f370f",
];
const yellow: MantineColorsTuple = [
  "#fefae6",
  "#fcf3c8",
  "#f8e78c",
  "#f0d554",
  "#e2bf2c",
  "#c4a018",
  "#82670c",
  "#70590c",
  "#5b490e",
  "#4c3e10",
];

const system = '-apple-system, "Segoe UI", Roboto, "Noto Sans", Ubuntu, Cantarell, sans-serif';

/** The head of a dialog is no banner of the page. */
const attributes = { header: { role: "presentation" } };

/** One look for the desk, the floor and the console. Sizes are on a grid of 4 px. */
export const theme = createTheme({
  primaryColor: "accent",
  primaryShade: 6,
  black: "#1f2024",
  colors: { accent, gray, dark, red, green, orange, yellow },
  fontFamily: system,
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  headings: {
    fontFamily: system,
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.5rem", lineHeight: "2rem" },
      h2: { fontSize: "1.25rem", lineHeight: "1.75rem" },
      h3: { fontSize: "1rem", lineHeight: "1.5rem" },
      h4: { fontSize: "0.875rem", lineHeight: "1.25rem" },
      h5: { fontSize: "0.8125rem", lineHeight: "1.25rem" },
      h6: { fontSize: "0.75rem", lineHeight: "1rem" },
    },
  },
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  lineHeights: { xs: "1.35", sm: "1.4", md: "1.5", lg: "1.5", xl: "1.4" },
  spacing: { xs: "0.5rem", sm: "0.75rem", md: "1rem", lg: "1.5rem", xl: "2rem" },
  radius: { xs: "2px", sm: "4px", md: "6px", lg: "10px", xl: "16px" },
  defaultRadius: "md",
  focusRing: "auto",
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Tooltip: {
      defaultProps: { openDelay: 400, events: { hover: true, focus: true, touch: false } },
    },
    Badge: { defaultProps: { variant: "light", tt: "none", fw: 500, radius: "sm" } },
    Modal: {
      defaultProps: {
        centered: true,
        radius: "lg",
        transitionProps: { duration: 120 },
        attributes,
      },
    },
    Drawer: { defaultProps: { transitionProps: { duration: 120 }, attributes } },
    Menu: {
      defaultProps: {
        shadow: "md",
        transitionProps: { duration: 80 },
        // Menus hold entries and nothing else.
        withInitialFocusPlaceholder: false,
      },
    },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Dismiss" } } },
    Popover: { defaultProps: { shadow: "md", transitionProps: { duration: 80 } } },
    Loader: { defaultProps: { type: "oval", size: "sm" } },
  },
});

/** Tints in the dark: a part of the hue over whatever is behind, with light text. */
const tints = Object.fromEntries(
  ["accent", "red", "green", "orange", "yellow"].flatMap((name) => [
    [
      `--mantine-color-${name}-light`,
      `color-mix(in srgb, var(--mantine-color-${name}-5) 22%, #1b1c20)`,
    ],
    [
      `--mantine-color-${name}-light-hover`,
      `color-mix(in srgb, var(--mantine-color-${name}-5) 32%, #1b1c20)`,
    ],
    [`--mantine-color-${name}-light-color`, `var(--mantine-color-${name}-1)`],
  ]),
);

/** What Mantine has no variable for, and where its own is too pale to read. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-placeholder": "var(--mantine-color-gray-6)",
    "--mantine-color-error": "var(--mantine-color-red-6)",
    "--mantine-color-success": "var(--mantine-color-green-6)",
    "--mantine-color-default-border": "var(--mantine-color-gray-3)",
    "--mantine-color-disabled-color": "var(--mantine-color-gray-6)",
    "--surface": "#ffffff",
    "--surface-sunken": "var(--mantine-color-gray-1)",
    "--surface-hover": "var(--mantine-color-gray-1)",
    "--surface-selected": "var(--mantine-color-accent-0)",
    "--line": "var(--mantine-color-gray-2)",
    "--line-strong": "var(--mantine-color-gray-3)",
    "--bubble-theirs": "var(--mantine-color-gray-1)",
    "--bubble-mine": "var(--mantine-color-accent-0)",
    "--note": "var(--mantine-color-yellow-0)",
    "--note-line": "var(--mantine-color-yellow-3)",
    "--note-text": "var(--mantine-color-yellow-9)",
  },
  dark: {
    ...tints,
    "--mantine-color-gray-light": "var(--mantine-color-dark-5)",
    "--mantine-color-gray-light-hover": "var(--mantine-color-dark-4)",
    "--mantine-color-gray-light-color": "var(--mantine-color-dark-0)",
    "--mantine-color-placeholder": "var(--mantine-color-dark-2)",
    "--mantine-color-error": "var(--mantine-color-red-3)",
    "--mantine-color-success": "var(--mantine-color-green-3)",
    "--mantine-color-default-border": "var(--mantine-color-dark-4)",
    "--mantine-color-disabled-color": "var(--mantine-color-dark-2)",
    "--mantine-color-anchor": "var(--mantine-color-accent-3)",
    "--surface": "var(--mantine-color-dark-7)",
    "--surface-sunken": "var(--mantine-color-dark-8)",
    "--surface-hover": "var(--mantine-color-dark-6)",
    "--surface-selected": "#232b45",
    "--line": "#2a2b31",
    "--line-strong": "var(--mantine-color-dark-4)",
    "--bubble-theirs": "var(--mantine-color-dark-6)",
    "--bubble-mine": "#25304f",
    "--note": "#2c2813",
    "--note-line": "#7d6a1c",
    "--note-text": "var(--mantine-color-yellow-2)",
  },
});
