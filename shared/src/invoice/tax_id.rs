//! 统一社会信用代码 and the older taxpayer ids: their shapes and check digits.
//! Source: GB 32100-2015 (18 characters), GB 11714-1997 (the nine inside it).

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

    /// Whether the check digit of an 18-character credit code holds. Other shapes have none, so `None`.
    pub fn check_digit_holds(&self) -> Option<bool> {
        if self.0.len() != 18 {
            return None;
        }
        Some(credit_code_check(&self.0[..17]).is_some_and(|check| self.0.as_bytes()[17] == check))
    }
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
    fn old_ids_have_no_check_digit() {
        assert_eq!(TaxId::parse("310104123456789").unwrap().check_digit_holds(), None);
        assert_eq!(TaxId::parse("12345"), None);
        assert_eq!(TaxId::parse("纳税人识别号"), None);
    }
}
