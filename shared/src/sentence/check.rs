//! What a rule found, for a bookkeeper: one group a rule, in the order in which they are tried.

use super::catalogue::sentences;

sentences! {
    sources_do_not_differ()
        "no field has a source that says something else"
        "各来源之间没有相互矛盾的内容";
    sources_differ(kept: Source, value: Text, field: Field, other: Source, other_value: Text)
        "{kept} says {value} for {field}, {other} {other_value}"
        "{field}不一致：{kept}为{value}，{other}为{other_value}";
    findings(findings: All)
        "{findings}"
        "{findings}";

    qr_differs(code: Text, field: Field, print: Text)
        "the QR code says {code} for {field}, the print {print}"
        "{field}不一致：二维码为{code}，票面为{print}";
    qr_not_read()
        "no QR code with the invoice's data could be read beside the print"
        "未能识别出含发票信息的二维码，无法与票面核对";
    qr_confirms(fields: Fields)
        "the QR code confirms {fields}"
        "二维码与票面一致：{fields}";
    qr_names_no_kind()
        "no QR code that names a kind of invoice was read"
        "未识别出注明票种的二维码";
    qr_kind(named: InvoiceType, kind: InvoiceType)
        "the kind in the QR code is {named}, on the page {kind}"
        "二维码票种为{named}，票面票种为{kind}";

    no_code_nor_number()
        "neither code nor number is there"
        "没有发票代码和发票号码";
    shapes_hold()
        "every code and number has as many digits as it should"
        "代码、号码的位数均正确";
    shapes_wrong(fields: Fields)
        "{fields} cannot be: wrong length or characters"
        "{fields}的位数或字符不正确";

    code_tells_no_kind()
        "there is no code that tells the kind"
        "没有可以判断票种的发票代码";
    code_kind(told: InvoiceType, kind: InvoiceType)
        "the kind in the invoice code is {told}, on the page {kind}"
        "按发票代码应为{told}，票面为{kind}";

    title_or_code_missing()
        "the page shows no code, or no title with a region in it, to compare"
        "票面上没有识别出发票代码，或没有识别出带地区的发票名称，未核对";
    code_of_no_region()
        "no region has the digits of this code: compare them with the print"
        "发票代码中的地区代码不存在，请与票面核对";
    title_and_code_agree(region: Text)
        "title and code are both of {region}"
        "发票名称与发票代码的地区均为{region}";
    title_and_code_differ(title: Text, code: Text)
        "the title is of {title}, the code of {code}"
        "发票名称的地区为{title}，发票代码的地区为{code}";

    code_or_date_missing()
        "code or date is missing"
        "缺少发票代码或开票日期";
    years_of_code_and_date(code: Number, date: Number)
        "the code is of {code}, the invoice of {date}"
        "发票代码的年份为{code}年，开票年份为{date}年";
    no_year_in_number()
        "only a number of 20 digits tells its year"
        "只有20位的数电票号码含年份";
    years_of_number_and_date(number: Number, date: Number)
        "the number is of {number}, the date of {date}"
        "数电票号码的年份为{number}年，开票年份为{date}年";

    nothing_printed_again()
        "nothing is printed a second time"
        "票面没有重复打印的内容";
    printed_again_alike()
        "what is printed twice is the same"
        "重复打印的内容一致";
    printed_again_otherwise(field: Field, first: Text, again: Text)
        "{field} is {first}, printed again as {again}"
        "{field}不一致：一处为{first}，另一处打印为{again}";

    no_date()
        "there is no date"
        "没有开票日期";
    date_has_been(date: Text)
        "{date} is a possible date"
        "开票日期{date}合理";
    date_impossible(date: Text, today: Text)
        "{date} cannot be the date of an invoice seen on {today}"
        "开票日期{date}不合理（今天是{today}）";

    no_tax_id()
        "no tax id is printed"
        "票面没有税号";
    no_such_tax_id(id: Text)
        "{id} is no tax id: wrong length or characters"
        "{id}不是有效税号：位数或字符不正确";
    credit_code_holds()
        "both check digits of the credit code hold"
        "统一社会信用代码的两个校验位均正确";
    organisation_code_fails()
        "the credit code's check digit holds, its organisation code's does not"
        "统一社会信用代码的校验位正确，但其中组织机构代码的校验位不正确";
    persons_id_holds()
        "it is a person's id, and its check digit holds"
        "是个人身份证号码，校验位正确";
    check_digit_fails()
        "the check digit does not hold: compare it with the print"
        "税号校验位不正确，请与票面核对";
    old_id_holds()
        "the check digit in the old id holds"
        "旧税号中组织机构代码的校验位正确";
    old_id_fails()
        "the check digit in the old id does not hold: compare it with the print"
        "旧税号中组织机构代码的校验位不正确，请与票面核对";
    tax_office()
        "it is the number of a tax office that issued this for the seller whom the remarks name; it has no check digit"
        "这是代开税务机关的编号，没有校验位；实际销售方见备注";
    tax_id_length(id: Text, length: Number)
        "{id} has {length} characters, today's ids have 18: compare it with the print"
        "税号{id}为{length}位，现行税号为18位，请与票面核对";

    no_seal()
        "no seal of the seller was read"
        "没有识别出销售方印章，未核对";
    seal_id_differs(sealed: Text, printed: Text)
        "the seal says {sealed} for the seller's tax id, the print {printed}"
        "销售方税号不一致：印章为{sealed}，票面为{printed}";
    seal_name_differs(sealed: Text, printed: Text)
        "the seal says {sealed} for the seller's name, the print {printed}"
        "销售方名称不一致：印章为{sealed}，票面为{printed}";
    seal_is_sellers()
        "the seal is the seller's"
        "印章与销售方一致";

    buyers_unknown()
        "our own name and tax id are not set, so the buyer was not compared"
        "未设置本单位的名称和税号，未核对抬头";
    no_buyer()
        "no buyer could be read"
        "未能识别出购买方";
    our_name_without_id()
        "the name is ours, the tax id is missing"
        "抬头是本单位，但缺少税号";
    our_name()
        "the name is ours"
        "抬头是本单位";
    our_id()
        "the tax id is ours"
        "税号是本单位的";
    our_name_and_id()
        "name and tax id are ours"
        "抬头和税号均为本单位";
    our_id_other_name(name: Text, ours: Text)
        "the tax id is ours, but the name is read as {name}, ours is {ours}"
        "税号是本单位的，但名称识别为{name}，本单位名称为{ours}";
    our_name_other_id(id: Text, ours: Text)
        "the name is ours, but the tax id is read as {id}, ours is {ours}"
        "抬头是本单位，但税号识别为{id}，本单位税号为{ours}";
    made_out_to(name: Text)
        "it is made out to {name}, not to us: ask the seller for another"
        "抬头为{name}，不是本单位，请退回重开";
    made_out_to_id(name: Text, id: Text)
        "it is made out to {name} with the tax id {id}, not to us: ask the seller for another"
        "抬头为{name}，税号为{id}，不是本单位，请退回重开";
    made_out_to_somebody(id: Text)
        "it is made out to somebody with the tax id {id}, not to us: ask the seller for another"
        "购买方税号为{id}，不是本单位，请退回重开";

    roles_clear()
        "every value stands in its own field"
        "各栏内容归属明确";
    roles_confirmed(doubts: All)
        "{doubts}; another account of the invoice has the same"
        "{doubts}；但另一来源的内容与之相同";
    several_values(field: Field, values: Text)
        "{field} has several values on this paper: {values}"
        "票面上有多个{field}：{values}";
    holds_label(field: Field, label: Text)
        "{field} holds {label}, which is the form's own"
        "{field}中混入了票面栏目名“{label}”";
    holds_others(field: Field, text: Text)
        "{field} holds what belongs elsewhere: {text}"
        "{field}中混入了其他栏的内容：{text}";
    two_papers()
        "two papers were read as one"
        "两张票据被当作一张识别";
    cut_out(field: Field, run: Text)
        "{field} was cut out of {run}"
        "{field}截取自{run}";

    text_whole()
        "all of the file's own text could be read"
        "文件文字没有缺失字符";
    text_lacking(pieces: Number)
        "{pieces} pieces of the page's own text have no characters and were not read"
        "文件中有{pieces}处文字没有字符编码，未能读取";
    text_lacking_but_qr(pieces: Number)
        "{pieces} pieces of the page's own text have no characters and were not read; what is given is what the QR code says"
        "文件中有{pieces}处文字没有字符编码，未能读取；所给内容仅来自二维码";

    words_or_digits_missing()
        "digits or words of the total are missing"
        "缺少大写或小写的价税合计";
    words_differ(digits: Text, words: Text)
        "the total is {digits} in digits but {words} in words"
        "价税合计大小写不一致：小写为{digits}，大写为{words}";
    digits_read_by_words(digits: Text)
        "the total is {digits}; its digits were read with the words' help, so these prove nothing"
        "价税合计为{digits}；小写借助大写识别，不能互相印证";
    words_completed(digits: Text)
        "a character of the words was unreadable; with {digits} they make sense, and prove nothing"
        "大写金额有一字无法辨认，按{digits}补足，不能互相印证";
    words_agree(digits: Text)
        "the total in words is {digits}"
        "大写金额为{digits}，与小写一致";

    no_amount()
        "there is no amount"
        "没有金额";
    all_positive()
        "every total is positive"
        "各合计均为正数";
    red_letter()
        "it is a red-letter invoice: every total is negative"
        "红字发票：各合计均为负数";
    signs_mixed()
        "some totals are negative and some are not"
        "各合计有正有负";

    no_rate()
        "no line has a rate"
        "各行均没有税率";
    rates_known()
        "every rate is one that the law has known"
        "税率均为法定税率";
    no_such_rate(line: Number, rate: Text)
        "line {line}: no law knows a rate of {rate}"
        "第{line}行：没有{rate}这一法定税率";

    no_quantity_nor_price()
        "no line has quantity or price"
        "各行均没有数量和单价";
    quantities_have_prices()
        "every quantity has its price"
        "数量与单价均成对";
    quantity_or_price_alone(line: Number)
        "line {line} has a quantity without a price or the reverse"
        "第{line}行的数量和单价只有其一";

    no_product()
        "no line has quantity, price and amount"
        "没有数量、单价、金额齐全的行";
    products_hold()
        "quantity times price is the amount in every line"
        "各行数量×单价均等于金额";
    products_hold_in(lines: Number, all: Number)
        "quantity times price is the amount in {lines} of {all} lines; the others do not have all three"
        "{all}行中有{lines}行数量×单价等于金额；其余行三项不全，未核对";
    product_off(line: Number, off: Text)
        "line {line}: quantity times price is off by {off}"
        "第{line}行：数量×单价与金额相差{off}";

    tax_on_difference()
        "the tax is due on a difference (差额征税), not on the amounts"
        "差额征税，税额不按金额计算";
    lines_carry_tax()
        "the lines carry the tax"
        "各行金额含税";
    no_taxed_line()
        "no line has amount, rate and tax"
        "没有金额、税率、税额齐全的行";
    taxes_hold()
        "amount times rate is the tax in every line"
        "各行金额×税率均等于税额";
    taxes_hold_in(lines: Number, all: Number)
        "amount times rate is the tax in {lines} of {all} lines; the others do not have all three"
        "{all}行中有{lines}行金额×税率等于税额；其余行三项不全，未核对";
    tax_off(line: Number, off: Text)
        "line {line}: amount times rate is off by {off}"
        "第{line}行：金额×税率与税额相差{off}";
    total_tax_off(due: Text, total: Text, off: Text)
        "the rates make a tax of {due}, the total tax is {total}: off by {off}"
        "按税率计算税额为{due}，合计税额为{total}，相差{off}";

    no_sign()
        "there is no total whose sign the lines should have"
        "没有合计，无法判断各行正负";
    lines_have_sign()
        "every line has the total's sign"
        "各行正负与合计一致";
    lines_have_sign_in(lines: Number, all: Number)
        "{lines} of {all} lines have the total's sign; the others have no amount"
        "{all}行中有{lines}行正负与合计一致；其余行没有金额";
    all_discounts()
        "every line of the other sign is a discount"
        "正负相反的行均为折扣行";
    no_discount(line: Number, before: Number)
        "line {line} has the other sign and is no discount of line {before}"
        "第{line}行正负相反，但不是第{before}行的折扣";

    totals_missing()
        "not all of amount, tax and total are printed"
        "合计金额、合计税额、价税合计不全";
    totals_no_money()
        "amount and tax are no amounts of money"
        "合计金额与合计税额不是合理的金额";
    totals_add_up(amount: Text, tax: Text, whole: Text, total: Text)
        "amount {amount} + tax {tax} = {whole}, the total is {total}"
        "金额{amount}＋税额{tax}＝{whole}，价税合计为{total}";

    line_without_amount()
        "a line without an amount, or no total"
        "有的行没有金额，或没有合计";
    lines_no_money()
        "the lines' amounts are no amounts of money"
        "各行金额不是合理的金额";
    lines_sum(sum: Text, total: Text)
        "the lines add up to {sum}, the total is {total}"
        "各行金额之和为{sum}，合计为{total}";
    line_without_tax()
        "a line without its tax, or no total tax"
        "有的行没有税额，或没有合计税额";
    line_taxes_no_money()
        "the lines' taxes are no amounts of money"
        "各行税额不是合理的金额";
    line_taxes_sum(sum: Text, total: Text)
        "the lines' taxes add up to {sum}, the total tax is {total}"
        "各行税额之和为{sum}，合计税额为{total}";

    nobody_accused()
        "code and number are not both verified, so they accuse nobody"
        "发票代码和号码未全部核实，不做查重";
    not_seen_before()
        "no other file holds this invoice"
        "未发现重复，此前没有文件含此发票";
    brought_before(first: Text)
        "the same invoice is already in {first}: do not pay it twice"
        "发票重复：{first}中已有此发票，请勿重复入账";
    brought_before_otherwise(first: Text, theirs: Text, mine: Text)
        "the same invoice is already in {first}, but its total is {theirs} there and {mine} here: one of them is altered or misread"
        "发票重复：{first}中已有此发票，但其价税合计为{theirs}，本张为{mine}，其中之一被改动或识别有误";
    earlier_here(index: Number)
        "it is the same invoice as number {index} of this file: do not pay it twice"
        "发票重复：与本文件第{index}张是同一张发票，请勿重复入账";
    earlier_here_otherwise(index: Number, theirs: Text, mine: Text)
        "it is the same invoice as number {index} of this file, but its total is {theirs} there and {mine} here: one of them is altered or misread"
        "发票重复：与本文件第{index}张是同一张发票，但其价税合计为{theirs}，本张为{mine}，其中之一被改动或识别有误";
    rival(other: Text, theirs: Text, mine: Text)
        "the same invoice is in {other}, but its total is {theirs} there and {mine} here: one of them is altered or misread"
        "{other}中也有此发票，但其价税合计为{theirs}，本张为{mine}，其中之一被改动或识别有误";
    rival_here(index: Number, theirs: Text, mine: Text)
        "number {index} of this file is the same invoice, but its total is {theirs} there and {mine} here: one of them is altered or misread"
        "本文件第{index}张也是此发票，但其价税合计为{theirs}，本张为{mine}，其中之一被改动或识别有误";

    copy_differs(place: Said, differences: All)
        "{place} shows this invoice with {differences}: one of them is altered or misread"
        "{place}也是此发票，但{differences}，其中之一被改动或识别有误";
    copy_has(field: Field, theirs: Text, mine: Text)
        "{field} {theirs} where this one has {mine}"
        "其{field}为{theirs}，本张为{mine}";
}
