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
        "{place}：待复核：{why}";
    to_review() "to review" "待复核";
    invoices(count: Number) "{count} invoices" "{count}张发票";
    invoices_to_review(count: Number, review: Number)
        "{count} invoices, {review} of them to review"
        "{count}张发票，其中{review}张待复核";
    parts_unread(count: Number)
        "parts of it that could not be read and are to be looked at: {count}"
        "另有{count}处未能识别，请查看";
    read() "read" "已识别";
    rejected() "rejected" "未识别";
    failed() "failed" "失败";
    skipped() "skipped" "已跳过";
    withdrawn() "withdrawn" "已撤回";
    verified() "verified" "已核实";
    review() "review" "待复核";
    tally(read: Number, rejected: Number, failed: Number, skipped: Number, seconds: Text)
        "{read} read, {rejected} rejected, {failed} failed, {skipped} skipped in {seconds} s"
        "已识别{read}个，未识别{rejected}个，失败{failed}个，已跳过{skipped}个，用时{seconds}秒";
    tally_of_invoices(tally: Said, verified: Number, review: Number)
        "{tally}; invoices: {verified} verified, {review} to review"
        "{tally}；发票：{verified}张已核实，{review}张待复核";
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

    seconds_left(seconds: Number) " ({seconds} s left)" "（还需约{seconds}秒）";
    minutes_left(minutes: Number) " ({minutes} min left)" "（还需约{minutes}分钟）";
    still() "left" "还需";
    nothing_to_read(folder: Text)
        "There is no file in {folder} that can be read: put invoices there, or name another folder."
        "{folder}中没有可识别的文件：请放入发票，或指定其他文件夹。";
    buyers_not_set()
        "Our own name and tax id are not set, so buyers were not compared: FAPIAO_BUYERS='name:tax id' make read .."
        "未设置本单位名称和税号，因此没有核对抬头：FAPIAO_BUYERS='名称:税号' make read ..";

    unknown_language(text: Text)
        "FAPIAO_LANG is {text}, which we do not speak"
        "FAPIAO_LANG的值{text}不是我们支持的语言";
    choose_language()
        "Set it to `en` or `zh`, or leave it out for `en`."
        "请设为zh或en；不设则为英文。";
    wrong_buyer(entry: Text)
        "FAPIAO_BUYERS has `{entry}`, which has no tax id, or one whose check digit does not hold"
        "FAPIAO_BUYERS中的“{entry}”没有税号，或税号的校验位不正确";
    buyers_form()
        "Set FAPIAO_BUYERS to `name:tax id` with commas between; a name or a tax id may stand alone."
        "请把FAPIAO_BUYERS设为“名称:税号”，多个之间用逗号；也可只写名称或只写税号。";

    no_whole_number(name: Text, value: Text)
        "{name} is `{value}`, which is no whole number above zero"
        "{name}的值“{value}”不是大于零的整数";
    digits_only(name: Text, default: Text)
        "Set {name} to digits only, or leave it out for {default}."
        "请把{name}设为纯数字；不设则为{default}。";

    cannot_open(path: Text, why: Said)
        "cannot open {path}: {why}"
        "无法打开{path}：{why}";
    cannot_list(path: Text, why: Said)
        "cannot list {path}: {why}"
        "无法列出{path}的内容：{why}";
    cannot_make(path: Text, why: Said)
        "cannot make {path}: {why}"
        "无法新建{path}：{why}";
    not_there() "it is not there" "不存在";
    is_no_folder() "it is no folder" "不是文件夹";
    no_rights() "you may not use it" "没有权限";
    check_folder()
        "Check that it is a folder, that it exists and that you may use it."
        "请确认它是文件夹、确实存在，并且您有权限使用。";
    is_same_folder(output: Text, input: Text)
        "{output} is the same folder as {input}: Reports would be taken for documents"
        "{output}与{input}是同一个文件夹：识别结果会被当作待识别的文件";
    is_inside_folder(output: Text, input: Text)
        "{output} is inside {input}: Reports would be taken for documents"
        "{output}在{input}之内：识别结果会被当作待识别的文件";
    choose_own_folder()
        "Choose an output folder of its own."
        "请另选一个文件夹存放识别结果。";
}
