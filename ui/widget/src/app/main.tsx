import { render } from "preact";
import { runApp } from "./model/app";
import { meetHost } from "./model/host";
import { prepareSound } from "./model/sound";
import { paint } from "./model/theme";
import { App } from "./parts/App";
import "./styles/index.css";

paint(undefined);
prepareSound();
runApp();
meetHost();
render(<App />, document.getElementById("root") as HTMLElement);
