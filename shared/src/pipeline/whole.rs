//! What the parts of a file make together: the Report's status, error, verdict and reasons.
//! Knows nothing of how a part was read.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Error, Result};
use crate::provider::{MODEL, ReadBy};
use crate::report::{
    CheckedInvoice, ErrorInfo, Other, Place, ProviderInfo, Report, SCHEMA, Source, Statement, Status, Verdict,
};
use crate::sentence::{next, report as says};

use super::Failure;
use super::copies::{Form, contradict, differences, is_better, is_copy, is_same, mark_repeated};

/// A further picture of an invoice that the file has already.
const COPY: &str = "copy";
/// The same, but it does not say the same.
const ALTERED_COPY: &str = "altered_copy";

/// What was found in a file so far.
#[derive(Debug, Default)]
pub(super) struct Whole {
    invoices: Vec<CheckedInvoice>,
    /// By the invoice's index, the forms in which an archive has brought it.
    forms: BTreeMap<u32, BTreeSet<Form>>,
    others: Vec<Other>,
    /// The first fault that is not the document's own.
    failure: Option<Error>,
    /// The first one that is.
    refusal: Option<Error>,
}

impl Whole {
    /// A file that could not be taken apart.
    pub(super) fn of_error(error: Error) -> Self {
        let mut whole = Self::default();
        whole.keep(error);
        whole
    }

    /// Adds an invoice. Of several pictures of one, and of the forms of one e-invoice, the best is the invoice; the others are
    /// mentioned, and what they say otherwise is told of it.
    pub(super) fn add(&mut self, mut invoice: CheckedInvoice) {
        let form = Form::of(&invoice);
        let is_new =
            |first: &CheckedInvoice, form| self.forms.get(&first.index).is_none_or(|seen| !seen.contains(form));
        let is_other_form = |first: &CheckedInvoice| {
            Form::of(first).is_some()
                && form.as_ref().is_some_and(|form| is_new(first, form))
                && is_same(first, &invoice)
        };
        let found = self.invoices.iter().position(|first| is_copy(first, &invoice) || is_other_form(first));
        let Some(stands) = found.and_then(|at| self.invoices.get_mut(at)) else {
            invoice.index = u32::try_from(self.invoices.len()).unwrap_or(u32::MAX).saturating_add(1);
            self.forms.insert(invoice.index, form.into_iter().collect());
            self.invoices.push(invoice);
            return;
        };
        self.forms.entry(stands.index).or_default().extend(form);
        if is_better(&invoice, stands) {
            invoice.index = stands.index;
            std::mem::swap(stands, &mut invoice);
        }
        let fields = differences(stands, &invoice);
        let info = if fields.is_empty() {
            ErrorInfo::new(COPY, says::copy(stands.index), next::nothing_to_do())
        } else {
            contradict(stands, &invoice, &fields);
            let message = says::altered_copy(stands.index, fields.as_slice());
            ErrorInfo::new(ALTERED_COPY, message, next::compare_with_paper())
        };
        self.others.push(Other::new(invoice.place, info, Some(invoice.provider)));
    }

    /// Adds a part that holds no invoice, and why.
    pub(super) fn add_other(&mut self, place: Place, error: Error, provider: Option<ProviderInfo>) {
        self.others.push(Other::new(place, error.info(), provider));
        self.keep(error);
    }

    fn keep(&mut self, error: Error) {
        let first = if error.is_caller_fault() { &mut self.refusal } else { &mut self.failure };
        first.get_or_insert(error);
    }

    /// The Report of the file.
    ///
    /// # Errors
    /// What is not the document's own fault; the Report in it holds all that was read.
    pub(super) fn into_report(mut self, source: Source) -> Result<Report, Failure> {
        mark_repeated(&mut self.invoices);
        let refusal = self.refusal.filter(|_| self.invoices.is_empty());
        let status = match (&self.failure, &refusal) {
            (Some(_), _) => Status::Failed,
            (None, Some(_)) => Status::Rejected,
            (None, None) => Status::Read,
        };
        let mut report = Report {
            schema: SCHEMA.to_owned(),
            engine: engine(&self.invoices, &self.others),
            status,
            source,
            error: self.failure.as_ref().or(refusal.as_ref()).map(Error::info),
            verdict: None,
            reasons: Vec::new(),
            invoices: self.invoices,
            others: self.others,
        };
        sum_up(&mut report);
        match self.failure {
            None => Ok(report),
            Some(error) => Err(Failure { error, report: Box::new(report) }),
        }
    }
}

/// The release, its models, and what did their arithmetic where that was not the usual.
fn engine(invoices: &[CheckedInvoice], others: &[Other]) -> String {
    let asked =
        invoices.iter().map(|invoice| &invoice.provider).chain(others.iter().filter_map(|o| o.provider.as_ref()));
    let on_rten = ReadBy::EngineOnRten.model();
    let is_on_rten = asked.filter_map(|provider| provider.model.as_ref()).any(|model| *model == on_rten);
    format!("{} {}", env!("CARGO_PKG_VERSION"), if is_on_rten { on_rten.as_str() } else { MODEL })
}

/// Sets verdict and reasons by those of the invoices, and by what could not be read.
pub(super) fn sum_up(report: &mut Report) {
    report.reasons = if report.status == Status::Read { reasons(report) } else { Vec::new() };
    let is_verified = report.reasons.is_empty() && report.invoices.iter().all(|i| i.verdict == Verdict::Verified);
    let verdict = if is_verified { Verdict::Verified } else { Verdict::Review };
    report.verdict = (report.status == Status::Read).then_some(verdict);
}

fn reasons(report: &Report) -> Vec<Statement> {
    let several = report.invoices.len() > 1;
    let of_invoice = |invoice: &CheckedInvoice| {
        let of_this = |reason: &Statement| if several { reason.of_invoice(invoice.index) } else { reason.clone() };
        invoice.reasons.iter().map(of_this).collect::<Vec<_>>()
    };
    let unread = report.others.iter().filter(|other| !other.needs_no_review());
    let of_other = unread.map(|other| says::of_part(other.place.sentence(), &other.code, other.said.clone()).into());
    report.invoices.iter().flat_map(of_invoice).chain(of_other).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::report::{CheckStatus, Evidence};

    fn invoice(page: u32, number: &str, total: &str) -> CheckedInvoice {
        let mut found = CheckedInvoice { verdict: Verdict::Verified, ..CheckedInvoice::default() };
        found.place.pages = vec![page];
        found.invoice.invoice_number = Some(number.to_owned());
        found.invoice.grand_total = total.parse().ok();
        found
    }

    fn report(whole: Whole) -> Report {
        whole.into_report(Source::default()).unwrap()
    }

    fn codes(report: &Report) -> Vec<&str> {
        report.others.iter().map(|other| other.code.as_str()).collect()
    }

    #[test]
    fn a_report_names_the_engine_that_the_template_names_and_what_it_ran_on() {
        let usual = engine(&[], &[]);
        assert!(include_str!("../../../template.yaml").contains(&format!("    Value: {usual}\n")), "{usual}");
        let mut read = invoice(1, "1", "");
        read.provider.model = Some(ReadBy::EngineOnRten.model());
        assert_eq!(engine(&[read], &[]), format!("{usual} on rten"));
    }

    #[test]
    fn a_copy_is_mentioned_and_an_altered_one_is_to_review() {
        let mut whole = Whole::default();
        for (page, total) in [(1, "5.00"), (2, "5.00"), (3, "")] {
            whole.add(invoice(page, "1", total));
        }
        let copies = report(whole);
        assert_eq!(
            (copies.invoices.len(), codes(&copies), copies.verdict),
            (1, vec!["copy", "copy"], Some(Verdict::Verified))
        );

        let mut whole = Whole::default();
        whole.add(invoice(1, "1", "5.00"));
        whole.add(invoice(2, "1", "6.00"));
        let altered = report(whole);
        assert_eq!(
            (altered.invoices.len(), codes(&altered), altered.verdict),
            (1, vec!["altered_copy"], Some(Verdict::Review))
        );
        let [of_invoice, of_page] = &altered.reasons[..] else { panic!("{:?}", altered.reasons) };
        let [of_invoice, of_page] = [of_invoice, of_page].map(|reason| reason.message.as_str());
        assert!(of_invoice.starts_with("page 2 shows") && of_invoice.contains("6.00"), "{of_invoice}");
        assert!(of_page.starts_with("page 2: altered_copy: ") && of_page.contains("grand total"), "{of_page}");
    }

    /// A digital invoice whose number is sure, in a document of an archive.
    fn in_member(member: &str, number: &str, total: &str) -> CheckedInvoice {
        let mut found = invoice(1, number, total);
        found.place.member = Some(member.to_owned());
        found.invoice.r#type = crate::invoice::InvoiceType::DigitalCommon;
        found.fields.insert("invoice_number".to_owned(), Evidence { verified: true, ..Evidence::default() });
        found
    }

    fn failed(invoice: &CheckedInvoice) -> Vec<&str> {
        let failed = invoice.checks.iter().filter(|check| check.status == CheckStatus::Fail);
        failed.map(|check| check.rule.as_str()).collect()
    }

    #[test]
    fn of_two_documents_in_an_archive_that_bring_one_invoice_the_second_is_to_review() {
        let read = |all: &[CheckedInvoice]| {
            let mut whole = Whole::default();
            all.iter().for_each(|invoice| whole.add(invoice.clone()));
            report(whole)
        };
        let sent = [in_member("b.pdf", "1", "5.00"), in_member("c.pdf", "2", "5.00"), in_member("a.pdf", "1", "5.00")];
        let twice = read(&sent);
        let verdicts: Vec<_> = twice.invoices.iter().map(|invoice| invoice.verdict).collect();
        assert_eq!(verdicts, [Verdict::Verified, Verdict::Verified, Verdict::Review]);
        assert_eq!((failed(&twice.invoices[2]), twice.verdict), (vec!["not_seen_before"], Some(Verdict::Review)));
        let reason =
            "invoice 3: it is the same invoice as number 1 of this file: do not pay it twice (not_seen_before)";
        assert_eq!(twice.reasons.iter().map(|reason| &reason.message).collect::<Vec<_>>(), [reason]);
        // The next attempt takes over what this one has read.
        assert_eq!(read(&twice.invoices), twice);

        let other_total = read(&[in_member("a.pdf", "1", "5.00"), in_member("b.pdf", "1", "6.00")]);
        assert_eq!(failed(&other_total.invoices[0]), ["copies_agree"]);
        assert_eq!(failed(&other_total.invoices[1]), ["copies_agree", "not_seen_before"]);
        assert_eq!(read(&other_total.invoices), other_total);

        let mut unsure = in_member("b.pdf", "1", "5.00");
        unsure.fields.clear();
        assert_eq!(failed(&read(&[in_member("a.pdf", "1", "5.00"), unsure]).invoices[1]), [""; 0], "it may be misread");
    }

    #[test]
    fn an_invoice_in_the_three_forms_of_the_tax_office_is_one_invoice() {
        let read = |members: &[(&str, &str)]| {
            let mut whole = Whole::default();
            members.iter().for_each(|(member, total)| whole.add(in_member(member, "1", total)));
            report(whole)
        };
        let three = read(&[("a.pdf", "5.00"), ("a.OFD", "5.00"), ("sub/a.xml", "5.00")]);
        assert_eq!((three.invoices.len(), codes(&three)), (1, vec!["copy", "copy"]));
        assert_eq!(three.verdict, Some(Verdict::Verified));

        let altered = read(&[("a.pdf", "5.00"), ("a.xml", "6.00")]);
        assert_eq!((altered.invoices.len(), codes(&altered)), (1, vec!["altered_copy"]));
        assert_eq!(altered.verdict, Some(Verdict::Review));

        for repeated in [
            [("a.pdf", "5.00"), ("a.xml", "5.00"), ("b.pdf", "5.00")],
            [("a.xml", "5.00"), ("a.pdf", "5.00"), ("b.pdf", "5.00")],
        ] {
            let repeated = read(&repeated);
            assert_eq!((repeated.invoices.len(), codes(&repeated)), (2, vec!["copy"]), "a form that came already");
            assert_eq!(failed(&repeated.invoices[1]), ["not_seen_before"]);
        }
        assert_eq!(read(&[("a.pdf", "5.00"), ("photo.jpg", "5.00")]).invoices.len(), 2, "a photo is no such form");
    }

    #[test]
    fn of_two_copies_the_better_one_is_the_invoice() {
        let verified = |mut invoice: CheckedInvoice, fields: &[&str]| {
            let evidence = Evidence { verified: true, ..Evidence::default() };
            invoice.fields = fields.iter().map(|field| ((*field).to_owned(), evidence.clone())).collect();
            invoice
        };
        let review = |invoice| CheckedInvoice { verdict: Verdict::Review, ..invoice };
        let worst_first = [
            review(invoice(1, "1", "")),
            review(invoice(2, "1", "5.00")),
            review(verified(invoice(3, "1", "5.00"), &["grand_total"])),
            review(verified(invoice(4, "1", "5.00"), &["grand_total", "issue_date"])),
            verified(invoice(5, "1", "5.00"), &["grand_total"]),
        ];
        let mut backwards = worst_first.clone();
        backwards.reverse();
        for copies in [worst_first, backwards] {
            let mut whole = Whole::default();
            copies.into_iter().for_each(|copy| whole.add(copy));
            let report = report(whole);
            let [best] = &report.invoices[..] else { panic!("several invoices") };
            assert_eq!((best.index, best.place.pages[0], report.others.len()), (1, 5, 4));
            assert_eq!(report.verdict, Some(Verdict::Verified));
        }
    }

    #[test]
    fn a_field_of_which_two_copies_say_different_things_is_not_verified() {
        let mut other = invoice(2, "1", "6.00");
        other.verdict = Verdict::Review;
        let mut whole = Whole::default();
        let mut first = invoice(1, "1", "5.00");
        first.fields.insert("grand_total".to_owned(), Evidence { verified: true, ..Evidence::default() });
        whole.add(first);
        whole.add(other);
        let report = report(whole);
        let check = report.invoices[0].checks.last().unwrap();
        assert_eq!((check.status, check.fields.as_slice()), (CheckStatus::Fail, &["grand_total".to_owned()][..]));
        assert!(!report.invoices[0].fields["grand_total"].verified);
        assert_eq!(report.invoices[0].verdict, Verdict::Review);
    }

    #[test]
    fn reasons_say_which_invoice_when_there_are_several() {
        let doubtful = |page, number: &str| {
            let reasons = vec![says::field_not_found("issue_date").into()];
            CheckedInvoice { verdict: Verdict::Review, reasons, ..invoice(page, number, "") }
        };
        let mut whole = Whole::default();
        whole.add(doubtful(1, "1"));
        assert_eq!(report(whole).reasons[0].message, "issue date was not found: look it up on the page");
        let mut whole = Whole::default();
        whole.add(invoice(1, "1", ""));
        whole.add(doubtful(2, "2"));
        let report = report(whole);
        assert_eq!(
            (report.verdict, report.reasons.len(), report.reasons[0].message.as_str()),
            (Some(Verdict::Review), 1, "invoice 2: issue date was not found: look it up on the page")
        );
    }

    #[test]
    fn what_may_heal_makes_the_file_failed_and_takes_nothing_that_was_read() {
        let mut whole = Whole::default();
        let error = |kind| Error::new(kind, "as told");
        whole.add(invoice(1, "1", ""));
        whole.add_other(Place::default(), error(ErrorKind::Undecodable), None);
        whole.add_other(Place::default(), error(ErrorKind::ProviderTimeout), None);
        let failure = whole.into_report(Source::default()).unwrap_err();
        assert_eq!((failure.error.kind(), failure.report.status), (ErrorKind::ProviderTimeout, Status::Failed));
        assert_eq!(
            (failure.report.invoices.len(), codes(&failure.report)),
            (1, vec!["undecodable", "provider_timeout"])
        );
        assert_eq!(
            (failure.report.verdict, failure.report.error.map(|e| e.code)),
            (None, Some("provider_timeout".to_owned()))
        );
    }
}
