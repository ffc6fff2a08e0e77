//! What a list says of an invoice that stands in it beside others.

use super::catalogue::sentences;

sentences! {
    other_total_in_list()
        "another file here has this invoice with another total: one of them is altered or misread"
        "清单中另有文件是同一张发票但金额不同，其中之一可能被改动或识别有误";
    coded(code: Code, message: Said)
        "{code}: {message}"
        "{message}";
    coded_in(place: Said, code: Code, message: Said)
        "{place}: {code}: {message}"
        "{place}：{message}";
    invoice_of(file: Text, index: Number)
        "{file}, invoice {index}"
        "{file}（第{index}张）";
    listed_again(place: Text, reason: Said)
        "{place}: to review: {reason}"
        "{place}：需人工复核：{reason}";
}
