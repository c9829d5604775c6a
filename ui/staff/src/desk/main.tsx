import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { Gate, Providers } from "../kit";
import { Desk } from "./Desk";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <Providers>
      <Gate>
        <Router base="/desk">
          <Desk />
        </Router>
      </Gate>
    </Providers>,
  );
}
