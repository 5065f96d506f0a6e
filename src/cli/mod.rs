//! 命令行: the roof. Each command opens the books, calls the same facade as every other door, and prints for
//! people or, with `--json`, for programs.
//!
//! Start with [`args`] (what can be typed) and [`outcome`] (how a command ends: texts and exit codes).

pub mod args;
mod bench;
mod books;
mod business;
mod check;
mod demo;
mod distribution;
mod export;
mod import;
mod import_business;
pub mod outcome;
mod place;
mod print;
pub mod register;
mod report;
mod serve;
mod source;

use args::{Arguments, Command};
use clap::{CommandFactory as _, Parser as _};
use outcome::{Ending, Trouble};
use std::process::ExitCode;

/// Reads the arguments, runs the command, prints, and gives the exit code.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let json = arguments.json;
    start_logging();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Trouble::internal(error).print(json),
    };
    match runtime.block_on(dispatch(arguments)) {
        Ok(ending) => ending.code(),
        Err(trouble) => trouble.print(json),
    }
}

async fn dispatch(arguments: Arguments) -> Result<Ending, Trouble> {
    let Arguments { place, json, command } = arguments;
    match command {
        Command::Demo(options) => demo::run(&place, options, json).await,
        Command::Init(options) => books::init(&place, options, json).await,
        Command::Serve(options) => serve::run(&place, options).await,
        Command::Book { command } => books::book(&place, command, json).await,
        Command::Account { command } => books::account(&place, command, json).await,
        Command::Import { command } => import::run(&place, command, json).await,
        Command::Report { command } => report::run(&place, command, json).await,
        Command::Fact(options) => business::fact(&place, options, json).await,
        Command::MonthEnd(options) => business::month_end(&place, options, json).await,
        Command::Mirror(options) => business::mirror(&place, options, json).await,
        Command::Register(options) => register::show(&place, options, json).await,
        Command::Reverse(options) => books::reverse(&place, options, json).await,
        Command::Check => check::run(&place, json).await,
        Command::Export { command } => export::run(&place, command, json).await,
        Command::Verify(options) => check::verify(options, json),
        Command::Bench(options) => bench::run(&place, options, json).await,
        Command::Completion { shell } => {
            clap_complete::generate(shell, &mut Arguments::command(), "cunshe", &mut std::io::stdout());
            Ok(Ending::Done)
        }
    }
}

/// Logs go to standard error, so that standard output stays what was asked for.
fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("CUNSHE_LOG").unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
