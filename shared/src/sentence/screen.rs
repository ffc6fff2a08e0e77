//! What a terminal shows, and what stands in the list for spreadsheets.

use super::catalogue::sentences;

sentences! {
    another_total_here()
        "another file here has this invoice with another total: one of them is altered or misread"
        "本文件夹中另一文件也有此发票，但价税合计不同，其中之一被改动或识别有误";
    place_in_file(file: Text, index: Number)
        "{file}, invoice {index}"
        "{file}第{index}张";
    to_review_because(place: Text, why: Said)
        "{place}: to review: {why}"
        "{place}：存疑：{why}";
    to_review() "to review" "存疑，需人工复核";
    invoices(count: Number) "{count} invoices" "{count}张发票";
    invoices_to_review(count: Number, review: Number)
        "{count} invoices, at least {review} to review"
        "{count}张发票，至少{review}张需人工复核";
    read() "read" "已识别";
    rejected() "rejected" "已拒绝";
    failed() "failed" "失败";
    skipped() "skipped" "已跳过";
    withdrawn() "withdrawn" "已撤回";
    verified() "verified" "已核实";
    review() "review" "待复核";
    tally(read: Number, rejected: Number, failed: Number, skipped: Number, seconds: Text)
        "{read} read, {rejected} rejected, {failed} failed, {skipped} skipped in {seconds} s"
        "已识别{read}个，已拒绝{rejected}个，失败{failed}个，已跳过{skipped}个，用时{seconds}秒";
    tally_of_invoices(tally: Said, verified: Number, review: Number)
        "{tally}; invoices: {verified} verified, {review} to review"
        "{tally}；发票：{verified}张已核实，{review}张需人工复核";
    cannot_read(path: Text, detail: Detail)
        "cannot read {path}: {detail}"
        "无法读取{path}（详情：{detail}）";
    cannot_write(path: Text, detail: Detail)
        "cannot write {path}: {detail}"
        "无法写入{path}（详情：{detail}）";
    check_disk()
        "Check the disk and your rights."
        "请检查磁盘和权限。";
    close_it()
        "Close it where it is open, and check the disk and your rights."
        "请关闭已打开的该文件，并检查磁盘和权限。";
}
