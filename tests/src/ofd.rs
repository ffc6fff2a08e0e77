//! OFD files drawn for tests: an older e-invoice's page in the usual places, with everything that may stand beside it.
//! Knows nothing of how they are read.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Files of a package by path; a test changes what it is about and zips the rest as it is.
#[derive(Clone, Debug)]
pub struct OfdPackage(pub Vec<(String, Vec<u8>)>);

/// A text on the page: left and top of its box, its text, and its distances in case they are not the usual ones.
type Text = (f32, f32, &'static str);

const LABELS: [Text; 31] = [
    (5.5, 24.0, "机器编号："),
    (148.5, 7.5, "发票代码："),
    (148.5, 13.0, "发票号码："),
    (148.5, 18.5, "开票日期："),
    (148.5, 24.0, "校 验 码："),
    (6.6, 33.0, "购"),
    (6.6, 39.0, "买"),
    (6.6, 45.0, "方"),
    (13.0, 31.6, "名    称："),
    (13.0, 36.8, "纳税人识别号："),
    (13.0, 42.4, "地址、电话："),
    (13.0, 47.7, "开户行及账号："),
    (24.5, 53.0, "项目名称"),
    (63.5, 53.0, "规格型号"),
    (85.0, 53.0, "单位"),
    (98.8, 53.0, "数量"),
    (120.0, 53.0, "单价"),
    (144.2, 53.0, "金额"),
    (166.2, 53.0, "税率"),
    (184.5, 53.0, "税额"),
    (22.0, 91.4, "合      计"),
    (16.8, 98.5, "价税合计（大写）"),
    (156.5, 98.5, "（小写）"),
    (13.0, 105.4, "名    称："),
    (13.0, 110.3, "纳税人识别号："),
    (13.0, 114.8, "地址、电话："),
    (13.0, 119.5, "开户行及账号："),
    (120.1, 108.0, "备"),
    (120.1, 117.0, "注"),
    (7.0, 125.5, "收款人："),
    (63.5, 125.5, "复核："),
];

/// Values with the ids that the custom tags point to.
const VALUES: [(u32, Text); 27] = [
    (62, (69.0, 7.0, "上海增值税电子普通发票")),
    (64, (164.0, 7.5, "031001900211")),
    (70, (164.0, 13.0, "12345678")),
    (77, (164.0, 18.5, "2020年07月23日")),
    (74, (164.0, 24.0, "12345 67890 12345 67890")),
    (71, (22.0, 24.0, "661559759665")),
    (65, (37.0, 31.6, "上海甲乙丙有限公司")),
    (67, (37.0, 36.8, "91310000834486035U")),
    (73, (37.0, 105.4, "杭州丁戊己饭店")),
    (76, (37.0, 110.3, "91310104MA1FR7C72G")),
    (68, (37.0, 114.8, "杭州市庚路1号0571-88222001")),
    (69, (37.0, 119.5, "辛银行杭州支行6217993300118475")),
    (90, (5.5, 58.0, "*餐饮服务*餐")),
    (91, (5.5, 62.5, "费")),
    (92, (85.5, 58.0, "次")),
    (93, (105.0, 58.0, "2")),
    (94, (122.0, 58.0, "100.5")),
    (95, (150.0, 58.0, "201.00")),
    (96, (168.0, 58.0, "6%")),
    (97, (195.0, 58.0, "12.06")),
    (84, (150.0, 91.4, "¥201.00")),
    (86, (194.0, 91.4, "¥12.06")),
    (81, (63.0, 98.5, "贰佰壹拾叁圆零陆分")),
    (83, (171.0, 98.5, "¥213.06")),
    (87, (23.0, 125.5, "王一")),
    (88, (78.0, 125.5, "李二")),
    (99, (128.0, 108.0, "订单123")),
];

const DRAWER: [(u32, Text); 2] = [(98, (105.5, 125.5, "开票人：")), (72, (121.0, 125.5, "张三"))];

/// The invoice as an OFD with every source: attached data, custom tags, named values, page text.
pub fn invoice() -> OfdPackage {
    let mut files = bare().0;
    let folder = |name: &str| format!("Doc_0/{name}");
    let link = |kind: &str, item: &str, file: &str| {
        format!(
            r#"<ofd:{kind} xmlns:ofd="http://www.ofdspec.org/2016"><ofd:{item}><ofd:FileLoc>{file}</ofd:FileLoc></ofd:{item}></ofd:{kind}>"#
        )
    };
    files.push((folder("Attachs/Attachments.xml"), link("Attachments", "Attachment", "original_invoice.xml").into()));
    files.push((folder("Attachs/original_invoice.xml"), ORIGINAL.into()));
    files.push((folder("Tags/CustomTags.xml"), link("CustomTags", "CustomTag", "CustomTag.xml").into()));
    files.push((folder("Tags/CustomTag.xml"), TAGS.into()));
    OfdPackage(files).with("OFD.xml", &root(DATA))
}

/// The same with page text alone.
pub fn bare() -> OfdPackage {
    let texts = VALUES.iter().chain(&DRAWER).map(|(id, text)| object(Some(*id), text));
    let labels = LABELS.iter().map(|text| object(None, text)).collect::<String>();
    let files = [
        ("OFD.xml", root("")),
        ("Doc_0/Document.xml", DOCUMENT.to_owned()),
        ("Doc_0/Tpls/Tpl_0/Content.xml", page(&labels, "")),
        ("Doc_0/Pages/Page_0/Content.xml", page(&texts.collect::<String>(), r#"<ofd:Template TemplateID="2"/>"#)),
    ];
    OfdPackage(files.map(|(name, text)| (name.to_owned(), text.into_bytes())).to_vec())
}

impl OfdPackage {
    /// The same with another file in a place.
    #[must_use]
    pub fn with(mut self, path: &str, content: &str) -> Self {
        self.0.retain(|(name, _)| name != path);
        self.0.push((path.to_owned(), content.into()));
        self
    }

    /// The same without a file.
    #[must_use]
    pub fn without(mut self, path: &str) -> Self {
        self.0.retain(|(name, _)| name != path);
        self
    }

    /// The same with a piece of text in a file replaced; the file must have it.
    ///
    /// # Panics
    /// When the file does not hold the text.
    #[must_use]
    pub fn edited(self, path: &str, from: &str, to: &str) -> Self {
        let content =
            self.0.iter().find(|(name, _)| name == path).map(|(_, c)| String::from_utf8_lossy(c).into_owned());
        let content = content.unwrap_or_default();
        assert!(content.contains(from), "{path} lacks {from}");
        self.with(path, &content.replace(from, to))
    }

    /// The OFD file.
    ///
    /// # Panics
    /// Never, as it is written to memory.
    pub fn zipped(&self) -> Vec<u8> {
        zipped(&self.0)
    }
}

/// A ZIP of files.
///
/// # Panics
/// Never, as it is written to memory.
#[allow(clippy::unwrap_used)]
pub fn zipped(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A text object of 3.175 mm print, without deltas for the characters that are square or half as wide.
fn object(id: Option<u32>, (x, y, text): &Text) -> String {
    let id = id.map(|id| format!(r#" ID="{id}""#)).unwrap_or_default();
    format!(
        r#"<ofd:TextObject{id} Boundary="{x} {y} 80 4" Font="63" Size="3.175"><ofd:TextCode X="0" Y="2.73">{text}</ofd:TextCode></ofd:TextObject>"#
    )
}

fn page(objects: &str, more: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><ofd:Page xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Area><ofd:PhysicalBox>0 0 210 140</ofd:PhysicalBox></ofd:Area>{more}<ofd:Content><ofd:Layer>{objects}</ofd:Layer></ofd:Content></ofd:Page>"#
    )
}

fn root(data: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"><ofd:DocBody><ofd:DocInfo><ofd:CustomDatas>{data}</ofd:CustomDatas></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"#
    )
}

const DOCUMENT: &str = r#"<?xml version="1.0" encoding="UTF-8"?><ofd:Document xmlns:ofd="http://www.ofdspec.org/2016"><ofd:CommonData><ofd:TemplatePage ID="2" BaseLoc="Tpls/Tpl_0/Content.xml"/><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages><ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments><ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags></ofd:Document>"#;

const DATA: &str = r#"<ofd:CustomData Name="发票代码">031001900211</ofd:CustomData><ofd:CustomData Name="发票号码">12345678</ofd:CustomData><ofd:CustomData Name="合计金额">201</ofd:CustomData><ofd:CustomData Name="校验码">12345 67890 12345 67890</ofd:CustomData>"#;

/// The attached data, as the tax control system writes it.
pub const ORIGINAL: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<eInvoice xmlns:fp="http://www.edrm.org.cn/schema/e-invoice/2019" Version="1.0"><fp:InvoiceCode>031001900211</fp:InvoiceCode><fp:InvoiceNo>12345678</fp:InvoiceNo><fp:IssueDate>2020年07月23日</fp:IssueDate><fp:InvoiceCheckCode>12345678901234567890</fp:InvoiceCheckCode><fp:MachineNo>661559759665</fp:MachineNo><fp:Buyer><fp:BuyerName>上海甲乙丙有限公司</fp:BuyerName><fp:BuyerTaxID>91310000834486035U</fp:BuyerTaxID><fp:BuyerAddrTel> </fp:BuyerAddrTel></fp:Buyer><fp:Seller><fp:SellerName>杭州丁戊己饭店</fp:SellerName><fp:SellerTaxID>91310104MA1FR7C72G</fp:SellerTaxID><fp:SellerAddrTel>杭州市庚路1号0571-88222001</fp:SellerAddrTel><fp:SellerFinancialAccount>辛银行杭州支行6217993300118475</fp:SellerFinancialAccount></fp:Seller><fp:TaxInclusiveTotalAmount>213.06</fp:TaxInclusiveTotalAmount><fp:Note>订单123</fp:Note><fp:InvoiceClerk>张三</fp:InvoiceClerk><fp:Payee>王一</fp:Payee><fp:Checker>李二</fp:Checker><fp:TaxTotalAmount>12.06</fp:TaxTotalAmount><fp:TaxExclusiveTotalAmount>201.00</fp:TaxExclusiveTotalAmount><fp:GoodsInfos><fp:GoodsInfo><fp:Item>*餐饮服务*餐费</fp:Item><fp:Specification></fp:Specification><fp:MeasurementDimension>次</fp:MeasurementDimension><fp:Price>100.5</fp:Price><fp:Quantity>2</fp:Quantity><fp:Amount>201.00</fp:Amount><fp:TaxScheme>6%</fp:TaxScheme><fp:TaxAmount>12.06</fp:TaxAmount></fp:GoodsInfo></fp:GoodsInfos></eInvoice>"#;

/// Custom tags in the malformed way of a widespread producer.
const TAGS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<:eInvoice xmlns:=""><InvoiceCode><ofd:ObjectRef PageRef="1">64</ofd:ObjectRef></InvoiceCode><InvoiceNo><ofd:ObjectRef PageRef="1">70</ofd:ObjectRef></InvoiceNo><Buyer><BuyerName><ofd:ObjectRef PageRef="1">65</ofd:ObjectRef></BuyerName></Buyer><TaxInclusiveTotalAmount><ofd:ObjectRef PageRef="1">83</ofd:ObjectRef></TaxInclusiveTotalAmount><GoodsInfos><GoodsInfo><Item><ofd:ObjectRef PageRef="1">90</ofd:ObjectRef><ofd:ObjectRef PageRef="1">91</ofd:ObjectRef></Item></GoodsInfo></GoodsInfos></:eInvoice>"#;

/// A fully digital invoice's data, as the tax platform delivers it.
pub const DIGITAL: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<EInvoice><Header><EIid>24322000000400497801</EIid><InherentLabel><GeneralOrSpecialVAT><LabelCode>02</LabelCode><LabelName>普通发票</LabelName></GeneralOrSpecialVAT></InherentLabel></Header><EInvoiceData><SellerInformation><SellerIdNum>91310104MA1FR7C72G</SellerIdNum><SellerName>杭州丁戊己饭店</SellerName><SellerAddr>杭州市庚路1号</SellerAddr></SellerInformation><BuyerInformation><BuyerIdNum>91310000834486035U</BuyerIdNum><BuyerName>上海甲乙丙有限公司</BuyerName></BuyerInformation><BasicInformation><TotalAmWithoutTax>201</TotalAmWithoutTax><TotalTaxAm>12.06</TotalTaxAm><TotalTax-includedAmount>213.06</TotalTax-includedAmount><TotalTax-includedAmountInChinese>贰佰壹拾叁圆零陆分</TotalTax-includedAmountInChinese><Drawer>张三</Drawer><RequestTime>2024-10-17 09:30:00</RequestTime></BasicInformation><IssuItemInformation><ItemName>*餐饮服务*餐费</ItemName><SpecMod/><MeaUnits>次</MeaUnits><Quantity>2</Quantity><UnPrice>100.5</UnPrice><Amount>201</Amount><TaxRate>0.06</TaxRate><ComTaxAm>12.06</ComTaxAm></IssuItemInformation><AdditionalInformation><Remark><![CDATA[订单123]]></Remark></AdditionalInformation></EInvoiceData><TaxSupervisionInfo><InvoiceNumber>24322000000400497801</InvoiceNumber><IssueTime>2024-10-17</IssueTime><TaxBureauName>国家税务总局某某市税务局</TaxBureauName></TaxSupervisionInfo></EInvoice>"#;
