import type { Statistics } from "@linger/sdk";
import "@mantine/charts/styles.layer.css";
import { BarChart, LineChart } from "@mantine/charts";
import { Group, SegmentedControl, Select } from "@mantine/core";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { names } from "../desk/names";
import {
  api,
  asRefusal,
  Empty,
  formatNumber,
  formatShort,
  formatTime,
  Loading,
  now,
  RefusalAlert,
  useReadable,
} from "../kit";
import { type Point, pointsOf, queryOf, type Range } from "./day";
import classes from "./floor.module.css";

const EVERY_MS = 60_000;

/** The table below says the same to whoever cannot see the picture, which takes no focus. */
const QUIET = { accessibilityLayer: false, margin: { top: 8, right: 16 } };
const WHOLE = { domain: [0, "auto"] as [number, "auto"], allowDecimals: false };

/** The figures of the day, from what the server has counted. */
export function Charts() {
  const { company } = useReadable(names);
  const [range, setRange] = useState<Range>("today");
  const [workstream, setWorkstream] = useState<string | null>(null);
  const { statistics, of, error, again } = useStatistics(range);
  const points = useMemo(
    () => (statistics ? pointsOf(statistics, workstream) : []),
    [statistics, workstream],
  );
  const label = (at: number) => (of === "week" ? formatShort(at) : formatTime(at));
  const empty = points.every((each) => each.started + each.returned + each.handled === 0);
  return (
    <section className={classes.card} aria-labelledby="floor-day">
      <div className={classes.head}>
        <h2 className={classes.heading} id="floor-day">
          The day in figures
        </h2>
        <Group gap={8}>
          <Select
            size="xs"
            w={160}
            aria-label="Only this workstream"
            placeholder="All workstreams"
            clearable
            value={workstream}
            onChange={setWorkstream}
            data={(company?.workstreams ?? []).map((each) => ({
              value: each.id,
              label: each.name,
            }))}
          />
          <SegmentedControl
            size="xs"
            aria-label="Which days"
            value={range}
            onChange={(next) => setRange(next as Range)}
            data={[
              { value: "today", label: "Today" },
              { value: "yesterday", label: "Yesterday" },
              { value: "week", label: "7 days" },
            ]}
          />
        </Group>
      </div>
      {error ? <RefusalAlert error={error} onRetry={again} /> : null}
      {!statistics && !error && <Loading label="Counting" />}
      {statistics && empty && (
        <Empty title="Nothing was counted yet">
          Starts, waits and what was handled appear here as they happen.
        </Empty>
      )}
      {statistics && !empty && (
        <div className={classes.charts}>
          <Chart
            title="Begun and come back"
            points={points}
            label={label}
            columns={[
              { name: "Started", of: (p) => p.started },
              { name: "Returned", of: (p) => p.returned },
            ]}
          >
            {(data) => (
              <BarChart
                h={200}
                data={data}
                dataKey="when"
                type="stacked"
                series={[
                  { name: "Started", color: "accent.6" },
                  { name: "Returned", color: "accent.3" },
                ]}
                barProps={{ isAnimationActive: false }}
                barChartProps={QUIET}
                yAxisProps={WHOLE}
                gridAxis="x"
                withLegend
              />
            )}
          </Chart>
          <Chart
            title="Handled"
            points={points}
            label={label}
            columns={[
              { name: "Taken by an agent", of: (p) => p.handled },
              { name: "Ended", of: (p) => p.ended },
            ]}
          >
            {(data) => (
              <BarChart
                h={200}
                data={data}
                dataKey="when"
                series={[
                  { name: "Taken by an agent", color: "green.7" },
                  { name: "Ended", color: "gray.5" },
                ]}
                barProps={{ isAnimationActive: false }}
                barChartProps={QUIET}
                yAxisProps={WHOLE}
                gridAxis="x"
                withLegend
              />
            )}
          </Chart>
          <Chart
            title="Minutes until an agent took it, on average"
            points={points}
            label={label}
            columns={[{ name: "Minutes", of: (p) => p.wait }]}
          >
            {(data) => (
              <LineChart
                h={200}
                data={data}
                dataKey="when"
                series={[{ name: "Minutes", color: "orange.7" }]}
                lineProps={{ isAnimationActive: false }}
                lineChartProps={QUIET}
                yAxisProps={WHOLE}
                connectNulls={false}
                curveType="linear"
                gridAxis="x"
              />
            )}
          </Chart>
          <Chart
            title="Waiting for an agent"
            points={points}
            label={label}
            columns={[{ name: "Waiting", of: (p) => p.waiting }]}
          >
            {(data) => (
              <LineChart
                h={200}
                data={data}
                dataKey="when"
                series={[{ name: "Waiting", color: "red.6" }]}
                lineProps={{ isAnimationActive: false }}
                lineChartProps={QUIET}
                yAxisProps={WHOLE}
                connectNulls={false}
                curveType="linear"
                gridAxis="x"
              />
            )}
          </Chart>
        </div>
      )}
    </section>
  );
}

function useStatistics(range: Range) {
  // The figures of other days stay until the new ones are there: the page does not jump.
  const [shown, setShown] = useState<{ range: Range; statistics: Statistics } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn asks again
  useEffect(() => {
    let over = false;
    const load = () =>
      api
        .get<Statistics>(`/api/v1/statistics?${queryOf(range, now())}`)
        .then((found) => {
          if (over) return;
          setShown({ range, statistics: found });
          setError(null);
        })
        .catch((refusal) => {
          // What was shown last stays while the server is away.
          if (!over && asRefusal(refusal).code !== "unreachable") setError(refusal);
        });
    void load();
    const timer = setInterval(() => void load(), EVERY_MS);
    return () => {
      over = true;
      clearInterval(timer);
    };
  }, [range, turn]);
  return {
    statistics: shown?.statistics ?? null,
    of: shown?.range,
    error,
    again: () => setTurn((each) => each + 1),
  };
}

type Row = Record<string, string | number | null>;

/** A chart, and the same as a table for whoever cannot see it. */
function Chart(props: {
  title: string;
  points: Point[];
  label: (at: number) => string;
  columns: { name: string; of: (point: Point) => number | null }[];
  children: (data: Row[]) => ReactNode;
}) {
  const { points, label, columns } = props;
  const data = points.map((point) => ({
    when: label(point.at),
    ...Object.fromEntries(columns.map((column) => [column.name, column.of(point)])),
  }));
  return (
    <figure className={classes.chart}>
      <figcaption>{props.title}</figcaption>
      <div aria-hidden>{props.children(data)}</div>
      <details className={classes.details}>
        <summary>As a table</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it */}
        <section className={classes.detailsTable} aria-label={`${props.title}: table`} tabIndex={0}>
          <table className={classes.table} aria-label={props.title}>
            <thead>
              <tr>
                <th scope="col">When</th>
                {columns.map((column) => (
                  <th key={column.name} scope="col" className={classes.number}>
                    {column.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {points.map((point) => (
                <tr key={point.at}>
                  <th scope="row">{label(point.at)}</th>
                  {columns.map((column) => {
                    const found = column.of(point);
                    return (
                      <td key={column.name} className={classes.number}>
                        {found === null ? "–" : formatNumber(found)}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </figure>
  );
}
