//! The binary: reads the command line, starts the log, dispatches. The commands are in `cli`.

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use linger::cli::{
    agent, config, demo, demo_sample, inspect, replay, serve, snapshot, talk, verify,
};
use linger::config::{CustomerRate, LogFormat, Rates, ServeSettings};
use linger::server::ServerError;
use linger::telemetry;

/// Many small texts are made on one thread and freed on another: what this allocator is for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A persistent-chat server in one binary.
#[derive(Parser)]
#[command(name = "linger", version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a company.
    Serve(Box<serve::ServeArgs>),
    /// Serve a sample company with everything needed to try it.
    Demo(demo::DemoArgs),
    /// Add, list or disable the agents of a stopped server.
    Agent(agent::AgentArgs),
    /// The company as a file: print, check, compare and apply it, on a stopped or a running server.
    Config(config::ConfigArgs),
    /// Talk in a terminal, as a customer or as an agent.
    Talk(talk::TalkArgs),
    /// Play real dialogues through a server and keep account of every message.
    Replay(replay::ReplayArgs),
    /// Check every invariant of a data directory.
    Verify(verify::VerifyArgs),
    /// Look into a data directory, also of a running server.
    Inspect(inspect::InspectArgs),
    /// Make, list, verify and prune snapshots, also of a running server.
    Snapshot(snapshot::SnapshotArgs),
    /// Make a data directory from a snapshot.
    Restore(snapshot::RestoreArgs),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let json_log = matches!(&cli.command, Command::Serve(args) if args.log == LogFormat::Json);
    telemetry::init(json_log);
    match cli.command {
        Command::Serve(args) => served(serve::run(*args)),
        Command::Demo(args) => run_demo(&args),
        Command::Agent(args) => done(agent::run(
            args,
            &mut std::io::stdin().lock(),
            &mut std::io::stdout(),
        )),
        Command::Config(args) => match config::run(args, &mut std::io::stdout()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                complain(&error);
                error.exit().into()
            }
        },
        Command::Talk(args) => talk::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Snapshot(args) => snapshot::run(&args),
        Command::Restore(args) => snapshot::run_restore(&args),
    }
}

fn run_demo(args: &demo::DemoArgs) -> ExitCode {
    let mut made = match demo::prepare(args) {
        Ok(made) => made,
        Err(error) => return done(Err(error)),
    };
    let settings = ServeSettings {
        data: args.data.clone(),
        listen: args.listen,
        customer_rate: args.customer_rate,
        // Who lets customers write as fast as they can wants no other limit either.
        rates: match args.customer_rate {
            CustomerRate::Unlimited => Rates::unlimited(),
            CustomerRate::Limited { .. } => Rates::default(),
        },
        pages: args.pages.clone(),
        ..ServeSettings::default()
    };
    let site = match made.site() {
        Ok(site) => site,
        Err(error) => return done(Err(error)),
    };
    served(serve::serve(&settings, Some(site), move |address| {
        made.listening(address).map_err(std::io::Error::other)?;
        if made.begins_with_sample {
            let credentials = made.credentials.clone();
            actix_rt::spawn(async move {
                if let Err(why) = demo_sample::play(&credentials).await {
                    tracing::warn!(%why, "the sample conversations are not all there");
                }
            });
        }
        demo::print_table(&made.credentials, &mut std::io::stdout()).map_err(std::io::Error::other)
    }))
}

fn done(result: Result<(), impl std::fmt::Display>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn served(result: Result<(), ServerError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            error.exit().into()
        }
    }
}

fn complain(error: &impl std::fmt::Display) {
    // If standard error is closed there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "linger: {error}");
}
