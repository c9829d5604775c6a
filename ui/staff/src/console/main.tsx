import { createRoot } from "react-dom/client";
import { Gate, Providers } from "../kit";
import { App } from "./App";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <Providers>
      <Gate>
        <App />
      </Gate>
    </Providers>,
  );
}
