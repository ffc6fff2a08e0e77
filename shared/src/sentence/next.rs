//! What to do next.

use super::catalogue::sentences;

sentences! {
    next_unsupported_format()
        "Send a JPEG, PNG, BMP, TIFF, GIF, WebP, HEIC, PDF, OFD or invoice XML file, or a ZIP of them."
        "请上传JPEG、PNG、BMP、TIFF、GIF、WebP、HEIC、PDF、OFD或发票XML文件，或由它们组成的ZIP压缩包。";
    next_heic()
        "Send it as JPEG. An iPhone takes JPEGs with Settings > Camera > Formats > Most Compatible."
        "请改用JPEG上传。iPhone可在“设置 > 相机 > 格式”中选择“兼容性最佳”。";
    next_too_large()
        "Send a smaller file, or raise the limits in the configuration."
        "请上传较小的文件，或在配置中提高上限。";
    next_bad_dimensions()
        "Scan or export the page again at 200 to 300 dpi."
        "请以200至300 dpi重新扫描或导出。";
    next_undecodable()
        "The file is damaged: export or upload it again."
        "文件已损坏，请重新导出或上传。";
    next_encrypted()
        "Remove the password and send the file again."
        "请去除密码后重新上传。";
    next_empty()
        "The file has no content: check its name and upload it again."
        "文件没有内容：请检查文件名是否写对，再重新上传。";
    next_no_invoice()
        "Check that the picture shows a whole Chinese VAT invoice, sharp and not covered."
        "请确认图片上是一张完整的增值税发票，清晰且没有遮挡。";
    next_unread_invoice()
        "Look at the page: it may be an invoice. Send it alone, whole, sharp and not covered."
        "请查看该页，它可能是发票。请单独、完整、清晰且无遮挡地重新上传。";
    next_unusable_key()
        "Upload it under another key: of at most 1,019 bytes, and not below .fapiao/."
        "请换一个文件名上传：不超过1019字节，且不在.fapiao/目录下。";
    next_provider_auth()
        "Check the provider's credentials in the secret."
        "请检查密钥中识别服务商的凭证。";
    next_provider_quota()
        "Top up the vendor's account or raise its quota."
        "请为识别服务商账户充值或提高额度。";
    next_provider_throttled()
        "Wait, or lower the concurrency."
        "请稍候，或降低并发数。";
    next_provider_unavailable()
        "Try again later, or add another provider to the chain."
        "请稍后再试，或增加另一家识别服务商。";
    next_provider_timeout()
        "Try again, or raise the provider's time-out."
        "请重试，或延长识别服务商的超时时间。";
    next_provider_protocol()
        "The vendor's answer has a new form: report it with the request id."
        "识别服务商的答复格式有变，请连同请求编号一起反馈。";
    next_storage()
        "Check the bucket's name and the function's permissions."
        "请检查存储桶名称和函数的权限。";
    next_deadline()
        "Drop large files into the input bucket instead of sending them over HTTP."
        "大文件请放入输入存储桶，不要通过HTTP发送。";
    next_too_complex()
        "Export it again as a PDF or a picture of 200 to 300 dpi, or send its pages alone."
        "请重新导出为PDF或200至300 dpi的图片，或逐页上传。";
    next_internal()
        "Look at the function's log."
        "请查看函数日志。";

    as_detail(detail: Detail)
        "{detail}"
        "处理方法见原文：{detail}";
    fetch_models()
        "Run `make models` to fetch the model files; FAPIAO_MODELS, where it is set, must name their folder."
        "请运行`make models`获取模型文件；若设置了FAPIAO_MODELS，它必须指向模型所在的文件夹。";
    nothing_to_do()
        "Nothing needs to be done."
        "无需处理。";
    compare_with_paper()
        "Compare both with the paper."
        "请将两者与原票核对。";
    book_by_hand()
        "Only the nine kinds of VAT invoice are read: book this paper by hand, or leave it out."
        "只识别九种增值税发票：请手工入账，或不上传此类票据。";
    book_deductible_ticket()
        "Tickets for trains and flights are not read: book it by hand, its tax may be deductible."
        "铁路、航空客票不做识别：请手工入账，其税额可能可以抵扣。";
    book_vehicle_invoice()
        "Vehicle sales invoices are not read: book it by hand, and verify it on the tax bureau's page."
        "机动车、二手车销售发票不做识别：请手工入账，并到税务局查验平台查验。";
    book_without_tax()
        "It carries no VAT to deduct and is not read: book it by hand."
        "此类票据没有可抵扣的增值税，不做识别：请手工入账。";
    keep_with_invoice()
        "It proves a payment or a delivery and is nothing to book by itself: keep it with its invoice, and send the invoice."
        "此类单据只证明付款或交易，不能单独入账：请附在发票之后，并上传发票本身。";
    ask_for_invoice()
        "It is no invoice and cannot be booked as one: ask the seller for the invoice, and send that."
        "此类单据不是发票，不能作为发票入账：请向销售方索取发票后上传。";
    send_with_its_invoice()
        "It belongs to an invoice: send both as pages of one file, the invoice first."
        "此清单属于某张发票：请与发票合为一个文件上传，发票在前。";
    send_pasted_invoices()
        "Send the invoices that belong to the form, each whole and not covered by others."
        "请上传报销单所附的发票，每张完整且互不遮挡。";
    send_tolls_themselves()
        "It only lists toll invoices: send the invoices that it names."
        "汇总单只列出通行费发票：请上传其中所列的发票。";

    unpack_it()
        "Unpack it and send its files."
        "请解压后上传其中的文件。";
    export_as_pdf()
        "Export the file as a PDF and send that."
        "请将文件导出为PDF后上传。";
    export_as_pdf_or_picture()
        "Export the file as a PDF or a picture and send that."
        "请将文件导出为PDF或图片后上传。";
    add_embedded()
        "Add `embedded` to the providers: it reads the file's own text."
        "请在识别服务商中加入embedded：它能读取文件自带的文字。";
    send_eight_bits()
        "Send it with 8 bits in each of three channels."
        "请以每通道8位、三通道的格式上传。";
    send_alone()
        "Send this paper alone."
        "请单独上传此票据。";
    send_whole()
        "The file was cut off on its way: send it again, whole."
        "文件在传输中被截断，请重新完整上传。";
    comes_again()
        "Nothing needs to be done: the event comes again from the queue."
        "无需处理：任务会从队列中再次到来。";
    move_dead_letter()
        "Look at the function's log, then move the message from the dead letters to the inbox."
        "请查看函数日志，然后将消息从死信队列移回收件队列。";
    add_to_secret(vendor: Text)
        "Add \"{vendor}\" to the secret that FAPIAO_PROVIDER_SECRET_ARN names."
        "请将“{vendor}”加入FAPIAO_PROVIDER_SECRET_ARN所指的密钥。";
    send_after_that()
        "Send the file again after that time, or read it with another provider."
        "请在该时间之后重新上传，或改用其他识别服务商。";
}
