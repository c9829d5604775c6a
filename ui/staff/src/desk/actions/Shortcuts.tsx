import { Kbd, Table } from "@mantine/core";
import { ACTIONS, shortcut } from "./actions";

/** Keys beyond those of actions. */
const KEYS: [keys: string[], does: string][] = [
  [["Ctrl K", "⌘K"], "All commands and conversations"],
  [["?"], "These shortcuts"],
  [["J", "K"], "Next and previous conversation; arrow keys in the list, Enter to go in"],
  [[shortcut("↓"), shortcut("↑")], "The same while typing"],
  [[`${shortcut("1")} … ${shortcut("4")}`], "Mine, Waiting, Queue, All"],
  [[shortcut("F")], "Search in the lists"],
  [[shortcut("A")], "Accept the offer"],
  [[shortcut("R")], "Reject the offer"],
  [["Enter"], "Send; Shift Enter for a new line"],
  [["/"], "Quick replies, in an empty reply"],
  [[shortcut("N")], "Reply or private note"],
  [[shortcut("M")], "Go to the reply"],
  [[shortcut("I")], "Show or hide the details"],
];

export function Shortcuts() {
  return (
    <Table verticalSpacing={6} aria-label="Keyboard shortcuts">
      <Table.Tbody>
        {[...KEYS, ...ACTIONS.map((a): [string[], string] => [[shortcut(a.key)], a.label])].map(
          ([keys, does]) => (
            <Table.Tr key={does}>
              <Table.Td w={180}>
                {keys.map((each) => (
                  <Kbd key={each} mr={4}>
                    {each}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{does}</Table.Td>
            </Table.Tr>
          ),
        )}
      </Table.Tbody>
    </Table>
  );
}
