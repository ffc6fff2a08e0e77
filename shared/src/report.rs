//! The Report: the one JSON document that a file gets, whichever provider read what is in it.
//! Pure data; knows nothing of how it is made or where it is kept.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

pub use crate::error::ErrorInfo;
use crate::geometry::Quad;
use crate::invoice::{Field, Invoice};
use crate::sentence::{Lang, Params, Sentence, report as says};

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
    pub reasons: Vec<Reason>,
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
    pub reasons: Vec<Reason>,
    /// What it says.
    pub invoice: Invoice,
    /// The evidence for every field, by its path (`buyer.name`, `items[0].amount`).
    pub fields: BTreeMap<String, Evidence>,
    /// The rules that were tried on it.
    pub checks: Vec<Check>,
    /// The file that holds the same invoice and came before.
    pub duplicate_of: Option<DuplicateOf>,
}

/// Why a person has to look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reason {
    /// Which sentence of the catalogue it is, and its parameters.
    #[serde(flatten)]
    pub said: Sentence,
    /// The sentence, in the Report's language.
    pub message: String,
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
    /// What was done to the document to make it fit, e.g. `scaled to 4000x3000`.
    pub adapted: Option<String>,
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

/// What a provider found: the invoice, the evidence, and the page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The meaning.
    pub invoice: Invoice,
    /// The evidence by field.
    pub fields: BTreeMap<Field, Evidence>,
    /// The page it was read from.
    pub page: PageInfo,
    /// Where two sources contradict each other.
    pub conflicts: Vec<Conflict>,
    /// Values that were chosen between two readings because another field said so: that field no longer confirms them.
    pub dependencies: Vec<Dependency>,
    /// Values whose characters may be certain, but not that they are this field's.
    pub doubts: Vec<Doubt>,
    /// Pieces of the page's own text that have no characters, so that nobody can read them.
    pub unread: usize,
}

/// Why a value may not be its field's: then it is not verified, unless another account of the invoice agrees with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// The field that it was given to.
    pub field: Field,
    /// What speaks against it.
    pub reason: DoubtReason,
}

/// What makes the role of a value doubtful.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DoubtReason {
    /// The paper has several different values where an invoice has one.
    Several(Vec<String>),
    /// It holds one of the form's labels, so it runs into another cell.
    HoldsLabel(String),
    /// It holds another field's value, or text that stands outside its cell.
    Mixed,
    /// Two papers were read as one: it may be either's.
    TwoPapers,
    /// It was cut out of a longer run of characters, or has a length that no such value has.
    Cut(String),
}

/// Two sources that say different things of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The field, or the table as a whole where they do not even agree on the number of lines.
    pub field: Field,
    /// Whose value stands.
    pub kept: EvidenceSource,
    /// That value.
    pub value: String,
    /// Who contradicts.
    pub other: EvidenceSource,
    /// With which value.
    pub other_value: String,
}

impl Conflict {
    /// What the QR code says, and what the print; none where the conflict is between others.
    pub fn code_and_print(&self) -> Option<(&str, &str)> {
        match (self.kept, self.other) {
            _ if self.field == Field::QrCode => None,
            (EvidenceSource::Qr, _) => Some((&self.value, &self.other_value)),
            (_, EvidenceSource::Qr) => Some((&self.other_value, &self.value)),
            _ => None,
        }
    }
}

/// A value that was chosen with another field's help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependency {
    /// The field whose value was chosen.
    pub field: Field,
    /// The field that decided.
    pub on: Field,
}

impl Other {
    /// Whether it was read and nobody has to look: it is no invoice, or only shows one again.
    pub fn needs_no_review(&self) -> bool {
        matches!(self.code.as_str(), "no_invoice" | "copy")
    }
}

impl Report {
    /// Says everything in that language, as far as the catalogue has it.
    pub fn say_in(&mut self, lang: Lang) {
        let of_invoices = self.invoices.iter_mut().flat_map(|invoice| &mut invoice.reasons);
        self.reasons.iter_mut().chain(of_invoices).for_each(|reason| say(&reason.said, &mut reason.message, lang));
        for check in self.invoices.iter_mut().flat_map(|invoice| &mut invoice.checks) {
            say(&check.said, &mut check.detail, lang);
        }
        let of_invoices = self.invoices.iter_mut().map(|invoice| &mut invoice.provider);
        let of_others = self.others.iter_mut().filter_map(|other| other.provider.as_mut());
        for attempt in of_invoices.chain(of_others).flat_map(|provider| &mut provider.attempts) {
            attempt.message.iter_mut().for_each(|message| say(&attempt.said, message, lang));
        }
        for other in &mut self.others {
            say(&other.said, &mut other.message, lang);
            let hint = Sentence { id: other.hint_id.clone(), params: other.hint_params.clone() };
            say(&hint, &mut other.hint, lang);
        }
        self.error.iter_mut().for_each(|error| error.say_in(lang));
    }
}

fn say(said: &Sentence, text: &mut String, lang: Lang) {
    if let Some(said) = said.say(lang) {
        *text = said;
    }
}

impl Other {
    /// Something in a place of a file, and what is said of it.
    pub fn new(place: Place, info: ErrorInfo, provider: Option<ProviderInfo>) -> Self {
        let ErrorInfo { code, said, message, hint_id, hint_params, hint } = info;
        Self { place, code, said, message, hint_id, hint_params, hint, provider }
    }
}

impl Reason {
    /// The same, said of one of several invoices.
    #[must_use]
    pub fn of_invoice(&self, index: u32) -> Self {
        // What was said before there was a catalogue.
        let is_known = self.said.say(Lang::En).is_some();
        let reason = if is_known { self.said.clone() } else { Sentence::verbatim(&self.message) };
        says::of_invoice(index, reason).into()
    }
}

impl From<Sentence> for Reason {
    /// In English.
    fn from(said: Sentence) -> Self {
        Self { message: said.say(Lang::En).unwrap_or_default(), said }
    }
}

/// Reports of before had the sentence alone.
impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Text(String),
            Said {
                #[serde(flatten)]
                said: Sentence,
                message: String,
            },
        }
        Ok(match Form::deserialize(deserializer)? {
            Form::Text(message) => Self { said: Sentence::default(), message },
            Form::Said { said, message } => Self { said, message },
        })
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

impl Reading {
    /// Why we believe a field.
    pub fn evidence(&self, field: Field) -> Option<&Evidence> {
        self.fields.get(&field)
    }

    /// Keeps the evidence of a field in place of what was there.
    pub fn note(&mut self, field: Field, evidence: Evidence) {
        self.fields.insert(field, evidence);
    }

    /// Whether the print itself, or a file's own characters, give the field: not the QR code alone, nor a guess.
    pub fn is_printed(&self, field: Field) -> bool {
        use EvidenceSource::{Print, Text, Vendor, Xml};
        let printed = |source: &EvidenceSource| matches!(source, Print | Vendor | Text | Xml);
        self.fields.get(&field).is_some_and(|evidence| evidence.sources.iter().any(printed))
    }

    /// Notes that a value may not be its field's.
    pub fn doubt(&mut self, field: Field, reason: DoubtReason) {
        let doubt = Doubt { field, reason };
        if !self.doubts.contains(&doubt) {
            self.doubts.push(doubt);
        }
    }

    /// Moves every place in the evidence, as from a paper to the page on which it lies.
    pub fn move_places(&mut self, to: impl Fn(&Quad) -> Quad) {
        for quad in self.fields.values_mut().filter_map(|evidence| evidence.quad.as_mut()) {
            *quad = to(quad);
        }
    }

    /// Whether a field's value was chosen because another one said so.
    pub fn depends_on(&self, field: Field, on: Field) -> bool {
        self.dependencies.contains(&Dependency { field, on })
    }
}

/// The JSON Schema of [`Report`], generated from these types.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Report).to_value()
}

#[cfg(test)]
mod tests {
    use std::fmt;
    use std::path::Path;

    use super::*;
    use crate::error::{Error, ErrorKind};
    use crate::ocr::PageText;

    #[track_caller]
    fn assert_comes_back<T: Serialize + for<'de> Deserialize<'de> + PartialEq + fmt::Debug>(value: &T) {
        let text = serde_json::to_vec(value).unwrap();
        assert_eq!(serde_json::from_slice::<T>(&text).unwrap(), *value);
    }

    #[test]
    fn a_reading_of_every_kind_of_page_comes_back_from_json_as_it_went() {
        let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
        let mut readings = 0;
        for file in recorded.read_dir().unwrap() {
            let page: PageText = serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap();
            let reading = crate::reader::read(&page, &|_| Vec::new());
            readings += usize::from(reading.is_ok());
            assert_comes_back(&reading);
        }
        assert!(readings > 8, "{readings} readings");
    }

    #[test]
    fn what_stands_beside_the_values_comes_back_too() {
        let mut reading = Reading { unread: 3, ..Reading::default() };
        let value = || "a".to_owned();
        let reasons = [
            DoubtReason::Several(vec![value()]),
            DoubtReason::HoldsLabel(value()),
            DoubtReason::Mixed,
            DoubtReason::TwoPapers,
            DoubtReason::Cut(value()),
        ];
        reasons.into_iter().for_each(|reason| reading.doubt(Field::BuyerName, reason));
        let (kept, other) = (EvidenceSource::Print, EvidenceSource::Qr);
        reading.conflicts = vec![Conflict { field: Field::Items, kept, value: value(), other, other_value: value() }];
        reading.dependencies = vec![Dependency { field: Field::TotalTax, on: Field::GrandTotal }];
        assert_comes_back(&reading);
        let hinted = Error::new(ErrorKind::NoInvoice, "a").with_hint("b").with_vendor_code("c");
        assert_comes_back(&hinted.with_retry_after(std::time::Duration::from_millis(1500)));
    }
}
