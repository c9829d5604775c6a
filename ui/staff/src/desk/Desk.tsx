import { Empty, Shell } from "../kit";

export function Desk() {
  return (
    <Shell area="desk" fixed>
      <Empty title="Nothing here yet" />
    </Shell>
  );
}
