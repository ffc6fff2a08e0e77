//! The workbook's second sheet: what the colours of the first one mean. Knows nothing of what stands in it.

use fapiao::sentence::{Lang, list as says};
use rust_xlsxwriter::{Format, FormatAlign, Workbook, XlsxError};

use super::{BAD, GOOD, QUIET, UNSURE, looking};

/// Adds it behind the list.
pub(super) fn add(workbook: &mut Workbook, lang: Lang) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet();
    sheet.set_name(says::legend().say(lang).unwrap_or_default())?;
    sheet.set_column_width(0, 14)?.set_column_width(1, 100)?;
    let plain = Format::new().set_align(FormatAlign::Top).set_text_wrap();
    let looks = [
        (GOOD, says::green(), says::means_confirmed()),
        (UNSURE, says::yellow(), says::means_to_check()),
        (QUIET, says::grey(), says::means_not_asked()),
        (BAD, says::red(), says::means_no_invoice()),
    ];
    for (row, (look, name, meaning)) in (0..).zip(looks) {
        let [name, meaning] = [name, meaning].map(|said| said.say(lang).unwrap_or_default());
        sheet.write_string_with_format(row, 0, name, &looking(plain.clone(), look))?;
        sheet.write_string_with_format(row, 1, meaning, &plain)?;
    }
    let notes = [says::about_next_step(), says::about_repeated(), says::about_verify(), says::about_marks()];
    for (row, note) in (5..).zip(notes) {
        sheet.write_string_with_format(row, 1, note.say(lang).unwrap_or_default(), &plain)?;
    }
    Ok(())
}
