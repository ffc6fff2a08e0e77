//! The command line behind `make read`: a folder of files in, a folder of Reports out. No cloud needed.

mod folder;
mod job;
mod list;
mod progress;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use fapiao::config::Config;
use fapiao::error::Error;
use fapiao::pipeline::Pipeline;
use fapiao::{logging, worker};

/// Reads every invoice in a folder and writes one Report a file, and a list for spreadsheets.
///
/// Ends with 0 when every file was dealt with, rejected ones too; 1 when a file failed or the list could not be written;
/// 2 when it could not begin.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    /// The folder with the files; subfolders are left alone.
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// The folder for the Reports, `<file name>.json` each; made if need be, never inside IN.
    #[arg(value_name = "OUT")]
    output: PathBuf,
    /// How many files are worked on at once; else FAPIAO_JOBS says so, else as many as there are cores.
    #[arg(long)]
    jobs: Option<std::num::NonZeroUsize>,
}

fn main() -> ExitCode {
    worker::begin();
    start()
}

#[tokio::main]
async fn start() -> ExitCode {
    logging::init_plain();
    match run(Arguments::parse()).await {
        Ok(tally) => {
            // Nobody is left to be told when standard output is closed.
            let _ = writeln!(std::io::stdout(), "{tally}");
            if tally.is_complete() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("fapiao-read: {}\n{}", error.message(), error.hint());
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: Arguments) -> Result<job::Tally, Error> {
    let config = Config::from_env()?;
    let chain = config.chain()?;
    let output = folder::prepare_output(&arguments.input, &arguments.output)?;
    let folder::Content { files, others } = folder::content(&arguments.input)?;
    let jobs = arguments.jobs.map_or(config.jobs, usize::from);
    let workers = config.workers(jobs.min(files.len()));
    let pipeline = Pipeline::new(workers, chain, config.limits).with_rules(config.rules());
    let progress = progress::Progress::new(files.len());
    for other in others {
        progress.warn(&format!("{} is no file and is left alone; a folder is read by itself", other.display()));
    }
    Ok(job::read_all(&pipeline, files, &output, jobs, &progress).await)
}
