//! Named values of a whole file: an OFD's CustomData, a PDF's info dictionary. Knows nothing of either format.

use super::parse::{self, Values};

/// What a file's names say of an invoice; other names are passed over.
pub fn read(pairs: &[(String, String)]) -> Values {
    let mut values = Values::default();
    let text = |names: &[&str]| {
        let found = pairs.iter().find(|(name, _)| names.iter().any(|n| name.eq_ignore_ascii_case(n)));
        found.map(|(_, value)| value.as_str())
    };
    let code = values.take("invoice_code", text(&["发票代码", "InvoiceCode"]), parse::digits(&[10, 12]));
    let number =
        values.take("invoice_number", text(&["发票号码", "InvoiceNumber", "InvoiceNo"]), parse::digits(&[8, 20]));
    let date = values.take("issue_date", text(&["开票日期", "IssueTime", "IssueDate"]), parse::date);
    let check_code = values.take("check_code", text(&["校验码"]), parse::check_code);
    let buyer = values.take_text("buyer.name", text(&["购买方名称", "BuyerName"]));
    let seller = values.take_text("seller.name", text(&["销售方名称", "SellerName"]));
    let buyer_id = values.take("buyer.tax_id", text(&["购买方纳税人识别号", "BuyerIdNum"]), parse::tax_id);
    let seller_id = values.take("seller.tax_id", text(&["销售方纳税人识别号", "SellerIdNum"]), parse::tax_id);
    let amount = values.take("total_amount", text(&["合计金额", "TotalAmWithoutTax"]), parse::money);
    let tax = values.take("total_tax", text(&["合计税额", "TotalTaxAm"]), parse::money);
    let total = values.take("grand_total", text(&["价税合计", "TotalTax-includedAmount"]), parse::money);
    let invoice = &mut values.invoice;
    (invoice.invoice_code, invoice.invoice_number, invoice.issue_date) = (code, number, date);
    (invoice.check_code, invoice.buyer.name, invoice.seller.name) = (check_code, buyer, seller);
    (invoice.buyer.tax_id, invoice.seller.tax_id) = (buyer_id, seller_id);
    (invoice.total_amount, invoice.total_tax, invoice.grand_total) = (amount, tax, total);
    values.settle_type(false);
    values
}
