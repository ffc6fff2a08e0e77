//! What holds of any invoice.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;

/// The text with one of its digits replaced by another one.
fn with_one_digit_changed(text: &str, at: usize, add: u8) -> String {
    let places: Vec<usize> = text.bytes().enumerate().filter(|(_, b)| b.is_ascii_digit()).map(|(i, _)| i).collect();
    let place = places[at % places.len()];
    let mut bytes = text.as_bytes().to_vec();
    bytes[place] = b'0' + (bytes[place] - b'0' + add) % 10;
    String::from_utf8(bytes).unwrap()
}

/// A consistent invoice of any lines and one rate, as read off pixels, with or without a QR code.
fn any_invoice() -> impl Strategy<Value = Reading> {
    let lines = proptest::collection::vec((1_i64..=99, 1_i64..=999_999), 1..=6);
    let rates = proptest::sample::select(vec!["13%", "9%", "6%", "3%", "1%"]);
    (lines, rates, any::<bool>()).prop_map(|(lines, rate, with_qr)| {
        let mut reading = consistent();
        let invoice = &mut reading.invoice;
        let rate: TaxRate = rate.parse().unwrap();
        let lines = lines.into_iter().map(|(quantity, cents)| {
            let (quantity, price) = (Decimal::from(quantity), Decimal::new(cents, 2));
            let amount = quantity * price;
            let tax = (amount * rate.fraction().unwrap()).round_dp(2);
            Item {
                quantity: Some(Quantity(quantity)),
                unit_price: Some(Quantity(price)),
                amount: Some(Money(amount)),
                tax_rate: Some(rate),
                tax_amount: Some(Money(tax)),
                ..Item::default()
            }
        });
        invoice.items = lines.collect();
        let total = |cell: fn(&Item) -> Option<Money>| -> Decimal {
            invoice.items.iter().filter_map(cell).map(|money| money.0).sum()
        };
        let (amount, tax) = (total(|item| item.amount), total(|item| item.tax_amount));
        invoice.total_amount = Some(Money(amount));
        invoice.total_tax = Some(Money(tax));
        invoice.grand_total = Some(Money(amount + tax));
        invoice.grand_total_words = crate::invoice::words::write(Money(amount + tax));
        let code = format!("01,10,031001900111,12345678,{amount},20190114,70497714341554189588,8F2A,");
        invoice.qr_code = with_qr.then_some(code);
        reading.fields.clear();
        print_all(&mut reading);
        reading
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn a_changed_digit_stops_an_amount_from_being_verified(
        mut reading in any_invoice(), which in 0_usize..64, at in 0_usize..12, add in 1_u8..=9,
    ) {
        run(&mut reading);
        let totals = [Field::TotalAmount, Field::TotalTax, Field::GrandTotal];
        let cells = (0..reading.invoice.items.len()).flat_map(|i| [Field::Cell(i, Column::Amount), Field::Cell(i, Column::TaxAmount)]);
        let fields: Vec<Field> = totals.into_iter().chain(cells).collect();
        for field in &fields[..5] {
            prop_assert!(reading.fields[field].verified, "{field} of a consistent invoice");
        }
        let field = fields[which % fields.len()];
        let changed = with_one_digit_changed(&reading.invoice.get(field).unwrap().to_string(), at, add);
        reading.invoice.set(field, changed.parse().ok().map(FieldValue::Money));
        run(&mut reading);
        prop_assert!(!reading.fields[&field].verified, "{}", field);
    }

    #[test]
    fn a_changed_character_in_an_id_is_always_caught(
        body in "[159][1239][0-9]{6}[0-9A-HJ-NP-RT-UW-Y]{8}", at in 0_usize..18, other in "[0-9A-Z]",
    ) {
        let id = valid_id(&body);
        let changed: String = id.chars().enumerate().map(|(i, c)| if i == at { other.chars().next().unwrap() } else { c }).collect();
        let mut reading = consistent();
        for (id, expected) in [(&id, true), (&changed, changed == id)] {
            reading.invoice.seller.tax_id = Some(id.clone());
            run(&mut reading);
            prop_assert_eq!(reading.fields[&Field::SellerTaxId].verified, expected, "{}", id);
        }
    }

    #[test]
    fn no_amount_makes_a_rule_panic(texts in proptest::collection::vec("-?[0-9]{1,27}(\\.[0-9]{1,2})?", 9), rate in "[0-9]{1,20}%") {
        let mut reading = consistent();
        for (field, text) in AMOUNTS.iter().zip(texts) {
            reading.invoice.set(*field, text.parse().ok().map(FieldValue::Money));
        }
        for item in &mut reading.invoice.items {
            item.quantity = item.amount.map(|amount| Quantity(amount.0));
            item.unit_price = item.quantity;
            item.tax_rate = rate.parse().ok();
        }
        run(&mut reading);
    }
}

/// A credit code with both its check digits for a body of region and organisation, found by trying.
fn valid_id(body: &str) -> String {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let holds =
        |id: &str| crate::invoice::TaxId::parse(id).map(|t| (t.organisation_code_holds(), t.check_digit_holds()));
    let mut candidates = ALPHABET.chars().flat_map(|a| ALPHABET.chars().map(move |b| (a, b)));
    candidates
        .find_map(|(a, b)| {
            let id = format!("{body}{a}{b}");
            (holds(&id) == Some((Some(true), Some(true)))).then_some(id)
        })
        .unwrap()
}
