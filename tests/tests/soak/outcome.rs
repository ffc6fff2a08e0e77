//! What came of a soak: every Report held against its object and the vendor's bill, and the table that says so.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::time::Duration;

use fapiao_tests::stub::{Behaviour, Charge, number_of};
use futures::stream::{self, StreamExt};
use serde_json::Value;

use super::load::{Dropped, Load};
use super::{Size, Trial};
use crate::local::Stack;

#[derive(Debug, Default)]
pub struct Outcome {
    /// Keys without a Report.
    lost: Vec<String>,
    /// Keys whose Report is of another version, or tells of another picture.
    stale: Vec<String>,
    read: usize,
    failed: BTreeSet<String>,
    failed_without_dead_letter: Vec<String>,
    /// What the messages that were given up speak of.
    dead: BTreeSet<String>,
    /// Pictures that were paid for again although nobody had lost their answer.
    paid_twice: Vec<(String, Charge)>,
    /// What paying twice would be excused by.
    unknown_ends: usize,
    ends_known_to_the_killed: usize,
    pictures: usize,
    paid: usize,
    load: [usize; 3],
}

impl Outcome {
    pub async fn of(trial: &Trial, load: &Load, etags: &[String], killed: &BTreeMap<String, usize>) -> Self {
        let mut outcome = Self::default();
        let reports = stream::iter(&load.objects).map(|object| report(&trial.stack, object)).buffered(16);
        let reports: Vec<Option<Value>> = reports.collect().await;
        for ((object, etag), report) in load.objects.iter().zip(etags).zip(reports) {
            outcome.look_at(object, etag, report);
        }
        outcome.dead = trial.stack.take_dead_letters().await.iter().filter_map(|body| key_of(body)).collect();
        let failed = outcome.failed.iter();
        outcome.failed_without_dead_letter = failed.filter(|key| !outcome.dead.contains(*key)).cloned().collect();
        outcome.look_at_bill(&trial.textin.bill(), killed);
        outcome.load = [
            load.count(|object| object.is_copy),
            load.count(|object| object.doubled),
            load.count(|object| object.versions.len() > 1),
        ];
        outcome
    }

    fn look_at(&mut self, object: &Dropped, etag: &str, report: Option<Value>) {
        let Some(report) = report else {
            return self.lost.push(object.key.clone());
        };
        let invoices = report["invoices"].as_array().map(Vec::as_slice).unwrap_or_default();
        let number = Value::from(number_of(object.last()));
        let tells_another = invoices.iter().any(|invoice| invoice["invoice"]["invoice_number"] != number);
        if report["source"]["etag"] != etag || tells_another {
            self.stale.push(object.key.clone());
        } else if report["status"] == "failed" {
            self.failed.insert(object.key.clone());
        } else {
            self.read += 1;
        }
    }

    fn look_at_bill(&mut self, bill: &BTreeMap<String, Charge>, killed: &BTreeMap<String, usize>) {
        for (picture, charge) in bill {
            self.paid += charge.paid;
            self.unknown_ends += charge.unknown;
            if charge.twice() > killed.get(picture).copied().unwrap_or_default() {
                self.paid_twice.push((picture.clone(), charge.clone()));
            }
        }
        self.pictures = bill.len();
        self.ends_known_to_the_killed = killed.values().sum();
    }

    /// As it stands in the README.
    pub fn table(&self, trial: &Trial, time: Duration) -> String {
        let Size { objects, kills, seed, .. } = trial.size;
        let (requests, met) = trial.faults.counts();
        let lost_replies: usize = met.iter().filter(|(fault, _)| fault.is_lost_reply()).map(|(_, count)| count).sum();
        let calls = trial.textin.calls();
        let misbehaved = calls.iter().filter(|call| call.behaviour != Behaviour::Answer).count();
        let [copies, doubled, overwritten] = self.load;
        let seconds = time.as_secs();
        let mut table = format!("| a soak with seed {seed} | |\n|---|---|\n");
        let mut row = |name: &str, value: String| {
            let _ = writeln!(table, "| {name} | {value} |");
        };
        row(
            "objects dropped",
            format!("{objects}, of these {copies} copies, {overwritten} overwritten, {doubled} with doubled events"),
        );
        row("vendor's calls", format!("{}, of these {misbehaved} with a fault", calls.len()));
        row(
            "S3's requests",
            format!(
                "{requests}, of these {} with a fault, {lost_replies} done and their reply lost",
                met.values().sum::<usize>()
            ),
        );
        row("kills of the function", kills.to_string());
        row(
            "Reports of the newest version",
            format!("{}, of these {} `failed`", self.read + self.failed.len(), self.failed.len()),
        );
        row("failed without a dead letter", self.failed_without_dead_letter.len().to_string());
        row("lost", self.lost.len().to_string());
        row("stale", self.stale.len().to_string());
        row(
            "pictures paid for",
            format!("{} calls for {}, {} with an end that we cannot know", self.paid, self.pictures, self.unknown_ends),
        );
        row("paid twice", self.paid_twice.len().to_string());
        row("time", format!("{seconds} s"));
        table
    }

    pub fn check(&self) {
        assert!(self.lost.is_empty(), "no Report: {:?}", self.lost);
        assert!(self.stale.is_empty(), "the Report is of another version: {:?}", self.stale);
        assert!(self.failed_without_dead_letter.is_empty(), "no dead letter: {:?}", self.failed_without_dead_letter);
        assert!(self.paid_twice.is_empty(), "paid twice: {:?}", self.paid_twice);
    }
}

async fn report(stack: &Stack, object: &Dropped) -> Option<Value> {
    stack.report_now(&format!("{}.json", object.key)).await
}

/// The object's key, from the body of a message.
fn key_of(body: &str) -> Option<String> {
    let event: Value = serde_json::from_str(body).ok()?;
    Some(event["Records"][0]["s3"]["object"]["key"].as_str()?.replace("%2F", "/"))
}
