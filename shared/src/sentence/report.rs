//! What a Report says beside the rules: why a person has to look, where in a file something stands, what else is in it,
//! and what was done to a page before somebody else read it.

use super::catalogue::sentences;

sentences! {
    verbatim(text: Text)
        "{text}"
        "{text}";

    check_failed(rule: Code, detail: Said)
        "{detail} ({rule})"
        "{detail}";
    field_not_found(field: Field)
        "{field} was not found: look it up on the page"
        "未能识别{field}，请查看票面";
    field_unconfirmed(field: Field, value: Text)
        "{field} is read as {value}, and nothing confirms it: compare it with the page"
        "{field}识别为{value}，没有其他来源可以印证，请与票面核对";
    of_invoice(index: Number, reason: Said)
        "invoice {index}: {reason}"
        "第{index}张发票：{reason}";
    of_part(place: Said, code: Code, message: Said)
        "{place}: {code}: {message}"
        "{place}：{message}";

    the_file()
        "the file"
        "整个文件";
    page(page: Number)
        "page {page}"
        "第{page}页";
    pages(first: Number, last: Number)
        "pages {first} to {last}"
        "第{first}至{last}页";
    member(member: Text)
        "{member}"
        "{member}";
    page_of(member: Text, page: Number)
        "{member}, page {page}"
        "{member}第{page}页";
    pages_of(member: Text, first: Number, last: Number)
        "{member}, pages {first} to {last}"
        "{member}第{first}至{last}页";

    copy(index: Number)
        "this is invoice {index} of this file again"
        "与本文件第{index}张是同一张发票";
    altered_copy(index: Number, fields: Fields)
        "this is invoice {index} of this file again, but another {fields}"
        "与本文件第{index}张是同一张发票，但{fields}不同";

    encoded_again()
        "re-encoded"
        "已重新压缩";
    page_converted()
        "page of the PDF converted to JPEG"
        "PDF页面已转换为JPEG";
    converted(format: Text)
        "{format} converted to JPEG"
        "{format}已转换为JPEG";
    scaled(how: Said, width: Number, height: Number)
        "{how}, scaled to {width}x{height}"
        "{how}，并缩放为{width}x{height}";
}
