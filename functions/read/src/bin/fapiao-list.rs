//! The command line behind `make list`: the Reports of a bucket or a folder in, one list out.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use fapiao::aws::{self, Lazy};
use fapiao::error::{Error, ErrorKind};
use fapiao::list::{List, Summary, Table};
use fapiao::logging;
use fapiao::store::S3Store;
use fapiao_read::folder;
use fapiao_read::gather::{self, Gathered, Origin};
use fapiao_read::progress::Progress;
use fapiao_read::write::{self, Links};

/// Writes a list for spreadsheets of all Reports that stand in a bucket or a folder, one line an invoice.
///
/// Ends with 0 when every Report stands in the list, 1 when one could not be read, 2 when there is no list.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    /// `s3://bucket/prefix` (AWS_REGION, credentials and AWS_ENDPOINT_URL as for every AWS tool), or a folder with its
    /// subfolders.
    #[arg(value_name = "FROM")]
    from: String,
    /// The list: a name that ends in .xlsx or in .csv.
    #[arg(value_name = "OUT")]
    output: PathBuf,
}

/// How a list is written.
#[derive(Clone, Copy)]
enum Form {
    Csv,
    Xlsx,
}

#[tokio::main]
async fn main() -> ExitCode {
    logging::init_plain();
    match run(Arguments::parse()).await {
        Ok(gathered) if gathered.unreadable == 0 => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("fapiao-list: {}\n{}", error.message(), error.hint());
            ExitCode::from(2)
        }
    }
}

async fn run(Arguments { from, output }: Arguments) -> Result<Gathered, Error> {
    let form = form(&output)?;
    let lang = fapiao_read::language()?;
    let origin = Origin::parse(&from)?;
    let progress = Progress::new(0);
    let mut list = List::default();
    let gathered = match &origin {
        Origin::Folder(folder) => gather::from_folder(folder, &mut list, &progress).await?,
        Origin::Bucket { bucket, prefix } => {
            let client = Lazy::new(aws::s3_client);
            let s3 = (client.get().await, &S3Store::default());
            gather::from_bucket(s3, (bucket, prefix), &mut list, &progress).await?
        }
    };
    progress.finish();
    if gathered.reports + gathered.unreadable == 0 {
        return Err(Error::new(ErrorKind::Internal, format!("there is no Report in {from}"))
            .with_hint("Reports stand in the output bucket, or where OUT of `make read` was."));
    }
    let table = list.table(lang);
    write_to(&output, form, &origin, &table)?;
    say(gathered, &table.summary, &output);
    Ok(gathered)
}

fn form(output: &Path) -> Result<Form, Error> {
    match output.extension().and_then(|end| end.to_str()).map(str::to_lowercase).as_deref() {
        Some("csv") => Ok(Form::Csv),
        Some("xlsx") => Ok(Form::Xlsx),
        _ => Err(Error::new(ErrorKind::Internal, format!("{} says no form", output.display()))
            .with_hint("Choose a name that ends in .xlsx or in .csv.")),
    }
}

fn write_to(output: &Path, form: Form, origin: &Origin, table: &Table) -> Result<(), Error> {
    match (form, origin) {
        (Form::Csv, _) => write::as_csv(table, output),
        (Form::Xlsx, Origin::Bucket { .. }) => write::as_xlsx(table, output, &Links::default()),
        (Form::Xlsx, Origin::Folder(folder)) => {
            let real = |path: &Path| folder::resolve(path).unwrap_or_else(|_| path.to_owned());
            let list = real(output);
            let links = Links::between(list.parent().unwrap_or(&list), None, Some(&real(folder)));
            write::as_xlsx(table, output, &links)
        }
    }
}

fn say(gathered: Gathered, summary: &Summary, output: &Path) {
    summary.repeated.iter().for_each(|sentence| eprintln!("{sentence}"));
    let Gathered { reports, others, unreadable } = gathered;
    let Summary { verified, review, .. } = summary;
    // Nobody is left to be told when standard output is closed.
    let _ = writeln!(
        std::io::stdout(),
        "{}: {reports} Reports, {unreadable} unreadable, {others} other files passed over; invoices: {verified} verified, \
         {review} to review",
        output.display()
    );
}
