//! The command line behind `make list`: the Reports of a bucket or a folder in, one list out.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use fapiao::aws::{self, Lazy};
use fapiao::error::{Error, ErrorKind};
use fapiao::list::{List, Summary, Table};
use fapiao::logging;
use fapiao::sentence::{list as says, screen};
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
    /// The folder in which the Reports' own files lie, so that the workbook can link to them; else `inbox` beside `outbox`.
    #[arg(long, value_name = "FOLDER")]
    documents: Option<PathBuf>,
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
            eprintln!("{}", fapiao_read::complaint("fapiao-list", &error));
            ExitCode::from(2)
        }
    }
}

async fn run(Arguments { from, output, documents }: Arguments) -> Result<Gathered, Error> {
    let form = form(&output)?;
    let lang = fapiao_read::language()?;
    let origin = Origin::parse(&from)?;
    let progress = Progress::new(0, lang);
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
        let error = Error::new(ErrorKind::Internal, says::no_reports(&from));
        return Err(error.with_hint(says::where_reports_are()));
    }
    let table = list.table(lang);
    let documents = documents.or_else(|| documents_of(&origin));
    match form {
        Form::Csv => write::as_csv(&table, &output)?,
        Form::Xlsx => write::as_xlsx(&table, &output, &links(&output, documents.as_deref()))?,
    }
    say(gathered, &table, &output);
    Ok(gathered)
}

fn form(output: &Path) -> Result<Form, Error> {
    match output.extension().and_then(|end| end.to_str()).map(str::to_lowercase).as_deref() {
        Some("csv") => Ok(Form::Csv),
        Some("xlsx") => Ok(Form::Xlsx),
        _ => {
            let said = says::name_has_no_form(output.display().to_string());
            Err(Error::new(ErrorKind::Internal, said).with_hint(says::choose_form()))
        }
    }
}

/// `inbox` beside `outbox`, as `make up` has them; a folder of Reports below it counts, too.
fn documents_of(origin: &Origin) -> Option<PathBuf> {
    let Origin::Folder(folder) = origin else { return None };
    let folder = real(folder);
    let outbox = folder.ancestors().find(|above| above.file_name().is_some_and(|name| name == "outbox"))?;
    Some(outbox.with_file_name("inbox")).filter(|inbox| inbox.is_dir())
}

/// A Report is nothing that whoever keeps the books can use, so its name is no link.
fn links(output: &Path, documents: Option<&Path>) -> Links {
    let list = real(output);
    Links::between(list.parent().unwrap_or(&list), documents.map(real).as_deref(), None)
}

fn real(path: &Path) -> PathBuf {
    folder::resolve(path).unwrap_or_else(|_| path.to_owned())
}

fn say(gathered: Gathered, table: &Table, output: &Path) {
    let Summary { verified, review, repeated } = &table.summary;
    repeated.iter().for_each(|sentence| eprintln!("{sentence}"));
    let Gathered { reports, others, unreadable } = gathered;
    let listed = says::listed(output.display().to_string(), reports, unreadable, others);
    let said = screen::tally_of_invoices(listed, *verified, *review);
    // Nobody is left to be told when standard output is closed.
    let _ = writeln!(std::io::stdout(), "{}", said.say(table.lang).unwrap_or_default());
}
