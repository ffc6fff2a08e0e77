//! Reads files that say plainly what is in them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use async_trait::async_trait;
use bytes::Bytes;
use fapiao::error::{Error, ErrorKind};
use fapiao::invoice::{Invoice, InvoiceType};
use fapiao::pipeline::{Failure, ReadFiles};
use fapiao::report::{CheckedInvoice, Evidence, Report, SCHEMA, Source, Status, Verdict};
use serde::{Deserialize, Serialize};

/// A file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Content {
    pub lines: Vec<Line>,
    /// Whether the first attempt to read it fails.
    pub is_flaky: bool,
}

/// One invoice in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub number: u64,
    pub total: u64,
}

impl Line {
    /// As a digital invoice's number.
    pub fn name(&self) -> String {
        format!("2436200000000000000{}", self.number)
    }
}

#[derive(Clone, Default)]
pub struct Reader {
    reads: Arc<Mutex<BTreeMap<Bytes, u32>>>,
}

#[async_trait]
impl ReadFiles for Reader {
    async fn read(
        &self,
        _: &str,
        _: Option<&str>,
        bytes: Bytes,
        source: Source,
        _: Vec<CheckedInvoice>,
        _: Instant,
    ) -> Result<Report, Failure> {
        let content: Content = serde_json::from_slice(&bytes).unwrap();
        let is_first = {
            let mut reads = self.reads.lock().unwrap();
            let count = reads.entry(bytes).or_default();
            *count += 1;
            *count == 1
        };
        let invoices: Vec<CheckedInvoice> = content.lines.iter().zip(1..).map(|(line, at)| invoice(line, at)).collect();
        let error = Error::new(ErrorKind::ProviderThrottled, "the first time it fails");
        if content.is_flaky && is_first {
            let report = Report { error: Some(error.info()), ..report(source, Status::Failed, Vec::new()) };
            return Err(Failure { error, report: Box::new(report) });
        }
        let status = if invoices.is_empty() { Status::Rejected } else { Status::Read };
        Ok(report(source, status, invoices))
    }

    fn reject(&self, error: Error, source: Source) -> Report {
        Report { error: Some(error.info()), ..report(source, Status::Rejected, Vec::new()) }
    }

    fn max_bytes(&self) -> u64 {
        1_000_000
    }
}

fn invoice(line: &Line, index: u32) -> CheckedInvoice {
    let verified = Evidence { verified: true, ..Evidence::default() };
    CheckedInvoice {
        index,
        verdict: Verdict::Verified,
        invoice: Invoice {
            r#type: InvoiceType::DigitalCommon,
            invoice_number: Some(line.name()),
            grand_total: format!("{}.00", line.total).parse().ok(),
            ..Invoice::default()
        },
        fields: [("invoice_number".to_owned(), verified)].into(),
        ..CheckedInvoice::default()
    }
}

fn report(source: Source, status: Status, invoices: Vec<CheckedInvoice>) -> Report {
    Report {
        schema: SCHEMA.to_owned(),
        engine: String::new(),
        status,
        source,
        error: None,
        verdict: (status == Status::Read).then_some(Verdict::Verified),
        reasons: Vec::new(),
        invoices,
        others: Vec::new(),
    }
}
