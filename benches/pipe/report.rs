//! The table, and the same as JSON.

use serde_json::json;

use crate::measure::Cell;

/// Prints what was measured, and how the product stands to the bare pipe.
pub(crate) fn show(cells: &[Cell], as_json: bool) -> Result<(), String> {
    let ratio = |cell: &Cell| {
        let bare = cells
            .iter()
            .find(|c| c.server == "bare" && c.in_flight == cell.in_flight)?;
        (cell.server == "product").then(|| cell.messages_per_second / bare.messages_per_second)
    };
    println!(
        "{:<10}{:>10}{:>14}{:>14}{:>10}{:>10}{:>12}{:>14}",
        "server",
        "in flight",
        "messages/s",
        "cpu µs/msg",
        "p50 ms",
        "p99 ms",
        "peak MiB",
        "of bare pipe"
    );
    for cell in cells {
        let of_bare = ratio(cell).map_or_else(String::new, |r| format!("{:.0} %", r * 100.0));
        println!(
            "{:<10}{:>10}{:>14.0}{:>14.1}{:>10.2}{:>10.2}{:>12.0}{:>14}",
            cell.server,
            cell.in_flight,
            cell.messages_per_second,
            cell.cpu_micros_per_message,
            cell.p50_ms,
            cell.p99_ms,
            cell.peak_rss_mib,
            of_bare
        );
    }
    if as_json {
        let cells: Vec<_> = cells
            .iter()
            .map(|c| {
                json!({
                    "server": c.server, "in_flight": c.in_flight, "messages_per_second": c.messages_per_second.round(),
                    "cpu_micros_per_message": c.cpu_micros_per_message, "ack_p50_ms": c.p50_ms, "ack_p99_ms": c.p99_ms,
                    "peak_rss_mib": c.peak_rss_mib, "of_bare_pipe": ratio(c),
                })
            })
            .collect();
        println!("{}", json!({ "bench": "pipe", "cells": cells }));
    }
    Ok(())
}
