//! 发票代码 and the 20-digit 发票号码: what their digits say about region, year and kind.
//! Source: the numbering rules of the tax administration; four old codes break them.

use super::{Field, InvoiceType};

/// Old e-invoice codes whose digits do not follow the rules.
const IRREGULAR: [&str; 4] = ["144031539110", "131001570151", "133011501118", "111001571071"];

/// Region digits and the name that titles print. Cities with a plan of their own come before their province.
const REGIONS: [(&str, &str); 36] = [
    ("2102", "大连"),
    ("3302", "宁波"),
    ("3502", "厦门"),
    ("3702", "青岛"),
    ("4403", "深圳"),
    ("11", "北京"),
    ("12", "天津"),
    ("13", "河北"),
    ("14", "山西"),
    ("15", "内蒙古"),
    ("21", "辽宁"),
    ("22", "吉林"),
    ("23", "黑龙江"),
    ("31", "上海"),
    ("32", "江苏"),
    ("33", "浙江"),
    ("34", "安徽"),
    ("35", "福建"),
    ("36", "江西"),
    ("37", "山东"),
    ("41", "河南"),
    ("42", "湖北"),
    ("43", "湖南"),
    ("44", "广东"),
    ("45", "广西"),
    ("46", "海南"),
    ("50", "重庆"),
    ("51", "四川"),
    ("52", "贵州"),
    ("53", "云南"),
    ("54", "西藏"),
    ("61", "陕西"),
    ("62", "甘肃"),
    ("63", "青海"),
    ("64", "宁夏"),
    ("65", "新疆"),
];

/// A well-formed invoice code: 10 or 12 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvoiceCode<'a>(&'a str);

impl<'a> InvoiceCode<'a> {
    /// Takes 10 or 12 digits; anything else is no code.
    pub fn parse(text: &'a str) -> Option<Self> {
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let length_fits = Field::InvoiceCode.has_length_of(text) && (text.len() == 10 || text.starts_with(['0', '1']));
        (digits && length_fits).then_some(Self(text))
    }

    /// The region as titles print it; none when no region has these digits.
    pub fn region(&self) -> Option<&'static str> {
        self.regions().next()
    }

    /// Every region that a title may name for this code: a city with a plan of its own, or its province.
    pub fn regions(&self) -> impl Iterator<Item = &'static str> + use<'a> {
        let digits = if self.0.len() == 12 { &self.0[1..5] } else { &self.0[0..4] };
        REGIONS.iter().filter(move |(prefix, _)| digits.starts_with(prefix)).map(|(_, name)| *name)
    }

    /// The year the code was issued for, as four digits of the common era.
    pub fn year(&self) -> Option<i16> {
        let digits = if self.0.len() == 12 { &self.0[5..7] } else { &self.0[4..6] };
        digits.parse::<i16>().ok().map(|year| 2000 + year)
    }

    /// The kind of invoice, where the code tells it. A blockchain invoice cannot be told from its code.
    pub fn invoice_type(&self) -> Option<InvoiceType> {
        if IRREGULAR.contains(&self.0) {
            return Some(InvoiceType::ElectronicCommon);
        }
        if self.0.len() == 10 {
            return match &self.0[7..8] {
                "1" | "5" => Some(InvoiceType::Special),
                "3" | "6" => Some(InvoiceType::Common),
                _ => None,
            };
        }
        match (&self.0[0..1], &self.0[10..12]) {
            ("0", "04" | "05") => Some(InvoiceType::Common),
            ("0", "06" | "07") => Some(InvoiceType::Roll),
            ("0", "11") => Some(InvoiceType::ElectronicCommon),
            ("0", "12") => Some(InvoiceType::ElectronicToll),
            ("0", "13") => Some(InvoiceType::ElectronicSpecial),
            _ => None,
        }
    }
}

/// The number of a fully digital invoice: two digits of the year, then region, channel and sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigitalNumber<'a>(&'a str);

impl<'a> DigitalNumber<'a> {
    /// How many digits it has.
    pub const LENGTH: usize = 20;

    /// Takes 20 digits; anything else is no such number.
    pub fn parse(text: &'a str) -> Option<Self> {
        (text.len() == Self::LENGTH && text.bytes().all(|b| b.is_ascii_digit())).then_some(Self(text))
    }

    /// The year in which it was issued, as four digits of the common era.
    pub fn year(&self) -> Option<i16> {
        self.0[0..2].parse::<i16>().ok().map(|year| 2000 + year)
    }
}

/// The region that a title names.
pub fn region_in_title(title: &str) -> Option<&'static str> {
    REGIONS.iter().map(|(_, name)| *name).find(|name| title.contains(name))
}

/// A title's region and what stands behind it; no region where it names none.
pub fn split_region(title: &str) -> (&str, &str) {
    let named = REGIONS.iter().find_map(|(_, name)| title.strip_prefix(name));
    let rest = named.unwrap_or(title);
    title.split_at(title.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_tells_region_year_and_kind() {
        struct Case(&'static str, Option<&'static str>, i16, Option<InvoiceType>);
        for Case(code, region, year, kind) in [
            Case("031001750107", Some("上海"), 2017, Some(InvoiceType::Roll)),
            Case("4400171160", Some("广东"), 2017, Some(InvoiceType::Special)),
            Case("012001800311", Some("天津"), 2018, Some(InvoiceType::ElectronicCommon)),
            Case("044031900104", Some("深圳"), 2019, Some(InvoiceType::Common)),
            Case("144031539110", Some("深圳"), 2015, Some(InvoiceType::ElectronicCommon)),
        ] {
            let parsed = InvoiceCode::parse(code).unwrap();
            assert_eq!(parsed.region(), region, "{code}");
            assert_eq!(parsed.year(), Some(year), "{code}");
            assert_eq!(parsed.invoice_type(), kind, "{code}");
        }
    }

    #[test]
    fn a_digital_number_tells_its_year() {
        assert_eq!(DigitalNumber::parse("24362000000591953989").unwrap().year(), Some(2024));
        assert_eq!(DigitalNumber::parse("12345678"), None);
    }

    #[test]
    fn a_title_names_a_region() {
        assert_eq!(region_in_title("内蒙古增值税普通发票"), Some("内蒙古"));
        assert_eq!(region_in_title("电子发票（普通发票）"), None);
        let shenzhen = InvoiceCode::parse("044031900104").unwrap();
        assert_eq!(shenzhen.regions().collect::<Vec<_>>(), ["深圳", "广东"]);
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in ["", "123", "0310017501070", "03100175010x", "931001750107"] {
            assert_eq!(InvoiceCode::parse(text), None, "{text}");
        }
    }
}
