//! What went wrong. What a parser, a vendor or the system itself says of it is a detail, quoted as one.

use super::catalogue::sentences;

// The general sentence of each kind of error, for what only a detail tells.
sentences! {
    unsupported_format(detail: Detail) "{detail}" "文件格式不支持（详情：{detail}）";
    too_large(detail: Detail) "{detail}" "文件过大（详情：{detail}）";
    bad_dimensions(detail: Detail) "{detail}" "图片尺寸不符合要求（详情：{detail}）";
    undecodable(detail: Detail) "{detail}" "文件已损坏，无法打开（详情：{detail}）";
    encrypted(detail: Detail) "{detail}" "文件已加密（详情：{detail}）";
    empty(detail: Detail) "{detail}" "文件是空的（详情：{detail}）";
    no_invoice(detail: Detail) "{detail}" "没有找到发票（详情：{detail}）";
    unread_invoice(detail: Detail) "{detail}" "疑似发票，但未能识别（详情：{detail}）";
    unusable_key(detail: Detail) "{detail}" "文件名不可用（详情：{detail}）";
    provider_auth(detail: Detail) "{detail}" "识别服务商拒绝了凭证（详情：{detail}）";
    provider_quota(detail: Detail) "{detail}" "识别服务商的余额或次数已用完（详情：{detail}）";
    provider_throttled(detail: Detail) "{detail}" "识别服务商要求放慢请求（详情：{detail}）";
    provider_unavailable(detail: Detail) "{detail}" "识别服务商暂时不可用（详情：{detail}）";
    provider_timeout(detail: Detail) "{detail}" "识别服务商未及时答复（详情：{detail}）";
    provider_protocol(detail: Detail) "{detail}" "识别服务商的答复无法读懂（详情：{detail}）";
    storage(detail: Detail) "{detail}" "存储出错（详情：{detail}）";
    deadline(detail: Detail) "{detail}" "处理时间已用完（详情：{detail}）";
    too_complex(detail: Detail) "{detail}" "文件过于复杂（详情：{detail}）";
    internal(detail: Detail) "{detail}" "系统内部出错（详情：{detail}）";

    content_is(what: Said)
        "the content is {what}, which holds no invoice that we can read"
        "文件内容为{what}，不是可识别的发票文件";
    part_of_zip() "a part of a ZIP archive" "分卷ZIP压缩包的一部分";
    old_office() "an old Office document" "旧版Office文档";
    office() "an Office document" "Office文档";
    rar() "a RAR archive" "RAR压缩包";
    seven_zip() "a 7z archive" "7z压缩包";
    gzip() "a gzip file" "gzip压缩文件";
    svg() "an SVG drawing" "SVG图形";
    web_page() "a web page, or XML that speaks of no invoice" "网页，或与发票无关的XML";
    plain_text() "plain text" "纯文本";
    unknown_format() "of no format we know" "未知格式";
    heif() "a HEIF picture of another kind than photos are" "非照片类的HEIF图片";
    heic_undecodable(why: Said)
        "the HEIC photo cannot be decoded: {why}"
        "HEIC照片无法解码：{why}";
    avif() "an AVIF picture" "AVIF图片";
    video() "a video" "视频";
    zip_inside()
        "a ZIP inside another file is not opened"
        "压缩包内的压缩包不会被打开";
    no_first_page()
        "an archive has no first page"
        "压缩包没有首页";
    ofd_not_drawn()
        "an OFD page is not drawn as a picture"
        "OFD页面不能转换为图片";
    xml_without_page()
        "XML has no page"
        "XML没有页面";
    ofd_text_unreadable()
        "the text of this OFD has places and no characters, so nobody can read it"
        "此OFD的文字没有字符编码，无法读取";
    ofd_page_is_picture()
        "a page of an OFD that is a picture is not looked at"
        "OFD中的图片页不做识别";

    no_bytes()
        "the file has no bytes"
        "文件是空的";
    empty_archive()
        "the archive holds no files"
        "压缩包内没有文件";
    too_many_bytes(bytes: Number, allowed: Number)
        "the file has {bytes} bytes; at most {allowed} are allowed"
        "文件有{bytes}字节，最多允许{allowed}字节";
    too_many_pages(pages: Number, allowed: Number)
        "the file has {pages} pages; at most {allowed} are allowed"
        "文件有{pages}页，最多允许{allowed}页";
    more_bytes_than(bytes: Number, allowed: Number)
        "the file has {bytes} bytes, more than the {allowed} allowed"
        "文件有{bytes}字节，超过允许的{allowed}字节";
    too_many_members(files: Number, allowed: Number)
        "the archive holds {files} files; at most {allowed} are allowed"
        "压缩包内有{files}个文件，最多允许{allowed}个";
    archive_too_large(why: Said)
        "the archive is too large: {why}"
        "压缩包过大：{why}";
    archive_inflates(member: Text, times: Number)
        "the archive's `{member}` inflates to more than {times} times its size"
        "压缩包内的{member}解压后超过其大小的{times}倍";
    xml_too_large(why: Said)
        "the XML is too large: {why}"
        "XML过大：{why}";
    ofd_too_large(why: Said)
        "the OFD has more than {why}"
        "OFD过大：{why}";
    does_not_fit(allowed: Number)
        "the page cannot be made to fit {allowed} bytes"
        "页面无法压缩到{allowed}字节以内";

    no_pixel(width: Number, height: Number)
        "the page has {width} x {height} pixels; a page needs at least one pixel"
        "页面为{width}×{height}像素，没有内容";
    side_too_long(width: Number, height: Number, allowed: Number)
        "the page has {width} x {height} pixels; at most {allowed} a side are allowed"
        "页面为{width}×{height}像素，每边最多允许{allowed}像素";
    too_many_pixels(width: Number, height: Number, allowed: Number)
        "the page has {width} x {height} pixels; at most {allowed} in all are allowed"
        "页面为{width}×{height}像素，总共最多允许{allowed}像素";
    side_too_short(width: Number, height: Number, needed: Number)
        "{width} x {height} pixels: each side needs at least {needed} here"
        "图片为{width}×{height}像素，每边至少需要{needed}像素";
    side_out_of_range(width: Number, height: Number, least: Number, most: Number)
        "{width} x {height} pixels: each side may have {least} to {most}"
        "图片为{width}×{height}像素，每边允许{least}至{most}像素";

    archive_broken(why: Said)
        "the archive cannot be read: {why}"
        "压缩包或OFD无法读取：{why}";
    picture_broken(why: Said)
        "the picture cannot be decoded: {why}"
        "图片无法解码：{why}";
    xml_broken(why: Said)
        "the XML cannot be read: {why}"
        "XML无法读取：{why}";
    pdf_broken(why: Said)
        "the PDF cannot be read: {why}"
        "PDF无法读取：{why}";
    ofd_broken(why: Said)
        "the OFD cannot be read: {why}"
        "OFD无法读取：{why}";
    ofd_without_pages()
        "the OFD has no pages"
        "OFD没有页面";

    archive_locked() "the archive is locked with a password" "压缩包有密码";
    pdf_locked() "the PDF is locked with a password" "PDF有密码";
    ofd_locked() "the OFD is locked" "OFD已加密";

    picture_too_deep(bytes: Number, allowed: Number)
        "the picture's pixels have {bytes} bytes; at most {allowed} are allowed"
        "图片的像素数据有{bytes}字节，最多允许{allowed}字节";
    metadata_too_large(why: Said)
        "the picture's metadata is too large: {why}"
        "图片的附加数据过大：{why}";
    pages_too_large(pixels: Number, allowed: Number)
        "the file's pages have {pixels} pixels together; at most {allowed} are allowed"
        "文件各页共有{pixels}像素，最多允许{allowed}像素";
    pdf_too_complex(detail: Detail)
        "the PDF asks for too much: {detail}"
        "PDF过于复杂（详情：{detail}）";
    too_many_papers()
        "the page holds more papers that lie on each other, or turned, than are looked at one by one"
        "页面上叠放或转向的票据过多，不能逐一识别";
    too_much_processor_time(seconds: Number)
        "reading the document takes more than {seconds} s of processor time for one page"
        "识别一页所需的处理器时间超过{seconds}秒";
    too_much_memory(megabytes: Number)
        "reading the document takes more than the {megabytes} MB of memory that one may have"
        "识别此文件所需的内存超过{megabytes} MB";
    too_many_levels()
        "reading the document takes more levels inside each other than any honest one has"
        "文件的嵌套层数过多";
    more_memory_than_allowed()
        "reading the document needs more memory than one may have"
        "识别此文件所需的内存过多";
    not_believed(detail: Detail)
        "the document makes {detail}"
        "文件的识别结果不合理（详情：{detail}）";
    too_much_to_tell()
        "there is more in the document than an answer can tell"
        "文件内容过多，无法全部返回";

    another_paper(paper: Said)
        "the document is {paper}, not a VAT invoice"
        "这是{paper}，不是增值税发票";
    no_invoice_known()
        "no Chinese VAT invoice was found in it"
        "没有找到可识别的增值税发票";
    labels_without_invoice()
        "the page looks like an invoice, but it could not be read"
        "页面看起来是发票，但没有识别出来";

    key_too_long(bytes: Number, suffix: Text, allowed: Number)
        "the key has {bytes} bytes, and with {suffix} behind it more than S3's {allowed}"
        "文件名有{bytes}字节，加上后缀{suffix}后超过S3允许的{allowed}字节";
    key_is_ours(prefix: Text)
        "keys below {prefix} are our own in the bucket of the Reports"
        "{prefix}目录为识别结果存储桶的系统目录";

    no_time_left()
        "there was no time left for it"
        "时间不够，未处理";
    reading_too_long()
        "reading takes longer than a request may"
        "识别所需时间超过一次请求的时限";
    document_too_slow()
        "reading the document needs more time than there is"
        "识别此文件的时间不够";
    worked_on_elsewhere()
        "another event for the same page is being worked on"
        "同一页面正由另一任务处理";
    begun_and_not_ended()
        "the last attempt to read this file has begun and not ended: if it stays so, it ran out of time or memory"
        "最后一次识别已开始但尚未结束：若一直如此，说明时间或内存不足";
    workers_died()
        "two workers died of this document, and it cannot be told why"
        "处理此文件的进程两次异常退出，原因不明";
    reader_broke_off()
        "the embedded reader broke off"
        "内置识别程序中断";

    vendor_says(vendor: Text, message: Detail)
        "{vendor}: {message}"
        "{vendor}返回：{message}";
    vendor_unreachable(detail: Detail)
        "the vendor cannot be reached: {detail}"
        "无法连接识别服务商（详情：{detail}）";
    vendor_silent(detail: Detail)
        "the vendor did not answer in time: {detail}"
        "识别服务商未及时答复（详情：{detail}）";
    vendor_broke_off(detail: Detail)
        "the connection to the vendor broke: {detail}"
        "与识别服务商的连接中断（详情：{detail}）";
    http_status(message: Said, status: Number)
        "{message} (HTTP status {status})"
        "{message}（HTTP状态{status}）";
    after_calls(message: Said, calls: Number)
        "{message} (after {calls} calls)"
        "{message}（已调用{calls}次）";
    maybe_charged(message: Said, until: Text)
        "{message}; the call may have been charged, so the page is not sent there again before {until}"
        "{message}；此次调用可能已计费，{until}之前不再发送该页";
    no_credentials(vendor: Text)
        "there are no credentials for {vendor}"
        "没有{vendor}的凭证";
    asker_died()
        "whoever asked the vendor has died before the answer was kept"
        "向识别服务商提问的进程在保存答复之前已退出";
    answer_too_long()
        "the answer is too long"
        "答复过长";
    no_time_for_vendor()
        "no time is left to ask the vendor"
        "已没有时间向识别服务商提问";
    credentials_late()
        "the vendors' credentials did not come in time"
        "未能及时取得识别服务商的凭证";

    paper_tolls() "a receipt list of tolls (通行费电子票据汇总单)" "通行费电子票据汇总单";
    paper_used_vehicle() "a sales invoice for a used vehicle (二手车销售统一发票)" "二手车销售统一发票";
    paper_motor_vehicle() "a sales invoice for a motor vehicle (机动车销售统一发票)" "机动车销售统一发票";
    paper_train() "a train ticket (铁路电子客票)" "铁路电子客票";
    paper_flight() "an itinerary of a flight (航空运输电子客票行程单)" "航空运输电子客票行程单";
    paper_medical() "a receipt for medical treatment (医疗收费票据)" "医疗收费票据";
    paper_fiscal() "a fiscal receipt (财政票据)" "财政票据";
    paper_tax_paid() "a tax payment certificate (完税证明)" "完税证明";
    paper_taxi() "a receipt of a taxi (出租车发票)" "出租车发票";
    paper_ticket() "a ticket (客运发票, 门票)" "客运发票或门票";
    paper_fixed_amount() "an invoice of a fixed amount (通用定额发票)" "通用定额发票";
    paper_general() "a general invoice (通用发票)" "通用发票";
    paper_trip() "a trip sheet (行程单)" "行程单";
    paper_goods() "a list of goods that belongs to an invoice (销货清单)" "销货清单";
    paper_offer() "an offer or a proforma invoice (报价单, 形式发票)" "报价单或形式发票";
    paper_trade() "a trade paper (订单, 送货单, 对账单)" "订单、送货单或对账单";
    paper_bank() "a bank slip (回单)" "银行回单";
    paper_payment() "a payment screen (支付凭证)" "支付凭证截图";
    paper_till() "a till receipt (购物小票)" "购物小票";
    paper_expense() "an expense form (报销单)" "报销单";
    paper_receipt() "a receipt (收据)" "收据";
    paper_draft() "a letter of credit or a draft (汇票)" "汇票或信用证";
}
