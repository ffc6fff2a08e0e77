//! TextIn's error codes and what they mean to us, both ways. Knows nothing of retries.

use crate::dialect::VendorCode;
use crate::dialect::code::{self, REQUEST_HINT};
use crate::error::{Error, ErrorKind};

const fn fault(code: i64, kind: ErrorKind, message: &'static str) -> VendorCode {
    code::fault(code, 200, kind, message)
}

/// Every code of the interface page, and three more of the same gateway.
pub const CODES: [VendorCode; 18] = [
    VendorCode::success(200, "success"),
    fault(40101, ErrorKind::ProviderAuth, "x-ti-app-id 或 x-ti-secret-code 为空"),
    fault(40102, ErrorKind::ProviderAuth, "x-ti-app-id 或 x-ti-secret-code 无效,验证失败"),
    fault(40103, ErrorKind::ProviderAuth, "客户端IP不在白名单")
        .hinted("Add the function's outgoing address to the list of allowed clients in the vendor's console."),
    fault(40003, ErrorKind::ProviderQuota, "余额不足,请充值后再使用"),
    fault(40004, ErrorKind::ProviderProtocol, "参数错误,请查看技术文档,检查传参").hinted(REQUEST_HINT),
    fault(40007, ErrorKind::ProviderProtocol, "机器人不存在或未发布").hinted(REQUEST_HINT),
    fault(40008, ErrorKind::ProviderAuth, "机器人未开通,请至市场开通后重试")
        .hinted("Activate the vat_invoice service for this account in the vendor's console."),
    fault(40301, ErrorKind::UnsupportedFormat, "图片类型不支持"),
    fault(40302, ErrorKind::TooLarge, "上传文件大小不符,文件大小不超过 10M"),
    fault(40303, ErrorKind::UnsupportedFormat, "文件类型不支持"),
    fault(40304, ErrorKind::BadDimensions, "图片尺寸不符,图像宽高须介于 20 和 10000(像素)之间"),
    fault(40305, ErrorKind::Empty, "识别文件未上传"),
    fault(40306, ErrorKind::ProviderThrottled, "请求频率或页数超过限制"),
    fault(40307, ErrorKind::ProviderQuota, "今日额度已用完"),
    fault(40400, ErrorKind::ProviderProtocol, "无效的URL").hinted(REQUEST_HINT),
    fault(30203, ErrorKind::ProviderUnavailable, "基础服务故障,请稍后重试"),
    fault(500, ErrorKind::ProviderUnavailable, "服务器内部错误"),
];

/// What a client of this interface is told for an error of ours. Of two codes for what cannot be opened, one is a picture's.
pub fn for_error(error: &Error, is_picture: bool) -> &'static VendorCode {
    known(match error.kind() {
        ErrorKind::UnsupportedFormat | ErrorKind::Undecodable | ErrorKind::TooComplex if is_picture => 40301,
        ErrorKind::UnsupportedFormat | ErrorKind::Undecodable | ErrorKind::TooComplex | ErrorKind::Encrypted => 40303,
        ErrorKind::TooLarge => 40302,
        ErrorKind::BadDimensions => 40304,
        ErrorKind::Empty => 40305,
        ErrorKind::ProviderAuth => 40008,
        ErrorKind::ProviderQuota => 40003,
        ErrorKind::ProviderThrottled
        | ErrorKind::ProviderUnavailable
        | ErrorKind::ProviderTimeout
        | ErrorKind::Deadline
        | ErrorKind::Storage => 30203,
        ErrorKind::NoInvoice
        | ErrorKind::UnreadInvoice
        | ErrorKind::UnusableKey
        | ErrorKind::ProviderProtocol
        | ErrorKind::Internal => 500,
    })
}

/// A code of the table; the vendor's own 500 for any other.
pub fn known(code: i64) -> &'static VendorCode {
    CODES.iter().find(|known| known.code == code).unwrap_or(&CODES[17])
}

/// Our error for a vendor's code; a code we do not know is a matter of protocol.
pub(super) fn from_code(code: i64, message: &str) -> Error {
    let known = CODES.iter().find(|known| known.code == code);
    code::error("textin", known, &code.to_string(), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_interface_page_is_told_in_its_words() {
        let page = include_str!("../testdata/textin-codes.tsv");
        let rows: Vec<(&str, &str)> = page.lines().filter_map(|line| line.split_once('\t')).collect();
        assert_eq!(rows.len(), 14);
        for (code, message) in rows {
            let known = CODES.iter().find(|known| known.code.to_string() == code);
            assert_eq!(known.map(|known| known.message), Some(message), "{code}");
        }
    }

    #[test]
    fn an_error_of_ours_is_told_in_the_vendors_words() {
        for (kind, of_picture, of_file) in [
            (ErrorKind::UnsupportedFormat, 40301, 40303),
            (ErrorKind::Undecodable, 40301, 40303),
            (ErrorKind::Encrypted, 40303, 40303),
            (ErrorKind::TooComplex, 40301, 40303),
            (ErrorKind::ProviderQuota, 40003, 40003),
            (ErrorKind::ProviderAuth, 40008, 40008),
            (ErrorKind::Deadline, 30203, 30203),
            (ErrorKind::Internal, 500, 500),
        ] {
            let error = Error::new(kind, "x");
            assert_eq!(
                (for_error(&error, true).code, for_error(&error, false).code),
                (of_picture, of_file),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn every_code_of_the_vendor_has_its_meaning() {
        use ErrorKind::*;
        let cases = [
            (40101, ProviderAuth, false),
            (40102, ProviderAuth, false),
            (40103, ProviderAuth, false),
            (40003, ProviderQuota, false),
            (40004, ProviderProtocol, false),
            (40007, ProviderProtocol, false),
            (40008, ProviderAuth, false),
            (40301, UnsupportedFormat, false),
            (40302, TooLarge, false),
            (40303, UnsupportedFormat, false),
            (40304, BadDimensions, false),
            (40305, Empty, false),
            (40306, ProviderThrottled, true),
            (40307, ProviderQuota, false),
            (40400, ProviderProtocol, false),
            (30203, ProviderUnavailable, true),
            (500, ProviderUnavailable, true),
            (49999, ProviderProtocol, false),
        ];
        for (code, kind, retryable) in cases {
            let error = from_code(code, "the vendor's words");
            assert_eq!(error.kind(), kind, "{code}");
            assert_eq!(error.is_retryable(), retryable, "{code}");
            assert_eq!(error.vendor_code(), Some(code.to_string().as_str()));
            assert!(error.message().contains("the vendor's words"));
        }
        assert!(CODES.iter().skip(1).all(|known| cases.iter().any(|case| case.0 == known.code)));
    }
}
