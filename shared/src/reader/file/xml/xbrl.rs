//! The accounting data standard's words (电子凭证会计数据标准): `inv_ord_issuer`, the XBRL form of an electronic invoice, which
//! issuers attach to it. Knows nothing of other vouchers.

use crate::document::markup::Element;
use crate::invoice::{Column, Field};
use crate::reader::sources::SourceValues;

use super::parse::{all_of, text_of};

/// Fields with their names.
const NAMES: [(Field, &str); 22] = [
    (Field::InvoiceCode, "CodeOfInvoice"),
    (Field::InvoiceNumber, "NumberOfInvoice"),
    (Field::IssueDate, "DateOfIssue"),
    (Field::CheckCode, "IdentifyingCode"),
    (Field::MachineNumber, "NumberOfInvoiceMachine"),
    (Field::BuyerName, "NameOfPurchaser"),
    (Field::BuyerTaxId, "TaxpayerIdentificationNumberUnifiedSocialCreditCodeOfPurchaser"),
    (Field::BuyerAddressPhone, "AddressPhoneNumberOfPurchaser"),
    (Field::BuyerBankAccount, "DepositBankAndAccountNumberOfPurchaser"),
    (Field::SellerName, "NameOfSeller"),
    (Field::SellerTaxId, "TaxpayerIdentificationNumberUnifiedSocialCreditCodeOfSeller"),
    (Field::SellerAddressPhone, "AddressPhoneNumberOfSeller"),
    (Field::SellerBankAccount, "DepositBankAndAccountNumberOfSeller"),
    (Field::TotalAmount, "TotalAmountExcludingTax"),
    (Field::TotalTax, "TotalTaxAmount"),
    (Field::GrandTotal, "TaxIncludedAmountInFigures"),
    (Field::GrandTotalWords, "TaxIncludedAmountInWords"),
    (Field::SpecialMark, "SpecialInvoiceType"),
    (Field::Remarks, "Remarks"),
    (Field::Payee, "Payee"),
    (Field::Reviewer, "Reviewer"),
    (Field::Drawer, "Issuer"),
];

/// A line of goods.
const LINE: &str = "InformationOfTaxableGoodsOrServicesDetailItemsTuple";
/// What a digital invoice prints nowhere but in its remarks.
const NOT_ON_DIGITAL: [Field; 6] = [
    Field::BuyerAddressPhone,
    Field::BuyerBankAccount,
    Field::SellerAddressPhone,
    Field::SellerBankAccount,
    Field::Payee,
    Field::Reviewer,
];

/// Whether a tree speaks this language.
pub(super) fn is(root: &Element) -> bool {
    root.is("xbrl") && root.find("NumberOfInvoice").is_some()
}

/// Everything that the tree says under these names.
pub(super) fn read(root: &Element) -> SourceValues {
    let mut values = SourceValues::default();
    for (field, name) in NAMES {
        values.put(field, text_of(root, name));
    }
    for line in all_of(root, LINE) {
        values.add_item(|column| cell(line, column));
    }
    values.decide_type(text_of(root, "TypeOfInvoice").is_some_and(|kind| kind.contains('专')));
    if values.invoice.r#type.is_digital() {
        for field in NOT_ON_DIGITAL {
            values.invoice.set(field, None);
            values.fields.remove(&field);
        }
    }
    values
}

fn cell(line: &Element, column: Column) -> Option<&str> {
    line.child_text(match column {
        Column::Name => "NameOfTaxableGoodsOrServices",
        Column::Specification => "Specification",
        Column::Unit => "UnitOfGoodsOrServices",
        Column::Quantity => "QuantityOfGoodsOrServices",
        Column::UnitPrice => "UnitPriceOfGoodsOrServices",
        Column::Amount => "AmountExcludingTax",
        Column::TaxRate => "TaxRate",
        Column::TaxAmount => "TaxAmount",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::InvoiceType;

    fn tree(number: &str, code: &str) -> Element {
        let xml = format!(
            "<xbrl xmlns:inv='http://xbrl.mof.gov.cn/taxonomy/2021-09-30/inv'>\
             <inv:TypeOfInvoice contextRef='c1'><![CDATA[增值税电子普通发票]]></inv:TypeOfInvoice>\
             <inv:CodeOfInvoice>{code}</inv:CodeOfInvoice><inv:NumberOfInvoice>{number}</inv:NumberOfInvoice>\
             <inv:TaxIncludedAmountInFigures decimals='2'>11.3</inv:TaxIncludedAmountInFigures>\
             <inv:{LINE}><inv:NameOfTaxableGoodsOrServices>*食品*面</inv:NameOfTaxableGoodsOrServices>\
             <inv:AmountExcludingTax>10</inv:AmountExcludingTax><inv:TaxRate>13.00%</inv:TaxRate></inv:{LINE}>\
             <inv:AddressPhoneNumberOfSeller>甲路1号</inv:AddressPhoneNumberOfSeller><inv:Payee></inv:Payee></xbrl>"
        );
        Element::parse(xml.as_bytes()).unwrap()
    }

    #[test]
    fn an_issuers_xbrl_is_an_account_of_its_invoice() {
        let root = tree("18271379", "021002100411");
        assert!(is(&root));
        let invoice = read(&root).invoice;
        assert_eq!(invoice.r#type, InvoiceType::ElectronicCommon);
        assert_eq!(invoice.invoice_number.as_deref(), Some("18271379"));
        assert_eq!(invoice.grand_total.map(|total| total.to_string()).as_deref(), Some("11.30"));
        assert_eq!(invoice.seller.address_phone.as_deref(), Some("甲路1号"));
        assert_eq!(invoice.payee, None);
        let [line] = invoice.items.as_slice() else { panic!("{:?}", invoice.items) };
        assert_eq!((line.name.as_deref(), line.tax_rate), (Some("*食品*面"), "13%".parse().ok()));
    }

    #[test]
    fn a_digital_one_has_no_address() {
        let invoice = read(&tree("24312000000012345678", "")).invoice;
        assert_eq!((invoice.r#type, invoice.seller.address_phone), (InvoiceType::DigitalCommon, None));
    }
}
