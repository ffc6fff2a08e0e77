//! What is wrong with a request to the API, and what to do about it.

use super::catalogue::sentences;

sentences! {
    no_valid_key()
        "the request carries no key, or a wrong one"
        "没有密钥，或密钥不对";
    send_the_key()
        "Send `Authorization: Bearer <key>`; `make key` prints the key, or ask whoever runs this API."
        "请在请求头中发送`Authorization: Bearer <密钥>`；密钥用`make key`查看，或向管理员索取。";
    address_not_allowed()
        "this client may not come from this address"
        "此客户端不允许从该地址访问";
    ask_from_allowed_address()
        "Ask from an address that the client's entry in the API's secret allows."
        "请从API密钥存储中该客户端允许的地址访问。";
    key_not_checkable()
        "the key cannot be checked at present"
        "目前无法校验密钥";
    try_again()
        "Try again; the function's log says more."
        "请重试；详情见函数日志。";
    nothing_at(path: Text)
        "there is nothing at {path}"
        "网址不对，没有{path}";
    post_to_invoices()
        "POST the file's bytes to /v1/invoices."
        "请将文件内容POST到/v1/invoices。";
    method_does_nothing()
        "this address does not take this method"
        "该网址不支持此请求方法";
    use_methods(methods: Text)
        "Use {methods}."
        "请使用{methods}。";
    form_came_as_text()
        "the form came as text, so that the file in it is damaged"
        "表单按文本传输，其中的文件已损坏";
    body_came_as_text()
        "the body came as text, so that the file in it is damaged"
        "请求体按文本传输，其中的文件已损坏";
    body_is_other_json()
        "the body is JSON without image_base64, not a file"
        "请求体是不含image_base64的JSON，不是文件";
    body_is_other_text()
        "the body came as text, but is no invoice's XML"
        "请求体是文本，但不是发票XML";
    xml_in_other_encoding(encoding: Text)
        "the XML says that it is written in {encoding}, which text does not keep"
        "XML声明的编码为{encoding}，按文本传输时无法保留";
    send_bytes()
        "Send the file's bytes with `-H \"Content-Type: application/octet-stream\"`, or with its own type, e.g. image/jpeg."
        "请以`-H \"Content-Type: application/octet-stream\"`或文件自身的类型（如image/jpeg）发送文件内容。";
    no_base64(member: Text)
        "{member} is no base64"
        "{member}不是base64";
    send_standard_base64()
        "Send the file's bytes in standard base64, with `data:image/jpeg;base64,` before it or without."
        "请以标准base64发送文件内容，前面可以带`data:image/jpeg;base64,`，也可以不带。";
    form_without_file()
        "the body is a form in which no file can be found"
        "请求体是表单，但其中没有文件";
    send_one_in_form()
        "Send one file in the form, e.g. `curl -F file=@invoice.jpg`, or its bytes alone."
        "请在表单中发送一个文件，例如`curl -F file=@invoice.jpg`，或只发送文件内容。";
    several_files(files: Number)
        "the form holds {files} files"
        "表单中有{files}个文件";
    send_one_each()
        "Send one file in each request, or all of them in a ZIP."
        "请每次发送一个文件，或将全部文件放入一个ZIP压缩包。";
    another_provider(provider: Text)
        "this client gets another provider than `{provider}`"
        "此客户端不使用识别服务商{provider}";
    leave_provider_out()
        "Leave `provider` out, or change the client's entry in the API's secret."
        "请去掉`provider`，或修改API密钥存储中该客户端的设置。";
    unknown_provider(provider: Text)
        "`{provider}` is not among the configured providers"
        "未配置识别服务商{provider}";
    use_providers(providers: Text)
        "Use one of: {providers}; or leave `provider` out."
        "请使用以下之一：{providers}；或去掉`provider`。";
    provider_not_configured(provider: Text)
        "the provider `{provider}`, which this client is to get, is not configured"
        "此客户端应使用的识别服务商{provider}未配置";
    configure_provider()
        "Configure the provider, or take it out of the client's entry in the API's secret."
        "请配置该识别服务商，或在API密钥存储中去掉该客户端的此项设置。";
    body_too_large(bytes: Number, allowed: Number)
        "the body has {bytes} bytes, more than the {allowed} allowed"
        "请求体有{bytes}字节，超过允许的{allowed}字节";
    send_smaller_or_drop()
        "Send a smaller file, or drop it into the input bucket."
        "请发送较小的文件，或放入输入存储桶。";
    answer_too_large(bytes: Number)
        "the Report has {bytes} bytes, more than an answer may have"
        "识别结果有{bytes}字节，超过一次答复的上限";
    drop_or_split()
        "Drop the file into the input bucket, or send it in parts."
        "请将文件放入输入存储桶，或分次发送。";
    page_is_no_number()
        "`page` is no number"
        "`page`不是数字";
    count_from_one()
        "Count pages from 1, e.g. `?page=2`."
        "页码从1开始，例如`?page=2`。";
    no_picture_of(page: Number)
        "there is no picture of page {page}"
        "第{page}页没有图片";
    ask_for_page_there_is()
        "Ask for a page that the file has. An OFD and an XML have none: their Report says all of it."
        "请选择文件中存在的页。OFD和XML没有图片，识别结果已包含全部内容。";
    upload_late()
        "the file was not uploaded in time"
        "文件未在时限内上传";
    ask_for_link()
        "Ask for a new link: POST /v1/uploads."
        "请重新获取上传链接：POST /v1/uploads。";
    body_is_no_list(detail: Detail)
        "the body is no list of Reports: {detail}"
        "请求体不是识别结果的清单（详情：{detail}）";
    send_files_and_reports()
        "Send a JSON array of files: each with `file`, its name, and `report`, what was read of it."
        "请发送JSON数组，每个文件一项：`file`为文件名，`report`为识别结果。";
    no_such_upload()
        "there is no such upload"
        "没有此上传记录";
    ask_with_same_key()
        "Ask with the key that the link was asked for with, for the id that came with it."
        "请使用获取链接时的密钥，以及随链接返回的编号查询。";
    not_said_what_to_upload(detail: Detail)
        "the body does not say what to upload: {detail}"
        "请求体没有说明要上传的文件（详情：{detail}）";
    type_is_no_media_type()
        "`type` is no media type"
        "`type`不是媒体类型";
    size_is_zero()
        "`size` is 0: there is nothing to upload"
        "`size`为0，没有可上传的内容";
    send_name_type_size(example: Text)
        "Send JSON with the file's name, type and size: {example}."
        "请发送含文件名、类型和大小的JSON：{example}。";
    send_smaller_or_parts()
        "Send a smaller file, or the file in parts."
        "请上传较小的文件，或分次上传。";
    report_too_large()
        "the Report is larger than an answer may be"
        "识别结果超过一次答复的上限";
    take_from_bucket()
        "Take it from the output bucket."
        "请从输出存储桶获取。";
    no_bucket()
        "this API has no bucket to upload to"
        "此API没有可上传的存储桶";
    post_or_set_buckets()
        "POST the file's bytes to /v1/invoices, or set FAPIAO_INPUT_BUCKET and FAPIAO_OUTPUT_BUCKET."
        "请将文件内容POST到/v1/invoices，或设置FAPIAO_INPUT_BUCKET和FAPIAO_OUTPUT_BUCKET。";
    name_an_upload()
        "Name an upload of this client's that has arrived, or send the file in the body."
        "请指明此客户端已上传的文件，或在请求体中发送文件。";
    body_is_no_report(detail: Detail)
        "the body is no Report: {detail}"
        "请求体不是识别结果（详情：{detail}）";
    send_a_report()
        "Send a Report as `POST /v1/invoices` answers it."
        "请发送`POST /v1/invoices`所返回的识别结果。";
}
