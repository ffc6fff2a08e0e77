//! TextIn's error codes and what they mean to us, both ways. Knows nothing of retries.

use std::time::Duration;

use crate::error::{Error, ErrorKind};

/// One code of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The code in the body.
    pub code: i64,
    /// The vendor's own words.
    pub message: &'static str,
    /// What it means to us; none for success.
    pub kind: Option<ErrorKind>,
    /// A next step that fits better than the kind's own.
    pub hint: Option<&'static str>,
}

const fn entry(code: i64, kind: ErrorKind, message: &'static str) -> Row {
    Row { code, message, kind: Some(kind), hint: None }
}

const fn hinted(row: Row, hint: &'static str) -> Row {
    Row { hint: Some(hint), ..row }
}

const REQUEST_HINT: &str = "The request no longer fits the vendor's interface: check the endpoint and its version.";

/// Every code of the interface page, and three more of the same gateway.
pub const ROWS: [Row; 18] = [
    Row { code: 200, message: "success", kind: None, hint: None },
    entry(40101, ErrorKind::ProviderAuth, "x-ti-app-id 或 x-ti-secret-code 为空"),
    entry(40102, ErrorKind::ProviderAuth, "x-ti-app-id 或 x-ti-secret-code 无效，验证失败"),
    hinted(
        entry(40103, ErrorKind::ProviderAuth, "客户端IP不在白名单"),
        "Add the function's outgoing address to the list of allowed clients in the vendor's console.",
    ),
    entry(40003, ErrorKind::ProviderQuota, "余额不足，请充值后再使用"),
    hinted(entry(40004, ErrorKind::ProviderProtocol, "参数错误，请查看技术文档，检查传参"), REQUEST_HINT),
    hinted(entry(40007, ErrorKind::ProviderProtocol, "机器人不存在或未发布"), REQUEST_HINT),
    hinted(
        entry(40008, ErrorKind::ProviderAuth, "机器人未开通，请至市场开通后重试"),
        "Activate the vat_invoice service for this account in the vendor's console.",
    ),
    entry(40301, ErrorKind::UnsupportedFormat, "图片类型不支持"),
    entry(40302, ErrorKind::TooLarge, "上传文件大小不符，文件大小不超过 10M"),
    entry(40303, ErrorKind::UnsupportedFormat, "文件类型不支持"),
    entry(40304, ErrorKind::BadDimensions, "图片尺寸不符，图像宽高须介于 20 和 10000（像素）之间"),
    entry(40305, ErrorKind::Empty, "识别文件未上传"),
    entry(40306, ErrorKind::ProviderThrottled, "请求频率或页数超过限制"),
    entry(40307, ErrorKind::ProviderQuota, "今日额度已用完"),
    hinted(entry(40400, ErrorKind::ProviderProtocol, "无效的URL"), REQUEST_HINT),
    entry(30203, ErrorKind::ProviderUnavailable, "基础服务故障，请稍后重试"),
    entry(500, ErrorKind::ProviderUnavailable, "服务器内部错误"),
];

/// A row by a code known to be in the table.
pub(super) fn row(code: i64) -> &'static Row {
    ROWS.iter().find(|row| row.code == code).unwrap_or(&ROWS[17])
}

/// Our error for a vendor's code; a code we do not know is a matter of protocol.
pub fn from_code(code: i64, message: &str) -> Error {
    let known = ROWS.iter().find(|row| row.code == code);
    let kind = known.and_then(|row| row.kind).unwrap_or(ErrorKind::ProviderProtocol);
    let error = Error::new(kind, format!("textin: {message}")).with_vendor_code(code.to_string());
    let error = match known.and_then(|row| row.hint) {
        Some(hint) => error.with_hint(hint),
        None => error,
    };
    match kind {
        // The vendor counts requests per second.
        ErrorKind::ProviderThrottled => error.with_retry_after(Duration::from_secs(1)),
        _ => error,
    }
}

/// The row that tells a client of this interface about an error of ours.
pub fn row_for(error: &Error) -> &'static Row {
    row(match error.kind() {
        ErrorKind::UnsupportedFormat | ErrorKind::Encrypted => 40303,
        ErrorKind::Undecodable => 40301,
        ErrorKind::TooLarge => 40302,
        ErrorKind::BadDimensions => 40304,
        ErrorKind::Empty => 40305,
        ErrorKind::ProviderThrottled => 40306,
        ErrorKind::ProviderUnavailable | ErrorKind::ProviderTimeout | ErrorKind::Deadline => 30203,
        _ => 500,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(ROWS.iter().skip(1).all(|row| cases.iter().any(|case| case.0 == row.code)));
    }

    #[test]
    fn every_error_of_ours_has_a_code_that_a_client_knows() {
        for kind in ErrorKind::ALL {
            assert_ne!(row_for(&Error::new(kind, "")).code, 200, "{kind:?}");
        }
    }
}
