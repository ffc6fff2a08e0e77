//! The vendor's words for kinds of invoice and of spending. Knows nothing of fields.

use crate::invoice::{ExpenseCategory, InvoiceType};

/// A name and a description of the vendor's.
pub(super) type Words = (&'static str, &'static str);

/// What the vendor answers when it does not know the paper.
pub(super) const OTHER: Words = ("other", "其他");

const TYPES: [(&str, &str, InvoiceType); 8] = [
    ("vat_special_invoice", "增值税专用发票", InvoiceType::Special),
    ("vat_common_invoice", "增值税普通发票", InvoiceType::Common),
    ("vat_electronic_invoice", "增值税电子普通发票", InvoiceType::ElectronicCommon),
    ("vat_electronic_special_invoice", "增值税电子专用发票", InvoiceType::ElectronicSpecial),
    ("vat_electronic_toll_invoice", "增值税电子普通发票(通行费)", InvoiceType::ElectronicToll),
    ("blockchain_electronic_invoice", "区块链电子发票", InvoiceType::Blockchain),
    ("vat_electronic_invoice_new", "电子发票(普通发票)", InvoiceType::DigitalCommon),
    ("vat_electronic_special_invoice_new", "电子发票(增值税专用发票)", InvoiceType::DigitalSpecial),
];

const CATEGORIES: [(&str, &str, ExpenseCategory); 16] = [
    ("vehicle", "用车", ExpenseCategory::Vehicle),
    ("education", "教育", ExpenseCategory::Education),
    ("traffic", "交通", ExpenseCategory::Traffic),
    ("office", "办公", ExpenseCategory::Office),
    ("daily", "日用", ExpenseCategory::Daily),
    ("digital_appliance", "数码电器", ExpenseCategory::DigitalAppliance),
    ("rent_decoration", "房租装饰", ExpenseCategory::RentDecoration),
    ("communication", "通讯", ExpenseCategory::Communication),
    ("lodging", "住宿", ExpenseCategory::Lodging),
    ("post", "邮寄", ExpenseCategory::Post),
    ("medical_treatment", "医疗", ExpenseCategory::MedicalTreatment),
    ("repast", "餐饮", ExpenseCategory::Repast),
    ("foodstuff", "食品", ExpenseCategory::Foodstuff),
    ("raiment", "服饰", ExpenseCategory::Raiment),
    ("service", "服务", ExpenseCategory::Service),
    (OTHER.0, OTHER.1, ExpenseCategory::Other),
];

/// Our kind for the vendor's; none for `other` and for kinds that are no VAT invoice.
pub(super) fn invoice_type(name: &str) -> Option<InvoiceType> {
    TYPES.iter().find(|(n, ..)| *n == name).map(|row| row.2)
}

/// The vendor's name and description of our kind; `other` for a roll, which it does not read.
pub(super) fn type_words(kind: InvoiceType) -> Words {
    TYPES.iter().find(|row| row.2 == kind).map_or(OTHER, |row| (row.0, row.1))
}

/// Our category for the vendor's.
pub(super) fn category(name: &str) -> Option<ExpenseCategory> {
    CATEGORIES.iter().find(|(n, ..)| *n == name).map(|row| row.2)
}

/// The vendor's name and description of our category.
pub(super) fn category_words(category: ExpenseCategory) -> Words {
    CATEGORIES.iter().find(|row| row.2 == category).map_or(OTHER, |row| (row.0, row.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_but_the_roll_has_a_name_and_back() {
        for kind in InvoiceType::ALL {
            let expected = (kind != InvoiceType::Roll).then_some(kind);
            assert_eq!(invoice_type(type_words(kind).0), expected);
        }
    }

    #[test]
    fn every_category_has_a_name_and_back() {
        for (name, _, kind) in CATEGORIES {
            assert_eq!(category(name), Some(kind));
            assert_eq!(category_words(kind).0, name);
        }
    }
}
