//! What is wrong inside a file: the second half of a sentence of `fault`. What a parser says of it in its own words is a text.

use super::catalogue::sentences;

sentences! {
    as_told(detail: Detail)
        "{detail}"
        "详情：{detail}";

    end_missing()
        "its end is missing"
        "文件不完整，缺少结尾";
    structure_broken()
        "its structure is broken"
        "文件结构已损坏";
    no_pages()
        "it has no pages"
        "没有页面";
    no_such_page()
        "it has no such page"
        "没有该页";
    page_of_other_size()
        "its page has another size than it says"
        "页面大小与文件所述不符";
    page_without_size()
        "its page has no size"
        "页面没有大小";
    too_many_glyphs()
        "a font in it names more glyphs than there are"
        "其中一种字体所列的字形多于实有的字形";
    renderer_gave_up()
        "the renderer gave up"
        "绘制程序中断";

    picture_cut_off()
        "the JPEG ends before its picture does"
        "JPEG不完整，后半部分缺失";
    fewer_pixels()
        "the picture has fewer pixels than it says"
        "图片的像素少于文件所述";
    decoder_gave_up()
        "the decoder gave up"
        "解码程序中断";
    pieces_more_than(pieces: Number)
        "it consists of more than {pieces} pieces"
        "由{pieces}个以上的数据块组成";
    profile_unpacks(megabytes: Number)
        "its colour profile unpacks to more than {megabytes} MiB"
        "颜色配置解压后超过{megabytes} MiB";
    texts_unpack(megabytes: Number)
        "its texts unpack to more than {megabytes} MiB"
        "文字信息解压后超过{megabytes} MiB";

    bytes_more_than(bytes: Number, allowed: Number)
        "it has {bytes} bytes; at most {allowed} are allowed"
        "有{bytes}字节，最多允许{allowed}字节";
    ends_inside_root()
        "it ends before its outermost element does"
        "最外层元素没有结束";
    no_element()
        "it has no element"
        "没有任何元素";
    nested_too_deeply()
        "its elements are nested too deeply"
        "元素嵌套过深";
    nodes_more_than(nodes: Number)
        "it has more than {nodes} elements and attributes"
        "元素和属性超过{nodes}个";

    member_inflates(member: Text, allowed: Number)
        "`{member}` inflates to more than {allowed} bytes"
        "{member}解压后超过{allowed}字节";
    members_more_than(members: Number)
        "it has more than {members} members"
        "其中的文件超过{members}个";

    no_ofd_root()
        "it has no OFD.xml"
        "缺少OFD.xml";
    root_lists_nothing()
        "its root lists no document"
        "OFD.xml没有列出文档";
    document_without_root()
        "a document has no root"
        "文档没有DocRoot";
    file_is_missing(path: Text)
        "`{path}` is missing"
        "缺少{path}";
    page_without_file()
        "a page has no file"
        "有一页没有对应的文件";
    page_is_missing(path: Text)
        "the page `{path}` is missing"
        "缺少页面{path}";
    characters_more_than(characters: Number)
        "{characters} characters"
        "文字超过{characters}个";
    xml_bytes_more_than(bytes: Number)
        "{bytes} bytes of XML"
        "XML超过{bytes}字节";
}
