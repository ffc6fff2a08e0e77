//! What an invoice's QR code says: `01,TT,code,number,amount,YYYYMMDD,check code,CRC`, or on the chain a link.
//! Knows nothing of images: it takes the decoded text.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{InvoiceType, Money, date, digits};

/// The fields of an invoice's QR code. Empty ones are `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QrPayload {
    /// Two digits that name the kind: 01, 04, 08, 10, 11, 14, 20, 31, 32.
    pub kind: String,
    /// 发票代码; empty on digital invoices.
    pub invoice_code: Option<String>,
    /// 发票号码.
    pub invoice_number: Option<String>,
    /// Without tax on older kinds and on paper; with tax on digital ones.
    pub amount: Option<Money>,
    /// 开票日期.
    pub issue_date: Option<Date>,
    /// 校验码; empty on special and digital invoices.
    pub check_code: Option<String>,
}

impl QrPayload {
    /// Reads a VAT invoice's payload; any other QR text (rail, toll receipts, links) is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.trim().split(',').map(str::trim).collect();
        if parts.len() < 6 || parts[0] != "01" {
            return None;
        }
        let payload = Self {
            kind: parts[1].to_owned(),
            invoice_code: digits(parts[2]),
            invoice_number: digits(parts[3]),
            amount: parts[4].parse().ok(),
            issue_date: date(parts[5]),
            check_code: parts.get(6).copied().and_then(digits),
        };
        (payload.kind == "20" || payload.invoice_type().is_some()).then_some(payload)
    }

    /// The kind of invoice that the payload names. 20 occurs on electronic ones of either kind, so it names none.
    pub fn invoice_type(&self) -> Option<InvoiceType> {
        Some(match self.kind.as_str() {
            "01" => InvoiceType::Special,
            "04" => InvoiceType::Common,
            "08" => InvoiceType::ElectronicSpecial,
            "10" => InvoiceType::ElectronicCommon,
            "11" => InvoiceType::Roll,
            "14" => InvoiceType::ElectronicToll,
            "31" => InvoiceType::DigitalSpecial,
            "32" => InvoiceType::DigitalCommon,
            _ => return None,
        })
    }

    /// Whether the amount carries the tax.
    pub fn amount_includes_tax(&self) -> bool {
        matches!(self.kind.as_str(), "31" | "32")
    }
}

/// The link in the QR code of an invoice on the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainLink {
    /// 发票号码.
    pub invoice_number: Option<String>,
    /// With tax; that the link has it in fen is an inference from the invoices seen.
    pub grand_total: Option<Money>,
}

impl ChainLink {
    /// Reads the link that the Shenzhen tax bureau gives blockchain invoices; any other text is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, query) = text.trim().split_once('?')?;
        if !address.starts_with("https://bcfp.") || !address.contains("chinatax.gov.cn/") {
            return None;
        }
        let value = |name: &str| query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        let fen = value("total_amount").and_then(|fen| fen.parse::<i64>().ok());
        Some(Self {
            invoice_number: value("bill_num").and_then(digits),
            grand_total: fen.map(|fen| Money(Decimal::new(fen, 2))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_payload_is_read() {
        let qr = QrPayload::parse("01,04,031001750107,03574125,442.48,20190114,70497714341554189588,8F2A,").unwrap();
        assert_eq!(qr.invoice_type(), Some(InvoiceType::Common));
        assert_eq!(qr.invoice_number.as_deref(), Some("03574125"));
        assert_eq!(qr.amount.unwrap().to_string(), "442.48");
        assert_eq!(qr.issue_date, Some(Date::constant(2019, 1, 14)));
        assert!(!qr.amount_includes_tax());
    }

    #[test]
    fn a_digital_payload_has_no_code_and_its_date_may_hold_dashes() {
        let qr = QrPayload::parse("01,32,,24312000000012345678,500.00,2024-01-02,,").unwrap();
        assert_eq!(qr.invoice_code, None);
        assert_eq!(qr.check_code, None);
        assert_eq!(qr.issue_date, Some(Date::constant(2024, 1, 2)));
        assert!(qr.amount_includes_tax());
    }

    #[test]
    fn a_link_of_the_chain_tells_number_and_total() {
        let address = "https://bcfp.shenzhen.chinatax.gov.cn/verify/scan";
        let link = ChainLink::parse(&format!("{address}?hash=e1f3&bill_num=57708963&total_amount=136657")).unwrap();
        assert_eq!(link.invoice_number.as_deref(), Some("57708963"));
        assert_eq!(link.grand_total.unwrap().to_string(), "1366.57");
        assert_eq!(ChainLink::parse(&format!("{address}?hash=e1f3")).unwrap().invoice_number, None);
        for text in ["https://example.com/?bill_num=57708963", "01,32,,1,2,20240101,,", address] {
            assert_eq!(ChainLink::parse(text), None, "{text}");
        }
    }

    #[test]
    fn other_codes_are_not_ours() {
        for text in [
            "",
            "https://example.com",
            "01,51,,123,1,20240101,,",
            "CZ-EI-00,1,2,3,4,5,6",
            "012345678901,12345678,28.00,2025-10-24,x",
        ] {
            assert_eq!(QrPayload::parse(text), None, "{text}");
        }
    }
}
