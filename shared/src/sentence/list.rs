//! What stands in a list beside the Reports' own reasons.

use super::catalogue::sentences;

sentences! {
    coded(code: Code, message: Said)
        "{code}: {message}"
        "{message}";
    coded_in(place: Said, code: Code, message: Said)
        "{place}: {code}: {message}"
        "{place}：{message}";
    is_stale(report: Text)
        "{report} is of no file that was read: its file is gone. --prune (PRUNE=1) removes such Reports"
        "{report}没有对应的文件：该文件已不在。加--prune（PRUNE=1）可删除此类识别结果";
    is_removed(report: Text)
        "{report} is removed"
        "已删除{report}";
    tally_of_stale(tally: Said, stale: Number)
        "{tally}; Reports of files that are gone: {stale}"
        "{tally}；文件已不在的识别结果：{stale}个";
    other_kind(path: Text)
        "{path} is no file and is left alone"
        "{path}不是文件，已跳过";
    a_folder(path: Text)
        "{path} is a folder and is left alone; --recursive (RECURSIVE=1) reads subfolders"
        "{path}是文件夹，已跳过；加--recursive（RECURSIVE=1）可识别子文件夹";
    watching()
        "watching: what comes into the folder is read; Ctrl-C ends it"
        "正在等待新文件，放入文件夹即识别；按Ctrl-C结束";

    several(parts: All)
        "{parts}"
        "{parts}";
    mark_red()
        "red letter"
        "红字";
    mark_red_of(number: Text)
        "red letter for {number}"
        "红字（冲销{number}）";
    mark_agent()
        "issued by a tax office"
        "代开";
    mark_sheet(sheet: Text)
        "the sheet {sheet}"
        "{sheet}";
    rate_exempt() "exempt" "免税";
    rate_not_taxable() "not taxable" "不征税";
    goods_of(named: Said, lines: Number)
        "{named} and others, {lines} lines"
        "{named}等{lines}行";

    legend() "Legend" "说明";
    green() "green" "绿色";
    yellow() "yellow" "黄色";
    grey() "grey text" "灰色文字";
    red() "red" "红色";
    means_confirmed()
        "Verdict: it can be booked unseen. Value: a second source confirms it."
        "结论：可直接入账。数值：已由第二来源印证。";
    means_to_check()
        "Verdict: a person has to look; the reasons and the next step say at what. Value: compare it with the page, or look it up where it is empty."
        "结论：需人工复核，原因和下一步写明看哪里。数值：请与票面核对；空白的请查找补录。";
    means_not_asked()
        "Read from the page, with no second source that confirms it; the verdict does not ask for it. Nothing has to be done."
        "由票面识别，没有第二来源印证，但结论不要求此项印证，无需处理。";
    means_no_invoice()
        "No invoice was read from this file or this part of it; the next step says what to do."
        "此文件或其中这一部分没有识别出发票，下一步写明如何处理。";
    about_next_step()
        "Next step: what a person does about the reasons, in the order in which it is best done."
        "“下一步”：按顺序写明针对各项原因如何处理。";
    about_repeated()
        "Duplicate of: where the same invoice stood first; also in: on the first one's line, where it stands again. Book it once."
        "“重复于”：同一发票最先出现在哪里；“另见”：写在最先的一行，指明还出现在哪里。同一发票只入账一次。";
    about_verify()
        "The columns that begin with verify are what the tax bureau's verification page asks for."
        "“查验日期”“查验金额”“校验码后六位”用于税务局查验平台。";
    about_marks()
        "Marks: what makes it no ordinary invoice (red letter, issued by a tax office, taxed on the difference, another sheet than the buyer's)."
        "“标记”：不同于普通开具的情形（红字、代开、差额征税、非发票联等）。";

    listed(list: Text, reports: Number, unreadable: Number, others: Number)
        "{list}: {reports} Reports, {unreadable} unreadable, {others} other files passed over"
        "{list}：识别结果{reports}份，无法读取{unreadable}份，跳过其他文件{others}个";
    name_has_no_form(path: Text)
        "the list's name {path} does not end in .xlsx or in .csv"
        "清单的文件名{path}不是以.xlsx或.csv结尾";
    choose_form()
        "Choose a name that ends in .xlsx or in .csv."
        "请把文件名改为以.xlsx或.csv结尾。";
    no_reports(from: Text)
        "there is no Report in {from}"
        "{from}中没有识别结果";
    where_reports_are()
        "Reports stand in the output bucket, or where OUT of `make read` was."
        "识别结果在输出存储桶中，或在make read的OUT所指的文件夹中。";
    names_no_bucket(from: Text)
        "{from} names no bucket"
        "{from}没有写明存储桶";
    name_bucket()
        "Write s3://bucket or s3://bucket/prefix."
        "请写成s3://存储桶 或 s3://存储桶/前缀。";
    cannot_list_bucket(place: Text, detail: Detail)
        "cannot list {place}: {detail}"
        "无法列出{place}的内容（详情：{detail}）";
    check_bucket()
        "Check the bucket's name, AWS_REGION, your credentials and s3:ListBucket."
        "请检查存储桶名称、AWS_REGION、凭证和s3:ListBucket权限。";
    report_unreadable(detail: Detail)
        "its Report cannot be read: {detail}"
        "其识别结果无法读取（详情：{detail}）";
    report_of_another_release(detail: Detail)
        "another release wrote its Report, have it read again: {detail}"
        "其识别结果由其他版本写出，请重新识别（详情：{detail}）";
    no_workbook(detail: Detail)
        "the list cannot be written as a workbook: {detail}"
        "清单无法写成工作簿（详情：{detail}）";
    write_csv()
        "Write it as .csv, or list fewer Reports at once."
        "请写成.csv，或减少一次列出的识别结果。";
}
