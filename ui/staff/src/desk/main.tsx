import { createRoot } from "react-dom/client";
import { Gate, Providers } from "../kit";
import { Desk } from "./Desk";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <Providers>
      <Gate>
        <Desk />
      </Gate>
    </Providers>,
  );
}
