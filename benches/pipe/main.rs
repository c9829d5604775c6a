//! The product against a bare pipe: durable messages a second, and what one costs the server.
//!
//! Closed loop: 200 pairs of a customer and an agent, each with one socket and
//! with 1 or 16 messages unanswered. A message counts when its sender has the
//! acknowledgement and its receiver the message. Both servers run in their own
//! process, one after the other, against the same load generator, which lives
//! in this process and shares the machine with them.
//!
//! `cargo bench --bench pipe -- [--seconds N] [--pairs N] [--in-flight N]... [--only bare|product] [--json]`

/// The product's allocator, so that the bare pipe has it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod bare;
mod frame;
mod load;
mod measure;
mod product;
mod report;

use std::process::ExitCode;
use std::time::Duration;

/// Messages unanswered at a time, a column each.
const IN_FLIGHT: [usize; 2] = [1, 16];

/// What the command line asks for.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    seconds: Duration,
    pairs: usize,
    only: Option<String>,
    in_flight: Vec<usize>,
    json: bool,
}

impl Plan {
    fn read(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut plan = Self {
            seconds: Duration::from_secs(10),
            pairs: 200,
            only: None,
            in_flight: Vec::new(),
            json: false,
        };
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or(format!("{arg} needs a value"));
            match arg.as_str() {
                "--seconds" => plan.seconds = Duration::from_secs_f64(number(&value()?)?),
                "--pairs" => plan.pairs = number(&value()?)?,
                "--in-flight" => plan.in_flight.push(number(&value()?)?),
                "--only" => plan.only = Some(value()?),
                "--json" => plan.json = true,
                // Cargo adds it to every bench.
                "--bench" => {}
                other => return Err(format!("{other} is no option of this benchmark")),
            }
        }
        if plan.in_flight.is_empty() {
            plan.in_flight = IN_FLIGHT.to_vec();
        }
        Ok(plan)
    }

    fn wants(&self, name: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == name)
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{text} is no number"))
}

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1).peekable();
    let done = if args.peek().is_some_and(|a| a == bare::ARGUMENT) {
        args.next();
        bare::serve(args)
    } else {
        Plan::read(args).and_then(|plan| run(&plan))
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("pipe: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(plan: &Plan) -> Result<(), String> {
    let mut cells = Vec::new();
    for &in_flight in &plan.in_flight {
        if plan.wants("bare") {
            let server = bare::start(plan.pairs)?;
            cells.push(measure::cell(
                "bare",
                &server,
                in_flight,
                plan,
                &bare::Stage,
            )?);
        }
        if plan.wants("product") {
            let server = product::start(plan.pairs)?;
            cells.push(measure::cell(
                "product",
                &server,
                in_flight,
                plan,
                &product::Stage,
            )?);
        }
    }
    report::show(&cells, plan.json)
}
