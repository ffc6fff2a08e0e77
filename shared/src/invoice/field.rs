//! The table of fields: every value of an invoice with its path, its place in [`Invoice`] and the kind of value it is.
//! Whoever reads, checks or writes a field names it by this table. Knows nothing of who reads it or where it stands.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::value::FieldSlot;
use super::{FieldKind, FieldValue, Invoice, Item, PageSubtotal};

/// An enum of fields from its table: one row a field, its variant, its kind, and its place, which is its path too.
macro_rules! table {
    (
        $(#[$about:meta])* $table:ident of $owner:ident
        { $($variant:ident $kind:ident $first:ident $(. $rest:ident)*;)+ }
        $($more:tt)*
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $table {
            $(#[doc = concat!("`", stringify!($first) $(, ".", stringify!($rest))*, "`.")] $variant,)+
            $($more)*
        }

        #[allow(unreachable_patterns, reason = "not every table has variants beyond its rows")]
        impl $table {
            /// Every row of the table, in the order of the model.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            const fn row(self) -> Option<(&'static str, FieldKind)> {
                Some(match self {
                    $(Self::$variant => {
                        (concat!(stringify!($first) $(, ".", stringify!($rest))*), FieldKind::$kind)
                    })+
                    _ => return None,
                })
            }

            fn slot(self, owner: &$owner) -> Option<&dyn FieldSlot> {
                Some(match self {
                    $(Self::$variant => &owner.$first $(.$rest)*,)+
                    _ => return None,
                })
            }

            fn slot_mut(self, owner: &mut $owner) -> Option<&mut dyn FieldSlot> {
                Some(match self {
                    $(Self::$variant => &mut owner.$first $(.$rest)*,)+
                    _ => return None,
                })
            }
        }
    };
}

table! {
    /// A field of an invoice. In text it is its path: `buyer.name`, `items[0].amount`.
    Field of Invoice {
        Title Line title;
        Sheet Line sheet;
        InvoiceCode Digits invoice_code;
        InvoiceNumber Digits invoice_number;
        PrintedNumber Digits printed_number;
        IssueDate Date issue_date;
        CheckCode Compact check_code;
        MachineNumber Digits machine_number;
        CipherText Block cipher_text;
        QrCode Verbatim qr_code;
        SpecialMark Line special_mark;
        AgentIssued Flag agent_issued;
        ElectronicPaymentId Compact electronic_payment_id;
        BuyerName Line buyer.name;
        BuyerTaxId TaxId buyer.tax_id;
        BuyerAddressPhone Line buyer.address_phone;
        BuyerBankAccount Line buyer.bank_account;
        SellerName Line seller.name;
        SellerTaxId TaxId seller.tax_id;
        SellerAddressPhone Line seller.address_phone;
        SellerBankAccount Line seller.bank_account;
        TotalAmount Money total_amount;
        TotalTax Money total_tax;
        GrandTotal Money grand_total;
        GrandTotalWords Words grand_total_words;
        TaxRate Verbatim tax_rate;
        Remarks Block remarks;
        Payee Line payee;
        Reviewer Line reviewer;
        Drawer Line drawer;
        OriginalInvoiceNumber Digits original_invoice_number;
        AnySeal Flag seals.any;
        SupervisionSeal Flag seals.supervision;
        InvoiceSeal Flag seals.invoice;
        SealedSellerName Line seals.seller_name;
        SealedSellerTaxId TaxId seals.seller_tax_id;
        ReprintedSheet Line reprints.sheet;
        ReprintedCode Digits reprints.code;
        CodeOnTheRight Digits reprints.code_right;
        LargeNumber Digits reprints.number_large;
        NumberOnTheRight Digits reprints.number_right;
        OtherNumber Digits reprints.other_number;
        DateOnTheRight Verbatim reprints.date_right;
        ReprintedCheckCode Compact reprints.check_code;
        CheckCodeInRemarks Compact reprints.check_code_in_remarks;
        ReprintedTotalAmount Verbatim reprints.total_amount;
    }
    /// The kind of invoice.
    Type,
    /// A cell of the table of goods: its row from 0, and its column.
    Cell(usize, Column),
    /// A whole column, where it cannot be told which row its values belong to: `items.amount`.
    Column(Column),
    /// The table of goods as a whole.
    Items,
    /// A value of one page's 小计, the pages from 0.
    Subtotal(usize, Subtotal),
}

table! {
    /// A column of the table of goods.
    Column of Item {
        Name Line name;
        Specification Line specification;
        PlateNumber Line plate_number;
        VehicleType Line vehicle_type;
        PassageStart Compact passage_start;
        PassageEnd Compact passage_end;
        Unit Line unit;
        Quantity Quantity quantity;
        UnitPrice Quantity unit_price;
        Amount Money amount;
        TaxRate Rate tax_rate;
        TaxAmount Money tax_amount;
        TaxCategoryCode Digits tax_category_code;
    }
}

table! {
    /// A value of a page's 小计.
    Subtotal of PageSubtotal {
        Amount Money amount;
        Tax Money tax;
    }
}

impl Field {
    /// What a booking needs, where the invoice prints it.
    pub const KEYS: [Self; 8] = [
        Self::InvoiceNumber,
        Self::IssueDate,
        Self::GrandTotal,
        Self::SellerTaxId,
        Self::InvoiceCode,
        Self::TotalAmount,
        Self::TotalTax,
        Self::BuyerTaxId,
    ];

    /// What kind of value it is.
    pub fn kind(self) -> FieldKind {
        let row = match self {
            Self::Cell(_, column) | Self::Column(column) => column.row(),
            Self::Subtotal(_, subtotal) => subtotal.row(),
            head => head.row(),
        };
        row.map_or(FieldKind::Whole, |(_, kind)| kind)
    }

    /// How many characters a value of it has, where that is fixed; empty where it is not.
    pub const fn lengths(self) -> &'static [usize] {
        match self {
            Self::InvoiceCode | Self::ReprintedCode | Self::CodeOnTheRight => &[10, 12],
            Self::InvoiceNumber | Self::LargeNumber | Self::NumberOnTheRight | Self::OtherNumber => &[8, 20],
            Self::PrintedNumber | Self::Cell(_, Column::PassageStart | Column::PassageEnd) => &[8],
            Self::MachineNumber => &[12],
            // Five characters on the chain.
            Self::CheckCode | Self::ReprintedCheckCode => &[20, 5],
            _ => &[],
        }
    }

    /// Whether a value may have as many characters as this one.
    pub fn has_length_of(self, value: &str) -> bool {
        self.lengths().is_empty() || self.lengths().contains(&value.len())
    }
}

impl Column {
    /// Its name in [`Item`].
    pub fn name(self) -> &'static str {
        self.row().map_or("", |(name, _)| name)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cell(row, column) => write!(f, "items[{row}].{}", column.name()),
            Self::Column(column) => write!(f, "items.{}", column.name()),
            Self::Items => f.write_str("items"),
            Self::Subtotal(page, subtotal) => {
                write!(f, "page_subtotals[{page}].{}", subtotal.row().map_or("", |(name, _)| name))
            }
            Self::Type => f.write_str("type"),
            head => f.write_str(head.row().map_or("", |(path, _)| path)),
        }
    }
}

/// As its path.
impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Field {
    type Err = String;

    /// The field of a path, or the path when it is none's.
    fn from_str(path: &str) -> Result<Self, String> {
        let own = |field: &Self| field.row().is_some_and(|(own, _)| own == path);
        let found = match path {
            "type" => Some(Self::Type),
            "items" => Some(Self::Items),
            _ => Self::ALL.iter().copied().find(own).or_else(|| Self::of_table(path)),
        };
        // Written in one way only, so that one field has one path.
        found.filter(|field| !path.contains('[') || field.to_string() == path).ok_or_else(|| path.to_owned())
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let path = Cow::<str>::deserialize(deserializer)?;
        path.parse().map_err(|path| de::Error::custom(format!("`{path}` is no field's path")))
    }
}

impl Field {
    /// The field of a path that has a row or a column in it.
    fn of_table(path: &str) -> Option<Self> {
        let (table, name) = path.split_once('.')?;
        let column = || Column::ALL.iter().copied().find(|column| column.name() == name);
        if table == "items" {
            return column().map(Self::Column);
        }
        let (table, row) = table.strip_suffix(']')?.split_once('[')?;
        let row = row.parse().ok()?;
        let subtotal = || Subtotal::ALL.iter().copied().find(|own| own.row().is_some_and(|(own, _)| own == name));
        match table {
            "items" => column().map(|column| Self::Cell(row, column)),
            "page_subtotals" => subtotal().map(|subtotal| Self::Subtotal(row, subtotal)),
            _ => None,
        }
    }
}

/// Values by field.
impl Invoice {
    /// The value of a field; none where it is not printed, or there is no such row.
    pub fn get(&self, field: Field) -> Option<FieldValue<'_>> {
        let slot = match field {
            Field::Cell(row, column) => column.slot(self.items.get(row)?),
            Field::Subtotal(page, subtotal) => subtotal.slot(self.page_subtotals.get(page)?),
            head => head.slot(self),
        };
        slot?.get()
    }

    /// The value of a field that is a text.
    pub fn text(&self, field: Field) -> Option<&str> {
        match self.get(field)? {
            FieldValue::Text(Cow::Borrowed(text)) => Some(text),
            _ => None,
        }
    }

    /// Puts a value into a field, or takes it out. A row must exist; a value of another kind leaves the field empty.
    pub fn set(&mut self, field: Field, value: Option<FieldValue<'_>>) {
        let slot = match field {
            Field::Cell(row, column) => self.items.get_mut(row).and_then(|item| column.slot_mut(item)),
            Field::Subtotal(page, subtotal) => self.page_subtotals.get_mut(page).and_then(|own| subtotal.slot_mut(own)),
            head => head.slot_mut(self),
        };
        if let Some(slot) = slot {
            slot.set(value);
        }
    }

    /// Every field that this invoice has room for, with a value or without.
    pub fn fields(&self) -> impl Iterator<Item = Field> + use<> {
        let (rows, pages) = (self.items.len(), self.page_subtotals.len());
        let cells = (0..rows).flat_map(|row| Column::ALL.iter().map(move |column| Field::Cell(row, *column)));
        let subtotals = (0..pages).flat_map(|page| Subtotal::ALL.iter().map(move |s| Field::Subtotal(page, *s)));
        Field::ALL.iter().copied().chain(cells).chain(subtotals)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn with_rows() -> Invoice {
        let mut invoice = Invoice { items: vec![Item::default(); 2], ..Invoice::default() };
        invoice.page_subtotals = vec![PageSubtotal::default()];
        invoice
    }

    fn paths(value: &serde_json::Value, path: &str, found: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::Object(map) => {
                for (key, value) in map {
                    paths(value, &if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, found);
                }
            }
            serde_json::Value::Array(list) => {
                list.iter().enumerate().for_each(|(i, value)| paths(value, &format!("{path}[{i}]"), found));
            }
            _ => drop(found.insert(path.to_owned())),
        }
    }

    #[test]
    fn the_table_names_every_printed_value_of_the_model_by_its_path() {
        let invoice = with_rows();
        let mut in_json = BTreeSet::new();
        paths(&serde_json::to_value(&invoice).unwrap(), "", &mut in_json);
        let in_table: BTreeSet<String> = invoice.fields().map(|field| field.to_string()).collect();
        let derived: BTreeSet<String> = ["amounts_include_tax", "expense_category", "type"].map(str::to_owned).into();
        assert_eq!(&in_table | &derived, in_json);
        assert!(in_table.is_disjoint(&derived));
    }

    #[test]
    fn a_path_leads_back_to_its_field() {
        let wholes = [Field::Type, Field::Items, Field::Column(Column::Amount)];
        for field in with_rows().fields().chain(wholes) {
            assert_eq!(field.to_string().parse(), Ok(field));
        }
        for path in
            ["", "buyer", "items[0]", "items[x].name", "items[0].price", "items.price", "r#type", "items[+1].name"]
        {
            assert!(path.parse::<Field>().is_err(), "{path}");
        }
    }

    #[test]
    fn a_value_goes_where_its_field_says_and_comes_back() {
        let print = |kind| match kind {
            FieldKind::Date => "2024年01月02日",
            FieldKind::Flag => "是",
            FieldKind::Rate => "13%",
            FieldKind::TaxId => "91310000834486035U",
            _ => "12345678",
        };
        for field in with_rows().fields() {
            let mut invoice = with_rows();
            let value = field.kind().parse(print(field.kind()));
            assert!(value.is_some(), "{field}");
            invoice.set(field, value.clone());
            assert_eq!(invoice.get(field), value, "{field}");
            let mut others = invoice.fields().filter(|other| *other != field);
            assert!(others.all(|other| invoice.get(other).is_none()), "{field} fills another field");
            invoice.set(field, None);
            assert_eq!(invoice, with_rows(), "{field}");
        }
    }

    #[test]
    fn what_has_no_place_is_not_put() {
        let mut invoice = with_rows();
        invoice.set(Field::Cell(2, Column::Name), Some("甲".into()));
        invoice.set(Field::GrandTotal, Some("甲".into()));
        assert_eq!(invoice, with_rows());
    }
}
