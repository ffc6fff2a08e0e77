//! 统一社会信用代码 and the older taxpayer ids: their shapes and check digits.
//! Source: GB 32100-2015 (18 characters), GB 11714-1997 (the nine inside it), GB 11643-1999 (a person's id).

/// The 31 characters of GB 32100, in the order of their values.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// A taxpayer's id as printed: upper case, no spaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaxId<'a>(&'a str);

impl<'a> TaxId<'a> {
    /// Takes any id shape in use: 15, 17, 18 or 20 upper-case letters and digits.
    pub fn parse(text: &'a str) -> Option<Self> {
        let plain = text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        (plain && matches!(text.len(), 15 | 17 | 18 | 20)).then_some(Self(text))
    }

    /// Whether a text is a credit code whose check digit holds.
    pub fn is_valid(text: &str) -> bool {
        TaxId::parse(text).and_then(|id| id.check_digit_holds()) == Some(true)
    }

    /// Whether the check digit of an 18-character credit code holds. Other shapes have none, so `None`.
    pub fn check_digit_holds(&self) -> Option<bool> {
        if self.0.len() != 18 {
            return None;
        }
        Some(credit_code_check(&self.0[..17]).is_some_and(|check| self.0.as_bytes()[17] == check))
    }

    /// Whether the organisation code inside holds: characters 9 to 17 of a credit code, the last nine of an old id of
    /// 15. Other shapes have none, so `None`.
    pub fn organisation_code_holds(&self) -> Option<bool> {
        let code = match self.0.len() {
            18 => &self.0[8..17],
            15 => &self.0[6..15],
            _ => return None,
        };
        Some(organisation_check(&code[..8]) == code.as_bytes().last().copied())
    }

    /// Whether it is the number under which a tax office issues invoices for others: it has no check digit.
    pub fn is_tax_offices(&self) -> bool {
        self.0.len() == 15 && self.0.get(8..10) == Some("DK")
    }

    /// Whether these are the 18 characters of a person's id with its check digit right: sole traders and private
    /// sellers have used theirs.
    pub fn is_persons_id(&self) -> bool {
        // A day on which somebody who trades can have been born.
        let born = |text: &str| super::date(text).is_some_and(|day| (1900..2100).contains(&day.year()));
        let bytes = self.0.as_bytes();
        bytes.len() == 18 && self.0.get(6..14).is_some_and(born) && person_check(&bytes[..17]) == Some(bytes[17])
    }
}

/// GB 11714: letters count 10 to 35.
fn organisation_check(body: &str) -> Option<u8> {
    let weights = [3, 7, 9, 10, 5, 8, 4, 2];
    let values = body.chars().map(|c| c.to_digit(36)).collect::<Option<Vec<u32>>>()?;
    let sum: u32 = values.iter().zip(weights).map(|(value, weight)| value * weight).sum();
    match 11 - sum % 11 {
        10 => Some(b'X'),
        11 => Some(b'0'),
        digit => u8::try_from(digit).ok().map(|digit| b'0' + digit),
    }
}

/// GB 11643, which is ISO 7064 MOD 11-2.
fn person_check(body: &[u8]) -> Option<u8> {
    let mut remainder = 0_u32;
    for byte in body {
        remainder = (remainder + char::from(*byte).to_digit(10)?) * 2 % 11;
    }
    b"10X98765432".get(usize::try_from(remainder).ok()?).copied()
}

/// The check character for the first 17 of a credit code; none when one of them is not in the alphabet.
fn credit_code_check(body: &str) -> Option<u8> {
    let mut weight = 1;
    let mut sum = 0;
    for byte in body.bytes() {
        sum += ALPHABET.iter().position(|&a| a == byte)? * weight;
        weight = weight * 3 % 31;
    }
    Some(ALPHABET[(31 - sum % 31) % 31])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_credit_codes_hold() {
        for id in [
            "91310000834486035U",
            "91310104MA1FR7C72G",
            "9144010169154142X5",
            "91110000600037341L",
            "52310106751466629W",
        ] {
            assert_eq!(TaxId::parse(id).unwrap().check_digit_holds(), Some(true), "{id}");
        }
    }

    #[test]
    fn one_changed_character_is_caught() {
        let id = "91310000834486035U";
        for at in 0..18 {
            for &other in ALPHABET {
                let mut changed = id.as_bytes().to_vec();
                if changed[at] == other {
                    continue;
                }
                changed[at] = other;
                let text = String::from_utf8(changed).unwrap();
                assert_eq!(TaxId::parse(&text).unwrap().check_digit_holds(), Some(false), "{text}");
            }
        }
    }

    #[test]
    fn the_organisation_code_inside_holds_too() {
        for id in ["91310000834486035U", "91310104MA1FR7C72G", "9144010169154142X5", "310000834486035"] {
            assert_eq!(TaxId::parse(id).unwrap().organisation_code_holds(), Some(true), "{id}");
        }
        assert_eq!(TaxId::parse("310000834486036").unwrap().organisation_code_holds(), Some(false));
        assert_eq!(TaxId::parse("91310000834486035U12").unwrap().organisation_code_holds(), None);
    }

    #[test]
    fn a_persons_id_is_told_by_birthday_and_check_digit() {
        // The standard's own example.
        assert!(TaxId::parse("11010519491231002X").unwrap().is_persons_id());
        for other in ["110105194912310021", "11010519491331002X", "91310000834486035U", "110105491231002"] {
            assert!(!TaxId::parse(other).unwrap().is_persons_id(), "{other}");
        }
    }

    #[test]
    fn old_ids_have_no_check_digit() {
        assert_eq!(TaxId::parse("310104123456789").unwrap().check_digit_holds(), None);
        assert_eq!(TaxId::parse("12345"), None);
        assert_eq!(TaxId::parse("纳税人识别号"), None);
    }
}
