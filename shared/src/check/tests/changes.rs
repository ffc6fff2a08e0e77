//! What each change to the consistent invoice does.

use super::*;

/// What one change to the consistent invoice does.
struct Change {
    what: &'static str,
    change: fn(&mut Reading),
    rule: &'static str,
    status: CheckStatus,
    /// These are not verified any more.
    unverified: &'static [Field],
}

const CHANGES: &[Change] = &[
    Change {
        what: "the QR code has another number",
        change: |r| r.invoice.invoice_number = Some("12345679".into()),
        rule: "qr_matches_print",
        status: CheckStatus::Fail,
        unverified: &[Field::InvoiceNumber],
    },
    Change {
        what: "the reader took the QR code's date instead of the print's",
        change: |r| {
            r.conflicts.push(conflict(Field::IssueDate, EvidenceSource::Qr, EvidenceSource::Print, "2019-01-15"));
        },
        rule: "qr_matches_print",
        status: CheckStatus::Fail,
        unverified: &[Field::IssueDate],
    },
    Change {
        what: "only the QR code tells the number",
        change: |r| r.fields.get_mut(&Field::InvoiceNumber).unwrap().sources = vec![EvidenceSource::Qr],
        rule: "qr_matches_print",
        status: CheckStatus::Pass,
        unverified: &[Field::InvoiceNumber],
    },
    Change {
        what: "a file's XML says something else",
        change: |r| {
            r.conflicts.push(conflict(Field::BuyerName, EvidenceSource::Text, EvidenceSource::Xml, "别的公司"));
        },
        rule: "sources_agree",
        status: CheckStatus::Fail,
        unverified: &[Field::BuyerName],
    },
    Change {
        what: "two sources count the lines differently",
        change: |r| r.conflicts.push(conflict(Field::Items, EvidenceSource::Xml, EvidenceSource::Text, "4 lines")),
        rule: "sources_agree",
        status: CheckStatus::Fail,
        unverified: &[Field::Cell(0, Column::Amount), Field::Cell(2, Column::TaxAmount)],
    },
    Change {
        what: "the QR code is a special invoice's",
        change: |r| r.invoice.qr_code = r.invoice.qr_code.as_ref().map(|q| q.replacen("01,10", "01,01", 1)),
        rule: "qr_kind_matches_type",
        status: CheckStatus::Fail,
        unverified: &[],
    },
    Change {
        what: "a number of seven digits",
        change: |r| r.invoice.invoice_number = Some("1234567".into()),
        rule: "number_shapes",
        status: CheckStatus::Fail,
        unverified: &[Field::InvoiceNumber],
    },
    Change {
        what: "a number of zeros",
        change: |r| r.invoice.invoice_number = Some("00000000".into()),
        rule: "number_shapes",
        status: CheckStatus::Fail,
        unverified: &[Field::InvoiceNumber],
    },
    Change {
        what: "a roll's code",
        change: |r| r.invoice.invoice_code = Some("031001900107".into()),
        rule: "code_fits_type",
        status: CheckStatus::Fail,
        unverified: &[Field::InvoiceCode],
    },
    Change {
        what: "a title of another region",
        change: |r| {
            r.invoice.title = Some("北京增值税电子普通发票".into());
            print_all(r);
        },
        rule: "code_fits_title",
        status: CheckStatus::Fail,
        unverified: &[Field::InvoiceCode],
    },
    Change {
        what: "a date years before the code",
        change: |r| r.invoice.issue_date = Some(Date::constant(2016, 1, 14)),
        rule: "code_fits_date",
        status: CheckStatus::Fail,
        unverified: &[Field::IssueDate, Field::InvoiceCode],
    },
    Change {
        what: "a date in the December before the code",
        change: |r| r.invoice.issue_date = Some(Date::constant(2018, 12, 14)),
        rule: "code_fits_date",
        status: CheckStatus::Warn,
        unverified: &[Field::IssueDate],
    },
    Change {
        what: "a date in the future",
        change: |r| r.invoice.issue_date = Some(Date::constant(2020, 1, 3)),
        rule: "date_is_possible",
        status: CheckStatus::Fail,
        unverified: &[Field::IssueDate],
    },
    Change {
        what: "tomorrow's date",
        change: |r| r.invoice.issue_date = Some(Date::constant(2020, 1, 2)),
        rule: "date_is_possible",
        status: CheckStatus::Pass,
        unverified: &[Field::IssueDate],
    },
    Change {
        what: "a date before the VAT",
        change: |r| r.invoice.issue_date = Some(Date::constant(1993, 12, 31)),
        rule: "date_is_possible",
        status: CheckStatus::Fail,
        unverified: &[Field::IssueDate],
    },
    Change {
        what: "another number printed large",
        change: |r| r.invoice.reprints.number_large = Some("12345670".into()),
        rule: "printed_again",
        status: CheckStatus::Fail,
        unverified: &[Field::InvoiceNumber],
    },
    Change {
        what: "an id with a misread character",
        change: |r| r.invoice.seller.tax_id = Some("91310000834486036U".into()),
        rule: "seller_tax_id_check_digit",
        status: CheckStatus::Warn,
        unverified: &[Field::SellerTaxId],
    },
    Change {
        what: "an id of no length",
        change: |r| r.invoice.seller.tax_id = Some("9131000083448603".into()),
        rule: "seller_tax_id_check_digit",
        status: CheckStatus::Fail,
        unverified: &[Field::SellerTaxId],
    },
    Change {
        what: "somebody else's seal",
        change: |r| r.invoice.seals.seller_tax_id = Some("91110000600037341L".into()),
        rule: "seal_matches_seller",
        status: CheckStatus::Fail,
        unverified: &[Field::SellerTaxId],
    },
    Change {
        what: "a seal that is hard to read",
        change: |r| r.invoice.seals.seller_tax_id = Some("91310000834486O35U".into()),
        rule: "seal_matches_seller",
        status: CheckStatus::Warn,
        unverified: &[],
    },
    Change {
        what: "words that say something else",
        change: |r| r.invoice.grand_total_words = Some("伍佰元零贰分".into()),
        rule: "words_match_digits",
        status: CheckStatus::Fail,
        unverified: &[Field::GrandTotal, Field::GrandTotalWords, Field::TotalTax],
    },
    Change {
        what: "a negative tax",
        change: |r| r.invoice.total_tax = money("-57.53"),
        rule: "signs_agree",
        status: CheckStatus::Fail,
        unverified: &[Field::TotalTax, Field::TotalAmount],
    },
    Change {
        what: "amount and tax in each other's place",
        change: |r| {
            let invoice = &mut r.invoice;
            std::mem::swap(&mut invoice.total_amount, &mut invoice.total_tax);
            invoice.qr_code = None;
        },
        rule: "total_plus_tax",
        status: CheckStatus::Pass,
        unverified: &[Field::TotalAmount, Field::TotalTax],
    },
    Change {
        what: "a tax that is a cent off",
        change: |r| r.invoice.total_tax = money("57.52"),
        rule: "total_plus_tax",
        status: CheckStatus::Warn,
        unverified: &[Field::TotalTax],
    },
    Change {
        what: "a rate that no law knows",
        change: |r| r.invoice.items[0].tax_rate = "14%".parse().ok(),
        rule: "rates_are_known",
        status: CheckStatus::Warn,
        unverified: &[Field::Cell(0, Column::TaxRate)],
    },
    Change {
        what: "a quantity without its price",
        change: |r| r.invoice.items[0].unit_price = None,
        rule: "price_and_quantity",
        status: CheckStatus::Warn,
        unverified: &[],
    },
    Change {
        what: "a misread quantity",
        change: |r| r.invoice.items[0].quantity = "7".parse().ok(),
        rule: "quantity_times_price",
        status: CheckStatus::Fail,
        unverified: &[Field::Cell(0, Column::Amount)],
    },
    Change {
        what: "a misread rate",
        change: |r| r.invoice.items[0].tax_rate = "3%".parse().ok(),
        rule: "amount_times_rate",
        status: CheckStatus::Fail,
        unverified: &[Field::Cell(0, Column::TaxRate)],
    },
    Change {
        what: "a discount of another rate",
        change: |r| r.invoice.items[2].tax_rate = "9%".parse().ok(),
        rule: "negative_lines",
        status: CheckStatus::Warn,
        unverified: &[Field::Cell(2, Column::TaxRate)],
    },
    Change {
        what: "a lost line",
        change: |r| drop(r.invoice.items.pop()),
        rule: "lines_add_up",
        status: CheckStatus::Fail,
        unverified: &[Field::TotalAmount, Field::Cell(0, Column::Amount)],
    },
    Change {
        what: "two amounts in each other's place",
        change: |r| {
            let (first, rest) = r.invoice.items.split_at_mut(1);
            std::mem::swap(&mut first[0].amount, &mut rest[0].amount);
        },
        rule: "lines_add_up",
        status: CheckStatus::Pass,
        unverified: &[Field::Cell(0, Column::Amount), Field::Cell(1, Column::Amount)],
    },
    Change {
        what: "a tax in another line's place",
        change: |r| {
            let (first, rest) = r.invoice.items.split_at_mut(1);
            std::mem::swap(&mut first[0].tax_amount, &mut rest[0].tax_amount);
        },
        rule: "line_taxes_add_up",
        status: CheckStatus::Pass,
        unverified: &[
            Field::Cell(0, Column::TaxAmount),
            Field::Cell(1, Column::TaxAmount),
            Field::Cell(0, Column::TaxRate),
        ],
    },
];

#[test]
fn each_rule_tells_what_is_wrong_and_takes_verified_back() {
    for Change { what, change, rule, status: expected, unverified } in CHANGES {
        let mut reading = consistent();
        change(&mut reading);
        let findings = run(&mut reading);
        assert_eq!(status(&findings, rule), *expected, "{what}: {:?}", findings.reasons);
        let verified = verified(&reading);
        for field in *unverified {
            assert!(!verified.contains(field), "{what}: {field} is still verified");
        }
        if *expected == CheckStatus::Fail {
            assert_eq!(findings.verdict, Verdict::Review, "{what}");
            assert!(
                findings.reasons.iter().any(|reason| reason.message.ends_with(&format!("({rule})"))),
                "{what}: {:?}",
                findings.reasons
            );
        }
    }
}
