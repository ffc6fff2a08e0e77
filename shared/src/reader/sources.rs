//! Several accounts of one invoice (XML, page text, QR code, info dictionary) brought together field by field.
//! Knows nothing of where an account comes from, only how far it is trusted.
//!
//! Accounts come most trusted first. The first that has a value gives it; the others confirm it (their source joins
//! the field's evidence), contradict it (a [`Conflict`] is noted, and the checks take `verified` away) or are silent.

use std::collections::BTreeMap;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use crate::invoice::{self, Invoice, words};
use crate::report::{Conflict, Evidence, EvidenceSource, PageInfo, Reading};

/// What one source says.
#[derive(Clone, Debug)]
pub struct Account {
    /// Which source.
    pub source: EvidenceSource,
    /// Its values.
    pub invoice: Invoice,
    /// Where it has them from; a value without an entry gets one that names the source alone.
    pub fields: BTreeMap<String, Evidence>,
}

impl Account {
    /// An account of bare values, without places.
    pub fn of_values(source: EvidenceSource, invoice: Invoice) -> Account {
        Account { source, invoice, fields: BTreeMap::new() }
    }

    /// A page that was read.
    pub fn of_reading(source: EvidenceSource, reading: Reading) -> Account {
        Account { source, invoice: reading.invoice, fields: reading.fields }
    }
}

/// Derived values and the page's own looks: never compared.
const UNCOMPARED: [&str; 4] = ["type", "expense_category", "amounts_include_tax", "seals"];

/// Brings accounts together, most trusted first; none of nothing.
pub fn merge(accounts: Vec<Account>, page: PageInfo) -> Option<Reading> {
    let mut accounts = accounts.into_iter();
    let first = accounts.next()?;
    let mut merged = Merged::new(first);
    for account in accounts {
        merged.add(account);
    }
    merged.into_reading(page)
}

/// The accounts so far, the invoice as JSON, so that one rule serves every field.
struct Merged {
    invoice: Map<String, Value>,
    fields: BTreeMap<String, Evidence>,
    conflicts: Vec<Conflict>,
}

impl Merged {
    fn new(first: Account) -> Merged {
        let invoice = as_map(&first.invoice);
        let mut merged = Merged { invoice: Map::new(), fields: first.fields, conflicts: Vec::new() };
        for (path, _) in leaves(&invoice) {
            merged.name_source(&path, first.source);
        }
        merged.invoice = invoice;
        merged
    }

    /// Evidence says itself where it is from; a value without any is from its account.
    fn name_source(&mut self, path: &str, source: EvidenceSource) {
        if is_compared(path) && !self.fields.contains_key(path) {
            let evidence = Evidence { confidence: Some(1.0), page: 1, sources: vec![source], ..Evidence::default() };
            self.fields.insert(path.to_owned(), evidence);
        }
    }

    fn add(&mut self, mut account: Account) {
        let mut other = as_map(&account.invoice);
        self.settle_items(&mut other, account.source, &mut account.fields);
        // What kind it is, its title says; data often does not.
        if let (EvidenceSource::Text, Some(kind)) = (account.source, other.get("type")) {
            self.invoice.insert("type".to_owned(), kind.clone());
        }
        for (path, theirs) in leaves(&other) {
            let derived = account.fields.get(&path).is_some_and(is_derived);
            match value_at(&self.invoice, &path).filter(|v| !v.is_null()).cloned() {
                None => self.fill(&path, &theirs, account.source, &mut account.fields),
                Some(_) if derived || !is_compared(&path) => {}
                Some(_) if self.fields.get(&path).is_some_and(is_derived) => {
                    self.replace(&path, &theirs, account.source, &mut account.fields);
                }
                Some(ours) if agree(&path, &ours, &theirs) => {
                    self.confirm(&path, account.source, account.fields.remove(&path));
                }
                Some(ours) if path == "remarks" && holds(&ours, &theirs) => {
                    self.confirm(&path, account.source, account.fields.remove(&path));
                }
                Some(ours) if path == "remarks" && holds(&theirs, &ours) => {
                    self.replace(&path, &theirs, account.source, &mut account.fields);
                }
                Some(ours) => self.note_conflict(path, &ours, &theirs, account.source),
            }
        }
    }

    /// What was only derived gives way to what is there.
    fn replace(&mut self, path: &str, theirs: &Value, source: EvidenceSource, fields: &mut BTreeMap<String, Evidence>) {
        self.fields.remove(path);
        if let Some(slot) = slot_at(&mut self.invoice, path) {
            *slot = Value::Null;
        }
        self.fill(path, theirs, source, fields);
    }

    /// Lines are compared one by one only where there are as many; else the more trusted account's stand.
    fn settle_items(
        &mut self,
        other: &mut Map<String, Value>,
        source: EvidenceSource,
        fields: &mut BTreeMap<String, Evidence>,
    ) {
        let count = |map: &Map<String, Value>| map.get("items").and_then(Value::as_array).map_or(0, Vec::len);
        let (ours, theirs) = (count(&self.invoice), count(other));
        if ours == theirs || theirs == 0 {
            return;
        }
        let items = other.remove("items");
        if ours > 0 {
            let text = |n: usize| Value::String(format!("{n} lines"));
            self.note_conflict("items".to_owned(), &text(ours), &text(theirs), source);
            return;
        }
        self.invoice.insert("items".to_owned(), items.clone().unwrap_or_default());
        let map = Map::from_iter([("items".to_owned(), items.unwrap_or_default())]);
        for (path, _) in leaves(&map) {
            if let Some(evidence) = fields.remove(&path) {
                self.fields.insert(path.clone(), evidence);
            }
            self.name_source(&path, source);
        }
    }

    fn fill(&mut self, path: &str, theirs: &Value, source: EvidenceSource, fields: &mut BTreeMap<String, Evidence>) {
        let Some(slot) = slot_at(&mut self.invoice, path) else { return };
        if !slot.is_null() {
            return;
        }
        *slot = theirs.clone();
        if let Some(evidence) = fields.remove(path) {
            self.fields.insert(path.to_owned(), evidence);
        }
        self.name_source(path, source);
    }

    /// The place and the print come from whoever knows them.
    fn confirm(&mut self, path: &str, source: EvidenceSource, theirs: Option<Evidence>) {
        let theirs = theirs.unwrap_or_else(|| Evidence { sources: vec![source], ..Evidence::default() });
        let Some(evidence) = self.fields.get_mut(path) else { return };
        let new = theirs.sources.iter().filter(|source| !evidence.sources.contains(source)).copied();
        evidence.sources.extend(new.collect::<Vec<_>>());
        if evidence.quad.is_none() && theirs.quad.is_some() {
            (evidence.quad, evidence.page) = (theirs.quad, theirs.page);
            evidence.text = theirs.text.or(evidence.text.take());
        }
    }

    fn note_conflict(&mut self, path: String, ours: &Value, theirs: &Value, source: EvidenceSource) {
        let kept = self.fields.get(&path).and_then(|e| e.sources.first().copied()).unwrap_or_default();
        self.conflicts.push(Conflict { path, kept, value: plain(ours), other: source, other_value: plain(theirs) });
    }

    fn into_reading(self, page: PageInfo) -> Option<Reading> {
        let invoice = serde_json::from_value(Value::Object(self.invoice)).ok()?;
        Some(Reading { invoice, fields: self.fields, page, conflicts: self.conflicts, ..Reading::default() })
    }
}

fn is_compared(path: &str) -> bool {
    !UNCOMPARED.iter().any(|prefix| path.starts_with(prefix))
}

/// Whether a value follows from others and was read nowhere.
fn is_derived(evidence: &Evidence) -> bool {
    evidence.sources == [EvidenceSource::Code]
}

fn as_map(invoice: &Invoice) -> Map<String, Value> {
    match serde_json::to_value(invoice) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// Every value that is there, with its path: `buyer.name`, `items[0].amount`.
fn leaves(map: &Map<String, Value>) -> Vec<(String, Value)> {
    fn walk(path: String, value: &Value, found: &mut Vec<(String, Value)>) {
        match value {
            Value::Null => {}
            Value::Object(map) => {
                for (key, value) in map {
                    let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    walk(path, value, found);
                }
            }
            Value::Array(values) => {
                for (i, value) in values.iter().enumerate() {
                    walk(format!("{path}[{i}]"), value, found);
                }
            }
            _ => found.push((path, value.clone())),
        }
    }
    let mut found = Vec::new();
    for (key, value) in map {
        walk(key.clone(), value, &mut found);
    }
    found
}

fn value_at<'v>(map: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    let mut parts = path.split(['.', '[', ']']).filter(|part| !part.is_empty());
    let first = map.get(parts.next()?)?;
    parts.try_fold(first, |at, part| match part.parse::<usize>() {
        Ok(index) => at.get(index),
        Err(_) => at.get(part),
    })
}

fn slot_at<'v>(map: &'v mut Map<String, Value>, path: &str) -> Option<&'v mut Value> {
    let mut parts = path.split(['.', '[', ']']).filter(|part| !part.is_empty());
    let first = map.get_mut(parts.next()?)?;
    parts.try_fold(first, |at, part| match part.parse::<usize>() {
        Ok(index) => at.get_mut(index),
        Err(_) => at.get_mut(part),
    })
}

/// Whether two sources say the same: numbers by value to the places that both have, the rest by its characters,
/// brackets and spaces apart.
fn agree(path: &str, ours: &Value, theirs: &Value) -> bool {
    let (a, b) = (plain(ours), plain(theirs));
    if a == b || fold(&a) == fold(&b) {
        return true;
    }
    if path == "grand_total_words" {
        return words::parse(&a).is_some_and(|amount| words::parse(&b) == Some(amount));
    }
    let numeric = ["amount", "total", "tax", "quantity", "unit_price", "rate"].iter().any(|part| path.contains(part));
    if numeric && let (Ok(a), Ok(b)) = (Decimal::from_str(&a), Decimal::from_str(&b)) {
        let places = a.scale().min(b.scale()).max(if path.ends_with("unit_price") { 2 } else { 0 });
        let exact = !path.ends_with("unit_price") && !path.ends_with("quantity");
        return if exact { a == b } else { a.round_dp(places) == b.round_dp(places) };
    }
    false
}

/// Whether one text is part of another: data carries the remarks that were typed in, the page prints banks and
/// addresses above them.
fn holds(whole: &Value, part: &Value) -> bool {
    let part = fold(&plain(part));
    !part.is_empty() && fold(&plain(whole)).contains(&part)
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn fold(text: &str) -> String {
    let same = |c: char| match c {
        '[' | '【' | '〔' => '(',
        ']' | '】' | '〕' => ')',
        '—' | '–' | '―' | '−' => '-',
        '、' => ',',
        '。' | '·' => '.',
        other => other,
    };
    invoice::plain(text).chars().map(same).collect::<String>().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::Item;

    fn invoice(name: &str, amount: &str) -> Invoice {
        let mut invoice = Invoice { invoice_number: Some("12345678".into()), ..Invoice::default() };
        invoice.buyer.name = Some(name.into());
        invoice.items.push(Item { amount: amount.parse().ok(), ..Item::default() });
        invoice
    }

    fn merged(accounts: [(EvidenceSource, Invoice); 2]) -> Reading {
        let accounts = accounts.into_iter().map(|(source, invoice)| Account::of_values(source, invoice));
        merge(accounts.collect(), PageInfo::default()).unwrap()
    }

    #[test]
    fn sources_that_agree_confirm_each_other() {
        let reading = merged([
            (EvidenceSource::Xml, invoice("某某（上海）公司", "1.50")),
            (EvidenceSource::Text, invoice("某某(上海) 公司", "1.5")),
        ]);
        assert!(reading.conflicts.is_empty(), "{:?}", reading.conflicts);
        for path in ["buyer.name", "items[0].amount", "invoice_number"] {
            assert_eq!(reading.fields[path].sources, [EvidenceSource::Xml, EvidenceSource::Text], "{path}");
        }
        assert_eq!(reading.invoice.buyer.name.as_deref(), Some("某某（上海）公司"));
    }

    #[test]
    fn a_contradiction_is_noted_and_the_more_trusted_value_stands() {
        let reading = merged([
            (EvidenceSource::Xml, invoice("甲公司", "1.50")),
            (EvidenceSource::Text, invoice("乙公司", "1.51")),
        ]);
        let paths: Vec<&str> = reading.conflicts.iter().map(|c| c.path.as_str()).collect();
        assert_eq!(paths, ["buyer.name", "items[0].amount"]);
        assert_eq!(reading.invoice.buyer.name.as_deref(), Some("甲公司"));
        assert_eq!(reading.fields["buyer.name"].sources, [EvidenceSource::Xml]);
    }

    #[test]
    fn remarks_are_what_is_printed_whole() {
        let with = |remarks: &str| Invoice { remarks: Some(remarks.into()), ..Invoice::default() };
        let (typed, printed) = (with("订单 1"), with("开户行:某某\n订单1"));
        for accounts in [
            [(EvidenceSource::Xml, typed.clone()), (EvidenceSource::Text, printed.clone())],
            [(EvidenceSource::Text, printed.clone()), (EvidenceSource::Xml, typed)],
        ] {
            let reading = merged(accounts);
            assert_eq!((reading.invoice.remarks, reading.conflicts), (printed.remarks.clone(), vec![]));
        }
    }

    #[test]
    fn what_one_source_lacks_the_next_one_gives() {
        let bare = Invoice { invoice_number: Some("12345678".into()), ..Invoice::default() };
        let reading = merged([(EvidenceSource::Xml, bare), (EvidenceSource::Text, invoice("甲公司", "1.50"))]);
        assert_eq!(reading.invoice.items.len(), 1);
        assert_eq!(reading.fields["items[0].amount"].sources, [EvidenceSource::Text]);
        assert_eq!(reading.fields["buyer.name"].sources, [EvidenceSource::Text]);
    }
}
