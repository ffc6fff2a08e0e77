//! The Report: the one JSON document that a file gets, whichever provider read what is in it.
//! Pure data; knows nothing of how it is made or where it is kept.

mod reading;
mod statement;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::error::ErrorInfo;
use crate::geometry::Quad;
use crate::invoice::Invoice;
use crate::sentence::{Params, Sentence, report as says};

pub use reading::{Conflict, Dependency, Doubt, DoubtReason, Reading};
pub use statement::Statement;

/// The schema's name and version, in every Report.
pub const SCHEMA: &str = "fapiao/1";

/// The answer for one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Always `fapiao/1`.
    pub schema: String,
    /// What made it: our release and its models, e.g. `0.1.0 pp-ocrv6-tiny-small`.
    pub engine: String,
    /// Whether it was read, refused, given up, or its file deleted.
    pub status: Status,
    /// The file it is about.
    pub source: Source,
    /// Why there is no invoice, or why the reading is not complete; null when it was read.
    pub error: Option<ErrorInfo>,
    /// Whether all of the file can be booked without a human look; null unless it was read.
    pub verdict: Option<Verdict>,
    /// Why the verdict is `review`; empty otherwise.
    pub reasons: Vec<Statement>,
    /// The invoices in it.
    pub invoices: Vec<CheckedInvoice>,
    /// Every page and every file of an archive that is no invoice of its own.
    pub others: Vec<Other>,
}

/// One invoice of a file, its evidence, and what the rules say of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CheckedInvoice {
    /// Which of the file's invoices, from 1.
    pub index: u32,
    /// Where in the file it stands.
    pub place: Place,
    /// Who read it, and who was asked before.
    pub provider: ProviderInfo,
    /// Its first page as uploaded.
    pub page: PageInfo,
    /// Whether it can be booked without a human look.
    pub verdict: Verdict,
    /// Why the verdict is `review`; empty otherwise.
    pub reasons: Vec<Statement>,
    /// What it says.
    pub invoice: Invoice,
    /// The evidence for every field, by its path (`buyer.name`, `items[0].amount`).
    pub fields: BTreeMap<String, Evidence>,
    /// The rules that were tried on it.
    pub checks: Vec<Check>,
    /// The file that holds the same invoice and came before.
    pub duplicate_of: Option<DuplicateOf>,
}

/// A part of a file that is no invoice of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Other {
    /// Where in the file it stands.
    pub place: Place,
    /// `no_invoice` and `copy` for what was read; `altered_copy`, or an error's code, for what needs a look.
    pub code: String,
    /// Which sentence of the catalogue the message is, and its parameters.
    #[serde(flatten)]
    pub said: Sentence,
    /// What it is, or what went wrong.
    pub message: String,
    /// Which sentence of the catalogue the hint is.
    #[serde(default)]
    pub hint_id: String,
    /// Its parameters.
    #[serde(default)]
    pub hint_params: Params,
    /// What to do next.
    pub hint: String,
    /// Who was asked; null when nobody was.
    pub provider: Option<ProviderInfo>,
}

/// A place in a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The pages, from 1; empty where the file could not be opened.
    pub pages: Vec<u32>,
    /// The file's path in the archive that was sent; null when it came by itself.
    pub member: Option<String>,
    /// The paper on its page; null when it is the whole page.
    pub quad: Option<Quad>,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// At least one invoice was read, and all that can be read.
    Read,
    /// The file's own fault: sending it again will not help.
    Rejected,
    /// Something could not be read for a reason that may pass: trying again may help. What was read is kept.
    Failed,
    /// The file was deleted. What was read is kept for the audit, and is nobody's to book.
    Withdrawn,
}

/// Whether a person has to look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Code, number, date, totals and both tax ids are each verified where printed, and no rule failed.
    Verified,
    /// A person should look.
    #[default]
    Review,
}

/// The file as it arrived. Over HTTP there is no bucket, key, version, etag, sequencer or time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// The input bucket.
    pub bucket: Option<String>,
    /// The object's key, decoded.
    pub key: Option<String>,
    /// The object's version, where the bucket keeps versions.
    pub version_id: Option<String>,
    /// The object's etag, without quotes.
    pub etag: Option<String>,
    /// The newest event's sequencer: orders events of one key.
    pub sequencer: Option<String>,
    /// When an event last found the object to be as this Report says.
    pub seen_at: Option<String>,
    /// Invoices that earlier versions of the file held and this one does not, by code and number as `<code>-<number>`, a
    /// digital invoice by its number; the last 64.
    pub earlier_invoices: Vec<String>,
    /// Size in bytes.
    pub bytes: Option<u64>,
    /// Hex digest of the bytes; null when they were not read.
    pub sha256: Option<String>,
    /// Told from the content, never from the name.
    pub media_type: Option<String>,
    /// How many pages the file has; null for an archive, and when it was not opened.
    pub pages: Option<u32>,
}

/// Who read it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProviderInfo {
    /// `embedded`, `textin` or `volcengine`: the one whose answer this is, or the last one asked.
    pub name: String,
    /// The provider's model or interface version.
    pub model: Option<String>,
    /// From the first question to the last answer, in milliseconds.
    pub elapsed_ms: u64,
    /// The vendor's own id of the request.
    pub request_id: Option<String>,
    /// What was done to the document to make it fit, e.g. `PNG converted to JPEG, scaled to 4000x3000`.
    pub adapted: Option<Statement>,
    /// Everyone who was asked, in order.
    pub attempts: Vec<Attempt>,
}

/// One question to one provider.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attempt {
    /// The provider.
    pub name: String,
    /// `ok`, or our error code.
    pub code: String,
    /// The vendor's own code, where a vendor answered.
    pub vendor_code: Option<String>,
    /// Which sentence of the catalogue the message is, and its parameters; an empty id where there is none.
    #[serde(flatten)]
    pub said: Sentence,
    /// The vendor's own words, or ours.
    pub message: Option<String>,
    /// How long it took, in milliseconds.
    pub elapsed_ms: u64,
    /// The key under which its answer is remembered in the output bucket; null where it is not.
    #[serde(default)]
    pub answer: Option<String>,
}

/// The page that was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PageInfo {
    /// Pixels, as uploaded (after the EXIF turn, as viewers show it).
    pub width: u32,
    /// Pixels, as uploaded.
    pub height: u32,
    /// Degrees clockwise that make it upright: 0, 90, 180 or 270.
    pub rotation: u16,
}

/// Why we believe a field.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// What is printed.
    pub text: Option<String>,
    /// 0 to 1; null where the provider gives none.
    pub confidence: Option<f32>,
    /// Where it is printed; null where nobody knows.
    pub quad: Option<Quad>,
    /// The page it is on, from 1.
    pub page: u32,
    /// Where the value came from.
    pub sources: Vec<EvidenceSource>,
    /// Two independent sources agree on it.
    pub verified: bool,
}

/// Where a value came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceSource {
    /// Read from pixels.
    #[default]
    Print,
    /// The QR code.
    Qr,
    /// A file's text layer.
    Text,
    /// XML inside a file.
    Xml,
    /// Derived from the invoice code.
    Code,
    /// The red seal.
    Seal,
    /// A vendor's answer.
    Vendor,
}

/// One rule, tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// The rule's name.
    pub rule: String,
    /// How it came out.
    pub status: CheckStatus,
    /// The fields it speaks of.
    pub fields: Vec<String>,
    /// Which sentence of the catalogue the detail is, and its parameters.
    #[serde(flatten)]
    pub said: Sentence,
    /// A sentence that a bookkeeper understands.
    pub detail: String,
}

/// How a rule came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// It holds.
    Pass,
    /// It is off by more than rounding, but may be lawful.
    Warn,
    /// It does not hold.
    Fail,
    /// It does not apply, or a value is missing.
    Skip,
}

/// A file that holds the same invoice and came before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DuplicateOf {
    /// Its key.
    pub key: String,
    /// Its etag.
    pub etag: String,
}

impl Other {
    /// Whether it was read and nobody has to look: it is no invoice, or only shows one again.
    pub fn needs_no_review(&self) -> bool {
        matches!(self.code.as_str(), "no_invoice" | "copy")
    }
}

impl Other {
    /// Something in a place of a file, and what is said of it.
    pub fn new(place: Place, info: ErrorInfo, provider: Option<ProviderInfo>) -> Self {
        let ErrorInfo { code, said, message, hint_id, hint_params, hint } = info;
        Self { place, code, said, message, hint_id, hint_params, hint, provider }
    }
}

impl Place {
    /// What it is called.
    pub fn sentence(&self) -> Sentence {
        match (self.member.as_deref(), self.pages.as_slice()) {
            (None, []) => says::the_file(),
            (None, [page]) => says::page(*page),
            (None, [first, .., last]) => says::pages(*first, *last),
            (Some(member), []) => says::member(member),
            (Some(member), [page]) => says::page_of(member, *page),
            (Some(member), [first, .., last]) => says::pages_of(member, *first, *last),
        }
    }
}

/// The JSON Schema of [`Report`], generated from these types.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Report).to_value()
}
