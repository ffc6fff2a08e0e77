//! What to do about a reason for which an invoice is to be reviewed.

use super::catalogue::sentences;

sentences! {
    look_up(fields: Fields)
        "Look {fields} up on the page and type it."
        "请在票面上查找并补录{fields}。";
    compare(fields: Fields)
        "Compare {fields} with the page."
        "请将{fields}与票面核对。";
    ask_for_new_file()
        "The file contradicts itself: ask the seller for a new one."
        "文件自相矛盾，请联系销售方重新开具。";
    compare_or_ask()
        "Compare the named fields with the page; if they were read right, the page was altered: ask the seller."
        "请将所列字段与票面核对；若识别无误，则票面被改动，请联系销售方。";
    look_at_qr()
        "Look whether the QR code belongs to this invoice."
        "请查看二维码是否属于此发票。";
    type_value()
        "Type the named value from the page."
        "请按票面录入所列的值。";
    compare_code_and_title()
        "Compare code and title."
        "请核对发票代码和发票名称。";
    compare_code_and_date()
        "Compare code and date."
        "请核对发票代码和开票日期。";
    compare_number_and_date()
        "Compare number and date."
        "请核对发票号码和开票日期。";
    compare_both_places()
        "Compare both places where it is printed."
        "请核对票面上的两处打印。";
    compare_date()
        "Compare the date with the page."
        "请核对开票日期。";
    compare_buyer_tax_id()
        "Compare the buyer's tax id with the page: none of this length is in use."
        "请核对购买方税号，现行税号没有这种位数。";
    compare_seller_tax_id()
        "Compare the seller's tax id with the page: none of this length is in use."
        "请核对销售方税号，现行税号没有这种位数。";
    ask_about_seal()
        "The seal is another company's: ask the seller."
        "印章不是销售方的，请联系销售方。";
    ask_for_our_name()
        "It is made out to somebody else: ask the seller for another."
        "抬头不是本单位，请要求销售方重开。";
    compare_named()
        "Compare the named fields with the page."
        "请将所列字段与票面核对。";
    look_at_page()
        "Look at the page: only its QR code could be read."
        "请查看票面，只读到了二维码。";
    compare_words_and_digits()
        "Compare the total in words with the one in digits."
        "请核对价税合计的大写与小写。";
    compare_signs()
        "Compare the signs: only a red-letter invoice is negative."
        "请核对正负，只有红字发票为负数。";
    compare_line()
        "Compare the line's quantity, price and amount with the page."
        "请核对该行的数量、单价和金额。";
    compare_tax()
        "Compare the line's amount, rate and tax with the page; look for 差额征税 in the remarks."
        "请核对该行的金额、税率和税额，并查看备注是否有差额征税。";
    compare_totals()
        "Compare amount, tax and total with the page."
        "请核对合计金额、合计税额和价税合计。";
    compare_lines()
        "Compare the lines with the page: one may be missing."
        "请核对各行，可能缺一行。";
    pay_once()
        "Do not pay or book it twice."
        "请勿重复付款或入账。";
    compare_rivals()
        "Compare both with the paper, one of them is altered or misread; do not pay twice."
        "请将两张与原票核对，其中之一被改动或识别有误；请勿重复付款。";
}
