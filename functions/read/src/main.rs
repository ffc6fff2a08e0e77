//! The command line behind `make read`: a folder of files in, a folder of Reports out. No cloud needed.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use fapiao::check::Buyers;
use fapiao::config::Config;
use fapiao::error::Error;
use fapiao::pipeline::Pipeline;
use fapiao::sentence::{Lang, list as says};
use fapiao::{logging, worker};
use fapiao_read::fate::Tally;
use fapiao_read::folder::{self, Depth};
use fapiao_read::job::{Folders, Job};
use fapiao_read::progress::Progress;
use fapiao_read::watch::{self, Watch};

/// Reads every invoice in a folder and writes one Report a file, and a list for spreadsheets.
///
/// Ends with 0 when every file was dealt with, rejected ones too; 1 when a file failed or the list could not be written;
/// 2 when it could not begin.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    /// The folder with the files; names that begin with a dot are left alone.
    #[arg(value_name = "IN")]
    input: PathBuf,
    /// The folder for the Reports, `<file name>.json` each; made if need be, never inside IN.
    #[arg(value_name = "OUT")]
    output: PathBuf,
    /// How many files are worked on at once; else FAPIAO_JOBS says so, else as many as there are cores.
    #[arg(long)]
    jobs: Option<std::num::NonZeroUsize>,
    /// Subfolders, too; their Reports go into subfolders of OUT.
    #[arg(long)]
    recursive: bool,
    /// Then stays and reads what comes into the folder or changes, until Ctrl-C.
    #[arg(long)]
    watch: bool,
    /// Removes Reports from OUT whose file is gone from IN; else they are named.
    #[arg(long)]
    prune: bool,
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
            if tally.is_complete() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("{}", fapiao_read::complaint("fapiao-read", &error));
            ExitCode::from(2)
        }
    }
}

async fn run(arguments: Arguments) -> Result<Tally, Error> {
    fapiao_read::language()?;
    let config = Config::from_env()?;
    let chain = config.chain()?;
    let output = folder::prepare_output(&arguments.input, &arguments.output)?;
    let depth = if arguments.recursive { Depth::Recursive } else { Depth::Flat };
    let input = folder::resolve_input(&arguments.input)?;
    let folder::Content { files, others } = folder::content(&input, depth)?;
    let lang = config.lang;
    let has_buyers = config.buyers != Buyers::default();
    let jobs = arguments.jobs.map_or(config.jobs, usize::from);
    let at_once = if arguments.watch { jobs } else { jobs.min(files.len()) };
    let pipeline = Pipeline::new(config.workers(at_once), chain, config.limits).with_rules(config.rules());
    let progress = Progress::new(files.len(), lang);
    for other in others {
        let path = other.display().to_string();
        let said = if depth == Depth::Flat && other.is_dir() { says::a_folder(path) } else { says::other_kind(path) };
        progress.warn(&said.say(lang).unwrap_or_default());
    }
    let job = Job::new(pipeline, Folders { input, output, depth, prune: arguments.prune, lang }, jobs);
    let watch = Watch::settled(&files);
    let tally = job.read(files, &progress).await;
    say(&tally, lang);
    for note in tally.notes(&arguments.input, has_buyers) {
        progress.warn(&note.say(lang).unwrap_or_default());
    }
    if !arguments.watch {
        return Ok(tally);
    }
    progress.warn(&says::watching().say(lang).unwrap_or_default());
    tokio::select! {
        () = watch::forever(&job, watch, |tally| say(tally, lang)) => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(job.conclude(&progress))
}

fn say(tally: &Tally, lang: Lang) {
    // Nobody is left to be told when standard output is closed.
    let _ = writeln!(std::io::stdout(), "{}", tally.say(lang));
}
