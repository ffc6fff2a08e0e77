//! The kinds of invoice and of spending. Knows nothing of how a page looks.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The nine kinds of VAT invoice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceType {
    /// 增值税专用发票.
    Special,
    /// 增值税普通发票.
    #[default]
    Common,
    /// 增值税电子普通发票.
    ElectronicCommon,
    /// 增值税电子专用发票.
    ElectronicSpecial,
    /// 增值税电子普通发票 with the 通行费 mark.
    ElectronicToll,
    /// 深圳电子普通发票, on the chain.
    Blockchain,
    /// 电子发票（普通发票）, fully digital (数电票).
    DigitalCommon,
    /// 电子发票（增值税专用发票）, fully digital (数电票).
    DigitalSpecial,
    /// 增值税普通发票(卷票).
    Roll,
}

impl InvoiceType {
    /// All nine, in the schema's order.
    pub const ALL: [Self; 9] = [
        Self::Special,
        Self::Common,
        Self::ElectronicCommon,
        Self::ElectronicSpecial,
        Self::ElectronicToll,
        Self::Blockchain,
        Self::DigitalCommon,
        Self::DigitalSpecial,
        Self::Roll,
    ];

    /// Whether it is one whose tax the buyer deducts (专票).
    pub fn is_special(self) -> bool {
        matches!(self, Self::Special | Self::ElectronicSpecial | Self::DigitalSpecial)
    }

    /// Whether it is electronic with a code, and no special one: the code and the QR code do not tell these apart.
    pub fn is_electronic_common(self) -> bool {
        matches!(self, Self::ElectronicCommon | Self::ElectronicToll | Self::Blockchain)
    }

    /// Whether it is fully digital: a number of 20 digits and no code.
    pub fn is_digital(self) -> bool {
        matches!(self, Self::DigitalCommon | Self::DigitalSpecial)
    }
}

/// As in JSON.
impl fmt::Display for InvoiceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// What the money was spent on: TextIn's fifteen kinds and `other`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExpenseCategory {
    /// 用车.
    Vehicle,
    /// 教育.
    Education,
    /// 交通.
    Traffic,
    /// 办公.
    Office,
    /// 日用.
    Daily,
    /// 数码电器.
    DigitalAppliance,
    /// 房租装饰.
    RentDecoration,
    /// 通讯.
    Communication,
    /// 住宿.
    Lodging,
    /// 邮寄.
    Post,
    /// 医疗.
    MedicalTreatment,
    /// 餐饮.
    Repast,
    /// 食品.
    Foodstuff,
    /// 服饰.
    Raiment,
    /// 服务.
    Service,
    /// None of these.
    Other,
}

impl fmt::Display for ExpenseCategory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}
