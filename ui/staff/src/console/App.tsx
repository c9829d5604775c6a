import { ActionIcon, Drawer } from "@mantine/core";
import { IconLock, IconMenu2 } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { Route, Router, Switch, useLocation } from "wouter";
import { Empty, ErrorBoundary, may, Shell, useSession } from "../kit";
import classes from "./App.module.css";
import { AgentRoutes } from "./agents/routes";
import { AuditPage } from "./audit/AuditPage";
import { AuthenticationRoutes } from "./authentication/routes";
import { CompanyPage } from "./company/CompanyPage";
import { ConfigProvider } from "./config";
import { CustomersPage } from "./customers/CustomersPage";
import { arrived, LeaveDialog, leave } from "./guard";
import { HoursRoutes } from "./hours/routes";
import { KeysPage } from "./keys/KeysPage";
import { MaskingPage } from "./masking/MaskingPage";
import { Nav } from "./Nav";
import { OverviewPage } from "./overview/OverviewPage";
import { QueueRoutes } from "./queues/routes";
import { ReplyRoutes } from "./replies/routes";
import { WidgetRoutes } from "./widgets/routes";
import { WorkstreamRoutes } from "./workstreams/routes";

export function App() {
  const session = useSession();
  return (
    <Router base="/admin" aroundNav={(navigate, to, options) => leave(() => navigate(to, options))}>
      {may(session, "admin") ? (
        <Console />
      ) : (
        <Shell area="console">
          <Empty title="The console is for admins" icon={<IconLock size={20} />}>
            You are signed in as {session.agent}, with the role {session.role}. Ask an admin to
            change what you need, or to give you the role.
          </Empty>
        </Shell>
      )}
    </Router>
  );
}

function Console() {
  const [sections, setSections] = useState(false);
  const [path] = useLocation();
  const content = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each page begins at its top
  useEffect(() => {
    arrived();
    setSections(false);
    content.current?.scrollTo(0, 0);
  }, [path]);
  return (
    <Shell
      area="console"
      fixed
      header={
        <ActionIcon
          variant="subtle"
          color="gray"
          size={36}
          className={classes.burger}
          aria-label="Sections"
          aria-expanded={sections}
          onClick={() => setSections(true)}
        >
          <IconMenu2 size={20} aria-hidden />
        </ActionIcon>
      }
    >
      <div className={classes.columns}>
        <div className={classes.side}>
          <Nav />
        </div>
        <div className={classes.content} ref={content}>
          <ErrorBoundary key={path} what="This section">
            <ConfigProvider>
              <Pages />
            </ConfigProvider>
          </ErrorBoundary>
        </div>
      </div>
      <Drawer
        opened={sections}
        onClose={() => setSections(false)}
        title="Sections"
        size={280}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <Nav />
      </Drawer>
      <LeaveDialog />
    </Shell>
  );
}

function Pages() {
  return (
    <Switch>
      <Route path="/" component={OverviewPage} />
      <Route path="/workstreams/*?" component={WorkstreamRoutes} />
      <Route path="/queues/*?" component={QueueRoutes} />
      <Route path="/hours/*?" component={HoursRoutes} />
      <Route path="/agents/*?" component={AgentRoutes} />
      <Route path="/widgets/*?" component={WidgetRoutes} />
      <Route path="/authentication/*?" component={AuthenticationRoutes} />
      <Route path="/quick-replies/*?" component={ReplyRoutes} />
      <Route path="/masking" component={MaskingPage} />
      <Route path="/api-keys" component={KeysPage} />
      <Route path="/audit" component={AuditPage} />
      <Route path="/customers" component={CustomersPage} />
      <Route path="/company" component={CompanyPage} />
      <Route>
        <h1 className="visually-hidden">No such page</h1>
        <Empty title="There is no such page">Choose one of the sections.</Empty>
      </Route>
    </Switch>
  );
}
