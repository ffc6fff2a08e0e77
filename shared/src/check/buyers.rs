//! Is it made out to us? 抬头 and 税号 of the buyer against our own, as configured.
//! Source: since July 2017 an invoice to a company must carry the company's tax id (State Taxation Administration,
//! announcement 16 of 2017).

use crate::invoice::{Field, TaxId, parse_tax_id, plain};
use crate::sentence::check as says;

use super::case::Case;
use super::outcome::Outcome;

/// What the rule speaks of.
const FIELDS: [Field; 2] = [Field::BuyerName, Field::BuyerTaxId];

/// Our own names and tax ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Buyers(Vec<Buyer>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Buyer {
    name: Option<String>,
    tax_id: Option<String>,
}

impl Buyers {
    /// Reads `name:tax id` with `,`, `、`, `;` or a new line between; a name or a tax id may stand alone.
    ///
    /// # Errors
    /// The first entry that is neither, or whose tax id is mistyped: it would make every invoice somebody else's.
    pub fn parse(text: &str) -> Result<Self, String> {
        let entries = text.split([',', '，', '、', ';', '；', '\n']).map(str::trim).filter(|entry| !entry.is_empty());
        let buyers = entries.map(|entry| Buyer::parse(entry).ok_or_else(|| entry.to_owned()));
        buyers.collect::<Result<Vec<_>, _>>().map(Self)
    }

    fn by_id(&self, id: &str) -> Option<&Buyer> {
        self.0.iter().find(|buyer| buyer.tax_id.as_deref() == Some(id))
    }

    fn by_name(&self, name: &str) -> Option<&Buyer> {
        self.0.iter().find(|buyer| buyer.name.as_deref().is_some_and(|own| plain(own) == plain(name)))
    }
}

impl Buyer {
    fn parse(entry: &str) -> Option<Self> {
        let id = |text: &str| {
            let id = parse_tax_id(text)?;
            TaxId::parse(&id).is_some_and(|id| id.check_digit_holds() != Some(false)).then_some(id)
        };
        match entry.rsplit_once([':', '：']) {
            Some((name, tax_id)) if !name.trim().is_empty() => {
                Some(Self { name: Some(name.trim().to_owned()), tax_id: Some(id(tax_id)?) })
            }
            Some(_) => None,
            None => match id(entry) {
                Some(tax_id) => Some(Self { name: None, tax_id: Some(tax_id) }),
                None if looks_like_an_id(entry) => None,
                None => Some(Self { name: Some(entry.to_owned()), tax_id: None }),
            },
        }
    }
}

fn looks_like_an_id(text: &str) -> bool {
    text.len() >= 6 && text.bytes().all(|b| b.is_ascii_alphanumeric()) && text.bytes().any(|b| b.is_ascii_digit())
}

/// The first thing that a finance team looks at. Our own list is a source of its own: what equals it is read right.
pub fn is_ours(case: &Case<'_>) -> Outcome {
    let (ours, buyer) = (&case.rules.buyers, &case.invoice().buyer);
    if ours.0.is_empty() {
        return Outcome::skip(&FIELDS, says::buyers_unknown());
    }
    match (buyer.name.as_deref(), buyer.tax_id.as_deref()) {
        (None, None) => Outcome::warn(&FIELDS, says::no_buyer()),
        (name, Some(id)) => match ours.by_id(id) {
            Some(own) => name_beside_our_id(own, name),
            None => other_id(ours, name, id),
        },
        (Some(name), None) => match ours.by_name(name) {
            Some(own) if own.tax_id.is_some() => {
                Outcome::warn(&FIELDS, says::our_name_without_id()).proving(&[Field::BuyerName])
            }
            Some(_) => Outcome::pass(&FIELDS, says::our_name()).proving(&[Field::BuyerName]),
            None => Outcome::fail(&FIELDS, says::made_out_to(name)),
        },
    }
}

fn name_beside_our_id(own: &Buyer, name: Option<&str>) -> Outcome {
    let (Some(own), Some(name)) = (own.name.as_deref(), name) else {
        return Outcome::pass(&[Field::BuyerTaxId], says::our_id()).proving(&[Field::BuyerTaxId]);
    };
    if plain(own) == plain(name) {
        return Outcome::pass(&FIELDS, says::our_name_and_id()).proving(&FIELDS);
    }
    Outcome::fail(&[Field::BuyerName], says::our_id_other_name(name, own)).proving(&[Field::BuyerTaxId])
}

fn other_id(ours: &Buyers, name: Option<&str>, id: &str) -> Outcome {
    match name.and_then(|name| ours.by_name(name)) {
        Some(Buyer { tax_id: None, .. }) => {
            Outcome::pass(&[Field::BuyerName], says::our_name()).proving(&[Field::BuyerName])
        }
        Some(Buyer { tax_id: Some(own), .. }) => {
            Outcome::fail(&[Field::BuyerTaxId], says::our_name_other_id(id, own)).proving(&[Field::BuyerName])
        }
        None => {
            let somebody = || says::made_out_to_somebody(id);
            Outcome::fail(&FIELDS, name.map_or_else(somebody, |name| says::made_out_to_id(name, id)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::Party;

    const OURS: &str = "上海今日头条科技有限公司:91310104MA1FR7C72G, 91310000834486035U，个人采购部";

    fn judge(name: Option<&str>, tax_id: Option<&str>) -> Outcome {
        use crate::check::Rules;
        use crate::check::outcome::Proof;
        use crate::report::Reading;
        let mut reading = Reading::default();
        reading.invoice.buyer =
            Party { name: name.map(str::to_owned), tax_id: tax_id.map(str::to_owned), ..Party::default() };
        let rules = Rules { buyers: Buyers::parse(OURS).unwrap(), ..Rules::default() };
        is_ours(&Case { reading: &reading, rules: &rules, proof: &Proof::default() })
    }

    #[test]
    fn who_is_ours_is_told_by_name_and_id() {
        use crate::report::CheckStatus::{Fail, Pass, Warn};
        let (ours, id) = ("上海今日头条科技有限公司", "91310104MA1FR7C72G");
        for (name, tax_id, status, proves) in [
            (Some(ours), Some(id), Pass, vec![Field::BuyerName, Field::BuyerTaxId]),
            (Some("上海今日头条科技有限公司 "), Some(id), Pass, vec![Field::BuyerName, Field::BuyerTaxId]),
            (Some("上海明日头条科技有限公司"), Some(id), Fail, vec![Field::BuyerTaxId]),
            (Some(ours), Some("91110000600037341L"), Fail, vec![Field::BuyerName]),
            (Some(ours), None, Warn, vec![Field::BuyerName]),
            (None, Some(id), Pass, vec![Field::BuyerTaxId]),
            (Some("无名公司"), Some("91310000834486035U"), Pass, vec![Field::BuyerTaxId]),
            (Some("个人采购部"), None, Pass, vec![Field::BuyerName]),
            (Some("别的公司"), Some("91110000600037341L"), Fail, vec![]),
            (Some("别的公司"), None, Fail, vec![]),
            (None, None, Warn, vec![]),
        ] {
            let outcome = judge(name, tax_id);
            assert_eq!((outcome.status, outcome.proves), (status, proves), "{name:?} {tax_id:?}");
        }
    }

    #[test]
    fn an_entry_with_a_broken_id_is_refused() {
        for text in
            ["我们:12345", ":91310104MA1FR7C72G", "甲,乙:x", "91310104MA1FR7C72H", "我们:91310104MA1FR7C72H", "914501"]
        {
            assert!(Buyers::parse(text).is_err(), "{text}");
        }
        assert_eq!(Buyers::parse(" , "), Ok(Buyers::default()));
    }

    #[test]
    fn entries_are_parted_by_what_people_type_between_names() {
        let expected = Buyers::parse("甲公司:91310104MA1FR7C72G,乙公司").unwrap();
        assert_eq!(expected.0.len(), 2);
        for mark in ["，", "、", ";", "；", "\n", "\r\n", " 、 "] {
            assert_eq!(
                Buyers::parse(&format!("甲公司：91310104MA1FR7C72G{mark}乙公司")).as_ref(),
                Ok(&expected),
                "{mark:?}"
            );
        }
    }
}
