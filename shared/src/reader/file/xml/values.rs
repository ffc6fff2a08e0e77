//! Named values of a whole file: an OFD's CustomData, a PDF's info dictionary. Knows nothing of either format.

use crate::invoice::Field;
use crate::reader::sources::SourceValues;

/// Fields with the names that files have for them.
const NAMES: [(Field, &[&str]); 11] = [
    (Field::InvoiceCode, &["发票代码", "InvoiceCode"]),
    (Field::InvoiceNumber, &["发票号码", "InvoiceNumber", "InvoiceNo"]),
    (Field::IssueDate, &["开票日期", "IssueTime", "IssueDate"]),
    (Field::CheckCode, &["校验码"]),
    (Field::BuyerName, &["购买方名称", "BuyerName"]),
    (Field::BuyerTaxId, &["购买方纳税人识别号", "BuyerIdNum"]),
    (Field::SellerName, &["销售方名称", "SellerName"]),
    (Field::SellerTaxId, &["销售方纳税人识别号", "SellerIdNum"]),
    (Field::TotalAmount, &["合计金额", "TotalAmWithoutTax"]),
    (Field::TotalTax, &["合计税额", "TotalTaxAm"]),
    (Field::GrandTotal, &["价税合计", "TotalTax-includedAmount"]),
];

/// What a file's names say of an invoice; other names are passed over.
pub(super) fn read(pairs: &[(String, String)]) -> SourceValues {
    let mut values = SourceValues::default();
    for (field, names) in NAMES {
        let named = pairs.iter().find(|(name, _)| names.iter().any(|n| name.eq_ignore_ascii_case(n)));
        values.put(field, named.map(|(_, text)| text.as_str()));
    }
    values.decide_type(false);
    values
}
